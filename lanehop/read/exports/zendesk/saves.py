"""Zendesk saves: what one audit says, in either of the two forms in which Zendesk exports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from lanehop.read.changes.rows import as_id, as_text

__all__ = ["COMMENTS", "Event", "Save", "channel_of", "mark_of", "read_audit", "read_ticket_event", "value_of"]

COMMENTS = ("Comment", "VoiceComment")
"""Types of event that say something to somebody."""

_MARKS = {
    "group_deletion": "group_deleted",
    "10": "group_deleted",
    "batch": "bulk",
    "20": "bulk",
    "bulk_update": "bulk",
    # One act of an administrator on an agent or on a group's members, which Zendesk carries out on many tickets.
    "user_change": "bulk",
    "11": "bulk",
    "user_deletion": "bulk",
    "12": "bulk",
    "group_change": "bulk",
    "13": "bulk",
    "merge": "merge",
    "19": "merge",
    "rule": "rule",
    "8": "rule",
    "trigger": "rule",
    "automation": "rule",
}
"""For each channel by which nobody chose a hop, by name and number, the mark of the hop."""

_CHANNELS = {
    "0": "web",
    "web_form": "web",
    "4": "email",
    "mail": "email",
    "5": "api",
    "web_service": "api",
    "web_service_(api)": "api",
    "8": "rule",
    "10": "group_deletion",
    "19": "merge",
    "20": "batch",
}
"""Channels by number and by the name that Zendesk shows, where that is not the name of the type."""

_PLAIN = frozenset({"web", "email", "api", "rule", "chat", "voice", "mobile", *(m for m in _MARKS if m.islower())})

_NO_FIELDS = frozenset(
    {
        "id",
        "via",
        "via_reference_id",
        "event_type",
        "type",
        "previous_value",
        "added_tags",
        "removed_tags",
        "comment_present",
        "comment_public",
        "audit_id",
        "author_id",
        "created_at",
        "metadata",
        "attachments",
        "body",
        "html_body",
        "plain_body",
        "public",
        "trusted",
    }
)
"""Keys of a child event that are not the field that it changes."""


class Event(NamedTuple):
    """One event of an audit; ``field`` None: it changes no field of the ticket. Values as they stand there."""

    type: str
    field: str | None
    old: Any
    new: Any
    knows_old: bool
    mark: str | None
    record: Mapping[str, Any]


class Save(NamedTuple):
    """One audit."""

    id: int | None
    ticket: str | None
    time: str | None
    author: str | None
    mark: str | None
    via: Any
    events: list[Event]


def mark_of(via: Any) -> str | None:
    """Return the mark of what came about by this ``via``: an object, a number, or the name that Zendesk shows."""
    channel = via
    if isinstance(via, dict):
        channel = via.get("channel")
        source = via.get("source")
        if isinstance(source, dict) and source.get("rel") in ("trigger", "automation"):
            return "rule"
    return None if channel is None else _MARKS.get(_type_name(channel))


def channel_of(via: Any) -> str | None:
    """Return the type of the channel in this ``via``, by one name in all forms: ``web`` for "Web form", 0 and "web"."""
    channel = via.get("channel") if isinstance(via, dict) else via
    if channel is None or channel == "":
        return None
    name = _type_name(channel)
    return _CHANNELS.get(name, name)


def _type_name(channel: Any) -> str:
    # Nearly all are written as the type's name already.
    if type(channel) is str and channel in _PLAIN:
        return channel
    return str(channel).strip().lower().replace(" ", "_")


def value_of(field: str, value: Any) -> str | None:
    """Return the value of a field as text: ids without ``.0``, tags in the order of the alphabet."""
    if type(value) is str and not value.endswith(".0"):
        return value or None
    if isinstance(value, list):
        return as_text(sorted(map(str, value)))
    return as_id(value) if field.endswith("_id") else as_text(value)


def read_audit(record: Mapping[str, Any]) -> Save:
    """Read a ticket audit."""
    via = record.get("via")
    mark = mark_of(via)
    return Save(
        _number(record.get("id")),
        as_id(record.get("ticket_id")),
        _time(record),
        as_id(record.get("author_id")),
        mark,
        via,
        [_event(event, mark) for event in _objects(record.get("events"))],
    )


def _event(event: Mapping[str, Any], audit_mark: str | None) -> Event:
    kind = str(event.get("type"))
    via = event.get("via")
    mark = audit_mark if via is None else mark_of(via)
    if kind in ("Change", "Create") and event.get("field_name") is not None:
        field = str(event["field_name"])
        knows = kind == "Change" and "previous_value" in event
        return Event(kind, field, event.get("previous_value"), event.get("value"), knows, mark, event)
    return Event(kind, None, None, None, False, mark, event)


def read_ticket_event(record: Mapping[str, Any]) -> Save:
    """Read an element of the incremental ticket event export, where the key of a child event names the field."""
    via = record.get("via")
    mark = mark_of(via)
    events: list[Event] = []
    for child in _objects(record.get("child_events")):
        events += _child_events(child, mark)
    return Save(
        _number(record.get("id")),
        as_id(record.get("ticket_id")),
        _time(record),
        as_id(record.get("updater_id")),
        mark,
        via,
        events,
    )


def _child_events(child: Mapping[str, Any], audit_mark: str | None) -> Iterator[Event]:
    kind = str(child.get("event_type") or child.get("type"))
    via = child.get("via")
    mark = audit_mark if via is None else mark_of(via)
    if kind not in ("Change", "Create"):
        yield Event(kind, None, None, None, False, mark, child)
        return
    changed: dict[str, Any] = {}
    for key, value in child.items():
        if key == "custom_ticket_fields" and isinstance(value, dict):
            changed.update(value)
        elif key not in _NO_FIELDS:
            changed[key] = value
    # One old value is that of one field.
    knows = kind == "Change" and "previous_value" in child and len(changed) == 1
    old = child.get("previous_value") if knows else None
    for field, value in changed.items():
        yield Event(kind, str(field), old, value, knows, mark, child)
    if not changed:
        yield Event(kind, None, None, None, False, mark, child)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []


def _number(value: Any) -> int | None:
    text = as_id(value)
    # Within 18 digits it fits into 64 bits.
    return int(text) if text is not None and text.isdecimal() and len(text) <= 18 else None


def _time(record: Mapping[str, Any]) -> str | None:
    said = record.get("created_at")
    if said is None:
        said = record.get("timestamp")
    if said is None or (isinstance(said, str) and not said.isdecimal()):
        return said or None
    try:
        return datetime.fromtimestamp(int(said), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError, TypeError):
        return str(said)
