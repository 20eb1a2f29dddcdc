"""Calendar: when a desk is open, said once, in plain values that a file can hold."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop.clocks.schedules import Week, parse_week
from lanehop.errors import ArgumentError

__all__ = ["Calendar", "assign_calendars"]

HOLIDAY_YEARS = range(1970, 2101)
OTHERS = "*"
"""The key of the calendar of every department that is not named, and of none."""


@dataclass(frozen=True)
class Calendar:
    """When a desk is open: weekly hours in a time zone, without holidays.

    All arguments are plain values, so that a calendar may stand in a TOML file:
    ``Calendar(**tomllib.load(file))``.

    Parameters
    ----------
    hours : mapping of days to slots
        A day (``"sat"``) or a run of days (``"mon-fri"``), and its slots: ``"09:00-17:00"``, or a list
        of such. Days: ``mon, tue, wed, thu, fri, sat, sun``. A day that is not named is closed. A slot
        may end at ``"24:00"``; one that ends before it begins (``"22:00-06:00"``) runs overnight.
    timezone : str
        IANA name of the zone in which the hours are meant, such as ``"Europe/Lisbon"``.
    holidays : dates
        Days on which no slot begins: dates or ISO texts in any iterable, or an object of the
        ``holidays`` package, of which the years 1970 to 2100 are taken unless it was made with
        ``expand=False``.
    changes : mapping of dates to hours
        From each date on (an ISO text or a date) these hours hold instead. ``{}``: closed.

    Raises
    ------
    ArgumentError
        For an unknown day or zone, a day named twice, a slot that is empty, no slot, or overlaps
        another, a date that is none, and hours without any slot; all failures at once.

    Notes
    -----
    - An instant is open when the local clock then shows a time within a slot; a slot holds its
      beginning and not its end. What the clock skips is not open, and what it shows twice counts twice:
      a slot 01:00-05:00 has 3 hours in the night in which the clocks go forward at 01:00, and 5 in the
      one in which they go back to 01:00.
    - An overnight slot belongs to the day on which it begins. It runs on into a holiday, or into other
      hours, and does not begin on a holiday.

    Examples
    --------
    >>> from lanehop.clocks import Calendar
    >>> desk = Calendar(
    ...     hours={"mon-fri": "09:00-17:00", "sat": ["09:00-12:00", "13:00-15:00"]},
    ...     timezone="Europe/Lisbon",
    ...     holidays=["2024-12-25"],
    ...     changes={"2024-07-01": {"mon-fri": "08:00-20:00"}},
    ... )
    >>> dict(desk.hours)
    {'mon-fri': ('09:00-17:00',), 'sat': ('09:00-12:00', '13:00-15:00')}
    >>> Calendar({"mon-fri": "9-17"}, "Europe/Lissabon")
    Traceback (most recent call last):
    ...
    lanehop.errors.ArgumentError: this calendar cannot be used: hours: mon-fri: '9-17' is no slot (such as
    '09:00-17:00'); unknown timezone 'Europe/Lissabon' (an IANA name, such as 'Europe/Lisbon')

    See Also
    --------
    business_time : the open time between two instants.
    """

    # Wider than what is held: once made, slots are tuples, holidays sorted dates, changes sorted by date.
    hours: Mapping[str, Sequence[str]]
    timezone: str
    holidays: Collection[Any] = ()
    changes: Mapping[Any, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems: list[str] = []
        set_field = object.__setattr__
        set_field(self, "hours", _plain_hours(self.hours, "hours", problems))
        set_field(self, "holidays", _dates(self.holidays, problems))
        set_field(self, "changes", _plain_changes(self.changes, problems))
        weeks = [parse_week(self.hours, "hours", problems)]
        weeks += [parse_week(hours, f"changes.{day}", problems) for day, hours in self.changes.items()]
        if not problems and not any(slots for week in weeks for slots in week):
            problems.append("hours: there is no slot in them")
        if not _is_zone(self.timezone):
            problems.append(f"unknown timezone {self.timezone!r} (an IANA name, such as 'Europe/Lisbon')")
        if problems:
            raise ArgumentError("this calendar cannot be used: " + "; ".join(problems))

    # MappingProxyType is neither hashable nor picklable.
    def __hash__(self) -> int:
        changes = frozenset((day, frozenset(hours.items())) for day, hours in self.changes.items())
        return hash((frozenset(self.hours.items()), self.timezone, self.holidays, changes))

    def __reduce__(self) -> tuple[Any, ...]:
        changes = {day: dict(hours) for day, hours in self.changes.items()}
        return Calendar, (dict(self.hours), self.timezone, self.holidays, changes)

    def __repr__(self) -> str:
        said = [f"{_texts(self.hours)!r}", f"{self.timezone!r}"]
        if self.holidays:
            days = [str(day) for day in self.holidays]
            said.append("holidays=" + (f"{days!r}" if len(days) <= 3 else f"<{len(days)} dates>"))
        if self.changes:
            said.append(f"changes={ {day: _texts(hours) for day, hours in self.changes.items()}!r}")
        return f"Calendar({', '.join(said)})"

    @classmethod
    def always(cls) -> Calendar:
        """Return the calendar that is open 24 hours on 7 days: business time is calendar time.

        Examples
        --------
        >>> from lanehop.clocks import Calendar
        >>> Calendar.always()
        Calendar({'mon-sun': '00:00-24:00'}, 'UTC')
        """
        return cls({"mon-sun": "00:00-24:00"}, "UTC")

    def schedule(self) -> tuple[list[date], list[Week]]:
        """Return the dates of change, ascending, and the week that holds before, between and behind them."""
        ignored: list[str] = []
        weeks = [self.hours, *self.changes.values()]
        return [date.fromisoformat(day) for day in self.changes], [parse_week(x, "", ignored) for x in weeks]


def assign_calendars(
    calendar: Calendar | Mapping[str, Calendar], departments: Sequence[object]
) -> tuple[list[Calendar], npt.NDArray[np.int64]]:
    """Say which calendar holds for each department.

    Parameters
    ----------
    calendar : Calendar, or mapping of department to Calendar
        The key ``"*"`` stands for every department that is not named, and for none.
    departments : names
        Anything but a text is no department (None, NA).

    Returns
    -------
    calendars : list of Calendar
        Each once.
    which : int64
        For each department, its place in ``calendars``.

    Raises
    ------
    ArgumentError
        If the mapping is empty or holds anything but calendars, or departments have none.

    Examples
    --------
    >>> from lanehop.clocks.calendars import Calendar, assign_calendars
    >>> desk = Calendar({"mon-fri": "09:00-17:00"}, "Europe/Lisbon")
    >>> assign_calendars({"Desk": desk, "*": Calendar.always()}, ["Network", "Desk", None])[1]
    array([0, 1, 0])
    """
    said = {OTHERS: calendar} if isinstance(calendar, Calendar) else calendar
    if not isinstance(said, Mapping) or not said or not all(isinstance(x, Calendar) for x in said.values()):
        raise ArgumentError(f"calendar must be a Calendar, or a mapping of department to one, not {calendar!r}")
    found = [said.get(x if isinstance(x, str) else OTHERS, said.get(OTHERS)) for x in departments]
    without = [x for x, its in zip(departments, found, strict=True) if its is None]
    if without:
        first = repr(without[0]) if isinstance(without[0], str) else "no department"
        raise ArgumentError(
            f"calendar: {len(without):,} of {len(found):,} departments have none (first: {first}); "
            f"name them, or give the calendar of all others under {OTHERS!r}"
        )
    place: dict[Calendar, int] = {}
    which = [place.setdefault(its, len(place)) for its in found if its is not None]
    return list(place), np.array(which, dtype=np.int64)


def _plain_hours(hours: object, where: str, problems: list[str]) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(hours, Mapping):
        problems.append(f"{where} must be a table of days and slots, not {hours!r}")
        return MappingProxyType({})
    made: dict[str, tuple[str, ...]] = {}
    for days, slots in hours.items():
        if isinstance(slots, str):
            made[str(days)] = (slots,)
        elif isinstance(slots, Iterable):
            made[str(days)] = tuple(str(slot) for slot in slots)
        else:
            problems.append(f"{where}: {days}: {slots!r} is no slot (such as '09:00-17:00')")
    return MappingProxyType(made)


def _plain_changes(changes: object, problems: list[str]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if not isinstance(changes, Mapping):
        problems.append(f"changes must be a table of dates and hours, not {changes!r}")
        return MappingProxyType({})
    made: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for said, hours in changes.items():
        day = _date(said)
        if day is None:
            problems.append(f"changes: {said!r} is no date (such as '2024-07-01')")
        elif day.isoformat() in made:
            problems.append(f"changes: {day} is given twice")
        else:
            made[day.isoformat()] = _plain_hours(hours, f"changes.{day}", problems)
    return MappingProxyType(dict(sorted(made.items())))


def _dates(holidays: object, problems: list[str]) -> tuple[date, ...]:
    if isinstance(holidays, str) or not isinstance(holidays, Iterable):
        problems.append(f"holidays must be dates, not {holidays!r}")
        return ()
    if isinstance(holidays, dict) and getattr(holidays, "expand", False):
        # An object of the holidays package holds a year only once it was asked for a day of it.
        holidays = copy.copy(holidays)
        for year in HOLIDAY_YEARS:
            date(year, 1, 1) in holidays  # noqa: B015
    said = list(holidays)
    days = [_date(x) for x in said]
    wrong = [x for x, day in zip(said, days, strict=True) if day is None]
    if wrong:
        problems.append(f"holidays: {len(wrong)} of {len(said)} are no dates (first: {wrong[0]!r})")
    return tuple(sorted({day for day in days if day is not None}))


def _date(said: object) -> date | None:
    if isinstance(said, np.datetime64):
        said = said.astype("datetime64[D]").item()
    if isinstance(said, datetime):
        return None if pd.isna(said) else said.date()
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _is_zone(name: object) -> bool:
    try:
        return isinstance(name, str) and bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):
        return False


def _texts(hours: Mapping[str, Sequence[str]]) -> dict[str, str | list[str]]:
    return {days: slots[0] if len(slots) == 1 else list(slots) for days, slots in hours.items()}
