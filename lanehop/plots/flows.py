"""Flows: the handoffs of a table, pair by pair, and the shade that tells how many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop.errors import ArgumentError
from lanehop.plots.palette import FLOW, PAPER

if TYPE_CHECKING:
    from matplotlib.colors import Colormap, Normalize

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Flows:
    """Handoffs between departments, one entry per pair, the most frequent first, then by name."""

    names: list[str]
    """Departments by how many handoffs they take part in, the busiest first, then by name."""
    traffic: Counts
    """Handoffs out of and into each department."""
    source: Counts
    """Number of the department that each pair goes from."""
    target: Counts
    n: Counts
    n_while_done: Counts

    @property
    def total(self) -> int:
        """Handoffs of all pairs."""
        return int(self.n.sum())


def read_flows(table: pd.DataFrame) -> Flows:
    """Return the handoffs that ``count_handoffs`` counted, or raise an ArgumentError that says what is wrong."""
    check_counts(table, ("from_department", "to_department"), ("n", "n_while_done"), "count_handoffs(lanes)")
    table = table[table["n"] > 0]
    ends = [table[name].astype("str") for name in ("from_department", "to_department")]
    code, names = pd.factorize(pd.concat(ends, ignore_index=True), sort=True)
    source, target = np.split(code.astype(np.int64), 2)
    itself = np.flatnonzero(source == target)
    if len(itself):
        raise ArgumentError(
            f"{len(itself):,} of {len(table):,} rows go from a department to itself, which is no handoff "
            f"(first: {names[source[itself[0]]]!r}); give the table that count_handoffs(lanes) returns"
        )
    pair, which = np.unique(source * len(names) + target, return_inverse=True)
    n, n_while_done = (_sum(which, table[name], len(pair)) for name in ("n", "n_while_done"))
    source, target = np.divmod(pair, max(len(names), 1))
    traffic = np.zeros(len(names), dtype=np.int64)
    for end in (source, target):
        np.add.at(traffic, end, n)
    # Names are sorted, so that a stable sort leaves equals in their order.
    busiest = np.argsort(-traffic, kind="stable")
    place = np.argsort(busiest)
    strongest = np.argsort(-n, kind="stable")
    return Flows(
        names=[str(names[i]) for i in busiest],
        traffic=traffic[busiest],
        source=place[source][strongest],
        target=place[target][strongest],
        n=n[strongest],
        n_while_done=n_while_done[strongest],
    )


def check_counts(table: pd.DataFrame, texts: Sequence[str], counts: Sequence[str], maker: str) -> None:
    """Raise an ArgumentError unless the table has these columns, without gaps, the counts being whole numbers."""
    if not isinstance(table, pd.DataFrame):
        raise ArgumentError(f"takes the table that {maker} returns, not {type(table).__name__}")
    problems = [f"column {name!r} is missing" for name in (*texts, *counts) if name not in table]
    for name in (*texts, *counts):
        if name not in table:
            continue
        column = table[name]
        if name in counts and not pd.api.types.is_integer_dtype(column):
            problems.append(f"column {name!r} is {column.dtype}, not whole numbers")
            continue
        bad = column.isna() if name in texts else column.isna() | (column < 0)
        row = np.flatnonzero(bad.to_numpy(dtype=bool, na_value=True))
        if len(row):
            what = "missing" if name in texts else "missing or negative"
            problems.append(f"column {name!r}: {len(row):,} of {len(table):,} values are {what} (first: row {row[0]})")
    if problems:
        raise ArgumentError("; ".join(problems) + f": give the table that {maker} returns")


def check_most(most: int) -> None:
    """Raise an ArgumentError unless ``most`` is a number of things to show."""
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or most < 1:
        raise ArgumentError(f"most must be a whole number from 1 on, not {most!r}")


def shades() -> Colormap:
    """Return the colours of handoffs, darker for more; what is none at all has that of paper."""
    from matplotlib.colors import LinearSegmentedColormap

    made = LinearSegmentedColormap.from_list("flow", ["#e2edf4", "#8db4cb", FLOW, "#0d2b3d"])
    return made.with_extremes(under=PAPER, bad=PAPER)


def shade_scale(largest: int) -> Normalize:
    """Return the scale from numbers of handoffs to shades: by square root, so that small ones can be told apart."""
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, vmin=0.5, vmax=max(largest, 1))


def _sum(which: npt.NDArray[np.intp], values: pd.Series[int], n: int) -> Counts:
    summed = np.zeros(n, dtype=np.int64)
    np.add.at(summed, which, values.to_numpy(dtype=np.int64))
    return summed
