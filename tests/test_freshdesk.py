"""Freshdesk exports: activities, with and without the lists beside them; events were worked out by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import lanehop as lh
from lanehop.errors import NoHistoryError, SourceError
from lanehop.read.exports.freshdesk.tickets import touched

FOLDER = Path(__file__).parent / "data" / "exports" / "freshdesk"
ACTIVITIES = FOLDER / "activities.json"

SEVEN = [
    # ticket, time (UTC), department, agent, state, actor, mark
    ("7", "03-02 08:00:00", None, None, "working", "900", None),
    ("7", "03-02 08:05:00", "Front desk", "Ada Lindqvist", None, "Ada Lindqvist", None),
    ("7", "03-02 08:30:00", "Network", None, None, "Ada Lindqvist", None),
    ("7", "03-02 08:40:10", "Network", "Ben Okafor", None, "Ben Okafor", None),
    ("7", "03-02 08:40:10", "Network", "Ben Okafor", "waiting_customer", "Ben Okafor", None),
    ("7", "03-03 10:00:00", "Network", "Ben Okafor", None, "900", None),
    ("7", "03-03 10:00:00", "Network", "Ben Okafor", "working", "system", "rule"),
    ("7", "03-03 11:00:00", "Network", "Ben Okafor", "resolved", "Ben Okafor", None),
    ("7", "03-04 09:00:00", "Network", "Ben Okafor", "working", "900", None),
    # The word None says that the agent was taken off.
    ("7", "03-04 09:30:00", "Billing", None, None, "system", "rule"),
    ("7", "03-05 12:00:00", "Billing", "Cleo Marsh", "closed", "Cleo Marsh", None),
    ("7", "03-05 12:00:00", "Billing", "Cleo Marsh", None, "Cleo Marsh", None),
]
# Begun before the export: only the ticket says when. Bulk changes touch many tickets in one second.
EIGHT = [
    ("8", "03-01 08:00:00", None, None, "open", None, "backfilled"),
    ("8", "03-06 08:00:00", "Front desk", None, None, "Ada Lindqvist", "gap"),
]
NINE = [
    ("9", "03-06 07:00:00", "Network", None, "working", "900", None),
    ("9", "03-06 08:00:00", "Front desk", None, None, "Ada Lindqvist", None),
]
EXPECTED = SEVEN + EIGHT + NINE
NUMBERS = {"Ada Lindqvist": "11", "Ben Okafor": "12", "Cleo Marsh": "13"}
ALONE = [
    (*row[:3], NUMBERS.get(row[3], row[3]), row[4], NUMBERS.get(row[5], row[5]), None if row[6] == "gap" else row[6])
    for row in SEVEN + EIGHT[1:] + NINE
]


def events_of(log):
    columns = ["ticket", "time", "department", "agent", "state", "actor", "mark"]
    rows = log.events[columns].astype(object)
    rows["time"] = log.events["time"].dt.strftime("%m-%d %H:%M:%S")
    return [tuple(None if pd.isna(x) else x for x in row) for row in rows.itertuples(index=False)]


def noted(log):
    return {x.reason: x.n_rows for x in log.ledger.itertuples() if x.effect != "used"}


def activities():
    return json.loads(ACTIVITIES.read_text())["activities_data"]


def write(path, value):
    path.write_text(json.dumps(value))


def as_file(folder):
    shutil.copy(ACTIVITIES, folder)


def as_days(folder):
    """One file a day, under names that natural order alone brings in order; the last two overlap."""
    made = activities()
    for at, (start, stop) in enumerate([(0, 5), (5, 8), (8, 12), (11, 15)]):
        write(folder / f"day{at + 8}.json", {"metadata": {}, "activities_data": made[start:stop]})


def as_list(folder):
    write(folder / "activities.json", activities())


def as_lines(folder):
    (folder / "activities.jsonl").write_text("".join(json.dumps(x) + "\n" for x in activities()))


def as_newest_first(folder):
    write(folder / "activities.json", {"activities_data": activities()[::-1]})


def as_texts(folder):
    """Ids as texts."""
    made = activities()
    for one in made:
        one["ticket_id"] = str(one["ticket_id"])
        one["performer_id"] = one["performer_id"] and str(one["performer_id"])
        inside = one["activity"]
        for name in ("agent_id", "requester", "priority", "source"):
            if inside.get(name) is not None:
                inside[name] = str(inside[name])
    write(folder / "activities.json", {"activities_data": made})


FORMS = (as_file, as_days, as_list, as_lines, as_newest_first, as_texts)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_events(tmp_path, form):
    form(tmp_path)
    log = lh.read_log(tmp_path)
    assert events_of(log) == ALONE
    lh.schema.check(log.events, "events")
    assert noted(log).get("overlapping_page", 0) == (1 if form is as_days else 0)
    assert noted(log)["history_without_beginning"] == 1


@pytest.mark.parametrize("form", FORMS)
def test_with_the_lists_beside_it(tmp_path, form):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "activities.json").unlink()
    form(tmp_path)
    assert events_of(lh.read_log(tmp_path)) == EXPECTED


def test_one_file_and_nothing_else():
    log = lh.read_log(ACTIVITIES)
    assert events_of(log) == ALONE
    assert log.events["activity"].iloc[[0, 1, 5, 6]].tolist() == [
        "issue_type, source, status, priority, requester, product",
        "group, agent_id",
        "note",
        "status, automation",
    ]
    seven = log.tickets.set_index("ticket").loc["7"]
    assert seven[["requester", "priority", "channel"]].tolist() == ["900", "Medium", "Email"]


def test_tickets_and_what_is_told_of_the_reading():
    log = lh.read_log(FOLDER)
    assert log.tickets["opened_at"].tolist() == [
        pd.Timestamp(x) for x in ("2026-03-02T08:00Z", "2026-03-01T08:00Z", "2026-03-06T07:00Z")
    ]
    ledger = log.ledger.set_index("reason")
    # 15 activities, 3 tickets, 2 groups, 3 agents, 1 rating.
    assert ledger.loc["used", "n_rows"] == 24
    # The group of ticket 7 is no longer in the list of groups.
    assert ledger.loc["tail_gap", "first_value"] == "ticket 7: group 'Billing' in the history, '503' in the record"
    assert ledger.loc["truncated_history", "first_value"] == "8"
    assert log.ledger["reason"].tolist().count("tail_gap") == 1


def test_links_that_tickets_state():
    links = lh.read_log(FOLDER).links
    assert links[["from_ticket", "to_ticket", "kind"]].values.tolist() == [
        ["8", "9", "parent"],
        ["8", "7", "merged_into"],
    ]
    assert links["at"].iloc[1] == pd.Timestamp("2026-03-06T08:00Z")


def test_surveys():
    survey = lh.read_log(FOLDER).surveys.iloc[0]
    assert (survey.ticket, survey.score, survey.department, survey.agent) == ("7", -103.0, "Network", "Ben Okafor")
    assert (survey.scale_min, survey.scale_max) == (-103.0, 103.0)
    assert survey.answered_at == pd.Timestamp("2026-03-03T12:00Z")


def test_surveys_as_lists_of_questions(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    rating = json.loads((FOLDER / "satisfaction_ratings.json").read_text())[0]
    rating["ratings"] = [{"question": "default_question", "value": 103}, {"question": "question_2", "value": None}]
    write(tmp_path / "satisfaction_ratings.json", [rating])
    surveys = lh.read_log(tmp_path).surveys
    assert surveys["question"].tolist() == ["default_question", "question_2"]
    assert surveys["score"].iloc[0] == 103
    assert pd.isna(surveys["score"].iloc[1])


def test_messages_when_asked_for():
    messages = lh.read_log(FOLDER, messages=True).messages
    assert messages[["author", "role", "public", "text"]].values.tolist()[:3] == [
        ["900", "customer", True, "No mail."],
        ["Ben Okafor", "agent", True, "Which floor?"],
        ["900", "customer", True, "The third."],
    ]
    assert len(lh.read_log(FOLDER).messages) == 0


def test_what_stands_twice_in_a_file_happened_twice(tmp_path):
    made = activities()
    twice = [*made[:4], made[3], *made[4:]]
    write(tmp_path / "a.json", {"activities_data": twice})
    log = lh.read_log(tmp_path)
    assert len(log.events) == len(ALONE) + 1
    assert noted(log).get("overlapping_page", 0) == 0
    # In two files: as often as in one of them.
    write(tmp_path / "b.json", {"activities_data": [made[3], made[3], made[3]]})
    log = lh.read_log(tmp_path)
    assert len(log.events) == len(ALONE) + 2
    assert noted(log)["overlapping_page"] == 2


def test_the_words_of_the_desk_for_waiting(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    made = activities()
    for at in (4, 12):
        made[at]["activity"]["status"] = "Waiting for Customer"
    write(tmp_path / "activities.json", {"activities_data": made})
    tickets = json.loads((FOLDER / "tickets.json").read_text())
    tickets[2]["status"] = 6
    write(tmp_path / "tickets.json", tickets)
    log = lh.read_log(tmp_path)
    assert log.ledger["reason"].tolist().count("tail_gap") == 1  # the group of ticket 7 and no status
    assert events_of(log)[-2][4] == "waiting_customer"


def test_a_list_of_tickets_twice(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    old = json.loads((FOLDER / "tickets.json").read_text())
    for ticket in old:
        ticket |= {"updated_at": "2026-03-01T00:00:00Z", "status": 2, "responder_id": None}
    write(tmp_path / "tickets_old.json", {"tickets": old})
    log = lh.read_log(tmp_path)
    assert events_of(log) == EXPECTED
    assert noted(log)["overlapping_page"] == 3


def test_a_custom_field_as_the_department(tmp_path):
    log = lh.read_log(ACTIVITIES, columns={"department": "product"})
    assert {row[2] for row in events_of(log) if row[0] == "7"} == {"mobile"}


def test_what_a_key_says():
    assert [touched(x) for x in (None, "", "None", "Open", 3, True, ["a", "b"], {"id": 1})] == [
        None,
        None,
        None,
        "Open",
        "3",
        "true",
        "a, b",
        None,
    ]


def test_tickets_without_their_activities():
    with pytest.raises(NoHistoryError, match="ticket activities"):
        lh.read_log(FOLDER / "tickets.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}', "logged in"),
        (
            '{"export": [{"created_at": "1-1-2022", "url": "https://files.example.net/x"}]}',
            "download the file at its url",
        ),
        ("<!doctype html><html></html>", "HTML"),
        (ACTIVITIES.read_text()[:1500], "cut off or damaged"),
        ('{"metadata": {"activities_count": 0}, "activities_data": []}', "empty page"),
    ],
    ids=["error answer", "first answer", "login page", "cut off", "empty"],
)
def test_what_is_no_export(tmp_path, text, said):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        lh.read_log(path)


def test_a_ticket_that_was_done_before_the_export_begins(tmp_path):
    write(
        tmp_path / "activities.json",
        {
            "activities_data": [
                {
                    "performed_at": "05-03-2024 09:00:00 +0000",
                    "ticket_id": 1,
                    "performer_type": "user",
                    "performer_id": 9,
                    "activity": {"note": {"id": 1, "type": 4}},
                }
            ]
        },
    )
    ticket = {"status": 5, "responder_id": None, "created_at": "2024-01-02T09:00:00Z"}
    write(tmp_path / "tickets.json", [{"id": n, **ticket, "status": status} for n, status in ((1, 5), (2, 5), (3, 2))])
    log = lh.read_log(tmp_path, closing_is_claim=True)
    events = log.events.assign(time=log.events["time"].dt.strftime("%m-%d %H:%M"))
    assert events[["ticket", "time", "state"]].astype(object).fillna("").values.tolist() == [
        ["1", "03-05 09:00", "closed"],
        ["1", "03-05 09:00", ""],
        ["3", "01-02 09:00", "working"],
    ]
    # Of ticket 2 nothing says when it was closed.
    assert log.set_aside[["reason", "value"]].values.tolist() == [["no_history", "2"]]
