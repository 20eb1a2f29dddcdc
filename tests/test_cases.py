"""Cases, worked out by hand: what happened to each, on one row, and what is never mixed up.

All times are hours after the start; ``as_of`` is day 30 (hour 720) and ``hold`` 14 days where nothing else is said.
"""

from __future__ import annotations

import pandas as pd
import pytest
from builders import at, chain, log_of

import lanehop as lh

# Some of these tickets are closed without a claim.
pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")

CODES = {"not_fixed": ["Gave up"], "withdrawn": ["Not wanted"], "duplicate": ["Known"]}


@pytest.fixture
def case(lanes_of, pick):
    """The named columns of the case of one ticket made of these steps."""

    def made(steps, *names, as_of="30D", columns=None, **options):
        found = lanes_of(chain("c1", *steps, **(columns or {})), as_of=as_of, resolutions=CODES, **options).cases
        (row,) = pick(found, *names)
        return row

    return made


# A whole row -----------------------------------------------------------------------------------------


def test_a_whole_row(lanes_of, pick):
    frame = chain(
        "c1",
        "Desk:queued/ann@0h",
        "Net:working/bob@1h",
        ":resolved@2h",
        "Bill@3h",
        ":working/cid@5h",
        "Net@6h",
        "Bill@8h",
        "Cloud@9h",
        ":closed@10h",
        ":open@12h",
        "Net:resolved/dan@16h",
        ":closed@136h",
        opened_at="-1h",
    )
    cases = lanes_of(frame).cases
    assert dict(zip(cases.columns, pick(cases, *cases.columns)[0], strict=True)) == {
        "case": "c1",
        "opened_at": -1,
        "ended_at": 136,  # the last event of a ticket that is done
        "first_done_at": 2,
        "last_done_at": 16,
        "done_at": 16,
        "fixed_at": 16,
        "outcome": "fixed",
        "time_to_close": 3,
        "time_to_fix": 17,
        "fix_observed": True,
        "n_events": 12,
        "n_tickets": 1,
        "overlap": 0,
        "n_departments": 4,
        # Desk Net Bill Net Bill Cloud Net
        "n_handoffs": 6,
        "n_loops": 3,  # back to Net, to Bill, and to Net again over Bill and Cloud
        "n_ping_pongs": 2,
        "max_alternations": 3,  # Net Bill Net Bill
        "n_closures": 3,
        "n_unresolved": 2,
        "n_reopens": 2,
        # Away from Net from 3 to 6, from Bill from 6 to 8, from Net from 8 to 16.
        "time_in_loops": 13,
        "first_department": "Desk",
        "last_department": "Net",
        "fix_department": "Net",
        # Net came at 16 and claimed at once.
        "fix_stay_time": 0,
        "chain": "Desk > Net > Bill > Net > Bill > Cloud > Net",
        "closed_unresolved": True,
        "reason": "reopened",
    }


# The two clocks --------------------------------------------------------------------------------------


def test_time_to_close_runs_to_the_first_time_and_the_fix_to_the_last_claim(case):
    steps = ("A:working@0h", ":resolved@2h", ":working@50h", ":resolved@60h")
    assert case(steps, "time_to_close", "time_to_fix", "first_done_at", "last_done_at") == (2, 60, 2, 60)


def test_an_open_case_has_neither(case):
    assert case(("A:working@0h", "A@1h"), "outcome", "time_to_close", "time_to_fix", "fix_observed", "ended_at") == (
        "open",
        None,
        None,
        False,
        720,
    )


def test_a_case_that_is_open_again_was_closed_once(case):
    steps = ("A:working@0h", ":resolved@2h", ":working@50h")
    assert case(
        steps,
        "outcome",
        "time_to_close",
        "time_to_fix",
        "last_done_at",
        "done_at",
        "ended_at",
        "n_reopens",
        "closed_unresolved",
    ) == ("open", 2, None, 2, None, 720, 1, True)


def test_closed_and_never_solved_is_not_fixed(case):
    assert case(("A:working@0h", ":closed@5h"), "outcome", "time_to_close", "time_to_fix", "reason") == (
        "unresolved",
        5,
        None,
        "no_claim",
    )


def test_an_unproven_fix_has_no_time(case):
    names = ("outcome", "time_to_close", "time_to_fix", "fixed_at", "fix_department", "fix_stay_time", "fix_observed")
    steps = ("A:working@0h", ":resolved@5h")
    assert case(steps, *names, as_of="14D4h") == ("unproven", 5, None, None, None, None, False)
    assert case(steps, *names, as_of="14D5h") == ("fixed", 5, 5, 5, "A", 5, True)


def test_a_withdrawn_case_has_no_fix(case):
    for end in (":cancelled@5h", ":resolved=Not wanted@5h", ":resolved=Known@5h"):
        names = ("outcome", "time_to_close", "time_to_fix", "closed_unresolved", "reason")
        assert case(("A:working@0h", end), *names) == ("withdrawn", 5, None, False, None)


def test_the_clocks_start_at_the_opening(case):
    assert case(("A:working@0h", ":resolved@5h"), "time_to_close", "time_to_fix", columns={"opened_at": "-2h"}) == (
        7,
        7,
    )
    # An opening time after the first event does not count.
    assert case(("A:working@0h", ":resolved@5h"), "time_to_close", columns={"opened_at": "3h"}) == (5,)


def test_fixed_counts_from_the_claim_and_closed_from_the_closing(case):
    steps = ("A:working@0h", ":closed@5h", ":resolved@9h")
    assert case(steps, "time_to_close", "time_to_fix", "last_done_at") == (5, 9, 5)


# Who fixed it, and how long it took them -------------------------------------------------------------


def test_the_stay_in_which_it_was_fixed(case):
    steps = ("A:working@0h", "B@10h", "C@24h", ":resolved@25h")
    assert case(steps, "fix_department", "fix_stay_time", "time_to_fix") == ("C", 1, 25)


def test_a_reopening_in_the_same_stay_starts_it_anew(case):
    steps = ("A:working@0h", ":resolved@2h", ":working@50h", ":resolved@53h")
    assert case(steps, "fix_stay_time") == (3,)


def test_a_reopening_before_the_stay_does_not(case):
    steps = ("A:working@0h", ":resolved@2h", ":working@50h", "B@52h", ":resolved@53h")
    assert case(steps, "fix_department", "fix_stay_time") == ("B", 1)


def test_a_reopening_that_moves_the_ticket_is_both(case):
    steps = ("A:working@0h", ":resolved@2h", "B:working@50h", ":resolved@53h")
    assert case(steps, "fix_department", "fix_stay_time") == ("B", 3)


def test_the_claim_counts_not_who_closed_it_first(case):
    # A closes without a claim, B says that it is fixed: B made the claim that held.
    steps = ("A:working@0h", ":closed@2h", "B@3h", ":resolved@7h")
    assert case(steps, "fix_department", "fix_stay_time", "fixed_at", "first_done_at") == ("B", 4, 7, 2)


def test_a_fix_in_no_department(case):
    names = ("fix_department", "fix_stay_time", "time_to_fix")
    assert case(("-:working@0h", "-:resolved@5h"), *names, columns={"opened_at": "-2h"}) == (None, 7, 7)
    steps = ("A:working@0h", "-@3h", "-:resolved@5h")
    assert case(steps, *names, missing_department="unassigned") == (None, 2, 5)


def test_fixed_with_the_first_event(case):
    assert case(("A:resolved@0h", ":closed@1h"), "fix_stay_time", "time_to_fix", "time_to_close") == (0, 0, 0)


# Three counts, never mixed ---------------------------------------------------------------------------


def test_closed_without_resolution_and_ended_without_resolution_are_two_counts(lanes_of, pick):
    cases = lanes_of(
        # Twice without resolution, and fixed in the end.
        chain("c1", "A:working@0h", ":resolved@1h", ":open@2h", ":resolved@3h", ":open@4h", ":resolved@5h"),
        # Once, and that was the end.
        chain("c2", "A:working@0h", ":closed@1h"),
        # Never.
        chain("c3", "A:working@0h", ":resolved@1h"),
        # Once, and open again.
        chain("c4", "A:working@0h", ":resolved@1h", ":open@2h"),
        # Withdrawn after one that was reopened.
        chain("c5", "A:working@0h", ":resolved@1h", ":open@2h", ":cancelled@3h"),
    ).cases
    names = ("case", "closed_unresolved", "outcome", "n_closures", "n_unresolved", "n_reopens", "reason")
    assert pick(cases, *names) == [
        ("c1", True, "fixed", 3, 2, 2, "reopened"),
        ("c2", True, "unresolved", 1, 1, 0, "no_claim"),
        ("c3", False, "fixed", 1, 0, 0, None),
        ("c4", True, "open", 1, 1, 1, "reopened"),
        ("c5", True, "withdrawn", 2, 1, 1, "reopened"),
    ]
    # Cases closed without resolution: 4. Cases that ended without: 1. Closures without: 5.
    assert (
        cases["closed_unresolved"].sum(),
        (cases["outcome"] == "unresolved").sum(),
        cases["n_unresolved"].sum(),
    ) == (
        4,
        1,
        5,
    )


def test_the_reason_is_that_of_the_first_unresolved_closure(case):
    # The first is unresolved for a negative code as well, but it was reopened; the last is by its code alone.
    steps = ("A:working@0h", ":resolved@1h", ":open@2h", ":resolved=Gave up@3h")
    assert case(steps, "reason", "n_unresolved", "outcome") == ("reopened", 2, "unresolved")
    assert case(("A:working@0h", ":resolved=Gave up@3h"), "reason", "outcome") == ("negative_code", "unresolved")


# Departments -----------------------------------------------------------------------------------------


def test_departments_visited_twice_count_once(case):
    steps = ("A@0h", "B@1h", "A@2h", "C@3h", ":resolved@4h")
    assert case(steps, "n_departments", "n_handoffs", "chain", "first_department", "last_department") == (
        3,
        3,
        "A > B > A > C",
        "A",
        "C",
    )


def test_equal_neighbours_are_merged_in_the_chain(case):
    steps = ("-@0h", "A@1h", "-@2h", "A@3h", "B@4h", "-@5h")
    names = ("chain", "n_departments", "n_handoffs", "first_department", "last_department")
    assert case(steps, *names, missing_department="unassigned") == ("A > B", 2, 1, "A", "B")


def test_one_department(case):
    assert case(("A@0h", ":resolved@1h"), "chain", "n_departments", "n_handoffs") == ("A", 1, 0)


# What stands behind ----------------------------------------------------------------------------------


def test_columns_of_the_ticket_follow_as_first_said(pick):
    frame = log_of(
        chain("c1", "A@0h", "A@1h", resolved="2h", category=[None, "net", "bill"], site="Porto", requester="eva"),
        chain("c2", "A@0h", "A@1h", resolved="2h", category="net", site=[None, None, "Faro"], requester="ivo"),
    )
    log = lh.read_log(frame, keep=["site"])
    cases = lh.describe_cases(log)
    assert cases.columns[-3:].tolist() == ["requester", "category", "site"]
    assert pick(cases, "case", "requester", "category", "site") == [
        ("c1", "eva", "net", "Porto"),
        ("c2", "ivo", "net", "Faro"),
    ]
    # The history of what changed is in events.
    assert pick(log.events, "category")[:3] == [(None,), ("net",), ("bill",)]
    lh.schema.check(cases, "cases")


def test_a_kept_column_known_only_at_the_end_stands_on_no_event(pick):
    frame = chain("c1", "A@0h", "A@1h", resolved="2h", score=["1", "2", "3"])
    log = lh.read_log(frame, keep=["score"], final=["score"])
    assert pick(lh.describe_cases(log), "score") == [("3",)]
    assert "score" not in log.events


def test_every_case_has_a_row_and_they_come_by_code_point(lanes_of):
    cases = lanes_of(*(chain(name, "A@0h", "A@1h") for name in ["t2", "t10", "T3", "\U0001d400", "\uff21"])).cases
    assert cases["case"].tolist() == ["T3", "t10", "t2", "\uff21", "\U0001d400"]


def test_what_is_numbered_stays_text(pick):
    frame = pd.DataFrame(
        {
            "case": ["007", "007", "7", "7"],
            "time": [at("0h"), at("1h")] * 2,
            "department": ["01", "1", "1", "1"],
        }
    )
    cases = lh.describe_cases(lh.read_log(frame))
    # Leading zeros survive: two cases, and a move from 01 to 1.
    assert pick(cases, "case", "chain") == [("007", "01 > 1"), ("7", "1")]


def test_the_table_has_its_columns_and_types(lanes_of):
    cases = lanes_of(chain("c1", "A@0h", resolved="2h")).cases
    kinds = {
        "str": ["case", "chain"],
        "datetime64[us, UTC]": ["opened_at", "ended_at", "first_done_at", "last_done_at", "done_at", "fixed_at"],
        "timedelta64[us]": ["time_to_close", "time_to_fix", "overlap", "time_in_loops", "fix_stay_time"],
        "category": ["outcome", "first_department", "last_department", "fix_department", "reason"],
        "bool": ["fix_observed", "closed_unresolved"],
        "int32": [
            "n_events",
            "n_tickets",
            "n_departments",
            "n_handoffs",
            "n_loops",
            "n_ping_pongs",
            "max_alternations",
            "n_closures",
            "n_unresolved",
            "n_reopens",
        ],
    }
    expected = {name: kind for kind, names in kinds.items() for name in names}
    assert {name: str(dtype) for name, dtype in cases.dtypes.items()} == expected
    assert isinstance(cases.index, pd.RangeIndex)
