"""Encoding: a source column of names -> integer codes with the different names in code point order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Coded, Codes, narrow
from lanehop.dialect import BLANKS
from lanehop.errors import SchemaError


def encode(column: pa.ChunkedArray, missing: Sequence[str] = (), *, name: str = "") -> Coded:
    """Encode a column of names; blanks around a name do not count, and empty ones are missing.

    ``missing`` are further texts that stand for a missing value. Numbers are named as they are written.
    ``name`` is that of the column, for the message where it holds no names.
    """
    try:
        codes, names = _dictionary(column)
    except pa.ArrowException as error:
        raise SchemaError(
            f"column {name!r} holds {column.type}, which cannot be read as names ({str(error).splitlines()[0]}); "
            "make it text where it comes from"
        ) from error
    names, known = _clean(names, missing)
    if known is not None:
        codes = np.append(known, -1)[codes]
    return in_order(codes, names)


def join(columns: Sequence[Coded], separator: str = "/") -> Coded:
    """Join the names of several columns row by row; what is missing in one is left out."""
    if len(columns) == 1:
        return columns[0]
    pair = np.zeros(len(columns[0].codes), dtype=np.int64)
    for c in columns:
        pair = pair * (len(c.names) + 1) + c.codes + 1
    _, example, codes = np.unique(pair, return_index=True, return_inverse=True)
    parts = [[None if x < 0 else c.names[int(x)].as_py() for x in c.codes[example]] for c in columns]
    joined = [separator.join(p for p in row if p is not None) for row in zip(*parts, strict=True)]
    names, known = _clean(pa.array(joined, type=pa.large_string()), ())
    return in_order(codes if known is None else known[codes], names)


def only_used(values: Coded) -> Coded:
    """Leave out the names that no code stands for."""
    used = np.zeros(len(values.names) + 1, dtype=bool)
    used[values.codes] = True  # -1 is the last place
    used = used[:-1]
    if used.all():
        return values
    rank = np.append(np.cumsum(used) - 1, -1).astype(narrow(int(used.sum())))
    return Coded(rank[values.codes], values.names.filter(pa.array(used)))


def _dictionary(column: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """Return codes and the different values as text, in order of appearance."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_null(kind):
        return np.full(len(column), -1, dtype=np.int8), pa.array([], pa.large_string())
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    else:
        column = column.dictionary_encode()  # which leaves the same dictionary in every chunk
    values = column.chunk(0).dictionary if column.num_chunks else pa.array([], type=column.type.value_type)
    codes = np.empty(len(column), dtype=narrow(len(values)))
    at = 0
    for chunk in column.chunks:
        indices = chunk.indices
        if indices.null_count:
            indices = (
                indices.fill_null(-1)
                if not pa.types.is_unsigned_integer(indices.type)
                else (indices.cast(pa.int64()).fill_null(-1))
            )
        codes[at : at + len(chunk)] = indices.to_numpy(zero_copy_only=False)
        at += len(chunk)
    return codes, values.cast(pa.large_string())


def _clean(names: pa.Array, missing: Sequence[str]) -> tuple[pa.Array, npt.NDArray[Any] | None]:
    """Return the different names without blanks around them, and the new code of each old name.

    The second is None where nothing changed.
    """
    trimmed = pc.utf8_trim(names, characters=BLANKS)
    nothing = pc.or_kleene(pc.is_null(trimmed), pc.is_in(trimmed, value_set=pa.array(["", *missing], trimmed.type)))
    same = trimmed.equals(names)
    if same and not pc.any(nothing).as_py():
        return names, None
    left = pc.if_else(nothing, pa.scalar(None, trimmed.type), trimmed).dictionary_encode()
    return left.dictionary, left.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def in_order(codes: Codes, names: pa.Array) -> Coded:
    """Bring the names into code point order, each once, and the codes with them."""
    n = len(names)
    if n > 1 and not pc.all(pc.less(names.slice(0, n - 1), names.slice(1))).as_py():
        order = pc.array_sort_indices(names)
        names = names.take(order)
        new = np.append(True, pc.not_equal(names.slice(0, n - 1), names.slice(1)).to_numpy(zero_copy_only=False))
        rank = np.empty(n + 1, dtype=narrow(n))
        rank[order.to_numpy()] = np.cumsum(new) - 1
        rank[n] = -1
        codes, names = rank[codes], names if new.all() else names.filter(pa.array(new))
    return Coded(codes.astype(narrow(len(names)), copy=False), names)
