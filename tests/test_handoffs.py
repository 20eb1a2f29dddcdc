"""Handoffs, worked out by hand: what is a move, who took it up, and what was done already.

All times are hours after the start; ``as_of`` is day 30 (hour 720) where nothing else is said.
"""

from __future__ import annotations

import pandas as pd
import pytest
from builders import chain

import lanehop as lh

pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")

MOVES = ("from_department", "to_department", "at")


# What is a move --------------------------------------------------------------------------------------


def test_the_worked_chain_has_three(lanes_of, pick):
    handoffs = lanes_of(chain("c1", "A@0h", "B@1h", "A@3h", "B@6h", closed="9h")).handoffs
    assert pick(handoffs, "handoff", *MOVES, "is_return", "from_stay", "to_stay") == [
        (0, "A", "B", 1, False, 0, 1),
        (1, "B", "A", 3, True, 1, 2),
        (2, "A", "B", 6, True, 2, 3),
    ]
    # One ticket, no mark: what the reader of a plain table knows.
    assert pick(handoffs, "case", "via", "mark") == [("c1", "reassignment", None)] * 3


def test_a_department_hands_nothing_to_itself(lanes_of):
    assert lanes_of(chain("c1", "A@0h", "A/ann@1h", "A/bob@2h", resolved="3h")).handoffs.empty


def test_the_first_assignment_is_none(lanes_of, pick):
    for options in ({}, {"opened_at": "-5h"}):
        handoffs = lanes_of(chain("c1", "-@0h", "A@1h", "B@2h", resolved="3h", **options)).handoffs
        assert pick(handoffs, *MOVES) == [("A", "B", 2)]


@pytest.mark.parametrize("missing_department", ["carry", "unassigned"])
def test_nobody_in_between_and_back_is_none(lanes_of, missing_department):
    frame = chain("c1", "A@0h", "-@1h", "A@2h", resolved="3h")
    lanes = lanes_of(frame, missing_department=missing_department)
    assert lanes.handoffs.empty
    assert lanes.loops.empty


def test_nobody_in_between_and_on_is_one(lanes_of, pick):
    frame = chain("c1", "A@0h", "-@1h", "B@3h", resolved="4h")
    names = (*MOVES, "from_stay", "to_stay")
    # Carried, A's stay runs to 3; unassigned, it is followed by one in no department. Either way B came at 3.
    assert pick(lanes_of(frame).handoffs, *names) == [("A", "B", 3, 0, 1)]
    assert pick(lanes_of(frame, missing_department="unassigned").handoffs, *names) == [("A", "B", 3, 0, 2)]


def test_where_equal_neighbours_were_merged(lanes_of, pick):
    frame = chain("c1", "A@0h", "-@1h", "B@2h", "-@3h", "B@4h", "-@5h", "A@6h", resolved="7h")
    handoffs = lanes_of(frame, missing_department="unassigned").handoffs
    # B is stays 2 to 4: it is entered with the run's first and left with its last.
    assert pick(handoffs, *MOVES, "is_return", "from_stay", "to_stay") == [
        ("A", "B", 2, False, 0, 2),
        ("B", "A", 6, True, 4, 6),
    ]


def test_tickets_do_not_hand_to_one_another(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@0h", "B@1h"), chain("c2", "C@0h", "D@1h"), chain("c3", "D@0h", "D@1h"))
    assert pick(lanes.handoffs, "case", "handoff", *MOVES) == [("c1", 0, "A", "B", 1), ("c2", 0, "C", "D", 1)]


def test_moves_at_one_instant_all_count(lanes_of, pick):
    handoffs = lanes_of(chain("c1", "A@0h", "B@1h", "A@1h", "C@1h", resolved="2h")).handoffs
    assert pick(handoffs, *MOVES, "is_return") == [
        ("A", "B", 1, False),
        ("B", "A", 1, True),
        ("A", "C", 1, False),
    ]


def test_a_move_to_nobody_at_the_end_is_none(lanes_of):
    assert lanes_of(chain("c1", "A@0h", "-@1h"), missing_department="unassigned").handoffs.empty


def test_names_that_differ_by_their_letters_only_are_two_departments(lanes_of, pick):
    handoffs = lanes_of(chain("c1", "Net@0h", "net@1h", "Net @2h", resolved="3h")).handoffs
    # Blanks around a name do not count; the third row is in "Net" again.
    assert pick(handoffs, *MOVES, "is_return") == [("Net", "net", 1, False), ("net", "Net", 2, True)]


# While done ------------------------------------------------------------------------------------------


def test_a_ticket_is_moved_while_done(lanes_of, pick):
    frame = chain("c1", "A:working@0h", ":resolved@1h", "B@2h", ":closed@3h")
    assert pick(lanes_of(frame).handoffs, *MOVES, "while_done") == [("A", "B", 2, True)]


def test_what_counts_is_the_state_before_the_move(lanes_of, pick):
    # The event at 1 closes and moves at once: it was open before. The event at 2 reopens and moves: it was done.
    frame = chain("c1", "A:working@0h", "B:resolved@1h", "C:working@2h", ":resolved@3h")
    assert pick(lanes_of(frame).handoffs, *MOVES, "while_done") == [("A", "B", 1, False), ("B", "C", 2, True)]


def test_without_any_state_nothing_is_done(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@0h", "B@1h"))
    assert pick(lanes.handoffs, "while_done", "pickup", "pickup_observed") == [(False, 719, False)]
    assert pick(lanes.cases, "outcome", "n_closures") == [("open", 0)]
    assert pick(lanes.charges, "department", "state", "time") == [("A", "open", 1), ("B", "open", 719)]


# Pickup ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "pickup", "observed"),
    [
        # Queued at 1, worked on from 4.
        (("A:working@0h", "B:queued@1h", "B:working@4h", ":resolved@9h"), 3, True),
        # The move itself puts it to work: taken up at once.
        (("A:queued@0h", "B:working@1h", ":resolved@9h"), 0, True),
        # Working is carried over: that is no pickup, and the stay ends at 9 with nobody having taken it up.
        (("A:working@0h", "B@1h", ":resolved@9h"), 8, False),
        # Said anew in the new stay, but it was working just before: nothing is entered.
        (("A:working@0h", "B:working@1h", ":resolved@9h"), 8, False),
        # Left and entered again in the stay: taken up at 6.
        (("A:working@0h", "B@1h", ":waiting_customer@2h", ":working@6h", ":resolved@9h"), 5, True),
        # The first time it is entered counts.
        (("A:queued@0h", "B@1h", ":working@2h", ":waiting_other@3h", ":working@6h", ":resolved@9h"), 1, True),
        # Taken up in the same instant, by the next row.
        (("A:queued@0h", "B@1h", ":working@1h", ":resolved@9h"), 0, True),
        # Moved on at 3 before anybody took it up (the first handoff).
        (("A:queued@0h", "B@1h", "C@3h", ":working@4h", ":resolved@9h"), 2, False),
        # "open" is not working: the log does not say who waits.
        (("A:queued@0h", "B@1h", ":open@2h", ":resolved@9h"), 8, False),
        # Reopened into working while in B: entered from done.
        (("A:queued@0h", "B:resolved@1h", ":working@5h", ":resolved@9h"), 4, True),
        # The stay runs to the last event of a done ticket.
        (("A:queued@0h", "B@1h", ":resolved@2h", ":closed@9h"), 8, False),
    ],
)
def test_pickup(lanes_of, pick, steps, pickup, observed):
    handoffs = lanes_of(chain("c1", *steps)).handoffs
    assert pick(handoffs, "pickup", "pickup_observed")[0] == (pickup, observed)


def test_pickup_is_cut_off_at_as_of(lanes_of, pick):
    handoffs = lanes_of(chain("c1", "A:queued@0h", "B@4h"), as_of="10h").handoffs
    assert pick(handoffs, "pickup", "pickup_observed") == [(6, False)]


def test_pickup_at_the_very_instant_of_leaving_is_none(lanes_of, pick):
    # Working is entered with the move to C at 3: it is C that took it up, at once.
    handoffs = lanes_of(chain("c1", "A:queued@0h", "B@1h", "C:working@3h", ":resolved@9h")).handoffs
    assert pick(handoffs, "to_department", "pickup", "pickup_observed") == [("B", 2, False), ("C", 0, True)]


def test_pickup_is_that_of_the_stay_not_of_the_merged_run(lanes_of, pick):
    frame = chain("c1", "A:queued@0h", "B@1h", "-@3h", "B:working@5h", ":resolved@9h")
    frame.loc[4, "department"] = "B"
    handoffs = lanes_of(frame, missing_department="unassigned").handoffs
    # The stay that began at 1 ended at 3, unassigned, with nobody having taken it up.
    assert pick(handoffs, *MOVES, "pickup", "pickup_observed") == [("A", "B", 1, 2, False)]


# An empty table --------------------------------------------------------------------------------------


def test_an_empty_table_keeps_its_columns_and_types(lanes_of):
    lanes = lanes_of(chain("c1", "A@0h", "A@1h"))
    full = lanes_of(chain("c1", "A@0h", "B@1h", "A@2h", resolved="3h"))
    for name in ("handoffs", "loops", "closures"):
        table, other = getattr(lanes, name), getattr(full, name)
        assert table.empty
        assert not other.empty
        assert table.columns.tolist() == other.columns.tolist()
        assert table.dtypes.astype(str).tolist() == other.dtypes.astype(str).tolist()
        lh.schema.check(table, name)
    # Charges are empty only where no time passed at all.
    nothing = lanes_of(chain("c1", "A@0h"), as_of="0h")
    assert nothing.charges.empty
    assert nothing.charges.dtypes.astype(str).tolist() == full.charges.dtypes.astype(str).tolist()
    lh.schema.check(nothing.charges, "charges")


def test_the_table_has_its_columns_and_types(lanes_of):
    handoffs = lanes_of(chain("c1", "A@0h", "B@1h", resolved="2h")).handoffs
    assert {name: str(dtype) for name, dtype in handoffs.dtypes.items()} == {
        "case": "str",
        "handoff": "int32",
        "from_department": "category",
        "to_department": "category",
        "at": "datetime64[us, UTC]",
        "via": "category",
        "pickup": "timedelta64[us]",
        "pickup_observed": "bool",
        "is_return": "bool",
        "while_done": "bool",
        "mark": "category",
        "from_stay": "int32",
        "to_stay": "int32",
    }
    assert isinstance(handoffs.index, pd.RangeIndex)
