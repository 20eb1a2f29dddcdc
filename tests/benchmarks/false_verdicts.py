"""How often ``compare_metrics`` gives a verdict where there is none to give, and finds one where there is.

    python tests/benchmarks/false_verdicts.py [SEEDS]

One simulated desk lends its cases, with the luck that their two clocks share; which group a case belongs to is
dealt anew for each seed. So the groups do not differ, unless a difference is added to what is measured.
Groups are of unequal sizes.

Of 200 seeds, in percent, with 5, 8 and 20 groups (a plain bootstrap: of one metric, its interval leaves out 0)::

    no difference, 8 metrics       any verdict             0     0     0     a plain bootstrap 1.5   9   82
    metric differs, outcome not    1 metric, 0.1-1 sd      0     0     0
    both differ, unrelated         1 metric, 0.1-1 sd    0-2 0-1.5 1-2.5
    opposite, groups 0.1 sd apart  found                 1.5     6  10.5
    opposite, groups 0.3 sd apart  found                24.5    73  97.5
    opposite, groups 1 sd apart    found                  78  99.5   100
    closings, 4 metrics of dice    any verdict             1
"""

from __future__ import annotations

import dataclasses
import sys
import warnings

import numpy as np

import lanehop as lh

SPREAD = (0.1, 0.3, 1.0)
"""How far groups lie apart, in standard deviations of cases."""


def deal_groups(lanes, n_groups, rng):
    """The same lanes with a column ``team``, dealt at random; the largest is about four times the smallest."""
    weight = np.linspace(1, 4, n_groups)
    team = rng.choice(n_groups, len(lanes._cases), p=weight / weight.sum())
    names = np.array([f"team {k:02d}" for k in range(n_groups)])
    return dataclasses.replace(lanes, _cases=lanes._cases.assign(team=names[team])), team


def shifted(name, better, team, offsets, noise):
    """A metric whose cases are noise, and whose groups lie apart by offsets."""
    return lh.Metric(name, "noise and an offset", better, lambda lanes: noise + offsets[team])


def naive_interval_excludes_zero(values, outcome, team, n_groups, rng, n_resamples=200):
    """What a plain bootstrap of both sides over the same cases says."""
    taus = []
    for _ in range(n_resamples):
        drawn = rng.integers(len(values), size=len(values))
        n = np.bincount(team[drawn], minlength=n_groups)
        a, b = (np.bincount(team[drawn], x[drawn], n_groups) / n for x in (values, outcome))
        upper = np.triu_indices(n_groups, 1)
        taus.append(np.mean(np.sign((a[upper[0]] - a[upper[1]]) * (b[upper[0]] - b[upper[1]]))))
    low, high = np.quantile(taus, [0.025, 0.975])
    return low > 0 or high < 0


def rate(found):
    """A share of seeds in percent, with its number."""
    return f"{100 * np.mean(found):5.1f} %"


def main(n_seeds):
    """Print a table of scenarios."""
    warnings.simplefilter("ignore")
    lanes = lh.reconstruct(lh.simulate(2_000, seed=1)[0])
    cases = lanes.cases
    life = (cases.ended_at - cases.opened_at).dt.total_seconds().to_numpy() / 3600
    noise = np.minimum(life, 720.0)
    close = np.minimum(np.nan_to_num(cases.time_to_close.dt.total_seconds().to_numpy() / 3600, nan=720.0), 720.0)
    one = noise.std()
    print(f"{n_seeds} seeds, {len(cases):,} cases; shares of seeds with a verdict")
    for n_groups in (5, 8, 20):
        said = {"any": [], "outcomes": [], "naive": []}
        for seed in range(n_seeds):
            rng = np.random.default_rng(seed)
            dealt, team = deal_groups(lanes, n_groups, rng)
            found = lh.compare_metrics(dealt, by="team", seed=seed)
            said["any"].append((found.verdicts.ranking != "says nothing").any())
            said["outcomes"].append((found.pairs.verdict != "says nothing").any())
            said["naive"].append(naive_interval_excludes_zero(close, noise, team, n_groups, rng))
        print(
            f"{n_groups:3d} groups, no difference, 8 metrics: first outcome {rate(said['any'])}, "
            f"any of 4 outcomes {rate(said['outcomes'])}, naive bootstrap (1 metric) {rate(said['naive'])}",
            flush=True,
        )
        for what, on_outcome in (("metric only", None), ("independent", 0), ("agreeing", 1), ("opposite", -1)):
            for k in SPREAD:
                verdicts = []
                for seed in range(n_seeds):
                    rng = np.random.default_rng(seed)
                    dealt, team = deal_groups(lanes, n_groups, rng)
                    offsets = k * one * rng.standard_normal(n_groups)
                    other = {
                        None: np.zeros(n_groups),
                        0: k * one * rng.standard_normal(n_groups),
                        1: offsets,
                        -1: -offsets,
                    }[on_outcome]
                    found = lh.compare_metrics(
                        dealt,
                        by="team",
                        metrics=shifted("m", "low", team, offsets, noise),
                        outcomes=shifted("o", "low", team, other, noise),
                        seed=seed,
                    )
                    verdicts.append(found.verdicts.ranking.iloc[0])
                verdicts = np.array(verdicts)
                print(
                    f"{n_groups:3d} groups, {what}, {k} sd: any {rate(verdicts != 'says nothing')}, "
                    f"agrees {rate(verdicts == 'agrees')}, opposite {rate(verdicts == 'rewards the opposite')}",
                    flush=True,
                )
    wrong = []
    for seed in range(n_seeds):
        rng = np.random.default_rng(seed)
        coin = rng.random(len(cases))
        metrics = [
            lh.Metric(f"m{k}", "a dice", "low", lambda _, k=k, coin=coin: (coin * 7**k) % 1, known_at_closing=True)
            for k in range(4)
        ]
        found = lh.compare_metrics(lanes, metrics=metrics, outcomes="hops", seed=seed)
        wrong.append((found.verdicts.closings != "says nothing").any())
    print(f"closings, 4 metrics of dice: any {rate(wrong)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
