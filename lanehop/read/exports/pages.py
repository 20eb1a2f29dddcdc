"""Pages: the lists of records in an export of one file, a folder or a glob."""

from __future__ import annotations

import glob
import json
import os
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson

from lanehop.dialect import Dialect
from lanehop.errors import GuessWarning, SourceError, warn
from lanehop.read.exports.foreign import refuse_foreign
from lanehop.read.exports.outline import name_document, outline_of, refuse_unknown
from lanehop.read.exports.page import Page
from lanehop.read.exports.sniffing import Sign, tell
from lanehop.read.exports.streams import open_text, told
from lanehop.read.files import Blob, find_blob, is_beside_data, tell_kind
from lanehop.read.rows import Note
from lanehop.read.tables.layout import BLOCK, Layout, find_layout

__all__ = ["Found", "Page", "find_pages", "look_for_pages"]

_LONGEST_LINE = 1 << 24
"""Bytes of a first line beyond which a file is not taken for JSON lines."""


@dataclass(frozen=True)
class Found:
    """The pages of an export, and what is worth telling of files without any."""

    pages: list[Page]
    noted: list[Note]


def find_pages(source: object, dialect: Dialect | None = None) -> list[Page] | None:
    """Find the pages of a vendor's export; None if it is a plain table.

    Raises
    ------
    SourceError
        As :func:`look_for_pages`.
    """
    found = look_for_pages(source, dialect)
    return None if found is None else found.pages


def look_for_pages(source: object, dialect: Dialect | None = None) -> Found | None:
    """Look for the pages of a vendor's export.

    Parameters
    ----------
    source : path
        A file, a folder with files (and folders) in it, or a glob; anything else has no pages.
    dialect : Dialect, optional
        Its encoding and delimiter are those of tables.

    Returns
    -------
    Found or None
        The pages, in the natural order of the names of files (``page2`` before ``page10``). None: one plain table.

    Raises
    ------
    SourceError
        If there is nothing to read, if a file is damaged, or JSON of no known kind, or an export that lanehop does not
        read: each says what it is and what to do.
    """
    if not isinstance(source, str | os.PathLike) or isinstance(os.fspath(source), bytes):
        return None
    text = os.fspath(source)
    paths = _files(text)
    if paths is None:
        return _look_into(find_blob(text), dialect or Dialect(), alone=True)
    pages: list[Page] = []
    empty: list[str] = []
    others: list[str] = []
    for path in paths:
        found = _look_into(find_blob(path), dialect or Dialect(), alone=False)
        if found is None:
            others.append(str(path))
        elif not found.pages:
            empty.append(str(path))
        else:
            pages += found.pages
    if not pages and empty and not others:
        raise SourceError(f"{text!r}: all {len(empty):,} files are empty pages; export it again with its records")
    if not pages:
        raise SourceError(
            f"none of the files that {text!r} leads to is a page of an export that lanehop reads ({len(paths):,}, first: "
            f"{str(paths[0])!r}); pass one file, or the folder of an export"
        )
    noted = [Note("empty_page", len(empty), None, empty[0])] if empty else []
    noted += [Note("file_not_read", len(others), None, others[0])] if others else []
    return Found(pages, noted)


def _files(text: str) -> list[Path] | None:
    """Return the files of a folder or of a glob; None if the path is to lead to one file."""
    try:
        path = Path(text)
        if path.is_dir():
            found = [p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path))]
            if not found:
                raise SourceError(f"the folder {text!r} holds no file; pass the folder of an export, or one file")
            return sorted(found, key=_natural)
        if path.exists() or not glob.has_magic(text) or "://" in text or "\n" in text:
            return None
    except (OSError, ValueError):
        return None  # find_blob tells what is wrong
    # Path.glob takes no absolute pattern.
    found = [Path(p) for p in glob.glob(text, recursive=True) if Path(p).is_file()]  # noqa: PTH207
    if not found:
        raise SourceError(f"no file fits {text[:200]!r} (looked from {Path.cwd()}); check the path")
    return sorted(found, key=_natural)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _look_into(blob: Blob, dialect: Dialect, *, alone: bool) -> Found | None:
    if not alone and is_beside_data(blob, dialect.encoding):
        return None
    kind = tell_kind(blob, dialect.encoding)
    if kind == "json":
        return Found(_look_into_json(blob, alone=alone), [])
    if kind == "csv":
        return _look_into_table(blob, dialect, alone=alone)
    return None


def _look_into_json(blob: Blob, *, alone: bool) -> list[Page]:
    """Find the pages in a JSON file, with its first records alone, save that the keys of a wrapper are all looked for."""
    first = _first_line(blob)
    if first is not None:
        form, documents = "lines", first
        made = [Page(blob, s.kind, form, path, s.whole) for s, path in name_document(blob.name, documents, "")]
        if not made:
            refuse_unknown(blob.name, documents)
        return made
    with told(blob.name), open_text(blob, counted=False) as stream:
        top = next(ijson.basic_parse(stream, multiple_values=True))[0]
    if top == "start_array":
        with told(blob.name), open_text(blob, counted=False) as stream:
            one = next(ijson.items(stream, "item"), None)
        if one is None:
            return _empty(blob, alone)
        made = [Page(blob, s.kind, "json", path, s.whole) for s, path in name_document(blob.name, one, "item")]
        if not made:
            refuse_unknown(blob.name, one)
        return made
    with told(blob.name), open_text(blob, counted=False) as stream:
        outline = outline_of(blob.name, stream)
    found = outline.name(blob.name)
    if not found and outline.is_empty():
        return _empty(blob, alone)
    if not found:
        refuse_unknown(blob.name, outline.as_record())
    beside = outline.scalars | outline.objects
    if "error" in beside:
        refuse_unknown(blob.name, {key: beside[key] for key in beside if key in ("error", "description")})
    filled = [Page(blob, s.kind, "json", path, s.whole, None, beside) for s, path, full in found if full]
    return filled or _empty(blob, alone)


def _empty(blob: Blob, alone: bool) -> list[Page]:
    if alone:
        raise SourceError(f"{blob.name!r} is an empty page: it holds no record; export it again with its records")
    return []


def _first_line(blob: Blob) -> Any:
    """Return the first of several JSON lines; None if the file is one document."""
    with told(blob.name), open_text(blob, counted=False) as stream:
        line = stream.readline(_LONGEST_LINE)
        while line and line.isspace():
            line = stream.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            return None
        try:
            first = json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError:
            return None
        again = next((more for more in stream if not more.isspace()), b"")
        return first if again and isinstance(first, dict) else None


def _look_into_table(blob: Blob, dialect: Dialect, *, alone: bool) -> Found | None:
    """Find the page that a CSV file is; None if it is a plain table, or cannot be read as a table."""
    encoding = dialect.encoding or ("utf-16" if blob.head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")
    try:
        layout = find_layout(blob, dialect, encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8" or dialect.encoding:
            return None
        try:
            layout = find_layout(blob, dialect, "cp1252")
        except (UnicodeDecodeError, SourceError):
            return None
    except SourceError:
        return None
    record = dict.fromkeys(layout.header.names)
    # Columns of lanehop's own names are a log, whatever stands beside them.
    if alone and not dialect.columns and not {"case", "time", "department"} <= record.keys():
        refuse_foreign(blob.name, None, record)
    sign: Sign | None = tell(None, record, tabular=True)
    if sign is None:
        return None
    if dialect.encoding is None and layout.encoding == "utf-8":
        layout = _checked(layout, blob, dialect)
    if layout.encoding == "cp1252" and dialect.encoding is None:
        warn(
            f"{blob.name!r} is not UTF-8 and was read as cp1252; pass encoding='cp1252' if that is right, else the "
            "encoding it was written in",
            GuessWarning,
        )
    return Found([Page(blob, sign.kind, "csv", "", False, layout)], [])


def _checked(layout: Layout, blob: Blob, dialect: Dialect) -> Layout:
    """Return a layout in an encoding that all of the file is in."""
    try:
        with layout.open() as stream:
            while stream.read(BLOCK):
                pass
    except UnicodeDecodeError:
        return find_layout(blob, dialect, "cp1252")
    return layout
