"""Segments: where each case was, and in what state, from each age on to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lanehop.columns import Codes, Flags, Instants
from lanehop.lanes import Lanes
from lanehop.lanes.charges import charge_points
from lanehop.lanes.closures import judge
from lanehop.lanes.line import Line
from lanehop.lanes.parts import Tables, over_parts
from lanehop.log import TicketLog
from lanehop.states import FALSE_DONE


@dataclass(frozen=True, eq=False)
class Segments:
    """The segments of all cases, in order; those of a case tile its life, on either kind of time."""

    case: Instants
    """Row in ``lanes.cases``."""
    at: Instants
    """The instant at which it begins."""
    begin: Instants
    """The age of the case then, in microseconds: in business time where the lanes have opening hours."""
    end: Instants
    """Its age at the end."""
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
        now, line, closures = judge(part, hold, lanes.calendar)
        department, state = charge_points(line, now, closures)
        begin, end = _ages(line)
        segments = {"at": line.time, "begin": begin, "end": end, "department": department, "state": state}
        return {
            "of_case": pd.DataFrame({"n": np.diff(line.first)}, copy=False),
            "segments": pd.DataFrame(segments, copy=False),
        }

    # Cut and joined as the cases were, so that they come in the same order.
    tables = over_parts(lanes.log, lay)
    n = tables["of_case"]["n"].to_numpy()
    return Segments(
        case=np.repeat(np.arange(len(n)), n),
        **{str(name): values.to_numpy() for name, values in tables["segments"].items()},
    )


def _ages(line: Line) -> tuple[Instants, Instants]:
    """Return how old each case is where each of its points begins to hold, and where that ends."""
    if line.calendar is None:
        opened = line.opened_at[line.case]
        return line.time - opened, line.until - opened
    so_far = line.business_so_far
    before = so_far[line.first[:-1]][line.case]
    return so_far[:-1] - before, so_far[1:] - before
