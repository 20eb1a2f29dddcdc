"""Outcomes: the shares of cases fixed, withdrawn, closed unfixed and still open, at each age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lanehop import columns, grouped
from lanehop.clocks.censoring import aalen_johansen
from lanehop.columns import MISSING, Codes, Flags, Instants
from lanehop.curves.drawing import Curves, grounds_of
from lanehop.curves.grounds import GROUNDS, warn_of_selection, warn_of_unproven
from lanehop.curves.groups import By, group_rows, read_by
from lanehop.curves.segments import lay_segments
from lanehop.curves.spans import CUT_OFF, FIXED, WITHDRAWN, Spans, measure_spans
from lanehop.lanes import Lanes

__all__ = ["outcome_curve"]

SHARES = ("fixed", "withdrawn", "closed_unfixed", "still_open")
NUMBERS = ("at_risk", "n_fixed", "n_withdrawn", "n_censored", "n_done")
COUNTS = ("n", "n_fixed", "n_withdrawn", "n_censored", "n_left_out")


def outcome_curve(lanes: Lanes, *, by: By = None) -> Curves:
    """Draw what has become of the cases at each age: four shares that add to 1.

    Parameters
    ----------
    by : name or list of names
        Columns of ``lanes.cases``: a curve for each group, missing values being one. None: one curve.

    Returns
    -------
    Curves
        ``table``, behind the columns of ``by``, by age:

        time : timedelta64[us]
            Age: since ``opened_at``, in business time with a calendar. From 0 to the greatest that is known; each row holds up to the next.
        fixed, withdrawn : float64
            Share of the cases fixed, and withdrawn, by that age: Aalen-Johansen incidences.
        closed_unfixed, still_open : float64
            The rest, as the cases watched beyond that age stand at it: done without a fix, or open. At the
            greatest age, beyond which nobody is watched, as those watched up to it do.
        at_risk : int32
            Cases not over before that age and watched up to it.
        n_fixed, n_withdrawn, n_censored : int32
            Those of them that end at it in each way, and those cut off at it.
        n_done : int32
            Those that the rest is split by, and that stand done.

        ``summary``, behind the columns of ``by``:

        n : int32
            Cases of the group, opened before the horizon ``as_of - hold``.
        n_fixed, n_withdrawn, n_censored : int32
            Those of them seen fixed, seen withdrawn, and cut off at the horizon.
        n_left_out : int32
            Cases opened at the horizon or after it, which are left out.
        known_to : timedelta64[us] or NA
            The greatest age in ``table``.
        counted_in : category
            As in :func:`close_curve`.

        Then ``as_of, hold, n_claims, share_unproven, n_reopened, share_reopened_late`` as in
        :func:`close_curve`.

    Raises
    ------
    ArgumentError
        If ``by`` names no column of the cases, or one that the result has itself.

    Warns
    -----
    UnprovenWarning
        If over half of the claims of a fix could not be watched for ``hold``.
    SelectionWarning
        If the log looks as if only closed cases had been taken into it.

    Notes
    -----
    - Fixed and withdrawn compete: 1 - Kaplan-Meier of one of them would overstate it. ``fixed`` here is
      therefore at most the ``share`` of :func:`fix_curve`, which cuts withdrawn cases off.
    - Cases are cut off at the horizon as in :func:`fix_curve`: a case closed without a fix by then stands in
      ``closed_unfixed`` at its age, however long ago it was closed.
    - "Done" is what the desk says at that age. Between being closed falsely and being opened again a case
      is ``closed_unfixed``, even if it is fixed later.
    - With a calendar a case stays of one age while nobody works: it stands there as it was left.

    Examples
    --------
    >>> import lanehop as lh
    >>> table = outcome_curve(lh.reconstruct(lh.sample_log())).table
    >>> shares = table[["fixed", "withdrawn", "closed_unfixed", "still_open"]].sum(axis=1)
    >>> bool(((shares - 1).abs() < 1e-9).all())
    True

    See Also
    --------
    fix_curve : the share fixed, with its band. plot_outcomes : the picture.
    """
    names = read_by(by, lanes._cases.columns, ("time", *SHARES, *NUMBERS, *COUNTS, "known_to", "counted_in", *GROUNDS))
    warn_of_unproven(lanes)
    warn_of_selection(lanes)
    groups = group_rows(lanes._cases, names)
    spans = measure_spans(lanes)
    codes = groups.codes[spans.row]
    known_to = np.full(len(groups), MISSING)
    np.maximum.at(known_to, codes, spans.fix)
    # A case counts in the split of the rest before this age: those cut off last count at their last age, too.
    stop = spans.fix + ((spans.ending == CUT_OFF) & (spans.fix == known_to[codes]))
    spells = _find_spells(lanes, spans, stop)
    parts = [
        _ages(spans.fix[cases], spans.ending[cases], stop[cases], spells.keep(at))
        for cases, at in zip(groups.members(codes), groups.members(codes[spells.case]), strict=True)
    ]
    group = np.repeat(np.arange(len(groups)), [len(part["time"]) for part in parts])
    if not parts:
        parts = [_ages(*(np.zeros(0, dtype=np.int64),) * 3, spells)]
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def count(which: Instants) -> Codes:
        return columns.count(np.bincount(which, minlength=len(groups)))

    counts = (count(codes), *(count(codes[spans.ending == x]) for x in (FIXED, WITHDRAWN, CUT_OFF)))
    summary = {
        **dict(zip(COUNTS, (*counts, count(groups.codes[spans.left_out])), strict=True)),
        "known_to": columns.length(known_to),
        **grounds_of(lanes, groups),
    }
    return Curves(groups.label(group, table), groups.label(np.arange(len(groups)), summary))


@dataclass(frozen=True, eq=False)
class _Spells:
    """Times in which a case stood done while it was watched and not over: ages, the end exclusive."""

    case: Instants
    """Place among the cases of the spans."""
    begin: Instants
    end: Instants
    opened: Flags
    """Whether it ended by opening, and not with the case being over or cut off."""

    def keep(self, at: Instants) -> _Spells:
        """Return the spells at these positions."""
        return _Spells(self.case[at], self.begin[at], self.end[at], self.opened[at])


def _find_spells(lanes: Lanes, spans: Spans, stop: Instants) -> _Spells:
    """Find when the cases of the spans stood done, up to the age at which each stops to count."""
    segments = lay_segments(lanes)
    first = np.searchsorted(segments.case, np.arange(len(lanes._cases) + 1))
    done = segments.done
    done_before = grouped.before(done, first, False)
    place = np.full(len(lanes._cases), -1)
    place[spans.row] = np.arange(len(spans.row))
    began = np.flatnonzero(done & ~done_before & (place[segments.case] >= 0))
    opened_by, opened = grouped.next_in(np.flatnonzero(~done & done_before), began, first[1:][segments.case[began]])
    case = place[segments.case[began]]

    def age(segment: Instants) -> Instants:
        # In business time what came after the case was last watched may be of the same age.
        watched = segments.at[segment] <= spans.until[case]
        return np.where(watched, segments.begin[segment], stop[case])

    begin = age(began)
    end = np.minimum(np.where(opened, age(opened_by), stop[case]), stop[case])
    kept = begin < end
    return _Spells(case[kept], begin[kept], end[kept], (end < stop[case])[kept])


def _ages(duration: Instants, ending: Codes, stop: Instants, spells: _Spells) -> dict[str, Any]:
    """Return the columns of one group, age by age."""
    both = aalen_johansen(duration, ending, 2)
    zero = np.zeros(min(len(duration), 1), dtype=np.int64)
    time = np.unique(np.concatenate([zero, duration, spells.begin, spells.end[spells.opened]]))
    row = np.searchsorted(both.time, time, side="right")
    fixed, withdrawn = (np.append(0.0, both.incidence[k])[row] for k in range(2))
    rest = np.append(1.0, both.survival)[row]
    n_ended = np.zeros((3, len(time)), dtype=np.int64)
    np.add.at(n_ended, (ending, np.searchsorted(time, duration)), 1)
    n_left = len(duration) - _up_to(stop, time)
    n_done = _up_to(spells.begin, time) - _up_to(spells.end, time)
    closed = rest * np.divide(n_done, n_left, out=np.zeros(len(time)), where=n_left > 0)
    at_risk = len(duration) - np.searchsorted(np.sort(duration), time)
    numbers = (at_risk, n_ended[FIXED], n_ended[WITHDRAWN], n_ended[CUT_OFF], n_done)
    return {
        "time": columns.length(time),
        **dict(zip(SHARES, (fixed, withdrawn, closed, rest - closed), strict=True)),
        **{name: columns.count(n) for name, n in zip(NUMBERS, numbers, strict=True)},
    }


def _up_to(values: Instants, time: Instants) -> Instants:
    """Count the values that are at most each time."""
    return np.searchsorted(np.sort(values), time, side="right")
