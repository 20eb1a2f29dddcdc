"""Outline: what a JSON document holds at its top, told without loading it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, NoReturn

import ijson
from ijson.common import ObjectBuilder

from lanehop.errors import SourceError
from lanehop.read.exports.foreign import refuse_foreign
from lanehop.read.exports.sniffing import HISTORY, Sign, known_keys, tell, tell_whole

__all__ = ["Outline", "damaged", "name_document", "outline_of", "refuse_unknown"]

_ERRORS = ("error", "errors", "errorMessages", "message", "detail", "details", "description", "title", "code", "status")
"""Keys of a server's answer that is no data."""

_READ = (
    "lanehop reads Zendesk ticket audits and ticket events, Jira changelogs, ServiceNow sys_audit and Freshdesk ticket "
    "activities; of anything else make a table (pandas.json_normalize) and pass that to read_log or read_changes"
)


_STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
"""How deep each event of the parser leads."""


@dataclass
class Outline:
    """The keys at the top of a JSON object: scalars, objects, and the first element of each list."""

    scalars: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        return {**self.scalars, **self.objects, **self.lists}

    def is_empty(self) -> bool:
        """Whether it is the wrapper of a list, and all its lists are empty."""
        return not self.as_record() or (bool(self.lists) and all(first is None for first in self.lists.values()))

    def name(self, source: str) -> list[tuple[Sign, str, bool]]:
        """Name what is in it: the sign, the path for ijson, and whether there is any."""
        top = self.as_record()
        refuse_foreign(source, None, top)
        whole = tell_whole(top) or (None if self.lists.keys() & known_keys() else tell(None, top))
        if whole is not None:
            return [(whole, "", True)]
        made = []
        for key, first in self.lists.items():
            sign = _name_list(source, key, first)
            if sign is not None:
                made.append((sign, f"{key}.item", first is not None))
        for key, record in self.objects.items():
            refuse_foreign(source, key, record)
            sign = tell(key, record) if key in known_keys() else None
            if sign is not None:
                made.append((sign, key, True))
        return made


def _name_list(source: str, key: str, first: Any) -> Sign | None:
    if first is not None and not isinstance(first, Mapping):
        meant = tell(key, None)
        if meant is not None:
            raise SourceError(
                f"{source!r}: what stands under {key!r} is not {meant.words}, but {str(first)[:60]!r}; pass the file as "
                "the API gives it"
            )
        return None
    refuse_foreign(source, key, first)
    sign = tell(key, first)
    if sign is None and first is not None:
        meant = tell(key, None)
        if meant is not None and meant.kind in HISTORY:
            lacks = ", ".join(sorted(meant.needs - first.keys()))
            raise SourceError(
                f"{source!r}: what stands under {key!r} is not {meant.words}: it lacks {lacks} (it has {_listed(first)}); "
                "pass the file as the API gives it"
            )
        other = tell(None, first)
        if other is not None and other.kind in HISTORY:
            right = " or ".join(map(repr, other.keys)) or "no key"
            raise SourceError(
                f"{source!r}: {other.words} stand under {key!r}, where {right} is expected; pass the file as the API "
                "gives it, or the bare list"
            )
    return sign


def outline_of(name: str, stream: IO[bytes]) -> Outline:
    """Walk through a JSON object (or several in a row), keeping of each list the first element alone.

    Raises
    ------
    SourceError
        If it is cut off or damaged.
    """
    outline = Outline()
    elements = [0]
    try:
        _walk(stream, outline, elements)
    except ijson.JSONError as error:
        raise damaged(name, error, elements[0]) from error
    return outline


def damaged(name: str, error: Exception, n_whole: int) -> SourceError:
    """Tell of damaged JSON, and how many records of it are whole."""
    said = error.args[0] if error.args else ""
    said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if "invalid bytes in UTF8" in said:
        return SourceError(
            f"{name!r} is JSON that is not UTF-8 (after {n_whole:,} records); save it again as UTF-8, as the API gives it"
        )
    why = said.strip().partition("\n")[0].removeprefix("parse error: ").strip().lower()[:120]
    return SourceError(
        f"{name!r} is not whole JSON ({why or type(error).__name__}, after {n_whole:,} records); it is cut off or damaged: "
        "download or export it again"
    )


def _walk(stream: IO[bytes], outline: Outline, elements: list[int]) -> None:
    depth, key = 0, ""
    builder: ObjectBuilder | None = None
    kept: dict[str, Any] = outline.objects
    begun = 0
    for event, value in ijson.basic_parse(stream, multiple_values=True):
        step = _STEPS.get(event, 0)
        if builder is None and depth > 2:  # within an element that is passed over
            depth += step
            elements[0] += step < 0 and depth == 2
            continue
        if builder is None and step >= 0:
            if depth == 1 and event == "map_key":
                key = value
            elif depth == 1 and event == "start_array":
                outline.lists.setdefault(key, None)
            elif depth == 1 and event == "start_map":
                builder, kept, begun = ObjectBuilder(), outline.objects, depth
            elif depth == 1:
                outline.scalars[key] = value
            elif depth == 2 and key in outline.lists and outline.lists[key] is None:
                if step:
                    builder, kept, begun = ObjectBuilder(), outline.lists, depth
                else:
                    outline.lists[key] = value
        if builder is not None:
            builder.event(event, value)
        depth += step
        elements[0] += step < 0 and depth == 2
        if builder is not None and step < 0 and depth == begun:
            kept[key] = builder.value
            builder = None


def name_document(source: str, document: Any, path: str) -> list[tuple[Sign, str]]:
    """Name what is in the first of several documents: a record, or a wrapper of records; with the path for ijson."""
    if not isinstance(document, Mapping):
        return []
    refuse_foreign(source, None, document)
    sign = tell(None, document) or tell_whole({k: _first(v) for k, v in document.items()})
    if sign is not None:
        return [(sign, path)]
    made = []
    prefix = path + "." if path else ""
    for key, value in document.items():
        if isinstance(value, list):
            sign = _name_list(source, key, _first(value))
            if sign is not None:
                made.append((sign, f"{prefix}{key}.item"))
        elif isinstance(value, Mapping) and key in known_keys():
            sign = tell(key, value)
            if sign is not None:
                made.append((sign, prefix + key))
    return made


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def refuse_unknown(source: str, top: Any) -> NoReturn:
    """Say what a JSON document seems to be, if it is nothing that lanehop reads.

    Raises
    ------
    SourceError
        Always.
    """
    if isinstance(top, Mapping):
        said = list(_messages(top))
        if said and len(top) <= 6 and not any(isinstance(v, Mapping) and "id" in v for v in top.values()):
            raise SourceError(
                f"{source!r} is a server's answer that something went wrong, not data ({'; '.join(said)[:200]}); "
                "log in again, or check the token and its rights, and download it again"
            )
        raise SourceError(f"{source!r} is JSON of no kind that lanehop knows (keys: {_listed(top)}); {_READ}")
    raise SourceError(f"{source!r} is JSON of no kind that lanehop knows (it begins with {str(top)[:60]!r}); {_READ}")


def _messages(top: Mapping[str, Any]) -> Iterator[str]:
    for key in _ERRORS:
        value = top.get(key)
        if isinstance(value, Mapping):
            yield from _messages(value)
        elif isinstance(value, str) and value:
            yield value


def _listed(record: Mapping[str, Any]) -> str:
    keys = list(map(str, record))
    return ", ".join(keys[:8]) + ", ..." * (len(keys) > 8)
