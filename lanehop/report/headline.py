"""The headline: what a log comes to, on one screen of text, each number with its n."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from lanehop.clocks.averages import median, median_interval
from lanehop.clocks.censoring import kaplan_meier
from lanehop.columns import Flags, Instants
from lanehop.curves.grounds import count_claims, sign_of_selection
from lanehop.curves.spans import length_of, measure_spans
from lanehop.journeys import stitch
from lanehop.lanes import Lanes, count_handoffs, count_loops, reconstruct
from lanehop.states import REASONS, VERDICTS
from lanehop.wording import printable, say_length, say_n, say_share

N_WORST = 5
"""Departments, handoffs and ledger lines shown."""


def write_headline(lanes: Lanes, name: str) -> str:
    """Write the headline of a log: what was closed without resolution, where, and how long it took."""
    log, cases = lanes.log, lanes._cases
    told = log._coded.state is not None
    tickets = "" if log._coded.cases is None else f" of {say_n(len(log._coded.tickets), 'ticket')}"
    sections = [
        [
            f"{name}",
            f"{say_n(len(cases), 'case')}{tickets}, {say_n(len(log._coded.time), 'event')}, "
            f"{say_n(len(log._coded.department.names), 'department')}, "
            f"{cases['opened_at'].min():%Y-%m-%d} to {log.as_of:%Y-%m-%d}",
        ],
        *([] if log._coded.cases is None else [_titled("Cases across tickets", _stitching(lanes))]),
        *([] if told else [["No event says a state: nothing can be said of closures, of fixes or of either clock."]]),
        *([_titled("Closed without resolution", _closings(lanes))] if told else []),
        *([_titled(f"The two clocks{_counted_in(lanes)}", _clocks(lanes))] if told else []),
        *(
            [_titled(f"The two clocks{_counted_in(lanes)}, ticket by ticket", _ticket_clocks(lanes))]
            if told and log._coded.cases
            else []
        ),
        _titled("Handoffs and loops", _moves(lanes)),
        *([_titled("Worst lanes: most closures without resolution", _worst_lanes(lanes))] if told else []),
        _titled("Rows", _rows(log.ledger)),
        _titled("What the numbers rest on", _grounds(lanes)),
    ]
    # What a log says must not steer the terminal, nor write lines of its own.
    return "\n\n".join("\n".join(map(printable, lines)) for lines in sections) + "\n"


def _titled(title: str, lines: Iterable[tuple[str, str]]) -> list[str]:
    entries = list(lines)
    width = max((len(label) for label, _ in entries), default=0)
    return [title, *(f"  {label:<{width}}  {text}".rstrip() for label, text in entries)]


def _stitching(lanes: Lanes) -> Iterable[tuple[str, str]]:
    cases, rules = lanes._cases, lanes.log.stitching
    several = cases["n_tickets"] > 1
    tickets = f", {say_n(int(cases.loc[several, 'n_tickets'].sum()), 'ticket')}" if several.any() else ""
    yield "cases of several tickets", f"{say_share(int(several.sum()), len(cases))}{tickets}"
    for rule in _lines(rules[rules["n_links"] > 0]):
        label = f"  by {str(rule.kind).replace('_', ' ')}"
        yield label, f"{say_n(rule.n_cases, 'case')}, {say_share(rule.n_used, rule.n_links)} links used"
        if not pd.isna(rule.n_placebo):
            yield (
                "    placebo",
                f"{rule.n_placebo:,} such links in a window just as long after it: about as many are chance",
            )
        if rule.n_tickets_left_out:
            yield (
                "    left out",
                f"{say_n(rule.n_tickets_left_out, 'ticket')} of requesters with too many (max_tickets)",
            )


def _closings(lanes: Lanes) -> Iterable[tuple[str, str]]:
    cases, closures = lanes._cases, lanes._closures
    n = len(cases)
    counted = closures[~closures["parallel"]]
    bad = counted[counted["verdict"] == "unresolved"]
    yield "cases closed without resolution", f"{say_share(int(cases['closed_unresolved'].sum()), n)}, at least once"
    yield "cases that ended without resolution", say_share(int((cases["outcome"] == "unresolved").sum()), n)
    yield "closures without resolution", say_share(len(bad), len(counted))
    for reason in REASONS:
        count = int((bad["reason"] == reason).sum())
        if count:
            yield f"  because {reason.replace('_', ' ')}", say_share(count, len(bad))
    yield from counts_apart(lanes, counted)
    verdicts = counted["verdict"].value_counts()
    yield "closures by verdict", ", ".join(f"{verdicts[v]:,} {v}" for v in VERDICTS)
    fixed = counted[counted["verdict"] == "fixed"]
    yield "  fixed, but straight out of silence", say_share(int(fixed["silent"].sum()), len(fixed))
    yield "cases still open", say_share(int((cases["outcome"] == "open").sum()), n)
    reopens = int(cases["n_reopens"].sum())
    yield "reopenings", f"{reopens:,} in {say_n(int((cases['n_reopens'] > 0).sum()), 'case')}"


def counts_apart(lanes: Lanes, closures: pd.DataFrame) -> Iterable[tuple[str, str]]:
    """Give the counts once more without what stands on weak ground."""
    if closures["continued_inferred"].any():
        used = lanes.log.links[lanes.log.links["used"]]
        kinds = [str(kind) for kind in used["kind"].unique() if kind != "inferred"]
        firm = reconstruct(stitch(lanes.log, kinds=kinds), hold=lanes.hold)
        followed = firm._closures[~firm._closures["parallel"]]
        bad = int((followed["verdict"] == "unresolved").sum())
        yield (
            "by explicit links alone",
            (
                f"{say_share(int(firm._cases['closed_unresolved'].sum()), len(firm._cases))} cases closed without resolution, "
                f"{say_share(int((firm._cases['outcome'] == 'unresolved').sum()), len(firm._cases))} ended so, "
                f"{say_share(bad, len(followed))} closures"
            ),
        )
    done = closures["ticket"].nunique()
    claimed = closures.loc[closures["claimed_at"].notna(), "ticket"].nunique()
    if claimed * 2 < done:
        # Silence, too, may rest on nothing but a missing claim.
        proven = closures[closures[["reopened", "continued", "negative_code"]].any(axis=1)]
        proven = proven[proven["verdict"] == "unresolved"]
        yield (
            "without no claim",
            (
                f"{say_share(proven['case'].nunique(), len(lanes._cases))} cases, {say_share(len(proven), len(closures))} closures "
                f"(only {say_share(claimed, done)} done tickets hold a claim)"
            ),
        )


def _ticket_clocks(lanes: Lanes) -> Iterable[tuple[str, str]]:
    single = reconstruct(stitch(lanes.log, kinds=()), hold=lanes.hold, calendar=lanes.calendar)
    bad = single._cases["closed_unresolved"]
    yield "tickets closed without resolution", say_share(int(bad.sum()), len(bad))
    yield from _clocks(single)


def _counted_in(lanes: Lanes) -> str:
    return "" if lanes.calendar is None else ", in business time"


def _clocks(lanes: Lanes) -> Iterable[tuple[str, str]]:
    spans = measure_spans(lanes)
    yield "time-to-close", _median(spans.close, spans.close_observed, "closed")
    known = lanes._cases["case"].isin(spans.case)
    yield (
        "  of the closed ones alone",
        _plain_median(length_of(lanes, "time_to_close")[known]) + ", as a dashboard shows it",
    )
    yield "time-to-real-fix", _median(spans.fix, spans.fix_observed, "proven fixed")
    yield (
        "  of the fixed ones alone",
        _plain_median(length_of(lanes, "time_to_fix")[known]) + ", which leaves out who still waits",
    )
    if spans.n_left_out:
        yield "left out", f"{say_n(spans.n_left_out, 'case')}, opened within hold of as_of"


def _median(duration: Instants, observed: Flags, done: str) -> str:
    curve = kaplan_meier(duration, observed)
    low, high = median_interval(curve)
    ends = f"{say_length(low)} to {say_length(high)}" if high is not None else f"from {say_length(low)} on"
    interval = f" (95 %: {ends})" if low is not None else ""
    return f"median {say_length(median(curve))}{interval}, n = {len(duration):,}, {int(observed.sum()):,} {done}"


def _plain_median(lengths: pd.Series[pd.Timedelta]) -> str:
    # The lower of two middle ones, as on the curve.
    known = lengths.dropna().sort_values()
    middle = None if known.empty else int(known.iloc[(len(known) - 1) // 2] // pd.Timedelta(microseconds=1))
    return f"median {say_length(middle)}, n = {len(known):,}"


def _moves(lanes: Lanes) -> Iterable[tuple[str, str]]:
    cases, handoffs, loops = lanes._cases, lanes._handoffs, lanes._loops
    most = f" (at most {cases['n_handoffs'].max()} in one)" if len(handoffs) else ""
    yield "handoffs", f"{len(handoffs):,} in {say_n(int((cases['n_handoffs'] > 0).sum()), 'case')}{most}"
    yield "  while done", say_share(int(handoffs["while_done"].sum()), len(handoffs))
    for pair in _lines(count_handoffs(lanes).head(N_WORST)):
        taken = say_length(None if pd.isna(pair.median_pickup) else pair.median_pickup // pd.Timedelta(microseconds=1))
        yield (
            f"  {pair.from_department} > {pair.to_department}",
            f"{pair.n:,}, {pair.n_pickup_observed:,} seen taken up, median pickup {taken}",
        )
    yield "returns (loops)", f"{len(loops):,} in {say_n(int((cases['n_loops'] > 0).sum()), 'case')}"
    for rule in _lines(count_loops(lanes, by="rule")):
        if rule.rule != "returns":
            yield f"  rule {rule.rule}", f"{rule.n:,} in {say_n(rule.n_cases, 'case')}"
    for cycle in _lines(count_loops(lanes).head(N_WORST)):
        yield f"  {cycle.cycle}", f"{cycle.n:,} in {say_n(cycle.n_cases, 'case')}"


def _worst_lanes(lanes: Lanes) -> Iterable[tuple[str, str]]:
    counted = lanes._closures[~lanes._closures["parallel"]]
    unresolved = counted["verdict"] == "unresolved"
    bad = unresolved.groupby(counted["department"], observed=True, dropna=False).agg(n_bad="sum", n="size")
    bad = bad[bad["n_bad"] > 0].sort_values("n_bad", ascending=False, kind="stable")
    for line in _lines(bad.head(N_WORST).reset_index()):
        name = "(no department)" if pd.isna(line.department) else str(line.department)
        yield name, f"{say_share(line.n_bad, line.n)} closures"
    if len(bad) > N_WORST:
        rest = bad.iloc[N_WORST:]
        yield f"and {len(rest):,} more", f"{say_share(int(rest['n_bad'].sum()), int(rest['n'].sum()))} closures"
    yield "all lanes", f"{say_share(int(unresolved.sum()), len(counted))} closures"


def _rows(ledger: pd.DataFrame) -> Iterable[tuple[str, str]]:
    counted = ledger[ledger["effect"] != "noted"]
    n_read = int(counted["n_rows"].sum())
    yield "read", f"{n_read:,}"
    for line in _lines(counted):
        label = "used" if line.effect == "used" else f"set aside: {line.reason.replace('_', ' ')}"
        yield label, _line(line.n_rows, n_read, line.first_row, line.first_value)
    noted = ledger[ledger["effect"] == "noted"]
    for reason, lines in noted.groupby("reason", sort=False):
        for line in _lines(lines.head(N_WORST)):
            yield f"noted: {str(reason).replace('_', ' ')}", _line(line.n_rows, None, line.first_row, line.first_value)
        if len(lines) > N_WORST:
            rest = lines.iloc[N_WORST:]
            yield "", f"and {len(rest):,} more such lines, {int(rest['n_rows'].sum()):,} rows: log.ledger"


def _lines(table: pd.DataFrame) -> Iterable[Any]:
    return table.itertuples()


def _line(n: int, of: int | None, row: Any, value: Any) -> str:
    first = "" if pd.isna(row) or pd.isna(value) else f", first: row {row}, {value!r}"
    if pd.isna(row) and not pd.isna(value):
        first = f", {value!r}"
    return (say_share(n, of) if of is not None else f"{n:,}") + first


def _grounds(lanes: Lanes) -> Iterable[tuple[str, str]]:
    log, claims = lanes.log, count_claims(lanes)
    yield "as_of", f"{log.as_of:%Y-%m-%d %H:%M} UTC"
    unknown = log._ledger.loc[log._ledger["reason"] == "unmapped_state", "n_rows"]
    if len(unknown):
        yield (
            "unknown state labels",
            (
                f"{say_share(int(unknown.sum()), len(log._coded.time))} events, {say_n(len(unknown), 'label')}, changed no state"
            ),
        )
    yield "hold", f"{lanes.hold / pd.Timedelta(days=1):g} days"
    yield "claims unproven", say_share(claims.n_unproven, claims.n)
    yield "reopenings later than hold", say_share(claims.n_reopened_late, claims.n_reopened)
    if claims.mostly_unproven:
        yield "note", "over half of the claims are unproven: the log ends too soon after them for this hold"
    sign = sign_of_selection(lanes)
    if sign is not None:
        yield "note", f"this log looks selected by closing, and says little about cases that stay open: {sign}"
