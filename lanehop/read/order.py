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

    def rows_at_same_time(self) -> Instants:
        """Return the rows that share ticket and time with another, which all repeats do."""
        same = np.zeros(len(self.us) + 1, dtype=bool)
        np.equal(self.us[1:], self.us[:-1], out=same[1:-1])
        same[self.first[:-1]] = False
        at = np.flatnonzero(same[1:] | same[:-1])
        return at if self.rows is None else np.sort(self.rows[at]).astype(np.int64)


def put_in_order(case: Coded, us: Instants, tie: pa.ChunkedArray | None, used: Flags) -> Ordered:
    """Order the used rows by ticket, time, tie and row."""
    all_used = bool(used.all())
    codes = case.codes if all_used else case.codes[used]
    n_events = np.bincount(codes, minlength=len(case.names))
    tickets, seen = case.names, n_events > 0
    if not seen.all():
        tickets, n_events = tickets.filter(pa.array(seen)), n_events[seen]
    first = np.append(0, np.cumsum(n_events))
    rank = None if tie is None else _rank(tie)
    rows: Codes = np.flatnonzero(used).astype(np.int32 if len(used) < 2**31 else np.int64, copy=False)
    if not (codes[1:] >= codes[:-1]).all():
        rows = _by_ticket(codes, rows, len(case.names))
    wrong = _misplaced(first, us[rows], None if rank is None else rank[rows])
    if wrong.any():
        _sort_tickets(rows, first, wrong, us, rank)
    return Ordered(tickets, first, None if all_used and _is_range(rows) else rows, us[rows])


def _is_range(rows: Codes) -> bool:
    return not len(rows) or bool(rows[0] == 0 and (np.diff(rows) == 1).all())


def _by_ticket(codes: Codes, rows: Codes, n: int) -> Codes:
    """Group rows by ticket, each in the order of the source, in linear time."""
    from scipy.sparse import coo_array

    # To build a sparse matrix row by row is a stable counting sort.
    at_each: Any = (rows, (codes.astype(rows.dtype, copy=False), np.arange(len(rows), dtype=rows.dtype)))
    grouped: Any = coo_array(at_each, shape=(n, len(rows)))
    return np.asarray(grouped.tocsr().data)


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
