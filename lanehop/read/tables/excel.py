"""Excel workbooks: one sheet, numbers as the text that the sheet means, instants as instants."""

from __future__ import annotations

import datetime as dt
import warnings
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa

from lanehop.dialect import Dialect
from lanehop.errors import SourceError
from lanehop.read.files import Blob
from lanehop.read.rows import (
    Header,
    Positions,
    SourceRows,
    aside,
    clean_header,
    label_columns,
    needed_columns,
    no_rest,
)
from lanehop.read.tables.frames import cell_texts

_Row = tuple[Any, ...]


def read_excel(blob: Blob, dialect: Dialect) -> SourceRows:
    """Read one sheet of a workbook.

    Parameters
    ----------
    blob : Blob
        The file.
    dialect : Dialect
        Names the needed columns and the sheet; if not the sheet: the only one that has these columns.

    Returns
    -------
    SourceRows
        Columns of nothing but instants as ``timestamp[us]``; all others as text: a whole number without a
        point, an instant among other things in ISO 8601, an error such as ``#N/A`` as it shows. Formulas
        give the value that was saved. Set aside: ``blank_row``.

    Raises
    ------
    SourceError
        If openpyxl is missing, the workbook is damaged, or the sheet cannot be told or has no rows.
    SchemaError
        If an id stands as a number of 2**53 or more, whose last digits are lost.

    Notes
    -----
    - The header is the first row that is not blank; row 0 is the one below it.
    - Blank rows after the last filled one are no rows: a sheet has no end of its own.
    """
    header, body = _pick_sheet(blob, dialect)
    names = [n for n in needed_columns(dialect) if n in header.position]
    filled = np.asarray([any(x not in (None, "") for x in cells) for cells in body], dtype=np.bool_)
    if not filled.any():
        raise SourceError(f"{blob.name!r}: the sheet holds a header and no rows; save it again with its rows")
    n_read = int(np.flatnonzero(filled)[-1]) + 1
    at = np.flatnonzero(filled)
    if not names:
        return SourceRows(pa.table({}), None, 0, aside(), [], "excel", header.names, header.duplicated, no_rest)
    columns = list(zip_longest(*[body[i] for i in at.tolist()], fillvalue=None))
    columns += [(None,) * len(at)] * (header.width - len(columns))
    labels = label_columns(dialect)
    table = pa.table({n: _column(columns[header.position[n]], n, at if n in labels else None) for n in names})
    others = [i for i in range(len(columns)) if i not in {header.position[n] for n in names}]

    def rest(positions: Positions) -> pa.Table:
        wanted = pa.array(positions)
        return pa.table({str(i): _column(columns[i], str(i), None).take(wanted) for i in others})

    blank = np.flatnonzero(~filled[:n_read])
    row = at if len(blank) else None
    return SourceRows(table, row, n_read, aside(blank, "blank_row"), [], "excel", header.names, header.duplicated, rest)


def _column(cells: tuple[Any, ...], name: str, rows: Positions | None) -> pa.Array:
    kinds = {type(x) for x in cells if x is not None and x != ""}
    if kinds and kinds <= {dt.datetime, dt.date}:
        instants = [None if x == "" else x for x in cells]
        return pa.array(
            [dt.datetime(x.year, x.month, x.day) if type(x) is dt.date else x for x in instants],  # noqa: DTZ001
            pa.timestamp("us"),
        )
    shown = (None if x == "" else str(x).upper() if isinstance(x, bool) else x for x in cells)
    return pa.array(cell_texts(shown, name, None if rows is None else rows.tolist()), pa.string())


def _pick_sheet(blob: Blob, dialect: Dialect) -> tuple[Header, list[_Row]]:
    try:
        import openpyxl
    except ImportError as error:
        raise SourceError(
            f"{blob.name!r} is an Excel workbook, which needs openpyxl; pip install 'lanehop[excel]', or save it as CSV"
        ) from error
    # What openpyxl warns of (styles, validations, print areas) does not touch a value.
    with warnings.catch_warnings(), blob.load() as stream:
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            try:
                return _choose(blob, dialect, {sheet.title: sheet for sheet in book.worksheets})
            finally:
                book.close()
        except SourceError:
            raise
        # A damaged workbook fails in openpyxl, zipfile or the XML parser, each with errors of its own.
        except Exception as error:
            raise SourceError(
                f"{blob.name!r} is a damaged workbook ({type(error).__name__}: {error}); "
                "open it and save it again as .xlsx, or as CSV"
            ) from error


def _choose(blob: Blob, dialect: Dialect, sheets: dict[str, Any]) -> tuple[Header, list[_Row]]:
    listed = ", ".join(repr(title) for title in sheets)
    if dialect.sheet is not None:
        if dialect.sheet not in sheets:
            raise SourceError(f"{blob.name!r} has no sheet {dialect.sheet!r}; pass sheet=... with one of {listed}")
        chosen = [dialect.sheet]
    elif len(sheets) == 1:
        chosen = list(sheets)
    else:
        needed = set(needed_columns(dialect)) if dialect.columns else {"case", "time", "department"}
        chosen = []
        for title, sheet in sheets.items():
            top = _top(sheet)
            if top is not None and needed <= set(clean_header(top).names):
                chosen.append(title)
        if len(chosen) != 1:
            found = (
                f"{len(chosen)} of its {len(sheets)} sheets have" if chosen else f"none of its {len(sheets)} sheets has"
            )
            raise SourceError(
                f"{blob.name!r}: {found} the needed columns ({', '.join(sorted(needed))}); "
                f"pass sheet=... with one of {listed}"
            )
    body = _cells(sheets[chosen[0]])
    start = next((i for i, cells in enumerate(body) if _filled(cells)), None)
    if start is None:
        raise SourceError(f"{blob.name!r}: sheet {chosen[0]!r} is empty; pass sheet=... with one of {listed}")
    return clean_header(body[start]), body[start + 1 :]


def _cells(sheet: Any) -> list[_Row]:
    # Some programs write a wrong size into the file, and openpyxl would believe it.
    sheet.reset_dimensions()
    return list(sheet.iter_rows(values_only=True))


def _top(sheet: Any) -> _Row | None:
    sheet.reset_dimensions()
    return next((cells for cells in sheet.iter_rows(values_only=True) if _filled(cells)), None)


def _filled(cells: _Row) -> bool:
    return any(x is not None and str(x).strip() for x in cells)
