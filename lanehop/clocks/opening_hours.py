"""How long a calendar is open between two instants: arrays of int64 microseconds in UTC, no loop over rows.

Weekly hours become spans on the local clock, the spans become spans in UTC (one zone offset after the
other, so that daylight saving needs no rule of its own), and a sum over them is looked up twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from lanehop.clocks.calendars import Calendar
from lanehop.errors import ArgumentError

__all__ = ["open_spans", "open_time"]

Ints = npt.NDArray[np.int64]
Spans = tuple[Ints, Ints]
"""Beginnings and ends, ascending, apart from each other."""

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
ROWS_AT_ONCE = 1 << 20
"""Bounds the memory that a look-up takes beside its result."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


def open_time(
    start_us: Ints,
    end_us: Ints,
    calendar: Calendar | Sequence[Calendar],
    which: npt.NDArray[np.integer] | None = None,
) -> Ints:
    """Give the open time between instants.

    Parameters
    ----------
    start_us, end_us : int64, microseconds since 1970 in UTC
        Intervals, half-open.
    calendar : Calendar, or several
        Open when.
    which : int
        For each interval the place of its calendar; needed with several.

    Returns
    -------
    int64, microseconds
        Never below 0, never above ``end_us - start_us``.

    Raises
    ------
    ArgumentError
        If intervals end before they begin, arrays differ in length, or ``which`` names no calendar.

    Examples
    --------
    >>> import numpy as np
    >>> from lanehop.clocks import Calendar
    >>> from lanehop.clocks.opening_hours import open_time
    >>> open_time(np.array([0]), np.array([36 * 3_600_000_000]), Calendar({"thu": "09:00-17:00"}, "UTC"))
    array([28800000000])

    See Also
    --------
    business_time : the same for columns of a table.
    """
    calendars = [calendar] if isinstance(calendar, Calendar) else list(calendar)
    if which is None:
        if len(calendars) != 1:
            raise ArgumentError(f"which is needed with {len(calendars)} calendars")
    elif which.size and not 0 <= which.min() <= which.max() < len(calendars):
        raise ArgumentError(f"which runs from {which.min()} to {which.max()}; there are {len(calendars)} calendars")
    if start_us.shape != end_us.shape or (which is not None and which.shape != start_us.shape):
        raise ArgumentError("start_us, end_us and which differ in length")
    early = np.flatnonzero(end_us < start_us)
    if early.size:
        raise ArgumentError(
            f"{early.size:,} of {start_us.size:,} intervals end before they begin "
            f"(first: entry {early[0]}, from {start_us[early[0]]} to {end_us[early[0]]} us)"
        )
    length = np.empty(start_us.size, dtype=np.int64)
    if not length.size:
        return length
    tables = [_OpenedBefore(x, int(start_us.min()), int(end_us.max())) for x in calendars]
    for at in range(0, length.size, ROWS_AT_ONCE):
        part = slice(at, at + ROWS_AT_ONCE)
        start, end, out = start_us[part], end_us[part], length[part]
        if which is None or len(tables) == 1:
            out[:] = tables[0](end) - tables[0](start)
            continue
        for code, rows in _by_code(which[part], len(tables)):
            out[rows] = tables[code](end[rows]) - tables[code](start[rows])
    return length


def open_spans(calendar: Calendar, first_us: int, last_us: int) -> Spans:
    """Return the spans of a calendar that may touch ``[first_us, last_us]``, in microseconds UTC.

    Spans that meet are one. Some lie outside: up to three days on either side.
    """
    opens, closes = _local_spans(calendar, first_us // DAY - 2, last_us // DAY + 2)
    since, offset = _zone_offsets(calendar.timezone, first_us - DAY, last_us + DAY)
    parts_open, parts_close = [], []
    for begin, end, shift in zip(since, [*since[1:], last_us + DAY], offset, strict=True):
        low = np.searchsorted(closes, begin + shift, side="right")
        high = np.searchsorted(opens, end + shift, side="left")
        parts_open.append(np.maximum(opens[low:high] - shift, begin))
        parts_close.append(np.minimum(closes[low:high] - shift, end))
    return _merged(np.concatenate(parts_open), np.concatenate(parts_close))


class _OpenedBefore:
    """Look-up: how long a calendar has been open before an instant, counted from the first span."""

    def __init__(self, calendar: Calendar, first_us: int, last_us: int) -> None:
        self.opens, closes = open_spans(calendar, first_us, last_us)
        self.closes = np.append(np.int64(first_us), closes)  # place 0: before the first span
        self.total = np.append(np.int64(0), np.cumsum(closes - self.opens))

    def __call__(self, instant: Ints) -> Ints:
        place = np.searchsorted(self.opens, instant, side="right")
        still_to_come = self.closes[place]
        still_to_come -= instant
        np.maximum(still_to_come, 0, out=still_to_come)
        opened: Ints = self.total[place]
        opened -= still_to_come
        return opened


def _by_code(which: npt.NDArray[np.integer], n: int) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    small = which.astype(np.int16) if n < 1 << 15 else which  # a stable sort of int16 takes linear time
    order = np.argsort(small, kind="stable")
    bounds = np.searchsorted(small[order], np.arange(n + 1))
    for code in range(n):
        if bounds[code] < bounds[code + 1]:
            yield code, order[bounds[code] : bounds[code + 1]]


def _local_spans(calendar: Calendar, first_day: int, last_day: int) -> Spans:
    """Spans on the local clock, in microseconds since 1970 on it, of the slots that begin on these days."""
    days = np.arange(first_day, last_day + 1)
    weekday = (days + 3) % 7  # 1970 began on a Thursday
    changes, weeks = calendar.schedule()
    period = np.searchsorted(np.array(changes, dtype="datetime64[D]").astype(np.int64), days, side="right")
    works = ~np.isin(days, np.array(calendar.holidays, dtype="datetime64[D]").astype(np.int64))
    opens, closes = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for p in np.unique(period).tolist():
        for day, slots in enumerate(weeks[p]):
            midnight = days[(period == p) & (weekday == day) & works] * DAY
            opens += [midnight + start * MINUTE for start, _ in slots]
            closes += [midnight + end * MINUTE for _, end in slots]
    return _merged(np.concatenate(opens), np.concatenate(closes))


def _merged(opens: Ints, closes: Ints) -> Spans:
    """Sort spans and join those that meet or overlap."""
    if not opens.size:
        return opens, closes
    order = np.argsort(opens, kind="stable")
    opens, closes = opens[order], np.maximum.accumulate(closes[order])
    apart = opens[1:] > closes[:-1]
    return opens[np.append(True, apart)], closes[np.append(apart, True)]


@lru_cache(maxsize=64)
def _zone_offsets(timezone: str, first_us: int, last_us: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """From which instant which offset to UTC holds, in microseconds, from ``first_us`` to ``last_us``.

    The standard library tells the offset at an instant, not when it changes: every second day is
    probed, and between two that differ the second of the change is found by halving. In no zone of the
    tz database are two changes less than three days apart.
    """
    zone = ZoneInfo(timezone)
    probes = list(range(first_us // DAY * DAY, last_us + 2 * DAY, 2 * DAY))
    offsets = [_offset(zone, probe) for probe in probes]
    since, offset = [first_us], [_offset(zone, first_us)]
    for k in range(1, len(probes)):
        if offsets[k] == offsets[k - 1]:
            continue
        before, behind = probes[k - 1], probes[k]
        while behind - before > 1_000_000:
            middle = (before + behind) // 2_000_000 * 1_000_000
            if _offset(zone, middle) == offsets[k - 1]:
                before = middle
            else:
                behind = middle
        if first_us < behind < last_us:
            since.append(behind)
            offset.append(offsets[k])
    return tuple(since), tuple(offset)


def _offset(zone: ZoneInfo, instant_us: int) -> int:
    try:
        instant = min(max(_EPOCH + timedelta(microseconds=instant_us), _FIRST), _LAST)
    except OverflowError:  # outside of the years 1 to 9999 the nearest offset holds on
        instant = _LAST if instant_us > 0 else _FIRST
    offset = instant.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)
