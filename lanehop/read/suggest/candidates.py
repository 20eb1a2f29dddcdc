"""Candidates: a column that may have a role, how sure that is, and which of several comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lanehop.read.suggest.column_looks import Changes, ColumnLook, say_the_same

ENOUGH = 0.6
"""From which confidence on a role is filled in."""
MARGIN = 0.1
"""By how much the first candidate must lead."""
OPEN = 0.5
"""Confidence at most where several candidates stand side by side, or nothing but behaviour speaks."""
_CONFIRMED = 0.1
"""What a name that may mean several things gains where the values do what the role would have them do."""
_SURE = 0.95


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
        return f"changes within a case {counted(found.n, 'time')} in {found.n_cases:,} of {self.n_cases:,} cases{order}"

    def share(self, name: str) -> float:
        """Return the share of cases in which a column changes."""
        return self.changes[name].n_cases / max(self.n_cases, 1)


def counted(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 row", "2 rows"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def in_words(confidence: float) -> str:
    """Return a confidence as a word with its number."""
    word = "sure" if confidence >= 0.9 else "likely" if confidence >= 0.75 else "rather so"
    return f"{word if confidence >= ENOUGH else 'open'} ({confidence:.2f})"


def confirmed(confidence: float) -> float:
    """Return the confidence in a candidate whose values do what the role would have them do."""
    return max(confidence, min(confidence + _CONFIRMED, _SURE))


def settle(found: Iterable[Candidate], looks: Mapping[str, ColumnLook]) -> list[Candidate]:
    """Bring the candidates of one role into order; where none leads, none is sure enough."""
    ranked = sorted(found, key=lambda c: -c.confidence)
    if len(ranked) > 1 and ranked[0].sure_enough and ranked[0].confidence - ranked[1].confidence < MARGIN:
        first = ranked[0]
        level = [c for c in ranked if first.confidence - c.confidence < MARGIN]
        if all(say_the_same(looks[first.columns[0]], looks[c.columns[0]]) for c in level[1:]):
            # Names are better to read than the numbers that stand for them.
            level.sort(key=lambda c: looks[c.columns[0]].share_matching(r"^-?\d+$"))
            twins = [
                replace(c, confidence=OPEN, why=f"{c.why}; says the same as {level[0].shown!r}") for c in level[1:]
            ]
            return [level[0], *twins, *ranked[len(level) :]]
        return [
            *(replace(c, confidence=OPEN, why=f"{c.why}; {len(level)} columns may be it") for c in level),
            *ranked[len(level) :],
        ]
    return ranked


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
        for role in claimants if lead < MARGIN else claimants[1:]:
            others = [r for r in claimants if r != role]
            first = settled[role][0]
            settled[role][0] = replace(
                first, columns=columns, confidence=OPEN, why=f"{first.why}; it may be the {' or '.join(others)}"
            )
