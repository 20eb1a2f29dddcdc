"""A suggested dialect as TOML that an analyst completes: what is sure, and the rest as comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import tomlkit

from lanehop.dialect import ROLES, Dialect
from lanehop.read.suggest.candidates import counted, in_words
from lanehop.states import STATES

_TOP = (
    "timezone",
    "time_format",
    "missing",
    "missing_department",
    "final",
    "encoding",
    "sheet",
)


_SHOWN, SHOWN_NEEDED = 0.5, 0.4
"""From which confidence on a candidate is worth a line, for a role that a log can do without or not."""


class Question(NamedTuple):
    """What only somebody who knows the helpdesk can say, and the lines that would say it.

    ``key``: the dialect's key, or table, under which the lines belong.
    """

    key: str
    text: str
    lines: tuple[str, ...] = ()


class StateChoice(NamedTuple):
    """Columns that may hold the state, with the labels that they would give.

    ``states``: labels that have a place; ``unplaced``, ``hints``, ``note``: as for the state of a dialect.
    """

    columns: tuple[str, ...]
    states: Mapping[str, Sequence[str]]
    unplaced: pd.DataFrame
    hints: Mapping[str, str]
    note: str


def write_toml(
    dialect: Dialect,
    columns: pd.DataFrame,
    unplaced: pd.DataFrame,
    origin: str,
    questions: Sequence[Question],
    notes: Mapping[str, str],
    hints: Mapping[str, str],
    choices: Sequence[StateChoice],
) -> str:
    """Write a suggested dialect.

    Parameters
    ----------
    dialect : Dialect
    columns, unplaced : pandas.DataFrame
        As in ``Suggestion``.
    origin : str
        What was looked at.
    questions : sequence of Question
    notes : mapping of key to text
        Why a key of the dialect is as it is.
    hints : mapping of label to text
        What a label that could not be placed leaves open.
    choices : sequence of StateChoice
        Where the column of the state is not sure: those that may be it.
    """
    out = [
        f"# Proposed by lanehop from {origin}.",
        "# A number in brackets is how sure it is, from 0 to 1. What is commented out is not sure enough, or is yours to",
        "# say: take away the # of the lines that are right.",
        "",
    ]
    above = [q for q in questions if q.key not in ("columns", "states", "resolutions")]
    for number, question in enumerate(above, 1):
        out += [f"# {number}. {question.text}", *[f"# {line}" for line in question.lines]]
    out += [""] * bool(above)
    for key in _TOP:
        value = getattr(dialect, key)
        if value in (None, ()) or (key == "missing_department" and value == "carry"):
            continue
        if key in notes:
            out.append(f"# {notes[key]}")
        out.append(f"{key} = {_toml(value)}")
    out += ["", "[columns]", *_columns(dialect, columns)]
    out += [f"# {q.text}" for q in questions if q.key == "columns"]
    out.append("")
    if choices:
        out += _choices(choices)
    else:
        asked = [q for q in questions if q.key == "states"]
        out += _states(dialect.states, unplaced, asked, notes.get("states", ""), hints)
    for question in questions:
        if question.key == "resolutions":
            out += ["", f"# {question.text}", *[f"# {line}" for line in question.lines]]
    return "\n".join(map(_clean, out)).rstrip() + "\n"


def quoted(text: str) -> str:
    """Return a text as it stands in TOML."""
    return tomlkit.item(text).as_string()


def _columns(dialect: Dialect, columns: pd.DataFrame) -> list[str]:
    out = []
    for role in ROLES:
        rows = columns[columns["role"] == role]
        for at, (column, confidence, why) in enumerate(rows[["column", "confidence", "why"]].itertuples(index=False)):
            if confidence < (SHOWN_NEEDED if role in ROLES[:4] else _SHOWN):
                continue
            chosen = dialect.columns.get(role)
            names: Any = chosen if chosen is not None and not at else column
            if chosen is not None and at == 0:
                out += [f"# {in_words(confidence)}: {why}", f"{role} = {_toml(names)}"]
            else:
                parts = column.split(" + ") if role == "state" and " + " in column else column
                out.append(f"# {role} = {_toml(parts)}  # {in_words(confidence)}: {why}")
        if rows.empty and role in ROLES[:4]:
            out.append(f"# {role} = ...  # no column found")
    return out


def _choices(choices: Sequence[StateChoice]) -> list[str]:
    """Return the states of each column that may hold them, one block for each, all commented out."""
    out = ["# The states go with their column: take away the first # of its line above, and of its block here."]
    for choice in choices:
        said = choice.columns[0] if len(choice.columns) == 1 else choice.columns
        # The first line is [states], commented out where no label has a place.
        block = ["[states]", *_states(choice.states, choice.unplaced, [], choice.note, choice.hints)[1:]]
        out += ["", f"# With state = {_toml(said)}:", *[f"# {line}" for line in block]]
    return out


def _states(
    states: Mapping[str, Sequence[str]],
    unplaced: pd.DataFrame,
    questions: list[Question],
    note: str,
    hints: Mapping[str, str],
) -> list[str]:
    out = ["[states]"] if states else ["# [states]"]
    if note:
        out.append(f"# {note}")
    for state in STATES:
        labels = states.get(state, ())
        out.append(f"{state} = {_toml(labels)}" if labels else f"# {state} = []")
    out += [f"# {q.text}" for q in questions]
    if len(unplaced):
        out += [
            f"# {counted(len(unplaced), 'label')} could not be placed. Move each to a state above, or to notes = [...] at the",
            "# top if it is no state:",
        ]
        for label, n, first in unplaced[["label", "n", "first_row"]].itertuples(index=False):
            hint = hints.get(label, "")
            out.append(f"#   {quoted(label)},  # {counted(n, 'row')}, first: row {first:,}" + f"; {hint}" * bool(hint))
    return out


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    return "[" + ", ".join(quoted(x) for x in value) + "]"


def _clean(line: str) -> str:
    """Return a line without control characters, which TOML does not allow."""
    return "".join(c if c >= " " and c != "\x7f" else " " for c in line)
