"""Journeys: tickets stitched into cases, where one problem was pushed through several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lanehop import columns
from lanehop.clocks.durations import Duration, duration_us
from lanehop.columns import MISSING, STR, Coded, Codes, Flags, Instants
from lanehop.episodes import find_episodes, held
from lanehop.errors import ArgumentError
from lanehop.links import positions
from lanehop.log import CodedEvents, TicketLog
from lanehop.states import LINK_KINDS

__all__ = ["stitch"]

SAME_PROBLEM = ("follow_up", "transferred", "merged_into", "duplicate_of")
"""Kinds of link that join the tickets of one customer's problem; ``parent`` and ``problem`` join customers."""

FAR = np.iinfo(np.int64).max


def stitch(
    log: TicketLog,
    *,
    kinds: Sequence[str] = SAME_PROBLEM,
    same_requester: Duration | None = None,
    before: Duration = "0D",
    match: Sequence[str] = (),
    similar: Mapping[str, float] | None = None,
    max_tickets: int = 50,
) -> TicketLog:
    """Stitch tickets into cases, where one problem was pushed through several.

    Parameters
    ----------
    kinds : names
        Kinds of explicit link to follow. Parent tickets and problem records join different customers,
        and are followed only if named.
    same_requester : duration
        Infer a link, too, where a requester opens a ticket within this time after an earlier one of
        hers was last declared done. Not given: nothing is inferred.
    before : duration
        Likewise where she opens it up to this time *before* the earlier one was last declared done.
    match : ticket columns
        In which both tickets must agree for a link to be inferred; a missing value agrees with nothing.
    similar : mapping of ticket column to least similarity
        Up to 100, by rapidfuzz's ``token_sort_ratio`` (extra ``similar``): ``{"subject": 80}``; a missing
        text is like no other.
    max_tickets : int
        Requesters with more tickets than this (a shared mailbox) get no inferred links; how many tickets
        that leaves out is told in ``stitching``. If they are people after all, raise it, and name columns in
        ``match`` that tell their problems apart.

    Returns
    -------
    TicketLog
        The same log, with ``case`` anew in ``events`` and ``tickets``, ``used`` set in ``links``, inferred links
        added to it, and ``stitching`` to say how many cases rest on which rule.

    Raises
    ------
    ArgumentError
        If a kind or column is unknown, a duration has no unit, ``match`` and the like come without
        ``same_requester``, a similarity is a share of 1, or rapidfuzz is not installed.

    Notes
    -----
    - A case is a connected component of the links that are used; its id is that of the ticket opened
      first.
    - Each ticket is linked to its nearest predecessor only: the one with the smallest gap, among those
      opened before it. The gap runs from the *last* time the earlier ticket was declared done.
    - The placebo is the same count with gaps beyond the window, up to twice as long: about how many
      inferred links are chance.
    - A link to a ticket that is not in the log, or to itself, is kept, and not used.
    - A case then follows one ticket at a time; see ``schema.describe("cases")``.

    Examples
    --------
    >>> import lanehop as lh
    >>> log = lh.stitch(lh.sample_log())
    >>> log.stitching.loc[log.stitching.kind == "transferred", "n_used"].item() > 0
    True

    See Also
    --------
    read_log : the step before. reconstruct : the step after. stitch_sensitivity : how much hangs on the window.
    """
    wrong = [kind for kind in kinds if kind not in LINK_KINDS[:-1]]
    if wrong or isinstance(kinds, str):
        raise ArgumentError(f"kinds is a list of {', '.join(LINK_KINDS[:-1])}, not {kinds!r}")
    e: CodedEvents = log._coded
    known = log._links[log._links["kind"] != "inferred"].reset_index(drop=True)
    ends = _Ends(positions(e, known["from_ticket"]), positions(e, known["to_ticket"]))
    used = known["kind"].isin(list(kinds)).to_numpy() & (ends.a >= 0) & (ends.b >= 0) & (ends.a != ends.b)
    explicit = _groups(len(e.tickets), ends.a[used], ends.b[used])
    inferred = _Inferred(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), 0, 0)
    rule = ""
    if same_requester is not None:
        window, ahead = duration_us(same_requester, "same_requester"), duration_us(before, "before")
        inferred = _infer(log, window, ahead, match, similar or {}, max_tickets)
        rule = f"same requester within {same_requester}" + "".join(f", same {name}" for name in match)
        rule += "".join(f", {name} similar by {least:g}" for name, least in (similar or {}).items())
    elif match or similar or duration_us(before, "before"):
        raise ArgumentError("match, similar and before say what same_requester infers; pass same_requester='7D' too")
    group = _groups(
        len(e.tickets), np.concatenate([ends.a[used], inferred.a]), np.concatenate([ends.b[used], inferred.b])
    )
    links = _links(log, known, used, inferred, rule)
    regrouped, order = _regroup(log, group, explicit)
    return replace(
        log,
        _coded=regrouped,
        _about={name: values.take(order) for name, values in log._about.items()},
        _links=links,
        _stitching=_account(links, group, ends, inferred, used),
        _made={},
    )


@dataclass(frozen=True, eq=False)
class _Ends:
    """Positions of the tickets at both ends of links; -1: not in the log."""

    a: Instants
    b: Instants


@dataclass(frozen=True, eq=False)
class _Inferred:
    a: Instants
    b: Instants
    gap: Instants
    n_placebo: int
    n_left_out: int
    """Tickets of requesters with too many."""


def _groups(n: int, a: Instants, b: Instants) -> Codes:
    """Return for each of ``n`` tickets which connected component it is in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links: Any = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1])


def _infer(
    log: TicketLog, window: int, ahead: int, match: Sequence[str], similar: Mapping[str, float], max_tickets: int
) -> _Inferred:
    """Link each ticket to the nearest earlier one of its requester that agrees with it."""
    if isinstance(match, str):
        raise ArgumentError(f"match is a list of ticket columns, such as match=[{match!r}]")
    unknown = [name for name in ("requester", *match, *similar) if name not in log._about]
    if unknown:
        raise ArgumentError(
            f"the tickets have no column {unknown[0]!r} (they have {', '.join(log._about) or 'none'}); "
            "name it in the dialect's columns, or keep it"
        )
    if max_tickets < 2:
        raise ArgumentError(f"max_tickets must be at least 2, not {max_tickets!r}")
    _check_similar(similar)
    e: CodedEvents = log._coded
    now = held(log)
    episodes = find_episodes(log, now)
    last = episodes.first[1:] - 1
    done = np.where(np.diff(episodes.first) > 0, np.append(e.time[episodes.begin], 0)[last], MISSING)
    requester, _ = pd.factorize(log._about["requester"])
    n_tickets = np.bincount(requester[requester >= 0], minlength=1)
    too_many = (requester >= 0) & (n_tickets[requester] > max_tickets)
    agrees = (requester >= 0) & ~too_many
    group = requester.astype(np.int64)
    for name in match:
        value, different = pd.factorize(log._about[name])
        agrees &= value >= 0
        group = group * (len(different) + 1) + value
        _, group = np.unique(group, return_inverse=True)
    at = np.flatnonzero(agrees)
    rank = pc.rank(e.tickets).to_numpy()
    at = at[np.lexsort((rank[at], now.opened_at[at], group[at]))]
    pairs = _Pairs(at, group[at], now.opened_at[at], done[at], _texts(log, similar), similar)
    gap, a = pairs.nearest(-ahead, window)
    placebo, _ = pairs.nearest(window + 1, 2 * window)
    linked = np.flatnonzero(gap != FAR)
    # By the later ticket's id: how the log was stitched before must not show.
    linked = linked[np.argsort(rank[at[linked]])]
    return _Inferred(
        a=at[a[linked]],
        b=at[linked],
        gap=gap[linked],
        n_placebo=int((placebo != FAR).sum()),
        n_left_out=int(too_many.sum()),
    )


def _check_similar(similar: Mapping[str, float]) -> None:
    """Fail at once, and not only where two tickets happen to be compared."""
    wrong = [f"{name}: {least!r}" for name, least in similar.items() if not 1 < least <= 100]
    if wrong:
        raise ArgumentError(
            f"similar is a number above 1 and up to 100, such as similar={{'subject': 80}}, not {', '.join(wrong)}"
        )
    if similar and find_spec("rapidfuzz") is None:
        raise ArgumentError("similar needs rapidfuzz: pip install 'lanehop[similar]'")


def _texts(log: TicketLog, similar: Mapping[str, float]) -> dict[str, Any]:
    return {name: pd.Series(log._about[name]).astype(STR).to_numpy(dtype=object) for name in similar}


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Tickets in order of group, opening and id, so that each follows its predecessors."""

    at: Instants
    group: Instants
    opened: Instants
    done: Instants
    texts: Mapping[str, Any]
    similar: Mapping[str, float]

    def nearest(self, least: int, most: int) -> tuple[Instants, Instants]:
        """Return for each ticket the gap to its nearest predecessor within bounds (else FAR), and which that is."""
        gap, who = np.full(len(self.at), FAR), np.full(len(self.at), -1)
        for later, earlier in self._lags():
            between = self.opened[later] - self.done[earlier]
            near = (self.done[earlier] != MISSING) & (between >= least) & (between <= most)
            # Those opened later come first, and stay where another is just as near.
            near &= np.abs(between) < np.abs(gap[later])
            near[near] = self._alike(later[near], earlier[near])
            gap[later[near]], who[later[near]] = between[near], earlier[near]
        return gap, who

    def _lags(self) -> Iterator[tuple[Instants, Instants]]:
        """Pair each ticket of a group with the one before it, then with the one before that, and so on."""
        lag, later = 0, np.arange(len(self.at))
        while len(later):
            lag += 1
            later = later[later >= lag]
            later = later[self.group[later] == self.group[later - lag]]
            if len(later):
                yield later, later - lag

    def _alike(self, later: Instants, earlier: Instants) -> Flags:
        alike = np.ones(len(later), dtype=bool)
        if not self.similar or not len(later):
            return alike
        from rapidfuzz import fuzz, process

        for name, least in self.similar.items():
            one, other = self.texts[name][self.at[later]], self.texts[name][self.at[earlier]]
            known = pd.notna(one) & pd.notna(other)
            alike &= known
            scores = process.cpdist(one[known], other[known], scorer=fuzz.token_sort_ratio)
            alike[known] &= scores >= least
        return alike


def _regroup(log: TicketLog, group: Codes, explicit: Codes) -> tuple[CodedEvents, Instants]:
    """Bring the tickets of each case together, the first opened first; return their order, too."""
    e: CodedEvents = log._coded
    opened, rank = held(log).opened_at, pc.rank(e.tickets).to_numpy()
    by_group = np.lexsort((rank, opened, group))
    heads = by_group[np.flatnonzero(np.append(True, np.diff(group[by_group]) != 0))] if len(group) else by_group
    # Cases are named after the ticket opened first, and stand in the order of these names.
    case_of_group = np.empty(len(heads), dtype=np.int64)
    case_of_group[group[heads][np.argsort(rank[heads])]] = np.arange(len(heads))
    case = case_of_group[group]
    order = np.lexsort((rank, opened, case))
    n_events = np.diff(e.first)[order]
    first = np.append(0, np.cumsum(n_events))
    events = np.repeat(e.first[:-1][order] - first[:-1], n_events) + np.arange(first[-1])
    first_ticket = np.searchsorted(case[order], np.arange(len(heads) + 1))

    regrouped = replace(
        e,
        first=first,
        first_ticket=first_ticket,
        cases=e.tickets.take(pa.array(order[first_ticket[:-1]])),
        kept={name: values.take(events) for name, values in e.kept.items()},
        **{**e.pick(events, order), "explicit_group": explicit[order]},
    )
    return regrouped, order


def _links(log: TicketLog, known: pd.DataFrame, used: Flags, inferred: _Inferred, rule: str) -> pd.DataFrame:
    e: CodedEvents = log._coded
    n = len(inferred.a)
    made = columns.table(
        "links",
        {
            "from_ticket": columns.text(Coded(inferred.a, e.tickets)),
            "to_ticket": columns.text(Coded(inferred.b, e.tickets)),
            "kind": columns.word(np.full(n, LINK_KINDS.index("inferred"), dtype=np.int8), LINK_KINDS),
            "rule": pd.array([rule] * n, dtype=STR),
            "at": columns.time(held(log).opened_at[inferred.b]),
            "gap": columns.length(inferred.gap),
            "used": np.ones(n, dtype=bool),
        },
    )
    return pd.concat([known.assign(used=used), made], ignore_index=True)


def _account(links: pd.DataFrame, group: Codes, ends: _Ends, inferred: _Inferred, used: Flags) -> pd.DataFrame:
    """Say how many links and cases rest on which kind."""
    kind = links["kind"].cat.codes.to_numpy()
    ticket = np.concatenate([ends.a, inferred.a])
    used = np.concatenate([used, np.ones(len(inferred.a), dtype=bool)])
    rests = pd.DataFrame({"kind": kind[used], "case": group[ticket[used]]}).drop_duplicates()
    n_kinds = len(LINK_KINDS)
    placebo = pd.array([pd.NA] * (n_kinds - 1) + [inferred.n_placebo], dtype="Int64")
    left_out = np.zeros(n_kinds, dtype=np.int64)
    left_out[-1] = inferred.n_left_out
    return pd.DataFrame(
        {
            "kind": columns.word(np.arange(n_kinds, dtype=np.int8), LINK_KINDS),
            "n_links": np.bincount(kind, minlength=n_kinds),
            "n_used": np.bincount(kind[used], minlength=n_kinds),
            "n_cases": np.bincount(rests["kind"], minlength=n_kinds),
            "n_placebo": placebo,
            "n_tickets_left_out": left_out,
        }
    )
