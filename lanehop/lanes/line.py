"""The line of a case: what holds from each instant on, in which ticket, department and state it is.

Everything in ``lanes`` is read off this line. It is made of *points*: the events that a case follows; before
them its opening, where that is earlier; and the moments at which it turns to another ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from lanehop.columns import Codes, Flags, Instants, microseconds
from lanehop.episodes import Episodes, Held
from lanehop.lanes.business import Calendars, business_lengths
from lanehop.log import CodedEvents, TicketLog
from lanehop.states import FIRST_DONE, WORKING


@dataclass(frozen=True, eq=False)
class Line:
    """The points of all cases, case by case; ``first`` gives each case's first point."""

    cases: pa.LargeStringArray
    tickets: pa.LargeStringArray
    departments: pa.LargeStringArray
    first: Instants
    case: Codes
    ticket: Codes
    time: Instants
    department: Codes
    state: Codes
    state_before: Codes
    event: Instants | None
    """Position of each point's event, -1 where there is none; None where points are the events."""
    opened_at: Instants
    """Of each case."""
    ended_at: Instants
    """Of each case: its last event if it is done then, else as_of."""
    done: Flags
    """Of each case: whether no ticket of it is open at its end."""
    followed: Instants
    """The closures that the line follows, in its order."""
    followed_first: Instants
    """The first of them of each case; one more at the end."""
    continued_by: Codes | None = None
    """Of each closure: the other ticket that the line follows next, or -1; None where cases are tickets."""
    overlap: Instants | None = None
    """Of each case; None where cases are tickets."""
    calendar: Calendars | None = None
    """Opening hours, where business time is asked for."""

    @cached_property
    def until(self) -> Instants:
        """The instant to which each point holds."""
        until = np.empty_like(self.time)
        until[:-1] = self.time[1:]
        until[self.first[1:] - 1] = self.ended_at
        return until

    @cached_property
    def business(self) -> Instants:
        """Business time in the length of each point."""
        assert self.calendar is not None
        return business_lengths(self.time, self.until, self.department, self.departments, self.calendar)

    @cached_property
    def business_so_far(self) -> Instants:
        """Business time before each point, over all cases; one more at the end."""
        return np.append(0, np.cumsum(self.business))

    @property
    def enters_working(self) -> Flags:
        """Whether the case begins to be worked on at each point."""
        return (self.state == WORKING) & (self.state_before != WORKING)

    @property
    def is_event(self) -> Flags | None:
        """Whether each point is an event; None where all are."""
        return None if self.event is None else self.event >= 0

    def of_event(self, values: Codes) -> Codes:
        """Return the value of each point's event, -1 where there is none."""
        if self.event is None:
            return values
        return np.append(values, values.dtype.type(-1))[self.event]

    def point(self, event: Instants) -> Instants:
        """Return the point of each of these events."""
        if self.event is None:
            return event
        points = np.flatnonzero(self.event >= 0)
        order = np.argsort(self.event[points], kind="stable")
        return points[order][np.searchsorted(self.event[points], event, sorter=order)]


def draw_line(log: TicketLog, now: Held, episodes: Episodes) -> Line:
    """Draw the line of each case through the events of its ticket, or of its tickets."""
    if log._coded.cases is not None:
        from lanehop.lanes.following import draw_followed_line

        return draw_followed_line(log, now, episodes)
    e: CodedEvents = log._coded
    last = e.first[1:] - 1
    done = now.state[last] >= FIRST_DONE
    ticket = e.ticket
    line = Line(
        cases=e.tickets,
        tickets=e.tickets,
        departments=e.department.names,
        first=e.first,
        case=ticket,
        ticket=ticket,
        time=e.time,
        department=now.department,
        state=now.state,
        state_before=now.state_before,
        event=None,
        opened_at=now.opened_at,
        ended_at=np.where(done, e.time[last], microseconds(log.as_of)),
        done=done,
        followed=np.arange(len(episodes.begin)),
        followed_first=episodes.first,
    )
    early = now.opened_at < e.time[e.first[:-1]]
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
    case = spread(line.case, np.flatnonzero(early))
    return replace(
        line,
        first=first,
        case=case,
        ticket=case,
        time=spread(line.time, line.opened_at[early]),
        department=spread(line.department, -1),
        state=spread(line.state, -1),
        state_before=spread(line.state_before, -1),
        event=spread(np.arange(len(line.time)), -1),
    )


def chain_names(codes: Codes, first: Instants, names: pa.LargeStringArray) -> pa.LargeStringArray:
    """Join the names of each group as "Network > Billing > Network"."""
    import pyarrow.compute as pc

    lists = pa.LargeListArray.from_arrays(pa.array(first), names.take(pa.array(codes)))
    return pc.binary_join(lists, pa.scalar(" > ", pa.large_string()))
