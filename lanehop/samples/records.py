"""What the helpdesk's system writes down: one row per event, as its export would have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lanehop.dialect import Dialect
from lanehop.samples.hours import Seconds
from lanehop.samples.names import Names
from lanehop.samples.problems import CHANNELS, PRIORITIES
from lanehop.samples.run import Run
from lanehop.samples.visits import (
    CUSTOMER,
    DROPPED_OUT,
    DUPLICATE,
    FALSE_CLAIM,
    FIX,
    MOVED,
    NEVER,
    NOT_MY_LANE,
    OPENED,
    REOPENED,
    SILENCE,
    UNDER_TARGET,
    VENDOR,
)

LABELS = ("New", "Active", "Pending customer", "Pending vendor", "Resolved", "Closed")
NEW, ACTIVE, PENDING_CUSTOMER, PENDING_VENDOR, RESOLVED, CLOSED = range(6)

CODES = ("Fixed", "Workaround", "Advice given", "Not our lane", "Duplicate")

ACTIVITIES = (
    "opened",
    "moved",
    "reopened",
    "bot asks",
    "bot answered",
    "taken up",
    "customer asked",
    "vendor asked",
    "answered",
    "done",
    "closed by timer",
)
BOT_ASKS, BOT_ANSWERED, TAKEN_UP, CUSTOMER_ASKED, VENDOR_ASKED, ANSWERED, DONE, TIMED_OUT = range(3, 11)

DIALECT = Dialect(
    columns={
        "case": "ticket",
        "time": "time",
        "activity": "activity",
        "state": "status",
        "department": "department",
        "agent": "agent",
        "actor": "actor",
        "requester": "requester",
        "category": "category",
        "priority": "priority",
        "channel": "channel",
        "resolution": "resolution_code",
        "opened_at": "opened_at",
        "promised_at": "promised_at",
    },
    states={
        "queued": LABELS[:1],
        "working": LABELS[1:2],
        "waiting_customer": LABELS[2:3],
        "waiting_other": LABELS[3:4],
        "resolved": LABELS[4:5],
        "closed": LABELS[5:],
    },
    resolutions={
        "fixed": CODES[:1],
        "workaround": CODES[1:3],
        "not_fixed": CODES[3:4],
        "duplicate": CODES[4:],
    },
    timezone="UTC",
    bots=Names.robots,
)
"""How One Lane Tech speaks. "Advice given" passes for a workaround there, which it often is not."""


@dataclass(frozen=True)
class Records:
    """One entry per event in every array, ticket by ticket in the order of time."""

    visit: NDArray[np.int32]
    time: Seconds
    activity: NDArray[np.int8]
    status: NDArray[np.int8]
    code: NDArray[np.int8]
    agent: NDArray[np.int32]
    """Number among all names; -1 if nobody is assigned."""
    actor: NDArray[np.int32]


def record(run: Run, names: Names) -> Records:
    """Write down all that happens within the log."""
    v = run.visits
    agents = names.of_agents + run.agent
    customer = names.of_customers + run.problems.requester[v.problem]
    before = np.concatenate([agents[:1], agents[:-1]])
    bot, timer, silencer = (np.full(len(v), names.of_robots + i, dtype=np.int32) for i in range(3))
    nobody = np.full(len(v), -1, dtype=np.int32)
    done_agent = np.where(v.ending == DROPPED_OUT, bot, agents)
    done_actor = np.where(v.by_rule, silencer, done_agent)
    waiting = np.where(v.asked_whom == VENDOR, PENDING_VENDOR, PENDING_CUSTOMER)
    answerer = np.where(v.asked_whom == CUSTOMER, customer, agents)
    asked = np.where(v.asked_whom == VENDOR, VENDOR_ASKED, CUSTOMER_ASKED)
    code, status = _declare(run)
    open_ = np.full(len(v), -1)
    what: tuple[tuple[Any, ...], ...] = (
        # when, which activity, status, code, who has it then, who did it
        (_if(v.began == OPENED, v.entered), OPENED, NEW, open_, nobody, customer),
        (_if(v.began == MOVED, v.entered), MOVED, NEW, open_, nobody, before),
        (_if(v.began == REOPENED, v.entered), REOPENED, NEW, open_, nobody, customer),
        (v.bot_at, BOT_ASKS, PENDING_CUSTOMER, open_, bot, bot),
        (v.bot_answered, BOT_ANSWERED, NEW, open_, nobody, customer),
        (v.taken, TAKEN_UP, ACTIVE, open_, agents, agents),
        (v.asked, asked, waiting, open_, agents, agents),
        (v.answered, ANSWERED, ACTIVE, open_, agents, answerer),
        (_if(v.ending > 0, v.ended), DONE, status, code, done_agent, done_actor),
        (_if(run.auto_closed > 0, run.auto_closed), TIMED_OUT, CLOSED, open_, agents, timer),
    )
    parts = []
    for time, *rest in what:
        at = np.flatnonzero(time < run.hours.last)
        parts.append((at, time[at], *(np.broadcast_to(x, len(v))[at] for x in rest)))
    visit, time, activity, state, coded, agent, actor = (np.concatenate(x) for x in zip(*parts, strict=True))
    order = np.lexsort((time, run.tickets.of_visit[visit]))
    return Records(
        visit[order].astype(np.int32),
        time[order],
        activity[order].astype(np.int8),
        state[order].astype(np.int8),
        coded[order].astype(np.int8),
        agent[order].astype(np.int32),
        actor[order].astype(np.int32),
    )


def write_rows(run: Run, names: Names, records: Records) -> pa.Table:
    """Return the rows of the system's export, by ticket and time; repeated texts stand once."""
    ticket = run.tickets.of_visit[records.visit]
    problem = run.tickets.problem[ticket]
    promised, lead = run.promised[ticket], run.renewals[ticket]
    # A date that has passed is put off by as many whole leads as it takes, whenever the ticket is
    # touched; once it is done, the date stays as it was. Every ticket's first event is an open one.
    done = np.isin(records.activity, (DONE, TIMED_OUT))
    touched = np.maximum.accumulate(np.where(done, 0, np.arange(len(done))))
    late = np.maximum(0, -((promised - records.time[touched]) // lead))
    promised = np.where(promised < 0, -1, promised + late * lead)
    return pa.table(
        {
            "ticket": _coded(ticket, names.tickets),
            "time": _instants(records.time),
            "activity": _coded(records.activity, ACTIVITIES),
            "status": _coded(records.status, LABELS),
            "department": _coded(run.visits.department[records.visit], list(run.desk.departments)),
            "agent": _coded(records.agent, names.people),
            "actor": _coded(records.actor, names.people),
            "requester": _coded(names.of_customers + run.problems.requester[problem], names.people),
            "category": _coded(run.misfiling.filed[ticket], [d.category for d in run.desk.house]),
            "priority": _coded(run.problems.priority[problem], PRIORITIES),
            "channel": _coded(run.problems.channel[problem], CHANNELS),
            "resolution_code": _coded(records.code, CODES),
            "opened_at": _instants(run.tickets.opened[ticket]),
            "promised_at": _instants(promised),
        }
    )


def _declare(run: Run) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the resolution code and the status with which each visit declares its ticket done."""
    v, misfiled = run.visits, run.misfiling.wrong_fix >= 0
    u = run.dice.uniform_at("resolution code", v.step + 1, v.problem)
    linked = np.zeros(len(run.tickets), dtype=bool)
    linked[run.ties.tail[run.ties.kind == 2]] = True
    code = np.full(len(v), -1)
    for ending, cut, below, above in (
        (FIX, 0.85, 0, 1),
        (FALSE_CLAIM, 0.7, 0, 2),
        (UNDER_TARGET, 0.5, 0, 2),
    ):
        here = v.ending == ending
        code[here] = np.where(u[here] < cut, below, above)
    here = v.ending == NOT_MY_LANE
    code[here] = np.select([u[here] < 0.3, u[here] < 0.7], [3, 2], -1)
    code[misfiled] = 3
    code[(v.ending == DUPLICATE) & linked[run.tickets.of_visit]] = 4
    resolves = np.isin(v.ending, (FIX, FALSE_CLAIM, UNDER_TARGET)) | ((v.ending == SILENCE) & ~v.by_rule)
    return code, np.where(resolves, RESOLVED, CLOSED)


def _if(condition: NDArray[np.bool_], time: Seconds) -> Seconds:
    return np.where(condition, time, NEVER)


def _coded(codes: NDArray[np.signedinteger], names: pa.Array | list[str] | tuple[str, ...]) -> pa.DictionaryArray:
    names = names if isinstance(names, pa.Array) else pa.array(names)
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), names)


def _instants(seconds: Seconds) -> pa.Array:
    return pa.array(seconds * 1_000_000, mask=seconds < 0).cast(pa.timestamp("us", tz="UTC"))
