"""plot_handoffs: who hands to whom, as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lanehop.plots.axes import LINE, SMALL, TEXT, dress, fit, head, measure, new_axes, room, say_nothing, wrap
from lanehop.plots.flows import Counts, Flows, check_most, read_flows, shade_scale, shades
from lanehop.plots.palette import FAINT, GRID, INK, PAPER
from lanehop.wording import percent, say_n, say_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_handoffs"]

NAME_WIDTH = 125.0
"""Points that a department's name may take up."""
AROUND = 190.0
"""Points above and below the cells: the head, and names that stand aslant."""
SMALLEST = 5.5
"""Size of letters, in points, below which a number is rather left out."""


def plot_handoffs(table: pd.DataFrame, *, most: int = 20, ax: Axes | None = None) -> Axes:
    """Draw how many handoffs go from each department to each other, as a matrix.

    **What it shows**: a row per department that hands on and a column per department that receives, the
    busiest first; in each cell the number of handoffs, darker for more.

    **How to read it**: along a row, where a department's work goes; down a column, where it comes from. Two
    dark cells that mirror each other across the diagonal hand to one another. Nothing goes from a
    department to itself: the diagonal is hatched, not zero. An empty cell is zero. Departments beyond the
    busiest are summed up in a last row and column, which are not shaded, as they are sums of many.

    **What it cannot show**: in what order handoffs happened, whether they came back (see
    :func:`plot_loops`), and whether they were right: work that is handed to its lane is counted like any other.

    Parameters
    ----------
    table : DataFrame
        What :func:`count_handoffs` returns, or some rows of it.
    most : int
        Departments that get a row and a column of their own. The others are folded into one, told with its
        share of all handoffs; so are those for which axes that are given have no room.
    ax : Axes, optional
        Where to draw; by default in a new figure, high enough for all rows.

    Returns
    -------
    Axes
        With one image, of the departments shown by name: its array holds the numbers, masked on the diagonal.

    Raises
    ------
    ArgumentError
        If the table is not one of handoffs, or ``most`` is not a whole number from 1 on.

    Notes
    -----
    - Departments are sorted by the handoffs out of and into them, then by name.
    - Shades go by the square root of the number. A number is written where it fits.
    - Handoffs of tickets that were done count; the line under the title tells how many they are.

    Examples
    --------
    >>> import lanehop as lh
    >>> counts = lh.count_handoffs(lh.reconstruct(lh.sample_log()))
    >>> ax = lh.plot_handoffs(counts)
    >>> ax.get_title(loc="left")
    'Handoffs from each department to each other (n = 189)'

    See Also
    --------
    count_handoffs : the table. plot_handoff_network : the same as a network.
    """
    check_most(most)
    flows = read_flows(table)
    n_shown = min(most, len(flows.names) if ax is None else max(_rows_that_fit(ax), 1), len(flows.names))
    n_lines = n_shown + (n_shown < len(flows.names))
    ax = new_axes(ax, height=(max(n_lines, 4) * 19 + AROUND) / 72)
    if not flows.total:
        return say_nothing(ax, "Handoffs (n = 0)", "No case was handed from one department to another.")

    cells = _cells(flows, n_shown, n_lines)
    named = np.ma.masked_array(cells[:n_shown, :n_shown], mask=np.eye(n_shown, dtype=bool))
    edges = np.arange(n_shown + 1) - 0.5
    # Shapes, not an image: an SVG of it stays sharp, and its colours can be turned to dark ones.
    ax.pcolormesh(edges, edges, named, cmap=shades(), norm=shade_scale(int(cells[:n_shown, :n_shown].max())))
    dress(ax, grid=None)
    _rule(ax, n_shown, n_lines)
    _write_numbers(ax, cells, n_shown)
    _write_names(ax, flows, n_shown, n_lines)
    title = f"Handoffs from each department to each other (n = {flows.total:,})"
    head(ax, title, *_notes(flows, cells, n_shown), labels=NAME_WIDTH + 2 * TEXT)
    return ax


def _rows_that_fit(ax: Axes) -> int:
    """Return how many departments have room for their names on axes that are given, beside one row for the others."""
    return int(_height(ax) / (SMALL * LINE)) - 1


def _cells(flows: Flows, n_shown: int, n_lines: int) -> Counts:
    """Return the handoffs from and to each department, those beyond the busiest summed up in the last line."""
    cells = np.zeros((n_lines, n_lines), dtype=np.int64)
    np.add.at(cells, (np.minimum(flows.source, n_shown), np.minimum(flows.target, n_shown)), flows.n)
    return cells


def _notes(flows: Flows, cells: Counts, n_shown: int) -> list[str]:
    n_done = int(flows.n_while_done.sum())
    notes = [
        f"While the ticket was done: {say_share(n_done, flows.total)}. The stronger, the more. Hatched: impossible."
    ]
    if len(cells) > n_shown:
        away, here = (f"{n:,} ({percent(n, flows.total)})" for n in (cells[-1].sum(), cells[:, -1].sum()))
        notes.append(
            f"The {n_shown:,} busiest of {say_n(len(flows.names), 'department')}. "
            f"Handoffs from the others: {away}, to them: {here}."
        )
    return notes


def _rule(ax: Axes, n_shown: int, n_lines: int) -> None:
    """Part the cells, hatch those that cannot be, and set the sums of the others apart."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    ax.set(xlim=(-0.5, n_lines - 0.5), ylim=(n_lines - 0.5, -0.5))
    edges = np.arange(n_lines + 1) - 0.5
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(list(edges), minor=True)
    ax.grid(visible=True, which="minor", color=GRID, linewidth=0.5)
    ax.tick_params(which="both", length=0)
    squares = [Rectangle((i - 0.5, i - 0.5), 1, 1) for i in range(n_shown)]
    ax.add_collection(
        PatchCollection(squares, facecolor="#f3f5f7", edgecolor=GRID, hatch="/////", linewidth=0.0, zorder=1)
    )
    if n_lines > n_shown:
        for draw in (ax.axhline, ax.axvline):
            draw(n_shown - 0.5, color=FAINT, linewidth=1.2, zorder=2)


def _write_numbers(ax: Axes, cells: Counts, n_shown: int) -> None:
    n_lines = len(cells)
    width, height = 0.9 * room(ax) / n_lines, 0.9 * _height(ax) / n_lines
    size = min(SMALL, height / 1.1)
    if size < SMALLEST:
        return
    colours, scale = shades(), shade_scale(int(cells[:n_shown, :n_shown].max()))
    widths = {n: measure(f"{n:,}", 1.0) for n in np.unique(cells[cells > 0]).tolist()}
    for i, j in np.argwhere(cells > 0).tolist():
        n = int(cells[i, j])
        fitting = min(size, width / widths[n])
        if fitting < SMALLEST:
            continue
        folded = max(i, j) >= n_shown
        dark = not folded and _is_dark(colours(scale(n)))
        ax.text(
            j,
            i,
            f"{n:,}",
            ha="center",
            va="center_baseline",
            fontsize=fitting,
            color=PAPER if dark else FAINT if folded else INK,
            zorder=3,
        )


def _write_names(ax: Axes, flows: Flows, n_shown: int, n_lines: int) -> None:
    size = float(np.clip(0.8 * _height(ax) / n_lines, 4, SMALL))
    names = [fit(name, NAME_WIDTH, size) for name in flows.names[:n_shown]]
    if n_lines > n_shown:
        names.append(say_n(len(flows.names) - n_shown, "other department"))
    ax.set_yticks(range(n_lines), names, fontsize=size)

    width = 0.95 * room(ax) / n_lines
    broken = [wrap(name, width, size) for name in names]
    upright = all(len(lines) <= 3 and all(measure(x, size) <= width for x in lines) for lines in broken)
    how: dict[str, Any] = {"fontsize": min(size, 0.75 * width), "linespacing": 1.1}
    if upright:
        ax.set_xticks(range(n_lines), ["\n".join(lines) for lines in broken], **how)
    else:
        how |= {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        ax.set_xticks(range(n_lines), names, **how)
    for name, label in (("from", ax.yaxis.label), ("to", ax.xaxis.label)):
        label.set(text=name, fontsize=TEXT, color=FAINT)


def _height(ax: Axes) -> float:
    """Return how high axes are, in points, or will be where the layout makes room for what stands above and below."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    if len(figure.axes) == 1 and not figure.subfigs and figure.get_layout_engine() is not None:
        return max(float(figure.bbox.height * 72 / figure.dpi) - AROUND, 36.0)
    return float(ax.bbox.height * 72 / figure.dpi)


def _is_dark(colour: Any) -> bool:
    # Where white letters stand out as much as those in ink do, by the luminance of WCAG.
    red, green, blue = (float(part) ** 2.2 for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.21
