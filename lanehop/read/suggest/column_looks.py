"""Column looks: what the values of each column do, over all rows and within the tickets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.read.encoding import encode
from lanehop.read.rows import SourceRows
from lanehop.read.suggest.label_words import FLAGS, MISSING, UNASSIGNED
from lanehop.read.suggest.state_guesses import place_label
from lanehop.read.suggest.time_guesses import TimeLook, look_at_instants, look_at_times
from lanehop.read.suggest.wordings import HeaderSaying, read_header
from lanehop.read.times import read_times

_MOST_FLAGS = 4
_AMOUNT = (
    # An id that a spreadsheet made a float ("1001.0") is no amount.
    r"^(?:[€$£¥]|EUR|USD|GBP|CHF|PLN|R\$)?\s?[-+]?\s?(?:\d{1,3}(?:[.,'\s]\d{3})+|\d+)"
    r"(?:[.,](?:[1-9]|\d{2}|-)\s?(?:[€$£¥%]|[A-Za-zł]{1,3}\.?)?|\s?[€$£¥%])$"
)
_AMOUNTS = 0.2
"""Share of the values from which on a column holds amounts: whole ones are often written without decimals."""
_MOST_LABELS = 300
"""More different values than that are no labels of states."""


@dataclass(frozen=True)
class ColumnLook:
    """What one column holds.

    Attributes
    ----------
    name : str
    values : Coded
        Row for row; stand-ins for a missing value count as missing.
    stand_ins : dict of str to int
        Those stand-ins, with the rows that they stand on.
    n : int
        Rows that hold something.
    counts : array of int64
        Rows of each different value.
    says : dict of role to HeaderSaying
    time : TimeLook
    state_share : float
        Share of the rows whose label is a known word for a state of a ticket.
    """

    name: str
    values: Coded
    stand_ins: dict[str, int]
    n: int
    counts: Instants
    says: dict[str, HeaderSaying]
    time: TimeLook
    state_share: float
    n_state_words: int = 0
    typed: pa.ChunkedArray | None = field(default=None, repr=False)

    @cached_property
    def n_distinct(self) -> int:
        """How many different values there are."""
        return int((self.counts > 0).sum())

    @property
    def is_time(self) -> bool:
        """Whether the values are times."""
        return bool(self.time.writings)

    @property
    def is_flag(self) -> bool:
        """Whether the values are yes and no, which name nobody and no state."""
        if not 0 < self.n_distinct <= _MOST_FLAGS:
            return False
        names = self.values.names.filter(pa.array(self.counts > 0)).to_pylist()
        return {name.casefold() for name in names} <= FLAGS

    @property
    def is_amount(self) -> bool:
        """Whether the values are money or decimals ("12,50", "3.5 h"), which number nothing."""
        return self.share_matching(_AMOUNT) > _AMOUNTS

    def share_matching(self, pattern: str) -> float:
        """Return the share of rows whose value matches a regular expression."""
        if not self.n:
            return 0.0
        hit = pc.match_substring_regex(self.values.names, pattern).to_numpy(zero_copy_only=False)
        return float(self.counts[hit].sum() / self.n)


class Changes(NamedTuple):
    """How often a column changes from one known value to another within a case, and in how many cases."""

    n: int
    n_cases: int


@dataclass(frozen=True)
class Grouping:
    """The rows brought case by case, and within each by time where it is known, then as they stand."""

    case: Codes
    order: Instants

    def changes(self, codes: Codes) -> Changes:
        """Count the changes of a column within the cases; missing values are passed over."""
        here, value = self.case[self.order], codes[self.order]
        known = (value >= 0) & (here >= 0)
        here, value = here[known], value[known]
        step = (value[1:] != value[:-1]) & (here[1:] == here[:-1])
        return Changes(int(step.sum()), len(np.unique(here[1:][step])))


def look_at_columns(rows: SourceRows) -> list[ColumnLook]:
    """Return what each column holds; one that stands more than once cannot be meant, and is left out."""
    names = [n for n in rows.header if n in rows.table.column_names and rows.duplicated.get(n, 1) == 1]
    return [_look(name, rows.table[name]) for name in names]


def group_rows(case: Coded, us: Instants | None) -> Grouping:
    """Bring the rows case by case."""
    order = np.argsort(case.codes, kind="stable") if us is None else np.lexsort((us, case.codes))
    return Grouping(case.codes, order)


def rows_by_case(look: ColumnLook) -> float:
    """Return how many rows a value of the column has on average."""
    return look.n / max(look.n_distinct, 1)


def say_the_same(one: ColumnLook, other: ColumnLook) -> bool:
    """Tell whether two columns say the same in other words: each value of one has one value of the other."""
    both = (one.values.codes >= 0) & (other.values.codes >= 0)
    if not both.any():
        return False
    a, b = one.values.codes[both].astype(np.int64), other.values.codes[both].astype(np.int64)
    pairs = len(np.unique(a * (len(other.values.names) + 1) + b))
    return 1 < pairs == len(np.unique(a)) == len(np.unique(b))


def _look(name: str, column: pa.ChunkedArray) -> ColumnLook:
    says = read_header(name)
    if pa.types.is_temporal(column.type) and not pa.types.is_duration(column.type) and not _is_clock(column.type):
        times = read_times(column, name, time_format=None, timezone="UTC", order=None)
        values = _coded_instants(times.us, times.ok)
        counts = np.bincount(values.codes[values.codes >= 0], minlength=len(values.names))
        return ColumnLook(name, values, {}, int(counts.sum()), counts, says, look_at_instants(times), 0.0, 0, column)
    if pa.types.is_nested(column.type) or pa.types.is_duration(column.type) or _is_clock(column.type):
        column = pa.chunked_array([pa.array([None if x is None else str(x) for x in column.to_pylist()], pa.string())])
    values = encode(column)
    counts = np.bincount(values.codes[values.codes >= 0], minlength=len(values.names)).astype(np.int64)
    values, counts, stand_ins = _without_stand_ins(values, counts)
    used = np.flatnonzero(counts > 0)
    texts = values.names.take(pa.array(used))
    look = ColumnLook(name, values, stand_ins, int(counts.sum()), counts, says, look_at_times(texts, counts[used]), 0.0)
    if look.is_time or not 1 < len(used) <= _MOST_LABELS:
        return look
    known = np.array([place_label(x).known for x in texts.to_pylist()])
    share = float(counts[used][known].sum() / look.n)
    return replace(look, state_share=share, n_state_words=int(known.sum()))


def _without_stand_ins(values: Coded, counts: Instants) -> tuple[Coded, Instants, dict[str, int]]:
    names = pc.utf8_lower(values.names)
    hit: Flags = pc.is_in(names, value_set=pa.array(sorted(MISSING | UNASSIGNED), names.type)).to_numpy(
        zero_copy_only=False
    )
    hit &= counts > 0
    if not hit.any():
        return values, counts, {}
    stand_ins = {values.names[int(i)].as_py(): int(counts[i]) for i in np.flatnonzero(hit)}
    codes = np.where(np.append(hit, False)[values.codes], -1, values.codes)
    return Coded(codes, values.names), np.where(hit, 0, counts), stand_ins


def _coded_instants(us: Instants, ok: Flags) -> Coded:
    different, codes = np.unique(us[ok], return_inverse=True)
    made = np.full(len(us), -1, dtype=np.int64)
    made[ok] = codes
    return Coded(made, pa.array(different.astype(str), pa.large_string()))


def _is_clock(kind: pa.DataType) -> bool:
    return bool(pa.types.is_time(kind))
