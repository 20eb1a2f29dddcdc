"""Tables in memory: pandas, Arrow, and whatever speaks the Arrow PyCapsule protocol."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from itertools import count, repeat
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.dialect import Dialect
from lanehop.errors import SchemaError, SourceError
from lanehop.read.rows import (
    Positions,
    SourceRows,
    aside,
    clean_header,
    label_columns,
    needed_columns,
    no_rest,
    unify,
)

_WHOLE = {16: 2**11, 32: 2**24, 64: 2**53}
"""From which size on a float of so many bits no longer tells every whole number from its neighbour."""


def read_frame(source: object, dialect: Dialect) -> SourceRows | None:
    """Read a table in memory; None if `source` is none.

    Parameters
    ----------
    source : object
        A pandas.DataFrame, or anything with ``__arrow_c_stream__`` or ``__arrow_c_array__`` (pyarrow,
        Polars, DuckDB, Ibis). It is never edited, and a pandas index is ignored.
    dialect : Dialect
        Names the needed columns.

    Returns
    -------
    SourceRows
        Types stay: categories as dictionaries, integers, timestamps. In label columns whole floats become
        the text of the integer and others their shortest text. Object columns: of one kind, that kind;
        mixed, text. Nothing is set aside.

    Raises
    ------
    SchemaError
        If columns stand in several levels, or a label column holds floats whose last digits are lost.
    SourceError
        If `source` is a Polars LazyFrame, or a list or dict of plain Python values.
    """
    if isinstance(source, pd.DataFrame):
        return _read_pandas(source, dialect)
    if isinstance(source, list | tuple | dict | pd.Series):
        raise SourceError(f"source is a {type(source).__name__}, not a table; pass pandas.DataFrame(source)")
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        try:
            whole = pa.table(source)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise SourceError(f"this {type(source).__name__} is no table of rows ({error}); pass a frame") from error
        return _read_arrow(whole, dialect)
    if hasattr(source, "collect") and type(source).__module__.startswith("polars"):
        raise SourceError("source is a Polars LazyFrame, which holds no rows yet; pass source.collect()")
    return None


def settle(table: pa.Table, dialect: Dialect) -> pa.Table:
    """Bring an Arrow table to its common form: no string views, unified dictionaries, no floats as labels."""
    labels = label_columns(dialect)
    for i, name in enumerate(table.column_names):
        column = table[name]
        kind = column.type
        if pa.types.is_string_view(kind):
            column = column.cast(pa.string())
        elif pa.types.is_dictionary(kind) and pa.types.is_string_view(kind.value_type):
            column = pa.chunked_array(
                [
                    pa.DictionaryArray.from_arrays(c.indices.cast(pa.int32()), c.dictionary.cast(pa.string()))
                    for c in column.chunks
                ],
                pa.dictionary(pa.int32(), pa.string()),
            )
        elif pa.types.is_null(kind):
            column = column.cast(pa.string())
        elif pa.types.is_floating(kind) and name in labels:
            column = _label_floats(column, name)
        elif pa.types.is_dictionary(kind) and pa.types.is_floating(kind.value_type) and name in labels:
            column = _label_floats(column.cast(kind.value_type), name).dictionary_encode()
        if column is not table[name]:
            table = table.set_column(i, name, column)
    return unify(table)


def cell_texts(cells: Iterable[Any], name: str, rows: Iterable[int] | None) -> list[str | None]:
    """Return the text of each cell of a column of mixed kinds: instants in ISO 8601, numbers at their shortest.

    Parameters
    ----------
    cells : iterable
        The cells.
    name : str
        Name of the column, for messages.
    rows : iterable of int, or None
        The source row of each cell, if the column holds labels; None if it does not.

    Raises
    ------
    SchemaError
        If a label is a float of 2**53 or more.
    """
    return [_cell_text(x, name, row) for x, row in zip(cells, repeat(None) if rows is None else rows, strict=False)]


def _cell_text(value: Any, name: str, row: int | None) -> str | None:
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isnan(number):
            return None
        if row is not None and math.isfinite(number) and abs(number) >= _WHOLE[64]:
            raise SchemaError(_lost(name, 1, row, number))
        return str(int(number)) if number.is_integer() and abs(number) < _WHOLE[64] else repr(number)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _lost(name: str, n: int, row: int, first: float) -> str:
    return (
        f"column {name!r} holds floats too large to tell neighbouring whole numbers apart, so that the last digits of "
        f"these ids are lost ({n:,} at least, first: row {row:,}, {first!r}); make them text where they come from"
    )


def _label_floats(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Return the text of floats: whole ones without a point."""
    limit = _WHOLE[column.type.bit_width]
    numbers = column.cast(pa.float64())
    values = numbers.to_numpy()
    with np.errstate(invalid="ignore"):
        lost = np.flatnonzero(np.isfinite(values) & (np.abs(values) >= limit))
        whole = np.isfinite(values) & (np.floor(values) == values)
    if len(lost):
        raise SchemaError(_lost(name, len(lost), int(lost[0]), float(values[lost[0]])))
    missing = np.isnan(values)
    if (whole | missing).all():
        integers = pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing)
        return pa.chunked_array([integers.cast(pa.string())])
    codes, distinct = pd.factorize(values)
    native = column.type.to_pandas_dtype()
    texts = [str(int(x)) if float(x).is_integer() else str(native(x)) for x in distinct]
    return pa.chunked_array([pa.array(texts, pa.string()).take(pa.array(codes, mask=codes < 0))])


def _read_arrow(whole: pa.Table, dialect: Dialect) -> SourceRows:
    header = clean_header(whole.column_names)
    names = [n for n in needed_columns(dialect) if n in header.position]
    at = [header.position[n] for n in names]
    others = [i for i in range(header.width) if i not in at]
    table = settle(whole.select(at).rename_columns(names), dialect)

    def rest(positions: Positions) -> pa.Table:
        return pa.table({str(i): whole.column(i).take(pa.array(positions)) for i in others})

    n = whole.num_rows if names else 0
    return SourceRows(table, None, n, aside(), [], "arrow", header.names, header.duplicated, rest if names else no_rest)


def _read_pandas(frame: pd.DataFrame, dialect: Dialect) -> SourceRows:
    if isinstance(frame.columns, pd.MultiIndex):
        raise SchemaError(
            f"the frame's columns stand in {frame.columns.nlevels} levels (first: {frame.columns[0]!r}); "
            "give each column one name, such as frame.columns = ['_'.join(x) for x in frame.columns]"
        )
    header = clean_header(frame.columns)
    labels = label_columns(dialect)
    names = [n for n in needed_columns(dialect) if n in header.position]
    at = [header.position[n] for n in names]
    others = [i for i in range(header.width) if i not in at]
    columns = {n: _column(frame.iloc[:, header.position[n]], n, n in labels) for n in names}
    table = settle(pa.table(columns), dialect)

    def rest(positions: Positions) -> pa.Table:
        return pa.table({str(i): _column(frame.iloc[positions, i], str(i), False) for i in others})

    n = len(frame) if names else 0
    return SourceRows(table, None, n, aside(), [], "frame", header.names, header.duplicated, rest if names else no_rest)


def _column(series: pd.Series[Any], name: str, label: bool) -> pa.ChunkedArray:
    if isinstance(series.dtype, pd.CategoricalDtype):
        values = _column(series.cat.categories.to_series(), name, label)
        codes = series.cat.codes.to_numpy()
        values = values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
        if label and pa.types.is_floating(values.type):
            values = _label_floats(values, name)
        one = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
        indices = pa.array(codes.astype(np.int32), mask=codes < 0)
        if pc.count_distinct(one).as_py() < len(one):
            return pa.chunked_array([one.take(indices)])  # 1 and "1" are two categories, but one text
        return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, one)])
    if series.dtype != object:
        rows = count() if label else None
        try:
            made = pa.array(series.array, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError):
            made = pa.array(cell_texts(series.astype(object), name, rows), pa.string())
        if isinstance(getattr(made, "type", None), pa.ExtensionType):
            made = pa.array(cell_texts(series.astype(object), name, rows), pa.string())
        return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])
    return pa.chunked_array([_objects(series, name, label)])


def _objects(series: pd.Series[Any], name: str, label: bool) -> pa.Array:
    """Return objects of one kind as that kind, mixed ones as text."""
    kind = pd.api.types.infer_dtype(series, skipna=True)
    cells = series.to_numpy()
    types = {
        "string": pa.string(),
        "empty": pa.string(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "floating": pa.float64(),
        "date": pa.date32(),
    }
    try:
        if kind in types:
            return pa.array(cells, types[kind], from_pandas=True)
        if kind in ("datetime", "datetime64"):
            naive = {x.tzinfo is None for x in cells[~pd.isna(cells)] if hasattr(x, "tzinfo")}
            if len(naive) == 1:
                return pa.array(cells, pa.timestamp("us", tz=None if naive.pop() else "UTC"), from_pandas=True)
    except (pa.ArrowException, OverflowError):
        pass  # Integers beyond 64 bits, instants beyond their years: their text loses nothing.
    return pa.array(cell_texts(cells, name, count() if label else None), pa.string())
