"""Jira keys: an issue keeps its id and changes its key when it moves; all that it had lead to the one it has."""

from __future__ import annotations

from datetime import UTC, datetime

NEVER = datetime.max.replace(tzinfo=UTC)


class JiraKeys:
    """Which issue is meant by an id, by its key, or by one that it had before."""

    def __init__(self) -> None:
        self._key_of: dict[str, str] = {}
        self._id_of: dict[str, str] = {}
        self._moved: dict[str, tuple[datetime, str]] = {}

    def know(self, number: str | None, key: str | None, *, current: bool) -> None:
        """Keep the key of an issue; ``current``: it is not known to be an old one."""
        if number is None or key is None:
            return
        self._id_of[key] = number
        if current:
            self._key_of[number] = key
        else:
            self._key_of.setdefault(number, key)

    def move(self, ticket: str, old: str | None, new: str | None, at: datetime | None) -> None:
        """Keep what a history says of a move, by whatever name the issue goes there."""
        for key in (old, new):
            if key is not None and key != ticket:
                self._id_of.setdefault(key, ticket)
        when = at or NEVER
        if new is not None and when >= self._moved.get(ticket, (when, ""))[0]:
            self._moved[ticket] = (when, new)

    def resolve(self, ticket: str) -> str:
        """Return the key that an issue has now; what stands there where none is known."""
        number, seen = ticket, {ticket}
        while number in self._id_of and self._id_of[number] not in seen:
            number = self._id_of[number]
            seen.add(number)
        if number in self._key_of:
            return self._key_of[number]
        return self._moved[number][1] if number in self._moved else number
