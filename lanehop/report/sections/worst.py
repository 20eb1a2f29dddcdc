"""Worst: the cases that were chased longest, each as a picture and told event by event."""

from __future__ import annotations

from typing import Any

from lanehop.lanes.ranking import chase_time
from lanehop.lanes.walk import tell_case
from lanehop.plots import plot_swimlanes
from lanehop.report.section import Block, Picture, Plain, Section, Table
from lanehop.report.view import View, say
from lanehop.wording import say_n

N_CASES = 10
MOST_LINES = 400
"""Lines of a case that are told at most."""

_HOW_TO_READ = "Rows are departments in the order of the first visit; bars are stays, coloured by state."

_HOW_TO_READ = "Rows are departments in the order of the first visit; bars are stays, coloured by state."


def worst(view: View) -> Section:
    """Walk the worst cases."""
    ranked = view.worst.head(N_CASES)
    ranked = ranked.assign(chase_time=chase_time(ranked))
    first = ranked.iloc[0]
    lead = (
        f"The {say_n(len(ranked), 'case')} with the longest chase time (time-to-real-fix less the time in the stay that fixed it; the life "
        f"so far where nothing is proven fixed), of {len(view.lanes._cases):,}. The first: {say(first['chase_time'])} in "
        f"{say_n(int(first['n_handoffs']), 'handoff')}."
    )
    columns = [
        "case",
        "chase_time",
        "n_handoffs",
        "n_unresolved",
        "outcome",
        "time_to_close",
        "time_to_fix",
        "fix_stay_time",
        "chain",
    ]
    table = Table(
        "worst_cases",
        "The worst cases",
        ranked[columns].reset_index(drop=True),
        len(view.worst),
        {
            "chase_time": "time without being helped",
            "n_unresolved": "closures without resolution",
            "fix_stay_time": "time in the stay that fixed it, up to the claim",
            "chain": "its departments in turn",
        },
        whole="lanes.cases, sorted by chase time, then handoffs, then closures without resolution, then id",
    )
    blocks: list[Block] = [table]
    for i, row in enumerate(ranked.itertuples()):
        blocks += [_picture(view, row, explained=i == 0), _told(view, row)]
    return Section("worst", "The worst cases, walked", lead, tuple(blocks))


def _picture(view: View, row: Any, *, explained: bool) -> Picture:
    lanes, case = view.lanes, row.case
    return Picture(
        draw=lambda figure: plot_swimlanes(lanes, case, ax=figure.add_subplot()),
        title=f"Case {case}",
        alt=f"Swimlanes of case {case}: {say_n(row.n_handoffs, 'handoff')} in {say(row.ended_at - row.opened_at)}, "
        f"{say_n(row.n_unresolved, 'closure')} without resolution, outcome {row.outcome}.",
        shows=f"{say_n(row.n_events, 'event')} of {say_n(row.n_tickets, 'ticket')}, outcome {row.outcome}.",
        how_to_read=_HOW_TO_READ if explained else "",
        cannot_show="What was said: the log holds states and moves." if explained else "",
    )


def _told(view: View, row: Any) -> Plain:
    lines = list(tell_case(view.lanes, row, width=100, names=view.names))
    if len(lines) > MOST_LINES:
        left_out = len(lines) - MOST_LINES
        lines = [
            *lines[: MOST_LINES // 2],
            f"  ... {left_out:,} lines left out here: lanehop walk --case ...",
            *lines[-MOST_LINES // 2 :],
        ]
    return Plain(f"Case {row.case}, event by event", "\n".join(lines))
