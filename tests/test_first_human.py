"""The first person: by hand, in business time, and against the truth of a simulated desk.

All times are hours after the start. ``as_of`` is day 30 and ``hold`` 14 days.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import oracles
import pytest
from builders import chain, rows
from hypothesis import HealthCheck, assume, given, settings
from oracles import survival_median
from real_logs import needs_data
from review_oracles import acting_requesters, first_person, lanes_of_drawn
from stitched_strategies import stitched_desks
from test_real_logs import known, uci_path, uci_rows, uci_time

import lanehop as lh
from lanehop.clocks import Calendar
from lanehop.errors import ArgumentError, SchemaError

pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lanes(lanes_of):
    return lanes_of(
        # A person at once; after the bot; by acting only; the customer, who acts first, is none of the desk.
        chain("c1", "A:working/ann@0h", resolved="10h", requester="ida", channel="mail"),
        chain("c2", "A:waiting_customer/robot@0h", "A/ann@2h", "A:resolved/ann@3h", channel="phone"),
        chain("c3", "A:queued!ida@0h", "A:queued!ida@1h", "A!bob@4h", "A:resolved@9h", requester="ida"),
        # The bot was all they met: left; still there; helped.
        chain("c4", "A:waiting_customer/robot@0h", "A:closed@48h", channel="phone"),
        chain("c5", "A:queued!robot@700h", channel="phone"),
        chain("c6", "A:working/robot@0h", "A:resolved!robot@1h", channel="phone"),
        # Withdrawn before anybody was named.
        chain("c7", "A:queued@0h", "A:cancelled@6h", channel="mail"),
        bots=["robot", "another"],
    )


def test_each_case(lanes):
    found = {row["case"]: row for row in rows(lh.first_human(lanes).cases)}
    names = ("met_first", "met_a_person", "left_before")
    assert {case: tuple(row[name] for name in names) for case, row in found.items()} == {
        "c1": ("person", True, False),
        "c2": ("bot", True, False),
        "c3": ("person", True, False),
        "c4": ("bot", False, True),
        "c5": ("bot", False, False),
        "c6": ("bot", False, False),
        "c7": ("nobody", False, True),
    }
    assert {case: (row["time_before"] / HOUR, row["life"] / HOUR) for case, row in found.items()} == {
        "c1": (0, 10),
        "c2": (2, 3),
        "c3": (4, 9),
        "c4": (48, 48),
        "c5": (20, 20),
        "c6": (1, 1),
        "c7": (6, 6),
    }
    assert [case for case, row in found.items() if row["met_at"] is None] == ["c4", "c5", "c6", "c7"]


def test_what_it_comes_to(lanes):
    row = rows(lh.first_human(lanes).summary)[0]
    counts = ("n", "n_bots", "n_met", "n_waiting", "n_left_before", "n_without", "small")
    assert tuple(row[name] for name in counts) == (7, 1, 3, 1, 2, 1, True)
    assert row["share_left_before"] == pytest.approx(2 / 6)
    assert row["share_left_before_low"] == pytest.approx(0.09677, abs=1e-5)
    assert row["share_left_before_high"] == pytest.approx(0.70001, abs=1e-5)
    # 0, 2 and 4 h; c5 not for 20 h, c4, c6 and c7 not for 720: at 4 h three of the six that can be watched are left...
    assert row["median_time_before"] is None
    assert row["time_before"] / HOUR == 0 + 2 + 4 + 48 + 20 + 1 + 6
    assert row["share_before"] == pytest.approx(81 / 97)


def test_the_median_is_of_all_that_came(lanes_of):
    frames = [chain(f"c{i}", "A:queued@0h", f"A:working/ann@{i}h") for i in (1, 2, 3)]
    found = lh.first_human(lanes_of(*frames, chain("c9", "A:queued@0h", "A:cancelled@1h"))).summary
    # Who left after an hour did not meet anybody after it: half had at 2 h.
    assert found["median_time_before"].iloc[0] / HOUR == 2


def test_groups(lanes):
    by_first = lh.first_human(lanes, by="met_first").summary
    assert [(row["met_first"], row["n"], row["n_met"]) for row in rows(by_first)] == [
        ("person", 2, 2),
        ("bot", 4, 1),
        ("nobody", 1, 0),
    ]
    by_channel = lh.first_human(lanes, by="channel")
    assert [(row["channel"], row["n"], row["n_left_before"]) for row in rows(by_channel.summary)] == [
        ("mail", 2, 1),
        ("phone", 4, 1),
        (None, 1, 0),
    ]
    assert "channel" in by_channel.cases
    assert lh.first_human(lanes, by=["channel", "met_first"]).summary["n"].sum() == 7
    assert lh.first_human(lanes, by="outcome").summary["n"].sum() == 7
    with pytest.raises(ArgumentError, match="no column 'colour'"):
        lh.first_human(lanes, by="colour")
    with pytest.raises(ArgumentError, match="no column 'n_bots'"):
        lh.first_human(lanes, by="n_bots")


def test_without_declared_bots_all_are_people(lanes):
    log = lanes.log
    people = dataclasses.replace(log, dialect=dataclasses.replace(log.dialect, bots=()))
    found = lh.first_human(lh.reconstruct(people))
    assert found.summary["n_bots"].tolist() == [0]
    assert found.summary["n_met"].tolist() == [6]


def test_without_names_it_says_so(lanes_of):
    with pytest.raises(SchemaError, match=r"names neither agents nor actors.*columns\.agent, columns\.actor"):
        lh.first_human(lanes_of(chain("c1", "A:working@0h", resolved="1h")))


def test_in_business_time(lanes_of):
    office = Calendar({"mon-fri": "09:00-17:00"}, "UTC")
    log = lanes_of(
        chain("c1", "A:queued/robot@0h", "A:working/ann@11h", resolved="16h"),
        chain("c2", "A:queued/robot@0h", "A:closed@12h"),
        bots=["robot"],
        as_of="4D",
    ).log
    found = lh.first_human(lh.reconstruct(log, calendar=office))
    assert [x / HOUR for x in found.cases["business_time_before"]] == [2, 3]
    assert [x / HOUR for x in found.cases["business_life"]] == [7, 3]
    # One of two after 2 h; the other not on four working days.
    assert found.summary["business_median_time_before"].iloc[0] / HOUR == 2
    assert found.summary["business_share_before"].iloc[0] == pytest.approx(5 / 10)
    always = lh.first_human(lh.reconstruct(log, calendar=Calendar.always()))
    for table in (always.summary, always.cases):
        for name in table:
            if name.startswith("business_"):
                assert table[name].equals(table[name.removeprefix("business_")])


def test_it_may_be_edited_and_says_what_it_is(lanes):
    found = lh.first_human(lanes)
    summary, cases = found.summary, found.cases
    cases["case"] = "x"
    summary["n"] = 0
    assert found.cases["case"].is_unique
    assert found.summary["n"].tolist() == [7]
    assert repr(found) == "FirstHuman(7 cases, 3 met a person, 2 left before one)"


def test_dropouts_of_a_simulated_desk_are_found():
    log, truth = lh.simulate(3000, seed=4, bots=0.4, bot_dropout=0.3, parallel=0.0)
    found = lh.first_human(lh.reconstruct(log)).cases.set_index("case")
    dropped = truth.closures.loc[truth.closures["how"] == "dropped_out", "ticket"]
    assert len(dropped) > 100
    # A case is a ticket here; all others that are done were done by a person.
    assert set(found.index[found["left_before"]]) == set(dropped)


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stitched_desks())
def test_it_is_what_the_oracle_finds(drawn):
    drawn = acting_requesters(drawn)
    desk = drawn.stitched
    assume(any((event["agent"] or event["actor"]) and event["time"] <= desk.as_of for event in desk.events))
    lanes = lanes_of_drawn(drawn)
    found = lh.first_human(lanes)
    cases, spans = oracles.cases(desk), []
    for case, row in zip(cases, rows(found.cases), strict=True):
        met_at = first_person(desk, case["case"])
        gone = met_at is None and case["outcome"] in ("unresolved", "withdrawn")
        assert (row["case"], row["met_at"], row["met_a_person"]) == (case["case"], met_at, met_at is not None)
        assert row["left_before"] == gone
        assert row["time_before"] == (met_at or case["ended_at"]) - case["opened_at"]
        assert row["life"] == case["ended_at"] - case["opened_at"]
        assert (row["met_first"] == "nobody") <= (met_at is None)
        spans.append(((met_at or desk.as_of) - case["opened_at"], met_at is not None))
    summary = rows(found.summary)[0]
    assert summary["median_time_before"] == survival_median(spans)
    assert summary["n"] == summary["n_met"] + summary["n_waiting"] + summary["n_left_before"] + summary["n_without"]


@needs_data
@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
def test_the_first_person_of_the_uci_log():
    found = lh.first_human(lh.reconstruct(lh.read_log(uci_path(), dialect="uci_incidents"))).cases
    met = {}
    for row in uci_rows():
        if known(row["assigned_to"]) or known(row["sys_updated_by"]):
            met.setdefault(row["number"], []).append(uci_time(row["sys_updated_at"]))
    assert dict(zip(found["case"], found["met_at"], strict=True)) == {x: min(times) for x, times in met.items()}
