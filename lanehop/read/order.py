"""Order: the rows of a source as events, ticket by ticket, each in order of time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Coded, Codes, Flags, Instants


class Ordered(NamedTuple):
    """The events of a log, in order."""

    tickets: pa.LargeStringArray
    """Ids of those that have events."""
    first: Instants
    """Position of each ticket's first event; one more at the end."""
    rows: Codes | None
    """The row of each event; None where all rows stand in order already."""
    us: Instants
    """The time of each event."""
    tie: Codes | None
    """The rank of each event in the tie column, if there is one."""

    def rows_at_same_time(self) -> Instants:
        """Return the rows that share ticket and time with another, which all repeats do."""
        same = np.zeros(len(self.us) + 1, dtype=bool)
        np.equal(self.us[1:], self.us[:-1], out=same[1:-1])
        same[self.first[:-1]] = False
        at = np.flatnonzero(same[1:] | same[:-1])
        return at if self.rows is None else np.sort(self.rows[at]).astype(np.int64)


def put_in_order(case: Coded, us: Instants, tie: pa.ChunkedArray | None, used: Flags) -> Ordered:
    """Order the used rows by ticket, time, tie and row."""
    kind = np.int32 if len(used) < 2**31 else np.int64
    all_used = bool(used.all())
    rows: Codes = np.arange(len(used), dtype=kind) if all_used else np.flatnonzero(used).astype(kind, copy=False)
    order, first = _by_ticket(case.codes if all_used else case.codes[rows], len(case.names))
    in_place = all_used and order is None
    if order is not None:
        rows = rows[order]
    tickets, seen = case.names, first[1:] > first[:-1]
    if not seen.all():
        tickets, first = tickets.filter(pa.array(seen)), np.append(first[:-1][seen], first[-1])
    rank = None if tie is None else rank_values(tie)
    ordered = us if in_place else us[rows]
    wrong = _misplaced(first, ordered, None if rank is None else rank[rows])
    if wrong.any():
        _sort_tickets(rows, first, wrong, us, rank)
        in_place, ordered = False, us[rows]
    return Ordered(tickets, first, None if in_place else rows, ordered, None if rank is None else rank[rows])


def _by_ticket(codes: Codes, n: int) -> tuple[Codes | None, Instants]:
    """Group by ticket in linear time; return the stable order (None: it is grouped) and where each begins."""
    from scipy.sparse import csr_array

    if (codes[1:] >= codes[:-1]).all():
        return None, np.append(0, np.cumsum(np.bincount(codes, minlength=n)))
    # To turn a sparse matrix of one entry a row from rows to columns is a stable counting sort.
    row_of = np.arange(len(codes) + 1, dtype=np.int32 if len(codes) < 2**31 - 1 else np.int64)
    entries: Any = (np.zeros(len(codes), dtype=np.int8), codes.astype(row_of.dtype, copy=False), row_of)
    by_column: Any = csr_array(entries, shape=(len(codes), n)).tocsc()
    return by_column.indices, by_column.indptr.astype(np.int64)


def _misplaced(first: Instants, us: Instants, rank: Codes | None) -> Flags:
    """Return which events must not follow the one before them in their ticket."""
    wrong = np.zeros(len(us), dtype=bool)
    np.less(us[1:], us[:-1], out=wrong[1:])
    if rank is not None:
        wrong[1:] |= (us[1:] == us[:-1]) & (rank[1:] < rank[:-1])
    wrong[first[:-1]] = False
    return wrong


def _sort_tickets(rows: Codes, first: Instants, wrong: Flags, us: Instants, rank: Codes | None) -> None:
    """Sort the rows of the tickets that have an event in the wrong place."""
    tickets = np.unique(np.searchsorted(first, np.flatnonzero(wrong), side="right") - 1)
    n_events = first[tickets + 1] - first[tickets]
    ticket = np.repeat(np.arange(len(tickets)), n_events)
    slots = np.repeat(first[tickets] - np.append(0, np.cumsum(n_events)[:-1]), n_events) + np.arange(len(ticket))
    moved = rows[slots]
    keys = [us[moved], ticket] if rank is None else [rank[moved], us[moved], ticket]
    rows[slots] = moved[np.lexsort(keys)]  # stable: the rows came in the order of the source


def rank_values(tie: pa.ChunkedArray) -> Instants:
    """Rank a column: by number where all values are numbers, else by code point; missing last."""
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
