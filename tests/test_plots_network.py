"""plot_handoff_network: arrows between departments, read back from what is drawn."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from builders import chain
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.cbook import is_math_text
from pandas.testing import assert_frame_equal

import lanehop as lh

mpl.use("Agg")

from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


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


def places(ax):
    """Where each department stands, by its name."""
    at = [tuple(place) for place in ax.collections[0].get_offsets().tolist()] if ax.collections else []
    names = {tuple(text.xy): text.get_text() for text in ax.texts}
    return {names[place]: place for place in at}


def arrows(ax):
    """The arrows by the departments that they go from and to."""
    names = {place: name for name, place in places(ax).items()}
    return {tuple(names[tuple(end)] for end in arrow._posA_posB): arrow for arrow in ax.patches}


def notes(ax):
    return " ".join(text.get_text().replace("\n", " ") for text in ax.texts)


TEN = (("A", "B", 6), ("B", "A", 3), ("B", "C", 1))


def test_an_arrow_for_each_pair_that_is_handed_over(lanes_of):
    counts = lh.count_handoffs(
        lanes_of(
            chain("c1", "A@0h", "B@1h", "A@2h", "C@3h", resolved="4h"),
            chain("c2", "A@0h", "B@1h", resolved="4h"),
        )
    )
    ax = lh.plot_handoff_network(counts, share=1)
    assert set(arrows(ax)) == {("A", "B"), ("B", "A"), ("A", "C")}
    assert ax.get_title(loc="left") == "Handoffs between 3 departments (n = 4, all drawn)"
    assert "Drawn: 3 pairs, 4 of 4 (100.0 %)." in notes(ax)
    assert "Left out" not in notes(ax)


@pytest.mark.parametrize(
    ("share", "n_pairs", "carried"), [(0.01, 1, 6), (0.6, 1, 6), (0.61, 2, 9), (0.9, 2, 9), (0.91, 3, 10), (1, 3, 10)]
)
def test_as_many_pairs_as_carry_the_share_and_no_more(share, n_pairs, carried):
    ax = lh.plot_handoff_network(pairs(*TEN), share=share)
    assert set(arrows(ax)) == {row[:2] for row in TEN[:n_pairs]}
    title = ax.get_title(loc="left")
    assert title == f"Handoffs between 3 departments (n = 10, {'all' if carried == 10 else f'{carried}0.0 %'} drawn)"
    if n_pairs < 3:
        assert f"Drawn: the {n_pairs} strongest of 3 pairs, {carried} of 10 ({carried}0.0 %)." in notes(ax)
    # C is joined by the weakest pair only.
    assert set(places(ax)) == ({"A", "B", "C"} if n_pairs == 3 else {"A", "B"})


def test_what_is_left_out_is_told():
    assert "Left out: 1 pair, 1 handoff, 1 department." in notes(lh.plot_handoff_network(pairs(*TEN), share=0.9))
    assert "Left out: 2 pairs, 4 handoffs, 1 department." in notes(lh.plot_handoff_network(pairs(*TEN), share=0.6))
    four = pairs(("A", "B", 6), ("B", "A", 3), ("A", "C", 2), ("C", "A", 1))
    assert "Left out: 1 pair, 1 handoff. Larger" in notes(lh.plot_handoff_network(four, share=0.8))


def test_never_more_arrows_than_most():
    ax = lh.plot_handoff_network(pairs(*TEN), share=1, most=2)
    assert set(arrows(ax)) == {("A", "B"), ("B", "A")}
    assert "90.0 % drawn" in ax.get_title(loc="left")


@settings(deadline=None, max_examples=40)
@given(
    n=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    share=st.sampled_from([0.05, 0.1, 0.25, 0.3, 0.5, 0.7, 0.75, 0.9, 0.99, 1.0]),
)
def test_the_fewest_pairs_are_drawn_that_carry_the_share(n, share):
    rows = [(f"D{i}", f"D{i + 1}", each) for i, each in enumerate(n)]
    ax = lh.plot_handoff_network(pairs(*rows), share=share)
    drawn = arrows(ax)
    carried = sum(each for *ends, each in rows if tuple(ends) in drawn)
    weakest = min(each for *ends, each in rows if tuple(ends) in drawn)
    # Shares in hundredths, so that no rounding decides.
    assert 100 * carried >= round(100 * share) * sum(n)
    assert 100 * (carried - weakest) < round(100 * share) * sum(n)
    assert all(each <= weakest for *ends, each in rows if tuple(ends) not in drawn)
    plt.close("all")


def test_arrows_are_as_wide_as_their_numbers_and_darker_for_more():
    drawn = arrows(lh.plot_handoff_network(pairs(("A", "B", 8), ("B", "A", 4), ("A", "C", 2)), share=1))
    width = {pair: arrow.get_arrowstyle().tail_width for pair, arrow in drawn.items()}
    assert width["A", "B"] == pytest.approx(2 * width["B", "A"]) == pytest.approx(4 * width["A", "C"])
    grey = {pair: sum(arrow.get_facecolor()[:3]) for pair, arrow in drawn.items()}
    assert grey["A", "B"] < grey["B", "A"] < grey["A", "C"]


def test_the_legend_tells_the_widest_and_the_thinnest():
    ax = lh.plot_handoff_network(pairs(*TEN), share=0.9)
    drawn = arrows(ax)
    told = dict(
        zip(
            [text.get_text() for text in ax.get_legend().get_texts()],
            [line.get_linewidth() for line in ax.get_legend().get_lines()],
            strict=True,
        )
    )
    assert told == {
        "6 handoffs": pytest.approx(drawn["A", "B"].get_arrowstyle().tail_width),
        "3 handoffs": pytest.approx(drawn["B", "A"].get_arrowstyle().tail_width),
    }


def test_opposite_arrows_bend_apart():
    n = 9
    rows = [(f"D{i}", f"D{j}", 5) for i, j in itertools.permutations(range(n), 2)]
    drawn = arrows(lh.plot_handoff_network(pairs(*rows), share=1, most=100))
    assert len(drawn) == n * (n - 1)
    for (source, target), arrow in drawn.items():
        # The bend is to the right of the way: two that add up to nothing would be one line.
        opposite = drawn[target, source]
        assert arrow.get_connectionstyle().rad + opposite.get_connectionstyle().rad > 0.2


def test_the_area_of_a_department_is_its_handoffs():
    ax = lh.plot_handoff_network(pairs(("A", "B", 8), ("B", "A", 4), ("A", "C", 4)), share=1)
    size = dict(zip(places(ax), ax.collections[0].get_sizes().tolist(), strict=True))
    # A: 8 + 4 + 4, B: 8 + 4, C: 4.
    assert size["A"] / size["C"] == pytest.approx(16 / 4)
    assert size["B"] / size["C"] == pytest.approx(12 / 4)


def test_departments_stand_clockwise_in_the_order_of_their_names():
    rows = [("Group 10", "Group 9", 2), ("Group 9", "apps", 2), ("Billing", "Zoo", 2), ("Group 2", "Billing", 2)]
    ax = lh.plot_handoff_network(pairs(*rows), share=1)
    assert list(places(ax)) == ["apps", "Billing", "Group 2", "Group 9", "Group 10", "Zoo"]
    turns = [np.arctan2(x, y) % (2 * np.pi) for x, y in places(ax).values()]
    assert turns == sorted(turns)
    assert all(np.hypot(x, y) == pytest.approx(1) for x, y in places(ax).values())


def test_one_handoff_more_moves_nothing():
    rows = [(f"D{i}", f"D{(i * 7 + 3) % 20}", 50 - i) for i in range(20) if i != (i * 7 + 3) % 20]
    before = lh.plot_handoff_network(pairs(*rows), share=1)
    after = lh.plot_handoff_network(pairs(("D5", "D9", 1), *rows), share=1)
    assert places(after) == places(before)
    assert set(arrows(after)) - set(arrows(before)) == {("D5", "D9")}


def test_the_order_of_rows_changes_nothing():
    rows = [(f"D{i}", f"D{j}", 3) for i, j in itertools.permutations(range(8), 2)]
    one, other = (lh.plot_handoff_network(pairs(*each), share=0.5) for each in (rows, rows[::-1]))
    assert places(one) == places(other)
    assert list(arrows(one)) == list(arrows(other))
    assert len(arrows(one)) == 28


@pytest.mark.parametrize("n", [2, 3, 5, 8, 50])
def test_names_meet_neither_each_other_nor_departments_and_nothing_is_cut_off(n):
    rows = [
        (f"Department {i} of many", f"Department {j} of many", 1 + (i * j) % 7)
        for i, j in itertools.permutations(range(n), 2)
    ]
    ax = lh.plot_handoff_network(
        pairs(*[row for row in rows if n < 9 or "Department 3 " in row[0] + row[1]]), share=1, most=100
    )
    assert len(places(ax)) == n
    figure = ax.figure
    figure.draw_without_rendering()
    named = [text for text in ax.texts if text.get_text() in places(ax)]
    boxes = [text.get_window_extent() for text in named]
    assert len(boxes) == n
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    centres = ax.transData.transform(ax.collections[0].get_offsets())
    radii = np.sqrt(ax.collections[0].get_sizes()) / 2 * figure.dpi / 72
    for box, (x, y) in zip(boxes, centres, strict=True):
        for (other_x, other_y), radius in zip(centres, radii, strict=True):
            gap = np.hypot(max(box.x0 - other_x, other_x - box.x1, 0), max(box.y0 - other_y, other_y - box.y1, 0))
            assert gap >= radius, (x, y)
    for box in [*boxes, ax.get_tightbbox()]:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


def test_hundreds_of_departments():
    rows = [(f"D{i}", f"D{(i * i + 1) % 600}", 1 + i % 13) for i in range(600) if i != (i * i + 1) % 600]
    ax = lh.plot_handoff_network(pairs(*rows))
    assert len(ax.patches) == 60
    total = sum(row[2] for row in rows)
    carried = sum(sorted((row[2] for row in rows), reverse=True)[:60])
    assert f"Drawn: the 60 strongest of {len(rows)} pairs, {carried} of {total:,} (" in notes(ax)


def test_no_handoffs(lanes_of):
    ax = lh.plot_handoff_network(lh.count_handoffs(lanes_of(chain("c1", "A@0h", resolved="1h"))))
    assert ax.get_title(loc="left") == "Handoffs (n = 0)"
    assert not ax.patches
    assert "No case was handed from one department to another." in notes(ax)


def test_names_are_shown_and_never_read_as_anything_else():
    names = ["$x^2$ and $y", "A" * 10_000, "9" * 10_000, "\u202eabc\x1b[2J\n\x00", "\\frac{1}{", "_", "٣ Group"]
    table = pairs(*[(name, other, 3) for name in names for other in names if name != other])
    ax = lh.plot_handoff_network(table)
    ax.figure.canvas.draw()
    shown = list(places(ax))
    assert len(shown) == len(names)
    assert not any(is_math_text(name) for name in shown)
    plain = [name.replace(r"\$", "$") for name in shown]
    assert "$x^2$ and $y" in plain
    assert all(name.isprintable() and len(name) < 60 for name in plain)


def test_the_axes_given_are_drawn_on_and_the_table_is_left_alone():
    table = pairs(*TEN)
    figure, (left, right) = plt.subplots(1, 2)
    before = table.copy(deep=True)
    assert lh.plot_handoff_network(table, ax=left) is left
    assert not right.patches
    assert plt.get_fignums() == [figure.number]
    assert_frame_equal(table, before)


def test_axes_hardly_larger_than_a_letter_still_hold_every_department():
    _, axes = plt.subplots(5, 9, figsize=(6, 4))
    ax = lh.plot_handoff_network(pairs(*TEN), share=1, ax=axes[2, 3])
    assert {name[0] for name in places(ax)} <= {"A", "B", "C", "\u2026"}
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for x, y in ax.collections[0].get_offsets():
        assert left < x < right
        assert low < y < high


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan"), True, "0.9", None])
def test_share_is_a_share(share):
    with pytest.raises(lh.errors.ArgumentError, match="share must be above 0 and at most 1"):
        lh.plot_handoff_network(pairs(*TEN), share=share)


def test_most_is_a_number_and_the_table_one_of_handoffs():
    with pytest.raises(lh.errors.ArgumentError, match="most must be a whole number from 1 on"):
        lh.plot_handoff_network(pairs(*TEN), most=0)
    with pytest.raises(
        lh.errors.ArgumentError, match="column 'n_while_done' is missing: give the table that count_handoffs"
    ):
        lh.plot_handoff_network(pairs(*TEN).drop(columns="n_while_done"))
    assert plt.get_fignums() == []
