"""Beside the events: links, surveys and messages of an export, brought into the form of the data model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from lanehop import columns
from lanehop.columns import STR
from lanehop.read.changes.history import History
from lanehop.read.ledger import Ledger
from lanehop.read.pseudonyms import Pseudonyms
from lanehop.schema import DTYPES, TABLES


@dataclass(frozen=True, eq=False)
class Beside:
    """What an export says of its tickets beside their events."""

    links: pd.DataFrame | None
    surveys: pd.DataFrame
    messages: pd.DataFrame


def take_beside(history: History | None, now: pd.Timestamp | None, people: Pseudonyms | None, ledger: Ledger) -> Beside:
    """Take links, surveys and messages from a history, as they were known at ``now``; None: all.

    What came later is left out and noted by number; a survey that was answered later, or nobody knows when, is
    unanswered.
    """
    if history is None:
        return Beside(None, columns.empty("surveys"), columns.empty("messages"))
    links = history.links
    surveys, messages = _formed(history.surveys, "surveys"), _formed(history.messages, "messages")
    if now is not None:
        if links is not None and "at" in links:
            links = _until(links, "at", now, "links_after_as_of", ledger)
        surveys = _until(surveys, "sent_at", now, "surveys_after_as_of", ledger)
        messages = _until(messages, "at", now, "messages_after_as_of", ledger)
        later = surveys["answered_at"] > now
        ledger.note("answers_after_as_of", int(later.sum()))
        untold = surveys["answered_at"].isna() & surveys["score"].notna()
        ledger.note("answers_without_time", int(untold.sum()))
        hidden = later | untold
        surveys = surveys.assign(answered_at=surveys["answered_at"].mask(hidden), score=surveys["score"].mask(hidden))
    if people is not None:
        surveys, messages = people.hide_in(surveys), people.hide_in(messages)
    return Beside(links, surveys, messages)


def _until(frame: pd.DataFrame, time: str, now: pd.Timestamp, reason: str, ledger: Ledger) -> pd.DataFrame:
    later = frame[time] > now
    ledger.note(reason, int(later.sum()))
    return frame[~later].reset_index(drop=True)


def _formed(frame: pd.DataFrame | None, table: str) -> pd.DataFrame:
    """Return a table with the columns and dtypes of the data model; a column that is not there is missing."""
    blank = columns.empty(table)
    if frame is None:
        return blank
    made: dict[str, Any] = {}
    for c in TABLES[table].columns:
        values = frame[c.name] if c.name in frame else pd.Series([None] * len(frame), dtype=object)
        if c.words:
            made[c.name] = pd.Categorical(values, categories=list(c.words))
        elif c.kind == "category":
            made[c.name] = pd.Categorical(values.astype(STR))
        else:
            made[c.name] = values.astype(pd.api.types.pandas_dtype(DTYPES[c.kind])).array
    return columns.table(table, made)
