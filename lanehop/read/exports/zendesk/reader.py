"""Zendesk: ticket audits or the incremental ticket event export, with tickets, groups and users beside them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lanehop.errors import SourceError
from lanehop.read.changes.history import History
from lanehop.read.changes.rows import ChangeRows, as_id
from lanehop.read.exports.pages import Page
from lanehop.read.exports.sniffing import WORDS
from lanehop.read.exports.zendesk.links import Links
from lanehop.read.exports.zendesk.messages import Messages
from lanehop.read.exports.zendesk.saves import COMMENTS, Save, channel_of, read_audit, read_ticket_event, value_of
from lanehop.read.exports.zendesk.surveys import Surveys
from lanehop.read.exports.zendesk.tickets import CHANNEL, TicketsNow, WhoIsWho
from lanehop.read.rows import Note, aside, join_aside

__all__ = ["read_pages"]

_ALWAYS = frozenset({"group_id", "assignee_id", "requester_id"})
"""Fields whose values surveys and messages need."""

_FIELDS = frozenset(
    {
        "subject",
        "description",
        "type",
        "priority",
        "status",
        "custom_status_id",
        "requester_id",
        "submitter_id",
        "assignee_id",
        "group_id",
        "organization_id",
        "brand_id",
        "ticket_form_id",
        "problem_id",
        "external_id",
        "tags",
        "due_at",
        "satisfaction_score",
        "satisfaction_comment",
        "is_public",
    }
) | {CHANNEL}
"""Zendesk's own fields."""

_SIDES = ("zendesk_groups", "zendesk_users", "zendesk_custom_statuses")


def read_pages(pages: Sequence[Page], wanted: frozenset[str], *, messages: bool = False) -> History:
    """Read Zendesk's pages.

    Parameters
    ----------
    pages : list of Page
        Ticket audits or ticket events; tickets, groups, users, custom statuses, satisfaction ratings.
    wanted : set of str
        Fields whose values are kept. A custom field has its id for a name; ``via.channel`` is the channel by which the
        ticket was opened.
    messages : bool
        Whether to keep comments.

    Returns
    -------
    History
        Set aside: ``overlapping_page`` (an audit, a ticket, a group or a user that stands on another page already; of
        tickets the one with the largest ``generated_timestamp`` counts). Noted: ``page_not_needed``.

    Raises
    ------
    SourceError
        If a record is no audit.

    Notes
    -----
    - A save has the marks of its hop: of the change of the group, else of the agent, else of the status. Where an event
      says ``via`` itself, that counts, and not the audit's.
    - ``rule``: triggers and automations. ``bulk``: batches, and changes or deletions of users and of group members.
      A linked problem's being solved, and macros, carry no mark.
    - What Zendesk does by itself (author -1) is done by "Zendesk".
    - One survey per offer, credited to the group and agent at the time of the last answer: good is 1, bad 0. A ticket
      with rows in ``/satisfaction_ratings`` has those instead. A rating that stands on the ticket alone has no times, and
      nobody to whom it is credited.
    - Events of a type that is not known change nothing, and never fail.
    """
    return _Reader(wanted, messages).read(pages)


class _Reader:
    def __init__(self, wanted: frozenset[str], messages: bool) -> None:
        self.wanted = wanted | _ALWAYS
        chosen = ("group_id",) if "group_id" in wanted else tuple(sorted(f for f in wanted if f.isdecimal()))
        self.hops = (*chosen, "assignee_id", "status")
        self.opens_by = CHANNEL in wanted
        self.changes = ChangeRows()
        self.tickets = TicketsNow(self.wanted)
        self.who = WhoIsWho()
        self.links, self.surveys = Links(), Surveys()
        self.messages = Messages() if messages else None
        self.audits = array("q")
        self.audit_rows = array("q")
        self.again: list[int] = []
        self.ratings: set[str | None] = set()
        self.set_aside: list[pd.DataFrame] = []
        self.noted: list[Note] = []
        self.row = 0

    def read(self, pages: Sequence[Page]) -> History:
        unneeded: list[Page] = []
        for page in pages:
            if page.kind == "zendesk_other":
                unneeded.append(page)
                continue
            take = self.taker(page)
            for record in page.records():
                take(record)
                self.row += 1
        if unneeded:
            self.noted.append(Note("page_not_needed", len(unneeded), None, unneeded[0].name))
        form = next(page.kind for page in pages if page.kind in ("zendesk_audits", "zendesk_ticket_events"))
        return self.history(WORDS[form])

    def taker(self, page: Page) -> Callable[[dict[str, Any]], None]:
        if page.kind in ("zendesk_audits", "zendesk_ticket_events"):
            key, read = ("events", read_audit) if page.kind == "zendesk_audits" else ("child_events", read_ticket_event)

            def take(record: dict[str, Any]) -> None:
                if key not in record:
                    raise SourceError(
                        f"{page.name!r}: a record is not one of {WORDS[page.kind]}: it has no {key} "
                        f"(it has {', '.join(list(record)[:8])}); pass each kind of record in a file of its own"
                    )
                self.take_save(read(record))

            return take
        if page.kind == "zendesk_tickets":
            return self.take_ticket
        if page.kind == "zendesk_ratings":
            return self.take_rating
        return lambda record: self.take_name(page.kind, record)

    def take_name(self, kind: str, record: Mapping[str, Any]) -> None:
        if not self.who.add(kind, record):
            self.again.append(self.row)

    def take_ticket(self, record: Mapping[str, Any]) -> None:
        self.tickets.add(record, self.row)
        self.links.add_ticket(record, self.row)
        self.surveys.add_ticket(record, self.row)

    def take_rating(self, record: Mapping[str, Any]) -> None:
        key = as_id(record.get("id"))
        if key in self.ratings:
            self.again.append(self.row)
        else:
            self.ratings.add(key)
            self.surveys.add_rating(record, self.row)

    def take_save(self, save: Save) -> None:
        row = self.row
        if save.id is not None:
            self.audits.append(save.id)
            self.audit_rows.append(row)
        number = row if save.id is None else save.id
        fields = [event.field for event in save.events]
        hop = next((field for field in self.hops if field in fields), None)
        said = False
        created = commented = False
        for event in save.events:
            field = event.field
            if field is None:
                # What is said is worth naming, and names itself once; that somebody is notified is not.
                if event.type not in COMMENTS or commented:
                    continue
                field, commented = event.type, True
            created |= event.type == "Create"
            old = new = None
            if field in self.wanted:
                old, new = value_of(field, event.old), value_of(field, event.new)
            mark = save.mark if hop is None else event.mark if field == hop else None
            self.changes.add(save.ticket, save.time, number, field, old, new, event.knows_old, save.author, mark, row)
            said = True
        if created and self.opens_by:
            channel = channel_of(save.via)
            self.changes.add(save.ticket, save.time, number, CHANNEL, None, channel, False, save.author, None, row)
        if not said:
            what = save.events[0].type if save.events else "Audit"
            self.changes.add(save.ticket, save.time, number, what, None, None, False, save.author, save.mark, row)
        self.links.add_save(save, row)
        self.surveys.add_save(save, row)
        if self.messages is not None:
            self.messages.add_save(save, row, COMMENTS)

    def history(self, kind: str) -> History:
        repeated, ids = _repeats(self.audits, self.audit_rows)
        changes = self.changes.table()
        if len(repeated):
            stays = ~np.isin(changes["row"].to_numpy(), repeated)
            changes = changes.filter(pa.array(stays))
        records, late, tickets = self.tickets.table()
        names = self.who.names()
        self.set_aside += [
            aside(repeated, "overlapping_page", [str(i) for i in ids]),
            aside(late, "overlapping_page", tickets),
            aside(self.again, "overlapping_page"),
        ]
        return History(
            kind=kind,
            changes=changes,
            records=records,
            n_read=self.row,
            set_aside=join_aside(self.set_aside),
            noted=self.noted,
            names=names,
            links=self.links.table(repeated),
            surveys=self.surveys.table(np.append(repeated, late), changes, records, names),
            messages=None
            if self.messages is None
            else self.messages.table(repeated, changes, records, self.who, names),
            fields=_FIELDS,
            says_creation=True,
        )


def _repeats(ids: array[int], rows: array[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows of audits that stand there before already, and their ids."""
    number = np.frombuffer(ids, dtype=np.int64) if len(ids) else np.zeros(0, dtype=np.int64)
    row = np.frombuffer(rows, dtype=np.int64) if len(rows) else np.zeros(0, dtype=np.int64)
    first = np.zeros(len(number), dtype=np.bool_)
    first[np.unique(number, return_index=True)[1]] = True
    return row[~first].copy(), number[~first].copy()
