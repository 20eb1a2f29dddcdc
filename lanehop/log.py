"""TicketLog: a ticket log, clean, sorted, encoded and accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop import columns
from lanehop.columns import MISSING, Coded, Codes, Flags, Instants
from lanehop.dialect import Dialect
from lanehop.glance import glance
from lanehop.states import MARKS, STATES

__all__ = ["TicketLog"]


@dataclass(frozen=True, eq=False)
class CodedEvents:
    """The events of a log as arrays, ticket by ticket in the order of their ids, each in order of time.

    A column that no event says is None.
    """

    tickets: pa.LargeStringArray
    """Ids, in code point order."""
    first: Instants
    """Position of each ticket's first event; one more at the end."""
    time: Instants
    """Microseconds since 1970, UTC."""
    row: Codes
    department: Coded
    state: Codes | None = None
    """Codes of STATES."""
    agent: Coded | None = None
    actor: Coded | None = None
    activity: Coded | None = None
    resolution: Coded | None = None
    mark: Codes | None = None
    """Codes of MARKS."""
    opened_at: Instants | None = None
    """Of each ticket: the log's own opening time."""
    final_resolution: Codes | None = None
    """Of each ticket: the code of ``resolution`` that is known only at its end."""
    tie: Codes | None = None
    """Rank of each event in the dialect's tie column, if it names one; its place, if it was made of changes."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Further columns, event by event."""
    merged: Flags | None = None
    """Of each ticket: whether it was merged into an older one."""
    cases: pa.LargeStringArray | None = None
    """Ids of the cases that tickets were stitched into, in code point order; None: each ticket is a case. The
    tickets of a case then stand together, the first opened first."""
    first_ticket: Instants | None = None
    """Position of each case's first ticket; one more at the end."""
    explicit_group: Codes | None = None
    """Of each ticket: which group of tickets it belongs to by explicit links alone."""

    def __post_init__(self) -> None:
        # Frames share these arrays, and pandas lets `.array` write through: a log stays as it is.
        for values in (*vars(self).values(), *(x.codes for x in vars(self).values() if isinstance(x, Coded))):
            if isinstance(values, np.ndarray):
                values.setflags(write=False)

    def pick(self, events: Instants | slice, tickets: Instants | slice) -> dict[str, Any]:
        """Return the columns of these events and of these tickets; what is kept besides stays out."""
        each_event = ("time", "row", "department", "state", "agent", "actor", "activity", "resolution", "mark", "tie")
        each_ticket = ("tickets", "opened_at", "final_resolution", "merged", "explicit_group")
        return {name: _pick(getattr(self, name), events) for name in each_event} | {
            name: _pick(getattr(self, name), tickets) for name in each_ticket
        }

    @property
    def ticket(self) -> Codes:
        """Code of the ticket of each event."""
        return np.repeat(np.arange(len(self.tickets), dtype=np.int32), np.diff(self.first))

    @property
    def case_of(self) -> Codes:
        """Code of the case of each ticket."""
        if self.first_ticket is None:
            return np.arange(len(self.tickets), dtype=np.int32)
        return np.repeat(np.arange(len(self.first_ticket) - 1, dtype=np.int32), np.diff(self.first_ticket))

    @property
    def case_names(self) -> pa.LargeStringArray:
        """Ids of the cases."""
        return self.tickets if self.cases is None else self.cases

    @property
    def first_of_case(self) -> Instants:
        """Position of each case's first event, over its tickets one after the other; one more at the end."""
        return self.first if self.first_ticket is None else self.first[self.first_ticket]


def _pick(values: Any, at: Instants | slice) -> Any:
    if values is None:
        return None
    if isinstance(values, Coded):
        return values.at(at)
    return values.take(pa.array(at)) if isinstance(values, pa.Array) and not isinstance(at, slice) else values[at]


@dataclass(frozen=True, eq=False, repr=False)
class TicketLog:
    """A ticket log: its events and all that is known beside them, frozen.

    Made by :func:`read_log`; taken by :func:`reconstruct`. Its frames may be edited freely: each
    access gives a copy (which costs nothing until it is edited).

    Attributes
    ----------
    events : DataFrame
        One row per recorded event, and the columns that the dialect keeps.
    tickets : DataFrame
        One row per ticket: what it is about, as first said.
    links, surveys, messages : DataFrame
        Links between tickets, surveys sent, messages; empty where the source has none.
    stitching : DataFrame
        How many cases rest on which kind of link; empty unless tickets were stitched.
    ledger : DataFrame
        Rows used, set aside and noted, by reason.
    set_aside : DataFrame
        One row per source row that is not used, with the reason and the value.
    dialect : Dialect
        In which it was read.
    as_of : Timestamp
        The "now" of the log. Events after it are set aside.

    Examples
    --------
    >>> import lanehop as lh
    >>> log = lh.sample_log()
    >>> int(log.ledger.loc[log.ledger.effect != "noted", "n_rows"].sum()) == len(log.events) + len(log.set_aside)
    True

    See Also
    --------
    read_log : makes one. reconstruct : what happened in it.
    """

    dialect: Dialect
    as_of: pd.Timestamp
    _coded: CodedEvents
    _about: Mapping[str, Any]
    """Ticket columns, in the order of the tickets."""
    _ledger: pd.DataFrame
    _set_aside: pd.DataFrame
    _links: pd.DataFrame = field(default_factory=lambda: columns.empty("links"))
    _surveys: pd.DataFrame = field(default_factory=lambda: columns.empty("surveys"))
    _messages: pd.DataFrame = field(default_factory=lambda: columns.empty("messages"))
    _stitching: pd.DataFrame = field(default_factory=lambda: columns.empty("stitching"))
    _made: dict[str, pd.DataFrame] = field(default_factory=dict)
    """Frames made on first access: the kernel works on the arrays and may never need them."""

    @property
    def events(self) -> pd.DataFrame:
        """One row per recorded event; see ``schema.describe("events")``."""
        if "events" not in self._made:
            self._made["events"] = _event_frame(self._coded)
        return self._made["events"].copy(deep=False)

    @property
    def tickets(self) -> pd.DataFrame:
        """One row per ticket; see ``schema.describe("tickets")``."""
        if "tickets" not in self._made:
            self._made["tickets"] = _ticket_frame(self._coded, self._about)
        return self._made["tickets"].copy(deep=False)

    @property
    def links(self) -> pd.DataFrame:
        """One row per link between tickets; see ``schema.describe("links")``."""
        return self._links.copy(deep=False)

    @property
    def stitching(self) -> pd.DataFrame:
        """One row per kind of link: how many cases rest on it; see ``schema.describe("stitching")``."""
        return self._stitching.copy(deep=False)

    @property
    def surveys(self) -> pd.DataFrame:
        """One row per survey sent; see ``schema.describe("surveys")``."""
        return self._surveys.copy(deep=False)

    @property
    def messages(self) -> pd.DataFrame:
        """One row per message; see ``schema.describe("messages")``."""
        return self._messages.copy(deep=False)

    @property
    def ledger(self) -> pd.DataFrame:
        """One row per reason: rows used, set aside, noted; see ``schema.describe("ledger")``."""
        return self._ledger.copy(deep=False)

    @property
    def set_aside(self) -> pd.DataFrame:
        """One row per source row that is not used; see ``schema.describe("set_aside")``."""
        return self._set_aside.copy(deep=False)

    def __repr__(self) -> str:
        n = len(self._coded.tickets)
        return (
            f"TicketLog({n:,} tickets, {len(self._coded.time):,} events, "
            f"{len(self._coded.department.names):,} departments, {len(self._set_aside):,} rows set aside, "
            f"as of {self.as_of:%Y-%m-%d %H:%M} UTC)"
        )

    def _repr_html_(self) -> str:
        e = self._coded
        aside = self._set_aside["reason"].value_counts()
        reasons = ", ".join(f"{n:,} {str(reason).replace('_', ' ')}" for reason, n in aside.items() if n)
        beside = {"links": self._links, "surveys": self._surveys, "messages": self._messages}
        lines = [
            ("tickets", f"{len(e.tickets):,}" + ("" if e.cases is None else f" in {len(e.cases):,} cases")),
            ("events", f"{len(e.time):,}"),
            ("departments", f"{len(e.department.names):,}"),
            ("from, as of", f"{_day(e.time)}, {self.as_of:%Y-%m-%d %H:%M} UTC"),
            ("rows set aside", f"{len(self._set_aside):,}" + (f": {reasons}" if reasons else "")),
            ("beside them", ", ".join(f"{len(table):,} {name}" for name, table in beside.items())),
        ]
        return glance("TicketLog", lines)


def _day(time: Instants) -> str:
    return f"{pd.Timestamp(time.min(), unit='us'):%Y-%m-%d}" if len(time) else "never"


def _event_frame(e: CodedEvents) -> pd.DataFrame:
    n = len(e.time)
    ticket = columns.text(Coded(e.ticket, e.tickets))
    case = ticket if e.cases is None else columns.text(Coded(e.case_of[e.ticket], e.cases))
    nothing = np.full(n, -1, dtype=np.int8)
    unsaid = Coded(nothing, pa.array([], type=pa.large_string()))
    events = columns.table(
        "events",
        {
            "case": case,
            "ticket": ticket,
            "time": columns.time(e.time),
            "activity": columns.category(e.activity or unsaid),
            "state": columns.word(nothing if e.state is None else e.state, STATES),
            "department": columns.category(e.department),
            "agent": columns.text(e.agent or unsaid),
            "actor": columns.text(e.actor or unsaid),
            "resolution": columns.category(e.resolution or unsaid),
            "mark": columns.word(nothing if e.mark is None else e.mark, MARKS),
            "row": e.row.astype(np.int64, copy=False),
            **e.kept,
        },
    )
    if e.cases is None:
        return events
    tie = np.zeros(n, dtype=np.int8) if e.tie is None else e.tie
    return events.iloc[np.lexsort((e.row, tie, e.time, e.case_of[e.ticket]))].reset_index(drop=True)


def _ticket_frame(e: CodedEvents, about: Mapping[str, Any]) -> pd.DataFrame:
    n = len(e.tickets)
    blank = columns.empty("tickets").reindex(range(n))
    ticket = columns.text_array(e.tickets)
    opened = np.full(n, MISSING) if e.opened_at is None else e.opened_at
    missing = {name: blank[name].array for name in blank.columns}
    case = ticket if e.cases is None else columns.text(Coded(e.case_of, e.cases))
    return columns.table(
        "tickets", {**missing, **about, "ticket": ticket, "case": case, "opened_at": columns.time(opened)}
    )
