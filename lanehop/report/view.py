"""View: what the sections of the report are written from, each thing computed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from lanehop.curves import charge_table, compare_clocks, outcome_curve
from lanehop.curves.comparison import ClockComparison
from lanehop.curves.drawing import Curves
from lanehop.lanes import Lanes
from lanehop.lanes.ranking import worst_first
from lanehop.report.legible import legible
from lanehop.schema import BUSINESS
from lanehop.wording import say_length

MOST_ROWS = 200
"""Rows of a table that the report shows at most."""


@dataclass(frozen=True)
class View:
    """A reconstructed log, and whether the names of agents and requesters may be shown."""

    lanes: Lanes
    names: bool

    @cached_property
    def says_states(self) -> bool:
        """Whether any event says a state: without one nothing can be said of closures, fixes or clocks."""
        return self.lanes.log._coded.state is not None

    @property
    def time(self) -> str:
        """The column that lengths are summed from: in business time where there are opening hours."""
        return "time" if self.lanes.calendar is None else f"{BUSINESS}time"

    @property
    def counted_in(self) -> str:
        """What is said behind lengths that are not in calendar time."""
        return "" if self.lanes.calendar is None else " in business time"

    @cached_property
    def closures(self) -> pd.DataFrame:
        """The closures that count: those along the line of a case."""
        return self.lanes._closures[~self.lanes._closures["parallel"]]

    @cached_property
    def unresolved(self) -> pd.DataFrame:
        """Those of them that were without resolution."""
        return self.closures[self.closures["verdict"] == "unresolved"]

    @cached_property
    def clocks(self) -> ClockComparison:
        """Both clocks, and where the time between them went."""
        return compare_clocks(self.lanes)

    @cached_property
    def clocks_apart(self) -> pd.DataFrame:
        """What both clocks come to, for the cases closed without resolution and for the others."""
        return compare_clocks(self.lanes, by="closed_unresolved").summary

    @cached_property
    def outcomes(self) -> Curves:
        """What has become of the cases, by age."""
        return outcome_curve(self.lanes)

    @cached_property
    def charged(self) -> pd.DataFrame:
        """Where all minutes went, by department."""
        return charge_table(self.lanes, by="department")

    @cached_property
    def worst(self) -> pd.DataFrame:
        """The cases, worst first."""
        return worst_first(self.lanes._cases)

    def without_people(self, columns: Iterable[str]) -> list[str]:
        """Return these columns, those that hold people's names only where names may be shown."""
        return [name for name in columns if self.names or name not in ("agent", "requester", "actor")]


def say(length: Any) -> str:
    """Say a length of time of a table."""
    return say_length(None if pd.isna(length) else in_us(length))


def brief(name: object) -> str:
    """Return a department's name as it may stand in a sentence."""
    return legible(str(name), 60)


def in_us(length: Any) -> int:
    """Return a length of time in microseconds."""
    return int(pd.Timedelta(length) // pd.Timedelta(microseconds=1))
