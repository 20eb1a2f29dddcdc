"""Stitching and the one line through a case's tickets, computed naively.

``stitch_oracle`` finds the edges between tickets and the case of each ticket. ``stitched`` returns a
desk like any other whose cases go through several tickets: all tables of ``oracles`` take it.
Written from the definitions alone and sharing no code with lanehop.

How the text is read where it leaves a choice:

- A span of open time runs from a ticket's opening, or from a reopening, to the next closing; an open one runs on.
- The case turns when the span that it follows has ended and the next has begun, whichever is later.
  A span that has ended by then, unless it begins just then, is never followed.
- In between the case stays with its done ticket, whose events it follows up to the turn, not at it.
- At a turn into the middle of a span the ticket is as it is then: of its events at that instant, those
  count that belong to the span, one after the other, and none before.
- If the next span is of the same ticket, nothing is left out in between, not even at the instant of the reopening.
- A path of links leads both ways.
- The nearest predecessor is the one with the shortest gap, before or after.
- A ticket is merged into an older one by the link alone, used or not; opened at the same time, neither is older.
- Closures are numbered by their times; at one time those along the line come first, in its order.
- A handoff is via another ticket if its two stays are of different tickets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from oracles import (
    ZERO,
    Desk,
    Followed,
    Life,
    Line,
    Row,
    Step,
    closings_of,
    lives,
    reopenings_of,
)

KINDS = ("follow_up", "transferred", "merged_into", "duplicate_of")
"""The kinds of links that are followed unless others are asked for."""

EDGE = ("from_ticket", "to_ticket", "kind", "rule", "gap")


@dataclass(frozen=True)
class Stitching:
    """What ``stitch_oracle`` found."""

    links: list[Row]
    """All links given, in their order, with ``used``; then the inferred ones, by ``to_ticket``."""
    case_of: dict[str, str]
    """The case of each ticket."""
    placebo: int
    """How many tickets have a predecessor with a gap in (W, 2W]."""
    left_out: list[str]
    """Requesters with more than ``max_tickets`` tickets."""

    @property
    def edges(self) -> list[Row]:
        """The links that cases rest on."""
        return [{name: link.get(name) for name in EDGE} for link in self.links if link["used"]]


@dataclass(frozen=True)
class StitchedDesk(Desk):
    """A desk whose cases go through several tickets."""

    links: Sequence[Row] = ()
    case_of: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        """Return the line of each case, by case id."""
        found = lives(self)
        merged = merged_tickets(found, self.links)
        explicit = [link for link in self.links if link["used"] and link["kind"] != "inferred"]
        together = components([life.ticket for life in found], explicit)
        return [
            line_through(
                case, [life for life in found if self.case_of[life.ticket] == case], together, self.as_of, merged
            )
            for case in sorted(set(self.case_of.values()))
        ]


def stitched(desk: Desk, links: Sequence[Row], **options: object) -> StitchedDesk:
    """Return the desk with its tickets stitched into cases; the options are those of ``stitch_oracle``."""
    found = stitch_oracle(desk, links, **options)
    return StitchedDesk(**vars(desk), links=found.links, case_of=found.case_of)


# Which tickets make a case ---------------------------------------------------------------------------


def stitch_oracle(
    desk: Desk,
    links: Sequence[Row],
    *,
    kinds: Collection[str] = KINDS,
    same_requester: dt.timedelta | None = None,
    before: dt.timedelta = ZERO,
    match: Sequence[str] = (),
    max_tickets: int = 50,
) -> Stitching:
    """Return the links between the tickets of a desk and the case of each ticket.

    ``same_requester`` is W: None infers nothing.
    """
    found = lives(desk)
    tickets = {life.ticket for life in found}
    every = [{"rule": None, "at": None, "gap": None, **link} for link in links]
    for link in every:
        ends = link["from_ticket"], link["to_ticket"]
        link["used"] = link["kind"] in kinds and ends[0] != ends[1] and tickets.issuperset(ends)

    placebo, left_out = 0, []
    if same_requester is not None:
        requesters = {life.ticket: desk.about.get(life.ticket, {}).get("requester") for life in found}
        every_who = list(requesters.values())
        left_out = sorted(who for who in set(every_who) - {None} if every_who.count(who) > max_tickets)
        eligible = [life for life in found if requesters[life.ticket] not in (None, *left_out)]
        agreeing = ["requester", *match]
        for life in eligible:
            nearest = nearest_predecessor(desk, life, eligible, agreeing, -before, same_requester)
            if nearest is not None:
                every.append(
                    {
                        "from_ticket": nearest[0],
                        "to_ticket": life.ticket,
                        "kind": "inferred",
                        "rule": "same_requester",
                        "at": None,
                        "gap": nearest[1],
                        "used": True,
                    }
                )
            later = nearest_predecessor(
                desk, life, eligible, agreeing, same_requester, 2 * same_requester, open_left=True
            )
            placebo += later is not None

    used = [link for link in every if link["used"]]
    case_of = {}
    for group in components(sorted(tickets), used):
        first = min((life for life in found if life.ticket in group), key=opening)
        case_of |= dict.fromkeys(group, first.ticket)
    return Stitching(every, case_of, placebo, left_out)


def opening(life: Life) -> tuple[dt.datetime, str]:
    """Return what orders tickets: the older one comes first."""
    return life.opened_at, life.ticket


def nearest_predecessor(
    desk: Desk,
    life: Life,
    others: Sequence[Life],
    agreeing: Sequence[str],
    least: dt.timedelta,
    most: dt.timedelta,
    *,
    open_left: bool = False,
) -> tuple[str, dt.timedelta] | None:
    """Return the nearest earlier ticket that agrees with this one, and its gap, in [least, most] or (least, most]."""
    candidates = []
    for other in others:
        closings = closings_of(other)
        if opening(other) >= opening(life) or not closings:
            continue
        mine, theirs = desk.about[life.ticket], desk.about[other.ticket]
        if not all(mine.get(name) is not None and mine.get(name) == theirs.get(name) for name in agreeing):
            continue
        gap = life.opened_at - other.steps[closings[-1]].time
        if least <= gap <= most and not (open_left and gap == least):
            candidates.append((abs(gap), other, gap))
    if not candidates:
        return None
    nearest = min(distance for distance, _, _ in candidates)
    _, other, gap = max(
        (one for one in candidates if one[0] == nearest), key=lambda one: (one[1].opened_at, one[1].ticket)
    )
    return other.ticket, gap


def components(tickets: Sequence[str], links: Sequence[Row]) -> list[set[str]]:
    """Return the tickets in groups between which no link leads."""
    groups = [{ticket} for ticket in tickets]
    for link in links:
        ends = {link["from_ticket"], link["to_ticket"]}
        touched = [group for group in groups if group & ends]
        groups = [group for group in groups if not group & ends] + [set().union(*touched)]
    return groups


def merged_tickets(found: Sequence[Life], links: Sequence[Row]) -> frozenset[str]:
    """Return the tickets that a link, used or not, says to be merged into an older one."""
    openings = {life.ticket: life.opened_at for life in found}
    return frozenset(
        link["from_ticket"]
        for link in links
        if link["kind"] == "merged_into"
        and openings.keys() >= {link["from_ticket"], link["to_ticket"]}
        and openings[link["to_ticket"]] < openings[link["from_ticket"]]
    )


# The one line through them ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A time in which a ticket is open."""

    life: Life
    number: int
    """Among the spans of its ticket; it ends in the closure of the same number."""
    start: dt.datetime
    end: dt.datetime | None
    """When it is declared done; None where it never is."""
    first: int
    """Place of the reopening step, or of the ticket's first step."""
    last: int | None
    """Place of the step that declares it done."""


def spans_of(life: Life) -> list[Span]:
    """Return the times in which a ticket is open; the first begins with its opening."""
    steps = life.steps
    starts = [(life.opened_at, 0), *((steps[n].time, n) for n in reopenings_of(life))]
    ends = closings_of(life)
    spans = []
    for number, (start, first) in enumerate(starts):
        last = ends[number] if number < len(ends) else None
        spans.append(Span(life, number, start, None if last is None else steps[last].time, first, last))
    return spans


def follow(own: Sequence[Life]) -> list[tuple[Span, dt.datetime]]:
    """Return the spans that a case follows, in order, each with the time of the turn to it."""
    first = spans_of(min(own, key=opening))[0]
    followed = [(first, first.start)]
    left = [span for life in own for span in spans_of(life)]
    left.remove(first)
    while followed[-1][0].end is not None:
        now = followed[-1][0].end
        candidates = [span for span in left if span.end is None or now < span.end or now <= span.start]
        if not candidates:
            break
        span = min(candidates, key=lambda span: (span.start, span.life.ticket, span.number))
        left.remove(span)
        followed.append((span, max(now, span.start)))
    return followed


def line_through(
    case: str, own: Sequence[Life], together: Sequence[set[str]], as_of: dt.datetime, merged: frozenset[str]
) -> Line:
    """Return the line of a case through its tickets; explicit links lead between those that are together."""
    done = all(life.done for life in own)
    ended_at = max(life.steps[-1].time for life in own) if done else as_of
    followed = follow(own)
    steps: list[Step] = []
    closures: list[Followed] = []
    for place, (span, turned_at) in enumerate(followed):
        ticket = span.life.ticket
        previous = followed[place - 1][0].life.ticket if place > 0 else None
        then = followed[place + 1] if place + 1 < len(followed) else None
        piece = steps_along(span, turned_at, then)
        if previous != ticket:
            if not piece or piece[0].time > turned_at:
                piece.insert(0, as_it_is(span.life, turned_at))
            piece[0].turn = previous is not None
        steps += piece
        if span.end is not None:
            onward = then[0].life.ticket if then is not None and then[0].life.ticket != ticket else None
            explicit = onward is not None and any({ticket, onward} <= group for group in together)
            closures.append(Followed(ticket, span.number, onward, explicit))
    for step, following in pairwise(steps):
        step.until = following.time
    steps[-1].until = ended_at
    overlap = overlap_of(own, steps, ended_at)
    return Line(case, followed[0][1], ended_at, done, list(own), steps, closures, overlap, merged)


def steps_along(span: Span, turned_at: dt.datetime, then: tuple[Span, dt.datetime] | None) -> list[Step]:
    """Return the events of a ticket at which the case follows it, from the turn to a span to the next turn."""
    along = []
    for place, step in enumerate(span.life.steps):
        if place < span.first or step.time < turned_at:
            continue
        if then is not None:
            within = place <= span.last
            if then[0].life is span.life:
                stays_on = place < then[0].first
            else:
                stays_on = step.time < then[1]
            if not (within or stays_on):
                continue
        along.append(replace(step))
    return along


def as_it_is(life: Life, turned_at: dt.datetime) -> Step:
    """Return a ticket as it is at a time at which nothing happens to it."""
    earlier = [step for step in life.steps if step.time < turned_at]
    state, department = (earlier[-1].state, earlier[-1].department) if earlier else (None, None)
    return Step(life.ticket, None, turned_at, turned_at, state, state, department)


def overlap_of(own: Sequence[Life], steps: Sequence[Step], ended_at: dt.datetime) -> dt.timedelta:
    """Return the open time of tickets while another is followed: cut at every instant, and look at each piece."""
    spans = [(span.life.ticket, span.start, span.end or ended_at) for life in own for span in spans_of(life)]
    cuts = {instant for _, start, end in spans for instant in (start, end)}
    cuts |= {instant for step in steps for instant in (step.time, step.until)}
    total = ZERO
    for left, right in pairwise(sorted(cuts)):
        followed = next(step.ticket for step in steps if step.time <= left and right <= step.until)
        others = [ticket for ticket, start, end in spans if start <= left and right <= end and ticket != followed]
        total += (right - left) * len(others)
    return total
