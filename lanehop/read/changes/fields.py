"""Fields: what each field of a ticket was from the start, became with each save, and is in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lanehop import grouped
from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.dialect import Dialect, label_states
from lanehop.read.encoding import encode, join, only_used
from lanehop.states import FIRST_DONE


@dataclass(frozen=True, eq=False)
class Saved:
    """The changes of all fields, in order of ticket and save, with the save of each."""

    field: Codes
    old: Codes
    new: Codes
    """Codes of the values; -1: empty."""
    knows_old: Flags
    save: Instants
    ticket: Codes
    """The ticket of each save."""


@dataclass(frozen=True, eq=False)
class FieldHistory:
    """One field over all tickets: its value at first, and one step for each save that changed it."""

    name: str
    initial: Codes
    """Of each ticket; -1: empty, or not known."""
    save: Instants
    """The save of each step."""
    new: Codes
    """The value after each step."""
    gap: Instants
    """Steps whose old value is not the value that the field had."""
    gap_old: Codes
    gap_had: Codes
    ends: Codes
    """The last value of each ticket that has a step; -1 for the others, too."""
    changed: Flags
    """Whether a ticket has a step."""


def follow(name: str, code: int, s: Saved, n_tickets: int, stands: Codes | None, on_record: Instants) -> FieldHistory:
    """Follow a field through the saves of each ticket.

    Parameters
    ----------
    code : int
        That of the field in ``s.field``; -1: no change names it.
    stands : codes, or None
        Its value in each ticket record; None: the records do not say.
    on_record : positions
        The ticket of each record.

    Notes
    -----
    - Of several changes in one save the last holds, and the old value of the first is what counts.
    - At first a field has the old value of its first change, if that says one, else it is not known; a field that
      never changes has the value in the record.
    """
    at = np.flatnonzero(s.field == code) if code >= 0 else np.zeros(0, dtype=np.int64)
    save = s.save[at]
    other = save[1:] != save[:-1]
    begin, end = at[np.append(True, other)[: len(at)]], at[np.append(other, True)[: len(at)]]
    save, new, old, knows = s.save[begin], s.new[end], s.old[begin], s.knows_old[begin]
    ticket = s.ticket[save]
    first = np.ones(len(save), dtype=bool)
    first[1:] = ticket[1:] != ticket[:-1]
    initial = np.full(n_tickets, -1, dtype=np.int64)
    if stands is not None:
        initial[on_record] = stands
    changed = np.zeros(n_tickets, dtype=bool)
    changed[ticket] = True
    initial[ticket[first]] = np.where(knows[first], old[first], -1)
    had = np.append(-1, new[:-1])[: len(new)]
    gap = np.flatnonzero(~first & knows & (old != had))
    last = np.ones(len(save), dtype=bool)
    last[:-1] = first[1:]
    ends = np.full(n_tickets, -1, dtype=np.int64)
    ends[ticket[last]] = new[last]
    return FieldHistory(name, initial, save, new, gap, old[gap], had[gap], ends, changed)


@dataclass(frozen=True, eq=False)
class Followed:
    """All fields that are read and known, each over all tickets."""

    histories: list[FieldHistory]
    stands: Mapping[str, Codes]
    """The values of a field in the records, one for each ticket that has one; only of fields that records have."""
    values: pa.LargeStringArray
    """The names of all values."""

    def say(self, code: int) -> str:
        """Say a value."""
        return "empty" if code < 0 else repr(self.values[int(code)].as_py())


def begin_done(followed: Followed, n_tickets: int, names: Mapping[str, Mapping[str, str]], dialect: Dialect) -> Flags:
    """Tell which tickets are done before their first change."""
    said = dialect.columns.get("state", ())
    fields = (said,) if isinstance(said, str) else said
    known = {h.name: h for h in followed.histories if h.name in fields}
    if not fields or fields[0] not in known:
        return np.zeros(n_tickets, dtype=bool)
    parts = []
    for name in fields:
        if name in known:
            part, called = only_used(Coded(known[name].initial, followed.values)), names.get(name, {})
            labels = [called.get(label, label) for label in part.names.to_pylist()]
            parts.append(Coded(part.codes, pa.array(labels, pa.large_string())))
    label, means = join(parts), label_states(dialect)
    done = [means.get(name, -1) >= FIRST_DONE for name in label.names.to_pylist()]
    return np.array([*done, False])[label.codes] & (known[fields[0]].initial >= 0)


def steps_of(h: FieldHistory, event_of_save: Instants, first: Instants) -> Codes:
    """Return the field on each event: its code + 1 where the event says it, 0 where it says none, else -1.

    The first event of a ticket says the initial value, unless it changes the field itself.
    """
    said = np.full(int(first[-1]), -1, dtype=np.int64)
    filled = first[:-1] < first[1:]
    said[first[:-1][filled]] = h.initial[filled] + 1
    said[event_of_save[h.save]] = h.new + 1
    return said


def held(said: Codes, first: Instants) -> Codes:
    """Return the value that a field has at each event; -1: none."""
    return np.asarray(grouped.carry(said, first) - 1)


def encode_together(
    columns: Iterable[pa.ChunkedArray], missing: tuple[str, ...], name: str
) -> tuple[list[Codes], pa.Array]:
    """Encode several columns with the same codes, so that their values can be held against each other."""
    parts = [encode(column, missing, name=name) for column in columns]
    names = pc.unique(pa.concat_arrays([part.names for part in parts])) if parts else pa.array([], pa.large_string())
    names = names.take(pc.array_sort_indices(names))
    codes = []
    for part in parts:
        place = np.append(pc.index_in(part.names, value_set=names).to_numpy(zero_copy_only=False), -1)
        codes.append(place[part.codes].astype(np.int32))
    return codes, names


def dictionary(values: Coded) -> pa.ChunkedArray:
    """Return a column over a dictionary of names."""
    indices = pa.array(values.codes.astype(np.int32, copy=False), mask=values.codes < 0)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, values.names)])


def named(values: Coded, names: Mapping[str, str] | None) -> pa.ChunkedArray:
    """Return ids by their names, where they have one."""
    values = only_used(values)
    if names:
        called = [names.get(name, name) for name in values.names.to_pylist()]
        values = Coded(values.codes, pa.array(called, pa.large_string()))
    return dictionary(values)
