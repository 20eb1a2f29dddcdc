"""plot_rank_flips and plot_metric, read back from what is drawn."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from builders import chain
from matplotlib.cbook import is_math_text
from matplotlib.colors import to_hex

import lanehop as lh
from lanehop.errors import ArgumentError
from lanehop.plots.palette import CLOCK_COLOURS, FAINT

mpl.use("Agg")

from matplotlib import pyplot as plt

FALLS, RISES, KEEPS = CLOCK_COLOURS["close"], CLOCK_COLOURS["fix"], FAINT
PLOTS = (lh.plot_rank_flips, lh.plot_metric)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def tickets(department, close, more, n=6):
    """Tickets closed after some hours; of which half are opened again then, and fixed after more."""
    made = []
    for k in range(n):
        name, begin = f"{department}{k}", 24 * k
        steps = [f"{department}:working@{begin}h", f":resolved@{begin + close}h{k}min"]
        if more and k % 2:
            steps += [f":working@{begin + close + 1}h", f":resolved@{begin + close + more}h{k}min"]
        made.append(chain(name, *steps))
    return made


@pytest.fixture
def comparison(lanes_of):
    """A closes fast and fixes late, C closes late and holds; B is in the middle of both. D has too few cases."""
    lanes = lanes_of(
        *tickets("A", 2, 100), *tickets("B", 10, 30), *tickets("C", 20, 0), *tickets("D", 1, 0, n=2), as_of="60D"
    )
    return lh.compare_metrics(lanes, min_cases=4, until="20D", metrics=["time_to_close", "reopen_rate"])


def test_a_line_per_group_from_rank_to_rank(comparison):
    ax = lh.plot_rank_flips(comparison)
    lines = [(line.get_xdata().tolist(), line.get_ydata().tolist(), to_hex(line.get_color())) for line in ax.lines]
    # Means to the fix: A 52, B 25, C 20.
    assert lines == [([0, 1], [1, 3], FALLS), ([0, 1], [2, 2], KEEPS), ([0, 1], [3, 1], RISES)]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["by time-to-close", "by time-to-real-fix"]
    low, high = ax.get_ylim()
    assert low > high  # the best on top


def test_values_stand_at_the_ends(comparison):
    said = [text.get_text() for text in lh.plot_rank_flips(comparison).texts]
    assert {"A  2.0 h", "B  10.0 h", "C  20.0 h", "52.0 h  A", "25.0 h  B", "20.0 h  C"} <= set(said)


def test_clear_swaps_are_thick(comparison):
    flips = comparison.flips
    own = flips[(flips["metric"] == "time_to_close") & (flips["outcome"] == "time_to_real_fix")]
    thick = {name for side in ("better_by_metric", "better_by_outcome") for name in own[own["clear"]][side]}
    lines = lh.plot_rank_flips(comparison).lines
    assert {name for name, line in zip("ABC", lines, strict=True) if line.get_linewidth() > 2} == thick


@pytest.mark.parametrize("plot", PLOTS)
def test_n_the_verdict_and_who_is_left_out_are_said(comparison, plot):
    ax = plot(comparison)
    assert "(n = 18 cases)" in ax.get_title(loc="left")
    said = " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
    assert "says nothing" in said
    assert "1 group with too few cases left out." in said


def test_a_point_per_group_with_both_intervals(comparison):
    ax = lh.plot_metric(comparison)
    points = ax.collections[0].get_offsets()
    values = comparison.values
    for column, measure in enumerate(("time_to_close", "time_to_real_fix")):
        own = values[(values["measure"] == measure) & values["used"]]
        assert points[:, column].tolist() == own["value"].tolist()
        bars = ax.collections[1 + column].get_segments()
        assert [sorted(bar[:, column]) for bar in bars] == [
            pytest.approx(list(ends)) for ends in own[["low", "high"]].itertuples(index=False)
        ]
    # Short is better for both: to the right, and further up.
    assert ax.xaxis.get_inverted()
    assert ax.yaxis.get_inverted()
    high = lh.plot_metric(comparison, outcome="really_fixed")
    assert high.xaxis.get_inverted()
    assert not high.yaxis.get_inverted()


def test_larger_points_are_more_cases(lanes_of):
    lanes = lanes_of(*tickets("A", 2, 0, n=3), *tickets("B", 3, 0, n=12), as_of="60D")
    sizes = lh.plot_metric(lh.compare_metrics(lanes, min_cases=2)).collections[0].get_sizes()
    assert sizes[1] / sizes[0] == pytest.approx(4)


@pytest.mark.parametrize("plot", PLOTS)
def test_the_pair_is_chosen_by_name(comparison, plot):
    title = plot(comparison, metric="reopen_rate", outcome="hops").get_title(loc="left").replace("\n", " ")
    assert "reopen rate" in title.lower()
    assert "hops" in title
    with pytest.raises(ArgumentError, match="metric='speed' is not in the comparison; there are time_to_close"):
        plot(comparison, metric="speed")
    with pytest.raises(ArgumentError, match="outcome='speed'"):
        plot(comparison, outcome="speed")
    with pytest.raises(ArgumentError, match="take what compare_metrics returns, not DataFrame"):
        plot(comparison.values)


@pytest.mark.parametrize("plot", PLOTS)
def test_axes_given_are_drawn_on_and_no_setting_is_changed(comparison, plot):
    before = dict(mpl.rcParams)
    _, ax = plt.subplots()
    assert plot(comparison, ax=ax) is ax
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("plot", PLOTS)
def test_names_from_the_log_are_text(lanes_of, plot):
    made = [
        frame.assign(department=frame["department"].where(frame["department"].isna(), name))
        for name, close in (("a $x$ b", 2), ("c\x1b[2J", 3), ("$\\frac$", 4))
        for frame in tickets(name[0] if name[0].isalpha() else "d", close, 0)
    ]
    comparison = lh.compare_metrics(lanes_of(*made, as_of="60D"), min_cases=2)
    ax = plot(comparison)
    ax.figure.canvas.draw()
    said = [text.get_text() for text in ax.texts]
    assert not any(is_math_text(text) for text in said)
    assert "\x1b" not in "".join(said)


@pytest.mark.parametrize("plot", PLOTS)
def test_nothing_to_draw_is_said(lanes_of, plot):
    lanes = lanes_of(chain("c1", "A:working@0h", "B@1h"), chain("c2", "A:working@0h"), as_of="60D")
    ax = plot(lh.compare_metrics(lanes))
    assert not ax.lines
    assert not ax.collections
    assert any("group" in text.get_text() for text in ax.texts)


def test_many_groups_are_drawn_and_some_of_them_named(lanes_of):
    rng = np.random.default_rng(1)
    made = [
        chain(f"c{d:02d}-{k}", f"team {d:02d}:working@{k}D", resolved=f"{k}D{rng.integers(1, 40)}h")
        for d in range(60)
        for k in range(3)
    ]
    comparison = lh.compare_metrics(lanes_of(*made, as_of="60D"), min_cases=2)
    ax = lh.plot_rank_flips(comparison, outcome="hops")
    assert len(ax.lines) == 60
    assert 20 <= sum("team" in text.get_text() for text in ax.texts) <= 80
    points = lh.plot_metric(comparison)
    assert len(points.collections[0].get_offsets()) == 60
    assert 1 <= sum("team" in text.get_text() for text in points.texts) < 60
    for drawn in (ax, points):
        drawn.figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in drawn.texts if "team" in text.get_text()]
        assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
