"""Clock curves: the share of cases that are closed, and the share that are fixed, at each age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import median, median_interval, restricted_mean
from lanehop.clocks.censoring import Curve, confidence_band, kaplan_meier
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, Flags, Instants
from lanehop.curves.grounds import GROUNDS, count_grounds, warn_of_selection, warn_of_unproven
from lanehop.curves.groups import By, Groups, group_rows, read_by, rows_of
from lanehop.curves.spans import Spans, measure_spans
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes

__all__ = ["Curves", "close_curve", "fix_curve"]

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
SUMMARY = ("n", "n_observed", "n_censored", "n_left_out", *AVERAGES, *GROUNDS)
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


def close_curve(lanes: Lanes, *, by: By = None, until: Duration | None = None, level: float = 0.95) -> Curves:
    """Draw the share of cases that the desk has declared done at least once, at each age.

    Parameters
    ----------
    by : name or list of names
        Columns of ``lanes.cases``: a curve for each group, missing values being one. None: one curve.
    until : duration
        What restricted means count of each case at most. None: for each group the greatest age up to which
        :func:`fix_curve` knows it. Only means of the same ``restricted_to`` may be compared.
    level : float
        Of all intervals, between 0 and 1.

    Returns
    -------
    Curves
        ``table``, behind the columns of ``by``, by age:

        time : timedelta64[us]
            Age: since ``opened_at``. From 0 to the greatest that is known; each row holds up to the next.
        share : float64
            Of the cases, those closed by that age: 1 - Kaplan-Meier's survival.
        lower, upper : float64
            Pointwise confidence limits of it, on the complementary log-log scale.
        at_risk : int32
            Cases not closed before that age and watched up to it.
        n_observed, n_censored : int32
            Those of them closed at it, and those cut off at it.

        ``summary``, behind the columns of ``by``:

        n : int32
            Cases of the group, opened before the horizon ``as_of - hold``.
        n_observed, n_censored : int32
            Those of them seen closed, and those cut off at the horizon.
        n_left_out : int32
            Cases opened at the horizon or after it, which are left out.
        median, median_low, median_high : timedelta64[us] or NA
            Age by which half are closed, and its interval; NA where the curve does not reach so far.
        restricted_mean, restricted_mean_low, restricted_mean_high : timedelta64[us] or NA
            Mean time until closed, each case counted up to ``restricted_to``; NA where that is not known.
        restricted_to : timedelta64[us] or NA
        as_of : datetime64[us, UTC]
        hold : timedelta64[us]
        n_claims : int32
            Claims of a fix in the group, left-out cases included.
        share_unproven : float64 or NA
            Of them, those that could not be watched for ``hold``.
        n_reopened : int32
            Claims after which the ticket was opened again.
        share_reopened_late : float64 or NA
            Of those, the ones opened again later than ``hold`` after the claim.

    Raises
    ------
    ArgumentError
        If ``by`` names no column of the cases, or one that the result has itself; if ``until`` is a bare
        number, no duration or 0; if ``level`` does not lie between 0 and 1.

    Warns
    -----
    SelectionWarning
        If the log looks as if only closed cases had been taken into it.

    Notes
    -----
    - This is what a dashboard that pays for fast closing sees, but for the open cases: they count here.
    - The same cases as in :func:`fix_curve`: those opened before the horizon. The event is the *first* time
      that the desk declared the case done; a case first done after the horizon is cut off there.
    - A median of the closed cases alone is that of the quick ones.

    Examples
    --------
    >>> import lanehop as lh
    >>> from lanehop.curves import close_curve
    >>> curves = close_curve(lh.reconstruct(lh.sample_log()), by="priority")
    >>> curves.summary.priority.tolist()
    ['P1', 'P2', 'P3', 'P4']
    >>> bool((curves.summary.n == curves.summary.n_observed + curves.summary.n_censored).all())
    True

    See Also
    --------
    fix_curve : the other clock. compare_clocks : both, and the gap. plot_clocks : the picture.
    """
    names = _read_arguments(lanes, by)
    warn_of_selection(lanes)
    return _draw(lanes, "close", names, until, level)


def fix_curve(lanes: Lanes, *, by: By = None, until: Duration | None = None, level: float = 0.95) -> Curves:
    """Draw the share of cases that have really been fixed, at each age.

    Parameters
    ----------
    by, until, level
        As in :func:`close_curve`.

    Returns
    -------
    Curves
        With the columns of :func:`close_curve`, "fixed" for "closed": ``share`` is that of the cases fixed by
        that age, ``n_censored`` counts all that were not seen fixed.

    Raises
    ------
    ArgumentError
        As in :func:`close_curve`.

    Warns
    -----
    UnprovenWarning
        If over half of the claims of a fix could not be watched for ``hold``.
    SelectionWarning
        If the log looks as if only closed cases had been taken into it.

    Notes
    -----
    - Time-to-real-fix runs from the opening of the case to the claim that held for ``hold``.
    - A fix claimed after the horizon ``as_of - hold`` cannot have been proven. So cases opened after it are
      left out, and all that were not fixed by then are cut off *at the horizon*: open, unproven and
      unresolved ones. To cut them off at their claim would throw out exactly those just fixed.
    - A withdrawn case is cut off when it was done: it would have been fixed as the others are. Where that is
      not meant, see :func:`outcome_curve`.
    - NOT seen: false claims that the customer never contradicts. In a log they look like fixes.

    Examples
    --------
    >>> import lanehop as lh
    >>> from lanehop.curves import close_curve, fix_curve
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> closed, fixed = close_curve(lanes).summary, fix_curve(lanes).summary
    >>> bool((closed["median"] <= fixed["median"]).all())
    True

    See Also
    --------
    close_curve : the other clock. outcome_curve : what becomes of the rest. plot_clocks : the picture.
    """
    names = _read_arguments(lanes, by)
    warn_of_unproven(lanes)
    warn_of_selection(lanes)
    return _draw(lanes, "fix", names, until, level)


def _read_arguments(lanes: Lanes, by: By) -> list[str]:
    return read_by(by, lanes._cases.columns, (*TABLE, *SUMMARY))


def _draw(
    lanes: Lanes, clock: Literal["close", "fix"], names: list[str], until: Duration | None, level: float
) -> Curves:
    groups = group_rows(lanes._cases, names)
    spans = measure_spans(lanes)
    duration, observed = (spans.close, spans.close_observed) if clock == "close" else (spans.fix, spans.fix_observed)
    limits = limit_means(groups, spans, until)
    return draw_curves(groups, spans, duration, observed, limits, level, grounds_of(lanes, groups))


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
    """Return what shares of groups of cases rest on."""
    return count_grounds(lanes, groups.codes[rows_of(lanes._closures["case"], lanes._cases)], len(groups))


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
