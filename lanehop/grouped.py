"""Grouped: array operations on runs of positions, where a group is a stretch of an array.

A grouping is given by ``first``: the position of each group's first element, and one more at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lanehop.columns import Codes, Flags, Instants

Array = npt.NDArray[Any]


def carry(codes: Codes, first: Instants) -> Codes:
    """Fill each missing code with the last known one of its group; -1 where none is known yet."""
    missing = codes < 0
    if not missing.any():
        return codes
    known = np.arange(len(codes), dtype=np.int32 if len(codes) < 2**31 else np.int64)
    known[missing] = 0
    starts = _filled(first)
    known[starts] = starts
    np.maximum.accumulate(known, out=known)
    return codes[known]


def before(values: Array, first: Instants, fill: Any) -> Array:
    """Return for each element the one before it in its group, ``fill`` for the first."""
    shifted = np.empty_like(values)
    shifted[1:] = values[:-1]
    shifted[_filled(first)] = fill
    return shifted


def starts(n: int, first: Instants) -> Flags:
    """Return which of ``n`` positions are the first of a group."""
    flags = np.zeros(n, dtype=bool)
    flags[_filled(first)] = True
    return flags


def offsets(positions: Instants, first: Instants) -> Instants:
    """Return ``first`` of the same groups over a sorted selection of positions."""
    return np.searchsorted(positions, first)


def next_in(positions: Instants, begin: Instants, end: Instants) -> tuple[Instants, Flags]:
    """Return the first of the sorted positions in each ``[begin, end)``, and whether there is one."""
    if not len(positions):
        return np.zeros(len(begin), dtype=np.int64), np.zeros(len(begin), dtype=bool)
    k = np.searchsorted(positions, begin)
    found = positions[np.minimum(k, len(positions) - 1)]
    return found, (k < len(positions)) & (found < end)


def last_in(positions: Instants, begin: Instants, end: Instants) -> tuple[Instants, Flags]:
    """Return the last of the sorted positions in each ``[begin, end)``, and whether there is one."""
    if not len(positions):
        return np.zeros(len(begin), dtype=np.int64), np.zeros(len(begin), dtype=bool)
    k = np.searchsorted(positions, end) - 1
    found = positions[np.maximum(k, 0)]
    return found, (k >= 0) & (found >= begin)


def total(values: Array, first: Instants) -> Array:
    """Return the sum of each group, of which none is empty."""
    return np.add.reduceat(values, first[:-1]) if len(first) > 1 else values[:0]


def n_distinct(codes: Codes, first: Instants, n_codes: int) -> Instants:
    """Return how many different known codes each group holds."""
    from scipy.sparse import csr_array

    known = np.flatnonzero(codes >= 0)
    held = csr_array(
        (np.ones(len(known), dtype=np.int8), codes[known], offsets(known, first)),
        shape=(len(first) - 1, n_codes),
    )
    # Runs of one code are the rule; sparse matrices merge what is left in linear time.
    held.sum_duplicates()
    return np.diff(held.indptr).astype(np.int64)


def _filled(first: Instants) -> Instants:
    """Return the first positions of the groups that hold anything."""
    return first[:-1][first[:-1] < first[1:]]
