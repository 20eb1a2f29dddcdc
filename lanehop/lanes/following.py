"""Following: the one line of a case through its several tickets.

At each instant a case follows one ticket: the first opened, until that is done; then, of the spans of open
time not yet followed, the one open at that moment or next to begin. If none is left it stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from lanehop import grouped
from lanehop.columns import Codes, Flags, Instants, microseconds
from lanehop.episodes import Episodes, Held
from lanehop.lanes.line import Line
from lanehop.log import CodedEvents, TicketLog
from lanehop.states import FIRST_DONE

FOREVER = np.iinfo(np.int64).max
"""The end of a span that is still open."""


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans of open time of tickets, in order of case, start and ticket id; ``first`` gives each case's first."""

    first: Instants
    case: Codes
    ticket: Codes
    start: Instants
    end: Instants
    begin: Instants
    """The event that opened it."""
    closure: Instants
    """The closure that ended it; -1: it is still open."""
    turn: Instants
    """When the line turns to it."""
    followed: Flags

    def keep(self, which: Flags) -> Spans:
        """Return these spans only."""
        at = np.flatnonzero(which)
        return Spans(
            first=grouped.offsets(at, self.first),
            case=self.case[at],
            ticket=self.ticket[at],
            start=self.start[at],
            end=self.end[at],
            begin=self.begin[at],
            closure=self.closure[at],
            turn=self.turn[at],
            followed=self.followed[at],
        )


def draw_followed_line(log: TicketLog, now: Held, episodes: Episodes) -> Line:
    """Draw the line of each case through the events of those of its tickets that it follows."""
    e: CodedEvents = log._coded
    as_of = microseconds(log.as_of)
    assert e.cases is not None
    assert e.first_ticket is not None
    spans = _spans(e, now, episodes)
    way = spans.keep(spans.followed)
    last_of_case = way.first[1:] - 1
    has_next = np.ones(len(way.case), dtype=bool)
    has_next[last_of_case] = False
    next_turn = np.where(has_next, np.append(way.turn[1:], 0), FOREVER)

    # The events from the turn on: to the closing one, then on until the next turn.
    closed = way.closure >= 0
    ends_with = np.where(closed, np.append(episodes.begin, 0)[way.closure] + 1, e.first[1:][way.ticket])
    stop = np.where(closed, np.append(episodes.end, 0)[way.closure], ends_with)
    start_at = _first_not_before(e.time, way.begin, ends_with, way.turn)
    stop_at = _first_not_before(e.time, ends_with, stop, next_turn)
    # Where the ticket itself is opened again, that event is the turn.
    itself = np.append(way.ticket[1:] == way.ticket[:-1], False) & has_next
    stop_at[itself] = stop[itself]

    # A turn in between events is a point of its own.
    turned = (start_at == ends_with) | (e.time[np.minimum(start_at, len(e.time) - 1)] > way.turn)
    n_points = stop_at - start_at + turned
    ends = np.cumsum(n_points)
    n = int(ends[-1]) if len(ends) else 0
    begins = ends - n_points
    leg = np.repeat(np.arange(len(n_points)), n_points)
    event = start_at[leg] + np.arange(n) - begins[leg] - turned[leg]
    turn_point = begins[turned]
    known = start_at[turned] > way.begin[turned]  # else it was opened before its first event
    before = np.where(known, start_at[turned] - 1, 0)
    department, state = now.department[event], now.state[event]
    time, state_before = e.time[event], now.state_before[event]
    event[turn_point] = -1
    time[turn_point] = way.turn[turned]
    department[turn_point] = np.where(known, now.department[before], -1)
    state[turn_point] = np.where(known, now.state[before], -1)
    state_before[turn_point] = state[turn_point]
    # To turn to another ticket is to turn to an open one, whatever it was before.
    other = np.ones(len(way.ticket), dtype=bool)
    other[1:] = way.ticket[1:] != way.ticket[:-1]
    arrival = begins[other]
    state_before[arrival] = np.where(state_before[arrival] >= FIRST_DONE, -1, state_before[arrival])

    still_open = now.state[e.first[1:] - 1] < FIRST_DONE
    done = ~np.logical_or.reduceat(still_open, e.first_ticket[:-1]) if len(e.cases) else still_open
    last_event = np.maximum.reduceat(e.time, e.first[e.first_ticket[:-1]]) if len(e.cases) else e.time
    followed = np.flatnonzero(closed)
    continued_by = np.full(len(episodes.begin), -1, dtype=np.int32)
    goes_on = closed & has_next & np.append(other[1:], False)
    continued_by[way.closure[goes_on]] = np.append(way.ticket[1:], -1)[goes_on]
    return Line(
        cases=e.cases,
        tickets=e.tickets,
        departments=e.department.names,
        first=np.append(0, ends)[way.first],
        case=way.case[leg],
        ticket=way.ticket[leg],
        time=time,
        department=department,
        state=state,
        state_before=state_before,
        event=event,
        opened_at=way.start[way.first[:-1]],
        ended_at=np.where(done, last_event, as_of),
        done=done,
        followed=way.closure[followed],
        followed_first=grouped.offsets(followed, way.first),
        continued_by=continued_by,
        overlap=_overlap(spans, way, as_of),
    )


def _spans(e: CodedEvents, now: Held, episodes: Episodes) -> Spans:
    """Find the spans of open time of all tickets, and which of them the line follows."""
    assert e.first_ticket is not None
    open_now = np.flatnonzero(now.state[e.first[1:] - 1] < FIRST_DONE)
    last = episodes.first[1:][open_now] - 1
    was_done = last >= episodes.first[:-1][open_now]
    reopened_by = np.where(was_done, np.append(episodes.end, 0)[last], e.first[:-1][open_now])
    ticket = np.concatenate([episodes.ticket, open_now.astype(np.int32)])
    begin = np.concatenate([episodes.opened, reopened_by])
    end = np.concatenate([e.time[episodes.begin], np.full(len(open_now), FOREVER)])
    closure = np.concatenate([np.arange(len(episodes.begin)), np.full(len(open_now), -1)])
    start = np.where(begin == e.first[:-1][ticket], now.opened_at[ticket], e.time[begin])
    case = e.case_of[ticket]
    rank = pc.rank(e.tickets).to_numpy()
    order = np.lexsort((begin, rank[ticket], start, case))
    case, ticket, start, end, begin, closure = (x[order] for x in (case, ticket, start, end, begin, closure))
    first = np.searchsorted(case, np.arange(len(e.first_ticket)))
    so_far = grouped.before(_greatest_so_far(end, case), first, np.iinfo(np.int64).min)
    followed = (start >= so_far) | (end > so_far)
    return Spans(first, case, ticket, start, end, begin, closure, np.maximum(start, so_far), followed)


def _greatest_so_far(values: Instants, case: Codes) -> Instants:
    """Return the greatest value up to each element of its case."""
    different, rank = np.unique(values, return_inverse=True)
    # A later case outranks all earlier ones, so that one pass serves all.
    step = len(different)
    return different[np.maximum.accumulate(case * np.int64(step) + rank) - case * np.int64(step)]


def _first_not_before(time: Instants, low: Instants, high: Instants, at: Instants) -> Instants:
    """Return for each range of sorted times the first position that is not before an instant, else its end."""
    low, high = low.copy(), high.copy()
    while (active := low < high).any():
        middle = (low + high) // 2
        earlier = active & (time[np.minimum(middle, len(time) - 1)] < at)
        low = np.where(earlier, middle + 1, low)
        high = np.where(active & ~earlier, middle, high)
    return low


def _overlap(spans: Spans, way: Spans, as_of: int) -> Instants:
    """Return for each case the open time of its tickets while it follows another."""
    n = len(spans.first) - 1
    total = np.zeros(n, dtype=np.int64)
    for these, sign, since in ((spans, 1, spans.start), (way, -1, way.turn)):
        length = np.append(0, np.cumsum(np.minimum(these.end, as_of) - since))
        total += sign * (length[these.first[1:]] - length[these.first[:-1]])
    return total
