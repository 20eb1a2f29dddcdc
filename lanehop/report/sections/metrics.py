"""Metrics: which of them go with what customers live through, and which reward the opposite."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lanehop.plots import plot_rank_flips
from lanehop.report.section import Block, Definitions, Picture, Section, Table, Text
from lanehop.report.view import MOST_ROWS, View
from lanehop.review import compare_metrics, find_drift
from lanehop.review.comparison import MetricComparison
from lanehop.wording import percent, say_measure, say_n, say_share

OPPOSITE, NOTHING = "rewards the opposite", "says nothing"


def metrics(view: View) -> Section | None:
    """Hold the metrics against the outcomes."""
    if not view.says_states:
        return None
    comparison = compare_metrics(view.lanes)
    verdicts = comparison.verdicts
    lies = [row for row in verdicts.itertuples() if row.verdict == OPPOSITE]
    evidence = tuple(_believe(row) for row in lies if row.closings == OPPOSITE)
    blocks: list[Block] = [Text((*evidence, _WHY))] if evidence else []
    blocks += [*_verdicts(verdicts), *_ranks(comparison, lies), _pairs(comparison), _values(comparison), *_drift(view)]
    return Section(
        "metrics", "Which metric goes with the customers, and which against them", _lead(verdicts, lies), tuple(blocks)
    )


def _lead(verdicts: pd.DataFrame, lies: list[Any]) -> str:
    agree = [say_measure(str(row.metric)) for row in verdicts.itertuples() if row.verdict == "agrees"]
    n_silent = int((verdicts["verdict"] == NOTHING).sum())
    said = []
    if lies:
        names = _list([say_measure(str(row.metric)) for row in lies])
        closings = all(row.closings == OPPOSITE for row in lies)
        one = len(lies) == 1
        said.append(
            f"{names[0].upper()}{names[1:]} {'rewards' if one else 'reward'} the opposite of what the customers need: "
            + (
                f"the closings that {'it calls' if one else 'they call'} good held less often than the others."
                if closings
                else f"who looks better by {'it' if one else 'them'} serves the customers worse."
            )
        )
    if agree:
        names = _list(agree)
        said.append(
            f"{names[0].upper()}{names[1:]} {'goes' if len(agree) == 1 else 'go'} with what the customers live through."
        )
    said.append(
        f"Of {say_n(n_silent, 'metric')} of {len(verdicts):,} nothing can be said here: too few cases, or no more than chance."
    )
    return " ".join(said)


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


_WHY = (
    "It can be believed because each closing is compared with others of its own department only, and because each that did not hold is a row "
    "of lanes.closures, with its evidence. What it does not say: that closing fast is the cause; what is closed sooner may be another kind of "
    "problem."
)


def _believe(row: Any) -> str:
    """Say in plain words what the evidence against a metric is."""
    chance = "fewer than 1 of 1,000" if row.p_closings < 0.001 else f"about {row.p_closings * 1000:,.0f} of 1,000"
    return (
        f"{say_measure(row.metric).capitalize()}: of the first closings that it calls good, {say_share(row.held_good, row.n_good)} held; of the others, "
        f"{say_share(row.held_bad, row.n_bad)}. Within the same departments that is {100 * row.difference:+.0f} in 100 "
        f"({100 * row.difference_low:+.0f} to {100 * row.difference_high:+.0f}); chance alone gives such a difference in {chance} logs "
        "(adjusted for all the metrics asked)."
    )


def _verdicts(verdicts: pd.DataFrame) -> list[Block]:
    columns = [
        "metric",
        "verdict",
        "n_good",
        "held_good",
        "n_bad",
        "held_bad",
        "difference",
        "difference_low",
        "difference_high",
    ]
    table = Table(
        "metric_verdicts",
        "Each metric, and what it says of the customers",
        verdicts.assign(metric=[say_measure(x) for x in verdicts["metric"]])[columns].reset_index(drop=True),
        len(verdicts),
        {
            "verdict": "agrees, says nothing, rewards the opposite, or mixed; wrong in at most 5 of 100 desks where nothing is to be found",
            "n_good": "first closings that the metric calls good",
            "held_good": "those of them that held",
            "n_bad": "the other first closings",
            "difference": "share that held among the good, less that among the others of the same department; with its interval",
        },
        note="Below, tau (Kendall's) is 1 where all departments stand in the same order by the metric and by the outcome, and -1 in the "
        "opposite one; points are of 100; p is how often chance alone does as much.",
        whole="compare_metrics(lanes).verdicts",
    )
    why = Definitions(
        tuple(
            (f"{say_measure(str(row.metric))}: {row.verdict}", say_measure(str(row.why)))
            for row in verdicts.itertuples()
        )
    )
    return [table, why]


def _ranks(comparison: MetricComparison, lies: list[Any]) -> list[Block]:
    """Draw how the departments stand by the metric and by the outcome, where there is something to rank."""
    pairs = comparison.pairs
    drawn = pairs[(pairs["outcome"] == "time_to_real_fix") & (pairs["n_groups"] >= 2)]
    wanted = [row.metric for row in lies] or ["time_to_close"]
    drawn = drawn[drawn["metric"].isin(wanted)].head(1)
    if drawn.empty:
        return []
    row: Any = next(drawn.itertuples())
    name = say_measure(row.metric)
    return [
        Picture(
            draw=lambda figure: plot_rank_flips(
                comparison, metric=str(row.metric), outcome="time_to_real_fix", ax=figure.add_subplot()
            ),
            title=f"Departments by {name}, and by time-to-real-fix",
            alt=f"Lines from each department's rank by {name} to its rank by time-to-real-fix; the values are in a table below.",
            shows=f"{say_n(int(row.n_groups), 'department')}, {int(row.n_flips):,} of {say_n(int(row.n_pairs), 'pair')} swap their order.",
            how_to_read="Best on top. A line that falls is a department that stands better by the metric than by the outcome.",
            cannot_show=f"Whether a difference is more than chance; {int(row.n_clear_flips):,} of the swaps clearly are.",
            size=(9.0, 5.5),
        )
    ]


def _pairs(comparison: MetricComparison) -> Table:
    table = comparison.pairs[
        [
            "metric",
            "outcome",
            "verdict",
            "tau",
            "tau_split",
            "tau_low",
            "tau_high",
            "n_groups",
            "n_pairs",
            "n_flips",
            "n_clear_flips",
            "n_cases",
        ]
    ]
    return Table(
        "metrics_and_outcomes",
        "How departments rank by each metric, against each outcome",
        table.assign(
            metric=[say_measure(x) for x in table["metric"]], outcome=[say_measure(x) for x in table["outcome"]]
        ).reset_index(drop=True),
        len(table),
        {
            "tau": "Kendall's: 1 if all departments stand in the same order, -1 if in the opposite one",
            "tau_split": "the same between halves of the cases, so that luck which both sides share does not count; low and high: its interval",
            "n_flips": "pairs of departments that swap their order",
            "n_clear_flips": "those of them of which both differences are more than chance",
        },
        whole="compare_metrics(lanes).pairs",
    )


def _values(comparison: MetricComparison) -> Table:
    table = comparison.values
    table = table.assign(measure=[say_measure(x) for x in table["measure"]]).drop(columns=["kind", "used"])
    return Table(
        "metric_values",
        "The values behind it",
        table.head(MOST_ROWS),
        len(table),
        {
            "n": "cases of the department that the measure sees",
            "low": "low and high: the ends of its 95 % interval",
            "rank": "1 is best; none where there are too few cases to rank",
        },
        whole="compare_metrics(lanes).values",
    )


def _drift(view: View) -> list[Block]:
    drift = find_drift(view.lanes)
    if drift.empty:
        return []
    n = int((drift["verdict"] == "drift").sum())
    judged = int((~drift["verdict"].isin(["too few cases", "not known yet"])).sum())
    said = (
        f"In {say_n(n, 'month')} of {judged:,} that can be judged time-to-close got better while time-to-real-fix got worse "
        f"({percent(n, judged)})."
        if judged
        else "No month can be judged yet: a fix must have been watched for."
    )
    return [
        Text((said,)),
        Table(
            "drift",
            "Month by month: time-to-close against time-to-real-fix, in hours",
            drift.head(MOST_ROWS),
            len(drift),
            {
                "begin": "of the later month; each row compares a month with the one before",
                "verdict": "drift: the metric got better and the outcome worse, both by more than chance",
                "metric_change": "time-to-close, later less earlier; low and high are the ends of its interval",
                "outcome_change": "time-to-real-fix likewise",
            },
            whole="find_drift(lanes)",
        ),
    ]
