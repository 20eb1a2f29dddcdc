"""Jira and Jira Service Management: issues with their changelog, pages of it, bulk answers and webhooks.

A ticket is an issue, and goes by the key that it has now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lanehop.errors import NoHistoryError, SchemaError, SourceError
from lanehop.read.changes.history import History
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.jira.fields import JiraFields
from lanehop.read.exports.jira.histories import JiraHistories
from lanehop.read.exports.jira.issues import JiraIssues
from lanehop.read.exports.jira.keys import JiraKeys
from lanehop.read.exports.jira.links import JiraLinks
from lanehop.read.exports.jira.values import as_instant, as_time, is_person
from lanehop.read.exports.shapes import mapping, objects
from lanehop.read.rows import Note, aside, join_aside

if TYPE_CHECKING:
    from lanehop.read.exports.pages import Page

__all__ = ["no_department", "read_pages"]


def read_pages(pages: Sequence[Page], wanted: frozenset[str], *, messages: bool) -> History:
    """Read pages of Jira exports as one history.

    Parameters
    ----------
    pages : sequence of Page
        Issues with ``expand=changelog``, pages of ``/issue/{key}/changelog``, answers of ``/changelog/bulkfetch``,
        webhooks; beside them lists of statuses, fields and users. In any order, overlapping or not.
    wanted : names
        Fields whose values are kept, by the name that people see (``Team``), the one in histories (``Component``),
        or the id (``customfield_10050``). ``status_category`` is the category that Jira itself gives a status:
        ``new``, ``indeterminate``, ``done`` or ``undefined``.
    messages : bool
        Whether to keep descriptions and comments.

    Returns
    -------
    History
        Tickets go by their current key; by their id where no page knows the key.

    Raises
    ------
    NoHistoryError
        If the issues were exported without their changelog.
    SourceError
        If a changelog does not say whose it is, or a record is an error message.

    Notes
    -----
    - All that one history changed is one save. Histories are told apart by their id: pages may overlap.
    - Values are compared as ids where both sides have one, and stand by the current name, else the last one. People
      of one name are told apart by their ids; statuses, options and components of one name are one.
    - A change made by an app is marked ``rule``: no person chose it.
    - Components and versions, which are added and removed one by one, become whole values: ``DB, Network``.
    - An issue that has more histories than were exported (``total``) is truncated.
    - Links come from the issues; from the histories for issues that do not stand there. The words of a link say
      its kind (English); links whose words say none are counted.
    """
    reader = _Reader(wanted, messages=messages)
    for page in pages:
        reader.fields.learn(page.beside())  # first of all pages: histories may stand before the issues that name fields
    for page in pages:
        for record in page.records():
            reader.take(record, page.blob.name)
    return reader.history()


_NO_DEPARTMENT = re.compile(
    r"status|status_category|assignee|reporter|resolution|description|summary|comment|link|remotelink|remoteissuelink|"
    r"attachment|labels|priority|severity|issuetype|rank|sprint|key|parent|issueparentassociation|flagged|due ?date|"
    r"environment|worklogid|workflow|time(spent|estimate|originalestimate)|story points?.*|fix version|version|"
    r"request (participants|language|type)|satisfaction.*|time to .*|approv.*|.* date|security|watchers?|epic .*|"
    r"resolutiondate|change .*|impact|urgency|no items|no name",
    re.IGNORECASE,
)
"""Fields that change in many issues and hold no department."""


def no_department(history: History) -> SchemaError:
    """Return the error that asks which field is the department, with the fields that could be."""
    counted = history.changes["field"].combine_chunks().value_counts().to_pylist()
    counts = {str(x["values"]): int(x["counts"]) for x in counted}
    likely = sorted((x for x in counts if not _NO_DEPARTMENT.fullmatch(x)), key=lambda x: (-counts[x], x))
    told = ", ".join(f"{name!r}: {counts[name]:,}" for name in likely[:12]) or "none"
    return SchemaError(
        "a Jira issue has no department of its own; name the field that it is at this desk, as in columns={'department': "
        "'Component'}, 'project' or 'customfield_10050' (other fields that changed in this export, and how often: "
        f"{told})"
    )


class _Reader:
    """What is known so far, record by record."""

    def __init__(self, wanted: frozenset[str], *, messages: bool) -> None:
        self.row = 0
        self.fields, self.keys = JiraFields(wanted), JiraKeys()
        self.links = JiraLinks(self.keys)
        self.histories = JiraHistories(self.fields, self.keys, self.links)
        self.issues = JiraIssues(self.fields, self.keys, self.links, messages=messages)
        self.unknown: list[int] = []
        self.has_changelog = False

    def take(self, record: Mapping[str, Any], page: str) -> None:
        """Take one record of a page, told by what it holds."""
        if "errorMessages" in record:
            told = record["errorMessages"] or [*mapping(record.get("errors")).values()]
            said = "; ".join(map(str, told)) if isinstance(told, list) else str(told)
            raise SourceError(f"{page!r} holds Jira's answer to a request that failed ({said}); export it again")
        owner = record.get("issueId") or record.get("issue_id") or record.get("issueKey")
        log = record.get("changelog")
        if "values" in record:
            ticket = _owner(_named_in(record.get("self") or record.get("nextPage")), page)
            self.take_log(ticket, record["values"], record.get("total"))
        elif "changeHistories" in record:
            self.take_log(_owner(owner, page), record["changeHistories"], None)
        elif isinstance(record.get("issue"), Mapping):
            self.take_webhook(record)
        elif "items" in record:
            self.take_log(_owner(owner, page), [record], None)
        elif "fields" in record or isinstance(log, Mapping):
            ticket = self.ticket_of(record)
            self.issues.take(ticket, record, self.row)
            self.row += 1
            if isinstance(log, Mapping):
                self.take_log(ticket, log.get("histories") or log.get("values"), log.get("total"))
        else:
            self.take_side_record(record)

    def ticket_of(self, issue: Mapping[str, Any]) -> str:
        ticket = as_id(issue.get("id")) or as_text(issue.get("key"))
        if ticket is None:
            raise SourceError(f"record {self.row:,} is a Jira issue without id and key; export it again with both")
        return ticket

    def take_log(self, ticket: str, histories: Any, total: Any) -> None:
        self.has_changelog = True
        self.histories.expect(ticket, total)
        for one in objects(histories, f"the histories of the Jira issue {ticket}"):
            self.histories.take(ticket, one, self.row)
            self.row += 1

    def take_webhook(self, record: Mapping[str, Any]) -> None:
        """Take one webhook: a single save, and the issue as it stood right after it."""
        issue, log, time = record["issue"], record.get("changelog"), as_time(record.get("timestamp"))
        ticket = self.ticket_of(issue)
        self.has_changelog = True
        self.issues.take(ticket, issue, self.row, as_instant(time))
        if isinstance(log, Mapping):
            self.histories.take(ticket, {**log, "created": time, "author": record.get("user")}, self.row)
        self.row += 1

    def take_side_record(self, record: Mapping[str, Any]) -> None:
        number, name = as_id(record.get("id")), as_text(record.get("name"))
        if isinstance(record.get("statusCategory"), Mapping):
            self.fields.names.now("status", number, name)
            self.fields.keep_category(number, record["statusCategory"])
        elif is_person(record):
            self.fields.person(record)
        elif number is not None and (isinstance(record.get("schema"), Mapping) or "clauseNames" in record):
            self.fields.learn({"names": {number: name}, "schema": {number: record.get("schema")}})
        elif "/resolution/" in str(record.get("self")):
            self.fields.names.now("resolution", number, name)
        else:
            self.unknown.append(self.row)
        self.row += 1

    def history(self) -> History:
        """Return all that was read."""
        if not self.has_changelog and len(self.issues):
            raise NoHistoryError(
                f"these are {len(self.issues):,} Jira issues as they stand now, without their changelog: no chain can be "
                "read from them. Export them with expand=changelog, or add the pages of /issue/{key}/changelog"
            )
        self.issues.settle()
        self.histories.make_whole(self.issues.sets())
        records = self.issues.table(self.histories)
        links, noted = self.links.table()
        # The engine tells of those that it has a record of.
        cut_off = self.histories.truncated() - set(self.issues.tickets())
        if cut_off:
            noted.append(Note("truncated_history", len(cut_off), None, min(cut_off)))
        labels = self.fields.labels()
        people = labels["actor"]
        overlapping = [*self.histories.overlapping, *self.issues.overlapping]
        return History(
            kind="Jira changelog",
            changes=self.histories.table(),
            records=records,
            n_read=self.row,
            set_aside=join_aside(
                [
                    aside([row for row, _ in overlapping], "overlapping_page", [x for _, x in overlapping]),
                    aside(self.unknown, "unknown_record"),
                ]
            ),
            noted=noted,
            names=labels,
            links=links,
            surveys=self.issues.surveys(people),
            messages=self.issues.texts(people) if self.issues.messages else None,
        )


def _named_in(url: Any) -> str | None:
    match = re.search(r"/issue/([^/?]+)/changelog", as_text(url) or "")
    return None if match is None else match[1]


def _owner(named: Any, page: str) -> str:
    """Return whose a history is: as it says, else as the file is called."""
    said = as_id(named)
    if said is not None:
        return said
    match = re.search(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9_]+-\d+(?!\d)", PurePath(page).name)
    if match is None:
        raise SourceError(
            f"{page!r}: this page of a Jira changelog does not say whose it is (it has no 'self'); name the file after "
            "the issue, such as OPS-7.json, or export the issue with expand=changelog"
        )
    return match[0]
