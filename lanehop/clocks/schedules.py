"""Weekly hours as people write them, read into minutes; all that is wrong with them is said at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

__all__ = ["DAYS", "Slot", "Week", "parse_week"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60

Slot = tuple[int, int]
"""Begin and end in minutes after the midnight before it; the end of an overnight slot is above 1440."""
Week = tuple[tuple[Slot, ...], ...]
"""The slots of each day, Monday first."""

_SLOT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]?\d|2[0-3]):([0-5]\d)|(24):(00))")


def parse_week(hours: Mapping[str, Sequence[str]], where: str, problems: list[str]) -> Week:
    """Read the slots of each day; what cannot be read is added to ``problems``."""
    week: list[list[Slot]] = [[] for _ in DAYS]
    named: dict[int, str] = {}
    for said, texts in hours.items():
        slots = [slot for text in texts if (slot := _parse_slot(text, f"{where}: {said}", problems))]
        for day in _parse_days(said, where, problems):
            if day in named:
                problems.append(f"{where}: {DAYS[day]} is named twice, in {named[day]!r} and {said!r}")
            else:
                named[day] = said
                week[day] = sorted(slots)
    problems += [f"{where}: {text}" for text in _overlaps(week)]
    return tuple(tuple(slots) for slots in week)


def _parse_days(said: str, where: str, problems: list[str]) -> list[int]:
    ends = [part.strip() for part in said.split("-")]
    unknown = [part for part in ends if part not in DAYS]
    if unknown or len(ends) > 2:
        problems.append(f"{where}: unknown day {said!r} (known: {', '.join(DAYS)}, and runs such as mon-fri)")
        return []
    first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
    return [(first + k) % 7 for k in range((last - first) % 7 + 1)]


def _parse_slot(text: str, where: str, problems: list[str]) -> Slot | None:
    match = _SLOT.fullmatch(text.strip())
    if match is None:
        problems.append(f"{where}: {text!r} is no slot (such as '09:00-17:00')")
        return None
    hour, minute, until_hour, until_minute = (int(x) for x in match.groups() if x is not None)
    start, end = hour * 60 + minute, until_hour * 60 + until_minute
    if start == end:
        problems.append(f"{where}: slot {text!r} is empty (a whole day is '00:00-24:00')")
        return None
    return start, end if end > start else end + MINUTES_A_DAY


def _overlaps(week: list[list[Slot]]) -> list[str]:
    """Name the slots that begin before another has ended, Sunday night running into Monday."""
    turns = [(day, slot) for day, slots in enumerate(week) for slot in slots]
    turns += [(day + 7, slot) for day, slot in turns[:1]]
    return [
        f"{_say(*one)} and {_say(*other)} overlap"
        for one, other in pairwise(turns)
        if other[0] * MINUTES_A_DAY + other[1][0] < one[0] * MINUTES_A_DAY + one[1][1]
    ]


def _say(day: int, slot: Slot) -> str:
    start, end = slot
    last = end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY
    return f"{DAYS[day % 7]} {start // 60:02}:{start % 60:02}-{last // 60:02}:{last % 60:02}"
