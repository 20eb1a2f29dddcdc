"""ServiceNow: the audit of its tables (sys_audit) as JSON or CSV, with the records that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from lanehop.read.changes.history import History
from lanehop.read.changes.renamed import renamed
from lanehop.read.changes.rows import ChangeRows
from lanehop.read.exports.servicenow.records import LINKS, TIMES, ServiceNowRecords
from lanehop.read.exports.servicenow.saves import at_one_time, one_state
from lanehop.read.exports.servicenow.values import (
    JOURNALS,
    as_instant,
    displays,
    is_ticket_table,
    raw,
    state_in,
    stored_time,
)
from lanehop.read.exports.shapes import order_of
from lanehop.read.rows import Note, aside, join_aside

if TYPE_CHECKING:
    from lanehop.read.exports.pages import Page

__all__ = ["read_pages"]

_DELETED = "DELETED"
_SYSTEM = "system"


def read_pages(pages: Sequence[Page], wanted: frozenset[str], *, messages: bool) -> History:
    """Read pages of a ServiceNow export as one history.

    Parameters
    ----------
    pages : sequence of Page
        Rows of sys_audit; beside them records of incidents (or other tickets), groups and users, and journal entries.
    wanted : names
        Fields whose values are kept.
    messages : bool
        Whether to keep comments and work notes.

    Returns
    -------
    History
        Tickets go by their number where their record is there, else by their sys_id.

    Notes
    -----
    - Rows with one ``record_checkpoint`` are one save; where there is none, those of one second.
    - ``state`` and ``incident_state`` are one field here: where a save says both, the latter, which drives the former.
    - States of tables other than ``incident`` stand under the name of the table (``sc_task:3``): the same numbers mean
      something else there. Rows of tables whose records are no tickets are set aside as ``other_table``.
    - Times of JSON are UTC, as the tables store them; what ``sysparm_display_value=true`` or a CSV gives may be in any
      zone, and is left without one.
    - What ``system`` changed is marked ``rule``.
    - A history is truncated where its record says that the ticket was resolved or closed later than it was made, and
      before the audit says any change of its state.
    """
    reader = _Reader(wanted, messages=messages)
    for page in pages:
        for record in page.records():
            if "documentkey" in record and "fieldname" in record:
                reader.take_audit(record, stored=page.form != "csv")
            elif "element_id" in record and "element" in record:
                reader.take_entry(record, stored=page.form != "csv")
            else:
                reader.records.take(record, reader.row, stored=page.form != "csv")
            reader.row += 1
    return reader.history()


class _Reader:
    """What is known so far, record by record."""

    def __init__(self, wanted: frozenset[str], *, messages: bool) -> None:
        self.wanted = wanted
        self.messages = messages
        self.row = 0
        self.records = ServiceNowRecords(wanted)
        self.rows = ChangeRows()
        self.seen: set[str] = set()
        self.overlapping: list[tuple[int, str]] = []
        self.other_table: list[tuple[int, str | None]] = []
        self.linked: list[tuple[str, str, str | None, str | None, int]] = []
        self.audited: list[tuple[str | None, str, str | None, str | None, str | None]] = []
        self.entries: list[tuple[str | None, str, str | None, str | None, str | None]] = []
        self.n_stored = 0
        self.state_changed: dict[str, datetime] = {}
        """When the state of each ticket first changed."""

    def take_audit(self, record: Mapping[str, Any], *, stored: bool) -> None:
        """Take one row of sys_audit: what one save changed in one field."""
        row, number, table = self.row, raw(record.get("sys_id")), raw(record.get("tablename"))
        if number is not None and number in self.seen:
            self.overlapping.append((row, number))
            return
        if number is not None:
            self.seen.add(number)
        if not is_ticket_table(table):
            self.other_table.append((row, table))
            return
        ticket, name = raw(record["documentkey"]), raw(record["fieldname"]) or "no name"
        user = raw(record.get("user")) or raw(record.get("sys_created_by"))
        time = self.time_of(record.get("sys_created_on"), stored=stored and not displays(record))
        save = order_of(raw(record.get("record_checkpoint"))) or 0
        mark = "rule" if user == _SYSTEM else None
        old, new = raw(record.get("oldvalue")), raw(record.get("newvalue"))
        if new == _DELETED:
            self.rows.add(ticket, time, save, "state", None, _DELETED, False, user, mark, row)
            return
        if name in JOURNALS:
            if self.messages:
                self.audited.append((ticket, name, time, user, new))
        elif name in LINKS and ticket is not None:
            self.linked.append((ticket, name, new, time, save))
        kept = name in self.wanted or (name == "incident_state" and "state" in self.wanted)
        if not kept or name in JOURNALS:
            old = new = None
        elif name in ("state", "incident_state"):
            changed = as_instant(time)
            if ticket is not None and changed is not None:
                self.state_changed[ticket] = min(changed, self.state_changed.get(ticket, changed))
            old, new = state_in(table, old), state_in(table, new)
        elif name in TIMES and stored:
            old, new = stored_time(old), stored_time(new)
        self.rows.add(ticket, time, save, name, old, new, True, user, mark, row)

    def time_of(self, value: Any, *, stored: bool) -> str | None:
        time = raw(value)
        if not stored:
            return time
        made = stored_time(time)
        self.n_stored += made != time
        return made

    def take_entry(self, record: Mapping[str, Any], *, stored: bool) -> None:
        """Take one journal entry: a comment or a work note."""
        element = raw(record["element"]) or ""
        if self.messages and element in JOURNALS:
            time = self.time_of(record.get("sys_created_on"), stored=stored)
            who = raw(record.get("sys_created_by"))
            self.entries.append((raw(record["element_id"]), element, time, who, raw(record.get("value"))))

    def history(self) -> History:
        """Return all that was read."""
        changes = at_one_time(self.rows.table())
        noted = []
        if "incident_state" not in self.wanted:
            changes, n_twice = one_state(changes)
            noted += [Note("state_said_twice", n_twice)] if n_twice else []
        if self.n_stored:
            noted.append(Note("stored_times_are_utc", self.n_stored))
        records = self.records
        return History(
            kind="ServiceNow sys_audit",
            changes=changes.set_column(0, "ticket", renamed(changes["ticket"], records.number_of)),
            records=records.table(self.state_changed),
            n_read=self.row,
            set_aside=join_aside(
                [
                    aside([x for x, _ in lost], reason, [x for _, x in lost])
                    for reason, lost in (
                        ("overlapping_page", [*self.overlapping, *records.overlapping]),
                        ("other_table", self.other_table),
                        ("unknown_record", [(x, None) for x in records.unknown]),
                    )
                ]
            ),
            noted=noted,
            names=records.names(),
            links=records.links(self.linked),
            messages=self.texts() if self.messages else None,
        )

    def texts(self) -> pd.DataFrame:
        """Return comments and work notes; the journal's own where it was exported, else those of the audit."""
        said = self.entries or self.audited
        names = self.records.names()["actor"]
        caller = {
            x: self.records.user_names.get(made.values.get("caller_id") or "")
            for x, made in self.records.tickets.items()
        }

        def role(ticket: str | None, element: str, user: str | None) -> str | None:
            if user is None or user == _SYSTEM:
                return None if user is None else "bot"
            asked = caller.get(ticket or "")
            if element == "work_notes" or (asked is not None and user != asked):
                return "agent"
            return None if asked is None else "customer"

        return pd.DataFrame(
            {
                "ticket": pd.array([x and self.records.number_of(x) for x, *_ in said], dtype="str"),
                "at": pd.Series([as_instant(x[2]) for x in said], dtype="datetime64[us, UTC]"),
                "author": pd.array([names.get(x[3] or "", x[3]) for x in said], dtype="str"),
                "role": pd.array([role(x[0], x[1], x[3]) for x in said], dtype="str"),
                "public": pd.array([JOURNALS[x[1]] for x in said], dtype="bool"),
                "text": pd.array([x[4] for x in said], dtype="str"),
            }
        )
