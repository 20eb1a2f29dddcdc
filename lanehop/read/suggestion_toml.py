"""A suggested dialect as TOML that an analyst completes: what is sure, and the rest as comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import tomlkit

from lanehop.dialect import ROLES, Dialect
from lanehop.read.candidates import in_words
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


_SHOWN, _SHOWN_NEEDED = 0.5, 0.4
"""From which confidence on a candidate is worth a line, for a role that a log can do without or not."""


class Question(NamedTuple):
    """What only somebody who knows the helpdesk can say, and the lines that would say it.

    ``key``: the dialect's key, or table, under which the lines belong.
    """

    key: str
    text: str
    lines: tuple[str, ...] = ()


def write_toml(
    dialect: Dialect,
    columns: pd.DataFrame,
    unplaced: pd.DataFrame,
    origin: str,
    questions: Sequence[Question],
    notes: Mapping[str, str],
    hints: Mapping[str, str],
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
    out += ["", *_states(dialect, unplaced, [q for q in questions if q.key == "states"], notes, hints)]
    for question in questions:
        if question.key == "resolutions":
            out += ["", f"# {question.text}", *[f"# {line}" for line in question.lines]]
    return "\n".join(map(_clean, out)).rstrip() + "\n"


def quoted(text: str) -> str:
    """Return a text as it stands in TOML."""
    return tomlkit.item(text).as_string()


def say_rows(n: int) -> str:
    """Return a number of rows in words."""
    return "1 row" if n == 1 else f"{n:,} rows"


def _columns(dialect: Dialect, columns: pd.DataFrame) -> list[str]:
    out = []
    for role in ROLES:
        rows = columns[columns["role"] == role]
        for at, (column, confidence, why) in enumerate(rows[["column", "confidence", "why"]].itertuples(index=False)):
            if confidence < (_SHOWN_NEEDED if role in ROLES[:4] else _SHOWN):
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


def _states(
    dialect: Dialect,
    unplaced: pd.DataFrame,
    questions: list[Question],
    notes: Mapping[str, str],
    hints: Mapping[str, str],
) -> list[str]:
    out = ["[states]"] if dialect.states else ["# [states]"]
    if "states" in notes:
        out.append(f"# {notes['states']}")
    for state in STATES:
        labels = dialect.states.get(state, ())
        out.append(f"{state} = {_toml(labels)}" if labels else f"# {state} = []")
    out += [f"# {q.text}" for q in questions]
    if len(unplaced):
        out += [
            f"# {_labels(len(unplaced))} could not be placed. Move each to a state above, or to notes = [...] at the",
            "# top if it is no state:",
        ]
        for label, n, first in unplaced[["label", "n", "first_row"]].itertuples(index=False):
            hint = hints.get(label, "")
            out.append(f"#   {quoted(label)},  # {say_rows(n)}, first: row {first:,}" + f"; {hint}" * bool(hint))
    return out


def _labels(n: int) -> str:
    return "1 label" if n == 1 else f"{n:,} labels"


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    return "[" + ", ".join(quoted(x) for x in value) + "]"


def _clean(line: str) -> str:
    """Return a line without control characters, which TOML does not allow."""
    return "".join(c if c >= " " and c != "\x7f" else " " for c in line)
