"""Jira fields: by which name a field is kept, where it stands in an issue, and what its ids are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lanehop.read.changes.id_names import IdNames, tell_apart
from lanehop.read.changes.rows import as_id, as_text
from lanehop.read.exports.jira.values import SYSTEM_FIELDS, changed, is_person, standing
from lanehop.read.exports.shapes import mapping

PEOPLE = frozenset({"assignee", "reporter", "creator"})
"""Fields that hold a user; all users share one list of names, with those who made the changes."""

CATEGORY = "status_category"
_MADE = frozenset({"ticket", "time", "actor", "activity", "opened_at"})


class JiraFields:
    """What is known of the fields of a desk, and the names that their ids go by."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted - _MADE
        self.names = IdNames()
        self.custom: dict[str, str] = {}
        """For an own field of the desk what it is, as ``schema.custom`` says, without the name of the add-on."""
        self.category: dict[str, str] = {}
        """The key of the category of each status."""
        self.project: dict[str, str] = {}
        """The id of each project by its key."""
        self._numbers: dict[str, str] = {}
        self._canonical: dict[tuple[str | None, str | None], str] = {}
        self._logins: dict[str, str] = {}
        self._in_histories: set[str] = set()

    def learn(self, beside: Mapping[str, Any]) -> None:
        """Learn names and kinds of fields, as ``expand=names,schema`` gives them."""
        for number, name in mapping(beside.get("names")).items():
            self._numbers.setdefault(str(name), number)
        for number, schema in mapping(beside.get("schema")).items():
            if isinstance(schema, Mapping) and schema.get("custom"):
                self.custom[number] = str(schema["custom"]).rpartition(":")[2]

    def name_of(self, item: Mapping[str, Any]) -> str:
        """Return the name under which a changed field is kept: the one by which it is wanted, if it is."""
        said = (as_text(item.get("field")), as_text(item.get("fieldId")))
        name = self._canonical.get(said)
        if name is None:
            names = [x for x in (*said, SYSTEM_FIELDS.get(said[0] or "")) if x]
            # A server's histories name a field of the desk's own by its name alone.
            called = (*names, self._numbers.get(said[0] or ""))
            name = next((x for x in called if x in self.wanted), names[0] if names else "no name")
            self._canonical[said] = name
            if len(names) > 1:
                self._numbers.setdefault(names[0], names[1])
        return name

    def place_of(self, name: str, fields: Mapping[str, Any]) -> str | None:
        """Return the key of an issue's field; None if the issue does not say it, or it is not known yet."""
        places = (name, SYSTEM_FIELDS.get(name), self._numbers.get(name))
        return next((x for x in places if x is not None and x in fields), None)

    def values_of(self, name: str, item: Mapping[str, Any], at: datetime | None) -> tuple[str | None, str | None]:
        """Return old and new value of a changed field; keep what they were called then."""
        old, new, old_label, new_label = changed(item)
        people = name in PEOPLE
        for value, label in ((old, old_label), (new, new_label)):
            self.names.then("assignee" if people else name, value, label, at)
            if people and value is not None:
                self._in_histories.add(value)
        return old, new

    def keep_category(self, status: str | None, category: Any) -> None:
        """Keep the category that Jira itself gives a status."""
        key = as_text(category.get("key")) if isinstance(category, Mapping) else None
        if status is not None and key is not None:
            self.category[status] = key

    def person(self, user: Any, at: datetime | None = None, *, now: bool = True) -> str | None:
        """Return the id of a user, and keep the name; None for nobody that Jira knows."""
        value, name = standing(user) if isinstance(user, Mapping) else (as_id(user), None)
        if value is None or value == "unknown":
            return None
        login = as_id(user.get("name")) if is_person(user) and "accountId" not in user else None
        if login is not None and login != value:
            self._logins[value] = login
        for known in (value, login):
            if now:
                self.names.now("assignee", known, name)
            else:
                self.names.then("assignee", known, name, at)
        return value

    def as_in_histories(self, person: str | None) -> str | None:
        """Return a user as histories name them: a server knows each by a key and by a login."""
        if person is None or person in self._in_histories:
            return person
        login = self._logins.get(person)
        return login if login in self._in_histories else person

    def labels(self) -> dict[str, dict[str, str]]:
        """Return for each field the names of its ids.

        People of one name are told apart. Statuses, options and components are not: each project may have its own
        "In Progress" under its own id, and means the same by it.
        """
        known_people = self.names.by_field.get("assignee", {})
        key_of = {login: key for key, login in self._logins.items()}
        people = tell_apart({x: name for x, name in known_people.items() if x not in key_of})
        people |= {login: people[key] for login, key in key_of.items() if key in people}
        known = self.names.by_field
        # A status whose category nothing says goes by its own name.
        categories = {**known.get("status", {}), **self.category}
        return {**known, **dict.fromkeys((*PEOPLE, "actor"), people), CATEGORY: categories}
