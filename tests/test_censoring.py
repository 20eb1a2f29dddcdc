"""Censored durations: hand-worked curves, lifelines, and what must hold for all input."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanehop.clocks.averages import grouped_median, median, median_interval, restricted_mean
from lanehop.clocks.censoring import aalen_johansen, confidence_band, kaplan_meier
from lanehop.errors import ArgumentError

# Freireich et al. 1963, weeks in remission under 6-MP: the textbook example of Kaplan-Meier.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SEEN = [True, True, True, False, True, False, True, False, False, True, True, False]
SEEN += [False, False, True, True, False, False, False, False, False]

DURATIONS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def arrays(pairs):
    return np.array([d for d, _ in pairs], dtype=np.int64), np.array([o for _, o in pairs], dtype=bool)


def exact_survival(duration, observed):
    """Kaplan-Meier in fractions, by its definition: {time: survival}."""
    survival, curve = Fraction(1), {}
    for t in sorted({d for d, o in zip(duration, observed, strict=True) if o}):
        at_risk = sum(d >= t for d in duration)
        events = sum(d == t and o for d, o in zip(duration, observed, strict=True))
        survival *= Fraction(at_risk - events, at_risk)
        curve[int(t)] = survival
    return curve


def exact_median(duration, observed):
    return next((t for t, s in exact_survival(duration, observed).items() if s <= Fraction(1, 2)), None)


# --- by hand ---------------------------------------------------------------------------------


def test_textbook_curve():
    curve = kaplan_meier(WEEKS, SEEN)
    assert curve.time.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.n_events.tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert curve.n_censored.tolist() == [1, 1, 2, 0, 3, 0, 5]
    assert (curve.n, curve.n_observed, curve.last) == (21, 9, 35)
    # Printed in the textbooks to three digits.
    assert curve.survival.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve.std_error.round(3).tolist() == [0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135]
    assert median(curve) == 23


def test_event_comes_before_censoring_at_the_same_time():
    curve = kaplan_meier([2, 2], [False, True])
    assert curve.survival.tolist() == [0.5]
    assert curve.n_censored.tolist() == [1]


def test_censored_before_the_first_event_is_not_at_risk():
    curve = kaplan_meier([1, 2, 3], [False, True, True])
    assert curve.at_risk.tolist() == [2, 1]
    assert curve.survival.tolist() == [0.5, 0.0]
    assert curve.std_error.tolist() == [pytest.approx((0.25 * 1 / (2 * 1)) ** 0.5), 0.0]


@pytest.mark.parametrize(("duration", "observed"), [([], []), ([4, 9], [False, False])])
def test_no_event_at_all(duration, observed):
    curve = kaplan_meier(duration, observed)
    assert curve.time.dtype == np.int64
    assert curve.survival.size == curve.std_error.size == curve.n_censored.size == 0
    assert curve.n == len(duration)
    assert median(curve) is None
    assert median_interval(curve) == (None, None)
    assert confidence_band(curve).lower.size == 0
    assert restricted_mean(curve, curve.last) == (curve.last, 0.0)


def test_one_event():
    curve = kaplan_meier([7], [True])
    assert curve.survival.tolist() == [0.0]
    assert [x.tolist() for x in confidence_band(curve)] == [[0.0], [1.0]]
    assert median(curve) == 7
    assert median_interval(curve) == (7, None)
    assert restricted_mean(curve, 100) == (7.0, 0.0)


def test_event_at_zero():
    curve = kaplan_meier([0, 0, 4, 4], [True, True, True, False])
    assert curve.time.tolist() == [0, 4]
    assert median(curve) == 0
    # Half lasts 0, half at least 4; up to 4 the mean is 2, its variance 4 / 4.
    assert restricted_mean(curve, 4) == (2.0, 1.0)


def test_band_at_one_point_by_hand():
    # S = 1/2, Greenwood's sum = 1/2: log(-log S) +- 1.96 sqrt(1/2) / log 2.
    band = confidence_band(kaplan_meier([1, 2], [True, False]))
    shift = np.exp(1.959963984540054 * 0.5**0.5 / np.log(2))
    assert band.lower[0] == pytest.approx(0.5**shift)
    assert band.upper[0] == pytest.approx(0.5 ** (1 / shift))


def test_median_interval_has_an_open_end():
    interval = median_interval(kaplan_meier(WEEKS, SEEN))
    assert interval == (13, None)  # as R's survfit(conf.type = "log-log") prints it


@pytest.mark.parametrize("n", [6, 24, 104])
def test_half_is_half_after_rounding(n):
    # Half of n are over at the entry n/2 - 1; in floating point that survival may lie above 1/2:
    factor = np.arange(103, 51, -1) / np.arange(104, 52, -1)
    assert np.cumprod(factor)[-1] > 0.5
    assert median(kaplan_meier(range(n), [True] * n)) == n // 2 - 1
    assert grouped_median([0] * n, 1, range(n), [True] * n)[0].tolist() == [n // 2 - 1]


def test_restricted_mean_under_censoring_by_hand():
    # S: 1 to 1, 2/3 to 3, 0 behind. To 2: 1 + 2/3. Variance (2/3)^2 * 1 / (3 * 2).
    curve = kaplan_meier([1, 2, 3], [True, False, True])
    mean, error = restricted_mean(curve, 2)
    assert mean == pytest.approx(5 / 3)
    assert error == pytest.approx(((2 / 3) ** 2 / 6) ** 0.5)
    assert restricted_mean(curve, 3).mean == pytest.approx(7 / 3)
    assert restricted_mean(curve, 30).mean == pytest.approx(7 / 3)
    assert restricted_mean(curve, 0) == (0.0, 0.0)


def test_incidence_by_hand():
    # 5 at risk at 1: kind 1; 4 at risk at 2: one of each kind; then one censored; then kind 2.
    both = aalen_johansen([1, 2, 2, 3, 4], [1, 1, 2, 0, 2], 2)
    assert both.time.tolist() == [1, 2, 4]
    assert both.at_risk.tolist() == [5, 4, 1]
    assert both.n_events.tolist() == [[1, 1, 0], [0, 1, 1]]
    np.testing.assert_allclose(both.incidence, [[0.2, 0.4, 0.4], [0.0, 0.2, 0.6]])
    np.testing.assert_allclose(both.survival, [0.8, 0.4, 0.0])


def test_incidence_of_nothing():
    none = aalen_johansen([], [], 2)
    assert none.incidence.shape == none.n_events.shape == (2, 0)
    assert (none.n, none.last) == (0, 0)


def test_groups_by_hand():
    codes = [2, 0, 2, -1, 0, 4, 2, 0]
    length = [5, 3, 1, 0, 1, 6, 4, 2]
    seen = [True, True, True, True, True, False, False, False]
    # group 0: 1 seen, 2 cut, 3 seen: 2/3, 0 -> 3. group 2: 1 seen, 4 cut, 5 seen -> 5. group 4: open.
    medians, defined = grouped_median(codes, 5, length, seen)
    assert medians.tolist() == [3, 0, 5, 0, 0]
    assert defined.tolist() == [True, False, True, False, False]
    assert medians.dtype == np.int64


@pytest.mark.parametrize("codes", [[], [-1, -1]])
def test_groups_of_nothing(codes):
    medians, defined = grouped_median(codes, 2, [1] * len(codes), [True] * len(codes))
    assert medians.tolist() == [0, 0]
    assert not defined.any()


# --- errors ----------------------------------------------------------------------------------


def test_errors_say_what_and_how_many():
    with pytest.raises(ArgumentError, match=r"1 of 2 durations are negative \(first: entry 1, -3 us\)"):
        kaplan_meier([1, -3], [True, True])
    with pytest.raises(ArgumentError, match="observed has 1 entries, duration 2"):
        kaplan_meier([1, 3], [True])
    with pytest.raises(ArgumentError, match="duration must be a flat array of integers, not float64"):
        kaplan_meier([1.5], [True])
    with pytest.raises(ArgumentError, match="observed must be a flat array of bool"):
        kaplan_meier([1], [1])
    with pytest.raises(ArgumentError, match=r"1 of 2 codes lie outside of 0 to 2 \(first: entry 1, 3\)"):
        aalen_johansen([1, 2], [0, 3], 2)
    with pytest.raises(ArgumentError, match="outside of -1 to 0"):
        grouped_median([1], 1, [1], [True])
    with pytest.raises(ArgumentError, match="group_codes has 2 entries"):
        grouped_median([0, 0], 1, [1], [True])
    with pytest.raises(ArgumentError, match="level must lie between 0 and 1"):
        confidence_band(kaplan_meier([1], [True]), level=95)
    with pytest.raises(ArgumentError, match="pass until=35 or less"):
        restricted_mean(kaplan_meier(WEEKS, SEEN), 36)
    with pytest.raises(ArgumentError, match="must not be negative"):
        restricted_mean(kaplan_meier(WEEKS, SEEN), -1)


# --- against lifelines -----------------------------------------------------------------------


def many(seed, ties):
    random = np.random.default_rng(seed)
    n = 400
    end = random.integers(0, 60, n) if ties else random.permutation(10 * n)[:n]
    return end.astype(np.int64), random.random(n) < 0.6, random


@pytest.mark.parametrize("ties", [False, True])
def test_curve_as_lifelines(ties):
    lifelines = pytest.importorskip("lifelines")
    duration, observed, _ = many(1, ties)
    curve = kaplan_meier(duration, observed)
    theirs = lifelines.KaplanMeierFitter().fit(duration, observed)
    np.testing.assert_allclose(curve.survival, theirs.predict(curve.time), rtol=1e-12)
    inside = theirs.confidence_interval_.loc[curve.time].to_numpy()
    band = confidence_band(curve)
    alive = curve.survival > 0
    np.testing.assert_allclose(np.stack(band, axis=1)[alive], inside[alive], rtol=1e-9)
    assert median(curve) == theirs.median_survival_time_
    ends = lifelines.utils.median_survival_times(theirs.confidence_interval_).to_numpy()[0]
    assert median_interval(curve) == tuple(ends)
    until = int(curve.last * 0.7)
    mean = lifelines.utils.restricted_mean_survival_time(theirs, t=until)
    assert restricted_mean(curve, until).mean == pytest.approx(mean)


def test_incidence_as_lifelines():
    lifelines = pytest.importorskip("lifelines")
    duration, _, random = many(2, ties=False)
    code = random.integers(0, 4, duration.size)
    ours = aalen_johansen(duration, code, 3)
    for kind in (1, 2, 3):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = lifelines.AalenJohansenFitter(calculate_variance=False).fit(duration, code, kind)
        column = theirs.cumulative_density_.iloc[:, 0]
        np.testing.assert_allclose(ours.incidence[kind - 1], column.loc[ours.time].to_numpy(), rtol=1e-9)


# --- what always holds -----------------------------------------------------------------------


@given(DURATIONS)
def test_curve_is_its_definition(pairs):
    duration, observed = arrays(pairs)
    curve = kaplan_meier(duration, observed)
    exact = exact_survival(duration, observed)
    assert curve.time.tolist() == list(exact)
    np.testing.assert_allclose(curve.survival, [float(s) for s in exact.values()], atol=1e-12)
    assert median(curve) == exact_median(duration, observed)
    left = curve.at_risk - curve.n_events - curve.n_censored
    assert left.tolist() == [*curve.at_risk[1:], 0][: left.size]


@given(DURATIONS, st.sampled_from([0.5, 0.8, 0.95, 0.999]))
def test_bounds(pairs, level):
    curve = kaplan_meier(*arrays(pairs))
    lower, upper = confidence_band(curve, level)
    assert ((curve.survival >= 0) & (curve.survival <= 1)).all()
    assert (np.diff(curve.survival) < 0).all()
    assert ((lower >= 0) & (lower <= curve.survival) & (curve.survival <= upper) & (upper <= 1)).all()
    low, high = median_interval(curve, level)
    middle = median(curve)
    if middle is not None:
        assert low is not None
        assert low <= middle
    if high is not None:
        assert middle is not None
        assert middle <= high


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(0, 60))
def test_without_censoring_it_is_plain_statistics(length, until):
    curve = kaplan_meier(length, [True] * len(length))
    ordered = sorted(length)
    assert median(curve) == ordered[(len(length) - 1) // 2]
    capped = np.minimum(length, until)
    mean, error = restricted_mean(curve, until)
    assert mean == pytest.approx(capped.mean())
    assert error == pytest.approx((capped.var() / len(length)) ** 0.5, abs=1e-9)


@given(DURATIONS)
def test_order_of_rows_does_not_matter(pairs):
    one, other = kaplan_meier(*arrays(pairs)), kaplan_meier(*arrays(pairs[::-1]))
    assert one.survival.tolist() == other.survival.tolist()


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 12), st.booleans()), max_size=60))
def test_groups_are_each_alone(rows):
    codes = [g for g, _, _ in rows]
    length, seen = arrays([(d, o) for _, d, o in rows])
    medians, defined = grouped_median(np.array(codes, dtype=np.int64), 6, length, seen)
    for group in range(6):
        mine = np.array(codes, dtype=np.int64) == group
        alone = exact_median(length[mine], seen[mine])
        assert (int(medians[group]) if defined[group] else None) == alone


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=40))
def test_incidences_and_survival_add_to_one(rows):
    duration, code = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    ours = aalen_johansen(duration, code, 3)
    np.testing.assert_allclose(ours.incidence.sum(axis=0) + ours.survival, 1.0, atol=1e-12)
    assert (np.diff(ours.incidence, axis=1) >= 0).all()
    together = kaplan_meier(duration, code > 0)
    np.testing.assert_allclose(ours.survival, together.survival)


@given(DURATIONS)
def test_one_kind_is_kaplan_meier(pairs):
    duration, observed = arrays(pairs)
    ours = aalen_johansen(duration, observed.astype(int), 1)
    np.testing.assert_allclose(ours.incidence[0], 1 - kaplan_meier(duration, observed).survival, atol=1e-12)


def test_a_long_group_keeps_its_digits():
    n = 200_001
    length = np.random.default_rng(3).permutation(n)
    assert median(kaplan_meier(length, np.ones(n, dtype=bool))) == (n - 1) // 2
    doubled = np.concatenate([length, length + 5])
    medians, defined = grouped_median(np.repeat([0, 1], n), 2, doubled, np.ones(2 * n, dtype=bool))
    assert medians.tolist() == [(n - 1) // 2, (n - 1) // 2 + 5]
    assert defined.all()
