"""Stays, worked out by hand: where a case is, from when to when, and what a row may do to that.

All times are hours after the start; ``as_of`` is day 30 (hour 720) where nothing else is said.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import START, assert_same, at, chain, log_of, rows, source, span

import lanehop as lh
from lanehop.errors import DialectError, NoHistoryError, RowLossError, SchemaError

# Most of these tickets are never done, and some are only closed: none of that is looked at here.
pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")


def two_rows(*, times, **columns):
    return pd.DataFrame({"case": ["c1", "c1"], "time": times, "department": ["A", "B"], **columns})


# The ladder's first step -----------------------------------------------------------------------------


def test_the_worked_chain_of_two_departments(lanes_of, pick):
    stays = lanes_of(chain("c1", "A@0h", "B@1h", "A@3h", "B@6h", closed="9h")).stays
    # Each begins where the one before ends; the last ends with the event that closed the ticket.
    assert pick(stays, "stay", "department", "entered_at", "left_at", "open_time", "ended_by", "observed") == [
        (0, "A", 0, 1, 1, "handoff", True),
        (1, "B", 1, 3, 2, "handoff", True),
        (2, "A", 3, 6, 3, "handoff", True),
        (3, "B", 6, 9, 3, "end", True),
    ]


def test_events_in_the_same_department_are_one_stay(lanes_of, pick):
    stays = lanes_of(chain("c1", "A/ann@0h", "A/bob@1h", "A@2h", "A/ann@3h", "B/bob@4h", resolved="6h")).stays
    # Four events at A name two different agents; the done event belongs to B's stay and names nobody.
    assert pick(stays, "department", "entered_at", "left_at", "n_events", "n_agents") == [
        ("A", 0, 4, 4, 2),
        ("B", 4, 6, 2, 1),
    ]


def test_an_agent_is_counted_in_the_stay_of_the_event_that_names_him(lanes_of, pick):
    stays = lanes_of(chain("c1", "A/ann@0h", "B@1h", "B/ann@2h", "C@3h")).stays
    # Ann is not carried over into B or C: she counts where an event names her.
    assert pick(stays, "department", "n_agents") == [("A", 1), ("B", 1), ("C", 0)]


def test_an_open_case_runs_to_as_of_and_is_not_observed(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A:working@0h", "B@5h"), as_of="10h")
    assert pick(lanes.stays, "department", "left_at", "open_time", "ended_by", "observed") == [
        ("A", 5, 5, "handoff", True),
        ("B", 10, 5, "open", False),
    ]
    # An open case is neither 0 nor "now": it has no time-to-close at all.
    assert pick(lanes.cases, "time_to_close", "time_to_fix", "first_done_at", "done_at", "ended_at") == [
        (None, None, None, None, 10)
    ]


def test_a_done_ticket_stays_where_it_is_and_is_nobodys_dwell(lanes_of, pick):
    stays = lanes_of(chain("c1", "A:working@0h", resolved="2h", closed="122h")).stays
    # The auto-close timer of 120 hours is in the stay, but not in open_time.
    assert pick(stays, "entered_at", "left_at", "open_time", "ended_by", "observed") == [(0, 122, 2, "end", True)]


def test_a_done_ticket_that_is_moved_on_begins_a_stay_without_open_time(lanes_of, pick):
    stays = lanes_of(chain("c1", "A:working@0h", "A:resolved@2h", "B@5h", ":closed@9h")).stays
    assert pick(stays, "department", "entered_at", "left_at", "open_time", "ended_by") == [
        ("A", 0, 5, 2, "handoff"),
        ("B", 5, 9, 0, "end"),
    ]


def test_a_reopened_ticket_dwells_again(lanes_of, pick):
    stays = lanes_of(chain("c1", "A:working@0h", ":resolved@2h", ":working@7h", ":resolved@10h")).stays
    # Open from 0 to 2 and from 7 to 10.
    assert pick(stays, "left_at", "open_time", "n_events") == [(10, 5, 4)]


def test_one_event_only(lanes_of, pick):
    # Beside a ticket with a history: a source of one row per ticket is none.
    lanes = lanes_of(chain("c1", "A@3h"), chain("c2", "A:resolved@4h"), chain("c3", "A@0h", "A@1h"), as_of="5h")
    assert pick(lanes.stays, "case", "entered_at", "left_at", "ended_by", "observed") == [
        ("c1", 3, 5, "open", False),
        ("c2", 4, 4, "end", True),  # done with its first event: a life of no length
        ("c3", 0, 5, "open", False),
    ]
    assert pick(lanes.charges, "case", "time") == [("c1", 2), ("c3", 5)]


def test_one_row_in_all_is_a_log(lanes_of, pick):
    assert pick(lanes_of(chain("c1", "A@3h"), as_of="5h").stays, "department", "open_time") == [("A", 2)]


def test_a_list_of_tickets_is_no_history():
    with pytest.raises(NoHistoryError, match="list of 2 tickets"):
        lh.read_log(log_of(chain("c1", "A@0h"), chain("c2", "B@1h")))


# Missing departments ---------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, "", "  "], ids=["None", "nan", "NA", "empty", "blank"])
@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_whatever_stands_for_missing_is_missing(nothing, dtype, pick):
    frame = chain("c1", "A@0h", "-@1h", "B@2h", resolved="3h")
    departments = pd.Series(["A", nothing, "B", "B"], dtype=object)
    frame["department"] = departments if dtype is object else departments.astype(dtype)
    lanes = lh.reconstruct(lh.read_log(frame))
    assert pick(lanes.stays, "department", "entered_at", "left_at") == [("A", 0, 2), ("B", 2, 3)]
    assert pick(lanes.handoffs, "from_department", "to_department", "at") == [("A", "B", 2)]


def test_an_event_that_does_not_say_carries_the_department_on(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@0h", "-@1h", "A@2h", "-@3h", "B@4h", resolved="6h"))
    # A, None, A is one stay; the event at 3 is still A's.
    assert pick(lanes.stays, "department", "entered_at", "left_at", "n_events", "ended_by") == [
        ("A", 0, 4, 4, "handoff"),
        ("B", 4, 6, 2, "end"),
    ]


def test_or_it_means_that_nobody_holds_it(lanes_of, pick):
    frame = chain("c1", "A@0h", "-@1h", "A@2h", "-@3h", "B@4h", resolved="6h")
    stays = lanes_of(frame, missing_department="unassigned").stays
    assert pick(stays, "department", "entered_at", "left_at", "ended_by", "observed") == [
        ("A", 0, 1, "unassigned", True),
        (None, 1, 2, "assigned", True),
        ("A", 2, 3, "unassigned", True),
        (None, 3, 4, "assigned", True),
        ("B", 4, 6, "end", True),
    ]


def test_before_any_department_is_known_there_is_a_stay_in_none(lanes_of, pick):
    for missing in ("carry", "unassigned"):
        stays = lanes_of(chain("c1", "-@0h", "-@1h", "A@2h", resolved="4h"), missing_department=missing).stays
        assert pick(stays, "department", "entered_at", "left_at", "n_events", "ended_by") == [
            (None, 0, 2, 2, "assigned"),
            ("A", 2, 4, 2, "end"),
        ]


def test_unassigned_to_the_end(lanes_of, pick):
    stays = lanes_of(chain("c1", "A@0h", "-@1h"), missing_department="unassigned", as_of="3h").stays
    assert pick(stays, "department", "left_at", "ended_by", "observed") == [
        ("A", 1, "unassigned", True),
        (None, 3, "open", False),
    ]


def test_a_case_that_was_never_in_a_department(lanes_of, pick):
    lanes = lanes_of(chain("c1", "-@0h", "-@1h"), chain("c2", "A@0h"), as_of="3h")
    assert pick(lanes.stays, "case", "department", "left_at", "ended_by") == [
        ("c1", None, 3, "open"),
        ("c2", "A", 3, "open"),
    ]
    assert pick(lanes.cases, "case", "n_departments", "n_handoffs", "chain", "first_department", "last_department") == [
        ("c1", 0, 0, None, None, None),
        ("c2", 1, 0, "A", "A", "A"),
    ]


def test_a_log_in_which_no_event_names_a_department(lanes_of, pick):
    lanes = lanes_of(chain("c1", "-:working@0h", ":resolved@1h"))
    assert pick(lanes.stays, "department", "entered_at", "left_at", "ended_by") == [(None, 0, 1, "end")]
    assert pick(lanes.charges, "department", "state", "time") == [(None, "working", 1)]
    assert pick(lanes.cases, "outcome", "n_departments", "chain", "fix_department", "fix_stay_time") == [
        ("fixed", 0, None, None, 1)
    ]
    assert (len(lanes.handoffs), len(lanes.loops), len(lh.count_handoffs(lanes))) == (0, 0, 0)


# Opening times ---------------------------------------------------------------------------------------


def test_opened_before_the_first_event(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@2h", "B@3h", resolved="5h", opened_at="-1h"))
    # From the opening to the first event: in no department, without events.
    assert pick(lanes.stays, "stay", "department", "entered_at", "left_at", "open_time", "n_events", "ended_by") == [
        (0, None, -1, 2, 3, 0, "assigned"),
        (1, "A", 2, 3, 1, 1, "handoff"),
        (2, "B", 3, 5, 2, 2, "end"),
    ]
    assert pick(lanes.cases, "opened_at", "time_to_close", "n_events") == [(-1, 6, 3)]


def test_the_time_before_the_first_event_joins_events_in_no_department(lanes_of, pick):
    lanes = lanes_of(chain("c1", "-@2h", "A@3h", resolved="5h", opened_at="0h"))
    # Neighbours differ: nowhere from 0 to 2 and nowhere from 2 to 3 is one stay, of one event.
    assert pick(lanes.stays, "department", "entered_at", "left_at", "n_events") == [(None, 0, 3, 1), ("A", 3, 5, 2)]


def test_opened_after_the_first_event(lanes_of, pick):
    log = lh.read_log(chain("c1", "A@2h", resolved="5h", opened_at="3h"))
    lanes = lh.reconstruct(log)
    # The earlier of the two counts, and that they disagree is said.
    assert pick(lanes.cases, "opened_at", "time_to_close") == [(2, 3)]
    assert pick(lanes.stays, "entered_at", "left_at") == [(2, 5)]
    assert pick(log.ledger, "reason", "effect", "n_rows") == [
        ("used", "used", 2),
        ("opened_after_first_event", "noted", 2),  # both rows of the ticket
    ]
    assert pick(log.tickets, "opened_at") == [(3,)]  # as the log has it


def test_opened_with_the_first_event(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@2h", resolved="5h", opened_at="2h"))
    assert pick(lanes.stays, "stay", "department", "entered_at") == [(0, "A", 2)]


def test_the_first_opening_time_that_is_said_counts(lanes_of, pick):
    lanes = lanes_of(chain("c1", "A@2h", "A@3h", "A@4h", opened_at=[None, "1h", "0h"]), as_of="5h")
    assert pick(lanes.cases, "opened_at") == [(1,)]


# Order and ties --------------------------------------------------------------------------------------


def test_rows_come_in_any_order(lanes_of, pick):
    frame = chain("c1", "A@0h", "B@1h", "A@3h", resolved="6h")
    expected = rows(lanes_of(frame).stays)
    for order in ([3, 2, 1, 0], [2, 0, 3, 1]):
        assert rows(lanes_of(frame.iloc[order]).stays) == expected


def test_events_of_one_instant_come_in_the_order_of_the_rows(lanes_of, pick):
    frame = chain("c1", "A@0h", "B@1h", "C@1h", ":resolved@2h")
    # B is entered and left at once: a stay of no length is kept.
    assert pick(lanes_of(frame).stays, "department", "entered_at", "left_at", "open_time") == [
        ("A", 0, 1, 1),
        ("B", 1, 1, 0),
        ("C", 1, 2, 1),
    ]
    # With C's row before B's it is C that is left at once.
    assert pick(lanes_of(frame.iloc[[0, 2, 1, 3]]).stays, "department", "entered_at", "left_at", "open_time") == [
        ("A", 0, 1, 1),
        ("C", 1, 1, 0),
        ("B", 1, 2, 1),
    ]


def test_the_row_is_the_one_of_the_source_not_the_index(pick):
    frame = chain("c1", "A@0h", "B@1h", "C@1h", resolved="2h")
    frame.index = [9, 9, 0, 1]
    log = lh.read_log(frame)
    assert pick(log.events, "department", "row") == [("A", 0), ("B", 1), ("C", 2), ("C", 3)]


def test_a_tie_column_orders_an_instant_before_the_rows_do(lanes_of, pick):
    frame = chain("c1", "A@0h", "B@1h", "C@1h", ":resolved@2h", step=["1", "10", "9", "11"])
    # By number, where all are numbers: 9 before 10, though "10" is before "9" as text.
    assert pick(lanes_of(frame, tie="step").stays, "department", "left_at") == [("A", 1), ("C", 1), ("B", 2)]
    # By code point, where one is none.
    frame["step"] = ["x", "b", "B", "c"]
    assert pick(lanes_of(frame, tie="step").stays, "department", "left_at") == [("A", 1), ("C", 1), ("B", 2)]
    # Missing last.
    frame["step"] = pd.Series([None, None, "b", None], dtype="str")
    assert pick(lanes_of(frame, tie="step").stays, "department", "left_at") == [("A", 1), ("C", 1), ("B", 2)]


def test_a_move_at_the_last_instant_of_an_open_case(lanes_of, pick):
    stays = lanes_of(chain("c1", "A@0h", "B@4h"), as_of="4h").stays
    # An event at as_of counts.
    assert pick(stays, "department", "entered_at", "left_at", "ended_by", "observed") == [
        ("A", 0, 4, "handoff", True),
        ("B", 4, 4, "open", False),
    ]


def test_events_after_as_of_are_set_aside(lanes_of, pick):
    log = lh.read_log(chain("c1", "A@0h", "B@4h", "C@5h", resolved="6h"), as_of=at("4h"))
    lanes = lh.reconstruct(log)
    assert pick(lanes.stays, "department", "left_at", "ended_by") == [("A", 4, "handoff"), ("B", 4, "open")]
    assert pick(log.set_aside, "row", "reason", "column") == [(2, "after_as_of", "time"), (3, "after_as_of", "time")]
    assert pick(log.ledger, "reason", "effect", "n_rows", "first_row") == [
        ("used", "used", 2, 0),
        ("after_as_of", "set_aside", 2, 2),
    ]


def test_as_of_is_the_last_time_in_the_log_if_nothing_is_said(pick):
    log = lh.read_log(log_of(chain("c1", "A@0h", "B@1h"), chain("c2", "A@7h")))
    assert log.as_of == pd.Timestamp(at("7h"))
    assert pick(lh.find_stays(log), "case", "left_at") == [("c1", 1), ("c1", 7), ("c2", 7)]


def test_cases_come_by_code_point(lanes_of, pick):
    names = ["b", "B", "a10", "a9", "é", "\uff21", "\U0001d400"]
    stays = lanes_of(*(chain(name, "A@0h", "A@1h") for name in names)).stays
    # B before a, 1 before 9; U+FF21 before U+1D400, which UTF-16 would turn round.
    assert stays["case"].tolist() == ["B", "a10", "a9", "b", "é", "\uff21", "\U0001d400"]


# Rows that cannot be used ----------------------------------------------------------------------------


def test_exact_duplicates_are_used_and_said(pick):
    frame = log_of(chain("c1", "A:working@0h", "B@1h"), chain("c1", "B@1h"), chain("c1", "B:resolved@3h"))
    log = lh.read_log(frame)
    assert pick(log.ledger, "reason", "effect", "n_rows", "first_row") == [
        ("used", "used", 4, 0),
        ("duplicate", "noted", 1, 2),
    ]
    # B to B is no move: the chain is the same, and the event is counted.
    assert pick(lh.find_stays(log), "department", "left_at", "n_events") == [("A", 1, 1), ("B", 3, 3)]


def test_exact_duplicates_are_set_aside_if_the_dialect_says_so(pick):
    frame = log_of(chain("c1", "A:working@0h", "B@1h"), chain("c1", "B@1h"), chain("c1", "B:resolved@3h"))
    log = lh.read_log(frame, drop_duplicates=True)
    assert pick(log.ledger, "reason", "effect", "n_rows", "first_row") == [
        ("used", "used", 3, 0),
        ("duplicate", "set_aside", 1, 2),
    ]
    assert pick(log.set_aside, "row", "reason") == [(2, "duplicate")]
    assert pick(lh.find_stays(log), "department", "left_at", "n_events") == [("A", 1, 1), ("B", 3, 2)]


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, ""], ids=["None", "nan", "NA", "empty"])
def test_a_row_without_a_ticket_is_an_error_or_set_aside(nothing, pick):
    frame = chain("c1", "A@0h", "B@1h", "C@2h", resolved="4h")
    frame["case"] = pd.Series(["c1", nothing, "c1", "c1"], dtype=object)
    with pytest.raises(RowLossError, match=r"column 'case': 1 of 4 rows have no ticket id \(first: row 1"):
        lh.read_log(frame)
    log = lh.read_log(frame, max_loss=0.25)
    assert pick(log.set_aside, "row", "reason", "column") == [(1, "no_case", "case")]
    assert pick(lh.find_stays(log), "department", "left_at") == [("A", 2), ("C", 4)]


def test_one_date_that_cannot_be_read(pick):
    frame = two_rows(times=["2024-01-01T00:00Z", "2024-01-01T01:00Z"])
    frame = pd.concat([frame, frame.assign(time="yesterday")[:1]], ignore_index=True)
    with pytest.raises(
        RowLossError, match=r"column 'time': 1 of 3 rows have a time that cannot be read \(first: row 2, 'yesterday'"
    ):
        lh.read_log(frame)
    # A third of the rows: this must be said, and nothing less is enough.
    with pytest.raises(RowLossError):
        lh.read_log(frame, max_loss=0.33)
    log = lh.read_log(frame, max_loss=0.34)
    assert pick(log.set_aside, "row", "reason", "value") == [(2, "bad_time", "yesterday")]
    assert len(log.events) == 2


def test_an_iso_date_is_never_read_day_first(pick):
    log = lh.read_log(two_rows(times=["2024-02-01T00:00Z", "2024-03-02T00:00Z"]))
    # 1 February and 2 March; day-first they would be 2 January and 3 February.
    assert [row["time"] - START for row in rows(log.events)] == [span("31D"), span("61D")]


def test_a_day_first_date_is_read_by_its_format_only(pick):
    frame = two_rows(times=["1/2/2024 00:00", "2/3/2024 00:00"])
    with pytest.raises(DialectError, match="time"):
        lh.read_log(frame, timezone="UTC")
    log = lh.read_log(frame, timezone="UTC", time_format="%d/%m/%Y %H:%M")
    assert [row["time"] - START for row in rows(log.events)] == [span("31D"), span("61D")]


def test_nothing_can_be_used():
    frame = chain("c1", "A@1h", "B@2h")
    with pytest.raises(SchemaError, match="none of the 2 rows can be used"):
        lh.read_log(frame, as_of=at("0h"))


# Types -----------------------------------------------------------------------------------------------


def test_the_table_has_its_columns_and_types(lanes_of):
    stays = lanes_of(chain("c1", "A/ann@0h", "B@1h", resolved="2h")).stays
    assert {name: str(dtype) for name, dtype in stays.dtypes.items()} == {
        "case": "str",
        "stay": "int32",
        "ticket": "str",
        "department": "category",
        "entered_at": "datetime64[us, UTC]",
        "left_at": "datetime64[us, UTC]",
        "open_time": "timedelta64[us]",
        "n_events": "int32",
        "n_agents": "int32",
        "ended_by": "category",
        "observed": "bool",
    }
    assert isinstance(stays.index, pd.RangeIndex)
    assert_same(
        stays,
        [
            {
                "case": "c1",
                "stay": n,
                "ticket": "c1",
                "department": department,
                "entered_at": at(entered),
                "left_at": at(left),
                "open_time": span("1h"),
                "n_events": events,
                "n_agents": agents,
                "ended_by": ended_by,
                "observed": True,
            }
            for n, department, entered, left, events, agents, ended_by in [
                (0, "A", "0h", "1h", 1, 1, "handoff"),
                (1, "B", "1h", "2h", 2, 0, "end"),
            ]
        ],
    )


def test_lengths_are_exact_to_the_microsecond(lanes_of):
    made = [{"case": "c1", "time": at(t), "department": d, "state": None} for t, d in [("1us", "A"), ("3us", "B")]]
    stays = lanes_of(source(made), as_of="1D4us").stays
    assert [row["open_time"] for row in rows(stays)] == [span("2us"), span("1D1us")]
