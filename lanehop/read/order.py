"""Order: the rows of a source as events, ticket by ticket, each in order of time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Coded, Codes, Flags, Instants


def put_in_order(
    case: Coded, us: Instants, tie: pa.ChunkedArray | None, used: Flags
) -> tuple[pa.LargeStringArray, Instants, Codes | None]:
    """Return the tickets that have events, the offsets of their events, and the order of rows.

    The order is None where all rows stand in it already.
    """
    all_used = bool(used.all())
    codes = case.codes if all_used else case.codes[used]
    n_events = np.bincount(codes, minlength=len(case.names))
    tickets, seen = case.names, n_events > 0
    if not seen.all():
        tickets, n_events = tickets.filter(pa.array(seen)), n_events[seen]
    first = np.append(0, np.cumsum(n_events))
    rank = None if tie is None else _rank(tie)
    if all_used and not _misplaced(case.codes, us, rank).any():
        return tickets, first, None
    at = np.flatnonzero(used).astype(_positions(len(used)), copy=False)
    order = _by_ticket(codes, at, len(case.names))
    _sort_within(order, case.codes, us, rank)
    return tickets, first, order


def at_same_time(codes: Codes, us: Instants, order: Codes | None) -> Instants:
    """Return the ordered rows that share ticket and time with another, which all repeats do; sorted."""
    if order is not None:
        codes, us = codes[order], us[order]
    same = np.zeros(len(codes) + 1, dtype=bool)
    same[1:-1] = (codes[1:] == codes[:-1]) & (us[1:] == us[:-1])
    at = np.flatnonzero(same[1:] | same[:-1])
    return at if order is None else np.sort(order[at]).astype(np.int64)


def _positions(n: int) -> type[np.signedinteger[Any]]:
    """Return the smallest type for positions in an array of this length."""
    return np.int32 if n < 2**31 else np.int64


def _by_ticket(codes: Codes, at: Codes, n: int) -> Codes:
    """Group rows by ticket, each in the order of the source, in linear time."""
    from scipy.sparse import coo_array

    if (codes[1:] >= codes[:-1]).all():
        return at
    # To build a sparse matrix row by row is a stable counting sort.
    column = np.arange(len(at), dtype=at.dtype)
    at_each: Any = (at, (codes.astype(at.dtype, copy=False), column))
    grouped: Any = coo_array(at_each, shape=(n, len(at)))
    return np.asarray(grouped.tocsr().data)


def _misplaced(codes: Codes, us: Instants, rank: Codes | None) -> Flags:
    """Return which elements must not follow the one before them."""
    same, sooner = codes[1:] == codes[:-1], us[1:] < us[:-1]
    if rank is not None:
        sooner |= (us[1:] == us[:-1]) & (rank[1:] < rank[:-1])
    sooner &= same
    sooner |= codes[1:] < codes[:-1]
    return sooner


def _sort_within(order: Codes, codes: Codes, us: Instants, rank: Codes | None) -> None:
    """Sort the rows of those tickets that are not in order of time, tie and row."""
    wrong = _misplaced(codes[order], us[order], None if rank is None else rank[order])
    if not wrong.any():
        return
    is_wrong = np.zeros(int(codes.max()) + 1, dtype=bool)
    is_wrong[codes[order[1:][wrong]]] = True
    slots = np.flatnonzero(is_wrong[codes[order]])
    rows = order[slots]
    keys = [us[rows], codes[rows]] if rank is None else [rank[rows], us[rows], codes[rows]]
    order[slots] = rows[np.lexsort(keys)]  # stable: the rows came in the order of the source


def _rank(tie: pa.ChunkedArray) -> Instants:
    """Rank a tie column: by number where all values are numbers, else by code point; missing last."""
    if pa.types.is_dictionary(tie.type):
        tie = tie.cast(tie.type.value_type)
    if pa.types.is_string(tie.type) or pa.types.is_large_string(tie.type):
        text = pc.utf8_trim_whitespace(tie)
        tie = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
        for number in (pa.int64(), pa.decimal128(38, 9), pa.float64()):
            try:
                tie = tie.cast(number)
                break
            except pa.ArrowInvalid:
                continue
    # Missing values come last unless asked otherwise.
    ranks = pc.rank(tie, sort_keys="ascending", tiebreaker="dense")
    return np.asarray(ranks.to_numpy().astype(np.int64))
