"""Charges, worked out by hand: each minute goes to one department and one state.

All times are hours after the start; ``as_of`` is day 30 (hour 720) and ``hold`` 14 days where nothing else is said.
"""

from __future__ import annotations

import pytest
from builders import at, chain, rows, source, span

import lanehop as lh

# Some of these tickets are closed without a claim.
pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")


@pytest.fixture
def charges(lanes_of, pick):
    """What each department and state is charged for one ticket made of these steps."""

    def made(*steps, as_of="30D", columns=None, **options):
        lanes = lanes_of(chain("c1", *steps, **(columns or {})), as_of=as_of, **options)
        case = rows(lanes.cases)[0]
        spent = [row["time"] for row in rows(lanes.charges)]
        assert sum(spent, span("0h")) == case["ended_at"] - case["opened_at"]
        return pick(lanes.charges, "department", "state", "time")

    return made


def test_every_open_state_is_charged_to_the_department_that_holds_it(charges):
    assert charges(
        "A:queued@0h", ":working@1h", ":waiting_customer@3h", "B:waiting_other@6h", ":open@10h", ":resolved@15h"
    ) == [
        ("A", "queued", 1),
        ("A", "working", 2),
        ("A", "waiting_customer", 3),
        ("B", "waiting_other", 4),
        ("B", "open", 5),
    ]


def test_parts_of_one_kind_are_added_up(charges):
    # At A from 0 to 1 and from 3 to 7, all of it working; at B from 1 to 3.
    assert charges("A:working@0h", "B@1h", "A@3h", ":resolved@7h") == [("A", "working", 5), ("B", "working", 2)]


def test_the_state_carries_on_into_the_next_department(charges):
    assert charges("A:waiting_customer@0h", "B@2h", ":working@3h", ":resolved@6h") == [
        ("A", "waiting_customer", 2),
        ("B", "working", 3),
        ("B", "waiting_customer", 1),
    ]


def test_before_the_first_known_state_it_is_open(charges):
    assert charges("A@0h", ":working@2h", ":resolved@3h") == [("A", "working", 1), ("A", "open", 2)]


def test_before_the_first_event_it_is_open_and_nobodys(charges):
    # Opened at -4. What is charged to no department comes last.
    assert charges("A:working@0h", ":resolved@3h", columns={"opened_at": "-4h"}) == [
        ("A", "working", 3),
        (None, "open", 4),
    ]


def test_an_open_case_is_charged_to_as_of(charges):
    assert charges("A:queued@0h", ":working@2h", as_of="9h") == [("A", "queued", 2), ("A", "working", 7)]


def test_unassigned_time_is_nobodys(charges):
    steps = ("A:working@0h", "-@2h", "B@5h", "B:resolved@6h")
    assert charges(*steps, missing_department="unassigned") == [
        ("A", "working", 2),
        ("B", "working", 1),
        (None, "working", 3),
    ]
    assert charges(*steps) == [("A", "working", 5), ("B", "working", 1)]


def test_the_auto_close_timer_is_settled(charges):
    assert charges("A:working@0h", ":resolved@2h", ":closed@122h") == [("A", "working", 2), ("A", "settled", 120)]


def test_nothing_is_charged_after_the_last_event_of_a_done_ticket(charges):
    # Though as_of is hour 720.
    assert charges("A:working@0h", ":resolved@2h") == [("A", "working", 2)]


def test_done_and_opened_again_was_falsely_done(charges):
    # Done from 1 to 5, and nobody's problem was solved; done from 6 to 8, and it held.
    assert charges("A:working@0h", ":resolved@1h", ":working@5h", ":resolved@6h", ":closed@8h") == [
        ("A", "working", 2),
        ("A", "false_done", 4),
        ("A", "settled", 2),
    ]


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ((":resolved@1h", ":closed@3h"), "settled"),  # fixed
        ((":cancelled@1h", ":closed@3h"), "settled"),  # withdrawn
        ((":closed@1h", ":closed@3h"), "false_done"),  # nobody claimed a fix
        ((":waiting_customer@1h", ":closed@1h", ":closed@3h"), "false_done"),  # silence
        ((":resolved=Gave up@1h", ":closed@3h"), "false_done"),  # by its own code
    ],
)
def test_done_time_is_charged_by_the_verdict(charges, steps, kind):
    assert charges("A:working@0h", *steps, resolutions={"not_fixed": ["Gave up"]}) == [
        ("A", "working", 1),
        ("A", kind, 2),
    ]


def test_an_unproven_fix_is_settled(charges):
    assert charges("A:working@0h", ":resolved@1h", ":closed@3h", as_of="2D") == [
        ("A", "working", 1),
        ("A", "settled", 2),
    ]


def test_done_time_goes_to_who_declared_it_done_whoever_holds_it_since(charges):
    # A declares it done at 1; B holds it from 2 on, and reopens it at 5.
    assert charges("A:working@0h", ":resolved@1h", "B@2h", ":working@5h", ":resolved@6h") == [
        ("A", "working", 1),
        ("A", "false_done", 4),
        ("B", "working", 1),
    ]
    assert charges("A:working@0h", ":resolved@1h", "B@2h", "C@3h", ":closed@5h") == [
        ("A", "working", 1),
        ("A", "settled", 4),
    ]


def test_who_moves_and_closes_in_one_save_declares_it_as_the_new_department(charges):
    assert charges("A:working@0h", "B:resolved@1h", ":closed@3h") == [("A", "working", 1), ("B", "settled", 2)]


def test_declared_done_by_no_department(charges):
    assert charges("A:working@0h", "-:resolved@1h", "B@2h", "B:closed@4h", missing_department="unassigned") == [
        ("A", "working", 1),
        (None, "settled", 3),
    ]


def test_each_episode_has_its_own_charges(lanes_of, pick):
    frame = chain("c1", "A:resolved@0h", "B:working@2h", ":closed@3h", "A:working@7h", ":resolved@8h", ":closed@16h")
    # A falsely done for 2, B (closed, no claim) for 4; A settled for 8.
    assert pick(lanes_of(frame).charges, "department", "state", "time") == [
        ("A", "working", 1),
        ("A", "false_done", 2),
        ("A", "settled", 8),
        ("B", "working", 1),
        ("B", "false_done", 4),
    ]


def test_what_takes_no_time_is_not_charged(charges):
    # B for no time at all, and queued for none.
    assert charges("A:queued@0h", ":working@0h", "B@2h", "A@2h", ":resolved@3h") == [("A", "working", 3)]


def test_a_move_while_done_costs_the_mover_nothing(charges):
    assert charges("A:working@0h", ":resolved@1h", "B@3h") == [("A", "working", 1), ("A", "settled", 2)]


def test_charges_come_by_case_then_name_then_state(lanes_of, pick):
    lanes = lanes_of(
        chain("c2", "a:working@0h", "Z@1h", "é@2h", "-@3h", ":queued@4h"),
        chain("c1", "b:working@0h", ":queued@1h"),
        as_of="5h",
        missing_department="unassigned",
    )
    # Names by code point: "Z" before "a" before "é"; nobody comes last. States in their fixed order.
    assert pick(lanes.charges, "case", "department", "state", "time") == [
        ("c1", "b", "working", 1),
        ("c1", None, "queued", 4),
        ("c2", "Z", "working", 1),
        ("c2", "a", "working", 1),
        ("c2", "é", "working", 1),
        ("c2", None, "queued", 1),
        ("c2", None, "working", 1),
    ]


def test_lengths_are_exact_to_the_microsecond(lanes_of):
    made = [
        {"case": "c1", "time": at("0h"), "department": "A", "state": "working"},
        {"case": "c1", "time": at("1us"), "department": "A", "state": "resolved"},
        {"case": "c1", "time": at("9000D1us"), "department": "A", "state": "closed"},
    ]
    charges = lanes_of(source(made), as_of="9100D").charges
    assert [(row["state"], row["time"]) for row in rows(charges)] == [
        ("working", span("1us")),
        ("settled", span("9000D")),
    ]


def test_the_hold_tells_no_false_done_from_settled_but_by_the_verdict(pick):
    log = lh.read_log(chain("c1", "A:working@0h", ":resolved@1h", ":closed@3h"), as_of=at("2D"))
    # Unproven or fixed: settled either way.
    for hold in ("1D", "14D"):
        assert pick(lh.charge_time(log, hold=hold), "state", "time") == [("working", 1), ("settled", 2)]


def test_the_table_has_its_columns_and_types(lanes_of):
    assert {name: str(dtype) for name, dtype in lanes_of(chain("c1", "A@0h")).charges.dtypes.items()} == {
        "case": "str",
        "department": "category",
        "state": "category",
        "time": "timedelta64[us]",
    }
