"""plot_handoffs: the matrix of handoffs, read back from what is drawn."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from builders import chain
from matplotlib.cbook import is_math_text
from pandas.testing import assert_frame_equal

import lanehop as lh
from lanehop.plots.palette import PAPER

mpl.use("Agg")

import itertools

from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture
def counts(lanes_of):
    """A to B 3 times, one of them of a ticket that was done; B to A and A to C once each."""
    return lh.count_handoffs(
        lanes_of(
            chain("c1", "A@0h", "B@1h", "A@2h", "C@3h", resolved="4h"),
            chain("c2", "A@0h", "B@1h", resolved="4h"),
            chain("c3", "A@0h", ":resolved@1h", "B@2h", ":resolved@3h"),
        )
    )


def pairs(*rows):
    """The table that count_handoffs returns, of rows written by hand: from, to, n."""
    names = sorted({name for row in rows for name in row[:2]})
    return pd.DataFrame(
        {
            "from_department": pd.Categorical([row[0] for row in rows], categories=names),
            "to_department": pd.Categorical([row[1] for row in rows], categories=names),
            "n": np.array([row[2] for row in rows], dtype=np.int32),
            "n_while_done": np.zeros(len(rows), dtype=np.int32),
        }
    )


def texts(ax):
    """What stands in each cell, by row and column."""
    return {
        (round(text.get_position()[1]), round(text.get_position()[0])): text.get_text()
        for text in ax.texts
        if text.get_transform() == ax.transData and text.get_text()
    }


def mesh(ax):
    """The shaded cells."""
    return ax.collections[0]


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def notes(ax):
    return " ".join(text.get_text().replace("\n", " ") for text in ax.texts)


def luminance(colour):
    return float(np.dot(colour[:3], [0.2126, 0.7152, 0.0722]))


def test_cells_hold_the_numbers_of_handoffs(counts):
    ax = lh.plot_handoffs(counts)
    # A takes part in 5, B in 4, C in 1.
    assert labels(ax.yaxis) == labels(ax.xaxis) == ["A", "B", "C"]
    assert ax.get_xlabel() == "to"
    assert ax.get_ylabel() == "from"
    cells = mesh(ax).get_array()
    assert cells.filled(-1).tolist() == [[-1, 3, 1], [1, -1, 0], [0, 0, -1]]
    assert texts(ax) == {(0, 1): "3", (0, 2): "1", (1, 0): "1"}
    assert ax.get_title(loc="left") == "Handoffs from each department to each other (n = 5)"
    assert "While the ticket was done: 1 of 5 (20.0 %)" in notes(ax)


def test_the_mesh_covers_the_cells_that_it_is_of(counts):
    ax = lh.plot_handoffs(counts)
    corners = mesh(ax).get_coordinates()
    assert corners[0, 0].tolist() == [-0.5, -0.5]
    assert corners[-1, -1].tolist() == [2.5, 2.5]
    assert ax.get_xlim() == (-0.5, 2.5)
    assert ax.get_ylim() == (2.5, -0.5)
    assert [int(place) for place in ax.get_yticks()] == [0, 1, 2]


def test_what_cannot_be_is_hatched_and_is_not_zero(counts):
    ax = lh.plot_handoffs(counts)
    diagonal = ax.collections[1]
    assert diagonal.get_hatch()
    centres = [tuple(path.get_extents().get_points().mean(axis=0)) for path in diagonal.get_paths()]
    assert centres == [(0, 0), (1, 1), (2, 2)]
    assert "Hatched: impossible" in notes(ax)


def test_darker_is_more_and_none_is_paper(counts):
    image = mesh(lh.plot_handoffs(counts))
    zero, one, three = (image.cmap(image.norm(n)) for n in (0, 1, 3))
    assert luminance(three) < luminance(one) < luminance(zero)
    assert mpl.colors.to_hex(zero) == PAPER
    # One can be told from none even where the largest is a thousand times it.
    image = mesh(lh.plot_handoffs(pairs(("A", "B", 1000), ("B", "A", 1))))
    assert luminance(image.cmap(image.norm(1))) < 0.95


def test_departments_beyond_the_busiest_are_summed_up(counts):
    ax = lh.plot_handoffs(counts, most=1)
    assert labels(ax.yaxis) == labels(ax.xaxis) == ["A", "2 other departments"]
    assert mesh(ax).get_array().filled(-1).tolist() == [[-1]]
    # From A to the others 4, from them to A 1, among them none.
    assert texts(ax) == {(0, 1): "4", (1, 0): "1"}
    assert "The 1 busiest of 3 departments. Handoffs from the others: 1 (20.0 %), to them: 4 (80.0 %)." in notes(ax)
    assert "n = 5" in ax.get_title(loc="left")


def test_handoffs_among_the_others_are_counted_and_not_impossible():
    table = pairs(("A", "B", 9), ("B", "A", 8), ("C", "D", 2), ("D", "C", 1), ("A", "C", 1), ("D", "B", 1))
    ax = lh.plot_handoffs(table, most=2)
    assert labels(ax.yaxis) == ["A", "B", "2 other departments"]
    assert texts(ax) == {(0, 1): "9", (1, 0): "8", (0, 2): "1", (2, 1): "1", (2, 2): "3"}
    assert len(ax.collections[1].get_paths()) == 2
    assert "Handoffs from the others: 4 (18.2 %), to them: 4 (18.2 %)." in notes(ax)


def test_every_handoff_stands_in_one_cell_however_many_are_folded():
    rng = np.random.default_rng(7)
    rows = [
        (f"D{i}", f"D{j}", int(rng.integers(1, 90))) for i in range(50) for j in range(50) if i != j and (i + j) % 3
    ]
    table = pairs(*rows)
    for most in (1, 5, 20):
        ax = lh.plot_handoffs(table, most=most)
        assert sum(int(text.replace(",", "")) for text in texts(ax).values()) == int(table.n.sum())
        assert len(labels(ax.yaxis)) == most + 1


def test_equals_stand_by_name_whatever_the_order_of_rows():
    rows = [("B", "A", 2), ("D", "C", 2), ("A", "B", 2), ("C", "D", 2)]
    for table in (pairs(*rows), pairs(*rows[::-1])):
        assert labels(lh.plot_handoffs(table).yaxis) == ["A", "B", "C", "D"]


def test_one_pair():
    ax = lh.plot_handoffs(pairs(("A", "B", 1)))
    assert mesh(ax).get_array().filled(-1).tolist() == [[-1, 1], [0, -1]]
    assert ax.get_title(loc="left").endswith("(n = 1)")


def test_no_handoffs(lanes_of):
    ax = lh.plot_handoffs(lh.count_handoffs(lanes_of(chain("c1", "A@0h", resolved="1h"))))
    assert ax.get_title(loc="left") == "Handoffs (n = 0)"
    assert not ax.collections
    assert "No case was handed from one department to another." in notes(ax)


def test_numbers_are_left_out_where_they_do_not_fit():
    table = pairs(*[(f"D{i:03}", f"D{(i + 1) % 300:03}", 1_000_000 + i) for i in range(300)])
    _, ax = plt.subplots(figsize=(4, 4))
    lh.plot_handoffs(table, most=100, ax=ax)
    assert texts(ax) == {}
    # Nor are names: 0.77 of 4 inches are 221 points, for 17 lines of 12.6, one of which is that of the others.
    assert mesh(ax).get_array().shape == (16, 16)


@pytest.mark.parametrize("n", [5, 21, 50])
def test_nothing_is_cut_off_and_no_names_of_rows_meet(n):
    rows = [
        (f"Department number {i}", f"Department number {j}", 1 + i * j) for i in range(n) for j in range(n) if i != j
    ]
    ax = lh.plot_handoffs(pairs(*rows))
    ax.figure.draw_without_rendering()
    whole = ax.figure.bbox
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    for box in [*boxes, *(label.get_window_extent() for label in ax.get_xticklabels()), ax.get_tightbbox()]:
        assert box.x0 >= whole.x0
        assert box.x1 <= whole.x1
        assert box.y0 >= whole.y0
        assert box.y1 <= whole.y1
    for upper, lower in itertools.pairwise(boxes):
        assert upper.y0 >= lower.y1 - 1


def test_names_are_shown_and_never_read_as_anything_else():
    names = ["$x^2$ and $y", "A" * 10_000, "\u202eabc\x1b[2J\n\x00", "\\frac{1}{", "_", "%s {0}"]
    table = pairs(*[(name, other, 3) for name in names for other in names if name != other])
    ax = lh.plot_handoffs(table)
    ax.figure.canvas.draw()
    shown = labels(ax.yaxis)
    assert not any(is_math_text(label) for label in shown)
    plain = [label.replace(r"\$", "$") for label in shown]
    assert "$x^2$ and $y" in plain
    assert all(label.isprintable() and len(label) < 60 for label in plain)
    assert any(label.startswith(r"\u202eabc\x1b[2J") for label in plain)


def test_the_axes_given_are_drawn_on_and_the_table_is_left_alone(counts):
    figure, (left, right) = plt.subplots(1, 2)
    before = counts.copy(deep=True)
    settings = dict(mpl.rcParams)
    assert lh.plot_handoffs(counts, ax=right) is right
    assert not left.collections
    assert figure.axes == [left, right]
    assert plt.get_fignums() == [figure.number]
    assert dict(mpl.rcParams) == settings
    assert_frame_equal(counts, before)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: 3, "takes the table that count_handoffs(lanes) returns, not int"),
        (lambda t: t.drop(columns=["n", "to_department"]), "column 'to_department' is missing; column 'n' is missing"),
        (lambda t: t.assign(n=t.n * 0.5), "column 'n' is float64, not whole numbers"),
        (lambda t: t.assign(n=[1, -1, 1]), r"column 'n': 1 of 3 values are missing or negative (first: row 1)"),
        (
            lambda t: t.assign(to_department=[None, "B", "C"]),
            "column 'to_department': 1 of 3 values are missing (first",
        ),
        (lambda t: t.assign(to_department="A"), "2 of 3 rows go from a department to itself, which is no handoff"),
    ],
)
def test_a_table_of_something_else_is_refused(counts, spoil, said):
    with pytest.raises(lh.errors.ArgumentError) as caught:
        lh.plot_handoffs(spoil(counts))
    assert said in str(caught.value)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("most", [0, -1, 2.0, True, "5", None])
def test_most_is_a_number_of_departments(counts, most):
    with pytest.raises(lh.errors.ArgumentError, match="most must be a whole number from 1 on"):
        lh.plot_handoffs(counts, most=most)
