"""From visits to tickets: which ticket each visit is to, how tickets are linked and numbered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.desk import Desk
from lanehop.samples.dice import Dice
from lanehop.samples.hours import Hours, Seconds
from lanehop.samples.problems import Problems
from lanehop.samples.visits import DUPLICATE, NEVER, NOBODY, NOT_MY_LANE, OPENED, PASSED_ON, Visits, join

SHORTEST_OVERLAP = 60
"""Seconds that the first ticket must be open for a second one to be opened beside it."""


@dataclass(frozen=True)
class Tickets:
    """One entry per ticket, in the order of their opening, which is that of their numbers."""

    problem: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    """Number of the ticket in its problem's journey; -1 for a parallel ticket."""
    department: NDArray[np.int8]
    opened: Seconds
    of_visit: NDArray[np.int32]
    """For each visit, the number of its ticket."""

    def __len__(self) -> int:
        return len(self.problem)


@dataclass(frozen=True)
class Ties:
    """One entry per explicit link between tickets."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    kind: NDArray[np.int8]
    """0: follow_up, 1: transferred, 2: duplicate_of."""
    at: Seconds


def open_parallel(desk: Desk, hours: Hours, dice: Dice, problems: Problems, visits: Visits) -> Visits:
    """Return the visits, and those to a second ticket that some customers open beside the first."""
    first_done = np.full(len(problems), hours.last)
    done = np.flatnonzero(visits.ending != PASSED_ON)[::-1]
    # Written last to first, so that the first one stands.
    first_done[visits.problem[done]] = np.minimum(visits.ended[done], hours.last)
    span = first_done - problems.arrived
    who = np.flatnonzero(problems.parallel & (span >= SHORTEST_OVERLAP)).astype(np.int32)
    n = len(who)
    part = 0.05 + 0.85 * dice.uniform("opens beside", 0, who)
    opened = problems.arrived[who] + np.rint(part * span[who]).astype(np.int64)
    beside = (dice.uniform("department beside", 0, who) * (len(desk.departments) - 1)).astype(np.int8)
    beside += beside >= problems.first[who]
    pickup = np.array([d.pickup_hours for d in desk.house])[beside] * 3600
    taken = hours.after(opened, pickup * dice.lognormal("pickup beside", 1.1, 0, who))
    ended = hours.after(taken, 600 * dice.lognormal("work beside", 1.0, 0, who))
    never, no = np.full(n, NEVER), np.zeros(n, dtype=bool)
    side = Visits(
        problem=who,
        step=np.full(n, -1, dtype=np.int32),
        ordinal=np.full(n, -1, dtype=np.int32),
        department=beside,
        began=np.full(n, OPENED, dtype=np.int8),
        entered=opened,
        bot_at=never,
        bot_answered=never,
        taken=taken,
        asked=never,
        asked_whom=np.full(n, NOBODY, dtype=np.int8),
        answered=never,
        ended=ended,
        ending=np.full(n, DUPLICATE, dtype=np.int8),
        heads_for=np.full(n, -1, dtype=np.int8),
        thrown=no,
        by_rule=no,
        returns=never,
    )
    return join([side, visits])


def keep_tickets(n_tickets: int, problems: Problems, visits: Visits) -> Visits:
    """Return the visits of as many problems as together make ``n_tickets`` tickets.

    Problems come in no order, so that the first so many are a fair sample. The last few are chosen
    for having one ticket; where too few have, some tickets are wanting.
    """
    each = np.bincount(visits.problem[visits.began == OPENED], minlength=len(problems))
    total = np.cumsum(each)
    n = int(np.searchsorted(total, n_tickets, side="right"))
    kept = np.arange(len(problems)) < n
    wanting = n_tickets - int(total[n - 1] if n else 0)
    kept[n + np.flatnonzero(each[n:] == 1)[:wanting]] = True
    return visits.at(kept[visits.problem])


def number_tickets(visits: Visits) -> Tickets:
    """Number the tickets in the order in which they were opened."""
    opening = np.flatnonzero(visits.began == OPENED)
    order = np.lexsort((visits.ordinal[opening], visits.problem[opening], visits.entered[opening]))
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    opening = opening[order]
    return Tickets(
        problem=visits.problem[opening],
        ordinal=visits.ordinal[opening],
        department=visits.department[opening],
        opened=visits.entered[opening],
        # A journey goes on in the ticket opened last; the parallel one comes before its first.
        of_visit=number[np.cumsum(visits.began == OPENED) - 1],
    )


def tie_tickets(desk: Desk, hours: Hours, dice: Dice, visits: Visits, tickets: Tickets) -> Ties:
    """Link tickets of one problem, as often as the desk does; the rest only inference can find."""
    linked = dice.uniform_at("linked", visits.step + 1, visits.problem) < desk.linked
    later = np.flatnonzero((visits.began == OPENED) & (visits.ordinal > 0) & linked)
    beside = np.flatnonzero((visits.ordinal < 0) & linked & (visits.ended < hours.last))
    before = later - 1
    return Ties(
        # The parallel visit stands just before the first of the journey.
        tail=tickets.of_visit[np.concatenate([before, beside])],
        head=tickets.of_visit[np.concatenate([later, beside + 1])],
        kind=np.concatenate([visits.ending[before] == NOT_MY_LANE, np.full(len(beside), 2)]).astype(np.int8),
        at=np.concatenate([visits.entered[later], visits.ended[beside]]),
    )


def renumber(problems: Problems, visits: Visits) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the kept problems in the order of their arrival, and for each visit the place of its own there."""
    kept = np.unique(visits.problem)
    kept = kept[np.argsort(problems.arrived[kept], kind="stable")].astype(np.int32)
    place = np.full(len(problems), -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    return kept, place[visits.problem]
