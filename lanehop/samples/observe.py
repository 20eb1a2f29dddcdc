"""What a run leaves behind: the rows of the desk's system, what stands beside them, and the truth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from lanehop import columns
from lanehop.samples.desk import Desk
from lanehop.samples.messages import write_messages
from lanehop.samples.names import Names, name_all
from lanehop.samples.planted import list_planted
from lanehop.samples.records import record, write_rows
from lanehop.samples.reveal import tell_cases, tell_closures, tell_tickets
from lanehop.samples.run import Run, play
from lanehop.samples.surveys import survey
from lanehop.samples.truth import Truth
from lanehop.states import LINK_KINDS

TIE_KINDS = ("follow_up", "transferred", "duplicate_of")


class Observed(NamedTuple):
    """What a desk's system holds at the end of a run."""

    rows: pa.Table
    links: pd.DataFrame
    surveys: pd.DataFrame
    messages: pd.DataFrame
    as_of: pd.Timestamp


def observe(desk: Desk, n_tickets: int, seed: int) -> tuple[Observed, Truth]:
    """Let a desk run, and return what its system holds, and the truth."""
    run = play(desk, n_tickets, seed)
    names = name_all(len(run.tickets), desk.count_customers(run.dice.n), int(run.agent.max()) + 1)
    records = record(run, names)
    surveys, minds = survey(run, names)
    messages, marked = columns.empty("messages"), np.zeros(0, dtype=bool)
    if desk.messages:
        messages, marked = write_messages(run, names, records)
    cases, case = tell_cases(run, names)
    truth = Truth(
        cases,
        tell_tickets(run, names, case),
        tell_closures(run, names, case),
        list_planted(run, surveys, marked),
        minds,
    )
    as_of = pd.Timestamp(run.hours.last, unit="s", tz="UTC")
    return Observed(write_rows(run, names, records), _links(run, names), surveys, messages, as_of), truth


def _links(run: Run, names: Names) -> pd.DataFrame:
    ties = run.ties
    v = run.visits
    done = np.zeros(len(run.tickets), dtype=np.int64)
    ends = np.flatnonzero(v.ending > 0)
    # A ticket's visits stand in order of time, so that its last ending stands.
    done[run.tickets.of_visit[ends]] = v.ended[ends]
    gap = run.tickets.opened[ties.head] - done[ties.tail]
    kinds = np.array([LINK_KINDS.index(kind) for kind in TIE_KINDS], dtype=np.int8)
    n = len(ties.tail)
    order = np.lexsort((ties.tail, ties.at))
    frame = columns.table(
        "links",
        {
            "from_ticket": columns.text_array(names.tickets.take(ties.tail)),
            "to_ticket": columns.text_array(names.tickets.take(ties.head)),
            "kind": columns.word(kinds[ties.kind], LINK_KINDS),
            "rule": columns.text_array(pa.repeat(pa.scalar("simulated", pa.large_string()), n)),
            "at": columns.time(ties.at * 1_000_000),
            "gap": columns.length(gap * 1_000_000),
            "used": np.zeros(n, dtype=bool),
        },
    )
    return frame.iloc[order].reset_index(drop=True)
