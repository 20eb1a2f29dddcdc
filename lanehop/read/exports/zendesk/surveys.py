"""Zendesk surveys: satisfaction ratings as they were offered and answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from lanehop.columns import Instants
from lanehop.read.changes.held_then import held_then, instants, named
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.zendesk.saves import Save

__all__ = ["Surveys"]

_SCORES = {"good": 1.0, "bad": 0.0}
_BEST, _WORST = 1.0, 0.0


class Surveys:
    """Satisfaction ratings: offered, answered, and answered again."""

    def __init__(self) -> None:
        self._said: list[tuple[int, str | None, str | None, int, str]] = []
        self._rated: list[dict[str, Any]] = []

    def add_save(self, save: Save, row: int) -> None:
        """Take the scores that an audit says."""
        for event in save.events:
            score = None
            if event.field == "satisfaction_score":
                score = event.new
            elif event.type == "SatisfactionRating":
                score = event.record.get("score")
            if isinstance(score, str):
                self._said.append((row, save.ticket, save.time, row if save.id is None else save.id, score))

    def add_rating(self, record: Mapping[str, Any], row: int) -> None:
        """Take a row of ``/satisfaction_ratings``, which knows group and agent at the time."""
        answer = _score(record.get("score"))
        self._rated.append(
            {
                "row": row,
                "survey": as_id(record.get("id")),
                "ticket": as_id(record.get("ticket_id")),
                "requester": as_id(record.get("requester_id")),
                "sent_at": as_text(record.get("created_at")),
                "answered_at": None if answer is None else as_text(record.get("updated_at")),
                "score": answer,
                "department": as_id(record.get("group_id")),
                "agent": as_id(record.get("assignee_id")),
            }
        )

    def table(
        self, repeated: Instants, changes: pa.Table, records: pa.Table | None, names: Mapping[str, Mapping[str, str]]
    ) -> pd.DataFrame | None:
        """Return ``History.surveys``; tickets that have rows of their own in ``/satisfaction_ratings`` have those."""
        again = set(repeated.tolist())
        rated = [r for r in self._rated if r["row"] not in again and r["ticket"] is not None]
        own = {r["ticket"] for r in rated}
        said = [s for s in self._said if s[0] not in again and s[1] is not None and s[1] not in own]
        told = self._follow(said)
        if told:
            at = [(t["ticket"], t["answered_at"] or t["sent_at"], t["save"]) for t in told]
            for column, field in (("department", "group_id"), ("agent", "assignee_id"), ("requester", "requester_id")):
                for one, value in zip(told, held_then(changes, records, field, at), strict=True):
                    one[column] = value
        if not told and not rated:
            return None
        columns = ["survey", "ticket", "requester", "sent_at", "answered_at", "score", "department", "agent"]
        made = pd.DataFrame([{c: one[c] for c in columns} for one in (*rated, *told)], columns=columns)
        for column, field in (("department", "group_id"), ("agent", "assignee_id"), ("requester", "requester_id")):
            made[column] = named(made[column], names.get(field, {}))
        for column in ("sent_at", "answered_at"):
            made[column] = instants(made[column])
        made["score"] = made["score"].astype("float64")
        made["kind"] = "transaction"
        made["scale_min"], made["scale_max"] = _WORST, _BEST
        return made

    @staticmethod
    def _follow(said: list[tuple[int, str | None, str | None, int, str]]) -> list[dict[str, Any]]:
        """Make one survey of each offer; an answer that changes without a new offer is the last answer."""
        made: list[dict[str, Any]] = []
        current: dict[str | None, dict[str, Any]] = {}
        for _, ticket, time, save, score in sorted(said, key=lambda s: (str(s[1]), s[2] or "", s[3])):
            answer = _score(score)
            if answer is None and score != "offered":
                continue  # "unoffered", or a word that is no answer
            one = current.get(ticket)
            if one is None or (answer is None and one["score"] is not None):
                one = {
                    "survey": f"{ticket}/{save}",
                    "ticket": ticket,
                    "sent_at": None,
                    "answered_at": None,
                    "score": None,
                }
                made.append(one)
                current[ticket] = one
            if answer is None:
                one["sent_at"] = one["sent_at"] or time
            else:
                one["answered_at"], one["score"] = time, answer
            one["save"] = save
        return made


def _score(word: Any) -> float | None:
    """Return the answer that a word is: ``good`` and ``bad``, with or without a comment; all else is none."""
    return _SCORES.get(word.partition("_")[0]) if isinstance(word, str) else None
