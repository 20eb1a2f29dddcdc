"""Candidates: which columns may have a role, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lanehop.read.column_looks import Changes, ColumnLook, rows_by_case, say_the_same
from lanehop.read.label_words import XES_LIFECYCLE

ENOUGH = 0.6
"""From which confidence on a role is filled in."""
_MARGIN = 0.1
"""By how much the first candidate must lead."""
_OPEN = 0.5
"""Confidence at most where several candidates stand side by side, or nothing but behaviour speaks."""
_MOST_DEPARTMENTS = 2_000


@dataclass(frozen=True)
class Candidate:
    """A column that may have a role (or two, whose labels are joined): ``confidence`` from 0 to 1."""

    role: str
    columns: tuple[str, ...]
    confidence: float
    why: str

    @property
    def sure_enough(self) -> bool:
        """Whether the role is filled in with it."""
        return self.confidence >= ENOUGH

    @property
    def shown(self) -> str:
        """The column as a person reads it."""
        return " + ".join(self.columns)


@dataclass(frozen=True)
class Within:
    """What is known of the columns within the cases; empty where the rows are no history."""

    changes: Mapping[str, Changes]
    n_cases: int
    timed: bool = True

    def say(self, name: str) -> str:
        """Say how often a column changes within a case."""
        found = self.changes[name]
        if not found.n:
            return "never changes within a case"
        order = "" if self.timed else ", in the order of the rows"
        return f"changes within a case {found.n:,} times in {found.n_cases:,} of {self.n_cases:,} cases{order}"

    def share(self, name: str) -> float:
        """Return the share of cases in which a column changes."""
        return self.changes[name].n_cases / max(self.n_cases, 1)


def in_words(confidence: float) -> str:
    """Return a confidence as a word with its number."""
    word = "sure" if confidence >= 0.9 else "likely" if confidence >= 0.75 else "rather so"
    return f"{word if confidence >= ENOUGH else 'open'} ({confidence:.2f})"


def settle(found: Iterable[Candidate], looks: Mapping[str, ColumnLook]) -> list[Candidate]:
    """Bring the candidates of one role into order; where none leads, none is sure enough."""
    ranked = sorted(found, key=lambda c: -c.confidence)
    if len(ranked) > 1 and ranked[0].sure_enough and ranked[0].confidence - ranked[1].confidence < _MARGIN:
        first = ranked[0]
        level = [c for c in ranked if first.confidence - c.confidence < _MARGIN]
        if all(say_the_same(looks[first.columns[0]], looks[c.columns[0]]) for c in level[1:]):
            # Names are better to read than the numbers that stand for them.
            level.sort(key=lambda c: looks[c.columns[0]].share_matching(r"^-?\d+$"))
            twins = [
                replace(c, confidence=_OPEN, why=f"{c.why}; says the same as {level[0].shown!r}") for c in level[1:]
            ]
            return [level[0], *twins, *ranked[len(level) :]]
        return [
            *(replace(c, confidence=_OPEN, why=f"{c.why}; {len(level)} columns may be it") for c in level),
            *ranked[len(level) :],
        ]
    return ranked


def find_case(looks: list[ColumnLook], n_rows: int) -> list[Candidate]:
    """Find the columns that may hold the ticket's id."""
    found = []
    for look in looks:
        said = look.says.get("case")
        if said is None or look.is_time or look.n_distinct < 2 or look.n < 0.5 * n_rows:
            continue
        confidence, why = said.score, [f"header says {said.phrase!r}"]
        why.append(f"{look.n_distinct:,} values on {look.n:,} rows")
        if look.n < 0.98 * n_rows:
            confidence -= 0.3
            why.append(f"{n_rows - look.n:,} rows without")
        if look.n_distinct < 10 and rows_by_case(look) > 50:
            confidence -= 0.4
            why.append("few values for an id")
        found.append(Candidate("case", (look.name,), confidence, "; ".join(why)))
    by_name = {look.name: look for look in looks}
    repeated = [c for c in found if c.confidence >= _OPEN and rows_by_case(by_name[c.columns[0]]) > 1]
    if repeated:
        # Beside an id that comes again, one that never does is that of the row.
        found = [
            c
            if rows_by_case(by_name[c.columns[0]]) > 1
            else replace(c, confidence=min(c.confidence, 0.3), why=f"{c.why}; each row has its own")
            for c in found
        ]
    if not any(c.sure_enough for c in found):
        named = {c.columns[0] for c in found}
        found += [
            Candidate("case", (look.name,), _OPEN, f"header says nothing; {look.n_distinct:,} ids on {look.n:,} rows")
            for look in looks
            if look.name not in named
            and not look.is_time
            and not look.says
            and look.n == n_rows
            and look.n_distinct > 2
            and 1.2 <= rows_by_case(look) <= 200
            and look.share_matching(r"\d") > 0.9
        ]
    return settle(found, by_name)


def find_time(looks: list[ColumnLook], within: Within | None) -> list[Candidate]:
    """Find the columns that may hold the time of the event: times that go on within the cases."""
    found, silent = [], []
    for look in looks:
        if not look.is_time:
            continue
        said = look.says.get("time")
        other = max((look.says[r].score for r in ("opened_at", "promised_at", "ended_at") if r in look.says), default=0)
        why = [f"header says {said.phrase!r}" if said else "header says nothing of the time of an event"]
        confidence = said.score if said else _OPEN
        if within is not None:
            why.append(within.say(look.name).replace(", in the order of the rows", ""))
            if not within.changes[look.name].n:
                continue
        if said is not None and other > said.score:
            continue
        if said is None:
            if other == 0 and within is not None:
                silent.append(Candidate("time", (look.name,), _OPEN, "; ".join(why)))
            continue
        found.append(Candidate("time", (look.name,), confidence, "; ".join(why)))
    if not found and len(silent) == 1:
        only = silent[0]
        return [replace(only, confidence=0.7, why=f"{only.why}; no other column of times does")]
    return settle([*found, *silent], {look.name: look for look in looks})


def find_dates(role: str, looks: list[ColumnLook], within: Within | None, taken: frozenset[str]) -> list[Candidate]:
    """Find the columns that may hold the time of opening, or the promised time."""
    found = []
    for look in looks:
        said = look.says.get(role)
        if said is None or not look.is_time or look.name in taken:
            continue
        confidence, why = said.score, [f"header says {said.phrase!r}"]
        if within is not None:
            why.append(within.say(look.name))
            if role == "opened_at" and within.share(look.name) > 0.01:
                confidence -= 0.4
        found.append(Candidate(role, (look.name,), confidence, "; ".join(why)))
    return settle(found, {look.name: look for look in looks})


def find_department(looks: list[ColumnLook], within: Within | None, state_changes: int) -> list[Candidate]:
    """Find the columns that may hold the department: names that change within a case, but seldom."""
    found = []
    for look in looks:
        if look.is_time or look.state_share > 0.5 or not look.n:
            continue
        said = look.says.get("department")
        confidence = said.score if said else 0.4
        why = [f"header says {said.phrase!r}" if said else "header says nothing", f"{look.n_distinct:,} values"]
        if said is None:
            names = look.n_distinct <= max(2, look.n // 3) and look.share_matching(r"^\D{2,60}$|^[A-Za-z].{1,50}$")
            known = {role for role in look.says if look.says[role].score >= _OPEN}
            if within is None or known or not names or names < 0.9 or look.n_distinct < 3:
                continue
            if not 0 < within.changes[look.name].n <= state_changes or look.n_distinct > _MOST_DEPARTMENTS:
                continue
        if within is not None:
            why.append(within.say(look.name))
            if not within.changes[look.name].n:
                confidence = min(confidence, _OPEN) - 0.05
                why.append("it may be the customer's")
        if look.n_distinct > _MOST_DEPARTMENTS:
            confidence -= 0.3
        if look.n_distinct < 2:
            confidence = min(confidence, 0.3)
        found.append(Candidate("department", (look.name,), confidence, "; ".join(why)))
    if any(c.confidence >= _OPEN for c in found):
        found = [c for c in found if not c.why.startswith("header says nothing")]
    by_name = {look.name: look for look in looks}
    return settle(found, by_name)


def find_people_and_words(
    role: str, looks: list[ColumnLook], within: Within | None, taken: frozenset[str]
) -> list[Candidate]:
    """Find the columns that may hold one of the roles that a log can do without."""
    found = []
    for look in looks:
        said = look.says.get(role)
        if said is None or look.is_time or look.name in taken or not look.n:
            continue
        confidence, why = said.score, [f"header says {said.phrase!r}", f"{look.n_distinct:,} values"]
        stronger = max(saying.score for saying in look.says.values())
        if stronger > said.score:
            confidence -= 0.3
            why.append("it may say something else")
        if within is not None:
            why.append(within.say(look.name))
            if role == "requester" and within.share(look.name) > 0.05:
                confidence -= 0.3
            if role in ("agent", "actor") and not within.changes[look.name].n:
                confidence -= 0.2
        found.append(Candidate(role, (look.name,), confidence, "; ".join(why)))
    return settle(found, {look.name: look for look in looks})


def find_state(looks: list[ColumnLook], within: Within | None) -> list[Candidate]:
    """Find the column, or the two columns, that may hold the state."""
    found = []
    for look in looks:
        if look.is_time or not look.n or look.n_distinct > 300 or _is_lifecycle(look):
            continue
        said = look.says.get("state") or look.says.get("substate")
        share = f"{look.n_state_words:,} of {look.n_distinct:,} labels are known words for states"
        if said is None:
            if look.n_state_words < 3 or look.state_share < 0.6:
                continue
            confidence = 0.75 if look.state_share >= 0.8 else 0.65
            why = ["header says nothing", share]
        else:
            confidence = said.score - (0.3 if look.state_share == 0 else 0.1 if look.state_share < 0.5 else 0.0)
            why = [f"header says {said.phrase!r}", share]
            if "state" not in look.says:
                confidence = min(confidence, 0.75) if look.state_share >= 0.6 else min(confidence, 0.4)
        if within is not None:
            why.append(within.say(look.name))
            if not within.changes[look.name].n:
                confidence -= 0.3
        if look.n_distinct < 2:
            confidence = min(confidence, 0.4)
        found.append(Candidate("state", (look.name,), confidence, "; ".join(why)))
    by_name = {look.name: look for look in looks}
    details = [c for c in found if "substate" in by_name[c.columns[0]].says]
    mains = [c for c in found if c not in details and c.confidence >= _OPEN]
    ranked = sorted(mains, key=lambda c: -c.confidence)
    details = [c for c in details if by_name[c.columns[0]].state_share >= 0.3]
    if ranked and len(details) == 1 and (len(ranked) == 1 or ranked[0].confidence - ranked[1].confidence >= _MARGIN):
        main, detail = ranked[0], details[0]
        both = Candidate(
            "state",
            (*main.columns, *detail.columns),
            max(main.confidence, 0.75),
            f"the status stands in two columns; {main.columns[0]!r}: {main.why}; {detail.columns[0]!r}: {detail.why}",
        )
        rest = [replace(c, confidence=min(c.confidence, _OPEN)) for c in found]
        return [both, *sorted(rest, key=lambda c: -c.confidence)]
    return settle(found, by_name)


def part_ways(settled: dict[str, list[Candidate]]) -> None:
    """Give each column one role at most; where two roles claim it alike, neither has it."""
    roles = [role for role in settled if role not in ("state", "activity") and settled[role]]
    claims: dict[tuple[str, ...], list[str]] = {}
    for role in roles:
        if settled[role][0].sure_enough:
            claims.setdefault(settled[role][0].columns, []).append(role)
    for columns, claimants in claims.items():
        if len(claimants) < 2:
            continue
        claimants.sort(key=lambda role: -settled[role][0].confidence)
        lead = settled[claimants[0]][0].confidence - settled[claimants[1]][0].confidence
        for role in claimants if lead < _MARGIN else claimants[1:]:
            others = [r for r in claimants if r != role]
            first = settled[role][0]
            settled[role][0] = replace(
                first, columns=columns, confidence=_OPEN, why=f"{first.why}; it may be the {' or '.join(others)}"
            )


def _is_lifecycle(look: ColumnLook) -> bool:
    names = look.values.names.to_pylist()
    return {name.lower() for name, n in zip(names, look.counts.tolist(), strict=True) if n} <= XES_LIFECYCLE
