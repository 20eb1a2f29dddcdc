"""Jira issues as they stand now: the values of their fields, their survey, their comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.jira.fields import CATEGORY, PEOPLE, JiraFields
from lanehop.read.exports.jira.histories import JiraHistories
from lanehop.read.exports.jira.keys import NEVER, JiraKeys
from lanehop.read.exports.jira.links import JiraLinks
from lanehop.read.exports.jira.values import (
    SETS,
    SYSTEM_FIELDS,
    as_instant,
    as_time,
    is_person,
    members,
    plain_text,
    standing,
)
from lanehop.read.exports.shapes import objects

_FEEDBACK, _FEEDBACK_DATE = "sd-request-feedback", "sd-request-feedback-date"


@dataclass
class _Record:
    row: int
    opened: str | None
    updated: datetime | None
    values: dict[str, str | None] = field(default_factory=dict)
    sets: dict[str, set[str]] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    """Own fields of the desk, kept as long as it is not known which of them are wanted."""
    survey: dict[str, Any] | None = None
    said: list[dict[str, Any]] = field(default_factory=list)


class JiraIssues:
    """The issues of an export, each as it was last."""

    def __init__(self, fields: JiraFields, keys: JiraKeys, links: JiraLinks, *, messages: bool) -> None:
        self.fields, self.keys, self.links, self.messages = fields, keys, links, messages
        self.overlapping: list[tuple[int, str]] = []
        """Row and key of each issue of which another page has a later form."""
        self._records: dict[str, _Record] = {}

    def __len__(self) -> int:
        return len(self._records)

    def take(self, ticket: str, issue: Mapping[str, Any], row: int, at: datetime | None = None) -> None:
        """Take an issue as it stands; `at`: as it stood then, in a webhook."""
        number, key = as_id(issue.get("id")), as_text(issue.get("key"))
        self.fields.learn(issue)
        fields = issue.get("fields")
        if not isinstance(fields, Mapping):
            self.keys.know(number, key, current=False)
            return
        updated = at or as_instant(as_time(fields.get("updated")))
        before = self._records.get(ticket)
        if before is not None:
            older = (updated or NEVER) < (before.updated or NEVER)
            if at is None:
                self.overlapping.append((row if older else before.row, key or ticket))
            if older:
                self.keys.know(number, key, current=False)
                return
        self.keys.know(number, key, current=True)
        self.links.state(ticket, fields, row)
        made = _Record(row, as_time(fields.get("created")), updated)
        self._records[ticket] = made
        self._keep_values(made, fields)
        self._keep_survey(made, fields)
        if self.messages:
            self._keep_texts(made, fields)

    def _keep_values(self, made: _Record, fields: Mapping[str, Any]) -> None:
        status = fields.get("status")
        if isinstance(status, Mapping):
            number, label = standing(status)
            self.fields.keep_category(number, status.get("statusCategory"))
            self.fields.names.now("status", number, label)
            if CATEGORY in self.fields.wanted:
                made.values[CATEGORY] = number
        project = fields.get("project")
        if isinstance(project, Mapping) and project.get("key") and project.get("id"):
            self.fields.project[str(project["key"])] = str(project["id"])
        unresolved = False
        for name in self.fields.wanted - {CATEGORY}:
            at = self.fields.place_of(name, fields)
            if at is not None:
                self._keep_value(made, name, fields[at])
            unresolved |= at is None
        if unresolved:
            made.rest = {x: v for x, v in fields.items() if x.startswith("customfield_") and v not in (None, [], "")}

    def _keep_value(self, made: _Record, name: str, value: Any) -> None:
        names = self.fields.names
        if SYSTEM_FIELDS.get(name, name) in SETS:
            there = members(value)
            for one in there:
                names.now(name, one, there[one])
            made.sets[name] = set(there)
        elif name in PEOPLE:
            made.values[name] = self.fields.person(value)
        else:
            if is_person(value):
                self.fields.person(value)
            made.values[name], label = standing(value)
            names.now(name, made.values[name], label)

    def _keep_survey(self, made: _Record, fields: Mapping[str, Any]) -> None:
        """Take the answer to the question that the service desk asks when a request is done."""
        kinds = self.fields.custom
        rated = [x for x, v in fields.items() if isinstance(v, Mapping) and isinstance(v.get("rating"), int)]
        rated = [x for x in rated if kinds.get(x, _FEEDBACK) == _FEEDBACK]
        if rated:
            dates = [fields.get(x) for x, kind in kinds.items() if kind == _FEEDBACK_DATE]
            made.survey = {
                "requester": self.fields.person(fields.get("reporter")),
                "answered_at": next((as_instant(as_time(x)) for x in dates if x), None),
                "score": float(fields[rated[0]]["rating"]),
            }

    def _keep_texts(self, made: _Record, fields: Mapping[str, Any]) -> None:
        asked = self.fields.person(fields.get("reporter"))
        if fields.get("description"):
            made.said.append(
                self._message(fields.get("created"), fields.get("reporter"), asked, True, fields["description"])
            )
        comments = fields.get("comment")
        said = comments.get("comments") if isinstance(comments, Mapping) else comments
        for one in objects(said, "the comments of a Jira issue"):
            public = one.get("jsdPublic", True) is not False and not one.get("visibility")
            made.said.append(self._message(one.get("created"), one.get("author"), asked, public, one.get("body")))

    def _message(self, time: Any, author: Any, asked: str | None, public: bool, body: Any) -> dict[str, Any]:
        kind = author.get("accountType") if isinstance(author, Mapping) else None
        who = self.fields.person(author)
        role = "bot" if kind == "app" else "customer" if kind == "customer" or who == asked else "agent"
        return {
            "at": as_instant(as_time(time)),
            "author": who,
            "role": None if who is None else role,
            "public": public,
            "text": plain_text(body),
        }

    def settle(self) -> None:
        """Look again for the wanted fields whose ids were learnt on the way."""
        for made in self._records.values():
            for name in self.fields.wanted - {CATEGORY} - made.values.keys() - made.sets.keys():
                at = self.fields.place_of(name, made.rest)
                if at is not None:
                    self._keep_value(made, name, made.rest[at])
            made.rest = {}

    def sets(self) -> dict[tuple[str, str], set[str]]:
        """Return what the fields of several values hold, by current key and field."""
        made = ((self.keys.resolve(x), record) for x, record in self._records.items())
        return {(key, name): there for key, record in made for name, there in record.sets.items()}

    def tickets(self) -> list[str]:
        """Return the current keys of the issues."""
        return [self.keys.resolve(x) for x in self._records]

    def table(self, histories: JiraHistories) -> pa.Table | None:
        """Return the issues as ``History.records``; None if there are none."""
        if not self._records:
            return None
        records, tickets = list(self._records.values()), self.tickets()
        cut_off = histories.truncated()
        made: dict[str, pa.Array] = {
            "ticket": pa.array(tickets, pa.string()),
            "row": pa.array([x.row for x in records], pa.int64()),
            "opened_at": pa.array([x.opened for x in records], pa.string()),
            "truncated": pa.array([x in cut_off for x in tickets], pa.bool_()),
        }
        for name in sorted({name for x in records for name in (*x.values, *x.sets)}):
            if any(name in x.sets for x in records):
                values = [histories.as_one(name, x.sets.get(name, ())) for x in records]
            else:
                values = [x.values.get(name) for x in records]
            if name in PEOPLE:
                values = [self.fields.as_in_histories(x) for x in values]
            made[name] = pa.array(values, pa.string())
        return pa.table(made)

    def surveys(self, people: Mapping[str, str]) -> pd.DataFrame | None:
        """Return the answers, one per issue that has one; None if there are none."""
        rated = [(self.keys.resolve(x), record.survey) for x, record in self._records.items() if record.survey]
        if not rated:
            return None
        said = [survey for _, survey in rated]
        return pd.DataFrame(
            {
                "survey": [f"{key} satisfaction" for key, _ in rated],
                "ticket": [key for key, _ in rated],
                "requester": pd.array([people.get(x["requester"], x["requester"]) for x in said], dtype="str"),
                "answered_at": pd.Series([x["answered_at"] for x in said], dtype="datetime64[us, UTC]"),
                "kind": "transaction",
                "question": "Satisfaction",
                "score": [x["score"] for x in said],
                "scale_min": 1.0,
                "scale_max": 5.0,
            }
        )

    def texts(self, people: Mapping[str, str]) -> pd.DataFrame:
        """Return descriptions and comments."""
        said = [(self.keys.resolve(x), one) for x, record in self._records.items() for one in record.said]
        return pd.DataFrame(
            {
                "ticket": pd.array([key for key, _ in said], dtype="str"),
                "at": pd.Series([x["at"] for _, x in said], dtype="datetime64[us, UTC]"),
                "author": pd.array([people.get(x["author"], x["author"]) for _, x in said], dtype="str"),
                "role": pd.array([x["role"] for _, x in said], dtype="str"),
                "public": pd.array([x["public"] for _, x in said], dtype="bool"),
                "text": pd.array([x["text"] for _, x in said], dtype="str"),
            }
        )
