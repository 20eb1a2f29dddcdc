"""Agreement: whether two measures rank the same groups alike, when both are made of the same cases.

The cases of a group share their luck: a hard week makes both its time-to-close and its time-to-real-fix
long. So two measures of groups that do not differ at all agree, by that luck alone, far too often: of 20 groups
dealt at random from the cases of one desk, a plain bootstrap of both says that they agree in six deals of
seven (benchmarks/false_verdicts.py). Two ways in which a ranking can come about by chance are ruled out here:
that groups do not differ, and that they differ in both measures for reasons that have nothing to do with each
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lanehop.clocks.censoring import Floats
from lanehop.columns import Codes
from lanehop.review.contributions import Contributions, grouped_values

N_DEALS = 1999
N_RESAMPLES = 400

Signs = npt.NDArray[np.float32]


class Agreement(NamedTuple):
    """How each metric ranks groups against each outcome; arrays of metrics by outcomes, NaN where undefined."""

    tau: Floats
    """Kendall's tau-b over the values as they stand, positive where better goes with better."""
    low: Floats
    high: Floats
    by_luck: Floats
    """Mean tau of groups that do not differ: cases dealt to the groups at random."""
    p_luck: Floats
    """How often these line up so well, or so badly; both ways together."""
    p_order: Floats
    """How often groups dealt to one another at random do: Kendall's exact test."""
    n_groups: Codes


class _Table(NamedTuple):
    """Contributions sorted by group, for values of all groups at once."""

    values: Floats
    """Cases by measures, 0 where unseen; then, for the same measures, 1 where seen."""
    group: Codes
    first: Codes
    medians: dict[int, tuple[Codes, Floats]]
    """For each measure that is a median: the cases that it sees in order of their values, and these."""


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
        Deals and resamples are of at most so many cases, drawn at random.
    """
    n_groups = usable.shape[1]
    sign = np.where(usable, np.array(signs, dtype=np.float64)[:, None], np.nan)
    kept = np.flatnonzero(codes >= 0)
    drawn = kept if len(kept) <= most_cases else np.sort(rng.choice(kept, most_cases, replace=False))
    table = _tabulate(measures, codes, drawn, n_groups)

    def rank(values: Floats) -> tuple[_Pairs, _Pairs]:
        better = sign * values
        return _pairs(better[:n_metrics]), _pairs(better[n_metrics:])

    full = np.array([grouped_values(m.values, codes, n_groups, median=m.median)[1] for m in measures])
    x, y = rank(full.reshape(len(measures), n_groups))
    tau, n_both = _tau(x, y), (usable[:n_metrics, None, :] & usable[None, n_metrics:, :]).sum(axis=2)
    ahead = np.abs(np.rint(x.product(y))).astype(np.int64)
    p_order = np.array(
        [
            [_chance(n)[k] for n, k in zip(*row, strict=True)]
            for row in zip(n_both.tolist(), ahead.tolist(), strict=True)
        ]
    )

    n = len(drawn)
    whole = np.ones(n)
    found = _tau(*rank(_values(table, np.arange(n), whole)))
    dealt = np.array([_tau(*rank(_values(table, rng.permutation(n), whole))) for _ in range(N_DEALS)])
    rounding = 1e-9
    tail = np.where(found > 0, (dealt >= found - rounding).sum(axis=0), (dealt <= found + rounding).sum(axis=0))
    weights = (rng.poisson(1.0, n).astype(np.float64) for _ in range(N_RESAMPLES))
    resampled = [_tau(*rank(_values(table, np.arange(n), weight))) for weight in weights]
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2], axis=0)
    known = _differ(x)[:, None] & _differ(y)[None, :] & (n_both > 1)

    def where_known(values: npt.ArrayLike) -> Floats:
        return np.where(known, values, np.nan)

    return Agreement(
        tau=where_known(tau),
        # Noise on noise draws tau towards that of luck; an interval holds its estimate all the same.
        low=where_known(np.minimum(low, tau)),
        high=where_known(np.maximum(high, tau)),
        by_luck=where_known(dealt.mean(axis=0)),
        p_luck=where_known(np.minimum(2 * (1 + tail) / (1 + N_DEALS), 1.0)),
        p_order=where_known(p_order),
        n_groups=n_both,
    )


def _tabulate(measures: Sequence[Contributions], codes: Codes, drawn: Codes, n_groups: int) -> _Table:
    order = drawn[np.argsort(codes[drawn], kind="stable")]
    values = np.array([m.values[order] for m in measures]).T
    seen = ~np.isnan(values)
    medians = {}
    for k, m in enumerate(measures):
        if m.median:
            places = np.argsort(values[:, k], kind="stable")[: np.count_nonzero(seen[:, k])]
            medians[k] = (places, values[places, k])
    first = np.searchsorted(codes[order], np.arange(n_groups + 1))
    return _Table(np.hstack([np.where(seen, values, 0.0), seen]), codes[order], first, medians)


def _values(table: _Table, order: Codes, weight: Floats) -> Floats:
    """Return the value of each measure in each group, of cases of some weight; NaN where none is left.

    The case at ``order[i]`` takes the place, and so the group, of the one at ``i``.
    """
    from scipy.sparse import csr_array

    n_groups, n_measures = len(table.first) - 1, table.values.shape[1] // 2
    dealt: Any = csr_array((weight[order], order, table.first), shape=(n_groups, len(order)))
    sums, counts = np.hsplit(dealt @ table.values, 2)
    values = np.divide(sums, counts, out=np.full((n_groups, n_measures), np.nan), where=counts > 0).T
    if table.medians:
        group = np.empty_like(table.group)
        group[order] = table.group
    for k, (places, sorted_values) in table.medians.items():
        by_group = np.argsort(group[places], kind="stable")
        so_far = np.append(0.0, np.cumsum(weight[places[by_group]]))
        first = np.searchsorted(group[places[by_group]], np.arange(n_groups + 1))
        total = so_far[first[1:]] - so_far[first[:-1]]
        known = total > 0
        middle = np.searchsorted(so_far, so_far[first[:-1]] + total / 2, side="left") - 1
        values[k] = np.nan
        values[k, known] = sorted_values[by_group[np.maximum(middle[known], first[:-1][known])]]
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
