"""Episodes: what holds of a ticket from each event on, and the times in which it was done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lanehop import grouped
from lanehop.columns import MISSING, Codes, Flags, Instants
from lanehop.log import CodedEvents, TicketLog
from lanehop.states import FIRST_DONE


@dataclass(frozen=True, eq=False)
class Held:
    """What holds from each event of a ticket on: the last thing said of it."""

    department: Codes
    state: Codes
    """-1 before the first known state."""
    state_before: Codes
    """What held just before the event; -1 before the first."""
    opened_at: Instants
    """Of each ticket: the earlier of its own opening time and its first event."""


@dataclass(frozen=True, eq=False)
class Episodes:
    """The episodes in which tickets were done; ``first`` gives each ticket's first one.

    Positions are positions of events.
    """

    first: Instants
    ticket: Codes
    begin: Instants
    """The event that declared the ticket done."""
    end: Instants
    """The event that opened it again, or one past the ticket's last."""
    opened: Instants
    """The event with which it last opened before."""
    reopened: Flags


def held(log: TicketLog) -> Held:
    """Carry what each event says on to those of its ticket that do not say."""
    e: CodedEvents = log._coded
    department = e.department.codes
    if log.dialect.missing_department == "carry":
        department = grouped.carry(department, e.first)
    state = np.full(len(e.time), -1, dtype=np.int8) if e.state is None else grouped.carry(e.state, e.first)
    begun = e.time[e.first[:-1]]
    opened = begun if e.opened_at is None else np.where(e.opened_at == MISSING, begun, np.minimum(e.opened_at, begun))
    return Held(department, state, grouped.before(state, e.first, -1), opened)


def find_episodes(log: TicketLog, now: Held) -> Episodes:
    """Find when each ticket was declared done, and when it was opened again."""
    e: CodedEvents = log._coded
    done, done_before = now.state >= FIRST_DONE, now.state_before >= FIRST_DONE
    begin = np.flatnonzero(done & ~done_before)
    reopening = np.flatnonzero(~done & done_before)
    first = grouped.offsets(begin, e.first)
    ticket = np.repeat(np.arange(len(e.tickets), dtype=np.int32), np.diff(first))
    until = e.first[1:][ticket]
    reopened_by, reopened = grouped.next_in(reopening, begin, until)
    end = np.where(reopened, reopened_by, until)
    opened = e.first[:-1][ticket]
    again = np.flatnonzero(~grouped.starts(len(begin), first))
    opened[again] = end[again - 1]
    return Episodes(first, ticket, begin, end, opened, reopened)
