"""read_log: any source, in a dialect, made into a TicketLog that accounts for every row."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop import columns
from lanehop.columns import MISSING, Coded, Flags, Instants
from lanehop.dialect import ROLES, Dialect, find_dialect
from lanehop.errors import ArgumentError, NoHistoryError, SchemaError, SourceError
from lanehop.journeys import attach_links
from lanehop.log import CodedEvents, TicketLog
from lanehop.read.beside import take_beside
from lanehop.read.changes.engine import make_rows
from lanehop.read.changes.history import History
from lanehop.read.encoding import encode, only_used
from lanehop.read.ledger import REMEDIES, REMEDIES_OF_CHANGES, Ledger, first_flagged, shown
from lanehop.read.order import Ordered, put_in_order
from lanehop.read.picked import Picked, first_said, known_only, last_said, source_column, source_times
from lanehop.read.pseudonyms import Pseudonyms, Veil
from lanehop.read.rows import SourceRows, needed_columns
from lanehop.read.sources import open_source
from lanehop.read.tickets import ticket_columns
from lanehop.read.times import Times
from lanehop.read.words import check_claims, read_states, report_codes
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
    log = _Door.to(rows, spoken, veil).let_in(as_of, max_loss)
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
    return _Door.to(rows, _fit(dialect, rows), veil, history).let_in(as_of, max_loss)


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


@dataclass
class _Door:
    """What is known of a source on its way to a TicketLog."""

    rows: SourceRows
    dialect: Dialect
    ledger: Ledger
    people: Pseudonyms | None = None
    history: History | None = None
    """What an export says of its tickets beside their events."""

    @classmethod
    def to(cls, rows: SourceRows, dialect: Dialect, veil: Veil | None, history: History | None = None) -> _Door:
        """Stand before the door with the rows of a source."""
        if not rows.n_read:
            raise SourceError("the source holds columns and no rows; export it again with its rows")
        ledger = Ledger(rows.n_read)
        ledger.aside.append(rows.set_aside)
        for note in rows.noted:
            ledger.note(note.reason, note.n_rows, note.first_row, note.first_value)
        people = None if veil is None else Pseudonyms.found(veil, rows, dialect, history)
        return cls(rows, dialect, ledger, people, history)

    def let_in(self, as_of: str | dt.datetime | pd.Timestamp | None, max_loss: float) -> TicketLog:
        column = source_column(self.rows, self.dialect, "case")
        case = only_used(encode(column, self.dialect.missing, name=str(self.dialect.columns["case"])))
        time = source_times(self.rows, self.dialect, "time", lambda: case.codes)
        used = self.usable(case, time)
        self.refuse_lists(case)
        self.ledger.check_loss(max_loss, REMEDIES if self.rows.origins is None else REMEDIES_OF_CHANGES)
        now = self.now(as_of)
        if now is not None and used.any():
            begun = int(time.us[used].min())
            if now < begun:
                raise SchemaError(
                    f"none of the {self.rows.n_read:,} rows can be used: as_of={str(as_of)!r} lies before the first time "
                    f"in the log ({_instant(begun)}); pass a later one"
                )
            self.put_aside("after_as_of", "time", used & (time.us > now))
            used &= time.us <= now
        if not used.any():
            raise SchemaError(f"none of the {self.rows.n_read:,} rows can be used: {self.reasons()}")
        self.note_clock(time, used)
        ordered = put_in_order(case, time.us, self.tie(), used)
        repeats = self.repeats(ordered)
        if repeats.any() and self.dialect.drop_duplicates:
            self.put_aside("duplicate", "case", repeats)
            ordered = put_in_order(case, time.us, self.tie(), used & ~repeats)
        else:
            self.note("duplicate", repeats, "case")
        self.note_origins(used)
        picked = Picked(self.rows, self.dialect, self.ledger, ordered.rows, self.people)
        about, kept = ticket_columns(picked, ordered.first)
        e = self.code(ordered, picked, kept)
        check_claims(self.dialect, e)
        last = int(e.time.max()) if now is None else now
        beside = take_beside(self.history, None if now is None else _instant(now), self.people, self.ledger)
        ledger = self.ledger if self.people is None else self.people.clear(self.ledger)
        log = TicketLog(
            dialect=self.dialect,
            as_of=_instant(last),
            _coded=e,
            _about=about,
            _ledger=ledger.table(int(e.row.min())),
            _set_aside=ledger.set_aside_table(),
            _surveys=beside.surveys,
            _messages=beside.messages,
        )
        return log if beside.links is None else attach_links(log, links=beside.links)

    def tie(self) -> pa.ChunkedArray | None:
        """Return what orders the events of a ticket at the same time."""
        if self.rows.origins is not None:
            # Rows that were made of changes stand in order, whatever the order of the source.
            return pa.chunked_array([np.arange(self.rows.table.num_rows)])
        return None if self.dialect.tie is None else known_only(self.rows.table[self.dialect.tie], self.dialect)

    def repeats(self, ordered: Ordered) -> Flags:
        """Tell which rows repeat another; saves that look alike are two saves all the same."""
        if self.rows.origins is not None:
            return np.zeros(self.rows.table.num_rows, dtype=bool)
        return self.rows.duplicates(ordered.rows_at_same_time())

    def note_origins(self, used: Flags) -> None:
        """Note how the used rows became events, where they are made of changes."""
        if self.rows.origins is not None:
            n_used = self.ledger.n_read - len(self.ledger.set_aside_table())
            hidden = frozenset() if self.people is None else self.people.fields
            for note in self.rows.origins.notes(used, n_used, hidden):
                self.ledger.note(note.reason, note.n_rows, note.first_row, note.first_value)

    def source_rows(self, flags: Flags) -> Instants:
        at = np.flatnonzero(flags)
        return at if self.rows.row is None else self.rows.row[at]

    def put_aside(self, reason: str, role: str, flags: Flags) -> None:
        if flags.any():
            at, rows = np.flatnonzero(flags), self.source_rows(flags)
            if self.rows.origins is not None:
                rows, at = self.rows.origins.rows_only_of(flags)
            values = source_column(self.rows, self.dialect, role).take(pa.array(at))
            self.ledger.set_aside(reason, rows, str(self.dialect.columns[role]), values)

    def note(self, reason: str, flags: Flags, role: str) -> None:
        if flags.any():
            row = self.source_rows(flags)
            self.ledger.note(
                reason,
                len(row),
                row[0],
                shown(source_column(self.rows, self.dialect, role).slice(int(flags.argmax()), 1))[0],
            )

    def usable(self, case: Coded, time: Times) -> Flags:
        """Set aside rows that say neither what nor when."""
        named = case.codes >= 0
        self.put_aside("no_case", "case", ~named)
        self.put_aside("no_time", "time", named & time.missing)
        self.put_aside("time_out_of_range", "time", named & time.out_of_range)
        self.put_aside("bad_time", "time", named & ~(time.ok | time.missing | time.out_of_range))
        return named & time.ok

    def reasons(self) -> str:
        counts = self.ledger.set_aside_table()["reason"].value_counts()
        return ", ".join(f"{n:,} {reason}" for reason, n in counts.items() if n) or "there are none"

    def now(self, as_of: str | dt.datetime | pd.Timestamp | None) -> int | None:
        """Return ``as_of`` in microseconds; None for the last time in the log."""
        if as_of is None:
            return None
        if not isinstance(as_of, str | dt.date | np.datetime64):
            raise ArgumentError(f"as_of must be a time or its text, not {as_of!r}; write it as '2024-03-31T18:00Z'")
        try:
            # pandas would tell day and month apart by trying.
            at = pd.Timestamp(dt.datetime.fromisoformat(as_of.strip()) if isinstance(as_of, str) else as_of)
        except ValueError as error:
            raise ArgumentError(f"as_of={as_of!r} is no ISO 8601 time; write it as '2024-03-31T18:00Z'") from error
        if pd.isna(at):
            raise ArgumentError("as_of is no time; leave it out for the last time in the log")
        zone = self.dialect.timezone
        if at.tzinfo is None and zone is None:
            raise ArgumentError(
                f"as_of={str(as_of)!r} states no zone; write it as '2024-03-31T18:00Z', or pass timezone=..."
            )
        if at.tzinfo is None:
            try:
                at = at.tz_localize(zone)
            except ValueError as error:
                raise ArgumentError(
                    f"as_of={str(as_of)!r} comes twice or not at all in {zone}, where the clock changes then; "
                    "state its offset, as in '2024-10-27T01:30+01:00'"
                ) from error
        return columns.microseconds(at)

    def refuse_lists(self, case: Coded) -> None:
        """Refuse a source in which each ticket has one row, whether that row can be used or not."""
        n = len(case.names)
        if self.rows.origins is None and n > 1 and n == np.count_nonzero(case.codes >= 0):
            raise NoHistoryError(
                f"this is a list of {n:,} tickets, one row each, not their history: no chain can be read from it. "
                "Export one row per change: ServiceNow sys_audit, Zendesk ticket audits, Jira changelog, "
                "Freshdesk ticket activities; if it is a history, columns={'case': ...} names the wrong column"
            )

    def note_clock(self, time: Times, used: Flags) -> None:
        self.note("local_time_skipped", time.shifted & used, "time")
        self.note("local_time_twice", time.ambiguous & used, "time")
        if time.naive is not None:
            naive = time.naive & used
            if not naive.all() and (used & ~time.naive).any():
                self.note("time_without_zone", naive, "time")

    def code(self, ordered: Ordered, picked: Picked, kept: dict[str, Any]) -> CodedEvents:
        """Code the columns of events, in order."""
        first = ordered.first
        department = picked.coded("department")
        assert department is not None  # named in _fit
        picked.note("no_department", department.codes < 0, "department")
        resolution = picked.coded("resolution")
        final = None
        if resolution is not None:
            if self.dialect.columns["resolution"] in self.dialect.final:
                final = last_said(resolution.codes, first)
                report_codes(self.dialect, resolution, picked.rows, self.ledger)
                resolution = Coded(np.full(len(resolution.codes), -1, dtype=np.int8), resolution.names)
            else:
                report_codes(self.dialect, resolution, picked.rows, self.ledger)
        return CodedEvents(
            tickets=ordered.tickets,
            first=first,
            # A table in memory is the caller's, to be edited as they like.
            time=ordered.us.copy() if self.rows.kind in ("frame", "arrow") else ordered.us,
            row=picked.rows,
            department=department,
            state=read_states(self.dialect, picked.coded("state"), first, picked.rows, self.ledger),
            agent=picked.coded("agent"),
            actor=picked.coded("actor"),
            activity=picked.coded("activity"),
            resolution=resolution,
            mark=None if self.rows.mark is None else np.asarray(picked.take(self.rows.mark)),
            opened_at=self.openings(ordered, picked),
            final_resolution=final,
            tie=ordered.tie,
            kept=kept,
        )

    def openings(self, ordered: Ordered, picked: Picked) -> Instants | None:
        opened = picked.instants("opened_at")
        if opened is None:
            return None
        at = first_said(opened, ordered.first, MISSING)
        begun, rows = ordered.us[ordered.first[:-1]], picked.rows[ordered.first[:-1]]
        for reason, flags in (
            ("opened_before_first_event", (at != MISSING) & (at < begun)),
            ("opened_after_first_event", at > begun),
        ):
            if flags.any():
                one = first_flagged(flags, rows)
                # All events of these tickets: the ledger counts rows.
                n_rows = int(np.diff(ordered.first)[flags].sum())
                self.ledger.note(reason, n_rows, int(rows[one]), _instant(int(at[one])))
        return at


def _instant(us: int) -> pd.Timestamp:
    return pd.Timestamp(us, unit="us", tz="UTC").as_unit("us")
