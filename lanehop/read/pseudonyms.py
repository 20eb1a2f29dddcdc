"""Pseudonyms: keyed names in the place of people, given at the door, before anything is made of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lanehop.columns import STR, Coded
from lanehop.dialect import Dialect
from lanehop.errors import ArgumentError
from lanehop.read.changes.history import History
from lanehop.read.encoding import encode, in_order
from lanehop.read.ledger import Ledger
from lanehop.read.rows import SourceRows

ROLES_OF = {"agent": ("agent", "actor"), "requester": ("requester",)}
"""The roles whose columns hold only such people."""

PEOPLE = ("agent", "actor", "requester")

DIGITS = 20
"""Hexadecimal digits of a pseudonym, 80 bits: among ten million people two share one with a chance below 1e-10."""


@dataclass(frozen=True)
class Veil:
    """Which people are to be hidden, and under which key."""

    who: frozenset[str]
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, pseudonymize: Sequence[str], key: str | bytes | None) -> Veil | None:
        """Check what the caller asks for; None if nobody is to be hidden."""
        if isinstance(pseudonymize, str) or not isinstance(pseudonymize, Iterable):
            raise ArgumentError(
                f"pseudonymize is a list of roles, such as ['agent', 'requester'], not {pseudonymize!r}"
            )
        unknown = [role for role in pseudonymize if role not in ROLES_OF]
        if unknown:
            raise ArgumentError(
                f"pseudonymize takes {' and '.join(map(repr, ROLES_OF))}, not {unknown[0]!r}; 'agent' covers actors, too"
            )
        if not pseudonymize:
            if key is not None:
                raise ArgumentError("key is given and nobody is to be hidden; pass pseudonymize=['agent', 'requester']")
            return None
        if key is not None and not (isinstance(key, str | bytes) and key):
            raise ArgumentError(
                "key must be a text or bytes that are not empty; without one it differs from run to run"
            )
        secret = key.encode() if isinstance(key, str) else key
        return cls(frozenset(pseudonymize), secret or secrets.token_bytes(32))


@dataclass(frozen=True, eq=False)
class Pseudonyms:
    """The names of a source's people, and what each is called instead."""

    veil: Veil
    columns: frozenset[str]
    """Source columns in which everyone is to be hidden."""
    beside: frozenset[str]
    """Source columns in which those of them are hidden that stand there, too."""
    shown: frozenset[str]
    """Source columns of which values may be shown when a row is set aside."""
    bots: frozenset[str]
    known: frozenset[str]
    """Everyone to be hidden whose name stands in a column of such people."""

    @classmethod
    def found(cls, veil: Veil, rows: SourceRows, dialect: Dialect, history: History | None) -> Pseudonyms:
        """Find the people of a source."""
        column = {role: str(dialect.columns[role]) for role in PEOPLE if role in dialect.columns}
        hidden = {column[role] for who in veil.who for role in ROLES_OF[who] if role in column}
        names: set[str] = set()
        for name in hidden:
            names.update(encode(rows.table[name], dialect.missing, name=name).names.to_pylist())
        if history is not None:
            for table, frame in (("surveys", history.surveys), ("messages", history.messages)):
                if frame is not None:
                    for name, everyone in _hidden_in(table, frame, veil.who).items():
                        names.update(frame.loc[everyone, name].dropna().astype(str))
        return cls(
            veil,
            frozenset(hidden),
            frozenset(column.values()) | frozenset(dialect.keep),
            frozenset(str(dialect.columns[role]) for role in ("case", "time")),
            frozenset(dialect.bots),
            frozenset(names) - frozenset(dialect.bots),
        )

    @property
    def fields(self) -> frozenset[str]:
        """Return the source columns whose values are not to be told."""
        return self.columns | self.beside

    def of(self, name: str) -> str:
        """Return what a person is called instead."""
        return "p" + hmac.new(self.veil.key, name.encode(), hashlib.sha256).hexdigest()[:DIGITS]

    def hide(self, column: str, values: Coded) -> Coded:
        """Return the values of a source column with pseudonyms for the people in it."""
        if column not in self.fields:
            return values
        # All names of such a column are known.
        called = [self.of(name) if name in self.known else name for name in values.names.to_pylist()]
        return in_order(values.codes, pa.array(called, pa.large_string()))

    def hide_in(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return surveys or messages with pseudonyms for the people in them."""
        made = {}
        for name in ("requester", "agent", "author"):
            if name in frame:
                cells = frame[name].astype(STR)
                called = {x: self.of(x) for x in cells.dropna().unique() if x in self.known}
                made[name] = cells.map(lambda x, called=called: called.get(x, x), na_action="ignore").astype(STR)
        return frame.assign(**made)

    def clear(self, ledger: Ledger) -> Ledger:
        """Leave out of a ledger what shows a person.

        Of rows set aside only tickets and times are told, since the others may be whole rows; of what is noted,
        all but texts in which a name stands.
        """
        aside = [part.assign(value=part["value"].where(part["column"].isin(self.shown))) for part in ledger.aside]
        noted = [
            (reason, n, row, None if self._names_one(reason, text) else text) for reason, n, row, text in ledger.noted
        ]
        return Ledger(ledger.n_read, noted, aside)

    def _names_one(self, reason: str, text: str | None) -> bool:
        # What the source was taken for is lanehop's own word.
        return text is not None and reason != "read_as" and any(name in text for name in self.known)


def _hidden_in(table: str, frame: pd.DataFrame, who: frozenset[str]) -> dict[str, npt.NDArray[np.bool_]]:
    """Return for each column of people the rows in which they are to be hidden, whoever they are."""
    everyone = np.ones(len(frame), dtype=bool)
    if table == "surveys":
        return {name: everyone for name in ("agent", "requester") if name in who and name in frame}
    if "author" not in frame:
        return {}
    customers = (frame["role"] == "customer").fillna(False).to_numpy(dtype=bool) if "role" in frame else ~everyone
    return {"author": (customers if "requester" in who else ~everyone) | (~customers if "agent" in who else ~everyone)}
