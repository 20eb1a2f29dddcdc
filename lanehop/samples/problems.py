"""The problems that customers have: when, whose, and in which lane each will really be fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lanehop.samples.desk import Desk
from lanehop.samples.dice import Dice
from lanehop.samples.hours import Hours, Seconds

PRIORITIES = ("P1", "P2", "P3", "P4")
PRIORITY_SHARES = (0.05, 0.20, 0.50, 0.25)
CHANNELS = ("phone", "chat", "web", "mail")
CHANNEL_SHARES = (0.35, 0.15, 0.30, 0.20)

FRONT_FIRST = 0.7
"""Of the problems that begin in a wrong lane, the share that begins at the first department, the front desk."""

TELLING = 0.9, 0.4
"""How often the category names the lane that will fix it: for problems that begin there, and for others."""

SLOWNESS = 0.5
"""Standard deviation of the logarithm of a problem's own slowness, a factor on all of its waits."""


@dataclass(frozen=True)
class Problems:
    """One entry per problem in every array; departments, categories and so on as numbers."""

    arrived: Seconds
    requester: NDArray[np.int32]
    right: NDArray[np.int8]
    first: NDArray[np.int8]
    category: NDArray[np.int8]
    priority: NDArray[np.int8]
    channel: NDArray[np.int8]
    slowness: NDArray[np.float64]
    silent: NDArray[np.bool_]
    bot: NDArray[np.bool_]
    drops_out: NDArray[np.bool_]
    parallel: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.arrived)


def draw_problems(desk: Desk, hours: Hours, dice: Dice) -> Problems:
    """Draw as many problems as there are dice. They come in no order of time."""
    n_departments = len(desk.departments)
    right = choose([d.share for d in desk.house], dice.uniform("right lane"))
    simple = dice.uniform("begins in the right lane") < desk.right_first
    elsewhere = _another(right, n_departments, dice.uniform("wrong first lane"))
    to_front = (dice.uniform("begins at the front") < FRONT_FIRST) & (right != 0)
    telling = dice.uniform("telling category") < np.where(simple, *TELLING)
    # A bot answers the phone and the chat; what it answers came in on one of them.
    bot = dice.uniform("met by a bot") < desk.bots
    spoken = dice.uniform("spoken or written") < CHANNEL_SHARES[0] / sum(CHANNEL_SHARES[:2])
    channel = choose(CHANNEL_SHARES, dice.uniform("channel"))
    return Problems(
        arrived=hours.spread(dice.uniform("arrival")),
        # Some customers have many problems: the density falls with the number of the customer.
        requester=(desk.count_customers(dice.n) * dice.uniform("requester") ** 1.5).astype(np.int32),
        right=right,
        first=np.where(simple, right, np.where(to_front, np.int8(0), elsewhere)),
        category=np.where(telling, right, _another(right, n_departments, dice.uniform("category"))),
        priority=choose(PRIORITY_SHARES, dice.uniform("priority")),
        channel=np.where(bot, np.where(spoken, 0, 1), channel).astype(np.int8),
        slowness=dice.lognormal("slowness", SLOWNESS),
        silent=dice.uniform("silent") < desk.silence,
        bot=bot,
        drops_out=bot & (dice.uniform("drops out") < desk.bot_dropout),
        parallel=dice.uniform("parallel") < desk.parallel,
    )


def choose(shares: list[float] | tuple[float, ...], uniform: NDArray[np.float64]) -> NDArray[np.int8]:
    """Choose a number for each draw, as often as its share says."""
    bounds = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(bounds[:-1], uniform, side="right").astype(np.int8)


def _another(than: NDArray[np.int8], n: int, uniform: NDArray[np.float64]) -> NDArray[np.int8]:
    drawn = (uniform * (n - 1)).astype(np.int8)
    return (drawn + (drawn >= than)).astype(np.int8)
