"""plot_charges and plot_gap: where time went, worked out by hand."""

import pandas as pd
import pytest
from builders import chain
from drawn import HOSTILE, axes, bars, legend, render, rows, texts

import lanehop as lh
from lanehop.errors import ArgumentError

# In A a day queued and a day worked on; in B a day worked on, a day falsely done, a day worked on, five settled.
STORY = chain(
    "c1", "A:queued@0h", "A:working@1D", "B@2D", "B:resolved@3D", "B:working@4D", "B:resolved@5D", "B:closed@10D"
)


def test_states_have_a_bar_each_and_settled_time_is_said(lanes_of):
    ax = lh.plot_charges(lh.charge_table(lanes_of(STORY)), ax=axes())
    row = rows(ax)
    assert list(row) == ["false done", "queued", "working", "waiting customer", "waiting other", "open"]
    assert bars(ax, "_queued") == [(row["queued"], 0, 24)]
    assert bars(ax, "_working") == [(row["working"], 0, 72)]
    assert bars(ax, "_false_done") == [(row["false done"], 0, 24)]
    assert bars(ax, "_settled") == []
    assert ax.get_title(loc="left") == "Where the time of 1 case went: 20.0 % false done"
    assert {"24.0 h, 20.0 %, 1 case", "3.0 days, 60.0 %, 1 case", "no time"} <= set(texts(ax))
    assert any("5.0 days; 5.0 days settled left out; as of 2024-01-31" in text for text in texts(ax))
    assert ax.get_xlabel() == "time, summed over cases (hours)"


def test_departments_are_stacked_the_longest_first(lanes_of):
    ax = lh.plot_charges(lh.charge_table(lanes_of(STORY), by="department"), ax=axes())
    assert rows(ax) == {"B": 0, "A": 1}
    assert bars(ax, "_false_done") == [(0, 0, 24), (1, 0, 0)]
    assert bars(ax, "_queued") == [(0, 24, 24), (1, 0, 24)]
    assert bars(ax, "_working") == [(0, 24, 72), (1, 24, 48)]
    assert {"3.0 days, n = 1", "2.0 days, n = 1"} <= set(texts(ax))
    assert legend(ax) == ["false done", "queued", "working"]


def test_many_departments_are_folded_with_their_share(lanes_of):
    frames = [chain(f"c{k}", f"D{k:02d}:working@0h", resolved=f"{k + 1}h") for k in range(50)]
    table = lh.charge_table(lanes_of(*frames), by="department")
    ax = lh.plot_charges(table, ax=axes(height=8))
    names = list(rows(ax))
    n_named = len(names) - 1
    assert names[0] == "D49"
    assert names[-1] == f"and {50 - n_named} more"
    # Of 1 + 2 + ... + 50 = 1,275 hours the folded ones have 1 + ... + k.
    k = 50 - n_named
    rest = k * (k + 1) // 2
    assert any(text.endswith(f"{100 * rest / 1275:.1f} % of all") for text in texts(ax))
    assert len(bars(ax, "_working")) == len(names)
    assert bars(ax, "_working")[-1][2] == 0
    render(ax)


def test_a_figure_of_its_own_has_twenty_rows_at_most(lanes_of):
    from matplotlib import pyplot as plt

    frames = [chain(f"c{k}", f"D{k:02d}:working@0h", resolved="1h") for k in range(50)]
    ax = lh.plot_charges(lh.charge_table(lanes_of(*frames), by="department"))
    assert len(rows(ax)) == 20
    assert list(rows(ax))[-1] == "and 31 more"
    plt.close(ax.figure)


def test_business_time_is_drawn_where_there_is_any(lanes_of):
    calendar = lh.Calendar({"mon-sun": "00:00-12:00"}, "UTC")
    lanes = lh.reconstruct(lanes_of(STORY).log, calendar=calendar)
    ax = lh.plot_charges(lh.charge_table(lanes, by="department"), ax=axes())
    assert bars(ax, "_working") == [(0, 12, 36), (1, 12, 24)]
    assert ax.get_xlabel() == "business time, summed over cases (hours)"
    assert ax.get_title(loc="left").startswith("Where the business time went, by department")
    gap = lh.plot_gap(lh.compare_clocks(lanes), ax=axes())
    assert gap.get_title(loc="left").startswith("From first closing to real fix: 24.0 h of business time")


def test_charges_of_nothing_or_of_another_table(lanes_of):
    lanes = lanes_of(STORY)
    table = lh.charge_table(lanes, by="department")
    ax = lh.plot_charges(table.iloc[:0], ax=axes())
    assert "No case has any time to charge (n = 0)." in texts(ax)
    with pytest.raises(ArgumentError, match="draws what charge_table returns"):
        lh.plot_charges(lanes.charges, ax=axes())
    # A case that is over as soon as it begins.
    nothing = lh.charge_table(lanes_of(chain("c1", "A:resolved@0h")))
    assert "No case has any time to charge (n = 0)." in texts(lh.plot_charges(nothing, ax=axes()))


def test_the_gap_is_a_staircase_from_the_first_closing_to_the_fix(lanes_of):
    ax = lh.plot_gap(lh.compare_clocks(lanes_of(STORY)), ax=axes())
    row = rows(ax)
    assert list(row) == ["false done", "working at fix", "first closing to fix"]
    assert bars(ax, "_false_done") == [(0, 0, 24)]
    assert bars(ax, "_working_at_fix") == [(1, 24, 48)]
    assert bars(ax, "_whole") == [(2, 0, 48)]
    assert ax.get_title(loc="left") == "From first closing to real fix: 2.0 days, 50.0 % false done"
    assert {"24.0 h, 50.0 %, 1 case", "2.0 days"} <= set(texts(ax))
    said = next(text for text in texts(ax) if text.startswith("n = 1 fixed case"))
    assert "of 0 not fixed nothing can be said; no time: queued, working elsewhere" in said


def test_the_way_begins_at_the_opening(lanes_of):
    ax = lh.plot_gap(lh.compare_clocks(lanes_of(STORY, chain("c2", "A:working@0h"))), interval="way", ax=axes())
    assert bars(ax, "_false_done") == [(0, 0, 1)]
    assert bars(ax, "_queued") == [(1, 1, 2)]
    assert bars(ax, "_working_elsewhere") == [(2, 2, 3)]
    assert bars(ax, "_working_at_fix") == [(3, 3, 5)]
    assert any("n = 1 fixed case; of 1 not fixed nothing can be said" in text for text in texts(ax))
    with pytest.raises(ArgumentError, match="interval must be one of gap, way, not 'all'"):
        lh.plot_gap(lh.compare_clocks(lanes_of(STORY)), interval="all", ax=axes())


def test_the_gap_of_groups_is_stacked(lanes_of):
    lanes = lanes_of(STORY.assign(priority="P1"), chain("c2", "A:working@0h", resolved="1h", priority="P2"))
    comparison = lh.compare_clocks(lanes, by="priority")
    ax = lh.plot_gap(comparison, ax=axes())
    assert rows(ax) == {"P1": 0, "P2": 1}
    assert bars(ax, "_false_done") == [(0, 0, 24), (1, 0, 0)]
    assert {"2.0 days, n = 1 (0 not fixed)", "0 s, n = 1 (0 not fixed)"} <= set(texts(ax))
    many = [
        chain(f"c{k}", "A:working@0h", "A:resolved@1h", "A:working@2h", resolved="3h", priority=f"P{k}")
        for k in range(90)
    ]
    of_many = lh.compare_clocks(lanes_of(*many), by="priority")
    with pytest.raises(ArgumentError, match="has room for"):
        lh.plot_gap(of_many, ax=axes())


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
def test_no_gap_is_said(lanes_of):
    ax = lh.plot_gap(lh.compare_clocks(lanes_of(chain("c1", "A:working@0h"))), ax=axes())
    assert any(
        "No case is fixed. (n = 0 fixed cases; of 1 not fixed nothing can be said)" in text for text in texts(ax)
    )
    ax = lh.plot_gap(lh.compare_clocks(lanes_of(chain("c1", "A:working@0h", resolved="1D"))), ax=axes())
    assert any("Each fixed case was fixed when it was first closed" in text for text in texts(ax))
    render(ax)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_and_never_read_as_formulas(lanes_of, name):
    table = lh.charge_table(lanes_of(STORY), by="department")
    departments = table["department"].astype("str").where(table["department"] != "A", name or None)
    ax = lh.plot_charges(table.assign(department=pd.Categorical(departments)), ax=axes())
    svg = render(ax)
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    assert len(rows(ax)) == 2
    assert all(len(text) < 60 for text in rows(ax))
    assert ("(none)" in rows(ax)) == (not name)
