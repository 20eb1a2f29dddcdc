"""Order: the rows of a source as events, ticket by ticket, each in order of time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Coded, Codes, Flags, Instants


def put_in_order(
    case: Coded, us: Instants, tie: pa.ChunkedArray | None, used: Flags | None
) -> tuple[pa.LargeStringArray, Instants, Instants | None]:
    """Return the tickets that have events, the offsets of their events, and the order of rows.

    The order is None where the rows stand in it already. ``used`` None means all rows.
    """
    n_events = np.bincount(case.codes if used is None else case.codes[used], minlength=len(case.names))
    tickets, seen = case.names, n_events > 0
    if not seen.all():
        tickets, n_events = tickets.filter(pa.array(seen)), n_events[seen]
    first = np.append(0, np.cumsum(n_events))
    rank = None if tie is None else _rank(tie)
    if used is None and not _misplaced(case.codes, us, rank).any():
        return tickets, first, None
    at = np.arange(len(us)) if used is None else np.flatnonzero(used)
    order = _by_ticket(case.codes[at], at, len(case.names))
    _sort_within(order, case.codes, us, rank)
    return tickets, first, order


def _by_ticket(codes: Codes, at: Instants, n: int) -> Instants:
    """Group rows by ticket, each in the order of the source, in linear time."""
    from scipy.sparse import coo_array

    if (codes[1:] >= codes[:-1]).all():
        return at
    # To build a sparse matrix row by row is a stable counting sort.
    column = np.arange(len(at), dtype=np.int32 if len(at) < 2**31 else np.int64)
    at_each: Any = (at, (codes.astype(column.dtype), column))
    grouped: Any = coo_array(at_each, shape=(n, len(at)))
    return np.asarray(grouped.tocsr().data)


def _misplaced(codes: Codes, us: Instants, rank: Codes | None) -> Flags:
    """Return which elements must not follow the one before them."""
    same, sooner = codes[1:] == codes[:-1], us[1:] < us[:-1]
    if rank is not None:
        sooner |= (us[1:] == us[:-1]) & (rank[1:] < rank[:-1])
    return (codes[1:] < codes[:-1]) | (same & sooner)


def _sort_within(order: Instants, codes: Codes, us: Instants, rank: Codes | None) -> None:
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
        for number in (pa.int64(), pa.float64()):
            try:
                tie = tie.cast(number)
                break
            except pa.ArrowInvalid:
                continue
    ranks = pc.rank(tie, sort_keys="ascending", null_placement="at_end", tiebreaker="dense")
    return np.asarray(ranks.to_numpy().astype(np.int64))
