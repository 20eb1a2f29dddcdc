"""Parts: a log cut between cases, so that its lanes are made piece by piece on all cores.

Cases do not depend on each other. A part is small enough for its arrays to stay near the processor, and
what a part needs on the way is given back before the next.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop.columns import Instants
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
    first = e.first_of_case
    ends = np.searchsorted(first, np.arange(PART, int(first[-1]), PART))
    cuts = np.unique(np.concatenate([[0], ends, [len(first) - 1]]))
    if len(cuts) < 3:
        yield log
        return
    for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        tickets = slice(begin, end) if e.first_ticket is None else slice(*e.first_ticket[[begin, end]].tolist())
        yield replace(
            log,
            _coded=_part(e, slice(begin, end), tickets),
            _about={name: values[tickets] for name, values in log._about.items()},
            _made={},
        )


def _part(e: CodedEvents, cases: slice, tickets: slice) -> CodedEvents:
    events = slice(int(e.first[tickets.start]), int(e.first[tickets.stop]))

    return replace(
        e,
        first=e.first[tickets.start : tickets.stop + 1] - e.first[tickets.start],
        first_ticket=None if e.first_ticket is None else e.first_ticket[cases.start : cases.stop + 1] - tickets.start,
        cases=None if e.cases is None else e.cases[cases],
        kept={},
        **e.pick(events, tickets),
    )


def pick_cases(log: TicketLog, cases: Instants) -> TicketLog:
    """Return the part of a log that is of these cases, by code and in ascending order, whatever its size."""
    e: CodedEvents = log._coded
    tickets = cases if e.first_ticket is None else _ranges(e.first_ticket, cases)
    return replace(
        log,
        _coded=replace(
            e,
            first=_offsets(e.first, tickets),
            first_ticket=None if e.first_ticket is None else _offsets(e.first_ticket, cases),
            cases=None if e.cases is None else e.cases.take(pa.array(cases)),
            kept={},
            **e.pick(_ranges(e.first, tickets), tickets),
        ),
        _about={name: values[tickets] for name, values in log._about.items()},
        _made={},
    )


def _offsets(first: Instants, groups: Instants) -> Instants:
    """Return where each of these groups begins when they stand one after the other; one more at the end."""
    return np.append(0, np.cumsum(first[groups + 1] - first[groups]))


def _ranges(first: Instants, groups: Instants) -> Instants:
    """Return the positions of the members of these groups."""
    offsets = _offsets(first, groups)
    return np.arange(offsets[-1]) + np.repeat(first[groups] - offsets[:-1], np.diff(offsets))
