"""Tables as files: everything that a number can be re-derived from, for other tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from lanehop.lanes import Lanes

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet may run as a formula (the last four are their full-width forms)."""


def write_tables(lanes: Lanes, folder: Path, *, as_csv: bool) -> Iterator[Path]:
    """Write each table of a log and its lanes to a file of its own, and yield the path when it is there.

    Notes
    -----
    - Parquet keeps every dtype. In CSV times are ISO 8601 in UTC, lengths are seconds under
      ``<name>_seconds``, and what is missing is empty.
    - In CSV a text that a spreadsheet would run as a formula gets an apostrophe in front of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = lanes.log
    tables = {
        "cases": lanes.cases,
        "stays": lanes.stays,
        "handoffs": lanes.handoffs,
        "loops": lanes.loops,
        "closures": lanes.closures,
        "charges": lanes.charges,
        "events": log.events,
        "tickets": log.tickets,
        "links": log.links,
        "stitching": log.stitching,
        "surveys": log.surveys,
        "ledger": log.ledger,
        "set_aside": log.set_aside,
    }
    for name, table in tables.items():
        path = folder / f"{name}.{'csv' if as_csv else 'parquet'}"
        if as_csv:
            plain(table).to_csv(path, index=False, lineterminator="\n")
        else:
            table.to_parquet(path, index=False)
        yield path


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as text and numbers that any program reads alike."""
    made = {}
    for name, column in table.items():
        label = defuse(str(name))
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            made[label] = column.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").str.replace(".000000Z", "Z", regex=False)
        elif column.dtype.kind == "m":
            made[f"{label}_seconds"] = column.dt.total_seconds()
        elif isinstance(column.dtype, pd.CategoricalDtype):
            made[label] = _defused(column.astype("str")) if column.cat.categories.dtype == "str" else column
        elif column.dtype == "str":
            made[label] = _defused(column)
        else:
            made[label] = column
    return pd.DataFrame(made)


def _defused(texts: pd.Series[str]) -> pd.Series[str]:
    return texts.where(~texts.str.startswith(_DANGEROUS, na=False), "'" + texts)


def defuse(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
