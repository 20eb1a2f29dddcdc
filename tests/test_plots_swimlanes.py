"""plot_swimlanes: what stands where, worked out by hand."""

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from builders import START, at, chain, log_of
from drawn import HOSTILE, axes, bars, legend, points, render, rows, texts
from matplotlib.dates import date2num

import lanehop as lh
from lanehop.errors import ArgumentError
from lanehop.lanes.parts import pick_cases
from lanehop.plots.case_lanes import find_cases

DAY0 = float(date2num(START))
STORY = chain(
    "c1",
    "A:queued/ann@0h",
    "A:working/ann@1D",
    "B:queued@2D",
    "B:working/bob@3D",
    "B:resolved@3D12h",
    "B:queued@4D",
    "A:working/ann@5D",
    resolved="6D",
    requester="ida",
)


def days(found):
    """Bars or points with their days since START."""
    return [(one[0], *(round(x - DAY0, 6) for x in one[1:])) for one in found]


def test_bars_stand_in_the_lane_and_state_that_the_case_was_in(lanes_of):
    ax = lh.plot_swimlanes(lanes_of(STORY), "c1", ax=axes())
    lane = rows(ax)
    assert list(lane) == ["A", "B", "time-to-close", "time-to-real-fix"]
    a, b = lane["A"], lane["B"]
    assert days(bars(ax, "_queued")) == [(a, 0, 1), (b, 2, 3), (b, 4, 5)]
    assert days(bars(ax, "_working")) == [(a, 1, 2), (b, 3, 3.5), (a, 5, 6)]
    assert days(bars(ax, "_false_done")) == [(b, 3.5, 4)]
    assert days(bars(ax, "_settled")) == []
    assert days(bars(ax, "_close")) == [(lane["time-to-close"], 0, 3.5)]
    assert days(bars(ax, "_fix")) == [(lane["time-to-real-fix"], 0, 6)]
    assert points(ax, "_handoff") == [(DAY0 + 2, a), (DAY0 + 2, b), (DAY0 + 5, b), (DAY0 + 5, a)]


def test_closures_are_marked_with_their_verdict_and_the_fix_is_named(lanes_of):
    ax = lh.plot_swimlanes(lanes_of(STORY), "c1", ax=axes())
    lane = rows(ax)
    assert points(ax, "_unresolved") == [(DAY0 + 3.5, lane["B"] - 0.3)]
    assert points(ax, "_fixed") == [(DAY0 + 6, lane["A"])]
    assert "fixed in 24.0 hours" in texts(ax)
    assert ax.get_title(loc="left") == "c1: fixed after 6.0 days, 2 handoffs, 1 ticket"
    assert {"3.5 days", "6.0 days"} <= set(texts(ax))
    assert legend(ax) == sorted(
        ["queued", "working", "false done", "closed without resolution", "fixed: the claim that held"]
    )


def test_a_fix_of_five_minutes_is_seen_at_the_end_of_29_days(lanes_of):
    lanes = lanes_of(
        chain("c1", "A:queued@0h", "A:working@3min", "A:closed@6min", "A:open@1D", "B:working@29D", resolved="29D5min"),
        as_of="60D",
    )
    ax = lh.plot_swimlanes(lanes, "c1", ax=axes())
    assert "fixed in 5 minutes" in texts(ax)
    render(ax)
    ((row, begin, end),) = [bar for bar in bars(ax, "_working") if bar[0] == rows(ax)["B"]]
    pixels = ax.transData.transform([[begin, row], [end, row]])[:, 0]
    assert (pixels[1] - pixels[0]) * 72 / ax.figure.dpi >= 2.5
    # So are both states of the six minutes before the first closing, one after the other.
    (_, q0, q1), (_, w0, w1) = bars(ax, "_queued")[0], bars(ax, "_working")[0]
    assert q0 == DAY0
    assert q1 == pytest.approx(w0)
    assert min(q1 - q0, w1 - w0) * 24 * 60 > 30


def test_agents_and_requesters_do_not_appear(lanes_of):
    said = render(lh.plot_swimlanes(lanes_of(STORY), "c1", ax=axes()))
    said += " ".join(texts(lh.plot_swimlanes(lanes_of(STORY), "c1", ax=axes())))
    assert not any(f">{name}<" in said or f" {name} " in said for name in ("ann", "bob", "ida"))


def test_an_open_case_ends_with_an_arrow_and_is_not_called_fixed(lanes_of):
    ax = lh.plot_swimlanes(lanes_of(chain("c1", "A:queued@0h", "B:working@10D")), "c1", ax=axes())
    lane = rows(ax)
    assert days(bars(ax, "_fix")) == [(lane["time-to-real-fix"], 0, 30)]
    assert points(ax, "_open end") == [(DAY0 + 30, lane["time-to-close"]), (DAY0 + 30, lane["time-to-real-fix"])]
    assert {"not closed in 30.0 days", "not fixed in 30.0 days"} <= set(texts(ax))
    assert ax.get_title(loc="left") == "c1: not fixed in 30.0 days, 1 handoff, 1 ticket"


@pytest.mark.parametrize(
    ("resolved", "code", "said", "mark"),
    [
        ("25D", None, "not proven fixed in 25.0 days", "_unproven"),
        ("5D", "Duplicate", "withdrawn after 5.0 days", "_withdrawn"),
    ],
)
def test_other_verdicts_have_marks_of_their_own(lanes_of, resolved, code, said, mark):
    frame = chain("c1", "A:working@0h", resolved=resolved, resolution=[None, code])
    lanes = lanes_of(frame, resolutions={"duplicate": ["Duplicate"]} if code else {})
    ax = lh.plot_swimlanes(lanes, "c1", ax=axes())
    assert said in texts(ax)
    assert len(points(ax, mark)) == 1
    assert points(ax, "_fixed") == []


def test_tickets_of_a_stitched_case_are_told_apart(lanes_of):
    log = lh.read_log(
        log_of(
            chain("t1", "A:working@0h", closed="1D"),
            chain("t2", "B:working@3D", resolved="4D"),
        ),
        as_of=at("30D"),
    )
    links = pd.DataFrame({"from_ticket": ["t1"], "to_ticket": ["t2"], "kind": ["follow_up"]})
    lanes = lh.reconstruct(lh.stitch(lh.attach_links(log, links=links)))
    ax = lh.plot_swimlanes(lanes, "t1", ax=axes())
    assert list(rows(ax)) == ["tickets", "A", "B", "time-to-close", "time-to-real-fix"]
    assert {"t1", "t2"} <= set(texts(ax)) | {text for text in texts(ax) if text.startswith("t")}
    lane = rows(ax)
    strip = [
        (round(p.get_x() - DAY0, 6), round(p.get_width(), 6)) for c in ax.containers for p in c if p.get_y() < -0.2
    ]
    assert strip == [(0, 3), (3, 1)]
    assert days(bars(ax, "_false_done")) == [(lane["A"], 1, 3)]
    assert ax.get_title(loc="left") == "t1: fixed after 4.0 days, 1 handoff, 2 tickets"
    (dashed,) = [line for line in ax.get_lines() if line.get_label() == "_handoff"]
    assert dashed.get_linestyle() == "--"
    with pytest.raises(ArgumentError, match="ticket 't2' belongs to case 't1'"):
        lh.plot_swimlanes(lanes, "t2", ax=axes())


def headings(ax):
    return [text.get_text()[:2] for text in ax.texts if "handoff" in text.get_text()]


def test_several_cases_stand_over_their_age_the_worst_first(lanes_of):
    lanes = lanes_of(STORY, chain("c2", "C:working@8D", resolved="15D"), chain("c3", "C:working@9D", resolved="9D1h"))
    ax = lh.plot_swimlanes(lanes, n=2, ax=axes(height=8))
    assert ax.get_title(loc="left").startswith("The 2 worst of 3 cases")
    # c1 was chased for 5 days; c2 was fixed in the stay that it began in.
    assert headings(ax) == ["c1", "c2"]
    assert bars(ax, "_fix") == [(bars(ax, "_fix")[0][0], 0, 6), (bars(ax, "_fix")[1][0], 0, 7)]
    named = lh.plot_swimlanes(lanes, ["c3", "c1"], ax=axes(height=8))
    assert headings(named) == ["c3", "c1"]


def test_too_many_departments_are_folded_in_the_middle(lanes_of):
    steps = [f"D{k:02d}:working@{k}h" for k in range(40)]
    ax = lh.plot_swimlanes(lanes_of(chain("c1", *steps)), "c1", ax=axes())
    names = list(rows(ax))[:-2]
    folded = [name for name in names if name.endswith("others")]
    assert folded == [f"{40 - len(names) + 1} others"]
    assert names[0] == "D00"
    assert names[-1] == "D39"
    assert 3 < len(names) < 25
    # Nothing is lost: one bar begins before the other ends, over the whole life.
    drawn = sorted((begin - DAY0, end - DAY0) for _, begin, end in bars(ax, "_working"))
    assert len(drawn) == 40
    assert (drawn[0][0], max(end for _, end in drawn)) == (0, 30)
    assert all(after[0] <= before[1] + 1e-6 for before, after in itertools.pairwise(drawn))


def test_stays_of_no_length_are_drawn(lanes_of):
    ax = lh.plot_swimlanes(lanes_of(chain("c1", "A:working@0h", "B@1D", "C@1D", resolved="2D")), "c1", ax=axes())
    lane = rows(ax)
    drawn = {bar[0] for bar in bars(ax, "_working")}
    assert drawn == {lane["A"], lane["B"], lane["C"]}


def test_a_log_without_states_shows_where_the_case_was(lanes_of):
    frame = pd.DataFrame({"case": ["c1"] * 3, "time": [at("0h"), at("1D"), at("2D")], "department": ["A", None, "B"]})
    lanes = lh.reconstruct(lh.read_log(frame, as_of=at("4D"), missing_department="unassigned"))
    ax = lh.plot_swimlanes(lanes, "c1", ax=axes())
    lane = rows(ax)
    assert list(lane)[:3] == ["A", "(nobody)", "B"]
    assert days(bars(ax, "_open")) == [(lane["A"], 0, 1), (lane["(nobody)"], 1, 2), (lane["B"], 2, 4)]


def test_dates_are_those_of_the_dialects_zone(lanes_of):
    lanes = lanes_of(STORY, timezone="Asia/Tokyo")
    ax = lh.plot_swimlanes(lanes, "c1", ax=axes())
    assert ax.get_xlabel() == "2024, local time (Asia/Tokyo)"
    # Midnight of Jan 3rd in Tokyo is 15:00 of Jan 2nd in UTC.
    assert ax.xaxis.get_major_formatter()(DAY0 + 1 + 15 / 24) == "Wed Jan 03"
    assert any(abs(x - (DAY0 + 1 + 15 / 24)) < 1e-6 or abs(x - (DAY0 + 2 + 15 / 24)) < 1e-6 for x in ax.get_xticks())


def test_business_time_stands_beside(lanes_of):
    log = lh.read_log(STORY, as_of=at("30D"))
    lanes = lh.reconstruct(log, calendar=lh.Calendar({"mon-sun": "00:00-12:00"}, "UTC"))
    # Twelve hours of each of the six days.
    assert "6.0 days (3.0 days in business time)" in texts(lh.plot_swimlanes(lanes, "c1", ax=axes()))


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_names_are_shown_and_never_read_as_formulas(name):
    frame = pd.DataFrame(
        {
            "case": [name] * 3,
            "time": [at("0h"), at("1D"), at("2D")],
            "department": [name, "B", name],
            "state": ["working"] * 3,
        }
    )
    lanes = lh.reconstruct(lh.read_log(frame, as_of=at("4D")))
    case = lanes.cases["case"].iloc[0]
    ax = lh.plot_swimlanes(lanes, case, ax=axes())
    svg = render(ax)
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    assert all(len(text) < 200 for text in texts(ax))
    if name.startswith("$"):
        assert "$x_1$ and $\\alpha" in texts(ax)


def test_wrong_arguments_are_named(lanes_of):
    lanes = lanes_of(STORY)
    with pytest.raises(ArgumentError, match="no case 'c9' among 1 \\(such as 'c1'\\)"):
        lh.plot_swimlanes(lanes, "c9", ax=axes())
    with pytest.raises(ArgumentError, match="n must be at least 1"):
        lh.plot_swimlanes(lanes, n=0, ax=axes())
    for wrong in ([], ["c1", "c1"], [1]):
        with pytest.raises(ArgumentError, match="case must be the id"):
            lh.plot_swimlanes(lanes, wrong, ax=axes())
    with pytest.raises(ArgumentError, match="ax is too low for 1 case; pass higher axes"):
        lh.plot_swimlanes(lanes, "c1", ax=axes(height=1))


def test_of_a_case_alone_the_same_is_made_as_of_the_whole_log():
    lanes = lh.reconstruct(lh.stitch(lh.sample_log()))
    ids = ["OLT-0042", "OLT-0120", "OLT-0300"]
    found = find_cases(lanes, ids)
    for name in ("cases", "stays", "handoffs", "loops", "closures", "charges"):
        whole = getattr(lanes, name)
        pd.testing.assert_frame_equal(
            getattr(found, name), whole[whole["case"].isin(ids)].reset_index(drop=True), check_categorical=False
        )
    assert len(pick_cases(lanes.log, np.array([0])).tickets) == lanes.cases["n_tickets"].iloc[0]


def test_a_picture_of_its_own_is_made_and_settings_are_left_alone(lanes_of):
    from matplotlib import pyplot as plt

    before = dict(mpl.rcParams)
    ax = lh.plot_swimlanes(lanes_of(STORY))
    assert ax.figure.get_size_inches()[0] == 9
    assert ax.get_title(loc="left").startswith("c1: ")
    plt.close(ax.figure)
    assert dict(mpl.rcParams) == before
