"""Case lanes: the numbers of a swimlane picture: which lanes a case has, and what stands in them from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop.columns import Codes, Instants
from lanehop.curves.segments import Segments, lay_segments
from lanehop.curves.spans import read_instants
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes, reconstruct
from lanehop.lanes.parts import pick_cases


@dataclass(frozen=True, eq=False)
class CaseLanes:
    """What is drawn of one case; instants in microseconds since 1970."""

    case: Any
    """Its row of ``lanes.cases``."""
    lanes: list[str | None]
    """Names of its departments in the order in which it came to them, None being nobody; folded, in their middle, one
    name says how many others there are."""
    lane: Codes
    """Of each piece, from the top."""
    begin: Instants
    end: Instants
    """Of each piece, as wide as it is drawn."""
    state: Codes
    """Of each piece, as code of CHARGED_STATES."""
    moves: pd.DataFrame
    """Columns ``at, from_lane, to_lane, other_ticket``: where it passes from one stay to the next."""
    marks: pd.DataFrame
    """Columns ``at, drawn_at, lane, verdict``: the closures that the case follows; a fix stands at its claim."""
    tickets: pd.DataFrame
    """Columns ``ticket, begin, end``: which ticket it follows from when to when."""
    n_parallel: int
    """Closures of tickets that the case did not follow then, which are not drawn."""


def find_cases(lanes: Lanes, ids: Sequence[str]) -> Lanes:
    """Return the lanes of these cases alone, made from their part of the log.

    Raises
    ------
    ArgumentError
        If there is no such case.
    """
    names = lanes.log._coded.case_names
    codes = pc.index_in(pa.array(ids, pa.large_string()), value_set=names).to_numpy(zero_copy_only=False)
    missing = [one for one, code in zip(ids, codes, strict=True) if np.isnan(code)]
    if missing:
        tickets = lanes.log.tickets
        of = tickets.loc[tickets["ticket"] == missing[0], "case"]
        hint = f"ticket {missing[0]!r} belongs to case {of.iloc[0]!r}" if len(of) else f"such as {names[0].as_py()!r}"
        raise ArgumentError(f"no case {missing[0]!r} among {len(names):,} ({hint})")
    part = pick_cases(lanes.log, np.unique(codes.astype(np.int64)))
    return reconstruct(part, hold=lanes.hold, calendar=lanes.calendar)


def lay_cases(lanes: Lanes, ids: Sequence[str], *, narrowest: int, most: int) -> list[CaseLanes]:
    """Lay out cases in the order of their ids, each in at most so many lanes.

    Parameters
    ----------
    narrowest
        The shortest time that can be seen, in microseconds.
    """
    segments = lay_segments(lanes)
    row = {case: number for number, case in enumerate(lanes._cases["case"])}
    return [_lay(lanes, segments, row[case], narrowest, most) for case in ids]


def _lay(lanes: Lanes, segments: Segments, number: int, narrowest: int, most: int) -> CaseLanes:
    case: Any = next(lanes._cases.iloc[[number]].itertuples())
    stays, closures = (table[table["case"] == case.case] for table in (lanes._stays, lanes._closures))
    entered, left = (read_instants(stays[name]) for name in ("entered_at", "left_at"))
    codes = stays["department"].cat.codes.to_numpy()
    names, lane_of_code = _lanes(codes, list(stays["department"].cat.categories), case, most)
    lane_of_stay = np.array([lane_of_code[code] for code in codes.tolist()], dtype=np.int64)

    of_case = slice(*np.searchsorted(segments.case, [number, number + 1]))
    at, state = segments.at[of_case], segments.state[of_case]  # noqa: PD008
    until = np.append(at[1:], left[-1])
    long = until > at
    at, until, state = at[long], until[long], state[long]
    # A stay of no length holds no time; it is drawn in the state that follows.
    inside = np.flatnonzero(left > entered)
    stay = inside[np.searchsorted(entered[inside], at, side="right") - 1] if len(at) else np.zeros(0, dtype=np.int64)
    at, until, state, stay = _with_empty_stays(at, until, state, stay, np.flatnonzero(left == entered), entered)
    begun = np.append(True, (stay[1:] != stay[:-1]) | (state[1:] != state[:-1]))[: len(at)]
    first = np.flatnonzero(begun)
    narrow = at[first]
    begin, end = _widened(narrow, np.append(until[first[1:] - 1], until[-1:]), stay[first], narrowest)

    runs = np.flatnonzero(np.append(True, stays["ticket"].to_numpy()[1:] != stays["ticket"].to_numpy()[:-1]))
    moves = pd.DataFrame(
        {
            "at": entered[1:],
            "from_lane": lane_of_stay[:-1],
            "to_lane": lane_of_stay[1:],
            "other_ticket": np.isin(np.arange(1, len(stays)), runs),
        }
    )
    followed = closures[~closures["parallel"]]
    fixed = (followed["verdict"] == "fixed").to_numpy()
    marked = np.where(fixed, read_instants(followed["claimed_at"]), read_instants(followed["at"]))
    # As the pieces: where what begins with it is drawn, and in the lane of that.
    piece = np.searchsorted(narrow, marked, side="right") - 1
    marks = pd.DataFrame(
        {
            "at": marked,
            "drawn_at": np.clip(marked, begin[piece], end[piece]) if len(begin) else marked,
            "lane": lane_of_stay[stay[first]][piece] if len(begin) else np.zeros(len(marked), dtype=int),
            "verdict": followed["verdict"].astype("str").to_numpy(),
        }
    )
    return CaseLanes(
        case=case,
        lanes=names,
        lane=lane_of_stay[stay[first]],
        begin=begin,
        end=end,
        state=state[first],
        moves=moves,
        marks=marks,
        tickets=pd.DataFrame(
            {
                "ticket": stays["ticket"].to_numpy()[runs],
                "begin": entered[runs],
                "end": left[np.append(runs[1:] - 1, len(stays) - 1)],
            }
        ),
        n_parallel=int(closures["parallel"].sum()),
    )


def _with_empty_stays(
    at: Instants, until: Instants, state: Codes, stay: Instants, empty: Instants, entered: Instants
) -> tuple[Instants, Instants, Codes, Instants]:
    """Add a piece of no length for each stay of none, in the state that the case is in next."""
    if not len(empty):
        return at, until, state, stay
    then = entered[empty]
    following = np.minimum(np.searchsorted(at, then), max(len(at) - 1, 0))
    of_empty = state[following] if len(state) else np.full(len(empty), 4, dtype=np.int8)
    order = np.argsort(np.concatenate([stay, empty]), kind="stable")
    pairs = ((at, then), (until, then), (state, of_empty), (stay, empty))
    widened: Any = tuple(np.concatenate(pair)[order] for pair in pairs)
    return widened


def _lanes(codes: Codes, categories: list[str], case: Any, most: int) -> tuple[list[str | None], dict[int, int]]:
    """Return the names of lanes, and the lane of each department's code."""
    visited = list(dict.fromkeys(codes.tolist()))
    folded: list[int] = []
    if len(visited) > most:
        named = [case.fix_department, case.last_department]
        kept = [visited[0], *(code for code in visited if code >= 0 and categories[code] in named)]
        n_last = max((most - 1) // 3, 1)
        for code in (*visited[: most - 1 - n_last], *visited[-n_last:], *visited):
            if len(set(kept)) == most - 1:
                break
            kept.append(code)
        folded = [code for code in visited if code not in kept]
    names: list[str | None] = []
    lane: dict[int, int] = {}
    for code in visited:
        if code not in folded:
            lane[code] = len(names)
            names.append(None if code < 0 else categories[code])
        elif code == folded[0]:
            lane.update(dict.fromkeys(folded, len(names)))
            names.append(f"{len(folded)} others")
    return names, lane


def _widened(begin: Instants, end: Instants, stay: Instants, narrowest: int) -> tuple[Instants, Instants]:
    """Draw each piece at least so wide, at the cost of its neighbours in the same stay, which grows if it must."""
    begin, end = begin.copy(), end.copy()
    bounds = np.flatnonzero(np.append(True, stay[1:] != stay[:-1])[: len(stay)])
    for first, stop in zip(bounds.tolist(), [*bounds[1:].tolist(), len(stay)], strict=True):
        limit = max(int(end[stop - 1]), int(begin[first]) + narrowest)
        least = min(narrowest, (limit - int(begin[first])) // (stop - first))
        for k in range(first, stop):
            begin[k] = max(begin[k], end[k - 1]) if k > first else begin[k]
            end[k] = max(end[k], begin[k] + least)
        end[stop - 1] = limit
        for k in range(stop - 1, first, -1):
            begin[k] = end[k - 1] = min(begin[k], end[k] - least)
    return begin, end
