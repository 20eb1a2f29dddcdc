"""Changes: what a history says has changed -> one row of the source for each save."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lanehop import grouped
from lanehop.columns import MISSING, Coded, Codes, Flags, Instants
from lanehop.dialect import Dialect
from lanehop.errors import NoHistoryError
from lanehop.read.changes.fields import (
    FieldHistory,
    Followed,
    Saved,
    begin_done,
    dictionary,
    encode_together,
    follow,
    held,
    named,
    steps_of,
)
from lanehop.read.changes.history import FIXED, History
from lanehop.read.changes.origins import BACKFILLED, GAP
from lanehop.read.changes.saves import (
    NO_MARK,
    Places,
    Saves,
    activities_of,
    first_said_in,
    marks_of,
    order_saves,
    place_saves,
)
from lanehop.read.changes.ticket_records import TicketRecords, numbers, read_records
from lanehop.read.changes.tracing import trace
from lanehop.read.encoding import encode
from lanehop.read.rows import Note, SourceRows, aside, join_aside, needed_columns, no_rest

__all__ = ["make_rows"]


def make_rows(history: History, dialect: Dialect) -> SourceRows:
    """Make the changes of a history into rows: one for each save, and one for the time before the first.

    Parameters
    ----------
    history : History
        The changes, in any order, and the tickets as they stand now, if they are known.
    dialect : Dialect
        Names the fields that are needed, and those among them that are the department, the agent and the state.

    Returns
    -------
    SourceRows
        Of kind ``history``, by ticket, time and save, with the columns ``ticket, time, actor, activity, opened_at``
        and one for each field that is needed and known; with ``mark`` and ``origins``.

    Raises
    ------
    NoHistoryError
        If no change stands in it.
    DialectError
        If the times cannot be read.

    Notes
    -----
    - One ticket, time and save is one row. Department and agent stand on each row as they then are; the state where
      it changes; all else where it is said.
    - At first a field has the old value of its first change, if that says one; a field that never changes has the
      value in the record. A row marked ``backfilled`` says so: at the opening, where that lies before the first save,
      else at the first save's time and before it, where there is anything to say. Where the first save is itself the
      creation (at the opening, or with none known, and it says values without their old ones), none is made up.
    - A ticket whose oldest changes are missing was not done from its opening on: if it is done before the first save,
      the ``backfilled`` row stands at that save's time; if no save is left, its record is set aside as ``no_history``.
    - A state of several fields is none where the first of them is empty.
    - Where an old value is not the value that the field had, the chain is kept and the row marked ``gap``; so is the
      first save of a ticket whose history is truncated.
    - Of several marks in one save the first in the order of ``MARKS`` stands.
    """
    if not history.changes.num_rows:
        raise NoHistoryError(
            f"this was taken for {history.kind}, and no change stands in it: no chain can be read from it. Export the "
            "changes: ServiceNow sys_audit, Zendesk ticket audits, Jira changelog, Freshdesk ticket activities"
        )
    asides, noted = [history.set_aside], [Note("read_as", history.n_read, None, history.kind), *history.noted]
    changes = history.changes
    stand = pa.table({"ticket": pa.array([], pa.string())}) if history.records is None else history.records
    (case, ticket_of_record), tickets = encode_together([changes["ticket"], stand["ticket"]], dialect.missing, "ticket")
    records = read_records(stand, ticket_of_record, len(tickets), dialect)
    noted += records.noted
    asides += records.set_aside
    saves = order_saves(changes, case, len(tickets), dialect, asides, noted)
    fields = encode(changes["field"], name="field")
    of_place = Coded(fields.codes[saves.order], fields.names)
    read = [name for name in needed_columns(dialect) if name not in FIXED]
    saved, followed = _follow(read, of_place, saves, records, changes, stand, dialect)

    no_saves = saves.first[:-1] == saves.first[1:]
    cut = records.truncated | history.says_creation
    done_before = cut & begin_done(followed, len(tickets), history.names, dialect)
    has_more = _has_more(saved, saves, records, followed.histories) & ~(done_before & no_saves)
    silent = no_saves & (records.row >= 0) & ~has_more
    if silent.any():
        lost = aside(records.row[silent], "no_history", tickets.filter(pa.array(silent)).to_pylist())
        asides.append(lost.assign(column="ticket"))
    places = place_saves(saves, has_more)
    ticket = np.repeat(np.arange(len(tickets), dtype=np.int32), np.diff(places.first))
    mark = _marks(changes["mark"], saves, places, records, followed.histories)
    who = encode(changes["actor"], dialect.missing, name="actor")
    actor = np.full(places.n, -1, dtype=np.int32)
    actor[places.of_save] = first_said_in(saves, who.codes[saves.order])
    columns = {
        "ticket": dictionary(Coded(ticket, tickets)),
        "time": _stamps(_times(saves, places, records, has_more, done_before)),
        "actor": named(Coded(actor, who.names), history.names.get("actor")),
        "activity": activities_of(of_place, saves, places),
        "opened_at": _stamps(records.opened_at[ticket]),
        **_field_columns(followed, places, history.names, dialect),
    }
    known = dict.fromkeys([*FIXED, *fields.names.to_pylist(), *_fields_of(stand), *sorted(history.fields)])
    unsaid = pa.chunked_array([pa.nulls(places.n, pa.string())])
    origins = trace(numbers(changes["row"])[saves.order], saves, places, records, followed, tickets, mark)
    return SourceRows(
        table=pa.table({name: unsaid for name in read if name in known} | columns),
        row=origins.own,
        n_read=history.n_read,
        set_aside=join_aside(asides),
        noted=noted,
        kind="history",
        header=tuple(known),
        duplicated={},
        rest=no_rest,
        mark=mark,
        origins=origins,
    )


def _follow(
    read: list[str],
    of_place: Coded,
    saves: Saves,
    records: TicketRecords,
    changes: pa.Table,
    stand: pa.Table,
    dialect: Dialect,
) -> tuple[Saved, Followed]:
    """Follow each field that is read and known; values are compared before any name is given to them."""
    on_record = [name for name in read if name in _fields_of(stand)]
    columns = [changes["old"], changes["new"], *(stand[name] for name in on_record)]
    (old, new, *now), values = encode_together(columns, dialect.missing, "new")
    stands = {name: codes[records.at] for name, codes in zip(on_record, now, strict=True)}
    knows = changes["knows_old"].fill_null(False).to_numpy()
    order = saves.order
    saved = Saved(of_place.codes, old[order], new[order], knows[order], saves.of_place, saves.ticket)
    number = {name: code for code, name in enumerate(of_place.names.to_pylist())}
    n_tickets = len(saves.first) - 1
    histories = [
        follow(name, number.get(name, -1), saved, n_tickets, stands.get(name), records.ticket)
        for name in read
        if name in number or name in stands
    ]
    return saved, Followed(histories, stands, values)


def _has_more(saved: Saved, saves: Saves, records: TicketRecords, histories: list[FieldHistory]) -> Flags:
    """Tell which tickets have an event before their first save, which no change says."""
    opened = records.opened_at
    has_saves = saves.first[:-1] < saves.first[1:]
    begun = _first_times(saves)
    first_save = np.zeros(len(saves.ticket), dtype=bool)
    first_save[saves.first[:-1][has_saves]] = True
    says = first_save[saved.save] & ~saved.knows_old & (saved.new >= 0)
    created = np.zeros(len(opened), dtype=bool)
    created[saves.ticket[saved.save[says]]] = True
    created &= (opened == MISSING) | (opened == begun)
    holds = np.zeros(len(opened), dtype=bool)
    for h in histories:
        holds |= h.initial >= 0
    before = (opened != MISSING) & (~has_saves | (opened < begun))
    return np.asarray(before | (has_saves & holds & ~created))


def _first_times(saves: Saves) -> Instants:
    """Return the time of each ticket's first save; undefined where it has none."""
    return np.asarray(np.append(saves.time, MISSING)[saves.first[:-1]])


def _times(saves: Saves, places: Places, records: TicketRecords, has_more: Flags, done_before: Flags) -> Instants:
    """Return the time of each event: what comes before the first save is at the opening, if that is earlier."""
    opened, begun = records.opened_at[has_more], _first_times(saves)[has_more]
    no_saves = (saves.first[:-1] == saves.first[1:])[has_more]
    at_opening = (opened != MISSING) & (no_saves | (opened < begun)) & ~done_before[has_more]
    time = np.empty(places.n, dtype=np.int64)
    time[places.of_save] = saves.time
    time[places.made_up] = np.where(at_opening, opened, begun)
    return time


def _marks(
    column: pa.ChunkedArray, saves: Saves, places: Places, records: TicketRecords, histories: list[FieldHistory]
) -> Codes:
    """Return the mark of each event; -1: none."""
    mark = np.full(places.n, NO_MARK, dtype=np.int8)
    mark[places.of_save] = marks_of(saves, column)
    for h in histories:
        mark[places.of_save[h.save[h.gap]]] = GAP
    cut = records.truncated & (saves.first[:-1] < saves.first[1:])
    mark[places.of_save[saves.first[:-1][cut]]] = GAP
    mark[places.made_up] = BACKFILLED
    mark[mark == NO_MARK] = -1
    return mark


def _field_columns(
    followed: Followed, places: Places, names: Mapping[str, Mapping[str, str]], dialect: Dialect
) -> dict[str, pa.ChunkedArray]:
    """Return a column for each field: as it is, as it is where it changes, or as it is said."""
    state = dialect.columns.get("state", ())
    states = (state,) if isinstance(state, str) else tuple(state)
    running = {dialect.columns.get("department"), dialect.columns.get("agent"), *states}
    touched = grouped.starts(places.n, places.first)
    for h in followed.histories:
        if h.name in states:
            touched[places.of_save[h.save]] = True
    leading = next(
        (steps_of(h, places.of_save, places.first) for h in followed.histories if h.name in states[:1]), None
    )
    # What stands beside a state says nothing without it: a reason for being on hold is no state.
    touched &= False if leading is None else held(leading, places.first) >= 0
    made = {}
    for h in followed.histories:
        said = steps_of(h, places.of_save, places.first)
        codes = held(said, places.first) if h.name in running else np.maximum(said - 1, -1)
        if h.name in states:
            codes = np.where(touched, codes, -1)
        made[h.name] = named(Coded(codes, followed.values), names.get(h.name))
    return made


def _fields_of(records: pa.Table) -> list[str]:
    return [name for name in records.column_names if name not in ("row", "truncated", *FIXED)]


def _stamps(us: Instants) -> pa.ChunkedArray:
    values = pa.array(us, mask=us == MISSING)
    return pa.chunked_array([values.cast(pa.timestamp("us", tz="UTC"))])
