"""Parts: a log cut between cases, so that its lanes are made piece by piece on all cores.

Cases do not depend on each other. A part is small enough for its arrays to stay near the processor, and
what a part needs on the way is given back before the next.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from lanehop.columns import Coded
from lanehop.log import CodedEvents, TicketLog

PART = 1 << 20
"""Events in a part, about."""

Tables = dict[str, pd.DataFrame]


def over_parts(log: TicketLog, make: Callable[[TicketLog], Tables]) -> Tables:
    """Make tables of each part of a log, and put them together in order."""
    parts = list(cut(log))
    if len(parts) == 1:
        return make(parts[0])
    # numpy and Arrow work outside of Python's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(make, parts))
        names = list(made[0])
        return dict(zip(names, pool.map(_join, [[tables.pop(name) for tables in made] for name in names]), strict=True))


def _join(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Join frames column by column, giving back each piece at once: the whole is never there twice."""
    columns = {}
    for name in frames[0].columns:
        columns[name] = pd.concat([frame.pop(name) for frame in frames], ignore_index=True)
    return pd.DataFrame(columns, copy=False)


def cut(log: TicketLog) -> Iterator[TicketLog]:
    """Cut a log into parts of whole tickets; its arrays are shared, not copied."""
    e: CodedEvents = log._coded
    n = len(e.tickets)
    ends = np.searchsorted(e.first, np.arange(PART, int(e.first[-1]), PART))
    cuts = np.unique(np.concatenate([[0], ends, [n]]))
    if len(cuts) < 3:
        yield log
        return
    for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        yield replace(
            log,
            _coded=_part(e, begin, end),
            _about={name: values[begin:end] for name, values in log._about.items()},
            _made={},
        )


def _part(e: CodedEvents, begin: int, end: int) -> CodedEvents:
    events = slice(int(e.first[begin]), int(e.first[end]))

    def cut_out(values: Any) -> Any:
        if isinstance(values, Coded):
            return values.at(events)
        return None if values is None else values[events]

    return replace(
        e,
        tickets=e.tickets.slice(begin, end - begin),
        first=e.first[begin : end + 1] - e.first[begin],
        time=e.time[events],
        row=e.row[events],
        department=e.department.at(events),
        state=cut_out(e.state),
        agent=cut_out(e.agent),
        actor=cut_out(e.actor),
        activity=cut_out(e.activity),
        resolution=cut_out(e.resolution),
        mark=cut_out(e.mark),
        opened_at=None if e.opened_at is None else e.opened_at[begin:end],
        final_resolution=None if e.final_resolution is None else e.final_resolution[begin:end],
        kept={},
    )
