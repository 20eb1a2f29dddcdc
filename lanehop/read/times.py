"""Times as they stand in a source, made into microseconds since 1970 UTC.

Arrow timestamps and dates are taken as they are. Texts are ISO 8601, or whatever ``time_format`` says, and
nothing else: day and month are never told apart by trying. What could not be read, what is a placeholder
and what the changes of the clock made doubtful is handed back with the times, row for row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.errors import DialectError

__all__ = ["Times", "read_times"]

_Ints = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_Kinds = npt.NDArray[np.int8]
_Bytes = npt.NDArray[np.uint8]
_Reader = Callable[[pa.Array], tuple[_Ints, _Kinds]]

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = 365 * _DAY
"""1971-01-01. A year after 1970, so that a zero is a placeholder in every zone."""
_END = 47_482 * _DAY
"""2100-01-01."""

_NO_TIME, _NAIVE, _AWARE = range(3)
_BLOCK = 1 << 17
"""Rows worked on at a time, so that what lies in between stays small."""
_LONGEST = 64
"""Letters beyond which a text is no time."""


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

    us: _Ints
    ok: _Flags
    missing: _Flags
    out_of_range: _Flags
    shifted: _Flags
    ambiguous: _Flags
    naive: _Flags | None


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
        us, kinds, missing = _read_texts(column, time_format)
        has, naive = kinds != _NO_TIME, kinds == _NAIVE
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
            unplaced = naive & (us >= _EARLIEST) & (us < _END)
            if unplaced.any():
                raise DialectError(_say_unplaced(column, name, unplaced))
        else:
            # Two days beyond the range, so that it is the instant that decides on it, not the local time.
            near = naive & (us >= _EARLIEST - 2 * _DAY) & (us < _END + 2 * _DAY)
            us = _place(us, near, timezone, order, shifted, ambiguous)
    ok = has & (us >= _EARLIEST) & (us < _END)
    return Times(us, ok, missing, has & ~ok, shifted & ok, ambiguous & ok, naive if naive.any() else None)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


# Arrow timestamps and dates


def _read_stamps(column: pa.ChunkedArray) -> tuple[_Ints, _Flags]:
    """Return microseconds and what is missing; a view where there is nothing to do."""
    width = np.int32 if pa.types.is_date32(column.type) else np.int64
    views = [
        np.frombuffer(chunk.buffers()[1], width)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in column.chunks
        if len(chunk)
    ]
    raw: npt.NDArray[Any] = views[0] if len(views) == 1 else np.concatenate([np.zeros(0, width), *views])
    if pa.types.is_date32(column.type):
        factor = _DAY
    elif pa.types.is_date64(column.type):
        factor = 1000
    else:
        factor = {"s": _SECOND, "ms": 1000, "us": 1, "ns": 0}[column.type.unit]
    us: _Ints
    if factor == 0:
        us = raw // 1000
    elif factor == 1:
        us = raw
    else:
        # Far out of range stays out of range, and does not overflow.
        us = np.clip(raw.astype(np.int64, copy=False), -(2**62) // factor, 2**62 // factor) * factor
    missing: _Flags = pc.is_null(column).to_numpy() if column.null_count else np.zeros(len(us), bool)
    return us, missing


# Texts


def _read_texts(column: pa.ChunkedArray, time_format: str | None) -> tuple[_Ints, _Kinds, _Flags]:
    """Return microseconds (local where naive), kinds, and what is missing."""
    read: _Reader = _read_iso
    if time_format is not None:
        _check_format(time_format)
        # Any run of white space matches any other, and there is none around a text.
        time_format = " ".join(time_format.split())
        tokens = _numeric_tokens(time_format)
        if tokens is not None:
            read = lambda texts: _read_numeric(texts, tokens)  # noqa: E731
        else:
            # strptime is slow, and logs repeat their minutes: each text once.
            read = lambda texts: _read_strptime(texts, time_format)  # noqa: E731
            if not pa.types.is_dictionary(column.type):
                column = column.dictionary_encode()
    if not pa.types.is_dictionary(column.type):
        return _read_each(column, read)

    column = column.unify_dictionaries()
    us, kinds = np.zeros(len(column), np.int64), np.zeros(len(column), np.int8)
    missing = np.ones(len(column), bool)
    start = 0
    found: tuple[_Ints, _Kinds, _Flags] | None = None
    for chunk in column.chunks:
        rows = slice(start, start := start + len(chunk))
        if chunk.null_count == len(chunk):
            continue
        if found is None:
            found = _read_each(pa.chunked_array([chunk.dictionary]), read)
        codes = chunk.indices.fill_null(0).to_numpy()
        valid = chunk.indices.is_valid().to_numpy(zero_copy_only=False)
        us[rows], kinds[rows], missing[rows] = (values[codes] for values in found)
        kinds[rows] *= valid
        missing[rows] |= ~valid
    return us, kinds, missing


def _read_each(column: pa.ChunkedArray, read: _Reader) -> tuple[_Ints, _Kinds, _Flags]:
    """Read each text, in blocks; only what cannot be read as it stands is looked at for white space."""
    us, kinds = np.zeros(len(column), np.int64), np.zeros(len(column), np.int8)
    missing = np.zeros(len(column), bool)
    start = 0
    for chunk in column.chunks:
        for at in range(0, len(chunk), _BLOCK):
            texts = chunk.slice(at, _BLOCK)
            rows = slice(start, start := start + len(texts))
            us[rows], kinds[rows] = read(texts)
            if texts.null_count:
                missing[rows] = texts.is_null().to_numpy(zero_copy_only=False)
            left = np.flatnonzero((kinds[rows] == _NO_TIME) & ~missing[rows])
            if len(left):
                trimmed = pc.utf8_trim_whitespace(texts.take(pa.array(left)))
                left += rows.start
                us[left], kinds[left] = read(trimmed)
                missing[left] = pc.equal(trimmed, "").to_numpy(zero_copy_only=False)
    return us, kinds, missing


def _by_length(texts: pa.Array) -> Iterator[tuple[npt.NDArray[np.intp], _Bytes]]:
    """Yield the texts of each length: their rows, and their bytes with one text per column."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    bounds = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, np.uint8)
    lengths = np.minimum(np.diff(bounds), _LONGEST + 1)
    if texts.null_count:
        lengths *= texts.is_valid().to_numpy(zero_copy_only=False)
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        if 0 < length <= _LONGEST:
            rows = np.flatnonzero(lengths == length)
            windows = np.lib.stride_tricks.sliding_window_view(letters, length)
            yield rows, np.ascontiguousarray(windows[bounds[rows]].T)


def _count_from_fields(fields: dict[str, _Ints], good: _Flags, *, late_midnight: bool) -> tuple[_Ints, _Flags]:
    """Return microseconds since 1970 of calendar fields, and which of them make a time.

    ``late_midnight``: 24:00 is a time, the next day's beginning.
    """
    year, month, day, hour = fields["Y"], fields["m"], fields["d"], fields["H"]
    good = good & (year >= 1) & (month >= 1) & (month <= 12)
    index = np.where(good, year * 12 + month - 13, 0)
    starts = _month_starts()
    first = starts[index]
    good &= (day >= 1) & (day <= starts[index + 1] - first)
    rest = (fields["M"] * 60 + fields["S"]) * _SECOND + fields["f"]
    latest = (hour < 24) | ((hour == 24) & (rest == 0)) if late_midnight else hour < 24
    good &= latest & (fields["M"] < 60) & (fields["S"] < 60)
    return (first + day - 1) * _DAY + hour * (3600 * _SECOND) + rest, good


@lru_cache(maxsize=1)
def _month_starts() -> _Ints:
    """Return the first day of each month from year 1 to the first after year 9999, in days since 1970."""
    return np.arange("0001-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)


def _read_iso(texts: pa.Array) -> tuple[_Ints, _Kinds]:
    """Read ISO 8601: for one length and one form of zone, everything has its fixed place."""
    us, kinds = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int8)
    for rows, letters in _by_length(texts):
        length = len(letters)
        # How many letters at the end state the zone.
        zone = np.zeros(len(rows), np.int64)
        for width in (3, 5, 6):
            if length - width >= 16:
                zone[np.isin(letters[length - width], (ord("+"), ord("-")))] = width
        if length >= 17:
            zone[letters[-1] == ord("Z")] = 1
        for width in np.flatnonzero(np.bincount(zone)).tolist():
            here = zone == width
            these = letters if here.all() else letters[:, here]
            count, good = _read_iso_local(these[: length - width])
            if width > 1:
                offset, fits = _read_iso_offset(these[length - width :])
                count -= offset
                good &= fits
            us[rows[here]] = count
            kinds[rows[here]] = good * (_AWARE if width else _NAIVE)
    return us, kinds


_ISO_FIELDS = {"Y": (0, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19)}
_ISO_MARKS = {4: "-", 7: "-", 10: "T ", 13: ":", 16: ":", 19: ".,"}


def _read_iso_local(letters: _Bytes) -> tuple[_Ints, _Flags]:
    length, n = letters.shape
    if length not in (10, 16, 19) and length < 21:
        return np.zeros(n, np.int64), np.zeros(n, bool)
    good = np.ones(n, bool)
    for at, marks in _ISO_MARKS.items():
        if at < length:
            good &= np.isin(letters[at], [ord(mark) for mark in marks])
    digits = letters - np.uint8(48)
    fields = {}
    for field, (start, stop) in (_ISO_FIELDS | {"f": (20, length)}).items():
        fields[field] = _number(digits[start : min(stop, length)], good, most=6)
    fields["f"] *= 10 ** max(0, 26 - max(length, 20))
    return _count_from_fields(fields, good, late_midnight=True)


def _read_iso_offset(letters: _Bytes) -> tuple[_Ints, _Flags]:
    """Return the offset that ``+hh``, ``+hhmm`` or ``+hh:mm`` states, in microseconds."""
    good = np.ones(letters.shape[1], bool)
    if len(letters) == 6:
        good &= letters[3] == ord(":")
    digits = letters - np.uint8(48)
    hours = _number(digits[1:3], good)
    minutes = _number(digits[4 if len(letters) == 6 else 3 :], good)
    good &= (hours < 24) & (minutes < 60)
    sign = np.where(letters[0] == ord("-"), -1, 1)
    return sign * (hours * 60 + minutes) * (60 * _SECOND), good


def _number(digits: _Bytes, good: _Flags, most: int = 4) -> _Ints:
    """Return the number that the first ``most`` digits make; ``good`` is cleared where one is none."""
    value = np.zeros(digits.shape[1], np.int32)
    for at, digit in enumerate(digits):
        good &= digit <= 9
        if at < most:
            value = value * np.int32(10) + digit
    return value.astype(np.int64)


# Texts with a format

_DIRECTIVES = "aAbBdfGHIjmMpSuUVwWyYz%"
_WIDTHS = {
    "Y": (4, 4),
    "y": (2, 2),
    "m": (1, 2),
    "d": (1, 2),
    "H": (1, 2),
    "M": (1, 2),
    "S": (1, 2),
    "f": (1, 6),
}
_SPACES = (9, 10, 11, 12, 13, 32)


def _check_format(time_format: str) -> None:
    """Refuse a format that would leave something to guess."""
    used = re.findall(r"%(.?)", time_format, re.DOTALL)
    said = set(used)
    problems = [f"%{x} is no directive that can be used here" for x in used if x not in _DIRECTIVES or not x]
    problems += [f"%{x} stands twice" for x in sorted(said - {"%"}) if used.count(x) > 1]
    if not said & set("YyG"):
        problems.append("it names no year (%Y)")
    if not (said & set("j") or (said & set("mbB") and "d" in said) or (said & set("UWV") and said & set("aAuw"))):
        problems.append("it names no month and day (%m, %d)")
    if ("I" in said) != ("p" in said):
        problems.append("%I and %p need each other (%H is the hour of 24)")
    if problems:
        raise DialectError(f"time_format={time_format!r} cannot be used: {'; '.join(problems)}")


def _numeric_tokens(time_format: str) -> list[tuple[str, int, int]] | None:
    """Return a format of plain numbers as (directive or letter, least, most digits); None for others."""
    parts = re.findall(r"%(.)|(.)", time_format, re.DOTALL)
    fields = [field for field, _ in parts if field]
    if not set(fields) <= set(_WIDTHS) or not {"m", "d"} <= set(fields) or {"Y", "y"} <= set(fields):
        return None
    tokens = []
    for at, (field, letter) in enumerate(parts):
        if field:
            least, most = _WIDTHS[field]
            touches = any(f for f, _ in (*parts[max(0, at - 1) : at], *parts[at + 1 : at + 2]))
            tokens.append((field, most if touches and field != "f" else least, most))
        elif not letter.isascii() or letter.isdigit():
            return None
        else:
            tokens.append((letter, 0, 0))
    return tokens


def _read_numeric(texts: pa.Array, tokens: list[tuple[str, int, int]]) -> tuple[_Ints, _Kinds]:
    """Read texts along the format, all at once; each has its own position."""
    us, kinds = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int8)
    short = any(token == "y" and most for token, _, most in tokens)
    for rows, letters in _by_length(texts):
        length, n = letters.shape
        # One more row of zeros: behind the end there is neither digit nor letter.
        letters = np.concatenate([letters, np.zeros((1, n), np.uint8)])
        column, at = np.arange(n), np.zeros(n, np.intp)
        good = np.ones(n, bool)
        fields = {field: np.zeros(n, np.int64) for field in "YymdHMSf"}
        for token, least, most in tokens:
            if not most:
                spaces = token.isspace()
                hit = np.isin(letters[at, column], _SPACES if spaces else ord(token))
                good &= hit
                while hit.any():
                    at += hit
                    hit = hit & spaces & np.isin(letters[at, column], _SPACES)
                continue
            value, more = fields[token], np.ones(n, bool)
            for place in range(length if token == "f" else most):
                digit = letters[at, column] - np.uint8(48)
                more &= digit <= 9
                if place < least:
                    good &= more
                if place < most:
                    value[:] = np.where(more, value * 10 + digit, value * (10 if token == "f" else 1))
                if not more.any() and place >= most:
                    break
                at += more
        if short:
            fields["Y"] = fields["y"] + np.where(fields["y"] < 69, 2000, 1900)
        us[rows], good = _count_from_fields(fields, good & (at == length), late_midnight=False)
        kinds[rows] = good * _NAIVE
    return us, kinds


def _read_strptime(texts: pa.Array, time_format: str) -> tuple[_Ints, _Kinds]:
    us, kinds = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int8)
    if "%f" in time_format:
        # strptime takes six digits at most.
        texts = pc.replace_substring_regex(texts, r"([.,]\d{6})\d+", r"\1")
    for row, text in enumerate(texts.to_pylist()):
        if text is None:
            continue
        try:
            time = datetime.strptime(text, time_format)  # noqa: DTZ007
        except ValueError:
            continue
        kinds[row] = _NAIVE if time.tzinfo is None else _AWARE
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
        us[row] = (time - _EPOCH) // timedelta(microseconds=1)
    return us, kinds


# Local times


def _place(
    local: _Ints,
    rows: _Flags,
    timezone: str,
    order: Callable[[], npt.NDArray[np.integer[Any]]] | None,
    shifted: _Flags,
    ambiguous: _Flags,
) -> _Ints:
    """Return the instants of the local times in ``rows``; mark what the changes of the clock touched."""
    changes, offsets = _clock_changes(timezone)
    if not len(changes) and offsets[0] == 0:
        return local
    us = local.copy()
    # Around each change lies a stretch of local time, missing or twice; between two stretches all is plain.
    bounds = np.sort(np.concatenate([changes + offsets[:-1], changes + offsets[1:]]))
    doubtful = []
    for start in range(0, len(us), _BLOCK):
        these = np.flatnonzero(rows[start : start + _BLOCK]) + start
        stretch = np.searchsorted(bounds, us[these], side="right")
        us[these] -= offsets[stretch >> 1]
        odd = stretch & 1 == 1
        doubtful.append(np.stack([these[odd], stretch[odd] >> 1]))
    row, change = np.concatenate(doubtful, axis=1)
    gap = offsets[change + 1] > offsets[change]
    shifted[row[gap]] = True
    us[row[gap]] = changes[change[gap]]
    row, change = row[~gap], change[~gap]
    if len(row):
        ambiguous[row] = True
        if order is not None:
            second = _second_pass(local[row], change, np.asarray(order())[row])
            us[row[second]] = local[row[second]] - offsets[change[second] + 1]
    return us


def _second_pass(local: _Ints, change: npt.NDArray[np.intp], tickets: npt.NDArray[np.integer[Any]]) -> _Flags:
    """Return which times of a repeated hour come after the clock went back, by ticket and change."""
    by = np.lexsort((change, tickets))
    local, change, tickets = local[by], change[by], tickets[by]
    same = np.zeros(len(by), bool)
    same[1:] = (tickets[1:] == tickets[:-1]) & (change[1:] == change[:-1])
    back = same.copy()
    back[1:] &= local[1:] < local[:-1]
    turns = np.cumsum(back)
    first = np.maximum.accumulate(np.where(same, 0, np.arange(len(by))))
    second = np.empty(len(by), bool)
    second[by] = turns > turns[first]
    return second


@lru_cache(maxsize=16)
def _clock_changes(timezone: str) -> tuple[_Ints, _Ints]:
    """Return the instants within range at which a zone's offset changes, and the offset around each.

    Both in microseconds; there is one offset more than changes.
    """
    zone = ZoneInfo(timezone)

    def offset(second: int) -> int:
        found = datetime.fromtimestamp(second, zone).utcoffset()
        return (found or timedelta()) // timedelta(microseconds=1)

    # No zone has changed its clock twice within a week since 1970: daily looks miss nothing.
    days = range(_EARLIEST // _SECOND - 3 * 86_400, _END // _SECOND + 4 * 86_400, 86_400)
    seen = [offset(day) for day in days]
    changes, offsets = [], [seen[0]]
    for day, before, after in zip(days, seen, seen[1:], strict=False):
        if before != after:
            low, high = day, day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            changes.append(high * _SECOND)
            offsets.append(after)
    return np.array(changes, np.int64), np.array(offsets, np.int64)


# Messages


def _first(column: pa.ChunkedArray, rows: _Flags) -> tuple[int, str]:
    row = int(np.argmax(rows))
    return row, str(column[row].as_py())


def _say_unplaced(column: pa.ChunkedArray, name: str, unplaced: _Flags) -> str:
    row, value = _first(column, unplaced)
    return (
        f"column {name!r}: {unplaced.sum():,} of {len(column):,} rows state no time zone (first: row {row}, "
        f"{value!r}); pass timezone=..., such as 'Europe/Lisbon', or timezone='UTC' if it is that"
    )


def _say_unreadable(column: pa.ChunkedArray, name: str, there: _Flags, time_format: str | None) -> str:
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
