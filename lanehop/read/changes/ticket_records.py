"""Ticket records: the tickets of an export as they stand now."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop.columns import MISSING, Codes, Flags, Instants
from lanehop.dialect import Dialect
from lanehop.read.ledger import shown
from lanehop.read.rows import Note, aside
from lanehop.read.times import read_times


@dataclass(frozen=True, eq=False)
class TicketRecords:
    """What the records say of each ticket."""

    ticket: Instants
    """Tickets that have a record."""
    at: Instants
    """Where their records stand: the last one, where a ticket has several."""
    row: Instants
    """Of each ticket: the source row of its record; -1: none."""
    opened_at: Instants
    """Of each ticket; MISSING: not known."""
    truncated: Flags
    """Of each ticket: whether its oldest changes are known to be missing."""
    set_aside: list[pd.DataFrame] = field(default_factory=list)
    noted: list[Note] = field(default_factory=list)


def read_records(records: pa.Table | None, ticket: Codes, n_tickets: int, dialect: Dialect) -> TicketRecords:
    """Find the record of each ticket.

    Parameters
    ----------
    records : pyarrow.Table or None
        As in ``History.records``.
    ticket : codes
        The ticket of each record; -1: it names none.
    """
    nothing = np.zeros(0, dtype=np.int64)
    made = TicketRecords(
        nothing, nothing, np.full(n_tickets, -1), np.full(n_tickets, MISSING), np.zeros(n_tickets, dtype=bool)
    )
    if records is None or not records.num_rows:
        return made
    rows = numbers(records["row"])
    if (ticket < 0).any():
        made.set_aside.append(aside(rows[ticket < 0], "no_case").assign(column="ticket"))
    found = np.full(n_tickets, -1, dtype=np.int64)
    named = np.flatnonzero(ticket >= 0)
    found[ticket[named]] = named
    on_record = np.flatnonzero(found >= 0)
    at = found[on_record]
    made.row[on_record] = rows[at]
    if "opened_at" in records.column_names:
        column = records["opened_at"]
        times = read_times(column, "opened_at", time_format=dialect.time_format, timezone=dialect.timezone, order=None)
        made.opened_at[on_record] = np.where(times.ok, times.us, MISSING)[at]
        for reason, flags in (
            ("bad_opened_at", ~(times.ok | times.missing)),
            ("opened_at_skipped", times.shifted),
            ("opened_at_twice", times.ambiguous),
        ):
            made.noted.extend(flagged(reason, flags, rows, column))
    if "truncated" in records.column_names:
        cut = records["truncated"].fill_null(False).to_numpy()
        made.truncated[on_record] = cut[at]
        made.noted.extend(flagged("truncated_history", cut, rows, records["ticket"]))
    return TicketRecords(on_record, at, made.row, made.opened_at, made.truncated, made.set_aside, made.noted)


def flagged(reason: str, flags: Flags, rows: Instants, values: pa.ChunkedArray) -> list[Note]:
    """Note the flagged rows of the source, each once, with the value in the first."""
    if not flags.any():
        return []
    where = np.flatnonzero(flags)
    one = int(where[rows[where].argmin()])
    return [Note(reason, len(np.unique(rows[where])), int(rows[one]), shown(values.slice(one, 1))[0])]


def numbers(column: pa.ChunkedArray) -> Instants:
    """Return whole numbers as an array."""
    return np.asarray(column.to_numpy(), dtype=np.int64)
