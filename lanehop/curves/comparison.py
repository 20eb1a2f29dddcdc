"""Comparison: time-to-close against time-to-real-fix, and where the time in between went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import grouped_median
from lanehop.clocks.durations import Duration
from lanehop.columns import MISSING, Codes, Instants
from lanehop.curves.drawing import SUMMARY, TABLE, draw_curves, grounds_of, limit_means, say_size
from lanehop.curves.grounds import share, warn_of_selection, warn_of_unproven
from lanehop.curves.groups import By, Groups, group_rows, read_by, totals
from lanehop.curves.spans import counted_in, length_of, measure_spans
from lanehop.curves.whereabouts import PARTS, list_ways, split_ways, sum_parts
from lanehop.lanes import Lanes

__all__ = ["ClockComparison", "compare_clocks"]

CLOCKS = ("close", "fix")
SPLIT = ("interval", "part", "time", "share", "n_cases", "n", "n_not_fixed")
CHASE = ("chase_time", "median_chase_time", "time_to_fix", "fix_stay_time", "chase_ratio", "n_no_fix_stay_time")


@dataclass(frozen=True, eq=False, repr=False)
class ClockComparison:
    """Both clocks side by side, and where the time between them went; frozen.

    Made by :func:`compare_clocks`, which says what its columns are. Its frames may be edited freely: each
    access copies.

    Attributes
    ----------
    table, summary : DataFrame
        Both curves and what they come to.
    parts : DataFrame
        One row per group, interval and part.
    chase : DataFrame
        One row per group.
    cases : DataFrame
        One row per fixed case and interval.
    """

    _table: pd.DataFrame
    _summary: pd.DataFrame
    _parts: pd.DataFrame
    _chase: pd.DataFrame
    _cases: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """One row per group, clock and age at which something changes."""
        return self._table.copy(deep=False)

    @property
    def summary(self) -> pd.DataFrame:
        """One row per group and clock."""
        return self._summary.copy(deep=False)

    @property
    def parts(self) -> pd.DataFrame:
        """One row per group, interval and part."""
        return self._parts.copy(deep=False)

    @property
    def chase(self) -> pd.DataFrame:
        """One row per group."""
        return self._chase.copy(deep=False)

    @property
    def cases(self) -> pd.DataFrame:
        """One row per fixed case and interval."""
        return self._cases.copy(deep=False)

    def __repr__(self) -> str:
        n_fixed = int(self._chase["n"].sum())
        return f"ClockComparison({say_size(self._summary.iloc[::2])}, {n_fixed:,} fixed)"


def compare_clocks(
    lanes: Lanes, *, by: By = None, until: Duration | None = None, level: float = 0.95
) -> ClockComparison:
    """Set time-to-real-fix against time-to-close, and say where the time between them went.

    Parameters
    ----------
    by : name or list of names
    until : duration
    level : float
        As in :func:`close_curve`.

    Returns
    -------
    ClockComparison
        ``table`` and ``summary``: those of :func:`close_curve` and :func:`fix_curve`, with a column more, ``clock``
        (category: ``close``, ``fix``), behind the columns of ``by``.

        ``parts``, behind the columns of ``by``:

        interval : category
            ``gap``: from when the desk first declared a case done to its fix, ``[first_done_at, fixed_at)``.
            ``way``: from its opening to its fix, ``[opened_at, fixed_at)``.
        part : category
            ``queued``; ``working_elsewhere``, ``working_at_fix``: worked on in departments that did not make
            the fix (or by nobody), and in the one that did; ``waiting_customer``; ``waiting_other``;
            ``open``: open, and the log does not say who waits; ``false_done``: done, and it was not;
            ``settled``: done otherwise, such as closed before anybody claimed a fix.
        time : timedelta64[us]
            Summed over the fixed cases. The parts of an interval add up to its length, exactly.
        share : float64 or NA
            Of the length of the interval; NA if that is 0.
        n_cases : int32
            Fixed cases with time in it.
        n, n_not_fixed : int32
            Fixed cases, and those not fixed, of which nothing of this can be said.
        counted_in : category
            As in ``summary``: all lengths of the result are in calendar time, or all in business time.

        ``chase``, behind the columns of ``by``:

        n, n_not_fixed : int32
        counted_in : category
            As in ``parts``.
        chase_time : timedelta64[us]
            Time-to-real-fix less the time in the stay that fixed it, summed over the fixed cases.
        median_chase_time : timedelta64[us] or NA
            Of the fixed cases; the others are chasing still.
        time_to_fix, fix_stay_time : timedelta64[us]
            Summed over the fixed cases.
        chase_ratio : float64 or NA
            The first of these over the second: sum over sum, never a mean of ratios. NA if that is 0.
        n_no_fix_stay_time : int32
            Fixed cases whose ``fix_stay_time`` is 0, which have no ratio of their own; they are in the sums.

        ``cases``: case, interval, length and each part as timedelta64[us], in the order of ``lanes.cases``.

    Raises
    ------
    ArgumentError
        As in :func:`close_curve`; also if a sum of times is longer than a timedelta can be.

    Warns
    -----
    UnprovenWarning, SelectionWarning
        As :func:`fix_curve` does.

    Notes
    -----
    - Both clocks and the parts take the same cases: those opened before the horizon ``as_of - hold``. Medians
      and means are of all of them, open ones included; ``parts``, ``chase`` and ``cases`` can only be of the fixed
      ones, whose number stands beside that of the others.
    - Time in a done state is charged as in :func:`charge_time`.
    - A ratio for one case is ``time_to_fix / fix_stay_time`` of ``lanes.cases``: 29 days for five minutes.
    - With a calendar all of it is in business time, as the ``business_`` columns of ``lanes.cases`` are: each
      part by the hours of the departments that the case was in.

    Examples
    --------
    >>> import lanehop as lh
    >>> both = compare_clocks(lh.reconstruct(lh.sample_log()))
    >>> both.summary.clock.tolist()
    ['close', 'fix']
    >>> way = both.parts[both.parts.interval == "way"]
    >>> bool(way.time.sum() == both.chase.time_to_fix.sum())
    True

    See Also
    --------
    close_curve, fix_curve : each clock alone. charge_table : where all time went. plot_gap : the picture.
    """
    names = read_by(by, lanes._cases.columns, (*TABLE, *SUMMARY, *SPLIT, *CHASE, *PARTS, "clock", "length"))
    warn_of_unproven(lanes)
    warn_of_selection(lanes)
    groups, spans = group_rows(lanes._cases, names), measure_spans(lanes)
    limits, grounds = limit_means(groups, spans, until), grounds_of(lanes, groups)
    close = draw_curves(groups, spans, spans.close, spans.close_observed, limits, level, grounds)
    fix = draw_curves(groups, spans, spans.fix, spans.fix_observed, limits, level, grounds)
    fixed = spans.row[spans.fix_observed]
    codes = groups.codes[fixed]
    n = np.bincount(codes, minlength=len(groups))
    n_not_fixed = np.bincount(groups.codes[spans.row], minlength=len(groups)) - n
    about = {
        "n": columns.count(n),
        "n_not_fixed": columns.count(n_not_fixed),
        "counted_in": counted_in(lanes, len(groups)),
    }
    spent = split_ways(lanes, fixed)
    return ClockComparison(
        _table=_side_by_side(close._table, fix._table, len(names), by_group=_group_of_age),
        _summary=_side_by_side(close._summary, fix._summary, len(names), by_group=lambda frame: np.arange(len(frame))),
        _parts=sum_parts(groups, codes, spent, about),
        _chase=_sum_chase(lanes, groups, codes, fixed, about),
        _cases=list_ways(lanes._cases["case"].iloc[fixed], spent),
    )


def _side_by_side(
    close: pd.DataFrame, fix: pd.DataFrame, n_keys: int, *, by_group: Callable[[pd.DataFrame], Codes]
) -> pd.DataFrame:
    """Put the rows of both clocks together, group by group."""
    both = pd.concat([close, fix], ignore_index=True)
    clock = np.repeat(np.arange(2, dtype=np.int8), [len(close), len(fix)])
    both.insert(n_keys, "clock", columns.word(clock, CLOCKS))
    order = np.argsort(np.concatenate([by_group(close), by_group(fix)]), kind="stable")
    return both.iloc[order].reset_index(drop=True)


def _group_of_age(table: pd.DataFrame) -> Codes:
    """Number the groups of a curve's table; those without a case have no row on either clock."""
    return np.cumsum(table["time"].to_numpy() == np.timedelta64(0, "us"))


def _sum_chase(lanes: Lanes, groups: Groups, codes: Codes, fixed: Instants, about: Mapping[str, Any]) -> pd.DataFrame:
    to_fix, stay = (
        length_of(lanes, name).to_numpy().view(np.int64)[fixed] for name in ("time_to_fix", "fix_stay_time")
    )
    chased = to_fix - stay
    median, defined = grouped_median(codes, len(groups), chased, np.ones(len(chased), dtype=bool))
    all_to_fix, all_stay = totals(to_fix, codes, len(groups)), totals(stay, codes, len(groups))
    sums = {
        "chase_time": columns.length(totals(chased, codes, len(groups))),
        "median_chase_time": columns.length(np.where(defined, median, MISSING)),
        "time_to_fix": columns.length(all_to_fix),
        "fix_stay_time": columns.length(all_stay),
        "chase_ratio": share(all_to_fix, all_stay),
        "n_no_fix_stay_time": columns.count(np.bincount(codes[stay == 0], minlength=len(groups))),
    }
    return groups.label(np.arange(len(groups)), {**about, **sums})
