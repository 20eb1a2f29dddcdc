"""Zendesk tickets as they stand now, and the names of what they hold by id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lanehop.read.changes.history import FIXED
from lanehop.read.changes.id_names import tell_apart
from lanehop.read.changes.rows import PackedRows, as_id, as_text
from lanehop.read.exports.zendesk.saves import channel_of, value_of

__all__ = ["CHANNEL", "SYSTEM", "TicketsNow", "WhoIsWho"]

CHANNEL = "via.channel"
"""The field that holds by which channel a ticket was opened."""

SYSTEM = "Zendesk"
"""The name of the author -1."""

_PEOPLE = ("assignee_id", "requester_id", "submitter_id", "actor")


class TicketsNow:
    """Tickets as they stand now; of several records of one ticket the one made last counts."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._fields = sorted(wanted - frozenset(FIXED))
        self._seen: set[str] = set()
        text = [("ticket", pa.string()), ("opened_at", pa.string())]
        self._rows = PackedRows(
            pa.schema(
                [
                    *text,
                    ("stamp", pa.int64()),
                    ("row", pa.int64()),
                    *((f"field {name}", pa.string()) for name in self._fields),
                ]
            )
        )

    def add(self, record: Mapping[str, Any], row: int) -> None:
        """Add a record of ``/tickets``, of the incremental export or of a full JSON export."""
        custom = {}
        for entry in record.get("custom_fields") or record.get("fields") or ():
            if isinstance(entry, Mapping):
                custom[as_id(entry.get("id"))] = entry.get("value")
        values = []
        for name in self._fields:
            if name == CHANNEL:
                via = record.get("via", record.get("via_channel"))
                value, known = channel_of(via), via is not None
            elif name in custom:
                value, known = custom[name], True
            else:
                value, known = record.get(name), name in record
            if known:
                self._seen.add(name)
            values.append(value_of(name, value))
        self._rows.append((as_id(record.get("id")), as_text(record.get("created_at")), _stamp(record), row, *values))

    def table(self) -> tuple[pa.Table | None, npt.NDArray[np.int64], list[str | None]]:
        """Return ``History.records``, and the rows and tickets of the records that are not the last of their ticket."""
        table = self._rows.table()
        if not table.num_rows:
            return None, np.zeros(0, dtype=np.int64), []
        ticket = table["ticket"].to_pandas().astype("category").cat.codes.to_numpy()
        stamp = table["stamp"].to_numpy()
        sorted_rows = pd.DataFrame({"ticket": ticket, "stamp": stamp}).sort_values(["ticket", "stamp"], kind="stable")
        order = sorted_rows.index.to_numpy()
        of = ticket[order]
        last = np.append(of[1:] != of[:-1], True) | (of < 0)
        kept, late = np.sort(order[last]), np.sort(order[~last])
        rows = np.asarray(table["row"].to_numpy(), dtype=np.int64)
        passed = table["ticket"].take(pa.array(late)).cast(pa.string()).to_pylist()
        columns = {"ticket": "ticket", "row": "row", "opened_at": "opened_at"}
        columns |= {f"field {name}": name for name in self._fields if name in self._seen}
        made = table.select(list(columns)).rename_columns(list(columns.values())).take(pa.array(kept))
        return made, rows[late], passed


def _stamp(record: Mapping[str, Any]) -> int:
    """Return when a record was made, in seconds from 1970; 0: it does not say."""
    said = record.get("generated_timestamp")
    try:
        if said is not None:
            return int(said)
        return int(datetime.fromisoformat(str(record.get("updated_at"))).timestamp())
    except (ValueError, OverflowError):
        return 0


class WhoIsWho:
    """Names of groups, users and custom statuses."""

    def __init__(self) -> None:
        self._groups: dict[str, str] = {}
        self._users: dict[str, str] = {}
        self._statuses: dict[str, str] = {}
        self._end_users: set[str] = set()
        self._desk: set[str] = set()

    def add(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Add a group, a user or a custom status; tell whether it is new."""
        key = as_id(record.get("id"))
        name = as_text(record.get("status_category" if kind == "zendesk_custom_statuses" else "name"))
        if key is None or name is None:
            return True
        names = {"zendesk_groups": self._groups, "zendesk_users": self._users}.get(kind, self._statuses)
        new = key not in names
        names[key] = name
        if kind == "zendesk_users" and record.get("role") is not None:
            (self._end_users if record["role"] == "end-user" else self._desk).add(key)
        return new

    def names(self) -> dict[str, dict[str, str]]:
        """Return ``History.names``; names that several share have the id behind them."""
        users = tell_apart(self._users)
        made = dict.fromkeys(_PEOPLE, users) if users else {}
        made["actor"] = {**users, "-1": SYSTEM}
        if self._groups:
            made["group_id"] = tell_apart(self._groups)
        if self._statuses:
            made["custom_status_id"] = self._statuses
        return made

    def role(self, author: str | None, requester: str | None) -> str | None:
        """Tell what the author of a message is: ``customer``, ``agent`` or ``bot``."""
        if author is None:
            return None
        if author == "-1":
            return "bot"
        if author in self._desk and author != requester:
            return "agent"
        return "customer" if author == requester or author in self._end_users else "agent"
