"""Tickets: what a log says of a ticket as a whole, and the columns that the dialect keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop import columns
from lanehop.columns import MISSING, Coded, Instants
from lanehop.dialect import TICKET_ROLES
from lanehop.read.picked import Picked, first_said, last_said

_NULLABLE = {f"{sign.lower()}int{bits}": f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)}
_NULLABLE["bool"] = "boolean"
"""For each Arrow type of whole numbers and flags, the pandas type in which one can be missing."""


def ticket_columns(picked: Picked, first: Instants) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns about tickets, and the same event by event.

    A ticket has each value as first said; a column that is known only at the end has it as last said, and
    stands on no event.
    """
    about: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for name, values in _columns(picked):
        final = name in picked.dialect.final
        said = last_said if final else first_said
        if isinstance(values, Coded):
            about[name] = _column(name, Coded(said(values.codes, first), values.names))
            each = _column(name, values)
        elif isinstance(values, pa.Array):
            known = values.is_valid().to_numpy(zero_copy_only=False)
            at = said(np.where(known, np.arange(len(values)), -1), first)
            about[name] = _plain(values.take(pa.array(at, mask=at < 0)))
            each = _plain(values)
        else:
            about[name] = columns.time(said(values, first, MISSING)).array
            each = columns.time(values).array
        if not final:
            kept[name] = each
    return about, kept


def _columns(picked: Picked) -> list[tuple[str, Coded | pa.Array | Instants]]:
    made: list[tuple[str, Coded | pa.Array | Instants]] = []
    for role in TICKET_ROLES:
        if role in picked.dialect.columns:
            values = picked.instants(role) if role == "promised_at" else picked.coded(role)
            assert values is not None
            made.append((role, values))
    for name in picked.dialect.keep:
        kind = picked.source.table.schema.field(name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
        made.append((name, picked.named(name) if is_text else picked.values(name)))
    return made


def _column(name: str, values: Coded) -> Any:
    # A requester is an id, of which there are many; everything else of this kind has few words.
    return columns.text(values) if name == "requester" else columns.category(values)


def _plain(values: pa.Array) -> Any:
    # Where a number is missing, plain pandas would make floats of all, and change the large ones.
    kind = _NULLABLE.get(str(values.type)) if values.null_count else None
    made = values.to_pandas(types_mapper=None if kind is None else lambda _: pd.api.types.pandas_dtype(kind))
    return made.array.copy()  # the source may be the caller's, to be edited as they like
