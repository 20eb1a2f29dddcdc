"""Time guesses: how the times of a column are written, proved from all of its values or left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.errors import DialectError
from lanehop.read.times import Times, read_times

_SAMPLE = 400
_MOST_FORMATS = 12
_ENOUGH = 0.5
"""Share of rows that must be times for a column to be one of times."""

_PATTERN = re.compile(
    r"(?:(?P<weekday>[A-Za-z]{3}|[A-Za-z]+day)(?P<comma>,?\s+))?"
    r"(?:(?P<a>\d{1,4})(?P<s1>[./\-])(?P<b>\d{1,2})(?P<s2>[./\-])(?P<c>\d{4}|\d{1,2})(?P<dot>\.?)"
    r"|(?P<nd>\d{1,2})(?P<n1>\.? |[-/.])(?P<name>[A-Za-z]{3,9})(?P<n2>[., /-]+)(?P<ny>\d{4}|\d{2})"
    r"|(?P<mname>[A-Za-z]{3,9})(?P<m1>\.? )(?P<md>\d{1,2})(?P<m2>,? )(?P<my>\d{4})"
    r"|(?P<compact>(?:19|20)\d{6}))"
    r"(?:(?P<gap>T|,?\s+(?:(?:um|at|kl|-)\s+)?|_)?(?P<hour>\d{1,2})(?P<h1>[:.h]?)(?P<minute>\d{2})"
    r"(?:(?P<h2>[:.]?)(?P<second>\d{2})(?:(?P<point>[.,])(?P<fraction>\d+))?)?(?P<uhr>\s(?:Uhr|h))?"
    r"(?P<half>\s?[AaPp][Mm])?)?"
    r"(?P<zone>\s?(?:Z|[+-]\d{2}:?\d{2})|\s(?:UTC|GMT))?"
)


@dataclass(frozen=True)
class Writing:
    """One way to read the values of a column.

    ``time_format`` None: ISO 8601. ``fits``: for each distinct value, whether it is a time so.
    ``n``: rows that are. ``n_naive``: rows among them that state no zone.
    """

    time_format: str | None
    fits: npt.NDArray[np.bool_]
    n: int
    n_naive: int
    first: str
    last: str
    in_utc: bool = False


@dataclass(frozen=True)
class TimeLook:
    """How the times of a column may be written, the best way first.

    Attributes
    ----------
    n : int
        Rows that hold something.
    writings : list of Writing
        None: the column holds no times. Those that read equally many rows are told apart by nothing here.
    typed : bool
        Whether the source holds instants, not texts.
    turned : str
        Why the order of day and month is in doubt though all values fit one; empty if it is not.
    """

    n: int
    writings: list[Writing] = field(default_factory=list)
    typed: bool = False
    turned: str = ""

    @property
    def best(self) -> Writing:
        """The first of the ways that read most rows."""
        return self.writings[0]

    @property
    def rivals(self) -> list[Writing]:
        """The ways that no value rules out: the best, and those that are as good or read what it does not."""
        best = self.best
        others = [w for w in self.writings[1:] if swapped(best.time_format, w.time_format)]
        return [best, *[w for w in others if w.n == best.n or (w.fits & ~best.fits).any()]]


def look_at_times(texts: pa.Array, counts: npt.NDArray[np.int64]) -> TimeLook:
    """Find how the texts of a column are written, if they are times.

    Parameters
    ----------
    texts : Arrow texts
        The distinct values, none missing.
    counts : array of int64
        Rows of each.

    Returns
    -------
    TimeLook

    Notes
    -----
    - Formats come from the shape of up to 400 values, and are then tried on all.
    - 2024-05-03 is ISO 8601: year, month, day. Every other order is proved by a value over 12, or open.
    """
    total = int(counts.sum())
    if not len(texts):
        return TimeLook(0)
    sample = texts.take(pa.array(np.unique(np.linspace(0, len(texts) - 1, _SAMPLE).astype(np.int64)))).to_pylist()
    shapes: dict[str, int] = {}
    n_shaped = 0
    for text in sample:
        found = list(_formats(text))
        n_shaped += bool(found)
        for made in found:
            shapes[made] = shapes.get(made, 0) + 1
    if n_shaped < _ENOUGH * len(sample):
        return TimeLook(total)
    formats: list[str | None] = [None, *sorted(shapes, key=lambda f: -shapes[f])[:_MOST_FORMATS]]
    writings = sorted((_try(texts, counts, f) for f in formats), key=lambda w: -w.n)
    if writings[0].n < _ENOUGH * total:
        return TimeLook(total)
    look = TimeLook(total, writings)
    return TimeLook(total, writings, turned=_turned(texts, look))


def look_at_instants(times: Times) -> TimeLook:
    """Return the look of a column that holds instants."""
    has = times.ok | times.out_of_range
    n = int(has.sum())
    if not n:
        return TimeLook(0)
    naive = 0 if times.naive is None else int((times.naive & has).sum())
    shown = times.us[times.ok].view("M8[us]").astype("M8[s]")
    ends = (str(shown.min()), str(shown.max())) if len(shown) else ("", "")
    return TimeLook(n, [Writing(None, has, n, naive, *ends)], typed=True)


def _try(texts: pa.Array, counts: npt.NDArray[np.int64], time_format: str | None) -> Writing:
    try:
        times = read_times(texts, "", time_format=time_format, timezone="UTC", order=None)
    except DialectError:
        # None of the texts is such a time.
        return Writing(time_format, np.zeros(len(texts), bool), 0, 0, "", "")
    fits = times.ok | times.out_of_range
    naive = 0 if times.naive is None else int(counts[times.naive & fits].sum())
    shown = times.us[times.ok].view("M8[us]").astype("M8[D]")
    ends = (str(shown.min()), str(shown.max())) if len(shown) else ("", "")
    in_utc = time_format is not None and time_format.endswith((" UTC", " GMT", "Z"))
    return Writing(time_format, fits, int(counts[fits].sum()), naive, *ends, in_utc=in_utc)


def _formats(text: str) -> Iterator[str]:
    """Yield the formats that the shape of a text allows."""
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        return
    p = {key: value or "" for key, value in found.groupdict().items()}
    start = ""
    if p["weekday"]:
        start = ("%a" if len(p["weekday"]) == 3 else "%A") + p["comma"]
    clock = ""
    if p["hour"]:
        parts = p["gap"], "%I" if p["half"] else "%H", p["h1"], "%M", p["h2"] if p["second"] else ""
        clock = "".join(parts) + ("%S" if p["second"] else "") + (p["point"] + "%f" if p["fraction"] else "")
        clock += p["uhr"] + (p["half"][:-2] + "%p" if p["half"] else "")
    zone = p["zone"].strip()
    if zone:
        clock += p["zone"].removesuffix(zone) + (zone if zone in ("UTC", "GMT", "Z") else "%z")
    for date in _dates(p):
        yield start + date + clock


def _dates(p: dict[str, str]) -> Iterator[str]:
    if p["compact"]:
        yield "%Y%m%d"
    elif p["name"]:
        yield f"%d{p['n1']}{_month(p['name'])}{p['n2']}{_year(p['ny'])}"
    elif p["mname"]:
        yield f"{_month(p['mname'])}{p['m1']}%d{p['m2']}%Y"
    else:
        wide = len(p["a"]), len(p["b"]), len(p["c"])
        orders = ["Ymd"] if wide[0] == 4 else ["dmY", "mdY"] if wide[2] == 4 else ["dmy", "mdy", "ymd"]
        if 3 not in wide:
            for order in orders:
                yield f"%{order[0]}{p['s1']}%{order[1]}{p['s2']}%{order[2]}{p['dot']}"


def _month(name: str) -> str:
    return "%b" if len(name) == 3 else "%B"


def _year(digits: str) -> str:
    return "%Y" if len(digits) == 4 else "%y"


def swapped(one: str | None, other: str | None) -> bool:
    """Tell whether two formats differ in the order of day, month and year alone."""
    if one is None or other is None:
        return False
    return one != other and re.sub("%[dmyY]", "%#", one) == re.sub("%[dmyY]", "%#", other)


def _turned(texts: pa.Array, look: TimeLook) -> str:
    """Say whether the values that prove the order are written in another manner than those that do not.

    A spreadsheet that reads a day-first file month-first turns each date that it can read, and leaves the
    others as texts: what is left seems to prove day-first, while most dates are turned.
    """
    rivals = [w for w in look.writings[1:] if swapped(look.best.time_format, w.time_format)]
    if not rivals:
        return ""
    either = look.best.fits & np.logical_or.reduce([w.fits for w in rivals])
    proving = look.best.fits & ~either
    if not either.any() or not proving.any():
        return ""
    one, two = _manners(texts.filter(pa.array(proving))), _manners(texts.filter(pa.array(either)))
    if not any(a.isdisjoint(b) and a and b for a, b in zip(one, two, strict=True)):
        return ""
    return (
        f"the {int(proving.sum()):,} different values that prove the order are written in another manner than the "
        f"other {int(either.sum()):,}, as where a spreadsheet has turned the dates that it could read"
    )


def _manners(texts: pa.Array) -> tuple[set[str], set[str]]:
    """Return how small numbers of the date, and what follows the date, are written."""
    heads = pc.extract_regex(texts, r"^(?P<one>\d{1,2})\D(?P<two>\d{1,2})")
    small: set[str] = set()
    for part in ("one", "two"):
        values = pc.struct_field(heads, part)
        for manner, pattern in (("padded", "^0"), ("bare", "^[1-9]$")):
            if pc.any(pc.match_substring_regex(values, pattern)).as_py():
                small.add(manner)
    tails = pc.replace_substring_regex(texts, r"^\d{1,2}(\D)\d{1,2}(\D\d+)", r"\1\2")
    return small, set(pc.unique(pc.replace_substring_regex(tails, r"\d+", "9")).to_pylist())
