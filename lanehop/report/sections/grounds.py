"""Grounds: what every number rests on, so that each can be derived again."""

from __future__ import annotations

import pandas as pd

from lanehop.curves.grounds import count_claims, sign_of_selection
from lanehop.report.section import Block, Definitions, Number, Numbers, Plain, Section, Table, Text
from lanehop.report.view import MOST_ROWS, View, in_us
from lanehop.wording import percent, say_n

_WORDS = (
    (
        "Case",
        "What the customer lives through: one ticket, or the tickets that one problem was pushed through, once stitched.",
    ),
    ("Stay", "A run of a case in one department. The stays of a case tile its life, exactly."),
    ("Handoff", "A move to another known department. A first assignment, or a move to nobody, is none."),
    (
        "Loop",
        "A return to a department already left, counted from the latest earlier visit. Of length 1 it is a ping-pong.",
    ),
    ("Closure", "One time that the desk declared a ticket done. A case may have many."),
    (
        "Without resolution",
        "A closure that was opened again, went on in another ticket, whose code says that it was not fixed, that came out of silence, "
        "or with which nobody claimed a fix. The first that applies, in this order, is the reason.",
    ),
    (
        "Fixed",
        "The last claim of a fix, nothing against which was seen for as long as a fix must hold. Not yet watched for so long: unproven, which is not bad.",
    ),
    ("Withdrawn", "Cancelled, a duplicate, or merged into an older ticket."),
    (
        "Time-to-close",
        "From opening to the first time the desk declared it done: what a dashboard of fast closing sees.",
    ),
    (
        "Time-to-real-fix",
        "From the opening of the case to the claim that held. Cases that are open, unproven or unresolved count in its medians for as "
        "long as they were watched (Kaplan-Meier), up to the last day on which a fix could still prove itself; they do not vanish, and are "
        "not called fixed.",
    ),
    (
        "Chase time",
        "Time-to-real-fix less the time in the stay that fixed it. Of a case not proven fixed: its life so far.",
    ),
    ("False done", "Time in which the desk said done and it was not; charged to the department that said so."),
    ("Settled", "Time done otherwise. Left out of shares of time, as an auto-close timer can be half of all minutes."),
    (
        "Median pickup",
        "From a handoff to the first event that enters working; where nobody took it up, watched to the end of the stay.",
    ),
    ("As of", "The now of all numbers: the last time in the log unless said otherwise, never the clock."),
)


def grounds(view: View) -> Section:
    """Give the method, the definitions, the ledger and the dialect."""
    lanes, log = view.lanes, view.lanes.log
    counted = log._ledger[log._ledger["effect"] != "noted"]
    n_read = int(counted["n_rows"].sum())
    n_used = int(counted.loc[counted["effect"] == "used", "n_rows"].sum())
    blocks: list[Block] = [
        _laws(view, n_read, n_used),
        *_warnings(view),
        Definitions(_WORDS),
        Table(
            "ledger",
            "What became of every row read",
            log.ledger.head(MOST_ROWS),
            len(log._ledger),
            {
                "effect": "used and set aside add up to the rows read; noted rows are among the used ones",
                "share": "of the rows read",
                "first_row": "0-based row of the source",
            },
            "log.ledger; each row set aside is in log.set_aside, with its number and what stood there",
        ),
    ]
    if len(log._stitching):
        rules = log.stitching[log._stitching["n_links"] > 0].reset_index(drop=True)
        blocks.append(
            Table(
                "stitching",
                "Which links the cases rest on",
                rules,
                len(rules),
                {
                    "n_cases": "cases that rest on at least one of them",
                    "n_placebo": "such links found in a window just as long after it: about as many are chance",
                },
                "log.stitching; each link is in log.links",
            )
        )
    blocks.append(Plain("The dialect: how this helpdesk speaks, as it was read", log.dialect.to_toml()))
    lead = (
        f"{n_read:,} rows read, {n_used:,} used, {n_read - n_used:,} set aside by name. All numbers are as of {log.as_of:%Y-%m-%d %H:%M} UTC; a "
        f"fix must hold for {lanes.hold / pd.Timedelta(days=1):g} days. The command lanehop tables writes each table whole, and each row of it "
        "leads back to rows of the source."
    )
    return Section("grounds", "What the numbers rest on", lead, tuple(blocks))


def _laws(view: View, n_read: int, n_used: int) -> Numbers:
    """Print the two laws of conservation, checked on this log."""
    lanes = view.lanes
    lives = in_us((lanes._cases["ended_at"] - lanes._cases["opened_at"]).sum())
    stays = in_us((lanes._stays["left_at"] - lanes._stays["entered_at"]).sum())
    charges = in_us(lanes._charges["time"].sum())
    minute = 60_000_000
    claims = count_claims(lanes)
    return Numbers(
        (
            Number("Rows", f"{n_read:,}", f"= {n_used:,} used + {n_read - n_used:,} set aside", "No row vanishes."),
            Number(
                "Minutes of the cases' lives",
                f"{lives / minute:,.0f}",
                f"= {stays / minute:,.0f} in stays = {charges / minute:,.0f} charged",
                "Every minute belongs to one stay, and is charged to one department and one state."
                + ("" if lives == stays == charges else " THEY DIFFER: please report this."),
            ),
            Number(
                "Claims unproven",
                percent(claims.n_unproven, claims.n),
                f"{claims.n_unproven:,} of {say_n(claims.n, 'claim')}",
                "Claims of a fix that could not be watched for as long as a fix must hold.",
            ),
            Number(
                "Reopened later than a fix must hold",
                percent(claims.n_reopened_late, claims.n_reopened),
                f"{claims.n_reopened_late:,} of {say_n(claims.n_reopened, 'reopening')}",
                "Fixes that a longer hold would not have believed.",
            ),
        )
    )


def _warnings(view: View) -> list[Block]:
    lanes = view.lanes
    said = []
    if count_claims(lanes).mostly_unproven:
        said.append("Over half of the claims are unproven: the log ends too soon after them for this hold.")
    sign = sign_of_selection(lanes)
    if sign is not None:
        said.append(f"This log looks selected by closing, and says little about cases that stay open: {sign}.")
    links = lanes.log._links
    if len(links) and lanes.log._coded.cases is None:
        said.append(
            f"{say_n(len(links), 'link')} between tickets of this log were not followed: each ticket is a case of its own. "
            "Stitch the log (lanehop report --stitch) to see what customers lived across tickets."
        )
    unknown = lanes.log._ledger.loc[lanes.log._ledger["reason"] == "unmapped_state", "n_rows"]
    if len(unknown):
        said.append(
            f"{say_n(len(unknown), 'state label')} on {say_n(int(unknown.sum()), 'event')} are not known to the dialect and changed no state."
        )
    return [Text(tuple(said))] if said else []
