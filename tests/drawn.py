"""Axes without pyplot, and what stands on them: pictures read back from their artists."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

HOSTILE = (
    "$x_1$ and $\\alpha",
    "^_{}\\frac",
    "_hidden",
    "a\nb\tc\x1b[2J",
    "\u202ertl\u200f \u05e9\u05dc\u05d5\u05dd",
    "",
    "%s %d {0}",
    "<script>&amp;",
    "W" * 10_000,
)
"""Names that a log may hold."""


def axes(width: float = 9.0, height: float = 4.5) -> Axes:
    """Axes of a figure that nothing else knows of."""
    return Figure(figsize=(width, height), layout="constrained").subplots()


def render(ax: Axes) -> str:
    """Draw the figure to the end, as pixels and as text, and return the latter."""
    ax.figure.savefig(io.BytesIO(), format="png", dpi=50)
    svg = io.StringIO()
    ax.figure.savefig(svg, format="svg")
    return svg.getvalue()


def bars(ax: Axes, label: str) -> list[tuple[float, float, float]]:
    """Row, begin and end of each bar of this label."""
    return [
        (round(bar.get_y() + bar.get_height() / 2, 6), round(bar.get_x(), 6), round(bar.get_x() + bar.get_width(), 6))
        for container in ax.containers
        if container.get_label() == label
        for bar in container
    ]


def points(ax: Axes, label: str) -> list[tuple[float, float]]:
    """The points of each line of this label."""
    lines = [line for line in ax.get_lines() if line.get_label() == label]
    return [(round(float(x), 6), round(float(y), 6)) for line in lines for x, y in zip(*line.get_data(), strict=True)]


def texts(ax: Axes) -> list[str]:
    """Every text on the picture, as one line each, as it is read."""
    found = [text.get_text() for text in ax.figure.findobj(Text) if text.get_visible()]
    return [text.replace("\n", " ").replace("\\$", "$") for text in found if text]


def rows(ax: Axes) -> dict[str, float]:
    """Where each label of the vertical axis stands."""
    return {label.get_text(): y for label, y in zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)}


def legend(ax: Axes) -> list[str]:
    """What the legend names, along its rows or columns."""
    return sorted(text.get_text() for text in ax.get_legend().get_texts())
