"""Stays: where a case was, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns, grouped
from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.episodes import find_episodes, held
from lanehop.lanes.line import Line, draw_line
from lanehop.lanes.parts import Tables, over_parts
from lanehop.log import CodedEvents, TicketLog
from lanehop.schema import returns
from lanehop.states import (
    BY_ASSIGNED,
    BY_END,
    BY_HANDOFF,
    BY_OTHER_TICKET,
    BY_UNASSIGNED,
    ENDINGS,
    FIRST_DONE,
    STILL_OPEN,
)

__all__ = ["find_stays"]


@dataclass(frozen=True, eq=False)
class Stays:
    """The stays of all cases as arrays; ``first`` gives each case's first stay."""

    line: Line
    first: Instants
    point: Instants
    """First point of each stay, and one more at the end."""
    case: Codes
    ticket: Codes
    department: Codes
    entered_at: Instants
    left_at: Instants

    @cached_property
    def number(self) -> Codes:
        """Number of each stay within its case."""
        return numbers(self.first)

    @cached_property
    def known(self) -> Chain:
        """The chain of known departments, equal neighbours merged."""
        return _merge(self)


@dataclass(frozen=True, eq=False)
class Chain:
    """The known departments that each case went through; ``first`` gives each case's first link."""

    first: Instants
    case: Codes
    department: Codes
    first_stay: Instants
    """First stay of each link (a merged run of stays), counted over all cases."""
    last_stay: Instants


def numbers(first: Instants) -> Codes:
    """Return the number of each element within its group."""
    n = np.diff(first)
    return np.arange(first[-1] if len(first) else 0, dtype=np.int64) - np.repeat(first[:-1], n)


def lay_stays(line: Line) -> Stays:
    """Cut the line of each case where the ticket or the department changes."""
    new = grouped.starts(len(line.time), line.first)
    new[1:] |= line.department[1:] != line.department[:-1]
    if line.ticket is not line.case:
        new[1:] |= line.ticket[1:] != line.ticket[:-1]
    point = np.flatnonzero(new)
    first = grouped.offsets(point, line.first)
    entered = line.time[point]
    left = np.empty_like(entered)
    left[:-1] = entered[1:]
    left[first[1:] - 1] = line.ended_at
    return Stays(
        line=line,
        first=first,
        point=np.append(point, len(line.time)),
        case=line.case[point],
        ticket=line.ticket[point],
        department=line.department[point],
        entered_at=entered,
        left_at=left,
    )


def draw_stays(log: TicketLog) -> Stays:
    """Draw the line of each case of a log, and cut it into stays."""
    now = held(log)
    return lay_stays(draw_line(log, now, find_episodes(log, now)))


def _merge(s: Stays) -> Chain:
    known = np.flatnonzero(s.department >= 0)
    department, case = s.department[known], s.case[known]
    new = np.ones(len(known), dtype=bool)
    new[1:] = (department[1:] != department[:-1]) | (case[1:] != case[:-1])
    link = np.flatnonzero(new)
    last = np.append(link[1:], len(known))[: len(link)] - 1
    first_stay = known[link]
    return Chain(
        first=grouped.offsets(first_stay, s.first),
        case=case[link],
        department=department[link],
        first_stay=first_stay,
        last_stay=known[last],
    )


def stay_table(s: Stays, e: CodedEvents) -> pd.DataFrame:
    """Return the table of stays."""
    line = s.line
    is_open = line.state < FIRST_DONE
    case = columns.text(Coded(s.case, line.cases))
    n_events = np.diff(s.point)
    if line.is_event is not None:
        n_events = grouped.total(line.is_event.astype(np.int64), s.point)
    return columns.table(
        "stays",
        {
            "case": case,
            "stay": columns.count(s.number),
            "ticket": case if line.ticket is line.case else columns.text(Coded(s.ticket, line.tickets)),
            "department": columns.category(Coded(s.department, line.departments)),
            "entered_at": columns.time(s.entered_at),
            "left_at": columns.time(s.left_at),
            "open_time": columns.length(grouped.total((line.until - line.time) * is_open, s.point)),
            **({} if line.calendar is None else {"business_open_time": _business_open_time(s)}),
            "n_events": columns.count(n_events),
            "n_agents": columns.count(_n_agents(s, e)),
            "ended_by": columns.word(_ended_by(s), ENDINGS),
            "observed": _observed(s),
        },
    )


def _business_open_time(s: Stays) -> Any:
    return columns.length(grouped.total(s.line.business * (s.line.state < FIRST_DONE), s.point))


def _n_agents(s: Stays, e: CodedEvents) -> Instants:
    if e.agent is None:
        return np.zeros(len(s.case), dtype=np.int64)
    return grouped.n_distinct(s.line.of_event(e.agent.codes), s.point, len(e.agent.names))


def _ended_by(s: Stays) -> Codes:
    ended = np.full(len(s.case), BY_HANDOFF, dtype=np.int8)
    after = np.append(s.department[1:], -1)
    ended[s.department < 0] = BY_ASSIGNED
    ended[after < 0] = BY_UNASSIGNED
    ended[:-1][s.ticket[1:] != s.ticket[:-1]] = BY_OTHER_TICKET
    ended[s.first[1:] - 1] = np.where(s.line.done, BY_END, STILL_OPEN)
    return ended


def _observed(s: Stays) -> Flags:
    observed = np.ones(len(s.case), dtype=bool)
    observed[s.first[1:] - 1] = s.line.done
    return observed


@returns("stays")
def find_stays(log: TicketLog) -> pd.DataFrame:
    """Find where each case was, from when to when.

    One row per maximal run of a case in one department and ticket.

    Returns
    -------
    DataFrame
        {columns}

    Notes
    -----
    - The stays of a case tile its life ``[opened_at, ended_at)``: each begins where the one before ends.
    - A missing department means what the dialect says: carried on, or unassigned.
    - A case that is done stays where it is until its last event; ``open_time`` leaves that out, so
      that an auto-close timer is nobody's dwell.
    - NOT counted: time after the last event of a case that is done then.

    Examples
    --------
    >>> import lanehop as lh
    >>> stays = lh.find_stays(lh.sample_log())
    >>> bool((stays.open_time <= stays.left_at - stays.entered_at).all())
    True

    See Also
    --------
    read_log : the step before. find_handoffs : the step after. plot_swimlanes : the picture.
    """
    return over_parts(log, _find)["stays"]


def _find(part: TicketLog) -> Tables:
    return {"stays": stay_table(draw_stays(part), part._coded)}
