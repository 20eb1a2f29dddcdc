"""Zendesk surveys: satisfaction ratings as they were offered and answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from lanehop.columns import Instants
from lanehop.read.changes.held_then import held_then, instants, named
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.zendesk.saves import Save

__all__ = ["Surveys"]

_SCORES = {"good": 1.0, "bad": 0.0}
_BEST, _WORST = 1.0, 0.0


class _Said(NamedTuple):
    """A score that an audit says; ``agent``: whom it names itself."""

    row: int
    ticket: str | None
    time: str | None
    save: int
    score: str
    agent: str | None


class Surveys:
    """Satisfaction ratings: offered, answered, and answered again."""

    def __init__(self) -> None:
        self._said: list[_Said] = []
        self._rated: list[dict[str, Any]] = []
        self._standing: list[dict[str, Any]] = []

    def add_save(self, save: Save, row: int) -> None:
        """Take the scores that an audit says."""
        for event in save.events:
            score = agent = None
            if event.field == "satisfaction_score":
                score = event.new
            elif event.type == "SatisfactionRating":
                score, agent = event.record.get("score"), as_id(event.record.get("assignee_id"))
            if isinstance(score, str):
                number = row if save.id is None else save.id
                self._said.append(_Said(row, save.ticket, save.time, number, score, agent))

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

    def add_ticket(self, record: Mapping[str, Any], row: int) -> None:
        """Take the rating that stands on a ticket: the last one, without its times and whom it is credited to."""
        ticket, rating = as_id(record.get("id")), record.get("satisfaction_rating")
        word = rating.get("score") if isinstance(rating, Mapping) else None
        answer = _score(word)
        if ticket is None or not isinstance(rating, Mapping) or (answer is None and word != "offered"):
            return
        self._standing.append(
            {
                "row": row,
                "survey": as_id(rating.get("id")) or f"{ticket}/rating",
                "ticket": ticket,
                "requester": as_id(record.get("requester_id")),
                "sent_at": None,
                "answered_at": None,
                "score": answer,
                "department": None,
                "agent": None,
            }
        )

    def table(
        self, repeated: Instants, changes: pa.Table, records: pa.Table | None, names: Mapping[str, Mapping[str, str]]
    ) -> pd.DataFrame | None:
        """Return ``History.surveys``, of each ticket from the best of the three places in which they stand.

        These are ``/satisfaction_ratings``, the audits, and the ticket itself. ``repeated``: audits and tickets that do
        not count.
        """
        again = set(repeated.tolist())
        rated = [r for r in self._rated if r["row"] not in again and r["ticket"] is not None]
        own = {r["ticket"] for r in rated}
        said = [s for s in self._said if s.row not in again and s.ticket is not None and s.ticket not in own]
        told = self._follow(said)
        standing = {r["ticket"]: r for r in self._standing if r["row"] not in again and r["ticket"] not in own}
        for one in {t["ticket"]: t for t in told}.values():  # the last survey of each ticket
            stands = standing.pop(one["ticket"], None)
            if stands is not None and one["score"] is None:
                one["score"] = stands["score"]
        rated += standing.values()
        if told:
            at = [(t["ticket"], t["answered_at"] or t["sent_at"], t["save"]) for t in told]
            for column, field in (("department", "group_id"), ("agent", "assignee_id"), ("requester", "requester_id")):
                for one, value in zip(told, held_then(changes, records, field, at), strict=True):
                    one[column] = one.get(column) or value
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
    def _follow(said: list[_Said]) -> list[dict[str, Any]]:
        """Make one survey of each offer; an answer that changes without a new offer is the last answer."""
        made: list[dict[str, Any]] = []
        current: dict[str | None, dict[str, Any]] = {}
        for _, ticket, time, save, score, agent in sorted(said, key=lambda s: (str(s.ticket), s.time or "", s.save)):
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
                one["answered_at"], one["score"], one["agent"] = time, answer, agent
            one["save"] = save
        return made


def _score(word: Any) -> float | None:
    """Return the answer that a word is: ``good`` and ``bad``, with or without a comment; all else is none."""
    return _SCORES.get(word.partition("_")[0]) if isinstance(word, str) else None
