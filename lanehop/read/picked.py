"""Picked: the used rows of a source in the order of events, column by column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lanehop import grouped
from lanehop.columns import MISSING, Coded, Codes, Flags, Instants
from lanehop.dialect import BLANKS, Dialect
from lanehop.read.encoding import encode, join, only_used
from lanehop.read.ledger import Ledger, first_flagged, shown
from lanehop.read.pseudonyms import Pseudonyms
from lanehop.read.rows import SourceRows
from lanehop.read.times import Times, read_times


@dataclass(frozen=True, eq=False)
class Picked:
    """The used rows of a source in the order of events; ``order`` None: as they stand."""

    source: SourceRows
    dialect: Dialect
    ledger: Ledger
    order: Instants | None
    people: Pseudonyms | None = None
    """Who is to be called otherwise."""

    @property
    def rows(self) -> Codes:
        """The source row of each event."""
        row = self.source.row
        if row is None:
            return np.arange(self.source.table.num_rows) if self.order is None else self.order
        return row if self.order is None else row[self.order]

    def take(self, values: Any) -> Any:
        """Bring an array over the source's rows into the order of events."""
        return values if self.order is None else values[self.order]

    def coded(self, role: str) -> Coded | None:
        """Return the names of a role as codes; those of several columns joined; None if no column has it."""
        named = self.dialect.columns.get(role)
        if named is None:
            return None
        parts = [self.named(name) for name in ([named] if isinstance(named, str) else named)]
        return join(parts)

    def named(self, column: str) -> Coded:
        """Return the names of a source column as codes."""
        made = encode(self.source.table[column], self.dialect.missing, name=column)
        made = only_used(Coded(self.take(made.codes), made.names))
        return made if self.people is None else self.people.hide(column, made)

    def values(self, column: str) -> pa.Array:
        """Return the values of a source column as they stand."""
        values = self.source.table[column]
        if self.order is not None:
            values = values.take(pa.array(self.order))
        return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)

    def instants(self, role: str) -> Instants | None:
        """Return the times of a role, MISSING where there is none; what cannot be read is noted."""
        if role not in self.dialect.columns:
            return None
        times = source_times(self.source, self.dialect, role, None)
        self.note(f"bad_{role}", self.take(~(times.ok | times.missing)), role)
        self.note(f"{role}_skipped", self.take(times.shifted), role)
        self.note(f"{role}_twice", self.take(times.ambiguous), role)
        return np.asarray(self.take(np.where(times.ok, times.us, MISSING)))

    def note(self, reason: str, flags: Flags, role: str) -> None:
        """Note the flagged events, with the row and the value that come first in the source."""
        if flags.any():
            at = first_flagged(flags, self.rows)
            place = at if self.order is None else int(self.order[at])
            value = shown(source_column(self.source, self.dialect, role).slice(place, 1))[0]
            self.ledger.note(reason, int(flags.sum()), int(self.rows[at]), value)


def source_column(source: SourceRows, dialect: Dialect, role: str) -> pa.ChunkedArray:
    """Return the source column of a role, the first if it has several."""
    name = dialect.columns[role]
    return source.table[name if isinstance(name, str) else name[0]]


def source_times(source: SourceRows, dialect: Dialect, role: str, tickets: Callable[[], Codes] | None) -> Times:
    """Read the times of a role from the source, in the order of its rows."""
    column = known_only(source_column(source, dialect, role), dialect)
    return read_times(
        column,
        str(dialect.columns[role]),
        time_format=dialect.time_format,
        timezone=dialect.timezone,
        order=tickets,
    )


def known_only(column: pa.ChunkedArray, dialect: Dialect) -> pa.ChunkedArray:
    """Return a column in which the texts that stand for a missing value are missing."""
    if dialect.missing and pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not dialect.missing or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    nothing = pc.is_in(pc.utf8_trim(column, characters=BLANKS), value_set=pa.array(dialect.missing, column.type))
    return pc.if_else(nothing, pa.scalar(None, column.type), column)


def first_said(values: Codes, first: Instants, missing: int = -1) -> Codes:
    """Return the first known value of each ticket."""
    position, known = grouped.next_in(np.flatnonzero(values != missing), first[:-1], first[1:])
    said = np.full(len(first) - 1, missing, dtype=values.dtype)
    said[known] = values[position[known]]
    return said


def last_said(values: Codes, first: Instants, missing: int = -1) -> Codes:
    """Return the last known value of each ticket."""
    position, known = grouped.last_in(np.flatnonzero(values != missing), first[:-1], first[1:])
    said = np.full(len(first) - 1, missing, dtype=values.dtype)
    said[known] = values[position[known]]
    return said
