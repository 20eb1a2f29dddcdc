"""Sources: turn whatever is passed to ``read_log`` into one common form.

What a source is, is told from its content, never from the ending of its name.
"""

from __future__ import annotations

import os

from lanehop.dialect import Dialect
from lanehop.errors import ArgumentError, SourceError
from lanehop.read.files import check_encoding, find_blob, tell_kind
from lanehop.read.rows import Note, SourceRows
from lanehop.read.tables.delimited import read_delimited
from lanehop.read.tables.excel import read_excel
from lanehop.read.tables.frames import read_frame
from lanehop.read.tables.parquet import read_parquet
from lanehop.read.tables.xes import read_xes

__all__ = ["Note", "SourceRows", "open_source"]

_READERS = {"csv": read_delimited, "parquet": read_parquet, "excel": read_excel, "xes": read_xes}


def open_source(source: object, dialect: Dialect) -> SourceRows:
    """Read the needed columns of a source as they stand there, before any dialect is applied.

    Parameters
    ----------
    source : path, or table in memory
        CSV, Parquet, Excel (.xlsx) or XES, as it is or packed with gzip or zip; a pandas frame; anything
        that speaks the Arrow PyCapsule protocol (pyarrow, Polars, DuckDB).
    dialect : Dialect
        Which columns are needed, and how a text file or workbook is to be read.

    Returns
    -------
    SourceRows
        Its rows; those that could not become rows are set aside, each with its number and reason.

    Raises
    ------
    SourceError
        If the source is missing, damaged, empty or of an unknown kind.
    SchemaError
        If a table cannot be meant as it stands: columns in several levels, or ids as floats that have lost
        digits.
    DialectError
        If the dialect's encoding is unknown or its delimiter cannot be used.
    ArgumentError
        If `source` is neither a path nor a table.
    """
    table = read_frame(source, dialect)
    if table is not None:
        return table
    if not isinstance(source, str | os.PathLike):
        raise ArgumentError(
            f"source must be a path, a frame or an Arrow table, not {type(source).__name__} ({str(source)[:80]!r})"
        )
    check_encoding(dialect.encoding)
    blob = find_blob(source)
    kind = tell_kind(blob, dialect.encoding)
    if kind == "json":
        raise SourceError(
            f"{blob.name!r} is JSON, and not a table; a helpdesk's own export is read by read_log as it is; of anything "
            "else make a frame (pandas.json_normalize) and pass that"
        )
    return _READERS[kind](blob, dialect)
