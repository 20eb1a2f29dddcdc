"""Spans: how long each case ran on either clock, and whether its end was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lanehop.columns import Codes, Flags, Instants, microseconds
from lanehop.lanes import Lanes

CUT_OFF, FIXED, WITHDRAWN = range(3)
"""How a case ended on the clock of the fix: not seen to end by the horizon, fixed, withdrawn."""


@dataclass(frozen=True, eq=False)
class Spans:
    """The cases that both clocks are read from, with how long each ran, in microseconds."""

    case: pd.Index[str]
    row: Instants
    """Of each, its row in ``lanes.cases``."""
    opened_at: Instants
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
    """
    horizon = microseconds(lanes.log.as_of - lanes.hold)
    opened = read_instants(lanes._cases["opened_at"])
    row = np.flatnonzero(opened < horizon)
    cases = lanes._cases.iloc[row]
    first_done, done, fixed_at = (read_instants(cases[name]) for name in ("first_done_at", "done_at", "fixed_at"))
    closed = cases["first_done_at"].notna().to_numpy() & (first_done <= horizon)
    fixed = (cases["outcome"] == "fixed").to_numpy()
    withdrawn = (cases["outcome"] == "withdrawn").to_numpy() & (done <= horizon)
    ended = np.select([fixed, withdrawn], [fixed_at, done], horizon)
    return Spans(
        case=pd.Index(cases["case"]),
        row=row,
        opened_at=opened[row],
        close=np.where(closed, first_done, horizon) - opened[row],
        close_observed=closed,
        fix=ended - opened[row],
        ending=np.select([fixed, withdrawn], [FIXED, WITHDRAWN], CUT_OFF),
        left_out=np.flatnonzero(opened >= horizon),
    )


def read_instants(times: pd.Series[pd.Timestamp]) -> Instants:
    """Return times as microseconds since 1970; NA is MISSING."""
    return times.to_numpy(dtype="M8[us]").view(np.int64)
