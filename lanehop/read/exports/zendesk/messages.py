"""Zendesk messages: comments, and who wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop.columns import Instants
from lanehop.read.changes.held_then import held_then, instants, named
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.zendesk.saves import Save
from lanehop.read.exports.zendesk.tickets import WhoIsWho

__all__ = ["Messages"]


class Messages:
    """Comments, whoever wrote them."""

    def __init__(self) -> None:
        self._said: list[tuple[int, str | None, str | None, int, str | None, bool, str | None, str | None]] = []
        self._privacy: dict[str | None, bool] = {}

    def add_save(self, save: Save, row: int, kinds: Sequence[str]) -> None:
        """Take the comments of an audit, and what it says of how public earlier ones are."""
        for event in save.events:
            record = event.record
            if event.type == "CommentPrivacyChange":
                self._privacy[as_id(record.get("comment_id"))] = bool(record.get("public"))
            if event.type not in kinds:
                continue
            author = save.author if record.get("author_id") is None else as_id(record["author_id"])
            text = next((record[k] for k in ("plain_body", "body", "html_body") if record.get(k)), None)
            public = bool(record.get("public", record.get("comment_public", True)))
            number = row if save.id is None else save.id
            said = (row, save.ticket, save.time, number, author, public, as_text(text), as_id(record.get("id")))
            self._said.append(said)

    def table(
        self,
        repeated: Instants,
        changes: pa.Table,
        records: pa.Table | None,
        who: WhoIsWho,
        names: Mapping[str, Mapping[str, str]],
    ) -> pd.DataFrame:
        """Return ``History.messages``: the requester is the customer, and so is an end user; the system is a bot."""
        again = set(repeated.tolist())
        said = [s for s in self._said if s[0] not in again and s[1] is not None]
        requesters = held_then(changes, records, "requester_id", [(s[1], s[2], s[3]) for s in said])
        made = pd.DataFrame(
            {
                "ticket": pd.array([s[1] for s in said], dtype="str"),
                "at": instants(pd.Series([s[2] for s in said], dtype="str")),
                "author": named(pd.Series([s[4] for s in said], dtype="str"), names.get("actor", {})),
                "role": [who.role(s[4], r) for s, r in zip(said, requesters, strict=True)],
                "public": np.array([self._privacy.get(s[7], s[5]) for s in said], dtype=np.bool_),
                "text": pd.array([s[6] for s in said], dtype="str"),
            }
        )
        return made[made["at"].notna()].sort_values(["ticket", "at"], kind="stable", ignore_index=True)
