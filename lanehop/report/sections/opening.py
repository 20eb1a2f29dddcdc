"""Opening: what the dashboard says, against what customers lived."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lanehop.curves.grounds import FEW
from lanehop.plots import plot_clocks, plot_outcomes, plot_swimlanes
from lanehop.report.section import Block, Number, Numbers, Picture, Section, Text
from lanehop.report.sections.unresolved import MEANINGS
from lanehop.report.view import View, in_us, say
from lanehop.states import CHARGED_STATES
from lanehop.wording import percent, say_n


def opening(view: View) -> Section:
    """Set the dashboard's numbers beside the customers'."""
    if not view.says_states:
        lead = "No event of this log says a state: nothing can be said of closures, of fixes, or of either clock."
        return Section("opening", "What happened", lead, (_moves_only(view),))
    blocks: list[Block] = [_numbers(view)]
    worst = view.worst.iloc[0]
    if worst["n_handoffs"] or worst["n_unresolved"]:
        blocks.append(_worst(view, worst))
    blocks += [_clocks(view), _outcomes(view)]
    return Section("opening", "What the dashboard says, and what customers lived", _lead(view), tuple(blocks))


def _lead(view: View) -> str:
    close, fix = (row for _, row in view.clocks.summary.iterrows())
    seen = (
        f"The dashboard sees half of all cases closed within {say(close['median'])}."
        if not pd.isna(close["median"])
        else "The dashboard sees fewer than half of all cases closed."
    )
    lived = (
        f"Half of the customers waited longer than {say(fix['median'])} for a fix that held."
        if not pd.isna(fix["median"])
        else "Fewer than half of the customers are known to have had a fix that held."
    )
    return " ".join(filter(None, (seen, lived, _told_apart(view))))


def _told_apart(view: View) -> str:
    """Say whether the dashboard's clock tells the cases closed without resolution from the others."""
    apart = view.clocks_apart.set_index(["closed_unresolved", "clock"])
    if not {(True, "close"), (False, "close")} <= set(apart.index):
        return ""
    bad, good = (apart.loc[[(flag, "close")]].iloc[0] for flag in (True, False))
    if min(bad["n"], good["n"]) < FEW or pd.isna(bad["median"]) or pd.isna(good["median"]):
        return ""
    told = f"first closed within {say(bad['median'])} (median of {bad['n']:,}), the others within {say(good['median'])} ({good['n']:,})"
    if bad["median"] < good["median"]:
        return f"The cases that were closed without being fixed look better than the rest: {told}."
    return f"The cases that were closed without being fixed were {told}."


def _numbers(view: View) -> Numbers:
    cases, closures = view.lanes._cases, view.closures
    close, fix = (row for _, row in view.clocks.summary.iterrows())
    by_state = view.charged.groupby("state", observed=False)[view.time].sum()
    counted = by_state[list(CHARGED_STATES[:-1])].sum()
    false_done = by_state["false_done"]
    return Numbers(
        (
            Number(
                "Time-to-close, median",
                say(close["median"]),
                f"{say_n(close['n'], 'case')}, {close['n_observed']:,} closed",
                "Opening to the first time that the desk said done: what a dashboard shows.",
                "dashboard",
            ),
            Number(
                "Time-to-real-fix, median",
                say(fix["median"]),
                f"the same {say_n(fix['n'], 'case')}, {fix['n_observed']:,} proven fixed",
                "Opening to the claim of a fix that held. Open cases count for as long as they were watched.",
                "customer",
            ),
            Number(
                "Cases closed without resolution",
                percent(int(cases["closed_unresolved"].sum()), len(cases)),
                f"{int(cases['closed_unresolved'].sum()):,} of {say_n(len(cases), 'case')}, at least once",
                f"{say_n(len(view.unresolved), 'closure')} of {len(closures):,}{_why(view.unresolved)}.",
                "bad",
            ),
            Number(
                "Called done while it was not",
                say(false_done),
                f"{percent(in_us(false_done), in_us(counted))} of {say(counted)}, {say_n(len(cases), 'case')}",
                "The dashboard's clock had stopped; the customers' ran on.",
                "bad",
            ),
        )
    )


def _why(bad: pd.DataFrame) -> str:
    """Say the most frequent reason why closures are called without resolution."""
    if bad.empty:
        return ""
    counted = bad["reason"].value_counts()
    meaning, _, _ = MEANINGS[str(counted.index[0])].partition(",")
    return f", most often because {meaning} ({counted.iloc[0]:,})"


def _moves_only(view: View) -> Block:
    cases = view.lanes._cases
    return Text((f"{say_n(len(view.lanes._handoffs), 'handoff')} in {say_n(len(cases), 'case')}.",))


def _worst(view: View, worst: Any) -> Picture:
    lanes, case = view.lanes, worst["case"]
    closed = "never closed" if pd.isna(worst["time_to_close"]) else f"closed after {say(worst['time_to_close'])}"
    fixed = (
        f"fixed after {say(worst['time_to_fix'])}, in a stay of {say(worst['fix_stay_time'])}"
        if worst["fix_observed"]
        else "not proven fixed"
    )
    story = (
        f"{case}: {closed}, {fixed}; {say_n(worst['n_handoffs'], 'handoff')}, "
        f"{say_n(worst['n_unresolved'], 'closure')} without resolution"
    )
    return Picture(
        draw=lambda figure: plot_swimlanes(lanes, case, ax=figure.add_subplot()),
        title=f"The case that was chased longest, {case}",
        alt=f"Swimlanes of one case. {story}. Its departments in turn: {worst['chain']}.",
        shows=f"One case, worst first among {len(lanes._cases):,}: {story}.",
        how_to_read="A row is a department, a bar the time the case spent there, its colour the state it was in. "
        "False done: the desk had called it done, and it was not. Crosses are closures without resolution.",
        cannot_show="How usual this is: the curves below are of all cases.",
    )


def _clocks(view: View) -> Picture:
    clocks = view.clocks
    close, fix = (row for _, row in clocks.summary.iterrows())
    return Picture(
        draw=lambda figure: plot_clocks(clocks, ax=figure.add_subplot()),
        title="The two clocks",
        alt=f"Share of cases closed and share fixed, by age. Median {say(close['median'])} and {say(fix['median'])}.",
        shows=f"The share of {close['n']:,} cases that had been closed at least once, and the share proven fixed, by age.",
        how_to_read="The gap between the lines is what closing fast does not tell. Bands are 95 % intervals; "
        "ticks are cases that could not be watched longer.",
        cannot_show="Cases opened so late in the log that no fix of theirs could have proved itself: "
        f"{say_n(int(close['n_left_out']), 'case')} left out.",
    )


def _outcomes(view: View) -> Picture:
    outcomes = view.outcomes
    n = int(outcomes.summary["n"].iloc[0])
    return Picture(
        draw=lambda figure: plot_outcomes(outcomes, ax=figure.add_subplot()),
        title="What became of the cases",
        alt="Shares of cases fixed, withdrawn, closed without a fix and still open, by age, stacked; the title and the "
        "legend give the numbers.",
        shows=f"The share of {n:,} cases in each of four states at each age; the four add up to all.",
        how_to_read="At any age, read upwards: fixed, withdrawn, said to be done without a fix, still open.",
        cannot_show="Whether a case that stands closed without a fix will be opened again.",
    )
