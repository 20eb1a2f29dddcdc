"""read_changes: tables of changes in the shapes that warehouses and desks have them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lanehop as lh
from lanehop.errors import ArgumentError, DialectError, NoHistoryError, RowLossError, SchemaError

STATES = {"queued": ["new"], "working": ["open"], "resolved": ["solved"]}
FIELDS = {"columns": {"department": "group_id", "agent": "assignee_id", "state": "status"}, "states": STATES}
CHANGES = """\
ticket,time,field,old,new,actor
7,2024-03-04T17:30Z,status,open,solved,3
7,2024-03-04T09:40Z,group_id,10,20,1
7,2024-03-04T09:40Z,assignee_id,1,,1
7,2024-03-04T12:00Z,assignee_id,,2,2
7,2024-03-04T12:00Z,status,new,open,2
"""
RECORDS = """\
ticket,opened_at,group_id,assignee_id,status,priority
7,2024-03-04T09:00Z,20,2,solved,high
8,2024-03-04T10:00Z,10,,new,low
"""


def told(log):
    frame = log.events[["ticket", "time", "state", "department", "agent", "mark", "row"]].astype(object)
    frame["time"] = log.events["time"].dt.strftime("%H:%M")
    return [tuple(None if pd.isna(x) else x for x in row) for row in frame.itertuples(index=False)]


BY_HAND = [
    ("7", "09:00", "queued", "10", "1", "backfilled", 5),
    ("7", "09:40", None, "20", None, None, 1),
    ("7", "12:00", "working", "20", "2", None, 3),
    ("7", "17:30", "resolved", "20", "2", None, 0),
    ("8", "10:00", "queued", "10", None, "backfilled", 6),
]


@pytest.fixture
def paths(tmp_path):
    made = tmp_path / "changes.csv", tmp_path / "tickets.csv"
    for path, text in zip(made, (CHANGES, RECORDS), strict=True):
        path.write_text(text, encoding="utf-8")
    return made


def test_files_and_frames_give_the_same_chain(paths):
    changes, records = paths
    log = lh.read_changes(changes, records=records, **FIELDS)
    assert told(log) == BY_HAND
    assert log.ledger.set_index("reason")["n_rows"].to_dict() == {
        "used": 7, "read_as": 7, "joined_into_saves": 2, "side_records": 2, "backfilled": 2,
    }  # fmt: skip
    # As pandas reads them, ids are numbers, and where one is missing they are floats.
    frame, stand = pd.read_csv(changes), pd.read_csv(records)
    before = frame.copy(deep=True), stand.copy(deep=True)
    assert frame["actor"].dtype == np.int64
    assert stand["assignee_id"].dtype == np.float64
    assert told(lh.read_changes(frame, records=stand, **FIELDS)) == BY_HAND
    pd.testing.assert_frame_equal(frame, before[0])
    pd.testing.assert_frame_equal(stand, before[1])
    handoffs = lh.reconstruct(log).handoffs
    assert handoffs[["from_department", "to_department"]].values.tolist() == [["10", "20"]]


def test_cutting_is_loading_with_as_of(paths):
    changes, records = paths
    log = lh.read_changes(changes, records=records, as_of="2024-03-04T12:00Z", **FIELDS)
    assert told(log) == [event for event in BY_HAND if event[1] <= "12:00"]
    assert log.set_aside["row"].tolist() == [0]
    assert log.as_of == pd.Timestamp("2024-03-04T12:00Z")


def test_a_field_history_without_old_values():
    """As a warehouse has it: field_name, ticket_id, updated, user_id, value; the first rows are the creation."""
    frame = pd.DataFrame(
        [
            ("status", 35, "2024-03-04 09:00:00", None, "new"),
            ("group_id", 35, "2024-03-04 09:00:00", None, "10"),
            ("group_id", 35, "2024-03-04 10:00:00", 2, None),
            ("assignee_id", 35, "2024-03-04 11:00:00", 2, "2"),
            ("group_id", 35, "2024-03-04 11:00:00", 2, "20"),
            ("status", 35, "2024-03-04 11:00:00", 2, "solved"),
        ],
        columns=["field_name", "ticket_id", "updated", "user_id", "value"],
    )
    log = lh.read_changes(
        frame, ticket="ticket_id", time="updated", field="field_name", new="value", actor="user_id", timezone="UTC",
        **FIELDS,
    )  # fmt: skip
    assert told(log) == [
        ("35", "09:00", "queued", "10", None, None, 0),
        ("35", "10:00", None, None, None, None, 2),
        ("35", "11:00", "resolved", "20", "2", None, 3),
    ]
    assert log.events["activity"].tolist() == ["status, group_id", "group_id", "assignee_id, group_id, status"]
    assert log.events["actor"].fillna("").tolist() == ["", "2", "2"]
    # Nothing can be a gap where no old value is told.
    assert log.events["mark"].isna().all()


def test_a_case_history_with_names_of_its_own():
    frame = pd.DataFrame(
        [
            ("500A", "2024-03-04T09:00:00.000+0000", "created", None, None, "005X"),
            ("500A", "2024-03-04T10:00:00.000+0000", "Owner", "Front Queue", "Billing Queue", "005X"),
            ("500A", "2024-03-04T10:00:00.000+0000", "Status", "New", "Working", "005X"),
            ("500A", "2024-03-05T10:00:00.000+0000", "Status", "Escalated", "Closed", "005Y"),
        ],
        columns=["CaseId", "CreatedDate", "Field", "OldValue", "NewValue", "CreatedById"],
    )
    log = lh.read_changes(
        frame, ticket="CaseId", time="CreatedDate", field="Field", old="OldValue", new="NewValue", actor="CreatedById",
        columns={"department": "Owner", "state": "Status"}, closing_is_claim=True,
        states={"queued": ["New"], "working": ["Working", "Escalated"], "closed": ["Closed"]},
    )  # fmt: skip
    assert told(log) == [
        ("500A", "09:00", "queued", "Front Queue", None, "backfilled", 0),
        ("500A", "09:00", None, "Front Queue", None, None, 0),
        ("500A", "10:00", "working", "Billing Queue", None, None, 1),
        ("500A", "10:00", "closed", "Billing Queue", None, "gap", 3),
    ]
    lh.schema.check(log.events, "events")
    gap = log.ledger.set_index("reason").loc["gap"]
    assert gap["first_value"] == "ticket 500A: Status was 'Working', and the next change is from 'Escalated'"


def test_a_save_column_orders_what_stands_in_the_same_second():
    frame = pd.DataFrame(
        {
            "ticket": "7",
            "time": "2024-03-04T09:00Z",
            "field": "group_id",
            "old": ["2", "1", "9"],
            "new": ["3", "2", "10"],
            "checkpoint": ["10", "9", "11"],  # by number, not by letter
        }
    )
    log = lh.read_changes(frame, save="checkpoint", columns={"department": "group_id"})
    assert [(x[3], x[5]) for x in told(log)] == [("1", "backfilled"), ("2", None), ("3", None), ("10", "gap")]
    # Without it they are one save, of which the last row holds.
    log = lh.read_changes(frame, columns={"department": "group_id"})
    assert [(x[3], x[5]) for x in told(log)] == [("2", "backfilled"), ("10", None)]


def test_what_stands_for_nothing_is_nothing_in_old_and_new_alike():
    frame = pd.DataFrame(
        {
            "ticket": "7",
            "time": ["2024-03-04T09:00Z", "2024-03-04T10:00Z", "2024-03-04T11:00Z"],
            "field": "group_id",
            "old": ["1", "-", " 2 "],
            "new": ["None", "2", "3"],
        }
    )
    log = lh.read_changes(frame, missing=["None", "-"], columns={"department": "group_id"})
    assert [(x[3], x[5]) for x in told(log)] == [("1", "backfilled"), (None, None), ("2", None), ("3", None)]
    # Whoever says so has a cleared department carried on.
    log = lh.read_changes(frame, missing=["None", "-"], missing_department="carry", columns={"department": "group_id"})
    assert lh.reconstruct(log).stays["department"].tolist() == ["1", "2", "3"]


def frame_of(**columns):
    made = {"ticket": ["7"], "time": ["2024-03-04T09:00Z"], "field": ["g"], "new": ["a"]} | columns
    return pd.DataFrame({name: values for name, values in made.items() if values is not None})


@pytest.mark.parametrize(
    ("frame", "arguments", "error", "message"),
    [
        (frame_of(ticket=None, new=None), {}, SchemaError, r"column 'ticket' \(ticket\) is not there; column 'new' \(new\) is"),
        (frame_of(), {"old": "was"}, SchemaError, r"column 'was' \(old\) is not there"),
        (frame_of(), {"actor": "who"}, SchemaError, r"column 'who' \(actor\) is not there"),
        (frame_of(), {"save": "id"}, SchemaError, r"column 'id' \(save\) is not there"),
        (frame_of(), {"old": "new"}, ArgumentError, "column 'new' is named twice: old, new"),
        (frame_of(), {"columns": {"time": "when"}}, ArgumentError, r"take time='when' out of it, .* by ticket=\.\.\., time="),
        (frame_of(), {"columns": {"department": "h"}}, SchemaError, r"column 'h' \(department\) is not there .*opened_at, g\)"),
        (frame_of(), {"columns": {"department": None}}, SchemaError, "no column is named for department"),
        (frame_of(), {"records": pd.DataFrame({"id": [7]})}, SchemaError, r"column 'ticket' \(records\) is not there"),
        (frame_of(time=["then"]), {}, DialectError, "column 'time'"),
        (frame_of(time=["2024-03-04 09:00"]), {}, DialectError, "timezone"),
        (frame_of(ticket=[None]), {}, RowLossError, "1 of 1 rows have no ticket id"),
        (frame_of().iloc[:0], {}, NoHistoryError, "table of changes, and no change stands in it"),
        (frame_of(), {"max_loss": 1}, ArgumentError, "max_loss is a share"),
        (frame_of(), {"pseudonymize": ["state"]}, ArgumentError, "pseudonymize takes 'agent' and 'requester'"),
        ([1, 2], {}, lh.errors.SourceError, "source is a list"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(frame, arguments, error, message):
    given = {"columns": {"department": "g"}} | arguments
    with pytest.raises(error, match=message):
        lh.read_changes(frame, **given)


def test_people_are_hidden_here_too(paths):
    log = lh.read_changes(paths[0], records=paths[1], pseudonymize=["agent"], key="k", **FIELDS)
    known = log.events["agent"].dropna()
    assert known.str.fullmatch("p[0-9a-f]{20}").all()
    assert known.nunique() == 2
