"""Saves: the changes of a history in order, and which of them were made at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop import grouped
from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.dialect import Dialect
from lanehop.read.changes.fields import dictionary
from lanehop.read.changes.ticket_records import flagged, numbers
from lanehop.read.encoding import encode
from lanehop.read.ledger import shown
from lanehop.read.order import put_in_order
from lanehop.read.rows import Note, aside
from lanehop.read.times import read_times
from lanehop.states import MARKS

NO_MARK = len(MARKS)
"""The code of no mark, behind those of all marks."""


@dataclass(frozen=True, eq=False)
class Saves:
    """The usable changes in order, and the saves that they make up."""

    order: Instants
    """The change at each place."""
    begin: Instants
    """The place of each save's first change; one more at the end."""
    of_place: Instants
    """The save of each place."""
    ticket: Codes
    """The ticket of each save."""
    time: Instants
    """The time of each save."""
    first: Instants
    """Each ticket's first save; one more at the end."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where saves stand among the events, to which those are added that were made up."""

    of_save: Instants
    """The event of each save."""
    made_up: Instants
    """The events that no save says, each the first of its ticket."""
    first: Instants
    """Each ticket's first event; one more at the end."""

    @property
    def n(self) -> int:
        """How many events there are."""
        return int(self.first[-1])


def place_saves(saves: Saves, has_more: Flags) -> Places:
    """Lay out the events; ``has_more`` tells which tickets have one before their first save."""
    first = np.append(0, np.cumsum(np.diff(saves.first) + has_more))
    of_save = np.arange(len(saves.ticket)) + np.cumsum(has_more)[saves.ticket]
    return Places(of_save, first[:-1][has_more], first)


def order_saves(
    changes: pa.Table, case: Codes, n_tickets: int, dialect: Dialect, asides: list[pd.DataFrame], noted: list[Note]
) -> Saves:
    """Order the changes that name a ticket and a time; set the others aside."""
    rows, column = numbers(changes["row"]), changes["time"]
    times = read_times(column, "time", time_format=dialect.time_format, timezone=dialect.timezone, order=lambda: case)
    used = (case >= 0) & times.ok
    for reason, flags, name in (
        ("no_case", case < 0, "ticket"),
        ("no_time", (case >= 0) & times.missing, "time"),
        ("time_out_of_range", (case >= 0) & times.out_of_range, "time"),
        ("bad_time", (case >= 0) & ~(times.ok | times.missing | times.out_of_range), "time"),
    ):
        if flags.any():
            # A row that says something usable, too, is used.
            lost, at = np.unique(rows[flags], return_index=True)
            lost, at = lost[alone := ~np.isin(lost, rows[~flags])], at[alone]
            cells = shown(changes[name].take(pa.array(np.flatnonzero(flags)[at])))
            asides.append(aside(lost, reason, cells).assign(column=name))
    noted += flagged("local_time_skipped", times.shifted & used, rows, column)
    noted += flagged("local_time_twice", times.ambiguous & used, rows, column)
    if times.naive is not None and (used & ~times.naive).any():
        noted += flagged("time_without_zone", times.naive & used, rows, column)
    ordered = put_in_order(Coded(case, pa.nulls(n_tickets, pa.large_string())), times.us, changes["save"], used)
    order = np.arange(len(case)) if ordered.rows is None else ordered.rows
    ticket, save = case[order], numbers(changes["save"])[order]
    new = np.append(True, (ticket[1:] != ticket[:-1]) | (ordered.us[1:] != ordered.us[:-1]) | (save[1:] != save[:-1]))
    begin = np.flatnonzero(new[: len(order)])
    first = np.searchsorted(ticket[begin], np.arange(n_tickets + 1))
    return Saves(
        order, np.append(begin, len(order)), np.cumsum(new[: len(order)]) - 1, ticket[begin], ordered.us[begin], first
    )


def marks_of(saves: Saves, column: pa.ChunkedArray) -> Codes:
    """Return the mark of each save; NO_MARK where it has none."""
    marks = encode(column, name="mark")
    code = [MARKS.index(name) if name in MARKS else NO_MARK for name in marks.names.to_pylist()]
    of_place = np.array([*code, NO_MARK], dtype=np.int8)[marks.codes[saves.order]]
    return np.asarray(np.minimum.reduceat(of_place, saves.begin[:-1]) if len(of_place) else of_place)


def first_said_in(saves: Saves, codes: Codes) -> Codes:
    """Return the first known value of each save."""
    at, found = grouped.next_in(np.flatnonzero(codes >= 0), saves.begin[:-1], saves.begin[1:])
    return np.where(found, codes[at] if len(codes) else -1, -1)


def activities_of(of_place: Coded, saves: Saves, places: Places) -> pa.ChunkedArray:
    """Name for each save the fields that it changed, each once, in order."""
    again = np.zeros(len(of_place.codes), dtype=bool)
    several = np.flatnonzero(np.diff(saves.begin)[saves.of_place] > 1)
    pair = saves.of_place[several] * (len(of_place.names) + 1) + of_place.codes[several]
    again[several] = pd.Series(pair).duplicated().to_numpy()
    said = np.flatnonzero((of_place.codes >= 0) & ~again)
    offsets = np.searchsorted(said, saves.begin).astype(np.int32)
    words = pa.ListArray.from_arrays(offsets, of_place.names.take(pa.array(of_place.codes[said])))
    texts = pc.binary_join(words, pa.scalar(", ", pa.large_string())).dictionary_encode()
    codes = np.full(places.n, -1, dtype=np.int32)
    codes[places.of_save] = np.where(np.diff(offsets) > 0, texts.indices.to_numpy(), -1)
    return dictionary(Coded(codes, texts.dictionary))
