"""Encoding: a source column of names -> integer codes with the different names in code point order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Coded, Codes, narrow

_BLANKS = " \t\r\n\v\f\u00a0\ufeff"


def encode(column: pa.ChunkedArray, missing: Sequence[str] = ()) -> Coded:
    """Encode a column of names; blanks around a name do not count, and empty ones are missing.

    ``missing`` are further texts that stand for a missing value. Numbers are named as they are written.
    """
    codes, names = _dictionary(column)
    names, known = _clean(names, missing)
    if known is not None:
        codes = np.append(known, -1)[codes]
    return _in_order(codes, names)


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
    return _in_order(codes if known is None else known[codes], names)


def _dictionary(column: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """Return codes and the different values as text, in order of appearance."""
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
    trimmed = pc.utf8_trim(names, characters=_BLANKS)
    nothing = pc.or_kleene(pc.is_null(trimmed), pc.is_in(trimmed, value_set=pa.array(["", *missing], trimmed.type)))
    same = trimmed.equals(names)
    if same and not pc.any(nothing).as_py():
        return names, None
    left = pc.if_else(nothing, pa.scalar(None, trimmed.type), trimmed).dictionary_encode()
    return left.dictionary, left.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def _in_order(codes: Codes, names: pa.Array) -> Coded:
    """Bring the names into code point order, and the codes with them."""
    n = len(names)
    if n > 1 and not pc.all(pc.less(names.slice(0, n - 1), names.slice(1))).as_py():
        order = pc.array_sort_indices(names)
        rank = np.empty(n + 1, dtype=narrow(n))
        rank[order.to_numpy()] = np.arange(n)
        rank[n] = -1
        return Coded(rank[codes], names.take(order))
    return Coded(codes.astype(narrow(n), copy=False), names)
