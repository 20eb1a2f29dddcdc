"""Columns: arrays of codes, instants and lengths -> pandas columns of the dtypes of the data model.

Nothing here copies an array that it can share. ``-1`` codes and ``MISSING`` instants become NA.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lanehop.schema import DTYPES, TABLES, with_business

Codes = npt.NDArray[np.signedinteger[Any]]
Instants = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MISSING = np.iinfo(np.int64).min
"""The instant or length (in microseconds) that stands for a missing one: numpy's own NaT."""

STR = pd.StringDtype("pyarrow", na_value=np.nan)
"""The dtype that pandas calls ``str``."""


class Coded(NamedTuple):
    """Values as integer codes: ``names[codes]``, where ``-1`` is missing and names are in code point order."""

    codes: Codes
    names: pa.LargeStringArray

    def at(self, positions: npt.NDArray[Any] | slice) -> Coded:
        """Return the values at these positions."""
        return Coded(self.codes[positions], self.names)


def narrow(n: int) -> type[np.signedinteger[Any]]:
    """Return the smallest integer type that holds -1 and the codes of ``n`` names."""
    return np.int8 if n <= 127 else np.int16 if n <= 32767 else np.int32


def text(values: Coded) -> pd.api.extensions.ExtensionArray:
    """Return a ``str`` column."""
    codes = values.codes
    mask = codes < 0 if codes.size and codes.min() < 0 else None
    return text_array(values.names.take(pa.array(codes, mask=mask)))


def text_array(values: pa.Array | pa.ChunkedArray) -> pd.api.extensions.ExtensionArray:
    """Return a ``str`` column over an Arrow array of text."""
    if values.type != pa.large_string():
        values = values.cast(pa.large_string())
    return STR.__from_arrow__(values)  # type: ignore[attr-defined]


def category(values: Coded) -> Any:
    """Return a ``category`` column whose categories are all names."""
    return pd.Categorical.from_codes(cast(Any, values.codes), categories=cast(Any, text_array(values.names)))


def word(codes: Codes, vocabulary: tuple[str, ...]) -> Any:
    """Return a ``category`` column over a closed vocabulary."""
    return pd.Categorical.from_codes(cast(Any, codes), categories=cast(Any, list(vocabulary)))


def time(us: Instants) -> pd.Series[pd.Timestamp]:
    """Return a column of UTC times from microseconds since 1970."""
    return pd.Series(us, copy=False).astype("datetime64[us, UTC]")  # the one way that does not copy


def microseconds(at: pd.Timestamp) -> int:
    """Return an instant as microseconds since 1970."""
    return int(at.as_unit("us").asm8.view("i8"))


def length(us: Instants) -> npt.NDArray[np.timedelta64]:
    """Return a column of lengths from microseconds."""
    return us.view("m8[us]")


def count(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Return a column of counts."""
    return values.astype(np.int32, copy=False)


def table(name: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a frame of the columns of a table, in their order, sharing their memory."""
    order = with_business([c.name for c in TABLES[name].columns], columns)
    given = {key: columns[key] for key in order}
    extra = {key: value for key, value in columns.items() if key not in given}
    return pd.DataFrame({**given, **extra}, copy=False)


def empty(name: str) -> pd.DataFrame:
    """Return the table with its columns and dtypes and no row."""
    columns = {}
    for c in TABLES[name].columns:
        if c.words:
            columns[c.name] = pd.Series(pd.Categorical([], categories=list(c.words)))
        elif c.kind == "category":
            columns[c.name] = pd.Series(pd.Categorical(pd.array([], dtype=STR)))
        else:
            columns[c.name] = pd.Series([], dtype=DTYPES[c.kind])
    return pd.DataFrame(columns)
