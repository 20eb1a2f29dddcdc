"""Closures: the times that the desk declared a ticket done, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lanehop import columns, grouped
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, STR, Coded, Codes, Flags, Instants, microseconds
from lanehop.dialect import Dialect, code_classes
from lanehop.lanes.line import Held, held
from lanehop.lanes.parts import Tables, over_parts
from lanehop.lanes.stays import numbers
from lanehop.log import CodedEvents, TicketLog
from lanehop.schema import returns
from lanehop.states import (
    CANCELLED,
    CLOSED,
    DUPLICATE,
    FIRST_DONE,
    FIXED,
    NOT_FIXED,
    OPEN_STATES,
    REASONS,
    RESOLVED,
    VERDICT_FIXED,
    VERDICT_UNPROVEN,
    VERDICT_UNRESOLVED,
    VERDICT_WITHDRAWN,
    VERDICTS,
    WAITING_CUSTOMER,
    WITHDRAWN,
    WORKAROUND,
)

__all__ = ["find_closures"]


@dataclass(frozen=True, eq=False)
class Closures:
    """The closures of all tickets as arrays; ``first`` gives each ticket's first one.

    Positions are positions of events; those of the end are one past the episode's last event.
    """

    first: Instants
    ticket: Codes
    begin: Instants
    end: Instants
    opened: Instants
    """The event with which the ticket last opened before the closure."""
    agent: Codes
    """The agent last named in the stay, up to the closure; -1: none."""
    claim: Instants
    """The event that claimed a fix; -1: none."""
    reopened: Flags
    resolution: Codes
    """Code of the resolution codes; -1: none said."""
    reasons: npt.NDArray[np.bool_]
    """A column for each of REASONS."""
    reason: Codes
    verdict: Codes


def judge_closures(log: TicketLog, now: Held, hold: int) -> Closures:
    """Find each closure, and judge it by what is known at ``as_of``."""
    e: CodedEvents = log._coded
    done = now.state >= FIRST_DONE
    done_before = now.state_before >= FIRST_DONE
    begin = np.flatnonzero(done & ~done_before)
    reopening = np.flatnonzero(~done & done_before)
    first = grouped.offsets(begin, e.first)
    ticket = np.repeat(np.arange(len(e.tickets), dtype=np.int32), np.diff(first))
    until = e.first[1:][ticket]
    reopened_by, reopened = grouped.next_in(reopening, begin, until)
    end = np.where(reopened, reopened_by, until)
    opened = e.first[:-1][ticket]
    again = np.flatnonzero(~grouped.starts(len(begin), first))
    opened[again] = end[again - 1]

    resolution = _resolution(e, first, opened, end)
    said = _code_classes(log.dialect, e)
    class_of = np.append(said, -1)[resolution]
    claim = _claims(log.dialect, e, now, said, done)
    claimed_by, claimed = grouped.next_in(claim, begin, end)
    withdrawing = np.flatnonzero((now.state == RESOLVED) | (now.state == CANCELLED))
    last_word, spoken = grouped.last_in(withdrawing, begin, end)
    cancelled = spoken & (now.state[last_word] == CANCELLED) if len(begin) else spoken

    agent = _agents(e, now, ticket, begin)
    silent = now.state_before[begin] == WAITING_CUSTOMER
    none = np.zeros(len(begin), dtype=bool)
    reasons = np.column_stack(
        [
            reopened,
            none,  # continued: a ticket on its own goes on nowhere
            class_of == NOT_FIXED,
            silent & (~claimed | _by_bot(log.dialect, e, begin, agent)),
            ~claimed,
            none,  # continued_inferred, likewise
        ]
    )
    held_on = microseconds(log.as_of) - np.where(claimed, e.time[claimed_by], 0) >= hold if len(begin) else none
    verdict = np.select(
        [
            reasons[:, :3].any(axis=1),
            cancelled | (class_of == WITHDRAWN) | (class_of == DUPLICATE),
            reasons[:, 3:].any(axis=1),
            held_on,
        ],
        [VERDICT_UNRESOLVED, VERDICT_WITHDRAWN, VERDICT_UNRESOLVED, VERDICT_FIXED],
        VERDICT_UNPROVEN,
    ).astype(np.int8)
    return Closures(
        first=first,
        ticket=ticket,
        begin=begin,
        end=end,
        opened=opened,
        agent=agent,
        claim=np.where(claimed, claimed_by, -1),
        reopened=reopened,
        resolution=resolution,
        reasons=reasons,
        reason=np.where(verdict == VERDICT_UNRESOLVED, reasons.argmax(axis=1), -1).astype(np.int8),
        verdict=verdict,
    )


def _code_classes(dialect: Dialect, e: CodedEvents) -> Codes:
    """Return the class of each resolution code of the log; -1 where the dialect gives none."""
    if e.resolution is None:
        return np.zeros(0, dtype=np.int8)
    classes = code_classes(dialect)
    return np.array([classes.get(code, -1) for code in e.resolution.names.to_pylist()], dtype=np.int8)


def _resolution(e: CodedEvents, first: Instants, opened: Instants, end: Instants) -> Codes:
    """Return the last code said since the ticket opened; for a ticket's last closure its final code."""
    resolution = np.full(len(opened), -1, dtype=np.int64)
    if e.resolution is not None:
        codes = e.resolution.codes
        said_by, said = grouped.last_in(np.flatnonzero(codes >= 0), opened, end)
        resolution[said] = codes[said_by[said]]
    if e.final_resolution is not None:
        ends = np.flatnonzero(np.diff(first) > 0)
        last = first[1:][ends] - 1
        known = e.final_resolution[ends] >= 0
        resolution[last[known]] = e.final_resolution[ends][known]
    return resolution


def _claims(dialect: Dialect, e: CodedEvents, now: Held, said: Codes, done: Flags) -> Instants:
    """Return the events that claim a fix."""
    claims = now.state == RESOLVED
    if dialect.closing_is_claim:
        claims |= now.state == CLOSED
    if e.resolution is not None:
        class_said = np.append(said, np.int8(-1))[e.resolution.codes]
        claims |= done & ((class_said == FIXED) | (class_said == WORKAROUND))
    return np.flatnonzero(claims)


def _agents(e: CodedEvents, now: Held, ticket: Codes, begin: Instants) -> Codes:
    """Return the agent last named in the stay in which each ticket was declared done; -1: none."""
    codes = np.full(len(begin), -1, dtype=np.int32)
    if e.agent is not None:
        # Whoever was named before the ticket came to this department is not to be blamed for the closure.
        moved = grouped.starts(len(e.time), e.first)
        moved[1:] |= now.department[1:] != now.department[:-1]
        came, _ = grouped.last_in(np.flatnonzero(moved), e.first[:-1][ticket], begin + 1)
        named_by, named = grouped.last_in(np.flatnonzero(e.agent.codes >= 0), came, begin + 1)
        codes[named] = e.agent.codes[named_by[named]]
    return codes


def _by_bot(dialect: Dialect, e: CodedEvents, begin: Instants, agent: Codes) -> Flags:
    """Return which closures a bot declared: by who acted, else by who was assigned."""
    by_bot, known = np.zeros(len(begin), dtype=bool), np.zeros(len(begin), dtype=bool)
    acted = None if e.actor is None else e.actor.at(begin)
    assigned = None if e.agent is None else Coded(agent, e.agent.names)
    for who in (acted, assigned):
        if who is not None and dialect.bots:
            bots = np.isin(np.array(who.names.to_pylist(), dtype=object), dialect.bots)
            by_bot |= ~known & np.append(bots, False)[who.codes]
            known |= who.codes >= 0
    return by_bot


def closure_table(log: TicketLog, now: Held, c: Closures) -> pd.DataFrame:
    """Return the table of closures."""
    e: CodedEvents = log._coded
    ticket = columns.text(Coded(c.ticket, e.tickets))
    closed_by, closed = grouped.next_in(np.flatnonzero(now.state == CLOSED), c.begin, c.end)
    state_before = now.state_before[c.begin]
    n = len(c.begin)
    nothing = pa.array([], type=pa.large_string())
    return columns.table(
        "closures",
        {
            "case": ticket,
            "closure": columns.count(numbers(c.first)),
            "ticket": ticket,
            "department": columns.category(Coded(now.department[c.begin], e.department.names)),
            "agent": columns.text(Coded(c.agent, e.agent.names if e.agent is not None else nothing)),
            "at": columns.time(e.time[c.begin]),
            "claimed_at": columns.time(_times(e.time, c.claim, c.claim >= 0)),
            "closed_at": columns.time(_times(e.time, closed_by, closed)),
            "from_state": columns.word(state_before, OPEN_STATES),
            "silent": state_before == WAITING_CUSTOMER,
            "resolution": columns.category(
                Coded(c.resolution, e.resolution.names if e.resolution is not None else nothing)
            ),
            "parallel": np.zeros(n, dtype=bool),
            "reopened_at": columns.time(_times(e.time, c.end, c.reopened)),
            "open_again": columns.length(_open_again(e, c)),
            "continued_by": pd.array([pd.NA] * n, dtype=STR),
            "verdict": columns.word(c.verdict, VERDICTS),
            "reason": columns.word(c.reason, REASONS),
            **dict(zip(REASONS, c.reasons.T.copy(), strict=True)),
        },
    )


def _times(time: Instants, position: Instants, there: Flags) -> Instants:
    """Return the time of each event that is there, MISSING for the others."""
    times = np.full(len(position), MISSING)
    times[there] = time[position[there]]
    return times


def _open_again(e: CodedEvents, c: Closures) -> Instants:
    """Return how long each ticket was open again before its next closure; MISSING where it was not."""
    again = np.full(len(c.begin), MISSING)
    later = np.flatnonzero(~grouped.starts(len(c.begin), c.first))
    again[later - 1] = e.time[c.begin[later]] - e.time[c.end[later - 1]]
    return again


@returns("closures")
def find_closures(log: TicketLog, *, hold: Duration = "14D") -> pd.DataFrame:
    """Find each time that the desk declared a ticket done, and judge what became of it.

    Parameters
    ----------
    hold : duration
        How long a claimed fix must be watched without the ticket being opened again before it counts
        as fixed. Two weeks by default, as most reopenings come sooner; always calendar time.

    Returns
    -------
    DataFrame
        {columns}

    Raises
    ------
    ArgumentError
        If ``hold`` is a bare number or no duration.

    Notes
    -----
    - An episode begins at a done event of a ticket that was open, or of no known state, just before,
      and lasts until it is open again.
    - A claim is the first event of the episode that is ``resolved``, or closes where the dialect says
      that closing is the claim, or says a code of class ``fixed`` or ``workaround``.
    - ``verdict``, in this order: ``unresolved`` if reopened, continued or by a negative code;
      ``withdrawn`` if cancelled or by a code of class ``withdrawn`` or ``duplicate``; ``unresolved`` if
      silence or no_claim holds; ``fixed`` if the claim was watched for ``hold``; else ``unproven``.
    - The evidence stands in a column each, whatever the verdict; ``reason`` is the first that applies.
    - ``agent`` is never one who was named before the ticket came to ``department``.
    - NOT counted: a change from one done state to another (resolved, later closed) is one closure.

    Examples
    --------
    >>> import lanehop as lh
    >>> closures = lh.find_closures(lh.sample_log(), hold="14D")
    >>> bool((closures.reason.notna() == (closures.verdict == "unresolved")).all())
    True

    See Also
    --------
    read_log : the step before. flag_unresolved, describe_cases : the steps after.
    """
    hold_us = duration_us(hold, "hold")

    def find(part: TicketLog) -> Tables:
        now = held(part)
        return {"closures": closure_table(part, now, judge_closures(part, now, hold_us))}

    return over_parts(log, find)["closures"]
