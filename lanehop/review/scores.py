"""Scores: what each metric and outcome says of each group, how it ranks them, and which groups swap order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.censoring import Floats
from lanehop.columns import Codes, Flags
from lanehop.lanes import Lanes
from lanehop.review.contributions import Contributions, contribute, grouped_values
from lanehop.review.credit import Credit
from lanehop.review.intervals import wilson
from lanehop.review.metrics import BETTER, Ages, Metric, measure_cases

KINDS = ("metric", "outcome")

MOST_GROUPS = 200
"""Groups that are ranked, the largest first."""

VALUES = ("measure", "kind", "n", "value", "low", "high", "unit", "better", "rank", "used")
"""Columns of the table of values."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What is compared with what, and of whom."""

    measures: tuple[Metric, ...]
    """The metrics, then the outcomes."""
    n_metrics: int
    by: str
    credit: Credit
    min_cases: int
    level: float

    @property
    def metric_names(self) -> tuple[str, ...]:
        """What the metrics are called."""
        return tuple(one.name for one in self.measures[: self.n_metrics])

    @property
    def outcome_names(self) -> tuple[str, ...]:
        """What the outcomes are called."""
        return tuple(one.name for one in self.measures[self.n_metrics :])

    @property
    def z(self) -> float:
        """How many standard errors an interval reaches to either side."""
        return NormalDist().inv_cdf(0.5 + self.level / 2)

    @property
    def alpha(self) -> float:
        """How seldom a verdict may be wrong, on either of the two questions."""
        return (1 - self.level) / 2


@dataclass(frozen=True, eq=False)
class Scores:
    """What measures say of groups: arrays of measures by groups."""

    ages: Sequence[Ages]
    contributions: Sequence[Contributions]
    n: Codes
    value: Floats
    low: Floats
    high: Floats
    usable: Flags
    """Which groups each measure can rank."""


def score_groups(asked: Asked, lanes: Lanes) -> Scores:
    """Measure all cases, and sum up what that says of each group."""
    codes, n_groups = asked.credit.codes, len(asked.credit.groups)
    ages = [measure_cases(one, lanes) for one in asked.measures]
    made = [contribute(one, age, codes, n_groups) for one, age in zip(asked.measures, ages, strict=True)]
    parts = [_score(asked, c, one.statistic == "share") for c, one in zip(made, asked.measures, strict=True)]
    n, value, low, high = (np.array(part) for part in zip(*parts, strict=True))
    largest = np.argsort(-np.bincount(codes[codes >= 0], minlength=n_groups), kind="stable")[:MOST_GROUPS]
    usable = (n >= asked.min_cases) & ~np.isnan(value) & np.isin(np.arange(n_groups), largest)
    return Scores(ages, made, n, value, low, high, usable)


def _score(asked: Asked, c: Contributions, share: bool) -> tuple[Codes, Floats, Floats, Floats]:
    """Return of each group how many cases a measure sees, its value, and the ends of its interval."""
    codes, n_groups = asked.credit.codes, len(asked.credit.groups)
    n, value, error = grouped_values(c.values, codes, n_groups, median=c.median)
    if c.median:
        return n, value, *_median_interval(c.values, codes, n, asked.z)
    low, high = value - asked.z * error, value + asked.z * error
    if share:
        seen = (codes >= 0) & ~np.isnan(c.values)
        whole = np.isin(c.values[seen], (0.0, 1.0))
        plain = np.bincount(codes[seen][whole], minlength=n_groups) == n
        of_counts = wilson(np.where(plain, np.rint(np.nan_to_num(value) * n), 0), n, asked.level)
        low, high = (np.where(plain, a, np.clip(b, 0, 1)) for a, b in zip(of_counts, (low, high), strict=True))
    return n, value, low, high


def _median_interval(values: Floats, codes: Codes, n: Codes, z: float) -> tuple[Floats, Floats]:
    """Return the order statistics between which the median of each group lies."""
    seen = (codes >= 0) & ~np.isnan(values)
    ordered = np.append(values[seen][np.lexsort((values[seen], codes[seen]))], np.nan)
    first, reach = np.cumsum(n) - n, z * np.sqrt(n) / 2

    def at(rank: Floats) -> Floats:
        place = first + np.clip(rank, 0, np.maximum(n - 1, 0)).astype(np.int64)
        return np.where(n > 0, ordered[np.minimum(place, len(ordered) - 1)], np.nan)

    return at(np.floor(n / 2 - reach) - 1), at(np.ceil(n / 2 + reach))


def list_values(asked: Asked, scores: Scores) -> pd.DataFrame:
    """Return one row per measure and group."""
    measure, group = (x.ravel() for x in np.indices(scores.n.shape))
    rank = np.zeros(scores.n.shape, dtype=np.int32)
    for k, one in enumerate(asked.measures):
        at = np.flatnonzero(scores.usable[k])
        worse = -one.sign * scores.value[k, at]
        rank[k, at] = 1 + np.searchsorted(np.sort(worse), worse)
    units = tuple(sorted({one.unit for one in asked.measures}))
    unit = np.array([units.index(one.unit) for one in asked.measures], dtype=np.int16)
    better = np.array([BETTER.index(one.better) for one in asked.measures], dtype=np.int8)
    return asked.credit.groups.label(
        group,
        {
            "measure": columns.word(measure.astype(np.int16), (*asked.metric_names, *asked.outcome_names)),
            "kind": columns.word((measure >= asked.n_metrics).astype(np.int8), KINDS),
            "n": columns.count(scores.n.ravel()),
            "value": scores.value.ravel(),
            "low": scores.low.ravel(),
            "high": scores.high.ravel(),
            "unit": columns.word(unit[measure], units),
            "better": columns.word(better[measure], BETTER),
            "rank": pd.arrays.IntegerArray(rank.ravel(), rank.ravel() == 0),
            "used": scores.usable.ravel(),
        },
    )


def list_flips(asked: Asked, scores: Scores) -> pd.DataFrame:
    """Return one row per metric, outcome and pair of groups that swap order; clear ones first."""
    error = (scores.high - scores.low) / 2 / asked.z
    parts: list[tuple[Any, ...]] = []
    for i in range(asked.n_metrics):
        for j in range(asked.n_metrics, len(asked.measures)):
            groups = np.flatnonzero(scores.usable[i] & scores.usable[j])
            a, b = (groups[k] for k in np.triu_indices(len(groups), 1))
            gap, other = (asked.measures[k].sign * (scores.value[k, a] - scores.value[k, b]) for k in (i, j))
            swap = gap * other < 0
            a, b, gap, other = a[swap], b[swap], gap[swap], other[swap]
            clear = np.ones(len(a), dtype=bool)
            for k, distance in ((i, gap), (j, other)):
                clear &= np.abs(distance) > asked.z * np.hypot(error[k, a], error[k, b])
            best, rest = np.where(gap > 0, a, b), np.where(gap > 0, b, a)
            order = np.lexsort((rest, best, ~clear))
            pair = np.full(len(a), i), np.full(len(a), j - asked.n_metrics)
            parts.append(tuple(x[order] for x in (*pair, best, rest, np.abs(gap), np.abs(other), clear)))
    metric, outcome, best, rest, gap, other, clear = (np.concatenate(x) for x in zip(*parts, strict=True))
    keys = asked.credit.groups.keys[asked.by].array
    return pd.DataFrame(
        {
            "metric": columns.word(metric.astype(np.int16), asked.metric_names),
            "outcome": columns.word(outcome.astype(np.int16), asked.outcome_names),
            "better_by_metric": keys.take(best),
            "better_by_outcome": keys.take(rest),
            "by_metric": gap,
            "by_outcome": other,
            "clear": clear,
        },
        copy=False,
    )
