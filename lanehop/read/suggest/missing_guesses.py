"""Missing guesses: what stands for nothing in the columns of a dialect, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field

from lanehop.read.suggest.column_looks import ColumnLook
from lanehop.read.suggest.label_words import UNASSIGNED


@dataclass
class MissingGuess:
    """Stand-ins for a missing value, each with its columns and rows.

    ``labels``: stand-ins that are labels of a state too, and so cannot be left out everywhere.
    ``department``: what is known of a department that is missing; empty if none is.
    """

    found: dict[str, dict[str, int]] = field(default_factory=dict)
    labels: dict[str, dict[str, int]] = field(default_factory=dict)
    unassigned: bool = False
    department: str = ""


def find_missing(
    columns: dict[str, ColumnLook], department: ColumnLook | None, n_rows: int, labels: frozenset[str]
) -> MissingGuess:
    """Find the stand-ins in the columns of a dialect.

    Notes
    -----
    - A department that stands for nobody ("unassigned") says that the ticket is in none; an empty cell or
      a ``?`` does not say. Where both occur, the dialect can mean only one, and the question is open.
    """
    guess = MissingGuess()
    for look in columns.values():
        for token, n in look.stand_ins.items():
            (guess.labels if token in labels else guess.found).setdefault(token, {})[look.name] = n
    if department is None or department.n == n_rows:
        return guess
    nobody = {t: n for t, n in department.stand_ins.items() if t.casefold() in UNASSIGNED and t in guess.found}
    silent = n_rows - department.n - sum(nobody.values())
    guess.unassigned = bool(nobody) and not silent
    if not guess.unassigned:
        verb = "names" if n_rows - department.n == 1 else "name"
        guess.department = f"{n_rows - department.n:,} of {n_rows:,} rows {verb} no department"
        if nobody:
            guess.department += f", {sum(nobody.values()):,} of them in words ({', '.join(map(repr, nobody))})"
    return guess
