"""Closures: the times that the desk declared a ticket done, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop import columns, grouped
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, Coded, Codes, Flags, Instants, microseconds
from lanehop.dialect import Dialect, code_classes
from lanehop.episodes import Episodes, Held, find_episodes, held
from lanehop.lanes.business import Calendars, TicketHours
from lanehop.lanes.line import Line, draw_line
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
    """The closures of all tickets as arrays, in the order of their episodes."""

    episodes: Episodes
    agent: Codes
    """The agent last named in the stay, up to the closure; -1: none."""
    claim: Instants
    """The event that claimed a fix; -1: none."""
    resolution: Codes
    """Code of the resolution codes; -1: none said."""
    reasons: npt.NDArray[np.bool_]
    """A column for each of REASONS."""
    reason: Codes
    verdict: Codes


class Judged(NamedTuple):
    """What every table of the ladder stands on."""

    now: Held
    line: Line
    closures: Closures


def judge(log: TicketLog, hold: int, calendar: Calendars | None = None) -> Judged:
    """Find what holds at each event, the line of each case, and what its closures turned out to be."""
    now = held(log)
    episodes = find_episodes(log, now)
    line = replace(draw_line(log, now, episodes), calendar=calendar)
    return Judged(now, line, _judge_closures(log, now, episodes, line, hold))


def _judge_closures(log: TicketLog, now: Held, episodes: Episodes, line: Line, hold: int) -> Closures:
    """Judge each closure by what is known at ``as_of``."""
    e: CodedEvents = log._coded
    begin, end = episodes.begin, episodes.end
    n = len(begin)
    resolution = _resolution(e, episodes)
    said = _code_classes(log.dialect, e)
    class_of = np.append(said, -1)[resolution]
    claimed_by, claimed = grouped.next_in(_claims(log.dialect, e, now, said), begin, end)
    withdrawing = np.flatnonzero((now.state == RESOLVED) | (now.state == CANCELLED))
    last_word, spoken = grouped.last_in(withdrawing, begin, end)
    withdrawn = (class_of == WITHDRAWN) | (class_of == DUPLICATE) | _merged(e, episodes)
    withdrawn[spoken] |= now.state[last_word[spoken]] == CANCELLED
    agent = _agents(e, now, episodes)
    continued, inferred = _continued(e, episodes, line)
    reasons = np.column_stack(
        [
            episodes.reopened,
            continued,
            class_of == NOT_FIXED,
            (now.state_before[begin] == WAITING_CUSTOMER) & (~claimed | _by_bot(log.dialect, e, begin, agent)),
            ~claimed,
            inferred,
        ]
    )
    watched = np.zeros(n, dtype=np.int64)
    watched[claimed] = microseconds(log.as_of) - e.time[claimed_by[claimed]]
    verdict = np.select(
        [reasons[:, :3].any(axis=1), withdrawn, reasons[:, 3:].any(axis=1), watched >= hold],
        [VERDICT_UNRESOLVED, VERDICT_WITHDRAWN, VERDICT_UNRESOLVED, VERDICT_FIXED],
        VERDICT_UNPROVEN,
    ).astype(np.int8)
    return Closures(
        episodes=episodes,
        agent=agent,
        claim=np.where(claimed, claimed_by, -1),
        resolution=resolution,
        reasons=reasons,
        reason=np.where(verdict == VERDICT_UNRESOLVED, reasons.argmax(axis=1), -1).astype(np.int8),
        verdict=verdict,
    )


def _continued(e: CodedEvents, episodes: Episodes, line: Line) -> tuple[Flags, Flags]:
    """Return which closures the case goes on from in another ticket, by explicit links and only by inferred ones."""
    none = np.zeros(len(episodes.begin), dtype=bool)
    if line.continued_by is None or e.explicit_group is None:
        return none, none
    goes_on = line.continued_by >= 0
    explicit = goes_on & (e.explicit_group[episodes.ticket] == e.explicit_group[line.continued_by])
    return explicit, goes_on & ~explicit


def _merged(e: CodedEvents, episodes: Episodes) -> Flags:
    """Return which closures are the last of a ticket that was merged into an older one."""
    merged = np.zeros(len(episodes.begin), dtype=bool)
    if e.merged is not None:
        merged[episodes.first[1:][e.merged & (np.diff(episodes.first) > 0)] - 1] = True
    return merged


def _code_classes(dialect: Dialect, e: CodedEvents) -> Codes:
    """Return the class of each resolution code of the log; -1 where the dialect gives none."""
    if e.resolution is None:
        return np.zeros(0, dtype=np.int8)
    classes = code_classes(dialect)
    return np.array([classes.get(code, -1) for code in e.resolution.names.to_pylist()], dtype=np.int8)


def _resolution(e: CodedEvents, episodes: Episodes) -> Codes:
    """Return the last code said since the ticket opened; for a ticket's last closure its final code."""
    resolution = np.full(len(episodes.begin), -1, dtype=np.int64)
    if e.resolution is not None:
        codes = e.resolution.codes
        said_by, said = grouped.last_in(np.flatnonzero(codes >= 0), episodes.opened, episodes.end)
        resolution[said] = codes[said_by[said]]
    if e.final_resolution is not None:
        known = (e.final_resolution >= 0) & (np.diff(episodes.first) > 0)
        resolution[episodes.first[1:][known] - 1] = e.final_resolution[known]
    return resolution


def _claims(dialect: Dialect, e: CodedEvents, now: Held, said: Codes) -> Instants:
    """Return the events that claim a fix."""
    claims = now.state == RESOLVED
    if dialect.closing_is_claim:
        claims |= now.state == CLOSED
    if e.resolution is not None:
        class_said = np.append(said, np.int8(-1))[e.resolution.codes]
        claims |= (now.state >= FIRST_DONE) & ((class_said == FIXED) | (class_said == WORKAROUND))
    return np.flatnonzero(claims)


def _agents(e: CodedEvents, now: Held, episodes: Episodes) -> Codes:
    """Return the agent last named in the stay in which each ticket was declared done; -1: none."""
    codes = np.full(len(episodes.begin), -1, dtype=np.int32)
    if e.agent is not None:
        # Whoever was named before the ticket came to this department is not to be blamed for the closure.
        moved = grouped.starts(len(e.time), e.first)
        moved[1:] |= now.department[1:] != now.department[:-1]
        until = episodes.begin + 1
        came, _ = grouped.last_in(np.flatnonzero(moved), e.first[:-1][episodes.ticket], until)
        named_by, named = grouped.last_in(np.flatnonzero(e.agent.codes >= 0), came, until)
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


def closure_table(log: TicketLog, now: Held, line: Line, c: Closures) -> pd.DataFrame:
    """Return the table of closures."""
    e: CodedEvents = log._coded
    x = c.episodes
    closed_by, closed = grouped.next_in(np.flatnonzero(now.state == CLOSED), x.begin, x.end)
    nobody = pa.array([], type=pa.large_string())
    goes_on = np.full(len(x.begin), -1, dtype=np.int8) if line.continued_by is None else line.continued_by
    order, first = _by_case(e, x, line)
    ticket = columns.text(Coded(x.ticket[order], e.tickets))
    state_before = now.state_before[x.begin][order]
    parallel = np.ones(len(x.begin), dtype=bool)
    parallel[line.followed] = False
    return columns.table(
        "closures",
        {
            "case": ticket if e.cases is None else columns.text(Coded(e.case_of[x.ticket][order], e.cases)),
            "closure": columns.count(numbers(first)),
            "ticket": ticket,
            "department": columns.category(Coded(now.department[x.begin][order], e.department.names)),
            "agent": columns.text(Coded(c.agent[order], nobody if e.agent is None else e.agent.names)),
            "at": columns.time(e.time[x.begin][order]),
            "claimed_at": columns.time(_times(e.time, c.claim, c.claim >= 0)[order]),
            "closed_at": columns.time(_times(e.time, closed_by, closed)[order]),
            "from_state": columns.word(state_before, OPEN_STATES),
            "silent": state_before == WAITING_CUSTOMER,
            "resolution": columns.category(
                Coded(c.resolution[order], nobody if e.resolution is None else e.resolution.names)
            ),
            "parallel": parallel[order],
            "reopened_at": columns.time(_times(e.time, x.end, x.reopened)[order]),
            "open_again": columns.length(_open_again(e, x)[order]),
            **_business(log, now, line, x, order),
            "continued_by": columns.text(Coded(goes_on[order], e.tickets)),
            "verdict": columns.word(c.verdict[order], VERDICTS),
            "reason": columns.word(c.reason[order], REASONS),
            **dict(zip(REASONS, c.reasons[order].T.copy(), strict=True)),
        },
    )


def _business(log: TicketLog, now: Held, line: Line, x: Episodes, order: Any) -> dict[str, Any]:
    if line.calendar is None:
        return {}
    hours = TicketHours(log._coded, now, line.calendar, microseconds(log.as_of))
    again = np.full(len(x.begin), MISSING)
    later = np.flatnonzero(~grouped.starts(len(x.begin), x.first))
    again[later - 1] = hours.open_again(x, later)
    return {"business_open_again": columns.length(again[order])}


def _by_case(e: CodedEvents, x: Episodes, line: Line) -> tuple[Any, Instants]:
    """Return the order of closures by case and time, and the offsets of cases in it.

    At the same time those that the line follows come first, in its order, then the others by ticket id.
    """
    if e.first_ticket is None:
        return slice(None), x.first
    along = np.full(len(x.begin), len(x.begin))
    along[line.followed] = np.arange(len(line.followed))
    order = np.lexsort((pc.rank(e.tickets).to_numpy()[x.ticket], along, e.time[x.begin], e.case_of[x.ticket]))
    return order, x.first[e.first_ticket]


def _times(time: Instants, position: Instants, there: Flags) -> Instants:
    """Return the time of each event that is there, MISSING for the others."""
    times = np.full(len(position), MISSING)
    times[there] = time[position[there]]
    return times


def _open_again(e: CodedEvents, x: Episodes) -> Instants:
    """Return how long each ticket was open again before its next closure; MISSING where it was not."""
    again = np.full(len(x.begin), MISSING)
    later = np.flatnonzero(~grouped.starts(len(x.begin), x.first))
    again[later - 1] = e.time[x.begin[later]] - e.time[x.end[later - 1]]
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
        return {"closures": closure_table(part, *judge(part, hold_us))}

    return over_parts(log, find)["closures"]
