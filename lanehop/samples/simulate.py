"""simulate: a helpdesk whose truth is known."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lanehop.errors import ClaimWarning
from lanehop.links import attach_links
from lanehop.log import TicketLog
from lanehop.read.logs import read_log
from lanehop.samples.desk import HOUSE_NAMES, Desk, Schedule

if TYPE_CHECKING:
    from lanehop.samples.truth import Truth

__all__ = ["simulate"]


def simulate(
    n_tickets: int,
    seed: int,
    *,
    start: str = "2024-01-08",
    days: int = 180,
    timezone: str = "Europe/Lisbon",
    schedule: Schedule | None = None,
    departments: Sequence[str] = HOUSE_NAMES,
    customers: int | None = None,
    right_first: float = 0.65,
    route_right: float = 0.45,
    not_my_lane: float = 0.15,
    linked: float = 0.5,
    false_claims: float = 0.06,
    reopening: float = 0.7,
    ping_pong: Mapping[tuple[str, str], float] | None = None,
    close_under_target: float = 0.08,
    target: str = "8h",
    silence: float = 0.1,
    bots: float = 0.2,
    bot_dropout: float = 0.1,
    parallel: float = 0.04,
    fix_time: str = "20min",
    promises: float = 0.4,
    surveys: float = 0.5,
    survey_response: float = 0.4,
    survey_decline: float = 0.75,
    messages: bool = False,
    phrases: float = 0.7,
    wrong_code_burst: int = 0,
) -> tuple[TicketLog, Truth]:
    """Simulate the helpdesk of One Lane Tech, an invented provider, and tell the truth about it.

    Customers have problems. Each problem has one lane (department) that can fix it, and is pushed from
    department to department, through one ticket or several, until it gets there, or until somebody
    gives up. The log holds what the desk's system writes down; the truth, what really happened.

    Parameters
    ----------
    n_tickets : int
        Tickets in the log. Where hardly any problem has one ticket only, a few may be wanting.
    seed : int
        The same seed and knobs give the same log. Each kind of chance has a stream of its own, so
        that to turn one knob leaves the rest of what happens in place as far as it can.
    start : date
        Local day on which the log begins, as text.
    days : int
        Length of the log. What is under way at its end stays open.
    timezone : str
        IANA name of the zone in which the desk keeps its hours.
    schedule : mapping of weekday to hours
        When people work, local: ``{"mon": "08:00-18:00", "tue": ["08:00-12:00", "13:00-18:00"]}``; ``mon``
        to ``sun``; a day that is not named is off. Customers, bots and timers keep no hours. By default
        07:00 to 21:00 from Monday to Friday, and 08:00 to 16:00 on Saturday.
    departments : names
        Two or more. The first is where most problems go that do not find their lane.
    customers : int
        By default one for every three tickets. A few of them have many of the problems.
    right_first : share of cases
        That begin in the right lane.
    route_right : share of decisions
        That send a problem on to the right lane, where it is sent on from a wrong one.
    not_my_lane : share of visits to a wrong lane
        That end with the ticket closed and the customer opening another in the next department,
        instead of a reassignment.
    linked : share of continuation and parallel tickets
        That carry an explicit link; that the others belong together can only be inferred.
    false_claims : share of visits
        That end in a claim of a fix that is none, in any lane; up to 0.9.
    reopening : share of false claims
        (closings under target included) after which the customer comes back, to the same ticket
        within five days, later with a new one. The others give up.
    ping_pong : mapping of pairs of departments to a chance
        ``{("Network", "Cloud"): 0.4}``: how often one throws to the other what is not its own work, and back
        what the other sent, even if it is; up to 0.9, a department in one pair. Empty: no department
        ever sends work back to where it has just come from. By default two pairs do.
    close_under_target : share of tickets
        That, if they are not done, somebody closes when 90 to 99.5 % of the target have passed,
        fixed or not; only where that moment falls within the hours, and not in the two minutes after a move.
    target : duration
        Target time from opening to done, on the calendar, such as "8h".
    silence : share of customers
        Who do not answer when an agent asks; their ticket is closed a week later, mostly by a rule.
    bots : share of cases
        First met by a bot, on the phone or in the chat.
    bot_dropout : share of those
        That never get past it; a timer closes their ticket after two days.
    parallel : share of cases
        With a second ticket opened while the first is open (if that lasts a minute at least).
    fix_time : duration
        Median working time from taking a ticket up in the right lane to the fix.
    promises : share of tickets
        With a promised date; a date that has passed is put off by the same again.
    surveys : share of tickets that are done
        About which a survey is sent.
    survey_response : share of surveys
        Answered where all went well.
    survey_decline : factor
        On that, for each move, and twice for each closure without a fix: 1 is no decline.
    messages : bool
        Whether to write messages, too.
    phrases : share of messages that pass a problem on
        With a marker phrase such as "not in my lane".
    wrong_code_burst : int
        Number of bursts: three days in which one department files four of five tickets under one wrong category
        and the fixes under "Not our lane".

    Returns
    -------
    log : TicketLog
        As :func:`read_log` makes it, with ``as_of`` at the end of the last day.
    truth : Truth
        Frames ``cases``, ``tickets``, ``closures``, ``planted`` and ``minds``; each is described there.

    Raises
    ------
    ArgumentError
        If a knob cannot be meant; all such knobs at once.

    Notes
    -----
    - Arrivals are a Poisson process over the hours of the week (thinner when the desk is closed), given
      their number. Waits and work are log-normal, on working time; a problem has a slowness of its own.
    - A problem that has been fixed is fixed: no ticket of it is opened or reopened after that. A fix is
      recorded as resolved at the very instant. Five days later a timer closes what is resolved.
    - A case in the truth is a problem, whichever tickets it took. A parallel ticket is no part of its chain.
    - "Advice given" is a resolution code that means a workaround, and stands on many closings without a fix.

    Examples
    --------
    >>> import lanehop as lh
    >>> log, truth = lh.simulate(500, seed=1, ping_pong={("Network", "Cloud"): 0.6})
    >>> len(log.tickets), len(truth.tickets)
    (500, 500)
    >>> bool(truth.cases.chain.str.contains("Network > Cloud > Network").any())
    True

    See Also
    --------
    sample_log : a small log with two stories in it. stitch : makes cases of tickets again.
    """
    # The dozen modules behind it are loaded when they are needed.
    from lanehop.samples.observe import observe
    from lanehop.samples.records import DIALECT

    desk = Desk(
        start=start,
        days=days,
        timezone=timezone,
        schedule=schedule,
        departments=tuple(departments),
        customers=customers,
        right_first=right_first,
        route_right=route_right,
        not_my_lane=not_my_lane,
        linked=linked,
        false_claims=false_claims,
        reopening=reopening,
        ping_pong=ping_pong,
        close_under_target=close_under_target,
        target=target,
        silence=silence,
        bots=bots,
        bot_dropout=bot_dropout,
        parallel=parallel,
        fix_time=fix_time,
        promises=promises,
        surveys=surveys,
        survey_response=survey_response,
        survey_decline=survey_decline,
        messages=messages,
        phrases=phrases,
        wrong_code_burst=wrong_code_burst,
    )
    seen, truth = observe(desk, n_tickets, seed)
    with warnings.catch_warnings():
        # A desk may be set to claim hardly anything; its dialect is right all the same.
        warnings.simplefilter("ignore", ClaimWarning)
        log = read_log(seen.rows, dialect=DIALECT, as_of=seen.as_of)
    return dataclasses.replace(
        attach_links(log, links=seen.links), _surveys=seen.surveys, _messages=seen.messages
    ), truth
