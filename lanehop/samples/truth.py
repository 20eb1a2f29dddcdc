"""Truth: what really happened at the simulated desk, so that every claim about its log can be scored."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

OUTCOMES = ("fixed", "open", "not_back_yet", "gave_up", "silent", "dropped_out")
"""What a problem has really come to at the end of the log."""


@dataclass(frozen=True, eq=False, repr=False)
class Truth:
    """What really happened at a simulated desk. Its frames may be edited freely: each access copies.

    Attributes
    ----------
    cases : DataFrame
        One row per problem of a customer, in the order of arrival: ``case``, ``requester``,
        ``opened_at``, ``fixed_at`` (the instant at which it was really fixed; NaT if it was not before
        the log's end), ``outcome``, ``chain`` (the departments that had it, "A > B > A"), ``right_department``,
        ``first_ticket``, ``n_tickets``, ``n_handoffs``, ``n_false_closures``. A parallel ticket counts in
        ``n_tickets`` only. Outcomes: ``fixed``; ``open`` (a ticket of the journey is); ``not_back_yet``
        (closed without a fix, and the customer's return falls after the log's end); ``gave_up``
        (closed without a fix, and the customer leaves it at that); ``silent`` (stopped answering);
        ``dropped_out`` (left the bot and never met a person).
    tickets : DataFrame
        One row per ticket, in the order of their numbers: ``ticket``, ``case``, ``number`` (its place in the
        journey from 0; -1 for a parallel ticket), ``opened_at``, ``parallel``, ``linked`` (an explicit
        link leads to or from it), ``category`` (the right one; the log has another where ``misfiled``).
    closures : DataFrame
        One row per time a ticket was declared done within the log: ``case``, ``ticket``, ``at``, ``department``,
        ``how`` (``fixed``, ``not_my_lane``, ``false_claim``, ``under_target``, ``silence``, ``dropped_out``,
        ``duplicate``), ``fixed``, ``returned_at`` (when the customer was back; NaT if never before the log's end).
    planted : DataFrame
        One row per planted behaviour: ``what`` (the knob), ``where``, ``n`` (how many), ``of`` (out of how
        many), ``counted`` (what is counted), ``value`` (the knob's setting, as text), ``begin`` and ``end``
        (of bursts).
    minds : DataFrame
        One row per survey: ``survey``, ``would_say`` (the score that an answer would have had, 1 to 5).
    """

    _cases: pd.DataFrame
    _tickets: pd.DataFrame
    _closures: pd.DataFrame
    _planted: pd.DataFrame
    _minds: pd.DataFrame

    @property
    def cases(self) -> pd.DataFrame:
        """One row per problem."""
        return self._cases.copy(deep=False)

    @property
    def tickets(self) -> pd.DataFrame:
        """One row per ticket."""
        return self._tickets.copy(deep=False)

    @property
    def closures(self) -> pd.DataFrame:
        """One row per time a ticket was declared done."""
        return self._closures.copy(deep=False)

    @property
    def planted(self) -> pd.DataFrame:
        """One row per planted behaviour."""
        return self._planted.copy(deep=False)

    @property
    def minds(self) -> pd.DataFrame:
        """One row per survey: what would have been answered."""
        return self._minds.copy(deep=False)

    def __repr__(self) -> str:
        n_fixed = int(self._cases["fixed_at"].notna().sum())
        return f"Truth({len(self._cases):,} cases, {len(self._tickets):,} tickets, {n_fixed:,} cases fixed)"
