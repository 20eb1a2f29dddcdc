"""Jira exports: every wrapper of one history gives the same events, which were worked out by hand."""

from __future__ import annotations

import copy
import datetime as dt
import gzip
import json
import random
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import lanehop as lh
from lanehop.errors import NoHistoryError, SchemaError, SourceError
from lanehop.read.changes.id_names import IdNames, tell_apart
from lanehop.read.changes.renamed import renamed
from lanehop.read.exports.jira.keys import JiraKeys
from lanehop.read.exports.jira.values import as_instant, as_time, changed, standing

SEARCH = Path(__file__).parent / "data" / "exports" / "jira" / "search.json"
GROUP = {"department": "Assignment group"}

B = "backfilled"
EXPECTED = [
    # ticket, time (UTC), department, agent, state, resolution, actor, mark
    ("OPS-7", "03-02 08:00:00", None, None, "queued", None, None, B),
    ("OPS-7", "03-02 08:05:00", "Front desk", "Ada Lindqvist", "working", None, "Ada Lindqvist", None),
    ("OPS-7", "03-02 08:30:00", "Network", None, None, None, "Ada Lindqvist", None),
    ("OPS-7", "03-02 08:40:10", "Network", "Ben Okafor", None, None, "Ben Okafor", None),
    ("OPS-7", "03-02 08:40:10", "Network", "Ben Okafor", "waiting_customer", None, "Ben Okafor", None),
    ("OPS-7", "03-03 10:00:00", "Network", "Ben Okafor", "working", None, "Dora Quist", None),
    ("OPS-7", "03-03 11:00:00", "Network", "Ben Okafor", "resolved", "Done", "Ben Okafor", None),
    ("OPS-7", "03-04 09:00:00", "Network", "Ben Okafor", "working", None, None, None),
    ("OPS-7", "03-04 09:30:00", "Billing", None, None, None, "Automation for Jira", "rule"),
    ("OPS-7", "03-05 12:00:00", "Billing", "Cleo Marsh", "closed", "Won't Do", "Cleo Marsh", None),
    # Nothing ever changed: the issue as it stands says all.
    ("OPS-8", "03-02 09:00:00", "Network", None, "queued", None, None, B),
    # It was SUP-2 once. The group that it went to has been deleted, and goes by its id.
    ("OPS-9", "03-05 12:30:00", "Front desk", None, "queued", None, None, B),
    ("OPS-9", "03-05 13:00:00", "Front desk", None, None, None, "Cleo Marsh", None),
    ("OPS-9", "03-05 13:10:00", "20009", None, None, None, "Cleo Marsh", None),
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


def issues():
    return json.loads(SEARCH.read_text())["issues"]


def bare(made):
    """Issues without their changelog."""
    return [{k: v for k, v in issue.items() if k != "changelog"} for issue in made]


def write(path, value):
    path.write_text(json.dumps(value))


def lines(path, values):
    path.write_text("".join(json.dumps(x) + "\n" for x in values))


def epoch(text, scale):
    return int(dt.datetime.fromisoformat(text).timestamp() * scale)


def histories():
    return [(issue, h) for issue in issues() for h in issue["changelog"]["histories"]]


# Wrappers --------------------------------------------------------------------------------------------


def as_search(folder):
    write(folder / "search.json", json.loads(SEARCH.read_text()))


def as_cloud_search(folder):
    for at, issue in enumerate(issues(), 1):
        write(folder / f"page{at}.json", {"issues": [issue], "nextPageToken": str(at), "isLast": at == 3})


def as_list(folder):
    write(folder / "issues.json", issues())


def as_single_issues(folder):
    for issue in issues():
        write(folder / f"{issue['key']}.json", issue)


def as_lines(folder):
    lines(folder / "issues.jsonl", issues())


def as_packed_lines(folder):
    text = "".join(json.dumps(x) + "\n" for x in issues())
    (folder / "issues.jsonl.gz").write_bytes(gzip.compress(text.encode()))


def as_changelog_pages(folder):
    write(folder / "issues.json", bare(issues()))
    for issue in issues():
        all_ = issue["changelog"]["histories"][::-1]
        for start in range(0, len(all_), 4):
            # One more than the page is long: pages overlap.
            page = {
                "self": f"https://desk.example.net/rest/api/3/issue/{issue['id' if start else 'key']}/changelog?startAt={start}",
                "startAt": start,
                "maxResults": 4,
                "total": len(all_),
                "isLast": start + 4 >= len(all_),
                "values": all_[start : start + 5],
            }
            write(folder / f"changelog_{issue['key']}_{start}.json", page)


def as_unnamed_changelog_pages(folder):
    write(folder / "issues.json", bare(issues()))
    for issue in issues():
        write(folder / f"{issue['key']} changes.json", {"values": issue["changelog"]["histories"], "isLast": True})
    (folder / "OPS-8 changes.json").unlink()  # an empty page, of which nothing says whose kind it is


def as_bulk(folder):
    logs = []
    for issue in issues():
        made = []
        for at, h in enumerate(issue["changelog"]["histories"]):
            made.append({**h, "created": epoch(h["created"], 1000) if at % 2 else str(epoch(h["created"], 1))})
        logs.append({"issueId": int(issue["id"]), "changeHistories": made})
    write(folder / "bulk.json", {"issueChangeLogs": logs[:2], "nextPageToken": "x"})
    write(folder / "bulk2.json", {"issueChangeLogs": logs[2:]})
    write(folder / "issues.json", {"issues": bare(issues())})


def as_rows(folder):
    write(folder / "issues.json", {"issues": bare(issues())})
    lines(folder / "changelogs.jsonl", [{**h, "issueId": issue["id"]} for issue, h in histories()])


def as_webhooks(folder):
    made = [
        {
            "timestamp": epoch(h["created"], 1000),
            "webhookEvent": "jira:issue_updated",
            "user": h.get("author"),
            "issue": {k: v for k, v in issue.items() if k != "changelog"},
            "changelog": {"id": h["id"], "items": h["items"]},
        }
        for issue, h in histories()
    ]
    eight = bare(issues())[1]
    made.append(
        {"timestamp": epoch(eight["fields"]["created"], 1000), "webhookEvent": "jira:issue_created", "issue": eight}
    )
    lines(folder / "webhooks.jsonl", made)


def as_numbers(folder):
    """All ids as numbers; the oldest history first."""
    made = issues()
    for issue in made:
        issue["id"] = int(issue["id"])
        for h in issue["changelog"]["histories"]:
            h["id"] = int(h["id"])
            for item in h["items"]:
                for side in ("from", "to"):
                    item[side] = int(item[side]) if str(item[side]).isdigit() else item[side]
        issue["changelog"]["histories"].reverse()
    write(folder / "issues.json", made)


WRAPPERS = (
    as_search,
    as_cloud_search,
    as_list,
    as_single_issues,
    as_lines,
    as_packed_lines,
    as_changelog_pages,
    as_unnamed_changelog_pages,
    as_bulk,
    as_rows,
    as_webhooks,
    as_numbers,
)


@pytest.mark.parametrize("wrap", WRAPPERS, ids=lambda x: x.__name__)
def test_every_wrapper_gives_the_same_events(tmp_path, wrap):
    wrap(tmp_path)
    log = lh.read_log(tmp_path, columns=GROUP)
    assert events_of(log) == EXPECTED
    assert links_of(log) == {
        ("OPS-7", "OPS-3", "duplicate_of"),
        ("OPS-7", "OPS-9", "transferred"),
        ("OPS-8", "PRB-1", "problem"),
        ("OPS-8", "OPS-1", "parent"),
    }
    lh.schema.check(log.events, "events")
    ledger = noted(log)
    assert ledger["link_without_kind"] == 1
    assert ledger["tail_gap"] == 1
    assert "gap" not in ledger
    assert "truncated_history" not in ledger


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order(tmp_path, seed):
    made, chance = issues(), random.Random(seed)
    chance.shuffle(made)
    for issue in made:
        chance.shuffle(issue["changelog"]["histories"])
    write(tmp_path / "issues.json", made)
    assert events_of(lh.read_log(tmp_path, columns=GROUP)) == EXPECTED


# One file, no argument but the department --------------------------------------------------------------


def test_the_file_of_a_search():
    log = lh.read_log(SEARCH, columns=GROUP)
    assert events_of(log) == EXPECTED
    assert noted(log)["backfilled"] == 3
    assert log.tickets[["ticket", "requester", "category", "priority"]].values.tolist() == [
        [key, "Dora Quist", "Incident", "Medium"] for key in ("OPS-7", "OPS-8", "OPS-9")
    ]
    assert log.events["activity"].tolist()[1:3] == ["Assignment group, assignee, status", "Assignment group, assignee"]
    assert len(log.messages) == 0
    # 3 issues and 11 histories.
    assert int(log.ledger.set_index("reason").loc["used", "n_rows"]) == 14


@pytest.mark.parametrize("name", ["customfield_10050", "Assignment group"])
def test_the_department_by_name_or_id(name):
    assert events_of(lh.read_log(SEARCH, columns={"department": name})) == EXPECTED


def test_a_field_of_ones_own_by_its_number_where_histories_say_its_name_alone(tmp_path):
    item = {"field": "Squad", "fieldtype": "custom", "from": "6", "fromString": "Desk", "to": "7", "toString": "Net"}
    history = {"id": "1", "created": "2024-03-02T10:00:00.000+0000", "items": [item]}
    fields = {"created": "2024-03-01T10:00:00.000+0000", "customfield_10050": {"id": "7", "value": "Net"}}
    issue = {"id": "1", "key": "OPS-1", "fields": fields, "changelog": {"histories": [history], "total": 1}}
    write(tmp_path / "search.json", {"names": {"customfield_10050": "Squad"}, "issues": [issue]})
    for name in ("customfield_10050", "Squad"):
        events = lh.read_log(tmp_path, columns={"department": name}).events
        assert events["department"].tolist() == ["Desk", "Net"]
    # The page of the history comes first, and the names of fields stand on the other.
    write(tmp_path / "OPS-1.json", {"self": "/rest/api/2/issue/OPS-1/changelog", "values": [history]})
    write(tmp_path / "search.json", {"names": {"customfield_10050": "Squad"}, "issues": bare([issue])})
    events = lh.read_log(tmp_path, columns={"department": "customfield_10050"}).events
    assert events["department"].tolist() == ["Desk", "Net"]


def test_without_a_department_the_fields_that_could_be_one_are_named():
    with pytest.raises(SchemaError, match=r"no department of its own.*'Assignment group': 4, 'project': 1"):
        lh.read_log(SEARCH)


def test_a_department_that_is_nowhere():
    with pytest.raises(SchemaError, match=r"column 'Taem' \(department\) is not there .*Assignment group"):
        lh.read_log(SEARCH, columns={"department": "Taem"})


def test_links_know_when_the_history_says_it():
    links = lh.read_log(SEARCH, columns=GROUP).links.set_index("kind")
    assert links.loc["duplicate_of", "at"] == pd.Timestamp("2026-03-05T12:00Z")
    assert pd.isna(links.loc["transferred", "at"])
    # Told by histories alone, what was added and taken away again is no link.
    assert "OPS-8" not in set(links.query("kind == 'duplicate_of'")["from_ticket"])


def test_links_of_a_history_alone(tmp_path):
    made = issues()
    for issue in made:
        del issue["fields"]["issuelinks"]
    write(tmp_path / "issues.json", made)
    assert links_of(lh.read_log(tmp_path, columns=GROUP)) == {
        ("OPS-7", "OPS-3", "duplicate_of"),
        ("OPS-8", "OPS-1", "parent"),
    }


def test_the_survey_of_the_service_desk():
    survey = lh.read_log(SEARCH, columns=GROUP).surveys.iloc[0]
    assert (survey.ticket, survey.requester, survey.score) == ("OPS-7", "Dora Quist", 2.0)
    assert (survey.scale_min, survey.scale_max) == (1.0, 5.0)
    assert survey.answered_at == pd.Timestamp("2026-03-06T07:00Z")


def test_messages_when_asked_for():
    messages = lh.read_log(SEARCH, columns=GROUP, messages=True).messages
    assert messages[["author", "role", "public", "text"]].values.tolist() == [
        ["Dora Quist", "customer", True, "No mail since Monday.\nPlease help."],
        ["Ben Okafor", "agent", True, "Which floor?"],
        ["Ben Okafor", "agent", False, "switch 4 again"],
        ["Dora Quist", "customer", True, "The third."],
    ]
    assert messages["at"].iloc[1] == pd.Timestamp("2026-03-02T08:41Z")


STATUSES = [("1", "Open", "new"), ("3", "In Progress", "indeterminate"), ("5", "Resolved", "done")]
STATUSES += [("10001", "Waiting for customer", "indeterminate"), ("6", "Closed", "done")]


def test_the_categories_of_statuses_as_states(tmp_path):
    as_search(tmp_path)
    write(tmp_path / "status.json", [{"id": i, "name": n, "statusCategory": {"key": c}} for i, n, c in STATUSES])
    log = lh.read_log(tmp_path, columns={**GROUP, "state": "status_category"})
    states = [row[4] for row in events_of(log) if row[0] == "OPS-7"]
    # "Waiting for customer" is no more than in progress to Jira.
    assert states == ["queued", "working", None, None, "working", "working", "closed", "working", None, "closed"]
    assert "unknown_record" not in noted(log)


def test_a_status_without_a_known_category_goes_by_its_name():
    log = lh.read_log(SEARCH, columns={**GROUP, "state": "status_category"})
    states = [row[4] for row in events_of(log) if row[0] == "OPS-7"]
    assert states == [row[4] for row in EXPECTED if row[0] == "OPS-7"]


def test_a_project_as_the_department():
    log = lh.read_log(SEARCH, columns={"department": "project"})
    assert [row[2] for row in events_of(log) if row[0] == "OPS-9"] == ["Support", "Operations", "Operations"]


def test_a_project_that_only_the_keys_tell(tmp_path):
    made = issues()
    move = made[2]["changelog"]["histories"][1]
    move["items"] = [item for item in move["items"] if item["field"] == "Key"]
    write(tmp_path / "issues.json", made)
    log = lh.read_log(tmp_path, columns={"department": "project"})
    assert [row[2] for row in events_of(log) if row[0] == "OPS-9"] == ["SUP", "Operations", "Operations"]


def test_old_keys_lead_to_the_issue(tmp_path):
    write(tmp_path / "issues.json", bare(issues()))
    for issue in issues():
        key = issue["key"].replace("OPS-9", "SUP-2")
        page = {"self": f"https://desk.example.net/rest/api/2/issue/{key}/changelog", **issue["changelog"]}
        page["values"] = page.pop("histories")
        write(tmp_path / f"{key}.json", page)
    assert events_of(lh.read_log(tmp_path, columns=GROUP)) == EXPECTED


def test_a_link_that_an_older_webhook_states_is_gone(tmp_path):
    one = bare(issues())[0]
    made = []
    for at, h in enumerate(issues()[0]["changelog"]["histories"][::-1]):
        then = copy.deepcopy(one)
        then["fields"]["issuelinks"] = [] if at else one["fields"]["issuelinks"]
        hook = {"timestamp": epoch(h["created"], 1000), "webhookEvent": "jira:issue_updated", "issue": then}
        made.append(hook | {"changelog": {"id": h["id"], "items": [x for x in h["items"] if x["field"] != "Link"]}})
    lines(tmp_path / "hooks.jsonl", made[::-1])
    assert lh.read_log(tmp_path, columns=GROUP).links.empty


# Servers -----------------------------------------------------------------------------------------------


def on_a_server(user):
    if user is None:
        return None
    login = user["displayName"].split()[0].lower()
    return {"name": login, "key": f"JIRAUSER{len(login)}0{login}", "displayName": user["displayName"], "active": True}


@pytest.mark.parametrize("told_by", ["name", "key"])
def test_a_server_names_people_by_login_or_key(tmp_path, told_by):
    made = issues()
    ids = {}
    for issue in made:
        for user in ("assignee", "reporter"):
            one = issue["fields"][user]
            issue["fields"][user] = on_a_server(one)
        for h in issue["changelog"]["histories"]:
            if "author" in h:
                ids[h["author"]["accountId"]] = on_a_server(h["author"])
                h["author"] = on_a_server(h["author"])
    for issue in made:
        for h in issue["changelog"]["histories"]:
            for item in h["items"]:
                item.pop("fieldId", None)
                for side in ("from", "to"):
                    item[side] = ids[item[side]][told_by] if item[side] in ids else item[side]
    write(tmp_path / "issues.json", {"issues": made, "names": {"customfield_10050": "Assignment group"}})
    log = lh.read_log(tmp_path, columns=GROUP)
    # Servers do not say what an app is.
    assert events_of(log) == [(*row[:7], None if row[7] == "rule" else row[7]) for row in EXPECTED]
    assert noted(log)["tail_gap"] == 1


def test_two_people_of_one_name_are_two(tmp_path):
    made = issues()
    made[0]["fields"]["assignee"]["displayName"] = "Ben Okafor"
    write(tmp_path / "issues.json", {"issues": made, "names": {"customfield_10050": "Assignment group"}})
    agents = lh.read_log(tmp_path, columns=GROUP).events["agent"]
    assert agents.iloc[3] == "Ben Okafor (557058:ben)"
    assert agents.iloc[9] == "Ben Okafor (557058:cleo)"
    assert tell_apart({"1": "Ben", "2": "Ben", "3": "Ada"}) == {"1": "Ben (1)", "2": "Ben (2)", "3": "Ada"}


# Fields of several values --------------------------------------------------------------------------------


def component(number, name, *, added):
    item = {"field": "Component", "fieldtype": "jira", "fieldId": "components", "from": None, "fromString": None}
    item |= {"to": None, "toString": None}
    side = "to" if added else "from"
    return item | {side: number, side + "String": name}


@pytest.mark.parametrize("name", ["Component", "components"])
def test_components_become_whole_values(tmp_path, name):
    made = issues()[1]
    made["fields"]["components"] = [{"id": "7", "name": "DB"}, {"id": "5", "name": "Web"}]
    # Begun with Network and Web; Network made way for DB in one save; Apps came and went.
    made["changelog"] = {
        "total": 3,
        "histories": [
            {"id": "3", "created": "2026-03-04T10:00:00.000+0100", "items": [component("9", "Apps", added=False)]},
            {"id": "2", "created": "2026-03-03T10:00:00.000+0100", "items": [component("9", "Apps", added=True)]},
            {
                "id": "1",
                "created": "2026-03-02T12:00:00.000+0100",
                "items": [component("6", "Network", added=False), component("7", "DB", added=True)],
            },
        ],
    }
    write(tmp_path / "issue.json", made)
    log = lh.read_log(tmp_path, columns={"department": name})
    assert [row[2] for row in events_of(log)] == ["Network, Web", "DB, Web", "Apps, DB, Web", "DB, Web"]
    assert not {"gap", "tail_gap"} & noted(log).keys()


# What is missing, twice, or wrong --------------------------------------------------------------------------


def test_a_history_that_is_longer_than_what_was_exported(tmp_path):
    made = issues()
    made[0]["changelog"]["histories"] = made[0]["changelog"]["histories"][:5]
    write(tmp_path / "issues.json", made)
    log = lh.read_log(tmp_path, columns=GROUP)
    assert noted(log)["truncated_history"] == 1
    marks = [row[7] for row in events_of(log) if row[0] == "OPS-7"]
    assert marks == [B, "gap", None, None, "rule", None]


def test_a_page_of_a_longer_history_without_its_issue(tmp_path):
    made = issues()[0]["changelog"]["histories"]
    page = {"self": "https://desk.example.net/rest/api/3/issue/10007/changelog", "total": 9, "values": made[:5]}
    write(tmp_path / "page.json", page)
    log = lh.read_log(tmp_path / "page.json", columns=GROUP)
    assert noted(log)["truncated_history"] == 1
    write(tmp_path / "page.json", page | {"values": made})
    assert "truncated_history" not in noted(lh.read_log(tmp_path / "page.json", columns=GROUP))


def test_pages_that_overlap_are_counted(tmp_path):
    as_search(tmp_path)
    made = issues()[0]
    made["changelog"]["histories"] = made["changelog"]["histories"][:2]
    write(tmp_path / "z.json", made)
    log = lh.read_log(tmp_path, columns=GROUP)
    assert events_of(log) == EXPECTED
    assert noted(log)["overlapping_page"] == 3
    assert "truncated_history" not in noted(log)


def test_the_issue_that_was_updated_last_counts(tmp_path):
    old = copy.deepcopy(issues()[1])
    old["fields"] |= {
        "updated": "2026-03-01T10:00:00.000+0100",
        "customfield_10050": {"id": "20001", "value": "Front desk"},
    }
    write(tmp_path / "a.json", issues())
    write(tmp_path / "b.json", old)
    log = lh.read_log(tmp_path, columns=GROUP)
    assert events_of(log) == EXPECTED
    assert noted(log)["overlapping_page"] == 1


def test_without_issues_the_history_stands_alone(tmp_path):
    logs = [{"issueId": x["id"], "changeHistories": x["changelog"]["histories"]} for x in issues()]
    write(tmp_path / "bulk.json", {"issueChangeLogs": logs})
    log = lh.read_log(tmp_path, columns=GROUP)
    made = events_of(log)
    # Nothing says when it was opened, nor the key of an issue that never moved.
    assert made[0] == ("10007", "03-02 08:05:00", None, None, "queued", None, None, B)
    assert [row[2:] for row in made[1:10]] == [row[2:] for row in EXPECTED[1:10]]
    assert [row[0] for row in made[10:]] == ["OPS-9"] * 3


def test_issues_without_their_changelog(tmp_path):
    write(tmp_path / "issues.json", {"issues": bare(issues())})
    with pytest.raises(NoHistoryError, match=r"3 Jira issues as they stand now.*expand=changelog"):
        lh.read_log(tmp_path, columns=GROUP)


def test_a_changelog_that_does_not_say_whose_it_is(tmp_path):
    write(tmp_path / "page.json", {"values": issues()[0]["changelog"]["histories"], "total": 9})
    with pytest.raises(SourceError, match=r"page\.json.*does not say whose it is.*OPS-7\.json"):
        lh.read_log(tmp_path, columns=GROUP)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}',
            "permission",
        ),
        ("<!DOCTYPE html><html><head><title>Log in</title></head></html>", "HTML"),
        (SEARCH.read_text()[:4000], "cut off or damaged"),
        ('{"issues": [], "total": 0, "maxResults": 50}', "empty page"),
    ],
    ids=["error answer", "login page", "cut off", "empty"],
)
def test_what_is_no_export(tmp_path, text, said):
    path = tmp_path / "search.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        lh.read_log(path, columns=GROUP)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (True, "'items' of the Jira history 1009 should be a list and is 'True'"),
        (["x"], "should be objects, and one is 'x'"),
    ],
)
def test_what_is_no_list_of_changes(tmp_path, items, said):
    made = issues()
    made[0]["changelog"]["histories"][0]["items"] = items
    write(tmp_path / "issues.json", made)
    with pytest.raises(SourceError, match=said):
        lh.read_log(tmp_path, columns=GROUP)


def test_a_page_of_another_system(tmp_path):
    as_search(tmp_path)
    write(tmp_path / "activities.json", {"activities_data": [{"performed_at": "x", "ticket_id": 1, "activity": {}}]})
    with pytest.raises(SourceError, match="2 systems are mixed"):
        lh.read_log(tmp_path, columns=GROUP)


def test_an_empty_list_of_changes_is_a_save(tmp_path):
    made = issues()[1]
    made["changelog"] = {"total": 1, "histories": [{"id": "1", "created": "2026-03-03T10:00:00.000+0100", "items": []}]}
    write(tmp_path / "issue.json", made)
    assert lh.read_log(tmp_path, columns={"department": "customfield_10050"}).events["activity"].iloc[1] == "no items"


# Values, names and keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-01-05T10:06:03.548+0800", "2024-01-05T02:06:03.548Z"),
        ("2026-10-04T12:00:00.000Z", "2026-10-04T12:00:00Z"),
        (1492070429, "2017-04-13T08:00:29Z"),
        ("1492070429", "2017-04-13T08:00:29Z"),
        (Decimal("1492070429.5"), "2017-04-13T08:00:29.5Z"),
        (1789487114594, "2026-09-15T15:45:14.594Z"),
        ("1789487114594", "2026-09-15T15:45:14.594Z"),
    ],
)
def test_all_forms_of_a_time(tmp_path, written, meant):
    assert as_instant(as_time(written)) == pd.Timestamp(meant)
    made = issues()[2]
    for h in made["changelog"]["histories"]:
        h["created"] = float(written) if isinstance(written, Decimal) else written
    write(tmp_path / "issue.json", made)
    log = lh.read_log(tmp_path, columns={"department": "project"})
    assert set(log.events["time"].iloc[-2:]) == {pd.Timestamp(meant)}


@pytest.mark.parametrize("written", [None, "", "yesterday"])
def test_a_time_that_is_none(written):
    assert as_instant(as_time(written)) is None


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (None, (None, None)),
        ("abc", ("abc", "abc")),
        ({"id": "3", "name": "In Progress"}, ("3", "In Progress")),
        ({"id": "20001", "value": "Front desk", "self": "x"}, ("20001", "Front desk")),
        ({"id": "b36a-x", "name": "Network", "title": "Network"}, ("b36a-x", "Network")),
        ({"accountId": "557058:a", "displayName": "Ada"}, ("557058:a", "Ada")),
        ({"name": "ada", "key": "JIRAUSER1", "displayName": "Ada"}, ("JIRAUSER1", "Ada")),
        ({"name": "desk", "groupId": "g-1"}, ("g-1", "desk")),
        (["mail", "floor3"], ("mail floor3", "mail floor3")),
        ([{"id": "1", "value": "A"}, {"id": "2", "value": "B"}], ("[1, 2]", "A,B")),
        ([], (None, None)),
        (
            {"id": "1", "value": "Net", "child": {"id": "2", "value": "WAN"}},
            ("Parent values: Net(1)Level 1 values: WAN(2)", "Net / WAN"),
        ),
    ],
)
def test_what_stands_in_a_field(value, meant):
    assert standing(value) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("1", "New", "3", "In Progress"), ("1", "3", "New", "In Progress")),
        ((None, None, "u", "Ben"), (None, "u", None, "Ben")),
        (("", "", "", "a b"), (None, "a b", None, "a b")),
        # One side has no id: the texts are compared.
        (("1", "New", None, "Gone"), ("New", "Gone", "New", "Gone")),
        (("1", "New", "", ""), ("1", None, "New", None)),
        (
            (None, None, "Parent values: Net(1)", "Parent values: Net(1)"),
            (None, "Parent values: Net(1)", None, "Net"),
        ),
    ],
)
def test_what_a_change_says(said, meant):
    assert changed(dict(zip(("from", "fromString", "to", "toString"), said, strict=True))) == meant


def test_a_field_whose_id_is_learnt_on_the_way(tmp_path):
    # OPS-8, which never changed, stands before any history that says which field "Assignment group" is.
    write(tmp_path / "issues.json", [issues()[at] for at in (1, 0, 2)])
    assert events_of(lh.read_log(tmp_path, columns=GROUP)) == EXPECTED


def test_a_list_of_fields_says_which_one_is_meant(tmp_path):
    one = issues()[1]
    one["changelog"] = {"total": 1, "histories": [{"id": "1", "created": "2026-03-03T10:00:00.000+0100", "items": []}]}
    write(tmp_path / "issue.json", one)
    write(
        tmp_path / "field.json", [{"id": "customfield_10050", "name": "Assignment group", "schema": {"type": "option"}}]
    )
    assert [row[2] for row in events_of(lh.read_log(tmp_path, columns=GROUP))] == ["Network", "Network"]


def test_a_status_that_was_renamed_and_one_of_each_project(tmp_path):
    made = issues()
    histories = made[0]["changelog"]["histories"]
    # It was called otherwise before; newest first, so that the last name is read first.
    for item in histories[-1]["items"]:
        if item["field"] == "status":
            item["toString"] = "Doing"
    # Another project has an "In Progress" of its own.
    for item in histories[2]["items"]:
        if item["field"] == "status":
            item["to"] = "10900"
    for item in histories[0]["items"]:
        if item["field"] == "status":
            item["from"] = "10900"
    write(tmp_path / "issues.json", {"issues": made, "names": {"customfield_10050": "Assignment group"}})
    assert events_of(lh.read_log(tmp_path, columns=GROUP)) == EXPECTED


def test_the_last_name_counts_unless_there_is_a_current_one():
    names = IdNames()
    early, late = (pd.Timestamp(x).to_pydatetime() for x in ("2026-01-01T00:00Z", "2026-02-01T00:00Z"))
    names.then("status", "3", "Doing", late)
    names.then("status", "3", "Working", early)
    assert names.by_field["status"]["3"] == "Doing"
    names.now("status", "3", "In Progress")
    names.then("status", "3", "Doing", late)
    assert names.by_field["status"]["3"] == "In Progress"


def test_renaming_what_stands_in_several_chunks():
    chunks = [pa.array(x, pa.string()).dictionary_encode() for x in (["1", None, "2"], ["OPS-1", "1"])]
    made = renamed(pa.chunked_array(chunks), lambda x: {"1": "OPS-1"}.get(x, x))
    assert made.to_pylist() == ["OPS-1", None, "2", "OPS-1", "OPS-1"]
    assert {tuple(chunk.dictionary.to_pylist()) for chunk in made.chunks} == {("OPS-1", "2")}


def test_keys_lead_to_the_one_that_an_issue_has_now():
    keys = JiraKeys()
    keys.know("1", "B-1", current=True)
    keys.move("1", "A-1", "B-1", None)
    assert {keys.resolve(x) for x in ("1", "A-1", "B-1")} == {"B-1"}
    assert keys.resolve("C-9") == "C-9"
    # Told by its old key alone, and moved there and back.
    lost = JiraKeys()
    at = [pd.Timestamp(x).to_pydatetime() for x in ("2026-01-01T00:00Z", "2026-01-02T00:00Z")]
    lost.move("A-1", "B-1", "A-1", at[1])
    lost.move("A-1", "A-1", "B-1", at[0])
    assert lost.resolve("B-1") == lost.resolve("A-1") == "A-1"


@pytest.mark.parametrize(
    ("name", "outward", "inward", "kind", "forth"),
    [
        ("Duplicate", "duplicates", "is duplicated by", "duplicate_of", True),
        ("Problem/Incident", "causes", "is caused by", "problem", False),
        ("Cloners", "clones", "is cloned by", "transferred", False),
        ("Child-Issue", "is a parent of", "is a child of", "parent", False),
        ("Follow up", "is a follow-up of", "has follow-up", "follow_up", False),
        ("Merge", "is merged into", "merged from", "merged_into", True),
    ],
)
def test_the_direction_of_links(tmp_path, name, outward, inward, kind, forth):
    """`forth`: the problem goes on from the issue that <outward> in the other."""
    made = issues()
    for issue in made:
        issue["fields"] |= {"issuelinks": [], "parent": None}
    words = {"name": name, "inward": inward, "outward": outward}
    made[0]["fields"]["issuelinks"] = [{"type": words, "outwardIssue": {"id": "10008", "key": "OPS-8"}}]
    write(tmp_path / "issues.json", made)
    expected = ("OPS-7", "OPS-8", kind) if forth else ("OPS-8", "OPS-7", kind)
    assert links_of(lh.read_log(tmp_path, columns=GROUP)) == {expected}
    # The other issue says the same from its side.
    made[1]["fields"]["issuelinks"] = [{"type": words, "inwardIssue": {"id": "10007", "key": "OPS-7"}}]
    write(tmp_path / "issues.json", made)
    assert links_of(lh.read_log(tmp_path, columns=GROUP)) == {expected}
