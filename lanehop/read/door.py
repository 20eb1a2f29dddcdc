"""Door: the rows of a source, used or set aside one by one, made into a TicketLog."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop import columns
from lanehop.columns import MISSING, Coded, Flags, Instants
from lanehop.dialect import Dialect
from lanehop.errors import ArgumentError, NoHistoryError, SchemaError, SourceError
from lanehop.links import attach_links
from lanehop.log import CodedEvents, TicketLog
from lanehop.read.beside import take_beside
from lanehop.read.changes.history import History
from lanehop.read.encoding import encode, only_used
from lanehop.read.ledger import REMEDIES, REMEDIES_OF_CHANGES, Ledger, first_flagged, shown
from lanehop.read.order import Ordered, put_in_order
from lanehop.read.picked import Picked, first_said, known_only, last_said, source_column, source_times
from lanehop.read.pseudonyms import Pseudonyms, Veil
from lanehop.read.rows import SourceRows
from lanehop.read.tickets import ticket_columns
from lanehop.read.times import Times
from lanehop.read.words import check_claims, read_states, report_codes


@dataclass
class Door:
    """What is known of a source on its way to a TicketLog."""

    rows: SourceRows
    dialect: Dialect
    ledger: Ledger
    people: Pseudonyms | None = None
    history: History | None = None
    """What an export says of its tickets beside their events."""

    @classmethod
    def to(cls, rows: SourceRows, dialect: Dialect, veil: Veil | None, history: History | None = None) -> Door:
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
