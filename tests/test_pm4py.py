"""pm4py on the same log: its handover counts are ours once A to A is left out, and it discovers a map of lanes.

pm4py's handover of work takes each pair of neighbouring *events* of a case, from the one's resource to the
other's, A to A among them, and divides by the number of all such pairs. lanehop counts moves between
departments, never A to A, and returns counts. So, with the department for the resource and a log in which no
department is missing:

    lanehop's n of (A, B) = pm4py's share of (A, B) * number of pairs        for A other than B

and the shares of (A, A) are what is left over. The number of pairs is events minus cases.
"""

from __future__ import annotations

import sys

import pytest
from builders import chain, log_of
from real_logs import DATA, needs_data

import lanehop as lh

# pm4py is not clean under warnings as errors, and says hello on its first import.
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.filterwarnings("error::lanehop.errors.LanehopWarning"),
]


@pytest.fixture(scope="module")
def pm4py():
    sys._pm4py_welcome_shown = True
    import pm4py

    return pm4py


@pytest.fixture
def log():
    return lh.read_log(
        log_of(
            # A A B B A: pairs AA, AB, BB, BA.
            chain("c1", "A:working@0h", "A@1h", "B@2h", "B@3h", "A:resolved@4h"),
            # A B A B: AB, BA, AB.
            chain("c2", "A:working@0h", "B@1h", "A@2h", "B:resolved@3h"),
            # C: none. C A at one instant: CA.
            chain("c3", "C:resolved@0h"),
            chain("c4", "C:working@0h", "A:resolved@0h"),
        )
    )


def counted(lanes):
    """lanehop's counts as pm4py writes a network: by pair."""
    counts = lh.count_handoffs(lanes)
    return dict(zip(zip(counts["from_department"], counts["to_department"], strict=True), counts["n"], strict=True))


def handovers(pm4py, log):
    """pm4py's handover of work with the department for the resource, as counts: shares times pairs."""
    frame = lh.to_pm4py(log, activity="department")
    network = pm4py.discover_handover_of_work_network(frame, resource_key="org:group")
    n_pairs = len(frame) - frame["case:concept:name"].nunique()
    return {pair: share * n_pairs for pair, share in network.connections.items()}, n_pairs


def test_handovers_of_a_small_log(pm4py, log):
    theirs, n_pairs = handovers(pm4py, log)
    assert n_pairs == 8
    assert {pair: round(n, 9) for pair, n in theirs.items() if n} == {
        ("A", "A"): 1,
        ("A", "B"): 3,
        ("B", "B"): 1,
        ("B", "A"): 2,
        ("C", "A"): 1,
    }
    ours = counted(lh.reconstruct(log))
    assert ours == {("A", "B"): 3, ("B", "A"): 2, ("C", "A"): 1}
    assert ours == {pair: round(n) for pair, n in theirs.items() if pair[0] != pair[1] and n}


def test_a_missing_department_is_a_resource_to_pm4py_and_none_to_lanehop(pm4py):
    frame = chain("c1", "A@0h", "-@1h", "B@2h")
    log = lh.read_log(frame, missing_department="unassigned")
    theirs, n_pairs = handovers(pm4py, log)
    assert {pair: round(n, 9) for pair, n in theirs.items() if n} == {("A", "(none)"): 1, ("(none)", "B"): 1}
    assert n_pairs == 2
    assert counted(lh.reconstruct(log)) == {("A", "B"): 1}
    # Carried on, A is said of the second event as well, and both agree again.
    theirs, _ = handovers(pm4py, lh.read_log(frame))
    assert {pair: round(n, 9) for pair, n in theirs.items() if n} == {("A", "A"): 1, ("A", "B"): 1}


def test_the_frame_is_what_pm4py_asks_for(pm4py, log):
    frame = lh.to_pm4py(log, activity="department")
    assert frame.columns.tolist() == [
        "case:concept:name",
        "concept:name",
        "time:timestamp",
        "org:group",
        "org:resource",
    ]
    assert frame.dtypes.astype(str).tolist() == ["str", "str", "datetime64[us, UTC]", "str", "str"]
    assert not frame.isna().any().any()
    # Of c4, at one instant, the order is that of the rows.
    assert frame["concept:name"].tolist() == [*"AABBA", *"ABAB", "C", "C", "A"]
    assert lh.to_pm4py(log, activity="state")["concept:name"].tolist()[:5] == [*["working"] * 4, "resolved"]
    assert set(frame["org:resource"]) == {"(none)"}


def test_activity_must_be_known(log):
    with pytest.raises(lh.errors.ArgumentError, match="'activity', 'state' or 'department', not 'team'"):
        lh.to_pm4py(log, activity="team")
    with pytest.raises(lh.errors.ArgumentError, match="no event says its activity"):
        lh.to_pm4py(log)


def test_a_map_of_lanes(pm4py, log):
    frame = lh.to_pm4py(log, activity="department")
    graph, starts, ends = pm4py.discover_dfg(frame)
    assert {pair: n for pair, n in graph.items() if pair[0] != pair[1]} == counted(lh.reconstruct(log))
    assert starts == {"A": 2, "C": 2}
    assert ends == {"A": 2, "B": 1, "C": 1}


@needs_data
def test_handovers_of_a_real_log(pm4py):
    path = DATA / "bpic2013" / "BPI_Challenge_2013_incidents.xes.gz"
    log = lh.read_log(path, dialect="bpic2013_incidents")
    assert log.events["department"].notna().all()
    lanes = lh.reconstruct(log)
    ours = counted(lanes)
    theirs, n_pairs = handovers(pm4py, log)
    assert n_pairs == 65_533 - 7_554
    between = {pair: round(n) for pair, n in theirs.items() if pair[0] != pair[1] and round(n)}
    assert between == ours
    assert sum(between.values()) == 9_454
    within = sum(n for (one, other), n in theirs.items() if one == other)
    assert round(within) == n_pairs - 9_454


@needs_data
def test_a_map_of_lanes_of_a_real_log(pm4py):
    path = DATA / "bpic2013" / "BPI_Challenge_2013_open_problems.xes.gz"
    log = lh.read_log(path, dialect="bpic2013_open_problems")
    frame = lh.to_pm4py(log, activity="department")
    lanes = lh.reconstruct(log)
    graph, starts, _ = pm4py.discover_dfg(frame)
    assert {pair: n for pair, n in graph.items() if pair[0] != pair[1]} == counted(lanes)
    assert starts == lanes.cases["first_department"].astype(str).value_counts().to_dict()
    # A heuristics net leaves out departments that follow none and are followed by none.
    net = pm4py.discover_heuristics_net(frame)
    joined = {name for pair in graph for name in pair}
    assert set(net.nodes) == joined
    n_events = log.events["department"].value_counts()
    assert {name: node.node_occ for name, node in net.nodes.items()} == {name: n_events[name] for name in joined}


@needs_data
def test_a_log_in_which_departments_are_carried_on(pm4py):
    path = DATA / "uci_incident" / "incident_event_log.zip"
    log = lh.read_log(path, dialect="uci_incidents")
    # One event in ten names no department: carried on, but for the first ones of a ticket, which are "(none)".
    assert log.events["department"].isna().sum() == 14_213
    graph, _, _ = pm4py.discover_dfg(lh.to_pm4py(log, activity="department"))
    between = {pair: n for pair, n in graph.items() if pair[0] != pair[1] and "(none)" not in pair}
    assert between == counted(lh.reconstruct(log))
    assert sum(between.values()) == 19_087
    # Nothing is ever unassigned again.
    assert not [pair for pair in graph if pair[1] == "(none)" and pair[0] != "(none)"]
