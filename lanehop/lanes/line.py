"""The line of a case: what holds from each instant on, in which department and state it is.

Everything in ``lanes`` is read off this line. It is made of *points*: the events of a case, and before
them its opening where that is earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from lanehop import grouped
from lanehop.columns import MISSING, Coded, Codes, Flags, Instants, microseconds
from lanehop.log import CodedEvents, TicketLog
from lanehop.states import FIRST_DONE, WORKING


@dataclass(frozen=True, eq=False)
class Held:
    """What holds from each event of a ticket on: the last thing said of it."""

    department: Codes
    state: Codes
    """-1 before the first known state."""
    state_before: Codes
    """What held just before the event; -1 before the first."""


@dataclass(frozen=True, eq=False)
class Line:
    """The points of all cases, case by case; ``first`` gives each case's first point."""

    cases: pa.LargeStringArray
    departments: pa.LargeStringArray
    first: Instants
    case: Codes
    time: Instants
    department: Codes
    state: Codes
    state_before: Codes
    event: Instants | None
    """Position of each point's event, -1 for an opening; None where points are the events."""
    opened_at: Instants
    """Of each case."""
    ended_at: Instants
    """Of each case: its last event if it is done then, else as_of."""
    done: Flags
    """Of each case: whether it is done at its end."""

    @cached_property
    def until(self) -> Instants:
        """The instant to which each point holds."""
        until = np.empty_like(self.time)
        until[:-1] = self.time[1:]
        until[self.first[1:] - 1] = self.ended_at
        return until

    @property
    def enters_working(self) -> Flags:
        """Whether the case begins to be worked on at each point."""
        return (self.state == WORKING) & (self.state_before != WORKING)

    @property
    def is_event(self) -> Flags | None:
        """Whether each point is an event; None where all are."""
        return None if self.event is None else self.event >= 0

    def point(self, event: Instants) -> Instants:
        """Return the point of each of these events."""
        return event if self.event is None else np.flatnonzero(self.event >= 0)[event]


def held(log: TicketLog) -> Held:
    """Carry what each event says on to those of its ticket that do not say."""
    e: CodedEvents = log._coded
    department = e.department.codes
    if log.dialect.missing_department == "carry":
        department = grouped.carry(department, e.first)
    state = np.full(len(e.time), -1, dtype=np.int8) if e.state is None else grouped.carry(e.state, e.first)
    return Held(department, state, grouped.before(state, e.first, -1))


def draw_line(log: TicketLog, now: Held) -> Line:
    """Draw the line of each case through the events of its ticket."""
    e: CodedEvents = log._coded
    begun = e.time[e.first[:-1]]
    opened = begun if e.opened_at is None else np.where(e.opened_at == MISSING, begun, np.minimum(e.opened_at, begun))
    last = e.first[1:] - 1
    done = now.state[last] >= FIRST_DONE
    line = Line(
        cases=e.tickets,
        departments=e.department.names,
        first=e.first,
        case=e.ticket,
        time=e.time,
        department=now.department,
        state=now.state,
        state_before=now.state_before,
        event=None,
        opened_at=opened,
        ended_at=np.where(done, e.time[last], microseconds(log.as_of)),
        done=done,
    )
    early = opened < begun
    return _with_openings(line, early) if early.any() else line


def _with_openings(line: Line, early: Flags) -> Line:
    """Put a point of its own before the first event of each case that was opened earlier."""
    n_before = np.cumsum(early)
    n = len(line.time) + int(n_before[-1])
    opening = line.first[:-1][early] + n_before[early] - 1
    is_event = np.ones(n, dtype=bool)
    is_event[opening] = False

    def spread(values: Codes, fill: Any) -> Codes:
        made = np.empty(n, dtype=values.dtype)
        made[is_event] = values
        made[opening] = fill
        return made

    first = line.first.copy()
    first[1:] += n_before
    return Line(
        cases=line.cases,
        departments=line.departments,
        first=first,
        case=spread(line.case, np.flatnonzero(early)),
        time=spread(line.time, line.opened_at[early]),
        department=spread(line.department, -1),
        state=spread(line.state, -1),
        state_before=spread(line.state_before, -1),
        event=spread(np.arange(len(line.time)), -1),
        opened_at=line.opened_at,
        ended_at=line.ended_at,
        done=line.done,
    )


def chain_names(codes: Codes, first: Instants, names: pa.LargeStringArray) -> pa.LargeStringArray:
    """Join the names of each group as "Network > Billing > Network"."""
    import pyarrow.compute as pc

    lists = pa.LargeListArray.from_arrays(pa.array(first), names.take(pa.array(codes)))
    return pc.binary_join(lists, pa.scalar(" > ", pa.large_string()))


def coded_cases(line: Line, case: Codes) -> Coded:
    """Return case codes with their ids."""
    return Coded(case, line.cases)
