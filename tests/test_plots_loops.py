"""plot_loops: bars of loops, read back from what is drawn."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from builders import chain
from matplotlib.cbook import is_math_text
from pandas.testing import assert_frame_equal

import lanehop as lh

mpl.use("Agg")

import itertools

from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture
def lanes(lanes_of):
    """Loops through A and B: two of an hour each in c1, one of five in c3. One through A, B and C in c2."""
    return lanes_of(
        chain("c1", "A@0h", "B@1h", "A@2h", "B@3h", resolved="9h"),
        chain("c2", "A@0h", "B@1h", "C@2h", "A@4h", resolved="9h"),
        chain("c3", "B@0h", "A@1h", "B@6h", resolved="9h"),
    )


def cycles(*rows):
    """The table that count_loops returns, of rows written by hand: cycle, n, n_cases, hours away or None."""
    return pd.DataFrame(
        {
            "cycle": pd.Series([row[0] for row in rows], dtype="str"),
            "n": np.array([row[1] for row in rows], dtype=np.int32),
            "n_cases": np.array([row[2] for row in rows], dtype=np.int32),
            "median_away": pd.to_timedelta([row[3] for row in rows], unit="h").astype("timedelta64[us]"),
        }
    )


def bars(ax):
    return [bar.get_width() for bar in ax.patches]


def written(ax):
    """Names above the bars from the top, and what is told beside them."""
    names = [text.get_text() for text in ax.texts if not hasattr(text, "xy")]
    told = [text.get_text() for text in ax.texts if hasattr(text, "xy") and text.xy[0] > 0]
    return names, told


def notes(ax):
    return " ".join(text.get_text().replace("\n", " ") for text in ax.texts)


def test_a_bar_per_cycle_with_loops_cases_and_time_away(lanes):
    ax = lh.plot_loops(lh.count_loops(lanes))
    assert bars(ax) == [3, 1]
    assert written(ax) == (
        ["A > B", "A > B > C"],
        # A was left at hour 1 and returned to at hour 4.
        ["3 loops in 2 cases, 1.0 h away", "1 loop in 1 case, 3.0 h away"],
    )
    assert ax.get_title(loc="left") == "Loops by the departments that they run through (n = 4)"
    # The first is the uppermost.
    first, second = (bar.get_y() for bar in ax.patches)
    top, bottom = sorted(ax.get_ylim())
    assert ax.yaxis_inverted()
    assert top < first < second < bottom


def test_a_bar_per_rule(lanes):
    ax = lh.plot_loops(lh.count_loops(lanes, by="rule"))
    # Alternations: A-B-A-B has 3, B-A-B 2. Visited again: A and B in c1, A in c2, B in c3.
    assert bars(ax) == [3, 1, 5, 4, 4]
    names, told = written(ax)
    assert [name.split(":")[0] for name in names] == ["ping_pong", "indirect", "alternations", "returns", "distinct"]
    assert told == [
        "3 loops in 2 cases, 1.0 h away",
        "1 loop in 1 case, 3.0 h away",
        "5 handoffs in 2 cases",
        # 1, 1, 3 and 5 hours.
        "4 loops in 3 cases, 2.0 h away",
        "4 departments in 3 cases",
    ]
    assert ax.get_title(loc="left") == 'Loops by the rules in use for "ping-pong" (n = 4 returns)'
    assert "they do not add up" in notes(ax)


def test_rules_are_never_left_out_and_some_of_them_can_be_drawn(lanes):
    rules = lh.count_loops(lanes, by="rule")
    assert len(bars(lh.plot_loops(rules, most=1))) == 5
    ax = lh.plot_loops(rules[rules.rule == "ping_pong"])
    assert bars(ax) == [3]
    assert ax.get_title(loc="left") == 'Loops by the rules in use for "ping-pong"'


def test_cycles_beyond_the_most_frequent_are_summed_up_with_their_share(lanes):
    ax = lh.plot_loops(lh.count_loops(lanes), most=1)
    assert bars(ax) == [3]
    assert written(ax)[0] == ["A > B", "Loops through 1 other cycle: 1 of 4 (25.0 %)"]
    assert "n = 4" in ax.get_title(loc="left")

    many = cycles(*[(f"A > D{i:02}", 40 - i, 1, 2) for i in range(40)])
    ax = lh.plot_loops(many)
    assert bars(ax) == [40 - i for i in range(12)]
    # 40 + 39 + ... + 1 = 820, of which the last 28 numbers make 406.
    assert written(ax)[0][-1] == "Loops through 28 other cycles: 406 of 820 (49.5 %)"


def test_the_most_frequent_come_first_then_by_name_whatever_the_order_of_rows():
    table = cycles(("B > C", 2, 1, 1), ("A > C", 2, 1, 1), ("A > B", 5, 1, 1))
    assert written(lh.plot_loops(table))[0] == ["A > B", "A > C", "B > C"]


def test_no_median_is_told_where_there_is_none():
    assert written(lh.plot_loops(cycles(("A > B", 2, 1, None))))[1] == ["2 loops in 1 case"]


@pytest.mark.parametrize("by", ["cycle", "rule"])
def test_no_loops(lanes_of, by):
    ax = lh.plot_loops(lh.count_loops(lanes_of(chain("c1", "A@0h", "B@1h", resolved="2h")), by=by))
    assert ax.get_title(loc="left") == "Loops (n = 0)"
    assert not ax.patches
    assert "No case returned to a department that it had left." in notes(ax)


@pytest.mark.parametrize("n", [1, 2, 12, 40])
def test_nothing_is_cut_off_and_no_lines_meet(n):
    table = cycles(*[(" > ".join(f"Department {i + k}" for k in range(2 + i % 9)), 1000 - i, 12, 30) for i in range(n)])
    ax = lh.plot_loops(table)
    ax.figure.draw_without_rendering()
    names = [text.get_window_extent() for text in ax.texts if not hasattr(text, "xy")]
    told = [text.get_window_extent() for text in ax.texts if hasattr(text, "xy")]
    for box in [*names, *told, ax.get_tightbbox()]:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= ax.figure.bbox.x1
        assert box.y1 <= ax.figure.bbox.y1
    lines = sorted([*names, *(bar.get_window_extent() for bar in ax.patches)], key=lambda box: -box.y0)
    for upper, lower in itertools.pairwise(lines):
        assert upper.y0 >= lower.y1 - 1


def test_names_are_shown_and_never_read_as_anything_else():
    names = ["$x^2$ > $y", "A" * 10_000 + " > B", "\u202eabc\x1b[2J > \n\x00", "\\frac{1}{ > _"]
    ax = lh.plot_loops(cycles(*[(name, 3, 1, 1) for name in names]))
    ax.figure.canvas.draw()
    shown = written(ax)[0]
    assert not any(is_math_text(name) for name in shown)
    plain = [name.replace(r"\$", "$") for name in shown]
    assert "$x^2$ > $y" in plain
    assert r"\u202eabc\x1b[2J > \n\x00" in plain
    assert all(name.isprintable() and len(name) < 200 for name in plain)


def test_the_axes_given_are_drawn_on_and_the_table_is_left_alone(lanes):
    table = lh.count_loops(lanes)
    before = table.copy(deep=True)
    figure, (left, right) = plt.subplots(1, 2)
    assert lh.plot_loops(table, ax=right) is right
    assert not left.patches
    assert plt.get_fignums() == [figure.number]
    assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: "A > B", "takes the table that count_loops(lanes) returns, not str"),
        (lambda t: t.drop(columns=["cycle", "n"]), "column 'cycle' is missing; column 'n' is missing"),
        (lambda t: t.assign(n_cases=[1.5, 2.0]), "column 'n_cases' is float64, not whole numbers"),
        (lambda t: t.assign(cycle=["A > B", None]), "column 'cycle': 1 of 2 values are missing (first: row 1)"),
        (lambda t: t.drop(columns="median_away"), "column 'median_away' is missing or holds no lengths"),
        (lambda t: t.assign(median_away=3), "column 'median_away' is missing or holds no lengths"),
    ],
)
def test_a_table_of_something_else_is_refused(lanes, spoil, said):
    with pytest.raises(lh.errors.ArgumentError) as caught:
        lh.plot_loops(spoil(lh.count_loops(lanes)))
    assert said in str(caught.value)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("most", [0, 1.5, True, None])
def test_most_is_a_number_of_cycles(lanes, most):
    with pytest.raises(lh.errors.ArgumentError, match="most must be a whole number from 1 on"):
        lh.plot_loops(lh.count_loops(lanes), most=most)
