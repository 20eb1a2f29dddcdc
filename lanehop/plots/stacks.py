"""Stacks: one bar per group, made of what its time consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop.plots.axes import LINE, SMALL, UNITS, Unit, fit, length_axis, measure, room, shown
from lanehop.plots.palette import FAINT, INK, PAPER, STATE_COLOURS
from lanehop.wording import say_length

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

LEAST_ROW = 14.0
"""How high a row must be for its label, in points."""
MOST_ROWS = 20
"""In a figure of our own."""


def bar_look(part: str) -> dict[str, Any]:
    """Return how bars of a state, or of a part of an interval, look: work elsewhere is work, but hatched."""
    state = "working" if part.startswith("working") else part
    look: dict[str, Any] = {"facecolor": STATE_COLOURS[state], "edgecolor": PAPER, "linewidth": 0.5}
    return look | ({"hatch": "////"} if part == "working_elsewhere" else {})


def part_handles(parts: Sequence[str]) -> list[Artist]:
    """Return legend handles of states or parts."""
    from matplotlib.patches import Patch

    return [Patch(label=part.replace("_", " "), **bar_look(part)) for part in parts]


def sum_unit(longest_us: float) -> Unit:
    """Return the unit for sums over many cases: minutes, hours or days, as nobody has a feeling for 900 weeks."""
    for unit in UNITS[:2]:
        if longest_us <= 100 * unit.us:
            return unit
    return UNITS[2]._replace(steps=(1, 2, 2.5, 5, 10))


def say_sum(us: float) -> str:
    """Say a sum of times over many cases."""
    days = us / UNITS[2].us
    return f"{days:,.0f} days" if days >= 100 else say_length(round(us))


def rows_that_fit(ax: Axes) -> int:
    """Return how many rows with a label fit in axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return max(int(ax.bbox.height * 72 / figure.dpi / LEAST_ROW), 2)


def name_groups(keys: pd.DataFrame) -> list[str]:
    """Return a readable name of each group."""
    return [", ".join(shown(value, 200) for value in row) for row in keys.itertuples(index=False, name=None)]


def draw_stacks(
    ax: Axes, names: Sequence[str], parts: Mapping[str, npt.NDArray[Any]], unit: Unit, ends: Sequence[str], what: str
) -> float:
    """Draw a bar per row, the first at the top, with what is said at its end.

    Parameters
    ----------
    parts
        For each part, in the order from the left, its time in each row, in microseconds.

    Returns
    -------
    float
        How many points the labels at the left take.
    """
    rows = np.arange(len(names))
    left = np.zeros(len(names))
    for part, us in parts.items():
        if us.any():
            ax.barh(rows, us / unit.us, left=left, height=0.68, label=f"_{part}", zorder=2, **bar_look(part))
        left += us / unit.us
    for row, (end, said) in enumerate(zip(left.tolist(), ends, strict=True)):  # a row of no length has its text alone
        ax.annotate(
            said, (end, row), (5, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK, zorder=3
        )
    labels = name_rows(ax, names)
    make_room(ax, left, ends, unit, what, labels)
    return labels


def name_rows(ax: Axes, names: Sequence[str]) -> float:
    """Name rows at the left, the first at the top, and return how many points the names take."""
    labels = [fit(name.replace(r"\$", "$"), 0.3 * room(ax)) for name in names]
    ax.set_yticks(np.arange(len(names)), labels, fontsize=SMALL, color=INK)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_color(FAINT)
    return max((measure(label, SMALL) for label in labels), default=0.0) + 8


def make_room(ax: Axes, reach: npt.NDArray[Any], ends: Sequence[str], unit: Unit, what: str, labels: float) -> None:
    """Let the axis of time reach as far as the bars and what is said at their ends."""
    width = room(ax, labels)
    longest = float(reach.max(initial=0.0)) or 1.0
    # A bar and its text must both fit: bar * scale + text <= width.
    scale = min(
        (
            max(width - measure(said, SMALL) - 8, 0.3 * width) / one
            for one, said in zip(reach.tolist(), ends, strict=True)
            if one > 0
        ),
        default=width / longest,
    )
    ax.set_xlim(0, max(width / scale, longest * 1.02))
    length_axis(ax, unit, what)


def height_of(n_rows: int) -> float:
    """Return how high a figure with so many rows must be, in inches."""
    return max(1.9 + n_rows * SMALL * LINE * 1.65 / 72, 2.6)
