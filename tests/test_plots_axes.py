"""What all pictures share: names, lengths of time, headings."""

import itertools

import numpy as np
import pytest
from drawn import HOSTILE, axes, legend, render
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lanehop.plots.axes import SMALL, fit, head, length_axis, length_unit, measure, room, say_nothing, shown, wrap

MINUTE = 60_000_000
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_cut_and_nothing_in_it_steers(name):
    made = shown(name, 20)
    assert len(made.replace("\\$", "$")) <= 20
    assert made.isprintable()
    ax = axes()
    ax.set_title(made)
    assert render(ax)
    assert measure(fit(name, 60), SMALL) <= 60


def test_a_name_that_fits_is_not_cut():
    assert shown("Front Desk") == fit("Front Desk", 200) == "Front Desk"
    assert shown("abcdef", 5) == "abcd\u2026"
    assert fit("Front Desk of all departments", 60).endswith("\u2026")
    assert shown(np.nan) == "(none)"
    assert shown("a$b$c") == "a\\$b\\$c"


@pytest.mark.parametrize(
    ("us", "name"),
    [
        (5 * MINUTE, "minutes"),
        (100 * MINUTE, "minutes"),
        (2 * HOUR, "hours"),
        (72 * HOUR, "hours"),
        (4 * DAY, "days"),
        (61 * DAY, "weeks"),
    ],
)
def test_the_unit_of_an_axis_follows_its_range(us, name):
    unit = length_unit(us)
    assert unit.name == name
    ax = axes()
    ax.set_xlim(0, us / unit.us)
    length_axis(ax, unit, "age")
    assert ax.get_xlabel() == f"age ({name})"
    ticks = [x for x in ax.get_xticks() if 0 <= x <= us / unit.us]
    assert 3 <= len(ticks) <= 9
    # Days and weeks are whole.
    assert name not in ("days", "weeks") or all(x == int(x) for x in ticks)


def test_lines_are_broken_between_words_and_percent_signs_stay():
    assert wrap("one two three", 10_000, SMALL) == ["one two three"]
    assert wrap("one two three", 1, SMALL) == ["one", "two", "three"]
    assert wrap("of 5 %", 1, SMALL) == ["of", "5 %"]
    assert wrap("", 100, SMALL) == [""]


def test_a_heading_lies_above_the_axes_and_inside_of_the_figure():
    ax = axes()
    handles = [Line2D([], [], label=f"state {k}") for k in range(14)]
    head(ax, "A title of a good many words " * 4, "n = 12 cases " * 12, handles=handles)
    render(ax)
    figure = ax.figure
    renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    boxes = [
        ax.get_legend().get_window_extent(renderer),
        ax.texts[0].get_window_extent(renderer),
        ax._left_title.get_window_extent(renderer),
    ]
    assert [box.y0 for box in boxes] == sorted(box.y0 for box in boxes)
    assert all(lower.y1 <= upper.y0 + 1 for lower, upper in itertools.pairwise(boxes))
    assert boxes[0].y0 >= ax.bbox.y1
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert len(legend(ax)) == 14


def test_the_room_is_that_of_the_axes_given():
    # A layout will give them all but what the labels take; without one they stay as they are.
    assert room(axes()) == 9 * 72 - 147
    assert room(Figure(figsize=(9, 4.5)).subplots()) == pytest.approx(9 * 72 * 0.775)


def test_a_picture_of_nothing_says_why():
    ax = say_nothing(axes(), "No picture", "There is nothing.")
    assert [text.get_text() for text in ax.texts] == ["There is nothing."]
    assert ax.get_title(loc="left") == "No picture"
    render(ax)
