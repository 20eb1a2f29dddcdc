"""Spans: how long each case ran on either clock, and whether its end was seen.

Both clocks run on the calendar, or on business time where the lanes were made with opening hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns, grouped
from lanehop.columns import Codes, Flags, Instants, microseconds
from lanehop.lanes import Lanes
from lanehop.lanes.business import business_lengths
from lanehop.schema import BUSINESS

COUNTED_IN = ("calendar time", "business time")
"""What both clocks may count in."""

CUT_OFF, FIXED, WITHDRAWN = range(3)
"""How a case ended on the clock of the fix: not seen to end by the horizon, fixed, withdrawn."""


@dataclass(frozen=True, eq=False)
class Spans:
    """The cases that both clocks are read from, with how long each ran on them, in microseconds."""

    case: pd.Index[str]
    row: Instants
    """Of each, its row in ``lanes.cases``."""
    until: Instants
    """The instant at which the clock of the fix stopped for each: of its end, or at which it was cut off."""
    close: Instants
    close_observed: Flags
    fix: Instants
    ending: Codes
    """CUT_OFF, FIXED or WITHDRAWN, on the clock of the fix."""
    left_out: Instants
    """Rows of the cases opened at the horizon or after it, which cannot have been proven fixed."""

    @property
    def fix_observed(self) -> Flags:
        """Which cases were fixed."""
        return self.ending == FIXED

    @property
    def n_left_out(self) -> int:
        """How many cases were opened at the horizon or after it."""
        return len(self.left_out)


def measure_spans(lanes: Lanes) -> Spans:
    """Measure both clocks of every case that was opened before the horizon.

    Notes
    -----
    - The horizon is ``as_of - hold``: a fix claimed after it cannot have been proven.
    - time-to-real-fix ends at the claim that held. A withdrawn case is cut off when it was done, if that
      is not after the horizon. All others are cut off *at the horizon*, never at their claim: that would
      throw out exactly the cases that were just fixed.
    - time-to-close ends when a case was first declared done, and is cut off at the horizon.
    - With a calendar the time up to these instants is counted in business time. Which they are, and so
      which cases count and whose end was seen, does not depend on it: ``hold`` is calendar time.
    """
    horizon = microseconds(lanes.log.as_of - lanes.hold)
    cases = lanes._cases
    names = ("opened_at", "first_done_at", "done_at", "fixed_at")
    opened, first_done, done, fixed_at = (read_instants(cases[name]) for name in names)
    closed = cases["first_done_at"].notna().to_numpy() & (first_done <= horizon)
    fixed = (cases["outcome"] == "fixed").to_numpy()
    withdrawn = (cases["outcome"] == "withdrawn").to_numpy() & (done <= horizon)
    until = np.select([fixed, withdrawn], [fixed_at, done], horizon)
    row = np.flatnonzero(opened < horizon)
    clock = "" if lanes.calendar is None else BUSINESS
    return Spans(
        case=pd.Index(cases["case"].iloc[row]),
        row=row,
        until=until[row],
        close=age_at(lanes, np.where(closed, first_done, horizon), clock)[row],
        close_observed=closed[row],
        fix=age_at(lanes, until, clock)[row],
        ending=np.select([fixed, withdrawn], [FIXED, WITHDRAWN], CUT_OFF)[row],
        left_out=np.flatnonzero(opened >= horizon),
    )


def first_stays(lanes: Lanes) -> Instants:
    """Return the row of each case's first stay, and one more at the end."""
    return np.append(np.flatnonzero(lanes._stays["stay"] == 0), len(lanes._stays))


def within_stays(lanes: Lanes, begin: Instants, end: Instants, clock: str) -> Instants:
    """Return how much of an interval of each stay counts on a clock; both ends lie in the stay."""
    if not clock:
        return end - begin
    assert lanes.calendar is not None
    department: Any = lanes._stays["department"].cat.codes.to_numpy()
    names = lanes.log._coded.department.names
    return business_lengths(begin, end, department, names, lanes.calendar)


def age_at(lanes: Lanes, at: Instants, clock: str) -> Instants:
    """Return how old each case was at an instant of its own, beyond its end by the hours of its last department.

    ``clock`` is what the names of such lengths begin with: nothing, or ``business_``.
    """
    if not clock:
        return at - read_instants(lanes._cases["opened_at"])
    first = first_stays(lanes)
    limit = np.repeat(at, np.diff(first))
    begin, end = (np.minimum(read_instants(lanes._stays[name]), limit) for name in ("entered_at", "left_at"))
    end[first[1:] - 1] = at
    return grouped.total(within_stays(lanes, begin, end, clock), first)


def length_of(lanes: Lanes, name: str) -> pd.Series[pd.Timedelta]:
    """Return a length of ``lanes.cases``, in what both clocks count in."""
    return lanes._cases[name if lanes.calendar is None else BUSINESS + name]


def counted_in(lanes: Lanes, n: int) -> Any:
    """Return a column of ``n`` rows that says what both clocks count in."""
    return columns.word(np.full(n, lanes.calendar is not None, dtype=np.int8), COUNTED_IN)


def read_instants(times: pd.Series[pd.Timestamp]) -> Instants:
    """Return times as microseconds since 1970; NA is MISSING."""
    return times.to_numpy(dtype="M8[us]").view(np.int64)
