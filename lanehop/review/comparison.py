"""Comparison: which metric rewards what customers need, and which rewards the opposite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import Codes, Flags
from lanehop.curves.grounds import warn_of_selection, warn_of_unproven
from lanehop.curves.spans import CUT_OFF, measure_spans
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
from lanehop.review.agreement import compare_ranks
from lanehop.review.credit import credit_cases
from lanehop.review.metrics import HOUR, Metric, read_metrics
from lanehop.review.registry import METRICS, OUTCOMES, build
from lanehop.review.scores import VALUES, Asked, list_flips, list_values, score_groups
from lanehop.review.verdicts import VERDICTS, list_pairs, list_verdicts
from lanehop.wording import say_n

__all__ = ["MetricComparison", "compare_metrics"]

MONTH = 30 * 24 * HOUR
MOST_CASES = 20_000
"""Of so many cases halves and resamples are made; more would hardly make them any surer."""


@dataclass(frozen=True, eq=False, repr=False)
class MetricComparison:
    """Metrics held against what customers lived through; frozen.

    Made by :func:`compare_metrics`, which says what its columns are. Its frames may be edited freely: each
    access copies.

    Attributes
    ----------
    by : str
        What the groups are.
    verdicts : DataFrame
        One row per metric: the answer.
    pairs : DataFrame
        One row per metric and outcome: whether they rank the groups alike.
    values : DataFrame
        One row per group and metric or outcome.
    flips : DataFrame
        One row per metric, outcome and pair of groups that swap order between them.

    Examples
    --------
    >>> import lanehop as lh
    >>> comparison = lh.compare_metrics(lh.reconstruct(lh.sample_log()), metrics="time_to_close")
    >>> comparison.by, comparison.verdicts.columns[:3].tolist()
    ('department', ['metric', 'verdict', 'why'])
    """

    by: str
    _verdicts: pd.DataFrame
    _pairs: pd.DataFrame
    _values: pd.DataFrame
    _flips: pd.DataFrame

    @property
    def verdicts(self) -> pd.DataFrame:
        """One row per metric: the answer."""
        return self._verdicts.copy(deep=False)

    @property
    def pairs(self) -> pd.DataFrame:
        """One row per metric and outcome: whether they rank the groups alike."""
        return self._pairs.copy(deep=False)

    @property
    def values(self) -> pd.DataFrame:
        """One row per group and metric or outcome."""
        return self._values.copy(deep=False)

    @property
    def flips(self) -> pd.DataFrame:
        """One row per metric, outcome and pair of groups that swap order between them."""
        return self._flips.copy(deep=False)

    def __repr__(self) -> str:
        counts = self._verdicts["verdict"].value_counts().reindex(VERDICTS, fill_value=0)
        said = ", ".join(f"{n} {word}" for word, n in counts.items() if n)
        return (
            f"MetricComparison({say_n(len(self._verdicts), 'metric')} by {self.by}, "
            f"{int(self._verdicts['n_cases'].iloc[0]):,} cases: {said})"
        )


def compare_metrics(
    lanes: Lanes,
    *,
    metrics: Sequence[str | Metric] | str | Metric = METRICS,
    outcomes: Sequence[str | Metric] | str | Metric = OUTCOMES,
    by: str = "department",
    target: Duration = "8h",
    until: Duration | None = None,
    min_cases: int = 20,
    level: float = 0.95,
    seed: int = 0,
) -> MetricComparison:
    """Hold the metrics that a desk is paid by against what its customers lived through.

    A metric is asked two questions. *Between* groups: do those that look better by it serve their customers
    better? *Within* groups, closing by closing: do those that it calls good hold more often?

    Parameters
    ----------
    metrics : names or Metrics
        ``time_to_close``; ``closed_in_target``; ``first_lane_closure`` (no handoff before); ``handle_time``
        (in state working); ``promise_at_closing``, ``promise_at_fix`` (of cases whose promised date is past);
        ``reopen_rate``; ``satisfaction`` (answered surveys of kind transaction); or a :class:`Metric` of
        your own. By default all of these.
    outcomes : names or Metrics
        ``time_to_real_fix``; ``really_fixed``; ``false_done_time``; ``hops``. The first is the one that
        verdicts rest on.
    by : str
        ``department`` or ``agent``: the one that first declared a case done, as this is whom a dashboard
        credits; ``month``: in which it was opened, in UTC; or a column of ``lanes.cases``.
    target : duration
        Of ``closed_in_target``; in business time with a calendar.
    until : duration
        Mean times to close and to the real fix count of each case at most so much, ``really_fixed`` means by then;
        in business time with a calendar. None: 30 days, or half of the longest time that an unfixed case was
        followed, if that is less.
    min_cases : int
        Groups in which a metric or outcome sees fewer cases are not ranked by it.
    level : float
        Of all intervals, between 0 and 1. Verdicts are wrong at most so seldom: see Notes.
    seed : int
        Of all chance in it; the same seed gives the same result, whatever the order of the rows.

    Returns
    -------
    MetricComparison
        ``verdicts``, one row per metric:

        metric : category
        verdict : category
            ``agrees``, ``says nothing``, ``rewards the opposite``; ``mixed`` where the two questions are answered
            in opposite ways.
        why : str
            The evidence, in words.
        ranking : category
            The answer between groups: the verdict of ``pairs`` with the first outcome.
        closings : category
            The answer within groups.
        n_good, held_good, n_bad, held_bad : int32
            First closings that the metric calls good, those of them that held, and the same of the others.
        difference, difference_low, difference_high : float64 or NA
            Share that held among the good less that among the others of the same group.
        p_closings : float64 or NA
            How often chance gives such a difference; adjusted for the number of metrics (Holm).
        n_cases, n_seen : int32
            Cases that some group has the credit for, and those of them that the metric sees.
        n_groups, n_small_groups : int32
            Groups, and those of them that the metric or the first outcome cannot rank.
        n_uncredited, n_left_out : int32
            Cases opened before the horizon that were not declared done by it, or by nobody named; and cases
            opened at the horizon or after it.
        counted_in : category
            ``calendar time`` or ``business time``.
        as_of, hold, n_claims, share_unproven, n_reopened, share_reopened_late
            As in :func:`close_curve`, of the whole log.

        ``pairs``, one row per metric and outcome:

        metric, outcome : category
        verdict, why : category, str
            As above, between groups only.
        tau : float64 or NA
            Kendall's tau-b of the values as they stand: 1 if all pairs of groups stand in the same order,
            better first, -1 if all stand in the opposite one.
        tau_split, tau_low, tau_high : float64 or NA
            The same with the metric of one random half of each group's cases against the outcome of the
            other half, averaged over 50 halvings; and its bootstrap interval. The verdict rests on this.
        p, p_family : float64 or NA
            How often groups dealt at random agree or disagree as much (Kendall's exact test, the median of the
            halvings), and the same adjusted for the number of metrics (Holm).
        n_groups, n_pairs, n_flips, n_clear_flips : int32
            Groups ranked, pairs of them, pairs that swap order, and those whose differences are both clear.
        n_cases : int32
            Cases of these groups that the metric sees.

        ``values``, behind the column ``by``:

        measure, kind : category
            Which metric or outcome.
        n : int32
            Cases of the group that it sees.
        value, low, high : float64 or NA
            Mean, share or median, and its interval. NA where no case of the group is followed up to ``until``.
        unit, better : category
            Of the values; and whether ``low`` or ``high`` ones are better.
        rank : Int32
            1 is best; NA where not ranked.
        used : bool
            Whether the group is ranked.

        ``flips``: metric, outcome; ``better_by_metric``, ``better_by_outcome``: the groups; ``by_metric``,
        ``by_outcome``: how far they lie apart; ``clear``: whether both lie apart by more than chance, each at
        ``level``.

    Raises
    ------
    ArgumentError
        If an argument cannot be meant, or a Metric does not give one number per case.

    Warns
    -----
    UnprovenWarning, SelectionWarning
        As :func:`fix_curve` does.

    Notes
    -----
    - Cases opened before the horizon ``as_of - hold`` only. By ``department`` and ``agent`` only those first
      declared done by then: of the others nobody has the credit, and their number stands in ``n_uncredited``.
      Outcomes are cut off as in :func:`fix_curve`; means and shares of what is cut off are Kaplan-Meier's.
    - *Shared luck.* Both sides are made of the same cases, so that groups which do not differ at all
      still agree: a case that takes long is long on both clocks. Hence the two halves, which share none. Where groups
      hardly differ, ``tau`` may be large and ``tau_split`` near 0: then luck has ranked them.
    - *Between groups* it ``agrees`` or ``rewards the opposite`` only if the interval of ``tau_split`` lies wholly
      on one side of 0 **and** ``p_family`` is at most ``(1 - level) / 2``: groups whose metric has nothing to do
      with their outcome seldom line up so well, however many cases there are. Fewer than 5 ranked groups say
      nothing.
    - *Within groups* it is asked of metrics that are settled at the closing, and against whether the closing
      held: time-to-close can never exceed time-to-real-fix, so that these two go together whatever a desk does. A
      closing held if nothing spoke against it within ``hold``; unproven and withdrawn ones are left out. That a case
      was opened again later than that is no failure here, as only old closings have been watched for so long. Good:
      at least the middle one of its group, or inside of the target or promise. It is an answer if the adjusted p is
      at most ``(1 - level) / 2`` and the difference at least 2 in 100.
    - So at level 0.95 at most 5 of 100 desks on which no metric has to do with the fix get any verdict but ``says
      nothing``. Measured on groups dealt at random it is fewer than 1; on groups that differ in both for reasons of
      their own, up to 3. Each further outcome of ``pairs`` is held to the same rule for itself.
    - Where only one of the two is answered, that is the verdict; where both are and differ, it is ``mixed``.
    - Halves and resamples are of at most 20,000 cases and the 200 largest groups; values are of all.
    - Where nearly all first closings hold, time-to-close and time-to-real-fix are nearly the same number. That
      they agree then says that closings hold, and no more.
    - Cases count as independent of one another: where customers come back in new tickets, :func:`stitch` first. A bot
      that closes counts like an agent.
    - Values are of what the log holds by ``as_of``: early cases have had more time to be handed on, worked on and opened
      again. Of groups that did not work side by side, such as months, ask :func:`find_drift`, which watches all alike.
    - It says what goes together on this desk, not what causes what. That hard problems are both closed late
      and opened again is held apart by ``by="category"`` or ``by="priority"``, within which closings are then compared.

    Examples
    --------
    >>> import lanehop as lh
    >>> comparison = compare_metrics(lh.reconstruct(lh.sample_log()), metrics=["time_to_close"])
    >>> comparison.verdicts[["metric", "verdict"]].values.tolist()
    [['time_to_close', 'rewards the opposite']]
    >>> comparison.pairs.outcome.tolist()
    ['time_to_real_fix', 'really_fixed', 'false_done_time', 'hops']

    See Also
    --------
    compare_clocks : the two clocks. find_drift : over time. plot_rank_flips, plot_metric : the pictures.
    """
    _check(min_cases, level, seed)
    spans = measure_spans(lanes)
    longest = int(spans.fix[spans.ending == CUT_OFF].max(initial=0))
    most = min(MONTH, longest // 2 or MONTH) if until is None else _some(until, "until")
    known = build(most, _some(target, "target"))
    chosen = read_metrics(metrics, known, "metrics")
    held_against = read_metrics(outcomes, known, "outcomes")
    both = {one.name for one in chosen} & {one.name for one in held_against}
    if both:
        raise ArgumentError(f"{min(both)!r} is both a metric and an outcome")
    asked = Asked((*chosen, *held_against), len(chosen), by, credit_cases(lanes, by, VALUES), min_cases, level)
    warn_of_unproven(lanes)
    warn_of_selection(lanes)
    scores = score_groups(asked, lanes)
    ranked = np.asarray(scores.usable.any(axis=0))
    found = compare_ranks(
        scores.contributions,
        [one.sign for one in asked.measures],
        len(chosen),
        _only(asked.credit.codes, ranked),
        scores.usable[:, ranked],
        level=level,
        rng=np.random.default_rng(seed),
        most_cases=MOST_CASES,
    )
    flips = list_flips(asked, scores)
    pairs = list_pairs(asked, scores, found, flips)
    return MetricComparison(
        by=by,
        _verdicts=list_verdicts(asked, scores, lanes, pairs),
        _pairs=pairs,
        _values=list_values(asked, scores),
        _flips=flips,
    )


def _check(min_cases: int, level: float, seed: int) -> None:
    if isinstance(min_cases, bool) or not isinstance(min_cases, int) or min_cases < 2:
        raise ArgumentError(f"min_cases must be a whole number of at least 2, not {min_cases!r}")
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise ArgumentError(f"level must lie between 0 and 1, not {level!r}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ArgumentError(f"seed must be a whole number from 0 on, not {seed!r}")


def _some(length: Duration, name: str) -> int:
    us = duration_us(length, name)
    if not us:
        raise ArgumentError(f"{name} must be longer than nothing")
    return us


def _only(codes: Codes, kept: Flags) -> Codes:
    """Number the groups that are kept afresh; the others become none."""
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    return number[codes]
