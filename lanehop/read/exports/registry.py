"""Exports: what a helpdesk's own export is read by, and in which dialect."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from lanehop.dialect import Dialect, find_dialect
from lanehop.errors import NoHistoryError, SourceError
from lanehop.read.changes.history import History
from lanehop.read.exports.pages import Page, look_for_pages
from lanehop.read.exports.sniffing import HISTORY, SYSTEMS, WORDS
from lanehop.read.exports.streams import progress
from lanehop.read.files import check_encoding
from lanehop.read.rows import Note, needed_columns

__all__ = ["TABLE", "open_export"]

TABLE = "table"
"""The format of a plain table, whatever it looks like."""

_HOW = {
    "zendesk": "ticket audits (/api/v2/ticket_audits, or /api/v2/tickets/{id}/audits for each ticket) or the incremental "
    "ticket event export (/api/v2/incremental/ticket_events)",
    "jira": "issues with their changelog (/rest/api/3/search with expand=changelog, or /rest/api/3/issue/{key}/changelog)",
    "servicenow": "the table sys_audit, filtered to the incidents (/api/now/table/sys_audit?sysparm_query=tablename=incident)",
    "freshdesk": "ticket activities (/api/v2/export/ticket_activities)",
}
"""How the history is got from each system."""


def open_export(
    source: object, dialect: Dialect | None, overrides: Mapping[str, Any], *, messages: bool = False
) -> tuple[History, Dialect] | None:
    """Read a helpdesk's own export.

    Parameters
    ----------
    source : path, folder or glob
        Anything else is no export.
    dialect : Dialect or None
        As the user gave it; None: the bundled one of the system that the export is from.
    overrides : mapping
        Keys of Dialect, in place of the dialect's own.
    messages : bool
        Whether to read the messages, too.

    Returns
    -------
    (History, Dialect) or None
        What it says, and the dialect with the overrides in it. None: it is a plain table.

    Raises
    ------
    SourceError
        If it cannot be read, is of several systems, or of another format than the dialect says.
    NoHistoryError
        If it is tickets, groups or the like without their history.
    """
    told = overrides.get("format", None if dialect is None else dialect.format)
    if told == TABLE:
        return None
    said = (dialect or Dialect()).with_changes(**overrides)
    check_encoding(said.encoding)
    found = look_for_pages(source, said)
    if found is None:
        if told is not None and isinstance(source, str | os.PathLike):
            raise SourceError(
                f"{os.fspath(source)!r} is a plain table, and format={told!r} says that it is {WORDS[told]}; pass format='table'"
            )
        return None
    pages = found.pages
    named = dialect is not None or "columns" in overrides
    _check_one_system(pages)
    system = pages[0].system
    histories = list(dict.fromkeys(HISTORY[page.kind] for page in pages if page.kind in HISTORY))
    tabular = all(page.form == "csv" for page in pages)
    if told is None and tabular and (dialect is not None or (named and not histories)):
        return None
    if told is not None and not told.startswith(system):
        raise SourceError(
            f"{pages[0].name!r} is {WORDS[pages[0].kind]}, and format={told!r} says otherwise; leave it out, or pass "
            f"the dialect of {SYSTEMS[system]}"
        )
    if not histories:
        raise _no_history(system, f"{pages[0].name!r} is {WORDS[pages[0].kind]}")
    noted = found.noted
    if len(histories) > 1:
        if told not in histories:
            first = [next(p for p in pages if HISTORY.get(p.kind) == kind) for kind in histories]
            raise SourceError(
                "the same history stands there in several forms: "
                + ", ".join(f"{p.name!r} is {WORDS[p.kind]}" for p in first)
                + f"; pass one of them, or format={histories[0]!r}"
            )
        left = [page for page in pages if HISTORY.get(page.kind, told) != told]
        pages = [page for page in pages if HISTORY.get(page.kind, told) == told]
        noted = [*noted, Note("file_not_read", len(left), None, left[0].name)]
    spoken = (find_dialect(system) if dialect is None else dialect).with_changes(**overrides)
    reader = import_module(f"lanehop.read.exports.{system}.reader")
    with progress([page.blob for page in pages]):
        history: History = reader.read_pages(pages, frozenset(needed_columns(spoken)), messages=messages)
    if not history.changes.num_rows:
        raise _no_history(system, f"{pages[0].name!r} is {history.kind}, and holds no change")
    if "department" not in spoken.columns and hasattr(reader, "no_department"):
        raise reader.no_department(history)
    known = history.fields | frozenset(needed_columns(find_dialect(system)))
    return replace(history, noted=[*history.noted, *noted], fields=known), spoken


def _check_one_system(pages: list[Page]) -> None:
    first = {page.system: page for page in reversed(pages)}
    if len(first) > 1:
        parts = ", ".join(f"{page.name!r} is {WORDS[page.kind]}" for page in first.values())
        raise SourceError(f"pages of {len(first)} systems are mixed: {parts}; pass those of one system")


def _no_history(system: str, what: str) -> NoHistoryError:
    return NoHistoryError(
        f"{what}: how things stand now, not how they came there, and no chain can be read from it. Export "
        f"{_HOW[system]}, and pass both together (a folder)"
    )
