"""The tables of lanehop, computed naively: plain Python, one case at a time, one row at a time.

Written from the definitions alone and sharing no code with lanehop, so that both can only agree by
both being right. Slow on purpose: each table is found by looking, never by clever bookkeeping.

A ``Desk`` is what one helpdesk recorded, with how it is to be read. Each function takes a desk and
returns a list of dicts with the columns of the table of its name, in their order; ``None`` is NA.
All are read off the line of each case (``Desk.lines``): here each ticket is a case of its own, and
``stitched_oracles`` has desks whose cases go through several.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

Row = dict[str, Any]

OPEN = ("queued", "working", "waiting_customer", "waiting_other", "open")
DONE = ("resolved", "closed", "cancelled")
CHARGED = (*OPEN, "false_done", "settled")
REASONS = ("reopened", "continued", "negative_code", "silence", "no_claim", "continued_inferred")
ABOUT = ("requester", "category", "priority", "channel")
ZERO = dt.timedelta()

_COLUMNS = {
    "stays": """case stay ticket department entered_at left_at open_time n_events n_agents ended_by
        observed""",
    "handoffs": """case handoff from_department to_department at via pickup pickup_observed is_return
        while_done mark from_stay to_stay""",
    "loops": """case loop department first_stay last_stay length path cycle left_at returned_at away
        while_done""",
    "closures": """case closure ticket department agent at claimed_at closed_at from_state silent
        resolution parallel reopened_at open_again continued_by verdict reason
        reopened continued negative_code silence no_claim continued_inferred""",
    "charges": "case department state time",
    "cases": """case opened_at ended_at first_done_at last_done_at done_at fixed_at outcome time_to_close
        time_to_fix fix_observed n_events n_tickets overlap n_departments n_handoffs n_loops n_ping_pongs
        max_alternations n_closures n_unresolved n_reopens time_in_loops first_department last_department
        fix_department fix_stay_time chain closed_unresolved reason""",
    "flag_unresolved": """case n_closures n_unresolved reason closure ticket at department agent outcome
        reopened continued negative_code silence no_claim continued_inferred""",
    "count_handoffs": """from_department to_department n n_while_done n_cases median_pickup
        n_pickup_observed""",
    "count_loops_by_cycle": "cycle n n_cases median_away",
    "count_loops_by_rule": "rule n n_cases median_away",
}
COLUMNS = {table: names.split() for table, names in _COLUMNS.items()}
"""The columns of each table in their order, for a comparison in which there are no rows."""


@dataclass(frozen=True)
class Desk:
    """What one helpdesk recorded, and how it is to be read.

    ``events``: dicts with ``ticket, time, state, department, agent, actor, resolution, mark, row``, of which
    all but the ticket and the time may be missing. ``opened_at``: the log's own opening times.
    ``classes``: the class of each resolution code. ``final``: codes known only at a ticket's end.
    ``about``: what is said of each ticket as a whole (requester, category, ...).
    """

    events: Sequence[Row]
    opened_at: Mapping[str, dt.datetime]
    as_of: dt.datetime
    hold: dt.timedelta = dt.timedelta(days=14)
    closing_is_claim: bool = False
    missing_department: str = "carry"
    bots: Sequence[str] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    final: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        """Return the line of each case, by case id: tickets are not stitched."""
        return [line_of(life) for life in lives(self)]


def desk_of(source_rows: Sequence[Row], *, as_of: dt.datetime | None = None, **options: Any) -> Desk:
    """Return the desk of plain source rows in lanehop's own column names; ``as_of`` is the last time."""
    said = ("time", "state", "department", "agent", "actor", "resolution", "mark")
    events = [
        {"ticket": one["case"], **{name: one.get(name) for name in said}, "row": number}
        for number, one in enumerate(source_rows)
    ]
    opened_at: dict[str, dt.datetime] = {}
    about: dict[str, dict[str, str | None]] = {}
    for one in sorted(source_rows, key=lambda one: one["time"]):
        if one.get("opened_at") is not None:
            opened_at.setdefault(one["case"], one["opened_at"])
        for name in ABOUT:
            if one.get(name) is not None:
                about.setdefault(one["case"], {}).setdefault(name, one[name])
    return Desk(events, opened_at, as_of or max(one["time"] for one in events), about=about, **options)


# What happened to one ticket, and to one case --------------------------------------------------------


@dataclass
class Step:
    """One event, with what holds just before it, from it on, and until when.

    Without an event: a time from which a ticket is followed while nothing happens to it yet.
    """

    ticket: str
    event: Row | None
    time: dt.datetime
    until: dt.datetime
    before: str | None
    state: str | None
    department: str | None
    turn: bool = False
    """Whether the case turns to this ticket here, from another."""


@dataclass
class Run:
    """A stay: a maximal run of a case in one ticket and department."""

    ticket: str
    department: str | None
    entered_at: dt.datetime
    left_at: dt.datetime
    steps: list[Step]


@dataclass
class Life:
    """One ticket from its opening to its end."""

    ticket: str
    opened_at: dt.datetime
    ended_at: dt.datetime
    done: bool
    steps: list[Step]


@dataclass
class Followed:
    """A closure at which the case followed its ticket, and where it goes on from there."""

    ticket: str
    number: int
    """Among the closures of its ticket."""
    onward: str | None = None
    """The ticket followed next, if another."""
    explicit: bool = False
    """Whether a path of explicit links leads there."""


@dataclass
class Line:
    """One case from its opening to its end: the one line through its tickets."""

    case: str
    opened_at: dt.datetime
    ended_at: dt.datetime
    done: bool
    lives: list[Life]
    """Its tickets, those off the line included."""
    steps: list[Step]
    """Along the line."""
    followed: list[Followed]
    """The closures along the line."""
    overlap: dt.timedelta = ZERO
    merged: frozenset[str] = frozenset()
    """Tickets that were merged into an older one."""


def lives(desk: Desk) -> list[Life]:
    """Return the life of each ticket that has an event up to ``as_of``, by ticket id."""
    known = [event for event in desk.events if event["time"] <= desk.as_of]
    found = []
    for ticket in sorted({event["ticket"] for event in known}):
        events = [event for event in known if event["ticket"] == ticket]
        events.sort(key=lambda event: (event["time"], event["row"]))
        steps: list[Step] = []
        state = department = None
        for event in events:
            before = state
            if event.get("state") is not None:
                state = event["state"]
            if event.get("department") is not None or desk.missing_department == "unassigned":
                department = event.get("department")
            steps.append(Step(ticket, event, event["time"], event["time"], before, state, department))
        done = state in DONE
        ended_at = steps[-1].time if done else desk.as_of
        for step, following in pairwise(steps):
            step.until = following.time
        steps[-1].until = ended_at
        opened_at = min(steps[0].time, desk.opened_at.get(ticket) or steps[0].time)
        found.append(Life(ticket, opened_at, ended_at, done, steps))
    return found


def line_of(life: Life) -> Line:
    """Return the line of a case of one ticket; what lies before its first event is in no known department."""
    steps = list(life.steps)
    if life.opened_at < steps[0].time:
        steps.insert(0, Step(life.ticket, None, life.opened_at, steps[0].time, None, None, None))
    followed = [Followed(life.ticket, number) for number, _ in enumerate(closings_of(life))]
    return Line(life.ticket, life.opened_at, life.ended_at, life.done, [life], steps, followed)


def closings_of(life: Life) -> list[int]:
    """Return the places of the steps at which a ticket is declared done."""
    return [n for n, s in enumerate(life.steps) if s.state in DONE and s.before not in DONE]


def reopenings_of(life: Life) -> list[int]:
    """Return the places of the steps at which a ticket is opened again."""
    return [n for n, s in enumerate(life.steps) if s.state not in DONE and s.before in DONE]


def runs_of(steps: Sequence[Step]) -> list[Run]:
    """Return the stays that these steps make up."""
    runs: list[Run] = []
    for step in steps:
        if not runs or (runs[-1].ticket, runs[-1].department) != (step.ticket, step.department):
            runs.append(Run(step.ticket, step.department, step.time, step.until, []))
        runs[-1].steps.append(step)
        runs[-1].left_at = step.until
    return runs


def chain_of(runs: Sequence[Run]) -> list[tuple[str, int, int]]:
    """Return the chain of known departments, equal neighbours merged: (department, first stay, last stay)."""
    chain: list[tuple[str, int, int]] = []
    for number, run in enumerate(runs):
        if run.department is None:
            continue
        if chain and chain[-1][0] == run.department:
            chain[-1] = (run.department, chain[-1][1], number)
        else:
            chain.append((run.department, number, number))
    return chain


def longest_alternation(names: Sequence[str]) -> int:
    """Return the handoffs in the longest stretch A-B-A-B..., of at least three departments."""
    longest = 0
    for first in range(len(names)):
        for last in range(first + 2, len(names)):
            stretch = names[first : last + 1]
            if all(name == stretch[place % 2] for place, name in enumerate(stretch)):
                longest = max(longest, last - first)
    return longest


# The ladder of tables --------------------------------------------------------------------------------


def stays(desk: Desk) -> list[Row]:
    """One row per stay."""
    table = []
    for line in desk.lines():
        runs = runs_of(line.steps)
        for number, run in enumerate(runs):
            observed = True
            if number + 1 < len(runs):
                following = runs[number + 1]
                if run.ticket != following.ticket:
                    ended_by = "other_ticket"
                elif run.department is None:
                    ended_by = "assigned"
                else:
                    ended_by = "unassigned" if following.department is None else "handoff"
            else:
                ended_by = "end" if line.done else "open"
                observed = line.done
            events = [step.event for step in run.steps if step.event is not None]
            table.append(
                {
                    "case": line.case,
                    "stay": number,
                    "ticket": run.ticket,
                    "department": run.department,
                    "entered_at": run.entered_at,
                    "left_at": run.left_at,
                    "open_time": sum((s.until - s.time for s in run.steps if s.state not in DONE), ZERO),
                    "n_events": len(events),
                    "n_agents": len({event.get("agent") for event in events} - {None}),
                    "ended_by": ended_by,
                    "observed": observed,
                }
            )
    return table


def handoffs(desk: Desk) -> list[Row]:
    """One row per move to another known department."""
    table = []
    for line in desk.lines():
        runs = runs_of(line.steps)
        chain = chain_of(runs)
        for number in range(len(chain) - 1):
            from_department, _, from_stay = chain[number]
            to_department, to_stay, _ = chain[number + 1]
            run = runs[to_stay]
            arrival = run.steps[0]
            pickups = [
                s.time for s in run.steps if s.event is not None and s.state == "working" and s.before != "working"
            ]
            table.append(
                {
                    "case": line.case,
                    "handoff": number,
                    "from_department": from_department,
                    "to_department": to_department,
                    "at": run.entered_at,
                    "via": "reassignment" if runs[from_stay].ticket == run.ticket else "other_ticket",
                    "pickup": (pickups[0] if pickups else run.left_at) - run.entered_at,
                    "pickup_observed": bool(pickups),
                    "is_return": to_department in [name for name, _, _ in chain[: number + 1]],
                    "while_done": arrives_done(arrival),
                    "mark": arrival.event.get("mark") if arrival.event is not None else None,
                    "from_stay": from_stay,
                    "to_stay": to_stay,
                }
            )
    return table


def arrives_done(arrival: Step) -> bool:
    """Tell whether a move came while the ticket was done; a ticket that the case turns to is open."""
    return arrival.before in DONE and not arrival.turn


def loops(desk: Desk) -> list[Row]:
    """One row per return to a department that the case had left."""
    table = []
    for line in desk.lines():
        runs = runs_of(line.steps)
        chain = chain_of(runs)
        names = [name for name, _, _ in chain]
        number = 0
        for place, name in enumerate(names):
            earlier = [one for one in range(place) if names[one] == name]
            if not earlier:
                continue
            since = earlier[-1]
            path = names[since : place + 1]
            first_stay, last_stay = chain[since][2], chain[place][1]
            left_at, returned_at = runs[first_stay].left_at, runs[last_stay].entered_at
            table.append(
                {
                    "case": line.case,
                    "loop": number,
                    "department": name,
                    "first_stay": first_stay,
                    "last_stay": last_stay,
                    "length": place - since - 1,
                    "path": " > ".join(path),
                    "cycle": cycle_of(path[:-1]),
                    "left_at": left_at,
                    "returned_at": returned_at,
                    "away": returned_at - left_at,
                    "while_done": arrives_done(runs[last_stay].steps[0]),
                }
            )
            number += 1
    return table


def cycle_of(names: Sequence[str]) -> str:
    """Return the smallest rotation, compared name by name and by code point."""
    rotations = [[*names[n:], *names[:n]] for n in range(len(names))]
    return " > ".join(min(rotations, key=lambda rotation: [[ord(c) for c in name] for name in rotation]))


def closures(desk: Desk) -> list[Row]:
    """One row per time that the desk declared a ticket done."""
    return [row for line in desk.lines() for row, _ in closures_of(desk, line)]


def closures_of(desk: Desk, line: Line) -> list[tuple[Row, list[Step]]]:
    """Return the closures of one case, each with the steps of its episode.

    In the order of their times; at one time those along the line come first, in its order, then the
    parallel ones by ticket.
    """
    found = []
    for life in line.lives:
        for number in range(len(closings_of(life))):
            along = [n for n, one in enumerate(line.followed) if (one.ticket, one.number) == (life.ticket, number)]
            row, episode = closure_of(desk, line, life, number, line.followed[along[0]] if along else None)
            order = (row["at"], not along, along[0] if along else 0, life.ticket, number)
            found.append((order, row, episode))
    found.sort(key=lambda one: one[0])
    return [({**row, "closure": place}, episode) for place, (_, row, episode) in enumerate(found)]


def closure_of(desk: Desk, line: Line, life: Life, number: int, followed: Followed | None) -> tuple[Row, list[Step]]:
    """Return one closure of a ticket, with the steps of its episode."""
    steps = life.steps
    starts, reopenings = closings_of(life), reopenings_of(life)
    start = starts[number]
    reopening = next((n for n in reopenings if n > start), None)
    opening = max((n for n in reopenings if n < start), default=0)
    end = len(steps) if reopening is None else reopening
    episode = steps[start:end]
    reopened_at = None if reopening is None else steps[reopening].time
    is_last = number == len(starts) - 1

    codes = [s.event["resolution"] for s in steps[opening:end] if s.event.get("resolution") is not None]
    resolution = codes[-1] if codes else None
    if is_last and desk.final.get(life.ticket) is not None:
        resolution = desk.final[life.ticket]
    of_class = desk.classes.get(resolution) if resolution is not None else None

    claimed_at = next((s.time for s in episode if is_claim(desk, s)), None)
    closed_at = next((s.time for s in episode if s.event.get("state") == "closed"), None)
    ends = [s.event["state"] for s in episode if s.event.get("state") in ("resolved", "cancelled")]

    # In the ticket's own stay, wherever the case was by then.
    agent = None
    for run in runs_of(steps):
        if any(step is steps[start] for step in run.steps):
            for step in run.steps:
                if step.event.get("agent") is not None:
                    agent = step.event["agent"]
                if step is steps[start]:
                    break
    doer = steps[start].event.get("actor")
    by_bot = (agent if doer is None else doer) in desk.bots
    silent = steps[start].before == "waiting_customer"
    onward = followed.onward if followed is not None else None

    reasons = {
        "reopened": reopened_at is not None,
        "continued": onward is not None and followed.explicit,
        "negative_code": of_class == "not_fixed",
        "silence": silent and (claimed_at is None or by_bot),
        "no_claim": claimed_at is None,
        "continued_inferred": onward is not None and not followed.explicit,
    }
    if reasons["reopened"] or reasons["continued"] or reasons["negative_code"]:
        verdict = "unresolved"
    elif (
        (ends and ends[-1] == "cancelled")
        or of_class in ("withdrawn", "duplicate")
        or (is_last and life.ticket in line.merged)
    ):
        verdict = "withdrawn"
    elif any(reasons.values()):
        verdict = "unresolved"
    else:
        verdict = "fixed" if desk.as_of - claimed_at >= desk.hold else "unproven"
    row = {
        "case": line.case,
        "closure": None,
        "ticket": life.ticket,
        "department": steps[start].department,
        "agent": agent,
        "at": steps[start].time,
        "claimed_at": claimed_at,
        "closed_at": closed_at,
        "from_state": steps[start].before,
        "silent": silent,
        "resolution": resolution,
        "parallel": followed is None,
        "reopened_at": reopened_at,
        "open_again": None if is_last or reopened_at is None else steps[starts[number + 1]].time - reopened_at,
        "continued_by": onward,
        "verdict": verdict,
        "reason": next(name for name in REASONS if reasons[name]) if verdict == "unresolved" else None,
        **reasons,
    }
    return row, episode


def is_claim(desk: Desk, step: Step) -> bool:
    """Tell whether an event of an episode says that the problem is fixed."""
    state = step.event.get("state")
    if state == "resolved" or (state == "closed" and desk.closing_is_claim):
        return True
    code = step.event.get("resolution")
    return code is not None and desk.classes.get(code) in ("fixed", "workaround")


def charges(desk: Desk) -> list[Row]:
    """One row per (case, department, state) with time in it."""
    spent: dict[tuple[str, str | None, str], dt.timedelta] = {}
    for line in desk.lines():
        found = closures_of(desk, line)
        parts = []
        for step in line.steps:
            length = step.until - step.time
            if step.state in DONE:
                row = next(row for row, episode in found if any(step.event is one.event for one in episode))
                kind = "false_done" if row["verdict"] == "unresolved" else "settled"
                parts.append((row["department"], kind, length))
            else:
                parts.append((step.department, step.state or "open", length))
        for department, state, length in parts:
            if length > ZERO:
                key = (line.case, department, state)
                spent[key] = spent.get(key, ZERO) + length
    order = sorted(spent, key=lambda key: (key[0], key[1] is None, key[1] or "", CHARGED.index(key[2])))
    return [{**dict(zip(COLUMNS["charges"], key, strict=False)), "time": spent[key]} for key in order]


def cases(desk: Desk) -> list[Row]:
    """One row per case."""
    all_loops = loops(desk)
    table = []
    for line in desk.lines():
        runs = runs_of(line.steps)
        names = [name for name, _, _ in chain_of(runs)]
        everything = closures_of(desk, line)
        found = [(row, episode) for row, episode in everything if not row["parallel"]]
        own = [row for row, _ in found]
        own_loops = [row for row in all_loops if row["case"] == line.case]
        unresolved = [row for row in own if row["verdict"] == "unresolved"]
        outcome = own[-1]["verdict"] if line.done else "open"

        fixed_at = fix_department = fix_stay_time = None
        if outcome == "fixed":
            fixed_at = own[-1]["claimed_at"]
            claim = next(step for step in found[-1][1] if is_claim(desk, step))
            fix_department = claim.department
            run = next(run for run in runs if any(step.event is claim.event for step in run.steps))
            of_ticket = [row["reopened_at"] for row, _ in everything if row["ticket"] == claim.ticket]
            since = [run.entered_at, *(reopened_at for reopened_at in of_ticket if reopened_at is not None)]
            fix_stay_time = fixed_at - max(since)

        first_done_at = own[0]["at"] if own else None
        table.append(
            {
                "case": line.case,
                "opened_at": line.opened_at,
                "ended_at": line.ended_at,
                "first_done_at": first_done_at,
                "last_done_at": own[-1]["at"] if own else None,
                "done_at": own[-1]["at"] if line.done else None,
                "fixed_at": fixed_at,
                "outcome": outcome,
                "time_to_close": first_done_at - line.opened_at if first_done_at is not None else None,
                "time_to_fix": fixed_at - line.opened_at if fixed_at is not None else None,
                "fix_observed": outcome == "fixed",
                "n_events": sum(len(life.steps) for life in line.lives),
                "n_tickets": len(line.lives),
                "overlap": line.overlap,
                "n_departments": len(set(names)),
                "n_handoffs": max(len(names) - 1, 0),
                "n_loops": len(own_loops),
                "n_ping_pongs": len([row for row in own_loops if row["length"] == 1]),
                "max_alternations": longest_alternation(names),
                "n_closures": len(own),
                "n_unresolved": len(unresolved),
                "n_reopens": len([row for row in own if row["reopened_at"] is not None]),
                "time_in_loops": length_of_union((row["left_at"], row["returned_at"]) for row in own_loops),
                "first_department": names[0] if names else None,
                "last_department": names[-1] if names else None,
                "fix_department": fix_department,
                "fix_stay_time": fix_stay_time,
                "chain": " > ".join(names) if names else None,
                "closed_unresolved": bool(unresolved),
                "reason": unresolved[0]["reason"] if unresolved else None,
            }
        )
    return table


def length_of_union(spans: Iterable[tuple[dt.datetime, dt.datetime]]) -> dt.timedelta:
    """Return the time covered by at least one of the spans: cut at all their ends, and look at each piece."""
    kept = list(spans)
    cuts = sorted({instant for one in kept for instant in one})
    total = ZERO
    for start, end in pairwise(cuts):
        if any(left <= start and end <= right for left, right in kept):
            total += end - start
    return total


# What is counted from them ---------------------------------------------------------------------------


def flag_unresolved(desk: Desk) -> list[Row]:
    """One row per case closed without resolution, with its first unresolved closure."""
    table = []
    for case in cases(desk):
        own = [row for row in closures(desk) if row["case"] == case["case"] and not row["parallel"]]
        unresolved = [row for row in own if row["verdict"] == "unresolved"]
        if unresolved:
            first = unresolved[0]
            table.append(
                {
                    "case": case["case"],
                    "n_closures": len(own),
                    "n_unresolved": len(unresolved),
                    **{name: first[name] for name in ("reason", "closure", "ticket", "at", "department", "agent")},
                    "outcome": case["outcome"],
                    **{name: first[name] for name in REASONS},
                }
            )
    return table


def count_handoffs(desk: Desk) -> list[Row]:
    """One row per (from, to), the most frequent first."""
    moves = handoffs(desk)
    table = []
    for pair in sorted({(row["from_department"], row["to_department"]) for row in moves}):
        own = [row for row in moves if (row["from_department"], row["to_department"]) == pair]
        table.append(
            {
                "from_department": pair[0],
                "to_department": pair[1],
                "n": len(own),
                "n_while_done": len([row for row in own if row["while_done"]]),
                "n_cases": len({row["case"] for row in own}),
                "median_pickup": survival_median([(row["pickup"], row["pickup_observed"]) for row in own]),
                "n_pickup_observed": len([row for row in own if row["pickup_observed"]]),
            }
        )
    return sorted(table, key=lambda row: (-row["n"], row["from_department"], row["to_department"]))


def count_loops(desk: Desk, *, by: str = "cycle") -> list[Row]:
    """One row per cycle, the most frequent first; or one per rule for what a ping-pong is."""
    found = loops(desk)

    def line(column: str, name: str, own: Sequence[Row]) -> Row:
        return {
            column: name,
            "n": len(own),
            "n_cases": len({row["case"] for row in own}),
            "median_away": plain_median([row["away"] for row in own]),
        }

    if by == "cycle":
        names = {row["cycle"] for row in found}
        table = [line("cycle", name, [row for row in found if row["cycle"] == name]) for name in names]
        return sorted(table, key=lambda row: (-row["n"], row["cycle"]))

    alternations = [row["max_alternations"] for row in cases(desk)]
    revisited = [
        (line.case, name)
        for line in desk.lines()
        for names in [[name for name, _, _ in chain_of(runs_of(line.steps))]]
        for name in set(names)
        if names.count(name) > 1
    ]
    return [
        line("rule", "ping_pong", [row for row in found if row["length"] == 1]),
        line("rule", "indirect", [row for row in found if row["length"] > 1]),
        {
            "rule": "alternations",
            "n": sum(alternations),
            "n_cases": len([n for n in alternations if n > 0]),
            "median_away": None,
        },
        line("rule", "returns", found),
        {
            "rule": "distinct",
            "n": len(revisited),
            "n_cases": len({case for case, _ in revisited}),
            "median_away": None,
        },
    ]


def plain_median(lengths: Sequence[dt.timedelta]) -> dt.timedelta | None:
    """Return the middle length, or the mean of the middle two, down to the microsecond."""
    if not lengths:
        return None
    ordered = sorted(lengths)
    lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return (lower + upper) // dt.timedelta(microseconds=2) * dt.timedelta(microseconds=1)


def survival(spans: Iterable[tuple[dt.timedelta, bool]]) -> list[tuple[dt.timedelta, Fraction]]:
    """Return the Kaplan-Meier curve as (time, share still without the event), exactly.

    Whoever is censored at a time is still at risk at it.
    """
    kept = list(spans)
    curve, share = [], Fraction(1)
    for time in sorted({length for length, observed in kept if observed}):
        at_risk = len([1 for length, _ in kept if length >= time])
        events = len([1 for length, observed in kept if observed and length == time])
        share *= 1 - Fraction(events, at_risk)
        curve.append((time, share))
    return curve


def survival_median(spans: Iterable[tuple[dt.timedelta, bool]]) -> dt.timedelta | None:
    """Return the first time at which half or less is left; None if more than half stays."""
    return next((time for time, share in survival(spans) if share <= Fraction(1, 2)), None)


# The two clocks --------------------------------------------------------------------------------------


def clock_spans(desk: Desk) -> list[Row]:
    """One row per case opened before the horizon: its length on each clock, and whether the end was seen."""
    horizon = desk.as_of - desk.hold
    table = []
    for case in cases(desk):
        opened_at = case["opened_at"]
        if opened_at >= horizon:
            continue
        closed = case["first_done_at"] is not None and case["first_done_at"] <= horizon
        fixed = case["outcome"] == "fixed"
        if fixed:
            until = case["fixed_at"]
        elif case["outcome"] == "withdrawn" and case["done_at"] <= horizon:
            until = case["done_at"]
        else:
            until = horizon
        table.append(
            {
                "case": case["case"],
                "close": (case["first_done_at"] if closed else horizon) - opened_at,
                "close_observed": closed,
                "fix": until - opened_at,
                "fix_observed": fixed,
            }
        )
    return table


def clocks(desk: Desk) -> Row:
    """Both clocks in one line: what stays out, the two medians, and the shares printed beside them."""
    spans = clock_spans(desk)
    found = closures(desk)
    claims = [row for row in found if row["claimed_at"] is not None]
    unproven = [row for row in found if row["verdict"] == "unproven"]
    undone = [row for row in claims if row["reopened_at"] is not None]
    late = [row for row in undone if row["reopened_at"] - row["claimed_at"] > desk.hold]
    return {
        "as_of": desk.as_of,
        "hold": desk.hold,
        "horizon": desk.as_of - desk.hold,
        "n": len(spans),
        "n_left_out": len(cases(desk)) - len(spans),
        "n_closed": len([row for row in spans if row["close_observed"]]),
        "n_fixed": len([row for row in spans if row["fix_observed"]]),
        "median_close": survival_median([(row["close"], row["close_observed"]) for row in spans]),
        "median_fix": survival_median([(row["fix"], row["fix_observed"]) for row in spans]),
        "n_claims": len(claims),
        "n_unproven": len(unproven),
        "share_unproven": len(unproven) / len(claims) if claims else None,
        "n_reopenings": len([row for row in found if row["reopened_at"] is not None]),
        "n_claims_reopened": len(undone),
        "n_claims_reopened_late": len(late),
        "share_reopened_late": len(late) / len(undone) if undone else None,
    }
