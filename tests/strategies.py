"""Hypothesis strategies: small desks in which everything odd happens often.

``desks()`` draws a :class:`oracles.Desk`. ``source_frame(desk)`` writes it down as the frame that
``lanehop.read_log`` reads with the default dialect and ``read_options(desk)``; ``hold`` goes to
``lanehop.reconstruct``. Reading warns where codes are unknown or claims are few: such tests must allow
``lanehop.errors.LanehopWarning``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from builders import START, source
from hypothesis import strategies as st
from oracles import DONE, OPEN, Desk

# U+FF21 stands before U+1D400 by code point, and behind it in UTF-16. The names with " > " and "!" tell a
# comparison name by name from one of joined paths; "Net" and "net" one by code point from one by alphabet.
DEPARTMENTS = ("net", "db", "Net", "net > db", "net!", "Ärger", "e\u0301", "\u00e9", "\uff21", "\U0001d400")
TICKETS = ("t2", "t10", "T3", "\uff21-1", "\U0001d400-1", "é", "t1")
PEOPLE = ("ann", "bob", "robot")
CLASSES = {
    "Solved": "fixed",
    "Bypassed": "workaround",
    "Gave up": "not_fixed",
    "Not wanted": "withdrawn",
    "Known": "duplicate",
}
CODES = (*CLASSES, "Nobody maps this")

_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_OFFSETS = st.one_of(
    st.sampled_from([0, 1, 2, 3]).map(lambda n: n * _MINUTE),
    st.integers(0, 90).map(lambda n: dt.timedelta(seconds=n)),
    st.integers(0, 600).map(lambda n: n * _MINUTE),
    st.sampled_from([1, 2, 13, 14, 15, 28, 29]).map(lambda n: n * _DAY),
    st.integers(0, 40 * 24).map(lambda n: dt.timedelta(hours=n)),
)
_HOLDS = st.sampled_from([2 * _MINUTE, 60 * _MINUTE, _DAY, 14 * _DAY])


def _maybe(values: st.SearchStrategy[Any] | list[Any]) -> st.SearchStrategy[Any]:
    chosen = st.sampled_from(values) if isinstance(values, list) else values
    return st.one_of(st.none(), chosen)


@st.composite
def desks(draw: st.DrawFn, max_tickets: int = 6, max_events: int = 12) -> Desk:
    """Draw a desk of a few tickets with ties, gaps, loops, reopenings and missing values.

    The first ticket has two events at the earliest time of all, so that it is a history whatever ``as_of``.
    """
    tickets = draw(st.lists(st.sampled_from(TICKETS), min_size=1, max_size=max_tickets, unique=True))
    names = draw(st.lists(st.sampled_from(DEPARTMENTS), min_size=1, max_size=4, unique=True))
    departments = st.one_of(st.sampled_from(names), st.sampled_from(names), st.sampled_from(names), st.none())
    # Few instants for all tickets, so that events coincide within and across them.
    instants = draw(st.lists(_OFFSETS, min_size=1, max_size=10, unique=True))
    every = st.sampled_from([*OPEN, *DONE, None, None])
    few = st.sampled_from(["working", "waiting_customer", "resolved", "closed", None])
    states = draw(st.sampled_from([every, every, few, few, st.sampled_from(["queued", "working", None]), st.none()]))
    final = draw(st.sampled_from([False, False, False, True]))
    codes = st.none() if final else st.one_of(st.none(), st.none(), st.sampled_from(CODES))

    events: list[dict[str, Any]] = []
    for place, ticket in enumerate(tickets):
        n_events = draw(st.integers(2 if place == 0 else 1, max_events))
        times = [START + draw(st.sampled_from(instants)) for _ in range(n_events)]
        said = [draw(states) for _ in range(n_events)]
        if place == 0:
            times[:2] = [START, START]
        # Left to chance, hardly a ticket would stay done.
        if draw(st.booleans()):
            times += [max(times), START + max(instants)]
            said += [
                draw(st.sampled_from(["waiting_customer", "working", None])),
                draw(st.sampled_from([*DONE, "resolved", "closed"])),
            ]
        for time, state in zip(times, said, strict=True):
            events.append(
                {
                    "ticket": ticket,
                    "time": time,
                    "state": state,
                    "department": draw(departments),
                    "agent": draw(_maybe(list(PEOPLE))),
                    "actor": draw(_maybe(list(PEOPLE))),
                    "resolution": draw(codes),
                    "mark": None,
                }
            )
    written = draw(st.one_of(st.just(events), st.permutations(events)))
    events = [{**event, "row": row} for row, event in enumerate(written)]

    opened_at = {}
    for ticket in tickets:
        if draw(st.booleans()):
            before = draw(st.sampled_from([dt.timedelta(), _MINUTE, 90 * _MINUTE, 20 * _DAY, -_DAY]))
            first = min(event["time"] for event in events if event["ticket"] == ticket)
            opened_at[ticket] = first - before

    last = max(event["time"] for event in events)
    ahead = draw(st.sampled_from([60 * _DAY, 60 * _DAY, 14 * _DAY, _MINUTE, dt.timedelta(), None]))
    as_of = START + draw(st.sampled_from(instants)) if ahead is None else last + ahead
    coded = draw(st.lists(st.sampled_from(tickets), unique=True)) if final else []
    return Desk(
        events=events,
        opened_at=opened_at,
        as_of=as_of,
        hold=draw(_HOLDS),
        closing_is_claim=draw(st.booleans()),
        missing_department=draw(st.sampled_from(["carry", "carry", "unassigned"])),
        bots=draw(st.sampled_from([(), ("robot",)])),
        classes=CLASSES,
        final={ticket: draw(st.sampled_from(CODES)) for ticket in coded},
    )


def source_frame(desk: Desk) -> pd.DataFrame:
    """Return the rows of a desk as a source in lanehop's own column names, in the order of its events.

    What the desk knows of a ticket (opening time, final code) stands on each of its rows.
    """
    return source(
        [
            {
                "case": event["ticket"],
                **{name: event[name] for name in ("time", "department", "state", "agent", "actor")},
                "resolution": desk.final.get(event["ticket"], event["resolution"]),
                "opened_at": desk.opened_at.get(event["ticket"]),
            }
            for event in desk.events
        ]
    )


def read_options(desk: Desk) -> dict[str, Any]:
    """Return the arguments with which ``lanehop.read_log`` reads ``source_frame(desk)`` as this desk."""
    resolutions: dict[str, list[str]] = {}
    for code, name in desk.classes.items():
        resolutions.setdefault(name, []).append(code)
    return {
        "as_of": desk.as_of,
        "closing_is_claim": desk.closing_is_claim,
        "missing_department": desk.missing_department,
        "bots": list(desk.bots),
        "resolutions": resolutions,
        "final": ["resolution"] if desk.final else [],
    }
