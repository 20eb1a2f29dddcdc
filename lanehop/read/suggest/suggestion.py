"""Suggestion: a dialect as far as the data of an export say it, and the questions that they leave."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from lanehop.columns import STR
from lanehop.dialect import Dialect
from lanehop.read.suggest.candidates import counted, in_words
from lanehop.read.suggest.toml import Question, StateChoice, write_toml

__all__ = ["Suggestion"]

_WIDTH = 110


@dataclass(frozen=True, eq=False, repr=False)
class Suggestion:
    """A dialect as far as the data say it; made by :func:`suggest_dialect`.

    Attributes
    ----------
    dialect : Dialect
        Only what is sure enough; everything else stands in the other attributes.
    columns : pandas.DataFrame
        ``role`` : str, a role of a dialect.
        ``column`` : str, a source column; two whose labels are joined are parted by " + ".
        ``confidence`` : float64, 0 to 1; in `dialect` from 0.6 on.
        ``why`` : str.
        The candidates of a role stand together, the one in `dialect` first.
    unplaced : pandas.DataFrame
        ``label`` : str, as it must stand in the dialect; ``n`` : int64, rows; ``first_row`` : int64,
        0-based row of the source. Labels of states that could not be placed, the most frequent first;
        empty where the column of the state itself is not sure (`to_toml` lists those of each that may be it).
    questions : tuple of str
        What the data do not tell and only somebody who knows the helpdesk can say.
    """

    dialect: Dialect
    columns: pd.DataFrame
    unplaced: pd.DataFrame
    questions: tuple[str, ...]
    _origin: str = ""
    _asked: tuple[Question, ...] = ()
    _notes: dict[str, str] = field(default_factory=dict)
    _hints: dict[str, str] = field(default_factory=dict)
    _choices: tuple[StateChoice, ...] = ()

    def to_toml(self) -> str:
        """Write the dialect as TOML, with candidates, questions and unplaced labels as comments.

        ``Dialect.from_toml`` reads it as it stands, and gives `dialect`.
        """
        return write_toml(
            self.dialect,
            self.columns,
            self.unplaced,
            self._origin,
            self._asked,
            self._notes,
            self._hints,
            self._choices,
        )

    def __repr__(self) -> str:
        lines = [f"Suggestion: {self._origin}"]
        shown = self.columns.drop_duplicates("role")
        for role, column, confidence, why in shown.itertuples(index=False):
            lines.append(_cut(f"  {role:<12} {column!r}, {in_words(confidence)}: {why}"))
        placed = sum(len(labels) for labels in self.dialect.states.values())
        lines.append(
            f"  {counted(placed, 'label')} placed, {len(self.unplaced)} not; {counted(len(self.questions), 'question')}:"
        )
        lines += [_cut(f"  - {question}") for question in self.questions]
        return "\n".join([*lines, "to_toml() has it all"])


def unplaced_table(labels: list[tuple[str, int, int]]) -> pd.DataFrame:
    """Return the table of unplaced labels, the most frequent first."""
    ranked = sorted(labels, key=lambda x: (-x[1], x[2]))
    made = pd.DataFrame(ranked, columns=["label", "n", "first_row"])
    return made.astype({"label": STR, "n": "int64", "first_row": "int64"})


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 3] + "..."
