"""Durations of which some are only known to be at least so long: curves and their bands.

A case that is still open has waited for so long *at least*. To leave it out, or to call its age its
length, makes every median too short. The estimators here are the usual ones (Kaplan-Meier,
Aalen-Johansen); they work on arrays of int64 microseconds and know no tables.

Everywhere: a duration is >= 0; ``observed`` is False where it is cut off (censored); at equal
durations events come before censorings, so that what is censored at t was at risk at t.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lanehop.errors import ArgumentError

__all__ = ["Band", "Curve", "Incidence", "aalen_johansen", "confidence_band", "kaplan_meier"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Curve:
    """A Kaplan-Meier curve: one entry per distinct time of an event, ascending.

    Before the first entry survival is 1; each value holds up to the next entry, and the last up to
    ``last``. After each entry ``at_risk`` falls by ``n_events`` and ``n_censored``.

    Attributes
    ----------
    time : int64, microseconds
        Distinct durations of events.
    survival : float64
        Share not yet over just after ``time``.
    std_error : float64
        Greenwood's standard error of ``survival``; 0 where survival is 0.
    at_risk : int64
        Durations of at least ``time``.
    n_events : int64
        Durations observed to be ``time``.
    n_censored : int64
        Durations cut off at ``time`` or later, but before the next entry.
    n, n_observed : int
        All durations, and those observed.
    last : int, microseconds
        The longest duration, observed or not; 0 if there is none. Nothing is known behind it.
    """

    time: Ints
    survival: Floats
    std_error: Floats
    at_risk: Ints
    n_events: Ints
    n_censored: Ints
    n: int
    n_observed: int
    last: int


@dataclass(frozen=True, eq=False)
class Incidence:
    """Aalen-Johansen curves: one entry per distinct time of an event of any kind, ascending.

    Attributes
    ----------
    time : int64, microseconds
        Distinct durations of events.
    incidence : float64, shape (n_kinds, n_times)
        Share that has ended by ``time`` in each kind. With ``survival`` they add to 1.
    survival : float64
        Share not yet over just after ``time``: the Kaplan-Meier curve of all kinds together.
    at_risk : int64
        Durations of at least ``time``.
    n_events : int64, shape (n_kinds, n_times)
        Durations that end at ``time`` in each kind.
    n : int
        All durations.
    last : int, microseconds
        The longest duration, 0 if there is none. Nothing is known behind it.
    """

    time: Ints
    incidence: Floats
    survival: Floats
    at_risk: Ints
    n_events: Ints
    n: int
    last: int


class Band(NamedTuple):
    """Lower and upper confidence limit at each entry of a curve."""

    lower: Floats
    upper: Floats


def kaplan_meier(duration: npt.ArrayLike, observed: npt.ArrayLike) -> Curve:
    """Estimate the share of durations that are not yet over at each age.

    Parameters
    ----------
    duration : int64, microseconds
        Lengths, 0 or more.
    observed : bool
        False where the duration is cut off.

    Returns
    -------
    Curve

    Raises
    ------
    ArgumentError
        If the arrays differ in length, are of another type, or a duration is negative.

    Examples
    --------
    >>> from lanehop.clocks.censoring import kaplan_meier
    >>> curve = kaplan_meier([1, 2, 2, 3, 5], [True, True, False, True, False])
    >>> curve.time.tolist(), curve.at_risk.tolist()
    ([1, 2, 3], [5, 4, 2])
    >>> curve.survival.round(3).tolist()
    [0.8, 0.6, 0.3]

    See Also
    --------
    confidence_band : how far the curve may be off.
    lanehop.clocks.averages : medians and means, read off the curve.
    aalen_johansen : where durations may end in several ways.
    """
    length, seen = checked_pair(duration, observed, "observed", np.bool_)
    time, n_events = np.unique(length[seen], return_counts=True)
    at_risk = _at_risk(length, time)
    left = at_risk - n_events
    survival = np.cumprod(left / at_risk, dtype=np.float64)
    relative_error: Floats = np.sqrt(np.cumsum(greenwood_terms(at_risk, n_events), dtype=np.float64))
    return Curve(
        time=time,
        survival=survival,
        std_error=survival * relative_error,
        at_risk=at_risk,
        n_events=n_events,
        n_censored=left - np.append(at_risk[1:], 0)[: left.size],
        n=int(length.size),
        n_observed=int(n_events.sum()),
        last=int(length.max(initial=0)),
    )


def aalen_johansen(duration: npt.ArrayLike, event_code: npt.ArrayLike, n_kinds: int) -> Incidence:
    """Estimate the share of durations that have ended in each of several ways at each age.

    To take the other kinds for censorings (one minus a Kaplan-Meier curve of one kind) overstates
    each kind; here the kinds compete, and with what is not over they add to 1.

    Parameters
    ----------
    duration : int64, microseconds
        Lengths, 0 or more.
    event_code : int
        How the duration ends: 1 to ``n_kinds``; 0 where it is cut off.
    n_kinds : int
        In how many ways a duration may end.

    Returns
    -------
    Incidence
        Row k - 1 of ``incidence`` and ``n_events`` is kind k.

    Raises
    ------
    ArgumentError
        If the arrays differ in length, are of another type, a duration is negative, or a code lies
        outside of 0 to ``n_kinds``.

    Examples
    --------
    >>> from lanehop.clocks.censoring import aalen_johansen
    >>> both = aalen_johansen([1, 2, 3, 4], [1, 2, 0, 1], 2)
    >>> both.incidence.tolist()
    [[0.25, 0.25, 0.75], [0.0, 0.25, 0.25]]
    """
    length, code = checked_pair(duration, event_code, "event_code", np.int64)
    check_codes(code, "event_code", 0, n_kinds)
    over = code > 0
    time, entry = np.unique(length[over], return_inverse=True)
    cell = (code[over] - 1) * time.size + entry
    n_events = np.bincount(cell, minlength=n_kinds * time.size).reshape(n_kinds, time.size).astype(np.int64)
    at_risk = _at_risk(length, time)
    survival = np.cumprod((at_risk - n_events.sum(axis=0)) / at_risk)
    just_before = np.append(1.0, survival)[: time.size]
    return Incidence(
        time=time,
        incidence=np.cumsum(just_before * n_events / at_risk, axis=1),
        survival=survival,
        at_risk=at_risk,
        n_events=n_events,
        n=int(length.size),
        last=int(length.max(initial=0)),
    )


def confidence_band(curve: Curve, level: float = 0.95) -> Band:
    """Give pointwise confidence limits of a curve, on the complementary log-log scale.

    Parameters
    ----------
    curve : Curve
        From :func:`kaplan_meier`.
    level : float
        Between 0 and 1: how often such limits hold the true share, at any one age.

    Returns
    -------
    Band
        Both always within 0 and 1, ``lower <= survival <= upper``.

    Raises
    ------
    ArgumentError
        If ``level`` does not lie between 0 and 1.

    Notes
    -----
    - Before the first event survival is 1, and so are both limits.
    - Where survival is 0 the scale has no value: the lower limit is 0, and the upper one that of the
      entry before (1 if there is none).
    """
    if not 0 < level < 1:
        raise ArgumentError(f"level must lie between 0 and 1, not {level!r}")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    alive = curve.survival > 0  # only the last entry can be 0
    survival = curve.survival[alive]
    spread = np.exp(z * curve.std_error[alive] / (survival * -np.log(survival)))
    lower, upper = survival**spread, survival ** (1 / spread)
    if not alive.all():
        lower = np.append(lower, 0.0)
        upper = np.append(upper, upper[-1] if upper.size else 1.0)
    return Band(lower, upper)


def _at_risk(length: Ints, time: Ints) -> Ints:
    return length.size - np.searchsorted(np.sort(length), time)


def greenwood_terms(at_risk: Ints, n_events: Ints) -> Floats:
    """Terms of Greenwood's sum; 0 where nothing is left, since all that they multiply is 0 there."""
    left = (at_risk - n_events).astype(np.float64)
    return np.divide(n_events / at_risk, left, out=np.zeros_like(left), where=left > 0)


def _as_array(values: npt.ArrayLike, name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
    made = np.asarray(values)
    kinds = "b" if dtype is np.bool_ else "iu"
    if made.ndim != 1 or (made.size and made.dtype.kind not in kinds):
        what = "bool" if dtype is np.bool_ else "integers"
        raise ArgumentError(f"{name} must be a flat array of {what}, not {made.dtype} of {made.ndim} dimensions")
    return made.astype(dtype, copy=False)


def checked_pair(
    duration: npt.ArrayLike, second: npt.ArrayLike, name: str, dtype: type[np.generic]
) -> tuple[Ints, npt.NDArray[Any]]:
    """Return durations and what goes with them as arrays of one length, or raise."""
    length, other = _as_array(duration, "duration", np.int64), _as_array(second, name, dtype)
    if length.size != other.size:
        raise ArgumentError(f"{name} has {other.size:,} entries, duration {length.size:,}")
    negative = np.flatnonzero(length < 0)
    if negative.size:
        first = negative[0]
        raise ArgumentError(
            f"{negative.size:,} of {length.size:,} durations are negative (first: entry {first}, {length[first]} us)"
        )
    return length, other


def check_codes(code: Ints, name: str, lowest: int, highest: int) -> None:
    """Raise if any code lies outside of ``lowest`` to ``highest``."""
    wrong = np.flatnonzero((code < lowest) | (code > highest))
    if wrong.size:
        raise ArgumentError(
            f"{name}: {wrong.size:,} of {code.size:,} codes lie outside of {lowest} to {highest} "
            f"(first: entry {wrong[0]}, {code[wrong[0]]})"
        )
