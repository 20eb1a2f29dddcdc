"""Times as they stand in a source, made into microseconds since 1970 UTC.

Arrow timestamps and dates are taken as they are. Texts are ISO 8601, or whatever ``time_format`` says, and
nothing else: day and month are never told apart by trying. What could not be read, what is a placeholder
and what the changes of the clock made doubtful is handed back with the times, row for row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.errors import DialectError
from lanehop.read.local_times import place_local
from lanehop.read.time_range import DAY, EARLIEST, END, SECOND, Flags, Ints
from lanehop.read.time_texts import NAIVE, NO_TIME, read_texts

__all__ = ["Times", "read_times"]


@dataclass(frozen=True)
class Times:
    """The times of one column, row for row; the arrays may be views of the source and are not to be written.

    ``missing``, ``out_of_range`` and ``ok`` exclude each other; a row with none of them holds what is no
    time.

    Attributes
    ----------
    us : int64
        Microseconds since 1970 UTC; undefined where not ``ok``.
    ok : bool
        Whether there is a usable time.
    missing : bool
        Null, or blank text.
    out_of_range : bool
        A time before 1971 or from 2100 on (UTC), as placeholders are: 1753, 1970-01-01, 9999-12-31.
    shifted : bool
        A local time that does not exist, moved forward to the first instant that does.
    ambiguous : bool
        A local time that exists twice, decided by the order of the rows.
    naive : bool, or None
        A time (``out_of_range`` or not) that states no zone; None if all do.
    """

    us: Ints
    ok: Flags
    missing: Flags
    out_of_range: Flags
    shifted: Flags
    ambiguous: Flags
    naive: Flags | None


def read_times(
    column: pa.ChunkedArray | pa.Array,
    name: str,
    *,
    time_format: str | None,
    timezone: str | None,
    order: Callable[[], npt.NDArray[np.integer[Any]]] | None,
) -> Times:
    """Read a column of times.

    Parameters
    ----------
    column : Arrow timestamps, dates or texts, these also dictionary-encoded
        Rows in source order.
    name : str
        The column's name in the source, for messages.
    time_format : str or None
        How texts are written, as in ``datetime.strptime``. None: ISO 8601. Other types do not need it.
    timezone : str or None
        IANA name of the zone of times that state none.
    order : function that returns integers, or None
        Gives the code of each row's ticket; called only if a local time exists twice. None: the first of
        the two is taken.

    Returns
    -------
    Times

    Raises
    ------
    DialectError
        If times within range state no zone and ``timezone`` is None.
        If the column holds numbers or another type that is no time.
        If it holds something, and nothing of it is a time.
        If ``time_format`` leaves out the year, the month, the day or the half of the day, or cannot be used.

    Notes
    -----
    - ISO 8601 is ``2024-03-31``, ``2024-03-31T01:30`` and ``2024-03-31 01:30:00.25``, the last two also with
      ``Z``, ``+01:00``, ``+0100`` or ``+01``; a comma may stand for the point. A day alone is its midnight,
      and ``24:00`` the next. Texts with and without a zone may be mixed. Second 60 is no time.
    - With ``time_format`` the whole text must match; numbers need not be padded unless they touch each other
      (``%Y%m%d``), white space matches any run of it, and ``%z`` is honoured.
    - White space around a text is ignored. What is finer than a microsecond is cut off, not rounded.
    - Gap in spring: a local time that does not exist becomes the first instant that does (``shift_forward``
      in pandas): 02:30 becomes 03:00 where the clock jumps from 02:00 to 03:00.
    - Hour that comes twice: within one ticket and one change of the clock such times are of the first pass
      (the earlier instant), until the clock goes back from one to the next in row order; from there on they
      are of the second. Other rows of the ticket are not looked at.
    """
    if isinstance(column, pa.Array):
        column = pa.chunked_array([column])
    if pa.types.is_dictionary(column.type):
        text = column.type.value_type
        if not _is_text(text):
            column = column.cast(text)
        elif pa.types.is_string_view(text):
            column = column.cast(pa.dictionary(column.type.index_type, pa.large_string()))
    elif pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    if _is_text(column.type) or pa.types.is_dictionary(column.type):
        us, kinds, missing = read_texts(column, time_format)
        has, naive = kinds != NO_TIME, kinds == NAIVE
        if not has.any() and not missing.all():
            raise DialectError(_say_unreadable(column, name, ~missing, time_format))
    elif pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        us, missing = _read_stamps(column)
        has = ~missing
        stated = pa.types.is_timestamp(column.type) and column.type.tz is not None
        naive = np.zeros(len(us), bool) if stated else has
    elif pc.all(pc.is_null(column, nan_is_null=True), min_count=0).as_py():
        us, missing = np.zeros(len(column), np.int64), np.ones(len(column), bool)
        has = naive = ~missing
    else:
        raise DialectError(_say_wrong_type(column, name, time_format))

    shifted = np.zeros(len(us), bool)
    ambiguous = np.zeros(len(us), bool)
    if naive.any():
        if timezone is None:
            unplaced = naive & (us >= EARLIEST) & (us < END)
            if unplaced.any():
                raise DialectError(_say_unplaced(column, name, unplaced))
        else:
            # Two days beyond the range, so that it is the instant that decides on it, not the local time.
            near = naive & (us >= EARLIEST - 2 * DAY) & (us < END + 2 * DAY)
            us = place_local(us, near, timezone, order, shifted, ambiguous)
    ok = has & (us >= EARLIEST) & (us < END)
    return Times(us, ok, missing, has & ~ok, shifted & ok, ambiguous & ok, naive if naive.any() else None)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


# Arrow timestamps and dates


def _read_stamps(column: pa.ChunkedArray) -> tuple[Ints, Flags]:
    """Return microseconds and what is missing; a view where there is nothing to do."""
    width = np.int32 if pa.types.is_date32(column.type) else np.int64
    views = [
        np.frombuffer(chunk.buffers()[1], width)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in column.chunks
        if len(chunk)
    ]
    raw: npt.NDArray[Any] = views[0] if len(views) == 1 else np.concatenate([np.zeros(0, width), *views])
    if pa.types.is_date32(column.type):
        factor = DAY
    elif pa.types.is_date64(column.type):
        factor = 1000
    else:
        factor = {"s": SECOND, "ms": 1000, "us": 1, "ns": 0}[column.type.unit]
    us: Ints
    if factor == 0:
        us = raw // 1000
    elif factor == 1:
        us = raw
    else:
        # Far out of range stays out of range, and does not overflow.
        us = np.clip(raw.astype(np.int64, copy=False), -(2**62) // factor, 2**62 // factor) * factor
    missing: Flags = pc.is_null(column).to_numpy() if column.null_count else np.zeros(len(us), bool)
    return us, missing


# Messages


def _first(column: pa.ChunkedArray, rows: Flags) -> tuple[int, str]:
    row = int(np.argmax(rows))
    return row, str(column[row].as_py())


def _say_unplaced(column: pa.ChunkedArray, name: str, unplaced: Flags) -> str:
    row, value = _first(column, unplaced)
    return (
        f"column {name!r}: {unplaced.sum():,} of {len(column):,} rows state no time zone (first: row {row}, "
        f"{value!r}); pass timezone=..., such as 'Europe/Lisbon', or timezone='UTC' if it is that"
    )


def _say_unreadable(column: pa.ChunkedArray, name: str, there: Flags, time_format: str | None) -> str:
    examples: dict[str, None] = {}
    for row in np.flatnonzero(there):
        examples.setdefault(repr(column[int(row)].as_py()))
        if len(examples) == 3:
            break
    what = "an ISO 8601 time" if time_format is None else f"a time of the form time_format={time_format!r}"
    return (
        f"column {name!r}: none of {there.sum():,} values is {what} (first: {', '.join(examples)}); pass "
        "time_format=..., such as '%d/%m/%Y %H:%M' for 31/12/2024 23:59"
    )


def _say_wrong_type(column: pa.ChunkedArray, name: str, time_format: str | None) -> str:
    kind = column.type
    there = pc.is_valid(column).to_numpy()
    row, value = _first(column, there)
    said = f"column {name!r} holds {kind} (first: row {row}, {value!r}), "
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        said += (
            "and numbers are no times until their unit is said: convert them first, as in "
            f"pandas.to_datetime(frame[{name!r}], unit='s', utc=True)"
        )
        return said + "; time_format applies to texts only" * (time_format is not None)
    return said + "which is no time: pass timestamps, dates or texts"
