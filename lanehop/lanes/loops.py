"""Loops: returns of a case to a department that it had already left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lanehop import columns, grouped
from lanehop.columns import Coded, Codes, Flags, Instants
from lanehop.lanes.handoffs import Handoffs, lay_handoffs
from lanehop.lanes.line import chain_names
from lanehop.lanes.parts import Tables, over_parts
from lanehop.lanes.stays import Stays, draw_stays, numbers
from lanehop.log import TicketLog
from lanehop.schema import returns

__all__ = ["find_loops"]


@dataclass(frozen=True, eq=False)
class Loops:
    """The loops of all cases as arrays; ``first`` gives each case's first one."""

    first: Instants
    left: Instants
    """Link of the chain that was left; it and ``back`` are of the same department."""
    back: Instants
    """Link of the chain that returned."""
    while_done: Flags

    @property
    def length(self) -> Instants:
        """Links in between."""
        return self.back - self.left - 1


def lay_loops(h: Handoffs) -> Loops:
    """Find the handoffs that return."""
    back = np.flatnonzero(h.returns_to >= 0)
    return Loops(
        first=grouped.offsets(back, h.first),
        left=h.returns_to[back],
        back=h.link[back],
        while_done=h.while_done[back],
    )


def loop_table(s: Stays, loops: Loops) -> pd.DataFrame:
    """Return the table of loops."""
    chain, line = s.known, s.line
    first_stay, last_stay = chain.last_stay[loops.left], chain.first_stay[loops.back]
    left_at, returned_at = s.left_at[first_stay], s.entered_at[last_stay]
    path, cycle = _paths(s, loops)
    business = {}
    if line.calendar is not None:
        so_far = line.business_so_far
        business = {"business_away": columns.length(so_far[s.point[last_stay]] - so_far[s.point[first_stay + 1]])}
    return columns.table(
        "loops",
        {
            "case": columns.text(Coded(chain.case[loops.back], line.cases)),
            "loop": columns.count(numbers(loops.first)),
            "department": columns.category(Coded(chain.department[loops.back], line.departments)),
            "first_stay": columns.count(s.number[first_stay]),
            "last_stay": columns.count(s.number[last_stay]),
            "length": columns.count(loops.length),
            "path": columns.text(path),
            "cycle": columns.text(cycle),
            "left_at": columns.time(left_at),
            "returned_at": columns.time(returned_at),
            "away": columns.length(returned_at - left_at),
            "while_done": loops.while_done,
            **business,
        },
    )


def _paths(s: Stays, loops: Loops) -> tuple[Coded, Coded]:
    """Name each loop's path and cycle. Names are made once for each different path."""
    codes = np.empty(len(loops.back), dtype=np.int64)
    paths: list[npt.NDArray[np.int64]] = []
    cycles: list[npt.NDArray[np.int64]] = []
    n_paths = 0
    lengths = loops.length
    order = np.argsort(lengths, kind="stable")
    cuts = np.flatnonzero(np.diff(lengths[order])) + 1
    for same in np.split(order, cuts) if len(order) else ():
        steps = loops.left[same][:, None] + np.arange(lengths[same[0]] + 1)
        different, which = _different_rows(s.known.department[steps])
        codes[same] = which + n_paths
        n_paths += len(different)
        paths.append(np.column_stack([different, different[:, 0]]))
        cycles.append(_smallest_rotation(different))
    return _named(codes, paths, s), _named(codes, cycles, s)


def _named(codes: Instants, rows: list[npt.NDArray[np.int64]], s: Stays) -> Coded:
    """Join the departments of each row, the rows being numbered through."""
    n_each = [np.full(len(block), block.shape[1]) for block in rows]
    first = np.append(0, np.cumsum(np.concatenate(n_each) if rows else [])).astype(np.int64)
    flat = np.concatenate([block.ravel() for block in rows]) if rows else np.zeros(0, dtype=np.int64)
    return Coded(codes, chain_names(flat, first, s.line.departments))


def _different_rows(rows: Codes) -> tuple[Codes, Instants]:
    """Return the different rows, and for each row which of them it is."""
    base = int(rows.max()) + 1
    bound, number = 1, np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        if bound * base >= 2**62:
            # Number what came so far anew, so that it stays small.
            different, number = np.unique(number, return_inverse=True)
            bound = len(different)
        bound, number = bound * base, number * base + column
    _, example, which = np.unique(number, return_index=True, return_inverse=True)
    return rows[example], which


def _smallest_rotation(rows: Codes) -> Codes:
    """Rotate each row to the smallest it can be, by department code (names are in code point order)."""
    n, length = rows.shape
    begins = np.ones((n, length), dtype=bool)
    for step in range(length):
        here = np.roll(rows, -step, axis=1)
        smallest = np.where(begins, here, np.iinfo(rows.dtype).max).min(axis=1)
        begins &= here == smallest[:, None]
        # A path leaves its department once, so all rotations differ and one is left in the end.
        if (begins.sum(axis=1) == 1).all():
            break
    turns = (begins.argmax(axis=1)[:, None] + np.arange(length)) % length
    return np.take_along_axis(rows, turns, axis=1)


def alternations(s: Stays, loops: Loops) -> Instants:
    """Return for each case the handoffs in its longest uninterrupted A-B-A-B run; 0 without an A-B-A."""
    most = np.zeros(len(s.line.cases), dtype=np.int64)
    back = loops.back[loops.length == 1]
    if len(back):
        # Ping-pongs at neighbouring links are one run; a new case is never at the next link with one.
        begins = np.flatnonzero(np.append(True, np.diff(back) != 1))
        n_handoffs = np.diff(np.append(begins, len(back))) + 1
        case = s.known.case[back[begins]]
        of_case = np.flatnonzero(np.append(True, case[1:] != case[:-1]))
        most[case[of_case]] = np.maximum.reduceat(n_handoffs, of_case)
    return most


def time_in_loops(s: Stays, loops: Loops, lengths: Instants) -> Instants:
    """Return for each case the length of the union of its loops' times away, of the lengths of its stays."""
    # A loop covers the stays after the one it left, up to the one it returned in; these tile its time.
    n = len(s.case) + 1
    begin = np.bincount(s.known.last_stay[loops.left] + 1, minlength=n)
    begin -= np.bincount(s.known.first_stay[loops.back], minlength=n)
    covered = np.cumsum(begin[:-1]) > 0
    return grouped.total(lengths * covered, s.first)


@returns("loops")
def find_loops(log: TicketLog) -> pd.DataFrame:
    """Find each return of a case to a department that it had already left.

    One row per return. A ping-pong (A, B, A) is a return of length 1.

    Returns
    -------
    DataFrame
        {columns}

    Notes
    -----
    - Over the chain of known departments, equal neighbours merged (that of :func:`find_handoffs`): for
      each department that occurred before in the case, from the *latest* earlier occurrence to this one.
    - ``cycle`` is the smallest rotation of the path without its last element, compared name by name and
      by code point, so that A-B-A and B-A-B are one cycle.
    - Length 1 is Celonis' "direct ping-pong", greater lengths its "indirect" one. The other rules in use
      are counted by ``count_loops(lanes, by="rule")``.
    - NOT counted: a return to the same department after having been unassigned, or in a reopened
      ticket that never left it.

    Examples
    --------
    >>> import lanehop as lh
    >>> loops = lh.find_loops(lh.sample_log())
    >>> bool((loops.away == loops.returned_at - loops.left_at).all())
    True

    See Also
    --------
    find_handoffs : the step before. count_loops : the step after. plot_loops : the picture.
    """
    return over_parts(log, _find)["loops"]


def _find(part: TicketLog) -> Tables:
    s = draw_stays(part)
    return {"loops": loop_table(s, lay_loops(lay_handoffs(s)))}
