"""Calls: whom to call today, and what happened to them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.columns import MISSING, STR, Coded, Codes, Flags, Instants
from lanehop.curves.groups import rows_of
from lanehop.episodes import held
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes
from lanehop.lanes.ranking import chase_time
from lanehop.review.elapsed import clocks, waited
from lanehop.review.people import Seen, first_of_case, names_people, see_people
from lanehop.review.telling import tell_in_a_sentence

__all__ = ["call_list"]

WHYS = ("never_met_a_person", "closed_without_fix", "withdrawn_in_silence", "long_way", "random")
"""Why a customer is on the list."""

NEVER_MET, NO_FIX, SILENCE, LONG_WAY, RANDOM = range(5)
N_TIERS = 3


class Pool(NamedTuple):
    """The customers of one tier, the first to call first, each with the case to call about."""

    case: Instants
    """Row in ``lanes.cases``, one of each customer."""
    why: Codes


def call_list(lanes: Lanes, *, n: int = 30, seed: int) -> pd.DataFrame:
    """List whom to call today: who dropped out, who went the longest way, and some by lot.

    Parameters
    ----------
    n : int
        Customers on the list, if there are so many.
    seed : int
        Of the lot in tier 3. The same log and seed give the same list, whatever the order of the log's rows.

    Returns
    -------
    DataFrame
        One row per customer, tier by tier, the first to call first.

        tier : int32
            1: went part of the way and dropped out before anybody fixed it. 2: was fixed in the end, after more
            waiting than half of all fixed cases. 3: drawn by lot from all other customers.
        rank : int32
            Within the tier, from 1 on.
        requester : str or NA
        case : str
            The one to call about.
        why : category
            ``never_met_a_person``, ``closed_without_fix``, ``withdrawn_in_silence`` (tier 1), ``long_way`` (2),
            ``random`` (3).
        what_happened : str
            The same in a sentence, from facts; dates in the zone of the dialect, else UTC.
        last_person : str or NA
            Whom of the desk the case had last: the last person named as the assignee, or who acted where the event
            names no assignee that is one.
        last_department : category or NA
            Where that was; where there was no such person, the last known department.
        outcome : category
            Of the case.
        waited : timedelta64[us]
            Time of the case in open states and falsely done.
        business_waited : timedelta64[us]
            The same in business time; only with a calendar.
        chase_time : timedelta64[us]
            Time-to-real-fix less the time in the stay that fixed it; where not proven fixed, its life so far.
        n_departments, n_handoffs, n_unresolved : int32
            Of the case; the last counts closures without resolution.

    Raises
    ------
    ArgumentError
        If ``n`` is no whole number from 1 on, or ``seed`` none from 0 on.

    Notes
    -----
    - Tier 1: cases that ended without resolution; withdrawn ones whose last closure carries the evidence of
      ``silence``; withdrawn ones that no person ever had. First come those whom no person ever had (see
      :func:`first_human`; only where the log names agents or actors), then the worst by chase time, hops, closures
      without resolution and id.
    - Tier 2: fixed cases whose ``waited`` is above its median over all fixed cases; the longest first, then as above.
      Who was fixed sooner can be in tier 3 only.
    - Tier 3: all other customers, open cases included, in the order of a lot; each with the case opened last.
    - A customer stands once, in the first tier that any case of theirs falls into, with their worst case in it.
    - ``n`` is split in three, what is over goes to tiers 1 and 2; what a tier cannot fill goes to tier 1, then 2,
      then 3. No tier crowds out another.
    - A case of which nobody is named as the requester stands for a customer of its own. So do all cases where the log
      names none.

    Examples
    --------
    >>> import lanehop as lh
    >>> calls = lh.call_list(lh.reconstruct(lh.sample_log()), n=9, seed=0)
    >>> calls.tier.tolist()
    [1, 1, 1, 2, 2, 2, 3, 3, 3]
    >>> calls.requester.is_unique
    True

    See Also
    --------
    score_customers : all customers, over all of their cases. walk : a case from the beginning, to read before the call.
    """
    for name, value, least in (("n", n, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ArgumentError(f"{name} must be a whole number from {least} on, not {value!r}")
    seen = see_people(lanes.log)
    pools = _pools(lanes, seen, seed)
    taken = _share_out(int(n), [len(pool.case) for pool in pools])
    case = np.concatenate([pool.case[:k] for pool, k in zip(pools, taken, strict=True)])
    why = np.concatenate([pool.why[:k] for pool, k in zip(pools, taken, strict=True)])
    person, department = _last_had(lanes, seen, case)
    cases = lanes._cases.iloc[case].reset_index(drop=True)
    requester = cases["requester"].array if "requester" in cases else pd.array([None] * len(cases), dtype=STR)
    return pd.DataFrame(
        {
            "tier": columns.count(np.repeat(np.arange(1, N_TIERS + 1), taken)),
            "rank": columns.count(np.concatenate([np.arange(1, k + 1) for k in taken])),
            "requester": requester,
            "case": cases["case"],
            "why": columns.word(why.astype(np.int8), WHYS),
            "what_happened": tell_in_a_sentence(lanes, case, why == NEVER_MET),
            "last_person": person,
            "last_department": department,
            "outcome": cases["outcome"],
            **{f"{clock}waited": columns.length(waited(lanes, clock)[case]) for clock in clocks(lanes)},
            "chase_time": chase_time(cases).array,
            **{name: cases[name] for name in ("n_departments", "n_handoffs", "n_unresolved")},
        }
    )


def _pools(lanes: Lanes, seen: Seen, seed: int) -> list[Pool]:
    cases = lanes._cases
    who, n_customers = _customers(cases)
    in_lanes, chase = waited(lanes, ""), chase_time(cases).to_numpy().view(np.int64)
    hops, unresolved = (cases[name].to_numpy(np.int64) for name in ("n_handoffs", "n_unresolved"))
    fixed = cases["fix_observed"].to_numpy()
    no_fix, withdrawn = ((cases["outcome"] == word).to_numpy() for word in ("unresolved", "withdrawn"))
    # Without names of anybody nobody can be said to have met no one.
    never = (no_fix | withdrawn) & names_people(lanes.log) & (first_of_case(lanes.log, seen.person) == MISSING)
    silent = withdrawn & _silent(lanes)
    long_way = fixed & (in_lanes > (np.median(in_lanes[fixed]) if fixed.any() else 0))
    dropped = no_fix | silent | never
    why = np.select([never, no_fix, silent, long_way], [NEVER_MET, NO_FIX, SILENCE, LONG_WAY], RANDOM)

    tier = np.select([dropped, long_way], [0, 1], 2)
    of_customer = np.full(n_customers, N_TIERS)
    np.minimum.at(of_customer, who, tier)
    # Each customer has a lot, whoever else is there to be drawn; cases stand in the order of their ids.
    lot = np.random.default_rng(seed).permutation(n_customers)
    opened = cases["opened_at"].to_numpy(dtype="M8[us]").view(np.int64)
    orders = (
        (-unresolved, -hops, -chase, ~never),
        (-unresolved, -hops, -in_lanes),
        (-opened, lot[who]),
    )
    return [_pool(np.flatnonzero((tier == k) & (of_customer[who] == k)), orders[k], who, why) for k in range(N_TIERS)]


def _pool(candidates: Instants, keys: tuple[Codes | Flags, ...], who: Codes, why: Codes) -> Pool:
    """Put cases in order, by the last key first, and keep the first of each customer."""
    case = candidates[np.lexsort([key[candidates] for key in keys])]
    _, first = np.unique(who[case], return_index=True)
    case = case[np.sort(first)]
    return Pool(case, why[case])


def _customers(cases: pd.DataFrame) -> tuple[Codes, int]:
    """Number the customers by name, then those without a name by their case."""
    if "requester" not in cases:
        return np.arange(len(cases)), len(cases)
    who, names = pd.factorize(cases["requester"], sort=True)
    unnamed = who < 0
    who = who.astype(np.int64)
    who[unnamed] = len(names) + np.arange(unnamed.sum())
    return who, len(names) + int(unnamed.sum())


def _silent(lanes: Lanes) -> Flags:
    """Return the cases whose last closure carries the evidence of silence."""
    closures = lanes._closures[~lanes._closures["parallel"]].drop_duplicates("case", keep="last")
    silent = np.zeros(len(lanes._cases), dtype=bool)
    silent[rows_of(closures["case"], lanes._cases)] = closures["silence"]
    return silent


def _share_out(n: int, room: list[int]) -> list[int]:
    """Split ``n`` among the tiers: a third each, and what one cannot fill to the first that can."""
    taken = [min(n // N_TIERS + (k < n % N_TIERS), size) for k, size in enumerate(room)]
    for k, size in enumerate(room):
        taken[k] += min(n - sum(taken), size - taken[k])
    return taken


def _last_had(lanes: Lanes, seen: Seen, case: Instants) -> tuple[object, object]:
    """Return the person that each of these cases had last, and the department that had it then."""
    log = lanes.log
    e = log._coded
    first = e.first_of_case
    n_events = first[case + 1] - first[case]
    of = np.repeat(np.arange(len(case)), n_events)
    event = np.arange(n_events.sum()) + np.repeat(first[case] - np.append(0, np.cumsum(n_events))[:-1], n_events)
    shows = seen.person[event]
    of, event = of[shows], event[shows]
    # Of events at one instant the later row.
    order = np.lexsort((e.row[event], e.time[event], of))
    last = order[np.append(of[order][1:] != of[order][:-1], True)[: len(order)]]
    department = lanes._cases["last_department"].cat.codes.to_numpy().astype(np.int64)[case]
    there = held(log).department[event[last]]
    department[of[last]] = there
    names = np.full(len(case), None, dtype=object)
    for who, shown in ((e.actor, seen.actor), (e.agent, seen.agent)):
        if who is not None:
            these = last[shown[event[last]]]
            names[of[these]] = np.asarray(columns.text(Coded(who.codes[event[these]], who.names)), dtype=object)
    return pd.array(names, dtype=STR), columns.category(Coded(department, e.department.names))
