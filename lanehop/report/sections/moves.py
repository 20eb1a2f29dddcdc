"""Moves: from where to where cases were handed, and where they went round in circles."""

from __future__ import annotations

import pandas as pd

from lanehop.lanes import count_handoffs, count_loops
from lanehop.plots import plot_handoff_network, plot_handoffs, plot_loops
from lanehop.report.section import Block, Picture, Section, Table
from lanehop.report.view import MOST_ROWS, View, brief
from lanehop.wording import percent, say_n, say_share

_RULES = {
    "ping_pong": "straight back: A, B, A",
    "indirect": "back by way of two departments or more: A, B, C, A",
    "alternations": "handoffs in the longest to and fro of a case: A, B, A, B",
    "returns": "all returns, straight or not",
    "distinct": "departments that a case visited more than once",
}


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
    n_moving = len(set(pairs["from_department"]) | set(pairs["to_department"]))
    blocks: list[Block] = [
        Picture(
            draw=lambda figure: plot_handoff_network(pairs, ax=figure.add_subplot()),
            title="Between which departments cases go",
            alt=f"A network of departments, with an arrow for each direction of handoffs. {_most(pairs)} The table below holds the numbers.",
            shows=f"{n:,} handoffs; {n_moving:,} of {say_n(len(lanes.log._coded.department.names), 'department')} took part in one.",
            how_to_read="A thicker arrow is more handoffs that way. Only the most frequent are drawn; the title says which share.",
            cannot_show="Order: a case's way through several arrows is in the swimlanes.",
            size=(9.0, 7.0),
        ),
        Picture(
            draw=lambda figure: plot_handoffs(pairs, ax=figure.add_subplot()),
            title="From where to where",
            alt=f"A matrix of handoffs between departments. {_most(pairs)} The table below holds the numbers.",
            shows="The number of handoffs from each department (row) to each other (column).",
            how_to_read="The stronger the colour, the more. Two strong cells across the diagonal are a pair that passes cases back and forth.",
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
                "median_pickup": "median time until somebody took it up, those not taken up counted for as long as they lay there; "
                "empty where fewer than half were",
                "n_pickup_observed": "handoffs after which somebody was seen to take it up",
            },
            whole="count_handoffs(lanes)",
        ),
    ]
    if len(cycles):
        blocks += [
            Picture(
                draw=lambda figure: plot_loops(cycles, ax=figure.add_subplot()),
                title="In which circles cases go",
                alt=f"Bars of the most frequent loops, first {brief(cycles['cycle'].iloc[0])}. The table below holds the numbers.",
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
                whole="count_loops(lanes)",
            ),
            Table(
                "loop_rules",
                "Five rules for ping-pong, each with its number",
                rules.assign(meaning=[_RULES[str(rule)] for rule in rules["rule"]]),
                len(rules),
                note="Tools count ping-pong by different rules and do not agree, so each number is given with its rule.",
            ),
        ]
    return Section("moves", "Lanes and loops", lead, tuple(blocks))


def _most(pairs: pd.DataFrame) -> str:
    """Say the most frequent handoffs."""
    said = [f"{brief(x.from_department)} to {brief(x.to_department)}, {x.n:,}" for x in pairs.head(3).itertuples()]
    return f"Most often: {'; '.join(said)}."
