"""XES: a streaming reader that keeps every value as it is written and loses no event without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from lanehop.dialect import Dialect
from lanehop.errors import SourceError
from lanehop.read.files import Blob
from lanehop.read.rows import Note, Positions, SourceRows, aside, needed_columns, no_rest

_CHUNK = 1 << 16
_CASE = "case:"
# Nothing is fetched and no entity is expanded. Without huge_tree one value may hold 10 MB, and
# libxml2's own guards against blown-up files stay on.
_SAFE: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}


def read_xes(blob: Blob, dialect: Dialect) -> SourceRows:
    """Read the events of an XES log.

    Parameters
    ----------
    blob : Blob
        The file.
    dialect : Dialect
        Names the needed columns; a trace's attribute is ``case:<key>``, an event's ``<key>``.

    Returns
    -------
    SourceRows
        One row per event, ``row`` being the event's number in the file; all values text as written,
        null where the attribute is absent. Set aside: ``event_without_trace``. Noted:
        ``trace_without_events`` (``n_rows`` counts traces), ``repeated_key`` (an event or a trace with
        a key twice; the first counts).

    Raises
    ------
    SourceError
        If the XML is cut off, malformed, not XES, declares entities or names an outside document, or
        holds no event.

    Notes
    -----
    - Any namespace or none. Nested attributes, lists and containers are passed over; so are the
      defaults that a log declares as ``global``.
    - Memory: the needed columns, and one trace's attributes.
    """
    needed = needed_columns(dialect)
    _check_root(blob)
    events = _walk(blob, frozenset(needed).__contains__)
    if events.n_events == 0:
        raise SourceError(f"{blob.name!r} is an XES log of {len(events.lengths):,} traces without any event")
    columns = events.columns()
    names = [name for name in needed if name in columns]
    if not names:
        return SourceRows(pa.table({}), None, 0, aside(), [], "xes", events.header, {}, no_rest)
    outside = np.asarray([number for number, _ in events.outside], dtype=np.int64)

    def rest(positions: Positions) -> pa.Table:
        others = _walk(blob, lambda key: key not in names).columns()
        return pa.table({key: column.take(pa.array(positions)) for key, column in others.items()})

    return SourceRows(
        pa.table({name: columns[name] for name in names}),
        np.delete(np.arange(events.n_events, dtype=np.int64), outside) if len(outside) else None,
        events.n_events,
        aside(outside, "event_without_trace", [value for _, value in events.outside]),
        list(events.notes.values()),
        "xes",
        events.header,
        events.duplicated,
        rest,
    )


def _check_root(blob: Blob) -> None:
    """Refuse what is no XES log, or could reach outside of its own text, before anything else is parsed."""
    from lxml import etree

    with blob.open() as stream:
        try:
            _, root = next(iter(etree.iterparse(stream, events=("start",), **_SAFE)))
        except (etree.XMLSyntaxError, StopIteration) as error:
            raise SourceError(_broken(blob, error, 0)) from error
        document = root.getroottree().docinfo
        if document.system_url or document.public_id:
            raise SourceError(
                f"{blob.name!r} names an outside document in its DOCTYPE "
                f"({document.system_url or document.public_id!r}), which lanehop refuses; take the DOCTYPE out"
            )
        declared = [] if document.internalDTD is None else [e.name for e in document.internalDTD.iterentities()]
        if declared:
            raise SourceError(
                f"{blob.name!r} declares {len(declared)} entities in its DOCTYPE (first: {declared[0]!r}), "
                "which lanehop refuses; take the DOCTYPE out"
            )
        if _local(root) != "log":
            raise SourceError(
                f"{blob.name!r} is XML, but not an XES log: its root is <{_local(root)}>, not <log>; "
                "export it as XES or CSV"
            )


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _broken(blob: Blob, error: BaseException, n_traces: int) -> str:
    line = getattr(error, "lineno", None)
    return (
        f"{blob.name!r} is cut off or malformed XML at line {line if line else 1:,}, after {n_traces:,} whole traces "
        f"({getattr(error, 'msg', None) or 'no element found'}); download or export it again"
    )


@dataclass
class _Column:
    """The values of one key of events; those pending are packed into an Arrow chunk now and then."""

    pending: list[str | None]
    chunks: list[pa.Array]

    def pack(self) -> None:
        self.chunks.append(pa.array(self.pending, pa.string()))
        self.pending.clear()


@dataclass
class _Events:
    """What one pass over a log finds: the events inside of traces, in the order of the file."""

    wanted: Callable[[str], bool]
    n_events: int = 0
    outside: list[tuple[int, str | None]] = field(default_factory=list)
    """Number and name of each event outside of a trace."""
    lengths: list[int] = field(default_factory=list)
    """Events of each whole trace."""
    event_keys: dict[str, None] = field(default_factory=dict)
    trace_keys: dict[str, None] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    _of_event: dict[str, _Column] = field(default_factory=dict)
    _of_trace: dict[str, list[str | None]] = field(default_factory=dict)
    _in_trace: int = 0
    _pending: int = 0
    _packed: int = 0

    @property
    def header(self) -> tuple[str, ...]:
        """Names of all columns, those of traces first."""
        return tuple(dict.fromkeys([*(_CASE + key for key in self.trace_keys), *self.event_keys]))

    @property
    def duplicated(self) -> dict[str, int]:
        """Names that an event's attribute has in common with a trace's."""
        return {_CASE + key: 2 for key in self.trace_keys if _CASE + key in self.event_keys}

    def take_event(self, element: Any, in_trace: bool) -> None:
        values = self._values(list(element), self.n_events)
        self.n_events += 1
        if not in_trace:
            self.outside.append((self.n_events - 1, values.get("concept:name")))
            return
        if not values.keys() <= self.event_keys.keys():
            for key in _new_keys(values, self.event_keys):
                if self.wanted(key):
                    before = [pa.nulls(self._packed, pa.string())] if self._packed else []
                    self._of_event[key] = _Column([None] * self._pending, before)
        for key, column in self._of_event.items():
            column.pending.append(values.get(key))
        self._in_trace += 1
        self._pending += 1
        if self._pending == _CHUNK:
            self._pack()

    def take_trace(self, element: Any) -> None:
        begun = self.n_events - self._in_trace
        values = self._values([child for child in element if _local(child) != "event"], begun)
        for key in _new_keys(values, self.trace_keys):
            if self.wanted(_CASE + key):
                self._of_trace[key] = [None] * len(self.lengths)
        for key, texts in self._of_trace.items():
            texts.append(values.get(key))
        if self._in_trace == 0:
            self._note("trace_without_events", begun, values.get("concept:name"))
        self.lengths.append(self._in_trace)
        self._in_trace = 0

    def columns(self) -> dict[str, pa.ChunkedArray]:
        """Return the wanted columns; a trace's value stands at each of its events."""
        self._pack()
        made = {key: pa.chunked_array(column.chunks, pa.string()) for key, column in self._of_event.items()}
        trace = pa.array(np.repeat(np.arange(len(self.lengths), dtype=np.int64), self.lengths))
        for key, texts in self._of_trace.items():
            made[_CASE + key] = pa.chunked_array([pa.array(texts, pa.string()).dictionary_encode().take(trace)])
        return made

    def _pack(self) -> None:
        for column in self._of_event.values():
            column.pack()
        self._packed += self._pending
        self._pending = 0

    def _values(self, children: list[Any], row: int) -> dict[str, str | None]:
        """Return the values of attributes by key: the first where a key stands twice."""
        values = {child.get("key"): child.get("value") for child in children}
        if len(values) < len(children):
            keys = [child.get("key") for child in children]
            again = next((key for i, key in enumerate(keys) if key is not None and key in keys[:i]), None)
            if again is not None:
                self._note("repeated_key", row, again)
                values = {child.get("key"): child.get("value") for child in reversed(children)}
        values.pop(None, None)
        return values

    def _note(self, reason: str, row: int, value: str | None) -> None:
        first = self.notes.get(reason, Note(reason, 0, row, value))
        self.notes[reason] = Note(reason, first.n_rows + 1, first.first_row, first.first_value)


def _new_keys(values: dict[str, str | None], known: dict[str, None]) -> list[str]:
    """Return the keys with a value that were not known, which then are."""
    new = [key for key, value in values.items() if value is not None and key not in known]
    known.update(dict.fromkeys(new))
    return new


def _walk(blob: Blob, wanted: Callable[[str], bool]) -> _Events:
    """Go over a log once, keeping the columns that are wanted."""
    from lxml import etree

    events = _Events(wanted)
    with blob.open() as stream:
        ends = etree.iterparse(
            stream, events=("end",), tag=("{*}event", "{*}trace"), remove_comments=True, remove_pis=True, **_SAFE
        )
        try:
            for _, element in ends:
                parent = element.getparent()
                if _local(element) == "event":
                    events.take_event(element, parent is not None and _local(parent) == "trace")
                else:
                    events.take_trace(element)
                # What is done with is taken out of the tree, so that it does not grow with the log.
                element.clear()
                before = element.getprevious()
                if parent is not None and before is not None and _local(before) in ("event", "trace"):
                    parent.remove(before)
        except etree.XMLSyntaxError as error:
            raise SourceError(_broken(blob, error, len(events.lengths))) from error
    return events
