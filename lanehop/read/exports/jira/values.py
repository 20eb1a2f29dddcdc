"""Jira values: what stands in a field, as the id that changes are compared by and as what people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lanehop.read.changes.rows import as_id, as_text

_FIRST_MILLISECONDS = 10**11
"""From here on a number is milliseconds since 1970 and not seconds, which would lie in the year 5138."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CASCADE = re.compile(r"Parent values: (?P<a>.*?)\(\d+\)(?:Level 1 values: (?P<b>.*)\(\d+\))?", re.DOTALL)
_BLOCKS = (
    "paragraph",
    "heading",
    "listItem",
    "codeBlock",
    "blockquote",
    "panel",
    "tableRow",
    "rule",
    "hardBreak",
    "taskItem",
)
"""Nodes of a text after which a new line begins."""

SYSTEM_FIELDS = {
    "Component": "components",
    "Fix Version": "fixVersions",
    "Version": "versions",
    "Link": "issuelinks",
    "Parent": "parent",
    "IssueParentAssociation": "parent",
}
"""What a history calls the fields that an issue keeps under another name."""

SETS = frozenset({"components", "fixVersions", "versions"})
"""Fields of several values, of which a history says each one added or removed."""


def as_time(value: Any) -> str | None:
    """Return a time as ISO 8601: as it is, or counted from 1970 in seconds or milliseconds."""
    text = as_id(value)
    if text is None or not re.fullmatch(r"\d+(\.\d+)?", text):
        return text
    whole, _, part = text.partition(".")
    number = int(whole)
    microseconds = number * 1000 if number >= _FIRST_MILLISECONDS else number * 1_000_000 + int(f"{part:0<6}"[:6])
    try:
        return (_EPOCH + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return text


def as_instant(text: str | None) -> datetime | None:
    """Return the instant that a time states; None where it states none, or no zone."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return None if at.tzinfo is None else at.astimezone(UTC)


def changed(item: Mapping[str, Any]) -> tuple[str | None, str | None, str | None, str | None]:
    """Return old and new value of one changed field, and what people read for each.

    Values are ids, where each side that holds something has one; else the texts themselves.
    """
    old, new = as_id(item.get("from")), as_id(item.get("to"))
    old_label, new_label = as_text(item.get("fromString")), as_text(item.get("toString"))
    if (old is None and old_label is not None) or (new is None and new_label is not None):
        old, new = old_label, new_label
    return old, new, _readable(old_label), _readable(new_label)


def standing(value: Any) -> tuple[str | None, str | None]:
    """Return what stands in a field of an issue: its value as histories have it, and what people read."""
    if isinstance(value, list):
        parts = [standing(x) for x in value]
        ids = [i for i, _ in parts if i is not None]
        if not ids:
            return None, None
        labels = ",".join(label or "" for _, label in parts)
        return (f"[{', '.join(ids)}]", labels) if isinstance(value[0], dict) else (" ".join(ids), " ".join(ids))
    if not isinstance(value, Mapping):
        text = as_text(value)
        return text, text
    if "value" in value and isinstance(value.get("child"), Mapping):
        child = value["child"]
        said = (
            f"Parent values: {value['value']}({value.get('id')})Level 1 values: {child.get('value')}({child.get('id')})"
        )
        return said, _readable(said)
    label = next((as_text(value[x]) for x in ("displayName", "value", "name", "title", "key") if value.get(x)), None)
    named = ("accountId", "key", "name", "id") if is_person(value) else ("id", "groupId", "key", "name", "value")
    return next((as_id(value[x]) for x in named if value.get(x) is not None), None), label


def is_person(value: Any) -> bool:
    """Whether a value is a user: of the cloud by ``accountId``, of a server by ``name`` and ``displayName``."""
    return isinstance(value, Mapping) and ("accountId" in value or "displayName" in value)


def members(value: Any) -> dict[str, str]:
    """Return the ids in a field of several values, with what people read for each."""
    parts = [standing(x) for x in value] if isinstance(value, list) else []
    return {i: label or i for i, label in parts if i is not None}


def plain_text(body: Any) -> str | None:
    """Return the text of a description or comment, which newer answers give as a tree of nodes."""
    if isinstance(body, list):
        return "".join(plain_text(x) or "" for x in body) or None
    if not isinstance(body, Mapping):
        return as_text(body)
    attrs = body.get("attrs") or {}
    text = as_text(body.get("text")) or as_text(attrs.get("text")) or as_text(attrs.get("url")) or ""
    inner = plain_text(body.get("content")) or ""
    text += inner + ("\n" if body.get("type") in _BLOCKS else "")
    return text.strip("\n") if body.get("type") == "doc" else text or None


def _readable(label: str | None) -> str | None:
    """Return a label; that of a choice in two levels without its ids."""
    match = None if label is None else _CASCADE.fullmatch(label)
    if match is None:
        return label
    return " / ".join(x for x in (match["a"], match["b"]) if x)
