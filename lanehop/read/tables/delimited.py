"""Delimited text: every cell as text, every row accounted for by its number."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from lanehop.dialect import Dialect
from lanehop.errors import DialectError, GuessWarning, SourceError, warn
from lanehop.read.files import Blob
from lanehop.read.rows import (
    SHOWN,
    TIME_ROLES,
    Note,
    Positions,
    SourceRows,
    aside,
    join_aside,
    needed_columns,
    no_rest,
    unify,
)
from lanehop.read.tables.layout import BLOCK, Layout, check_quotes, find_layout

_LARGEST_BLOCK = 1 << 28
_TEXT = pa.string()
_CODED = pa.dictionary(pa.int32(), pa.string())


def read_delimited(blob: Blob, dialect: Dialect) -> SourceRows:
    """Read delimited text.

    Parameters
    ----------
    blob : Blob
        The file.
    dialect : Dialect
        Names the needed columns, the encoding and the delimiter.

    Returns
    -------
    SourceRows
        Set aside: ``blank_row``, ``wrong_width`` (value: the row's text), ``repeated_header``. Noted:
        ``delimiter`` and ``encoding`` (where told from the file and not the usual ones) and
        ``inner_bom`` (a byte order mark taken off cells in mid-file).

    Raises
    ------
    SourceError
        If the file has no header or no row, a quote that never closes, or bytes of another encoding.
    DialectError
        If the dialect's delimiter or encoding cannot be used.

    Notes
    -----
    - Encoding: the dialect's; else by byte order mark; else UTF-8 if the whole file is; else cp1252,
      with a GuessWarning.
    - The header is the first row that is not blank. Names that stand twice are told apart by position.
    - If most rows are wider than the header by empty cells, such cells are none; neither are names beyond
      the last cell of most rows if they are empty.
    """
    if dialect.delimiter is not None and (not dialect.delimiter.isascii() or dialect.delimiter in '"\r\n\0'):
        raise DialectError(f"delimiter {dialect.delimiter!r} cannot part cells; pass one ASCII character, such as ';'")
    encoding = dialect.encoding
    if encoding is None and blob.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return _read(blob, dialect, encoding or "utf-8", [])
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise SourceError(
                f"{blob.name!r} is not written in {encoding} ({error.reason}); pass another encoding=..., "
                "such as 'cp1252'"
            ) from error
        found = error.reason
    try:
        rows = _read(blob, dialect, "cp1252", [Note("encoding", 0, None, "cp1252")])
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{blob.name!r} is neither UTF-8 ({found}) nor cp1252 ({error.reason}); "
            "pass encoding=... with the encoding it was written in"
        ) from error
    warn(
        f"{blob.name!r} is not UTF-8 ({found}) and was read as cp1252; "
        "pass encoding='cp1252' if that is right, else the encoding it was written in",
        GuessWarning,
    )
    return rows


def _read(blob: Blob, dialect: Dialect, encoding: str, noted: list[Note]) -> SourceRows:
    layout = find_layout(blob, dialect, encoding)
    header = layout.header
    if dialect.delimiter is None and layout.delimiter != ",":
        noted.append(Note("delimiter", 0, None, layout.delimiter))
    names = [n for n in needed_columns(dialect) if n in header.position]
    if not names:
        return SourceRows(pa.table({}), None, 0, aside(), noted, "csv", header.names, header.duplicated, no_rest)
    said = {name for role in TIME_ROLES if isinstance(name := dialect.columns.get(role, role), str)}
    beyond = list(range(header.width, layout.width))
    types = {header.position[n]: _TEXT if n in said else _CODED for n in names} | dict.fromkeys(beyond, _TEXT)

    parsed = _parse(layout, types)
    n_read = parsed.table.num_rows + len(parsed.bad)
    at = np.arange(n_read, dtype=np.int64)
    if parsed.bad:
        at = np.delete(at, np.asarray([number for number, _ in parsed.bad], dtype=np.int64))
    filled = [(number, text) for number, text in parsed.bad if not _is_blank(text, layout.delimiter)]
    blank = sorted({number for number, _ in parsed.bad} - {number for number, _ in filled})
    parts = [
        aside([number for number, _ in filled], "wrong_width", [text[:SHOWN] for _, text in filled]),
        aside(blank, "blank_row"),
    ]
    cells = unify(parsed.table)
    drop = np.zeros(cells.num_rows, dtype=np.bool_)

    def set_aside(found: Positions, reason: str, values: Sequence[str | None] | None = None) -> None:
        parts.append(aside(at[found], reason, values))
        drop[found] = True

    for i in beyond:
        full = np.flatnonzero(_mask(pc.is_valid(cells[str(i)])) & ~drop)
        texts = cells[str(i)].take(pa.array(full)).to_pylist()
        set_aside(full, "wrong_width", [x[:SHOWN] for x in texts])
    table = cells.select([str(header.position[n]) for n in names]).rename_columns(names)

    empty = np.ones(table.num_rows, dtype=np.bool_)
    for column in table.columns:
        empty &= _mask(pc.is_null(column))
    others = [i for i in range(layout.width) if i not in types]
    look = np.flatnonzero(empty & ~drop)
    if len(look) and others:
        elsewhere = np.ones(len(look), dtype=np.bool_)
        for column in _reread(layout, others, look, parsed.block).columns:
            elsewhere &= _mask(pc.is_null(column))
        look = look[elsewhere]
    set_aside(look, "blank_row")

    if parsed.inner_bom:
        table, note = _take_off_boms(table, at)
        noted += note
    again = _repeated_header(table, drop)
    set_aside(again, "repeated_header", [layout.delimiter.join(names)[:SHOWN]] * len(again))

    kept: Positions | None = None
    if drop.any():
        kept = np.flatnonzero(~drop)
        table = table.take(pa.array(kept))
        at = at[kept]
    noted = [Note(n.reason, n.n_rows or n_read, n.first_row, n.first_value) for n in noted]
    apart = join_aside(parts)
    if len(at) == 0 and not (apart["reason"] == "wrong_width").any():
        raise SourceError(f"{blob.name!r} holds a header and no rows; export it again with its rows")

    def rest(positions: Positions) -> pa.Table:
        return _reread(layout, others, positions if kept is None else kept[positions], parsed.block)

    row = at if len(apart) else None
    return SourceRows(table, row, n_read, apart, noted, "csv", header.names, header.duplicated, rest)


@dataclass(frozen=True)
class _Parsed:
    table: pa.Table
    bad: list[tuple[int, str]]
    """0-based number and text of each row with too few or too many cells."""
    inner_bom: bool
    block: int
    """Bytes per block that the longest row fits into."""


def _options(
    layout: Layout, types: dict[int, pa.DataType], block: int, handler: Callable[[Any], str]
) -> dict[str, Any]:
    return {
        "read_options": pyarrow.csv.ReadOptions(column_names=[str(i) for i in range(layout.width)], block_size=block),
        "parse_options": pyarrow.csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=handler,
        ),
        "convert_options": pyarrow.csv.ConvertOptions(
            check_utf8=False,
            column_types={str(i): kind for i, kind in types.items()},
            null_values=[""],
            strings_can_be_null=True,
            include_columns=[str(i) for i in types],
        ),
    }


def _parse(layout: Layout, types: dict[int, pa.DataType]) -> _Parsed:
    """Parse with all threads; on the first bad row again with one, for only then rows are numbered."""
    threads, block = True, BLOCK
    while True:
        bad: list[tuple[int, str]] = []

        def refuse(row: Any, bad: list[tuple[int, str]] = bad, threads: bool = threads) -> str:
            bad.append((0 if threads else row.number - 1, row.text))
            return "error" if threads else "skip"

        options = _options(layout, types, block, refuse)
        options["read_options"].use_threads = threads
        with layout.open() as stream:
            try:
                table = pyarrow.csv.read_csv(stream, **options)
            except pa.ArrowInvalid as error:
                if bad and threads:
                    threads = False
                elif "straddling" in str(error) and block < _LARGEST_BLOCK:
                    check_quotes(layout)
                    block *= 16
                elif "Empty CSV" in str(error):
                    raise SourceError(
                        f"{layout.blob.name!r} holds a header and no rows; export it again with its rows"
                    ) from error
                else:
                    check_quotes(layout)
                    raise SourceError(f"{layout.blob.name!r} cannot be read as delimited text: {error}") from error
                continue
            if stream.n_quotes % 2:
                check_quotes(layout)
            return _Parsed(table, bad, stream.inner_bom, block)


def _reread(layout: Layout, columns: list[int], rows: Positions, block: int) -> pa.Table:
    """Read other columns at some rows, numbered without those of a wrong width."""
    types = dict.fromkeys(columns, _TEXT)
    if not columns:
        return pa.table({})
    taken, start = [], 0
    with (
        layout.open() as stream,
        pyarrow.csv.open_csv(stream, **_options(layout, types, block, lambda row: "skip")) as reader,
    ):
        for batch in reader:
            low, high = np.searchsorted(rows, (start, start + batch.num_rows))
            if high > low:
                taken.append(batch.take(pa.array(rows[low:high] - start)))
            start += batch.num_rows
        return pa.Table.from_batches(taken, reader.schema)


def _is_blank(text: str, delimiter: str) -> bool:
    if text.strip(delimiter + '\r\n"'):
        return False
    return not any(next(csv.reader([text], delimiter=delimiter), []))


def _mask(values: Any) -> npt.NDArray[np.bool_]:
    made: npt.NDArray[np.bool_] = pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return made


def _take_off_boms(table: pa.Table, at: Positions) -> tuple[pa.Table, list[Note]]:
    touched = np.zeros(table.num_rows, dtype=np.bool_)
    first: dict[int, str] = {}
    for i, name in enumerate(table.column_names):
        plain = table[name].cast(_TEXT)
        found = _mask(pc.match_substring(plain, "\ufeff"))
        if not found.any():
            continue
        touched |= found
        plain = pc.replace_substring(plain, "\ufeff", "")
        plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, _TEXT), plain)
        where = int(np.flatnonzero(found)[0])
        first.setdefault(where, plain[where].as_py() or "")
        table = table.set_column(i, name, plain if table[name].type == _TEXT else plain.dictionary_encode())
    if not touched.any():
        return table, []
    where = int(np.flatnonzero(touched)[0])
    return table, [Note("inner_bom", int(touched.sum()), int(at[where]), first[where])]


def _repeated_header(table: pa.Table, drop: npt.NDArray[np.bool_]) -> Positions:
    """Find the rows whose every needed cell is the name of its column."""
    found = np.flatnonzero(~drop)
    # Coded columns first: there it is enough to look at the distinct values.
    for name in sorted(table.column_names, key=lambda n: table[n].type == _TEXT):
        column = table[name]
        if column.type == _TEXT:
            same = _mask(pc.equal(pc.utf8_trim_whitespace(column.take(pa.array(found))), name))
        else:
            coded = unify(table.select([name])).column(0).chunk(0)
            codes = np.flatnonzero(_mask(pc.equal(pc.utf8_trim_whitespace(coded.dictionary), name)))
            if not len(codes):
                return found[:0]
            same = _mask(pc.is_in(coded.indices, pa.array(codes, pa.int32())))[found]
        found = found[same]
        if not len(found):
            break
    return found
