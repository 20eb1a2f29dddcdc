"""Messages: what customers, agents and bots write, out of a few sentences each.

Some of those who pass a problem on, or send the customer elsewhere, say a marker phrase while they do.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lanehop import columns
from lanehop.samples.names import Names
from lanehop.samples.records import (
    ANSWERED,
    BOT_ANSWERED,
    BOT_ASKS,
    CUSTOMER_ASKED,
    DONE,
    VENDOR_ASKED,
    Records,
)
from lanehop.samples.run import Run
from lanehop.samples.visits import (
    CUSTOMER,
    DROPPED_OUT,
    DUPLICATE,
    FALSE_CLAIM,
    FIX,
    MOVED,
    NOT_MY_LANE,
    OPENED,
    REOPENED,
    SILENCE,
    UNDER_TARGET,
)
from lanehop.states import AUTHOR_ROLES

BY_AGENT, BY_CUSTOMER, BY_BOT = range(3)

MARKERS = (
    "This is not in my lane, {lane} looks after it.",
    "Not our responsibility. Please turn to {lane}.",
    "You have reached the wrong department; {lane} can help you.",
)
"""Sentences of those who say whose work it is not."""

NEUTRAL = (
    "Thank you for your patience. {lane} is going to look at this.",
    "I have taken note of it for {lane}.",
)
"""Sentences of those who pass it on without saying so."""

OPENINGS = (
    "Hello, I need help with this {matter}: it does not work.",
    "There is a problem with my {matter} since this morning.",
    "Could you please look at my {matter}? Nothing works any more.",
)
PLAIN = {
    REOPENED: ("It still does not work.", "The problem is back; it was never solved.", "This was closed, why?"),
    BOT_ASKS: ("Hello, I am the assistant. Please say in a few words what this is about.",),
    BOT_ANSWERED: ("I would like to speak to a person, please.",),
    CUSTOMER_ASKED: ("Could you send us a screenshot, please?", "Since when has this been so?"),
    VENDOR_ASKED: ("We are waiting for an answer of the vendor.",),
    ANSWERED: ("Here is what you asked for.", "I have answered this before, but here it is."),
}
CLOSINGS = {
    FALSE_CLAIM: ("We believe that this is solved.", "Solved, please restart."),
    UNDER_TARGET: ("Solved.", "We are closing this ticket."),
    SILENCE: ("We have not heard from you and are closing this ticket.",),
    DROPPED_OUT: ("You have left the conversation. This ticket is closed.",),
    DUPLICATE: ("We have another ticket of yours about this.",),
    FIX: ("We found the cause and fixed it.", "This is fixed. Thank you for waiting."),
}


def write_messages(run: Run, names: Names, records: Records) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Return the messages, and for each whether it holds a marker phrase.

    The messages have the columns of a :class:`~lanehop.log.TicketLog`.
    """
    v, desk = run.visits, run.desk
    n_lanes = len(desk.departments)
    texts, plain, openings, markers, neutral, closings = _sentences(run)
    visit, activity = records.visit, records.activity
    u = run.dice.uniform_at("words", v.step[visit] + 1, v.problem[visit])
    marked = run.dice.uniform_at("marker phrase", v.step[visit] + 1, v.problem[visit]) < desk.phrases

    code = np.full(len(visit), -1)
    for what, (first, n) in plain.items():
        code = np.where(activity == what, first + (u * n).astype(np.int64), code)
    for ending, (first, n) in closings.items():
        here = (activity == DONE) & (v.ending[visit] == ending)
        code = np.where(here, first + (u * n).astype(np.int64), code)
    matter = run.misfiling.filed[run.tickets.of_visit[visit]]
    code = np.where(activity == OPENED, openings + (u * len(OPENINGS)).astype(np.int64) * n_lanes + matter, code)
    # What a visit begins with by a reassignment is said by the one who passes it on.
    sends = (activity == MOVED) | ((activity == DONE) & (v.ending[visit] == NOT_MY_LANE))
    lane = np.where(activity == MOVED, v.department[visit], v.heads_for[visit])
    phrase = np.where(
        marked,
        markers + (u * len(MARKERS)).astype(np.int64) * n_lanes,
        neutral + (u * len(NEUTRAL)).astype(np.int64) * n_lanes,
    )
    code = np.where(sends, phrase + lane, code)

    said = np.flatnonzero(code >= 0)
    visit, activity = visit[said], activity[said]
    vendor = (activity == ANSWERED) & (v.asked_whom[visit] != CUSTOMER)
    role = np.select(
        [
            (records.actor[said] >= names.of_robots),
            (activity == OPENED) | (activity == REOPENED) | (activity == BOT_ANSWERED) | (activity == ANSWERED),
        ],
        [BY_BOT, BY_CUSTOMER],
        BY_AGENT,
    )
    role = np.where(vendor, BY_AGENT, role)
    table = columns.table(
        "messages",
        {
            "ticket": columns.text_array(names.tickets.take(run.tickets.of_visit[visit])),
            "at": columns.time(records.time[said] * 1_000_000),
            "author": columns.text_array(names.people.take(records.actor[said])),
            "role": columns.word(role.astype(np.int8), AUTHOR_ROLES),
            "public": activity != VENDOR_ASKED,
            "text": columns.text_array(pa.array(texts, pa.large_string()).take(code[said])),
        },
    )
    return table, (sends & marked)[said]


def _sentences(
    run: Run,
) -> tuple[list[str], dict[int, tuple[int, int]], int, int, int, dict[int, tuple[int, int]]]:
    """Return all sentences, and where those of each kind begin (and how many there are)."""
    texts: list[str] = []

    def add(sentences: tuple[str, ...]) -> tuple[int, int]:
        texts.extend(sentences)
        return len(texts) - len(sentences), len(sentences)

    plain = {what: add(sentences) for what, sentences in PLAIN.items()}
    closings = {what: add(sentences) for what, sentences in CLOSINGS.items()}
    lanes = run.desk.departments
    openings, _ = add(tuple(s.format(matter=d.category) for s in OPENINGS for d in run.desk.house))
    markers, _ = add(tuple(s.format(lane=lane) for s in MARKERS for lane in lanes))
    neutral, _ = add(tuple(s.format(lane=lane) for s in NEUTRAL for lane in lanes))
    return texts, plain, openings, markers, neutral, closings
