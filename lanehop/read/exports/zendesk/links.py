"""Zendesk links: follow-ups, merges and problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lanehop.columns import Instants
from lanehop.read.changes.held_then import instants
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.zendesk.saves import Save

__all__ = ["Links"]


class Links:
    """Follow-ups, merges and problems, each link once."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str, str, str, str | None]] = []
        self._problem: dict[str, tuple[tuple[str, int], str | None, int]] = {}
        self._told: dict[str, str | None] = {}

    def add_save(self, save: Save, row: int) -> None:
        """Take what an audit says: how a ticket came about, and what was merged into what."""
        if save.ticket is None:
            return
        for event in save.events:
            if event.field == "problem_id":
                at = (save.time or "", save.id or row)
                if at >= self._problem.get(save.ticket, (("", 0), None, 0))[0]:
                    self._problem[save.ticket] = (at, as_id(event.new), row)
        if not isinstance(save.via, dict):
            return
        source = save.via.get("source")
        origin = source.get("from") if isinstance(source, dict) else None
        if not isinstance(source, dict) or not isinstance(origin, dict):
            return
        other = as_id(origin.get("ticket_id"))
        if source.get("rel") == "follow_up":
            if any(event.type == "Create" for event in save.events):
                self._add(row, "follow_up", other, save.ticket, save.time)
        elif save.mark == "merge" or source.get("rel") == "merge":
            # One ticket is named to the ticket that was closed, several to the one that they went into.
            closed = any(event.field == "status" and event.new in ("closed", "solved") for event in save.events)
            if other is not None:
                ends = (save.ticket, other) if closed else (other, save.ticket)
                self._add(row, "merged_into", *ends, save.time)
            for one in origin.get("ticket_ids") or ():
                self._add(row, "merged_into", as_id(one), save.ticket, save.time)

    def add_ticket(self, record: Mapping[str, Any], row: int) -> None:
        """Take what a ticket says as it stands."""
        ticket = as_id(record.get("id"))
        if ticket is None:
            return
        opened = as_text(record.get("created_at"))
        via = record.get("via")
        source = via.get("source") if isinstance(via, dict) else None
        if isinstance(source, dict) and source.get("rel") == "follow_up" and isinstance(source.get("from"), dict):
            self._add(row, "follow_up", as_id(source["from"].get("ticket_id")), ticket, opened)
        self._add(row, "follow_up", as_id(record.get("via_followup_source_id")), ticket, opened)
        for later in record.get("followup_ids") or ():
            self._add(row, "follow_up", ticket, as_id(later), None)
        if "problem_id" in record:
            self._told[ticket] = as_id(record["problem_id"])

    def _add(self, row: int, kind: str, here: str | None, there: str | None, at: str | None) -> None:
        if here is not None and there is not None and here != there:
            self._found.append((row, kind, here, there, at))

    def table(self, repeated: Instants) -> pd.DataFrame | None:
        """Return ``History.links``."""
        problems = {ticket: (problem, at[0], row) for ticket, (at, problem, row) in self._problem.items()}
        for ticket, problem in self._told.items():
            if problem is None or problems.get(ticket, (None,))[0] != problem:
                problems[ticket] = (problem, "", -1)
        again = set(repeated.tolist())
        found = [x for x in self._found if x[0] not in again]
        found += [
            (row, "problem", t, p, at or None) for t, (p, at, row) in problems.items() if p is not None and p != t
        ]
        if not found:
            return None
        made = pd.DataFrame(found, columns=["row", "kind", "from_ticket", "to_ticket", "at"])
        made["at"] = instants(made["at"])
        # The one that says when comes first.
        made = made.iloc[made["at"].isna().argsort(kind="stable")]
        made = made.drop_duplicates(["kind", "from_ticket", "to_ticket"]).sort_values(
            ["from_ticket", "to_ticket", "kind"]
        )
        made["rule"] = "Zendesk " + made["kind"].str.replace("_", " ")
        return made[["from_ticket", "to_ticket", "kind", "rule", "at"]].reset_index(drop=True)
