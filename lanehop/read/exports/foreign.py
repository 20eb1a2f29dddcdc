"""Foreign exports: what lanehop recognises and does not read, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lanehop.errors import SourceError
from lanehop.read.exports.sniffing import known_keys

__all__ = ["FOREIGN", "Foreign", "refuse_foreign"]

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Foreign:
    """An export that lanehop recognises and does not read.

    ``keys``: of a wrapper, any of them; ``needs``: that the object or record has, all of them. ``what`` ends as the
    sentence does before the remedy.
    """

    what: str
    remedy: str
    keys: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


_AS_CHANGES = "make a table of its changes (ticket, time, field, old, new) and pass that to read_changes"
_AS_VALUES = "make a table of its values (ticket, time, field, new) and pass that to read_changes"

FOREIGN = (
    Foreign("Bugzilla bugs, which lanehop does not read yet", _AS_CHANGES, ("bugs",), frozenset({"id"})),
    Foreign(
        "an Intercom conversation export, which lanehop does not read yet",
        _AS_VALUES,
        ("conversations", "conversation_parts", "ticket_parts"),
    ),
    Foreign(
        "an Intercom conversation export, which lanehop does not read yet",
        _AS_VALUES,
        (),
        frozenset({"conversation_parts"}),
    ),
    Foreign("an Intercom ticket export, which lanehop does not read yet", _AS_VALUES, (), frozenset({"ticket_parts"})),
    Foreign(
        "a table of Intercom conversation parts, which lanehop does not read yet",
        _AS_VALUES,
        (),
        frozenset({"part_type", "conversation_id"}),
    ),
    Foreign("a HubSpot export, which lanehop does not read yet", _AS_VALUES, (), frozenset({"propertiesWithHistory"})),
    Foreign(
        "a HubSpot export without the history of its properties",
        "export it with propertiesWithHistory=hs_pipeline_stage,hubspot_owner_id; then " + _AS_VALUES,
        (),
        frozenset({"id", "properties", "createdAt"}),
    ),
    Foreign(
        "a Salesforce case history",
        "read it, as a table, with read_changes(table, ticket='CaseId', time='CreatedDate', field='Field', old='OldValue', "
        "new='NewValue', actor='CreatedById', columns={...})",
        (),
        frozenset({"CaseId", "Field", "OldValue"}),
    ),
    Foreign(
        "Salesforce cases without their history",
        "export CaseHistory; then " + _AS_CHANGES,
        (),
        frozenset({"CaseNumber", "OwnerId"}),
    ),
    Foreign(
        "an object-centric log (OCEL 2.0), which lanehop does not read yet",
        "flatten it to the tickets (pm4py.ocel_flattening) and pass that frame",
        (),
        frozenset({"objectTypes", "events"}),
    ),
    Foreign(
        "an object-centric log (OCEL 1.0), which lanehop does not read yet",
        "flatten it to the tickets (pm4py.ocel_flattening) and pass that frame",
        (),
        frozenset({"ocel:events"}),
    ),
    Foreign(
        "a GitLab resource event export, which lanehop does not read yet",
        _AS_VALUES,
        (),
        frozenset({"resource_type", "resource_id", "action"}),
    ),
    Foreign(
        "a GitHub issue event export, which lanehop does not read yet",
        _AS_VALUES,
        (),
        frozenset({"event", "actor", "created_at"}),
    ),
    Foreign(
        "Redmine issues, which lanehop does not read yet",
        _AS_CHANGES,
        ("issues", "issue"),
        frozenset({"id", "tracker"}),
    ),
    Foreign("Redmine journals, which lanehop does not read yet", _AS_CHANGES, ("journals",), frozenset({"details"})),
    Foreign(
        "a ServiceNow history set, a view that is made anew each time",
        "export sys_audit instead, which lanehop reads",
        (),
        frozenset({"set", "field", "old", "new", "update_time"}),
    ),
    Foreign(
        "the first answer of Freshdesk's export, which says where the file is",
        "download the file at its url and pass that",
        ("export",),
        frozenset({"url"}),
    ),
    Foreign(
        "Zendesk's ticket_field_history as Fivetran writes it",
        "read it with read_changes(path, ticket='ticket_id', time='updated', field='field_name', new='value', "
        "actor='user_id', timezone='UTC', columns={...})",
        (),
        frozenset({"field_name", "ticket_id", "updated", "value"}),
    ),
    Foreign(
        "Jira's issue_field_history as Fivetran writes it",
        "read it with read_changes(path, ticket='issue_id', time='time', field='field_id', new='value', "
        "actor='author_id', timezone='UTC', columns={...})",
        (),
        frozenset({"field_id", "issue_id", "time", "value"}),
    ),
    Foreign(
        "HubSpot's ticket_property_history as Fivetran writes it",
        "read it with read_changes(path, ticket='ticket_id', time='timestamp_instant', field='name', new='value', "
        "timezone='UTC', columns={...})",
        (),
        frozenset({"ticket_id", "name", "timestamp_instant", "value"}),
    ),
    Foreign(
        "one table of a Fivetran sync, without a history of tickets",
        "pass the table of field histories (ticket_field_history, issue_field_history) to read_changes; "
        "if it is a log after all, name its columns with columns={...}",
        (),
        frozenset({"_fivetran_synced"}),
    ),
)
"""Told in this order, before the signs of what is read."""


def refuse_foreign(name: str, key: str | None, record: Record | None) -> None:
    """Raise if this is an export that lanehop recognises and does not read.

    Raises
    ------
    SourceError
        Saying what it is and what to do.
    """
    for foreign in FOREIGN:
        if key is not None and foreign.keys and key not in foreign.keys:
            continue
        if key is None and foreign.keys:
            continue  # too little to go by without the key
        if record is None:
            if key not in foreign.keys or key in known_keys():
                continue
        elif not foreign.needs <= record.keys():
            continue
        raise SourceError(f"{name!r} is {foreign.what}; {foreign.remedy}")
