"""Customers: what each requester went through, over all cases together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.columns import MISSING, STR, Codes, Instants
from lanehop.curves.groups import totals
from lanehop.curves.spans import read_instants
from lanehop.errors import SchemaError
from lanehop.lanes import Lanes
from lanehop.lanes.ranking import chase_time
from lanehop.log import TicketLog
from lanehop.review.elapsed import clocks, lives, waited
from lanehop.review.people import see_people

__all__ = ["score_customers"]

CONTACTS = ("opened", "acted", "wrote", "answered_survey")
"""By what a customer was last heard of; at one instant the first of them."""


def score_customers(lanes: Lanes) -> pd.DataFrame:
    """Score each customer: what they went through over all of their cases, which no single ticket shows.

    Returns
    -------
    DataFrame
        One row per requester, the worst first.

        requester : str or NA
            NA, the last row: cases of which nobody is named as the requester; only where there are any.
        n_cases : int32
            Over all rows: all cases.
        n_closed_unresolved : int32
            Cases closed without resolution: at least one of their closures is unresolved.
        n_ended_unresolved : int32
            Cases that ended without resolution.
        n_unresolved : int32
            Closures without resolution.
        n_open : int32
            Cases open at ``as_of``.
        n_fixed : int32
            Cases proven fixed.
        waited : timedelta64[us]
            Time in open states, waiting for the customer included, and falsely done, summed over the cases: all of
            their lives but the settled part.
        chase_time : timedelta64[us]
            Time-to-real-fix less the time in the stay that fixed it, summed; where a case is not proven fixed, its
            life so far.
        n_handoffs : int32
            Hops, over all cases.
        last_opened_at : datetime64[us, UTC]
            When the latest case was opened.
        last_contact_at : datetime64[us, UTC]
            The last that the log holds of them, up to ``as_of``.
        last_contact_by : category
            ``opened`` a ticket, ``acted`` (is the actor of an event of their own ticket), ``wrote`` a message,
            ``answered_survey``.
        n_surveys, n_surveys_answered : int32
            Surveys sent to them, and those with an answer.
        last_survey_at : datetime64[us, UTC] or NA
            When they last answered one.
        last_survey_score, last_survey_min, last_survey_max : float64 or NA
            What they answered, and the ends of its scale.

        With a calendar ``waited`` and ``chase_time`` are each followed by their neighbour in business time.

    Raises
    ------
    SchemaError
        If the log names no requesters at all.

    Notes
    -----
    - The order is that of chase time, then hops, then closures without resolution, then the name. It is of sums: who
      has many cases has much of everything; ``n_cases`` stands beside it.
    - A case is that of the requester of its first ticket. A survey without a requester is that of its ticket's.
    - Where actors are not named, or go by other names than requesters do, the last contact that the log can show is
      the opening of a ticket: the customer may have been heard of since.
    - Cases waiting for the customer count as waiting: whose move it was, the log says only by state.
    - NOT counted: closures of tickets that the case did not follow then (``parallel``).

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> customers = lh.score_customers(lanes)
    >>> int(customers.n_cases.sum()) == len(lanes.cases)
    True

    See Also
    --------
    call_list : whom to call first. score_departments : who made them wait. flag_unresolved : case by case.
    """
    cases, log = lanes._cases, lanes.log
    if "requester" not in cases or not pd.notna(log._about["requester"]).any():
        raise SchemaError("the log names no requesters; say in the dialect which column does (columns.requester)")
    codes, names = pd.factorize(cases["requester"], sort=False)
    n = len(names) + 1
    codes = np.where(codes < 0, len(names), codes)
    outcome = cases["outcome"]
    flags = {
        "n_closed_unresolved": cases["closed_unresolved"],
        "n_ended_unresolved": outcome == "unresolved",
        "n_open": outcome == "open",
        "n_fixed": cases["fix_observed"],
    }
    count = {name: columns.count(np.bincount(codes[which.to_numpy()], minlength=n)) for name, which in flags.items()}
    opened = _latest(read_instants(cases["opened_at"]), codes, n)
    contact_at, contact_by = _last_contact(log, names, n)
    customers = pd.DataFrame(
        {
            "requester": pd.array([*names, None], dtype=STR),
            "n_cases": columns.count(np.bincount(codes, minlength=n)),
            "n_closed_unresolved": count["n_closed_unresolved"],
            "n_ended_unresolved": count["n_ended_unresolved"],
            "n_unresolved": columns.count(totals(cases["n_unresolved"].to_numpy(np.int64), codes, n)),
            "n_open": count["n_open"],
            "n_fixed": count["n_fixed"],
            **{
                f"{clock}{name}": columns.length(totals(values(lanes, clock), codes, n))
                for name, values in (("waited", waited), ("chase_time", _chased))
                for clock in clocks(lanes)
            },
            "n_handoffs": columns.count(totals(cases["n_handoffs"].to_numpy(np.int64), codes, n)),
            "last_opened_at": columns.time(opened),
            "last_contact_at": columns.time(contact_at),
            "last_contact_by": columns.word(contact_by, CONTACTS),
            **_surveys(log, names, n),
        }
    )
    keys = ["unnamed", "chase_time", "n_handoffs", "n_unresolved", "requester"]
    ranked = customers.assign(unnamed=customers["requester"].isna())
    ranked = ranked.sort_values(keys, ascending=[True, False, False, False, True], ignore_index=True)
    return ranked.drop(columns="unnamed")[ranked["n_cases"] > 0].reset_index(drop=True)


def _chased(lanes: Lanes, clock: str) -> Instants:
    """Return the chase time of each case."""
    cases = lanes._cases
    if not clock:
        return chase_time(cases).to_numpy().view(np.int64)
    to_fix, stay = (cases[f"{clock}{name}"].to_numpy().view(np.int64) for name in ("time_to_fix", "fix_stay_time"))
    return np.where(cases["fix_observed"], to_fix - stay, lives(lanes, clock))


def _latest(at: Instants, codes: Codes, n: int) -> Instants:
    found = np.full(n, MISSING)
    np.maximum.at(found, codes, at)
    return found


def _requesters(log: TicketLog, names: pd.Index[Any], n: int) -> tuple[Codes, pd.Index[str]]:
    """Return the requester of each ticket, by that of its case, and the ids of the tickets."""
    e = log._coded
    asked = pd.Index(names).get_indexer(pd.Index(log._about["requester"]))
    first = np.arange(len(e.tickets)) if e.first_ticket is None else e.first_ticket[:-1]
    asked = asked[first][e.case_of]
    return np.where(asked < 0, n - 1, asked), pd.Index(columns.text_array(e.tickets))


def _last_contact(log: TicketLog, names: pd.Index[Any], n: int) -> tuple[Instants, Codes]:
    """Return when each customer was last heard of, and by what."""
    e = log._coded
    asked, tickets = _requesters(log, names, n)
    begun = e.time[e.first[:-1]]
    opened = begun if e.opened_at is None else np.where(e.opened_at == MISSING, begun, np.minimum(e.opened_at, begun))
    acted = np.flatnonzero(see_people(log).customer)
    as_of = columns.microseconds(log.as_of)
    heard = [(asked, opened), (asked[e.ticket[acted]], e.time[acted])]
    messages = log._messages[(log._messages["role"] == "customer").to_numpy(bool)]
    wrote = tickets.get_indexer(pd.Index(messages["ticket"]))
    heard.append((asked[wrote[wrote >= 0]], read_instants(messages["at"])[wrote >= 0]))
    surveys, of = _answered(log, asked, tickets, names, n)
    heard.append((of, read_instants(surveys["answered_at"])))
    at, by = np.full(n, MISSING), np.zeros(n, dtype=np.int8)
    for kind, (who, when) in enumerate(heard):
        last = _latest(np.where(when <= as_of, when, MISSING), who, n)
        later = last > at
        at[later], by[later] = last[later], kind
    return at, by


def _sent(
    log: TicketLog, asked: Codes, tickets: pd.Index[str], names: pd.Index[Any], n: int
) -> tuple[pd.DataFrame, Codes]:
    """Return the surveys and to which customer each went; those to nobody we know are that of the last."""
    surveys = log._surveys
    of = pd.Index(names).get_indexer(pd.Index(surveys["requester"]))
    by_ticket = tickets.get_indexer(pd.Index(surveys["ticket"]))
    of = np.where(of < 0, np.append(asked, n - 1)[by_ticket], of)
    return surveys, of


def _answered(
    log: TicketLog, asked: Codes, tickets: pd.Index[str], names: pd.Index[Any], n: int
) -> tuple[pd.DataFrame, Codes]:
    surveys, of = _sent(log, asked, tickets, names, n)
    answered = (surveys["score"].notna() & (surveys["answered_at"] <= log.as_of)).to_numpy(bool)
    return surveys[answered], of[answered]


def _surveys(log: TicketLog, names: pd.Index[Any], n: int) -> dict[str, Any]:
    asked, tickets = _requesters(log, names, n)
    _, sent = _sent(log, asked, tickets, names, n)
    answered, of = _answered(log, asked, tickets, names, n)
    order = np.lexsort((answered["survey"].to_numpy(object), read_instants(answered["answered_at"]), of))
    last = order[np.append(of[order][1:] != of[order][:-1], True)[: len(order)]]
    at = np.full(n, MISSING)
    at[of[last]] = read_instants(answered["answered_at"])[last]
    said = {}
    for name, source in (("score", "score"), ("min", "scale_min"), ("max", "scale_max")):
        values = np.full(n, np.nan)
        values[of[last]] = answered[source].to_numpy(np.float64)[last]
        said[f"last_survey_{name}"] = values
    return {
        "n_surveys": columns.count(np.bincount(sent, minlength=n)),
        "n_surveys_answered": columns.count(np.bincount(of, minlength=n)),
        "last_survey_at": columns.time(at),
        **said,
    }
