"""Changes made into events: by hand, and held against an oracle that shares no code."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from change_oracle import replay
from hypothesis import given, settings
from hypothesis import strategies as st

import lanehop as lh
from lanehop.dialect import FORMATS
from lanehop.errors import NoHistoryError, RowLossError, SchemaError
from lanehop.read.changes.engine import make_rows
from lanehop.read.changes.history import CHANGES, History
from lanehop.read.exports.sniffing import HISTORY
from lanehop.read.logs import read_history
from lanehop.report.tables import write_tables

START = dt.datetime(2024, 3, 4, 9, tzinfo=dt.UTC)
DIALECT = lh.Dialect(
    columns={
        "case": "ticket",
        "time": "time",
        "actor": "actor",
        "activity": "activity",
        "opened_at": "opened_at",
        "department": "group",
        "agent": "agent",
        "state": ("status", "hold"),
        "priority": "priority",
    },
    states={
        "working": ["1", "1/1", "1/2", "1/3", "3", "3/1", "3/2", "3/3"],
        "resolved": ["2", "2/1", "2/2", "2/3"],
    },
    missing_department="unassigned",
    closing_is_claim=True,
)
FIELDS = ("group", "agent", "status", "hold", "priority")
RUNNING = ("group", "agent")
STATES = ("status", "hold")
DONE = DIALECT.states["resolved"]


def at(hours):
    return START + dt.timedelta(hours=hours)


def text(time):
    return None if time is None else time.isoformat()


def change(ticket, hours, field, old, new, *, save=0, knows=True, actor=None, mark=None, row=0):
    time = None if hours is None else at(hours)
    return {
        "ticket": ticket, "time": time, "save": save, "field": field, "old": old, "new": new, "knows_old": knows,
        "actor": actor, "mark": mark, "row": row,
    }  # fmt: skip


def history(changes, records=(), n_read=None, **more):
    table = pa.Table.from_pylist([{**c, "time": text(c["time"])} for c in changes], schema=CHANGES)
    stand = None
    if records:
        names = dict.fromkeys(name for record in records for name in record)
        kinds = {"row": pa.int64(), "truncated": pa.bool_()}
        stand = pa.table(
            {
                name: pa.array(
                    [text(r.get(name)) if name == "opened_at" else r.get(name) for r in records],
                    kinds.get(name, pa.string()),
                )
                for name in names
            }
        )
    rows = {x["row"] for x in (*changes, *records)}
    more = {"fields": frozenset(FIELDS)} | more
    return History("changes written by hand", table, stand, len(rows) if n_read is None else n_read, **more)


def record(ticket, row, opened=None, **fields):
    return {"ticket": ticket, "row": row, "opened_at": None if opened is None else at(opened), **fields}


def events_of(log, *columns):
    frame = log.events
    frame = frame.assign(hours=(frame["time"] - START) / pd.Timedelta(hours=1))
    table = frame[list(columns)].astype(object)
    return [tuple(None if pd.isna(x) else x for x in row) for row in table.itertuples(index=False)]


def noted(log):
    return {x.reason: x for x in log.ledger.itertuples() if x.effect == "noted"}


# By hand ---------------------------------------------------------------------------------------------


def test_what_a_field_was_before_its_first_change_is_told_at_the_opening():
    log = read_history(
        history(
            [
                change("7", 2, "group", "Front", "Network", row=0),
                change("7", 5, "status", "1", "2", actor="ann", row=1),
            ],
            [record("7", 2, 0, group="Network", status="2", priority="high")],
        ),
        DIALECT,
    )
    assert events_of(log, "hours", "department", "state", "priority", "actor", "mark", "row") == [
        (0, "Front", "working", "high", None, "backfilled", 2),
        (2, "Network", None, None, None, None, 0),
        (5, "Network", "resolved", None, "ann", None, 1),
    ]
    assert log.tickets["opened_at"].tolist() == [at(0)]
    assert log.tickets["priority"].tolist() == ["high"]
    lh.schema.check(log.events, "events")
    assert noted(log)["backfilled"].n_rows == 1
    # The record says what the history ends with.
    assert "tail_gap" not in noted(log)
    assert "gap" not in noted(log)


def test_all_that_one_save_changes_is_one_event():
    log = read_history(
        history(
            [
                change("7", 1, "status", None, "1", knows=False, row=0),
                change("7", 1, "group", None, "Front", knows=False, row=0),
                change("7", 1, "agent", None, "ann", knows=False, row=0),
                # Two saves in the same second, the later first in the file.
                change("7", 3, "status", "1", "2", save=9, row=4),
                change("7", 3, "group", "Front", "Network", save=8, row=1),
                change("7", 3, "agent", "ann", None, save=8, row=2),
                change("7", 3, "agent", None, "bob", save=8, row=3),
            ]
        ),
        DIALECT,
    )
    assert events_of(log, "hours", "activity", "department", "agent", "state", "mark", "row") == [
        (1, "status, group, agent", "Front", "ann", "working", None, 0),
        (3, "group, agent", "Network", "bob", None, None, 1),
        (3, "status", "Network", "bob", "resolved", None, 4),
    ]
    # Rows 2 and 3 stand in the event of row 1.
    assert noted(log)["joined_into_saves"].n_rows == 2
    assert noted(log)["joined_into_saves"].first_row == 2
    lh.schema.check(log.events, "events")
    handoffs = lh.reconstruct(log).handoffs
    assert handoffs[["from_department", "to_department"]].values.tolist() == [["Front", "Network"]]


def test_a_cleared_department_is_told_from_one_that_is_not_said():
    log = read_history(
        history(
            [
                change("7", 0, "group", None, "Front", knows=False, row=0),
                change("7", 1, "Comment", None, None, knows=False, row=1),
                change("7", 2, "group", "Front", None, row=2),
                change("7", 3, "Comment", None, None, row=3),
                change("7", 4, "group", None, "Network", row=4),
            ],
        ),
        DIALECT,
    )
    assert events_of(log, "hours", "department") == [
        (0, "Front"), (1, "Front"), (2, None), (3, None), (4, "Network"),
    ]  # fmt: skip
    stays = lh.reconstruct(log).stays
    assert stays["department"].astype(object).where(stays["department"].notna(), None).tolist() == [
        "Front", None, "Network",
    ]  # fmt: skip


def test_a_change_that_does_not_meet_the_one_before_is_a_gap():
    log = read_history(
        history(
            [
                change("35", 1, "group", "7", "9", mark="rule", row=0),
                change("35", 2, "group", "8", "4", mark="bulk", row=1),
                change("35", 3, "group", "4", "9", mark="merge", row=2),
            ],
            [record("35", 3, 0, group="1"), record("36", 4, 0, group="1")],
            names={"group": {"4": "Network", "9": "Front"}},
        ),
        DIALECT,
    )
    assert events_of(log, "ticket", "hours", "department", "mark") == [
        ("35", 0, "7", "backfilled"),
        ("35", 1, "Front", "rule"),
        ("35", 2, "Network", "gap"),
        ("35", 3, "Front", "merge"),
        ("36", 0, "1", "backfilled"),
    ]
    lines = noted(log)
    assert (lines["gap"].n_rows, lines["gap"].first_row) == (1, 1)
    assert lines["gap"].first_value == "ticket 35: group was '9', and the next change is from '8'"
    assert (lines["tail_gap"].n_rows, lines["tail_gap"].first_row) == (1, 3)
    assert lines["tail_gap"].first_value == "ticket 35: group '9' in the history, '1' in the record"
    handoffs = lh.reconstruct(log).handoffs
    assert handoffs["mark"].tolist() == ["rule", "gap", "merge"]


def test_the_first_save_of_a_truncated_history_is_a_gap():
    log = read_history(
        history(
            [change("7", 4, "group", "a", "b", row=0), change("7", 5, "group", "b", "c", row=1)],
            [record("7", 2, 0, group="c", truncated=True)],
        ),
        DIALECT,
    )
    assert events_of(log, "hours", "mark") == [(0, "backfilled"), (4, "gap"), (5, None)]
    assert noted(log)["truncated_history"].first_value == "7"


def test_names_are_given_after_values_were_compared():
    # Two ids of one name are two groups to the history, and one department to the log.
    log = read_history(
        history(
            [change("7", 1, "group", "1", "2", row=0), change("7", 2, "group", "1", "3", row=1)],
            names={"group": {"1": "Front", "2": "Front"}, "actor": {"u": "ann"}},
        ),
        DIALECT,
    )
    assert events_of(log, "hours", "department", "mark") == [
        (1, "Front", "backfilled"),
        (1, "Front", None),
        (2, "3", "gap"),
    ]


def test_a_ticket_without_any_change_is_as_its_record_says():
    log = read_history(
        history(
            [change("7", 1, "group", "a", "b", row=0)],
            [record("8", 1, 3, group="a", status="1"), record("9", 2, group="a")],
        ),
        DIALECT,
    )
    assert events_of(log, "ticket", "hours", "department", "state", "mark") == [
        ("7", 1, "a", None, "backfilled"),
        ("7", 1, "b", None, None),
        ("8", 3, "a", "working", "backfilled"),
    ]
    assert log.set_aside[["row", "reason", "value"]].values.tolist() == [[2, "no_history", "9"]]


def test_a_ticket_whose_beginning_is_missing_was_not_done_from_its_opening_on():
    changes = [change("7", 9, "status", "2", "1", row=0), change("8", 9, "priority", None, "1", row=1)]
    records = [record("7", 2, 0, group="a", status="1"), record("8", 3, 0, status="2"), record("9", 4, 0, status="2")]
    log = read_history(history(changes, records, says_creation=True), DIALECT)
    assert events_of(log, "ticket", "hours", "department", "state", "mark") == [
        ("7", 9, "a", "resolved", "backfilled"),
        ("7", 9, "a", "working", None),
        ("8", 9, None, "resolved", "backfilled"),
        ("8", 9, None, None, None),
    ]
    assert [x / pd.Timedelta(hours=1) for x in log.tickets["opened_at"] - START] == [0, 0]
    # When it was done, nothing says.
    assert log.set_aside[["row", "reason", "value"]].values.tolist() == [[4, "no_history", "9"]]
    # A history that does not say creations may be whole: the ticket may have been made done.
    log = read_history(history(changes, records), DIALECT)
    assert events_of(log, "ticket", "hours", "state") == [
        ("7", 0, "resolved"), ("7", 9, "working"), ("8", 0, "resolved"), ("8", 9, None), ("9", 0, "resolved"),
    ]  # fmt: skip
    # That of one ticket may be known to be cut off.
    log = read_history(history(changes, [x | {"truncated": x["ticket"] == "7"} for x in records]), DIALECT)
    assert events_of(log, "ticket", "hours") == [("7", 9), ("7", 9), ("8", 0), ("8", 9), ("9", 0)]


def test_what_stands_beside_a_state_is_none_without_it():
    changes = [change("7", 1, "hold", None, "1", row=0), change("7", 2, "status", "3", "2", row=1)]
    changes += [change("8", 1, "hold", None, "1", row=2)]
    log = read_history(history(changes), DIALECT)
    assert events_of(log, "ticket", "hours", "state", "mark") == [
        ("7", 1, "working", "backfilled"),
        ("7", 1, "working", None),
        ("7", 2, "resolved", None),
        ("8", 1, None, None),
    ]


def test_a_history_without_changes_is_none():
    with pytest.raises(NoHistoryError, match="changes written by hand, and no change"):
        read_history(history([], [record("7", 0, 0, group="a")]), DIALECT)


def test_a_field_that_the_export_has_and_never_says_is_empty():
    changes = [change("7", 1, "group", "a", "b", row=0)]
    assert read_history(history(changes), DIALECT).events["priority"].isna().all()
    with pytest.raises(SchemaError, match=r"column 'team' \(department\) is not there .*group"):
        read_history(history(changes), DIALECT.with_changes(columns={"department": "team"}))


def test_what_names_no_ticket_or_no_time_is_set_aside():
    changes = [
        change("7", 1, "group", "a", "b", row=0),
        change(None, 1, "group", "a", "b", row=1),
        change("7", None, "group", "a", "b", row=2),
    ]
    with pytest.raises(RowLossError, match="1 of 3 rows have no ticket id"):
        read_history(history(changes), DIALECT)
    log = read_history(history(changes), DIALECT, max_loss=0.7)
    assert log.set_aside[["row", "reason", "column"]].values.tolist() == [
        [1, "no_case", "ticket"],
        [2, "no_time", "time"],
    ]


def test_after_as_of_all_rows_of_a_save_are_set_aside():
    log = read_history(
        history(
            [
                change("7", 1, "group", "a", "b", row=0),
                change("7", 3, "group", "b", "c", row=1),
                change("7", 3, "status", "1", "2", row=2),
                change("8", 4, "group", "a", "b", row=3),
            ],
            [record("7", 4, 0), record("8", 5, 3.5)],
            n_read=9,  # three side records besides
        ),
        DIALECT,
        as_of=at(2),
    )
    assert events_of(log, "ticket", "hours") == [("7", 0), ("7", 1)]
    assert log.set_aside["row"].tolist() == [1, 2, 3, 5]
    assert set(log.set_aside["reason"]) == {"after_as_of"}
    ledger = log.ledger.set_index("reason")["n_rows"]
    assert ledger["used"] == 5
    # Two events: five rows, of which a record and three side records are no event, and one made up.
    assert (ledger["side_records"], ledger["backfilled"]) == (4, 1)


def test_links_surveys_and_messages_stand_in_their_tables_as_known_at_as_of():
    changes = [change("7", 0, "group", "a", "b", row=0), change("8", 9, "group", "a", "b", row=1)]
    links = pd.DataFrame(
        {
            "from_ticket": ["7", "7"],
            "to_ticket": ["8", "6"],
            "kind": ["follow_up", "merged_into"],
            "at": pd.to_datetime([at(9), None], utc=True),
        }
    )
    surveys = pd.DataFrame(
        {
            "survey": ["s1", "s2", "s3"],
            "ticket": ["7", "7", "8"],
            "sent_at": pd.to_datetime([at(1), at(1), at(10)], utc=True),
            "answered_at": pd.to_datetime([at(2), at(9), None], utc=True),
            "kind": "transaction",
            "score": [1, 0, None],
            "agent": ["ann", "bob", None],
        }
    )
    messages = pd.DataFrame(
        {"ticket": ["7"], "at": pd.to_datetime([at(1)], utc=True), "author": ["ann"], "public": [True]}
    )
    given = history(changes, links=links, surveys=surveys, messages=messages)
    log = read_history(given, DIALECT)
    for table in ("links", "surveys", "messages"):
        lh.schema.check(getattr(log, table), table)
    assert len(log.links) == 2
    assert log.surveys["score"].tolist()[:2] == [1.0, 0.0]
    assert log.messages["author"].tolist() == ["ann"]
    assert lh.stitch(log).events["case"].nunique() == 1
    before = read_history(given, DIALECT, as_of=at(5))
    assert before.links["to_ticket"].tolist() == ["6"]
    assert before.surveys["survey"].tolist() == ["s1", "s2"]
    assert before.surveys["score"].isna().tolist() == [False, True]
    assert before.surveys["answered_at"].isna().tolist() == [False, True]
    lines = noted(before)
    assert {name: lines[name].n_rows for name in lines if name.endswith("after_as_of")} == {
        "links_after_as_of": 1,
        "surveys_after_as_of": 1,
        "answers_after_as_of": 1,
    }
    lh.schema.check(before.surveys, "surveys")


def test_a_stitched_log_keeps_the_order_of_saves():
    # The rows stand in the file newest first.
    changes = [
        change("7", 2, "status", "1", "2", save=3, row=0),
        change("7", 1, "group", "b", "c", save=2, row=1),
        change("7", 1, "group", "a", "b", save=1, row=2),
        change("8", 3, "group", None, "d", knows=False, save=1, row=3),
    ]
    links = pd.DataFrame({"from_ticket": ["7"], "to_ticket": ["8"], "kind": ["follow_up"]})
    log = lh.stitch(read_history(history(changes, links=links), DIALECT))
    assert log.events["department"].tolist() == ["a", "b", "c", "c", "d"]
    assert lh.reconstruct(log).cases["chain"].tolist() == ["a > b > c > d"]
    assert lh.to_pm4py(log, activity="department")["concept:name"].tolist() == ["a", "b", "c", "c", "d"]


def test_large_ids_and_ids_as_numbers_are_the_same_text():
    changes = pa.Table.from_pylist(
        [
            {**change("7", 1, "group", "6130852536346", "17", row=0), "time": text(at(1))},
            {**change("7", 2, "group", "17", "6130852536346", row=1), "time": text(at(2))},
        ],
        schema=CHANGES,
    )
    stand = pa.table({"ticket": pa.array([7]), "row": [2], "group": pa.array([6130852536346])})
    log = read_history(History("by hand", changes, stand, 3), lh.Dialect(
        columns={"case": "ticket", "time": "time", "department": "group"}, missing_department="unassigned"
    ))  # fmt: skip
    assert log.events["department"].tolist() == ["6130852536346", "17", "6130852536346"]
    assert log.events["mark"].isna().tolist() == [False, True, True]
    assert "tail_gap" not in noted(log)


# Against the oracle ----------------------------------------------------------------------------------

VALUES = st.sampled_from([None, "1", "2", "3"])
TIMES = st.sampled_from([0, 1, 1, 2, 3, 4])


@st.composite
def histories(draw, damaged=True):
    """Draw changes and records of a few tickets, with ties, gaps, cleared values and all else that is odd."""
    tickets = ["t1", "t10", "t2", "\uff21", "\U0001d400"][: draw(st.integers(1, 5))]
    tell_old = draw(st.sampled_from(["always", "never", "at times"]))
    by_save = draw(st.booleans())
    changes, now, row_of = [], {}, {}
    for place in range(draw(st.integers(1, 14))):
        ticket = draw(st.sampled_from(tickets))
        name = draw(st.sampled_from([*FIELDS, *FIELDS, "Comment", None]))
        hours, save = draw(TIMES), draw(st.integers(0, 2))
        if damaged and draw(st.integers(0, 11)) == 0:
            hours, ticket = (None, ticket) if draw(st.booleans()) else (hours, None)
        # Most changes go on from the one drawn before, so that chains come about.
        old = now.get((ticket, name)) if draw(st.integers(0, 3)) else draw(VALUES)
        new = None if name in ("Comment", None) else draw(VALUES)
        now[ticket, name] = new
        knows = tell_old == "always" or (tell_old == "at times" and draw(st.booleans()))
        row = row_of.setdefault((ticket, hours, save), place) if by_save else place
        made = change(
            ticket, hours, name, old if name in FIELDS else None, new, save=save, knows=knows,
            actor=draw(st.sampled_from([None, "ann", "bob"])),
            mark=draw(st.sampled_from([None, None, None, "rule", "bulk", "merge", "group_deleted"])), row=row,
        )  # fmt: skip
        changes.append(made if knows else made | {"old": None})
    records = []
    known = draw(st.lists(st.sampled_from(FIELDS), unique=True))
    for ticket in [*tickets, "t3", None] if damaged else [*tickets, "t3"]:
        if draw(st.booleans()):
            opened = draw(st.sampled_from([None, -1, 0, 1, 5]))
            fields = {name: now.get((ticket, name)) if draw(st.booleans()) else draw(VALUES) for name in known}
            records.append(
                record(ticket, 100 + len(records), opened, **fields) | {"truncated": draw(st.integers(0, 4)) == 0}
            )
    return draw(st.permutations(changes)), records


def columns_of(rows):
    return rows.table.to_pylist()


@settings(max_examples=400, deadline=None)
@given(histories(), st.booleans())
def test_the_engine_does_what_the_oracle_says(drawn, says):
    changes, records = drawn
    told = replay(changes, records, fields=FIELDS, running=RUNNING, states=STATES, done=DONE, says_creation=says)
    usable = any(c["time"] is not None for c in changes)
    if not usable:
        return
    rows = make_rows(history(changes, records, says_creation=says), DIALECT)
    assert len(told.events) == rows.table.num_rows
    made = columns_of(rows)
    marks = ("gap", "backfilled", "group_deleted", "bulk", "merge", "rule", None)
    for event, row, mark, own in zip(told.events, made, rows.mark, rows.origins.own, strict=True):
        for name in ("ticket", "time", "actor", "activity", "opened_at"):
            assert row[name] == event[name], name
        for name in FIELDS:
            assert row[name] == event[name], name
        assert marks[mark] == event["mark"]
        assert own == event["row"]
    behind = [set() for _ in made]
    for event, row in zip(rows.origins.event, rows.origins.row, strict=True):
        behind[event].add(int(row))
    assert behind == [event["behind"] for event in told.events]
    assert dict(zip(rows.set_aside["row"], rows.set_aside["reason"], strict=True)) == told.set_aside
    assert {tail.field: tail.n_tickets for tail in rows.origins.tails} == {k: len(v) for k, v in told.tail_gaps.items()}


@settings(max_examples=200, deadline=None)
@given(histories(), st.sampled_from([None, 0, 1, 2.5]))
@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
def test_no_row_vanishes(drawn, hours):
    changes, records = drawn
    told = replay(changes, records, fields=FIELDS, running=RUNNING, states=STATES, done=DONE)
    kept = [e for e in told.events if hours is None or e["time"] <= at(hours)]
    if not kept:
        return
    given_rows = history(changes, records)
    log = read_history(given_rows, DIALECT, as_of=None if hours is None else at(hours), max_loss=0.99)
    lh.schema.check(log.events, "events")
    ledger = log.ledger
    assert ledger.loc[ledger["effect"] != "noted", "n_rows"].sum() == given_rows.n_read
    assert not log.set_aside["row"].duplicated().any()
    count = Counter()
    for line in ledger.itertuples():
        count[line.reason] += line.n_rows
    # The events can be added up.
    n_events = count["used"] - count["joined_into_saves"] - count["side_records"] + count["backfilled"]
    assert n_events == len(log.events) == len(kept)
    # Cutting by as_of is leaving out what comes later.
    assert events_of(log, "ticket", "time", "department", "agent", "mark", "row") == [
        (e["ticket"], e["time"], e["group"], e["agent"], e["mark"], e["row"]) for e in kept
    ]


@settings(max_examples=60, deadline=None)
@given(histories(damaged=False))
@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
def test_the_conservation_of_minutes_holds_for_what_is_made_of_changes(drawn):
    log = read_history(history(*drawn), DIALECT)
    lanes = lh.reconstruct(log)
    for table in ("stays", "handoffs", "loops", "closures", "charges", "cases"):
        lh.schema.check(getattr(lanes, table), table)
    life = (lanes.cases["ended_at"] - lanes.cases["opened_at"]).sum()
    assert lanes.charges["time"].sum() == life
    assert isinstance(lh.walk(lanes), str)


def test_what_is_made_of_changes_goes_all_the_way(tmp_path):
    log = read_history(
        history(
            [
                change("7", 1, "status", "1", "3", row=0),
                change("7", 2, "group", "Front", "Network", mark="rule", actor="bot", row=1),
                change("7", 3, "group", "Front", "Billing", row=2),
                change("7", 4, "status", "3", "2", row=3),
                change("8", 9, "group", "Front", None, mark="bulk", row=4),
            ],
            [record("7", 5, 0, group="Billing", status="2"), record("8", 6, 0)],
        ),
        DIALECT,
    )
    lanes = lh.reconstruct(log)
    lines = [" ".join(line.split()) for line in lh.walk(lanes, "7").splitlines()]
    for line in (
        "09:00 Front working (as it was before its first change)",
        "11:00 +1.0 h Network working group, by bot (by a rule)",
        "12:00 +1.0 h Billing working group (changes are missing before this)",
    ):
        assert line in lines
    assert "(changed in bulk)" in lh.walk(lanes, "8")
    assert lanes.handoffs["mark"].tolist() == ["rule", "gap"]
    assert [path.name for path in write_tables(lanes, tmp_path, as_csv=True)]
    written = pd.read_csv(tmp_path / "events.csv")
    assert written["mark"].fillna("").tolist() == ["backfilled", "", "rule", "gap", "", "backfilled", "bulk"]
    frame = lh.to_pm4py(log, activity="department")
    assert frame["concept:name"].tolist() == ["Front", "Front", "Network", "Billing", "Billing", "Front", "(none)"]


def test_the_formats_that_a_dialect_may_name_are_those_that_are_read():
    assert set(FORMATS) == {"table", *HISTORY.values()}


def test_the_order_of_the_file_does_not_count():
    changes = [change(str(i % 7), i // 7, "group", str(i - 7), str(i), row=i, save=i) for i in range(60)]
    shuffled = [changes[i] for i in np.random.default_rng(5).permutation(60)]
    one, other = (make_rows(history(x), DIALECT).table for x in (changes, shuffled))
    assert one.to_pylist() == other.to_pylist()
