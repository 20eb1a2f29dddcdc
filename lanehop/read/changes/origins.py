"""Origins: the source rows behind each event that was made of changes, and what is to be told of them."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

import numpy as np

from lanehop.columns import Codes, Flags, Instants
from lanehop.read.rows import Note
from lanehop.states import MARKS

GAP, BACKFILLED = MARKS.index("gap"), MARKS.index("backfilled")


@dataclass(frozen=True, eq=False)
class Tail:
    """A field whose history does not end where its tickets stand now."""

    field: str
    n_tickets: int
    row: int
    ticket: str
    ends: str
    stands: str


@dataclass(frozen=True, eq=False)
class Origins:
    """Which source rows each event was made of.

    A row may stand behind several events: that of a ticket's record behind the first, that of a first change behind
    the backfilled event before it.
    """

    event: Instants
    """The event of each pair of event and source row."""
    row: Instants
    """The source row of each pair."""
    of_change: Flags
    """Whether the row of each pair says a change; else it is a ticket's record."""
    own: Instants
    """The row that each event carries."""
    mark: Codes
    gap_event: Instants
    """The event of each change whose old value is not the value that the field had."""
    say_gap: Callable[[int, Container[str]], str]
    """Tell of one of these changes, but no values of the given fields."""
    tails: tuple[Tail, ...]

    def rows_only_of(self, events: Flags) -> tuple[Instants, Instants]:
        """Return the rows behind these events and no others, and for each the first such event."""
        theirs = events[self.event]
        alone = self._among(self.row[theirs]) & ~self._among(self.row[~theirs])
        event = np.zeros(len(alone), dtype=np.int64)
        at = np.flatnonzero(theirs)[::-1]  # so that the first event of a row is written last
        event[self.row[at]] = self.event[at]
        rows = np.flatnonzero(alone)
        return rows, event[rows]

    def _among(self, rows: Instants) -> Flags:
        """Flag the source rows that are among these."""
        flags = np.zeros(int(self.row.max(initial=-1)) + 1, dtype=bool)
        flags[rows] = True
        return flags

    def notes(self, used: Flags, n_rows: int, hide: Container[str]) -> list[Note]:
        """Tell how the used rows became the used events, and where the changes do not fit each other.

        Events = rows used - joined_into_saves - side_records + backfilled.

        Parameters
        ----------
        used : bool
            Which events are used.
        n_rows : int
            Source rows used.
        hide : names of fields
            Whose values are not to be told.
        """
        behind = self._among(self.row[used[self.event] & self.of_change])
        joined = np.flatnonzero(behind & ~self._among(self.own[used & (self.mark != BACKFILLED)]))
        n_beside = n_rows - int(behind.sum())
        made_up = np.flatnonzero(used & (self.mark == BACKFILLED))
        told = []
        if len(joined):
            told.append(Note("joined_into_saves", len(joined), int(joined[0])))
        if n_beside:
            told.append(Note("side_records", n_beside))
        if len(made_up):
            told.append(Note("backfilled", len(made_up), int(self.own[made_up].min())))
        gaps = np.flatnonzero(used[self.gap_event])
        if len(gaps):
            events = np.bincount(self.gap_event[gaps])
            one = gaps[self.own[self.gap_event[gaps]].argmin()]
            told.append(
                Note(
                    "gap",
                    int(np.count_nonzero(events)),
                    int(self.own[self.gap_event[one]]),
                    self.say_gap(int(one), hide),
                )
            )
        for tail in self.tails:
            values = f"{tail.ends} in the history, {tail.stands} in the record"
            said = "ends otherwise than the record" if tail.field in hide else values
            told.append(Note("tail_gap", tail.n_tickets, tail.row, f"ticket {tail.ticket}: {tail.field} {said}"))
        return told
