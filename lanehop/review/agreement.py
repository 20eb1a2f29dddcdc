"""Agreement: whether two measures rank the same groups alike, when both are made of the same cases.

The cases of a group share their luck: a hard week makes both its time-to-close and its time-to-real-fix
long. So two measures of groups that do not differ at all agree, by that luck alone, far too often: of 20 groups
dealt at random from the cases of one desk, a plain bootstrap of both says that they agree in four deals of
five (benchmarks/false_verdicts.py). Here one is taken from a random half of each group's cases and the
other from the other half: what is left is what groups differ in.

To deal cases to groups anew and to ask whether luck makes as much of it (the usual permutation test) would not do
instead: where false closings are fast *everywhere*, luck alone makes groups disagree, and groups that really differ
are not told from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lanehop.clocks.censoring import Floats
from lanehop.columns import Codes
from lanehop.review.contributions import Contributions, grouped_values

N_SPLITS = 50
N_RESAMPLES = 400

Signs = npt.NDArray[np.float32]


class Agreement(NamedTuple):
    """How each metric ranks groups against each outcome; arrays of metrics by outcomes, NaN where undefined."""

    tau: Floats
    """Kendall's tau-b over the values as they stand, positive where better goes with better."""
    tau_split: Floats
    low: Floats
    high: Floats
    p: Floats
    """How often groups dealt at random line up as well: Kendall's exact test of each split, the median of them.

    Each test is right by itself. Twice their median would be so whatever the splits have in common (Meinshausen, Meier,
    Buehlmann 2009); as they are halves of the same cases the median alone errs on the safe side.
    """
    n_groups: Codes


class _Sorted(NamedTuple):
    """Contributions sorted by group, for weighted values of all groups at once."""

    sums: Floats
    """Cases by measures, 0 where unseen, for the measures that are means."""
    seen: Floats
    first: Codes
    medians: dict[int, tuple[Codes, Floats, Codes]]
    """For each measure that is a median: cases in order of group and value, their values, group bounds."""


def compare_ranks(
    measures: Sequence[Contributions],
    signs: Sequence[int],
    n_metrics: int,
    codes: Codes,
    usable: npt.NDArray[np.bool_],
    *,
    level: float,
    rng: np.random.Generator,
    most_cases: int,
) -> Agreement:
    """Return how metrics rank groups against outcomes.

    Parameters
    ----------
    measures : sequence
        The metrics, then the outcomes.
    signs : sequence
        For each 1 where high is better, else -1.
    n_metrics : int
        How many of them are metrics.
    codes : int
        The group of each case, -1 for none; groups are numbered from 0.
    usable : bool array, measures by groups
        Which groups each can rank.
    most_cases : int
        Splits and resamples are of at most so many cases, drawn at random.
    """
    n_groups = usable.shape[1]
    sign = np.where(usable, np.array(signs, dtype=np.float64)[:, None], np.nan)
    full = sign * np.array([grouped_values(m.values, codes, n_groups, median=m.median)[1] for m in measures])
    kept = np.flatnonzero(codes >= 0)
    drawn = kept if len(kept) <= most_cases else np.sort(rng.choice(kept, most_cases, replace=False))
    cases = _sort(measures, codes, drawn, n_groups)

    halves = [pair for split in _split(cases, sign, rng, N_SPLITS, resample=False) for pair in (split, split[::-1])]
    of_metrics, of_outcomes = usable[:n_metrics], usable[n_metrics:]
    n_both = (of_metrics[:, None, :] & of_outcomes[None, :, :]).sum(axis=2)
    chance = {n: _chance(n) for n in np.unique(n_both).tolist()}
    taus, ps = [], []
    for one, other in halves:
        x, y = _pairs(one[:n_metrics]), _pairs(other[n_metrics:])
        taus.append(_tau(x, y))
        ahead = np.abs(np.rint(x.product(y))).astype(np.int64)
        ps.append(
            [
                [float(chance[n][k]) for n, k in zip(*row, strict=True)]
                for row in zip(n_both.tolist(), ahead.tolist(), strict=True)
            ]
        )
    split = np.mean(taus, axis=0)
    resampled = np.array(
        [
            sum(_tau(_pairs(x[:n_metrics]), _pairs(y[n_metrics:])) for x, y in (pair, pair[::-1])) / 2
            for pair in _split(cases, sign, rng, N_RESAMPLES, resample=True)
        ]
    )
    # Resampled halves are noisier than halves, and noise draws tau towards 0: the interval keeps their spread,
    # around what the halves themselves say.
    low, high = np.clip(
        split + np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2], axis=0) - resampled.mean(axis=0), -1, 1
    )
    x, y = _pairs(full[:n_metrics]), _pairs(full[n_metrics:])
    known = (_differ(x)[:, None] & _differ(y)[None, :]) & (n_both > 1)

    def where_known(values: npt.ArrayLike) -> Floats:
        return np.where(known, values, np.nan)

    return Agreement(
        tau=where_known(_tau(x, y)),
        tau_split=where_known(split),
        low=where_known(low),
        high=where_known(high),
        p=where_known(np.median(ps, axis=0)),
        n_groups=n_both,
    )


def _sort(measures: Sequence[Contributions], codes: Codes, drawn: Codes, n_groups: int) -> _Sorted:
    order = drawn[np.argsort(codes[drawn], kind="stable")]
    values = np.array([m.values[order] for m in measures]).T
    seen = ~np.isnan(values)
    first = np.searchsorted(codes[order], np.arange(n_groups + 1))
    medians = {}
    for k, m in enumerate(measures):
        if m.median:
            places = np.lexsort((values[:, k], codes[order]))
            places = places[seen[places, k]]
            medians[k] = (places, values[places, k], np.searchsorted(codes[order][places], np.arange(n_groups + 1)))
    return _Sorted(np.where(seen, values, 0.0), seen.astype(np.float64), first, medians)


def _split(
    s: _Sorted, sign: Floats, rng: np.random.Generator, times: int, *, resample: bool
) -> Iterator[tuple[Floats, Floats]]:
    """Yield values of all measures in all groups, of one random half of the cases and of the other."""
    n = len(s.sums)
    for _ in range(times):
        weight = rng.poisson(1.0, n).astype(np.float64) if resample else np.ones(n)
        half = rng.random(n) < 0.5
        a, b = _values(s, weight * half), _values(s, weight * ~half)
        yield sign * a, sign * b


def _values(s: _Sorted, weight: Floats) -> Floats:
    """Return the weighted value of each measure in each group; NaN where no case is left."""
    n_groups, n_measures = len(s.first) - 1, s.sums.shape[1]
    values = np.full((n_measures, n_groups), np.nan)
    some = np.flatnonzero(np.diff(s.first))
    if len(some):
        sums, counts = (
            np.add.reduceat(table * weight[:, None], s.first[:-1][some], axis=0) for table in (s.sums, s.seen)
        )
        values[:, some] = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0).T
    for k, (places, sorted_values, first) in s.medians.items():
        so_far = np.append(0.0, np.cumsum(weight[places]))
        total = so_far[first[1:]] - so_far[first[:-1]]
        known = total > 0
        middle = np.searchsorted(so_far, so_far[first[:-1]] + total / 2, side="left") - 1
        values[k] = np.nan
        values[k, known] = sorted_values[np.maximum(middle[known], first[:-1][known])]
    return values


class _Pairs(NamedTuple):
    """For each measure and pair of groups: which is the better, and whether both are known."""

    sign: Signs
    known: Signs

    def product(self, other: _Pairs) -> Floats:
        """Return by how many pairs each measure of both sides ranks more alike than otherwise."""
        return (self.sign @ other.sign.T).astype(np.float64)


@lru_cache(maxsize=1)
def _two_of(n: int) -> tuple[Codes, Codes]:
    """Return each pair of so many groups once."""
    a, b = np.triu_indices(n, 1)
    return a, b


def _pairs(values: Floats) -> _Pairs:
    """Set each group against each other; those of which a measure knows nothing are NaN."""
    a, b = _two_of(values.shape[1])
    sign = np.sign(values.take(a, axis=1) - values.take(b, axis=1)).astype(np.float32)
    unknown = np.isnan(sign)
    sign[unknown] = 0
    return _Pairs(sign, (~unknown).astype(np.float32))


def _tau(x: _Pairs, y: _Pairs) -> Floats:
    """Return Kendall's tau-b of each metric with each outcome; 0 where one of them is tied throughout."""
    untied_x, untied_y = np.abs(x.sign) @ y.known.T, x.known @ np.abs(y.sign).T
    size = np.sqrt(untied_x.astype(np.float64) * untied_y)
    return np.divide(x.product(y), size, out=np.zeros(size.shape), where=size > 0)


def _differ(pairs: _Pairs) -> npt.NDArray[np.bool_]:
    """Return which measures tell any two groups apart."""
    return np.asarray(pairs.sign.any(axis=1))


@lru_cache(maxsize=64)
def _chance(n: int) -> Floats:
    """Return how often ``n`` groups dealt at random have at least so many more pairs in one order than in the other.

    Entry k is the chance of k or more, either way: Kendall's exact test. Ties make such a surplus rarer still.
    """
    most = n * (n - 1) // 2
    # How likely each number of pairs in the wrong order is: each group in turn goes before 0 to all before it.
    likely = np.ones(1)
    for m in range(2, n + 1):
        so_far = np.concatenate((np.zeros(m), np.cumsum(likely), np.ones(m - 1)))
        likely = np.maximum(so_far[m:] - so_far[:-m], 0) / m
    surplus = np.abs(most - 2 * np.arange(most + 1))
    exactly = np.bincount(surplus, likely, most + 1)
    return np.minimum(np.cumsum(exactly[::-1])[::-1], 1.0)
