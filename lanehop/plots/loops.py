"""plot_loops: the returns to departments already left, by cycle or by rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lanehop.errors import ArgumentError
from lanehop.plots.axes import SMALL, dress, fit, head, measure, new_axes, room, say_nothing
from lanehop.plots.flows import check_counts, check_most
from lanehop.plots.palette import FAINT, INK, RETURN
from lanehop.wording import say_length, say_n, say_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_loops"]

HIGHEST = 44.0
"""Points from bar to bar, at most."""

RULES = {
    "ping_pong": ("there and straight back (A > B > A)", "loop"),
    "indirect": ("back by way of two departments or more", "loop"),
    "alternations": ("in the longest uninterrupted A > B > A > B of each case", "handoff"),
    "returns": ("every return, straight or not", "loop"),
    "distinct": ("visited again, summed over cases", "department"),
}
"""What each rule counts, and what one of it is."""


@dataclass(frozen=True)
class _Bar:
    name: str
    n: int
    told: str
    """What is written beside it."""


def plot_loops(table: pd.DataFrame, *, most: int = 12, ax: Axes | None = None) -> Axes:
    """Draw how many loops run through each cycle of departments, or how many each rule counts.

    **What it shows**: a bar per cycle, the most frequent first, with the number of loops, of the cases they
    happened in, and the median time from leaving a department to returning to it. Of
    ``count_loops(lanes, by="rule")``: a bar per rule in use for "ping-pong".

    **How to read it**: "Billing > Network" are loops from either of the two to the other and back. The names
    of a cycle run on from the last to the first. What the cycles beyond the most frequent come to
    stands in the last line, with its share of all loops; it has no bar, being the sum of many.

    **What it cannot show**: who began a cycle (see ``lanes.loops.path``), and how many cases looped at all: a case
    may run through several cycles, so that cases do not add up. Numbers of different rules count
    different things and do not add up either.

    Parameters
    ----------
    table : DataFrame
        What :func:`count_loops` returns, by cycle or by rule, or some rows of it.
    most : int
        Cycles that get a bar of their own. Rules are never left out.
    ax : Axes, optional
        Where to draw; by default in a new figure, high enough for all bars.

    Returns
    -------
    Axes
        With a bar (``ax.patches``) per cycle or rule, from the top, as long as its number.

    Raises
    ------
    ArgumentError
        If the table is not one of loops, or ``most`` is not a whole number from 1 on.

    Notes
    -----
    - Cycles are sorted by loops, then by name; rules stay in the order of the table.
    - No median is told where the table has none: alternations and distinct departments count no returns.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> ax = lh.plot_loops(lh.count_loops(lanes))
    >>> ax.get_title(loc="left")
    'Loops by the departments that they run through (n = 8)'

    See Also
    --------
    count_loops : the table. plot_handoffs : every handoff, returning or not.
    """
    check_most(most)
    maker = "count_loops(lanes)"
    by = next((name for name in ("cycle", "rule") if isinstance(table, pd.DataFrame) and name in table), "cycle")
    check_counts(table, (by,), ("n", "n_cases"), maker)
    if "median_away" not in table or table["median_away"].dtype.kind != "m":
        raise ArgumentError(f"column 'median_away' is missing or holds no lengths: give the table that {maker} returns")
    bars, rest, title, note = _by_cycle(table, most) if by == "cycle" else _by_rule(table)
    ax = new_axes(ax, height=max(2.0, (len(bars) + 0.5 * bool(rest)) * 34 / 72 + 0.75))
    if not any(bar.n for bar in bars):
        return say_nothing(ax, "Loops (n = 0)", "No case returned to a department that it had left.")
    _draw_bars(ax, bars, rest)
    head(ax, title, note)
    return ax


def _by_cycle(table: pd.DataFrame, most: int) -> tuple[list[_Bar], str, str, str]:
    table = table.sort_values(["n", "cycle"], ascending=[False, True], kind="stable")
    total = int(table["n"].sum())
    bars = [
        _Bar(name, n, _say(n, "loop", n_cases, away)) for name, n, n_cases, away in _rows(table.head(most), "cycle")
    ]
    rest, note = "", "Away: median time from leaving to return. A cycle runs on from its last department to its first."
    if len(table) > most:
        n_rest = int(table["n"].iloc[most:].sum())
        rest = f"Loops through {say_n(len(table) - most, 'other cycle')}: {say_share(n_rest, total)}"
    return bars, rest, f"Loops by the departments that they run through (n = {total:,})", note


def _by_rule(table: pd.DataFrame) -> tuple[list[_Bar], str, str, str]:
    bars = []
    for rule, n, n_cases, away in _rows(table, "rule"):
        meaning, unit = RULES.get(rule, ("", "loop"))
        bars.append(_Bar(f"{rule}: {meaning}" if meaning else rule, n, _say(n, unit, n_cases, away)))
    returns = table.loc[table["rule"] == "returns", "n"]
    told = f" (n = {say_n(int(returns.iloc[0]), 'return')})" if len(returns) else ""
    note = "Away: median time from leaving to return. Each rule counts something else: they do not add up."
    return bars, "", f'Loops by the rules in use for "ping-pong"{told}', note


def _rows(table: pd.DataFrame, by: str) -> Iterator[tuple[str, int, int, int | None]]:
    """Go over names, loops, cases and medians in microseconds."""
    known = table["median_away"].notna().tolist()
    away = table["median_away"].to_numpy(dtype="timedelta64[us]").view("i8").tolist()
    medians = [us if defined else None for us, defined in zip(away, known, strict=True)]
    names, n, n_cases = table[by].astype("str").tolist(), table["n"].tolist(), table["n_cases"].tolist()
    return zip(names, n, n_cases, medians, strict=True)


def _say(n: int, unit: str, n_cases: int, away: int | None) -> str:
    told = f"{say_n(n, unit)} in {say_n(n_cases, 'case')}"
    return told if away is None else f"{told}, {say_length(away)} away"


def _draw_bars(ax: Axes, bars: list[_Bar], rest: str) -> None:
    """Draw each bar under its name, with what it comes to beside it."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    height = float(ax.bbox.height * 72 / figure.dpi)
    # A row is a line of letters and a bar; the last one may be letters only. Few rows do not fill high axes.
    n_rows = max(len(bars) + 0.5 * bool(rest), height / HIGHEST)
    pitch = height / n_rows
    size = float(np.clip(0.33 * pitch, 4, SMALL))
    width = room(ax)
    told_width = max(measure(bar.told, size) for bar in bars) + 8
    longest = max(bar.n for bar in bars)
    dress(ax, grid=None)
    ax.set(
        xlim=(0, longest / max(1 - told_width / width, 0.2)),
        ylim=(n_rows - 0.5, -0.5),
        xticks=[],
        yticks=[],
    )
    ax.spines["bottom"].set_visible(False)
    ax.spines["left"].set_visible(False)
    ax.barh(np.arange(len(bars)) + 0.2, [bar.n for bar in bars], height=0.38, color=RETURN)
    for i, bar in enumerate(bars):
        ax.text(0, i - 0.04, fit(bar.name, width, size), va="bottom", fontsize=size, color=INK)
        ax.annotate(
            bar.told,
            (bar.n, i + 0.2),
            xytext=(5, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=size,
            color=FAINT,
            annotation_clip=False,
        )
    if rest:
        ax.text(0, len(bars) - 0.04, rest, va="bottom", fontsize=size, color=FAINT)
