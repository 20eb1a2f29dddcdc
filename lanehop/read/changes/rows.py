"""Changes as they are collected from an export, record by record, in little memory."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lanehop.read.changes.history import CHANGES

__all__ = ["CODED_CHANGES", "ChangeRows", "PackedRows", "as_id", "as_text"]

_CHUNK = 1 << 16


def coded(schema: pa.Schema) -> pa.Schema:
    """Return a schema with its texts as dictionaries: in a long history each stands many times."""
    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([(f.name, text if pa.types.is_string(f.type) else f.type) for f in schema])


CODED_CHANGES = coded(CHANGES)
"""``CHANGES`` as they are packed."""


class PackedRows:
    """Rows that come one by one, packed into Arrow as they do, so that memory is mostly the columns.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the rows; texts are packed as dictionaries.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._coded = coded(schema)
        self._rows: list[tuple[Any, ...]] = []
        self._packed: list[pa.Table] = []

    def append(self, row: tuple[Any, ...]) -> None:
        """Add one row, its values in the order of the schema."""
        self._rows.append(row)
        if len(self._rows) >= _CHUNK:
            self._pack()

    def _pack(self) -> None:
        arrays = []
        for values, said in zip(zip(*self._rows, strict=True), self._schema, strict=True):
            array = pa.array(values, said.type)
            arrays.append(array.dictionary_encode() if pa.types.is_string(said.type) else array)
        self._packed.append(pa.Table.from_arrays(arrays, schema=self._coded))
        self._rows = []

    def table(self) -> pa.Table:
        """Return all rows, with the same dictionary in every chunk of a column of text."""
        if self._rows:
            self._pack()
        if not self._packed:
            return self._coded.empty_table()
        return pa.concat_tables(self._packed).unify_dictionaries()


class ChangeRows(PackedRows):
    """The changes of an export, as ``CODED_CHANGES``."""

    def __init__(self) -> None:
        super().__init__(CHANGES)

    def add(
        self,
        ticket: str | None,
        time: str | None,
        save: int,
        field: str,
        old: str | None,
        new: str | None,
        knows_old: bool,
        actor: str | None,
        mark: str | None,
        row: int,
    ) -> None:
        """Add one change; all values as ``history.CHANGES`` says."""
        self.append((ticket, time, save, field, old, new, knows_old, actor, mark, row))


def as_text(value: Any) -> str | None:
    """Return a value of JSON as text: empty ones as None, lists joined by ``, ``, numbers without ``.0``."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | float):
        whole = Decimal(value) if isinstance(value, Decimal) else Decimal(repr(value))
        return str(int(whole)) if whole.is_finite() and whole == whole.to_integral_value() else str(value)
    if isinstance(value, list):
        parts = [text for text in map(as_text, value) if text is not None]
        return ", ".join(parts) or None
    return str(value)


def as_id(value: Any) -> str | None:
    """Return an id as text: 7, ``"7"``, 7.0 and ``"7.0"`` (a column with gaps that went through floats) are one id."""
    if type(value) is int:
        return str(value)
    text = as_text(value)
    if text is None:
        return None
    text = text.strip()
    return text[:-2] if text.endswith(".0") and re.fullmatch(r"-?\d+\.0", text) else text or None
