"""Drift: periods in which a metric got better while what it stands for got worse."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.censoring import Floats
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import Codes, Flags, Instants, microseconds
from lanehop.curves.grounds import warn_of_selection, warn_of_unproven
from lanehop.curves.spans import read_instants
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
from lanehop.review.contributions import contribute, grouped_values
from lanehop.review.hindsight import as_they_stood
from lanehop.review.metrics import Metric, measure_cases, read_metrics
from lanehop.review.registry import build
from lanehop.wording import say_n

__all__ = ["find_drift"]

VERDICTS = (
    "drift",
    "reverse drift",
    "both better",
    "both worse",
    "no clear change",
    "too few cases",
    "not known yet",
)
DRIFT, REVERSE, BETTER, WORSE, UNCLEAR, FEW, UNKNOWN = range(len(VERDICTS))

MOST_PERIODS = 10_000


class _Values(NamedTuple):
    """What one measure says of each period."""

    n: Codes
    value: Floats
    error: Floats
    n_customers: Codes


class _Change(NamedTuple):
    """How one measure went from each period to the next."""

    n: Codes
    value: Floats
    change: Floats
    low: Floats
    high: Floats


def find_drift(
    lanes: Lanes,
    *,
    metric: str | Metric = "time_to_close",
    outcome: str | Metric = "time_to_real_fix",
    period: str | Duration = "month",
    target: Duration = "8h",
    until: Duration = "14D",
    min_cases: int = 20,
    level: float = 0.95,
) -> pd.DataFrame:
    """Find periods in which a metric got better while its outcome got worse.

    Parameters
    ----------
    metric : name or Metric
        As in :func:`compare_metrics`; medians excepted.
    outcome : name or Metric
        What the metric stands for; likewise.
    period : str or duration
        ``month``: calendar months in UTC. A duration: stretches of it, from 00:00 UTC of the day on which the first
        case was opened.
    target : duration
        As in :func:`compare_metrics`.
    until : duration
        Mean times count of each case at most so much. A period is judged once all of its cases have been followed
        for so long.
    min_cases : int
        Periods in which either measure sees fewer cases are not judged.
    level : float
        Between 0 and 1: if nothing changes, the intervals of one measure all hold 0 in about so large a share of logs,
        however many periods they have.

    Returns
    -------
    DataFrame
        One row per period and the one after it:

        begin, until : datetime64[us, UTC]
            Of the later period; the earlier one ends where it begins.
        verdict : category
            ``drift``: the metric got better, the outcome worse. ``reverse drift``: the other way round, progress
            that the metric hides. ``both better``, ``both worse``. ``no clear change`` in one or both. ``too few
            cases``. ``not known yet``: the later period has not been followed for ``until``.
        n_before, n_after : int32
            Cases opened in the periods that the metric sees.
        metric_before, metric_after, metric_change, metric_low, metric_high : float64 or NA
            Its values, by how much it changed, and the interval of that.
        n_outcome_before, n_outcome_after : int32
        outcome_before, outcome_after, outcome_change, outcome_low, outcome_high : float64 or NA
            The same of the outcome.

    Raises
    ------
    ArgumentError
        If an argument cannot be meant; if there would be more than 10,000 periods.

    Warns
    -----
    UnprovenWarning, SelectionWarning
        As :func:`fix_curve` does.

    Notes
    -----
    - A case counts in the period in which it was opened, as only this does not depend on how it went.
    - A period is judged if it ended ``until`` before the horizon ``as_of - hold``. So that early and late cases are
      watched alike, it is judged by what the log held ``until + hold`` after its end: what came later of its cases,
      such as a reopening after months, is left out. A Metric of your own is asked once of the whole, and once of the
      cases of each such period by themselves. Values of other periods are of the whole log, as far as Kaplan-Meier's
      curves know them, without a verdict.
    - A change is clear if its interval (Welch's; for shares Agresti and Caffo's) leaves out 0. Intervals are
      widened for the number of changes judged (Bonferroni). A verdict needs both changes clear, which happens by
      chance more seldom still.
    - Several cases of one requester count as one draw for the intervals; apart from that cases are taken for
      independent. A single outage that many customers report makes them too narrow.
    - It says when the two parted, not why: new staff, a new product or a holiday can do it as well.

    Examples
    --------
    >>> import lanehop as lh
    >>> drift = find_drift(lh.reconstruct(lh.sample_log()), period="14D")
    >>> drift.verdict.tolist()[-1]
    'not known yet'

    See Also
    --------
    compare_metrics : the same between groups. fix_curve : the clock behind it.
    """
    if isinstance(min_cases, bool) or not isinstance(min_cases, int) or min_cases < 2:
        raise ArgumentError(f"min_cases must be a whole number of at least 2, not {min_cases!r}")
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise ArgumentError(f"level must lie between 0 and 1, not {level!r}")
    followed, goal = duration_us(until, "until"), duration_us(target, "target")
    if not followed or not goal:
        raise ArgumentError("until and target must be longer than nothing")
    known = build(followed, goal)
    pair = (*read_metrics([metric], known, "metric"), *read_metrics([outcome], known, "outcome"))
    for one in pair:
        if one.statistic == "median":
            raise ArgumentError(f"metric {one.name!r} is a median; find_drift compares means and shares")
    if pair[0].name == pair[1].name:
        raise ArgumentError(f"{pair[0].name!r} is both the metric and the outcome")
    warn_of_unproven(lanes)
    warn_of_selection(lanes)

    horizon = microseconds(lanes.log.as_of - lanes.hold)
    opened = read_instants(lanes._cases["opened_at"])
    edges = _edges(opened, period)
    codes = np.where(opened < horizon, np.searchsorted(edges, opened, side="right") - 1, -1)
    n_periods = max(len(edges) - 1, 0)
    judged = edges[1:] + followed <= horizon
    enough = np.ones(n_periods, dtype=bool)
    values = [_summed(one, lanes, codes, n_periods) for one in pair]
    n_opened = np.bincount(codes[codes >= 0], minlength=n_periods)
    for k in np.flatnonzero(judged & (n_opened >= min_cases)).tolist():
        # Later news of early cases is left out: late ones have none yet.
        at = pd.Timestamp(int(edges[k + 1]) + followed, unit="us", tz="UTC") + lanes.hold
        then = as_they_stood(lanes, np.flatnonzero(codes == k), at)
        for found, one in zip(values, pair, strict=True):
            of_period = _summed(one, then, np.zeros(len(then._cases), dtype=np.int64), 1)
            for all_periods, value in zip(found, of_period, strict=True):
                all_periods[k] = value[0]
    for found in values:
        enough &= (found.n >= min_cases) & ~np.isnan(found.value)
    clear = judged[1:] & enough[1:] & enough[:-1]
    n_judged = max(int(clear.sum()), 1)
    first, second = (
        _change(found, share=one.statistic == "share", alpha=(1 - level) / n_judged)
        for found, one in zip(values, pair, strict=True)
    )
    verdict = np.select(
        [~judged[1:], ~clear], [UNKNOWN, FEW], _judge(_way(first) * pair[0].sign, _way(second) * pair[1].sign)
    )
    return pd.DataFrame(
        {
            "begin": columns.time(edges[1:-1].copy()),
            "until": columns.time(edges[2:].copy()),
            "verdict": columns.word(verdict.astype(np.int8), VERDICTS),
            **_columns(first, "", "metric"),
            **_columns(second, "outcome_", "outcome"),
        }
    )


def _edges(opened: Instants, period: str | Duration) -> Instants:
    """Return where periods begin, and where the last ends."""
    if not len(opened):
        return np.zeros(1, dtype=np.int64)
    first, last = (pd.Timestamp(int(x), unit="us") for x in (opened.min(), opened.max()))
    if period == "month":
        begins = pd.period_range(first, last + pd.DateOffset(months=1), freq="M").to_timestamp()
        return begins.to_numpy().astype("M8[us]").view(np.int64)
    length = duration_us(period, "period")
    if not length:
        raise ArgumentError("period must be longer than nothing")
    begin = int(first.normalize().as_unit("us").asm8.view("i8"))
    n = (int(opened.max()) - begin) // length + 1
    if n > MOST_PERIODS:
        raise ArgumentError(f"period={period!r} makes {say_n(n, 'period')}; the most are {MOST_PERIODS:,}")
    return begin + length * np.arange(n + 1)


def _summed(metric: Metric, lanes: Lanes, codes: Codes, n_periods: int) -> _Values:
    """Return what a measure says of each period, with an error that allows for several cases of one customer."""
    values = contribute(metric, measure_cases(metric, lanes), codes, n_periods).values
    n, value, error = grouped_values(values, codes, n_periods, median=False)
    if "requester" not in lanes._cases:
        return _Values(n, value, error, n.copy())
    seen = np.flatnonzero((codes >= 0) & ~np.isnan(values))
    group = codes[seen]
    who = pd.factorize(lanes._cases["requester"].iloc[seen])[0].astype(np.int64)
    unnamed = who < 0
    who[unnamed] = len(seen) + np.arange(unnamed.sum())
    # A customer's cases err together: what is independent is the sum of each customer's errors.
    pairs, of_pair = np.unique(group * (2 * len(seen) + 1) + who, return_inverse=True)
    period = pairs // (2 * len(seen) + 1)
    n_customers = np.bincount(period, minlength=n_periods)
    off = np.bincount(of_pair, (values[seen] - value[group]), len(pairs))
    squares = np.bincount(period, off**2, n_periods) * n_customers
    unknown = np.full(n_periods, np.nan)
    variance = np.divide(squares, (n_customers - 1.0) * n.astype(np.float64) ** 2, out=unknown, where=n_customers > 1)
    return _Values(n, value, np.sqrt(variance), n_customers)


def _change(values: _Values, *, share: bool, alpha: float) -> _Change:
    from scipy.special import stdtrit

    n, value, error, n_customers = values
    variance = error**2
    change = np.diff(value)
    middle = change
    if share:
        # One case of either kind more in each period: shares of 0 and 1 are not certain.
        shrunk = (value * n + 1) / (n + 2)
        variance = np.fmax(shrunk * (1 - shrunk) / (n + 2), variance)
        middle = np.diff(shrunk)
    both = variance[1:] + variance[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = both**2 / (variance[1:] ** 2 / (n_customers[1:] - 1) + variance[:-1] ** 2 / (n_customers[:-1] - 1))
    reach = stdtrit(np.where(np.isfinite(freedom), freedom, 1.0), 1 - alpha / 2) * np.sqrt(both)
    return _Change(n, value, change, middle - reach, middle + reach)


def _way(change: _Change) -> Codes:
    """Return 1 where a change is clear and up, -1 where it is clear and down."""
    up: Flags = change.low > 0
    down: Flags = change.high < 0
    return up.astype(np.int64) - down


def _judge(metric: Codes, outcome: Codes) -> Codes:
    return np.select(
        [
            (metric > 0) & (outcome < 0),
            (metric < 0) & (outcome > 0),
            (metric > 0) & (outcome > 0),
            (metric < 0) & (outcome < 0),
        ],
        [DRIFT, REVERSE, BETTER, WORSE],
        UNCLEAR,
    )


def _columns(change: _Change, number: str, name: str) -> dict[str, object]:
    return {
        f"n_{number}before": columns.count(change.n[:-1]),
        f"n_{number}after": columns.count(change.n[1:]),
        f"{name}_before": change.value[:-1],
        f"{name}_after": change.value[1:],
        f"{name}_change": change.change,
        f"{name}_low": change.low,
        f"{name}_high": change.high,
    }
