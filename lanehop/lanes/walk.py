"""walk: one case, told as the customer lived it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import TextWrapper
from typing import Any

import pandas as pd

from lanehop.errors import ArgumentError
from lanehop.lanes.ranking import chase_time, worst_first
from lanehop.lanes.reconstruction import Lanes
from lanehop.states import DONE_STATES, REASONS
from lanehop.wording import printable, say_length, say_n

__all__ = ["walk"]

_EVIDENCE = {
    "reopened": "the ticket was opened again",
    "continued": "the problem went on in another ticket",
    "negative_code": "its resolution code says that it was not fixed",
    "silence": "it was done while the desk waited for the customer, and no person claimed a fix",
    "no_claim": "nobody claimed a fix",
    "continued_inferred": "the same requester opened another ticket about it",
}
_MARKED = {
    "gap": "(changes are missing before this)",
    "backfilled": "(as it was before its first change)",
    "group_deleted": "(a group was deleted)",
    "bulk": "(changed in bulk)",
    "merge": "(by a merge)",
    "rule": "(by a rule)",
}


def walk(lanes: Lanes, case: str | None = None, *, n: int = 3, width: int = 100) -> str:
    """Tell a case as the customer lived it: a timeline in plain text.

    Parameters
    ----------
    case : str
        Its id. Not given: the worst cases, by chase time, then handoffs, then closures without
        resolution.
    n : int
        How many cases, where none is named.
    width : int
        Letters a line may have; at least 60.

    Returns
    -------
    str
        For each event its time, how long the customer had waited since the one before, the department,
        the state, who it was with, what the log calls it and, where that is known, how it came about; under
        each closure its verdict with all the evidence; in the end both clocks.

    Raises
    ------
    ArgumentError
        If there is no such case, or ``n`` or ``width`` is too small.

    Notes
    -----
    - Times are in the dialect's zone, if it names one, else UTC; the zone is named.
    - Department and state are those that hold from the event on, carried where the event does not say.
    - Chase time is the time-to-real-fix less the time in the stay that fixed it; of a case that is not
      proven fixed, its life so far.
    - Letters that would steer a terminal are shown by their code.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> print(lh.walk(lanes, "OLT-0042").splitlines()[0])
    OLT-0042, customer 00209, login, P2, phone

    See Also
    --------
    plot_swimlanes : the same as a picture. flag_unresolved : which cases to look at.
    """
    if not isinstance(n, int) or not isinstance(width, int) or width < 60 or n < 1:
        raise ArgumentError(f"width must be at least 60 and n at least 1, not {width!r} and {n!r}")
    cases = lanes._cases
    if case is None:
        chosen = worst_first(cases).head(n)
    else:
        chosen = cases[cases["case"] == case]
        if chosen.empty:
            tickets = lanes.log.tickets
            of = tickets.loc[tickets["ticket"] == case, "case"]
            hint = (
                f"ticket {case!r} belongs to case {of.iloc[0]!r}" if len(of) else f"such as {cases['case'].iloc[0]!r}"
            )
            raise ArgumentError(f"no case {case!r} among {len(cases):,} ({hint})")
    told = ("\n".join(tell_case(lanes, one, width=width)) for one in _lines(chosen))
    return "\n\n".join(told) + "\n"


def tell_case(lanes: Lanes, case: Any, *, width: int, names: bool = True) -> Iterator[str]:
    """Tell a case, given as a row of ``lanes.cases``, line by line, with or without the names of people."""
    zone = lanes.log.dialect.timezone or "UTC"
    known = ("requester", "category", "priority", "channel")
    about = [getattr(case, name, None) for name in (known if names else known[1:])]
    yield from _wrap(", ".join([case.case, *(str(x) for x in about if not pd.isna(x))]), "", width)
    opened, now = case.opened_at.tz_convert(zone), lanes.log.as_of.tz_convert(zone)
    yield from _wrap(f"opened {opened:%a %Y-%m-%d %H:%M}, told as of {now:%Y-%m-%d %H:%M} ({zone})", "", width)
    if not pd.isna(case.chain):
        yield from _wrap(case.chain, "", width)
    yield ""
    yield from _timeline(lanes, case, zone, width, names)
    yield ""
    for label, text in _clocks(lanes, case):
        yield from _wrap(text, f"{label:<17} ", width)


def _timeline(lanes: Lanes, case: Any, zone: str, width: int, names: bool) -> Iterator[str]:
    events = _events(lanes, case.case)
    of_case = lanes._closures[lanes._closures["case"] == case.case]
    verdicts: dict[Any, Any] = {(x.ticket, x.at): x for x in of_case.iloc[::-1].itertuples()}
    lane_width = min(max(events["department"].str.len().max(), 4), 24)
    state_width = events["state"].str.len().max()
    before, day, opened = case.opened_at, None, case.opened_at.tz_convert(zone).date()
    for event in _lines(events):
        at = event.time.tz_convert(zone)
        if at.date() != day:
            day = at.date()
            yield f"{at:%a %Y-%m-%d}, day {(day - opened).days}"
        waited = _us(event.time - before)
        before = event.time
        lane = printable(event.department)
        lane = lane if len(lane) <= lane_width else lane[: lane_width - 1] + "\u2026"
        head = f"  {at:%H:%M} {'+' + say_length(waited) if waited else '':>11}  {lane:<{lane_width}}  {event.state:<{state_width}}  "
        yield from _wrap(_told(event, case.n_tickets > 1, names), head, width)
        # The first done event at that instant is the one that declared it.
        closure = verdicts.pop((event.ticket, event.time), None) if event.state in DONE_STATES else None
        if closure is not None:
            for line in _verdict(closure, lanes.hold):
                yield from _wrap(line, " " * 20, width)


def _events(lanes: Lanes, case: str) -> pd.DataFrame:
    """Return the events of a case with what holds from each on, as text."""
    events = lanes.log.events
    events = events[events["case"] == case].astype({"state": "str", "department": "str"})
    carried = ["state"] if lanes.log.dialect.missing_department == "unassigned" else ["state", "department"]
    events[carried] = events.groupby("ticket")[carried].ffill()
    return events.fillna({"state": "", "department": ""})


def _told(event: Any, name_ticket: bool, names: bool) -> str:
    parts = [event.ticket] if name_ticket else []
    parts += [str(x) for x in (event.activity, event.resolution) if not pd.isna(x)]
    if not names:
        return ", ".join(parts)
    if not pd.isna(event.agent):
        parts.append(f"with {event.agent}")
    if not pd.isna(event.actor) and event.actor != event.agent:
        parts.append(f"by {event.actor}")
    said = ", ".join(parts)
    return said if pd.isna(event.mark) else f"{said} {_MARKED[event.mark]}".lstrip()


def _verdict(closure: Any, hold: pd.Timedelta) -> Iterator[str]:
    """Say what became of a closure, and all the evidence for it."""
    beside = " (of a ticket that the case does not follow then)" if closure.parallel else ""
    evidence = [_EVIDENCE[name] for name in REASONS if getattr(closure, name)]
    if closure.reopened:
        evidence[0] += f" {say_length(_us(closure.reopened_at - closure.at))} later"
    if closure.verdict == "fixed":
        yield f"= fixed: claimed, and held for {say_length(_us(hold))}{beside}"
    elif closure.verdict == "unproven":
        yield f"= unproven: claimed, but not yet watched for {say_length(_us(hold))}{beside}"
    else:
        yield f"= {closure.verdict}" + (": " if evidence else "") + "; ".join(evidence) + beside


def _clocks(lanes: Lanes, case: Any) -> Iterator[tuple[str, str]]:
    closed = None if pd.isna(case.time_to_close) else _us(case.time_to_close)
    yield "time-to-close", say_length(closed) if closed is not None else "never declared done"
    if case.fix_observed:
        fix, stay = _us(case.time_to_fix), _us(case.fix_stay_time)
        ratio = f" (chase ratio {fix / stay:,.1f})" if stay else ""
        where = "" if pd.isna(case.fix_department) else f" in {case.fix_department}"
        yield "time-to-real-fix", f"{say_length(fix)}, of which {say_length(stay)}{where}, where it was fixed{ratio}"
    else:
        yield "time-to-real-fix", f"not proven fixed; its outcome is {case.outcome}"
    chase = _us(chase_time(lanes._cases.loc[[case.Index]]).iloc[0])
    yield "chase time", say_length(chase)
    moves = f"{say_n(case.n_handoffs, 'handoff')}, {say_n(case.n_loops, 'loop')} ({say_length(_us(case.time_in_loops))} in loops)"
    if case.n_tickets > 1:
        yield "by ticket", _ticket_clocks(lanes, case.case)
    yield "on the way", f"{moves}, {say_n(case.n_closures, 'closure')}, {case.n_unresolved:,} without resolution"


def _ticket_clocks(lanes: Lanes, case: str) -> str:
    """Say of each ticket of a case how soon it was closed, as a dashboard counts it."""
    tickets = lanes.log.tickets
    tickets = tickets[tickets["case"] == case]
    events = lanes.log.events
    begun = events[events["case"] == case].groupby("ticket")["time"].min()
    opened = tickets.set_index("ticket")["opened_at"].reindex(begun.index)
    opened = opened.where(opened < begun, begun)
    closures = lanes._closures
    done = closures[closures["case"] == case].groupby("ticket")["at"].min().reindex(begun.index)
    order = opened.sort_values(kind="stable").index
    said = (
        f"{ticket} " + ("never" if pd.isna(done[ticket]) else f"after {say_length(_us(done[ticket] - opened[ticket]))}")
        for ticket in order
    )
    return "closed " + ", ".join(said)


def _wrap(text: str, head: str, width: int) -> list[str]:
    """Break a text into lines of a width, the first behind its head, the others under their beginning."""
    indent = " " * min(len(head), width // 2)
    wrapper = TextWrapper(width, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False)
    return wrapper.wrap(printable(text)) or [head.rstrip()]


def _lines(table: pd.DataFrame) -> Iterator[Any]:
    return table.itertuples()


def _us(length: pd.Timedelta) -> int:
    return int(length // pd.Timedelta(microseconds=1))
