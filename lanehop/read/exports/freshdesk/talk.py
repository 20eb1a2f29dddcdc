"""Freshdesk talk: what people wrote to each other about a ticket, and how the customer rated it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.shapes import objects

_MERGED = re.compile(r"merged into ticket.*?/(?:a/tickets|helpdesk/tickets)/(\d+)", re.IGNORECASE | re.DOTALL)

_WORST, _BEST = -103.0, 103.0


def as_instant(value: Any) -> datetime | None:
    """Return the instant that a time states; None where it states none, or no zone."""
    try:
        at = datetime.fromisoformat(as_text(value) or "")
    except ValueError:
        return None
    return None if at.tzinfo is None else at.astimezone(UTC)


def merges(ticket: Mapping[str, Any]) -> Iterator[tuple[str, datetime | None]]:
    """Find the tickets that a ticket was merged into, and when: a private note links to them (English)."""
    for one in _conversations(ticket):
        match = _MERGED.search(as_text(one.get("body")) or "") if one.get("private") else None
        if match is not None:
            yield match[1], as_instant(one.get("created_at"))


def texts(ticket: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the description and the conversations of a ticket, as far as they stand in it."""
    first = {"created_at": ticket.get("created_at"), "user_id": ticket.get("requester_id"), "incoming": True}
    body = ticket.get("description_text") or ticket.get("description")
    return [
        {
            "at": as_instant(one.get("created_at")),
            "author": as_id(one.get("user_id")),
            "role": "customer" if one.get("incoming") else "agent",
            "public": not one.get("private"),
            "text": as_text(one.get("body_text")) or as_text(one.get("body")),
        }
        for one in [*([{**first, "body_text": body}] if body else []), *_conversations(ticket)]
    ]


def message_table(said: Iterable[tuple[str, Mapping[str, Any]]], people: Mapping[str, str]) -> pd.DataFrame:
    """Return messages as a table; `said`: each with the ticket that it is about."""
    rows = list(said)
    return pd.DataFrame(
        {
            "ticket": pd.array([ticket for ticket, _ in rows], dtype="str"),
            "at": pd.Series([x["at"] for _, x in rows], dtype="datetime64[us, UTC]"),
            "author": pd.array([people.get(x["author"] or "", x["author"]) for _, x in rows], dtype="str"),
            "role": pd.array([x["role"] for _, x in rows], dtype="str"),
            "public": pd.array([x["public"] for _, x in rows], dtype="bool"),
            "text": pd.array([x["text"] for _, x in rows], dtype="str"),
        }
    )


def survey_table(
    ratings: Iterable[Mapping[str, Any]], groups: Mapping[str, str], people: Mapping[str, str]
) -> pd.DataFrame | None:
    """Return ratings as a table of surveys, one row per question; None if there are none."""
    rows = []
    for one in ratings:
        held = one["ratings"]
        listed = () if isinstance(held, Mapping) else objects(held, f"'ratings' of the survey {as_id(one['id'])}")
        said = held.items() if isinstance(held, Mapping) else [(x.get("question"), x.get("value")) for x in listed]
        group, agent, user = (as_id(one.get(x)) for x in ("group_id", "agent_id", "user_id"))
        rows += [
            {
                "survey": as_id(one["id"]),
                "ticket": as_id(one.get("ticket_id")),
                "requester": people.get(user or "", user),
                "answered_at": as_instant(one.get("created_at")),
                "kind": "transaction",
                "question": as_text(question),
                "score": _score(value),
                "scale_min": _WORST,
                "scale_max": _BEST,
                "department": groups.get(group or "", group),
                "agent": people.get(agent or "", agent),
            }
            for question, value in said
        ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    return frame.assign(answered_at=pd.Series(frame["answered_at"], dtype="datetime64[us, UTC]"))


def _conversations(ticket: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return objects(ticket.get("conversations"), f"'conversations' of the Freshdesk ticket {as_id(ticket.get('id'))}")


def _score(value: Any) -> float | None:
    text = as_id(value)
    return float(text) if text is not None and re.fullmatch(r"-?\d+(\.\d+)?", text) else None
