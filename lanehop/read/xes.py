"""XES: a streaming reader that keeps every value as it is written and loses no event without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree

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
    needed = frozenset(needed_columns(dialect))
    _check_root(blob)
    parsed = _parse(blob, needed.__contains__)
    if parsed.n_events == 0:
        raise SourceError(f"{blob.name!r} is an XES log of {parsed.n_traces:,} traces without any event")
    names = [n for n in needed_columns(dialect) if n in parsed.columns]
    table = pa.table({n: parsed.columns[n] for n in names})
    header = tuple(parsed.columns_seen)
    if not names:
        return SourceRows(table, None, 0, aside(), [], "xes", header, {}, no_rest)
    outside = np.asarray([number for number, _ in parsed.outside], dtype=np.int64)

    def rest(positions: Positions) -> pa.Table:
        others = _parse(blob, lambda key: key not in names)
        at = pa.array(positions)
        return pa.table({key: column.take(at) for key, column in others.columns.items()})

    return SourceRows(
        table,
        np.delete(np.arange(parsed.n_events, dtype=np.int64), outside) if len(outside) else None,
        parsed.n_events,
        aside(outside, "event_without_trace", [value for _, value in parsed.outside]),
        parsed.noted,
        "xes",
        header,
        parsed.duplicated,
        rest,
    )


def _check_root(blob: Blob) -> None:
    """Refuse what is no XES log, or could reach outside of its own text, before anything else is parsed."""
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
    """The values of one key; those pending are packed into an Arrow chunk now and then."""

    pending: list[str | None]
    chunks: list[pa.Array] = field(default_factory=list)

    def pack(self) -> None:
        self.chunks.append(pa.array(self.pending, pa.string()))
        self.pending.clear()


@dataclass
class _Parsed:
    """What one pass over a log found: rows are the events inside of traces, in the order of the file."""

    n_events: int = 0
    n_traces: int = 0
    n_packed: int = 0
    columns: dict[str, pa.ChunkedArray] = field(default_factory=dict)
    columns_seen: dict[str, None] = field(default_factory=dict)
    duplicated: dict[str, int] = field(default_factory=dict)
    outside: list[tuple[int, str | None]] = field(default_factory=list)
    noted: list[Note] = field(default_factory=list)


def _parse(blob: Blob, wanted: Callable[[str], bool]) -> _Parsed:
    """Read the columns that are wanted, and the names of all."""
    parsed = _Parsed()
    of_event: dict[str, _Column] = {}
    of_trace: dict[str, list[str | None]] = {}
    lengths: list[int] = []
    seen_event: dict[str, None] = {}
    seen_trace: dict[str, None] = {}
    found: dict[str, Note] = {}
    pending = in_trace = 0

    with blob.open() as stream:
        walk = etree.iterparse(
            stream, events=("end",), tag=("{*}event", "{*}trace"), remove_comments=True, remove_pis=True, **_SAFE
        )
        try:
            for _, element in walk:
                parent = element.getparent()
                if _local(element) == "event":
                    values = _values(list(element), parsed.n_events, found)
                    if parent is not None and _local(parent) == "trace":
                        if not values.keys() <= seen_event.keys():
                            for key in [k for k, v in values.items() if v is not None and k not in seen_event]:
                                seen_event[key] = None
                                if wanted(key):
                                    missing = [pa.nulls(parsed.n_packed, pa.string())] if parsed.n_packed else []
                                    of_event[key] = _Column([None] * pending, missing)
                        for key, column in of_event.items():
                            column.pending.append(values.get(key))
                        in_trace += 1
                        pending += 1
                        if pending == _CHUNK:
                            for column in of_event.values():
                                column.pack()
                            parsed.n_packed += pending
                            pending = 0
                    else:
                        parsed.outside.append((parsed.n_events, values.get("concept:name")))
                    parsed.n_events += 1
                else:
                    children = [child for child in element if _local(child) != "event"]
                    values = _values(children, parsed.n_events - in_trace, found)
                    for key in [k for k, v in values.items() if v is not None and k not in seen_trace]:
                        seen_trace[key] = None
                        if wanted(_CASE + key):
                            of_trace[key] = [None] * len(lengths)
                    for key, texts in of_trace.items():
                        texts.append(values.get(key))
                    lengths.append(in_trace)
                    if in_trace == 0:
                        _count(found, "trace_without_events", parsed.n_events, values.get("concept:name"))
                    in_trace = 0
                # What is done with is taken out of the tree, so that it does not grow with the log.
                element.clear()
                before = element.getprevious()
                if before is not None and parent is not None and _local(before) in ("event", "trace"):
                    parent.remove(before)
        except etree.XMLSyntaxError as error:
            raise SourceError(_broken(blob, error, len(lengths))) from error

    for column in of_event.values():
        column.pack()
    parsed.n_traces = len(lengths)
    parsed.columns = {key: pa.chunked_array(column.chunks, pa.string()) for key, column in of_event.items()}
    of_row = pa.array(np.repeat(np.arange(len(lengths), dtype=np.int64), lengths))
    for key, texts in of_trace.items():
        coded = pa.array(texts, pa.string()).dictionary_encode()
        parsed.columns[_CASE + key] = pa.chunked_array([coded.take(of_row)])
    named = [_CASE + key for key in seen_trace]
    parsed.columns_seen = dict.fromkeys([*named, *seen_event])
    parsed.duplicated = {name: 2 for name in named if name in seen_event}
    parsed.noted = list(found.values())
    return parsed


def _values(children: list[Any], row: int, found: dict[str, Note]) -> dict[str, str | None]:
    """Return the values of attributes by key: the first where a key stands twice."""
    values = {child.get("key"): child.get("value") for child in children}
    if len(values) < len(children):
        keys = [child.get("key") for child in children]
        again = next((k for i, k in enumerate(keys) if k is not None and k in keys[:i]), None)
        if again is not None:
            _count(found, "repeated_key", row, again)
            values = {child.get("key"): child.get("value") for child in reversed(children)}
    values.pop(None, None)
    return values


def _count(found: dict[str, Note], reason: str, row: int, value: str | None) -> None:
    first = found.get(reason, Note(reason, 0, row, value))
    found[reason] = Note(reason, first.n_rows + 1, first.first_row, first.first_value)
