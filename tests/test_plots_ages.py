"""plot_clocks and plot_outcomes: curves over the age of cases, worked out by hand."""

import pandas as pd
import pytest
from builders import chain
from drawn import HOSTILE, axes, legend, points, render, texts

import lanehop as lh
from lanehop.errors import ArgumentError
from lanehop.plots.ages import MOST_POINTS, AgeAxis, count_at_risk

HOUR = 3_600_000_000
DAY = 24 * HOUR

# Horizon: 16 days. a is closed at 3 h, and fixed at 2 days; b closed and fixed at 3; c is open.
FRAMES = (
    chain("a", "A:working@0h", "A:resolved@3h", "A:working@1D", resolved="2D", priority="P1"),
    chain("b", "A:working@0h", resolved="3D", priority="P2"),
    chain("c", "A:working@1h", priority="P2"),
)


def columns(row):
    return [(x, round(y, 6)) for x, y in row]


def test_both_clocks_are_drawn_with_medians_bands_and_where_cases_were_cut_off(lanes_of):
    comparison = lh.compare_clocks(lanes_of(*FRAMES))
    ax = lh.plot_clocks(comparison, ax=axes())
    third = round(1 / 3, 6)
    two = round(2 / 3, 6)
    # c was watched up to 16 days, an hour less after its opening: 383 hours.
    assert points(ax, "_close") == [(0, 0), (3, third), (72, two), (383, two)]
    assert points(ax, "_fix") == [(0, 0), (48, third), (72, two), (383, two)]
    assert all(
        line.get_drawstyle() == "steps-post" for line in ax.get_lines() if line.get_label() in ("_close", "_fix")
    )
    assert points(ax, "_close cut off") == points(ax, "_fix cut off") == [(383, two)]
    assert points(ax, "_close median") == points(ax, "_fix median") == [(72, 0.5)]
    assert len(ax.collections) == 2
    band = ax.collections[1].get_paths()[0].vertices[:, 1]
    fix = comparison.table.query("clock == 'fix'")
    assert band.max() == pytest.approx(fix.upper.max())
    said = texts(ax)
    assert ax.get_title(loc="left") == "Half of the cases are closed within 3.0 days, half are fixed within 3.0 days"
    assert any(text.startswith("n = 3 cases; as of 2024-01-31; a fix must hold for 14 days") for text in said)
    assert {"closed 66.7 %", "fixed 66.7 %"} <= set(said)
    assert any(text.startswith("fixed: median 3.0 days (") for text in legend(ax))


def test_hours_and_weeks_are_both_seen_on_a_stretched_axis_that_says_so(lanes_of):
    ax = lh.plot_clocks(lh.compare_clocks(lanes_of(*FRAMES)), ax=axes())
    assert ax.get_xscale() == "symlog"
    assert ax.get_xlabel() == "age of the case; stretched: beyond 15 min equal steps are equal ratios"
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names[0] == "0"
    assert {"1 h", "1 day", "1 week"} <= set(names)
    assert [x for x, name in zip(ax.get_xticks(), names, strict=True) if name == "1 week"] == [168]
    # Where closing takes about as long as fixing the axis is even.
    even = lh.plot_clocks(lh.compare_clocks(lanes_of(FRAMES[1], chain("d", "A:working@0h", resolved="5D"))), ax=axes())
    assert even.get_xscale() == "linear"
    assert even.get_xlabel() == "age of the case (days)"


def test_numbers_at_risk_stand_under_the_axis(lanes_of):
    comparison = lh.compare_clocks(lanes_of(*FRAMES))
    fix = comparison.table.query("clock == 'fix'")
    ages = pd.Series([0, 47 * HOUR, 48 * HOUR, 49 * HOUR, 72 * HOUR, 73 * HOUR, 383 * HOUR, 384 * HOUR]).to_numpy()
    assert count_at_risk(fix, ages) == [3, 3, 3, 2, 2, 1, 1, 0]
    said = texts(lh.plot_clocks(comparison, ax=axes()))
    assert {"watched and", "not closed yet", "not fixed yet"} <= set(said)
    # Of the ticks 0, 15 min, 1 h, 4 h, 1 day, 3 days, 1 week three, two or one case.
    assert said.count("3") >= 5
    assert "1" in said


def test_groups_have_lines_of_their_own(lanes_of):
    ax = lh.plot_clocks(lh.compare_clocks(lanes_of(*FRAMES), by="priority"), ax=axes())
    fixes = [line for line in ax.get_lines() if line.get_label() == "_fix"]
    assert [line.get_xdata().tolist() for line in fixes] == [[0, 48], [0, 72, 383]]
    assert fixes[0].get_linestyle() != fixes[1].get_linestyle()
    assert {"P1 (n = 1): 3.0 h / 2.0 days", "P2 (n = 2): 3.0 days / 3.0 days"} <= set(legend(ax))
    assert {"P1: not fixed yet", "P2: not closed yet"} <= set(texts(ax))
    assert ax.get_title(loc="left") == "Closed and fixed, by priority"


def test_more_groups_than_can_be_told_apart_are_refused_with_the_remedy(lanes_of):
    lanes = lanes_of(*(chain(f"c{k}", "A:working@0h", priority=f"P{k}", resolved="1D") for k in range(7)))
    with pytest.raises(ArgumentError, match=r"can show 6 groups, not 7; pass compare_clocks a by="):
        lh.plot_clocks(lh.compare_clocks(lanes, by="priority"), ax=axes())
    with pytest.raises(ArgumentError, match=r"can show one group, not 7; draw outcome_curve without by="):
        lh.plot_outcomes(lh.outcome_curve(lanes, by="priority"), ax=axes())
    with pytest.raises(ArgumentError, match="plot_clocks draws those"):
        lh.plot_outcomes(lh.fix_curve(lanes), ax=axes())


def test_a_group_without_a_case_before_the_horizon_is_named(lanes_of):
    lanes = lanes_of(*FRAMES, chain("d", "A:working@29D", priority="P0"))
    ax = lh.plot_clocks(lh.compare_clocks(lanes, by="priority"), ax=axes())
    assert "P0 (n = 0): not reached / not reached" in legend(ax)
    fixes = [line for line in ax.get_lines() if line.get_label() == "_fix"]
    assert [line.get_xdata()[-1] for line in fixes] == [48, 383]
    assert any("(1 opened less than 14 days before the end left out)" in text for text in texts(ax))


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
def test_where_nothing_is_known_no_curve_is_drawn(lanes_of):
    late = lanes_of(chain("a", "A:working@29D"))
    for ax in (
        lh.plot_clocks(lh.compare_clocks(late), ax=axes()),
        lh.plot_outcomes(lh.outcome_curve(late), ax=axes()),
    ):
        assert "No case was opened long enough before the end to be judged (n = 0)." in texts(ax)
        assert not ax.get_lines()
        render(ax)


def test_all_open_cases_stay_at_nothing(lanes_of):
    lanes = lanes_of(chain("a", "A:working@0h", "A@1h"), chain("b", "A:working@1D"))
    ax = lh.plot_clocks(lh.compare_clocks(lanes), ax=axes())
    assert points(ax, "_fix") == [(0, 0), (16, 0)]
    # One was cut off on the way, one at the end.
    assert points(ax, "_fix cut off") == [(8, 0), (16, 0)]
    assert ax.get_title(loc="left").replace("\n", " ") == (
        "Less than half of the cases are closed, less than half are known to be fixed"
    )
    assert points(ax, "_fix median") == []
    render(ax)


def areas(ax):
    return {area.get_label(): area.get_paths()[0] for area in ax.collections}


def test_outcomes_are_stacked_and_add_to_one(lanes_of):
    ax = lh.plot_outcomes(lh.outcome_curve(lanes_of(*FRAMES)), ax=axes())
    area = areas(ax)
    assert list(area) == ["_fixed", "_withdrawn", "_closed_unfixed", "_still_open"]
    # After 12 hours a third is closed and not fixed; after 30 all are open again; after 60 a third is fixed.
    for day, of in {0.5: ("_closed_unfixed", 0, 1 / 3), 1.25: ("_still_open", 0, 1), 2.5: ("_fixed", 0, 1 / 3)}.items():
        name, low, high = of
        assert area[name].contains_point((day, low + 0.02))
        assert area[name].contains_point((day, high - 0.02))
        others = [other for other in area if other != name]
        assert not any(area[other].contains_point((day, high - 0.02)) for other in others)
    assert area["_fixed"].contains_point((10, 0.65))
    assert area["_still_open"].contains_point((10, 0.68))
    assert points(ax, "_cut off") == [(round(383 / 24, 6), 1)]
    # Fewer than 20 cases are ever watched: told at the last tick.
    assert points(ax, "_told") == [(15, 0), (15, 1)]
    assert ax.get_title(loc="left") == "After 15.0 days 66.7 % of the cases are fixed, 0.0 % closed without a fix"
    assert "open 33.3 %" in legend(ax)


def test_business_time_is_named(lanes_of):
    log = lanes_of(*FRAMES).log
    lanes = lh.reconstruct(log, calendar=lh.Calendar({"mon-sun": "00:00-12:00"}, "UTC"))
    ax = lh.plot_clocks(lh.compare_clocks(lanes), ax=axes())
    # a: fixed after twelve hours of each of two days.
    assert points(ax, "_fix")[1] == (24, round(1 / 3, 6))
    assert "in business time" in ax.get_xlabel()
    assert "of business time" in lh.plot_outcomes(lh.outcome_curve(lanes), ax=axes()).get_title(loc="left")


def test_very_long_curves_are_thinned_to_what_can_be_seen():
    axis = AgeAxis(400 * DAY, HOUR, "calendar time")
    ages = pd.Series(range(0, 400 * DAY, DAY // 500)).to_numpy()
    kept = axis.thin(ages)
    assert MOST_POINTS / 4 < len(kept) <= MOST_POINTS + 1
    assert (kept[0], kept[-1]) == (0, len(ages) - 1)
    assert axis.thin(ages[:1000]).tolist() == list(range(1000))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_groups_are_shown_and_never_read_as_formulas(lanes_of, name):
    frames = [frame.assign(priority=["x", name or None, "y"][k]) for k, frame in enumerate(FRAMES)]
    ax = lh.plot_clocks(lh.compare_clocks(lanes_of(*frames), by="priority"), ax=axes())
    svg = render(ax)
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    assert len(legend(ax)) == 6
    assert all(len(text) < 150 for text in legend(ax))
