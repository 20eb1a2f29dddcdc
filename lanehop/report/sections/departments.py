"""Departments: a scorecard of each, of what it fixed, what it only closed, and what it passed on."""

from __future__ import annotations

import pandas as pd

from lanehop.report.section import Section, Table
from lanehop.report.view import MOST_ROWS, View, brief, say
from lanehop.review import score_departments
from lanehop.review.intervals import SMALL
from lanehop.schema import BUSINESS
from lanehop.wording import say_share

_COLUMNS = (
    "department",
    "rank",
    "n_closures",
    "n_unresolved",
    "share_unresolved",
    "n_decided",
    "n_real_fixes",
    "share_real_fixes",
    "time_false_done",
    "median_time_to_close",
    "n_cases",
    "n_returned",
    "n_let_go",
    "downstream_time",
    "downstream_hops",
    "share_unresolved_low",
    "share_unresolved_high",
    "share_real_fixes_low",
    "share_real_fixes_high",
)


def departments(view: View) -> Section | None:
    """Score the departments."""
    if not view.says_states:
        return None
    scores = score_departments(view.lanes)
    columns = [
        f"{BUSINESS}{x}" if view.lanes.calendar is not None and f"{BUSINESS}{x}" in scores else x for x in _COLUMNS
    ]
    table = Table(
        "departments",
        "Departments, those with the most closures without resolution first",
        scores[columns].head(MOST_ROWS),
        len(scores),
        {
            "rank": f"by closures without resolution; none with fewer than {SMALL} closures, of which a share says little",
            "n_cases": "different cases that were there",
            "n_returned": "times that a case came back to it",
            "n_decided": "visits of which it is known whether they ended in the real fix",
            "n_real_fixes": "cases of which it made the claim that held",
            "share_real_fixes": "the right-lane rate: of n_decided; low and high are the ends of its 95 % interval (Wilson)",
            "n_closures": "times that it declared a case done",
            "n_unresolved": "those without resolution",
            "share_unresolved": "of n_closures; low and high likewise",
            "median_time_to_close": "of the cases that it was the first to declare done or still has, these counted for as long as they were watched",
            "time_false_done": "time that cases stood done and were not, because it had said so",
            "n_let_go": "cases that it handed on before they were fixed",
            "downstream_time": "from handing them on to the real fix, summed; so far, where there is none",
            "downstream_hops": "handoffs of theirs after that",
        },
        "A department that is sent the hard cases has a low share of real fixes through no fault of its own.",
        whole="score_departments(lanes)",
    )
    return Section("departments", "Which department fixed, and which only closed", _lead(scores), (table,))


def _lead(scores: pd.DataFrame) -> str:
    named = scores[scores["department"].notna()]
    ranked = named[~named["small"]]
    if ranked.empty:
        return f"No department has {SMALL} closures or more: a share of so few would say little."
    most = ranked.iloc[0]
    said = (
        f"{brief(most['department'])} has the most closures without resolution, {say_share(int(most['n_unresolved']), int(most['n_closures']))} of its "
        "closures."
    )
    worst = ranked.sort_values("share_unresolved", ascending=False, kind="stable").iloc[0]
    if worst["department"] != most["department"]:
        said += (
            f" The largest share of its closures has {brief(worst['department'])}: "
            f"{say_share(int(worst['n_unresolved']), int(worst['n_closures']))}."
        )
    passed = named.sort_values("downstream_time", ascending=False, kind="stable").iloc[0]
    if passed["n_let_go"]:
        said += (
            f" The cases that {brief(passed['department'])} handed on ({passed['n_let_go']:,}) took others the longest: "
            f"{say(passed['downstream_time'])} and {passed['downstream_hops']:,} more handoffs, in all."
        )
    return said
