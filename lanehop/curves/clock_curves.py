"""Clock curves: the share of cases that are closed, and the share that are fixed, at each age."""

from __future__ import annotations

from typing import Literal

from lanehop.clocks.durations import Duration
from lanehop.curves.drawing import SUMMARY, TABLE, Curves, draw_curves, grounds_of, limit_means
from lanehop.curves.grounds import warn_of_selection, warn_of_unproven
from lanehop.curves.groups import By, group_rows, read_by
from lanehop.curves.spans import measure_spans
from lanehop.lanes import Lanes

__all__ = ["close_curve", "fix_curve"]


def close_curve(lanes: Lanes, *, by: By = None, until: Duration | None = None, level: float = 0.95) -> Curves:
    """Draw the share of cases that the desk has declared done at least once, at each age.

    Parameters
    ----------
    by : name or list of names
        Columns of ``lanes.cases``: a curve for each group, missing values being one. None: one curve.
    until : duration
        What restricted means count of each case at most, in business time with a calendar. None: for each group the greatest age up to which
        :func:`fix_curve` knows it. Only means of the same ``restricted_to`` may be compared.
    level : float
        Of all intervals, between 0 and 1.

    Returns
    -------
    Curves
        ``table``, behind the columns of ``by``, by age:

        time : timedelta64[us]
            Age: since ``opened_at``, in business time with a calendar. From 0 to the greatest that is known; each row holds up to the next.
        share : float64
            Of the cases, those closed by that age: 1 - Kaplan-Meier's survival.
        lower, upper : float64
            Pointwise confidence limits of it, on the complementary log-log scale.
        at_risk : int32
            Cases not closed before that age and watched up to it.
        n_observed, n_censored : int32
            Those of them closed at it, and those cut off from it up to the next row.

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
        counted_in : category
            What lengths count in: ``calendar time``, or ``business time`` where :func:`reconstruct` was given
            a calendar.
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
    - With a calendar the clock runs in business time: what the stays of a case add up to, each by the hours
      of its department; for a case cut off after its last stay those of the last one go on. The horizon,
      and so which cases count and whose end is seen, stays as it is.

    Examples
    --------
    >>> import lanehop as lh
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
    by : name or list of names
    until : duration
    level : float
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
    - Time-to-real-fix runs from the opening of the case to the claim that held for ``hold``; with a calendar
      in business time as in :func:`close_curve`, but ``hold`` stays calendar time.
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
