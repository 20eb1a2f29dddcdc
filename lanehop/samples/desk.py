"""The desk that is simulated: its departments, its hours, its customs, checked once.

One Lane Tech is an invented provider of telecom and IT services. Nobody in it exists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from lanehop.errors import ArgumentError

Schedule = Mapping[str, str | Sequence[str]]
"""Opening hours per weekday, local: ``{"mon": "07:00-12:00", "tue": ["08:00-12:00", "13:00-17:00"]}``."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Department(NamedTuple):
    """A department: what comes to it, how much of all that is, how long until it takes a ticket up."""

    name: str
    category: str
    share: float
    pickup_hours: float


HOUSE = (
    Department("Front Desk", "question", 0.30, 0.3),
    Department("Network", "connection", 0.16, 1.5),
    Department("Billing", "invoice", 0.14, 2.0),
    Department("Cloud", "hosting", 0.10, 2.0),
    Department("Identity", "login", 0.12, 1.0),
    Department("Devices", "device", 0.09, 2.5),
    Department("Field Service", "installation", 0.06, 5.0),
    Department("Vendor Desk", "partner service", 0.03, 6.0),
)
HOUSE_NAMES = tuple(d.name for d in HOUSE)
HOUSE_PAIRS = {("Network", "Cloud"): 0.4, ("Front Desk", "Billing"): 0.25}
HOUSE_HOURS: Schedule = {**dict.fromkeys(WEEKDAYS[:5], "07:00-21:00"), "sat": "08:00-16:00"}

# Every knob that is a share, with its largest value. Below 1 where 1 would let no case ever end.
SHARES = {
    "right_first": 1.0,
    "route_right": 1.0,
    "not_my_lane": 1.0,
    "linked": 1.0,
    "false_claims": 0.9,
    "reopening": 1.0,
    "close_under_target": 1.0,
    "silence": 1.0,
    "bots": 1.0,
    "bot_dropout": 1.0,
    "parallel": 1.0,
    "promises": 1.0,
    "surveys": 1.0,
    "survey_response": 1.0,
    "survey_decline": 1.0,
    "phrases": 1.0,
}
LARGEST_PING_PONG = 0.9


@dataclass(frozen=True)
class Desk:
    """All knobs of :func:`lanehop.samples.simulate`, which says what each means."""

    start: str
    days: int
    timezone: str
    schedule: Schedule | None
    departments: Sequence[str]
    customers: int | None
    right_first: float
    route_right: float
    not_my_lane: float
    linked: float
    false_claims: float
    reopening: float
    ping_pong: Mapping[tuple[str, str], float] | None
    close_under_target: float
    target: str
    silence: float
    bots: float
    bot_dropout: float
    parallel: float
    fix_time: str
    promises: float
    surveys: float
    survey_response: float
    survey_decline: float
    messages: bool
    phrases: float
    wrong_code_burst: int

    def __post_init__(self) -> None:
        problems = [
            f"{name} must lie between 0 and {most:g}, not {getattr(self, name)!r}"
            for name, most in SHARES.items()
            if not _is_number(getattr(self, name)) or not 0 <= getattr(self, name) <= most
        ]
        problems += [
            f"{name} must be a whole number of at least {least}, not {value!r}"
            for name, value, least in (
                ("days", self.days, 1),
                ("customers", 1 if self.customers is None else self.customers, 1),
                ("wrong_code_burst", self.wrong_code_burst, 0),
            )
            if isinstance(value, bool) or not isinstance(value, int) or value < least
        ]
        if len(set(self.departments)) != len(self.departments) or len(self.departments) < 2:
            problems.append(f"departments must be two or more different names, not {self.departments!r}")
        problems += self._wrong_pairs() + self._wrong_times()
        if problems:
            raise ArgumentError("this desk cannot be simulated: " + "; ".join(problems))

    def _wrong_pairs(self) -> list[str]:
        found, seen = [], set[str]()
        for pair, chance in (self.ping_pong or {}).items():
            if len(set(pair)) != 2 or not set(pair) <= set(self.departments):
                found.append(f"ping_pong: {pair!r} are not two departments")
            elif seen & set(pair):
                found.append(f"ping_pong: {min(seen & set(pair))!r} stands in two pairs")
            if not _is_number(chance) or not 0 <= chance <= LARGEST_PING_PONG:
                found.append(f"ping_pong must lie between 0 and {LARGEST_PING_PONG}, not {chance!r}")
            seen |= set(pair)
        return found

    def _wrong_times(self) -> list[str]:
        found = []
        for name in ("target", "fix_time"):
            value = getattr(self, name)
            try:
                if not isinstance(value, str) or not pd.Timedelta(value) >= pd.Timedelta("1min"):
                    raise ValueError
            except ValueError:
                found.append(f"{name} must be a text with its unit, of at least a minute, not {value!r}")
        try:
            dt.date.fromisoformat(self.start)
        except (TypeError, ValueError):
            found.append(f"start must be a date such as '2024-01-08', not {self.start!r}")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, TypeError, ValueError, OSError):
            found.append(f"unknown timezone {self.timezone!r} (an IANA name, such as 'Europe/Lisbon')")
        try:
            if not any(read_hours(self.schedule).values()):
                found.append("schedule: the desk is never open")
        except ValueError as error:
            found.append(f"schedule: {error}")
        return found

    @property
    def house(self) -> tuple[Department, ...]:
        """The departments; one that One Lane Tech does not know is an ordinary one."""
        known = {d.name: d for d in HOUSE}
        return tuple(known.get(x, Department(x, x.lower(), 0.1, 2.0)) for x in self.departments)

    @property
    def pairs(self) -> dict[tuple[int, int], float]:
        """The pairs that throw work back and forth, by number."""
        names = list(self.departments)
        said = HOUSE_PAIRS if self.ping_pong is None else self.ping_pong
        return {(names.index(a), names.index(b)): p for (a, b), p in said.items() if {a, b} <= set(names)}

    def count_customers(self, n_tickets: int) -> int:
        """How many customers there are: as said, or one for every three tickets, but some at least."""
        return max(20, n_tickets // 3) if self.customers is None else self.customers

    def seconds(self, name: str) -> float:
        """The duration of a knob, in seconds."""
        return pd.Timedelta(getattr(self, name)).total_seconds()


def read_hours(schedule: Schedule | None) -> dict[str, list[tuple[int, int]]]:
    """Return for each weekday its opening hours, in minutes after midnight; None is the house's own."""
    said = HOUSE_HOURS if schedule is None else schedule
    if not isinstance(said, Mapping):
        raise ValueError(f"must be a mapping of weekday to hours, not {said!r}")
    unknown = [day for day in said if day not in WEEKDAYS]
    if unknown:
        raise ValueError(f"unknown weekday {unknown[0]!r} (known: {', '.join(WEEKDAYS)})")
    read = {}
    for day in WEEKDAYS:
        spans = said.get(day, ())
        read[day] = [_span(x) for x in ((spans,) if isinstance(spans, str) else spans)]
        if any(a[1] > b[0] for a, b in zip(read[day], read[day][1:], strict=False)):
            raise ValueError(f"the hours of {day} overlap or are out of order")
    return read


def _span(text: str) -> tuple[int, int]:
    try:
        begin, end = (int(x[:2]) * 60 + int(x[3:]) for x in text.split("-") if x[2] == ":")
    except (ValueError, IndexError, AttributeError, TypeError):
        raise ValueError(f"{text!r} is not of the form '07:00-21:00'") from None
    if not 0 <= begin < end <= 24 * 60:
        raise ValueError(f"{text!r} is not a span of one day")
    return begin, end


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
