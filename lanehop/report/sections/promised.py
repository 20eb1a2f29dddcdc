"""Promised: dates kept on paper, and dates kept in fact."""

from __future__ import annotations

from lanehop.report.section import Block, Number, Numbers, Section, Table
from lanehop.report.view import MOST_ROWS, View
from lanehop.review import promises
from lanehop.wording import percent, say_n


def promised(view: View) -> Section | None:
    """Set promised dates against closing and against the real fix."""
    if not view.says_states:
        return None
    kept = promises(view.lanes)
    row = kept.summary.iloc[0]
    n = int(row["n_judged"])
    if not n:
        return None
    on_paper, at_fix, only = (int(row[f"n_kept_{name}"]) for name in ("at_closing", "at_fix", "on_paper_only"))
    lead = (
        f"By closing, {percent(on_paper, n)} of {say_n(n, 'promised date')} were kept; by the real fix, {percent(at_fix, n)}. {only:,} that count as kept were "
        "broken in fact."
    )
    left_out = int(row["n_left_out"])
    numbers = Numbers(
        (
            Number(
                "Kept at closing",
                percent(on_paper, n),
                f"{on_paper:,} of {say_n(n, 'date')}",
                "As a dashboard counts it.",
                "dashboard",
            ),
            Number(
                "Kept at the real fix",
                percent(at_fix, n),
                f"{at_fix:,} of {say_n(n, 'date')}",
                "As the customer counts it.",
                "customer",
            ),
            Number(
                "Kept on paper, broken in fact",
                percent(only, on_paper),
                f"{only:,} of {say_n(on_paper, 'date')} kept at closing",
                f"Left out: {say_n(left_out, 'date')} too late in the log to be judged, and {int(row['n_withdrawn']):,} withdrawn.",
                "bad" if only else "plain",
            ),
        )
    )
    blocks: list[Block] = [numbers]
    tickets = kept.tickets
    broken = tickets[tickets["kept_on_paper_only"] & tickets["judged"]].drop(columns=["kept_on_paper_only", "judged"])
    if len(broken):
        blocks.append(
            Table(
                "promises_broken_in_fact",
                "Promises kept on paper and broken in fact",
                broken.head(MOST_ROWS).reset_index(drop=True),
                len(broken),
                {
                    "promised_at": "the date as first promised",
                    "first_done_at": "when the desk first declared the ticket done",
                    "fixed_at": "the real fix of its case",
                },
                whole="promises(lanes).tickets",
            )
        )
    return Section("promises", "Promises: kept on paper, broken in fact", lead, tuple(blocks))
