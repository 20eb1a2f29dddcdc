"""Wilson's interval: against scipy's, and at its ends."""

import numpy as np
import pytest
from scipy.stats import binomtest

import lanehop as lh
from lanehop.review.intervals import wilson


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_it_is_that_of_scipy(level):
    pairs = [(k, n) for n in (1, 2, 7, 30, 1000) for k in {0, 1, n // 3, n - 1, n}]
    k, n = np.array(pairs).T
    low, high = wilson(k, n, level)
    for i, (part, of) in enumerate(pairs):
        expected = binomtest(int(part), int(of)).proportion_ci(level, method="wilson")
        assert low[i] == pytest.approx(expected.low, abs=1e-12)
        assert high[i] == pytest.approx(expected.high, abs=1e-12)
        assert 0 <= low[i] <= part / of <= high[i] <= 1


def test_of_nothing_there_is_none():
    low, high = wilson([0, 1], [0, 1])
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()
    assert [len(x) for x in wilson([], [])] == [0, 0]


def test_one_number_will_do():
    low, high = wilson(5, 10)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2366, 0.7634)


@pytest.mark.parametrize(("k", "n", "level"), [(1, 2, 0.0), (1, 2, 1), (3, 2, 0.95), (-1, 2, 0.95)])
def test_what_is_no_share_is_told(k, n, level):
    with pytest.raises(lh.errors.ArgumentError):
        wilson(k, n, level)
