"""Two problems told by hand, for the sample: one chased through one ticket, one through six.

Both customers are sent from department to department for a month, are told each time that it is done,
and have their problem fixed within five minutes by the lane that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Step(NamedTuple):
    """Something that happens to the ticket of a story; times are local."""

    time: str
    activity: str
    status: str
    department: str
    agent: str | None
    actor: str
    code: str | None = None
    message: str | None = None


class Story(NamedTuple):
    """One ticket of a story."""

    requester: str
    category: str
    priority: str
    channel: str
    promised_at: str | None
    steps: tuple[Step, ...]


ANNA, BORIS = "customer 00209", "customer 00210"
"""The numbers after those of the simulated customers."""

TIMER = "rule auto-close"


def _try(
    lane: str, agent: str, taken: str, done: str, message: str, code: str | None = None, status: str = "Closed"
) -> tuple[Step, ...]:
    """A department takes the ticket up and declares it done."""
    return (
        Step(taken, "taken up", "Active", lane, agent, agent),
        Step(done, "done", status, lane, agent, agent, code, message),
    )


def _again(lane: str, back: str, message: str, to: str, moved: str, dispatcher: str = "agent 002") -> tuple[Step, ...]:
    """The customer reopens the ticket, and the desk moves it on."""
    return (
        Step(back, "reopened", "New", lane, None, ANNA, None, message),
        Step(moved, "moved", "New", to, None, dispatcher),
    )


ONE_TICKET = Story(
    ANNA,
    "login",
    "P2",
    "phone",
    "2024-01-20 20:00:00",
    (
        Step("2024-01-18 20:40:00", "opened", "New", "Front Desk", None, ANNA, None, "I cannot log in any more."),
        *_try(
            "Front Desk",
            "agent 002",
            "2024-01-18 20:44:00",
            "2024-01-18 20:46:00",
            "This is not in my lane, Network looks after it.",
            "Not our lane",
        ),
        *_again("Front Desk", "2024-01-19 08:05:00", "Then who is?", "Network", "2024-01-19 08:20:00"),
        *_try(
            "Network",
            "agent 003",
            "2024-01-19 09:10:00",
            "2024-01-19 09:24:00",
            "The line is fine. Is the contract paid? This is not in my lane.",
            "Advice given",
        ),
        *_again("Network", "2024-01-22 18:30:00", "It still does not work.", "Billing", "2024-01-22 18:45:00"),
        *_try(
            "Billing",
            "agent 005",
            "2024-01-23 10:00:00",
            "2024-01-23 10:12:00",
            "All is paid. Not our responsibility. Please turn to Network.",
            "Not our lane",
        ),
        *_again("Billing", "2024-01-26 12:00:00", "They sent me to you.", "Network", "2024-01-26 12:10:00"),
        *_try(
            "Network",
            "agent 004",
            "2024-01-26 14:00:00",
            "2024-01-26 14:09:00",
            "We have restarted your line. This is solved.",
            "Fixed",
            "Resolved",
        ),
        *_again("Network", "2024-01-29 09:00:00", "It is not.", "Cloud", "2024-01-29 09:30:00"),
        *_try(
            "Cloud",
            "agent 007",
            "2024-01-29 11:00:00",
            "2024-01-29 11:20:00",
            "You have reached the wrong department; Billing can help you.",
            "Not our lane",
        ),
        *_again("Cloud", "2024-02-02 10:00:00", "Billing was here before.", "Billing", "2024-02-02 10:05:00"),
        *_try(
            "Billing",
            "agent 006",
            "2024-02-02 15:00:00",
            "2024-02-02 15:05:00",
            "This is not in my lane.",
            "Advice given",
        ),
        *_again("Billing", "2024-02-06 19:00:00", "Please, somebody.", "Network", "2024-02-06 19:20:00"),
        *_try(
            "Network",
            "agent 003",
            "2024-02-07 08:30:00",
            "2024-02-07 08:41:00",
            "Solved, please restart.",
            "Fixed",
            "Resolved",
        ),
        *_again("Network", "2024-02-10 09:15:00", "I have. Nothing.", "Cloud", "2024-02-10 09:40:00"),
        Step("2024-02-10 13:00:00", "taken up", "Active", "Cloud", "agent 008", "agent 008"),
        Step(
            "2024-02-10 13:10:00",
            "customer asked",
            "Pending customer",
            "Cloud",
            "agent 008",
            "agent 008",
            None,
            "Could you send us a screenshot, please?",
        ),
        Step(
            "2024-02-10 15:00:00",
            "answered",
            "Active",
            "Cloud",
            "agent 008",
            ANNA,
            None,
            "Here is what you asked for.",
        ),
        Step(
            "2024-02-10 15:30:00",
            "done",
            "Closed",
            "Cloud",
            "agent 008",
            "agent 008",
            "Not our lane",
            "Your account looks locked. This is not in my lane.",
        ),
        *_again("Cloud", "2024-02-16 20:00:00", "So unlock it!", "Identity", "2024-02-19 08:40:00"),
        *_try(
            "Identity",
            "agent 009",
            "2024-02-19 08:41:00",
            "2024-02-19 08:45:00",
            "Your account was locked; it is unlocked now.",
            "Fixed",
            "Resolved",
        ),
        Step("2024-02-24 08:45:00", "closed by timer", "Closed", "Identity", "agent 009", TIMER),
    ),
)
"""Opened on 18 January, first closed six minutes later; fixed 29 days, 60 hours and 5 minutes after the opening."""


def _part(opened: str, lane: str, agent: str, taken: str, done: str, ask: str, message: str, code: str | None) -> Story:
    """One ticket of a problem that takes six."""
    steps = (
        Step(opened, "opened", "New", lane, None, BORIS, None, ask),
        *_try(lane, agent, taken, done, message, code),
    )
    return Story(BORIS, "connection", "P2", "web", None, steps)


_LAST = _part(
    "2024-03-05 10:00:00",
    "Network",
    "agent 004",
    "2024-03-05 10:10:00",
    "2024-03-05 10:15:00",
    "Cloud says that it is the network after all.",
    "A port was shut. It is open now.",
    "Fixed",
)

SIX_TICKETS = (
    _part(
        "2024-02-05 10:15:00",
        "Front Desk",
        "agent 001",
        "2024-02-05 10:20:00",
        "2024-02-05 10:22:00",
        "My connection is down.",
        "This is not in my lane, Billing looks after it.",
        "Not our lane",
    ),
    _part(
        "2024-02-06 09:30:00",
        "Billing",
        "agent 005",
        "2024-02-06 14:00:00",
        "2024-02-06 14:10:00",
        "The front desk sends me to you.",
        "Your bills are paid. Please turn to Network.",
        "Advice given",
    ),
    _part(
        "2024-02-12 17:00:00",
        "Network",
        "agent 003",
        "2024-02-13 08:00:00",
        "2024-02-13 08:15:00",
        "Billing sends me to you.",
        "Not our responsibility. Please turn to Billing.",
        None,
    ),
    _part(
        "2024-02-19 11:00:00",
        "Billing",
        "agent 006",
        "2024-02-19 15:30:00",
        "2024-02-19 15:35:00",
        "Network sends me back to you.",
        "You have reached the wrong department; Cloud can help you.",
        "Not our lane",
    ),
    _part(
        "2024-02-26 08:30:00",
        "Cloud",
        "agent 008",
        "2024-02-26 13:00:00",
        "2024-02-26 13:20:00",
        "Billing sends me to you.",
        "No trouble here. This is not in my lane.",
        "Advice given",
    ),
    _LAST._replace(
        steps=(
            *_LAST.steps[:-1],
            _LAST.steps[-1]._replace(status="Resolved"),
            Step("2024-03-10 10:15:00", "closed by timer", "Closed", "Network", "agent 004", TIMER),
        )
    ),
)
"""Opened on 5 February, fixed 29 days later to the minute; each ticket done within a day, each linked to the next."""


def tell() -> Iterator[tuple[str, Story]]:
    """Yield each ticket of the stories, under a name that keeps its place among the others of its story."""
    yield "story-1", ONE_TICKET
    for number, story in enumerate(SIX_TICKETS, start=1):
        yield f"story-2-{number}", story
