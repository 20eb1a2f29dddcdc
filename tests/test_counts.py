"""What is summed up from the tables, worked out by hand: handoffs, loops, flagged cases, and the graph."""

from __future__ import annotations

import networkx as nx
import pandas as pd
import pytest
from builders import at, chain, span

import lanehop as lh
from lanehop.errors import ArgumentError

pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")


# Handoffs --------------------------------------------------------------------------------------------


@pytest.fixture
def three_moves(lanes_of):
    """A to B four times in three cases, B to A once, and A to C once, of a done ticket."""
    return lanes_of(
        # A > B taken up after 1 h; B > A; A > B carried over and never taken up: cut off after 4 h.
        chain("c1", "A:queued@0h", "B@1h", ":working@2h", "A@3h", "B@5h", ":resolved@9h"),
        # A > B taken up after 3 h.
        chain("c2", "A:queued@0h", "B@1h", ":working@4h", ":resolved@9h"),
        # A > B taken up after 6 h.
        chain("c3", "A:queued@0h", "B@2h", ":working@8h", ":resolved@9h"),
        # A > C while done; nobody took it up.
        chain("c4", "A:resolved@0h", "C@1h", ":closed@2h"),
    )


def test_handoffs_are_counted_by_pair_the_most_frequent_first(three_moves, pick):
    counts = lh.count_handoffs(three_moves)
    assert pick(counts, "from_department", "to_department", "n", "n_while_done", "n_cases", "n_pickup_observed") == [
        ("A", "B", 4, 0, 3, 3),
        ("A", "C", 1, 1, 1, 0),
        ("B", "A", 1, 0, 1, 0),
    ]


def test_the_median_pickup_is_kaplan_meiers(three_moves, pick):
    # A > B: 1, 3, 4+ (cut off), 6. Of 4 at risk one is taken up at 1: 3/4; of 3 one at 3: 1/2. So 3 h.
    # The plain median of the three seen would be 3 as well; with the cut-off one taken for a pickup, 3.5.
    assert pick(lh.count_handoffs(three_moves), "median_pickup") == [(3,), (None,), (None,)]


def test_whoever_was_not_seen_pulls_the_median_up(lanes_of, pick):
    # Moved at 0. Taken up after 1, 2 and 3 h; moved on untouched after 90 and 150 minutes.
    lanes = lanes_of(
        *(chain(f"c{n}", "A:queued@0h", "B@0h", f":working@{n}h", f":resolved@{n}h") for n in (1, 2, 3)),
        *(chain(f"d{n}", "A:queued@0h", "B@0h", f"C@{n}min", f":resolved@{n}min") for n in (90, 150)),
    )
    # At 1 h, of 5: 4/5. At 2 h, of the 3 still waiting: 4/5 * 2/3 = 8/15. At 3 h, of 1: 0. So 3 h;
    # the plain median of the three that were seen is 2 h.
    assert pick(lh.count_handoffs(lanes), "to_department", "n", "n_pickup_observed", "median_pickup") == [
        ("B", 5, 3, 3),
        ("C", 2, 0, None),
    ]


def test_exactly_one_half_is_the_median(lanes_of, pick):
    # Two of four are taken up; one half is left at 2 h.
    lanes = lanes_of(
        *(chain(f"c{n}", "A:queued@0h", "B@0h", f":working@{n}h", ":resolved@9h") for n in (1, 2)),
        *(chain(f"d{n}", "A:queued@0h", "B@0h", ":resolved@9h") for n in (1, 2)),
    )
    assert pick(lh.count_handoffs(lanes), "n", "n_pickup_observed", "median_pickup") == [(4, 2, 2)]


def test_equal_counts_come_by_name_and_by_code_point(lanes_of, pick):
    lanes = lanes_of(*(chain(f"c{n}", f"{a}@0h", f"{b}@1h") for n, (a, b) in enumerate(["ab", "aB", "Za", "éa", "aZ"])))
    assert pick(lh.count_handoffs(lanes), "from_department", "to_department") == [
        ("Z", "a"),
        ("a", "B"),
        ("a", "Z"),
        ("a", "b"),
        ("é", "a"),
    ]


def test_counts_add_up_to_the_handoffs(three_moves):
    counts = lh.count_handoffs(three_moves)
    assert counts["n"].sum() == len(three_moves.handoffs) == 6
    # Counts, never shares.
    assert counts.dtypes.astype(str).to_dict() == {
        "from_department": "category",
        "to_department": "category",
        "n": "int32",
        "n_while_done": "int32",
        "n_cases": "int32",
        "median_pickup": "timedelta64[us]",
        "n_pickup_observed": "int32",
    }


# Loops -----------------------------------------------------------------------------------------------


@pytest.fixture
def looping(lanes_of):
    return lanes_of(
        # Away from A for 1 h, and from B for 3 h.
        chain("c1", "A@0h", "B@1h", "A@2h", "B@5h", resolved="9h"),
        # Away from B for 8 h: the same cycle.
        chain("c2", "B@0h", "A@1h", "B@9h", resolved="10h"),
        # Away from C for 4 h, over A and B.
        chain("c3", "C@0h", "A@1h", "B@2h", "C@5h", resolved="9h"),
        chain("c4", "A@0h", "B@1h", resolved="9h"),
    )


def test_loops_by_cycle(looping, pick):
    # Of 1, 3 and 8 the middle one.
    assert pick(lh.count_loops(looping), "cycle", "n", "n_cases", "median_away") == [
        ("A > B", 3, 2, 3),
        ("A > B > C", 1, 1, 4),
    ]


def test_loops_by_rule(looping, pick):
    # Alternations: 3 in c1, 2 in c2. Distinct: A and B in c1, B in c2, C in c3. Away: 1, 3, 4, 8.
    assert pick(lh.count_loops(looping, by="rule"), "rule", "n", "n_cases", "median_away") == [
        ("ping_pong", 3, 2, 3),
        ("indirect", 1, 1, 4),
        ("alternations", 5, 2, None),
        ("returns", 4, 3, 3.5),
        ("distinct", 4, 3, None),
    ]


def test_cycles_that_are_as_frequent_come_by_name(lanes_of, pick):
    lanes = lanes_of(*(chain(f"c{n}", f"{a}@0h", f"{b}@1h", f"{a}@2h") for n, (a, b) in enumerate(["ab", "aB", "éa"])))
    assert pick(lh.count_loops(lanes), "cycle", "n") == [("B > a", 1), ("a > b", 1), ("a > é", 1)]


def test_a_median_between_two_lengths_is_cut_to_the_microsecond(lanes_of):
    lanes = lanes_of(
        chain("c1", "A@0h", "B@1h", "A@1h1us", resolved="2h"),
        chain("c2", "A@0h", "B@1h", "A@1h4us", resolved="2h"),
    )
    assert lh.count_loops(lanes)["median_away"].tolist() == [pd.Timedelta(span("2us"))]


def test_another_way_to_count_is_refused(looping):
    with pytest.raises(ArgumentError, match="'cycle' or 'rule', not 'path'"):
        lh.count_loops(looping, by="path")


# Nothing to count ------------------------------------------------------------------------------------


def test_without_a_handoff_the_counts_keep_their_columns_and_types(lanes_of, looping, three_moves, pick):
    lanes = lanes_of(chain("c1", "A@0h", "A@1h", resolved="2h"))
    for count, full in (
        (lh.count_handoffs, three_moves),
        (lh.count_loops, looping),
        (lh.flag_unresolved, lanes_of(chain("c1", "A@0h", "A@1h", closed="2h"))),
    ):
        nothing, some = count(lanes), count(full)
        assert nothing.empty
        assert not some.empty
        assert nothing.dtypes.astype(str).to_dict() == some.dtypes.astype(str).to_dict()
    assert pick(lh.count_loops(lanes, by="rule"), "rule", "n", "n_cases", "median_away") == [
        (rule, 0, 0, None) for rule in ("ping_pong", "indirect", "alternations", "returns", "distinct")
    ]
    assert lh.handoff_graph(lanes).number_of_edges() == 0


# Flagged cases ---------------------------------------------------------------------------------------


def test_a_case_is_flagged_with_its_first_unresolved_closure(lanes_of, pick):
    lanes = lanes_of(
        # Opened again, closed without a claim and opened again, fixed.
        chain("c1", "A:working/ann@0h", ":resolved@1h", "B:working/bob@2h", ":closed@3h", ":open@4h", "C:resolved@5h"),
        chain("c2", "A:working@0h", ":resolved@1h"),
        chain("c3", "A:waiting_customer@0h", "-:closed@7h"),
        chain("c4", "A:working@0h", ":cancelled@7h"),
    )
    flagged = lh.flag_unresolved(lanes)
    names = (
        "case",
        "n_closures",
        "n_unresolved",
        "reason",
        "closure",
        "ticket",
        "at",
        "department",
        "agent",
        "outcome",
    )
    assert pick(flagged, *names) == [
        ("c1", 3, 2, "reopened", 0, "c1", 1, "A", "ann", "fixed"),
        ("c3", 1, 1, "silence", 0, "c3", 7, "A", None, "unresolved"),
    ]
    # All evidence of that closure stands.
    evidence = ("reopened", "continued", "negative_code", "silence", "no_claim", "continued_inferred")
    assert pick(flagged, *evidence) == [
        (True, False, False, False, False, False),
        (False, False, False, True, True, False),
    ]
    assert flagged.columns.tolist() == [*names, *evidence]


def test_of_a_ticket_that_was_opened_again_it_is_the_first_of_all(lanes_of, pick):
    # Whatever was opened again is unresolved, so that only a ticket's last closure may be anything else: the
    # number of the first unresolved one is 0 unless there is none.
    lanes = lanes_of(
        chain("c1", "A:working@0h", ":resolved@1h", ":open@2h", ":closed@3h"),
        chain("c2", "A:working@0h", ":cancelled@1h", ":open@2h", ":resolved@3h"),
    )
    assert pick(lh.flag_unresolved(lanes), "case", "closure", "reason", "n_unresolved") == [
        ("c1", 0, "reopened", 2),
        ("c2", 0, "reopened", 1),
    ]


# The graph -------------------------------------------------------------------------------------------


def test_the_graph_holds_departments_and_moves(three_moves):
    graph = lh.handoff_graph(three_moves)
    assert isinstance(graph, nx.DiGraph)
    assert set(graph.nodes) == {"A", "B", "C"}
    # A: c1 from 0 to 1 and from 3 to 5, c2 from 0 to 1, c3 from 0 to 2; c4 is done from the first.
    assert graph.nodes["A"] == {"n_stays": 5, "n_cases": 4, "open_time": pd.Timedelta("6h")}
    # B: c1 from 1 to 3 and from 5 to 9, c2 from 1 to 9, c3 from 2 to 9.
    assert graph.nodes["B"] == {"n_stays": 4, "n_cases": 3, "open_time": pd.Timedelta("21h")}
    assert graph.nodes["C"] == {"n_stays": 1, "n_cases": 1, "open_time": pd.Timedelta(0)}
    assert set(graph.edges) == {("A", "B"), ("B", "A"), ("A", "C")}
    assert graph.edges["A", "B"] == {
        "n": 4,
        "n_while_done": 0,
        "n_cases": 3,
        "median_pickup": pd.Timedelta("3h"),
        "n_pickup_observed": 3,
    }
    assert graph.edges["A", "C"]["median_pickup"] is pd.NaT
    assert not list(nx.selfloop_edges(graph))


def test_a_department_that_moves_nothing_is_a_node(lanes_of):
    graph = lh.handoff_graph(lanes_of(chain("c1", "A@0h", "A@1h"), chain("c2", "B@0h", "C@1h")))
    assert set(graph.nodes) == {"A", "B", "C"}
    assert nx.number_weakly_connected_components(graph) == 2


def test_time_in_no_department_is_no_node(lanes_of):
    frame = chain("c1", "-@0h", "A@1h", "-@2h", "B@3h")
    graph = lh.handoff_graph(lanes_of(frame, missing_department="unassigned", as_of="5h"))
    assert set(graph.nodes) == {"A", "B"}
    assert set(graph.edges) == {("A", "B")}


def test_a_department_that_is_named_after_as_of_only_is_no_node():
    log = lh.read_log(chain("c1", "A@0h", "B@1h", "C@2h"), as_of=at("1h"))
    # C is first named after as_of: it is not known yet.
    assert set(lh.handoff_graph(lh.reconstruct(log)).nodes) == {"A", "B"}
