"""read_log: any source, in a dialect, made into a TicketLog that accounts for every row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop import columns
from lanehop.columns import MISSING, Coded, Flags, Instants
from lanehop.dialect import ROLES, Dialect, find_dialect
from lanehop.errors import ArgumentError, NoHistoryError, SchemaError
from lanehop.log import CodedEvents, TicketLog
from lanehop.read.encoding import encode
from lanehop.read.ledger import Ledger
from lanehop.read.order import put_in_order
from lanehop.read.picked import Picked, first_said, last_said, source_column, source_times
from lanehop.read.rows import SourceRows, needed_columns
from lanehop.read.sources import open_source
from lanehop.read.tickets import ticket_columns
from lanehop.read.times import Times
from lanehop.read.words import check_claims, read_states, report_codes
from lanehop.schema import TABLES

__all__ = ["read_log"]


def read_log(
    source: object,
    *,
    dialect: Dialect | str | None = None,
    as_of: str | dt.datetime | pd.Timestamp | None = None,
    max_loss: float = 0.0,
    **overrides: Any,
) -> TicketLog:
    """Read a log of ticket events from a file or a table.

    Parameters
    ----------
    source : path or table
        CSV (any delimiter and encoding), Parquet, Excel, XES; each also inside zip or gzip; told by
        content, never by the file's name. Or a pandas frame, or any table that speaks the Arrow
        PyCapsule protocol: Polars, DuckDB, Ibis, Arrow.
    dialect : Dialect, name or path
        How this helpdesk speaks: a Dialect, the name of a bundled one (``Dialect.bundled()``), or a TOML
        file. Not given: columns and states have lanehop's own names.
    as_of : time
        The "now" of all that follows; events after it are set aside, those at it count. By default the
        last time in the log, never the clock.
    max_loss : float
        Greatest share of rows that may be unusable (no ticket id, no time, ...). By default none.
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
        If the source is missing, empty, cut off, or something else than data.
    SchemaError
        If columns are missing or ambiguous (all are named), or no row can be used.
    NoHistoryError
        If it is a list of tickets, one row each: there are no chains in it.
    DialectError
        If the dialect does not fit: no state label is known, times without a zone, ...
    RowLossError
        If more rows cannot be used than ``max_loss`` allows.

    Notes
    -----
    - Rows read = rows used + rows set aside, each with its reason and row number.
    - Blanks around names do not count. Ids stay text: leading zeros and long numbers survive.
    - Events are ordered by ticket, time, the dialect's ``tie`` column, and row of the source.
    - Exact duplicates are used and noted, unless the dialect says ``drop_duplicates``.
    - A label that the dialect does not know changes no state, and is reported with its number.
    - Times without a zone are those of the dialect's ``timezone``. What the changes of the clock make
      doubtful is decided by the order of the rows, and noted.

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
    reconstruct : the step after. Dialect : how a helpdesk speaks.
    """
    if not 0 <= max_loss < 1:
        raise ArgumentError(f"max_loss is a share of the rows, from 0 up to 1, not {max_loss!r}")
    spoken = find_dialect(dialect).with_changes(**overrides)
    rows = open_source(source, spoken)
    spoken = _fit(spoken, rows)
    ledger = Ledger(rows.n_read)
    ledger.aside.append(rows.set_aside)
    for note in rows.noted:
        ledger.note(note.reason, note.n_rows, note.first_row, note.first_value)
    return _Door(rows, spoken, ledger).let_in(as_of, max_loss)


def _fit(dialect: Dialect, rows: SourceRows) -> Dialect:
    """Return the dialect with all its columns named, if the source has them; else say all that is wrong."""
    if not dialect.columns:
        dialect = dialect.with_changes(columns={role: role for role in ROLES if role in rows.header})
    wanted = [role for role in ROLES[:3] if role not in dialect.columns]
    problems = []
    if wanted:
        problems.append(
            f"no column is named for {' and '.join(wanted)}; pass a dialect, or columns={{{wanted[0]!r}: ...}}"
        )
    needed = needed_columns(dialect)
    for name in needed:
        if name not in rows.header:
            role = next((r for r, c in dialect.columns.items() if name == c or name in c), "keep, tie or final")
            problems.append(f"column {name!r} ({role}) is not there")
        elif rows.duplicated.get(name, 1) > 1:
            problems.append(f"column {name!r} stands {rows.duplicated[name]} times; give each a name of its own")
    reserved = {c.name for table in ("events", "tickets", "cases") for c in TABLES[table].columns}
    problems += [
        f"column {name!r} cannot be kept under a name that lanehop uses itself"
        for name in dialect.keep
        if name in reserved
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
        raise SchemaError("; ".join(problems) + f" (columns of the source: {there})")
    return dialect


@dataclass
class _Door:
    """What is known of a source on its way to a TicketLog."""

    rows: SourceRows
    dialect: Dialect
    ledger: Ledger

    def let_in(self, as_of: str | dt.datetime | pd.Timestamp | None, max_loss: float) -> TicketLog:
        case = encode(source_column(self.rows, self.dialect, "case"), self.dialect.missing)
        time = source_times(self.rows, self.dialect, "time", lambda: case.codes)
        used = self.usable(case, time)
        self.ledger.check_loss(max_loss)
        now = self.now(as_of, time, used)
        if now is not None:
            self.put_aside("after_as_of", "time", used & (time.us > now))
            used &= time.us <= now
        if not used.any():
            raise SchemaError(f"none of the {self.rows.n_read:,} rows can be used: {self.reasons()}")
        self.refuse_lists(case)
        used = self.without_repeats(case, time, used)
        self.note_clock(time, used)
        tie = None if self.dialect.tie is None else self.rows.table[self.dialect.tie]
        tickets, first, order = put_in_order(case, time.us, tie, None if used.all() else used)
        picked = Picked(self.rows, self.dialect, self.ledger, order)
        about, kept = ticket_columns(picked, first)
        e = self.code(tickets, first, time.us, picked, kept)
        check_claims(self.dialect, e)
        last = int(e.time.max()) if now is None else now
        return TicketLog(
            dialect=self.dialect,
            as_of=pd.Timestamp(last, unit="us", tz="UTC").as_unit("us"),
            _coded=e,
            _about=about,
            _ledger=self.ledger.table(int(e.row.min())),
            _set_aside=self.ledger.set_aside_table(),
        )

    def source_rows(self, flags: Flags) -> Instants:
        at = np.flatnonzero(flags)
        return at if self.rows.row is None else self.rows.row[at]

    def put_aside(self, reason: str, role: str, flags: Flags) -> None:
        if flags.any():
            values = source_column(self.rows, self.dialect, role).take(pa.array(np.flatnonzero(flags)))
            self.ledger.set_aside(reason, self.source_rows(flags), str(self.dialect.columns[role]), values)

    def note(self, reason: str, flags: Flags, role: str) -> None:
        if flags.any():
            row = self.source_rows(flags)
            self.ledger.note(
                reason,
                len(row),
                row[0],
                source_column(self.rows, self.dialect, role)[int(flags.argmax())].as_py(),
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

    def now(self, as_of: str | dt.datetime | pd.Timestamp | None, time: Times, used: Flags) -> int | None:
        """Return ``as_of`` in microseconds; None for the last time in the log."""
        if as_of is None:
            return None
        try:
            at = pd.Timestamp(as_of)
        except (ValueError, TypeError) as error:
            raise ArgumentError(f"as_of={as_of!r} is no time; write it as '2024-03-31T18:00Z'") from error
        if pd.isna(at):
            raise ArgumentError("as_of is no time; leave it out for the last time in the log")
        if at.tzinfo is None:
            if self.dialect.timezone is None:
                raise ArgumentError(
                    f"as_of={as_of!r} states no zone; write it as '2024-03-31T18:00Z', or pass timezone=..."
                )
            at = at.tz_localize(self.dialect.timezone)
        return columns.microseconds(at)

    def refuse_lists(self, case: Coded) -> None:
        named = case.codes[case.codes >= 0]
        n = len(named)
        if n > 1 and np.bincount(named).max() == 1:
            raise NoHistoryError(
                f"this is a list of {n:,} tickets, one row each, not their history: no chain can be read from it. "
                "Export one row per change: ServiceNow sys_audit, Zendesk ticket audits, Jira changelog, "
                "Freshdesk ticket activities; if it is a history, columns={'case': ...} names the wrong column"
            )

    def without_repeats(self, case: Coded, time: Times, used: Flags) -> Flags:
        """Note rows that repeat another in every column, or set them aside."""
        repeats = self.rows.duplicates(_same_ticket_and_time(case, time, used)) & used
        if repeats.any() and self.dialect.drop_duplicates:
            self.put_aside("duplicate", "case", repeats)
            return used & ~repeats
        self.note("duplicate", repeats, "case")
        return used

    def note_clock(self, time: Times, used: Flags) -> None:
        self.note("local_time_skipped", time.shifted & used, "time")
        self.note("local_time_twice", time.ambiguous & used, "time")
        if time.naive is not None:
            naive = time.naive & used
            if not naive.all() and (used & ~time.naive).any():
                self.note("time_without_zone", naive, "time")

    def code(
        self,
        tickets: pa.LargeStringArray,
        first: Instants,
        us: Instants,
        picked: Picked,
        kept: dict[str, Any],
    ) -> CodedEvents:
        """Code the columns of events, in order."""
        department = picked.coded("department")
        assert department is not None  # named in _fit
        resolution = picked.coded("resolution")
        final = None
        if resolution is not None:
            if self.dialect.columns["resolution"] in self.dialect.final:
                final = last_said(resolution.codes, first)
                resolution = Coded(np.full(len(resolution.codes), -1, dtype=np.int8), resolution.names)
                report_codes(self.dialect, Coded(final, resolution.names), None, self.ledger)
            else:
                report_codes(self.dialect, resolution, picked.rows, self.ledger)
        return CodedEvents(
            tickets=tickets,
            first=first,
            time=us if picked.order is None else us[picked.order],
            row=picked.rows,
            department=department,
            state=read_states(self.dialect, picked.coded("state"), first, picked.rows, self.ledger),
            agent=picked.coded("agent"),
            actor=picked.coded("actor"),
            activity=picked.coded("activity"),
            resolution=resolution,
            opened_at=self.openings(first, us, picked),
            final_resolution=final,
            kept=kept,
        )

    def openings(self, first: Instants, us: Instants, picked: Picked) -> Instants | None:
        opened = picked.instants("opened_at")
        if opened is None:
            return None
        at = first_said(opened, first, MISSING)
        begun = us[picked.order[first[:-1]]] if picked.order is not None else us[first[:-1]]
        rows = picked.rows[first[:-1]]
        for reason, flags in (
            ("opened_before_first_event", (at != MISSING) & (at < begun)),
            ("opened_after_first_event", at > begun),
        ):
            if flags.any():
                value = pd.Timestamp(int(at[flags][0]), unit="us", tz="UTC")
                self.ledger.note(reason, int(flags.sum()), int(rows[flags][0]), value)
        return at


def _same_ticket_and_time(case: Coded, time: Times, used: Flags) -> Instants:
    """Return the used rows that share ticket and time with another, which all repeats do."""
    at = np.flatnonzero(used)
    pair = pd.DataFrame({"case": case.codes[at], "us": time.us[at]}, copy=False)
    return at[pair.duplicated(keep=False).to_numpy()]
