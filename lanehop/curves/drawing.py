"""Drawing: Kaplan-Meier curves of groups of cases, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import median, median_interval, restricted_mean
from lanehop.clocks.censoring import Curve, confidence_band, kaplan_meier
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, Flags, Instants
from lanehop.curves.grounds import GROUNDS, count_grounds
from lanehop.curves.groups import Groups, rows_of
from lanehop.curves.spans import Spans, counted_in
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes

TABLE = ("time", "share", "lower", "upper", "at_risk", "n_observed", "n_censored")
"""Columns of a curve, age by age."""

AVERAGES = (
    "median",
    "median_low",
    "median_high",
    "restricted_mean",
    "restricted_mean_low",
    "restricted_mean_high",
    "restricted_to",
)
SUMMARY = ("n", "n_observed", "n_censored", "n_left_out", *AVERAGES, "counted_in", *GROUNDS)
"""Columns of what a curve comes to."""


@dataclass(frozen=True, eq=False, repr=False)
class Curves:
    """Shares of cases at each age, and what they come to; frozen.

    Made by :func:`close_curve`, :func:`fix_curve` and :func:`outcome_curve`, which say what its columns
    are. Its frames may be edited freely: each access copies.

    Attributes
    ----------
    table : DataFrame
        One row per group and age at which something changes.
    summary : DataFrame
        One row per group, with all that a share must be printed with.
    """

    _table: pd.DataFrame
    _summary: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """One row per group and age at which something changes."""
        return self._table.copy(deep=False)

    @property
    def summary(self) -> pd.DataFrame:
        """One row per group."""
        return self._summary.copy(deep=False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({say_size(self._summary)}, {len(self._table):,} rows)"


def say_size(summary: pd.DataFrame) -> str:
    """Say how many groups and cases a summary is of."""
    groups = f"{len(summary):,} {'group' if len(summary) == 1 else 'groups'}"
    return f"{groups}, {int(summary['n'].sum()):,} cases, {int(summary['n_left_out'].sum()):,} left out"


def limit_means(groups: Groups, spans: Spans, until: Duration | None) -> Instants:
    """Return for each group what restricted means count of a case at most; MISSING where nothing is known."""
    if until is not None:
        us = duration_us(until, "until")
        if us == 0:
            raise ArgumentError("until must be longer than nothing")
        return np.full(len(groups), us)
    limits = np.full(len(groups), MISSING)
    np.maximum.at(limits, groups.codes[spans.row], spans.fix)
    return limits


def grounds_of(lanes: Lanes, groups: Groups) -> dict[str, Any]:
    """Return what lengths of groups of cases count in, and what shares of them rest on."""
    closures = groups.codes[rows_of(lanes._closures["case"], lanes._cases)]
    return {"counted_in": counted_in(lanes, len(groups)), **count_grounds(lanes, closures, len(groups))}


def draw_curves(
    groups: Groups,
    spans: Spans,
    duration: Instants,
    observed: Flags,
    limits: Instants,
    level: float,
    grounds: Mapping[str, Any],
) -> Curves:
    """Draw a Kaplan-Meier curve for each group of cases, and read off what it comes to."""
    codes = groups.codes[spans.row]
    ages, averages, sizes = [], [], []
    for members, limit in zip(groups.members(codes), limits.tolist(), strict=True):
        lengths = duration[members]
        curve = kaplan_meier(lengths, observed[members])
        ages.append(_ages(curve, np.sort(lengths), level))
        averages.append(_averages(curve, limit, level))
        sizes.append((curve.n, curve.n_observed, curve.n - curve.n_observed))
    group = np.repeat(np.arange(len(groups)), [len(part["time"]) for part in ages])
    table = {name: np.concatenate([part[name] for part in ages]) for name in TABLE} if ages else _ages_of_none(level)
    left_out = np.bincount(groups.codes[spans.left_out], minlength=len(groups))
    counts = np.column_stack([np.array(sizes, dtype=np.int64).reshape(-1, 3), left_out])
    lengths = np.array(averages, dtype=np.int64).reshape(-1, len(AVERAGES))
    summary = {
        **{name: columns.count(counts[:, k]) for k, name in enumerate(SUMMARY[:4])},
        **{name: columns.length(lengths[:, k].copy()) for k, name in enumerate(AVERAGES)},
        **grounds,
    }
    return Curves(groups.label(group, table), groups.label(np.arange(len(groups)), summary))


def _ages_of_none(level: float) -> dict[str, Any]:
    return _ages(kaplan_meier([], []), np.zeros(0, dtype=np.int64), level)


def _ages(curve: Curve, lengths: Instants, level: float) -> dict[str, Any]:
    """Return the columns of TABLE; ``lengths`` are the sorted durations."""
    band = confidence_band(curve, level)
    time = np.union1d(curve.time, [0, curve.last]) if curve.n else curve.time
    row = np.searchsorted(curve.time, time, side="right")
    at_risk = curve.n - np.searchsorted(lengths, time)
    n_observed = np.zeros(len(time), dtype=np.int64)
    n_observed[np.searchsorted(time, curve.time)] = curve.n_events
    return {
        "time": columns.length(time.astype(np.int64, copy=False)),
        "share": 1 - np.append(1.0, curve.survival)[row],
        "lower": 1 - np.append(1.0, band.upper)[row],
        "upper": 1 - np.append(1.0, band.lower)[row],
        "at_risk": columns.count(at_risk),
        "n_observed": columns.count(n_observed),
        "n_censored": columns.count(at_risk - n_observed - np.append(at_risk[1:], 0)[: len(time)]),
    }


def _averages(curve: Curve, limit: int, level: float) -> list[int]:
    """Return AVERAGES in microseconds."""
    middle = (median(curve), *median_interval(curve, level))
    mean: list[int | None] = [None, None, None]
    known = limit <= curve.last or (curve.survival.size > 0 and curve.survival[-1] == 0)
    if curve.n and known:
        found = restricted_mean(curve, limit)
        reach = NormalDist().inv_cdf(0.5 + level / 2) * found.std_error
        mean = [round(x) for x in (found.mean, max(found.mean - reach, 0.0), min(found.mean + reach, float(limit)))]
    return [MISSING if x is None else x for x in (*middle, *mean, limit)]
