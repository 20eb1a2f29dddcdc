"""Texts as times: ISO 8601, or along a format; by array operations on their letters where that can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.errors import DialectError
from lanehop.read.time_range import BLOCK, DAY, SECOND, Flags, Ints

Kinds = npt.NDArray[np.int8]
Bytes = npt.NDArray[np.uint8]
_Reader = Callable[[pa.Array], tuple[Ints, Kinds]]

NO_TIME, NAIVE, AWARE = range(3)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 64
"""Letters beyond which a text is no time."""


def read_texts(column: pa.ChunkedArray, time_format: str | None) -> tuple[Ints, Kinds, Flags]:
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
    found: tuple[Ints, Kinds, Flags] | None = None
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


def _read_each(column: pa.ChunkedArray, read: _Reader) -> tuple[Ints, Kinds, Flags]:
    """Read each text, in blocks; only what cannot be read as it stands is looked at for white space."""
    us, kinds = np.zeros(len(column), np.int64), np.zeros(len(column), np.int8)
    missing = np.zeros(len(column), bool)
    start = 0
    for chunk in column.chunks:
        for at in range(0, len(chunk), BLOCK):
            texts = chunk.slice(at, BLOCK)
            rows = slice(start, start := start + len(texts))
            us[rows], kinds[rows] = read(texts)
            if texts.null_count:
                missing[rows] = texts.is_null().to_numpy(zero_copy_only=False)
            left = np.flatnonzero((kinds[rows] == NO_TIME) & ~missing[rows])
            if len(left):
                trimmed = pc.utf8_trim_whitespace(texts.take(pa.array(left)))
                left += rows.start
                us[left], kinds[left] = read(trimmed)
                missing[left] = pc.equal(trimmed, "").to_numpy(zero_copy_only=False)
    return us, kinds, missing


def _by_length(texts: pa.Array) -> Iterator[tuple[npt.NDArray[np.intp], Bytes]]:
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


def _count_from_fields(fields: dict[str, Ints], good: Flags, *, late_midnight: bool) -> tuple[Ints, Flags]:
    """Return microseconds since 1970 of calendar fields, and which of them make a time.

    ``late_midnight``: 24:00 is a time, the next day's beginning.
    """
    year, month, day, hour = fields["Y"], fields["m"], fields["d"], fields["H"]
    good = good & (year >= 1) & (month >= 1) & (month <= 12)
    index = np.where(good, year * 12 + month - 13, 0)
    starts = _month_starts()
    first = starts[index]
    good &= (day >= 1) & (day <= starts[index + 1] - first)
    rest = (fields["M"] * 60 + fields["S"]) * SECOND + fields["f"]
    latest = (hour < 24) | ((hour == 24) & (rest == 0)) if late_midnight else hour < 24
    good &= latest & (fields["M"] < 60) & (fields["S"] < 60)
    return (first + day - 1) * DAY + hour * (3600 * SECOND) + rest, good


@lru_cache(maxsize=1)
def _month_starts() -> Ints:
    """Return the first day of each month from year 1 to the first after year 9999, in days since 1970."""
    return np.arange("0001-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)


def _read_iso(texts: pa.Array) -> tuple[Ints, Kinds]:
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
            kinds[rows[here]] = good * (AWARE if width else NAIVE)
    return us, kinds


_ISO_FIELDS = {"Y": (0, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19)}
_ISO_MARKS = {4: "-", 7: "-", 10: "T ", 13: ":", 16: ":", 19: ".,"}


def _read_iso_local(letters: Bytes) -> tuple[Ints, Flags]:
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


def _read_iso_offset(letters: Bytes) -> tuple[Ints, Flags]:
    """Return the offset that ``+hh``, ``+hhmm`` or ``+hh:mm`` states, in microseconds."""
    good = np.ones(letters.shape[1], bool)
    if len(letters) == 6:
        good &= letters[3] == ord(":")
    digits = letters - np.uint8(48)
    hours = _number(digits[1:3], good)
    minutes = _number(digits[4 if len(letters) == 6 else 3 :], good)
    good &= (hours < 24) & (minutes < 60)
    sign = np.where(letters[0] == ord("-"), -1, 1)
    return sign * (hours * 60 + minutes) * (60 * SECOND), good


def _number(digits: Bytes, good: Flags, most: int = 4) -> Ints:
    """Return the number that the first ``most`` digits make; ``good`` is cleared where one is none."""
    value = np.zeros(digits.shape[1], np.int32)
    for at, digit in enumerate(digits):
        good &= digit <= 9
        if at < most:
            value = value * np.int32(10) + digit
    return value.astype(np.int64)


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


def _read_numeric(texts: pa.Array, tokens: list[tuple[str, int, int]]) -> tuple[Ints, Kinds]:
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
        kinds[rows] = good * NAIVE
    return us, kinds


def _read_strptime(texts: pa.Array, time_format: str) -> tuple[Ints, Kinds]:
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
        kinds[row] = NAIVE if time.tzinfo is None else AWARE
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
        us[row] = (time - _EPOCH) // timedelta(microseconds=1)
    return us, kinds
