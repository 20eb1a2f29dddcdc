"""read_log: any source, in a dialect, made into a TicketLog that accounts for every row."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from numbers import Real
from typing import Any

import pandas as pd
import pyarrow as pa

from lanehop.dialect import ROLES, Dialect, find_dialect
from lanehop.errors import ArgumentError, SchemaError
from lanehop.log import TicketLog
from lanehop.read.changes.engine import make_rows
from lanehop.read.changes.history import History
from lanehop.read.door import Door
from lanehop.read.pseudonyms import Veil
from lanehop.read.rows import SourceRows, needed_columns
from lanehop.read.sources import open_source
from lanehop.schema import BUSINESS, TABLES

__all__ = ["read_log"]


def read_log(
    source: object,
    *,
    dialect: Dialect | str | None = None,
    as_of: str | dt.datetime | pd.Timestamp | None = None,
    max_loss: float = 0.0,
    messages: bool = False,
    pseudonymize: Sequence[str] = (),
    key: str | bytes | None = None,
    **overrides: Any,
) -> TicketLog:
    """Read a log of ticket events from a file or a table.

    Parameters
    ----------
    source : path or table
        CSV (any delimiter and encoding), Parquet, Excel, XES; each also inside zip or gzip; told by
        content, never by the file's name. Or a pandas frame, or any table that speaks the Arrow
        PyCapsule protocol: Polars, DuckDB, Ibis, Arrow. Or a helpdesk's own export of its history, also as a
        folder or glob of pages: Zendesk ticket audits and incremental ticket events, Jira issues with their
        changelog, ServiceNow sys_audit, Freshdesk ticket activities.
    dialect : Dialect, name or path
        How this helpdesk speaks: a Dialect, the name of a bundled one (``Dialect.bundled()``), or a TOML
        file. Not given: a helpdesk's own export is read in its bundled dialect; of a table, columns and
        states have lanehop's own names. ``format="table"`` reads as a table what looks like an export.
    as_of : time
        The "now" of all that follows; events after it are set aside, those at it count. A text is
        ISO 8601, whatever the dialect's ``time_format``. By default the last time in the log, never the
        clock.
    max_loss : float
        Greatest share of rows that may be unusable (no ticket id, no time, ...). By default none.
    messages : bool
        Whether to take the messages of a helpdesk's own export into ``messages``. Their text is free: no
        pseudonym reaches the names in it.
    pseudonymize : list of "agent", "requester"
        People to be called by pseudonyms wherever they stand: agents (and actors, agents of surveys, authors
        of messages) and requesters (and customers among the authors). One name has one pseudonym in all
        tables; the dialect's ``bots`` keep theirs.
    key : text or bytes
        Of the pseudonyms: with the same key a name has the same one in every run, and who has the key can
        tell whether a name is behind it. Not given: a random one, so that they differ from run to run.
    **overrides
        Any key of :class:`Dialect`, in place of the dialect's own; ``columns``, ``states`` and
        ``resolutions`` are merged key by key.

    Returns
    -------
    TicketLog
        With ``events`` in order and ``ledger`` accounting for every row of the source.

    Raises
    ------
    SourceError
        If the source is missing, empty, cut off, or something else than data; if pages of several systems
        are mixed.
    SchemaError
        If columns are missing or ambiguous (all are named), or no row can be used.
    NoHistoryError
        If it is a list of tickets, one row each: there are no chains in it.
    DialectError
        If the dialect does not fit: no state label is known, times without a zone, ...
    RowLossError
        If more rows cannot be used than ``max_loss`` allows.
    ArgumentError
        If an argument cannot be meant, such as ``messages`` of a table, or ``key`` without ``pseudonymize``.

    Notes
    -----
    - Rows read = rows used + rows set aside, each with its reason and row number.
    - Blanks around names do not count. Ids stay text: leading zeros and long numbers survive.
    - Events are ordered by ticket, time, the dialect's ``tie`` column, and row of the source.
    - Exact duplicates are used and noted, unless the dialect says ``drop_duplicates``.
    - A label that the dialect does not know changes no state, and is reported with its number.
    - Departments that differ by case are different ones. How many events name none is noted.
    - Times without a zone are those of the dialect's ``timezone``. What the changes of the clock make
      doubtful is decided by the order of the rows, and noted.
    - What an export was taken for is noted as ``read_as``. How its changes become events: :func:`read_changes`.
    - A pseudonym is ``p`` and 20 hexadecimal digits of HMAC-SHA-256 over the name: among ten million people
      two share one with a chance below 1e-10. It stands in a kept column, too, where a cell is such a name;
      texts that hold more than the name, and numbers, stay as they are. Of rows set aside only tickets and
      times are told.

    Examples
    --------
    >>> import pandas as pd, lanehop as lh
    >>> rows = pd.DataFrame({"id": [7, 7], "when": ["2024-03-04 09:00", "2024-03-04 17:30"],
    ...                      "team": ["Front Desk", "Network"], "status": ["Open", "Done"]})
    >>> log = lh.read_log(rows, columns={"case": "id", "time": "when", "department": "team", "state": "status"},
    ...                   states={"working": ["Open"], "resolved": ["Done"]}, timezone="Europe/Lisbon")
    >>> log.events[["case", "time", "state", "department"]].iloc[1].tolist()
    ['7', Timestamp('2024-03-04 17:30:00+0000', tz='UTC'), 'resolved', 'Network']

    See Also
    --------
    reconstruct : the step after. Dialect : how a helpdesk speaks. read_changes : a table of changes.
    """
    check_max_loss(max_loss)
    veil = Veil.of(pseudonymize, key)
    given = None if dialect is None else find_dialect(dialect)
    spoken = (given or Dialect()).with_changes(**overrides)
    if spoken.format != "table" and isinstance(source, str | os.PathLike):
        from lanehop.read.exports.registry import open_export

        export = open_export(source, given, overrides, messages=messages)
        if export is not None:
            log = read_history(*export, as_of=as_of, max_loss=max_loss, veil=veil)
            del export
            pa.default_memory_pool().release_unused()
            return log
    if messages:
        raise ArgumentError("messages are read from helpdesks' own exports only; this is a table of events")
    rows = open_source(source, spoken)
    spoken = _fit(spoken, rows)
    log = Door.to(rows, spoken, veil).let_in(as_of, max_loss)
    del rows
    pa.default_memory_pool().release_unused()  # the source as it stood may have taken more than the log does
    return log


def check_max_loss(max_loss: float) -> None:
    """Refuse what is no share of the rows."""
    if not (isinstance(max_loss, Real) and 0 <= max_loss < 1):
        raise ArgumentError(f"max_loss is a share of the rows, from 0 up to 1, not {max_loss!r}")


def read_history(
    history: History,
    dialect: Dialect,
    *,
    as_of: str | dt.datetime | pd.Timestamp | None = None,
    max_loss: float = 0.0,
    veil: Veil | None = None,
) -> TicketLog:
    """Make a log of what an export says; as :func:`read_log` does, of which this is the last part."""
    rows = make_rows(history, dialect)
    return Door.to(rows, _fit(dialect, rows), veil, history).let_in(as_of, max_loss)


def _fit(dialect: Dialect, rows: SourceRows) -> Dialect:
    """Return the dialect with all its columns named, if the source has them; else say all that is wrong."""
    by_name = not dialect.columns
    if by_name:
        dialect = dialect.with_changes(columns={role: role for role in ROLES if role in rows.header})
    wanted = [role for role in ROLES[:3] if role not in dialect.columns]
    problems = []
    if wanted:
        problems.append(
            f"no column is named for {', '.join(wanted)}; pass a dialect, or columns={{{wanted[0]!r}: ...}}"
        )
    # A source read by lanehop's own names need not have all of them.
    unread = [("states", "state")] if by_name else [("states", "state"), ("resolutions", "resolution")]
    problems += [
        f"{words} are given and no column is named for them; pass columns={{{role!r}: ...}}"
        for words, role in unread
        if getattr(dialect, words) and role not in dialect.columns
    ]
    for name in needed_columns(dialect):
        if not dialect.columns and name in ROLES:
            continue
        if name not in rows.header:
            said = [role for role, c in dialect.columns.items() if name == c or (isinstance(c, tuple) and name in c)]
            said += [key for key in ("tie", "keep", "final") if name in (getattr(dialect, key) or ())]
            problems.append(f"column {name!r} ({', '.join(said)}) is not there")
        elif rows.duplicated.get(name, 1) > 1:
            problems.append(f"column {name!r} stands {rows.duplicated[name]} times; give each a name of its own")
        elif name == dialect.tie and pa.types.is_nested(rows.table.schema.field(name).type):
            problems.append(f"column {name!r} (tie) holds {rows.table.schema.field(name).type}, which has no order")
    reserved = {c.name for table in ("events", "tickets", "cases") for c in TABLES[table].columns}
    problems += [
        f"column {name!r} cannot be kept under a name that lanehop uses itself"
        for name in dialect.keep
        if name in reserved or name.startswith(BUSINESS)
    ]
    known = {name for value in dialect.columns.values() for name in ([value] if isinstance(value, str) else value)}
    problems += [
        f"final column {name!r} is neither the resolution nor kept"
        for name in dialect.final
        if name not in dialect.keep and name != dialect.columns.get("resolution")
    ]
    problems += [f"column {name!r} is both named and kept" for name in dialect.keep if name in known]
    if problems:
        there = ", ".join(rows.header[:40]) + (f" and {len(rows.header) - 40} more" if len(rows.header) > 40 else "")
        raise SchemaError("; ".join(problems) + f" (columns of the source: {there or 'none'})")
    return dialect
