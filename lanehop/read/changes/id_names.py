"""Names of ids, as they are met on the way through an export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

__all__ = ["IdNames", "tell_apart"]


_FIRST, _NOW = (datetime(year, 1, 1, tzinfo=UTC) for year in (1, 9999))


class IdNames:
    """For each field the name of each id: the current one, else the last that a history said."""

    def __init__(self) -> None:
        self.by_field: dict[str, dict[str, str]] = {}
        self._said_at: dict[tuple[str, str], datetime] = {}

    def now(self, field: str, value: str | None, name: str | None) -> None:
        """Keep a name that holds at the time of the export."""
        self.then(field, value, name, _NOW)

    def then(self, field: str, value: str | None, name: str | None, at: datetime | None) -> None:
        """Keep a name that held at a time, if none is known that held later."""
        if value is None or name is None:
            return
        when = at or _FIRST
        if when >= self._said_at.get((field, value), _FIRST):
            self.by_field.setdefault(field, {})[value] = name
            self._said_at[field, value] = when


def tell_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of ids, with the id behind each that several share: they are not one."""
    held = Counter(names.values())
    return {i: name if held[name] == 1 else f"{name} ({i})" for i, name in names.items()}
