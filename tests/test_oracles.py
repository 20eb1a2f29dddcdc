"""The oracles themselves, pinned by examples worked out by hand from the definitions."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import pairwise

import oracles
import pandas as pd
import pytest
from builders import START, assert_same, at, chain, log_of, rows, source, span
from hypothesis import HealthCheck, given, settings
from oracles import COLUMNS, ZERO, desk_of
from strategies import desks, read_options, source_frame

CLASSES = {
    "Solved": "fixed",
    "Bypassed": "workaround",
    "Gave up": "not_fixed",
    "Not wanted": "withdrawn",
    "Known": "duplicate",
}


def desk(*frames, as_of="30D", **options):
    return desk_of(rows(log_of(*frames)), as_of=at(as_of), classes=CLASSES, **options)


def only(table):
    assert len(table) == 1
    return table[0]


def pick(table, *names):
    """The named columns of each row; times as hours after the start, lengths as hours."""

    def plain(value):
        if isinstance(value, dt.datetime):
            value = value - START
        return value / span("1h") if isinstance(value, dt.timedelta) else value

    return [tuple(plain(row[name]) for name in names) for row in table]


def closure(*steps, as_of="30D", options=None, **columns):
    return only(oracles.closures(desk(chain("c1", *steps, **columns), as_of=as_of, **(options or {}))))


# The ladder ------------------------------------------------------------------------------------------


def test_two_departments_back_and_forth():
    found = desk(chain("c1", "A@0h", "B@1h", "A@3h", "B@6h", closed="9h"))
    assert pick(oracles.stays(found), "stay", "department", "entered_at", "left_at", "open_time", "ended_by") == [
        (0, "A", 0, 1, 1, "handoff"),
        (1, "B", 1, 3, 2, "handoff"),
        (2, "A", 3, 6, 3, "handoff"),
        (3, "B", 6, 9, 3, "end"),
    ]
    assert pick(oracles.handoffs(found), "handoff", "from_department", "to_department", "at", "is_return") == [
        (0, "A", "B", 1, False),
        (1, "B", "A", 3, True),
        (2, "A", "B", 6, True),
    ]
    assert pick(oracles.loops(found), "loop", "department", "length", "path", "cycle", "away") == [
        (0, "A", 1, "A > B > A", "A > B", 2),
        (1, "B", 1, "B > A > B", "A > B", 3),
    ]
    assert pick(oracles.loops(found), "first_stay", "last_stay", "left_at", "returned_at") == [
        (0, 2, 1, 3),
        (1, 3, 3, 6),
    ]
    case = only(oracles.cases(found))
    counts = ("n_departments", "n_handoffs", "n_loops", "n_ping_pongs", "max_alternations", "time_in_loops")
    assert pick([case], *counts) == [(2, 3, 2, 2, 3, 5)]
    assert case["chain"] == "A > B > A > B"
    assert (case["first_department"], case["last_department"]) == ("A", "B")
    assert pick(oracles.count_loops(found, by="rule"), "rule", "n", "n_cases", "median_away") == [
        ("ping_pong", 2, 1, 2.5),
        ("indirect", 0, 0, None),
        ("alternations", 3, 1, None),
        ("returns", 2, 1, 2.5),
        ("distinct", 2, 1, None),
    ]
    assert pick(oracles.count_loops(found), "cycle", "n", "n_cases", "median_away") == [("A > B", 2, 1, 2.5)]


def test_alternations_stop_where_a_third_department_comes_in():
    # A B A B has 3 handoffs, B C B C B has 4.
    names = ["A", "B", "A", "B", "C", "B", "C", "B"]
    assert oracles.longest_alternation(names) == 4
    assert oracles.longest_alternation(["A", "B", "C", "A"]) == 0
    assert oracles.longest_alternation(["A", "B"]) == 0
    assert oracles.longest_alternation([]) == 0


def test_a_loop_goes_back_to_the_latest_earlier_visit_and_overlapping_loops_count_once():
    found = desk(chain("c1", "A@0h", "B@1h", "C@2h", "B@4h", "A@5h", "C@6h", "A@8h", resolved="9h"))
    assert pick(oracles.loops(found), "department", "length", "path", "left_at", "returned_at") == [
        ("B", 1, "B > C > B", 2, 4),
        ("A", 3, "A > B > C > B > A", 1, 5),
        ("C", 2, "C > B > A > C", 4, 6),
        ("A", 1, "A > C > A", 6, 8),
    ]
    # Union of [2, 4), [1, 5), [4, 6), [6, 8) is [1, 8).
    assert only(oracles.cases(found))["time_in_loops"] == span("7h")
    assert [row["cycle"] for row in oracles.loops(found)] == ["B > C", "A > B > C > B", "A > C > B", "A > C"]


def test_a_cycle_is_compared_name_by_name_and_by_code_point():
    # As texts "x > y > x > z" comes before "x > z > x > y"; as names "x" comes before "x > y".
    assert oracles.cycle_of(["x > y", "x", "z"]) == "x > z > x > y"
    assert oracles.cycle_of(["a", "Z"]) == "Z > a"
    assert oracles.cycle_of(["\U0001d400", "\uff21"]) == "\uff21 > \U0001d400"


def test_unassigned_between_departments():
    frame = chain("c1", "A@0h", "-@1h", "B@2h", "-@3h", "B@4h", "A@5h", resolved="6h")
    found = desk(frame, missing_department="unassigned")
    assert pick(oracles.stays(found), "department", "left_at", "ended_by") == [
        ("A", 1, "unassigned"),
        (None, 2, "assigned"),
        ("B", 3, "unassigned"),
        (None, 4, "assigned"),
        ("B", 5, "handoff"),
        ("A", 6, "end"),
    ]
    # The merged B is stays 2 to 4: it is entered with the first and left with the last.
    assert pick(oracles.handoffs(found), "from_department", "to_department", "at", "from_stay", "to_stay") == [
        ("A", "B", 2, 0, 2),
        ("B", "A", 5, 4, 5),
    ]
    assert pick(oracles.loops(found), "first_stay", "last_stay", "left_at", "returned_at", "away", "length") == [
        (0, 5, 1, 5, 4, 1)
    ]
    assert only(oracles.cases(found))["chain"] == "A > B > A"

    carried = desk(frame)
    assert [row["department"] for row in oracles.stays(carried)] == ["A", "B", "A"]
    assert [row["n_events"] for row in oracles.stays(carried)] == [2, 3, 2]


def test_a_merged_run_is_left_with_its_last_stay_and_returned_to_with_its_first():
    found = desk(
        chain("c1", "A@0h", "-@1h", "A@2h", "B@3h", "A@4h", "-@5h", "A:working@6h", as_of=None),
        missing_department="unassigned",
    )
    assert pick(oracles.loops(found), "first_stay", "last_stay", "left_at", "returned_at") == [(2, 4, 3, 4)]
    # The pickup at 6h is in stay 6, not in stay 4 that the handoff leads to: censored when that is left.
    assert pick(oracles.handoffs(found), "from_stay", "to_stay", "pickup", "pickup_observed") == [
        (2, 3, 1, False),
        (3, 4, 1, False),
    ]


def test_before_the_first_event_there_is_a_stay_without_department():
    found = desk(chain("c1", "A:queued@2h", resolved="5h", opened_at="0h"))
    assert pick(oracles.stays(found), "department", "entered_at", "left_at", "open_time", "n_events", "ended_by") == [
        (None, 0, 2, 2, 0, "assigned"),
        ("A", 2, 5, 3, 2, "end"),
    ]
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "queued", 3),
        (None, "open", 2),
    ]
    assert oracles.handoffs(found) == []
    assert only(oracles.cases(found))["time_to_close"] == span("5h")


def test_the_gap_and_events_without_department_are_one_stay():
    found = desk(chain("c1", "-@2h", "-/ann@3h", "A@4h", resolved="5h", opened_at="0h"))
    assert pick(oracles.stays(found), "department", "entered_at", "left_at", "n_events", "n_agents") == [
        (None, 0, 4, 2, 1),
        ("A", 4, 5, 2, 0),
    ]


def test_the_earlier_of_opening_time_and_first_event_counts():
    found = desk(chain("c1", "A@2h", resolved="5h", opened_at="3h"))
    assert only(oracles.cases(found))["opened_at"] == at("2h")
    assert len(oracles.stays(found)) == 1


def test_a_case_that_never_had_a_department():
    found = desk(chain("c1", "-:working@0h", resolved="5h"))
    case = only(oracles.cases(found))
    assert (case["chain"], case["first_department"], case["n_departments"], case["n_handoffs"]) == (
        None,
        None,
        0,
        0,
    )
    assert case["outcome"] == "fixed"
    assert case["fix_department"] is None
    assert case["fix_stay_time"] == span("5h")


def test_moves_at_one_instant_follow_the_rows_and_leave_stays_of_no_length():
    found = desk(chain("c1", "A@0h", "B@1h", "C@1h", resolved="1h"))
    assert pick(oracles.stays(found), "department", "entered_at", "left_at") == [
        ("A", 0, 1),
        ("B", 1, 1),
        ("C", 1, 1),
    ]
    assert pick(oracles.handoffs(found), "to_department", "at", "pickup") == [("B", 1, 0), ("C", 1, 0)]
    assert pick(oracles.charges(found), "department", "time") == [("A", 1)]


def test_rows_are_put_in_order_of_time_then_row():
    found = desk(chain("c1", "C@5h", "A@0h", "B@5h", resolved="9h"))
    assert only(oracles.cases(found))["chain"] == "A > C > B"


def test_events_after_as_of_do_not_exist_and_one_at_it_does():
    frames = chain("c1", "A@0h", "B@2h", "C@3h", resolved="4h"), chain("c2", "A@4h")
    found = desk(*frames, as_of="3h")
    assert pick(oracles.stays(found), "case", "department", "left_at", "ended_by", "observed") == [
        ("c1", "A", 2, "handoff", True),
        ("c1", "B", 3, "handoff", True),
        ("c1", "C", 3, "open", False),
    ]
    assert only(oracles.cases(found))["outcome"] == "open"


def test_a_case_that_is_done_ends_with_its_last_event():
    found = desk(chain("c1", "A@0h", "A:resolved@2h", "A@3h", "B@5h", "B@9h"))
    assert pick(oracles.cases(found), "ended_at", "done_at", "chain") == [(9, 2, "A > B")]
    # Done time goes to the department that declared it done, whoever holds it since.
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "open", 2),
        ("A", "settled", 7),
    ]
    stays = pick(oracles.stays(found), "department", "left_at", "open_time", "ended_by")
    assert stays == [("A", 5, 2, "handoff"), ("B", 9, 0, "end")]
    assert only(oracles.handoffs(found))["while_done"] is True


def test_an_open_case_runs_to_as_of():
    found = desk(chain("c1", "A:working@0h", "B@5h"), as_of="9h")
    assert pick(oracles.stays(found), "left_at", "ended_by", "observed") == [
        (5, "handoff", True),
        (9, "open", False),
    ]
    assert pick(oracles.cases(found), "ended_at", "done_at", "first_done_at", "time_to_close", "time_to_fix") == [
        (9, None, None, None, None)
    ]


def test_agents_of_a_stay_are_those_its_events_name():
    found = desk(chain("c1", "A/ann@0h", "A/bob@1h", "A/ann@2h", "B@3h", "B/ann@4h"))
    assert [row["n_agents"] for row in oracles.stays(found)] == [2, 1]


@pytest.mark.parametrize(
    ("steps", "pickup", "observed"),
    [
        (("A:queued@0h", "B@1h", "B:working@3h"), 2, True),
        (("A:queued@0h", "B:working@1h"), 0, True),  # the arriving event itself counts
        (("A@0h", "B@1h", "B:working@3h"), 2, True),  # unknown counts as not working
        (("A:working@0h", "B@1h", "B:working@3h"), 8, False),  # carried over: no pickup
        (("A:working@0h", "B@1h", "B:queued@2h", "B:working@4h"), 3, True),
        (("A:working@0h", "B:working@1h", "B:waiting_other@2h"), 8, False),
        (("A:queued@0h", "B@1h", "B:working@3h", "B:queued@3h"), 2, True),  # within one instant
    ],
)
def test_pickup(steps, pickup, observed):
    found = desk(chain("c1", *steps), as_of="9h")
    assert pick(oracles.handoffs(found), "pickup", "pickup_observed") == [(pickup, observed)]


def test_pickup_is_censored_when_the_stay_is_left():
    found = desk(chain("c1", "A@0h", "B@1h", "C@4h", "C:working@6h"))
    assert pick(oracles.handoffs(found), "pickup", "pickup_observed") == [(3, False), (2, True)]


def test_a_return_while_done():
    found = desk(chain("c1", "A@0h", "B@1h", "B:resolved@2h", "A:working@3h"))
    assert pick(oracles.handoffs(found), "while_done", "pickup") == [(False, 2), (True, 0)]
    # The first pickup: B is left at 3h without having entered working.
    assert [row["pickup_observed"] for row in oracles.handoffs(found)] == [False, True]
    assert only(oracles.loops(found))["while_done"] is True


# Closures --------------------------------------------------------------------------------------------


def test_fixed_and_unproven_meet_at_the_hold():
    steps = "A:working@0h", "A:resolved@5h"
    assert closure(*steps, as_of="14D5h")["verdict"] == "fixed"
    assert closure(*steps, as_of="14D4h")["verdict"] == "unproven"
    assert closure(*steps, as_of="6h", options={"hold": span("1h")})["verdict"] == "fixed"
    row = closure(*steps, as_of="14D5h")
    assert [row[name] for name in oracles.REASONS] == [False] * 6
    assert (row["reason"], row["from_state"], row["parallel"], row["continued_by"]) == (
        None,
        "working",
        False,
        None,
    )


def test_the_hold_counts_from_the_claim_and_time_to_close_from_the_closing():
    found = desk(chain("c1", "A@0h", "A:closed@1h", "A:resolved@3h", "A:closed@4h"), as_of="14D2h")
    row = only(oracles.closures(found))
    assert pick([row], "at", "claimed_at", "closed_at") == [(1, 3, 1)]
    assert row["verdict"] == "unproven"
    assert only(oracles.cases(found))["time_to_close"] == span("1h")


def test_reopened():
    found = desk(chain("c1", "A:working@0h", "A:resolved@2h", "B:working@5h", "B:resolved@9h", "B:closed@10h"))
    assert pick(oracles.closures(found), "at", "reopened_at", "open_again", "verdict", "reason", "department") == [
        (2, 5, 4, "unresolved", "reopened", "A"),
        (9, None, None, "fixed", None, "B"),
    ]
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "working", 2),
        ("A", "false_done", 3),
        ("B", "working", 4),
        ("B", "settled", 1),
    ]
    case = only(oracles.cases(found))
    assert (case["n_closures"], case["n_unresolved"], case["n_reopens"]) == (2, 1, 1)
    assert (case["closed_unresolved"], case["reason"], case["outcome"]) == (True, "reopened", "fixed")
    times = (
        "first_done_at",
        "last_done_at",
        "done_at",
        "fixed_at",
        "time_to_close",
        "time_to_fix",
        "fix_stay_time",
    )
    assert pick([case], *times) == [(2, 9, 9, 9, 2, 9, 4)]
    assert case["fix_department"] == "B"
    flagged = only(oracles.flag_unresolved(found))
    assert (flagged["closure"], flagged["n_closures"], flagged["department"], flagged["outcome"]) == (
        0,
        2,
        "A",
        "fixed",
    )


def test_reopened_and_not_closed_again():
    found = desk(chain("c1", "A@0h", "A:resolved@2h", "A:open@5h"), as_of="7h")
    assert pick(oracles.closures(found), "reopened_at", "open_again") == [(5, None)]
    assert pick(oracles.cases(found), "outcome", "done_at", "last_done_at", "ended_at") == [("open", None, 2, 7)]
    assert pick(oracles.charges(found), "state", "time") == [("open", 4), ("false_done", 3)]


def test_fix_stay_time_counts_from_the_last_reopening_in_the_same_stay():
    found = desk(chain("c1", "A@0h", "B:working@1h", "B:resolved@2h", "B:working@5h", "B:resolved@9h"))
    assert only(oracles.cases(found))["fix_stay_time"] == span("4h")
    found = desk(chain("c1", "A:working@0h", "A:resolved@2h", "A:working@5h", "B@6h", "B:resolved@9h"))
    assert only(oracles.cases(found))["fix_stay_time"] == span("3h")


def test_the_department_of_the_claim_is_that_of_its_event():
    # A closed it, and B, which holds it since, says that it is fixed.
    found = desk(chain("c1", "A:working@0h", "A:closed@2h", "B:resolved@5h"))
    assert only(oracles.closures(found))["department"] == "A"
    assert pick(oracles.cases(found), "fix_department", "fix_stay_time", "time_to_fix") == [("B", 0, 5)]
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "working", 2),
        ("A", "settled", 3),
    ]


def test_negative_code():
    row = closure("A@0h", "A:resolved=Gave up@5h")
    assert (row["verdict"], row["reason"], row["resolution"]) == ("unresolved", "negative_code", "Gave up")
    assert row["claimed_at"] == at("5h")
    # The last code said counts.
    assert closure("A@0h", "A:resolved=Gave up@5h", "A:closed=Solved@6h")["verdict"] == "fixed"


def test_silence():
    silent = "A:waiting_customer@0h", "A:closed@5h"
    row = closure(*silent)
    assert (row["silent"], row["silence"], row["no_claim"], row["reason"]) == (True, True, True, "silence")
    # Claimed, and by a person: silent, but no silence.
    row = closure("A:waiting_customer@0h", "A:resolved/ann@5h", options={"bots": ["robot"]})
    assert (row["silent"], row["silence"], row["verdict"]) == (True, False, "fixed")
    # Claimed by a bot: the actor decides, else the agent.
    row = closure("A:waiting_customer@0h", "A:resolved/ann!robot@5h", options={"bots": ["robot"]})
    assert (row["silence"], row["no_claim"], row["reason"]) == (True, False, "silence")
    row = closure("A:waiting_customer@0h", "A:resolved/robot!ann@5h", options={"bots": ["robot"]})
    assert row["silence"] is False
    row = closure("A:waiting_customer/robot@0h", "A:resolved@5h", options={"bots": ["robot"]})
    assert row["silence"] is True
    row = closure("A:working@0h", "A:resolved!robot@5h", options={"bots": ["robot"]})
    assert (row["silent"], row["silence"]) == (False, False)


def test_no_claim():
    row = closure("A:working@0h", "A:closed@5h")
    assert (row["verdict"], row["reason"], row["claimed_at"]) == ("unresolved", "no_claim", None)
    row = closure("A:working@0h", "A:closed@5h", options={"closing_is_claim": True})
    assert (row["verdict"], row["claimed_at"]) == ("fixed", at("5h"))
    row = closure("A:working@0h", "A:closed=Solved@5h")
    assert (row["verdict"], row["claimed_at"]) == ("fixed", at("5h"))
    row = closure("A:working@0h", "A:closed@5h", "A=Bypassed@6h")
    assert (row["verdict"], row["claimed_at"], row["resolution"]) == ("fixed", at("6h"), "Bypassed")
    # Said before the episode: it is the resolution, but nobody claims it in the episode.
    row = closure("A:working=Solved@0h", "A:closed@5h")
    assert (row["resolution"], row["claimed_at"], row["reason"]) == ("Solved", None, "no_claim")
    # A code without a class is none.
    row = closure("A:working@0h", "A:closed=Whatever@5h")
    assert (row["resolution"], row["reason"]) == ("Whatever", "no_claim")


def test_withdrawn():
    assert closure("A@0h", "A:cancelled@5h")["verdict"] == "withdrawn"
    row = closure("A@0h", "A:cancelled@5h")
    # The evidence stands whatever the verdict; the reason does not.
    assert (row["no_claim"], row["reason"]) == (True, None)
    assert closure("A@0h", "A:resolved@5h", "A:cancelled@6h", "A:closed@7h")["verdict"] == "withdrawn"
    assert closure("A@0h", "A:cancelled@5h", "A:resolved@6h")["verdict"] == "fixed"
    assert closure("A@0h", "A:closed=Not wanted@5h")["verdict"] == "withdrawn"
    assert closure("A@0h", "A:resolved=Known@5h")["verdict"] == "withdrawn"
    # A code without a fix comes before, as does a reopening.
    assert closure("A@0h", "A:cancelled=Gave up@5h")["verdict"] == "unresolved"
    found = desk(chain("c1", "A@0h", "A:cancelled@5h", "A:open@6h"))
    assert only(oracles.closures(found))["reason"] == "reopened"
    # Silence comes after.
    assert closure("A:waiting_customer@0h", "A:cancelled@5h")["verdict"] == "withdrawn"


def test_the_first_reason_that_applies_is_named_and_all_stand():
    found = desk(chain("c1", "A:waiting_customer@0h", "A:closed=Gave up@5h", "A:open@6h"))
    row = only(oracles.closures(found))
    assert [name for name in oracles.REASONS if row[name]] == [
        "reopened",
        "negative_code",
        "silence",
        "no_claim",
    ]
    assert row["reason"] == "reopened"
    row = closure("A:waiting_customer@0h", "A:closed=Gave up@5h")
    assert row["reason"] == "negative_code"


def test_a_resolution_never_crosses_a_reopening():
    found = desk(
        chain(
            "c1",
            "A=Solved@0h",
            "A:resolved@1h",
            "A:open=Bypassed@2h",
            "A:resolved@3h",
            "A:open@4h",
            "A:closed@5h",
        )
    )
    assert [row["resolution"] for row in oracles.closures(found)] == ["Solved", "Bypassed", None]


def test_a_final_code_is_that_of_the_last_closure_and_claims_nothing():
    frame = chain("c1", "A:working@0h", "A:closed@1h", "A:open@2h", "A:closed@3h")
    found = oracles.closures(desk(frame, final={"c1": "Solved"}))
    assert pick(found, "resolution", "claimed_at", "reason") == [
        (None, None, "reopened"),
        ("Solved", None, "no_claim"),
    ]
    found = oracles.closures(desk(frame, final={"c1": "Gave up"}))
    assert [row["reason"] for row in found] == ["reopened", "negative_code"]


def test_first_event_done():
    found = desk(chain("c1", "A:resolved@5h", opened_at="1h"))
    row = only(oracles.closures(found))
    assert (row["from_state"], row["at"], row["verdict"], row["silent"]) == (None, at("5h"), "fixed", False)
    assert pick(oracles.charges(found), "department", "state", "time") == [(None, "open", 4)]
    assert pick(oracles.cases(found), "time_to_fix", "fix_stay_time") == [(4, 0)]
    row = closure("A@0h", "A:resolved@5h")
    assert row["from_state"] is None


def test_events_that_say_no_state_neither_reopen_nor_close():
    found = desk(chain("c1", "A:working@0h", "A:resolved@5h", "A@6h", "A:closed@8h", "A@9h"))
    row = only(oracles.closures(found))
    assert pick([row], "at", "closed_at", "reopened_at") == [(5, 8, None)]


def test_the_agent_of_a_closure_never_comes_from_an_earlier_department():
    assert closure("A/ann@0h", "A/bob@1h", "A:resolved@5h", "A/cid@6h")["agent"] == "bob"
    assert closure("A/ann@0h", "B@1h", "B:resolved@5h")["agent"] is None
    assert closure("A/ann@0h", "B@1h", "B:resolved/bob@5h")["agent"] == "bob"
    # Not even from the same department before it was unassigned.
    steps = "A/ann@0h", "-@1h", "A@2h", "A:resolved@3h"
    assert closure(*steps, options={"missing_department": "unassigned"})["agent"] is None
    assert closure(*steps)["agent"] == "ann"


def test_a_done_event_that_moves_the_ticket_is_declared_by_the_new_department():
    row = closure("A:working@0h", "B:resolved@5h")
    assert row["department"] == "B"


def test_done_time_is_charged_by_the_verdict():
    for last, state in {"Gave up": "false_done", "Whatever": "false_done", "Solved": "settled"}.items():
        found = desk(chain("c1", "A:working@0h", "A:closed@1h", f"A={last}@5h"))
        assert pick(oracles.charges(found), "state", "time") == [("working", 1), (state, 4)]
    found = desk(chain("c1", "A:working@0h", "A:cancelled@1h", "A:closed@5h"))
    assert pick(oracles.charges(found), "state", "time") == [("working", 1), ("settled", 4)]


def test_time_in_every_kind_of_state():
    found = desk(
        chain(
            "c1",
            *(
                "-@0h",
                "A@1h",
                "A:queued@2h",
                "A:working@4h",
                "B@7h",
                "B:waiting_customer@11h",
                "B:waiting_other@16h",
            ),
            *("B:open@22h", "B:resolved@29h", "A:working@37h", "A:resolved@46h", "A:closed@56h"),
        )
    )
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "queued", 2),
        ("A", "working", 12),
        ("A", "open", 1),
        ("A", "settled", 10),
        ("B", "working", 4),
        ("B", "waiting_customer", 5),
        ("B", "waiting_other", 6),
        ("B", "open", 7),
        ("B", "false_done", 8),
        (None, "open", 1),
    ]


# Counts and curves -----------------------------------------------------------------------------------


def test_handoffs_are_counted_with_kaplan_meier_medians():
    found = desk(
        chain("c1", "A:queued@0h", "B@1h", ":working@2h", "A@20h"),  # A-B: 1 observed; B-A: carried, censored
        chain("c2", "A:queued@0h", "B@1h", "C@3h"),  # A-B: 2 censored; B-C: censored
        chain("c3", "A:queued@0h", "B@1h", ":working@4h"),  # A-B: 3 observed
        chain("c4", "A:queued@0h", "B@1h", ":working@5h"),  # A-B: 4 observed
        as_of="24h",
    )
    # A-B: 3/4 at 1; one censored at 2; of two left one at 3: 3/8.
    assert pick(oracles.count_handoffs(found), *COLUMNS["count_handoffs"]) == [
        ("A", "B", 4, 0, 4, 3, 3),
        ("B", "A", 1, 0, 1, None, 0),
        ("B", "C", 1, 0, 1, None, 0),
    ]


def test_survival_by_hand():
    def hours(*pairs):
        return [(span(f"{n}h"), seen) for n, seen in pairs]

    # 5 at risk: 1 of 5 at 1h; one censored at 1h is still at risk there; 1 of 3 at 2h; the last is censored.
    curve = oracles.survival(hours((1, True), (1, False), (2, True), (3, False), (3, False)))
    assert curve == [(span("1h"), Fraction(4, 5)), (span("2h"), Fraction(8, 15))]
    assert oracles.survival_median(hours((1, True), (1, False), (2, True), (3, False), (3, False))) is None
    # Half left is enough.
    assert oracles.survival_median(hours((1, True), (2, True), (3, True), (4, True))) == span("2h")
    # Exactly one half by a product that binary floats miss: 5/6 * 4/5 * 3/4.
    assert oracles.survival_median(hours(*[(n, True) for n in range(1, 7)])) == span("3h")
    assert oracles.survival_median(hours((0, True), (2, False))) == ZERO
    assert oracles.survival_median([]) is None


def test_the_plain_median_rounds_down_to_the_microsecond():
    assert oracles.plain_median([span("3us"), span("0s")]) == span("1us")
    assert oracles.plain_median([span("9h"), span("1h"), span("2h")]) == span("2h")
    assert oracles.plain_median([]) is None


def test_loops_are_counted_by_cycle():
    found = desk(
        chain("c1", "A@0h", "B@1h", "A@2h", "B@5h"),  # B > A > B and A > B > A: one cycle, away 1 and 3
        chain("c2", "B@0h", "A@1h", "B@8h"),  # away 7
        chain("c3", "A@0h", "B@1h", "C@2h", "A@5h"),  # away 4
    )
    assert pick(oracles.count_loops(found), "cycle", "n", "n_cases", "median_away") == [
        ("A > B", 3, 2, 3),
        ("A > B > C", 1, 1, 4),
    ]
    assert pick(oracles.count_loops(found, by="rule"), "rule", "n", "n_cases", "median_away") == [
        ("ping_pong", 3, 2, 3),
        ("indirect", 1, 1, 4),
        ("alternations", 5, 2, None),
        ("returns", 4, 3, 3.5),
        ("distinct", 4, 3, None),
    ]


def test_the_clocks():
    found = desk(
        chain("fixed", "A@0D", resolved="4D"),
        chain("wrong", "A@0D", "A:closed@2D"),  # closed at 2, fix censored at the horizon
        chain("withdrawn", "A@0D", "A:cancelled@3D"),  # closed at 3, fix censored at 3
        chain("late", "A@10D", "A:cancelled@17D"),  # done after the horizon: both censored at it, age 6
        chain("unproven", "A@10D", resolved="20D"),  # both censored at the horizon, age 6
        chain("open", "A@15D", "B@16D"),  # both censored at age 1
        chain("new", "A@16D", resolved="17D"),  # opened at the horizon: left out
        chain("newer", "A@20D"),  # left out
        as_of="30D",
    )
    spans = {row.pop("case"): tuple(row.values()) for row in oracles.clock_spans(found)}
    assert spans == {
        "fixed": (span("4D"), True, span("4D"), True),
        "wrong": (span("2D"), True, span("16D"), False),
        "withdrawn": (span("3D"), True, span("3D"), False),
        "late": (span("6D"), False, span("6D"), False),
        "unproven": (span("6D"), False, span("6D"), False),
        "open": (span("1D"), False, span("1D"), False),
    }
    result = oracles.clocks(found)
    assert (result["n"], result["n_left_out"], result["horizon"]) == (6, 2, at("16D"))
    # Close: 5 at risk at 2 (4/5), 4 at 3 (3/5), 3 at 4 (2/5). Fix: one event, 4 at risk: 3/4.
    assert result["median_close"] == span("4D")
    assert result["median_fix"] is None
    # Claims: fixed, unproven, new; the last two are not proven.
    assert (result["n_claims"], result["n_unproven"], result["share_unproven"]) == (3, 2, 2 / 3)
    assert (result["n_reopenings"], result["share_reopened_late"]) == (0, None)


def test_reopenings_that_came_later_than_the_hold():
    found = desk(
        chain("at it", "A@0D", "A:resolved@1D", "A:open@15D"),
        chain("late", "A@0D", "A:resolved@1D", "A:open@16D"),
        chain("no claim", "A@0D", "A:closed@1D", "A:open@16D"),
    )
    result = oracles.clocks(found)
    assert (result["n_reopenings"], result["n_claims_reopened"], result["n_claims_reopened_late"]) == (
        3,
        2,
        1,
    )
    assert result["share_reopened_late"] == 1 / 2


def test_a_fix_is_an_event_up_to_the_horizon_itself():
    found = desk(chain("c1", "A@0D", resolved="16D"))
    assert pick(oracles.clock_spans(found), "close_observed", "fix", "fix_observed") == [(True, 16 * 24, True)]


def test_cases_come_by_code_point():
    names = ["t2", "\U0001d400", "t10", "\uff21", "T3"]
    found = desk(*[chain(name, "A@0h", "B@1h") for name in names])
    order = ["T3", "t10", "t2", "\uff21", "\U0001d400"]
    for table in (oracles.cases, oracles.handoffs, oracles.charges, oracles.stays):
        assert list(dict.fromkeys(row["case"] for row in table(found))) == order


# What always holds -----------------------------------------------------------------------------------

TABLES = ("stays", "handoffs", "loops", "closures", "charges", "cases", "flag_unresolved", "count_handoffs")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(desks())
def test_the_oracles_keep_the_laws(desk):
    stays, cases, charges = oracles.stays(desk), oracles.cases(desk), oracles.charges(desk)
    for case in cases:
        own = [row for row in stays if row["case"] == case["case"]]
        life = case["ended_at"] - case["opened_at"]
        assert (own[0]["entered_at"], own[-1]["left_at"]) == (case["opened_at"], case["ended_at"])
        for one, following in pairwise(own):
            assert one["left_at"] == following["entered_at"]
            assert one["department"] != following["department"]
        assert sum((row["left_at"] - row["entered_at"] for row in own), ZERO) == life
        assert all(ZERO <= row["open_time"] <= row["left_at"] - row["entered_at"] for row in own)
        spent = [row for row in charges if row["case"] == case["case"]]
        assert sum((row["time"] for row in spent), ZERO) == life
        in_open_states = [row["time"] for row in spent if row["state"] in oracles.OPEN]
        assert sum((row["open_time"] for row in own), ZERO) == sum(in_open_states, ZERO)
        assert ZERO <= case["time_in_loops"] <= life
        assert (case["time_to_fix"] is not None) == case["fix_observed"]
    assert sum(row["n_events"] for row in stays) == sum(row["n_events"] for row in cases)
    assert sum(row["n_events"] for row in cases) == len([1 for event in desk.events if event["time"] <= desk.as_of])
    for row in oracles.closures(desk):
        assert (row["verdict"] == "unresolved") == (row["reason"] is not None)
        assert row["claimed_at"] is None or row["claimed_at"] >= row["at"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(desks())
def test_the_oracles_write_the_columns_of_the_definitions(desk):
    for name in TABLES:
        assert all(list(row) == COLUMNS[name] for row in getattr(oracles, name)(desk))
    for by in ("cycle", "rule"):
        assert all(list(row) == COLUMNS[f"count_loops_by_{by}"] for row in oracles.count_loops(desk, by=by))
    assert oracles.clocks(desk)["n"] <= len(oracles.cases(desk))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(desks())
def test_a_desk_survives_being_written_as_a_frame(desk):
    frame = source_frame(desk)
    written = rows(frame)
    if desk.final:
        assert all(row.get("resolution") == desk.final.get(row["case"]) for row in written)
        written = [{**row, "resolution": None} for row in written]
    again = desk_of(
        written,
        as_of=desk.as_of,
        hold=desk.hold,
        closing_is_claim=desk.closing_is_claim,
        missing_department=desk.missing_department,
        bots=desk.bots,
        classes=desk.classes,
        final=desk.final,
    )
    assert again == desk
    assert read_options(desk)["resolutions"]["fixed"] == ["Solved"]
    # A history even when cut at as_of: one ticket has two events at the earliest time.
    first = [event["ticket"] for event in desk.events if event["time"] == START]
    assert len(first) > len(set(first))
    assert desk.as_of >= START


# The builders ----------------------------------------------------------------------------------------


def test_a_chain_is_written_as_said():
    frame = chain("c1", "net@0h", "-:working/ann!robot=Solved@1D2h", closed="3D", opened_at="-2h", size=["a", "b", "c"])
    assert rows(frame) == [
        {
            "case": "c1",
            "time": START + dt.timedelta(hours=hours),
            "department": department,
            "state": state,
            "agent": agent,
            "actor": actor,
            "resolution": code,
            "opened_at": START - dt.timedelta(hours=2),
            "size": size,
        }
        for hours, department, state, agent, actor, code, size in [
            (0, "net", None, None, None, None, "a"),
            (26, None, "working", "ann", "robot", "Solved", "b"),
            (72, None, "closed", None, None, None, "c"),
        ]
    ]
    assert str(frame["time"].dtype) == str(frame["opened_at"].dtype) == "datetime64[us, UTC]"
    assert str(frame["department"].dtype) == "str"
    assert list(chain("c1", "net@0h", "db@3h").columns) == ["case", "time", "department"]
    both = log_of(chain("c1", "net@0h"), chain("c2", "net:working@90s", resolved="5min"))
    assert [(row["case"], row["state"]) for row in rows(both)] == [
        ("c1", None),
        ("c2", "working"),
        ("c2", "resolved"),
    ]
    assert list(both.index) == [0, 1, 2]


@pytest.mark.parametrize("step", ["net", "net@", "net@1", "net@1m", "net@h", "@", "net:@1h"])
def test_a_step_that_cannot_be_meant_is_refused(step):
    with pytest.raises(ValueError, match="not a"):
        chain("c1", step)


def test_tables_that_differ_are_told_apart():
    frame = source([{"case": "c1", "time": at("1h"), "department": None}])
    assert_same(frame, rows(frame))
    assert_same(frame.iloc[:0], [], columns=["case", "time", "department"])
    with pytest.raises(AssertionError, match=r"department: found None, expected net"):
        assert_same(frame, [{"case": "c1", "time": at("1h"), "department": "net"}])
    with pytest.raises(AssertionError, match=r"rows: found 1, expected 0\nonly found: case=c1"):
        assert_same(frame, [])
    with pytest.raises(AssertionError, match="columns"):
        assert_same(frame, [{"case": "c1", "department": None, "time": at("1h")}])
    with pytest.raises(AssertionError, match=r"n: found 1, expected True \(int, bool\)"):
        assert_same(pd.DataFrame({"n": [1]}), [{"n": True}])
    counted = pd.DataFrame({"n": pd.array([1, None], dtype="Int32"), "length": pd.to_timedelta([1, None], unit="s")})
    assert_same(counted, [{"n": 1, "length": span("1s")}, {"n": None, "length": None}])
