"""How much hangs on the window: a table worked out by hand on eight tickets, and its laws on more."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import at, chain, log_of, span
from stitched_strategies import links_frame

import lanehop as lh
from lanehop.errors import ArgumentError
from lanehop.links import attach_links

COLUMNS = [
    "window",
    "n_inferred",
    "n_placebo",
    "n_cases",
    "n_stitched",
    "n_closed_unresolved",
    "n_closed_unresolved_firm",
    "median_time_to_fix",
]


def ticket(name, who, opened, done, **columns):
    return chain(name, f"A:working@{opened}h", resolved=f"{done}h", requester=who, **columns)


def tiny_log():
    """Gaps of one and three days by requester, one explicit follow-up, and a ticket on its own."""
    tickets = log_of(
        ticket("a1", "ann", 0, 2),
        ticket("a2", "ann", 26, 30),
        ticket("b1", "bob", 0, 4),
        ticket("b2", "bob", 76, 80),
        ticket("c1", "cem", 0, 6),
        ticket("c2", "cem", 500, 510),
        ticket("d1", "dora", 0, 8),
    )
    link = {"from_ticket": "c1", "to_ticket": "c2", "kind": "follow_up", "rule": "told"}
    return attach_links(lh.read_log(tickets, as_of=at("60D")), links=links_frame([link]))


def hours(table):
    return [length / span("1h") for length in table["median_time_to_fix"]]


def test_by_hand():
    found = lh.stitch_sensitivity(tiny_log(), windows=["12h", "1D", "2D", "3D"])
    assert found.columns.tolist() == COLUMNS
    # The gap of ann's is exactly one day, that of bob's exactly three.
    assert found[COLUMNS[:-1]].to_numpy().tolist() == [
        # c1 is closed without resolution, as c2 follows it up: that is firm.
        ["none", 0, 0, 6, 1, 1, 1],
        ["12h", 0, 1, 6, 1, 1, 1],
        ["1D", 1, 0, 5, 2, 2, 1],
        ["2D", 1, 1, 5, 2, 2, 1],
        ["3D", 2, 0, 4, 3, 3, 1],
    ]
    # Until fixed: a1 2, a2 4, b1 4, b2 4, d1 8, c 510 hours; with ann's as one 4, 4, 8, 30, 510; with bob's
    # 8, 30, 80, 510, where survival is one half from 30 hours on.
    assert hours(found) == [4, 4, 8, 8, 30]


def test_the_form_of_the_table():
    found = lh.stitch_sensitivity(tiny_log(), windows=["1D"])
    counts = dict.fromkeys(COLUMNS[1:-1], "int64")
    assert found.dtypes.astype(str).to_dict() == {
        "window": "str",
        **counts,
        "median_time_to_fix": "timedelta64[us]",
    }
    assert found.index.tolist() == [0, 1]


def test_explicit_links_are_followed_as_asked_for():
    found = lh.stitch_sensitivity(tiny_log(), windows=["1D"], kinds=())
    assert found["n_stitched"].tolist() == [0, 1]
    assert found["n_closed_unresolved"].tolist() == [0, 1]
    assert found["n_closed_unresolved_firm"].tolist() == [0, 0]


def test_what_must_agree_and_who_is_left_out():
    log = lh.read_log(
        log_of(
            ticket("a1", "ann", 0, 2, category="line"),
            ticket("a2", "ann", 3, 4, category="bill"),
            ticket("a3", "ann", 5, 6, category="line"),
        ),
        as_of=at("60D"),
    )

    def n(**options):
        return lh.stitch_sensitivity(log, windows=["1D"], **options)["n_inferred"].tolist()

    assert n() == [0, 2]
    assert n(match=["category"]) == [0, 1]
    assert n(max_tickets=2) == [0, 0]


def test_hold_is_that_of_reconstruct():
    log = tiny_log()
    # With 60 days of holding nobody is watched long enough, and no case was opened before the horizon.
    found = lh.stitch_sensitivity(log, windows=["1D"], hold="60D")
    assert found["median_time_to_fix"].isna().all()
    assert found["n_closed_unresolved"].tolist() == [1, 2]


def test_no_median_where_fewer_than_half_are_fixed():
    log = lh.read_log(
        log_of(
            ticket("a1", "ann", 0, 2),
            chain("b1", "A:working@0h", "A@5h", requester="bob"),
            chain("c1", "A:working@0h", "A@5h", requester="cem"),
        ),
        as_of=at("60D"),
    )
    assert lh.stitch_sensitivity(log, windows=["1D"])["median_time_to_fix"].isna().all()


def test_windows_stand_in_the_order_given():
    found = lh.stitch_sensitivity(tiny_log(), windows=["3D", "1D", "1D"])
    assert found["window"].tolist() == ["none", "3D", "1D", "1D"]
    assert found["n_inferred"].tolist() == [0, 2, 1, 1]


def test_the_default_windows_on_the_sample():
    log = lh.sample_log()
    found = lh.stitch_sensitivity(log)
    assert found["window"].tolist() == ["none", "1D", "2D", "3D", "5D", "7D", "14D", "21D", "30D", "60D"]
    assert found["n_inferred"].is_monotonic_increasing
    assert found["n_cases"].is_monotonic_decreasing
    assert (found["n_closed_unresolved_firm"] <= found["n_closed_unresolved"]).all()
    none = found.iloc[0]
    lanes = lh.reconstruct(lh.stitch(log))
    assert (none["n_inferred"], none["n_placebo"]) == (0, 0)
    assert none["n_cases"] == len(lanes.cases)
    assert none["n_stitched"] == (lanes.cases["n_tickets"] > 1).sum()
    assert none["n_closed_unresolved"] == none["n_closed_unresolved_firm"] == len(lh.flag_unresolved(lanes))


def test_the_log_is_left_as_it_is():
    log = tiny_log()
    links, tickets = log.links, log.tickets
    lh.stitch_sensitivity(log, windows=["1D"])
    pd.testing.assert_frame_equal(log.links, links)
    pd.testing.assert_frame_equal(log.tickets, tickets)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"windows": ()}, r"windows is a list of durations, such as \['1D', '7D'\], not \(\)"),
        ({"windows": "7D"}, "windows is a list of durations, .* not '7D'"),
        ({"windows": ["1D", 7]}, "windows must be a number with its unit, .* not 7"),
        ({"windows": ["1D", "7"]}, "windows must be a number with its unit"),
        ({"windows": [None]}, "windows must be a number with its unit, .* not None"),
        ({"windows": ["1D"], "hold": 14}, "hold must be a number with its unit"),
        ({"windows": ["1D"], "match": ["floor"]}, "the tickets have no column 'floor'"),
        ({"windows": ["1D"], "kinds": ["follow"]}, "kinds is a list of"),
        ({"windows": ["1D"], "max_tickets": 1}, "max_tickets must be at least 2"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ArgumentError, match=message):
        lh.stitch_sensitivity(tiny_log(), **options)
