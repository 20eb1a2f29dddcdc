"""Zendesk: a hand-written export with a known chain, in both of its forms, and what such exports hold besides.

The export is of invented people. Ticket 101 goes through all that happens to a ticket; what is expected of it was
worked out from the saves by hand, before anything was read.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from benchmarks import zendesk_audits

import lanehop as lh
from lanehop.errors import NoHistoryError, SchemaError, SourceError
from lanehop.read.changes.held_then import held_then
from lanehop.read.changes.rows import ChangeRows
from lanehop.read.exports.registry import open_export
from lanehop.read.exports.zendesk.saves import channel_of, mark_of, read_audit, read_ticket_event, value_of
from lanehop.schema import check

EXPORT = Path(__file__).parent / "data" / "exports" / "zendesk"
ROSA, FRONT, NET = "Rosa Lind (501)", "Front Desk", "Network"

CHAIN = [
    # ticket, time, department, state, agent, actor, mark
    ("101", "03-04 09:00", FRONT, "queued", None, ROSA, "rule"),  # a trigger routes it in the save that opens it
    ("101", "03-04 09:10", FRONT, "working", "Ada Fern", "Ada Fern", None),
    ("101", "03-04 10:00", NET, None, None, "Ada Fern", None),  # a hop that clears the agent
    ("101", "03-04 10:30", NET, None, "Lee Moss", "Lee Moss", None),  # two saves in one second
    ("101", "03-04 10:30", NET, "waiting_customer", "Lee Moss", "Lee Moss", None),
    ("101", "03-04 13:00", "13", None, "Kim Reed", "Lee Moss", None),  # a group without a name; its trigger tags only
    ("101", "03-05 08:00", "13", "working", "Kim Reed", ROSA, "rule"),  # she answers, a trigger opens it
    ("101", "03-05 09:00", FRONT, None, None, "Max Holm", "group_deleted"),
    ("101", "03-05 09:30", FRONT, "resolved", "Ada Fern", "Ada Fern", None),
    ("101", "03-05 09:31", FRONT, None, "Ada Fern", "Zendesk", "rule"),  # asks how it went
    ("101", "03-05 11:00", FRONT, None, "Ada Fern", ROSA, None),  # bad
    ("101", "03-05 11:05", FRONT, "working", "Ada Fern", ROSA, None),  # reopened
    ("101", "03-05 12:00", NET, None, None, "Max Holm", "bulk"),
    ("101", "03-05 15:00", NET, "resolved", "Lee Moss", "Lee Moss", None),
    ("101", "03-05 16:00", NET, None, "Lee Moss", ROSA, None),  # good after all
    ("101", "03-09 16:00", NET, "closed", "Lee Moss", "Zendesk", "rule"),
    ("102", "03-10 08:00", NET, "queued", None, ROSA, None),  # the follow-up
    ("102", "03-10 09:30", NET, None, None, "Lee Moss", "merge"),
    ("102", "03-10 10:00", NET, "resolved", "Lee Moss", "Lee Moss", None),
    ("103", "03-10 09:00", None, "queued", None, ROSA, None),  # no group was ever said
    ("103", "03-10 09:30", None, "closed", None, "Lee Moss", "merge"),
    ("104", "03-10 11:00", FRONT, "working", None, "Rosa Lind (502)", None),
    ("104", "03-10 11:20", FRONT, "cancelled", None, "Max Holm", None),
    ("105", "03-11 09:00", FRONT, "queued", None, None, "backfilled"),  # its audits are archived
]


def plain(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return [
        tuple(None if pd.isna(x) else x.strftime("%m-%d %H:%M") if isinstance(x, pd.Timestamp) else x for x in row)
        for row in frame[list(names)].astype("object").itertuples(index=False)
    ]


@pytest.fixture(params=["audits", "ticket_events"])
def form(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def folder(tmp_path: Path, form: str) -> Path:
    """The export in one of its forms, with tickets, groups and users beside it."""
    for path in (*(EXPORT / form).iterdir(), *(EXPORT / "sides").iterdir()):
        shutil.copy(path, tmp_path)
    return tmp_path


def audit(number: int, at: str, *events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": 7,
        "created_at": f"2024-03-04T{at}:00Z",
        "author_id": 301,
        "via": {"channel": "web"},
        "events": list(events),
        **more,
    }


def changed(field: str, old: Any, new: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Change", "field_name": field, "previous_value": old, "value": new, **more}


def created(**fields: Any) -> list[dict[str, Any]]:
    return [{"type": "Create", "field_name": name, "value": value} for name, value in fields.items()]


OPENED = audit(1, "09:00", *created(status="new", group_id="11", requester_id="501"))


@pytest.fixture
def written(tmp_path: Path):
    def write(*audits: dict[str, Any], **sides: list[dict[str, Any]]) -> Path:
        (tmp_path / "audits.json").write_text(json.dumps({"audits": audits}), encoding="utf-8")
        for name, records in sides.items():
            (tmp_path / f"{name}.json").write_text(json.dumps({name: records}), encoding="utf-8")
        return tmp_path

    return write


def test_both_forms_give_the_same_chain_with_no_argument_but_the_path(folder: Path) -> None:
    events = lh.read_log(folder).events
    assert plain(events, "ticket", "time", "department", "state", "agent", "actor", "mark") == CHAIN
    check(events, "events")


def test_a_log_of_either_form_goes_through_to_the_end(folder: Path) -> None:
    lanes = lh.reconstruct(lh.read_log(folder))
    moved = lanes.handoffs[lanes.handoffs["case"] == "101"]
    assert plain(moved, "from_department", "to_department", "mark") == [
        (FRONT, NET, None),
        (NET, "13", None),
        ("13", FRONT, "group_deleted"),
        (FRONT, NET, "bulk"),
    ]


def test_tickets_are_told_by_their_opening(folder: Path) -> None:
    tickets = lh.read_log(folder).tickets
    assert plain(tickets, "ticket", "opened_at", "requester", "priority", "channel", "promised_at") == [
        ("101", "03-04 09:00", ROSA, None, "email", "03-06 09:00"),
        ("102", "03-10 08:00", ROSA, "high", "email", None),
        ("103", "03-10 09:00", ROSA, None, "email", None),
        ("104", "03-10 11:00", "Rosa Lind (502)", "low", "web", None),
        ("105", "03-11 09:00", "Rosa Lind (502)", "low", "web", None),
    ]


def test_every_record_is_accounted_for() -> None:
    # 13 + 11 audits, of which 9012 stands on both pages.
    ledger = lh.read_log(EXPORT / "audits").ledger.set_index("reason")
    assert ledger.loc[["used", "overlapping_page", "read_as"], "n_rows"].tolist() == [23, 1, 24]
    assert ledger.loc["read_as", "first_value"] == "Zendesk ticket audits"
    # The natural order of names: page 2 stands before page 10, and 9012 is the last audit on it and the first here.
    assert ledger.loc["overlapping_page", "first_value"] == "9012"
    page2 = json.loads((EXPORT / "audits" / "audits-page2.json").read_text(encoding="utf-8"))["audits"]
    assert ledger.loc["overlapping_page", "first_row"] == len(page2)


def test_the_older_record_of_a_ticket_is_set_aside(folder: Path, form: str) -> None:
    log = lh.read_log(folder)
    aside = log.set_aside[log.set_aside["value"] == "101"]
    assert aside["reason"].tolist() == ["overlapping_page"]
    assert "tail_gap" not in set(log.ledger["reason"])  # ids as text, as numbers and as 6130852536346.0 are one


def test_the_form_is_said(folder: Path, form: str) -> None:
    said = lh.read_log(folder).ledger.set_index("reason").loc["read_as", "first_value"]
    assert (
        said
        == {
            "audits": "Zendesk ticket audits",
            "ticket_events": "Zendesk ticket events (incremental export)",
        }[form]
    )


def test_without_names_the_ids_stand_there() -> None:
    events = lh.read_log(EXPORT / "audits").events
    assert plain(events[:4], "department", "agent", "actor") == [
        ("11", None, "501"),
        ("11", "301", "301"),
        ("12", None, "301"),
        ("12", "6130852536346", "6130852536346"),
    ]


def test_links(tmp_path: Path) -> None:
    for path in (*(EXPORT / "audits").iterdir(), *(EXPORT / "sides").iterdir()):
        shutil.copy(path, tmp_path)
    links = lh.read_log(tmp_path).links
    assert plain(links, "from_ticket", "to_ticket", "kind", "at") == [
        ("101", "102", "follow_up", "03-10 08:00"),
        ("103", "102", "merged_into", "03-10 09:30"),
        ("104", "101", "problem", "03-10 11:00"),
    ]


def test_the_survey_is_the_last_answer_and_belongs_to_who_had_the_ticket_then(folder: Path) -> None:
    surveys = lh.read_log(folder).surveys
    names = ("ticket", "requester", "sent_at", "answered_at", "kind", "score", "scale_min", "scale_max")
    assert plain(surveys, *names, "department", "agent") == [
        ("101", ROSA, "03-05 09:31", "03-05 16:00", "transaction", 1.0, 0.0, 1.0, NET, "Lee Moss")
    ]


def test_an_answer_after_a_new_offer_is_a_new_survey(written: Any) -> None:
    path = written(
        OPENED,
        audit(2, "10:00", changed("satisfaction_score", "unoffered", "offered")),
        audit(3, "11:00", changed("satisfaction_score", "offered", "bad_with_comment")),
        audit(4, "12:00", changed("group_id", "11", "12"), changed("satisfaction_score", "bad", "offered")),
        audit(5, "13:00", {"type": "SatisfactionRating", "score": "good", "assignee_id": 301, "body": "thanks"}),
        audit(6, "14:00", changed("satisfaction_score", "good", "offered")),
        audit(7, "15:00", {"type": "SurveyOffered", "survey": 3}, {"type": "SurveyResponseSubmitted"}),
    )
    surveys = lh.read_log(path).surveys
    assert plain(surveys, "sent_at", "answered_at", "score", "department") == [
        ("03-04 10:00", "03-04 11:00", 0.0, "11"),
        ("03-04 12:00", "03-04 13:00", 1.0, "12"),
        ("03-04 14:00", None, None, "12"),  # offered is no answer
    ]


def test_satisfaction_ratings_are_used_where_they_are_exported(written: Any) -> None:
    rating = {
        "id": 77,
        "ticket_id": 7,
        "score": "bad",
        "group_id": 12,
        "assignee_id": 301,
        "requester_id": 501,
        "created_at": "2024-03-04T10:00:00Z",
        "updated_at": "2024-03-04T11:00:00Z",
    }
    path = written(
        OPENED,
        audit(2, "10:00", changed("satisfaction_score", "unoffered", "offered")),
        satisfaction_ratings=[rating, rating],
    )
    log = lh.read_log(path)
    assert plain(log.surveys, "survey", "sent_at", "answered_at", "score", "department", "agent", "requester") == [
        ("77", "03-04 10:00", "03-04 11:00", 0.0, "12", "301", "501")
    ]
    assert log.ledger.set_index("reason").loc["overlapping_page", "n_rows"] == 1


def test_a_rating_that_stands_on_the_ticket_alone_has_no_time(written: Any) -> None:
    def ticket(number: int, rating: Any, stamp: int = 5) -> dict[str, Any]:
        made = {"id": number, "created_at": "2024-03-04T09:00:00Z", "status": "open", "requester_id": 501}
        return made | {"generated_timestamp": stamp, "satisfaction_rating": rating}

    tickets = [
        ticket(7, {"id": 1, "score": "bad"}),  # as its audits say, which know more
        ticket(8, {"id": 2, "score": "good", "comment": "thanks"}),
        ticket(8, {"score": "offered"}, stamp=4),
        ticket(9, {"score": "offered"}),
        *(ticket(n, x) for n, x in enumerate((None, {}, {"score": "unoffered"}), start=10)),
    ]
    offered = audit(3, "11:00", changed("satisfaction_score", "unoffered", "offered"), ticket_id=20)
    tickets.append(ticket(20, {"id": 3, "score": "good"}))  # its audits end with the offer
    path = written(OPENED, audit(2, "10:00", changed("satisfaction_score", "offered", "bad")), offered, tickets=tickets)
    surveys = lh.read_log(path).surveys
    names = ("survey", "ticket", "requester", "sent_at", "answered_at", "score", "department")
    assert sorted(plain(surveys, *names), key=str) == [
        ("2", "8", "501", None, None, 1.0, None),
        ("20/3", "20", "501", "03-04 11:00", None, 1.0, None),
        ("7/2", "7", "501", None, "03-04 10:00", 0.0, "11"),
        ("9/rating", "9", "501", None, None, None, None),
    ]
    # Whether it was given by then, nothing says.
    log = lh.read_log(path, as_of="2024-03-04T11:30Z")
    assert dict(plain(log.surveys, "survey", "score")) == {"2": None, "7/2": 0.0, "9/rating": None, "20/3": None}
    assert log.ledger.set_index("reason").loc["answers_without_time", "n_rows"] == 2


def test_a_rating_event_names_whom_it_is_credited_to(written: Any) -> None:
    rated = {"type": "SatisfactionRating", "score": "good", "assignee_id": 302, "body": ""}
    surveys = lh.read_log(written(OPENED, audit(2, "10:00", rated))).surveys
    assert plain(surveys, "answered_at", "score", "department", "agent") == [("03-04 10:00", 1.0, "11", "302")]


def test_a_ticket_that_is_done_and_has_no_audit_is_no_closure(written: Any) -> None:
    """The list of all audits leaves out what was archived: nothing says when such a ticket was done."""
    tickets = [
        {"id": n, "created_at": "2024-03-01T09:00:00Z", "status": status, "group_id": 12, "generated_timestamp": 5}
        for n, status in ((7, "closed"), (8, "closed"), (9, "open"))
    ]
    # Only its last audit is there.
    log = lh.read_log(written(audit(2, "10:00", changed("status", "solved", "closed")), tickets=tickets))
    assert plain(log.events, "ticket", "time", "state", "department", "mark") == [
        ("7", "03-04 10:00", "resolved", "12", "backfilled"),
        ("7", "03-04 10:00", "closed", "12", None),
        ("9", "03-01 09:00", "working", "12", "backfilled"),
    ]
    assert log.set_aside[["reason", "value"]].values.tolist() == [["no_history", "8"]]
    closures = lh.reconstruct(log).closures
    assert plain(closures, "case", "at") == [("7", "03-04 10:00")]


def test_messages_only_when_asked_for(written: Any) -> None:
    def comment(number: int, author: int, public: bool = True) -> dict[str, Any]:
        return {"id": number, "type": "Comment", "author_id": author, "body": f"says {number}", "public": public}

    path = written(
        audit(1, "09:00", comment(11, 501), *created(status="new", group_id="11", requester_id="501")),
        audit(2, "10:00", comment(12, 301)),
        audit(3, "11:00", comment(13, 502)),
        audit(4, "12:00", comment(14, -1), author_id=-1),
        audit(5, "13:00", {"type": "CommentPrivacyChange", "comment_id": 12, "public": False}),
        audit(6, "14:00", changed("requester_id", "501", "301"), comment(15, 301)),
        users=[{"id": 502, "name": "Nia", "role": "end-user"}, {"id": 301, "name": "Ada", "role": "agent"}],
    )
    assert lh.read_log(path).messages is None or not len(lh.read_log(path).messages)
    messages = lh.read_log(path, messages=True).messages
    assert plain(messages, "at", "author", "role", "public", "text") == [
        ("03-04 09:00", "501", "customer", True, "says 11"),
        ("03-04 10:00", "Ada", "agent", False, "says 12"),  # made private later
        ("03-04 11:00", "Nia", "customer", True, "says 13"),  # an end user, though not the requester
        ("03-04 12:00", "Zendesk", "bot", True, "says 14"),
        ("03-04 14:00", "Ada", "customer", True, "says 15"),  # the requester now
    ]


def test_a_custom_field_is_named_by_its_id(folder: Path) -> None:
    log = lh.read_log(folder, columns={"category": "24000001"})
    assert log.tickets.set_index("ticket")["category"].dropna().to_dict() == {"101": "access"}


def test_tags_can_be_kept_as_text(folder: Path) -> None:
    tags = lh.read_log(folder, keep=["tags"]).events.set_index("row")["tags"].dropna()
    # The first change says what they were before.
    assert sorted(tags) == ["access", "access, vault", "closed_by_merge"]


def test_a_field_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(SchemaError, match=r"column 'Team' \(department\) is not there"):
        lh.read_log(folder, columns={"department": "Team"})


def test_custom_statuses_stand_for_their_category(written: Any) -> None:
    path = written(
        audit(1, "09:00", *created(status="new", custom_status_id="900", group_id="11")),
        audit(2, "10:00", changed("status", "new", "pending"), changed("custom_status_id", "900", "901")),
        custom_statuses=[
            {"id": 900, "status_category": "new", "agent_label": "Fresh"},
            {"id": 901, "status_category": "pending", "agent_label": "Waits for the customer"},
        ],
    )
    events = lh.read_log(path, columns={"state": "custom_status_id"}).events
    assert events["state"].tolist() == ["queued", "waiting_customer"]
    assert events["state"].equals(lh.read_log(path).events["state"])


def test_a_lost_audit_leaves_a_gap(written: Any) -> None:
    path = written(OPENED, audit(3, "11:00", changed("group_id", "13", "12")))
    events = lh.read_log(path).events
    assert plain(events, "department", "mark") == [("11", None), ("12", "gap")]


def test_the_end_that_does_not_meet_the_ticket_is_told(written: Any) -> None:
    ticket = {"id": 7, "created_at": "2024-03-04T09:00:00Z", "status": "new", "group_id": 12, "generated_timestamp": 5}
    ledger = lh.read_log(written(OPENED, tickets=[ticket])).ledger.set_index("reason")
    assert "group_id '11' in the history, '12' in the record" in ledger.loc["tail_gap", "first_value"]


def test_a_ticket_whose_creation_is_not_exported_is_filled_in(written: Any) -> None:
    ticket = {"id": 7, "created_at": "2024-03-04T08:00:00Z", "status": "open", "group_id": 12, "priority": "low"}
    path = written(
        audit(2, "10:00", changed("group_id", "11", "12")),
        audit(3, "11:00", changed("status", "new", "open")),
        tickets=[ticket | {"requester_id": 501.0}],
    )
    log = lh.read_log(path)
    assert plain(log.events, "time", "department", "state", "mark") == [
        ("03-04 08:00", "11", "queued", "backfilled"),
        ("03-04 10:00", "12", None, None),
        ("03-04 11:00", "12", "working", None),
    ]
    assert plain(log.tickets, "requester", "priority") == [("501", "low")]


def test_what_happens_in_one_save_is_one_event_and_its_hop_decides_the_mark(written: Any) -> None:
    rule = {"channel": 8, "source": {"rel": "trigger"}}
    path = written(
        OPENED,
        # An agent moves it, a trigger sets the status: the hop was chosen.
        audit(2, "10:00", changed("group_id", "11", "12"), changed("status", "new", "open", via=rule)),
        # An agent sets the status, a trigger moves it on twice: it was not.
        audit(
            3,
            "11:00",
            changed("status", "open", "pending"),
            changed("group_id", "12", "13", via=rule),
            changed("group_id", "13", "14", via=rule),
        ),
        # A comment and what it sets off: nothing hops.
        audit(4, "12:00", {"type": "Comment", "body": "x"}, changed("priority", None, "high", via=rule)),
        # All of it is the system's.
        audit(5, "13:00", {"type": "Notification"}, via={"channel": "rule", "source": {"rel": "automation"}}),
    )
    assert plain(lh.read_log(path).events, "department", "activity", "mark") == [
        ("11", "status, group_id, requester_id, via.channel", None),
        ("12", "group_id, status", None),
        ("14", "status, group_id", "rule"),
        ("14", "Comment, priority", None),
        ("14", "Notification", "rule"),
    ]


@pytest.mark.parametrize(
    ("via", "mark"),
    [
        ({"channel": "group_deletion"}, "group_deleted"),
        ({"channel": 10}, "group_deleted"),
        ("Group deletion", "group_deleted"),
        ("10", "group_deleted"),
        ({"channel": "batch"}, "bulk"),
        ("Batch", "bulk"),
        (20, "bulk"),
        ("User deletion", "bulk"),
        ({"channel": "user_change"}, "bulk"),
        ({"channel": 13}, "bulk"),
        ("Merge", "merge"),
        ({"channel": 19}, "merge"),
        ("Rule", "rule"),
        ({"channel": "rule", "source": {"rel": "automation"}}, "rule"),
        ("Trigger", "rule"),
        ({"channel": "system", "source": {"rel": "trigger"}}, "rule"),
        ({"channel": "linked_problem"}, None),
        ({"channel": "web", "source": {"rel": None}}, None),
        ({"channel": None, "source": None}, None),
        ("Web form", None),
        ("", None),
        (None, None),
    ],
)
def test_marks(via: Any, mark: str | None) -> None:
    assert mark_of(via) == mark


def test_channels_have_one_name_in_all_forms() -> None:
    said = ["web", 0, "Web form", {"channel": "web"}, "Mail", 4, {"channel": 5}, "Voice", "", None, {}]
    assert list(map(channel_of, said)) == ["web"] * 4 + ["email"] * 2 + ["api", "voice", None, None, None]


def test_values() -> None:
    assert value_of("group_id", 12) == value_of("group_id", "12") == value_of("group_id", "12.0") == "12"
    assert value_of("24000001", "2.0") == "2.0"  # no id: it may be a version
    assert value_of("24000001", "") is value_of("priority", None) is value_of("tags", []) is None
    assert value_of("tags", ["b", "a"]) == "a, b"
    assert value_of("24000001", True) == "true"


def test_child_events_name_their_field_by_a_key() -> None:
    def read(**child: Any) -> list[tuple[Any, ...]]:
        save = read_ticket_event(
            {"id": 1, "ticket_id": 2, "timestamp": 1709542800, "child_events": [{"id": 9} | child]}
        )
        assert save.time == "2024-03-04T09:00:00Z"
        return [(e.type, e.field, e.old, e.new, e.knows_old) for e in save.events]

    assert read(via="Mail", status="open", event_type="Change", previous_value="new") == [
        ("Change", "status", "new", "open", True)
    ]
    assert read(custom_ticket_fields={"36": "x"}, event_type="Change", previous_value=None) == [
        ("Change", "36", None, "x", True)
    ]
    assert read(tags=["a"], added_tags=["a"], removed_tags=[], event_type="Change") == [
        ("Change", "tags", None, ["a"], False)
    ]
    # One old value is not that of two fields.
    assert read(status="open", group_id=3, event_type="Change", previous_value="new") == [
        ("Change", "status", None, "open", False),
        ("Change", "group_id", None, 3, False),
    ]
    assert read(comment_present=True, comment_public=True, event_type="Comment") == [
        ("Comment", None, None, None, False)
    ]
    assert read(type="Comment", event_type="Comment", body="x", public=False) == [("Comment", None, None, None, False)]
    assert read(event_type="SomethingNew", group_id=3) == [("SomethingNew", None, None, None, False)]


def test_odd_audits_never_fail() -> None:
    assert read_audit({"id": "5.0", "ticket_id": "7", "events": None})[:4] == (5, "7", None, None)
    assert read_audit({"ticket_id": 7, "events": [None, 3, {"type": None}]}).events[0].field is None
    assert read_ticket_event({"id": 1, "ticket_id": 2, "timestamp": "1709542800"}).time == "2024-03-04T09:00:00Z"
    assert read_ticket_event({"id": 1, "ticket_id": 2, "timestamp": 10**30}).time == str(10**30)


def test_audits_without_ids_keep_the_order_of_the_file(written: Any) -> None:
    one, two = audit(2, "10:00", changed("group_id", "11", "12")), audit(3, "10:00", changed("group_id", "12", "13"))
    path = written(OPENED, {k: v for k, v in one.items() if k != "id"}, {k: v for k, v in two.items() if k != "id"})
    assert lh.read_log(path).events["department"].tolist() == ["11", "12", "13"]


def test_links_of_tickets_as_they_stand(written: Any) -> None:
    tickets = [
        {"id": 7, "status": "closed", "followup_ids": [8, 9], "problem_id": None},
        {
            "id": 8,
            "status": "open",
            "via": {"channel": "email", "source": {"rel": "follow_up", "from": {"ticket_id": 7}}},
        },
        {"id": 9, "status": "open", "via_followup_source_id": 7, "problem_id": 6, "created_at": "2024-03-05T09:00:00Z"},
    ]
    path = written(audit(1, "09:00", *created(status="new", problem_id="5")), tickets=tickets)
    # Ticket 7 had a problem and has none now.
    assert plain(lh.read_log(path).links, "from_ticket", "to_ticket", "kind", "at") == [
        ("7", "8", "follow_up", None),
        ("7", "9", "follow_up", "03-05 09:00"),
        ("9", "6", "problem", None),
    ]


def test_a_merge_is_told_from_either_side(written: Any) -> None:
    def merge(**origin: Any) -> dict[str, Any]:
        return {"channel": "merge", "source": {"from": origin, "to": {}, "rel": "merge"}}

    path = written(
        OPENED,
        audit(2, "10:00", {"type": "Comment"}, via=merge(ticket_ids=[8, "9.0"])),
        audit(3, "11:00", changed("status", "new", "closed"), via=merge(ticket_id=10)),
        audit(4, "12:00", {"type": "Comment"}, via=merge(ticket_id=11)),
        audit(5, "13:00", *created(status="solved", group_id="11"), ticket_id=8),
    )
    links = lh.read_log(path).links
    assert plain(links, "from_ticket", "to_ticket") == [("11", "7"), ("7", "10"), ("8", "7"), ("9", "7")]


def test_the_two_forms_together_must_be_chosen_from(tmp_path: Path) -> None:
    for form in ("audits", "ticket_events"):
        for path in (EXPORT / form).iterdir():
            shutil.copy(path, tmp_path)
    with pytest.raises(SourceError, match=r"the same history stands there in several forms.*format='zendesk_audits'"):
        lh.read_log(tmp_path)
    log = lh.read_log(tmp_path, format="zendesk_ticket_events")
    assert log.ledger.set_index("reason").loc["file_not_read", "n_rows"] == 2
    assert len(log.events) == 23


def test_told_otherwise(tmp_path: Path) -> None:
    path = EXPORT / "audits" / "audits-page2.json"
    with pytest.raises(SourceError, match="is Zendesk ticket audits, and format='jira_changelog' says otherwise"):
        lh.read_log(path, format="jira_changelog")
    with pytest.raises(SourceError, match="is JSON, and not a table"):
        lh.read_log(path, format="table")
    assert len(lh.read_log(path, dialect="zendesk").events) == len(lh.read_log(path).events)


def test_pages_that_no_log_needs_are_noted(written: Any) -> None:
    path = written(OPENED, ticket_fields=[{"id": 24000001, "title": "Area"}], organizations=[{"id": 1, "name": "Acme"}])
    ledger = lh.read_log(path).ledger.set_index("reason")
    assert ledger.loc[["used", "read_as", "page_not_needed"], "n_rows"].tolist() == [1, 1, 2]
    assert ledger.loc["page_not_needed", "first_value"].endswith("organizations.json")


@pytest.mark.parametrize("name", ["tickets", "groups", "users"])
def test_what_stands_beside_a_history_is_none(name: str) -> None:
    with pytest.raises(
        NoHistoryError, match=rf"{name}\.json' is Zendesk {name}.*Export ticket audits \(/api/v2/ticket_audits"
    ):
        lh.read_log(EXPORT / "sides" / f"{name}.json")


def test_what_a_field_held_then_is_as_a_walk_finds_it() -> None:
    dice = random.Random(4)
    for _ in range(60):
        changes, now = ChangeRows(), {}
        walks: dict[str, list[tuple[int, str | None, str | None, bool]]] = {}
        for ticket in "abc":
            times = sorted(dice.sample(range(8), dice.randrange(4)))
            walks[ticket] = [(t, *dice.choices(["1", "2", None], k=2), dice.random() < 0.8) for t in times]
            now[ticket] = dice.choice(["9", None])
        said = [(ticket, *change) for ticket in walks for change in walks[ticket]]
        dice.shuffle(said)
        for row, (ticket, t, old, new, knows) in enumerate(said):
            changes.add(ticket, f"2024-03-0{t // 2 + 1}T09:00:00Z", t, "group_id", old, new, knows, None, None, row)
            changes.add(ticket, "2024-03-01T09:00:00Z", t, "status", "x", "y", True, None, None, row)
        records = pa.table({"ticket": list(now), "group_id": pa.array(list(now.values()), pa.string())})
        asked = [(dice.choice("abcd"), dice.randrange(8)) for _ in range(dice.randrange(6))]

        def held(ticket: str, t: int, walks: Any = walks, now: Any = now) -> str | None:
            walk = walks.get(ticket, [])
            before = [new for at, _, new, _ in walk if at <= t]
            if before:
                return before[-1]
            return (walk[0][1] if walk[0][3] else None) if walk else now.get(ticket)

        at = [(ticket, f"2024-03-0{t // 2 + 1}T09:00:00Z", t) for ticket, t in asked]
        assert held_then(changes.table(), records, "group_id", at) == [held(*one) for one in asked]


@pytest.mark.parametrize("shape", ["wrapper", "list", "lines"])
def test_the_benchmark_reads_what_it_writes(shape: str, tmp_path: Path) -> None:
    zendesk_audits.write(tmp_path / "audits.json", 500, shape, seed=1)
    log = lh.read_log(tmp_path / "audits.json")
    assert len(log.events) == 500
    # Nothing is lost; a ticket is in no group until somebody takes it.
    assert set(log.ledger["reason"]) == {"used", "read_as", "no_department"}


def test_values_of_fields_that_nobody_reads_are_not_kept(folder: Path) -> None:
    opened = open_export(folder, None, {})
    assert opened is not None
    changes = opened[0].changes.to_pandas()
    unread = changes[changes["field"].isin(["subject", "24000001", "satisfaction_comment"])]
    assert len(unread) == 7  # four subjects, two values of the custom field, one comment
    assert unread[["old", "new"]].isna().all(axis=None)
