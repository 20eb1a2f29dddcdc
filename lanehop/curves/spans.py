"""Spans: how long each case ran on either clock, and whether its end was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lanehop.columns import Flags, Instants
from lanehop.lanes import Lanes


@dataclass(frozen=True, eq=False)
class Spans:
    """The cases that both clocks are read from, with how long each ran, in microseconds."""

    case: pd.Index[str]
    close: Instants
    close_observed: Flags
    fix: Instants
    fix_observed: Flags
    n_left_out: int
    """Cases opened at the horizon or after it, which cannot have been proven fixed."""


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
    horizon = lanes.log.as_of - lanes.hold
    cases = lanes._cases[lanes._cases["opened_at"] < horizon]
    opened = cases["opened_at"]
    fixed = cases["outcome"] == "fixed"
    ended = cases["done_at"].where((cases["outcome"] == "withdrawn") & (cases["done_at"] <= horizon), horizon)
    closed = cases["first_done_at"] <= horizon
    return Spans(
        case=pd.Index(cases["case"]),
        close=_us(cases["first_done_at"].where(closed, horizon) - opened),
        close_observed=closed.to_numpy(),
        fix=_us(cases["fixed_at"].where(fixed, ended) - opened),
        fix_observed=fixed.to_numpy(),
        n_left_out=len(lanes._cases) - len(cases),
    )


def _us(lengths: pd.Series[pd.Timedelta]) -> Instants:
    return lengths.to_numpy().astype("m8[us]").view(np.int64)
