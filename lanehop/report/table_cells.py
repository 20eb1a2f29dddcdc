"""Cells of a table: what each shows, where it stands when the table is sorted, and what it is in a CSV file."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from lanehop.report.legible import legible
from lanehop.report.section import Table
from lanehop.report.tables import plain
from lanehop.wording import percent, say_length

Kind = Literal["number", "time", "length", "flag", "text"]

SHOWN_LETTERS, LINE_LETTERS = 160, 28
"""Letters of a text that a cell shows, and up to which all texts of a column stand on one line."""
STORED_LETTERS = (500, 250, SHOWN_LETTERS, 80, 40, 20)
"""Letters of a text that a cell stores: the first of these with which a table does not go over ``MAX_LETTERS``."""
MAX_LETTERS = 300_000
"""Of all texts that a table stores."""
MISSING = "\u2013"


@dataclass(frozen=True)
class Cell:
    """A cell."""

    shown: str
    rank: int | None
    """Its place among the different values of its column, from 0; None: missing, which is last in every order."""
    csv: str | None
    """Its text in a CSV file, defused; None: what is shown."""


@dataclass(frozen=True)
class Column:
    """A column."""

    heading: str
    kind: Kind
    csv_name: str
    """Its name in a CSV file, with the unit; defused."""
    meaning: str
    is_long: bool
    """Whether it holds texts that may need several lines."""

    @property
    def looks(self) -> str:
        """Return the classes of its cells."""
        return f"{self.kind} long" if self.is_long else self.kind


@dataclass(frozen=True)
class Cells:
    """A table as it is shown."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    cut_at: int | None
    """Letters at which a text was cut in the CSV file, too; None: none was."""


def show_cells(table: Table) -> Cells:
    """Work out the cells of a table.

    Notes
    -----
    - Times are shown in UTC to the minute, lengths in one unit, numbers to as many decimals as three digits of the middle one need, shares (by their name) in percent; the CSV text is exact, and
      the same as in the files that ``lanehop tables`` writes.
    - Texts are ordered by letters and by the numbers in them, so that ``case 9`` is before ``case 10``; a category that
      has an order keeps it.
    """
    frame = table.frame.reset_index(drop=True)
    given = [frame.iloc[:, i] for i in range(frame.shape[1])]
    settled = [_settled(column) for column in given]
    lengths = [column.str.len() for column in settled if _kind(column) == "text"]
    bound = next(
        (n for n in STORED_LETTERS if sum(int(each.clip(upper=n).sum()) for each in lengths) <= MAX_LETTERS),
        STORED_LETTERS[-1],
    )
    shown = [
        _show_column(str(name), *pair, bound, table.meanings.get(name, ""))
        for name, pair in zip(frame.columns, zip(given, settled, strict=True), strict=True)
    ]
    return Cells(
        tuple(column for column, _ in shown),
        tuple(zip(*(cells for _, cells in shown), strict=True)),
        bound if any((each > bound).any() for each in lengths) else None,
    )


def _show_column(name: str, given: pd.Series, column: pd.Series, bound: int, meaning: str) -> tuple[Column, list[Cell]]:
    kind = _kind(column)
    gone = column.isna()
    shown = _shown(column, kind, min(bound, SHOWN_LETTERS), is_share="share" in name.split("_"))
    written = plain(pd.DataFrame({name: column}))
    stored = ["" if missing else _storable(str(x), bound) for x, missing in zip(written.iloc[:, 0], gone, strict=True)]
    made = Column(
        name.replace("_", " "),
        kind,
        _storable(str(written.columns[0]), bound),
        meaning,
        is_long=kind == "text" and max(map(len, [name, *shown])) > LINE_LETTERS,
    )
    cells = [
        Cell(text, rank, None if csv == text else csv)
        for text, rank, csv in zip(shown, _ranks(column, given, kind), stored, strict=True)
    ]
    return made, cells


def _settled(column: pd.Series) -> pd.Series:
    """Return a column as one of numbers, times, lengths, flags or else of texts."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if pd.api.types.infer_dtype(column) != "string":
        column = column.infer_objects()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC")
    if column.dtype.kind in "iufbm" and not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return column.map(_text, na_action="ignore").astype("str")


def _text(value: object) -> str:
    # Half a letter, as a broken source can hold, is shown by its code.
    return str(value).encode("utf-8", "backslashreplace").decode()


def _kind(column: pd.Series) -> Kind:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "time"
    kinds: dict[str, Kind] = {"m": "length", "b": "flag", "i": "number", "u": "number", "f": "number"}
    return kinds.get(column.dtype.kind, "text")


def _shown(column: pd.Series, kind: Kind, letters: int, *, is_share: bool) -> list[str]:
    match kind:
        case "time":
            made = column.dt.strftime("%Y-%m-%d %H:%M")
        case "length":
            made = column.map(_say_length, na_action="ignore")
        case "flag":
            made = column.map(lambda flag: "yes" if flag else "no", na_action="ignore")
        case "number":
            say = _say_share if is_share else partial(_say_number, decimals=_decimals(column))
            made = column.map(say, na_action="ignore")
        case "text":
            made = column.map(lambda text: legible(text, letters), na_action="ignore")
    return [MISSING if gone else str(text) for text, gone in zip(made, column.isna(), strict=True)]


def _say_length(length: pd.Timedelta) -> str:
    us = length // pd.Timedelta(microseconds=1)
    return say_length(us) if us >= 0 else f"-{say_length(-us)}"


def _say_share(share: float) -> str:
    return percent(share, 1)


def _say_number(number: float, decimals: int) -> str:
    if isinstance(number, int | np.integer):
        return f"{number:,}"
    return f"{round(number, decimals) + 0.0:,.{decimals}f}"


def _decimals(column: pd.Series) -> int:
    """Return how many decimals the numbers of a column are shown with, all alike, so that they can be compared."""
    sizes = column.dropna().astype("float64").abs()
    sizes = sizes[np.isfinite(sizes)]
    if not (sizes % 1).any():
        return 0
    middle = float(sizes[sizes > 0].median())
    return min(max(2 - math.floor(math.log10(middle)), 1), 3)


def _storable(text: str, letters: int) -> str:
    # HTML has no way to write a NUL.
    cut = text if len(text) <= letters else text[: letters - 1] + "\u2026"
    return cut.replace("\0", r"\x00")


def _ranks(column: pd.Series, given: pd.Series, kind: Kind) -> Sequence[int | None]:
    """Return the place of each value among the different values of its column."""
    if isinstance(given.dtype, pd.CategoricalDtype) and given.cat.ordered:
        return [None if code < 0 else int(code) for code in given.cat.codes]
    if kind == "text":
        order = sorted(set(column.dropna()), key=_natural)
        place = {text: i for i, text in enumerate(order)}
        return [None if gone else place[str(x)] for x, gone in zip(column, column.isna(), strict=True)]
    ranks = (column.astype("Int8") if kind == "flag" else column).rank(method="dense")
    return [None if gone else int(rank) - 1 for rank, gone in zip(ranks, column.isna(), strict=True)]


def _natural(text: str) -> tuple[object, ...]:
    """Return what texts are ordered by: numbers in them by value, letters whether small or capital."""
    parts = re.split(r"([0-9]+)", text.casefold())
    key: list[object] = []
    for word, digits in zip(parts[::2], [*parts[1::2], ""], strict=True):
        number = digits.lstrip("0")
        # Longer is more, without making a number of what may be thousands of digits.
        key += [word, len(number), number]
    return (*key, text)
