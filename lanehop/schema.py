"""The data model: every table, its columns and dtypes, and what must hold of it.

``describe("stays")`` prints a table's definition; ``check(frame, "stays")`` holds a frame against it.
All tables are ordinary pandas frames with nothing in the index. They are sorted by case, then by
number; numbers count from 0. Times are UTC, intervals half-open, and what is missing is NA.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from textwrap import fill, indent
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from lanehop import states
from lanehop.errors import ArgumentError, SchemaError

__all__ = ["TABLES", "check", "describe"]

DTYPES = {
    "id": "str",
    "text": "str",
    "category": "category",
    "count": "int32",
    "row": "int64",
    "row_or_none": "Int64",
    "share": "float64",
    "number": "float64",
    "flag": "bool",
    "time": "datetime64[us, UTC]",
    "length": "timedelta64[us]",
}
"""The dtype of each kind of column."""


BUSINESS = "business_"
"""What the name of a length in business time begins with; it stands behind the same length on the calendar."""


class Column(NamedTuple):
    """One column of a table."""

    name: str
    kind: str
    meaning: str
    missing: bool = False
    words: tuple[str, ...] = ()
    """The closed vocabulary of a category, or empty where the words come from the log."""


class Requirement(NamedTuple):
    """Something that holds of every correct table of its kind."""

    text: str
    failures: Callable[[pd.DataFrame], Any]
    """A boolean per row (or one boolean) that is True where the requirement is broken."""


@dataclass(frozen=True)
class Table:
    """What a table is: one sentence, its columns, what must hold, what may surprise."""

    name: str
    sentence: str
    columns: tuple[Column, ...]
    requirements: tuple[Requirement, ...] = ()
    surprises: tuple[str, ...] = ()
    open: bool = False
    """Whether further columns may stand behind these (columns that the dialect keeps)."""


def _same_case(t: pd.DataFrame) -> np.ndarray:
    """Whether each row continues the case of the row before."""
    case = t["case"].to_numpy()
    same = np.zeros(len(t), dtype=bool)
    same[1:] = case[1:] == case[:-1]
    return same


def _numbered(number: str) -> Requirement:
    def broken(t: pd.DataFrame) -> np.ndarray:
        n, same = t[number].to_numpy(), _same_case(t)
        expected = np.where(same, np.r_[0, n[:-1]] + 1, 0) if len(t) else n
        return np.asarray(n != expected)

    return Requirement(f"sorted by case; {number} counts from 0 within each case", broken)


def _not_negative(*names: str) -> Requirement:
    return Requirement(
        f"no length is negative ({', '.join(names)})",
        lambda t: (t[list(names)] < pd.Timedelta(0)).any(axis=1),
    )


def _tiles(t: pd.DataFrame) -> np.ndarray:
    entered, left = t["entered_at"].to_numpy(), t["left_at"].to_numpy()
    broken = np.zeros(len(t), dtype=bool)
    broken[1:] = _same_case(t)[1:] & (entered[1:] != left[:-1])
    return broken


def _neighbours_differ(t: pd.DataFrame) -> np.ndarray:
    department, ticket = t["department"].cat.codes.to_numpy(), t["ticket"].to_numpy()
    broken = np.zeros(len(t), dtype=bool)
    broken[1:] = _same_case(t)[1:] & (department[1:] == department[:-1]) & (ticket[1:] == ticket[:-1])
    return broken


def _row_twice(t: pd.DataFrame) -> pd.Series[bool]:
    said = t["mark"] != "backfilled"
    return said & t["row"].where(said).duplicated()


_CASE = Column("case", "id", "what the customer lives through: one ticket, or several stitched together")
_TICKET = Column("ticket", "id", "what the helpdesk numbers")

_REASONS = tuple(
    Column(name, "flag", meaning)
    for name, meaning in zip(
        states.REASONS,
        (
            "the ticket was opened again",
            "the case next follows another ticket, to which a path of explicit links alone leads",
            "the resolution code is of class not_fixed",
            "silent, and nobody claimed a fix, or a bot declared it done",
            "nobody claimed a fix in this episode",
            "the case goes on in another ticket, and every path there needs an inferred link",
        ),
        strict=True,
    )
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "events",
            "One row per recorded event.",
            (
                _CASE,
                _TICKET,
                Column("time", "time", "when it happened"),
                Column("activity", "category", "what the log calls it", missing=True),
                Column(
                    "state",
                    "category",
                    "the state from this event on; missing: the event does not say, and the last known state "
                    "carries on",
                    True,
                    states.STATES,
                ),
                Column("department", "category", "the department from this event on; missing: likewise", True),
                Column("agent", "id", "the assignee after the event", True),
                Column("actor", "id", "who acted", True),
                Column("resolution", "category", "the resolution code that the event says", True),
                Column("mark", "category", "how the event came about, where the reader knows", True, states.MARKS),
                Column("row", "row", "0-based row of the source"),
            ),
            (
                Requirement(
                    "sorted by case, then time",
                    lambda t: _same_case(t) & (t["time"].diff() < pd.Timedelta(0)).to_numpy(),
                ),
                Requirement("each row of the source stands once, backfilled events aside", _row_twice),
            ),
            (
                "An event that moves group, agent and status in one save is one event; read from a history of changes "
                "it stands for several rows, and carries the first.",
                "A backfilled event is what a ticket was before its first change. No row says it: it carries that of the "
                "ticket's record, or else of the first change, which may stand on the next event again.",
                "Events read from a history of changes that stand in the same second are in the order of saves, not rows.",
                "state and department stay as the row says them; carrying on is done where they are used.",
                "A resolution code that the dialect declares final stands on no event.",
            ),
            open=True,
        ),
        Table(
            "stays",
            "One row per maximal run of a case in one department and one ticket.",
            (
                _CASE,
                Column("stay", "count", "number within the case"),
                _TICKET,
                Column("department", "category", "where; NA: in none, or not known", True),
                Column("entered_at", "time", "from, inclusive"),
                Column("left_at", "time", "to, exclusive; as_of where still running"),
                Column("open_time", "length", "the part of it in open states: dwell means this"),
                Column("n_events", "count", "events in it"),
                Column("n_agents", "count", "different agents that its events name"),
                Column("ended_by", "category", "why it ended", False, states.ENDINGS),
                Column("observed", "flag", "False where it still ran at as_of"),
            ),
            (
                _numbered("stay"),
                Requirement("each stay begins where the one before ends", _tiles),
                Requirement("neighbours differ in department or ticket", _neighbours_differ),
                Requirement("no stay ends before it begins", lambda t: t["left_at"] < t["entered_at"]),
                _not_negative("open_time"),
                Requirement(
                    "no stay is open for longer than it lasts",
                    lambda t: t["open_time"] > t["left_at"] - t["entered_at"],
                ),
            ),
            (
                "A stay may have length zero (a move at the last instant); it is kept.",
                "From the opening of a case to a later first event there is a stay in no department.",
                "A done ticket stays where it is: left_at runs on, open_time does not.",
            ),
        ),
        Table(
            "handoffs",
            "One row per move of a case to another department.",
            (
                _CASE,
                Column("handoff", "count", "number within the case"),
                Column("from_department", "category", "the last known department before"),
                Column("to_department", "category", "the department after"),
                Column("at", "time", "when the new stay began"),
                Column("via", "category", "inside one ticket, or by another ticket", False, states.VIAS),
                Column("pickup", "length", "from `at` to the first event that enters working in the new stay"),
                Column("pickup_observed", "flag", "False: nobody took it up; pickup then runs to the stay's end"),
                Column("is_return", "flag", "whether the case had been in to_department before"),
                Column("while_done", "flag", "whether the ticket was done just before"),
                Column("mark", "category", "the mark of the event at `at`", True, states.MARKS),
                Column("from_stay", "count", "the stay it left"),
                Column("to_stay", "count", "the stay it began"),
            ),
            (
                _numbered("handoff"),
                _not_negative("pickup"),
                Requirement(
                    "never from a department to itself",
                    lambda t: t["from_department"].cat.codes == t["to_department"].cat.codes,
                ),
            ),
            (
                "A, unassigned, B is a handoff from A to B; A, unassigned, A is none; the first assignment is none.",
                "Carrying the state working over into the new stay is no pickup.",
            ),
        ),
        Table(
            "loops",
            "One row per return of a case to a department that it had already left.",
            (
                _CASE,
                Column("loop", "count", "number within the case"),
                Column("department", "category", "the department returned to"),
                Column("first_stay", "count", "the stay that it left"),
                Column("last_stay", "count", "the stay that it returned in"),
                Column("length", "count", "departments in between; 1 is a ping-pong"),
                Column("path", "text", 'the departments from leaving to return, as "A > B > A"'),
                Column("cycle", "text", "the smallest rotation of the path without its last element"),
                Column("left_at", "time", "when it left"),
                Column("returned_at", "time", "when it returned"),
                Column("away", "length", "returned_at - left_at"),
                Column("while_done", "flag", "whether the ticket was done just before the return"),
            ),
            (
                _numbered("loop"),
                _not_negative("away"),
                Requirement("a loop goes over at least one other department", lambda t: t["length"] < 1),
            ),
            ("A return is counted from the latest earlier visit only: A, B, A, B is two loops, not three.",),
        ),
        Table(
            "closures",
            "One row per time the desk declared a ticket done.",
            (
                _CASE,
                Column("closure", "count", "number within the case"),
                _TICKET,
                Column("department", "category", "that held the ticket from the event at `at` on", True),
                Column("agent", "id", "the agent last named in that stay, up to `at`", True),
                Column("at", "time", "when it was declared done"),
                Column("claimed_at", "time", "when somebody first claimed a fix in this episode", True),
                Column("closed_at", "time", "when it was first closed in this episode", True),
                Column(
                    "from_state",
                    "category",
                    "the state just before; NA: none known",
                    True,
                    states.OPEN_STATES,
                ),
                Column("silent", "flag", "done straight out of waiting_customer"),
                Column(
                    "resolution",
                    "category",
                    "the last code said in the episode, else since it last opened",
                    True,
                ),
                Column("parallel", "flag", "the case followed another ticket then"),
                Column("reopened_at", "time", "when it was opened again", True),
                Column("open_again", "length", "from reopened_at to the ticket's next closure", True),
                Column("continued_by", "id", "the ticket in which the problem went on", True),
                Column("verdict", "category", "what became of it", False, states.VERDICTS),
                Column("reason", "category", "the first evidence of an unresolved closure", True, states.REASONS),
                *_REASONS,
            ),
            (
                _numbered("closure"),
                Requirement(
                    "a reason stands exactly where the verdict is unresolved",
                    lambda t: t["reason"].notna() != (t["verdict"] == "unresolved"),
                ),
                Requirement(
                    "reopened says whether reopened_at stands",
                    lambda t: t["reopened"] != t["reopened_at"].notna(),
                ),
                Requirement("no claim before the closure", lambda t: t["claimed_at"] < t["at"]),
                Requirement("no reopening before the closure", lambda t: t["reopened_at"] < t["at"]),
            ),
            (
                "The evidence stands whatever the verdict: a withdrawn closure may carry no_claim.",
                "unproven is not a bad verdict: the claim has not been watched for as long as hold.",
            ),
        ),
        Table(
            "charges",
            "One row per case, department and state with time in it.",
            (
                _CASE,
                Column("department", "category", "to which the time is charged", True),
                Column("state", "category", "an open state, false_done or settled", False, states.CHARGED_STATES),
                Column("time", "length", "how long, in all"),
            ),
            (
                Requirement("every charge is of some length", lambda t: t["time"] <= pd.Timedelta(0)),
                Requirement(
                    "each case, department and state stands once",
                    lambda t: t.duplicated(["case", "department", "state"]),
                ),
            ),
            (
                "The charges of a case add up to its life, ended_at - opened_at, exactly.",
                "Time before the first known state is charged as open.",
                "Done time goes to the department that declared it done, whoever holds it since.",
            ),
        ),
        Table(
            "cases",
            "One row per case.",
            (
                _CASE,
                Column("opened_at", "time", "the earlier of the log's own opening time and the first event"),
                Column("ended_at", "time", "its last event if it is done then, else as_of"),
                Column("first_done_at", "time", "the first time it was declared done", True),
                Column("last_done_at", "time", "the last time it was declared done", True),
                Column("done_at", "time", "likewise, where it is done", True),
                Column("fixed_at", "time", "the claim that held", True),
                Column("outcome", "category", "open, or the verdict of its last closure", False, states.OUTCOMES),
                Column("time_to_close", "length", "opened_at to first_done_at", True),
                Column("time_to_fix", "length", "opened_at to fixed_at", True),
                Column("fix_observed", "flag", "whether the outcome is fixed"),
                Column("n_events", "count", "events of its tickets"),
                Column("n_tickets", "count", "its tickets"),
                Column("overlap", "length", "open time of tickets while the case follows another"),
                Column("n_departments", "count", "different known departments"),
                Column("n_handoffs", "count", "handoffs"),
                Column("n_loops", "count", "loops"),
                Column("n_ping_pongs", "count", "loops of length 1"),
                Column("max_alternations", "count", "handoffs in the longest uninterrupted A-B-A-B run; else 0"),
                Column("n_closures", "count", "closures along the line of the case"),
                Column("n_unresolved", "count", "those without resolution"),
                Column("n_reopens", "count", "those that were opened again"),
                Column("time_in_loops", "length", "length of the union of its loops' times away"),
                Column("first_department", "category", "the first known department", True),
                Column("last_department", "category", "the last known department", True),
                Column("fix_department", "category", "that made the claim that held", True),
                Column(
                    "fix_stay_time",
                    "length",
                    "from entering that stay, or reopening if later, to the claim",
                    True,
                ),
                Column("chain", "text", 'its departments, as "Network > Billing > Network"', True),
                Column("closed_unresolved", "flag", "at least one closure without resolution"),
                Column(
                    "reason",
                    "category",
                    "the reason of its first closure without resolution",
                    True,
                    states.REASONS,
                ),
            ),
            (
                Requirement("each case stands once", lambda t: t["case"].duplicated()),
                Requirement("no case ends before it opens", lambda t: t["ended_at"] < t["opened_at"]),
                _not_negative("time_to_close", "time_to_fix", "time_in_loops", "fix_stay_time", "overlap"),
                Requirement(
                    "fixed_at stands exactly where the outcome is fixed",
                    lambda t: t["fixed_at"].notna() != (t["outcome"] == "fixed"),
                ),
                Requirement(
                    "closed_unresolved says whether n_unresolved counts any",
                    lambda t: t["closed_unresolved"] != (t["n_unresolved"] > 0),
                ),
            ),
            (
                "time_to_fix is NA for every case not proven fixed: use the curves, never its plain mean.",
                "closed_unresolved and outcome == 'unresolved' are two different counts.",
            ),
            open=True,
        ),
        Table(
            "tickets",
            "One row per ticket.",
            (
                _TICKET,
                _CASE,
                Column("opened_at", "time", "the log's own opening time", True),
                Column("requester", "id", "who asked", True),
                Column("category", "category", "what about", True),
                Column("priority", "category", "how urgent", True),
                Column("channel", "category", "how it came in", True),
                Column("promised_at", "time", "the due or promised date", True),
            ),
            (Requirement("each ticket stands once", lambda t: t["ticket"].duplicated()),),
            ("A value that changes on the way stands here as first said, with its history in events.",),
            open=True,
        ),
        Table(
            "links",
            "One row per link: the problem goes on from one ticket in another.",
            (
                Column("from_ticket", "id", "the earlier ticket"),
                Column("to_ticket", "id", "the ticket in which the problem goes on"),
                Column("kind", "category", "what the link says", False, states.LINK_KINDS),
                Column("rule", "text", "which rule of which source made it"),
                Column("at", "time", "when the link was made", True),
                Column("gap", "length", "opening of the one minus the last closing of the other", True),
                Column("used", "flag", "whether a case rests on it"),
            ),
        ),
        Table(
            "stitching",
            "One row per kind of link: what the cases of a stitched log rest on.",
            (
                Column("kind", "category", "what the links say", False, states.LINK_KINDS),
                Column("n_links", "row", "links of this kind"),
                Column("n_used", "row", "those of them that join tickets of the log"),
                Column("n_cases", "row", "cases that rest on at least one of them"),
                Column("n_placebo", "row_or_none", "inferred links found with gaps beyond the window: chance", True),
                Column("n_tickets_left_out", "row", "tickets of requesters that have too many"),
            ),
        ),
        Table(
            "surveys",
            "One row per survey sent.",
            (
                Column("survey", "id", "its number"),
                Column("ticket", "id", "about which ticket", True),
                Column("requester", "id", "to whom", True),
                Column("sent_at", "time", "when sent", True),
                Column("answered_at", "time", "when answered", True),
                Column("kind", "category", "about one ticket, or about all", False, states.SURVEY_KINDS),
                Column("question", "text", "what was asked", True),
                Column("score", "number", "the answer; unanswered: NA, never 0", True),
                Column("scale_min", "number", "the worst answer", True),
                Column("scale_max", "number", "the best answer", True),
                Column("department", "category", "that it is credited to", True),
                Column("agent", "id", "that it is credited to", True),
            ),
        ),
        Table(
            "messages",
            "One row per message; only when asked for.",
            (
                _TICKET,
                Column("at", "time", "when"),
                Column("author", "id", "who", True),
                Column("role", "category", "what they are", True, states.AUTHOR_ROLES),
                Column("public", "flag", "whether the customer sees it"),
                Column("text", "text", "what it says", True),
            ),
        ),
        Table(
            "ledger",
            "One row per reason for which rows were used, set aside, or are worth noting.",
            (
                Column("reason", "text", "the reason"),
                Column("effect", "category", "what became of the rows", False, states.LEDGER_EFFECTS),
                Column("n_rows", "row", "how many rows"),
                Column("share", "share", "of the rows read"),
                Column("first_row", "row_or_none", "the first such row", True),
                Column("first_value", "text", "what stands there", True),
            ),
            (),
            (
                "Rows used and rows set aside add up to the rows read; noted rows are among the used ones.",
                "Labels that the dialect does not know have one line each.",
            ),
        ),
        Table(
            "set_aside",
            "One row per source row that is set aside.",
            (
                Column("row", "row", "0-based row of the source"),
                Column("reason", "category", "why"),
                Column("column", "text", "in which column", True),
                Column("value", "text", "what stands there", True),
            ),
            (Requirement("each row of the source stands once", lambda t: t["row"].duplicated()),),
        ),
    )
}
"""Every table by its name."""


def describe(table: str) -> str:
    """Return a table's definition as text: its sentence, columns, requirements and surprises.

    Examples
    --------
    >>> from lanehop import schema
    >>> print(schema.describe("charges").splitlines()[0])
    One row per case, department and state with time in it.
    """
    t = _find(table)
    parts = [t.sentence, "Columns\n" + indent(columns_text(table), "    ")]
    if t.requirements:
        parts.append("What holds of it\n" + "\n".join(f"    - {r.text}" for r in t.requirements))
    if t.surprises:
        parts.append("What may surprise\n" + "\n".join(f"    - {s}" for s in t.surprises))
    return "\n\n".join(parts)


def with_business(names: list[str], there: Container[object]) -> list[str]:
    """Return column names, each followed by its neighbour in business time, where that is there."""
    return [x for name in names for x in (name, BUSINESS + name) if x == name or x in there]


def columns_text(table: str) -> str:
    """Return the columns of a table as they stand in a docstring's ``Returns``."""
    lines = []
    for c in _find(table).columns:
        dtype = DTYPES[c.kind] + (" or NA" if c.missing else "")
        words = f" ({', '.join(c.words)})" if c.words else ""
        lines += [
            f"{c.name} : {dtype}",
            fill(c.meaning + words, 92, initial_indent="    ", subsequent_indent="    "),
        ]
    return "\n".join(lines)


_F = TypeVar("_F", bound=Callable[..., Any])


def returns(table: str) -> Callable[[_F], _F]:
    """Fill ``{columns}`` in a function's docstring with the columns of the table that it returns."""

    def filled(function: _F) -> _F:
        if function.__doc__:
            margin = next(line for line in function.__doc__.splitlines() if "{columns}" in line).split("{")[0]
            text = indent(columns_text(table), margin).lstrip()
            function.__doc__ = function.__doc__.replace("{columns}", text)
        return function

    return filled


def check(frame: pd.DataFrame, table: str) -> None:
    """Hold a frame against the definition of a table.

    Raises
    ------
    SchemaError
        If a column is missing, misplaced or of another dtype, or a requirement is broken: all
        failures at once, each with its number and first row.

    Examples
    --------
    >>> import lanehop as lh
    >>> lh.schema.check(lh.reconstruct(lh.sample_log()).stays, "stays")
    """
    t = _find(table)
    names = with_business([c.name for c in t.columns], frame)
    problems = [f"column {name!r} is missing" for name in names if name not in frame]
    if not problems and list(frame.columns[: len(names)]) != names:
        problems.append(f"the columns are not in the order {', '.join(names)}")
    if not problems and not t.open and len(frame.columns) > len(names):
        problems.append(f"column {frame.columns[len(names)]!r} does not belong here")
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.start != 0 or frame.index.step != 1:
        problems.append("the index holds something")
    for c in t.columns:
        for name in (c.name, BUSINESS + c.name):
            if name in frame:
                problems += _column_problems(frame[name], c._replace(name=name))
    if not problems:
        for requirement in t.requirements:
            broken = np.asarray(requirement.failures(frame), dtype=bool)
            if broken.any():
                problems.append(
                    f"not so in {broken.sum():,} of {len(frame):,} rows (first: row {broken.argmax()}): {requirement.text}"
                )
    if problems:
        raise SchemaError(f"not a correct table of {table}: " + "; ".join(problems))


def _column_problems(column: pd.Series[Any], c: Column) -> list[str]:
    dtype = DTYPES[c.kind]
    if str(column.dtype) != dtype:
        return [f"column {c.name!r} is {column.dtype}, not {dtype}"]
    problems = []
    if c.words and tuple(column.cat.categories) != c.words:
        problems.append(f"the categories of {c.name!r} are not {', '.join(c.words)}")
    if not c.missing and column.isna().any():
        problems.append(f"column {c.name!r} misses {column.isna().sum():,} values")
    return problems


def _find(table: str) -> Table:
    if table not in TABLES:
        raise ArgumentError(f"no table {table!r}; there are {', '.join(TABLES)}")
    return TABLES[table]
