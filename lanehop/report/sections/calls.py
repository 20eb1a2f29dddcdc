"""Calls: whom to call today, and why."""

from __future__ import annotations

from lanehop.report.section import Block, Section, Table
from lanehop.report.view import MOST_ROWS, View
from lanehop.review import call_list, score_customers
from lanehop.wording import say_n

N_CALLS, SEED = 30, 0


def calls(view: View) -> Section | None:
    """List whom to call."""
    lanes = view.lanes
    if not view.says_states:
        return None
    called = call_list(lanes, n=N_CALLS, seed=SEED)
    columns = [
        "tier",
        "rank",
        "requester",
        "case",
        "why",
        "what_happened",
        "last_person",
        "last_department",
        "waited",
        "n_handoffs",
        "n_unresolved",
    ]
    if not view.names:
        columns = [name for name in columns if name not in ("requester", "last_person")]
    dropped = int((called["tier"] == 1).sum())
    long_way = int((called["tier"] == 2).sum())
    lead = (
        f"{say_n(dropped, 'customer')} who went part of the way and dropped out before anybody fixed it, {long_way:,} who were served in the end and "
        f"waited longest, and {len(called) - dropped - long_way:,} drawn by lot from the rest."
        + ("" if view.names else " Names are left out here: the case leads to the customer.")
    )
    blocks: list[Block] = [
        Table(
            "call_list",
            "Whom to call",
            called[columns].assign(why=called["why"].astype("str").str.replace("_", " ")),
            len(called),
            {
                "tier": "1: dropped out, nobody fixed it. 2: fixed, after more waiting than most. 3: by lot from all others",
                "why": "tier 1: never met a person, closed without fix, withdrawn in silence; tier 2: long way; tier 3: random",
                "waited": "time of the case in open states, and done that was not",
                "last_person": "whom of the desk the case had last",
                "n_unresolved": "closures without resolution",
            },
            "A survey would have reached those who had not given up; tier 1 had.",
            whole=f"call_list(lanes, n={N_CALLS}, seed={SEED})",
        )
    ]
    if view.names and lanes.log.tickets["requester"].notna().any():
        customers = score_customers(lanes)
        blocks.append(
            Table(
                "customers",
                "Customers over all of their cases, worst first",
                customers.head(MOST_ROWS),
                len(customers),
                {
                    "n_cases": "cases of theirs",
                    "n_closed_unresolved": "closed at least once without resolution",
                    "n_ended_unresolved": "that ended so",
                    "waited": "time of these cases in open states, and done that was not",
                    "last_contact_at": "when they last opened a case or acted in one",
                },
                whole="score_customers(lanes)",
            )
        )
    return Section("calls", "Whom to call", lead, tuple(blocks))
