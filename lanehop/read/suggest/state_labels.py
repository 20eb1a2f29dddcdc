"""State labels: the labels of an export's status, where they stand and which of them have a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lanehop.columns import Coded, Codes, Flags
from lanehop.read.encoding import encode, join
from lanehop.read.rows import SourceRows
from lanehop.read.suggest.label_words import MISSING
from lanehop.read.suggest.state_guesses import UNKNOWN, ZENDESK_WORD, Placing, place_labels
from lanehop.states import FIRST_DONE, STATES


@dataclass(frozen=True)
class StateLabels:
    """The labels of the state, row for row, and what each means; ``row``: source rows, None for 0, 1, 2, ..."""

    labels: Coded
    placings: list[Placing]
    row: Codes | None

    @property
    def zendesk(self) -> bool:
        """Whether the labels are Zendesk's."""
        return any(p.why == ZENDESK_WORD for p in self.placings)

    def states(self) -> dict[str, tuple[str, ...]]:
        """Return the labels that have a place, by state."""
        named = list(zip(self.names(), self.placings, strict=True))
        made = {state: tuple(name for name, p in named if p.state == state) for state in STATES}
        return {state: labels for state, labels in made.items() if labels}

    def note(self) -> str:
        """Say how many labels have a place, and by what."""
        placed = sum(p.state is not None for p in self.placings)
        by = "the meanings that they have in Zendesk" if self.zendesk else "their words"
        return f"labels placed by {by}: {placed} of {len(self.placings)}" + "; please check" * (not self.zendesk)

    def names(self) -> list[str]:
        """Return the labels."""
        names: list[str] = self.labels.names.to_pylist()
        return names

    def reopenings(self) -> list[str]:
        """Return the labels that are a step from done to open."""
        return [name for name, p in zip(self.names(), self.placings, strict=True) if p.reopens]

    def unplaced(self) -> list[tuple[str, int, int]]:
        """Return the labels that have no place: label, rows, first row of the source."""
        codes = self.labels.codes
        known = np.flatnonzero(codes >= 0)
        n = np.bincount(codes[known], minlength=len(self.placings))
        # Of repeated places the last is written: backwards, that is the first row.
        first = np.zeros(len(self.placings), dtype=np.int64)
        first[codes[known[::-1]]] = known[::-1] if self.row is None else self.row[known[::-1]]
        return [
            (name, int(n[at]), int(first[at]))
            for at, (name, p) in enumerate(zip(self.names(), self.placings, strict=True))
            if p.state is None
        ]

    def hints(self) -> dict[str, str]:
        """Return what the labels without a place leave open, where their words say anything."""
        named = zip(self.names(), self.placings, strict=True)
        return {name: p.why for name, p in named if p.state is None and p.why != UNKNOWN}

    def open_rows(self) -> Flags:
        """Return the rows whose label means an open state."""
        is_open = [p.state is not None and STATES.index(p.state) < FIRST_DONE for p in self.placings]
        return np.array([*is_open, False], dtype=bool)[self.labels.codes]


def read_labels(rows: SourceRows, columns: tuple[str, ...]) -> StateLabels:
    """Read the labels from one column, or joined from several, and place them."""
    parts = [_without_missing(encode(rows.table[name])) for name in columns]
    labels = join(parts)
    return StateLabels(labels, place_labels(_parts_of(labels, parts)), rows.row)


def _without_missing(part: Coded) -> Coded:
    """Return the labels without those that stand for nothing."""
    kept = np.array([name.casefold() not in MISSING for name in part.names.to_pylist()], dtype=bool)
    if kept.all():
        return part
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    return Coded(number[part.codes], part.names.filter(pa.array(kept)))


def _parts_of(labels: Coded, parts: list[Coded]) -> list[tuple[str, ...]]:
    """Return the parts that each label was joined from."""
    example = np.zeros(len(labels.names), dtype=np.int64)
    known = np.flatnonzero(labels.codes >= 0)
    example[labels.codes[known]] = known
    columns = [_texts_at(part, example) for part in parts]
    return [tuple(x for x in row if x is not None) for row in zip(*columns, strict=True)]


def _texts_at(part: Coded, rows: Codes) -> list[str | None]:
    codes = part.codes[rows]
    texts: list[str | None] = part.names.take(pa.array(codes, mask=codes < 0)).to_pylist()
    return texts
