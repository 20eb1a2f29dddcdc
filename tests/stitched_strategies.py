"""Hypothesis strategies: small desks whose tickets belong together, in every odd way, often.

``stitched_desks()`` draws a :class:`Drawn`: a desk, links between its tickets, and the options of ``stitch``.
``drawn.desk`` is the plain desk, ``drawn.stitched`` the stitched one. ``stitched_frame(desk)`` writes it
down for ``lanehop.read_log`` as ``strategies.source_frame`` does, with what is said of each ticket as a
whole; ``links_frame(links)`` writes down the links.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from builders import START
from hypothesis import strategies as st
from oracles import DONE, OPEN, Desk, Row
from stitched_oracles import KINDS, StitchedDesk, stitched
from strategies import CLASSES, CODES, DEPARTMENTS, PEOPLE, source_frame

TICKETS = ("t2", "t10", "T3", "\uff21-1", "\U0001d400-1", "é", "t1", "t3")
REQUESTERS = ("Ida", "ida", "Jon > Kim")
CATEGORIES = ("line", "bill")
LINK_KINDS = (*KINDS, "parent", "problem")

_MINUTE = dt.timedelta(minutes=1)
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_OFFSETS = st.one_of(
    st.integers(0, 6).map(lambda n: n * _HOUR),
    st.integers(0, 6).map(lambda n: n * _HOUR),
    st.integers(0, 48).map(lambda n: n * _HOUR / 4),
    st.sampled_from([1, 2, 14, 15]).map(lambda n: n * _DAY),
)
# o: open, c: done, n: the event says no state.
_PATTERNS = ("oc", "oc", "oc", "occ", "ocn", "nc", "c", "cc", "oco", "coc", "ooc", "ococ", "ocococ", "on", "o", "nnn")


@dataclass(frozen=True)
class Drawn:
    """A desk, the links between its tickets, and how to stitch it."""

    desk: Desk
    links: Sequence[Row]
    options: dict[str, Any]

    @cached_property
    def stitched(self) -> StitchedDesk:
        """The desk with its tickets stitched into cases."""
        return stitched(self.desk, self.links, **self.options)


@st.composite
def stitched_desks(draw: st.DrawFn, max_tickets: int = 8) -> Drawn:
    """Draw a desk of up to eight tickets in up to four cases.

    With tickets that overlap, that follow at once or after a gap, that are reopened after others were
    opened, or done as soon as they are open, at few instants, so that many coincide; with links of every
    kind, to and fro, twice, to oneself and to tickets that do not exist.
    The first ticket has two events at the earliest time of all, so that it is a history whatever ``as_of``.
    """
    tickets = draw(st.lists(st.sampled_from(TICKETS), min_size=1, max_size=max_tickets, unique=True))
    instants = sorted(draw(st.lists(_OFFSETS, min_size=1, max_size=9, unique=True)))
    names = draw(st.lists(st.sampled_from(DEPARTMENTS), min_size=1, max_size=4, unique=True))
    departments = st.sampled_from([*names, *names, None])
    final = draw(st.sampled_from([False, False, False, True]))
    codes = st.none() if final else st.sampled_from([None, None, *CODES])
    states = {
        "o": st.sampled_from([*OPEN, "working", "working"]),
        "c": st.sampled_from([*DONE, "resolved", "resolved", "resolved"]),
        "n": st.none(),
    }

    events: list[Row] = []
    for place, ticket in enumerate(tickets):
        pattern = draw(st.sampled_from(_PATTERNS))
        # Within a few neighbouring instants, or tickets would hardly ever come one after the other.
        start, width = draw(st.integers(0, len(instants) - 1)), draw(st.sampled_from([1, 2, 2, 3, 9]))
        times = sorted(START + draw(st.sampled_from(instants[start : start + width])) for _ in pattern)
        if place == 0:
            pattern, times = "oo" + pattern, [START, START, *times]
        for time, letter in zip(times, pattern, strict=True):
            events.append(
                {
                    "ticket": ticket,
                    "time": time,
                    "state": draw(states[letter]),
                    "department": draw(departments),
                    "agent": draw(st.sampled_from([None, *PEOPLE])),
                    "actor": draw(st.sampled_from([None, *PEOPLE])),
                    "resolution": draw(codes),
                    "mark": None,
                }
            )
    written = draw(st.one_of(st.just(events), st.just(events), st.permutations(events)))
    events = [{**event, "row": row} for row, event in enumerate(written)]

    opened_at = {}
    for ticket in tickets:
        before = draw(st.sampled_from([None, None, dt.timedelta(), _MINUTE, _HOUR, 3 * _HOUR, -_DAY]))
        if before is not None:
            opened_at[ticket] = min(event["time"] for event in events if event["ticket"] == ticket) - before
    ahead = draw(st.sampled_from([60 * _DAY, 60 * _DAY, _HOUR, dt.timedelta(), None]))
    last = max(event["time"] for event in events)
    coded = draw(st.lists(st.sampled_from(tickets), unique=True)) if final else []
    desk = Desk(
        events=events,
        opened_at=opened_at,
        as_of=START + draw(st.sampled_from(instants)) if ahead is None else last + ahead,
        hold=draw(st.sampled_from([_MINUTE, _HOUR, _DAY, 14 * _DAY])),
        closing_is_claim=draw(st.booleans()),
        missing_department=draw(st.sampled_from(["carry", "carry", "unassigned"])),
        bots=draw(st.sampled_from([(), ("robot",)])),
        classes=CLASSES,
        final={ticket: draw(st.sampled_from(CODES)) for ticket in coded},
        about=draw(_about(tickets)),
    )
    return Drawn(desk, draw(_links(tickets)), draw(_options()))


@st.composite
def _about(draw: st.DrawFn, tickets: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Draw who asked and what about. Of the first ticket both are known, so that no column is empty."""
    about = {}
    for place, ticket in enumerate(tickets):
        none = [] if place == 0 else [None]
        about[ticket] = {
            "requester": draw(st.sampled_from([*REQUESTERS, "Ida", "Ida", *none])),
            "category": draw(st.sampled_from([*CATEGORIES, "line", *none])),
        }
    return about


@st.composite
def _links(draw: st.DrawFn, tickets: Sequence[str]) -> list[Row]:
    """Draw links inside of up to four groups of tickets, and some between any two."""
    n_groups = draw(st.integers(1, 4))
    groups: list[list[str]] = [[] for _ in range(n_groups)]
    for ticket in tickets:
        groups[draw(st.integers(0, n_groups - 1))].append(ticket)
    pairs = []
    for group in groups:
        for place in range(1, len(group)):
            pair = group[draw(st.integers(0, place - 1))], group[place]
            if draw(st.sampled_from([True, True, True, False])):
                pairs.append(pair if draw(st.booleans()) else pair[::-1])
    anywhere = st.sampled_from([*tickets, "of another desk"])
    pairs += draw(st.lists(st.tuples(anywhere, anywhere), max_size=2))
    pairs += draw(st.lists(st.sampled_from(pairs), max_size=2)) if pairs else []
    kinds = draw(st.sampled_from([("follow_up",), ("merged_into",), KINDS, KINDS, LINK_KINDS]))
    return [
        {"from_ticket": one, "to_ticket": other, "kind": draw(st.sampled_from(kinds)), "rule": "drawn"}
        for one, other in pairs
    ]


@st.composite
def _options(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the options of ``stitch``, those that are not its defaults only."""
    options: dict[str, Any] = {}
    if draw(st.booleans()):
        options["same_requester"] = draw(st.sampled_from([_MINUTE, _HOUR, 2 * _HOUR, 2 * _DAY]))
        options["before"] = draw(st.sampled_from([dt.timedelta(), dt.timedelta(), _MINUTE, 2 * _HOUR, 20 * _DAY]))
        options["match"] = draw(st.sampled_from([(), (), ("category",)]))
        options["max_tickets"] = draw(st.sampled_from([50, 50, 2, 4]))
    kinds = [KINDS, KINDS, KINDS, ("merged_into",), ("follow_up", "parent"), LINK_KINDS]
    options["kinds"] = draw(st.sampled_from([*kinds, ()] if "same_requester" in options else kinds))
    return options


def stitched_frame(desk: Desk) -> pd.DataFrame:
    """Return the rows of a desk as ``strategies.source_frame`` does, with who asked and what about on each."""
    frame = source_frame(desk)
    for name in ("requester", "category"):
        frame[name] = pd.Series([desk.about.get(ticket, {}).get(name) for ticket in frame["case"]], dtype="str")
    return frame


def links_frame(links: Sequence[Row]) -> pd.DataFrame:
    """Return links as a table with the columns of a log's links, none of them used yet."""
    return pd.DataFrame(
        {
            "from_ticket": pd.Series([link["from_ticket"] for link in links], dtype="str"),
            "to_ticket": pd.Series([link["to_ticket"] for link in links], dtype="str"),
            "kind": pd.Categorical([link["kind"] for link in links], categories=[*LINK_KINDS, "inferred"]),
            "rule": pd.Series([link["rule"] for link in links], dtype="str"),
            "at": pd.Series([None] * len(links), dtype="datetime64[us, UTC]"),
            "gap": pd.Series([None] * len(links), dtype="timedelta64[us]"),
            "used": pd.Series([False] * len(links), dtype="bool"),
        }
    )
