"""One run of the desk: its problems, their visits and tickets, before any of it is written down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lanehop.errors import ArgumentError
from lanehop.samples.desk import Desk
from lanehop.samples.dice import Dice
from lanehop.samples.hours import Hours, Seconds, find_hours
from lanehop.samples.journey import travel
from lanehop.samples.misfiling import Misfiling, misfile
from lanehop.samples.problems import Problems, draw_problems
from lanehop.samples.tickets import Tickets, Ties, keep_tickets, number_tickets, open_parallel, tie_tickets
from lanehop.samples.visits import AUTO_CLOSE, FALSE_CLAIM, FIX, OPENED, SILENCE, UNDER_TARGET, Visits

LEADS = np.array([1, 2, 3, 5]) * 86_400
"""How far ahead a ticket of each priority is promised, in seconds."""


@dataclass(frozen=True)
class Run:
    """All that happened at a desk. Problems, visits and tickets are numbered; times are seconds."""

    desk: Desk
    hours: Hours
    dice: Dice
    problems: Problems
    visits: Visits
    tickets: Tickets
    ties: Ties
    misfiling: Misfiling
    promised: Seconds
    """The date first promised for each ticket; -1 where none is."""
    agent: NDArray[np.int32]
    """Number of the agent of each visit."""
    auto_closed: Seconds
    """When the ticket of each visit is closed by the timer; -1 where it is not."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Whether the end of each visit falls within the log."""
        return self.visits.ended < self.hours.last

    @property
    def last_visit(self) -> NDArray[np.intp]:
        """Positions of the last visit of each problem, in the order of the problems' numbers."""
        problem = self.visits.problem
        return np.flatnonzero(np.append(problem[1:] != problem[:-1], True))

    @property
    def renewals(self) -> Seconds:
        """Seconds by which a promise that has passed is put off, per ticket."""
        return LEADS[self.problems.priority[self.tickets.problem]]


def play(desk: Desk, n_tickets: int, seed: int) -> Run:
    """Let a desk run over its days, until it has opened so many tickets."""
    for name, value, least in (("n_tickets", n_tickets, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ArgumentError(f"{name} must be a whole number of at least {least}, not {value!r}")
    hours = find_hours(desk)
    # Every problem opens a ticket or more, so as many problems as tickets are enough.
    dice = Dice(int(seed), int(n_tickets))
    problems = draw_problems(desk, hours, dice)
    visits = travel(desk, hours, dice, problems)
    visits = keep_tickets(int(n_tickets), problems, open_parallel(desk, hours, dice, problems, visits))
    tickets = number_tickets(visits)
    return Run(
        desk,
        hours,
        dice,
        problems,
        visits,
        tickets,
        tie_tickets(desk, hours, dice, visits, tickets),
        misfile(desk, hours, dice, problems, visits, tickets),
        _promise(desk, dice, problems, tickets),
        _staff(desk, dice, visits),
        _auto_close(visits),
    )


def _promise(desk: Desk, dice: Dice, problems: Problems, tickets: Tickets) -> Seconds:
    given = dice.uniform_at("promised", tickets.ordinal + 1, tickets.problem) < desk.promises
    lead = LEADS[problems.priority[tickets.problem]]
    return np.where(given, (tickets.opened + lead) // 3600 * 3600, -1)


def _staff(desk: Desk, dice: Dice, visits: Visits) -> NDArray[np.int32]:
    """Share out the visits among the agents of each department, some forty tickets a week to each."""
    shares = np.array([d.share for d in desk.house])
    heads = np.maximum(2, np.rint(dice.n * 7 / desk.days / 40 * shares / shares.sum())).astype(np.int64)
    before = np.cumsum(heads) - heads
    drawn = dice.uniform_at("agent", visits.step + 1, visits.problem) * heads[visits.department]
    return (before[visits.department] + drawn).astype(np.int32)


def _auto_close(visits: Visits) -> Seconds:
    """A resolved ticket is closed after five days, unless the customer reopens it before."""
    resolved = np.isin(visits.ending, (FIX, FALSE_CLAIM, UNDER_TARGET))
    resolved |= (visits.ending == SILENCE) & ~visits.by_rule
    goes_on = np.zeros(len(visits), dtype=bool)
    goes_on[:-1] = (visits.problem[1:] == visits.problem[:-1]) & (visits.began[1:] != OPENED)
    return np.where(resolved & ~goes_on, visits.ended + AUTO_CLOSE, -1)
