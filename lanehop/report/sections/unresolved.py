"""Unresolved: the closures without resolution, by reason and department, each with its evidence."""

from __future__ import annotations

import pandas as pd

from lanehop.report.headline import counts_apart
from lanehop.report.section import Block, Number, Numbers, Section, Table, Text, Tone
from lanehop.report.view import MOST_ROWS, View
from lanehop.states import REASONS
from lanehop.wording import percent, say_n, say_share

MEANINGS = {
    "reopened": "the ticket was opened again",
    "continued": "the problem went on in another ticket, by explicit links alone",
    "negative_code": "the resolution code says that it was not fixed",
    "silence": "done while the desk waited for the customer, and no person claimed a fix",
    "no_claim": "nobody claimed a fix",
    "continued_inferred": "the problem went on in another ticket, by an inferred link",
}


def unresolved(view: View) -> Section | None:
    """List what was closed without resolution, with the evidence."""
    if not view.says_states:
        return None
    cases, closures, bad = view.lanes._cases, view.closures, view.unresolved
    n_bad, ended = int(cases["closed_unresolved"].sum()), int((cases["outcome"] == "unresolved").sum())
    lead = (
        f"{say_share(len(bad), len(closures))} closures were without resolution. That is a count of closures; of cases, "
        f"{say_share(n_bad, len(cases))} were closed so at least once, and {say_share(ended, len(cases))} ended so."
    )
    if not len(closures):
        return Section("unresolved", "Closed without resolution", "No case of this log was ever declared done.", ())
    fixed = closures[closures["verdict"] == "fixed"]
    numbers = Numbers(
        (
            _number(
                "Cases closed without resolution", n_bad, len(cases), "case", "At least one closure without resolution."
            ),
            _number("Cases that ended without resolution", ended, len(cases), "case", "The last closure was one."),
            _number(
                "Closures without resolution",
                len(bad),
                len(closures),
                "closure",
                "Every time the desk said done counts.",
            ),
            _number(
                "Fixed, but straight out of silence",
                int(fixed["silent"].sum()),
                len(fixed),
                "fixed closure",
                "Closed while the desk waited for the customer, and nobody came back: fixed, or given up.",
                tone="plain",
            ),
        )
    )
    blocks: list[Block] = [numbers]
    apart = tuple(f"{label.strip().capitalize()}: {text}." for label, text in counts_apart(view.lanes, closures))
    if apart:
        blocks.append(Text(apart))
    if len(bad):
        blocks += [_reasons(bad, closures), _departments(bad, closures), _evidence(view)]
    return Section("unresolved", "Closed without resolution", lead, tuple(blocks))


def _number(label: str, n: int, of: int, word: str, meaning: str, tone: Tone = "bad") -> Number:
    return Number(label, percent(n, of), f"{n:,} of {say_n(of, word)}", meaning, tone if n else "plain")


def _reasons(bad: pd.DataFrame, closures: pd.DataFrame) -> Table:
    counted = [
        {
            "reason": name,
            "n": int((bad["reason"] == name).sum()),
            "n_cases": bad.loc[bad["reason"] == name, "case"].nunique(),
            "n_evidence": int(bad[name].sum()),
            "meaning": MEANINGS[name],
        }
        for name in REASONS
    ]
    table = pd.DataFrame(counted).astype({"n": "int32", "n_cases": "int32", "n_evidence": "int32"})
    table = table[table["n_evidence"] > 0].reset_index(drop=True)
    table.insert(2, "share", table["n"] / len(bad))
    return Table(
        "reasons",
        f"Why {say_n(len(bad), 'closure')} of {len(closures):,} are called without resolution",
        table,
        len(table),
        {
            "n": "closures of which it is the first reason that applies, in the order of this table",
            "share": "of the closures without resolution",
            "n_evidence": "closures without resolution for which it holds, whatever the first reason",
        },
    )


def _departments(bad: pd.DataFrame, closures: pd.DataFrame) -> Table:
    def count(table: pd.DataFrame) -> pd.Series[int]:
        return table["department"].astype("str").fillna("(no department)").value_counts()

    table = pd.DataFrame({"n_closures": count(closures), "n_unresolved": count(bad)}).fillna(0).astype("int32")
    table = table.rename_axis("department").reset_index().astype({"department": "str"})
    table["share"] = table["n_unresolved"] / table["n_closures"]
    table = table.sort_values(["n_unresolved", "department"], ascending=[False, True], ignore_index=True)
    return Table(
        "closures_by_department",
        "Closures without resolution by the department that declared it done",
        table.head(MOST_ROWS),
        len(table),
        {"share": "of the closures of that department"},
    )


def _evidence(view: View) -> Table:
    rank = pd.Series(range(len(view.worst)), index=view.worst["case"])
    bad = view.unresolved
    bad = bad.assign(rank=bad["case"].map(rank)).sort_values(["rank", "closure"], kind="stable")
    columns = view.without_people(
        [
            "case",
            "closure",
            "ticket",
            "department",
            "agent",
            "at",
            "reason",
            "reopened_at",
            "continued_by",
            "resolution",
            "silent",
        ]
    )
    return Table(
        "closures_without_resolution",
        "Every closure without resolution, of the worst cases first",
        bad[columns].head(MOST_ROWS).reset_index(drop=True),
        len(bad),
        {
            "closure": "number within the case, from 0",
            "at": "when it was declared done (UTC)",
            "reason": "the first evidence that it was not fixed",
            "reopened_at": "when the ticket was opened again",
            "continued_by": "the ticket in which the problem went on",
            "resolution": "the code said with it",
            "silent": "done straight out of waiting for the customer",
        },
        whole="lanes.closures[lanes.closures.verdict == 'unresolved']",
    )
