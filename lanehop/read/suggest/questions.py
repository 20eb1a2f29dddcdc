"""Suggestion questions: what the data of an export do not tell, in words for the one who knows the helpdesk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lanehop.read.suggest.candidates import Candidate, Within, counted
from lanehop.read.suggest.column_looks import ColumnLook, rows_by_case
from lanehop.read.suggest.first_look import FirstLook
from lanehop.read.suggest.missing_guesses import MissingGuess
from lanehop.read.suggest.state_labels import StateLabels
from lanehop.read.suggest.time_decision import TimeDecision
from lanehop.read.suggest.toml import Question, quoted
from lanehop.read.suggest.wordings import EXACT_WEAK, plain_words
from lanehop.states import RESOLUTION_CLASSES

_CLOCK = r"^\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s?[AaPp][Mm])?$"
_NEEDED = ("case", "time", "department", "state")
_MOST_CODES = 40


@dataclass(frozen=True)
class Facts:
    """What was found out about an export."""

    look: FirstLook
    looks: list[ColumnLook]
    found: Mapping[str, list[Candidate]]
    keys: Mapping[str, Any]
    format: TimeDecision | None
    within: Within | None
    missing: MissingGuess

    @property
    def named(self) -> Mapping[str, Any]:
        """The columns that the dialect names."""
        columns: Mapping[str, Any] = self.keys["columns"]
        return columns

    def column(self, name: str) -> ColumnLook:
        """Return what a column holds."""
        return next(x for x in self.looks if x.name == name)


def ask(facts: Facts, labels: StateLabels | None) -> list[Question]:
    """Return the questions that the data leave, the gravest first."""
    return [
        *_about_history(facts),
        *_about_columns(facts),
        *_about_format(facts),
        *_about_zone(facts),
        *_about_missing(facts),
        *_about_states(facts, labels),
        *_about_codes(facts),
        *_about_file(facts),
    ]


def _about_history(facts: Facts) -> list[Question]:
    asked = []
    fields = [x for x in facts.looks if "field" in x.says and not x.is_time]
    values = [x.name for x in facts.looks if "value" in x.says and not x.is_time and x not in fields]
    if facts.within is None:
        fields = [x for x in fields if x.says["field"].score > EXACT_WEAK]
    if fields and values:
        asked.append(
            Question(
                "",
                f"one row per changed field ({fields[0].name!r}, {values[0]!r}): neither state nor department has a column "
                "of its own, so that read_log cannot read it; read_changes reads such a list",
            )
        )
    case = facts.found["case"][0].columns[0] if facts.found["case"] else None
    if case is not None and rows_by_case(facts.column(case)) == 1:
        asked.append(
            Question(
                "",
                f"no history: {counted(facts.column(case).n, 'row')}, each with its own {case!r}, from which no chain can be read; "
                "export one row per change (ServiceNow sys_audit, Zendesk ticket audits, Jira changelog), or name "
                "another column as case",
            )
        )
    if facts.look.rows.table.num_rows < 2:
        asked.append(Question("", "one row only, from which little can be told; show a longer export"))
    if not set(_NEEDED[1:]) & set(facts.named):
        asked.append(
            Question("", "neither time nor department nor state stands out: is this a list of tickets at all?")
        )
    return asked


def _about_columns(facts: Facts) -> list[Question]:
    asked = []
    for role in _NEEDED:
        ranked = facts.found[role]
        if role in facts.named:
            continue
        level = [c for c in ranked if c.confidence >= 0.5] or [c for c in ranked if c.confidence >= 0.4]
        if role == "time" and not level:
            asked.append(_no_time(facts))
        elif not level:
            asked.append(Question("columns", f"{role}: no column found for it; name one if there is one"))
        else:
            names = " or ".join(repr(c.shown) for c in level)
            what = "is it that?" if len(level) == 1 else "which one?"
            asked.append(Question("columns", f"{role}: {names}, {what} Take away the # of its line above"))
    twice = sorted(name for name, n in facts.look.rows.duplicated.items() if n > 1 and name)
    if twice:
        shown = ", ".join(map(repr, twice))
        asked.append(Question("columns", f"columns that stand more than once cannot be read until renamed: {shown}"))
    return asked


def _no_time(facts: Facts) -> Question:
    clocks = [x.name for x in facts.looks if x.share_matching(_CLOCK) > 0.9]
    dates = [x.name for x in facts.looks if x.is_time]
    if clocks and dates:
        return _split_time(dates[0], clocks[0])
    hints = []
    for x in facts.looks:
        if "time" not in x.says or x.is_time or not x.n:
            continue
        example = next(name for name, n in zip(x.values.names.to_pylist(), x.counts.tolist(), strict=True) if n)
        kind = "no form of time that lanehop knows"
        if x.share_matching(r"^1[0-9]{9}(?:[0-9]{3})?$") > 0.9:
            kind = "seconds or milliseconds since 1970: convert them to times first"
        elif x.share_matching(r"^[34][0-9]{4}(?:[.,][0-9]+)?$") > 0.9:
            kind = "a spreadsheet's day numbers: format the cells as dates and export again"
        elif x.share_matching(r"(?i)[a-z\u00e0-\u00ff]{3,}") > 0.9:
            kind = "with months in words that only a person reads: export numbers"
        hints.append(f"{x.name!r} looks like {kind} (such as {example!r})")
    return Question("columns", "time: no column found for it; " + ("; ".join(hints) or "name one if there is one"))


def _split_time(date: str, clock: str) -> Question:
    return Question(
        "columns",
        f"time: the day may stand in {date!r} and the time of day in {clock!r}; lanehop reads one column: join them",
    )


def _about_format(facts: Facts) -> list[Question]:
    ranked = facts.found["time"]
    if facts.format is None or not ranked:
        return []
    name = ranked[0].columns[0]
    if facts.format.decided:
        look = facts.column(name)
        asked = []
        unread = look.n - next(w.n for w in look.time.writings if w.time_format == facts.format.time_format)
        if unread:
            asked.append(
                Question(
                    "",
                    f"{unread:,} of {look.n:,} values of {name!r} {'is no time' if unread == 1 else 'are no times'} so, and would be lost",
                )
            )
        if (
            not look.time.typed
            and look.share_matching(r"\d[:.h]\d{2}") < 0.5
            and look.share_matching(r"^\d{10,}") < 0.5
        ):
            clocks = [x.name for x in facts.looks if x.share_matching(_CLOCK) > 0.9]
            if clocks:
                asked.append(_split_time(name, clocks[0])._replace(key=""))
            else:
                asked.append(Question("", f"{name!r} holds days only: within one day the rows count as they stand"))
        return asked
    formats = [f"time_format = {quoted(f)}  # {remark}" for f, remark in facts.format.choices if f]
    return [Question("time_format", f"time_format: {facts.format.why}", tuple(formats))]


def _about_zone(facts: Facts) -> list[Question]:
    if "timezone" in facts.keys:
        return []
    said = []
    for role in ("time", "opened_at", "promised_at"):
        for c in facts.found.get(role, [])[:1]:
            look = facts.column(c.columns[0])
            naive = look.time.best.n_naive if look.is_time else 0
            if naive and c.confidence >= 0.5:
                said.append(f"{naive:,} of {look.n:,} times of {look.name!r}")
    if not said:
        return []
    text = f"timezone: {' and '.join(said)} state no zone: which one is it (an IANA name)?"
    return [Question("timezone", text, ('timezone = "Europe/Lisbon"',))]


def _about_missing(facts: Facts) -> list[Question]:
    asked = []
    state = {name for c in facts.found["state"] for name in c.columns}
    for token, where in facts.missing.labels.items():
        elsewhere, holder = [name for name in where if name not in state], [name for name in where if name in state]
        if elsewhere and holder:
            asked.append(
                Question(
                    "missing",
                    f"missing: {token!r} is a label of {holder[0]!r} and stands for nobody in {elsewhere[0]!r}; "
                    "one of them must be renamed",
                )
            )
    if facts.missing.department:
        text = (
            f"missing_department: {facts.missing.department}; does that say nothing, so that the last one carries on "
            "(as it is now), or that the ticket is then in none?"
        )
        asked.append(Question("missing_department", text, ('missing_department = "unassigned"',)))
    return asked


def _about_states(facts: Facts, labels: StateLabels | None) -> list[Question]:
    asked: list[Question] = []
    if labels is None:
        return asked
    states = facts.keys.get("states", {})
    if not states:
        asked.append(Question("states", "no label could be placed: read_log needs at least one"))
    reopening = labels.reopenings()
    if reopening:
        asked.append(
            Question(
                "reopenings",
                "reopenings: a step from done to open, not a state; if listed, only these reopen a done ticket, and each "
                "means open",
                (f"reopenings = [{', '.join(map(quoted, reopening))}]",),
            )
        )
    if "closed" in states and "resolved" not in states:
        asked.append(
            Question(
                "closing_is_claim",
                "closing_is_claim: no label that has a place means resolved; is to close a ticket to claim that it is fixed?",
                ("closing_is_claim = true",),
            )
        )
    return asked


def _about_codes(facts: Facts) -> list[Question]:
    name = facts.named.get("resolution")
    if name is None:
        return []
    look = facts.column(name)
    ranked = np.argsort(-look.counts, kind="stable")[: min(look.n_distinct, _MOST_CODES)]
    lines = [
        f"  {quoted(look.values.names[int(at)].as_py())},  # {counted(int(look.counts[at]), 'row')}" for at in ranked
    ]
    if look.n_distinct > _MOST_CODES:
        lines.append(f"  and {look.n_distinct - _MOST_CODES:,} more")
    text = f"resolutions: what {_do_the_codes(look.n_distinct)} of {name!r} mean? Until a code has a class, it counts as none"
    lines = ["[resolutions]", *[f"{name} = []" for name in RESOLUTION_CLASSES], *lines]
    return [Question("resolutions", text, tuple(lines))]


def _do_the_codes(n: int) -> str:
    return "does the 1 code" if n == 1 else f"do the {n:,} codes"


def _about_file(facts: Facts) -> list[Question]:
    encoding = facts.look.encoding
    if encoding is None:
        return []
    foreign = [x.name for x in facts.looks if not x.name.isascii()]
    read = [name for name in foreign if any(plain_words(name) == s.phrase for s in facts.column(name).says.values())]
    proof = f"; that {read[0]!r} is a known word speaks for it" if read else ""
    text = f"encoding: the file is not UTF-8 and was read as {encoding}{proof}; do names look right?"
    return [Question("encoding", text, (f"encoding = {quoted(encoding)}",))]
