"""Moves: from where to where cases were handed, and where they went round in circles."""

from __future__ import annotations

from lanehop.lanes import count_handoffs, count_loops
from lanehop.plots import plot_handoff_network, plot_handoffs, plot_loops
from lanehop.report.section import Block, Picture, Section, Table
from lanehop.report.view import MOST_ROWS, View, brief
from lanehop.wording import percent, say_n, say_share


def moves(view: View) -> Section:
    """Say between which lanes cases went, and which came back."""
    lanes, cases = view.lanes, view.lanes._cases
    pairs, cycles, rules = count_handoffs(lanes), count_loops(lanes), count_loops(lanes, by="rule")
    n, moved = len(lanes._handoffs), int((cases["n_handoffs"] > 0).sum())
    if not n:
        return Section("moves", "Lanes and loops", f"None of {say_n(len(cases), 'case')} changed its department.", ())
    back = int((cases["n_loops"] > 0).sum())
    first = pairs.iloc[0]
    lead = (
        f"{say_share(moved, len(cases))} cases were passed on, {n:,} times in all; {say_share(back, len(cases))} came back to a "
        f"department that had let them go. Most often from {brief(first['from_department'])} to {brief(first['to_department'])}: {first['n']:,} "
        f"times ({percent(int(first['n']), n)})."
    )
    blocks: list[Block] = [
        Picture(
            draw=lambda figure: plot_handoff_network(pairs, ax=figure.add_subplot()),
            title="Between which departments cases go",
            alt="A network of departments; an arrow is a handoff, its width how many.",
            shows=f"{n:,} handoffs between {len(lanes.log._coded.department.names):,} departments.",
            how_to_read="Thicker arrows are more handoffs. Only the most frequent are drawn; the title says which share.",
            cannot_show="Order: a case's way through several arrows is in the swimlanes.",
            size=(9.0, 7.0),
        ),
        Picture(
            draw=lambda figure: plot_handoffs(pairs, ax=figure.add_subplot()),
            title="From where to where",
            alt="A matrix of handoffs between departments.",
            shows="The number of handoffs from each department (row) to each other (column).",
            how_to_read="Darker is more. Two dark cells across the diagonal are a pair that passes cases back and forth.",
            cannot_show="Whether a handoff was needed.",
            size=(9.0, 7.0),
        ),
        Table(
            "handoffs",
            "Handoffs, the most frequent first",
            pairs.head(MOST_ROWS),
            len(pairs),
            {
                "n_while_done": "of tickets that were said to be done",
                "median_pickup": "Kaplan-Meier median of the time until somebody took it up; empty where fewer than half did",
                "n_pickup_observed": "handoffs after which somebody was seen to take it up",
            },
            "count_handoffs(lanes); each of them is a row of lanes.handoffs",
        ),
    ]
    if len(cycles):
        blocks += [
            Picture(
                draw=lambda figure: plot_loops(cycles, ax=figure.add_subplot()),
                title="In which circles cases go",
                alt="Bars of the most frequent loops.",
                shows=f"{len(lanes._loops):,} returns to a department already left, by the circle they went in.",
                how_to_read="A circle of two departments is a ping-pong; the same circle counts once, wherever it was entered.",
                cannot_show="Which of the departments was right to send it away.",
            ),
            Table(
                "loops",
                "Loops by circle, the most frequent first",
                cycles.head(MOST_ROWS),
                len(cycles),
                {"median_away": "median time from leaving a department to coming back to it"},
                "count_loops(lanes); each of them is a row of lanes.loops",
            ),
            Table(
                "loop_rules",
                "Five rules for ping-pong, each with its number",
                rules,
                len(rules),
                {
                    "rule": "ping_pong: A-B-A; indirect: longer loops; alternations: handoffs in the longest A-B-A-B run; "
                    "returns: all loops; distinct: departments visited more than once",
                },
                'count_loops(lanes, by="rule"): the rules in use elsewhere do not agree, so each is named',
            ),
        ]
    return Section("moves", "Lanes and loops", lead, tuple(blocks))
