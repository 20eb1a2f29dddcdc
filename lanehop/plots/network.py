"""plot_handoff_network: who hands to whom, as arrows between departments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop.errors import ArgumentError
from lanehop.plots.axes import SMALL, fit, head, measure, new_axes, room, say_nothing
from lanehop.plots.flows import Flows, check_most, read_flows, shade_scale, shades
from lanehop.plots.palette import FLOW, INK, PAPER
from lanehop.wording import percent, say_n, say_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_handoff_network"]

WIDTH = 9.0
"""Inches."""
NAME_WIDTH = 150.0
"""Points that a department's name may take up."""
WIDEST, NARROWEST = 8.0, 0.8
"""Points that an arrow is wide."""
LARGEST, SMALLEST = 13.0, 3.0
"""Radius of a department, in points."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What is drawn: the strongest pairs, and the departments that they join in the order of their names."""

    n_pairs: int
    departments: list[int]
    """Their numbers in the flows."""
    place: dict[int, int]
    """Place in that order, of each number."""


def plot_handoff_network(table: pd.DataFrame, *, share: float = 0.9, most: int = 60, ax: Axes | None = None) -> Axes:
    """Draw the strongest flows of handoffs between departments, as a network.

    **What it shows**: departments, larger where more handoffs leave and reach them, and an arrow from each to
    those that it hands to, wider and darker for more. Only the strongest pairs are drawn, as many as carry
    ``share`` of all handoffs; the title says what share is drawn.

    **How to read it**: find a department by its name: they stand clockwise from the top in the order of the
    alphabet, so that two pictures of one desk can be laid side by side. Follow its wide arrows. Two arrows
    that bend apart, one each way, are two departments that hand to one another.

    **What it cannot show**: the pairs that are left out, which may be many small ones; in what order
    handoffs happened; and whether they came back (see :func:`plot_loops`).

    Parameters
    ----------
    table : DataFrame
        What :func:`count_handoffs` returns, or some rows of it.
    share : float
        Share of all handoffs that the arrows are to carry: above 0, at most 1.
    most : int
        Arrows at most, as more cannot be told apart; then they carry less than ``share``, and the title says how
        much.
    ax : Axes, optional
        Where to draw; by default in a new figure, high enough for all names.

    Returns
    -------
    Axes
        With an arrow (``ax.patches``) per pair drawn, the weakest first, and one collection of departments in the
        order of their names.

    Raises
    ------
    ArgumentError
        If the table is not one of handoffs, ``share`` is not a share, or ``most`` is not a whole number from 1 on.

    Notes
    -----
    - Pairs are taken by number, then by name, until together they carry ``share``. Departments that only
      pairs left out would join are not drawn.
    - The area of a department goes with the handoffs out of and into it, whether drawn or not; the width of an
      arrow goes with its number, but none is too thin to be seen.
    - Where a department stands depends on the names alone: one handoff more moves nothing, or makes room for
      one more name.

    Examples
    --------
    >>> import lanehop as lh
    >>> counts = lh.count_handoffs(lh.reconstruct(lh.sample_log()))
    >>> ax = lh.plot_handoff_network(counts, share=0.5)
    >>> ax.get_title(loc="left")
    'Handoffs between 8 departments (n = 189, 52.4 % drawn)'

    See Also
    --------
    handoff_graph : the graph, for networkx. count_handoffs : the table. plot_handoffs : the same as a matrix.
    """
    check_most(most)
    if isinstance(share, bool) or not isinstance(share, float | int | np.number) or not 0 < share <= 1:
        raise ArgumentError(f"share must be above 0 and at most 1, such as 0.9, not {share!r}")
    flows = read_flows(table)
    drawn = _choose(flows, float(share), most)
    n_rows = -(-len(drawn.departments) // 2)
    height = max(4.8, (n_rows * 19 + 90) / 72)
    # A new figure has no labels outside of its axes, which become as wide as it is.
    width = room(ax) if ax is not None else WIDTH * 72 - 28
    ax = new_axes(ax, width=WIDTH, height=height)
    if not flows.total:
        return say_nothing(ax, "Handoffs (n = 0)", "No case was handed from one department to another.")
    ax.set_axis_off()

    figure = ax.get_figure(root=True)
    assert figure is not None
    up = float(ax.bbox.height * 72 / figure.dpi) / 2
    at = _lay_out(len(drawn.departments))
    # Points to a unit upwards, so that the first and the last row touch the edges; and from row to row.
    unit = max(up - LARGEST - 2, 0.5 * up) / max(at[:, 1].max(), 0.5)
    row = 2 * unit / n_rows
    size = float(np.clip(0.75 * row, 4, SMALL))
    names = [fit(flows.names[i], min(NAME_WIDTH, 0.24 * width), size) for i in drawn.departments]
    radius = _radii(flows.traffic[drawn.departments], min(LARGEST, 0.45 * row))
    beside = np.array([measure(name, size) for name in names]) + radius + 8
    # As wide as the names leave room for, but an ellipse far wider than high is harder to follow.
    room_across = float(((width / 2 - beside) / abs(at[:, 0])).min())
    across = min(max(room_across, 0.1 * width), 1.5 * unit)
    ax.set(xlim=np.array([-0.5, 0.5]) * width / across, ylim=(-up / unit, up / unit))
    _draw_arrows(ax, flows, drawn, at, at * (across, unit), radius)
    _draw_departments(ax, names, at, radius, size)
    _tell(ax, flows, drawn)
    return ax


def _choose(flows: Flows, share: float, most: int) -> _Drawn:
    carried = np.cumsum(flows.n) / max(flows.total, 1)
    n_pairs = min(int(np.searchsorted(carried, share)) + 1, most, len(flows.n))
    joined = np.union1d(flows.source[:n_pairs], flows.target[:n_pairs]).tolist()
    departments = sorted(joined, key=lambda i: _place_in_alphabet(flows.names[i]))
    return _Drawn(n_pairs, departments, {number: place for place, number in enumerate(departments)})


def _place_in_alphabet(name: str) -> tuple[list[tuple[int, str]], str]:
    """Sort as people do: capitals beside small letters, and Group 9 before Group 10."""
    parts = re.split("([0-9]+)", name.casefold())
    digits = [part.lstrip("0") if i % 2 else part for i, part in enumerate(parts)]
    return [(len(part) if i % 2 else 0, part) for i, part in enumerate(digits)], name


def _lay_out(n: int) -> Points:
    """Place n departments clockwise on a circle, row by row, so that names beside them never meet."""
    n_right = -(-n // 2)
    at = np.empty((n, 2))
    for side, chosen in ((1, slice(0, n_right)), (-1, slice(n_right, n))):
        n_rows = len(at[chosen])
        y = side * (1 - 2 * (np.arange(n_rows) + 0.5) / max(n_rows, 1))
        at[chosen] = np.column_stack([side * np.sqrt(1 - y**2), y])
    return at


def _radii(traffic: npt.NDArray[np.int64], largest: float) -> Points:
    radii: Points = np.maximum(largest * np.sqrt(traffic / traffic.max()), min(SMALLEST, largest))
    return radii


def _draw_arrows(ax: Axes, flows: Flows, drawn: _Drawn, at: Points, points: Points, radius: Points) -> None:
    """Draw an arrow per pair; ``points`` are where departments stand, in points from the middle."""
    from matplotlib.patches import FancyArrowPatch

    for pair in reversed(range(drawn.n_pairs)):
        source, target = (drawn.place[int(end[pair])] for end in (flows.source, flows.target))
        n = int(flows.n[pair])
        width = _width(n, int(flows.n[0]))
        ax.add_patch(
            FancyArrowPatch(
                (float(at[source, 0]), float(at[source, 1])),
                (float(at[target, 0]), float(at[target, 1])),
                arrowstyle=f"simple,head_length={4 + 1.1 * width},head_width={4 + 1.4 * width},tail_width={width}",
                connectionstyle=f"arc3,rad={_bend(points[source], points[target])}",
                shrinkA=float(radius[source]) + 1,
                shrinkB=float(radius[target]) + 1,
                mutation_scale=1,
                facecolor=_colour(n, int(flows.n[0])),
                edgecolor=PAPER,
                linewidth=min(0.5, 0.1 * width),
                zorder=2,
            )
        )


def _width(n: int, largest: int) -> float:
    return max(WIDEST * n / largest, NARROWEST)


def _colour(n: int, largest: int) -> tuple[float, float, float, float]:
    # A thin arrow in the lightest shades would be lost.
    return shades()(0.3 + 0.7 * float(shade_scale(largest)(n)))


def _bend(start: Points, end: Points) -> float:
    """Return how far an arrow bends, as a share of its length: towards the middle, and apart from its opposite."""
    step = end - start
    right_of = np.array([step[1], -step[0]])
    length = float(np.hypot(*step))
    inwards = float(right_of @ -(start + end)) / 2 / length**2
    return float(np.clip(0.35 * inwards, -0.4, 0.4)) + 0.13


def _draw_departments(ax: Axes, names: list[str], at: Points, radius: Points, size: float) -> None:
    ax.scatter(at[:, 0], at[:, 1], s=(2 * radius) ** 2, color=FLOW, edgecolor=PAPER, linewidth=0.8, zorder=3)
    for name, (x, y), reach in zip(names, at.tolist(), radius.tolist(), strict=True):
        side = 1 if x > 0 else -1
        ax.annotate(
            name,
            (x, y),
            xytext=(side * (reach + 4), 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center_baseline",
            fontsize=size,
            color=INK,
            annotation_clip=False,
            zorder=4,
        )


def _tell(ax: Axes, flows: Flows, drawn: _Drawn) -> None:
    from matplotlib.lines import Line2D

    n, n_pairs, n_names = flows.total, drawn.n_pairs, len(flows.names)
    carried = int(flows.n[:n_pairs].sum())
    told = "all drawn" if carried == n else f"{percent(carried, n)} drawn"
    left_out, hidden = len(flows.n) - n_pairs, n_names - len(drawn.departments)
    pairs = f"the {n_pairs:,} strongest of {say_n(len(flows.n), 'pair')}" if left_out else say_n(n_pairs, "pair")
    second = "Larger department: more handoffs, out and in."
    if left_out:
        counts = [say_n(left_out, "pair"), say_n(n - carried, "handoff"), *[say_n(hidden, "department")] * bool(hidden)]
        second = f"Left out: {', '.join(counts)}. {second}"
    widths = sorted({int(flows.n[0]), int(flows.n[n_pairs - 1])}, reverse=True)
    handles = [
        Line2D(
            [],
            [],
            color=_colour(each, widths[0]),
            linewidth=_width(each, widths[0]),
            solid_capstyle="butt",
            label=say_n(each, "handoff"),
        )
        for each in widths
    ]
    title = f"Handoffs between {say_n(n_names, 'department')} (n = {n:,}, {told})"
    head(ax, title, f"Drawn: {pairs}, {say_share(carried, n)}.", second, handles=handles)
