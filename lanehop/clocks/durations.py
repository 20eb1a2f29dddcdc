"""Durations as a user writes them: a number with its unit."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd

from lanehop.errors import ArgumentError

Duration = str | dt.timedelta | np.timedelta64 | pd.Timedelta
"""``"14D"``, ``"8h"``, ``"90min"``, or a timedelta."""


def duration_us(value: Duration, name: str) -> int:
    """Return a duration in microseconds.

    Raises
    ------
    ArgumentError
        If it is a bare number, no duration at all, or negative.
    """
    bare = isinstance(value, str) and re.fullmatch(r"\s*[-+]?[\d.]*\s*", value)
    if bare or not isinstance(value, str | dt.timedelta | np.timedelta64):
        raise ArgumentError(f"{name} must be a number with its unit, such as {name}='14D' or '8h', not {value!r}")
    try:
        length = pd.Timedelta(value)
    except (ValueError, OverflowError) as error:
        raise ArgumentError(f"{name}={value!r} is no duration ({error}); write it as '14D', '8h' or '90min'") from error
    if pd.isna(length) or length < pd.Timedelta(0):
        raise ArgumentError(f"{name} must be a length of time, not {value!r}")
    return int(length // pd.Timedelta(microseconds=1))
