"""Segments: where each case was, and in what state, from each instant on to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lanehop.columns import Codes, Flags, Instants
from lanehop.episodes import find_episodes, held
from lanehop.lanes import Lanes
from lanehop.lanes.charges import charge_points
from lanehop.lanes.closures import judge_closures
from lanehop.lanes.line import draw_line
from lanehop.lanes.parts import Tables, over_parts
from lanehop.log import TicketLog
from lanehop.states import FALSE_DONE


@dataclass(frozen=True, eq=False)
class Segments:
    """The segments of all cases, in order; those of a case tile its life."""

    case: Instants
    """Row in ``lanes.cases``."""
    begin: Instants
    end: Instants
    department: Codes
    """That the time is charged to, as code of the log's departments; -1: none."""
    state: Codes
    """That the time is charged to, as code of CHARGED_STATES."""

    @property
    def done(self) -> Flags:
        """In which the case stands done."""
        return self.state >= FALSE_DONE


def lay_segments(lanes: Lanes) -> Segments:
    """Lay out the segments of all cases."""
    hold = int(lanes.hold // pd.Timedelta(microseconds=1))

    def lay(part: TicketLog) -> Tables:
        now = held(part)
        episodes = find_episodes(part, now)
        line = draw_line(part, now, episodes)
        department, state = charge_points(line, now, judge_closures(part, now, episodes, line, hold))
        segments = {"begin": line.time, "end": line.until, "department": department, "state": state}
        return {
            "of_case": pd.DataFrame({"n": np.diff(line.first)}, copy=False),
            "segments": pd.DataFrame(segments, copy=False),
        }

    # Cut and joined as the cases were, so that they come in the same order.
    tables = over_parts(lanes.log, lay)
    n = tables["of_case"]["n"].to_numpy()
    begin, end, department, state = (tables["segments"][x].to_numpy() for x in ("begin", "end", "department", "state"))
    return Segments(np.repeat(np.arange(len(n)), n), begin, end, department, state)
