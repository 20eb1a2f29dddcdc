"""Loops, worked out by hand: every return to a department already left, and the five rules for "ping-pong".

All times are hours after the start; ``as_of`` is day 30 (hour 720) where nothing else is said.
"""

from __future__ import annotations

import pytest
from builders import chain, span

import lanehop as lh

pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")


def walk(names, **options):
    """One ticket through these departments, an hour each."""
    steps = [f"{name}@{n}h" for n, name in enumerate(names)]
    return chain("c1", *steps, resolved=f"{len(steps)}h", **options)


def rules(pick, lanes):
    return dict(pick(lh.count_loops(lanes, by="rule"), "rule", "n"))


# The worked conflict ---------------------------------------------------------------------------------


def test_back_and_forth_twice(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@0h", "B@1h", "A@3h", "B@6h", closed="9h"))
    assert pick(
        lanes.loops,
        "loop",
        "department",
        "length",
        "path",
        "cycle",
        "first_stay",
        "last_stay",
        "left_at",
        "returned_at",
        "away",
    ) == [
        (0, "A", 1, "A > B > A", "A > B", 0, 2, 1, 3, 2),
        (1, "B", 1, "B > A > B", "A > B", 1, 3, 3, 6, 3),
    ]
    # 3 handoffs, 2 departments, 2 loops, both ping-pong, 3 alternations.
    assert pick(lanes.cases, "n_handoffs", "n_departments", "n_loops", "n_ping_pongs", "max_alternations") == [
        (3, 2, 2, 2, 3)
    ]
    assert pick(lanes.cases, "chain", "time_in_loops") == [("A > B > A > B", 5)]
    assert rules(pick, lanes) == {"ping_pong": 2, "indirect": 0, "alternations": 3, "returns": 2, "distinct": 2}


# Lengths, paths, cycles ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("ABA", [("A", 1, "A > B > A", "A > B")]),
        ("BAB", [("B", 1, "B > A > B", "A > B")]),  # the same cycle as A-B-A
        ("ABCA", [("A", 2, "A > B > C > A", "A > B > C")]),
        ("CABC", [("C", 2, "C > A > B > C", "A > B > C")]),  # rotated to its smallest
        ("ACBA", [("A", 2, "A > C > B > A", "A > C > B")]),  # round the other way is another cycle
        ("DCBAD", [("D", 3, "D > C > B > A > D", "A > D > C > B")]),
        ("ABCD", []),
        # From the latest earlier visit only: the second return to A is over C alone.
        ("ABACA", [("A", 1, "A > B > A", "A > B"), ("A", 1, "A > C > A", "A > C")]),
        # A loop within a loop: back to B over C, then back to A over B, C and B.
        ("ABCBA", [("B", 1, "B > C > B", "B > C"), ("A", 3, "A > B > C > B > A", "A > B > C > B")]),
        # B, C and A in turn, each over the two others.
        (
            "ABCABC",
            [
                ("A", 2, "A > B > C > A", "A > B > C"),
                ("B", 2, "B > C > A > B", "A > B > C"),
                ("C", 2, "C > A > B > C", "A > B > C"),
            ],
        ),
        (
            "CACABC",
            [("C", 1, "C > A > C", "A > C"), ("A", 1, "A > C > A", "A > C"), ("C", 2, "C > A > B > C", "A > B > C")],
        ),
        # Two rotations of D-A-B-A begin with A: the one that goes on with B is smaller.
        ("DABAD", [("A", 1, "A > B > A", "A > B"), ("D", 3, "D > A > B > A > D", "A > B > A > D")]),
    ],
)
def test_loops_of_a_chain(lanes_of, pick, names, found):
    loops = lanes_of(walk(names)).loops
    assert pick(loops, "department", "length", "path", "cycle") == found
    assert pick(loops, "loop") == [(n,) for n in range(len(found))]


@pytest.mark.parametrize(
    ("names", "cycle"),
    [
        # Capitals come before small letters by code point; an alphabet would put "a" first.
        (["a", "Z", "a"], "Z > a"),
        (["net", "DB", "net"], "DB > net"),
        # Letters with marks come after all plain ones.
        (["Ärger", "Zahlung", "Ärger"], "Zahlung > Ärger"),
        (["z", "é", "e\u0301", "z"], "e\u0301 > z > é"),
        # U+FF21 before U+1D400; the units of UTF-16 are the other way round.
        (["\U0001d400", "\uff21", "\U0001d400"], "\uff21 > \U0001d400"),
        # Digits are text: 10 before 9.
        (["L9", "L10", "L9"], "L10 > L9"),
        # Name by name: "x" comes before "x > y". As joined texts "x > y > x > z" would come first.
        (["x > y", "x", "z", "x > y"], "x > z > x > y"),
    ],
)
def test_a_cycle_is_compared_name_by_name_and_by_code_point(lanes_of, pick, names, cycle):
    loops = lanes_of(walk(names)).loops
    assert pick(loops, "cycle", "path") == [(cycle, " > ".join(names))]


def test_loops_of_many_cases_are_numbered_within_each(lanes_of, pick):
    lanes = lanes_of(
        chain("c1", "A@0h", "B@1h", "A@2h", "B@3h"),
        chain("c2", "A@0h", "B@1h"),
        chain("c3", "B@0h", "C@1h", "A@2h", "B@3h"),
    )
    assert pick(lanes.loops, "case", "loop", "path") == [
        ("c1", 0, "A > B > A"),
        ("c1", 1, "B > A > B"),
        ("c3", 0, "B > C > A > B"),
    ]


# Unassigned in between -------------------------------------------------------------------------------


def test_unassigned_is_no_department_to_come_back_from(lanes_of):
    frame = chain("c1", "A@0h", "-@1h", "A@2h", "-@3h", "A@4h")
    assert lanes_of(frame, missing_department="unassigned").loops.empty


def test_where_equal_neighbours_were_merged(lanes_of, pick):
    frame = chain("c1", "A@0h", "-@1h", "A@2h", "B@4h", "-@6h", "A@7h", "-@8h", "A@9h", ":resolved@10h")
    frame.loc[8, "department"] = "A"
    loops = lanes_of(frame, missing_department="unassigned").loops
    # It left A with the run's last stay (2, at 4) and returned with the next run's first (5, at 7).
    assert pick(loops, "path", "first_stay", "last_stay", "left_at", "returned_at", "away") == [
        ("A > B > A", 2, 5, 4, 7, 3)
    ]


def test_time_away_includes_time_in_no_department(lanes_of, pick):
    frame = chain("c1", "A@0h", "-@1h", "B@4h", "A@5h", resolved="6h")
    # Unassigned from 1 to 4: left at 1. Carried on, A holds it till 4.
    assert pick(lanes_of(frame, missing_department="unassigned").loops, "left_at", "away") == [(1, 4)]
    assert pick(lanes_of(frame).loops, "left_at", "away") == [(4, 1)]


# Time in loops ---------------------------------------------------------------------------------------


def test_overlapping_loops_count_once(lanes_of, pick):
    frame = chain("c1", "A@0h", "B@1h", "C@2h", "B@4h", "A@5h", "C@6h", "A@8h", resolved="9h")
    lanes = lanes_of(frame)
    assert pick(lanes.loops, "path", "left_at", "returned_at") == [
        ("B > C > B", 2, 4),
        ("A > B > C > B > A", 1, 5),
        ("C > B > A > C", 4, 6),
        ("A > C > A", 6, 8),
    ]
    # The union of [2, 4), [1, 5), [4, 6) and [6, 8) is [1, 8); added up they would be 2 + 4 + 2 + 2 = 10.
    assert pick(lanes.cases, "time_in_loops") == [(7,)]


def test_loops_apart_leave_out_what_lies_between(lanes_of, pick):
    # Away from A from 1 to 2 and from 5 to 8.
    lanes = lanes_of(chain("c1", "A@0h", "B@1h", "A@2h", "C@5h", "A@8h", resolved="9h"))
    assert pick(lanes.cases, "time_in_loops", "n_loops", "n_departments") == [(4, 2, 3)]


def test_no_loop_no_time(lanes_of):
    cases = lanes_of(chain("c1", "A@0h", "B@1h", "C@2h", resolved="9h")).cases
    assert cases["time_in_loops"].tolist() == [span("0h")]


def test_a_loop_in_no_time_is_a_loop(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@0h", "B@1h", "A@1h", resolved="2h"))
    assert pick(lanes.loops, "path", "away") == [("A > B > A", 0)]
    assert pick(lanes.cases, "n_loops", "time_in_loops") == [(1, 0)]


# Alternations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "most", "ping_pongs", "indirect", "distinct"),
    [
        ("A", 0, 0, 0, 0),
        ("AB", 0, 0, 0, 0),  # two departments alternate only when it comes back
        ("ABA", 2, 1, 0, 1),
        ("ABAB", 3, 2, 0, 2),
        ("ABABA", 4, 3, 0, 2),  # A is returned to twice, B once
        ("ABCA", 0, 0, 1, 1),
        ("ABACA", 2, 2, 0, 1),  # A-B-A, then A-C-A: two runs of 2, not one of 4
        ("ABACAC", 3, 3, 0, 2),  # A-B-A is 2, A-C-A-C is 3
        ("ABABCBCB", 4, 5, 0, 3),  # A-B-A-B is 3, B-C-B-C-B is 4
        ("ABCABCA", 0, 0, 4, 3),
    ],
)
def test_alternations(lanes_of, pick, names, most, ping_pongs, indirect, distinct):
    lanes = lanes_of(walk(names))
    assert pick(lanes.cases, "max_alternations", "n_ping_pongs", "n_loops") == [
        (most, ping_pongs, ping_pongs + indirect)
    ]
    assert rules(pick, lanes) == {
        "ping_pong": ping_pongs,
        "indirect": indirect,
        "alternations": most,
        "returns": ping_pongs + indirect,
        "distinct": distinct,
    }


def test_alternations_of_neighbouring_cases_do_not_join(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@0h", "B@1h", "A@2h"), chain("c2", "B@0h", "A@1h", "B@2h"))
    assert pick(lanes.cases, "case", "max_alternations") == [("c1", 2), ("c2", 2)]
    assert rules(pick, lanes)["alternations"] == 4


# While done ------------------------------------------------------------------------------------------


def test_a_return_while_done(lanes_of, pick):
    frame = chain("c1", "A:working@0h", "B:resolved@1h", "A@2h", "B:working@3h", "A@4h", ":resolved@5h")
    # Done from 1: the returns at 2 and 3 (which reopens) were of a done ticket, the one at 4 not.
    assert pick(lanes_of(frame).loops, "path", "returned_at", "while_done") == [
        ("A > B > A", 2, True),
        ("B > A > B", 3, True),
        ("A > B > A", 4, False),
    ]


def test_a_reopened_ticket_that_never_left_has_no_loop(lanes_of):
    frame = chain("c1", "A:working@0h", ":resolved@1h", ":working@2h", ":resolved@3h")
    assert lanes_of(frame).loops.empty


def test_the_table_has_its_columns_and_types(lanes_of):
    assert {name: str(dtype) for name, dtype in lanes_of(walk("ABA")).loops.dtypes.items()} == {
        "case": "str",
        "loop": "int32",
        "department": "category",
        "first_stay": "int32",
        "last_stay": "int32",
        "length": "int32",
        "path": "str",
        "cycle": "str",
        "left_at": "datetime64[us, UTC]",
        "returned_at": "datetime64[us, UTC]",
        "away": "timedelta64[us]",
        "while_done": "bool",
    }
