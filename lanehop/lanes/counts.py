"""Counts: handoffs, loops and closures without resolution, summed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.clocks.averages import grouped_median
from lanehop.columns import MISSING, STR
from lanehop.errors import ArgumentError
from lanehop.lanes.reconstruction import Lanes
from lanehop.states import REASONS

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["count_handoffs", "count_loops", "flag_unresolved", "handoff_graph"]

RULES = ("ping_pong", "indirect", "alternations", "returns", "distinct")


def count_handoffs(lanes: Lanes) -> pd.DataFrame:
    """Count the handoffs from each department to each other.

    Returns
    -------
    DataFrame
        from_department, to_department : category
        n : int32
            Handoffs.
        n_while_done : int32
            Those of them of tickets that were done.
        n_cases : int32
            Different cases.
        median_pickup : timedelta64[us] or NA
            Kaplan-Meier median of the time until somebody took it up; NA where fewer than half did.
        n_pickup_observed : int32
            Those of them that were taken up.

        The most frequent first, then by name.

    Notes
    -----
    - Counts, never shares; A to A does not occur. pm4py's handover of work divides by all pairs.
    - A pickup that was not seen is censored where its stay ended: a plain median of the others would be
      that of the quick ones.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> int(lh.count_handoffs(lanes).n.sum()) == len(lanes.handoffs)
    True

    See Also
    --------
    find_handoffs : the step before. handoff_graph : the same as a graph. plot_handoffs : the picture.
    """
    handoffs = lanes._handoffs
    names = handoffs["from_department"].cat.categories
    n_names = len(names)
    pair = handoffs["from_department"].cat.codes.to_numpy() * np.int64(n_names)
    pair += handoffs["to_department"].cat.codes.to_numpy()
    different, which, n = np.unique(pair, return_inverse=True, return_counts=True)
    observed = handoffs["pickup_observed"].to_numpy()
    median, defined = grouped_median(which, len(different), handoffs["pickup"].to_numpy().view("i8"), observed)
    counts = pd.DataFrame(
        {
            "from_department": pd.Categorical.from_codes(different // max(n_names, 1), categories=names),
            "to_department": pd.Categorical.from_codes(different % max(n_names, 1), categories=names),
            "n": columns.count(n),
            "n_while_done": columns.count(np.bincount(which[handoffs["while_done"].to_numpy()], minlength=len(n))),
            "n_cases": columns.count(_n_cases(handoffs, which, len(n))),
            "median_pickup": columns.length(np.where(defined, median, MISSING)),
            "n_pickup_observed": columns.count(np.bincount(which[observed], minlength=len(n))),
        }
    )
    order = ["n", "from_department", "to_department"]
    return counts.sort_values(order, ascending=[False, True, True], ignore_index=True)


def count_loops(lanes: Lanes, *, by: Literal["cycle", "rule"] = "cycle") -> pd.DataFrame:
    """Count the loops, by the cycle that they run through or by each rule in use for "ping-pong".

    Parameters
    ----------
    by : {"cycle", "rule"}
        ``cycle``: one row per cycle, the most frequent first. ``rule``: one row per rule.

    Returns
    -------
    DataFrame
        cycle or rule : str
        n : int32
            Loops; for ``alternations`` the sum over cases of ``max_alternations``; for ``distinct`` the
            departments visited more than once, summed over cases.
        n_cases : int32
            Different cases.
        median_away : timedelta64[us] or NA
            Median time from leaving to return; NA for ``alternations`` and ``distinct``, which count no
            returns.

    Raises
    ------
    ArgumentError
        If ``by`` is neither.

    Notes
    -----
    - ``ping_pong``: loops of length 1, A-B-A (Celonis "direct"). ``indirect``: longer loops (Celonis).
      ``alternations``: handoffs in the longest uninterrupted A-B-A-B run, at least A-B-A (ServiceNow's
      example asks for 3 in a case). ``returns``: all loops. ``distinct``: departments visited again.
    - The chain A-B-A-B has 2 returns, both ping-pong, 3 alternations, 2 distinct.
    - Every loop has ended, so that its time away is complete: a plain median is right here.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> lh.count_loops(lanes, by="rule").rule.tolist()
    ['ping_pong', 'indirect', 'alternations', 'returns', 'distinct']

    See Also
    --------
    find_loops : the step before. plot_loops : the picture.
    """
    if by not in ("cycle", "rule"):
        raise ArgumentError(f"by must be 'cycle' or 'rule', not {by!r}")
    loops, cases = lanes._loops, lanes._cases
    if by == "cycle":
        which, cycles = pd.factorize(loops["cycle"], sort=True)
        counts = pd.DataFrame(
            {
                "cycle": pd.Series(cycles, dtype=STR),
                "n": columns.count(np.bincount(which, minlength=len(cycles))),
                "n_cases": columns.count(_n_cases(loops, which, len(cycles))),
                "median_away": loops["away"].groupby(which).median().astype("timedelta64[us]").array,
            }
        )
        return counts.sort_values(["n", "cycle"], ascending=[False, True], ignore_index=True)
    direct = loops["length"] == 1
    visited_again = loops[["case", "department"]].drop_duplicates()
    alternating = cases["max_alternations"].to_numpy()
    n = [direct.sum(), (~direct).sum(), alternating.sum(), len(loops), len(visited_again)]
    n_cases = [
        loops.loc[direct, "case"].nunique(),
        loops.loc[~direct, "case"].nunique(),
        (alternating > 0).sum(),
        loops["case"].nunique(),
        visited_again["case"].nunique(),
    ]
    away = [
        loops.loc[direct, "away"].median(),
        loops.loc[~direct, "away"].median(),
        pd.NaT,
        loops["away"].median(),
        pd.NaT,
    ]
    return pd.DataFrame(
        {
            "rule": pd.array(RULES, dtype=STR),
            "n": columns.count(np.array(n)),
            "n_cases": columns.count(np.array(n_cases)),
            "median_away": pd.Series(away, dtype="timedelta64[us]"),
        }
    )


def _n_cases(table: pd.DataFrame, which: np.ndarray, n: int) -> np.ndarray:
    """Count the different cases of each group of rows."""
    case, _ = pd.factorize(table["case"])
    pair = np.unique(which * np.int64(len(table) + 1) + case)
    return np.bincount(pair // (len(table) + 1), minlength=n)


def handoff_graph(lanes: Lanes) -> nx.DiGraph[str]:
    """Return the handoffs as a graph for networkx: departments, and moves between them.

    Returns
    -------
    networkx.DiGraph
        A node per department of the log, with ``n_stays``, ``n_cases`` (int) and ``open_time``
        (Timedelta, summed over stays). An edge per pair with a handoff, with ``n``, ``n_while_done``,
        ``n_cases``, ``n_pickup_observed`` (int) and ``median_pickup`` (Timedelta or NaT), as in
        :func:`count_handoffs`.

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> graph = lh.handoff_graph(lanes)
    >>> graph.number_of_edges() == len(lh.count_handoffs(lanes))
    True

    See Also
    --------
    count_handoffs : the same as a table. plot_handoff_network : the picture.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    stays = lanes._stays.groupby("department", observed=False)
    nodes = pd.DataFrame(
        {"n_stays": stays.size(), "n_cases": stays["case"].nunique(), "open_time": stays["open_time"].sum()}
    )
    for name, node in nodes.astype(object).to_dict("index").items():
        graph.add_node(str(name), **_attributes(node))
    counts = count_handoffs(lanes)
    for row in counts.astype(object).to_dict("records"):
        edge = _attributes(row)
        graph.add_edge(str(edge.pop("from_department")), str(edge.pop("to_department")), **edge)
    return graph


def _attributes(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in row.items()}


def flag_unresolved(lanes: Lanes) -> pd.DataFrame:
    """List the cases closed without resolution, each with its evidence.

    One row per case of which the desk declared a ticket done at least once without a fix.

    Returns
    -------
    DataFrame
        case : str
        n_closures, n_unresolved : int32
            Closures of the case, and those of them without resolution.
        reason : category
            Of its first closure without resolution, as are all columns from here on.
        closure : int32
            Number of that closure in ``lanes.closures``.
        ticket : str
        at : datetime64[us, UTC]
            When it was declared done.
        department : category or NA
            That declared it done.
        agent : str or NA
        outcome : category
            Of the case: what it came to in the end.
        reopened, continued, negative_code, silence, no_claim, continued_inferred : bool
            All the evidence that stands.

    Notes
    -----
    - This is ``cases.closed_unresolved``. It is neither the count of closures without resolution
      (``n_unresolved`` adds up to that) nor of cases that *ended* without one (``outcome``).

    Examples
    --------
    >>> import lanehop as lh
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> len(lh.flag_unresolved(lanes)) == int(lanes.cases.closed_unresolved.sum())
    True

    See Also
    --------
    find_closures : every closure with its verdict.
    """
    closures = lanes._closures
    first = closures[(closures["verdict"] == "unresolved") & ~closures["parallel"]].drop_duplicates("case")
    cases = lanes._cases.loc[lanes._cases["closed_unresolved"], ["case", "n_closures", "n_unresolved", "outcome"]]
    evidence = ["case", "reason", "closure", "ticket", "at", "department", "agent", *REASONS]
    flagged = cases.merge(first[evidence], on="case", how="left", validate="one_to_one")
    names = ["case", "n_closures", "n_unresolved", *evidence[1:7], "outcome", *REASONS]
    return flagged[names].reset_index(drop=True)
