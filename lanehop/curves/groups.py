"""Groups: cases that agree in the columns that a user names, and sums over them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lanehop.columns import Codes, Instants
from lanehop.errors import ArgumentError

By = str | Sequence[str] | None
"""The column or columns to group by; None: all is one group."""


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of the rows of a table, in sorted order, missing values last."""

    keys: pd.DataFrame
    """One row per group, one column per name; without a column where all is one group."""
    codes: Codes
    """The group of each row."""

    def __len__(self) -> int:
        return len(self.keys)

    def members(self, codes: Codes) -> Iterator[Instants]:
        """Yield for each group the positions at which its code stands."""
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(self)))
        yield from np.split(order, ends[:-1])

    def label(self, group: Codes, columns: Mapping[str, Any]) -> pd.DataFrame:
        """Return columns as a frame, each row behind the keys of its group."""
        keys: dict[str, Any] = {str(name): self.keys[name].array.take(group) for name in self.keys}
        return pd.DataFrame({**keys, **columns}, copy=False)


def read_by(by: By, known: Collection[str], taken: Collection[str]) -> list[str]:
    """Return the names to group by.

    Raises
    ------
    ArgumentError
        If ``by`` is no name, names no column that is known, one twice, or one that the result has itself.
    """
    if by is None:
        return []
    names = [by] if isinstance(by, str) else by
    if isinstance(names, str) or not isinstance(names, Sequence) or not names:
        raise ArgumentError(f"by must be the name of a column or a list of such names, not {by!r}")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ArgumentError(f"by: no column {unknown[0]!r} to group by; there are {', '.join(known)}")
    if len(set(names)) < len(names):
        raise ArgumentError(f"by names a column twice: {by!r}")
    clash = [name for name in names if name in taken]
    if clash:
        raise ArgumentError(f"by: the result has a column {clash[0]!r} of its own; rename that of the log")
    return list(names)


def group_rows(table: pd.DataFrame, names: list[str]) -> Groups:
    """Group the rows of a table that agree in the columns of these names."""
    if not names:
        return Groups(pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(table), dtype=np.int64))
    keys = table[names]
    codes = keys.groupby(names, sort=True, dropna=False, observed=True).ngroup().to_numpy().astype(np.int64)
    _, first = np.unique(codes, return_index=True)
    return Groups(keys.iloc[first].reset_index(drop=True), codes)


def rows_of(case: pd.Series[str], cases: pd.DataFrame) -> Instants:
    """Return the row in ``cases`` of each of these cases."""
    return pd.Index(cases["case"]).get_indexer(pd.Index(case))


def totals(values: Instants, codes: Codes, n_groups: int) -> Instants:
    """Sum lengths in microseconds over each group, exactly.

    Raises
    ------
    ArgumentError
        If a sum is longer than a timedelta can be (292,000 years): group by something finer.
    """
    if len(values) and np.bincount(codes, values, n_groups).max() > 9.2e18:
        raise ArgumentError("a sum of times exceeds 292,000 years, the longest timedelta; pass a finer by=...")
    sums = np.zeros(n_groups, dtype=np.int64)
    np.add.at(sums, codes, values)
    return sums
