"""Axes: what all pictures share: where they are drawn, how they are headed, how they tell names and lengths of time.

Sizes are in points and set on each artist, so that neither the user's settings nor the size of the figure change them.
Nothing here imports matplotlib before it is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from lanehop.plots.palette import FAINT, GRID, INK, PAPER
from lanehop.wording import printable

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

TITLE, TEXT, SMALL = 12.5, 10.0, 9.0
"""Sizes of letters, in points: a picture 9 inches wide can be read when it is shown 700 pixels wide."""

LINE = 1.4
"""Height of a line of text, in sizes of its letters."""


class Unit(NamedTuple):
    """A unit of time in which an axis counts."""

    name: str
    us: int
    steps: tuple[float, ...]
    """Between which its ticks may stand: factors of powers of ten."""


_MINUTE = 60_000_000
UNITS = (
    Unit("minutes", _MINUTE, (1, 1.5, 2, 3, 5, 10)),
    Unit("hours", 60 * _MINUTE, (1, 2, 2.4, 3, 4, 6, 10)),
    Unit("days", 1440 * _MINUTE, (1, 1.4, 2, 2.8, 5, 7, 10)),
    Unit("weeks", 7 * 1440 * _MINUTE, (1, 2, 4, 5, 10)),
)


def new_axes(ax: Axes | None, *, width: float = 9.0, height: float = 4.5) -> Axes:
    """Return the axes given, or those of a new figure of this size, in inches."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    figure, made = plt.subplots(figsize=(width, height), facecolor=PAPER, layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.12, h_pad=0.1)
    return made


def dress(ax: Axes, *, grid: str | None = "y") -> None:
    """Give axes the looks of all pictures: a frame that stays behind, and a grid across ``x``, ``y`` or neither."""
    ax.set_facecolor(PAPER)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set(color=GRID, linewidth=0.8)
    ax.tick_params(which="both", colors=FAINT, labelcolor=INK, labelsize=SMALL, length=3, width=0.8)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(fontsize=TEXT, color=INK)
        axis.get_offset_text().set_visible(False)
    ax.set_axisbelow(True)
    ax.grid(visible=False, which="both")
    if grid is not None:
        ax.grid(visible=True, which="major", axis=grid, color=GRID, linewidth=0.6, linestyle="-")  # type: ignore[arg-type]


def head(ax: Axes, title: str, *notes: str, handles: Sequence[Artist] = (), labels: float = 125) -> None:
    """Put above axes, from the top: a title, lines that are read second, and a legend of the labelled handles.

    Texts are wrapped to the width of the axes, of which labels beside them may take so many points; what comes from a log must have gone through :func:`shown` or
    :func:`fit`.
    """
    width, y = room(ax, labels), 5.0
    if handles:
        y += _legend(ax, handles, width, y) + 4
    for note in reversed(notes):
        lines = wrap(note, width, SMALL)
        beside(ax, (0, y), "\n".join(lines), size=SMALL, color=FAINT, va="bottom")
        y += len(lines) * SMALL * LINE
    ax.set_title(
        "\n".join(wrap(title, width, TITLE, weight="bold")),
        loc="left",
        y=1.0,
        pad=y + 2 * bool(notes),
        fontsize=TITLE,
        fontweight="bold",
        color=INK,
    )


def beside(
    ax: Axes,
    offset: tuple[float, float],
    text: str,
    *,
    at: tuple[float, float] = (0, 1),
    size: float = SMALL,
    **how: Any,
) -> Any:
    """Write a text some points right of and above a corner of axes (or another fraction of them)."""
    return ax.annotate(
        text,
        at,
        xycoords="axes fraction",
        xytext=offset,
        textcoords="offset points",
        fontsize=size,
        annotation_clip=False,
        **how,
    )


def _legend(ax: Axes, handles: Sequence[Artist], width: float, y: float) -> float:
    """Put a legend of as many columns as there is room for above axes, and return its height in points."""
    from matplotlib.transforms import ScaledTranslation

    handle, gap = 1.6 * SMALL, 1.6 * SMALL
    widths = [measure(str(one.get_label()), SMALL) + handle + 0.5 * SMALL + gap for one in handles]
    n_columns = next(
        n
        for n in range(len(handles), 0, -1)
        if n == 1 or sum(max(widths[column::n]) for column in range(n)) <= width + gap
    )
    n_rows = -(-len(handles) // n_columns)
    # Read along rows, though columns are filled one by one.
    ordered = [one for column in range(n_columns) for one in handles[column::n_columns]]
    figure = ax.get_figure(root=True)
    assert figure is not None
    made = ax.legend(
        handles=ordered,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=ax.transAxes + ScaledTranslation(0, y / 72, figure.dpi_scale_trans),
        ncols=n_columns,
        fontsize=SMALL,
        labelcolor=INK,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.6,
        handletextpad=0.5,
        columnspacing=1.6,
        labelspacing=0.35,
        handleheight=0.8,
    )
    made.set_in_layout(True)
    return n_rows * SMALL * 1.35


def room(ax: Axes, labels: float = 125) -> float:
    """Return how wide axes are, in points, or will be where the layout makes room for labels of so many points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    alone = len(figure.axes) == 1 and not figure.subfigs
    if alone and figure.get_layout_engine() is not None:
        return max(float(figure.bbox.width * 72 / figure.dpi) - labels - 22, 72.0)
    return float(ax.bbox.width * 72 / figure.dpi)


def height(ax: Axes) -> float:
    """Return how high axes are, in points, as they stand; a layout may still take a part of it away."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return float(ax.bbox.height * 72 / figure.dpi)


def measure(text: str, size: float, weight: str = "normal") -> float:
    """Return how wide a line of text is, in points; letters that the font lacks count as its box for them."""
    import warnings

    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = text.replace(r"\$", "$")
        return float(
            text_to_path.get_text_width_height_descent(plain, FontProperties(size=size, weight=weight), False)[0]
        )


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text between words into lines that are at most so many points wide, where its words allow it."""
    lines: list[str] = []
    for word in re.split(r"(?<! =) (?!%|= )", text):  # a percent sign stays with its number, and n = 5 together
        if lines and measure(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def shown(text: object, letters: int = 40) -> str:
    """Return a text from the log as a picture may hold it: cut, with nothing that steers, none of it read as formula."""
    if pd.isna(text):  # type: ignore[call-overload]
        return "(none)"
    letters_of = printable(str(text)[: letters + 1])
    return _escaped(letters_of if len(letters_of) <= letters else letters_of[: letters - 1] + "\u2026")


def fit(text: object, width: float, size: float = SMALL) -> str:
    """Return a text from the log as :func:`shown` does, cut to so many points."""
    whole = shown(text, 200)
    if measure(whole, size) <= width:
        return whole
    plain = whole.replace(r"\$", "$")
    enough, too_many = 0, len(plain)
    while too_many - enough > 1:
        tried = (enough + too_many) // 2
        if measure(plain[:tried].rstrip() + "\u2026", size) <= width:
            enough = tried
        else:
            too_many = tried
    return _escaped(plain[:enough].rstrip() + "\u2026")


def _escaped(text: str) -> str:
    # An escaped dollar is always drawn as a dollar; two bare ones would make a formula of what is between.
    return text.replace("$", r"\$")


def length_unit(longest_us: float) -> Unit:
    """Return the unit in which lengths up to this one are told in at most about a hundred steps."""
    for unit, most in zip(UNITS, (100, 72, 60), strict=False):
        if longest_us <= most * unit.us:
            return unit
    return UNITS[-1]


def length_axis(ax: Axes, unit: Unit, what: str, *, axis: str = "x") -> None:
    """Let an axis count in a unit of time, and say so: ``age (days)``."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    chosen = ax.xaxis if axis == "x" else ax.yaxis
    chosen.set_major_locator(MaxNLocator(nbins=7, steps=list(unit.steps), integer=unit.us > 60 * _MINUTE))
    chosen.set_major_formatter(FuncFormatter(lambda value, _: f"{round(value, 6):,.10g}"))
    chosen.set_label_text(f"{what} ({unit.name})", fontsize=TEXT, color=INK)


def say_nothing(ax: Axes, title: str, why: str) -> Axes:
    """Draw no picture but the reason why there is none."""
    dress(ax, grid=None)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.text(
        0.5,
        0.5,
        "\n".join(wrap(why, 0.9 * room(ax), TEXT)),
        transform=ax.transAxes,
        ha="center",
        va="center",
        fontsize=TEXT,
        color=FAINT,
    )
    head(ax, title)
    return ax
