"""Freshdesk: the daily export of ticket activities, with the tickets, groups and agents that they are about."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from lanehop.read.changes.history import History
from lanehop.read.changes.rows import ChangeRows, as_id, as_text
from lanehop.read.exports.freshdesk.talk import as_instant, message_table, survey_table
from lanehop.read.exports.freshdesk.tickets import FreshdeskTickets, touched
from lanehop.read.rows import Note, aside, join_aside

if TYPE_CHECKING:
    from lanehop.read.exports.pages import Page

__all__ = ["read_pages"]

_DAY_FIRST = re.compile(r"(\d\d?)-(\d\d?)-(\d{4}) (\d\d:\d\d:\d\d) ?([+-]\d\d:?\d\d)")
_AUTOMATION, _SYSTEM = "automation", "system"


def read_pages(pages: Sequence[Page], wanted: frozenset[str], *, messages: bool) -> History:
    """Read pages of a Freshdesk export as one history.

    Parameters
    ----------
    pages : sequence of Page
        Activities exports; beside them tickets, groups, agents and satisfaction ratings, as the API lists them.
    wanted : names
        Fields whose values are kept.
    messages : bool
        Whether to keep the descriptions and conversations of tickets. Activities hold no texts.

    Returns
    -------
    History

    Notes
    -----
    - An activity says new values alone, and only of what it touched; null and ``None`` say that a field was cleared.
    - Activities have no ids. What stands twice in one file happened twice; what stands in several files, as often as
      in an earlier one, is set aside as ``overlapping_page``.
    - Within a second activities keep the order of their file, backwards if the file has the newest first.
    - What an automation or the system did is marked ``rule``.
    - The first activity of a ticket holds all its values. Tickets that begin before the export are counted as
      ``history_without_beginning``; those whose ticket is there are truncated.
    """
    reader = _Reader(wanted, messages=messages)
    several = sum(page.kind == "freshdesk_activities" for page in pages) > 1
    for page in pages:
        reader.begin_page()
        for record in page.records():
            if "performed_at" in record and "activity" in record:
                reader.take(record, tell_overlaps=several)
            else:
                reader.tickets.take(record, reader.row)
            reader.row += 1
    return reader.history()


class _Reader:
    """What is known so far, record by record."""

    def __init__(self, wanted: frozenset[str], *, messages: bool) -> None:
        self.wanted = wanted
        self.row = 0
        self.tickets = FreshdeskTickets(wanted, messages=messages)
        self.rows = ChangeRows()
        self.begun: dict[str, bool] = {}
        self.first_rows: dict[str, int] = {}
        self.statuses: set[str] = set()
        self.overlapping: list[int] = []
        self.earlier: Counter[bytes] = Counter()
        self.here: Counter[bytes] = Counter()
        self.pages: list[list[Any]] = []

    def begin_page(self) -> None:
        for key, n in self.here.items():
            self.earlier[key] = max(self.earlier[key], n)
        self.here = Counter()
        self.pages.append([self.row, None, None])

    def take(self, record: Mapping[str, Any], *, tell_overlaps: bool) -> None:
        """Take one activity: one save."""
        row = self.row
        if tell_overlaps:
            said = json.dumps(record, sort_keys=True, default=str).encode()
            key = hashlib.blake2b(said, digest_size=16).digest()
            self.here[key] += 1
            if self.here[key] <= self.earlier[key]:
                self.overlapping.append(row)
                return
        time = _iso(record["performed_at"])
        page = self.pages[-1]
        page[2] = time
        page[1] = page[1] or time
        ticket, activity = as_id(record.get("ticket_id")), record["activity"]
        activity = activity if isinstance(activity, Mapping) else {}
        by_system = record.get("performer_type") == _SYSTEM
        actor = _SYSTEM if by_system else as_id(record.get("performer_id"))
        mark = "rule" if by_system or _AUTOMATION in activity else None
        if ticket is not None:
            creates = "status" in activity and ("source" in activity or "requester" in activity)
            self.begun[ticket] = self.begun.get(ticket, False) or creates
            self.first_rows.setdefault(ticket, row)
        for name, value in activity.items() or [("nothing", None)]:
            new = touched(value) if name in self.wanted else None
            if name == "status" and new is not None:
                self.statuses.add(new)
            self.rows.add(ticket, time, row, name, None, new, False, actor, mark, row)

    def history(self) -> History:
        """Return all that was read."""
        late = [ticket for ticket, begun in self.begun.items() if not begun]
        names = self.tickets.names()
        people = names["actor"]
        said = ((ticket, one) for ticket, made in self.tickets.tickets.items() for one in made.said)
        noted = []
        if late:
            noted.append(Note("history_without_beginning", len(late), self.first_rows[late[0]], late[0]))
        return History(
            kind="Freshdesk ticket activities",
            changes=self.in_order(self.rows.table()),
            records=self.tickets.table(self.statuses, late),
            n_read=self.row,
            set_aside=join_aside(
                [
                    aside(self.overlapping, "overlapping_page"),
                    aside(
                        [row for row, _ in self.tickets.overlapping],
                        "overlapping_page",
                        [x for _, x in self.tickets.overlapping],
                    ),
                    aside(self.tickets.unknown, "unknown_record"),
                ]
            ),
            noted=noted,
            names=names,
            links=self.tickets.links(),
            surveys=survey_table(self.tickets.ratings, self.tickets.groups, people),
            messages=message_table(said, people) if self.tickets.messages else None,
            says_creation=True,
        )

    def in_order(self, changes: pa.Table) -> pa.Table:
        """Turn the saves of pages around that have the newest first."""
        saves = changes["save"].to_numpy().copy()
        ends = [begin for begin, _, _ in self.pages[1:]] + [self.row]
        for (begin, first, last), end in zip(self.pages, ends, strict=True):
            one, other = as_instant(first), as_instant(last)
            if one is not None and other is not None and one > other:
                turned = (saves >= begin) & (saves < end)
                saves[turned] = begin + end - 1 - saves[turned]
        return changes.set_column(changes.column_names.index("save"), "save", pa.array(np.asarray(saves)))


def _iso(value: Any) -> str | None:
    """Return a time as ISO 8601; Freshdesk writes the day first."""
    text = as_text(value)
    match = None if text is None else _DAY_FIRST.fullmatch(text.strip())
    if match is None:
        return text
    day, month, year, clock, offset = match.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}T{clock}{offset}"
