"""Ledger: what became of each row of a source, by reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lanehop.columns import STR, Codes, Flags
from lanehop.errors import RowLossError
from lanehop.states import LEDGER_EFFECTS

UNUSABLE = {
    "wrong_width": "have more or fewer cells than the header",
    "event_without_trace": "are events outside of any trace",
    "no_case": "have no ticket id",
    "no_time": "have no time",
    "bad_time": "have a time that cannot be read",
    "time_out_of_range": "have a time before 1971 or after 2099",
}
"""Reasons that count against ``max_loss``: the rows would be used if they could."""

REMEDIES = {
    "wrong_width": "mend these lines, or pass delimiter=...",
    "no_case": "mend these rows, or name another column in columns={'case': ...}",
    "no_time": "mend these rows, or name another column in columns={'time': ...}",
    "bad_time": "mend these cells, or pass time_format=... if all times are written alike",
    "time_out_of_range": "mend these cells: such times are placeholders",
}

REMEDIES_OF_CHANGES = REMEDIES | {"no_case": "mend these rows", "no_time": "mend these rows"}
"""Likewise, where no column of the dialect's names them."""

SHOWN = 200
"""How many characters of a value are kept."""


@dataclass
class Ledger:
    """Rows noted and set aside so far, while a source is being read."""

    n_read: int
    noted: list[tuple[str, int, int | None, str | None]] = field(default_factory=list)
    aside: list[pd.DataFrame] = field(default_factory=list)

    def note(self, reason: str, n_rows: int, first_row: int | None = None, first_value: object = None) -> None:
        """Note something about ``n_rows`` rows that are used all the same."""
        if n_rows:
            self.noted.append((reason, int(n_rows), None if first_row is None else int(first_row), _text(first_value)))

    def set_aside(
        self,
        reason: str,
        rows: npt.NDArray[np.integer[Any]],
        column: str,
        values: pa.Array | pa.ChunkedArray | None,
    ) -> None:
        """Set rows aside, with what stands in the column that is the reason."""
        if len(rows):
            texts = [None] * len(rows) if values is None else shown(values)
            self.aside.append(
                pd.DataFrame(
                    {
                        "row": np.asarray(rows, dtype=np.int64),
                        "reason": reason,
                        "column": pd.array([column] * len(rows), dtype=STR),
                        "value": pd.array(texts, dtype=STR),
                    }
                )
            )

    def check_loss(self, max_loss: float, remedies: Mapping[str, str] = REMEDIES) -> None:
        """Raise if more rows cannot be used than allowed."""
        aside = self.set_aside_table()
        lost = aside[aside["reason"].isin(list(UNUSABLE))]
        # Not a product: 0.29 * 100 is less than 29.
        if not len(lost) or len(lost) / self.n_read <= max_loss:
            return
        parts = []
        for reason, rows in lost.groupby("reason", observed=True, sort=False):
            first = rows.iloc[0]
            value = "empty" if pd.isna(first["value"]) else repr(first["value"])
            remedy = f"; {remedies[str(reason)]}" if reason in remedies else ""
            column = f"column {first['column']!r}: " if not pd.isna(first["column"]) and first["column"] else ""
            parts.append(
                f"{column}{len(rows):,} of {self.n_read:,} rows {UNUSABLE[str(reason)]} "
                f"(first: row {first['row']}, {value}){remedy}"
            )
        share = np.ceil(len(lost) / self.n_read * 1e4) / 1e4
        offer = f"; or pass max_loss={share:g} to go on without them" if share < 1 else ""
        raise RowLossError("; ".join(parts) + offer)

    def set_aside_table(self) -> pd.DataFrame:
        """Return the table of rows set aside, in the order of the source."""
        empty = pd.DataFrame(
            {
                "row": pd.Series([], dtype="int64"),
                "reason": pd.Series([], dtype=STR),
                "column": pd.Series([], dtype=STR),
                "value": pd.Series([], dtype=STR),
            }
        )
        table = pd.concat([x for x in self.aside if len(x)] or [empty], ignore_index=True)
        table = table.sort_values("row", kind="stable", ignore_index=True)
        return table.astype({"reason": "category", "column": STR, "value": STR})

    def table(self, first_used: int | None) -> pd.DataFrame:
        """Return the ledger, of which used and set aside add up to the rows read."""
        aside = self.set_aside_table()
        lines: list[tuple[str, str, int, int | None, str | None]] = [
            ("used", "used", self.n_read - len(aside), first_used, None)
        ]
        for reason, rows in aside.groupby("reason", observed=True, sort=False):
            first = rows.iloc[0]
            value = None if pd.isna(first["value"]) else first["value"]
            lines.append((str(reason), "set_aside", len(rows), int(first["row"]), value))
        lines += [(reason, "noted", n, row, value) for reason, n, row, value in self.noted]
        made = pd.DataFrame(lines, columns=["reason", "effect", "n_rows", "first_row", "first_value"])
        made.insert(3, "share", made["n_rows"] / max(self.n_read, 1))
        made["effect"] = pd.Categorical(made["effect"], categories=list(LEDGER_EFFECTS))
        return made.astype(
            {"reason": STR, "n_rows": "int64", "share": "float64", "first_row": "Int64", "first_value": STR}
        )


def first_flagged(flags: Flags, row: Codes) -> int:
    """Return the position of the flagged event that comes first in the source."""
    at = np.flatnonzero(flags)
    return int(at[row[at].argmin()])


def shown(values: pa.Array | pa.ChunkedArray) -> list[str | None]:
    """Return values as texts, cut short."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.string())  # Python has no times beyond the year 9999
    return [_text(value) for value in values.to_pylist()]


def _text(value: object) -> str | None:
    return None if value is None else str(value)[:SHOWN]
