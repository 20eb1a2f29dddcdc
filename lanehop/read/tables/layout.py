"""The layout of delimited text: its encoding, what parts its cells, its header, and where its rows begin."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from lanehop.dialect import Dialect
from lanehop.errors import SourceError
from lanehop.read.files import Blob
from lanehop.read.rows import Header, clean_header, needed_columns

DELIMITERS = (",", ";", "\t", "|", "^", "~")
"""What may part cells where no dialect says so; the earlier one where both fit."""

BLOCK = 1 << 20
"""Bytes read at a time; the header must end within the first so many."""

_BOM = "\ufeff".encode()


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: what parts its cells, its header, and where the rows begin."""

    blob: Blob
    encoding: str
    delimiter: str
    header: Header
    skip: int
    """Bytes of UTF-8 before the first row, without a byte order mark."""
    first_line: int
    """Lines before the first row."""
    width: int
    """Cells in a row: those of the header, and empty ones beyond it."""

    def open(self) -> Utf8:
        return Utf8(self.blob.open(), self.encoding, self.skip)


class Utf8(io.RawIOBase):
    """A stream of bytes in any encoding, as UTF-8; it raises UnicodeDecodeError where they are not.

    On the way it counts quotes, looks for byte order marks, and moves one that stands before a quoted
    cell at the start of a line inside of the quotes, so that the cell still counts as quoted.
    """

    def __init__(self, raw: IO[bytes], encoding: str, skip: int = 0) -> None:
        self._raw = raw
        self._plain = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
        self._decoder = codecs.getincrementaldecoder("utf-8" if self._plain else encoding)()
        self._held = self._ready = b""
        self._offset = 0
        self._ended = False
        self.inner_bom = False
        self.n_quotes = 0
        if skip:
            self.read(skip)
            self.n_quotes = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._raw.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._fill()
        if size < 0 or len(self._ready) == size:
            out, self._ready = self._ready, b""
        else:
            out, self._ready = self._ready[:size], self._ready[size:]
        self.n_quotes += out.count(b'"')
        return out

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _fill(self) -> None:
        block = self._raw.read(BLOCK)
        self._ended = not block
        try:
            text = self._decoder.decode(block, self._ended)
        except UnicodeDecodeError as error:
            place = self._offset + len(block) - len(error.object) + error.start
            error.reason = f"byte 0x{error.object[error.start]:02x} at {place}"
            raise
        first = self._offset == 0
        self._offset += len(block)
        made = self._held + (block if self._plain else text.encode())
        if first:
            made = made.removeprefix(_BOM)
        if _BOM in made:
            self.inner_bom = True
            for end in (b"\n", b"\r"):
                made = made.replace(end + _BOM + b'"', end + b'"' + _BOM)
        # What could be the beginning of such a place is held back until the next block is there.
        cut = len(made) if self._ended else max(len(made) - len(_BOM) - 1, 0)
        self._ready, self._held = self._ready + made[:cut], made[cut:]


def find_layout(blob: Blob, dialect: Dialect, encoding: str) -> Layout:
    """Find the layout of a text file from its beginning.

    Raises
    ------
    SourceError
        If there is no header, or it does not end.
    UnicodeDecodeError
        If the beginning is not in `encoding`.
    """
    with Utf8(blob.open(), encoding) as stream:
        head = stream.read(BLOCK)
    text = head.decode("utf-8", errors="ignore")
    needed = set(needed_columns(dialect))
    best: tuple[tuple[int, int], str, _Top] | None = None
    for delimiter in (dialect.delimiter,) if dialect.delimiter else DELIMITERS:
        top = _read_top(text, delimiter)
        if top is None:
            continue
        fit = (len(needed & set(clean_header(top.header).names)), len(top.header))
        if best is None or fit > best[0]:
            best = fit, delimiter, top
    if best is None:
        raise SourceError(f"{blob.name!r} holds no header, only blank lines; export it again")
    _, delimiter, top = best
    if len(head) == BLOCK and top.end == len(text):
        raise SourceError(
            f"{blob.name!r}: the header does not end within {BLOCK:,} bytes; "
            "close the quote in it, or pass delimiter=..."
        )
    header = clean_header(top.header)
    return Layout(
        blob, encoding, delimiter, header, len(text[: top.end].encode()), text[: top.end].count("\n"), _usual_width(top)
    )


@dataclass(frozen=True)
class _Top:
    """The header, where it ends (in characters), and up to a hundred rows after it."""

    header: list[str]
    end: int
    rows: list[list[str]]


def _read_top(text: str, delimiter: str) -> _Top | None:
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in io.StringIO(text, newline=""):
            taken += len(line)
            yield line

    top: _Top | None = None
    try:
        for cells in csv.reader(lines(), delimiter=delimiter):
            if not any(cell.strip() for cell in cells):
                continue
            if top is None:
                top = _Top(cells, taken, [])
            elif len(top.rows) < 100:
                top.rows.append(cells)
            else:
                break
    except csv.Error:
        pass  # A cell beyond the csv module's limit; what was read so far is enough.
    return top


def _usual_width(top: _Top) -> int:
    """Return how many cells most rows have, if they mostly differ from the header in empty cells only."""
    width = len(top.header)
    if not top.rows:
        return width
    widths = [len(cells) for cells in top.rows]
    usual = max(set(widths), key=widths.count)
    if usual < width:
        return width if any(x.strip() for x in top.header[usual:]) else usual
    bare = [not any(x.strip() for x in cells[width:]) for cells in top.rows if len(cells) == usual]
    return usual if sum(bare) * 2 > len(bare) else width


def check_quotes(layout: Layout) -> None:
    """Raise if a quoted cell never closes; walked line by line, and only where something is amiss."""
    within = re.compile(r'[^"]*(?:""[^"]*)*"')
    row, opened = -1, None
    with layout.open() as stream, io.TextIOWrapper(io.BufferedReader(stream, BLOCK), "utf-8", newline="") as text:
        for number, line in enumerate(text, layout.first_line + 1):
            at = 0
            if opened is None:
                row += 1
            elif found := within.match(line):
                opened, at = None, _next_cell(line, found.end(), layout.delimiter)
            else:
                continue
            while 0 <= at < len(line):
                if line[at] == '"':
                    found = within.match(line, at + 1)
                    if found is None:
                        opened = (row, number, line[at : at + 60].rstrip("\r\n"))
                        break
                    at = found.end()
                at = _next_cell(line, at, layout.delimiter)
    if opened is not None:
        row, number, shown = opened
        raise SourceError(
            f"{layout.blob.name!r}: the quoted cell that opens in row {row:,} (line {number:,}: {shown!r}) "
            "never closes; close it, or double the quotes that stand inside of a cell"
        )


def _next_cell(line: str, at: int, delimiter: str) -> int:
    found = line.find(delimiter, at)
    return found + 1 if found >= 0 else -1
