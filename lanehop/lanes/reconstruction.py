"""Reconstruction: all tables of the ladder at once, computed once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lanehop.clocks.durations import Duration, duration_us
from lanehop.glance import glance
from lanehop.lanes.business import Calendars
from lanehop.lanes.cases import case_table
from lanehop.lanes.charges import charge_table
from lanehop.lanes.closures import closure_table, judge
from lanehop.lanes.handoffs import handoff_table, lay_handoffs
from lanehop.lanes.loops import lay_loops, loop_table
from lanehop.lanes.parts import Tables, over_parts
from lanehop.lanes.stays import lay_stays, stay_table
from lanehop.log import TicketLog
from lanehop.states import OUTCOMES
from lanehop.wording import say_n, say_share

__all__ = ["Lanes", "reconstruct"]


@dataclass(frozen=True, eq=False, repr=False)
class Lanes:
    """What happened to each case of a log, and was it fixed: the tables of the ladder, frozen.

    Made by :func:`reconstruct`. Its frames may be edited freely: each access gives a copy (which costs
    nothing until it is edited).

    Attributes
    ----------
    cases, stays, handoffs, loops, closures, charges : DataFrame
        The tables; ``schema.describe("stays")`` tells their columns and what holds of them.
    log : TicketLog
        The log that they came from.
    hold : Timedelta
        How long a claimed fix had to be watched.
    calendar : Calendar, mapping or None
        Opening hours, where business time was asked for.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> len(lanes.cases) == len(lanes.log.tickets)
    True
    """

    log: TicketLog
    hold: pd.Timedelta
    calendar: Calendars | None
    _cases: pd.DataFrame
    _stays: pd.DataFrame
    _handoffs: pd.DataFrame
    _loops: pd.DataFrame
    _closures: pd.DataFrame
    _charges: pd.DataFrame

    @property
    def cases(self) -> pd.DataFrame:
        """One row per case."""
        return self._cases.copy(deep=False)

    @property
    def stays(self) -> pd.DataFrame:
        """One row per run of a case in one department."""
        return self._stays.copy(deep=False)

    @property
    def handoffs(self) -> pd.DataFrame:
        """One row per move to another department."""
        return self._handoffs.copy(deep=False)

    @property
    def loops(self) -> pd.DataFrame:
        """One row per return to a department already left."""
        return self._loops.copy(deep=False)

    @property
    def closures(self) -> pd.DataFrame:
        """One row per time the desk declared a ticket done."""
        return self._closures.copy(deep=False)

    @property
    def charges(self) -> pd.DataFrame:
        """One row per case, department and state with time in it."""
        return self._charges.copy(deep=False)

    def __repr__(self) -> str:
        return (
            f"Lanes({len(self._cases):,} cases, {len(self._stays):,} stays, {len(self._handoffs):,} handoffs, "
            f"{len(self._loops):,} loops, {len(self._closures):,} closures, "
            f"as of {self.log.as_of:%Y-%m-%d %H:%M} UTC, hold {self.hold})"
        )

    def _repr_html_(self) -> str:
        cases, closures = self._cases, self._closures[~self._closures["parallel"]]
        outcomes = cases["outcome"].value_counts()
        n_bad = int((closures["verdict"] == "unresolved").sum())
        lines = [
            ("cases", f"{len(cases):,}: " + ", ".join(f"{outcomes[name]:,} {name}" for name in OUTCOMES)),
            ("closed without resolution", f"{say_share(int(cases['closed_unresolved'].sum()), len(cases))} cases"),
            ("closures without resolution", say_share(n_bad, len(closures))),
            ("handoffs", f"{len(self._handoffs):,} in {say_n(int((cases['n_handoffs'] > 0).sum()), 'case')}"),
            ("loops", f"{len(self._loops):,} in {say_n(int((cases['n_loops'] > 0).sum()), 'case')}"),
            ("as of, hold", f"{self.log.as_of:%Y-%m-%d %H:%M} UTC, {self.hold / pd.Timedelta(days=1):g} days"),
            ("counted in", "calendar time" + ("" if self.calendar is None else ", and business time beside it")),
        ]
        return glance("Lanes", lines)


def reconstruct(log: TicketLog, *, hold: Duration = "14D", calendar: Calendars | None = None) -> Lanes:
    """Reconstruct what happened to each case of a log, and whether it was fixed.

    Parameters
    ----------
    hold : duration
        How long a claimed fix must be watched without the ticket being opened again before it counts
        as fixed. Two weeks by default, as most reopenings come sooner; always calendar time.
    calendar : Calendar, or mapping of department to Calendar
        Opening hours. Given, each length ``x`` gets a neighbour ``business_x`` in business time; the key
        ``"*"`` of a mapping serves all departments that it does not name, and time in none.

    Returns
    -------
    Lanes
        The tables ``cases, stays, handoffs, loops, closures, charges``.

    Raises
    ------
    ArgumentError
        If ``hold`` is a bare number or no duration, or a department has no calendar.

    Notes
    -----
    - The same tables as of :func:`find_stays`, :func:`find_handoffs`, :func:`find_loops`,
      :func:`find_closures`, :func:`charge_time` and :func:`describe_cases`, computed once.
    - A length in business time is the sum over its stays, each by its own department's calendar; 24/7 is
      calendar time, exactly.
    - "Now" is ``log.as_of``; the clock is never read.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log(), hold="14D")
    >>> lanes.hold
    Timedelta('14 days 00:00:00')

    See Also
    --------
    read_log : the step before. count_handoffs, count_loops, flag_unresolved : the steps after.
    """
    hold_us = duration_us(hold, "hold")

    def all_tables(part: TicketLog) -> Tables:
        now, line, c = judge(part, hold_us, calendar)
        s = lay_stays(line)
        h = lay_handoffs(s)
        loops = lay_loops(h)
        return {
            "_cases": case_table(part, now, s, h, loops, c),
            "_stays": stay_table(s, part._coded),
            "_handoffs": handoff_table(s, h, part._coded),
            "_loops": loop_table(s, loops),
            "_closures": closure_table(part, now, line, c),
            "_charges": charge_table(line, now, c),
        }

    return Lanes(log=log, hold=pd.Timedelta(hold_us, unit="us"), calendar=calendar, **over_parts(log, all_tables))
