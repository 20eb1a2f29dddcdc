"""Curves of the two clocks, worked out by hand, against lifelines, against an oracle, and against the truth.

All times are hours after the start. ``as_of`` is day 30 (hour 720) and ``hold`` 14 days where nothing else is
said, so that the horizon is hour 384.
"""

from __future__ import annotations

import datetime as dt
import warnings
from fractions import Fraction

import numpy as np
import oracles
import pandas as pd
import pytest
from builders import START, at, chain, rows
from hypothesis import HealthCheck, given, settings
from stitched_strategies import links_frame, stitched_desks, stitched_frame
from strategies import desks, read_options, source_frame

import lanehop as lh
from lanehop.curves import close_curve, compare_clocks, fix_curve, outcome_curve
from lanehop.errors import ArgumentError, SelectionWarning, UnprovenWarning
from lanehop.links import attach_links

US = pd.Timedelta(microseconds=1)
HOUR = pd.Timedelta("1h")


def often(n):
    return settings(max_examples=n, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def seven(lanes_of):
    """Seven cases opened before the horizon and two after it, each of another kind."""

    def read(**options):
        return lanes_of(
            chain("c1", "A:working@0h", resolved="10h", category="x"),
            # Falsely done from 4 to 6.
            chain("c2", "A:working@0h", ":resolved@4h", ":working@6h", ":resolved@20h", category="x"),
            chain("c3", "A:working@24h", category="y"),
            # Claimed after the horizon: unproven.
            chain("c4", "A:working@0h", resolved="400h", category="x"),
            chain("c5", "A:working@0h", ":cancelled@30h", category="y"),
            # Falsely done at age 10, open again at age 24 for good.
            chain("c7", "A:working@24h", ":resolved@34h", ":working@48h", category="y"),
            # Nobody ever claimed a fix.
            chain("c8", "A:working@0h", ":closed@50h"),
            # Opened at the horizon, and after it.
            chain("c6", "A:working@384h", resolved="385h", category="x"),
            chain("c9", "A:working@500h", category="z"),
            **options,
        )

    return read


def shown(frame, *names):
    """The named columns, a tuple per row: lengths as hours, shares as fractions, NA as None."""

    def plain(value):
        if isinstance(value, dt.timedelta):
            return value / dt.timedelta(hours=1)
        return Fraction(value).limit_denominator(1000) if isinstance(value, float) else value

    return [tuple(plain(row[name]) for name in names) for row in rows(frame)]


def only(frame):
    assert len(frame) == 1
    return rows(frame)[0]


# By hand ---------------------------------------------------------------------------------------------

NUMBERS = ("time", "share", "at_risk", "n_observed", "n_censored")


def test_fix_curve_by_hand(seven):
    curves = fix_curve(seven())
    # Seven at risk; c5 is cut off at 30, c3 and c7 at 360, c4 and c8 at 384.
    assert shown(curves.table, *NUMBERS) == [
        (0, 0, 7, 0, 0),
        (10, Fraction(1, 7), 7, 1, 0),
        (20, Fraction(2, 7), 6, 1, 3),
        (384, Fraction(2, 7), 2, 0, 2),
    ]
    line = only(curves.summary)
    assert [line[name] for name in ("n", "n_observed", "n_censored", "n_left_out")] == [7, 2, 5, 2]
    assert line["median"] is line["median_high"] is None
    assert line["restricted_to"] == dt.timedelta(hours=384)
    # 10 hours at 1, 10 at 6/7, 364 at 5/7.
    assert line["restricted_mean"] / dt.timedelta(hours=1) == pytest.approx(1950 / 7)


def test_close_curve_by_hand(seven):
    curves = close_curve(seven())
    # The same seven; c3 and c4 are cut off at the horizon, though c4 is closed 16 hours later.
    assert shown(curves.table, *NUMBERS) == [
        (0, 0, 7, 0, 0),
        (4, Fraction(1, 7), 7, 1, 0),
        (10, Fraction(3, 7), 6, 2, 0),
        (30, Fraction(4, 7), 4, 1, 0),
        (50, Fraction(5, 7), 3, 1, 1),
        (384, Fraction(5, 7), 1, 0, 1),
    ]
    line = only(curves.summary)
    assert [line[name] for name in ("n", "n_observed", "n_censored", "n_left_out")] == [7, 5, 2, 2]
    assert line["median"] == dt.timedelta(hours=30)
    assert line["restricted_mean"] / dt.timedelta(hours=1) == pytest.approx(872 / 7)


def test_outcome_curve_by_hand(seven):
    curves = outcome_curve(seven())
    sevenths = [
        # age: fixed, withdrawn, closed unfixed, still open
        (0, 0, 0, 0, 7),
        (4, 0, 0, 1, 6),  # c2 is falsely done
        (6, 0, 0, 0, 7),
        (10, 1, 0, 1, 5),  # c1 is fixed; c7 is falsely done
        (20, 2, 0, 1, 4),  # c2 is fixed
        (24, 2, 0, 0, 5),  # c7 is open again
        (30, 2, 1, 0, 4),  # c5 is withdrawn
        (50, 2, 1, 1, 3),  # c8 is closed
        (360, 2, 1, 2, 2),  # of the two watched any further, one is closed
        (384, 2, 1, 2, 2),
    ]
    expected = [(time, *(Fraction(n, 7) for n in shares)) for time, *shares in sevenths]
    assert shown(curves.table, "time", "fixed", "withdrawn", "closed_unfixed", "still_open") == expected
    assert shown(curves.table, "at_risk", "n_fixed", "n_withdrawn", "n_censored", "n_done") == [
        (7, 0, 0, 0, 0),
        (7, 0, 0, 0, 1),
        (7, 0, 0, 0, 0),
        (7, 1, 0, 0, 1),
        (6, 1, 0, 0, 1),
        (5, 0, 0, 0, 0),
        (5, 0, 1, 0, 0),
        (4, 0, 0, 0, 1),
        (4, 0, 0, 2, 1),
        (2, 0, 0, 2, 1),
    ]
    line = only(curves.summary)
    assert [line[x] for x in ("n", "n_fixed", "n_withdrawn", "n_censored", "n_left_out")] == [7, 2, 1, 4, 2]
    assert line["known_to"] == dt.timedelta(hours=384)


def test_what_shares_rest_on(seven, lanes_of):
    # Claims: c1, c2 twice, c4, c6, c7. Unproven: c4, c6. Reopened: one of c2, c7.
    for curves in (fix_curve(seven()), close_curve(seven()), outcome_curve(seven())):
        line = only(curves.summary)
        assert (line["as_of"], line["hold"]) == (at("30D"), dt.timedelta(days=14))
        assert (line["n_claims"], line["share_unproven"]) == (6, pytest.approx(2 / 6))
        assert (line["n_reopened"], line["share_reopened_late"]) == (2, 0)
    lanes = lanes_of(
        chain("c1", "A:working@0h", ":resolved@1h", ":working@15D2h"),  # 14 days and an hour later
        chain("c2", "A:working@0h", ":resolved@1h", ":working@14D1h"),  # 14 days later: not later than hold
        chain("c3", "A:working@0h", resolved="1h"),
    )
    line = only(fix_curve(lanes).summary)
    assert (line["n_claims"], line["share_unproven"]) == (3, 0)
    assert (line["n_reopened"], line["share_reopened_late"]) == (2, 0.5)


def test_nothing_is_a_share_of_nothing(lanes_of):
    lanes = lanes_of(chain("c1", "A:working@0h", "B@1h"))
    line = only(fix_curve(lanes).summary)
    assert (line["n_claims"], line["n_reopened"]) == (0, 0)
    assert line["share_unproven"] is line["share_reopened_late"] is None
    assert (line["n"], line["n_observed"]) == (1, 0)
    assert line["restricted_mean"] == line["restricted_to"] == dt.timedelta(days=16)


# Groups ----------------------------------------------------------------------------------------------


def test_groups_stand_in_order_and_missing_values_are_one(seven):
    for draw in (fix_curve, close_curve, outcome_curve):
        summary = draw(seven(), by="category").summary
        # c8 has no category. c9 is all there is of z, and left out.
        assert shown(summary, "category", "n", "n_left_out") == [("x", 3, 1), ("y", 3, 0), ("z", 0, 1), (None, 1, 0)]
        assert summary.columns[0] == "category"
    table = fix_curve(seven(), by="category").table
    assert shown(table, "category", "time", "share") == [
        ("x", 0, 0),
        ("x", 10, Fraction(1, 3)),
        ("x", 20, Fraction(2, 3)),
        ("x", 384, Fraction(2, 3)),
        ("y", 0, 0),
        ("y", 360, 0),
        (None, 0, 0),
        (None, 384, 0),
    ]
    x, y, z, none = rows(fix_curve(seven(), by="category").summary)
    assert x["median"] == dt.timedelta(hours=20)
    assert [group["n_claims"] for group in (x, y, z, none)] == [5, 1, 0, 0]
    assert z["restricted_to"] is z["restricted_mean"] is z["median"] is None


def test_groups_by_two_columns_hold_the_same_cases(seven):
    for draw in (fix_curve, close_curve, outcome_curve):
        lanes = seven()
        by_two = draw(lanes, by=["category", "outcome"])
        together = draw(lanes, by="category").table
        assert by_two.table.columns[:2].tolist() == ["category", "outcome"]
        assert by_two.summary["n"].sum() == 7
        assert by_two.summary["n_left_out"].sum() == 2
        # Taken apart and put together again: all events of a group are in its curve.
        for name in [x for x in together if x.startswith("n_") and x != "n_done"]:
            ends = by_two.table.groupby("category", observed=True, dropna=False)[name].sum()
            alone = together.groupby("category", observed=True, dropna=False)[name].sum()
            assert ends.tolist() == alone.tolist()


def test_categories_that_do_not_occur_are_left_out(seven):
    lanes = seven()
    assert "unresolved" in lanes.cases["outcome"].cat.categories
    assert fix_curve(lanes, by="reason").summary["reason"].astype(object).fillna("-").tolist() == [
        "reopened",
        "no_claim",
        "-",
    ]


def test_no_case_is_no_curve(lanes_of):
    lanes = lanes_of(chain("c1", "A:working@0h", "B@1h"), as_of="10D")
    for draw in (fix_curve, close_curve, outcome_curve):
        curves, like = draw(lanes), draw(lanes_of(chain("c1", "A:working@0h", "B@1h")))
        assert len(curves.table) == 0
        assert only(curves.summary)["n_left_out"] == 1
        assert curves.table.dtypes.tolist() == like.table.dtypes.tolist()
        assert curves.summary.dtypes.tolist() == like.summary.dtypes.tolist()


# Arguments -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": "colour"}, r"by: no column 'colour' to group by; there are case, opened_at, .*category"),
        ({"by": ["category", "colour"]}, "no column 'colour'"),
        ({"by": []}, "by must be the name of a column or a list of such names"),
        ({"by": 3}, "by must be the name of a column"),
        ({"by": ["category", "category"]}, "by names a column twice"),
        ({"until": 7}, "until must be a number with its unit"),
        ({"until": "0D"}, "until must be longer than nothing"),
        ({"level": 95}, "level must lie between 0 and 1"),
    ],
)
def test_arguments_that_cannot_be_meant(seven, arguments, message):
    for draw in (fix_curve, close_curve, compare_clocks):
        with pytest.raises(ArgumentError, match=message):
            draw(seven(), **arguments)


def test_a_column_that_the_result_has_itself(lanes_of):
    lanes = lanes_of(chain("c1", "A:working@0h", resolved="1h", share="much"), keep=["share"])
    assert "share" in lanes.cases
    with pytest.raises(ArgumentError, match="the result has a column 'share' of its own"):
        fix_curve(lanes, by="share")


def test_restricted_means_are_of_the_same_age_if_one_is_named(seven):
    summary = fix_curve(seven(), by="category", until="15h").summary
    # x: 10 hours at 1, 5 at 2/3; y and NA: never less than 1; z: nobody.
    assert shown(summary, "restricted_to") == [(15,)] * 4
    means = [None if pd.isna(x) else x / HOUR for x in summary["restricted_mean"]]
    assert means == [pytest.approx(10 + 5 * 2 / 3), 15, None, 15]
    # Up to hour 370 y is not watched.
    assert fix_curve(seven(), by="category", until="370h").summary["restricted_mean"].isna().tolist() == [
        False,
        True,
        True,
        False,
    ]
    # Both clocks are restricted alike by themselves, too.
    assert (
        close_curve(seven(), by="category")
        .summary["restricted_to"]
        .equals(fix_curve(seven(), by="category").summary["restricted_to"])
    )


def test_a_wider_level_is_a_wider_band(seven):
    narrow, wide = (fix_curve(seven(), level=level) for level in (0.5, 0.99))
    inner, outer = narrow.table.iloc[1:], wide.table.iloc[1:]
    assert (outer["lower"] < inner["lower"]).all()
    assert (outer["upper"] > inner["upper"]).all()
    assert (inner["lower"] < inner["share"]).all()
    assert (inner["upper"] > inner["share"]).all()
    assert (only(wide.summary)["restricted_mean_low"]) < only(narrow.summary)["restricted_mean_low"]


# Warnings --------------------------------------------------------------------------------------------


def test_mostly_unproven_claims_are_warned_of(lanes_of):
    frames = [chain(f"c{n}", "A:working@0h", resolved="20D") for n in range(3)]
    frames += [chain(f"d{n}", "A:working@0h", resolved="1D") for n in range(2)]
    for draw in (fix_curve, outcome_curve, compare_clocks):
        with pytest.warns(UnprovenWarning, match=r"3 of 5 \(60.0 %\) claims of a fix are unproven.*hold = 14 days"):
            draw(lanes_of(*frames))
        draw(lanes_of(*frames[1:]))  # half of them are not over half
    close_curve(lanes_of(*frames))


def steady(n, days, every="6h"):
    """Tickets opened one after the other, each done after some days."""
    step = pd.Timedelta(every)
    for number in range(n):
        opened = START + number * step
        done = opened + pd.Timedelta(days=days)
        yield chain(f"c{number:04}", "A:working@0h", ":resolved@0h").assign(time=[opened, done])


def test_a_log_in_which_hardly_anything_is_open_is_warned_of(lanes_of):
    # 240 tickets in 60 days, each open for 8: 32 at a time, but for the end, at which all are done.
    frames = list(steady(240, 8))
    lanes = lanes_of(*frames, as_of="68D", hold="1D")
    for draw in (close_curve, fix_curve, outcome_curve, compare_clocks):
        with pytest.warns(SelectionWarning, match="only 0 cases of 240 are open at as_of, where 28 were on average"):
            draw(lanes)
    # Cut off in the midst of it the log is as it should be.
    close_curve(lanes_of(*frames, as_of="60D", hold="1D"))
    # So is one of which too few are open at a time to tell.
    close_curve(lanes_of(*steady(60, 1, "24h"), as_of="70D", hold="1D"))


def test_a_log_whose_endings_are_heaped_at_its_end_is_warned_of(lanes_of):
    # Opened over 100 days; whatever ends, ends in the last weeks; many are open.
    frames = [
        chain(f"c{n:03}", f"A:working@{n}D", *([":resolved@110D"] if n % 2 else []), category="x") for n in range(100)
    ]
    lanes = lanes_of(*frames, as_of="120D", hold="1D")
    with pytest.warns(SelectionWarning, match="of 92 cases opened before the last 28 days only 0 ended before them"):
        close_curve(lanes)


# Results ---------------------------------------------------------------------------------------------


def test_results_are_frozen_and_their_frames_are_copies(seven):
    for draw in (fix_curve, outcome_curve):
        curves = draw(seven())
        with pytest.raises(AttributeError):
            curves.table = None
        for name in ("table", "summary"):
            before = getattr(curves, name)
            changed = getattr(curves, name)
            changed.iloc[0] = changed.iloc[-1]
            changed["new"] = 1
            assert getattr(curves, name).equals(before)
    assert repr(fix_curve(seven())) == "Curves(1 group, 7 cases, 2 left out, 4 rows)"


# Against lifelines -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulated():
    log, _ = lh.simulate(3000, seed=4, days=90, fix_time="5D")
    return lh.reconstruct(log)


def spans_by_definition(lanes):
    """Both clocks of each case in microseconds, straight from the definitions."""
    cases = lanes.cases
    horizon = lanes.log.as_of - lanes.hold
    cases = cases[cases["opened_at"] < horizon].reset_index(drop=True)
    gone = (cases["outcome"] == "withdrawn") & (cases["done_at"] <= horizon)
    cases["ending"] = np.select([cases["outcome"] == "fixed", gone], [1, 2], 0)
    until = cases["fixed_at"].fillna(cases["done_at"].where(gone, horizon))
    cases["fix"] = (until - cases["opened_at"]) // US
    cases["closed"] = (cases["first_done_at"] <= horizon).fillna(False)
    cases["close"] = (cases["first_done_at"].where(cases["closed"], horizon) - cases["opened_at"]) // US
    return cases


def us(column):
    return (column // US).to_numpy()


@pytest.mark.parametrize("clock", ["fix", "close"])
def test_curves_as_lifelines(simulated, clock):
    lifelines = pytest.importorskip("lifelines")
    draw = {"fix": fix_curve, "close": close_curve}[clock]
    curves = draw(simulated, by="priority", until="40D", level=0.9)
    cases = spans_by_definition(simulated)
    seen = cases["ending"].eq(1) if clock == "fix" else cases["closed"]
    until = 40 * 86_400_000_000
    for priority, summary in curves.summary.groupby("priority", observed=True):
        mine = cases["priority"] == priority
        theirs = lifelines.KaplanMeierFitter(alpha=0.1).fit(cases.loc[mine, clock], seen[mine])
        table = curves.table[curves.table["priority"] == priority]
        time = us(table["time"])
        np.testing.assert_allclose(1 - table["share"], theirs.predict(time), rtol=1e-9)
        events = theirs.event_table
        assert table["at_risk"].tolist() == [int((cases.loc[mine, clock] >= t).sum()) for t in time]
        assert table["n_observed"].sum() == events["observed"].sum() == seen[mine].sum()
        inside = (time > 0) & (table["share"] > 0) & (table["share"] < 1)
        limits = theirs.confidence_interval_.reindex(time[inside], method="ffill").to_numpy()
        np.testing.assert_allclose(1 - table.loc[inside, ["upper", "lower"]], limits, rtol=1e-9)
        line = summary.iloc[0]
        assert line["median"] // US == theirs.median_survival_time_
        ends = lifelines.utils.median_survival_times(theirs.confidence_interval_).to_numpy()[0]
        assert [line["median_low"] // US, line["median_high"] // US] == ends.tolist()
        mean = lifelines.utils.restricted_mean_survival_time(theirs, t=until)
        assert line["restricted_mean"] // US == pytest.approx(mean, rel=1e-9)


def test_the_interval_of_a_restricted_mean_by_its_formula(simulated):
    # Without censoring it is that of a plain mean of what is capped.
    lanes = simulated
    cases = spans_by_definition(lanes)
    early = cases["closed"].all()
    assert not early
    table = close_curve(lanes, until="2h").summary.iloc[0]
    capped = np.minimum(cases["close"], 2 * 3_600_000_000)
    assert ((cases["close"] >= 2 * 3_600_000_000) | cases["closed"]).all()
    reach = 1.959964 * capped.std(ddof=0) / len(capped) ** 0.5
    assert table["restricted_mean"] // US == pytest.approx(capped.mean(), rel=1e-6)
    assert table["restricted_mean_low"] // US == pytest.approx(capped.mean() - reach, rel=1e-6)
    assert table["restricted_mean_high"] // US == pytest.approx(capped.mean() + reach, rel=1e-6)


def test_incidences_as_lifelines(simulated):
    lifelines = pytest.importorskip("lifelines")
    cases = spans_by_definition(simulated)
    # lifelines cannot do ties: take the first case of each length.
    assert cases["ending"].eq(2).sum() > 5
    table = outcome_curve(simulated).table
    steps = table[(table["n_fixed"] > 0) | (table["n_withdrawn"] > 0)]
    for kind, name in ((1, "fixed"), (2, "withdrawn")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # It jitters ties by a hair: less than a second in 40 days.
            theirs = lifelines.AalenJohansenFitter(calculate_variance=False, jitter_level=0.01, seed=1)
            theirs.fit(cases["fix"].astype(float), cases["ending"], kind)
        column = theirs.cumulative_density_.iloc[:, 0]
        expected = column.reindex(us(steps["time"]) + 1.0, method="ffill")
        np.testing.assert_allclose(steps[name], expected, atol=1e-9)


# The oracle ------------------------------------------------------------------------------------------


def outcome_oracle(desk):
    """The four shares of a desk at each age at which anything changes, in fractions, looked up case by case."""
    spans = {row["case"]: row for row in oracles.clock_spans(desk)}
    kinds = {}
    for case in oracles.cases(desk):
        if case["case"] in spans:
            gone = case["outcome"] == "withdrawn" and case["done_at"] <= desk.as_of - desk.hold
            kinds[case["case"]] = "fixed" if case["outcome"] == "fixed" else "withdrawn" if gone else None
    lines = {line.case: line for line in desk.lines() if line.case in spans}

    def is_done(case, age):
        steps = [step for step in lines[case].steps if step.time - lines[case].opened_at <= age]
        return bool(steps) and steps[-1].state in oracles.DONE

    ages = {dt.timedelta()} | {row["fix"] for row in spans.values()}
    ages |= {
        step.time - line.opened_at
        for line in lines.values()
        for step in line.steps
        if step.time - line.opened_at <= spans[line.case]["fix"]
    }
    found, rest, share = {}, Fraction(1), {"fixed": Fraction(0), "withdrawn": Fraction(0)}
    for age in sorted(ages) if spans else []:
        at_risk = [case for case, row in spans.items() if row["fix"] >= age]
        left = [case for case in at_risk if spans[case]["fix"] > age]
        left = left or [case for case in at_risk if kinds[case] is None]
        before = rest
        for kind in share:
            n = len([case for case in at_risk if kinds[case] == kind and spans[case]["fix"] == age])
            share[kind] += before * Fraction(n, len(at_risk))
            rest -= before * Fraction(n, len(at_risk))
        n_done = len([case for case in left if is_done(case, age)])
        closed = rest * Fraction(n_done, len(left)) if left else Fraction(0)
        found[age] = (share["fixed"], share["withdrawn"], closed, rest - closed, len(at_risk), n_done)
    return found


def assert_as_oracle(curves, expected):
    found = {
        row["time"]: [row[x] for x in ("fixed", "withdrawn", "closed_unfixed", "still_open", "at_risk", "n_done")]
        for row in rows(curves.table)
    }
    assert set(found) <= set(expected)
    before = [0, 0, 0, 1, 0, 0]
    for age, values in expected.items():
        # Where nothing changes there is no row, and the row before holds.
        before = found.get(age, before)
        assert before[:4] == pytest.approx([float(x) for x in values[:4]], abs=1e-12)
        assert before[5] == values[5]
        assert age not in found or before[4] == values[4]
    shares = curves.table[["fixed", "withdrawn", "closed_unfixed", "still_open"]]
    assert ((shares >= -1e-12) & (shares <= 1 + 1e-12)).all(axis=None)
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-12)


def stitched_lanes(drawn):
    log = lh.read_log(stitched_frame(drawn.desk), **read_options(drawn.desk))
    log = lh.stitch(attach_links(log, links=links_frame(drawn.links)), **drawn.options)
    return lh.reconstruct(log, hold=drawn.desk.hold)


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@often(60)
@given(desks())
def test_outcome_shares_are_what_their_oracle_finds(desk):
    lanes = lh.reconstruct(lh.read_log(source_frame(desk), **read_options(desk)), hold=desk.hold)
    assert_as_oracle(outcome_curve(lanes), outcome_oracle(desk))


@pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")
@often(60)
@given(stitched_desks())
def test_outcome_shares_of_stitched_cases_are_what_their_oracle_finds(drawn):
    assert_as_oracle(outcome_curve(stitched_lanes(drawn)), outcome_oracle(drawn.stitched))


# Against the truth -----------------------------------------------------------------------------------


def plain_median(length, observed):
    """The Kaplan-Meier median of scipy, in hours; infinite where fewer than half have ended."""
    from scipy.stats import CensoredData, ecdf

    hours = (length / HOUR).to_numpy()
    seen = np.asarray(observed, dtype=bool)
    curve = ecdf(CensoredData(uncensored=hours[seen], right=hours[~seen])).sf
    return float(np.append(curve.quantiles[curve.probabilities <= 0.5], np.inf)[0])


@pytest.mark.parametrize(
    ("days", "fix_time", "not_my_lane"),
    [(180, "20min", 0.0), (180, "3D", 0.15), (90, "14D", 0.0), (90, "14D", 0.15), (60, "14D", 0.15)],
)
def test_the_median_time_to_real_fix_is_the_true_one(days, fix_time, not_my_lane):
    # False claims that nobody contradicts are in no log, so that here every customer comes back, answers, and
    # is linked; a few whose return falls after the end of the log are left.
    log, truth = lh.simulate(
        100_000,
        seed=5,
        days=days,
        fix_time=fix_time,
        not_my_lane=not_my_lane,
        false_claims=0.15,
        reopening=1,
        linked=1,
        silence=0,
        bot_dropout=0,
        close_under_target=0,
        parallel=0,
    )
    lanes = lh.reconstruct(lh.stitch(log))
    true = truth.cases
    as_of = log.as_of
    really = plain_median(true["fixed_at"].fillna(as_of) - true["opened_at"], true["fixed_at"].notna())
    found = fix_curve(lanes).summary["median"].item() / HOUR

    cases = lanes.cases
    of_fixed = cases["time_to_fix"].median() / HOUR
    last = lanes.closures.drop_duplicates("case", keep="last").set_index("case")["claimed_at"]
    claimed_at = cases["case"].map(last).where(cases["done_at"].notna())
    until = cases["fixed_at"].fillna(claimed_at).fillna(as_of)
    at_claim = plain_median(until - cases["opened_at"], cases["fix_observed"])
    print(f"\n{days} days, fixes of {fix_time}: truth {really:.1f} h, found {found:.1f} h")
    print(f"of the fixed alone {of_fixed:.1f} h, cut off at the claim {at_claim:.1f} h")

    assert found == pytest.approx(really, rel=0.02)
    assert of_fixed < (0.98 if fix_time != "14D" else 0.6) * really
    assert at_claim > (1.08 if fix_time != "14D" else 1.25) * really
