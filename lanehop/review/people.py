"""People: which events show a person of the desk, which a bot, and which the customer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from lanehop.columns import MISSING, Coded, Flags, Instants
from lanehop.errors import SchemaError
from lanehop.log import TicketLog


class Seen(NamedTuple):
    """Who each event shows."""

    agent: Flags
    """A person is the assignee."""
    actor: Flags
    """A person of the desk acted."""
    bot: Flags
    """A bot is the assignee, or acted."""
    customer: Flags
    """The requester of the ticket acted."""

    @property
    def person(self) -> Flags:
        """A person of the desk is the assignee, or acted."""
        return self.agent | self.actor


def see_people(log: TicketLog) -> Seen:
    """Tell who each event shows.

    Notes
    -----
    - A person of the desk is an agent, or an actor, that is no bot of the dialect and not the ticket's requester. A
      dialect that declares no bots says that there are none.
    - Agents count where they are named, as the log has them: to be assigned is the first sign of a person, and may
      come before anybody has read a word.
    """
    e = log._coded
    nobody = np.zeros(len(e.time), dtype=bool)
    if e.agent is None and e.actor is None:
        return Seen(nobody, nobody, nobody, nobody)
    agent, agent_bot = _of_the_desk(e.agent, log.dialect.bots, nobody)
    actor, actor_bot = _of_the_desk(e.actor, log.dialect.bots, nobody)
    customer = nobody
    if e.actor is not None and "requester" in log._about:
        names = pd.Index(e.actor.names.to_pylist(), dtype=object)
        asked = names.get_indexer(pd.Index(np.asarray(log._about["requester"], dtype=object)))
        customer = (e.actor.codes >= 0) & (e.actor.codes == asked[e.ticket])
    return Seen(agent, actor & ~customer, agent_bot | actor_bot, customer)


def _of_the_desk(who: Coded | None, bots: tuple[str, ...], nobody: Flags) -> tuple[Flags, Flags]:
    """Return which events name a person, and which a bot."""
    if who is None:
        return nobody, nobody
    is_bot = np.append(np.isin(np.array(who.names.to_pylist(), dtype=object), bots), False)
    named = who.codes >= 0
    return named & ~is_bot[who.codes], named & is_bot[who.codes]


def names_people(log: TicketLog) -> bool:
    """Return whether the log tells who dealt with its tickets."""
    return log._coded.agent is not None or log._coded.actor is not None


def need_people(log: TicketLog) -> None:
    """Raise if the log does not tell who dealt with its tickets."""
    if not names_people(log):
        raise SchemaError(
            "the log names neither agents nor actors, so that nobody can tell when a person had a case; say in the "
            "dialect which columns do (columns.agent, columns.actor)"
        )


def bots_seen(log: TicketLog) -> int:
    """Return how many of the bots that the dialect declares occur in the log."""
    found: set[str] = set()
    for who in (log._coded.agent, log._coded.actor):
        if who is not None:
            found.update(who.names.to_pylist())
    return len(found & set(log.dialect.bots))


def first_of_case(log: TicketLog, which: Flags) -> Instants:
    """Return the time of the first of these events of each case; MISSING where it has none."""
    e = log._coded
    late = np.iinfo(np.int64).max
    first = e.first_of_case
    if len(first) < 2:
        return np.zeros(0, dtype=np.int64)
    at = np.minimum.reduceat(np.where(which, e.time, late), first[:-1])
    return np.where(at == late, MISSING, at)


def last_of_case(log: TicketLog, which: Flags) -> Instants:
    """Return the time of the last of these events of each case; MISSING where it has none."""
    first = log._coded.first_of_case
    return np.maximum.reduceat(np.where(which, log._coded.time, MISSING), first[:-1]) if len(first) > 1 else first[:0]
