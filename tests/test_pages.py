"""Pages: every wrapper in which exports come, what is no export, and what files of the vendors' own shape are told to be."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from real_logs import DATA

import lanehop as lh
from lanehop.errors import GuessWarning, LanehopError, NoHistoryError, SourceError
from lanehop.read.changes.rows import ChangeRows, as_id, as_text
from lanehop.read.exports import streams
from lanehop.read.exports.pages import find_pages, look_for_pages
from lanehop.read.exports.sniffing import HISTORY, SIGNS, SYSTEMS
from lanehop.read.exports.streams import progress

ONE: dict[str, Any] = {
    "id": 6130852536346,
    "ticket_id": 5,
    "created_at": "2024-03-04T09:00:00Z",
    "author_id": 7,
    "via": {"channel": "web"},
    "events": [
        {"type": "Create", "field_name": "status", "value": "new"},
        {"type": "Create", "field_name": "group_id", "value": "3"},
    ],
}
TWO: dict[str, Any] = {
    **ONE,
    "id": 6130852536347,
    "created_at": "2024-03-05T09:00:00Z",
    "events": [{"type": "Change", "field_name": "group_id", "value": "4", "previous_value": "3"}],
}
BOTH = json.dumps({"audits": [ONE, TWO], "next_page": None})
ISSUES = json.dumps({"issues": [{"id": "1", "key": "A-1", "fields": {}, "changelog": {"histories": []}}]})


@pytest.fixture
def write(tmp_path: Path):
    def make(content: str | bytes, name: str = "page.json") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def refused(source: object, error: type[LanehopError] = SourceError, **options: Any) -> str:
    with pytest.raises(LanehopError) as caught:
        lh.read_log(source, **options)
    assert type(caught.value) is error
    return str(caught.value)


def zipped(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inside.json", content)
    return buffer.getvalue()


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize(
    "content",
    [
        BOTH,
        json.dumps({"audits": [ONE, TWO], "meta": {"has_more": False, "after_cursor": "x"}, "links": {"next": "y"}}),
        json.dumps({"count": 2, "audits": [ONE, TWO]}, indent=2),
        json.dumps([ONE, TWO]),
        "\n  " + json.dumps([ONE, TWO], indent=1),
        lines(ONE, TWO),
        lines(ONE, TWO).replace("\n", "\r\n\r\n"),
        lines(ONE, TWO).rstrip("\n"),
        lines({"audits": [ONE]}, {"audits": [TWO]}),
        lines({"audit": ONE}, {"audit": TWO}),
        json.dumps([{"audits": [ONE]}, {"audits": [TWO]}]),
        json.dumps([{"audit": ONE}, {"audit": TWO}]),
        json.dumps({"audits": [ONE]}, indent=1) + json.dumps({"audits": [TWO]}, indent=1),
        b"\xef\xbb\xbf" + BOTH.encode(),
        BOTH.encode("utf-16"),
        lines(ONE, TWO).encode("utf-16"),
        gzip.compress(BOTH.encode()),
        zipped(lines(ONE, TWO)),
    ],
)
def test_each_wrapper_gives_the_same_records(write: Any, content: str | bytes) -> None:
    found = find_pages(write(content))
    assert found is not None
    assert [(page.kind, page.system) for page in found] == [("zendesk_audits", "zendesk")]
    assert list(found[0].records()) == [ONE, TWO]
    assert list(found[0].records()) == [ONE, TWO]  # as often as wanted
    assert len(lh.read_log(write(content)).events) == 2


@pytest.mark.parametrize("content", [json.dumps({"audit": ONE}), json.dumps(ONE), lines(ONE), json.dumps([ONE])])
def test_one_record_is_enough(write: Any, content: str) -> None:
    found = find_pages(write(content))
    assert found is not None
    assert list(found[0].records()) == [ONE]


def test_numbers_stay_exact(write: Any) -> None:
    for content in ('[{"ticket_id": 12345678901234567, "events": [], "x": 6130852536346.0}]', None):
        found = find_pages(
            write(content or lines({"ticket_id": 12345678901234567, "events": [], "x": 6130852536346.0}) * 2)
        )
        assert found is not None
        record = next(iter(found[0].records()))
        assert record["ticket_id"] == 12345678901234567
        assert record["x"] == Decimal("6130852536346.0")
        assert as_id(record["x"]) == "6130852536346"


def test_values_as_text() -> None:
    assert [as_text(x) for x in (None, "", 0, 7, 7.0, Decimal("7.50"), True, False, " a ", [], [1, None, "b"])] == [
        None, None, "0", "7", "7", "7.50", "true", "false", " a ", None, "1, b",
    ]  # fmt: skip
    assert [as_id(x) for x in (7, "7", 7.0, "7.0", Decimal("7.0"), " 7 ", "", None, "a.0", "007", "1e3")] == [
        "7", "7", "7", "7", "7", "7", None, None, "a.0", "007", "1e3",
    ]  # fmt: skip


def test_changes_are_packed_in_chunks_with_one_dictionary() -> None:
    rows = ChangeRows()
    n = (1 << 16) + 5
    for i in range(n):
        rows.add(f"t{i % 7}", None, i, "status", None, str(i % 3), True, None, "bulk" if i == n - 1 else None, i)
    table = rows.table()
    assert table.num_rows == n
    assert table["ticket"].num_chunks == 2
    assert table["ticket"].chunk(0).dictionary.equals(table["ticket"].chunk(1).dictionary)
    assert table.slice(n - 1).to_pylist() == [
        {
            "ticket": f"t{(n - 1) % 7}",
            "time": None,
            "save": n - 1,
            "field": "status",
            "old": None,
            "new": str((n - 1) % 3),
            "knows_old": True,
            "actor": None,
            "mark": "bulk",
            "row": n - 1,
        }
    ]
    assert ChangeRows().table().num_rows == 0


def test_one_file_may_hold_several_lists(write: Any) -> None:
    content = {
        "ticket_events": [{"ticket_id": 5, "child_events": []}],
        "count": 1,
        "users": [{"id": 7, "name": "Ada"}],
        "groups": [],
        "metadata": {"a": [1, 2]},
    }
    found = find_pages(write(json.dumps(content)))
    assert found is not None
    assert [page.kind for page in found] == ["zendesk_ticket_events", "zendesk_users"]
    assert list(found[1].records()) == [{"id": 7, "name": "Ada"}]
    assert found[0].beside() == {"count": 1, "metadata": {"a": [1, 2]}}


def test_files_of_a_folder_come_in_the_natural_order_of_their_names(write: Any, tmp_path: Path) -> None:
    for name in ("page10.json", "page9.json", "a/page1.json", "page1.json.gz", ".hidden.json", "__MACOSX/page1.json"):
        write(gzip.compress(BOTH.encode()) if name.endswith("gz") else BOTH, name)
    found = find_pages(tmp_path)
    assert found is not None
    assert [Path(page.name).relative_to(tmp_path).as_posix() for page in found] == [
        "a/page1.json",
        "page1.json.gz",
        "page9.json",
        "page10.json",
    ]
    found = find_pages(str(tmp_path / "page?.json"))
    assert found is not None
    assert [Path(page.name).name for page in found] == ["page9.json"]
    assert len(find_pages(tmp_path / "**" / "page*.json") or ()) == 4


def test_a_path_that_looks_like_a_glob_is_a_path_if_it_is_there(write: Any) -> None:
    assert len(lh.read_log(write(BOTH, "page[1].json")).events) == 2


def test_plain_tables_and_frames_have_no_pages(write: Any) -> None:
    assert find_pages(write("case,time,department\n1,2024-03-04,a\n", "log.csv")) is None
    assert find_pages(write("<log></log>", "log.xes")) is None
    assert find_pages([1]) is None
    assert find_pages(write("\n\n", "blank.csv")) is None  # read_log says that there is no header


# What is cut off, wrapped wrongly, or something else altogether.


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            BOTH[:-30],
            r"is not whole JSON \(premature eof, after 1 records\); it is cut off or damaged: download or export",
        ),
        (json.dumps([ONE, TWO])[:-9], r"is not whole JSON \(premature eof, after 1 records\)"),
        (BOTH[:60], r"is not whole JSON"),
        (lines(ONE, TWO)[:-20], r"line 2 is not whole JSON \(.*\); the file is cut off or damaged there"),
        (BOTH + "}", r"is not whole JSON"),
        (json.dumps({"data": [ONE]}), "ticket audits stand under 'data', where 'audits' or 'audit' is expected"),
        (json.dumps({"tickets": [ONE]}), "stand under 'tickets', where 'audits'"),
        (lines({"data": [ONE]}, {"data": [TWO]}), "stand under 'data', where 'audits'"),
        (
            json.dumps({"audits": [{"id": 1}]}),
            r"under 'audits' is not Zendesk ticket audits: it lacks events, ticket_id",
        ),
        (json.dumps({"audits": [1]}), "under 'audits' is not Zendesk ticket audits, but '1'"),
        (json.dumps([ONE, 3]), "record 1 of Zendesk ticket audits is '3' and no object"),
        (lines({"audits": [ONE]}, {"error": "rate limit"}), r"line 2 holds no 'audits' \(it holds error\)"),
        (BOTH + '{"error": "TooManyRequests"}', r"a server's answer .*\(TooManyRequests\)"),
        (lines(ONE, {"id": 1}), "a record is not one of Zendesk ticket audits: it has no events"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "is an HTML page, not data .*login"),
        ('{"error": "Couldn\'t authenticate you"}', r"a server's answer .*\(Couldn't authenticate you\); log in again"),
        ('{"error": "RecordNotFound", "description": "Not found"}', r"\(RecordNotFound; Not found\)"),
        ('{"description": "No such host"}', r"\(No such host\)"),
        ('{"error": {"title": "No help desk", "message": "Check the address"}}', "Check the address; No help desk"),
        ('{"errorMessages": ["Issue does not exist"], "errors": {}}', r"\(Issue does not exist\)"),
        ('{"code": "invalid_credentials", "message": "You have to be logged in"}', "You have to be logged in"),
        (
            '{"error": {"message": "User Not Authenticated", "detail": "Required"}, "status": "failure"}',
            "User Not Authenticated; Required",
        ),
        ('{"audits": [], "next_page": null}', "is an empty page: it holds no record; export it again with its records"),
        ("[]", "is an empty page"),
        ("{}", "is an empty page"),
        ('{"result": []}', "is an empty page"),
        ("", r"is empty \(0 bytes\)"),
        (json.dumps({"foo": [{"a": 1}]}), r"is JSON of no kind that lanehop knows \(keys: foo\).*read_changes"),
        (json.dumps([{"a": 1, "b": 2}]), r"no kind that lanehop knows \(keys: a, b\)"),
        (json.dumps([[1]]), r"no kind that lanehop knows \(it begins with '\[1\]'\)"),
        (
            json.dumps({"audits": [{**ONE, "x": "é"}]}, ensure_ascii=False).encode("latin-1"),
            "is JSON that is not UTF-8",
        ),
        (BOTH.encode("utf-16")[:-1], "is JSON that is not UTF-8|is not whole JSON"),
    ],
)
def test_what_is_no_page_is_said(write: Any, content: str | bytes, said: str) -> None:
    message = refused(write(content))
    assert re.search("page.json'.*" + said, message), message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"type": "conversation.list", "conversations": [{"id": "1"}]},
            "an Intercom conversation export, which lanehop does",
        ),
        ({"id": "1", "conversation_parts": {"conversation_parts": []}}, "an Intercom conversation export"),
        ({"id": "1", "ticket_parts": {}}, "an Intercom ticket export"),
        ({"bugs": [{"id": 35, "history": []}]}, "Bugzilla bugs, which lanehop does not read yet; make a table"),
        ({"results": [{"id": "1", "propertiesWithHistory": {}}]}, "a HubSpot export"),
        ({"results": [{"id": "1", "properties": {}, "createdAt": "x"}]}, "a HubSpot export without the history of its"),
        ({"done": True, "records": [{"CaseId": "5", "Field": "Owner", "OldValue": None}]}, "a Salesforce case history"),
        ({"objectTypes": [], "eventTypes": [], "objects": [], "events": []}, r"an object-centric log \(OCEL 2.0\)"),
        ({"ocel:events": {}, "ocel:objects": {}}, r"an object-centric log \(OCEL 1.0\)"),
        ([{"id": 1, "event": "labeled", "actor": {}, "created_at": "x"}], "a GitHub issue event export"),
        ([{"id": 1, "resource_type": "Issue", "resource_id": 2, "action": "add"}], "a GitLab resource event export"),
        ({"issues": [{"id": 1, "tracker": {}}]}, "Redmine issues"),
        ({"issue": {"id": 1, "tracker": {}, "journals": []}}, "Redmine issues"),
        (
            {"export": [{"created_at": "1-1-2022", "url": "https://x.example"}]},
            "the first answer of Freshdesk's export.*download",
        ),
        ({"export": {"url": "https://x.example"}}, "the first answer of Freshdesk's export"),
        (
            {"result": [{"sys_id": "a", "set": "b", "field": "c", "old": "", "new": "", "update_time": "x"}]},
            "a ServiceNow history set.*export sys_audit",
        ),
    ],
)
def test_exports_that_are_not_read_are_named(write: Any, content: Any, said: str) -> None:
    assert re.search("page.json' is " + said, refused(write(json.dumps(content))))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Id,CaseId,Field,OldValue,NewValue", r"a Salesforce case history; .*read_changes\(table, ticket='CaseId'"),
        ("field_name,ticket_id,updated,_fivetran_synced,user_id,value", r"ticket_field_history.*ticket='ticket_id'"),
        ("field_id,issue_id,time,value,author_id", r"issue_field_history.*ticket='issue_id'"),
        ("id;_fivetran_synced;name", "one table of a Fivetran sync"),
    ],
)
def test_tables_that_are_no_log_are_named_unless_columns_are(write: Any, header: str, said: str) -> None:
    path = write(header + "\n" + "1,2,3,4,5,6\n"[: 2 * len(header.split(","))] + "\n", "table.csv")
    assert re.search("table.csv' is .*" + said, refused(path))
    with pytest.raises(LanehopError, match="no column is named for time"):
        lh.read_log(path, columns={"case": header.replace(";", ",").split(",")[0]})


def test_a_log_in_lanehops_own_words_is_no_foreign_export(write: Any) -> None:
    path = write(
        "case,time,department,event,actor,created_at\n1,2024-03-04 09:00Z,a,x,b,2024\n1,2024-03-05 09:00Z,b,x,b,2024\n"
    )
    assert len(lh.read_log(path).events) == 2


# Several files.


def test_an_empty_page_among_others_is_noted(write: Any, tmp_path: Path) -> None:
    for name, content in (
        ("1.json", BOTH),
        ("2.json", '{"audits": []}'),
        ("3.json", "[]"),
        ("notes.txt", "see page 1\n"),
    ):
        write(content, name)
    ledger = lh.read_log(tmp_path).ledger.set_index("reason")
    assert ledger.loc[["used", "empty_page", "file_not_read"], "n_rows"].tolist() == [2, 2, 1]
    assert ledger.loc["empty_page", "first_value"].endswith("2.json")
    assert ledger.loc["file_not_read", "first_value"].endswith("notes.txt")


def test_what_is_no_data_may_lie_beside_pages(write: Any, tmp_path: Path) -> None:
    for name, content in (
        ("1.json", BOTH),
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        ("b.pdf", b"%PDF-1.7\n"),
    ):
        write(content, name)
    ledger = lh.read_log(tmp_path).ledger.set_index("reason")
    assert ledger.loc["file_not_read", "n_rows"] == 2
    assert ledger.loc["file_not_read", "first_value"].endswith("a.png")
    # What may hold pages is not passed over.
    write(b"7z\xbc\xaf\x27\x1c\x00\x04", "c.json")
    assert "c.json' is a 7z archive; unpack it" in refused(tmp_path)


def test_nothing_but_empty_pages(write: Any, tmp_path: Path) -> None:
    write("[]", "1.json")
    write('{"audits": []}', "2.json")
    assert "all 2 files are empty pages" in refused(tmp_path)


def test_a_damaged_page_among_others_is_named(write: Any, tmp_path: Path) -> None:
    write(BOTH, "1.json")
    write(BOTH[:50], "2.json")
    assert "2.json' is not whole JSON" in refused(tmp_path)
    write("<html>log in</html>", "2.json")
    assert "2.json' is an HTML page" in refused(tmp_path)


def test_pages_of_two_systems_are_not_one_log(write: Any, tmp_path: Path) -> None:
    write(BOTH, "a.json")
    write(ISSUES, "b.json")
    message = refused(tmp_path)
    assert "pages of 2 systems are mixed" in message
    assert "a.json' is Zendesk ticket audits" in message
    assert "b.json' is Jira issues" in message


def test_a_folder_without_a_page_and_a_glob_without_a_file(write: Any, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "holds no file" in refused(tmp_path / "none")
    assert "no file fits" in refused(str(tmp_path / "*.json"))
    write("case,time,department\n1,2024-03-04,a\n", "log.csv")
    message = refused(tmp_path)
    assert "none of the files" in message
    assert "pass one file" in message
    assert "log.csv" in message


def test_issues_without_a_changelog_are_no_history(write: Any) -> None:
    issue = {"id": "1", "key": "A-1", "fields": {"created": "2024-03-04T09:00:00.000+0000"}}
    message = refused(write(json.dumps({"issues": [issue]})), NoHistoryError)
    assert "Jira issues as they stand now" in message
    assert "expand=changelog" in message


# Tables of a vendor's own shape.

AUDIT_CSV = (
    "documentkey,fieldname,oldvalue,newvalue,user,sys_created_on\n"
    'a1,state,1,2,ann,2024-03-04 09:00:00\na1,assignment_group,,"x, y",jörg,2024-03-04 09:10:00\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_tables_give_records_of_text(write: Any, encoding: str) -> None:
    path = write(AUDIT_CSV.encode(encoding), "sys_audit.csv")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = find_pages(path)
    assert [w.category for w in caught] == ([GuessWarning] if encoding == "cp1252" else [])
    assert found is not None
    assert [page.kind for page in found] == ["servicenow_audit"]
    rows = list(found[0].records())
    assert [row["newvalue"] for row in rows] == ["2", "x, y"]
    assert [row["oldvalue"] for row in rows] == ["1", None]
    assert rows[1]["user"] == "jörg"


def test_the_layout_of_a_table_can_be_told(write: Any) -> None:
    path = write(AUDIT_CSV.replace(",", "|").encode("cp1252"), "sys_audit.csv")
    found = look_for_pages(path, lh.Dialect(encoding="cp1252", delimiter="|"))
    assert found is not None
    assert next(iter(found.pages[0].records()))["user"] == "ann"


def test_a_row_of_another_width_is_not_guessed_at(write: Any) -> None:
    found = find_pages(write(AUDIT_CSV + "a1,state,1\n", "sys_audit.csv"))
    assert found is not None
    with pytest.raises(SourceError, match=r"line 4 has 3 cells, the header 6.*format='table'"):
        list(found[0].records())


def test_a_history_can_be_read_as_a_plain_table(write: Any) -> None:
    path = write(AUDIT_CSV, "sys_audit.csv")
    columns = {"case": "documentkey", "time": "sys_created_on", "department": "newvalue"}
    log = lh.read_log(path, format="table", columns=columns, timezone="UTC")
    assert log.events["department"].tolist() == ["2", "x, y"]
    # So it is with a dialect that names columns of one's own.
    assert lh.read_log(path, dialect=lh.Dialect(columns=columns, timezone="UTC")).events.equals(log.events)
    assert "is a plain table, and format='zendesk_audits'" in refused(
        write("a,b\n1,2\n", "log.csv"), format="zendesk_audits"
    )


# Signs.


def test_every_sign_belongs_to_a_system_and_every_format_has_signs() -> None:
    assert {sign.system for sign in SIGNS} == set(SYSTEMS)
    assert set(HISTORY) <= {sign.kind for sign in SIGNS}
    assert "zendesk" in lh.Dialect.bundled()


# Progress.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_on_a_terminal_alone(write: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    path = write(BOTH)
    lh.read_log(path)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(streams, "_SECONDS_UNSEEN", 0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    lh.read_log(path)
    assert "reading: 100%" in terminal.getvalue()
    assert capfd.readouterr() == ("", "")


def test_progress_counts_all_bytes_of_all_pages(write: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(BOTH, "1.json")
    write(lines(ONE, TWO), "2.json")
    monkeypatch.setattr(streams, "_SECONDS_UNSEEN", 0)
    monkeypatch.setattr(sys, "stderr", Terminal())
    found = find_pages(tmp_path)
    assert found is not None
    with progress([page.blob for page in found]) as bar:
        for page in found:
            list(page.records())
        assert bar.n == bar.total == sum(path.stat().st_size for path in tmp_path.iterdir())
    # Of packed files the whole is not known.
    found = find_pages(write(gzip.compress(BOTH.encode()), "1.json"))
    assert found is not None
    with progress([page.blob for page in found]) as bar:
        list(found[0].records())
        assert (bar.n, bar.total) == (len(BOTH), None)


# Small files of the vendors' own shape, from public tests.

SAMPLES = None if DATA is None else DATA / "formats"
FOLDER = pytest.mark.skipif(
    SAMPLES is None or not SAMPLES.is_dir(),
    reason="no samples: neither $LANEHOP_DATA nor ../shared/data holds formats/",
)
READ = {"zendesk/go_zendesk_fixtures/ticket_audit.json", "zendesk/go_zendesk_fixtures/ticket_audits.json"}
NAMED = {
    "hubspot/dbt_hubspot_seeds/ticket_property_history_data.csv": "HubSpot's ticket_property_history as Fivetran writes it",
    "intercom/dbt_intercom_seeds/conversation_part_history_data.csv": "a table of Intercom conversation parts",
    "jira/dbt_jira_seeds/issue_field_history.csv": "Jira's issue_field_history as Fivetran writes it; read it with",
    "jira/dbt_jira_seeds/issue_multiselect_history.csv": "Jira's issue_field_history as Fivetran writes it",
    "zendesk/dbt_zendesk_seeds/ticket_field_history_data.csv": "Zendesk's ticket_field_history as Fivetran writes it",
}
SIDES = {
    "jira/go_jira_mock/all_issuelinktypes.json": "Jira types of issue link",
    "jira/go_jira_mock/all_priorities.json": "Jira priorities",
    "jira/go_jira_mock/all_resolutions.json": "Jira resolutions",
    "jira/go_jira_mock/all_statuses.json": "Jira statuses",
    "jira/go_jira_mock/transitions.json": "Jira transitions",
    "servicenow/servicenow_docs_examples/json_processor_records_example.json": "ServiceNow records",
    "servicenow/servicenow_docs_examples/table_api_example_1.json": "ServiceNow records",
    "servicenow/servicenow_docs_examples/table_api_example_2.json": "ServiceNow records",
    "servicenow/servicenow_docs_examples/table_api_example_3.json": "ServiceNow records",
    "servicenow/servicenow_docs_examples/table_api_example_4.json": "ServiceNow records",
    "servicenow/servicenow_docs_examples/table_api_example_5.json": "ServiceNow records",
    "zendesk/go_zendesk_fixtures/group.json": "Zendesk groups",
    "zendesk/go_zendesk_fixtures/groups.json": "Zendesk groups",
    "zendesk/go_zendesk_fixtures/ticket.json": "Zendesk tickets",
    "zendesk/go_zendesk_fixtures/tickets.json": "Zendesk tickets",
    "zendesk/go_zendesk_fixtures/ticket_comments.json": "Zendesk comments, fields or the like",
    "zendesk/go_zendesk_fixtures/ticket_fields.json": "Zendesk comments, fields or the like",
    "zendesk/go_zendesk_fixtures/ticket_forms.json": "Zendesk comments, fields or the like",
}


@FOLDER
def test_every_sample_is_read_or_named() -> None:
    assert SAMPLES is not None
    for path in sorted(SAMPLES.rglob("*.*")):
        name = path.relative_to(SAMPLES).as_posix()
        if name in READ:
            assert len(lh.read_log(path).events) > 0
        elif name == "jira/go_jira_mock/issues_in_sprint.json":
            assert "Jira issues as they stand now" in refused(path, NoHistoryError)
        elif name in SIDES:
            assert f"{path.name}' is {SIDES[name]}" in refused(path, NoHistoryError), name
        else:
            said = NAMED.get(name, "one table of a Fivetran sync, without a history of tickets")
            assert f"{path.name}' is {said}" in refused(path), name


@FOLDER
def test_the_audit_of_the_samples() -> None:
    assert SAMPLES is not None
    log = lh.read_log(SAMPLES / "zendesk/go_zendesk_fixtures/ticket_audits.json")
    assert log.events["state"].tolist() == ["queued", "working"]  # what it was before the change, and after it
    assert log.events["mark"].tolist() == ["backfilled", "rule"]


@FOLDER
def test_a_history_of_values_is_read_as_changes() -> None:
    assert SAMPLES is not None
    log = lh.read_changes(
        SAMPLES / "zendesk/dbt_zendesk_seeds/ticket_field_history_data.csv",
        ticket="ticket_id",
        time="updated",
        field="field_name",
        new="value",
        actor="user_id",
        timezone="UTC",
        # It holds no groups.
        columns={"department": "assignee_id", "state": "status", "priority": "priority"},
        states=dict(lh.read_log(SAMPLES / "zendesk/go_zendesk_fixtures/ticket_audits.json").dialect.states),
    )
    assert log.ledger.loc[0, "n_rows"] == 38
