"""Gap: where the time between the first closing and the real fix went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lanehop.curves.comparison import ClockComparison
from lanehop.curves.whereabouts import INTERVALS, PARTS
from lanehop.errors import ArgumentError
from lanehop.plots.axes import SMALL, dress, head, new_axes, say_nothing, shown
from lanehop.plots.palette import FAINT, INK
from lanehop.plots.stacks import (
    MOST_ROWS,
    bar_look,
    draw_stacks,
    height_of,
    make_room,
    name_groups,
    name_rows,
    part_handles,
    rows_that_fit,
    say_sum,
    sum_unit,
)
from lanehop.wording import percent, say_n

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_gap"]

BEGINS = {"gap": "first closing", "way": "opening"}
ORDER = ("false_done", *(part for part in PARTS if part != "false_done"))


def plot_gap(comparison: ClockComparison, *, interval: str = "gap", ax: Axes | None = None) -> Axes:
    """Draw where the time went up to the real fix: from the first closing, or from the opening.

    Parameters
    ----------
    comparison : ClockComparison
        Of :func:`compare_clocks`.
    interval : str
        ``gap``: from when the desk first declared a case done to its fix. ``way``: from its opening.
    ax : Axes
        To draw on; by default those of a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If there is no such interval, or there are more groups than rows fit.

    Notes
    -----
    What it shows. A staircase from the first closing (or the opening) to the fix, summed over the fixed cases: each
    step is a part of ``comparison.parts``, with its time, its share of the whole and the cases that have any. Parts
    without time are named below the title. With groups, a bar for each, made of the same parts.

    How to read it. From the top: the steps add up to the last bar, exactly. ``false done`` is time in which the desk
    believed to be done; ``working at fix`` is work in the department that made the fix, which is all that the
    customer needed.

    What it cannot show. Anything about cases that are not fixed: their number is said. The sum is of times, not of
    people: a few long cases may make most of it.

    Examples
    --------
    >>> import lanehop as lh
    >>> ax = lh.plot_gap(lh.compare_clocks(lh.reconstruct(lh.sample_log())))
    >>> [label.get_text() for label in ax.get_yticklabels()][-1]
    'first closing to fix'

    See Also
    --------
    compare_clocks : the table. plot_clocks : both clocks themselves.
    """
    if interval not in INTERVALS:
        raise ArgumentError(f"interval must be one of {', '.join(INTERVALS)}, not {interval!r}")
    parts = comparison._parts[comparison._parts["interval"] == interval]
    names = [str(name) for name in parts.columns[: parts.columns.get_loc("interval")]]
    us = parts["time"].to_numpy(dtype="m8[us]").view(np.int64).reshape(-1, len(PARTS))
    of_groups = parts.iloc[:: len(PARTS)]
    n, n_not_fixed = int(of_groups["n"].sum()), int(of_groups["n_not_fixed"].sum())
    said = f"n = {say_n(n, 'fixed case')}; of {n_not_fixed:,} not fixed nothing can be said"
    title = f"From {BEGINS[interval]} to real fix"
    if not us.any():
        why = (
            "No case is fixed."
            if n == 0
            else "Each fixed case was fixed when it was first closed: there is nothing between."
        )
        return say_nothing(new_axes(ax, height=2), title, f"{why} ({said})")
    business = parts["counted_in"].iloc[0] == "business time"
    what = "business time" if business else "time"
    title = f"{title}: {say_sum(us.sum())}{' of business time' if business else ''}, {percent(us[:, PARTS.index('false_done')].sum(), us.sum())} false done"
    if names:
        return _draw_groups(ax, of_groups, names, us, (title, said, what))
    return _draw_steps(ax, parts, us[0], f"{BEGINS[interval]} to fix", (title, said, what))


def _draw_steps(ax: Axes | None, parts: pd.DataFrame, us: Any, whole: str, words: tuple[str, str, str]) -> Axes:
    title, said, what = words
    codes = [PARTS.index(part) for part in ORDER if us[PARTS.index(part)] > 0]
    ax = new_axes(ax, height=height_of(len(codes) + 2))
    dress(ax, grid="x")
    total = us.sum()
    unit = sum_unit(total)
    ends, reach, left = [], [], 0.0
    for row, code in enumerate(codes):
        width = us[code] / unit.us
        ax.barh(row, width, left=left, height=0.68, label=f"_{PARTS[code]}", zorder=2, **bar_look(PARTS[code]))
        left += width
        ax.plot([left, left], [row, row + 1], color=FAINT, linewidth=0.8, label="_step", zorder=1)
        ends.append(
            f"{say_sum(us[code])}, {percent(us[code], total)}, {say_n(int(parts['n_cases'].iloc[code]), 'case')}"
        )
        reach.append(left)
    ax.barh(len(codes), left, height=0.68, color=INK, label="_whole", zorder=2)
    ends.append(say_sum(total))
    reach.append(left)
    for row, (end, text) in enumerate(zip(reach, ends, strict=True)):
        ax.annotate(text, (end, row), (5, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK)
    labels = name_rows(ax, [*(PARTS[code].replace("_", " ") for code in codes), whole])
    make_room(ax, np.array(reach), ends, unit, f"{what}, summed over the fixed cases", labels)
    without = [part.replace("_", " ") for part in ORDER if us[PARTS.index(part)] == 0]
    head(ax, title, said + (f"; no time: {', '.join(without)}" if without else ""), labels=labels)
    return ax


def _draw_groups(
    ax: Axes | None, of_groups: pd.DataFrame, names: list[str], us: Any, words: tuple[str, str, str]
) -> Axes:
    title, said, what = words
    most = MOST_ROWS if ax is None else min(rows_that_fit(ax), 3 * MOST_ROWS)
    if len(us) > most:
        raise ArgumentError(
            f"plot_gap has room for {most:,} groups here, not {len(us):,}; pass higher axes, or compare_clocks a by=... of fewer groups"
        )
    ax = new_axes(ax, height=height_of(len(us)))
    dress(ax, grid="x")
    total = us.sum(axis=1)
    parts = {part: us[:, PARTS.index(part)] for part in ORDER}
    ends = [
        f"{say_sum(whole)}, n = {row.n:,} ({row.n_not_fixed:,} not fixed)"
        for whole, row in zip(total.tolist(), of_groups.itertuples(), strict=True)
    ]
    labels = draw_stacks(
        ax, name_groups(of_groups[names]), parts, sum_unit(total.max()), ends, f"{what}, summed over the fixed cases"
    )
    used = [part for part in ORDER if parts[part].any()]
    head(ax, title, f"by {', '.join(shown(name) for name in names)}; {said}", handles=part_handles(used), labels=labels)
    return ax
