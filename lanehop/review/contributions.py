"""Contributions: what each case adds to the value of its group, so that any value is a plain mean of cases.

The mean of lengths that are cut off is the area under a Kaplan-Meier curve and no mean of anything; but it
is the mean of its cases' *pseudo-values*: the value of the group plus the influence of the case on it. Where
nothing is cut off they are the lengths themselves, up to the limit. With them, halves of a group, resampled
groups and standard errors need no curve of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lanehop.clocks.censoring import Floats, kaplan_meier
from lanehop.columns import Codes, Flags
from lanehop.review.metrics import HOUR, Ages, Metric


class Contributions(NamedTuple):
    """What the cases of one metric add to their groups."""

    values: Floats
    """Per case; NaN: not seen, or in a group of which nothing is known."""
    median: bool
    """Whether a group's value is the median of these rather than their mean."""


def contribute(metric: Metric, ages: Ages, codes: Codes, n_groups: int) -> Contributions:
    """Return what each case adds to its group; ``codes`` are -1 for cases that are in none.

    Notes
    -----
    - A group whose longest length is cut off before the limit has no restricted mean: its cases are unseen.
    """
    seen = (codes >= 0) & ~np.isnan(ages.hours)
    values = np.full(len(codes), np.nan)
    if np.isinf(ages.limit):
        values[seen] = ages.hours[seen]
        return Contributions(values, metric.statistic == "median")
    share = metric.statistic == "share"
    ends = ages.observed & (ages.hours <= ages.limit)
    values[seen] = ends[seen] if share else np.minimum(ages.hours, ages.limit)[seen]
    # Only where something is cut off before the limit it takes a curve.
    cut = seen & ~ages.observed & (np.nan_to_num(ages.hours) < ages.limit)
    in_cut = np.bincount(codes[cut], minlength=n_groups) > 0
    places = np.flatnonzero(seen)
    places = places[in_cut[codes[places]]]
    order = places[np.argsort(codes[places], kind="stable")]
    bounds = np.cumsum(np.bincount(codes[order], minlength=n_groups)[in_cut])
    for members in np.split(order, bounds[:-1]):
        if len(members):
            values[members] = pseudo_values(ages.hours[members], ages.observed[members], ages.limit, share=share)
    return Contributions(values, False)


def pseudo_values(hours: Floats, observed: Flags, limit: float, *, share: bool) -> Floats:
    """Return the pseudo-values of one group's restricted mean, or of its share that ends by the limit.

    Parameters
    ----------
    hours : float64
        Lengths, 0 or more.
    observed : bool
        False where a length is cut off.
    limit : float
        Hours.
    share : bool
        Whether it is the share that is meant.

    Returns
    -------
    float64
        One per length; their mean is the Kaplan-Meier estimate. NaN if that is not known up to the limit.

    Notes
    -----
    - By the infinitesimal jackknife of the curve; their variance over n is Greenwood's.
    """
    n = len(hours)
    curve = kaplan_meier(np.rint(hours * HOUR).astype(np.int64), observed)
    stop = round(limit * HOUR)
    if curve.last < stop and (not curve.survival.size or curve.survival[-1] > 0):
        return np.full(n, np.nan)
    k = int(np.searchsorted(curve.time, stop, side="right" if share else "left"))
    time, survival = curve.time[:k], curve.survival[:k]
    if share:
        value = 1 - (survival[-1] if k else 1.0)
        weight = np.full(k, 1 - value)
    else:
        areas = np.append(1.0, survival) * np.diff(np.concatenate(([0], time, [stop]))) / HOUR
        value = float(areas.sum())
        weight = -np.cumsum(areas[:0:-1])[::-1]  # what is left of the area from each event on
    left = (curve.at_risk[:k] - curve.n_events[:k]).astype(np.float64)
    # Where nobody is left, nothing is left to lose either.
    step = np.divide(weight * n, left, out=np.zeros(k), where=left > 0)
    drift = np.append(0.0, np.cumsum(step * curve.n_events[:k] / curve.at_risk[:k]))
    length = np.rint(hours * HOUR).astype(np.int64)
    passed = np.searchsorted(time, length, side="right")
    ends = observed & (passed > 0) & (length <= (time[-1] if k else -1))
    jump = np.zeros(n)
    jump[ends] = step[passed[ends] - 1]
    return value + jump - drift[passed]


def grouped_values(
    values: npt.NDArray[np.float64], codes: Codes, n_groups: int, *, median: bool
) -> tuple[Codes, Floats, Floats]:
    """Return of each group how many cases are seen, its value, and the standard error of its mean.

    The error is NaN for medians, and where fewer than two cases are seen.
    """
    seen = ~np.isnan(values) & (codes >= 0)
    group, value = codes[seen], values[seen]
    n = np.bincount(group, minlength=n_groups)
    if median:
        order = np.lexsort((value, group))
        value = value[order]
        end = np.cumsum(n)
        some = np.flatnonzero(n)
        low, high = (value[end[some] - n[some] + k] for k in ((n[some] - 1) // 2, n[some] // 2))
        middle = np.full(n_groups, np.nan)
        middle[some] = (low + high) / 2
        return n, middle, np.full(n_groups, np.nan)
    nothing = np.full(n_groups, np.nan)
    mean = np.divide(np.bincount(group, value, n_groups), n, out=nothing.copy(), where=n > 0)
    squares = np.bincount(group, (value - mean[group]) ** 2, n_groups)
    variance = np.divide(squares, n * (n - 1.0), out=nothing, where=n > 1)
    return n, mean, np.sqrt(variance)
