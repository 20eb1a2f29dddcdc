"""Closings: whether those that a metric calls good hold, case by case, within each group.

Time-to-close can never exceed time-to-real-fix, so that the two go together case by case whatever the desk
does. What is not tied to it is what comes *after* it: whether the closing held.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from lanehop.clocks.censoring import Floats
from lanehop.columns import Codes
from lanehop.review.contributions import grouped_values


class Closings(NamedTuple):
    """First closings that a metric calls good, against the others of the same groups."""

    n_good: int
    held_good: int
    n_bad: int
    held_bad: int
    difference: float
    """Share that holds among the good less that among the others, within groups; NaN if there is nothing to compare."""
    low: float
    high: float
    p: float


def compare_closings(
    values: Floats, held: Floats, codes: Codes, n_groups: int, *, sign: int, share: bool, level: float
) -> Closings:
    """Compare the closings that a metric calls good with the others of the same group.

    Parameters
    ----------
    values : float64
        What the metric says of each case; NaN: unseen.
    held : float64
        1 where the first closing held, 0 where it did not, NaN where that is not known.
    codes : int
        The group of each case, -1 for none.
    sign : int
        1 where high is better, else -1.
    share : bool
        Whether values are 0 or 1, so that 1 is called ``high``; else ``good`` is at least as good as the middle
        of the group.

    Notes
    -----
    - The difference is that of Mantel and Haenszel over the groups, its interval by Sato's variance, its p by
      the Cochran-Mantel-Haenszel test without correction.
    """
    counted = (codes >= 0) & ~np.isnan(values) & ~np.isnan(held)
    value, result, group = sign * values[counted], held[counted], codes[counted]
    if share:
        good = value >= sign * 0.5
    else:
        middle = grouped_values(value, group, n_groups, median=True)[1]
        good = value >= middle[group]
    n1, n0 = (np.bincount(group[which], minlength=n_groups).astype(np.float64) for which in (good, ~good))
    x1, x0 = (np.bincount(group[which], result[which], n_groups) for which in (good, ~good))
    counts = (int(n1.sum()), round(x1.sum()), int(n0.sum()), round(x0.sum()))
    both = (n1 > 0) & (n0 > 0)
    n1, n0, x1, x0 = n1[both], n0[both], x1[both], x0[both]
    n = n1 + n0
    weight = float((n1 * n0 / n).sum())
    if not weight:
        return Closings(*counts, np.nan, np.nan, np.nan, np.nan)
    difference = float(((x1 * n0 - x0 * n1) / n).sum()) / weight
    of_effect = float(((n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2).sum())
    of_noise = float(((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)).sum())
    error = np.sqrt(max(difference * of_effect + of_noise, 0.0)) / weight
    reach = NormalDist().inv_cdf(0.5 + level / 2) * error
    x = x1 + x0
    variance = float((n1 * n0 * x * (n - x) / (n**2 * np.maximum(n - 1, 1)))[n > 1].sum())
    z = difference * weight / np.sqrt(variance) if variance > 0 else 0.0
    p = 2 * (1 - NormalDist().cdf(abs(z)))
    return Closings(*counts, difference, max(difference - reach, -1.0), min(difference + reach, 1.0), p)


def adjust(p: Sequence[float]) -> Floats:
    """Return Holm's adjusted p-values; NaN stays and counts for nothing."""
    values = np.array(p, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    factor = np.arange(len(order), 0, -1)
    values[order] = np.minimum(np.maximum.accumulate(values[order] * factor), 1.0)
    return values
