"""Words: what the labels and codes of a desk mean, and which of them its dialect does not know."""

from __future__ import annotations

import numpy as np

from lanehop import grouped
from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.dialect import Dialect, code_classes, label_states
from lanehop.errors import ClaimWarning, DialectError, UnmappedWarning, warn
from lanehop.log import CodedEvents
from lanehop.read.ledger import Ledger, first_flagged
from lanehop.states import CLOSED, FIRST_DONE, FIXED, RESOLVED, STATES, WORKAROUND


def read_states(dialect: Dialect, labels: Coded | None, first: Instants, row: Codes, ledger: Ledger) -> Codes | None:
    """Return the state that each event says; -1 where it says none. Labels that are not known are reported."""
    if labels is None or not len(labels.names):
        return None
    known, names = label_states(dialect), labels.names.to_pylist()
    meant = np.array([known.get(name, -1) for name in names], dtype=np.int8)
    strange = np.array([name not in known and name not in dialect.notes for name in names])
    if strange.all():
        raise DialectError(
            f"none of the {len(names):,} state labels is known to the dialect ({', '.join(map(repr, names[:10]))}); "
            "pass states={'working': [...], 'resolved': [...], ...}"
        )
    _report("unmapped_state", labels, strange, row, ledger)
    if strange.any():
        examples = ", ".join(repr(name) for name, is_strange in zip(names, strange, strict=True) if is_strange)
        n_events = int(np.append(strange, False)[labels.codes].sum())
        warn(
            f"{strange.sum():,} of {len(names):,} state labels, on {n_events:,} of {len(row):,} events, are not known to "
            f"the dialect and change no state: {examples[:300]}; log.ledger counts each; pass states={{...}}, or "
            "notes=[...] for labels that are no states",
            UnmappedWarning,
        )
    said = np.append(meant, np.int8(-1))[labels.codes]
    if dialect.reopenings:
        ignored = _kept_done(dialect, names, said, labels.codes, first)
        if ignored.any():
            at = first_flagged(ignored, row)
            ledger.note("no_reopening", int(ignored.sum()), int(row[at]), names[int(labels.codes[at])])
            said[ignored] = -1
    return said


def _kept_done(dialect: Dialect, names: list[str], said: Codes, codes: Codes, first: Instants) -> Flags:
    """Return the open labels of tickets that are done and that no reopening label has opened again."""
    reopens = np.append(np.isin(np.array(names, dtype=object), dialect.reopenings), False)[codes]
    at = np.arange(len(said))
    begin, end = np.repeat(first[:-1], np.diff(first)), at + 1
    done_at, done = grouped.last_in(np.flatnonzero(said >= FIRST_DONE), begin, end)
    opened_at, opened = grouped.last_in(np.flatnonzero(reopens), begin, end)
    return (said >= 0) & (said < FIRST_DONE) & done & ~(opened & (opened_at > done_at))


def report_codes(dialect: Dialect, codes: Coded, row: Codes | None, ledger: Ledger) -> None:
    """Report the resolution codes to which the dialect gives no class; they count as none."""
    classes = code_classes(dialect)
    strange = np.array([name not in classes for name in codes.names.to_pylist()], dtype=bool)
    _report("unclassed_resolution", codes, strange, row, ledger)


def _report(reason: str, values: Coded, which: Flags, row: Codes | None, ledger: Ledger) -> None:
    """Note each of these values, with how often and where first it stands."""
    if not which.any():
        return
    at = np.flatnonzero(np.append(which, False)[values.codes])
    codes = values.codes[at]
    n = np.bincount(codes, minlength=len(values.names))
    firsts = np.full(len(values.names), np.iinfo(np.int64).max)
    if row is not None:
        np.minimum.at(firsts, codes, row[at])
    for code in np.flatnonzero(n):
        ledger.note(reason, n[code], None if row is None else firsts[code], values.names[int(code)].as_py())


def check_claims(dialect: Dialect, e: CodedEvents) -> None:
    """Warn where fewer than half of the tickets that were ever done hold a claim of a fix."""
    if e.state is None:
        return
    claims = e.state == RESOLVED
    if dialect.closing_is_claim:
        claims |= e.state == CLOSED
    if e.resolution is not None:
        classes = code_classes(dialect)
        fixes = [classes.get(name, -1) in (FIXED, WORKAROUND) for name in e.resolution.names.to_pylist()]
        # A code that is said while the ticket is open claims nothing.
        said = np.array([*fixes, False], dtype=bool)[e.resolution.codes]
        claims |= said & (grouped.carry(e.state, e.first) >= FIRST_DONE)
    done = np.logical_or.reduceat(e.state >= FIRST_DONE, e.first[:-1])
    claimed = np.logical_or.reduceat(claims, e.first[:-1])
    n_done, n_claimed = int(done.sum()), int((done & claimed).sum())
    if n_claimed * 2 < n_done:
        warn(
            f"only {n_claimed:,} of {n_done:,} tickets that were ever done ({n_claimed / n_done:.0%}) hold a claim that "
            f"they were fixed (state {STATES[RESOLVED]!r}, or a code of class fixed); where this desk says it by closing, "
            "pass closing_is_claim=True",
            ClaimWarning,
        )
