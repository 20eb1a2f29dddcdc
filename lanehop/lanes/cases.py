"""Cases: what happened to each, on one row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns, grouped
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, Coded, Codes, Flags, Instants, microseconds
from lanehop.episodes import Held
from lanehop.lanes.business import TicketHours
from lanehop.lanes.closures import Closures, judge
from lanehop.lanes.handoffs import Handoffs, lay_handoffs
from lanehop.lanes.line import chain_names
from lanehop.lanes.loops import Loops, alternations, lay_loops, time_in_loops
from lanehop.lanes.parts import Tables, over_parts
from lanehop.lanes.stays import Stays, lay_stays
from lanehop.log import CodedEvents, TicketLog
from lanehop.schema import returns
from lanehop.states import FIRST_DONE, OUTCOMES, REASONS, VERDICT_FIXED, VERDICT_UNRESOLVED

__all__ = ["describe_cases"]


def case_table(log: TicketLog, now: Held, s: Stays, h: Handoffs, loops: Loops, c: Closures) -> pd.DataFrame:
    """Return the table of cases."""
    e: CodedEvents = log._coded
    line, chain = s.line, s.known
    n = len(line.cases)
    followed, first = line.followed, line.followed_first
    closed = np.diff(first) > 0
    done_at, verdict = e.time[c.episodes.begin][followed], c.verdict[followed]
    first_done = _at(done_at, first[:-1], closed)
    last_done = _at(done_at, first[1:] - 1, closed)
    last_verdict = _at(verdict, first[1:] - 1, closed, -1)
    # OUTCOMES are "open" and then the verdicts; a case that is done was closed.
    outcome = np.where(line.done, last_verdict + 1, 0).astype(np.int8)
    unresolved = verdict == VERDICT_UNRESOLVED
    n_unresolved = _count(unresolved, first)
    is_fixed = outcome == 1 + VERDICT_FIXED
    fixed_at, fix_department, fix_stay_time = _fixes(s, e, c, is_fixed)
    visits = np.diff(chain.first)
    named = visits > 0
    ping_pongs = loops.length == 1
    return columns.table(
        "cases",
        {
            "case": columns.text_array(line.cases),
            "opened_at": columns.time(line.opened_at),
            "ended_at": columns.time(line.ended_at),
            "first_done_at": columns.time(first_done),
            "last_done_at": columns.time(last_done),
            "done_at": columns.time(np.where(line.done, last_done, MISSING)),
            "fixed_at": columns.time(fixed_at),
            "outcome": columns.word(outcome, OUTCOMES),
            "time_to_close": columns.length(_since(first_done, line.opened_at)),
            "time_to_fix": columns.length(_since(fixed_at, line.opened_at)),
            "fix_observed": is_fixed,
            "n_events": columns.count(np.diff(e.first_of_case)),
            "n_tickets": columns.count(np.ones(n) if e.first_ticket is None else np.diff(e.first_ticket)),
            "overlap": columns.length(np.zeros(n, dtype=np.int64) if line.overlap is None else line.overlap),
            "n_departments": columns.count(visits - np.diff(loops.first)),
            "n_handoffs": columns.count(np.diff(h.first)),
            "n_loops": columns.count(np.diff(loops.first)),
            "n_ping_pongs": columns.count(_count(ping_pongs, loops.first)),
            "max_alternations": columns.count(alternations(s, loops)),
            "n_closures": columns.count(np.diff(first)),
            "n_unresolved": columns.count(n_unresolved),
            "n_reopens": columns.count(_count(c.episodes.reopened[followed], first)),
            "time_in_loops": columns.length(time_in_loops(s, loops, s.left_at - s.entered_at)),
            "first_department": columns.category(_named(s, _at(chain.department, chain.first[:-1], named, -1))),
            "last_department": columns.category(_named(s, _at(chain.department, chain.first[1:] - 1, named, -1))),
            "fix_department": columns.category(_named(s, fix_department)),
            "fix_stay_time": columns.length(fix_stay_time),
            "chain": _chains(s, named),
            "closed_unresolved": n_unresolved > 0,
            "reason": columns.word(_first_reason(c.reason[followed], unresolved, first), REASONS),
            **_business(log, now, s, loops, c, is_fixed),
            **_about_first_ticket(log),
        },
    )


def _at(values: Codes, position: Instants, there: Flags, fill: int = MISSING) -> Codes:
    """Return the value at each case's position, ``fill`` for cases that have none."""
    found = np.full(len(position), fill, dtype=values.dtype)
    found[there] = values[position[there]]
    return found


def _since(at: Instants, opened_at: Instants) -> Instants:
    return np.where(at == MISSING, MISSING, at - opened_at)


def _count(flags: Flags, first: Instants) -> Instants:
    """Count the flags of each group; groups may be empty."""
    return np.diff(np.append(0, np.cumsum(flags))[first])


def _fixes(s: Stays, e: CodedEvents, c: Closures, fixed: Flags) -> tuple[Instants, Codes, Instants]:
    """Return when and where each fixed case was fixed, and how long it had been there then."""
    line = s.line
    claim, stay, since = _fixing(s, e, c, fixed)
    n = len(fixed)
    at, department, stay_time = np.full(n, MISSING), np.full(n, -1), np.full(n, MISSING)
    at[fixed] = line.time[claim]
    department[fixed] = s.department[stay]
    stay_time[fixed] = line.time[claim] - line.time[since]
    return at, department, stay_time


def _fixing(s: Stays, e: CodedEvents, c: Closures, fixed: Flags) -> tuple[Instants, Instants, Instants]:
    """Return for each fixed case the point of its claim, the stay of that, and the point it counts from."""
    line = s.line
    last = line.followed[line.followed_first[1:][fixed] - 1]
    claim = line.point(c.claim[last])
    stay = np.searchsorted(s.point, claim, side="right") - 1
    since = s.point[stay]
    opened = c.episodes.opened[last]
    reopened = opened > e.first[:-1][c.episodes.ticket[last]]
    since[reopened] = np.maximum(since[reopened], line.point(opened[reopened]))
    return claim, stay, since


def _business(log: TicketLog, now: Held, s: Stays, loops: Loops, c: Closures, fixed: Flags) -> dict[str, Any]:
    """Return the lengths of cases in business time: along its line, what its stays add up to."""
    line, e = s.line, log._coded
    if line.calendar is None:
        return {}
    so_far = line.business_so_far
    n = len(line.cases)
    begin = line.first[:-1]
    to_close, to_fix, stay_time = np.full(n, MISSING), np.full(n, MISSING), np.full(n, MISSING)
    closed = np.diff(line.followed_first) > 0
    first_done = line.point(c.episodes.begin[line.followed[line.followed_first[:-1][closed]]])
    to_close[closed] = so_far[first_done] - so_far[begin[closed]]
    claim, _, since = _fixing(s, e, c, fixed)
    to_fix[fixed] = so_far[claim] - so_far[begin[fixed]]
    stay_time[fixed] = so_far[claim] - so_far[since]
    overlap = np.zeros(n, dtype=np.int64)
    if line.overlap is not None:
        hours = TicketHours(e, now, line.calendar, microseconds(log.as_of))
        overlap = hours.open_per_case() - grouped.total(line.business * (line.state < FIRST_DONE), line.first)
    return {
        "business_time_to_close": columns.length(to_close),
        "business_time_to_fix": columns.length(to_fix),
        "business_overlap": columns.length(overlap),
        "business_time_in_loops": columns.length(time_in_loops(s, loops, grouped.total(line.business, s.point))),
        "business_fix_stay_time": columns.length(stay_time),
    }


def _about_first_ticket(log: TicketLog) -> dict[str, Any]:
    first_ticket = log._coded.first_ticket
    if first_ticket is None:
        return {name: values.copy() for name, values in log._about.items()}  # a frame may be edited
    return {name: values.take(first_ticket[:-1]) for name, values in log._about.items()}


def _named(s: Stays, department: Codes) -> Coded:
    return Coded(department, s.line.departments)


def _chains(s: Stays, named: Flags) -> pd.api.extensions.ExtensionArray:
    chains = chain_names(s.known.department, s.known.first, s.line.departments)
    # A case that was never in a known department has no chain, not an empty one.
    return columns.text(Coded(np.where(named, np.arange(len(named)), -1), chains))


def _first_reason(reason: Codes, unresolved: Flags, first: Instants) -> Codes:
    position, there = grouped.next_in(np.flatnonzero(unresolved), first[:-1], first[1:])
    return _at(reason, position, there, -1)


@returns("cases")
def describe_cases(log: TicketLog, *, hold: Duration = "14D") -> pd.DataFrame:
    """Describe what happened to each case, on one row.

    Parameters
    ----------
    hold : duration
        As in :func:`find_closures`.

    Returns
    -------
    DataFrame
        {columns}

        Then the ticket columns of the log (``requester``, ``category``, ... and those that the dialect
        keeps), as first said.

    Raises
    ------
    ArgumentError
        If ``hold`` is a bare number or no duration.

    Notes
    -----
    - time-to-close runs to the *first* time the desk declared the case done: what a dashboard that
      pays for fast closing sees. ``last_done_at`` is what Zendesk calls full resolution.
    - time-to-real-fix runs to the claim that held. It is NA unless the case is proven fixed: an average
      over the rest flatters, so take it from a Kaplan-Meier curve.
    - Three counts that must not be mixed: cases closed without resolution (``closed_unresolved``),
      cases that ended without resolution (``outcome``), closures without resolution (``n_unresolved``).
    - ``n_departments`` counts different departments; Zendesk's ``group_stations`` may count visits.

    Examples
    --------
    >>> import lanehop as lh
    >>> cases = lh.describe_cases(lh.sample_log())
    >>> bool((cases.outcome == "fixed").sum() == cases.time_to_fix.notna().sum())
    True

    See Also
    --------
    find_loops, find_closures : the steps before. walk : one case as the customer lived it.
    """
    hold_us = duration_us(hold, "hold")

    def describe(part: TicketLog) -> Tables:
        now, line, c = judge(part, hold_us)
        s = lay_stays(line)
        h = lay_handoffs(s)
        return {"cases": case_table(part, now, s, h, lay_loops(h), c)}

    return over_parts(log, describe)["cases"]
