"""Jira links: which issue goes on in which other, by the words of the link."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

import pandas as pd

from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.jira.keys import NEVER, JiraKeys
from lanehop.read.exports.shapes import mapping, objects
from lanehop.read.rows import Note

_ON = {
    "duplicate_of": ("duplicates",),
    "problem": ("is caused by",),
    "transferred": ("is cloned by", "was cloned as", "is escalated to", "is transferred to", "was transferred to"),
    "follow_up": ("is followed up by", "has follow-up", "has follow up"),
    "merged_into": ("is merged into", "was merged into", "merged into"),
    "parent": ("is a child of", "is child of", "is child task of", "is a subtask of"),
}
"""``this issue <words> that one``: the problem goes on from this one in that one."""

_BACK = {
    "duplicate_of": ("is duplicated by",),
    "problem": ("causes",),
    "transferred": ("clones", "is a clone of", "is escalated from", "is transferred from", "was transferred from"),
    "follow_up": ("follows up", "follows up on", "is a follow-up of", "is a follow up of", "is a follow-up to"),
    "merged_into": ("merged from", "has merged", "is merged from"),
    "parent": ("is a parent of", "is parent of", "is parent task of"),
}
"""``this issue <words> that one``: the problem goes on from that one in this one."""

_KINDS = {words: (kind, on) for table, on in ((_ON, True), (_BACK, False)) for kind in table for words in table[kind]}
_SAID = re.compile(r"(?:this\s+(?:issue|work item)\s+)?(.*?)\s+[A-Z][A-Z0-9_]*-\d+\s*", re.IGNORECASE | re.DOTALL)

PARENT = "is a child of"


class JiraLinks:
    """The links that issues state, and those that histories have added and removed."""

    def __init__(self, keys: JiraKeys) -> None:
        self._keys = keys
        self._now: dict[str, list[tuple[str, str, str, int]]] = {}
        self._stated: set[str] = set()
        self._said: list[tuple[str, str, str, bool, datetime | None, int, int]] = []

    def state(self, ticket: str, fields: Mapping[str, Any], row: int) -> None:
        """Take the links of an issue as it stands, in place of those that it stated before."""
        now = self._now[ticket] = []
        links = fields.get("issuelinks")
        if isinstance(links, list):
            self._stated.add(ticket)
            for link in objects(links, f"'issuelinks' of the Jira issue {ticket}"):
                kind = mapping(link.get("type"))
                for side, words in (("outwardIssue", "outward"), ("inwardIssue", "inward")):
                    other = self._other(link.get(side))
                    if other is not None:
                        now.append((ticket, as_text(kind.get(words)) or "", other, row))
        parent = self._other(fields.get("parent"))
        if parent is not None:
            now.append((ticket, PARENT, parent, row))
        for child in objects(fields.get("subtasks"), f"'subtasks' of the Jira issue {ticket}"):
            other = self._other(child)
            if other is not None:
                now.append((other, PARENT, ticket, row))

    def _other(self, issue: Any) -> str | None:
        """Return which issue is meant, and keep its key, by which histories name it."""
        if not isinstance(issue, Mapping):
            return None
        number, key = as_id(issue.get("id")), as_text(issue.get("key"))
        self._keys.know(number, key, current=False)
        return number or key

    def say(self, ticket: str, item: Mapping[str, Any], at: datetime | None, save: int, row: int) -> None:
        """Take a link that a history adds or removes; it names the other issue by its key."""
        parent = item.get("field") != "Link"
        for side, label, added in (("from", "fromString", False), ("to", "toString", True)):
            other, words = as_id(item.get(side)), as_text(item.get(label))
            if other is None or (words is None and not parent):
                continue
            match = None if words is None else _SAID.fullmatch(words)
            said = PARENT if parent else match[1] if match is not None else words or ""
            self._said.append((ticket, said, other, added, at, save, row))

    def table(self) -> tuple[pd.DataFrame | None, list[Note]]:
        """Return the links that hold, once each, and notes on those whose words mean nothing here."""
        resolve = self._keys.resolve
        order = sorted(self._said, key=lambda x: (x[4] or NEVER, x[5]))
        last: dict[tuple[str, str, str], tuple[bool, datetime | None, int]] = {}
        for ticket, words, other, added, at, _, row in order:
            last[resolve(ticket), _plain(words), resolve(other)] = (added, at, row)
        stated = {resolve(ticket) for ticket in self._stated}
        held: dict[tuple[str, str, str], tuple[datetime | None, int]] = {}
        for ticket, words, other, row in chain.from_iterable(self._now.values()):
            key = (resolve(ticket), _plain(words), resolve(other))
            added, at, _ = last.get(key, (False, None, row))
            held.setdefault(key, (at if added else None, row))
        for key, (added, at, row) in last.items():
            # An issue that states its links has the last word; its parent stands beside them.
            if added and (key[0] not in stated or key[1] == PARENT):
                held.setdefault(key, (at, row))
        return _frame(held.items())


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _frame(
    held: Iterable[tuple[tuple[str, str, str], tuple[datetime | None, int]]],
) -> tuple[pd.DataFrame | None, list[Note]]:
    made: dict[tuple[str, str, str], tuple[str, datetime | None]] = {}
    unknown: Counter[str] = Counter()
    first: dict[str, int] = {}
    for (ticket, words, other), (at, row) in held:
        if words not in _KINDS:
            unknown[words] += 1
            first[words] = min(row, first.get(words, row))
            continue
        kind, on = _KINDS[words]
        ends = (ticket, other) if on else (other, ticket)
        rule, known = made.get((*ends, kind), (f"Jira link: {words}", None))
        made[*ends, kind] = (rule, known or at)
    notes = [Note("link_without_kind", n, first[words], words) for words, n in unknown.items()]
    if not made:
        return None, notes
    frame = pd.DataFrame(
        {
            "from_ticket": [ends[0] for ends in made],
            "to_ticket": [ends[1] for ends in made],
            "kind": [ends[2] for ends in made],
            "rule": [rule for rule, _ in made.values()],
            "at": pd.Series([at for _, at in made.values()], dtype="datetime64[us, UTC]"),
        }
    )
    return frame, notes
