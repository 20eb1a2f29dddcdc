"""The common form of every source: its rows as they stand there, before any dialect is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Codes
from lanehop.dialect import ROLES, Dialect

if TYPE_CHECKING:
    from lanehop.read.changes.origins import Origins

TIME_ROLES = ("time", "opened_at", "promised_at")
"""Roles whose columns hold instants; all other roles hold labels, which end up as text."""

SHOWN = 200
"""How many characters of a row are kept when it is set aside."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Note:
    """Something worth telling about a source that loses no row.

    ``first_row`` is 0-based; it and ``first_value`` are None where the note is about the whole source.
    """

    reason: str
    n_rows: int
    first_row: int | None = None
    first_value: str | None = None


@dataclass(frozen=True)
class Header:
    """The column names of a source: ``names`` are distinct, in order, and never empty."""

    names: tuple[str, ...]
    position: dict[str, int]
    width: int
    duplicated: dict[str, int]


@dataclass(frozen=True)
class SourceRows:
    """The rows of a source as they stand there, before any dialect is applied.

    Attributes
    ----------
    table : pyarrow.Table
        Those of the needed columns that the source has, under their own names, stripped and free of
        byte order marks. Text sources (``csv``, ``xes``) give text or dictionaries of text; typed ones
        keep their types, save that floats in label columns become text. Dictionaries are the same in
        every chunk. Only an empty CSV cell and a null are missing. No column (and then no row): the
        source has none of the needed ones.
    row : array of int64, or None
        0-based row in the source of each row of `table`, the header not counted; None: 0, 1, 2, ...
    n_read : int
        Rows read: ``table.num_rows + len(set_aside)``, save where rows are made of changes.
    set_aside : pandas.DataFrame
        ``row`` (int64), ``reason``, ``column``, ``value`` (str, NA where there is none): the rows that
        did not become rows of `table`, by row.
    noted : list of Note
        What is worth telling and loses nothing.
    kind : str
        ``csv``, ``parquet``, ``excel``, ``xes``, ``frame``, ``arrow`` or ``history``.
    header : tuple of str
        All named columns of the source, each once.
    duplicated : dict of str to int
        Names that stand more than once, with how often; `table` has the first such column. The empty
        name counts the unnamed columns, where there are several; they are never in `table`.
    rest : callable
        The columns that are not in `table`, at the given positions of `table`'s rows.
    mark : codes of MARKS, or None
        How each row of `table` came about, where the reader knows; -1: it does not.
    origins : Origins, or None
        Of kind ``history``: the source rows that each row of `table` was made of.
    """

    table: pa.Table
    row: Positions | None
    n_read: int
    set_aside: pd.DataFrame
    noted: list[Note]
    kind: str
    header: tuple[str, ...]
    duplicated: dict[str, int]
    rest: Callable[[Positions], pa.Table] = field(repr=False)
    mark: Codes | None = None
    origins: Origins | None = None

    def duplicates(self, among: Positions | None = None) -> npt.NDArray[np.bool_]:
        """Tell for each row of `table` whether it repeats an earlier one in every source column.

        Parameters
        ----------
        among : array of int64, optional
            The rows to look at, ascending, where it is known that no other can be or have a repeat.

        Notes
        -----
        - Exact: rows are grouped by the codes of their values, column by column; no hash is trusted.
        - Only rows that are equal so far are looked at further, so that the columns that were not
          loaded are read again for these alone, and not at all where none is left.
        - Unnamed columns and those of a repeated name count; a missing value equals a missing value.
        """
        at = np.arange(self.table.num_rows, dtype=np.int64) if among is None else among
        group = np.zeros(len(at), dtype=np.int64)
        # Columns that tell rows apart best come first: times are not dictionaries.
        names = sorted(self.table.column_names, key=lambda n: pa.types.is_dictionary(self.table[n].type))
        at, group = _narrow(at, group, self.table.select(names))
        if len(at):
            at, group = _narrow(at, group, self.rest(at), taken=True)
        repeats = np.zeros(self.table.num_rows, dtype=np.bool_)
        repeats[at] = pd.Series(group).duplicated().to_numpy()
        return repeats


def no_rest(positions: Positions) -> pa.Table:
    """The rest of a source whose columns are all loaded."""
    return pa.table({})


def needed_columns(dialect: Dialect) -> tuple[str, ...]:
    """Return the names of the source columns that a dialect reads, each once."""
    named: list[str] = []
    for name in dialect.columns.values():
        named += [name] if isinstance(name, str) else name
    if not dialect.columns:
        named += ROLES
    named += [*([dialect.tie] if dialect.tie else []), *dialect.keep, *dialect.final]
    return tuple(dict.fromkeys(named))


def label_columns(dialect: Dialect) -> frozenset[str]:
    """Return the names of the columns that hold ids and labels: those of every role but instants."""
    named: set[str] = set()
    for role, name in dialect.columns.items():
        if role not in TIME_ROLES:
            named.update([name] if isinstance(name, str) else name)
    return frozenset(named) if dialect.columns else frozenset(ROLES) - frozenset(TIME_ROLES)


def clean_header(raw: Iterable[object]) -> Header:
    """Strip column names; find those that stand more than once and those that are empty."""
    cleaned = ["" if x is None else str(x).replace("\ufeff", "").strip() for x in raw]
    position: dict[str, int] = {}
    times: dict[str, int] = {}
    for i, name in enumerate(cleaned):
        times[name] = times.get(name, 0) + 1
        if name:
            position.setdefault(name, i)
    return Header(tuple(position), position, len(cleaned), {k: n for k, n in times.items() if n > 1})


def aside(
    rows: Sequence[int] | Positions = (), reason: str = "", values: Sequence[str | None] | None = None
) -> pd.DataFrame:
    """Return set-aside rows with one reason; `values` None: NA."""
    n = len(rows)
    return pd.DataFrame(
        {
            "row": np.asarray(rows, dtype=np.int64),
            "reason": pd.array([reason] * n, dtype="str"),
            "column": pd.array([None] * n, dtype="str"),
            "value": pd.array([None] * n if values is None else list(values), dtype="str"),
        }
    )


def join_aside(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return all set-aside rows by row number."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return aside()
    return pd.concat(filled, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def unify(table: pa.Table) -> pa.Table:
    """Give each dictionary column one dictionary and one chunk.

    With many chunks that share a large dictionary, much of Arrow goes over it once for each chunk.
    """
    table = table.unify_dictionaries()
    for i, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type) and column.num_chunks > 1:
            table = table.set_column(i, table.field(i), _one_chunk(column))
    return table


def _narrow(at: Positions, group: Positions, table: pa.Table, taken: bool = False) -> tuple[Positions, Positions]:
    """Split groups of rows by the columns of `table`; keep the rows that are not alone in theirs."""
    start = at
    for column in table.columns:
        if not len(at):
            break
        where = np.searchsorted(start, at) if taken else at
        part = column if len(where) == len(column) else column.take(pa.array(where))
        codes = _codes(part)
        # Both factors are at most the number of rows, so that the product is far below 2**63.
        group, _ = pd.factorize(group * (codes.max() + 1) + codes)
        alone = np.bincount(group)[group] == 1
        if alone.any():
            at, group = at[~alone], group[~alone]
    return at, group.astype(np.int64, copy=False)


def _codes(column: pa.ChunkedArray) -> Positions:
    """Number the distinct values of a column, a missing one included."""
    if pa.types.is_dictionary(column.type):
        encoded = _one_chunk(column.unify_dictionaries())
        values = encoded.dictionary
        # A dictionary that is larger than the column costs more to look through than the column.
        small = len(values) <= len(encoded)
        if small and values.null_count == 0 and pc.count_distinct(values).as_py() == len(values):
            return _as_positions(encoded.indices.cast(pa.int64()).fill_null(len(values)))
        column = column.cast(column.type.value_type)
    try:
        encoded = _one_chunk(column.dictionary_encode("encode"))
    except pa.ArrowNotImplementedError:
        # Lists, structs and the like: their text tells them apart.
        texts = pa.array([repr(x) for x in column.to_pylist()], pa.string())
        encoded = texts.dictionary_encode()
    return _as_positions(encoded.indices)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """Join chunks; dictionaries must be the same in all, as unifying and encoding leave them."""
    if column.num_chunks < 2:
        return column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        indices = pa.concat_arrays([chunk.indices for chunk in column.chunks])
        return pa.DictionaryArray.from_arrays(indices, column.chunk(0).dictionary, ordered=column.type.ordered)
    return pa.concat_arrays(column.chunks)


def _as_positions(codes: pa.Array) -> Positions:
    made: Positions = codes.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return made
