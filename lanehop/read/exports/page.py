"""Page: one list of records in one file of an export, streamed record by record."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import ijson

from lanehop.errors import SourceError
from lanehop.read.exports.outline import damaged
from lanehop.read.exports.sniffing import WORDS
from lanehop.read.exports.streams import counted_stream, open_text, told
from lanehop.read.files import Blob
from lanehop.read.tables.layout import Layout

__all__ = ["Page"]


@dataclass(frozen=True)
class Page:
    """One list of records in one file.

    Attributes
    ----------
    blob : Blob
        The file.
    kind : str
        What its records are, as ``sniffing.SIGNS`` names it.
    form : str
        ``json``, ``lines`` (JSON lines) or ``csv``.
    path : str
        Where in the document the records stand, in ijson's notation; of JSON lines, the key of the list in each line.
    whole : bool
        Whether a record is the wrapper itself.
    layout : Layout or None
        How a CSV file is laid out.
    top : mapping
        What else stands in the wrapper, without its lists.
    """

    blob: Blob
    kind: str
    form: str
    path: str = ""
    whole: bool = False
    layout: Layout | None = field(default=None, repr=False)
    top: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def beside(self) -> Mapping[str, Any]:
        """Return what stands beside the list of records in its wrapper: numbers, texts and objects, but no lists."""
        return self.top

    @property
    def system(self) -> str:
        return self.kind.partition("_")[0]

    @property
    def name(self) -> str:
        return self.blob.name

    def records(self) -> Iterator[dict[str, Any]]:
        """Read the records one by one; whole numbers are int, others Decimal, cells of CSV text or None.

        Raises
        ------
        SourceError
            If the file is cut off, damaged, or holds something else than objects.
        """
        reader = {"json": self._json, "lines": self._lines, "csv": self._csv}[self.form]
        number = -1
        for number, record in enumerate(reader()):
            if not isinstance(record, dict):
                raise SourceError(
                    f"{self.name!r}: record {number:,} of {WORDS[self.kind]} is {str(record)[:60]!r} and no object; "
                    "pass the file as the API gives it"
                )
            yield record

    def _json(self) -> Iterator[Any]:
        number = 0
        with told(self.name), open_text(self.blob) as stream:
            try:
                for record in ijson.items(stream, self.path, multiple_values=True):
                    yield record
                    number += 1
            except ijson.JSONError as error:
                raise damaged(self.name, error, number) from error

    def _lines(self) -> Iterator[Any]:
        key, _, rest = self.path.partition(".")
        with told(self.name), open_text(self.blob) as stream:
            for number, line in enumerate(stream, 1):
                if line.isspace():
                    continue
                try:
                    record = json.loads(line, parse_float=Decimal)
                except json.JSONDecodeError as error:
                    raise SourceError(
                        f"{self.name!r}: line {number:,} is not whole JSON ({error.msg.lower()}); the file is cut off or "
                        "damaged there: download or export it again"
                    ) from error
                if not key or not isinstance(record, dict):
                    yield record
                elif not isinstance(record.get(key), list if rest else dict):
                    raise SourceError(
                        f"{self.name!r}: line {number:,} holds no {key!r} (it holds {', '.join(list(record)[:8])}), as the "
                        "lines before do; download that page again"
                    )
                elif rest:
                    yield from record[key]
                else:
                    yield record[key]

    def _csv(self) -> Iterator[dict[str, str | None]]:
        assert self.layout is not None  # made with one by _look_into_table
        layout = self.layout
        at = [(name, layout.header.position[name]) for name in layout.header.names]
        with layout.open() as raw, io.TextIOWrapper(counted_stream(raw), "utf-8", newline="") as text:
            rows = csv.reader(text, delimiter=layout.delimiter)
            try:
                for cells in rows:
                    if not any(cells):
                        continue
                    if len(cells) not in (layout.header.width, layout.width):
                        raise SourceError(
                            f"{self.name!r}: line {layout.first_line + rows.line_num:,} has {len(cells)} cells, the "
                            f"header {layout.header.width}; export the file again, or pass format='table' and max_loss=..."
                        )
                    yield {name: cells[i].strip() or None for name, i in at}
            except csv.Error as error:
                raise SourceError(f"{self.name!r} cannot be read as delimited text: {error}") from error
