"""Local times as instants, and what the changes of the clock make doubtful."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from lanehop.read.time_range import BLOCK, EARLIEST, END, SECOND, Flags, Ints


def place_local(
    local: Ints,
    rows: Flags,
    timezone: str,
    order: Callable[[], npt.NDArray[np.integer[Any]]] | None,
    shifted: Flags,
    ambiguous: Flags,
) -> Ints:
    """Return the instants of the local times in ``rows``; mark what the changes of the clock touched."""
    changes, offsets = _clock_changes(timezone)
    if not len(changes) and offsets[0] == 0:
        return local
    us = local.copy()
    # Around each change lies a stretch of local time, missing or twice; between two stretches all is plain.
    bounds = np.sort(np.concatenate([changes + offsets[:-1], changes + offsets[1:]]))
    doubtful = []
    for start in range(0, len(us), BLOCK):
        these = np.flatnonzero(rows[start : start + BLOCK]) + start
        stretch = np.searchsorted(bounds, us[these], side="right")
        us[these] -= offsets[stretch >> 1]
        odd = stretch & 1 == 1
        doubtful.append(np.stack([these[odd], stretch[odd] >> 1]))
    row, change = np.concatenate(doubtful, axis=1)
    gap = offsets[change + 1] > offsets[change]
    shifted[row[gap]] = True
    us[row[gap]] = changes[change[gap]]
    row, change = row[~gap], change[~gap]
    if len(row):
        ambiguous[row] = True
        if order is not None:
            second = _second_pass(local[row], change, np.asarray(order())[row])
            us[row[second]] = local[row[second]] - offsets[change[second] + 1]
    return us


def _second_pass(local: Ints, change: npt.NDArray[np.intp], tickets: npt.NDArray[np.integer[Any]]) -> Flags:
    """Return which times of a repeated hour come after the clock went back, by ticket and change."""
    by = np.lexsort((change, tickets))
    local, change, tickets = local[by], change[by], tickets[by]
    same = np.zeros(len(by), bool)
    same[1:] = (tickets[1:] == tickets[:-1]) & (change[1:] == change[:-1])
    back = same.copy()
    back[1:] &= local[1:] < local[:-1]
    turns = np.cumsum(back)
    first = np.maximum.accumulate(np.where(same, 0, np.arange(len(by))))
    second = np.empty(len(by), bool)
    second[by] = turns > turns[first]
    return second


@lru_cache(maxsize=16)
def _clock_changes(timezone: str) -> tuple[Ints, Ints]:
    """Return the instants within range at which a zone's offset changes, and the offset around each.

    Both in microseconds; there is one offset more than changes.
    """
    zone = ZoneInfo(timezone)

    def offset(second: int) -> int:
        found = datetime.fromtimestamp(second, zone).utcoffset()
        return (found or timedelta()) // timedelta(microseconds=1)

    # No zone has changed its clock twice within a week since 1970: daily looks miss nothing.
    days = range(EARLIEST // SECOND - 3 * 86_400, END // SECOND + 4 * 86_400, 86_400)
    seen = [offset(day) for day in days]
    changes, offsets = [], [seen[0]]
    for day, before, after in zip(days, seen, seen[1:], strict=False):
        if before != after:
            low, high = day, day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            changes.append(high * SECOND)
            offsets.append(after)
    return np.array(changes, np.int64), np.array(offsets, np.int64)
