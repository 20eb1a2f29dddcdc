"""What the changes of a ticket say, worked out slowly: plain dicts and loops, sharing no code with the engine.

``replay(changes, records, ...)`` takes changes and records as dicts, one for each row of ``history.CHANGES`` and of
``History.records``, with times as ``datetime`` (None: no time), and returns a :class:`Replayed`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

MARKS = ("gap", "backfilled", "group_deleted", "bulk", "merge", "rule")


@dataclass
class Replayed:
    """The events in order, and what became of the source rows."""

    events: list[dict[str, Any]] = field(default_factory=list)
    """Each with ticket, time, actor, activity, opened_at, mark, row, ``behind`` (rows it was made of), the fields."""
    set_aside: dict[int, str] = field(default_factory=dict)
    tail_gaps: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The tickets of each field whose history does not end where the record stands."""
    truncated: list[str] = field(default_factory=list)


def replay(changes, records, *, fields, running, states, done=(), says_creation=False):
    """Replay changes.

    ``fields``: those that are read; ``running``: those that stand on every event; ``states``: those that all stand
    where one of them changes, and say nothing where the first is empty; ``done``: labels, joined by "/", of a ticket that
    is done, which it was not from its opening on if its oldest changes are missing.
    """
    made = Replayed()
    usable = defaultdict(list)
    said_something = set()
    for place, change in enumerate(changes):
        if change["ticket"] is not None and change["time"] is not None:
            usable[change["ticket"]].append((change["time"], change["save"], place, change))
            said_something.add(change["row"])
    for change in changes:
        if change["row"] not in said_something:
            reason = "no_case" if change["ticket"] is None else "no_time"
            made.set_aside.setdefault(change["row"], reason)
    record_of = {}
    for record in records:
        if record["ticket"] is None:
            made.set_aside[record["row"]] = "no_case"
        else:
            record_of[record["ticket"]] = record
    for ticket in sorted(set(usable) | set(record_of)):
        _replay_ticket(
            made, ticket, usable[ticket], record_of.get(ticket), fields, running, states, done, says_creation
        )
    return made


def _replay_ticket(made, ticket, usable, record, fields, running, states, done, says_creation):
    # FORMATS.md section 0: never trust the order of the file.
    ordered = [change for *_, change in sorted(usable, key=lambda x: x[:3])]
    saves = []
    for change in ordered:
        if saves and (saves[-1][0]["time"], saves[-1][0]["save"]) == (change["time"], change["save"]):
            saves[-1].append(change)
        else:
            saves.append([change])
    opened = record["opened_at"] if record else None

    initial, last = {}, {}
    for name in fields:
        of_field = [change for change in ordered if change["field"] == name]
        if of_field:
            initial[name] = of_field[0]["old"] if of_field[0]["knows_old"] else None
            last[name] = of_field[-1]["new"]
            if record and name in record and record[name] != last[name]:
                made.tail_gaps[name].append(ticket)
        else:
            initial[name] = record.get(name) if record else None

    first_time = saves[0][0]["time"] if saves else None
    is_creation = bool(saves) and any(
        not c["knows_old"] and c["new"] is not None for c in saves[0] if c["field"] in fields
    )
    is_creation = is_creation and opened in (None, first_time)
    opened_before = opened is not None and (first_time is None or opened < first_time)
    anything = any(value is not None for value in initial.values())
    label = "/".join(initial[x] for x in states if initial[x] is not None)
    is_cut = says_creation or bool(record and record.get("truncated"))
    was_done = is_cut and initial[states[0]] is not None and label in done
    if not saves and (opened is None or was_done):
        if record:
            made.set_aside[record["row"]] = "no_history"
        return
    events = []
    if opened_before or (saves and anything and not is_creation):
        events.append(
            {
                "time": opened if opened_before and not was_done else first_time,
                "actor": None,
                "activity": None,
                "mark": "backfilled",
                "row": record["row"] if record else saves[0][0]["row"],
                "behind": set(),
                **{x: None if x in states and initial[states[0]] is None else initial[x] for x in fields},
            }
        )
    value = dict(initial)
    touched_before = dict.fromkeys(fields, False)
    for number, save in enumerate(saves):
        marks = {change["mark"] for change in save if change["mark"] is not None}
        if number == 0 and record and record.get("truncated"):
            marks.add("gap")
        said, seen = {}, []
        for change in save:
            name = change["field"]
            if name is not None and name not in seen:
                seen.append(name)
            if name not in fields:
                continue
            # The first change of a field in the save is held against what the field was before the save.
            if name not in said and touched_before[name] and change["knows_old"] and change["old"] != value[name]:
                marks.add("gap")
            said[name] = change["new"]
        for name, new in said.items():
            value[name] = new
            touched_before[name] = True
        first_of_all = not events
        event = {
            "time": save[0]["time"],
            "actor": next((c["actor"] for c in save if c["actor"] is not None), None),
            "activity": ", ".join(seen) or None,
            "mark": next((mark for mark in MARKS if mark in marks), None),
            "row": save[0]["row"],
            "behind": {change["row"] for change in save},
        }
        for name in fields:
            if name in running:
                event[name] = value[name]
            elif name in states:
                says = first_of_all or any(x in said for x in states)
                event[name] = value[name] if says and value[states[0]] is not None else None
            else:
                event[name] = said[name] if name in said else initial[name] if first_of_all else None
        events.append(event)
    if record and record.get("truncated"):
        made.truncated.append(ticket)
    if record and events:
        events[0]["behind"] = events[0]["behind"] | {record["row"]}
    for event in events:
        made.events.append({"ticket": ticket, "opened_at": opened, **event})
