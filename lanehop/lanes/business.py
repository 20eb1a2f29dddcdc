"""Business time: the lengths of the tables once more, as the calendars of the departments count them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lanehop.clocks import Calendar
from lanehop.clocks.calendars import assign_calendars
from lanehop.clocks.opening_hours import open_time
from lanehop.columns import Codes, Instants
from lanehop.episodes import Episodes, Held
from lanehop.log import CodedEvents
from lanehop.states import FIRST_DONE

Calendars = Calendar | Mapping[str, Calendar]


def business_lengths(
    start: Instants, end: Instants, department: Codes, names: pa.LargeStringArray, calendar: Calendars
) -> Instants:
    """Return how much of each interval lies in the opening hours of its department, in microseconds."""
    different, place = np.unique(department, return_inverse=True)
    known = [None if code < 0 else names[int(code)].as_py() for code in different]
    calendars, which = assign_calendars(calendar, known)
    return open_time(start, end, calendars, which[place])


class TicketHours:
    """Business time along each ticket, event by event, whatever the case follows."""

    def __init__(self, e: CodedEvents, now: Held, calendar: Calendars, as_of: int) -> None:
        last = e.first[1:] - 1
        until = np.append(e.time[1:], 0)
        self._open = now.state < FIRST_DONE
        until[last] = np.where(self._open[last], as_of, e.time[last])
        self._e = e
        self._each = business_lengths(e.time, until, now.department, e.department.names, calendar)
        begun = e.time[e.first[:-1]]
        early = np.flatnonzero(now.opened_at < begun)
        self._lead = np.zeros(len(last), dtype=np.int64)
        nowhere = np.full(len(early), -1, dtype=np.int8)
        self._lead[early] = business_lengths(now.opened_at[early], begun[early], nowhere, e.department.names, calendar)

    def open_again(self, x: Episodes, later: Instants) -> Instants:
        """Return the time from the reopening before each of these closures to it."""
        so_far = np.append(0, np.cumsum(self._each))
        return so_far[x.begin[later]] - so_far[x.end[later - 1]]

    def open_per_case(self) -> Instants:
        """Return for each case the open time of all of its tickets."""
        so_far = np.append(0, np.cumsum(self._each * self._open))
        lead = np.append(0, np.cumsum(self._lead))
        first = self._e.first_of_case
        ticket = np.arange(len(first)) if self._e.first_ticket is None else self._e.first_ticket
        return np.diff(so_far[first]) + np.diff(lead[ticket])
