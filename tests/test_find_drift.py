"""Periods in which a metric got better while its outcome got worse: by hand, and on desks whose truth is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from builders import START, at, chain, log_of, rows
from scipy.stats import ttest_ind

import lanehop as lh
from lanehop.errors import ArgumentError
from lanehop.review import find_drift
from lanehop.review.hindsight import as_they_stood

HOUR = dt.timedelta(hours=1)


def desk(months, seed, *, per_day=12, days=30):
    """A desk whose share of false closings, and hours to close, change from month to month.

    What was closed falsely is opened again after two days and fixed after two more. Of each month one case
    stays open.
    """
    rng = np.random.default_rng(seed)
    month = np.repeat(np.arange(len(months)), per_day * days)
    opened = (month * days + rng.uniform(0, days, len(month))) * 24
    lazy, hours = (np.array([x[k] for x in months])[month] for k in (0, 1))
    close = hours * rng.lognormal(0, 0.6, len(month))
    false = rng.random(len(month)) < lazy
    ever = np.arange(len(month)) % (per_day * days) > 0
    case = np.array([f"c{k:05d}" for k in range(len(month))])
    steps = [
        ("working", opened, np.ones(len(month), dtype=bool)),
        ("resolved", opened + close, ever),
        ("working", opened + close + 48, ever & false),
        ("resolved", opened + close + 96, ever & false),
    ]
    end = (len(months) * days + 40) * 24
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "case": case[which & (hour < end)],
                    "time": pd.Timestamp(START) + pd.to_timedelta(np.round(hour[which & (hour < end)], 3), unit="h"),
                    "department": "A",
                    "state": state,
                }
            )
            for state, hour, which in steps
        ],
        ignore_index=True,
    )
    return lh.reconstruct(lh.read_log(frame, as_of=pd.Timestamp(START) + pd.Timedelta(hours=end)))


# By hand ---------------------------------------------------------------------------------------------


@pytest.fixture
def three(lanes_of):
    return lanes_of(
        chain("c1", "A:working@0h", resolved="10h"),
        chain("c2", "A:working@1D", resolved="1D14h"),
        # The second week: closed sooner, fixed later.
        chain("c3", "A:working@7D", ":resolved@7D2h", ":working@8D", ":resolved@8D6h"),
        chain("c4", "A:working@8D", resolved="8D4h"),
        chain("c5", "A:working@20D", resolved="20D1h"),
        as_of="40D",
    )


def test_values_and_changes(three):
    drift = rows(find_drift(three, period="7D", until="3D", min_cases=2))
    assert [(row["begin"], row["until"]) for row in drift] == [(at("7D"), at("14D")), (at("14D"), at("21D"))]
    first, second = drift
    sizes = ("n_before", "n_after", "n_outcome_before", "n_outcome_after")
    assert [first[name] for name in sizes] == [2, 2, 2, 2]
    assert [second[name] for name in sizes] == [2, 1, 2, 1]
    found = [first[f"{side}_{name}"] for side in ("metric", "outcome") for name in ("before", "after", "change")]
    assert found == pytest.approx([12, 3, -9, 12, 17, 5])
    assert [row["verdict"] for row in drift] == ["no clear change", "too few cases"]


def test_intervals_are_welchs(three):
    first = rows(find_drift(three, period="7D", until="3D", min_cases=2))[0]
    for side, before, after in (("metric", [10, 14], [2, 4]), ("outcome", [10, 14], [30, 4])):
        expected = ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
        assert [first[f"{side}_low"], first[f"{side}_high"]] == pytest.approx(list(expected))


def test_periods_that_cannot_be_known_yet_are_not_judged(three):
    # The horizon is day 26: the third week ended on day 21.
    verdicts = [find_drift(three, period="7D", until=until, min_cases=2).verdict.tolist() for until in ("5D", "6D")]
    assert verdicts == [["no clear change", "too few cases"], ["no clear change", "not known yet"]]


def test_shares_of_none_and_all_are_not_certain(three):
    drift = rows(
        find_drift(three, metric="closed_in_target", outcome="reopen_rate", period="7D", until="3D", min_cases=2)
    )
    first = drift[0]
    assert (first["metric_before"], first["metric_after"]) == (0, 1)
    # One of either kind more: 1 of 4 to 3 of 4.
    assert (first["metric_low"] + first["metric_high"]) / 2 == pytest.approx(0.5)
    assert first["metric_low"] < 0


def test_early_periods_are_judged_without_their_later_news(lanes_of):
    lanes = lanes_of(
        # The first week is judged by what stood on day 7 + 3 + 14: before this hop.
        chain("c1", "A:working@0h", ":resolved@10h", "B:working@25D", ":resolved@26D"),
        chain("c2", "A:working@1D", "B@23D", resolved="27D"),
        chain("c3", "A:working@7D", resolved="7D2h"),
        chain("c4", "A:working@8D", resolved="8D4h"),
        as_of="40D",
    )
    drift = rows(find_drift(lanes, outcome="hops", period="7D", until="3D", min_cases=2))
    assert [drift[0][f"outcome_{side}"] for side in ("before", "after")] == [0.5, 0]
    # c2 was not closed then: three days.
    assert [drift[0][f"metric_{side}"] for side in ("before", "after")] == pytest.approx([(10 + 72) / 2, 3])


@pytest.mark.parametrize("stitched", [False, True])
def test_cases_as_they_stood_are_those_of_a_log_read_then(stitched):
    frames = [
        chain("c1", "A:working/ann@0h", "B/bob@5h", ":resolved@10h", ":working@9D", ":resolved@10D", requester="x"),
        chain("c2", "A:working@1D", "B@8D", resolved="12D", requester="y"),
        chain("c3", "B:queued@9D", resolved="11D", requester="x"),
        chain("c4", "B:queued@2D", ":resolved@8D1h", requester="z"),
    ]

    def read(as_of, *frames):
        log = lh.read_log(log_of(*frames), as_of=at(as_of))
        if stitched:
            links = pd.DataFrame({"from_ticket": ["c3"], "to_ticket": ["c1"], "kind": ["follow_up"]})
            log = lh.stitch(lh.attach_links(log, links=links))
        return lh.reconstruct(log)

    whole = read("40D", *frames)
    found = as_they_stood(whole, np.arange(len(whole.cases)), pd.Timestamp(at("8D1h")))
    # c3 had not begun.
    then = lh.reconstruct(lh.read_log(log_of(*frames), as_of=at("8D1h")))
    assert len(then.cases) == 3
    for name in ("cases", "stays", "handoffs", "closures", "charges"):
        assert rows(getattr(found, name)) == rows(getattr(then, name)), name


def test_several_cases_of_a_customer_are_one_draw(lanes_of):
    hours = {"ann": (0, 10), "bob": (1, 14), "cyd": (7, 2), "dan": (8, 4)}
    frames = [
        chain(f"{name}{k}", f"A:working@{day}D", resolved=f"{day}D{length}h", requester=name)
        for name, (day, length) in hours.items()
        for k in range(2)
    ]
    lanes = lanes_of(*frames, chain("late", "A:working@20D", resolved="20D1h", requester="ann"), as_of="40D")
    first = rows(find_drift(lanes, period="7D", until="3D", min_cases=2))[0]
    assert (first["n_before"], first["n_after"]) == (4, 4)
    expected = ttest_ind([2, 4], [10, 14], equal_var=False).confidence_interval(0.95)
    assert [first["metric_low"], first["metric_high"]] == pytest.approx(list(expected))


def test_months(lanes_of):
    lanes = lanes_of(
        chain("c1", "A:working@30D", resolved="30D1h"), chain("c2", "A:working@31D", resolved="31D3h"), as_of="120D"
    )
    (row,) = rows(find_drift(lanes))
    assert (row["begin"], row["until"]) == (
        dt.datetime(2024, 2, 1, tzinfo=dt.UTC),
        dt.datetime(2024, 3, 1, tzinfo=dt.UTC),
    )
    assert (row["metric_before"], row["metric_after"], row["verdict"]) == (1, 3, "too few cases")


# Desks whose truth is known --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ((0.5, 4), "drift"),
        ((0.0, 18), "reverse drift"),
        ((0.0, 4), "both better"),
        ((0.5, 20), "both worse"),
        ((0.2, 10), "no clear change"),
    ],
)
def test_what_changes_is_found(after, verdict):
    drift = find_drift(desk([(0.2, 10), (0.2, 10), after], seed=1), period="30D")
    assert drift["verdict"].tolist() == ["no clear change", verdict]


def test_desks_on_which_nothing_changes_get_no_verdict():
    wrong = drifts = 0
    for seed in range(40):
        found = find_drift(desk([(0.2, 10)] * 4, seed, per_day=3), period="30D").verdict
        assert len(found) == 3
        wrong += (found != "no clear change").any()
        drifts += found.isin(["drift", "reverse drift"]).any()
    assert wrong <= 2
    assert drifts == 0


def test_a_metric_of_ones_own():
    lanes = desk([(0.2, 10), (0.5, 4)], seed=3)
    own = lh.Metric("own", "hours to close", "low", lambda x: x.cases["time_to_close"], unit="hours")
    assert find_drift(lanes, metric=own, period="30D")["verdict"].tolist() == ["drift"]
    share = lh.Metric("quick", "within 8 h", "high", lambda x: x.cases["time_to_close"] <= pd.Timedelta("8h"), "share")
    assert find_drift(lanes, metric=share, outcome="reopen_rate", period="30D")["verdict"].tolist() == ["drift"]


# Arguments, and logs that say little -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"metric": "speed"}, "metric: no 'speed'"),
        ({"outcome": "speed"}, "outcome: no 'speed'"),
        ({"metric": "hops", "outcome": "hops"}, "both the metric and the outcome"),
        ({"metric": lh.Metric("m", "it", "low", len, "median")}, "is a median"),
        ({"period": 30}, "period must be a number with its unit"),
        ({"period": "0D"}, "period must be longer than nothing"),
        ({"period": "1s"}, "makes 1,731,601 periods; the most are 10,000"),
        ({"until": "0D"}, "until and target must be longer than nothing"),
        ({"min_cases": 0}, "min_cases must be"),
        ({"level": 0}, "level must lie"),
    ],
)
def test_arguments_that_cannot_be_meant(lanes_of, given, said):
    lanes = lanes_of(chain("c1", "A:working@0h", resolved="1h"), chain("c2", "A:working@20D1h"), as_of="120D")
    with pytest.raises(ArgumentError, match=said):
        find_drift(lanes, **given)


@pytest.mark.parametrize(
    "frames",
    [
        [chain("c1", "A:working@0h", "B@1h")],
        [chain("c1", "A:working@0h", resolved="1h"), chain("c2", "A:working@59D", resolved="59D1h")],
    ],
)
def test_logs_that_say_little(frames):
    lanes = lh.reconstruct(lh.read_log(log_of(*frames), as_of=at("60D")))
    for metric in ("time_to_close", "promise_at_closing", "satisfaction"):
        drift = find_drift(lanes, metric=metric)
        assert set(drift["verdict"]) <= {"too few cases", "not known yet"}
        assert str(drift["begin"].dtype) == "datetime64[us, UTC]"
