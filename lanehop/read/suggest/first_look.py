"""First look: all columns of a source that no dialect speaks for yet."""

from __future__ import annotations

import contextlib
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from lanehop.dialect import Dialect
from lanehop.errors import GuessWarning, LanehopError, SchemaError, SourceError
from lanehop.read.files import find_blob, tell_kind
from lanehop.read.rows import SourceRows
from lanehop.read.sources import open_source
from lanehop.read.suggest.wordings import read_header

_NOTHING = Dialect(columns={"case": "\x00"})
"""Names no column that a source could have."""


@dataclass(frozen=True)
class FirstLook:
    """All columns of a source; ``sheet`` and ``encoding`` only where the source left a choice.

    ``name`` is what the source is called, with a colon; empty where it has no name.
    """

    name: str
    rows: SourceRows
    sheet: str | None
    other_sheets: tuple[str, ...]
    encoding: str | None


def look_at(source: object) -> FirstLook:
    """Read all columns of a source as they stand.

    Raises
    ------
    SourceError, SchemaError, ArgumentError
        As ``read_log`` does where the source cannot be read at all.

    Notes
    -----
    - Of a workbook's sheets, the one whose header says most is taken.
    - What the reader guessed is handed on, not warned of: a suggestion is there to say it.
    """
    if not isinstance(source, str | os.PathLike | pd.DataFrame) and hasattr(source, "__arrow_c_stream__"):
        # A stream can be read once only, and there are two looks.
        with contextlib.suppress(pa.ArrowException, TypeError, ValueError):
            source = pa.table(source)
    titles = _sheets(source)
    opened = [(title, _open(source, _NOTHING.with_changes(sheet=title))) for title in titles]
    if not opened:
        raise SourceError(f"no sheet of {source!s} can be read; save it again with its rows")
    sheet, top = max(opened, key=lambda x: _promise(x[1].header))
    if not top.header:
        raise SourceError("the source has no named column; give each column a name in the first row")
    encoding = next((n.first_value for n in top.noted if n.reason == "encoding"), None)
    how: dict[str, Any] = {"sheet": sheet, "encoding": encoding}
    try:
        # As labels, floats are texts, as they would be once a column has its role.
        rows = _open(source, Dialect(columns={"state": top.header}, **how))
    except SchemaError:
        rows = _open(source, Dialect(keep=top.header, **how))
    others = tuple(str(title) for title in titles if title != sheet)
    name = f"{Path(os.fsdecode(source)).name!r}: " if isinstance(source, str | os.PathLike) else ""
    return FirstLook(name, rows, sheet if others else None, others, encoding)


def _open(source: object, dialect: Dialect) -> SourceRows:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        return open_source(source, dialect)


def _promise(header: tuple[str, ...]) -> int:
    return len({role for name in header for role in read_header(name)})


def _sheets(source: object) -> list[str | None]:
    """Return the titles of a workbook's sheets that have rows; of anything else, the one that has no name."""
    if not isinstance(source, str | os.PathLike):
        return [None]
    blob = find_blob(source)
    if tell_kind(blob, None) != "excel":
        return [None]
    try:
        import openpyxl
    except ImportError:
        return [None]  # The reader says what to install.
    with warnings.catch_warnings(), blob.load() as stream:
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(stream, read_only=True)
            titles = [sheet.title for sheet in book.worksheets]
            book.close()
        except Exception:
            return [None]  # The reader says what is wrong with it.
    readable: list[str | None] = []
    for title in titles:
        try:
            _open(source, _NOTHING.with_changes(sheet=title))
        except LanehopError:
            continue
        readable.append(title)
    return readable if len(titles) > 1 else [None]
