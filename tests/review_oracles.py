"""What the oracles of the review workbench share: plain Python, one case at a time, as in ``oracles``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from oracles import Life, lives
from stitched_oracles import StitchedDesk, opening
from stitched_strategies import Drawn, links_frame, stitched_frame
from strategies import read_options

import lanehop as lh


def acting_requesters(drawn: Drawn) -> Drawn:
    """Return the desk with one of its requesters by the name of somebody who acts on tickets."""
    about = {
        ticket: {**said, "requester": "bob" if said["requester"] == "Ida" else said["requester"]}
        for ticket, said in drawn.desk.about.items()
    }
    return dataclasses.replace(drawn, desk=dataclasses.replace(drawn.desk, about=about))


def lanes_of_drawn(drawn: Drawn, *, promised_at: Callable[[Any], Any] | None = None) -> lh.Lanes:
    """Read and stitch a drawn desk, with dates promised as told by the time of each event."""
    frame = stitched_frame(drawn.desk)
    if promised_at is not None:
        frame["promised_at"] = promised_at(frame["time"])
    log = lh.read_log(frame, **read_options(drawn.desk))
    log = lh.stitch(lh.attach_links(log, links=links_frame(drawn.links)), **drawn.options)
    return lh.reconstruct(log, hold=drawn.desk.hold)


def tickets_of(desk: StitchedDesk, case: str) -> list[Life]:
    """Return the tickets of a case, the first opened first."""
    return sorted((life for life in lives(desk) if desk.case_of[life.ticket] == case), key=opening)


def requester_of(desk: StitchedDesk, case: str) -> str | None:
    """Return who asked in the first ticket of a case."""
    return desk.about.get(tickets_of(desk, case)[0].ticket, {}).get("requester")


def first_person(desk: StitchedDesk, case: str) -> dt.datetime | None:
    """Return when the first person of the desk had a case, in any ticket of it."""
    found = []
    for life in tickets_of(desk, case):
        asked = desk.about.get(life.ticket, {}).get("requester")
        for step in life.steps:
            agent, actor = step.event["agent"], step.event["actor"]
            if (agent and agent not in desk.bots) or (actor and actor not in desk.bots and actor != asked):
                found.append(step.time)
    return min(found, default=None)
