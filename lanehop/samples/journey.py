"""The journey of each problem through the departments: step by step, all problems at once.

At each step every problem that is still under way makes one visit to one department. What happens
there is decided here, and when; which tickets and which rows that makes, elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.desk import Desk
from lanehop.samples.dice import Dice
from lanehop.samples.hours import Hours, Seconds
from lanehop.samples.problems import Problems
from lanehop.samples.routes import Routes
from lanehop.samples.visits import (
    AUTO_CLOSE,
    CUSTOMER,
    DROPPED_OUT,
    FALSE_CLAIM,
    FIX,
    MOVED,
    NEVER,
    NOBODY,
    NOT_MY_LANE,
    OPENED,
    PASSED_ON,
    REOPENED,
    SILENCE,
    UNDER_TARGET,
    VENDOR,
    Visits,
    join,
)

MINUTE, HOUR, DAY = 60, 3600, 86_400

PRIORITY_PACE = np.array([0.3, 0.7, 1.0, 1.5])
"""Factor of each priority on waits."""

ASKS_CUSTOMER, ASKS_VENDOR = 0.20, 0.07
"""Share of visits in which the desk has a question to the customer, and to a vendor."""

SILENT_FOR = 7 * DAY
"""How long the desk waits for a customer who does not answer."""

BOT_WAITS = 2 * DAY
"""How long a bot waits for one."""

BY_RULE = 0.6
"""Of those whom the desk no longer waits for, the share that a rule closes rather than an agent."""


@dataclass
class _Travellers:
    """The problems under way at one step."""

    problem: NDArray[np.int32]
    department: NDArray[np.int8]
    before: NDArray[np.int8]
    """The department left last; -1 if none."""
    entered: Seconds
    began: NDArray[np.int8]
    ordinal: NDArray[np.int32]
    target: Seconds
    """When the ticket will be closed so as to meet its target, whatever its state."""


def travel(desk: Desk, hours: Hours, dice: Dice, problems: Problems) -> Visits:
    """Return all visits that begin within the log, by problem and step."""
    routes = Routes(desk, dice, problems)
    everyone = np.arange(len(problems), dtype=np.int32)
    now = _Travellers(
        everyone,
        problems.first,
        np.full(len(problems), -1, dtype=np.int8),
        problems.arrived,
        np.full(len(problems), OPENED, dtype=np.int8),
        np.zeros(len(problems), dtype=np.int32),
        _target(desk, hours, dice, everyone, problems.arrived, 0),
    )
    parts, step = [], 0
    while now.problem.size:
        visits = _visit(desk, hours, dice, problems, routes, now, step)
        parts.append(visits)
        now = _move_on(desk, hours, dice, now, visits, step)
        step += 1
    return join(parts)


def _visit(
    desk: Desk, hours: Hours, dice: Dice, problems: Problems, routes: Routes, now: _Travellers, step: int
) -> Visits:
    who, n = now.problem, len(now.problem)
    pace = problems.slowness[who] * PRIORITY_PACE[problems.priority[who]]
    heads_for, thrown, is_right = routes.next(who, now.department, now.before, step)

    # What it comes to, before anybody grows silent or a target looms.
    disowned = ~is_right & (dice.uniform("not my lane", step, who) < desk.not_my_lane)
    claimed = ~disowned & (dice.uniform("false claim", step, who) < desk.false_claims)
    ending = np.where(is_right, np.where(thrown, PASSED_ON, FIX), PASSED_ON)
    ending = np.where(disowned, NOT_MY_LANE, np.where(claimed, FALSE_CLAIM, ending))

    # A bot asks first; some customers leave it at that.
    by_bot = problems.bot[who] & (step == 0)
    drops = problems.drops_out[who] & by_bot
    bot_at = np.where(by_bot, now.entered + 5, NEVER)
    chat = 30 + np.rint(4 * MINUTE * dice.lognormal("bot answer", 0.8, step, who)).astype(np.int64)
    bot_answered = np.where(by_bot & ~drops, bot_at + chat, NEVER)

    # The queue, then work, with a question in the middle of it.
    pickup = np.array([d.pickup_hours for d in desk.house])[now.department] * HOUR * pace
    pickup *= dice.lognormal("pickup", 1.1, step, who) * np.where(disowned, 0.2, 1.0)
    taken = hours.after(np.where(by_bot & ~drops, bot_answered, now.entered), pickup)
    work = np.where(ending == FIX, desk.seconds("fix_time"), np.where(disowned, 5 * MINUTE, 25 * MINUTE))
    work = work * dice.lognormal("work", 1.2, step, who)
    whom = dice.uniform("asks", step, who)
    asks = np.where(whom < ASKS_CUSTOMER, CUSTOMER, np.where(whom < ASKS_CUSTOMER + ASKS_VENDOR, VENDOR, NOBODY))
    asks = np.where(disowned, NOBODY, asks)
    so_far = work * dice.uniform("question in the middle", step, who)
    asked = np.where(asks == NOBODY, NEVER, hours.after(taken, so_far))
    # Customers answer at any hour; what vendors answer is noted by an agent.
    patience = np.where(asks == VENDOR, 24 * HOUR, 8 * HOUR) * dice.lognormal("answer", 1.2, step, who)
    by_customer = asked + MINUTE + np.rint(patience).astype(np.int64)
    answered = np.where(asks == VENDOR, hours.after(asked, patience), np.where(asks == NOBODY, NEVER, by_customer))
    ended = np.where(
        asks == NOBODY,
        hours.after(taken, work),
        hours.after(np.where(asks == NOBODY, taken, answered), work - so_far),
    )

    # Customers who never answer.
    silent = (asks == CUSTOMER) & problems.silent[who]
    given_up_on = np.where(asks == NOBODY, taken, asked) + SILENT_FOR
    by_agent = dice.uniform("who closes the silent", step, who) >= BY_RULE
    given_up_on = np.where(by_agent, hours.after(given_up_on, np.full(n, 60.0)), given_up_on)
    ending = np.where(drops, DROPPED_OUT, np.where(silent, SILENCE, ending))
    ended = np.where(drops, bot_at + BOT_WAITS, np.where(silent, given_up_on, ended))
    taken = np.where(drops, NEVER, taken)
    asked, answered = np.where(drops, NEVER, asked), np.where(drops | silent, NEVER, answered)

    # Tickets that are closed just under the target, be they fixed or not.
    in_time = (now.target - 2 * MINUTE > np.where(by_bot, bot_answered, now.entered)) & ~drops
    pressed = in_time & (ended > now.target)
    ending, ended = np.where(pressed, UNDER_TARGET, ending), np.where(pressed, now.target, ended)
    taken = np.where(pressed, np.minimum(taken, now.target - 2 * MINUTE), taken)
    asked = np.where(pressed & (asked >= ended), NEVER, asked)
    answered = np.where(pressed & (answered >= ended), NEVER, answered)
    # A question that was drawn for after the ticket was taken up early still comes after that.
    asks = np.where(asked == NEVER, NOBODY, asks)

    leaves = (ending == PASSED_ON) | (ending == NOT_MY_LANE)
    return Visits(
        problem=who,
        step=np.full(n, step, dtype=np.int32),
        ordinal=now.ordinal,
        department=now.department,
        began=now.began,
        entered=now.entered,
        bot_at=bot_at,
        bot_answered=bot_answered,
        taken=taken,
        asked=asked,
        asked_whom=asks.astype(np.int8),
        answered=answered,
        ended=ended,
        ending=ending.astype(np.int8),
        heads_for=np.where(leaves, heads_for, -1).astype(np.int8),
        thrown=thrown & leaves,
        by_rule=(ending == SILENCE) & ~by_agent,
        returns=_returns(desk, dice, who, ending, ended, step),
    )


def _returns(
    desk: Desk, dice: Dice, who: NDArray[np.int32], ending: NDArray[np.int64], ended: Seconds, step: int
) -> Seconds:
    """When the customer is back: soon where told to go elsewhere, else on finding that nothing is fixed."""
    elsewhere = ending == NOT_MY_LANE
    misled = (ending == FALSE_CLAIM) | (ending == UNDER_TARGET)
    back = elsewhere | (misled & (dice.uniform("comes back", step, who) < desk.reopening))
    delay = np.where(elsewhere, 3 * HOUR, DAY) * dice.lognormal("until back", 1.4, step, who)
    return np.where(back, ended + 5 * MINUTE + np.rint(delay).astype(np.int64), NEVER)


def _move_on(desk: Desk, hours: Hours, dice: Dice, now: _Travellers, visits: Visits, step: int) -> _Travellers:
    """Return who is under way at the next step. What would begin after the log's end never does."""
    moved = visits.ending == PASSED_ON
    entered = np.where(moved, visits.ended, visits.returns)
    elsewhere = visits.heads_for >= 0
    # A ticket that has been closed, as resolved ones are after five days, cannot be reopened.
    again = (visits.ending == FALSE_CLAIM) | (visits.ending == UNDER_TARGET)
    again &= visits.returns - visits.ended < AUTO_CLOSE
    began = np.where(moved, MOVED, np.where(again, REOPENED, OPENED)).astype(np.int8)
    fresh = _target(desk, hours, dice, visits.problem, entered, step + 1)
    on = entered < hours.last
    return _Travellers(
        visits.problem[on],
        np.where(elsewhere, visits.heads_for, now.department)[on].astype(np.int8),
        np.where(elsewhere, now.department, now.before)[on].astype(np.int8),
        entered[on],
        began[on],
        (now.ordinal + (began == OPENED))[on].astype(np.int32),
        np.where(began == OPENED, fresh, now.target)[on],
    )


def _target(desk: Desk, hours: Hours, dice: Dice, who: NDArray[np.int32], opened: Seconds, step: int) -> Seconds:
    """When a ticket opened now will be closed just under its target; only people at work do that."""
    chosen = dice.uniform("closed under target", step, who) < desk.close_under_target
    just_under = 0.9 + 0.095 * dice.uniform("how far under", step, who)
    at = opened + np.rint(just_under * desk.seconds("target")).astype(np.int64)
    chosen &= opened < hours.last
    chosen[chosen] = hours.is_open(at[chosen])
    return np.where(chosen, at, NEVER)
