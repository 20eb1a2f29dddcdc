"""Verdicts: what the evidence on a metric comes to, by a stated rule, in plain words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.censoring import Floats
from lanehop.columns import MISSING
from lanehop.curves.grounds import count_grounds
from lanehop.curves.spans import counted_in, read_instants
from lanehop.lanes import Lanes
from lanehop.review.agreement import Agreement
from lanehop.review.closings import Closings, adjust, compare_closings
from lanehop.review.metrics import Ages, Metric
from lanehop.review.registry import closed_rows, first_closures, opened_of, survey_response
from lanehop.review.scores import Asked, Scores
from lanehop.wording import say_n, say_share

VERDICTS = ("agrees", "says nothing", "rewards the opposite", "mixed")
AGREES, NOTHING, OPPOSITE, MIXED = range(len(VERDICTS))

LEAST_GROUPS = 5
"""Four groups can be ranked in 24 ways only: even the best and the worst of them are no evidence."""
LEAST_DIFFERENCE = 0.02
"""A smaller difference between shares of closings that held is nothing that anybody would act on."""


def list_pairs(asked: Asked, scores: Scores, found: Agreement, flips: pd.DataFrame) -> pd.DataFrame:
    """Return one row per metric and outcome: whether they rank the groups alike."""
    shape = found.tau.shape
    metric, outcome = (x.ravel() for x in np.indices(shape))
    cell = flips["metric"].cat.codes.to_numpy().astype(np.int64) * shape[1] + flips["outcome"].cat.codes.to_numpy()
    n_flips = np.bincount(cell, minlength=found.tau.size)
    n_clear = np.bincount(cell[flips["clear"].to_numpy()], minlength=found.tau.size)
    n_groups = found.n_groups.ravel()
    n_pairs = n_groups * (n_groups - 1) // 2
    # Metrics with too few groups are not judged, and so are no comparison that one would have to allow for.
    judged = np.where(found.n_groups >= LEAST_GROUPS, found.p, np.nan)
    family = np.column_stack([adjust(of_outcome) for of_outcome in judged.T]).ravel()
    split, low, high = found.tau_split.ravel(), found.low.ravel(), found.high.ravel()
    sure = family <= asked.alpha
    verdict = np.select([sure & (low > 0), sure & (high < 0)], [AGREES, OPPOSITE], NOTHING)
    shown = (n_groups, n_pairs, n_flips, found.tau.ravel(), split, low, high, family)
    said = zip(*(x.tolist() for x in shown), strict=True)
    both = scores.usable[: asked.n_metrics, None, :] & scores.usable[None, asked.n_metrics :, :]
    return pd.DataFrame(
        {
            "metric": columns.word(metric.astype(np.int16), asked.metric_names),
            "outcome": columns.word(outcome.astype(np.int16), asked.outcome_names),
            "verdict": columns.word(verdict.astype(np.int8), VERDICTS[:MIXED]),
            "why": pd.array([_say_ranks(asked, *row) for row in said], dtype=columns.STR),
            "tau": found.tau.ravel(),
            "tau_split": split,
            "tau_low": low,
            "tau_high": high,
            "p": found.p.ravel(),
            "p_family": family,
            "n_groups": columns.count(n_groups),
            "n_pairs": columns.count(n_pairs),
            "n_flips": columns.count(n_flips),
            "n_clear_flips": columns.count(n_clear),
            "n_cases": columns.count((both * scores.n[: asked.n_metrics, None, :]).sum(axis=2).ravel()),
        },
        copy=False,
    )


def _say_ranks(
    asked: Asked, n_groups: int, n_pairs: int, n_flips: int, tau: float, split: float, low: float, high: float, p: float
) -> str:
    """Say why two measures rank groups alike, or why nothing can be said."""
    groups = say_n(n_groups, f"group by {asked.by}", f"groups by {asked.by}")
    if n_groups < LEAST_GROUPS:
        return f"{groups} of {asked.min_cases} cases or more; with fewer than {LEAST_GROUPS} a ranking says nothing"
    if np.isnan(tau):
        return f"all {groups} are alike by one of the two"
    return (
        f"{say_share(n_flips, n_pairs)} pairs of {groups} stand in the opposite order; "
        f"tau {tau:+.2f}, without shared luck {split:+.2f} ({low:+.2f} to {high:+.2f}), {_say_p(p)}"
    )


def _say_p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def list_verdicts(asked: Asked, scores: Scores, lanes: Lanes, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return one row per metric: the answer."""
    codes, n_groups, n_metrics = asked.credit.codes, len(asked.credit.groups), asked.n_metrics
    metrics, outcome, held = asked.measures[:n_metrics], asked.measures[n_metrics], _held(lanes)
    closings = [
        compare_closings(
            _at_closing(one, age),
            held,
            codes,
            n_groups,
            sign=one.sign,
            share=one.statistic == "share",
            level=asked.level,
        )
        for one, age in zip(metrics, scores.ages, strict=False)
    ]
    p = adjust([c.p for c in closings])
    within = np.array([_judge(c, q, asked.alpha) for c, q in zip(closings, p.tolist(), strict=True)], dtype=np.int8)
    first = pairs.iloc[:: len(asked.outcome_names)]
    ranking = first["verdict"].cat.codes.to_numpy()
    verdict = np.where(ranking == NOTHING, within, np.where((within == NOTHING) | (within == ranking), ranking, MIXED))
    why = [
        f"Between groups, against {outcome.name}: {said}. Within them: {_say_closings(one, c, q)}."
        + _say_answers(one, lanes, asked)
        for one, said, c, q in zip(metrics, first["why"], closings, p.tolist(), strict=True)
    ]
    table = {name: np.array([getattr(c, name) for c in closings]) for name in Closings._fields}
    grounds = pd.DataFrame(count_grounds(lanes, np.zeros(len(lanes._closures), dtype=np.int64), 1))

    def always(value: Any) -> Any:
        return columns.count(np.full(n_metrics, value))

    ranked = (scores.usable[:n_metrics] & scores.usable[n_metrics]).sum(axis=1)
    made: dict[str, Any] = {
        "metric": first["metric"].array,
        "verdict": columns.word(verdict.astype(np.int8), VERDICTS),
        "why": pd.array(why, dtype=columns.STR),
        "ranking": columns.word(ranking.astype(np.int8), VERDICTS[:MIXED]),
        "closings": columns.word(within, VERDICTS[:MIXED]),
        **{name: columns.count(table[name]) for name in ("n_good", "held_good", "n_bad", "held_bad")},
        "difference": table["difference"],
        "difference_low": table["low"],
        "difference_high": table["high"],
        "p_closings": p,
        "n_cases": always((codes >= 0).sum()),
        "n_seen": columns.count(scores.n[:n_metrics].sum(axis=1)),
        "n_groups": always(n_groups),
        "n_small_groups": columns.count(n_groups - ranked),
        "n_uncredited": always(asked.credit.n_uncredited),
        "n_left_out": always(asked.credit.n_left_out),
        "counted_in": counted_in(lanes, n_metrics),
        **{str(name): grounds[name].array.take(np.zeros(n_metrics, dtype=np.int64)) for name in grounds},
    }
    return pd.DataFrame(made, copy=False)


def _held(lanes: Lanes) -> Floats:
    """Return 1 where the first closing of a case held, 0 where it did not, NaN where that is not known.

    Only of closings by the horizon: of later ones only failures could be known. And each is watched for ``hold``, no
    longer: else old closings, which had more time to fail, would seem worse than late ones.
    """
    first = first_closures(lanes)
    hold = int(lanes.hold // pd.Timedelta(microseconds=1))
    fixed, unresolved = ((first["verdict"] == word).to_numpy() for word in ("fixed", "unresolved"))
    at_once = first[["negative_code", "silence", "no_claim"]].to_numpy().any(axis=1)
    at, again = (read_instants(first[name]) for name in ("at", "reopened_at"))
    goes_on = opened_of(lanes, first["continued_by"])
    soon = ((again != MISSING) & (again - at <= hold)) | ((goes_on != MISSING) & (goes_on - at <= hold))
    failed = unresolved & (at_once | soon)
    held = np.full(len(lanes._cases), np.nan)
    held[first["row"]] = np.select([fixed | (unresolved & ~failed), failed], [1.0, 0.0], np.nan)
    return np.where(closed_rows(lanes), held, np.nan)


def _at_closing(metric: Metric, ages: Ages) -> Floats:
    """Return what a metric says of each case once it is declared done; NaN where it says nothing then."""
    if not metric.known_at_closing:
        return np.full(len(ages.hours), np.nan)
    if metric.statistic == "share" and np.isfinite(ages.limit):
        return np.where(np.isnan(ages.hours), np.nan, ages.hours <= ages.limit)
    return np.where(ages.observed, ages.hours, np.nan)


def _judge(c: Closings, p: float, alpha: float) -> int:
    if not p <= alpha or abs(c.difference) < LEAST_DIFFERENCE:
        return NOTHING
    return AGREES if c.low > 0 else OPPOSITE if c.high < 0 else NOTHING


def _say_closings(metric: Metric, c: Closings, p: float) -> str:
    if not metric.known_at_closing:
        return "not asked, as it is not settled at the closing"
    if np.isnan(c.difference):
        return "no group has both closings that it calls good and others"
    return (
        f"of the closings that it calls good {say_share(c.held_good, c.n_good)} held, of the others "
        f"{say_share(c.held_bad, c.n_bad)}: {100 * c.difference:+.1f} points within groups "
        f"({100 * c.low:+.1f} to {100 * c.high:+.1f}), {_say_p(p)}"
    )


def _say_answers(metric: Metric, lanes: Lanes, asked: Asked) -> str:
    if metric.name != "satisfaction":
        return ""
    answered, sent = survey_response(lanes, np.flatnonzero(asked.credit.codes >= 0))
    return f" Answered: {say_share(answered, sent)} surveys."
