"""Source rows written by hand, and tables compared with rows of plain Python.

``chain`` writes the rows of one ticket in lanehop's own words, so that ``lanehop.read_log`` reads them
with the default dialect. All times count from ``START``, a Monday, midnight UTC.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

TIME_COLUMNS = ("time", "opened_at", "promised_at")
COLUMNS = (
    "case",
    "time",
    "department",
    "state",
    "activity",
    "agent",
    "actor",
    "resolution",
    "requester",
    "category",
    "priority",
    "channel",
    "opened_at",
    "promised_at",
)

_UNITS = {
    "us": dt.timedelta(microseconds=1),
    "s": dt.timedelta(seconds=1),
    "min": dt.timedelta(minutes=1),
    "h": dt.timedelta(hours=1),
    "D": dt.timedelta(days=1),
}
_OFFSET = re.compile(r"(-?)((?:\d+(?:us|s|min|h|D))+)")
_PART = re.compile(r"(\d+)(us|s|min|h|D)")
_STEP = re.compile(
    r"(?P<department>[^:/!=@]*)(?::(?P<state>[^:/!=@]+))?(?:/(?P<agent>[^:/!=@]+))?"
    r"(?:!(?P<actor>[^:/!=@]+))?(?:=(?P<resolution>[^:/!=@]+))?@(?P<offset>[^@]+)"
)


def span(text: str) -> dt.timedelta:
    """Return the length of time meant by ``"90s"``, ``"5min"``, ``"1D3h"`` or ``"-2h"``."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError(f"not a length of time: {text!r}")
    length = sum((int(n) * _UNITS[unit] for n, unit in _PART.findall(match[2])), dt.timedelta())
    return -length if match[1] else length


def at(text: str) -> dt.datetime:
    """Return the instant that lies ``span(text)`` after ``START``."""
    return START + span(text)


def chain(
    case: str, *steps: str, resolved: str | None = None, closed: str | None = None, **columns: Any
) -> pd.DataFrame:
    """Return the source rows of one ticket, one row per step, in the order written.

    Parameters
    ----------
    steps
        ``department:state/agent!actor=resolution@offset``. Only ``@offset`` is needed; the others may be
        left out, but keep this order. A department that is empty or ``-`` is missing.
        ``"net@0h"``, ``"net:working/ann@5min"``, ``"-:resolved!bot=Solved@2D"``, ``":closed@3D"``.
    resolved, closed
        Offset of a done event that is appended, in this order; its department is written as in the last step.
    columns
        Further columns: one value for all rows, or a list with one per row (appended ones included).
        Times may be written as offsets. A column that says nothing is left out, but for the first three.
    """
    made: list[dict[str, Any]] = []
    for step in steps:
        match = _STEP.fullmatch(step)
        if match is None:
            raise ValueError(f"not a step: {step!r}")
        said = match.groupdict()
        row = {"case": case, "time": at(said.pop("offset")), **said}
        row["department"] = None if said["department"] in ("", "-") else said["department"]
        made.append(row)
    for state, offset in (("resolved", resolved), ("closed", closed)):
        if offset is not None:
            department = made[-1]["department"] if made else None
            made.append({"case": case, "time": at(offset), "department": department, "state": state})
    for name, value in columns.items():
        values = value if isinstance(value, list) else [value] * len(made)
        if len(values) != len(made):
            raise ValueError(f"{name}: {len(values)} values for {len(made)} rows")
        for row, one in zip(made, values, strict=True):
            row[name] = at(one) if name in TIME_COLUMNS and isinstance(one, str) else one
    return source(made)


def source(made: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return plain rows as a frame: times in UTC, all else text; columns that say nothing are left out."""
    others = dict.fromkeys(name for row in made for name in row if name not in COLUMNS)
    frame = {}
    for name in (*COLUMNS, *others):
        values = [row.get(name) for row in made]
        if name not in COLUMNS[:3] and all(value is None for value in values):
            continue
        if name in TIME_COLUMNS:
            frame[name] = pd.Series(values, dtype="datetime64[us, UTC]")
        elif all(value is None or isinstance(value, str) for value in values):
            frame[name] = pd.Series(values, dtype="str")
        else:
            frame[name] = pd.Series(values)
    return pd.DataFrame(frame)


def log_of(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the source rows of several tickets, one after the other, numbered afresh."""
    return pd.concat(frames, ignore_index=True)


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as dicts of plain values: datetimes in UTC, timedeltas, and None for NA."""
    columns = {str(name): [_plain(value) for value in frame[name]] for name in frame.columns}
    return [{name: values[i] for name, values in columns.items()} for i in range(len(frame))]


def assert_same(
    frame: pd.DataFrame, expected: Sequence[Mapping[str, Any]], *, columns: Iterable[str] | None = None
) -> None:
    """Fail, naming each cell that differs, unless the table has just these columns and rows in this order."""
    names = list(columns) if columns is not None else list(expected[0]) if expected else None
    found_names = [str(name) for name in frame.columns]
    problems = []
    if names is not None and names != found_names:
        problems.append(f"columns: found {found_names}, expected {names}")
    found = rows(frame)
    if len(found) != len(expected):
        problems.append(f"rows: found {len(found)}, expected {len(expected)}")
    for number, (one, other) in enumerate(zip(found, expected, strict=False)):
        problems += [
            f"row {number} ({_key(other)}) {name}: found {one[name]!s}, expected {other[name]!s}"
            + f" ({type(one[name]).__name__}, {type(other[name]).__name__})" * (one[name] == other[name])
            for name in other
            if name in one and (one[name] != other[name] or type(one[name]) is not type(other[name]))
        ]
    for name, table in (("found", found[len(expected) :]), ("expected", expected[len(found) :])):
        problems += [f"only {name}: " + ", ".join(f"{k}={v!s}" for k, v in row.items()) for row in table]
    if problems:
        more = [f"... and {len(problems) - 30} more"] if len(problems) > 30 else []
        raise AssertionError("\n".join(["the tables differ", *problems[:30], *more]))


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.tz_convert("UTC").to_pydatetime().replace(tzinfo=dt.UTC)
    if isinstance(value, pd.Timedelta):
        return value.to_pytimedelta()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _key(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!s}" for name, value in list(row.items())[:2])
