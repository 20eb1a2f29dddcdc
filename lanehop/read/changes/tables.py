"""read_changes: a table of changes, one row per field that changed, made into a TicketLog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop.dialect import Dialect, find_dialect
from lanehop.errors import ArgumentError, SchemaError
from lanehop.log import TicketLog
from lanehop.read.changes.history import FIXED, History
from lanehop.read.logs import check_max_loss, read_history
from lanehop.read.order import rank_values
from lanehop.read.pseudonyms import Veil
from lanehop.read.rows import Positions, SourceRows, join_aside, needed_columns
from lanehop.read.sources import open_source

__all__ = ["read_changes"]

_KIND = "table of changes"
_OWN = {"case": "ticket"} | {name: name for name in FIXED[1:]}


def read_changes(
    source: object,
    *,
    ticket: str = "ticket",
    time: str = "time",
    field: str = "field",
    old: str | None = "old",
    new: str = "new",
    actor: str | None = "actor",
    save: str | None = None,
    records: object = None,
    dialect: Dialect | str | None = None,
    as_of: str | dt.datetime | pd.Timestamp | None = None,
    max_loss: float = 0.0,
    pseudonymize: Sequence[str] = (),
    key: str | bytes | None = None,
    **overrides: Any,
) -> TicketLog:
    """Read a log from a table of changes: one row per field of a ticket that changed.

    For histories that no reader knows: ``ticket_field_history`` of a warehouse, Salesforce's CaseHistory, an audit
    table of one's own. A log of events, one row per event with all its columns, is what :func:`read_log` reads.

    Parameters
    ----------
    source : path or table
        As in :func:`read_log`, in any order.
    ticket : column
        The ticket's id.
    time : column
        When it changed.
    field : column
        The name of what changed.
    old : column, or None
        What it was before. The table need not have it.
    new : column
        What it is now; empty: cleared.
    actor : column, or None
        Who changed it. The table need not have it.
    save : column
        A number or id that is the same for all that was saved at once, and orders the saves of a ticket that have the
        same time. Not given: what changed in a ticket at the same time was saved at once.
    records : path or table
        The tickets as they stand now: ``ticket``, ``opened_at`` if it is known, and a column for each field, under the
        field's name.
    dialect : Dialect, name or path
        As in :func:`read_log`, save that ``columns`` name *fields*: ``columns={"department": "group_id", "state":
        "status"}``; so do ``keep`` and ``final``.
    as_of : time
        As in :func:`read_log`.
    max_loss : float
        As in :func:`read_log`; of the rows of both tables.
    pseudonymize : list of "agent", "requester"
        As in :func:`read_log`.
    key : text or bytes
        As in :func:`read_log`.
    **overrides
        Any key of :class:`Dialect`, in place of the dialect's own.

    Returns
    -------
    TicketLog
        One event per save, and one for the opening where it is known. ``row`` counts on over ``records`` behind
        ``source``.

    Raises
    ------
    SchemaError
        If a column, or a field that the dialect names, is not there.
    ArgumentError
        If one column is named twice, or ``columns`` names a column of this table in place of a field.
    LanehopError
        As in :func:`read_log`.

    Notes
    -----
    - All that one save changes is one event. Of several changes of one field in it, the last row holds.
    - Department and agent stand on every event, as they then are, so that a cleared one is told from one that is not
      said: ``missing_department`` is ``"unassigned"`` here, unless it is passed. A state stands where it changes.
    - What a field was at first is the ``old`` of its first change; of a field that never changes, what the record
      says. An event marked ``backfilled`` says so: at the opening, else at the ticket's first change.
    - A state of several fields is none where the first of them is empty.
    - Where ``old`` is not what the field was, a change is missing: the event is marked ``gap``. Where the last change
      does not lead to the record, the ledger notes ``tail_gap``, for each field.
    - Events = rows used - ``joined_into_saves`` - ``side_records`` + ``backfilled``, all in the ledger.
    - Ids are compared as text and stand as they are: join names to them before, if you have them.

    Examples
    --------
    >>> import pandas as pd, lanehop as lh
    >>> changes = pd.DataFrame({"ticket": [7, 7, 7], "field": ["team", "status", "status"],
    ...     "time": ["2024-03-04 09:00", "2024-03-04 09:00", "2024-03-04 17:30"],
    ...     "old": ["Front Desk", "new", "open"], "new": ["Network", "open", "solved"]})
    >>> log = lh.read_changes(changes, columns={"department": "team", "state": "status"}, timezone="UTC",
    ...                       states={"queued": ["new"], "working": ["open"], "resolved": ["solved"]})
    >>> log.events[["state", "department"]].astype("str").values.tolist()
    [['queued', 'Front Desk'], ['working', 'Network'], ['resolved', 'Network']]

    See Also
    --------
    read_log : the same for a log of events. reconstruct : the step after.
    """
    check_max_loss(max_loss)
    veil = Veil.of(pseudonymize, key)
    spoken = find_dialect(dialect).with_changes(**({"missing_department": "unassigned"} | overrides))
    spoken = _with_own_columns(spoken)
    rows, changes = _changes(source, spoken, ticket, time, field, old, new, actor, save)
    set_aside, noted, n_read, stand = [rows.set_aside], list(rows.noted), rows.n_read, None
    if records is not None:
        beside, stand = _records(records, spoken, n_read)
        set_aside.append(beside.set_aside.assign(row=beside.set_aside["row"] + n_read))
        n_read += beside.n_read
    history = History(_KIND, changes, stand, n_read, join_aside(set_aside), noted)
    return read_history(history, spoken, as_of=as_of, max_loss=max_loss, veil=veil)


def _with_own_columns(dialect: Dialect) -> Dialect:
    strange = {role: name for role, name in dialect.columns.items() if role in _OWN and name != _OWN[role]}
    if strange:
        role, name = next(iter(strange.items()))
        raise ArgumentError(
            f"columns names the fields that change, not the columns of this table; take {role}={name!r} out of it, and "
            "name the column by ticket=..., time=... or actor=..."
        )
    return dialect.with_changes(columns=_OWN)


def _changes(
    source: object,
    dialect: Dialect,
    ticket: str,
    time: str,
    field: str,
    old: str | None,
    new: str,
    actor: str | None,
    save: str | None,
) -> tuple[SourceRows, pa.Table]:
    """Read the table of changes as ``history.CHANGES``."""
    asked = {"ticket": ticket, "time": time, "field": field, "old": old, "new": new, "actor": actor, "save": save}
    named = {argument: name for argument, name in asked.items() if name is not None}
    twice = [name for name in named.values() if list(named.values()).count(name) > 1]
    if twice:
        raise ArgumentError(
            f"column {twice[0]!r} is named twice: {', '.join(x for x in named if named[x] == twice[0])}"
        )
    # Roles stand for what a column holds: labels that are read as text, or times.
    labels = tuple(named[x] for x in ("field", "old", "new", "actor") if x in named)
    carrier = _carrier(dialect, {"case": ticket, "time": time, "state": labels}, [save] if save is not None else [])
    rows = open_source(source, carrier)
    # By their plain names these two are looked for, and not asked for.
    for argument in ("old", "actor"):
        if named.get(argument) == argument and argument not in rows.header:
            del named[argument]
    _check(rows, named)
    n = rows.table.num_rows
    nothing = pa.chunked_array([pa.nulls(n, pa.string())])
    changes = pa.table(
        {
            "ticket": rows.table[ticket],
            "time": rows.table[time],
            "save": rank_values(rows.table[save]) if save is not None else np.zeros(n, dtype=np.int64),
            "field": rows.table[field],
            "old": rows.table[named["old"]] if "old" in named else nothing,
            "new": rows.table[new],
            "knows_old": np.full(n, "old" in named),
            "actor": rows.table[named["actor"]] if "actor" in named else nothing,
            "mark": nothing,
            "row": _positions(rows),
        }
    )
    return rows, changes


def _records(source: object, dialect: Dialect, n_before: int) -> tuple[SourceRows, pa.Table]:
    """Read the tickets as they stand now as ``History.records``."""
    fields = tuple(name for name in needed_columns(dialect) if name not in FIXED)
    rows = open_source(source, _carrier(dialect, {"case": "ticket", "opened_at": "opened_at", "state": fields}, []))
    _check(rows, {"records": "ticket"})
    return rows, rows.table.append_column("row", pa.array(_positions(rows) + n_before))


def _carrier(dialect: Dialect, columns: dict[str, Any], keep: list[str]) -> Dialect:
    """Return a dialect to open a table with, which reads these columns."""
    named = {role: name for role, name in columns.items() if name}
    return Dialect(
        columns=named, keep=tuple(keep), encoding=dialect.encoding, delimiter=dialect.delimiter, sheet=dialect.sheet
    )


def _check(rows: SourceRows, named: dict[str, str]) -> None:
    problems = [f"column {name!r} ({x}) is not there" for x, name in named.items() if name not in rows.header]
    problems += [
        f"column {name!r} stands {rows.duplicated[name]} times; give each a name of its own"
        for name in named.values()
        if rows.duplicated.get(name, 1) > 1
    ]
    if problems:
        there = ", ".join(rows.header[:40]) + (f" and {len(rows.header) - 40} more" if len(rows.header) > 40 else "")
        raise SchemaError("; ".join(problems) + f" (columns of the source: {there or 'none'})")


def _positions(rows: SourceRows) -> Positions:
    return np.arange(rows.table.num_rows) if rows.row is None else rows.row
