"""Freshdesk tickets as they stand now, and the names of groups and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from lanehop.read.changes.id_names import tell_apart
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.freshdesk.talk import merges, texts
from lanehop.read.exports.shapes import mapping

PRIORITIES = {"1": "Low", "2": "Medium", "3": "High", "4": "Urgent"}
SOURCES = {"1": "Email", "2": "Portal", "3": "Phone", "7": "Chat", "9": "Feedback widget", "10": "Outbound email"}
_STATUSES = {
    "2": ("Open",),
    "3": ("Pending",),
    "4": ("Resolved",),
    "5": ("Closed",),
    "6": ("Waiting on Customer", "Waiting for Customer"),
    "7": ("Waiting on Third Party", "Waiting for Third Party"),
}
"""What activities call the statuses that tickets number; the words of the last two differ from desk to desk."""

_PLACES = {"agent_id": "responder_id", "requester": "requester_id", "product": "product_id"}
"""What a ticket calls the fields of activities."""

_CHILD, _PARENT, _RELATED, _TRACKER = "2", "1", "4", "3"
_MADE = frozenset({"ticket", "time", "actor", "activity", "opened_at"})


@dataclass
class _Ticket:
    row: int
    updated: str
    opened: str | None
    group: str | None
    values: dict[str, str | None]
    said: list[dict[str, Any]] = field(default_factory=list)


def touched(value: Any) -> str | None:
    """Return a value as text; a field that was cleared says null or the word None."""
    if isinstance(value, Mapping):
        return None
    text = as_text(value) if isinstance(value, list) else as_id(value)
    return None if text in (None, "", "None") else text


class FreshdeskTickets:
    """What the lists beside an activities export say."""

    def __init__(self, wanted: frozenset[str], *, messages: bool) -> None:
        self.wanted = wanted - _MADE
        self.messages = messages
        self.groups: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.overlapping: list[tuple[int, str]] = []
        self.unknown: list[int] = []
        self.tickets: dict[str, _Ticket] = {}
        self.ratings: list[Mapping[str, Any]] = []
        self._links: dict[tuple[str, str, str], tuple[str, datetime | None]] = {}

    def take(self, record: Mapping[str, Any], row: int) -> None:
        """Take one record, told by what it holds."""
        number = as_id(record.get("id"))
        contact = record.get("contact")
        if number is None:
            self.unknown.append(row)
        elif "responder_id" in record:
            self._take_ticket(number, record, row)
        elif "ratings" in record:
            self.ratings.append(record)
        elif isinstance(contact, Mapping):
            self._person(number, contact.get("name"))
        elif "agent_ids" in record or "escalate_to" in record or "unassigned_for" in record:
            self.groups[number] = as_text(record.get("name")) or number
        elif "name" in record and ("email" in record or "mobile" in record):
            self._person(number, record.get("name"))
        else:
            self.unknown.append(row)

    def _person(self, number: str | None, name: Any) -> None:
        text = as_text(name)
        if number is not None and text is not None:
            self.people[number] = text

    def _take_ticket(self, number: str, record: Mapping[str, Any], row: int) -> None:
        updated = as_text(record.get("updated_at")) or ""
        before = self.tickets.get(number)
        if before is not None:
            self.overlapping.append((row if updated < before.updated else before.row, number))
            if updated < before.updated:
                return
        custom = mapping(record.get("custom_fields"))
        values: dict[str, str | None] = {}
        for name in self.wanted - {"group"}:
            place = _PLACES.get(name, name)
            if place in record:
                values[name] = touched(record[place])
            elif name in custom or "cf_" + name in custom:
                values[name] = touched(custom.get(name, custom.get("cf_" + name)))
        group = as_id(record.get("group_id"))
        made = _Ticket(row, updated, as_text(record.get("created_at")), group, values)
        self.tickets[number] = made
        requester = record.get("requester")
        if isinstance(requester, Mapping):
            self._person(as_id(record.get("requester_id")), requester.get("name"))
        self._take_association(number, record)
        for target, at in merges(record):
            self._links.setdefault((number, target, "merged_into"), ("Freshdesk note of a merge", at))
        if self.messages:
            made.said = texts(record)

    def _take_association(self, number: str, record: Mapping[str, Any]) -> None:
        kind = as_id(record.get("association_type"))
        listed = record.get("associated_tickets_list")
        for other in map(as_id, listed if isinstance(listed, list) else ()):
            if other is None or kind not in (_CHILD, _PARENT, _RELATED, _TRACKER):
                continue
            ends = (number, other) if kind in (_CHILD, _RELATED) else (other, number)
            kind_of_link = "parent" if kind in (_CHILD, _PARENT) else "problem"
            self._links.setdefault((*ends, kind_of_link), ("Freshdesk association", None))

    def names(self) -> dict[str, dict[str, str]]:
        """Return for each field the names of its ids, told apart."""
        people = tell_apart(self.people)
        return {
            **dict.fromkeys(("agent_id", "requester", "actor"), people),
            "priority": PRIORITIES,
            "source": SOURCES,
        }

    def table(self, statuses: Iterable[str], cut_off: Iterable[str]) -> pa.Table | None:
        """Return the tickets as ``History.records``; None if there are none.

        Parameters
        ----------
        statuses : texts
            The words for statuses that the activities use.
        cut_off : ticket ids
            Of which the activities do not begin at the beginning.
        """
        if not self.tickets:
            return None
        used, late = set(statuses), set(cut_off)
        tickets = list(self.tickets.values())
        made: dict[str, pa.Array] = {
            "ticket": pa.array(list(self.tickets), pa.string()),
            "row": pa.array([x.row for x in tickets], pa.int64()),
            "opened_at": pa.array([x.opened for x in tickets], pa.string()),
            "truncated": pa.array([x in late for x in self.tickets], pa.bool_()),
        }
        words = {n: next((x for x in known if x in used), known[0]) for n, known in _STATUSES.items()}
        for name in sorted({name for x in tickets for name in x.values}):
            values = [x.values.get(name) for x in tickets]
            if name == "status":
                values = [words.get(x or "", x) for x in values]
            made[name] = pa.array(values, pa.string())
        # Activities name groups and tickets number them: without the list of groups neither fits the other.
        if self.groups and "group" in self.wanted:
            groups = [None if x.group is None else self.groups.get(x.group, x.group) for x in tickets]
            made["group"] = pa.array(groups, pa.string())
        return pa.table(made)

    def links(self) -> pd.DataFrame | None:
        """Return the links that tickets state; None if there are none."""
        if not self._links:
            return None
        return pd.DataFrame(
            {
                "from_ticket": [ends[0] for ends in self._links],
                "to_ticket": [ends[1] for ends in self._links],
                "kind": [ends[2] for ends in self._links],
                "rule": [rule for rule, _ in self._links.values()],
                "at": pd.Series([at for _, at in self._links.values()], dtype="datetime64[us, UTC]"),
            }
        )
