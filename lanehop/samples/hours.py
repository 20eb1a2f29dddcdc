"""The desk's working hours as one axis: how much of them has passed, and when so much will have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.desk import WEEKDAYS, Desk, read_hours

Seconds = NDArray[np.int64]
"""Instants as whole seconds since 1970 (UTC), or lengths in seconds."""

QUIET = 0.15
"""Problems that come up in an hour outside of the working hours, for each that does in one within."""

MARGIN_DAYS = 14
"""Hours are known this long past the end of the log; after that it no longer matters when something is."""


@dataclass(frozen=True)
class Hours:
    """Opening spans ``[starts, ends)`` of a desk, and the log's first and last instant."""

    first: int
    last: int
    starts: Seconds
    ends: Seconds
    worked: Seconds
    """Working seconds before each span begins."""

    def passed(self, at: Seconds) -> Seconds:
        """Return the working seconds before each instant."""
        span = np.searchsorted(self.starts, at, side="right") - 1
        inside = np.clip(at - self.starts[span], 0, self.ends[span] - self.starts[span])
        return np.where(span < 0, 0, self.worked[span] + inside)

    def after(self, at: Seconds, wait: NDArray[np.float64]) -> Seconds:
        """Return the instants by which so many working seconds (at least one) have passed."""
        due = self.passed(at) + np.maximum(np.rint(wait), 1).astype(np.int64)
        through = self.worked + self.ends - self.starts
        span = np.minimum(np.searchsorted(through, due), len(through) - 1)
        return self.starts[span] + due - self.worked[span]

    def is_open(self, at: Seconds) -> NDArray[np.bool_]:
        """Whether the desk is open at each instant."""
        span = np.searchsorted(self.starts, at, side="right") - 1
        return (span >= 0) & (at < self.ends[span])

    def spread(self, uniform: NDArray[np.float64]) -> Seconds:
        """Place arrivals: the more the later in ``[0, 1)``, thinner while the desk is closed."""
        points = np.unique(np.concatenate([[self.first, self.last], self.starts, self.ends]))
        points = points[(points >= self.first) & (points <= self.last)]
        opened = np.diff(self.passed(points))
        weight = np.concatenate([[0.0], np.cumsum(opened + QUIET * (np.diff(points) - opened))])
        return np.interp(uniform * weight[-1], weight, points).astype(np.int64)


def find_hours(desk: Desk) -> Hours:
    """Lay out a desk's working hours over the days of its log; local hours follow the change of the clock."""
    zone = ZoneInfo(desk.timezone)
    midnight = dt.datetime.combine(dt.date.fromisoformat(desk.start), dt.time(), tzinfo=zone)
    weekly = read_hours(desk.schedule)
    spans = []
    for day in range(desk.days + MARGIN_DAYS):
        # Arithmetic on an aware datetime is on the wall clock: the next midnight, whatever its offset.
        today = midnight + dt.timedelta(days=day)
        for begin, end in weekly[WEEKDAYS[today.weekday()]]:
            spans.append([int((today + dt.timedelta(minutes=m)).timestamp()) for m in (begin, end)])
    starts, ends = np.array(spans, dtype=np.int64).T
    worked = np.concatenate([[0], np.cumsum(ends - starts)[:-1]])
    last = midnight + dt.timedelta(days=desk.days)
    return Hours(int(midnight.timestamp()), int(last.timestamp()), starts, ends, worked)
