"""Business time between the times of two columns: the door to the array code for pandas users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop.clocks.calendars import Calendar, assign_calendars
from lanehop.clocks.opening_hours import Ints, open_time
from lanehop.errors import ArgumentError

__all__ = ["business_time"]

_NA = np.iinfo(np.int64).min
"""How NaT is stored."""


def business_time(start: Any, end: Any, *, calendar: Calendar | Mapping[str, Calendar], department: Any = None) -> Any:
    """Give the time between two instants in which a calendar is open.

    Parameters
    ----------
    start : Series, DatetimeIndex or pandas array of times with a zone
        Any zone.
    end : likewise
        It need not share the zone of ``start``. One of them, or both, may be a single time.
    calendar : Calendar, or mapping of department to Calendar
        One for all, or one per department; there ``"*"`` stands for all others and for none.
    department : Series or array of names
        Whose calendar holds in each interval; needed with a mapping.

    Returns
    -------
    timedelta64[us]
        In the shape of the input: a Series with its index for a Series, a TimedeltaIndex for a
        DatetimeIndex, a numpy array for an array, a Timedelta for two single times. NA where ``start``
        or ``end`` is NA.

    Raises
    ------
    ArgumentError
        If times have no zone, ``end`` lies before ``start``, the two differ in length or index, or
        a department has no calendar.

    Notes
    -----
    - It is the length of the open part of ``[start, end)``, never below 0 and never above
      ``end - start``, and adds up over parts of an interval.
    - What is open at an instant is decided on the local clock at that instant: see :class:`Calendar`
      for daylight saving, overnight slots and holidays.
    - Times are taken to the microsecond.

    Examples
    --------
    >>> import pandas as pd
    >>> from lanehop.clocks import Calendar, business_time
    >>> desk = Calendar({"mon-fri": "09:00-17:00"}, "Europe/Lisbon")
    >>> opened = pd.Series(pd.to_datetime(["2024-03-29T16:00Z", "2024-03-30T12:00Z"]))
    >>> business_time(opened, pd.Timestamp("2024-04-01T10:00Z"), calendar=desk)
    0   0 days 03:00:00
    1   0 days 02:00:00
    dtype: timedelta64[us]

    See Also
    --------
    Calendar : says when a desk is open.
    """
    starts, ends = _microseconds(start, "start"), _microseconds(end, "end")
    _check_indexes(start=start, end=end, department=department)
    n = _common_length(start, end, starts, ends)
    starts, ends = np.broadcast_to(starts, n), np.broadcast_to(ends, n)
    known = (starts != _NA) & (ends != _NA)
    _check_order(starts, ends, known)
    calendars, which = _calendars(calendar, department, n)
    if known.all():
        length = open_time(starts, ends, calendars, which)
    else:
        length = np.full(n, _NA, dtype=np.int64)
        length[known] = open_time(starts[known], ends[known], calendars, None if which is None else which[known])
    return _shaped(length.view("timedelta64[us]"), start, end)


def _microseconds(times: Any, name: str) -> Ints:
    """Times as int64 microseconds UTC; a single time becomes an array of one."""
    if times is pd.NaT:
        return np.array([_NA])
    if isinstance(times, datetime):
        times = pd.DatetimeIndex([times])
    dtype = getattr(times, "dtype", None)
    zoned = isinstance(dtype, pd.DatetimeTZDtype) or (
        isinstance(dtype, pd.ArrowDtype) and getattr(dtype.pyarrow_dtype, "tz", None) is not None
    )
    if not zoned:
        raise ArgumentError(
            f"{name} must hold times with a zone, not {dtype or type(times).__name__}; "
            f"say which one, as in {name}.dt.tz_localize('Europe/Lisbon')"
        )
    index = pd.DatetimeIndex(times).tz_convert("UTC").tz_localize(None)
    return index.to_numpy().astype("datetime64[us]", copy=False).view(np.int64)


def _is_single(times: Any) -> bool:
    return isinstance(times, datetime) or times is pd.NaT


def _check_indexes(**columns: Any) -> None:
    series = [(name, its.index) for name, its in columns.items() if isinstance(its, pd.Series)]
    for name, index in series[1:]:
        if not index.equals(series[0][1]):
            raise ArgumentError(f"{series[0][0]} and {name} have different indexes; align them first")


def _common_length(start: Any, end: Any, starts: Ints, ends: Ints) -> int:
    if not (_is_single(start) or _is_single(end)) and starts.size != ends.size:
        raise ArgumentError(f"start has {starts.size:,} times, end {ends.size:,}")
    return ends.size if _is_single(start) else starts.size


def _check_order(starts: Ints, ends: Ints, known: npt.NDArray[np.bool_]) -> None:
    early = np.flatnonzero(known & (ends < starts))
    if early.size:
        first = early[0]
        since, until = (pd.Timestamp(int(x[first]), unit="us", tz="UTC") for x in (starts, ends))
        raise ArgumentError(
            f"end lies before start in {early.size:,} of {starts.size:,} intervals "
            f"(first: row {first}, from {since.isoformat()} to {until.isoformat()})"
        )


def _calendars(
    calendar: Calendar | Mapping[str, Calendar], department: Any, n: int
) -> tuple[list[Calendar], npt.NDArray[np.int64] | None]:
    if isinstance(calendar, Calendar):
        return [calendar], None
    if department is None:
        raise ArgumentError("department is needed with one calendar per department")
    codes, names = pd.factorize(pd.Series(department))
    if codes.size != n:
        raise ArgumentError(f"department has {codes.size:,} names, there are {n:,} intervals")
    # Code -1, no department, takes the last name.
    none = [None] if (codes < 0).any() else []
    calendars, which = assign_calendars(calendar, [*names, *none])
    return calendars, which[codes] if which.size else np.zeros(n, dtype=np.int64)


def _shaped(length: npt.NDArray[np.timedelta64], start: Any, end: Any) -> Any:
    for its in (start, end):
        if isinstance(its, pd.Series):
            return pd.Series(length, index=its.index)
    if isinstance(start, pd.DatetimeIndex) or isinstance(end, pd.DatetimeIndex):
        return pd.TimedeltaIndex(length)
    return pd.Timedelta(length[0]) if _is_single(start) and _is_single(end) else length
