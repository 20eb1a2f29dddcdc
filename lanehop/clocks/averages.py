"""Averages of durations of which some are cut off: medians with intervals, and restricted means.

The plain median of what has ended is that of the quick ones; these are read off Kaplan-Meier curves.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lanehop.clocks.censoring import (
    Bools,
    Curve,
    Floats,
    Ints,
    check_codes,
    checked_pair,
    confidence_band,
    greenwood_terms,
)
from lanehop.errors import ArgumentError

__all__ = ["Interval", "RestrictedMean", "grouped_median", "median", "median_interval", "restricted_mean"]

TOLERANCE = 1e-9
"""What survival may lie above one half and still count as one half.

Survival is a product of fractions, rounded at each step, and one half may come out as
0.5000000000000001. Without censoring its values are multiples of 1/n, so that up to 500 million
durations nothing above one half is taken for it.
"""


class Interval(NamedTuple):
    """Lower and upper end in microseconds; None where the curve does not reach so far."""

    lower: int | None
    upper: int | None


class RestrictedMean(NamedTuple):
    """A mean and its standard error, both in microseconds."""

    mean: float
    std_error: float


def median(curve: Curve) -> int | None:
    """Return the smallest time at which survival is at most one half, in microseconds.

    None if it never is. Without censoring it
    is the middle duration, the lower of the two if n is even.

    Examples
    --------
    >>> from lanehop.clocks.averages import median
    >>> from lanehop.clocks.censoring import kaplan_meier
    >>> median(kaplan_meier([1, 2, 3, 4], [True, True, True, True]))
    2
    >>> median(kaplan_meier([1, 2, 3, 4], [True, False, False, False])) is None
    True
    """
    return _first_half(curve.time, curve.survival)


def median_interval(curve: Curve, level: float = 0.95) -> Interval:
    """Give the confidence interval of the median (Brookmeyer and Crowley, log-log scale).

    Each end is the smallest time at which a limit of :func:`confidence_band` is at most one half:
    the lower limit for the lower end, the upper limit for the upper end.

    Returns
    -------
    Interval
        In microseconds. An end is None where its limit stays above one half: the interval is open.

    Raises
    ------
    ArgumentError
        If ``level`` does not lie between 0 and 1.
    """
    band = confidence_band(curve, level)
    return Interval(_first_half(curve.time, band.lower), _first_half(curve.time, band.upper))


def restricted_mean(curve: Curve, until: int) -> RestrictedMean:
    """Give the mean of durations when each is counted up to ``until`` at most.

    It is the area under the curve from 0 to ``until``. The mean without a limit is not to be had
    where durations are cut off.

    Parameters
    ----------
    curve : Curve
        From ``kaplan_meier``.
    until : int, microseconds
        The limit.

    Returns
    -------
    RestrictedMean
        Mean and standard error in microseconds, by Greenwood's formula.

    Raises
    ------
    ArgumentError
        If ``until`` is negative, or lies behind ``curve.last`` while survival is not yet 0.

    Examples
    --------
    >>> from lanehop.clocks.averages import restricted_mean
    >>> from lanehop.clocks.censoring import kaplan_meier
    >>> restricted_mean(kaplan_meier([1, 2, 3, 10], [True, True, True, False]), 4).mean
    2.5
    """
    if until < 0:
        raise ArgumentError(f"until must not be negative, but is {until} us")
    if until > curve.last and not (curve.survival.size and curve.survival[-1] == 0):
        raise ArgumentError(
            f"until = {until} us lies behind the longest duration, where the curve is not at 0; "
            f"pass until={curve.last} or less"
        )
    k = int(np.searchsorted(curve.time, until))
    height = np.append(1.0, curve.survival[:k])
    area = height * np.diff(np.concatenate(([0], curve.time[:k], [until])))
    behind = np.cumsum(area[:0:-1])[::-1]  # area from each event on
    variance = np.sum(behind**2 * greenwood_terms(curve.at_risk[:k], curve.n_events[:k]))
    return RestrictedMean(float(area.sum()), float(np.sqrt(variance)))


def grouped_median(
    group_codes: npt.ArrayLike, n_groups: int, duration: npt.ArrayLike, observed: npt.ArrayLike
) -> tuple[Ints, Bools]:
    """Give the Kaplan-Meier median of each of many groups at once.

    Parameters
    ----------
    group_codes : int
        The group of each duration: 0 to ``n_groups - 1``; -1 belongs to none and is left out.
    n_groups : int
        How many groups there are; some may be empty.
    duration : int64, microseconds
        Lengths, 0 or more.
    observed : bool
        False where the duration is cut off.

    Returns
    -------
    medians : int64, microseconds, length ``n_groups``
        As :func:`median` gives; 0 where it is not defined.
    defined : bool, length ``n_groups``
        False where survival stays above one half, or the group is empty.

    Raises
    ------
    ArgumentError
        If the arrays differ in length, are of another type, a duration is negative, or a group code
        lies outside of -1 to ``n_groups - 1``.

    Examples
    --------
    >>> from lanehop.clocks.averages import grouped_median
    >>> grouped_median([0, 0, 0, 1, 1], 3, [5, 1, 3, 8, 9], [True, True, True, False, False])
    (array([3, 0, 0]), array([ True, False, False]))
    """
    length, seen = checked_pair(duration, observed, "observed", np.bool_)
    _, group = checked_pair(duration, group_codes, "group_codes", np.int64)
    check_codes(group, "group_codes", -1, n_groups - 1)
    medians, defined = np.zeros(n_groups, dtype=np.int64), np.zeros(n_groups, dtype=np.bool_)

    order = np.lexsort((length, group))
    order = order[np.searchsorted(group[order], 0) :]
    if not order.size:
        return medians, defined
    group, length, seen = group[order], length[order], seen[order]
    ends = np.cumsum(np.bincount(group, minlength=n_groups))
    # One block per distinct (group, time); at risk is what stands from it to the end of its group.
    block = np.flatnonzero(np.append(True, (group[1:] != group[:-1]) | (length[1:] != length[:-1])))
    n_events = np.add.reduceat(seen, block, dtype=np.int64)
    block, n_events = block[n_events > 0], n_events[n_events > 0]
    group, time = group[block], length[block]
    at_risk = ends[group] - block
    survival = _product_within((at_risk - n_events) / at_risk, group)

    low = np.flatnonzero(survival <= 0.5 + TOLERANCE)
    first = low[np.append(True, np.diff(group[low]) != 0)[: low.size]]
    medians[group[first]], defined[group[first]] = time[first], True
    return medians, defined


def _product_within(factor: Floats, group: npt.NDArray[np.integer[Any]]) -> Floats:
    """Multiply cumulatively within each run of equal groups.

    By doubling: after a pass of step s each entry holds the product of the last 2s factors. A sum of
    logarithms over all groups would be one pass, but has no place for 0 and loses digits with their
    number, which decides whether a survival is one half.
    """
    product = factor.copy()
    start = np.append(True, group[1:] != group[:-1])[: group.size]
    entry = np.arange(group.size)
    place = entry - np.maximum.accumulate(np.where(start, entry, 0))
    step, rest = 1, np.flatnonzero(place >= 1)
    while rest.size:
        product[rest] = product[rest] * product[rest - step]
        step *= 2
        rest = rest[place[rest] >= step]
    return product


def _first_half(time: Ints, share: Floats) -> int | None:
    low = np.flatnonzero(share <= 0.5 + TOLERANCE)
    return int(time[low[0]]) if low.size else None
