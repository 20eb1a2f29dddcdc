"""The search for a dialect: look at any export, and say how its dialect goes as far as the data tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop.columns import STR, Instants
from lanehop.dialect import Dialect
from lanehop.read.suggest.candidates import Candidate, Within, counted, part_ways
from lanehop.read.suggest.column_looks import ColumnLook, group_rows, look_at_columns, rows_by_case
from lanehop.read.suggest.first_look import FirstLook, look_at
from lanehop.read.suggest.label_words import UNASSIGNED
from lanehop.read.suggest.missing_guesses import find_missing
from lanehop.read.suggest.questions import Facts, ask
from lanehop.read.suggest.role_guesses import (
    find_case,
    find_dates,
    find_department,
    find_people_and_words,
    find_state,
    find_time,
)
from lanehop.read.suggest.state_labels import StateLabels, read_labels
from lanehop.read.suggest.suggestion import Suggestion, unplaced_table
from lanehop.read.suggest.time_decision import TimeDecision, decide_format, reads
from lanehop.read.suggest.toml import SHOWN_NEEDED, StateChoice
from lanehop.read.times import read_times

__all__ = ["search_dialect"]

_OTHER_ROLES = ("agent", "actor", "resolution", "requester", "category", "priority", "channel", "activity")
_READ = 0.95
"""Share of a column's times that the format must read."""


def search_dialect(source: object) -> Suggestion:
    """Look for the dialect of a source; see ``suggest_dialect``."""
    return _Work(look_at(source)).conclude()


class _Work:
    """What is found out about one source, step by step; each step rests on those before."""

    def __init__(self, look: FirstLook) -> None:
        self.look = look
        self.rows = look.rows
        self.looks = look_at_columns(look.rows)
        self.by_name = {x.name: x for x in self.looks}
        self.n_rows = look.rows.table.num_rows
        self.found: dict[str, list[Candidate]] = {}
        self.keys: dict[str, Any] = {}
        self.notes: dict[str, str] = {}
        self.within: Within | None = None
        self.format: TimeDecision | None = None

    def conclude(self) -> Suggestion:
        """Find everything out, and say it."""
        self.find_cases()
        self.find_times()
        self.find_roles()
        state = self.find_states()
        self.find_final(state)
        missing = find_missing(self.chosen_looks(), self.likely("department"), self.n_rows, self.state_stand_ins())
        if missing.found:
            self.keys["missing"] = tuple(missing.found)
            self.notes["missing"] = "stands for nothing: " + "; ".join(
                f"{token!r} in " + ", ".join(f"{name!r} ({counted(n, 'row')})" for name, n in where.items())
                for token, where in missing.found.items()
            )
        if missing.unassigned:
            self.keys["missing_department"] = "unassigned"
            self.notes["missing_department"] = "all rows without a department say in words that there is none"
        if self.look.sheet is not None:
            self.keys["sheet"] = self.look.sheet
            self.notes["sheet"] = "of the sheets, its header says most; the others: " + ", ".join(
                map(repr, self.look.other_sheets)
            )
        facts = Facts(self.look, self.looks, self.found, self.keys, self.format, self.within, missing)
        questions = ask(facts, state)
        return Suggestion(
            Dialect(**self.keys),
            self.columns_table(),
            unplaced_table([] if state is None else state.unplaced()),
            tuple(q.text for q in questions),
            f"{self.look.name}{counted(self.n_rows, 'row')} and {counted(len(self.rows.header), 'column')} ({self.rows.kind})",
            tuple(questions),
            self.notes,
            {} if state is None else state.hints(),
            tuple(map(self.state_choice, self.likely_states())) if state is None else (),
        )

    # Columns

    def find_cases(self) -> None:
        """Find the tickets, and look at the columns within them."""
        self.found["case"] = find_case(self.looks, self.n_rows)
        case = self.likely("case")
        if case is not None:
            self.group(case, None)

    def group(self, case: ColumnLook, us: Instants | None) -> None:
        """Look within the cases, where there is a history in them."""
        if case.n == case.n_distinct:
            return
        grouping = group_rows(case.values, us)
        changes = {x.name: grouping.changes(x.values.codes) for x in self.looks}
        self.within = Within(changes, case.n_distinct, us is not None)

    def find_times(self) -> None:
        """Find the column of the time, and how the export writes times."""
        self.found["time"] = find_time(self.looks, self.within)
        time = self.likely("time")
        if time is None:
            return
        others = [x for x in self.looks if x.is_time and x is not time]
        self.format = decide_format(time, others)
        if self.format.decided and self.found["time"][0].sure_enough:
            self.notes["time_format"] = self.format.why
            if self.format.time_format is not None:
                self.keys["time_format"] = self.format.time_format
                if time.time.best.in_utc:
                    self.keys["timezone"] = "UTC"
                    self.notes["timezone"] = "every time says so itself"
        case = self.likely("case")
        if self.within is None or case is None or not self.format.decided or not self.found["time"][0].sure_enough:
            return
        column = self.rows.table[time.name]
        if time.typed is None:
            column = time.values.names.take(pa.array(time.values.codes, mask=time.values.codes < 0))
        times = read_times(column, time.name, time_format=self.format.time_format, timezone="UTC", order=None)
        self.group(case, np.where(times.ok, times.us, np.iinfo(np.int64).max))

    def find_roles(self) -> None:
        """Find all other columns, and give each one role."""
        time = frozenset(c.columns[0] for c in self.found["time"] if c.confidence >= 0.5)
        for role in ("opened_at", "promised_at"):
            self.found[role] = [self.readable(c) for c in find_dates(role, self.looks, self.within, time)]
        self.found["state"] = find_state(self.looks, self.within)
        state = self.found["state"][:1]
        changes = self.within.changes if self.within is not None else {}
        moves = max((changes[name].n for c in state for name in c.columns if name in changes), default=self.n_rows)
        self.found["department"] = find_department(self.looks, self.within, moves)
        case = frozenset(name for c in self.found["case"][:1] for name in c.columns)
        for role in _OTHER_ROLES:
            self.found[role] = find_people_and_words(role, self.looks, self.within, case)
        self.doubt_cases()
        part_ways(self.found)
        self.keys["columns"] = {
            role: ranked[0].columns if len(ranked[0].columns) > 1 else ranked[0].columns[0]
            for role, ranked in self.found.items()
            if ranked and ranked[0].sure_enough
        }

    def doubt_cases(self) -> None:
        """Take the confidence from a mere "id" of each row where nothing else speaks of tickets."""
        ranked = self.found["case"]
        others = sum(
            bool(x) and x[0].sure_enough for x in [self.found[role] for role in ("time", "department", "state")]
        )
        if ranked and rows_by_case(self.by_name[ranked[0].columns[0]]) == 1 and others < 2:
            why = f"{ranked[0].why}; it may be the id of something else"
            ranked[0] = replace(ranked[0], confidence=min(ranked[0].confidence, 0.5), why=why)

    def readable(self, candidate: Candidate) -> Candidate:
        """Take the confidence from a column of times that the export's format does not read."""
        look = self.by_name[candidate.columns[0]]
        if self.format is None:
            self.format = decide_format(look, [x for x in self.looks if x.is_time and x is not look])
        if reads(look, self.format.likely) >= _READ:
            return candidate
        why = f"{candidate.why}; written otherwise than the time: one format cannot read both"
        return Candidate(candidate.role, candidate.columns, min(candidate.confidence, 0.5), why)

    def likely(self, role: str) -> ColumnLook | None:
        """Return the first candidate of a role, sure or not; None without one."""
        ranked = self.found.get(role)
        return self.by_name[ranked[0].columns[0]] if ranked and ranked[0].confidence >= 0.4 else None

    def chosen_looks(self) -> dict[str, ColumnLook]:
        """Return the columns that a completed dialect may name."""
        names = [
            name
            for role, ranked in self.found.items()
            for c in ranked
            if c is ranked[0] or (role == "department" and c.confidence >= 0.5) or c in self.likely_states()
            for name in c.columns
            if c.confidence >= 0.4
        ]
        return {name: self.by_name[name] for name in dict.fromkeys(names)}

    # States

    def find_states(self) -> StateLabels | None:
        """Read the labels of the state, and place those whose words leave no doubt."""
        ranked = self.found["state"]
        if not ranked or not ranked[0].sure_enough:
            return None
        labels = read_labels(self.rows, ranked[0].columns)
        states = labels.states()
        if states:
            self.keys["states"] = states
            self.notes["states"] = labels.note()
        return labels

    def likely_states(self) -> list[Candidate]:
        """Return what may hold the state: the one that is sure, or else all that are worth a line."""
        ranked = self.found["state"]
        return ranked[:1] if ranked and ranked[0].sure_enough else [c for c in ranked if c.confidence >= SHOWN_NEEDED]

    def state_choice(self, candidate: Candidate) -> StateChoice:
        """Return the labels that a candidate for the state would give."""
        labels = read_labels(self.rows, candidate.columns)
        return StateChoice(
            candidate.columns, labels.states(), unplaced_table(labels.unplaced()), labels.hints(), labels.note()
        )

    def find_final(self, labels: StateLabels | None) -> None:
        """Tell a resolution code that stands on every row though it is known only at the end."""
        name = self.keys["columns"].get("resolution")
        if name is None or labels is None or self.within is None or self.within.changes[name].n:
            return
        is_open = labels.open_rows()
        n_open = int(is_open.sum())
        early = int((self.by_name[name].values.codes[is_open] >= 0).sum())
        if n_open and early >= 0.5 * n_open:
            self.keys["final"] = (name,)
            self.notes["final"] = (
                f"{name!r} never changes within a case and stands on {early:,} of {n_open:,} rows where the ticket is "
                "still open: it was written back from the end"
            )

    def state_stand_ins(self) -> frozenset[str]:
        """Return words for nobody that are labels of the state, such as "Unassigned"."""
        return frozenset(
            token
            for c in self.likely_states()
            for name in c.columns
            for token in self.by_name[name].stand_ins
            if token.casefold() in UNASSIGNED
        )

    def columns_table(self) -> pd.DataFrame:
        """Return all candidates, role by role."""
        lines = [
            (role, c.shown, round(max(c.confidence, 0.0), 2), c.why) for role in self.found for c in self.found[role]
        ]
        made = pd.DataFrame(lines, columns=["role", "column", "confidence", "why"])
        return made.astype({"role": STR, "column": STR, "confidence": "float64", "why": STR})
