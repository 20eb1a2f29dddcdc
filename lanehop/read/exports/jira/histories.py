"""Jira histories: what each save changed, with values that were added and removed one by one made whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from lanehop.read.changes.renamed import renamed
from lanehop.read.changes.rows import ChangeRows, as_id, as_text
from lanehop.read.exports.jira.fields import CATEGORY, JiraFields
from lanehop.read.exports.jira.keys import NEVER, JiraKeys
from lanehop.read.exports.jira.links import JiraLinks
from lanehop.read.exports.jira.values import SETS, SYSTEM_FIELDS, as_instant, as_time
from lanehop.read.exports.shapes import objects, order_of

_LINKS = ("Link", "Parent", "IssueParentAssociation")


@dataclass(frozen=True)
class _Save:
    """What all changes of one save have in common."""

    ticket: str
    time: str | None
    at: datetime | None
    number: int
    actor: str | None
    mark: str | None
    row: int


_Diff = tuple[_Save, str | None, str | None]


class JiraHistories:
    """The changes of all issues, save by save."""

    def __init__(self, fields: JiraFields, keys: JiraKeys, links: JiraLinks) -> None:
        self.fields, self.keys, self.links = fields, keys, links
        self.overlapping: list[tuple[int, str]] = []
        """Row and id of each history that was read before."""
        self._rows = ChangeRows()
        self._seen: set[str] = set()
        self._unnumbered = 0
        self._held: dict[str, int] = {}
        self._total: dict[str, int] = {}
        self._diffs: dict[tuple[str, str], list[_Diff]] = {}
        self._moves: list[tuple[_Save, Mapping[str, Any]]] = []
        """Moves to another project that only the keys tell."""

    def expect(self, ticket: str, total: Any) -> None:
        """Keep how many histories an issue has in all."""
        number = order_of(as_id(total))
        if number is not None:
            self._total[ticket] = max(self._total.get(ticket, 0), number)

    def take(self, ticket: str, history: Mapping[str, Any], row: int) -> None:
        """Take one history: all that a save changed."""
        number = as_id(history.get("id"))
        if number is not None and number in self._seen:
            self.overlapping.append((row, number))
            return
        if number is not None:
            self._seen.add(number)
        self._held[ticket] = self._held.get(ticket, 0) + 1
        self._unnumbered += 1
        time = as_time(history.get("created"))
        at = as_instant(time)
        author = history.get("author")
        by_app = isinstance(author, Mapping) and author.get("accountType") == "app"
        order = order_of(number)
        save = _Save(
            ticket,
            time,
            at,
            self._unnumbered if order is None else order,
            self.fields.person(author, at, now=False),
            "rule" if by_app else None,
            row,
        )
        items = objects(history.get("items"), f"'items' of the Jira history {number}")
        for item in items:
            self._item(save, item)
        moves = [item for item in items if item.get("field") == "Key"]
        if moves and "project" in self.fields.wanted and all(item.get("field") != "project" for item in items):
            self._moves.append((save, moves[-1]))
        if not items:
            self._add(save, "no items", None, None)

    def _add(self, save: _Save, name: str, old: str | None, new: str | None) -> None:
        self._rows.add(save.ticket, save.time, save.number, name, old, new, True, save.actor, save.mark, save.row)

    def _item(self, save: _Save, item: Mapping[str, Any]) -> None:
        if item.get("field") == "Key":
            self.keys.move(save.ticket, as_text(item.get("fromString")), as_text(item.get("toString")), save.at)
        elif item.get("field") in _LINKS:
            self.links.say(save.ticket, item, save.at, save.number, save.row)
        name = self.fields.name_of(item)
        if name not in self.fields.wanted:
            self._add(save, name, None, None)
        else:
            old, new = self.fields.values_of(name, item, save.at)
            if SYSTEM_FIELDS.get(name, name) in SETS:
                self._diffs.setdefault((save.ticket, name), []).append((save, old, new))
            else:
                self._add(save, name, old, new)
        if item.get("field") == "status" and CATEGORY in self.fields.wanted:
            self._add(save, CATEGORY, *self.fields.values_of("status", item, save.at))

    def make_whole(self, now: Mapping[tuple[str, str], Iterable[str]]) -> None:
        """Turn what was added and removed into whole values, per issue and field; `now`: what holds at the end."""
        for save, item in self._moves:
            keys = [(as_text(item.get(x)) or "").rpartition("-")[0] for x in ("fromString", "toString")]
            old, new = (self.fields.project.get(key, key) or None for key in keys)
            self._add(save, "project", old, new)
        diffs: dict[tuple[str, str], list[_Diff]] = {}
        for (ticket, name), said in self._diffs.items():
            diffs.setdefault((self.keys.resolve(ticket), name), []).extend(said)
        for key, said in diffs.items():
            said.sort(key=lambda x: (x[0].at or NEVER, x[0].number))
            first: dict[str, bool] = {}
            for _, old, new in said:
                for one, added in ((old, False), (new, True)):
                    if one is not None:
                        first.setdefault(one, added)
            running = {x for x, added in first.items() if not added} | (set(now.get(key, ())) - first.keys())
            for save, old, new in said:
                before = self.as_one(key[1], running)
                running = (running - {old}) | ({new} if new is not None else set())
                self._add(save, key[1], before, self.as_one(key[1], running))

    def as_one(self, name: str, values: Iterable[str]) -> str | None:
        """Return several values as one, in the order of their names, and keep the name that it goes by."""
        known = self.fields.names.by_field.get(name, {})
        ids = sorted(values, key=lambda x: (known.get(x, x), x))
        if len(ids) > 1:
            self.fields.names.now(name, ", ".join(ids), ", ".join(known.get(x, x) for x in ids))
        return ", ".join(ids) or None

    def table(self) -> pa.Table:
        """Return all changes; tickets go by their current key."""
        changes = self._rows.table()
        return changes.set_column(0, "ticket", renamed(changes["ticket"], self.keys.resolve))

    def truncated(self) -> set[str]:
        """Return the issues of which fewer histories were read than they have."""
        held: dict[str, int] = {}
        for ticket, n in self._held.items():
            key = self.keys.resolve(ticket)
            held[key] = held.get(key, 0) + n
        totals = ((self.keys.resolve(ticket), n) for ticket, n in self._total.items())
        return {key for key, n in totals if n > held.get(key, 0)}
