"""ServiceNow values: a cell in each of its four forms, and times in the one form that the tables store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lanehop.read.changes.rows import as_text

_SYS_ID = re.compile(r"[0-9a-f]{32}")
_STORED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")

JOURNALS = {"comments": True, "work_notes": False}
"""Fields that hold what people wrote, and whether the caller sees it."""

NOT_TICKETS = (
    "sys_",
    "cmdb",
    "cmn_",
    "core_",
    "kb_",
    "asmt_",
    "alm_",
    "ast_",
    "ecc_",
    "ldap_",
    "sysapproval",
    "sysevent",
    "sc_cat",
    "sc_item",
    "contract_",
    "task_",
    "user_",
    "v_",
)
"""How the names of tables begin whose records are no tickets."""

WORDS = {
    "state": {"New": "1", "In Progress": "2", "On Hold": "3", "Resolved": "6", "Closed": "7", "Canceled": "8"},
    "hold_reason": {"Awaiting Caller": "1", "Awaiting Problem": "3", "Awaiting Vendor": "4", "Awaiting Change": "5"},
}
"""What the tables store for the words of an incident that a CSV shows."""


def raw(value: Any) -> str | None:
    """Return what a cell stores: plain, or beside what it displays; of a reference the id in its link."""
    if isinstance(value, Mapping):
        if "value" in value:
            value = value["value"]
        elif value.get("link"):
            value = str(value["link"]).rstrip("/").rpartition("/")[2]
        else:
            value = value.get("display_value")
    text = as_text(value)
    text = None if text is None else text.strip()
    return None if text in ("", "NULL") else text


def shown(value: Any) -> str | None:
    """Return what a cell displays, where it says that beside what it stores."""
    return as_text(value.get("display_value")) if isinstance(value, Mapping) else None


def cell(record: Mapping[str, Any], name: str) -> Any:
    """Return a cell of a record; a reference that was split into columns by its value."""
    for place in (name, name + ".value", name + "_value"):
        if place in record:
            return record[place]
    return None


def has(record: Mapping[str, Any], name: str) -> bool:
    """Whether a record has a cell of this name."""
    return name in record or name + ".value" in record or name + "_value" in record


def displays(record: Mapping[str, Any]) -> bool:
    """Whether a record gives only what is displayed (``sysparm_display_value=true``)."""
    return any(isinstance(x, Mapping) and "display_value" in x and "value" not in x for x in record.values())


def is_sys_id(text: str) -> bool:
    return _SYS_ID.fullmatch(text) is not None


def stored_time(text: str | None) -> str | None:
    """Return a time with its zone: what the tables store is UTC, and says so nowhere."""
    return text + "Z" if text is not None and _STORED.fullmatch(text) else text


def as_instant(text: str | None) -> datetime | None:
    """Return the instant that a time states; None where it states none, or no zone."""
    try:
        at = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at is None or at.tzinfo is None else at.astimezone(UTC)


def is_ticket_table(table: str | None) -> bool:
    """Whether the records of a table may be tickets; where no table is named, they are."""
    return table is None or not table.startswith(NOT_TICKETS)


def state_in(table: str | None, value: str | None) -> str | None:
    """Return a state under the name of its table: the numbers of incidents mean something else in others."""
    return value if value is None or table in (None, "incident") else f"{table}:{value}"
