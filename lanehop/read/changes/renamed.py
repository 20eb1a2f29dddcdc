"""Renaming the values of a dictionary-encoded column, each once."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa


def renamed(column: pa.ChunkedArray, name: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Return a dictionary column under other values, of which several may become one."""
    if not column.num_chunks:
        return column
    known: dict[str | None, str | None] = {None: None}
    chunks = []
    for chunk in column.chunks:
        before = chunk.dictionary.to_pylist()
        for value in before:
            if value not in known:
                known[value] = name(value)
        after = pa.array([known[value] for value in before], chunk.dictionary.type)
        chunks.append(after.take(chunk.indices).dictionary_encode().cast(column.type))
    return pa.chunked_array(chunks, column.type).unify_dictionaries()
