"""Dialect: how one helpdesk speaks, said once, in a file that a review can read.

A dialect says which column is what and which words mean which state. All that turns on the
customs of one helpdesk stands here, so that nothing behind it has to guess.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, fields, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import tomlkit

from lanehop.errors import DialectError
from lanehop.states import DONE_STATES, OPEN_STATES, RESOLUTION_CLASSES, STATES

__all__ = ["Dialect"]

ROLES = (
    "case",
    "time",
    "department",
    "state",
    "activity",
    "agent",
    "actor",
    "resolution",
    "requester",
    "category",
    "priority",
    "channel",
    "opened_at",
    "promised_at",
)
"""What a source column may be to lanehop. The first three must be there."""

TICKET_ROLES = ("requester", "category", "priority", "channel", "promised_at")
"""Roles that describe a ticket; they stand in ``events`` as said and in ``tickets`` as first said."""

MISSING_DEPARTMENT = ("carry", "unassigned")

FORMATS = (
    "table",
    "zendesk_audits",
    "zendesk_ticket_events",
    "jira_changelog",
    "servicenow_audit",
    "freshdesk_activities",
)
"""What a source may be told to be: a table of events, or a helpdesk's own export."""

BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\ufeff"
"""What does not count around a name: white space of any kind, and a byte order mark."""

_TABLES = {
    "columns": ("role", ROLES),
    "states": ("state", STATES),
    "resolutions": ("class", RESOLUTION_CLASSES),
}
"""The keys that are tables: what their own keys are called, and which there are."""


@dataclass(frozen=True)
class Dialect:
    """How one helpdesk speaks: which column is what, and which words mean which state.

    Parameters
    ----------
    columns : mapping of role to source column
        Roles: ``case`` (the ticket's id), ``time``, ``department`` (these three are needed),
        ``state``, ``activity``, ``agent``, ``actor``, ``resolution``, ``requester``, ``category``,
        ``priority``, ``channel``, ``opened_at``, ``promised_at``. A state may be read from several
        columns, given as a list; their labels are then joined by ``/``. Empty: each role is read from
        the column of its own name, where the source has one.
    states : mapping of state to labels
        For each of lanehop's states, the labels that mean it. Empty: the labels are lanehop's own.
        A label that stands nowhere is reported, and changes no state.
    notes : labels
        Labels that are no states; they never change one and are not reported.
    reopenings : labels
        If given, only these labels reopen a done ticket. One that stands under no state in
        ``states`` means ``open``.
    resolutions : mapping of class to codes
        For each of ``fixed``, ``workaround``, ``not_fixed``, ``withdrawn``, ``duplicate``, the
        resolution codes that mean it. A code without a class is reported and counts as none.
    closing_is_claim : bool
        Whether to close a ticket is to claim that it is fixed, for a desk that never says "resolved".
    timezone : str
        IANA name of the zone of times that state none. Not given: such times are an error.
    time_format : str
        How times are written, as in ``strptime``. Not given: ISO 8601 (``2024-03-31T01:30:00Z``).
    missing : texts
        What stands for a missing value, beside an empty cell.
    missing_department : {"carry", "unassigned"}
        What an event without a department means: that it does not say (the last known one carries
        on), or that the ticket is now in no department.
    tie : str
        Source column that orders events of one ticket at the same time, before row order: by number
        where all of its values are numbers, else by code point.
    bots : agents
        Names of agents and actors that are not people.
    keep : source columns
        Further columns to keep, under their own names, in ``events`` and (as first said) ``tickets``.
    final : source columns
        Columns known only at a ticket's end though they stand on every row. A resolution code among
        them is that of the ticket's last closure; a kept one stands in ``tickets`` only.
    drop_duplicates : bool
        Whether rows that repeat another in every column are set aside. If not, they are noted.
    format : str
        What the source is: ``table`` (one row per event), or a helpdesk's own export: ``zendesk_audits``,
        ``zendesk_ticket_events``, ``jira_changelog``, ``servicenow_audit``, ``freshdesk_activities``. Not given: told
        from its content.
    encoding, delimiter : str
        Of a text file. Not given: told from the file, and said.
    sheet : str
        Of a spreadsheet with several. Not given: the only sheet that has the needed columns.

    Raises
    ------
    DialectError
        For an unknown role, state, class or zone, for a label or code that stands twice or can never be
        met, and for a ticket's or time's column with a second role; all failures at once.

    Notes
    -----
    - Blanks around names, labels and codes do not count, here as in the source.
    - Equal dialects are written alike: tables stand in the order of their vocabulary.

    Examples
    --------
    >>> from lanehop import Dialect
    >>> dialect = Dialect(
    ...     columns={"case": "number", "time": "updated", "department": "group", "state": "status"},
    ...     states={"working": ["Active"], "resolved": ["Resolved"], "closed": ["Closed"]},
    ...     timezone="Europe/Lisbon",
    ... )
    >>> Dialect.from_toml(dialect.to_toml()) == dialect
    True

    See Also
    --------
    read_log : reads a source in a dialect.
    """

    columns: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reopenings: tuple[str, ...] = ()
    resolutions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closing_is_claim: bool = False
    timezone: str | None = None
    time_format: str | None = None
    missing: tuple[str, ...] = ()
    missing_department: str = "carry"
    tie: str | None = None
    bots: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    drop_duplicates: bool = False
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        problems: list[str] = []
        for key, (_, known) in _TABLES.items():
            value = getattr(self, key)
            if not isinstance(value, Mapping):
                problems.append(f"{key} must be a table, not {value!r}")
                continue
            made: dict[str, str | tuple[str, ...]] = {}
            # In the order of the vocabulary, so that equal dialects are written alike.
            given = {str(name): said for name, said in value.items()}
            for name in sorted(given, key=lambda x: known.index(x) if x in known else len(known)):
                said = given[name]
                if key == "columns":
                    names = _texts([said] if isinstance(said, str) else said, f"columns.{name}", problems, "a column")
                    made[name] = names[0] if len(names) == 1 else names
                else:
                    made[name] = _texts(said, f"{key}.{name}", problems)
            object.__setattr__(self, key, MappingProxyType(made))
        for key in ("notes", "reopenings", "missing", "bots", "keep", "final"):
            object.__setattr__(self, key, _texts(getattr(self, key), key, problems))
        problems += [
            f"{key} must be true or false, not {getattr(self, key)!r}"
            for key in ("closing_is_claim", "drop_duplicates")
            if not isinstance(getattr(self, key), bool)
        ]
        for key in ("timezone", "time_format", "tie", "format", "encoding", "delimiter", "sheet"):
            value = getattr(self, key)
            if value is not None and not (isinstance(value, str) and value):
                problems.append(f"{key} must be a text, not {value!r}")
        if isinstance(self.tie, str):
            object.__setattr__(self, "tie", self.tie.strip(BLANKS))
        if not problems:
            problems = self._contradictions()
        if problems:
            raise DialectError("this dialect cannot be used: " + "; ".join(problems))

    def _contradictions(self) -> list[str]:
        known_keys = {f.name for f in fields(self)}
        found = [
            f"unknown {what} {name!r} in {key} (known: {', '.join(known)})"
            + f"; if the key {name} is meant, write it above [{key}]" * (name in known_keys)
            for key, (what, known) in _TABLES.items()
            for name in getattr(self, key)
            if name not in known
        ]
        columns = {role: (names,) if isinstance(names, str) else names for role, names in self.columns.items()}
        for role, names in columns.items():
            if not names:
                found.append(f"columns.{role} names no column")
            elif len(names) > 1 and role != "state":
                found.append(f"columns.{role} names {len(names)} columns; only a state may be read from several")
        for at, role in enumerate(("case", "time")):
            others = [r for r, names in columns.items() if r not in ("case", "time")[: at + 1]]
            also = [r for r in others if set(columns[r]) & set(columns.get(role, ()))]
            if also:
                found.append(f"column {columns[role][0]!r} cannot be the {role} and also the {' and the '.join(also)}")
        for key in ("states", "resolutions"):
            found += _twice(key, getattr(self, key))
        states = self.states or {name: (name,) for name in STATES}
        placed = {label for labels in states.values() for label in labels}
        done = {label for state in DONE_STATES for label in states.get(state, ())}
        codes = {code for codes in self.resolutions.values() for code in codes}
        found += [f"label {x!r} is both a state and a note" for x in self.notes if x in placed]
        found += [f"label {x!r} reopens a ticket, and means a done state" for x in self.reopenings if x in done]
        found += [f"label {x!r} reopens a ticket, and is a note" for x in self.reopenings if x in self.notes]
        found += [
            f"{x!r} stands for a missing value, and has a meaning in states, notes, reopenings or resolutions"
            for x in self.missing
            if x in placed | set(self.notes) | set(self.reopenings) | codes
        ]
        if self.missing_department not in MISSING_DEPARTMENT:
            found.append(f"missing_department must be 'carry' or 'unassigned', not {self.missing_department!r}")
        if self.format is not None and self.format not in FORMATS:
            found.append(f"unknown format {self.format!r} (known: {', '.join(FORMATS)})")
        if self.timezone is not None:
            try:
                ZoneInfo(self.timezone)
            except (KeyError, ValueError, OSError):
                found.append(f"unknown timezone {self.timezone!r} (an IANA name, such as 'Europe/Lisbon')")
        if self.delimiter is not None and len(self.delimiter) != 1:
            found.append(f"delimiter must be one character, not {self.delimiter!r}")
        return found

    # MappingProxyType is neither hashable nor picklable.
    def __hash__(self) -> int:
        return hash(self.to_toml())

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, ({f.name: _plain(getattr(self, f.name)) for f in fields(self)},)

    def __repr__(self) -> str:
        said = ", ".join(
            f"{f.name}={_plain(getattr(self, f.name))!r}"
            for f in fields(self)
            if getattr(self, f.name) not in (None, (), False, {}) and getattr(self, f.name) != f.default
        )
        return f"Dialect({said})"

    def with_changes(self, **changes: Any) -> Dialect:
        """Return this dialect with other keys; tables are merged key by key, all else is replaced.

        In a table, ``None`` takes a key out.

        Examples
        --------
        >>> from lanehop import Dialect
        >>> dialect = Dialect(columns={"case": "id", "time": "t", "department": "team"})
        >>> dict(dialect.with_changes(columns={"department": "org"}).columns)
        {'case': 'id', 'time': 't', 'department': 'org'}
        """
        known = {f.name for f in fields(self)}
        unknown = [key for key in changes if key not in known]
        if unknown:
            roles = {key: "..." for key in unknown if key in ROLES}
            raise DialectError(
                f"unknown dialect key {', '.join(map(repr, unknown))} (known: {', '.join(sorted(known))})"
                + f"; a column is named by columns={roles}" * bool(roles)
            )
        for key in _TABLES:
            if isinstance(changes.get(key), Mapping):
                merged = {**getattr(self, key), **changes[key]}
                changes[key] = {k: v for k, v in merged.items() if v is not None}
        return replace(self, **changes)

    @classmethod
    def from_toml(cls, text: str) -> Dialect:
        """Read a dialect from TOML text, as :meth:`to_toml` writes it.

        Raises
        ------
        DialectError
            If the text is not TOML, or not a dialect.
        """
        if not isinstance(text, str):
            raise DialectError(f"from_toml takes the text of a dialect, not {type(text).__name__}")
        try:
            said = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DialectError(f"not a TOML file: {error}") from error
        return cls().with_changes(**said)

    def to_toml(self) -> str:
        """Write this dialect as TOML: only what it says, in a fixed order."""
        document = tomlkit.document()
        tables = []
        for f in fields(self):
            value = _plain(getattr(self, f.name))
            if value in (None, [], {}) or value == f.default:
                continue
            if isinstance(value, dict):
                table = tomlkit.table()
                for key, names in value.items():
                    table.add(key, _array(names) if isinstance(names, list) else names)
                tables.append((f.name, table))
            else:
                document.add(f.name, _array(value) if isinstance(value, list) else value)
        for name, table in tables:
            document.add(name, table)
        return tomlkit.dumps(document)

    @classmethod
    def bundled(cls) -> tuple[str, ...]:
        """Names of the dialects that come with lanehop."""
        folder = resources.files("lanehop") / "dialects"
        return tuple(sorted(Path(x.name).stem for x in folder.iterdir() if x.name.endswith(".toml")))


def find_dialect(dialect: Dialect | str | Path | None) -> Dialect:
    """Return the dialect meant: one itself, a bundled one's name, or a TOML file's path."""
    if dialect is None:
        return Dialect()
    if isinstance(dialect, Dialect):
        return dialect
    if not isinstance(dialect, str | Path):
        raise DialectError(f"dialect must be a Dialect, a name or a path, not {type(dialect).__name__}")
    if str(dialect) in Dialect.bundled():
        source = resources.files("lanehop") / "dialects" / f"{dialect}.toml"
        return Dialect.from_toml(source.read_text(encoding="utf-8"))
    path = Path(dialect)
    try:
        return Dialect.from_toml(path.read_text(encoding="utf-8-sig"))
    except (DialectError, UnicodeDecodeError) as error:
        raise DialectError(f"{path}: {error}") from error
    except (OSError, ValueError) as error:
        raise DialectError(
            f"no dialect {str(dialect)[:80]!r}: it is no file that can be read, and not among the bundled ones "
            f"({', '.join(Dialect.bundled())})"
        ) from error


def label_states(dialect: Dialect) -> dict[str, int]:
    """Return the code of the state that each label means; reopenings of no state mean ``open``."""
    if not dialect.states:
        named = {name: code for code, name in enumerate(STATES)}
    else:
        named = {label: STATES.index(state) for state, labels in dialect.states.items() for label in labels}
    return {label: len(OPEN_STATES) - 1 for label in dialect.reopenings} | named


def code_classes(dialect: Dialect) -> dict[str, int]:
    """Return the code of the class of each resolution code."""
    return {code: RESOLUTION_CLASSES.index(name) for name, codes in dialect.resolutions.items() for code in codes}


def _texts(value: object, what: str, problems: list[str], wanted: str = "a list of texts") -> tuple[str, ...]:
    """Return texts without the blanks around them."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        problems.append(f"{what} must be {wanted}, not {value!r}")
        return ()
    # A set has no order of its own, and equal dialects are to be written alike.
    made = sorted(value, key=str) if isinstance(value, Set) else list(value)
    wrong = [x for x in made if not isinstance(x, str)]
    if wrong:
        problems.append(f"{what} must be {wanted}, but holds {wrong[0]!r}")
        return ()
    made = [x.strip(BLANKS) for x in made]
    if "" in made and what != "missing":
        problems.append(f"{what} holds an empty text, which names nothing")
    return tuple(made)


def _twice(key: str, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    seen: dict[str, str] = {}
    found = []
    for name, labels in table.items():
        for label in labels:
            if label in seen:
                found.append(f"{label!r} stands twice in {key}: under {seen[label]} and {name}")
            seen[label] = name
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _array(values: list[str]) -> tomlkit.items.Array:
    made = tomlkit.array()
    made.extend(values)
    return made.multiline(sum(map(len, values)) > 80)


def _revive(said: dict[str, Any]) -> Dialect:
    return Dialect(**said)
