"""Parquet: the needed columns only, texts as dictionaries, numbers never as floats."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lanehop.dialect import Dialect
from lanehop.errors import SourceError
from lanehop.read.files import Blob
from lanehop.read.rows import Positions, SourceRows, aside, clean_header, needed_columns, no_rest
from lanehop.read.tables.frames import settle

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_FEW_BYTES = 4
"""Bytes a value up to which a text column is taken for one of few different values."""

# Under such a name pandas stores an index that has none; it is no column of the source.
_INDEX = re.compile(r"__index_level_\d+__")


def read_parquet(blob: Blob, dialect: Dialect) -> SourceRows:
    """Read the needed columns of a Parquet file.

    Parameters
    ----------
    blob : Blob
        The file; a packed one is unpacked into memory.
    dialect : Dialect
        Names the needed columns.

    Returns
    -------
    SourceRows
        Text columns as dictionaries that are the same in every chunk; integers stay integers; floats in
        label columns become text. Nothing is set aside.

    Raises
    ------
    SourceError
        If the file is damaged or cut off, or has no rows.
    SchemaError
        If a label column holds floats of 2**53 or more, whose last digits are lost.
    """
    source = str(blob.path) if blob.path is not None else pa.py_buffer(_bytes(blob))
    try:
        with _open(source, []) as file:
            schema = file.schema_arrow
            metadata = file.metadata
        n_rows = metadata.num_rows
        raw = [name for name in schema.names if not _INDEX.fullmatch(name)]
        header = clean_header(raw)
        names = [n for n in needed_columns(dialect) if n in header.position]
        own = {n: raw[header.position[n]] for n in names}
        texts = [own[n] for n in names if _is_text(schema.field(schema.names.index(own[n])).type)]
        few = _few_words(metadata, texts)
        if n_rows == 0:
            raise SourceError(f"{blob.name!r} holds columns and no rows; export it again with its rows")
        if not names:
            return SourceRows(pa.table({}), None, 0, aside(), [], "parquet", header.names, header.duplicated, no_rest)

        def read(name: str) -> pa.ChunkedArray:
            with _open(source, few) as file:
                found = file.read(columns=[name])
            # A name that stands twice, or begins another up to a point, brings more columns than one.
            column = found.column(found.column_names.index(name))
            return column.dictionary_encode() if name in texts and name not in few else column

        # Ids take longest to read and to encode: the other columns are read beside them.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            table = pa.table(dict(zip(names, pool.map(read, own.values()), strict=True)))
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{blob.name!r} is a damaged or unusual Parquet file ({str(error).splitlines()[0]}); write it again"
        ) from error
    others = [name for name in raw if name not in own.values()]

    def rest(positions: Positions) -> pa.Table:
        taken, start = [], 0
        with _open(source, []) as again:
            for batch in again.iter_batches(columns=others) if others else ():
                low, high = np.searchsorted(positions, (start, start + batch.num_rows))
                if high > low:
                    taken.append(batch.take(pa.array(positions[low:high] - start)))
                start += batch.num_rows
        return pa.Table.from_batches(taken) if taken else pa.table({})

    return SourceRows(
        settle(table, dialect), None, n_rows, aside(), [], "parquet", header.names, header.duplicated, rest
    )


def _few_words(metadata: pq.FileMetaData, texts: list[str]) -> list[str]:
    """Return the text columns of few different values, which are read as dictionaries.

    A dictionary takes at most some bits a value in the file. Columns of ids outgrow theirs; to decode these
    as dictionaries takes Arrow several times as long as to encode them afterwards.
    """
    size, n = dict.fromkeys(texts, 0), dict.fromkeys(texts, 0)
    for group in range(metadata.num_row_groups):
        for i in range(metadata.num_columns):
            column = metadata.row_group(group).column(i)
            if column.path_in_schema in size:
                size[column.path_in_schema] += column.total_uncompressed_size
                n[column.path_in_schema] += column.num_values
    return [name for name in texts if size[name] <= _FEW_BYTES * n[name]]


def _open(source: str | pa.Buffer, texts: list[str]) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    if isinstance(source, str):
        return pq.ParquetFile(source, memory_map=True, read_dictionary=texts)
    return pq.ParquetFile(pa.BufferReader(source), read_dictionary=texts)


def _bytes(blob: Blob) -> bytes:
    with blob.open() as stream:
        return stream.read()


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
