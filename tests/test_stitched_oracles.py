"""Stitching and the line of a case as the oracles find them, pinned by examples worked out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise

import oracles
import pytest
from builders import START, at, chain, log_of, rows, span
from hypothesis import HealthCheck, given, settings
from oracles import COLUMNS, ZERO, desk_of, lives
from stitched_oracles import spans_of, stitch_oracle, stitched
from stitched_strategies import links_frame, stitched_desks, stitched_frame
from strategies import CLASSES, read_options

STAY = ("ticket", "department", "entered_at", "left_at", "open_time", "n_events", "ended_by")


def desk(*frames, as_of="60D", **options):
    return desk_of(rows(log_of(*frames)), as_of=at(as_of), classes=CLASSES, **options)


def link(*steps):
    """Links written as ``"t1 follow_up t2"``."""
    return [dict(zip(("from_ticket", "kind", "to_ticket"), step.split(), strict=True)) for step in steps]


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


# The story -------------------------------------------------------------------------------------------


def one_lane_tech():
    """Six tickets, each done within a day, for one problem that a sixth department solves in five minutes."""
    plain = desk(
        chain("t1", "Network:working@0h", resolved="20h"),
        chain("t2", "Billing:working@4D", resolved="4D10h"),
        chain("t3", "Network:working@9D", resolved="9D5h"),
        chain("t4", "Field:working@15D", resolved="15D20h"),
        chain("t5", "Billing:working@22D", resolved="22D12h"),
        chain("t6", "Core:working@28D23h55min", resolved="29D"),
    )
    return plain, link(*(f"t{n} follow_up t{n + 1}" for n in range(1, 6)))


def test_six_tickets_done_within_a_day_are_one_case_of_29_days():
    found = stitched(*one_lane_tech())
    case = only(oracles.cases(found))
    assert (case["case"], case["n_tickets"], case["n_events"], case["outcome"]) == ("t1", 6, 12, "fixed")
    times = ("opened_at", "ended_at", "first_done_at", "last_done_at", "done_at", "fixed_at", "time_to_close")
    assert pick([case], *times, "overlap") == [(0, 696, 20, 696, 696, 696, 20, 0)]
    assert (case["time_to_fix"], case["fix_stay_time"]) == (span("29D"), span("5min"))
    # 29 days for five minutes.
    assert case["time_to_fix"] / case["fix_stay_time"] == 8352
    assert (case["n_closures"], case["n_unresolved"], case["n_reopens"], case["reason"]) == (6, 5, 0, "continued")
    assert case["chain"] == "Network > Billing > Network > Field > Billing > Core"
    assert (case["n_departments"], case["n_handoffs"], case["fix_department"]) == (4, 5, "Core")
    assert (case["n_loops"], case["n_ping_pongs"], case["max_alternations"]) == (2, 1, 2)
    # The two loops lie in [4D, 9D) and [9D, 22D).
    assert case["time_in_loops"] == span("18D")


def test_each_of_the_six_alone_looks_fixed():
    plain, _ = one_lane_tech()
    alone = stitched(plain, [])
    assert [row["outcome"] for row in oracles.cases(alone)] == ["fixed"] * 6
    assert oracles.handoffs(alone) == []


def test_the_stays_of_the_story():
    found = stitched(*one_lane_tech())
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "Network", 0, 96, 20, 2, "other_ticket"),
        ("t2", "Billing", 96, 216, 10, 2, "other_ticket"),
        ("t3", "Network", 216, 360, 5, 2, "other_ticket"),
        ("t4", "Field", 360, 528, 20, 2, "other_ticket"),
        ("t5", "Billing", 528, 695 + 11 / 12, 12, 2, "other_ticket"),
        ("t6", "Core", 695 + 11 / 12, 696, 1 / 12, 2, "end"),
    ]
    moves = oracles.handoffs(found)
    assert {(row["via"], row["while_done"], row["pickup"], row["pickup_observed"]) for row in moves} == {
        ("other_ticket", False, ZERO, True)
    }
    assert pick(oracles.loops(found), "path", "length", "left_at", "returned_at", "while_done") == [
        ("Network > Billing > Network", 1, 96, 216, False),
        ("Billing > Network > Field > Billing", 2, 216, 528, False),
    ]


def test_the_closures_and_charges_of_the_story():
    found = stitched(*one_lane_tech())
    names = ("closure", "ticket", "at", "parallel", "continued_by", "verdict", "reason")
    assert pick(oracles.closures(found), *names) == [
        (0, "t1", 20, False, "t2", "unresolved", "continued"),
        (1, "t2", 106, False, "t3", "unresolved", "continued"),
        (2, "t3", 221, False, "t4", "unresolved", "continued"),
        (3, "t4", 380, False, "t5", "unresolved", "continued"),
        (4, "t5", 540, False, "t6", "unresolved", "continued"),
        (5, "t6", 696, False, None, "fixed", None),
    ]
    # Done, and the problem not gone: each time on to the opening of the next ticket.
    spent = {(row["department"], row["state"]): row["time"] for row in oracles.charges(found)}
    assert spent == {
        ("Network", "working"): span("25h"),
        ("Network", "false_done"): span("76h") + span("139h"),
        ("Billing", "working"): span("22h"),
        ("Billing", "false_done"): span("110h") + span("155h55min"),
        ("Field", "working"): span("20h"),
        ("Field", "false_done"): span("148h"),
        ("Core", "working"): span("5min"),
    }
    assert sum(spent.values(), ZERO) == span("29D")
    flagged = only(oracles.flag_unresolved(found))
    assert (flagged["ticket"], flagged["n_closures"], flagged["outcome"]) == ("t1", 6, "fixed")


# The line --------------------------------------------------------------------------------------------


def test_a_ticket_that_opened_and_closed_while_another_was_followed_is_parallel():
    found = stitched(
        desk(chain("t1", "A:working@0h", resolved="10h"), chain("t2", "B:working@4h", resolved="8h")),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY) == [("t1", "A", 0, 10, 10, 2, "end")]
    case = only(oracles.cases(found))
    assert (case["n_tickets"], case["n_events"], case["overlap"], case["chain"]) == (2, 4, span("4h"), "A")
    assert pick([case], "first_done_at", "done_at", "n_closures", "n_unresolved") == [(10, 10, 1, 0)]
    # In order of time. What is parallel has a verdict of its own, and is continued by nothing.
    names = ("closure", "ticket", "at", "parallel", "continued_by", "verdict")
    assert pick(oracles.closures(found), *names) == [
        (0, "t2", 8, True, None, "fixed"),
        (1, "t1", 10, False, None, "fixed"),
    ]


def test_a_parallel_closure_stays_out_of_the_counts_whatever_its_verdict():
    found = stitched(
        desk(chain("t1", "A:working@0h", resolved="10h"), chain("t2", "B:working@4h", "B:closed@8h")),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.closures(found), "ticket", "verdict", "reason") == [
        ("t2", "unresolved", "no_claim"),
        ("t1", "fixed", None),
    ]
    case = only(oracles.cases(found))
    assert (case["n_unresolved"], case["closed_unresolved"], case["reason"]) == (0, False, None)
    assert oracles.flag_unresolved(found) == []


def test_a_ticket_that_is_open_when_the_first_is_done_is_taken_up_where_it_stands():
    found = stitched(
        desk(
            chain("t1", "A:working@0h", resolved="10h"),
            chain("t2", "X:queued@4h", "B:working@6h", resolved="14h"),
        ),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 10, 10, 2, "other_ticket"),
        ("t2", "B", 10, 14, 4, 1, "end"),
    ]
    move = only(oracles.handoffs(found))
    assert (move["from_department"], move["to_department"], move["via"]) == ("A", "B", "other_ticket")
    # It is worked on already: nobody picks it up.
    assert pick([move], "at", "pickup", "pickup_observed", "while_done", "mark") == [(10, 4, False, False, None)]
    assert pick(oracles.cases(found), "overlap", "time_to_fix", "fix_stay_time", "chain") == [(6, 14, 4, "A > B")]
    assert pick(oracles.charges(found), "department", "state", "time") == [("A", "working", 10), ("B", "working", 4)]


@pytest.mark.parametrize(
    ("steps", "pickup"),
    [
        (("B:queued@4h", "B:working@12h"), (2, True)),
        (("B:queued@4h", "B:working@10h"), (0, True)),  # at the turn itself
        (("B:working@4h", "B@11h"), (4, False)),  # carried
        (("B:working@4h", "B:queued@11h", "B:working@13h"), (3, True)),
        (("B:queued@4h", "B:working@5h", "C:queued@11h"), (1, False)),
    ],
)
def test_pickup_after_a_turn(steps, pickup):
    found = stitched(
        desk(chain("t1", "A:working@0h", resolved="10h"), chain("t2", *steps, "-:resolved@14h")),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.handoffs(found)[:1], "pickup", "pickup_observed") == [pickup]


def test_the_first_is_reopened_after_the_second_was_done():
    found = stitched(
        desk(
            chain("t1", "A:working@0h", "A:resolved@2h", "A:working@9h", "A:resolved@12h"),
            chain("t2", "B:working@5h", resolved="7h"),
        ),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 5, 2, 2, "other_ticket"),
        ("t2", "B", 5, 9, 2, 2, "other_ticket"),
        ("t1", "A", 9, 12, 3, 2, "end"),
    ]
    names = ("ticket", "at", "parallel", "reopened_at", "open_again", "reopened", "continued", "continued_by", "reason")
    assert pick(oracles.closures(found), *names) == [
        ("t1", 2, False, 9, 3, True, True, "t2", "reopened"),
        ("t2", 7, False, None, None, False, True, "t1", "continued"),
        ("t1", 12, False, None, None, False, False, None, None),
    ]
    case = only(oracles.cases(found))
    assert (case["n_closures"], case["n_unresolved"], case["n_reopens"], case["reason"]) == (3, 2, 1, "reopened")
    assert pick([case], "time_to_fix", "fix_stay_time", "chain", "overlap") == [(12, 3, "A > B > A", 0)]
    # The ticket was done before the event, but the case comes from another one.
    assert pick(oracles.handoffs(found), "at", "via", "while_done", "pickup", "pickup_observed") == [
        (5, "other_ticket", False, 0, True),
        (9, "other_ticket", False, 0, True),
    ]
    assert only(oracles.loops(found))["while_done"] is False
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "working", 5),
        ("A", "false_done", 3),
        ("B", "working", 2),
        ("B", "false_done", 2),
    ]


def test_the_first_is_reopened_while_the_second_is_open():
    first = "A:working@0h", "A:resolved@2h", "A:working@5h"
    second = chain("t2", "B:working@1h", resolved="7h")
    # Done again before the second is: parallel. t2 overlaps in [1, 2), t1 in [5, 6).
    found = stitched(desk(chain("t1", *first, "A:resolved@6h"), second), link("t1 follow_up t2"))
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 2, 2, 2, "other_ticket"),
        ("t2", "B", 2, 7, 5, 1, "end"),
    ]
    assert pick(oracles.closures(found), "ticket", "at", "parallel", "continued_by") == [
        ("t1", 2, False, "t2"),
        ("t1", 6, True, None),
        ("t2", 7, False, None),
    ]
    assert pick(oracles.cases(found), "overlap", "n_closures", "n_reopens", "done_at") == [(2, 2, 1, 7)]
    # From the turn at 2h: the reopening at 5h is of the other ticket.
    assert only(oracles.cases(found))["fix_stay_time"] == span("5h")
    # Still open when the second is done: taken up where it stands. t1 overlaps in [5, 7).
    found = stitched(desk(chain("t1", *first, "A:resolved@9h"), second), link("t1 follow_up t2"))
    assert pick(oracles.stays(found), *STAY)[2:] == [("t1", "A", 7, 9, 2, 1, "end")]
    assert pick(oracles.cases(found), "overlap", "fix_stay_time", "n_closures") == [(3, 2, 3)]


def test_a_reopening_while_the_case_stays_with_its_ticket_is_as_in_a_ticket_alone():
    found = stitched(
        desk(
            chain("t1", "A:working@0h", "A:resolved@2h", "A:closed@3h", "B:working@4h", "B:resolved@6h"),
            chain("t2", "C:working@9h", resolved="10h"),
        ),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 4, 2, 3, "handoff"),
        ("t1", "B", 4, 9, 2, 2, "other_ticket"),
        ("t2", "C", 9, 10, 1, 2, "end"),
    ]
    assert pick(oracles.handoffs(found), "via", "while_done") == [("reassignment", True), ("other_ticket", False)]
    assert pick(oracles.closures(found), "reopened", "continued", "continued_by") == [
        (True, False, None),
        (False, True, "t2"),
        (False, False, None),
    ]


def test_what_happens_at_the_instant_of_a_reopening_is_followed_while_the_case_stays():
    found = stitched(
        desk(
            chain("t1", "A@0h", "A:resolved@2h", "B:closed@5h", "A:open@5h", "A:resolved@6h"),
            chain("t2", "C@9h", resolved="10h"),
        ),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY)[:3] == [
        ("t1", "A", 0, 5, 2, 2, "handoff"),
        ("t1", "B", 5, 5, 0, 1, "handoff"),
        ("t1", "A", 5, 9, 1, 2, "other_ticket"),
    ]


def test_of_open_tickets_the_one_opened_first_is_next():
    found = stitched(
        desk(
            chain("t1", "A@0h", resolved="5h"),
            chain("t2", "B@4h", resolved="20h"),
            chain("t3", "C@3h", resolved="9h"),
            chain("t4", "D@6h", resolved="7h"),
        ),
        link("t1 follow_up t2", "t1 follow_up t3", "t1 follow_up t4"),
    )
    # t4 comes and goes while t3 is followed. t2 leads on from t3 by way of t1: explicit links both.
    assert pick(oracles.stays(found), "ticket", "entered_at", "left_at") == [("t1", 0, 5), ("t3", 5, 9), ("t2", 9, 20)]
    assert pick(oracles.closures(found), "ticket", "parallel", "continued_by", "continued") == [
        ("t1", False, "t3", True),
        ("t4", True, None, False),
        ("t3", False, "t2", True),
        ("t2", False, None, False),
    ]
    # t2 in [4, 9), t3 in [3, 5), t4 in [6, 7).
    assert only(oracles.cases(found))["overlap"] == span("8h")


def test_ties_go_by_ticket_id():
    found = stitched(
        desk(
            chain("t2", "A@0h", resolved="5h"),
            chain("t10", "B@0h", resolved="5h"),
            chain("t4", "D@8h", resolved="9h"),
            chain("t30", "C@8h", resolved="10h"),
        ),
        link("t2 follow_up t10", "t10 follow_up t4", "t4 follow_up t30"),
    )
    # At 5h, t2 is done too: it is not open any more. At 10h, t4 is.
    assert only(oracles.cases(found))["case"] == "t10"
    assert [row["ticket"] for row in oracles.stays(found)] == ["t10", "t30"]
    # At one time those along the line come first.
    assert pick(oracles.closures(found), "ticket", "at", "parallel") == [
        ("t10", 5, False),
        ("t2", 5, True),
        ("t4", 9, True),
        ("t30", 10, False),
    ]


def test_a_ticket_that_opens_when_the_other_is_done_follows_at_once():
    found = stitched(
        desk(chain("t1", "A@0h", resolved="5h"), chain("t2", "A@5h", resolved="6h")), link("t2 transferred t1")
    )
    # The same department in another ticket is another stay, and no handoff.
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 5, 5, 2, "other_ticket"),
        ("t2", "A", 5, 6, 1, 2, "end"),
    ]
    assert oracles.handoffs(found) == []
    assert pick(oracles.charges(found), "department", "state", "time") == [("A", "open", 6)]
    # Links lead both ways.
    assert only(oracles.flag_unresolved(found))["reason"] == "continued"


def test_a_ticket_done_as_soon_as_it_is_open():
    first = chain("t1", "A@0h", resolved="5h")
    for time, followed in {"3h": False, "5h": True, "8h": True}.items():
        found = stitched(desk(first, chain("t2", f"B:resolved@{time}")), link("t1 follow_up t2"))
        stays = pick(oracles.stays(found), *STAY)
        hours = span(time) / span("1h")
        if followed:
            assert stays == [
                ("t1", "A", 0, hours, 5, 2, "other_ticket"),
                ("t2", "B", hours, hours, 0, 1, "end"),
            ]
        else:
            assert stays == [("t1", "A", 0, 5, 5, 2, "end")]
        assert [row["parallel"] for row in oracles.closures(found) if row["ticket"] == "t2"] == [not followed]
        assert only(oracles.cases(found))["n_closures"] == 1 + followed
    # Opened an hour before its first event, it is open for that hour.
    late = chain("t2", "B:resolved@6h", opened_at="4h")
    found = stitched(desk(first, late), link("t1 follow_up t2"))
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 5, 5, 2, "other_ticket"),
        ("t2", None, 5, 6, 1, 0, "assigned"),
        ("t2", "B", 6, 6, 0, 1, "end"),
    ]
    assert only(oracles.cases(found))["overlap"] == span("1h")


def test_closures_at_one_time_stand_in_the_order_of_the_line():
    found = stitched(
        desk(chain("t2", "A@0h", resolved="1h"), chain("t10", "B:resolved@1h"), chain("t1", "C@0h", resolved="1h")),
        link("t1 follow_up t2", "t2 follow_up t10"),
    )
    assert pick(oracles.closures(found), "closure", "ticket", "at", "parallel", "continued_by") == [
        (0, "t1", 1, False, "t10"),
        (1, "t10", 1, False, None),
        (2, "t2", 1, True, None),
    ]
    found = stitched(desk(chain("t2", "A@0h", resolved="1h"), chain("t10", "B:resolved@1h")), link("t2 follow_up t10"))
    assert pick(oracles.closures(found), "closure", "ticket", "continued_by") == [(0, "t2", "t10"), (1, "t10", None)]


def test_moves_at_the_turn():
    first = chain("t1", "A@0h", resolved="5h")
    found = stitched(
        desk(first, chain("t2", "B@1h", "C@5h", "D@5h", resolved="9h")),
        link("t1 follow_up t2"),
    )
    # At 5h it has left B. Both events at the turn are followed, one after the other.
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 5, 5, 2, "other_ticket"),
        ("t2", "C", 5, 5, 0, 1, "handoff"),
        ("t2", "D", 5, 9, 4, 2, "end"),
    ]
    assert pick(oracles.handoffs(found), "to_department", "via") == [("C", "other_ticket"), ("D", "reassignment")]
    # A reopening at the turn: what came before it at that instant belongs to the span before.
    found = stitched(
        desk(first, chain("t2", "B@1h", "C:resolved@5h", "D:working@5h", resolved="9h")),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY)[1:] == [("t2", "D", 5, 9, 4, 2, "end")]
    assert pick(oracles.closures(found), "ticket", "at", "parallel", "reopened_at") == [
        ("t1", 5, False, None),
        ("t2", 5, True, 5),
        ("t2", 9, False, None),
    ]


def test_the_closing_event_is_followed_and_what_follows_it_up_to_the_turn():
    second = chain("t2", "C@5h", resolved="6h")
    found = stitched(desk(chain("t1", "A@0h", "B:resolved@2h"), second), link("t1 follow_up t2"))
    assert pick(oracles.stays(found), *STAY)[:2] == [
        ("t1", "A", 0, 2, 2, 1, "handoff"),
        ("t1", "B", 2, 5, 0, 1, "other_ticket"),
    ]
    found = stitched(
        desk(chain("t1", "A@0h", "A:resolved@2h", "A:closed@3h", "Z@4h", "Y@5h", "X@7h"), second),
        link("t1 follow_up t2"),
    )
    # At the turn and later, the done ticket is not followed. Its last event ends the case.
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 4, 2, 3, "handoff"),
        ("t1", "Z", 4, 5, 0, 1, "other_ticket"),
        ("t2", "C", 5, 7, 1, 2, "end"),
    ]
    assert pick(oracles.handoffs(found), "to_department", "via", "while_done") == [
        ("Z", "reassignment", True),
        ("C", "other_ticket", False),
    ]
    assert pick(oracles.cases(found), "ended_at", "done_at", "n_events") == [(7, 6, 8)]
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "open", 2),
        ("A", "false_done", 3),
        ("C", "open", 1),
        ("C", "settled", 1),
    ]
    # Done twice at the instant of the turn: only the event that declares it done.
    found = stitched(
        desk(chain("t1", "A@0h", resolved="5h", closed="5h"), second),
        link("t1 follow_up t2"),
    )
    assert [row["n_events"] for row in oracles.stays(found)] == [2, 2]
    assert only(oracles.cases(found))["n_events"] == 5
    assert pick(oracles.closures(found)[:1], "at", "closed_at") == [(5, 5)]


def test_an_open_ticket_is_followed_to_as_of():
    found = stitched(
        desk(chain("t1", "A@0h", resolved="5h"), chain("t2", "B@3h"), chain("t3", "C@4h", resolved="20h"), as_of="30h"),
        link("t1 follow_up t2", "t2 follow_up t3"),
    )
    assert pick(oracles.stays(found), *STAY, "observed") == [
        ("t1", "A", 0, 5, 5, 2, "other_ticket", True),
        ("t2", "B", 5, 30, 25, 0, "open", False),
    ]
    case = only(oracles.cases(found))
    assert pick([case], "outcome", "ended_at", "done_at", "last_done_at") == [("open", 30, None, 5)]
    # t2 in [3, 5), t3 in [4, 20).
    assert case["overlap"] == span("18h")


def test_a_turn_to_a_ticket_in_no_department():
    found = stitched(
        desk(
            chain("t1", "A@0h", resolved="5h"),
            chain("t2", "B@8h", resolved="9h", opened_at="7h"),
        ),
        link("t1 follow_up t2"),
    )
    assert pick(oracles.stays(found), *STAY) == [
        ("t1", "A", 0, 7, 5, 2, "other_ticket"),
        ("t2", None, 7, 8, 1, 0, "assigned"),
        ("t2", "B", 8, 9, 1, 2, "end"),
    ]
    # From a stay of t1 to a stay of t2.
    assert pick(oracles.handoffs(found), "via", "at", "while_done", "from_stay", "to_stay") == [
        ("other_ticket", 8, False, 0, 2)
    ]


def test_by_way_of_a_ticket_in_no_department():
    found = stitched(
        desk(
            chain("t1", "A@0h", "A:resolved@2h", "B:open@8h", "B:resolved@9h"),
            chain("t2", "-@5h", "-:resolved@6h"),
        ),
        link("t1 follow_up t2"),
    )
    # From a stay of t1 to a stay of t1; the case comes from t2, so that it is not done.
    assert pick(oracles.handoffs(found), "via", "at", "while_done", "from_stay", "to_stay") == [
        ("reassignment", 8, False, 0, 2)
    ]


# Continued, merged, withdrawn ------------------------------------------------------------------------


def test_merged_into_an_older_ticket():
    older = chain("t1", "A:working@0h", resolved="10h")
    merged = chain("t2", "A:queued@2h", "A:closed@3h")
    found = stitched(desk(older, merged), link("t2 merged_into t1"))
    assert pick(oracles.closures(found), "ticket", "verdict", "reason", "no_claim", "parallel") == [
        ("t2", "withdrawn", None, True, True),
        ("t1", "fixed", None, False, False),
    ]
    assert pick(oracles.cases(found), "case", "outcome", "n_closures") == [("t1", "fixed", 1)]
    # It was merged whether or not the case rests on it; without the link nobody says so.
    found = stitched(desk(older, merged), link("t2 merged_into t1"), kinds=("follow_up",))
    assert pick(oracles.cases(found), "case", "outcome") == [("t1", "fixed"), ("t2", "withdrawn")]
    found = stitched(desk(older, merged), [])
    assert pick(oracles.cases(found), "case", "outcome") == [("t1", "fixed"), ("t2", "unresolved")]


def test_a_merged_ticket_that_is_followed_ends_the_case_withdrawn():
    found = stitched(
        desk(chain("t1", "A:working@0h", resolved="2h"), chain("t2", "B:queued@5h", "B:closed@6h", "B@8h")),
        link("t2 merged_into t1"),
    )
    assert pick(oracles.closures(found), "ticket", "verdict", "reason", "continued_by") == [
        ("t1", "unresolved", "continued", "t2"),
        ("t2", "withdrawn", None, None),
    ]
    assert pick(oracles.cases(found), "outcome", "n_unresolved", "time_to_fix", "done_at") == [
        ("withdrawn", 1, None, 6)
    ]
    assert pick(oracles.charges(found), "department", "state", "time") == [
        ("A", "working", 2),
        ("A", "false_done", 3),
        ("B", "queued", 1),
        ("B", "settled", 2),
    ]


def test_merged_but_not_withdrawn():
    # Into a younger one: it goes on there.
    found = stitched(
        desk(chain("t1", "A@0h", "A:closed@2h"), chain("t2", "B@1h", resolved="6h")),
        link("t1 merged_into t2"),
    )
    assert pick(oracles.closures(found), "ticket", "verdict", "reason") == [
        ("t1", "unresolved", "continued"),
        ("t2", "fixed", None),
    ]
    # Into an older one that the case follows next: continued comes before withdrawn.
    found = stitched(
        desk(
            chain("t1", "A@0h", "A:resolved@2h", "A:open@3h", "A:resolved@9h"),
            chain("t2", "B@1h", "B:closed@4h"),
        ),
        link("t2 merged_into t1"),
    )
    assert pick(oracles.closures(found), "ticket", "at", "verdict", "reason") == [
        ("t1", 2, "unresolved", "reopened"),
        ("t2", 4, "unresolved", "continued"),
        ("t1", 9, "fixed", None),
    ]
    # Into one opened at the same time, whatever their ids.
    for one, other in (("t1", "t2"), ("t2", "t1")):
        found = stitched(
            desk(chain(one, "A@0h", "A:closed@3h"), chain(other, "B@0h", resolved="5h")),
            link(f"{one} merged_into {other}"),
        )
        assert "withdrawn" not in [row["verdict"] for row in oracles.closures(found)]
    # Into a younger one that was parallel.
    found = stitched(
        desk(chain("t1", "A@0h", "A:closed@10h"), chain("t2", "B@2h", resolved="5h")),
        link("t1 merged_into t2"),
    )
    assert pick(oracles.closures(found), "ticket", "verdict", "reason") == [
        ("t2", "fixed", None),
        ("t1", "unresolved", "no_claim"),
    ]
    # Only the last closure of the merged ticket: the first was without resolution by itself.
    found = stitched(
        desk(
            chain("t1", "A@0h", resolved="20h"),
            chain("t2", "B@1h", "B:closed@4h", "B:open@5h", "B:closed@6h"),
        ),
        link("t2 merged_into t1"),
    )
    assert pick(oracles.closures(found), "ticket", "verdict", "reason", "parallel") == [
        ("t2", "unresolved", "reopened", True),
        ("t2", "withdrawn", None, True),
        ("t1", "fixed", None, False),
    ]


def inferable(*about, as_of="60D"):
    """Tickets a, b, c, ... as ``(opened, resolved, requester, category)``."""
    frames = [
        chain("abcdef"[place], f"A@{opened}", resolved=resolved, requester=who, category=what)
        for place, (opened, resolved, who, what) in enumerate(about)
    ]
    return desk(*frames, as_of=as_of)


def test_a_continuation_that_only_an_inferred_link_shows():
    plain = inferable(("0h", "2h", "Ida", None), ("5h", "6h", "Ida", None))
    found = stitched(plain, [], same_requester=span("3h"))
    assert pick(found.links, "from_ticket", "to_ticket", "kind", "rule", "gap", "used") == [
        ("a", "b", "inferred", "same_requester", 3, True)
    ]
    names = ("ticket", "continued", "continued_inferred", "continued_by", "verdict", "reason")
    assert pick(oracles.closures(found), *names) == [
        ("a", False, True, "b", "unresolved", "continued_inferred"),
        ("b", False, False, None, "fixed", None),
    ]
    assert pick(oracles.charges(found), "state", "time") == [("open", 3), ("false_done", 3)]
    # An hour less, and they are two problems.
    assert [row["outcome"] for row in oracles.cases(stitched(plain, [], same_requester=span("2h")))] == ["fixed"] * 2
    # With an explicit link beside it, it is continued.
    found = stitched(plain, link("a follow_up b"), same_requester=span("3h"))
    assert pick(oracles.closures(found)[:1], "continued", "continued_inferred", "reason") == [
        (True, False, "continued")
    ]


def test_an_inferred_continuation_does_not_outdo_a_withdrawal():
    frames = chain("a", "A@0h", "A:cancelled@2h", requester="Ida"), chain("b", "A@5h", resolved="6h", requester="Ida")
    found = stitched(desk(*frames), [], same_requester=span("1D"))
    assert pick(oracles.closures(found), "continued_inferred", "verdict", "reason") == [
        (True, "withdrawn", None),
        (False, "fixed", None),
    ]
    # Withdrawn, it is settled; the gap too.
    assert pick(oracles.charges(found), "state", "time") == [("open", 3), ("settled", 3)]


def test_a_path_counts_as_inferred_if_every_one_needs_an_inferred_link():
    plain = inferable(("0h", "2h", "Ida", None), ("5h", "6h", "Jon", None), ("7h", "8h", "Jon", None))
    found = stitched(plain, link("a follow_up b"), same_requester=span("1D"))
    names = ("continued", "continued_inferred", "continued_by")
    assert pick(oracles.closures(found), *names) == [(True, False, "b"), (False, True, "c"), (False, False, None)]
    # By way of a ticket that is not followed in between.
    found = stitched(plain, link("a follow_up b", "c duplicate_of a"), same_requester=span("1D"))
    assert pick(oracles.closures(found), *names) == [(True, False, "b"), (True, False, "c"), (False, False, None)]


# Which tickets make a case ---------------------------------------------------------------------------


def test_which_links_are_used():
    plain = desk(*(chain(name, f"A@{hour}h", resolved="9h") for hour, name in enumerate("dcba")), chain("e", "A@90D"))
    links = link(
        "a follow_up a",  # to itself
        "a follow_up gone",  # to a ticket that is not there
        "e follow_up d",  # from one that has no event up to as_of
        "a parent b",  # not asked for
        "c merged_into d",
        "c merged_into d",
        "d follow_up c",
    )
    found = stitch_oracle(plain, links)
    assert [row["used"] for row in found.links] == [False, False, False, False, True, True, True]
    assert found.case_of == {"a": "a", "b": "b", "c": "d", "d": "d"}
    assert [(row["from_ticket"], row["to_ticket"], row["kind"]) for row in found.edges] == [
        ("c", "d", "merged_into"),
        ("c", "d", "merged_into"),
        ("d", "c", "follow_up"),
    ]
    found = stitch_oracle(plain, links, kinds=("parent", "follow_up"))
    assert [row["used"] for row in found.links] == [False, False, False, True, False, False, True]
    # b was opened before a.
    assert found.case_of == {"a": "b", "b": "b", "c": "d", "d": "d"}


def test_a_case_has_the_id_of_the_ticket_first_opened():
    frames = chain("t2", "A@1h"), chain("t10", "A@1h"), chain("t1", "A@2h")
    links = link("t2 follow_up t1", "t10 follow_up t1")
    assert set(stitch_oracle(desk(*frames), links).case_of.values()) == {"t10"}
    earlier = chain("t1", "A@2h", opened_at="0h")
    assert set(stitch_oracle(desk(*frames[:2], earlier), links).case_of.values()) == {"t1"}


def inferred(plain, **options):
    options = {"same_requester": span("4h"), **options}
    edges = stitch_oracle(plain, [], **options).edges
    return pick(edges, "from_ticket", "to_ticket", "gap")


def test_only_the_nearest_predecessor():
    # c: a ended 3 hours before, b 1 hour. b: a ended 1 hour before.
    plain = inferable(("0h", "1h", "Ida", None), ("2h", "3h", "Ida", None), ("4h", "5h", "Ida", None))
    assert inferred(plain) == [("a", "b", 1), ("b", "c", 1)]
    # Equal gaps: the later opened, then the larger id.
    plain = inferable(("1h", "3h", "Ida", None), ("0h", "3h", "Ida", None), ("4h", "5h", "Ida", None))
    assert inferred(plain) == [("a", "c", 1)]
    plain = inferable(("0h", "3h", "Ida", None), ("0h", "3h", "Ida", None), ("4h", "5h", "Ida", None))
    assert inferred(plain) == [("b", "c", 1)]


def test_the_gap_counts_from_the_last_time_it_was_declared_done():
    frames = (
        chain("a", "A@0h", "A:resolved@1h", "A:open@2h", "A:resolved@6h", "A:closed@7h", requester="Ida"),
        chain("b", "A@4h", requester="Ida"),
        chain("c", "A@9h", requester="Ida", opened_at="8h"),
    )
    # For b that is 2 hours in the future. b itself is never done.
    assert inferred(desk(*frames)) == [("a", "c", 2)]
    assert inferred(desk(*frames), before=span("2h")) == [("a", "b", -2), ("a", "c", 2)]
    assert inferred(desk(*frames), before=span("1h")) == [("a", "c", 2)]
    # As of 5h, a is done for the first time only, and open again.
    assert inferred(desk(*frames, as_of="5h")) == [("a", "b", 3)]


def test_both_ends_of_the_windows_count():
    plain = inferable(("0h", "2h", "Ida", None), ("2h", "9h", "Ida", None), ("6h", None, "Ida", None))
    # b begins as a ends; c begins 4 hours after a ended, and 3 before b ends.
    assert inferred(plain) == [("a", "b", 0), ("a", "c", 4)]
    assert inferred(plain, same_requester=span("239min")) == [("a", "b", 0)]
    # Nearest is what is nearest, before or after.
    assert inferred(plain, before=span("3h")) == [("a", "b", 0), ("b", "c", -3)]
    after = inferable(("0h", "5h", "Ida", None), ("1h", "9h", "Ida", None), ("6h", None, "Ida", None))
    assert inferred(after, before=span("3h")) == [("a", "c", 1)]
    # c opens an hour after the end of the one and an hour before that of the other: the later one.
    plain = inferable(("0h", "2h", "Ida", None), ("1h", "4h", "Ida", None), ("3h", None, "Ida", None))
    assert inferred(plain, before=span("1h")) == [("a", "b", -1), ("b", "c", -1)]


def test_a_predecessor_was_opened_earlier():
    # Opened together: the smaller id is the earlier one.
    plain = inferable(("5h", "5h", "Ida", None), ("5h", "5h", "Ida", None))
    assert inferred(plain) == [("a", "b", 0)]


def test_what_must_agree():
    plain = inferable(
        ("0h", "1h", "Ida", "line"),
        ("2h", "3h", "Ida", "bill"),
        ("4h", "5h", "Ida", "line"),
        ("4h", "5h", "Jon", "line"),
        ("4h", "5h", None, "line"),
        ("4h", "5h", None, None),
    )
    assert inferred(plain) == [("a", "b", 1), ("b", "c", 1)]
    assert inferred(plain, match=("category",)) == [("a", "c", 3)]
    plain = inferable(("0h", "1h", "Ida", None), ("2h", "3h", "Ida", None))
    assert inferred(plain, match=("category",)) == []


def test_requesters_with_too_many_tickets_are_left_out():
    about = ("0h", "1h", "Ida", None), ("2h", "3h", "Ida", None), ("4h", "5h", "Ida", None)
    plain = inferable(*about, ("0h", "1h", "Jon", None), ("2h", "3h", "Jon", None))
    assert inferred(plain, max_tickets=3) == [("a", "b", 1), ("b", "c", 1), ("d", "e", 1)]
    assert inferred(plain, max_tickets=2) == [("d", "e", 1)]
    assert stitch_oracle(plain, [], same_requester=span("4h"), max_tickets=2).left_out == ["Ida"]


def test_the_placebo_is_the_same_count_one_window_later():
    # Gaps to a: b 4 hours (in the window, not in the next), c 5, d 8 (both in the next), e 9. The others never end.
    plain = inferable(
        ("0h", "1h", "Ida", None),
        *((opened, None, "Ida", None) for opened in ("5h", "6h", "9h", "10h")),
    )
    found = stitch_oracle(plain, [], same_requester=span("4h"))
    assert (len(found.edges), found.placebo) == (1, 2)
    # One with a predecessor in each window is counted in both, and once each.
    plain = inferable(
        ("0h", "1h", "Ida", None), ("0h", "2h", "Ida", None), ("1h", "5h", "Ida", None), ("7h", None, "Ida", None)
    )
    found = stitch_oracle(plain, [], same_requester=span("4h"))
    assert [row["to_ticket"] for row in found.edges] == ["c", "d"]
    assert found.placebo == 1


# What always holds -----------------------------------------------------------------------------------


def often(n):
    return settings(max_examples=n, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often(200)
@given(stitched_desks())
def test_the_laws_hold_of_stitched_cases(drawn):
    desk = drawn.stitched
    stays, cases, charges = oracles.stays(desk), oracles.cases(desk), oracles.charges(desk)
    closures = oracles.closures(desk)
    own_lives = {life.ticket: life for life in lives(desk)}
    for case in cases:
        own = [row for row in stays if row["case"] == case["case"]]
        tickets = [life for life in own_lives.values() if desk.case_of[life.ticket] == case["case"]]
        assert (own[0]["entered_at"], own[-1]["left_at"]) == (case["opened_at"], case["ended_at"])
        assert case["opened_at"] == min(life.opened_at for life in tickets)
        assert case["ended_at"] == max(life.ended_at for life in tickets)
        for one, following in pairwise(own):
            assert one["left_at"] == following["entered_at"]
            assert (one["ticket"], one["department"]) != (following["ticket"], following["department"])
            assert (one["ended_by"] == "other_ticket") == (one["ticket"] != following["ticket"])
        assert all(ZERO <= row["open_time"] <= row["left_at"] - row["entered_at"] for row in own)
        spent = [row for row in charges if row["case"] == case["case"]]
        assert sum((row["time"] for row in spent), ZERO) == case["ended_at"] - case["opened_at"]
        open_time = sum((row["time"] for row in spent if row["state"] in oracles.OPEN), ZERO)
        assert open_time == sum((row["open_time"] for row in own), ZERO)
        # All open time of its tickets lies along the line, or is overlap.
        spans = [span for life in tickets for span in spans_of(life)]
        assert sum(((one.end or desk.as_of) - one.start for one in spans), ZERO) == open_time + case["overlap"]
        assert case["n_tickets"] == len(tickets)
        assert case["n_events"] == sum(len(life.steps) for life in tickets)
        assert (case["outcome"] == "open") == (not all(life.done for life in tickets))
        along = [row for row in closures if row["case"] == case["case"] and not row["parallel"]]
        assert case["n_closures"] == len(along)
        for row in along[:-1]:
            assert row["continued_by"] is not None or row["reopened"]
        if along and case["outcome"] != "open":
            assert (along[-1]["at"], along[-1]["continued_by"]) == (case["done_at"], None)
            assert case["outcome"] == along[-1]["verdict"]
    assert len(closures) == sum(len(oracles.closings_of(life)) for life in own_lives.values())
    for row in closures:
        assert (row["verdict"] == "unresolved") == (row["reason"] is not None)
        assert (row["continued_by"] is not None) == (row["continued"] or row["continued_inferred"])
        assert not (row["parallel"] and row["continued_by"])
    for row in oracles.handoffs(desk):
        assert row["from_department"] != row["to_department"]


@often(100)
@given(stitched_desks())
def test_what_the_links_do(drawn):
    found = stitch_oracle(drawn.desk, drawn.links, **drawn.options)
    for row in found.edges:
        assert found.case_of[row["from_ticket"]] == found.case_of[row["to_ticket"]]
    assert all(found.case_of[case] == case for case in found.case_of.values())
    assert len(set(found.case_of.values())) >= len(found.case_of) - len(found.edges)
    inferred = [row["to_ticket"] for row in found.edges if row["kind"] == "inferred"]
    assert len(inferred) == len(set(inferred))
    # The order of the links, or to have them twice, makes no difference.
    again = stitch_oracle(drawn.desk, [*drawn.links[::-1], *drawn.links], **drawn.options)
    assert again.case_of == found.case_of


@often(60)
@given(stitched_desks())
def test_without_links_each_ticket_is_a_case_and_nothing_changes(drawn):
    alone = stitched(drawn.desk, [])
    for name in ("stays", "handoffs", "loops", "closures", "charges", "cases", "flag_unresolved", "count_handoffs"):
        assert getattr(oracles, name)(alone) == getattr(oracles, name)(drawn.desk)


@often(50)
@given(stitched_desks())
def test_the_oracles_write_the_columns_of_the_definitions(drawn):
    for name in ("stays", "handoffs", "loops", "closures", "charges", "cases", "flag_unresolved", "count_handoffs"):
        assert all(list(row) == COLUMNS[name] for row in getattr(oracles, name)(drawn.stitched))
    for by in ("cycle", "rule"):
        assert all(list(row) == COLUMNS[f"count_loops_by_{by}"] for row in oracles.count_loops(drawn.stitched, by=by))


@often(60)
@given(stitched_desks())
def test_a_stitched_desk_survives_being_written_as_frames(drawn):
    desk = drawn.desk
    written = rows(stitched_frame(desk))
    if desk.final:
        written = [{**row, "resolution": None} for row in written]
    options = {field.name: getattr(desk, field.name) for field in dataclasses.fields(desk)}
    for name in ("events", "opened_at", "about"):
        del options[name]
    again = desk_of(written, **options)
    said = {ticket: {k: v for k, v in one.items() if v is not None} for ticket, one in desk.about.items()}
    assert again == dataclasses.replace(desk, about={ticket: one for ticket, one in said.items() if one})
    assert read_options(desk)["as_of"] == desk.as_of
    found = rows(links_frame(drawn.links))
    assert [{name: row[name] for name in ("from_ticket", "to_ticket", "kind", "rule")} for row in found] == drawn.links
    first = [event["ticket"] for event in desk.events if event["time"] == START]
    assert len(first) > len(set(first))
