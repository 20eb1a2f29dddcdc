"""ServiceNow exports: sys_audit in every form gives the same events, which were worked out by hand."""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest

import lanehop as lh
from lanehop.errors import DialectError, NoHistoryError, RowLossError, SourceError
from lanehop.read.exports.servicenow.values import cell, displays, raw, shown

FOLDER = Path(__file__).parent / "data" / "exports" / "servicenow"
DELETED_GROUP = "f0000000000000000000000000000003"
NINE = "1c000000000000000000000000000009"
PROBLEM = "9b000000000000000000000000000001"

B = "backfilled"
EXPECTED = [
    # ticket, time (UTC), department, agent, state, resolution, actor, mark
    # There is no record of this incident: it goes by its sys_id.
    (NINE, "03-06 08:00:00", "Network", None, None, None, None, B),
    (NINE, "03-06 08:00:00", "Front desk", None, None, None, "bulk.admin", None),
    (NINE, "03-06 08:00:05", "Front desk", None, "cancelled", None, "bulk.admin", None),
    ("INC0010007", "03-02 08:00:00", None, None, "queued", None, None, B),
    ("INC0010007", "03-02 08:05:00", "Front desk", "Ada Lindqvist", "working", None, "Ada Lindqvist", None),
    ("INC0010007", "03-02 08:30:00", "Network", None, None, None, "Ada Lindqvist", None),
    # Two saves in one second, of which the second took two seconds to write.
    ("INC0010007", "03-02 08:40:10", "Network", "Ben Okafor", None, None, "Ben Okafor", None),
    ("INC0010007", "03-02 08:40:10", "Network", "Ben Okafor", "waiting_customer", None, "Ben Okafor", None),
    # The reason for being on hold is not cleared, and means nothing any more.
    ("INC0010007", "03-03 10:00:00", "Network", "Ben Okafor", "working", None, "Dora Quist", None),
    ("INC0010007", "03-03 11:00:00", "Network", "Ben Okafor", "resolved", "Solved (Permanently)", "Ben Okafor", None),
    ("INC0010007", "03-04 09:00:00", "Network", "Ben Okafor", "working", None, "Dora Quist", None),
    # The group has been deleted, and goes by its sys_id.
    ("INC0010007", "03-04 09:30:00", DELETED_GROUP, None, None, None, "system", "rule"),
    (
        "INC0010007",
        "03-05 12:00:00",
        DELETED_GROUP,
        "Cleo Marsh",
        "closed",
        "No resolution provided",
        "Cleo Marsh",
        None,
    ),
    ("INC0010008", "03-02 09:00:00", "Network", None, "queued", None, None, B),
    ("INC0010008", "03-06 08:00:00", "Front desk", None, None, None, "bulk.admin", None),
]


def events_of(log):
    columns = ["ticket", "time", "department", "agent", "state", "resolution", "actor", "mark"]
    rows = log.events[columns].astype(object)
    rows["time"] = log.events["time"].dt.strftime("%m-%d %H:%M:%S")
    return [tuple(None if pd.isna(x) else x for x in row) for row in rows.itertuples(index=False)]


def links_of(log):
    return {(x.from_ticket, x.to_ticket, x.kind) for x in log.links.itertuples()}


def noted(log):
    return {x.reason: x.n_rows for x in log.ledger.itertuples() if x.effect != "used"}


def table(name):
    return json.loads((FOLDER / f"{name}.json").read_text())["result"]


def write(path, value):
    path.write_text(json.dumps(value))


def write_csv(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def with_records(folder):
    for name in ("incident", "sys_user", "sys_user_group"):
        shutil.copy(FOLDER / f"{name}.json", folder)


# Forms -------------------------------------------------------------------------------------------------


def as_result(folder):
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)


def as_records(folder):
    """The older JSON processor."""
    with_records(folder)
    write(folder / "sys_audit.json", {"records": [{"__status": "success", **row} for row in table("sys_audit")]})


def as_list(folder):
    with_records(folder)
    write(folder / "a.json", table("sys_audit"))


def as_lines(folder):
    with_records(folder)
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table("sys_audit")))


def as_wrapped_values(folder):
    """``sysparm_display_value=all``; oldest first, in two pages of which one row stands on both."""
    with_records(folder)
    rows = [
        {name: {"display_value": value, "value": value} for name, value in row.items()} for row in table("sys_audit")
    ]
    rows.reverse()
    write(folder / "p1.json", {"result": rows[:20]})
    write(folder / "p2.json", {"result": rows[19:]})


def as_numbers(folder):
    """States and checkpoints as numbers, as some tools write them."""
    with_records(folder)
    rows = table("sys_audit")
    for row in rows:
        for name in ("oldvalue", "newvalue", "record_checkpoint"):
            row[name] = int(row[name]) if row[name].isdigit() else row[name] or None
    write(folder / "a.json", {"result": rows})


@pytest.mark.parametrize("form", [as_result, as_records, as_list, as_lines, as_wrapped_values, as_numbers])
def test_every_form_gives_the_same_events(tmp_path, form):
    form(tmp_path)
    log = lh.read_log(tmp_path)
    assert events_of(log) == EXPECTED
    assert links_of(log) == {("INC0010007", "INC0010008", "parent"), ("INC0010008", PROBLEM, "problem")}
    lh.schema.check(log.events, "events")
    ledger = noted(log)
    assert ledger["other_table"] == 1
    # Six changes of the state are told twice, once under each of its names.
    assert ledger["state_said_twice"] == 6
    assert not {"gap", "tail_gap", "unmapped_state"} & ledger.keys()
    assert ledger.get("overlapping_page", 0) == (1 if form is as_wrapped_values else 0)


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order(tmp_path, seed):
    """The Table API gives no order unless it is asked for one."""
    with_records(tmp_path)
    rows = table("sys_audit")
    random.Random(seed).shuffle(rows)
    write(tmp_path / "a.json", {"result": rows})
    assert events_of(lh.read_log(tmp_path)) == EXPECTED


def test_the_csv_of_the_audit_needs_a_zone(tmp_path):
    with_records(tmp_path)
    write_csv(tmp_path / "sys_audit.csv", table("sys_audit"))
    with pytest.raises(DialectError, match=r"state no time zone.*timezone="):
        lh.read_log(tmp_path)
    assert events_of(lh.read_log(tmp_path, timezone="UTC")) == EXPECTED


def test_the_csv_alone_in_another_zone(tmp_path):
    path = tmp_path / "sys_audit.csv"
    write_csv(path, table("sys_audit"))
    log = lh.read_log(path, timezone="Europe/Berlin")
    made = [row for row in events_of(log) if row[0].endswith("07")]
    # No record says when it was opened, or what anybody is called.
    assert made[0][1:] == ("03-02 07:05:00", None, None, "queued", None, None, B)
    assert made[1][1] == "03-02 07:05:00"
    assert made[1][2] == "f0000000000000000000000000000001"
    assert [row[4] for row in made] == [row[4] for row in EXPECTED[3:13]]


def test_a_plain_table_if_told_so(tmp_path):
    path = tmp_path / "sys_audit.csv"
    write_csv(path, table("sys_audit"))
    columns = {"case": "documentkey", "time": "sys_created_on", "department": "newvalue"}
    log = lh.read_log(path, format="table", columns=columns, timezone="UTC")
    assert len(log.events) == len(table("sys_audit"))


def test_tickets_and_what_is_told_of_the_reading():
    log = lh.read_log(FOLDER)
    seven = log.tickets.set_index("ticket").loc["INC0010007"]
    assert seven[["requester", "category", "priority", "channel"]].tolist() == ["Dora Quist", "network", "3", "email"]
    assert seven["opened_at"] == pd.Timestamp("2026-03-02T08:00Z")
    assert seven["promised_at"] == pd.Timestamp("2026-03-04T17:00Z")
    ledger = noted(log)
    # 31 usable rows of the audit and the one of another table; 2 incidents, 2 groups, 4 users; 12 events of saves.
    assert (log.ledger["n_rows"].iloc[0], ledger["stored_times_are_utc"]) == (39, 31)
    assert ledger["side_records"] == 8 + 6  # the rows that say the state again make no event of their own
    assert 39 - ledger["side_records"] - ledger["joined_into_saves"] + ledger["backfilled"] == 15


def test_when_a_link_was_made():
    links = lh.read_log(FOLDER).links.set_index("kind")
    assert links.loc["parent", "at"] == pd.Timestamp("2026-03-05T12:00Z")
    assert links.loc["problem", "rule"] == "ServiceNow problem_id"


def test_links_of_the_audit_alone(tmp_path):
    rows = table("sys_audit")
    again = {**rows[-1], "sys_id": "0" * 32, "record_checkpoint": "10", "sys_created_on": "2026-03-07 08:00:00"}
    rows.append(again | {"fieldname": "parent_incident", "oldvalue": "1c" + "0" * 29 + "8", "newvalue": ""})
    write(tmp_path / "a.json", {"result": rows})
    assert links_of(lh.read_log(tmp_path)) == {("1c000000000000000000000000000008", PROBLEM, "problem")}


def test_messages_when_asked_for():
    messages = lh.read_log(FOLDER, messages=True).messages.sort_values("at")
    assert messages[["ticket", "author", "role", "public", "text"]].values.tolist() == [
        ["INC0010007", "Dora Quist", "customer", True, "The third floor."],
        ["INC0010007", "Ben Okafor", "agent", False, "switch 4 again"],
    ]
    assert len(lh.read_log(FOLDER).messages) == 0


def test_the_journal_has_the_messages_where_it_is_exported(tmp_path):
    as_result(tmp_path)
    seven = table("incident")[0]["sys_id"]
    entry = {"sys_id": "e" * 32, "element_id": seven, "name": "incident", "element": "comments", "value": "Well?"}
    entry |= {"sys_created_on": "2026-03-04 08:59:00", "sys_created_by": "dora.quist"}
    write(tmp_path / "sys_journal_field.json", {"result": [entry]})
    messages = lh.read_log(tmp_path, messages=True).messages
    assert messages[["text", "role"]].values.tolist() == [["Well?", "customer"]]


# Records in their four forms ----------------------------------------------------------------------------


def as_displayed(record):
    """``sysparm_display_value=true``: references by name and link, times in the zone of the user."""
    names = {x["sys_id"]: x["name"] for x in table("sys_user") + table("sys_user_group")}
    made = {}
    for name, value in record.items():
        if isinstance(value, dict):
            made[name] = {"display_value": names.get(value["value"], "?"), "link": value["link"]}
        else:
            made[name] = {"7": "Closed", "1": "New"}.get(value, value) if name.endswith("state") else value
    return made


def as_all(record):
    names = {x["sys_id"]: x["name"] for x in table("sys_user") + table("sys_user_group")}
    return {
        name: {"display_value": names.get(value["value"]), **value}
        if isinstance(value, dict)
        else {"display_value": value, "value": value}
        for name, value in record.items()
    }


def as_ids(record):
    return {name: value["value"] if isinstance(value, dict) else value for name, value in record.items()}


REFERENCES = ("assignment_group", "assigned_to", "caller_id", "parent_incident", "problem_id")


def as_columns(record, suffix):
    return {name + suffix if name in REFERENCES else name: raw(value) for name, value in record.items()}


@pytest.mark.parametrize("form", [as_all, as_ids])
def test_incidents_in_every_form(tmp_path, form):
    as_result(tmp_path)
    write(tmp_path / "incident.json", {"result": [form(x) for x in table("incident")]})
    assert events_of(lh.read_log(tmp_path)) == EXPECTED


def test_displayed_incidents_name_groups_and_people_and_state_no_zone(tmp_path):
    shutil.copy(FOLDER / "sys_audit.json", tmp_path)
    write(tmp_path / "incident.json", {"result": [as_displayed(x) for x in table("incident")]})
    with pytest.raises(DialectError, match=r"column 'opened_at'.*timezone="):
        lh.read_log(tmp_path)
    log = lh.read_log(tmp_path, timezone="Europe/Berlin")
    made = [row for row in events_of(log) if row[0] == "INC0010007"]
    assert made[0] == ("INC0010007", "03-02 07:00:00", None, None, "queued", None, None, B)
    # One of the incidents displays the name of the one group, and none that of the other.
    assert [row[2] for row in made[1:3]] == ["Front desk", "f0000000000000000000000000000002"]
    assert made[-1][3] == "Cleo Marsh"


@pytest.mark.parametrize("suffix", [".value", "_value"])
def test_incidents_as_csv_with_split_references(tmp_path, suffix):
    as_result(tmp_path)
    (tmp_path / "incident.json").unlink()
    write_csv(tmp_path / "incident.csv", [as_columns(x, suffix) for x in table("incident")])
    assert events_of(lh.read_log(tmp_path, timezone="UTC")) == EXPECTED


def test_an_incident_split_into_two_tables(tmp_path):
    """As Fivetran syncs it: what every task has, and what an incident has besides."""
    as_result(tmp_path)
    (tmp_path / "incident.json").unlink()
    rows = [as_columns(x, "_value") for x in table("incident")]
    own = ("incident_state", "hold_reason", "caller_id_value", "category", "close_code", "parent_incident_value")
    own += ("problem_id_value",)
    write_csv(tmp_path / "incident.csv", [{k: x[k] for k in ("sys_id", "sys_updated_on", *own)} for x in rows])
    write_csv(tmp_path / "task.csv", [{k: v for k, v in x.items() if k not in own} for x in rows])
    log = lh.read_log(tmp_path, timezone="UTC")
    assert events_of(log) == EXPECTED
    assert log.tickets["requester"].tolist()[1:] == ["Dora Quist", "Dora Quist"]
    assert "overlapping_page" not in noted(log)


def test_a_record_that_was_exported_twice(tmp_path):
    as_result(tmp_path)
    old = [
        x | {"sys_updated_on": "2026-03-01 00:00:00", "state": "1", "incident_state": "1"} for x in table("incident")
    ]
    write(tmp_path / "z.json", {"result": old})
    log = lh.read_log(tmp_path)
    assert events_of(log) == EXPECTED
    assert noted(log)["overlapping_page"] == 2


def test_incidents_as_a_csv_of_display_values(tmp_path):
    as_result(tmp_path)
    (tmp_path / "incident.json").unlink()
    rows = [
        {k: raw(v) if k == "sys_id" else shown(v) or raw(v) for k, v in as_displayed(x).items()}
        for x in table("incident")
    ]
    write_csv(tmp_path / "incident.csv", rows)
    log = lh.read_log(tmp_path, timezone="UTC")
    assert [row[:5] for row in events_of(log)] == [row[:5] for row in EXPECTED]


def test_a_cell_in_each_form():
    link = "https://desk.example.net/api/now/table/sys_user/5e01"
    assert [raw(x) for x in ("a", "", None, "NULL", 3)] == ["a", None, None, None, "3"]
    assert raw({"link": link, "value": "5e01"}) == raw({"link": link, "display_value": "Ada"}) == "5e01"
    assert raw({"display_value": "New", "value": "1"}) == "1"
    assert shown({"display_value": "New", "value": "1"}) == "New"
    assert cell({"caller_id.value": "x"}, "caller_id") == cell({"caller_id_value": "x"}, "caller_id") == "x"
    assert displays({"a": {"display_value": "Ada", "link": link}})
    assert not displays({"a": {"display_value": "Ada", "value": "5e01"}})


# What differs from desk to desk ---------------------------------------------------------------------------


def audit(sys_id, when, field, old, new, **more):
    made = {"sys_id": f"{sys_id:032d}", "tablename": "incident", "documentkey": "7" * 32, "fieldname": field}
    made |= {"oldvalue": old, "newvalue": new, "user": "ada", "record_checkpoint": "", "sys_created_on": when}
    return made | more


def test_states_of_other_tables_mean_something_else(tmp_path):
    rows = [
        audit(1, "2026-03-02 08:00:00", "state", "2", "3", tablename="sc_task"),
        audit(2, "2026-03-02 08:00:00", "assignment_group", "", "g1", tablename="sc_task"),
        audit(3, "2026-03-02 08:00:00", "state", "2", "3", documentkey="8" * 32),
    ]
    write(tmp_path / "a.json", rows)
    states = lh.read_log(tmp_path, closing_is_claim=True).events.set_index("ticket")["state"]
    # 3 is Closed Complete for a task, and On Hold for an incident.
    assert states.loc["7" * 32].tolist() == ["working", "closed"]
    assert states.loc["8" * 32].tolist() == ["working", "waiting_other"]


def test_incident_state_alone_and_where_the_two_differ(tmp_path):
    rows = [
        audit(1, "2026-03-02 08:00:00", "incident_state", "1", "2", record_checkpoint="1"),
        # Before they had the same numbers: the state of the task was 3, that of the incident 7.
        audit(2, "2026-03-02 09:00:00", "state", "2", "3", record_checkpoint="2"),
        audit(3, "2026-03-02 09:00:00", "incident_state", "2", "7", record_checkpoint="2"),
        audit(4, "2026-03-02 09:00:00", "assignment_group", "g1", "g2", record_checkpoint="2"),
    ]
    write(tmp_path / "a.json", rows)
    log = lh.read_log(tmp_path, closing_is_claim=True)
    assert log.events["state"].tolist() == ["queued", "working", "closed"]
    assert noted(log)["state_said_twice"] == 1
    assert "gap" not in noted(log)
    told = lh.read_log(tmp_path, columns={"state": "incident_state"}, closing_is_claim=True)
    assert told.events["state"].tolist() == ["queued", "working", "closed"]
    assert "state_said_twice" not in noted(told)


@pytest.mark.parametrize("checkpoint", ["", None, "not a number"])
def test_without_checkpoints_a_second_is_a_save(tmp_path, checkpoint):
    rows = [
        audit(1, "2026-03-02 08:00:00", "assignment_group", "g1", "g2", record_checkpoint=checkpoint),
        audit(2, "2026-03-02 08:00:00", "assigned_to", "u1", "", record_checkpoint=checkpoint),
        audit(3, "2026-03-02 08:00:01", "state", "2", "3", record_checkpoint=checkpoint),
    ]
    write(tmp_path / "a.json", rows)
    assert [row[2:4] for row in events_of(lh.read_log(tmp_path))] == [("g1", "u1"), ("g2", None), ("g2", None)]


def test_rows_of_one_checkpoint_that_stand_apart_are_two_saves(tmp_path):
    rows = [
        audit(1, "2026-03-02 08:00:02", "assignment_group", "g1", "g2", record_checkpoint="3"),
        audit(2, "2026-03-02 08:00:00", "assigned_to", "u1", "", record_checkpoint="3"),
        audit(3, "2026-03-02 08:00:05", "state", "1", "2", record_checkpoint="3"),
        audit(4, "", "state", "1", "2", record_checkpoint="3"),
        audit(5, "soon", "state", "1", "2", record_checkpoint="3"),
    ]
    write(tmp_path / "a.json", rows)
    with pytest.raises(RowLossError, match=r"1 of 5 rows have no time .* 1 of 5 rows have a time that cannot be read"):
        lh.read_log(tmp_path)
    log = lh.read_log(tmp_path, max_loss=0.5)
    assert [row[1] for row in events_of(log)] == ["03-02 08:00:00"] * 2 + ["03-02 08:00:05"]


def test_a_gap_where_the_old_value_is_not_what_it_was(tmp_path):
    rows = [
        audit(1, "2026-03-02 08:00:00", "assignment_group", "g1", "g2"),
        audit(2, "2026-03-02 09:00:00", "assignment_group", "g3", "g4"),
        audit(3, "2026-03-02 09:00:00", "state", "1", "2"),
    ]
    write(tmp_path / "a.json", rows)
    assert lh.read_log(tmp_path).events["mark"].astype(object).where(lambda x: x.notna(), None).tolist() == [
        B,
        None,
        "gap",
    ]


def test_a_reason_for_being_on_hold_is_no_state(tmp_path):
    """Reason 1 is Awaiting Caller; state 1 would be New."""
    rows = [
        {"documentkey": NINE, "tablename": "incident", "fieldname": name, "oldvalue": old, "newvalue": new}
        | {"user": "ada.l", "sys_created_on": f"2024-03-02 0{hour}:00:00", "record_checkpoint": str(hour)}
        for hour, name, old, new in ((8, "hold_reason", "", "1"), (9, "assignment_group", "a1", "b2"))
    ]
    (tmp_path / "audit.json").write_text(json.dumps({"result": rows}))
    log = lh.read_log(tmp_path)
    assert log.events["state"].isna().all()
    assert log.events["department"].tolist() == ["a1", "a1", "b2"]


def test_an_incident_that_was_done_before_the_audit_begins(tmp_path):
    def incident(number, state, **times):
        return {"sys_id": f"{number:032x}", "number": f"INC{number}", "state": state, "assignment_group": "a1"} | {
            "opened_at": "2024-03-01 08:00:00",
            "sys_created_on": "2024-03-01 08:02:00",
            **times,
        }

    def closing(number, day):
        return {"documentkey": f"{number:032x}", "tablename": "incident", "fieldname": "state", "oldvalue": "6"} | {
            "newvalue": "7",
            "user": "system",
            "sys_created_on": f"2024-03-0{day} 08:00:00",
        }

    incidents = [
        incident(1, "7", resolved_at="2024-03-02 10:00:00", closed_at="2024-03-06 08:00:00"),
        incident(2, "7", resolved_at="2024-03-02 10:00:00", closed_at="2024-03-03 10:00:00"),
        # It was resolved as it was made.
        incident(3, "7", resolved_at="2024-03-01 08:02:00", closed_at="2024-03-06 08:00:01"),
        incident(4, "6", resolved_at="2024-03-01 08:02:00", closed_at=""),
    ]
    (tmp_path / "incident.json").write_text(json.dumps({"result": incidents}))
    (tmp_path / "audit.json").write_text(json.dumps({"result": [closing(1, 6), closing(3, 6)]}))
    log = lh.read_log(tmp_path)
    events = log.events.assign(time=log.events["time"].dt.strftime("%d %H:%M"))
    assert events[["ticket", "time", "state"]].astype(object).values.tolist() == [
        ["INC1", "06 08:00", "resolved"],
        ["INC1", "06 08:00", "closed"],
        ["INC3", "01 08:00", "resolved"],
        ["INC3", "06 08:00", "closed"],
        ["INC4", "01 08:00", "resolved"],
    ]
    assert log.set_aside[["reason", "value"]].values.tolist() == [["no_history", "INC2"]]
    assert noted(log)["truncated_history"] == 2


def test_groups_of_one_name_are_two(tmp_path):
    as_result(tmp_path)
    groups = table("sys_user_group")
    groups[1]["name"] = groups[0]["name"]
    write(tmp_path / "sys_user_group.json", {"result": groups})
    departments = [row[2] for row in events_of(lh.read_log(tmp_path)) if row[0] == "INC0010008"]
    assert departments == [f"Front desk ({x['sys_id']})" for x in groups[::-1]]


# What is no audit ----------------------------------------------------------------------------------------


def test_incidents_without_their_audit():
    with pytest.raises(NoHistoryError, match="sys_audit"):
        lh.read_log(FOLDER / "incident.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"error": {"message": "User Not Authenticated", "detail": "Required"}, "status": "failure"}',
            "Not Authenticated",
        ),
        ("<html><body>Log in</body></html>", "HTML"),
        ((FOLDER / "sys_audit.json").read_text()[:3000], "cut off or damaged"),
        ('{"result": []}', "empty page"),
    ],
    ids=["error answer", "login page", "cut off", "empty"],
)
def test_what_is_no_export(tmp_path, text, said):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        lh.read_log(path)


# Snapshots ------------------------------------------------------------------------------------------------

SNAPSHOTS = """\
number,sys_mod_count,sys_updated_on,state,assignment_group,assigned_to,sys_updated_by,close_code,caller_id,category,priority,contact_type,opened_at
INC0010007,0,2026-03-02 08:00:00,New,,,dora.quist,,Dora Quist,Network,3 - Moderate,Email,2026-03-02 08:00:00
INC0010007,2,2026-03-02 08:30:00,In Progress,Network,,ada.lindqvist,,Dora Quist,Network,3 - Moderate,Email,2026-03-02 08:00:00
INC0010007,1,2026-03-02 08:30:00,In Progress,Front desk,Ada Lindqvist,ada.lindqvist,,Dora Quist,Network,3 - Moderate,Email,2026-03-02 08:00:00
INC0010007,3,2026-03-02 09:00:00,Resolved,Network,Ben Okafor,ben.okafor,Workaround provided,Dora Quist,Network,3 - Moderate,Email,2026-03-02 08:00:00
INC0010008,0,2026-03-02 09:30:00,New,Front desk,,dora.quist,,Dora Quist,Network,3 - Moderate,Email,2026-03-02 09:30:00
"""


def test_a_table_of_snapshots(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text(SNAPSHOTS)
    log = lh.read_log(path, dialect="servicenow_snapshots", timezone="Europe/Berlin")
    assert [row[:6] for row in events_of(log)] == [
        ("INC0010007", "03-02 07:00:00", None, None, "queued", None),
        ("INC0010007", "03-02 07:30:00", "Front desk", "Ada Lindqvist", "working", None),
        ("INC0010007", "03-02 07:30:00", "Network", None, "working", None),
        ("INC0010007", "03-02 08:00:00", "Network", "Ben Okafor", "resolved", "Workaround provided"),
        ("INC0010008", "03-02 08:30:00", "Front desk", None, "queued", None),
    ]
