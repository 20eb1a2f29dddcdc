"""The small tables that a notebook shows for a log and its lanes."""

from __future__ import annotations

import pandas as pd
from builders import chain, log_of
from lxml import html

import lanehop as lh
from lanehop.glance import glance


def told(thing):
    """The lines of a glance, as a reader sees them."""
    table = html.fromstring(thing._repr_html_())
    return {row.findtext(".//th/bdi"): row.findtext(".//td/bdi") for row in table.iter("tr")}


def test_a_log_says_what_is_in_it_and_what_was_set_aside():
    source = pd.concat(
        [
            log_of(chain("c1", "A:queued@0h", "B@1h", ":resolved@3h"), chain("c2", "A:queued@2h", "A:working@30h")),
            pd.DataFrame({"case": [None]}),
        ]
    )
    log = lh.read_log(source, max_loss=0.5)
    assert told(log) == {
        "tickets": "2",
        "events": "5",
        "departments": "2",
        "from, as of": "2024-01-01, 2024-01-02 06:00 UTC",
        "rows set aside": "1: 1 no case",
        "beside them": "0 links, 0 surveys, 0 messages",
    }


def test_a_stitched_log_says_how_many_cases_it_has():
    log = lh.stitch(lh.sample_log())
    n_cases = log.tickets["case"].nunique()
    assert told(log)["tickets"] == f"640 in {n_cases} cases"


def test_lanes_say_how_many_were_closed_without_resolution(lanes_of):
    lanes = lanes_of(
        chain("c1", "A:queued@0h", "B@1h", ":resolved@3h", "A:open@5h", ":resolved@9h"),
        chain("c2", "A:queued@2h"),
    )
    assert told(lanes) == {
        "cases": "2: 1 open, 1 fixed, 0 unproven, 0 unresolved, 0 withdrawn",
        "closed without resolution": "1 of 2 (50.0 %) cases",
        "closures without resolution": "1 of 2 (50.0 %)",
        "handoffs": "2 in 1 case",
        "loops": "1 in 1 case",
        "as of, hold": "2024-01-31 00:00 UTC, 14 days",
        "counted in": "calendar time",
    }


def test_lanes_of_a_log_without_states_can_be_shown():
    rows = log_of(chain("c1", "A@0h", "B@1h"))
    assert told(lh.reconstruct(lh.read_log(rows)))["closures without resolution"] == "0 of 0"


def test_nothing_in_it_is_markup_or_turns_the_text_round():
    shown = glance("<b>", [("</td><script>alert(1)</script>", "a & b \u202e\x1b[2J")])
    table = html.fromstring(shown)
    assert not list(table.iter("script", "b"))
    assert table.findtext(".//th/bdi") == "</td><script>alert(1)</script>"
    assert table.findtext(".//td/bdi") == "a & b \\u202e\\x1b[2J"
