"""Tracing: which source rows events were made of, and where changes do not fit each other."""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np
import pyarrow as pa

from lanehop.columns import Codes, Instants
from lanehop.read.changes.fields import Followed
from lanehop.read.changes.origins import BACKFILLED, Origins, Tail
from lanehop.read.changes.saves import Places, Saves
from lanehop.read.changes.ticket_records import TicketRecords

__all__ = ["trace"]


def trace(
    row: Instants,
    saves: Saves,
    places: Places,
    records: TicketRecords,
    followed: Followed,
    tickets: pa.LargeStringArray,
    mark: Codes,
) -> Origins:
    """Tell which source rows each event was made of; ``row`` is that of each change in order."""
    first, histories = places.first, followed.histories
    begins = np.flatnonzero(first[:-1] < first[1:])
    head, record = first[:-1][begins], records.row[begins]
    own = np.empty(places.n, dtype=np.int64)
    own[places.of_save] = row[saves.begin[:-1]]
    made_up, on_record = mark[head] == BACKFILLED, record >= 0
    own[head[made_up & on_record]] = record[made_up & on_record]
    # Where there is no record, the first change stands behind the event before it.
    own[head[made_up & ~on_record]] = own[head[made_up & ~on_record] + 1]
    gaps = [places.of_save[h.save[h.gap]] for h in histories]
    field = np.repeat(np.arange(len(histories)), [len(at) for at in gaps])
    old, had, gap_event = (
        np.concatenate([np.zeros(0, dtype=np.int64), *parts])
        for parts in ([h.gap_old for h in histories], [h.gap_had for h in histories], gaps)
    )

    def say_gap(i: int, hide: Container[str]) -> str:
        name = histories[field[i]].name
        ticket = tickets[int(np.searchsorted(first, gap_event[i], side="right")) - 1]
        values = f"was {followed.say(had[i])}, and the next change is from {followed.say(old[i])}"
        return f"ticket {ticket}: {name} {'was otherwise before a change' if name in hide else values}"

    return Origins(
        event=np.concatenate([places.of_save[saves.of_place], head[on_record]]),
        row=np.concatenate([row, record[on_record]]),
        of_change=np.repeat([True, False], [len(row), int(on_record.sum())]),
        own=own,
        mark=mark,
        gap_event=gap_event,
        say_gap=say_gap,
        tails=tuple(_tails(records, followed, tickets)),
    )


def _tails(records: TicketRecords, followed: Followed, tickets: pa.LargeStringArray) -> Iterator[Tail]:
    """Find the fields whose last change does not lead to the record."""
    for h in followed.histories:
        if h.name not in followed.stands:
            continue
        stands, at = followed.stands[h.name], records.ticket
        differ = np.flatnonzero(h.changed[at] & (h.ends[at] != stands))
        if len(differ):
            one = differ[records.row[at[differ]].argmin()]
            row, ticket = records.row[at[one]], tickets[int(at[one])]
            ends = followed.say(h.ends[at[one]])
            yield Tail(h.name, len(differ), int(row), str(ticket), ends, followed.say(stands[one]))
