"""ServiceNow records: tickets as they stand now, and the names of groups and users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from lanehop.read.changes.id_names import tell_apart
from lanehop.read.exports.servicenow.values import (
    WORDS,
    as_instant,
    cell,
    displays,
    has,
    is_ticket_table,
    raw,
    shown,
    state_in,
    stored_time,
)

GROUPS = frozenset({"assignment_group"})
USERS = frozenset({"assigned_to", "caller_id", "opened_by", "resolved_by", "closed_by", "reopened_by", "opened_for"})
LINKS = {"parent_incident": "parent", "parent": "parent", "problem_id": "problem", "duplicate_of": "duplicate_of"}
"""Fields that name another ticket, and what they say of it."""

TIMES = frozenset({"due_date", "sla_due", "expected_start", "follow_up", "activity_due"})
_DONE_AT = ("resolved_at", "closed_at")
_SOON = timedelta(minutes=1)
"""How far the times of one save may lie apart in a record and its audit."""

_MADE = frozenset({"ticket", "time", "actor", "activity", "opened_at"})
_NEVER_DISPLAYED_ALIKE = frozenset({"state", "incident_state", "hold_reason"})


@dataclass
class _Ticket:
    row: int
    updated: str
    said: frozenset[str]
    opened: str | None = None
    times: dict[str, str | None] = field(default_factory=dict)
    """When it was created, resolved and closed."""
    values: dict[str, str | None] = field(default_factory=dict)


class ServiceNowRecords:
    """What the records beside an audit say."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted - _MADE
        self.groups: dict[str, str] = {}
        self.users: dict[str, str] = {}
        self.user_names: dict[str, str] = {}
        """User name by sys_id."""
        self.numbers: dict[str, str] = {}
        self.overlapping: list[tuple[int, str]] = []
        self.unknown: list[int] = []
        self.tickets: dict[str, _Ticket] = {}

    def take(self, record: Mapping[str, Any], row: int, *, stored: bool) -> None:
        """Take one record; `stored`: its times are as the tables store them."""
        sys_id, name = raw(cell(record, "sys_id")), raw(cell(record, "name"))
        table = raw(cell(record, "sys_class_name"))
        if sys_id is None:
            self.unknown.append(row)
        elif has(record, "user_name"):
            if name is not None:
                self.users[sys_id] = name
            login = raw(cell(record, "user_name"))
            if login is not None:
                self.user_names[sys_id] = login
        elif table == "sys_user_group" or (name is not None and not has(record, "number") and has(record, "manager")):
            if name is not None:
                self.groups[sys_id] = name
        elif is_ticket_table(table) and any(
            has(record, x) for x in ("number", "state", "incident_state", "assignment_group", "opened_at")
        ):
            self._take_ticket(sys_id, table, record, row, stored=stored and not displays(record))
        else:
            self.unknown.append(row)

    def _take_ticket(
        self, sys_id: str, table: str | None, record: Mapping[str, Any], row: int, *, stored: bool
    ) -> None:
        as_time = stored_time if stored else lambda text: text
        updated = raw(cell(record, "sys_updated_on")) or ""
        said = frozenset(record)
        made = self.tickets.get(sys_id)
        if made is not None and made.said == said:
            older = updated < made.updated
            self.overlapping.append((row if older else made.row, sys_id))
            if older:
                return
            made = None
        if made is None:
            made = self.tickets[sys_id] = _Ticket(row, updated, said)
        number = raw(cell(record, "number"))
        if number is not None:
            self.numbers[sys_id] = number
        opened = raw(cell(record, "opened_at")) or raw(cell(record, "sys_created_on"))
        if opened is not None and (made.opened is None or has(record, "opened_at")):
            made.opened = as_time(opened)
        made.times |= {x: as_time(raw(cell(record, x))) for x in ("sys_created_on", *_DONE_AT) if has(record, x)}
        for name in GROUPS | USERS | LINKS.keys():
            self._keep_name(name, cell(record, name))
        for name in (self.wanted | LINKS.keys()) - _MADE:
            place = "incident_state" if name == "state" and raw(cell(record, "incident_state")) else name
            if not has(record, place) or (displays(record) and name in _NEVER_DISPLAYED_ALIKE):
                continue
            value = raw(cell(record, place))
            if table in (None, "incident") and name in WORDS:
                value = WORDS[name].get(value or "", value)
            if name == "state":
                value = state_in(table, value)
            made.values[name] = as_time(value) if name in TIMES else value

    def _keep_name(self, name: str, value: Any) -> None:
        number, label = raw(value), shown(value)
        if number is None or label is None:
            return
        known = self.groups if name in GROUPS else self.users if name in USERS else self.numbers
        known.setdefault(number, label)

    def number_of(self, sys_id: str) -> str:
        """Return the number that people know a ticket by; its sys_id where none is known."""
        return self.numbers.get(sys_id, sys_id)

    def names(self) -> dict[str, dict[str, str]]:
        """Return for each field the names of its ids, told apart."""
        groups, users = tell_apart(self.groups), tell_apart(self.users)
        actors = {login: users[i] for i, login in self.user_names.items() if i in users}
        made = dict.fromkeys(GROUPS, groups) | dict.fromkeys(USERS, users) | {"actor": actors}
        return made | dict.fromkeys(LINKS, self.numbers)

    def table(self, audited: Mapping[str, datetime]) -> pa.Table | None:
        """Return the tickets as ``History.records``; None if there are none.

        Parameters
        ----------
        audited : mapping of sys_id to time
            When the audit first says that the state of a ticket changed.
        """
        if not self.tickets:
            return None
        tickets = list(self.tickets.values())
        made: dict[str, pa.Array] = {
            "ticket": pa.array([self.number_of(x) for x in self.tickets], pa.string()),
            "row": pa.array([x.row for x in tickets], pa.int64()),
            "opened_at": pa.array([x.opened for x in tickets], pa.string()),
            "truncated": pa.array([_is_cut(x, audited.get(i)) for i, x in self.tickets.items()], pa.bool_()),
        }
        # A CSV shows names, and histories hold ids.
        ids = {
            **{name: {label: i for i, label in tell_apart(self.groups).items()} for name in GROUPS},
            **{name: {label: i for i, label in tell_apart(self.users).items()} for name in USERS},
        }
        for name in sorted({name for x in tickets for name in x.values} & self.wanted):
            values = [x.values.get(name) for x in tickets]
            made[name] = pa.array([ids.get(name, {}).get(x or "", x) for x in values], pa.string())
        return pa.table(made)

    def links(self, said: Iterable[tuple[str, str, str | None, str | None, int]]) -> pd.DataFrame | None:
        """Return the links: as the records have them, else as the audit last says.

        Parameters
        ----------
        said : ticket, field, new value, time and save of each change of such a field
        """
        last: dict[tuple[str, str], tuple[str | None, str | None]] = {}
        for ticket, name, new, time, _ in sorted(said, key=lambda x: (x[3] or "", x[4])):
            last[ticket, name] = (new, time)
        for ticket, made in self.tickets.items():
            for name, value in made.values.items():
                if name in LINKS:
                    new, time = last.get((ticket, name), (None, None))
                    last[ticket, name] = (value, time if new == value else None)
        held: dict[tuple[str, str, str], tuple[str, datetime | None]] = {}
        for (ticket, name), (value, time) in last.items():
            if value is not None and value != ticket:
                ends = (self.number_of(ticket), self.number_of(value), LINKS[name])
                held.setdefault(ends, (f"ServiceNow {name}", as_instant(time)))
        if not held:
            return None
        return pd.DataFrame(
            {
                "from_ticket": [ends[0] for ends in held],
                "to_ticket": [ends[1] for ends in held],
                "kind": [ends[2] for ends in held],
                "rule": [rule for rule, _ in held.values()],
                "at": pd.Series([at for _, at in held.values()], dtype="datetime64[us, UTC]"),
            }
        )


def _is_cut(ticket: _Ticket, audited: datetime | None) -> bool:
    """Whether a ticket was resolved or closed after it was made, and before the first change of state in its audit."""
    known = (as_instant(ticket.opened), as_instant(ticket.times.get("sys_created_on")))
    made = max((x for x in known if x is not None), default=None)
    done = [x for x in (as_instant(ticket.times.get(name)) for name in _DONE_AT) if x is not None]
    return made is not None and any(made + _SOON < x and (audited is None or x < audited - _SOON) for x in done)
