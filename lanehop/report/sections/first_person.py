"""First person: how long customers were with bots before anybody had their case."""

from __future__ import annotations

from lanehop.report.section import Number, Numbers, Section
from lanehop.report.view import View, say
from lanehop.review import first_human
from lanehop.wording import percent, say_n, say_share


def first_person(view: View) -> Section | None:
    """Say how much of the cases' lives passed before a person, where bots are declared."""
    coded = view.lanes.log._coded
    if not view.lanes.log.dialect.bots or (coded.agent is None and coded.actor is None):
        return None
    row = first_human(view.lanes).summary.iloc[0]
    if not row["n_bots"]:
        return None
    n = int(row["n"] - row["n_waiting"])
    left = int(row["n_left_before"])
    lead = (
        f"{say_share(left, n)} cases ended without a fix before any person had them. Half of the customers were with a person within "
        f"{say(row['median_time_before'])}."
    )
    numbers = Numbers(
        (
            Number(
                "Left before a person",
                percent(left, n),
                f"{left:,} of {say_n(n, 'case')}",
                "Done without a fix, and no person ever had it.",
                "bad",
            ),
            Number(
                "Time until a person, median",
                say(row["median_time_before"]),
                f"{say_n(int(row['n']), 'case')}, {int(row['n_met']):,} met one",
                "Who left, or still waits, counts for as long as they were watched.",
                "customer",
            ),
            Number(
                "Life spent before a person",
                percent(float(row["share_before"]), 1),
                f"of {say(row['life'])} of {say_n(int(row['n']), 'case')}",
                f"{say_n(int(row['n_bots']), 'bot')} declared in the dialect.",
            ),
        )
    )
    return Section("first-person", "Before the first person", lead, (numbers,))
