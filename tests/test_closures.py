"""Closures, worked out by hand: every verdict, every reason, and what a claim is.

All times are hours after the start; ``as_of`` is day 30 (hour 720) and ``hold`` 14 days where nothing else is said.
"""

from __future__ import annotations

import warnings

import pytest
from builders import at, chain, log_of, source

import lanehop as lh
from lanehop.errors import ClaimWarning

# Many of these tickets are closed without a claim: that is what is looked at.
pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")

CODES = {
    "fixed": ["Solved"],
    "workaround": ["Bypassed"],
    "not_fixed": ["Gave up"],
    "withdrawn": ["Not wanted"],
    "duplicate": ["Known"],
}
REASONS = ("reopened", "continued", "negative_code", "silence", "no_claim", "continued_inferred")


@pytest.fixture
def closures(lanes_of):
    """The closures of one ticket made of these steps."""

    def made(*steps, as_of="30D", hold="14D", columns=None, **options):
        frame = chain("c1", *steps, **(columns or {}))
        return lanes_of(frame, as_of=as_of, hold=hold, resolutions=CODES, **options).closures

    return made


def judged(pick, found):
    """Verdict, reason and the evidence that stands, of each closure."""
    return [
        (verdict, reason, {name for name, stands in zip(REASONS, flags, strict=True) if stands})
        for verdict, reason, *flags in pick(found, "verdict", "reason", *REASONS)
    ]


# When a ticket is declared done ----------------------------------------------------------------------


def test_resolved_and_later_closed_is_one_closure(closures, pick):
    found = closures("A:working/ann@0h", ":resolved@5h", ":closed@125h")
    assert pick(found, "closure", "department", "agent", "at", "claimed_at", "closed_at", "from_state") == [
        (0, "A", "ann", 5, 5, 125, "working")
    ]
    assert judged(pick, found) == [("fixed", None, set())]


def test_every_return_to_done_is_another(closures, pick):
    found = closures("A:working@0h", ":resolved@1h", ":working@3h", ":closed@6h", ":queued@10h", ":resolved@15h")
    # Open again from 3 to 6 and from 10 to 15.
    assert pick(found, "closure", "at", "claimed_at", "closed_at", "from_state", "reopened_at", "open_again") == [
        (0, 1, 1, None, "working", 3, 3),
        (1, 6, None, 6, "working", 10, 5),
        (2, 15, 15, None, "queued", None, None),
    ]
    assert judged(pick, found) == [
        ("unresolved", "reopened", {"reopened"}),
        ("unresolved", "reopened", {"reopened", "no_claim"}),
        ("fixed", None, set()),
    ]


def test_reopened_and_not_done_again(closures, pick):
    found = closures("A:working@0h", ":resolved@1h", ":open@3h")
    assert pick(found, "reopened_at", "open_again", "verdict", "reason") == [(3, None, "unresolved", "reopened")]


def test_a_ticket_counts_as_open_before_its_first_event(closures, pick):
    for opened_at in (None, "-2h"):
        found = closures("A:resolved@0h", ":closed@1h", columns={"opened_at": opened_at})
        assert pick(found, "at", "claimed_at", "closed_at", "from_state", "silent", "verdict") == [
            (0, 0, 1, None, False, "fixed")
        ]


def test_done_before_any_known_state(closures, pick):
    # The first event says no state: from_state is NA, and not "open".
    found = closures("A@0h", ":resolved@1h")
    assert pick(found, "at", "from_state", "verdict") == [(1, None, "fixed")]


def test_an_event_that_says_no_state_neither_closes_nor_reopens(closures, pick):
    found = closures("A:working@0h", "A@1h", ":resolved@2h", "A/bob@3h", "A@4h")
    assert pick(found, "at", "reopened_at", "verdict") == [(2, None, "fixed")]


def test_open_again_in_the_same_instant_is_a_reopening(closures, pick):
    found = closures("A:working@0h", ":resolved@1h", ":working@1h", ":resolved@1h")
    assert pick(found, "at", "reopened_at", "open_again", "verdict") == [
        (1, 1, 0, "unresolved"),
        (1, None, None, "fixed"),
    ]


def test_an_open_ticket_has_none(lanes_of):
    assert lanes_of(chain("c1", "A:working@0h", "A:waiting_customer@1h")).closures.empty


def test_closures_are_numbered_within_each_case(lanes_of, pick):
    found = lanes_of(
        chain("c1", "A@0h", ":resolved@1h", ":open@2h", ":resolved@3h"),
        chain("c2", "A@0h", "A@1h"),
        chain("c3", "B@0h", ":resolved@2h"),
    ).closures
    assert pick(found, "case", "ticket", "closure", "at") == [
        ("c1", "c1", 0, 1),
        ("c1", "c1", 1, 3),
        ("c3", "c3", 0, 2),
    ]


# Notes and reopenings --------------------------------------------------------------------------------

STATES = {"working": ["Active", "Again"], "waiting_customer": ["Waiting"], "resolved": ["Solved"], "closed": ["Shut"]}


def labelled(*steps):
    return source([{"case": "c1", "time": at(time), "department": "A", "state": label} for label, time in steps])


def test_a_note_never_changes_a_state(lanes_of, pick):
    frame = labelled(("Active", "0h"), ("Solved", "1h"), ("Mailed", "2h"), ("Shut", "3h"))
    lanes = lanes_of(frame, states=STATES, notes=["Mailed"])
    assert pick(lanes.closures, "at", "closed_at", "reopened_at") == [(1, 3, None)]
    # It is known not to be a state, so nothing is reported.
    assert pick(lanes.log.ledger, "reason", "n_rows") == [("used", 4)]


def test_an_unknown_label_changes_no_state_and_is_reported(lanes_of, pick):
    frame = labelled(("Active", "0h"), ("Solved", "1h"), ("Mailed", "2h"), ("Shut", "3h"), ("Mailed", "4h"))
    with pytest.warns(lh.errors.UnmappedWarning, match="'Mailed'"):
        lanes = lanes_of(frame, states=STATES)
    assert pick(lanes.closures, "at", "closed_at", "reopened_at") == [(1, 3, None)]
    assert pick(lanes.log.ledger, "reason", "effect", "n_rows", "first_row", "first_value") == [
        ("used", "used", 5, 0, None),
        ("unmapped_state", "noted", 2, 2, "Mailed"),
    ]


def test_a_label_after_as_of_is_not_known_yet(lanes_of, pick):
    frame = labelled(("Active", "0h"), ("Solved", "1h"), ("Mailed", "2h"))
    # No warning: to cut the source at 1 is to read it as of 1.
    lanes = lanes_of(frame, states=STATES, as_of="1h")
    assert pick(lanes.closures, "at", "verdict") == [(1, "unproven")]
    assert pick(lanes.log.ledger, "reason", "n_rows") == [("used", 2), ("after_as_of", 1)]


def test_only_the_labels_that_reopen_do(lanes_of, pick):
    frame = labelled(
        ("Active", "0h"), ("Solved", "1h"), ("Active", "2h"), ("Shut", "3h"), ("Again", "4h"), ("Waiting", "5h")
    )
    plain = lanes_of(frame, states=STATES)
    assert pick(plain.closures, "at", "reopened_at") == [(1, 2), (3, 4)]
    # "Active" at 2 does not reopen; "Again" at 4 does, and from there on any label counts.
    lanes = lanes_of(frame, states=STATES, reopenings=["Again"])
    assert pick(lanes.closures, "at", "closed_at", "reopened_at") == [(1, 3, 4)]
    assert pick(lanes.charges, "state", "time") == [("working", 2), ("waiting_customer", 715), ("false_done", 3)]
    assert pick(lanes.log.ledger, "reason", "effect", "n_rows", "first_row", "first_value") == [
        ("used", "used", 6, 0, None),
        ("no_reopening", "noted", 1, 2, "Active"),
    ]


def test_a_reopening_that_is_no_state_means_open(lanes_of, pick):
    frame = labelled(("Active", "0h"), ("Solved", "1h"), ("Customer replied", "3h"), ("Solved", "7h"))
    lanes = lanes_of(frame, states=STATES, reopenings=["Customer replied"])
    assert pick(lanes.closures, "at", "reopened_at", "open_again") == [(1, 3, 4), (7, None, None)]
    assert pick(lanes.charges, "state", "time") == [("working", 1), ("open", 4), ("false_done", 2)]


# Claims ----------------------------------------------------------------------------------------------


def test_closed_and_never_solved(closures, pick):
    found = closures("A:working@0h", ":closed@5h")
    # Nobody said that it is fixed.
    assert pick(found, "at", "claimed_at", "closed_at") == [(5, None, 5)]
    assert judged(pick, found) == [("unresolved", "no_claim", {"no_claim"})]


def test_closing_is_the_claim_where_the_dialect_says_so(closures, pick):
    found = closures("A:working@0h", ":closed@5h", closing_is_claim=True)
    assert pick(found, "claimed_at") == [(5,)]
    assert judged(pick, found) == [("fixed", None, set())]


def test_closing_is_no_claim_of_a_cancelled_ticket(closures, pick):
    found = closures("A:working@0h", ":cancelled@5h", closing_is_claim=True)
    assert pick(found, "claimed_at", "closed_at") == [(None, None)]
    assert judged(pick, found) == [("withdrawn", None, {"no_claim"})]


@pytest.mark.parametrize(
    ("code", "claimed_at"), [("Solved", 5), ("Bypassed", 5), ("Gave up", None), ("Nobody knows", None)]
)
def test_a_code_of_a_fix_is_a_claim(closures, pick, code, claimed_at):
    found = closures("A:working@0h", f":closed={code}@5h")
    assert pick(found, "claimed_at", "resolution") == [(claimed_at, code)]


def test_a_code_said_while_open_is_no_claim_but_the_resolution(closures, pick):
    found = closures("A:working=Solved@0h", ":closed@5h")
    # No event of the episode says that it is fixed.
    assert pick(found, "claimed_at", "resolution", "verdict", "reason") == [(None, "Solved", "unresolved", "no_claim")]


def test_a_later_event_of_the_episode_may_claim(closures, pick):
    # Closed at 5, the code follows at 7 on an event that says no state.
    found = closures("A:working@0h", ":closed@5h", "A=Solved@7h")
    assert pick(found, "at", "claimed_at", "resolution", "verdict") == [(5, 7, "Solved", "fixed")]


def test_the_first_claim_of_the_episode_counts(closures, pick):
    found = closures("A:working@0h", ":closed@5h", ":resolved@6h", ":closed=Solved@7h", ":resolved@8h")
    assert pick(found, "at", "claimed_at", "closed_at", "resolution") == [(5, 6, 5, "Solved")]


# Verdicts: fixed and unproven ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "hold", "verdict"),
    [
        ("14D5h", "14D", "fixed"),  # watched for exactly the hold
        ("14D4h59min", "14D", "unproven"),
        ("14D5h", "1209600000001us", "unproven"),  # a microsecond more than 14 days
        ("5h", "14D", "unproven"),  # as_of at the claim itself
        ("5h", "0D", "fixed"),
        ("30D", "30D", "unproven"),
    ],
)
def test_a_claim_must_be_watched_for_the_hold(closures, pick, as_of, hold, verdict):
    found = closures("A:working@0h", ":resolved@5h", as_of=as_of, hold=hold)
    assert judged(pick, found) == [(verdict, None, set())]


def test_the_hold_counts_from_the_claim(closures, pick):
    steps = ("A:working@0h", ":closed@1D", ":resolved@20D")
    # Claimed on day 20: not watched for 14 days on day 33, though closed for longer.
    assert pick(closures(*steps, as_of="33D"), "verdict") == [("unproven",)]
    assert pick(closures(*steps, as_of="34D"), "verdict") == [("fixed",)]


def test_a_workaround_is_a_fix(closures, pick):
    assert judged(pick, closures("A:working@0h", ":resolved=Bypassed@5h")) == [("fixed", None, set())]


# Verdicts: withdrawn ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "judgement"),
    [
        ((":cancelled@5h",), ("withdrawn", None, {"no_claim"})),
        ((":cancelled@5h", ":closed@6h"), ("withdrawn", None, {"no_claim"})),  # closing says nothing new
        ((":resolved@5h", ":cancelled@6h"), ("withdrawn", None, set())),
        ((":cancelled@5h", ":resolved@6h"), ("fixed", None, set())),  # the last of the two is resolved
        ((":resolved=Not wanted@5h",), ("withdrawn", None, set())),
        ((":closed=Known@5h",), ("withdrawn", None, {"no_claim"})),
        ((":closed@5h", "A=Not wanted@6h"), ("withdrawn", None, {"no_claim"})),
        # Gave up comes before withdrawn in the order of verdicts.
        ((":cancelled=Gave up@5h",), ("unresolved", "negative_code", {"negative_code", "no_claim"})),
        # Opened again: whatever was withdrawn is not.
        ((":cancelled@5h", ":working@6h"), ("unresolved", "reopened", {"reopened", "no_claim"})),
    ],
)
def test_withdrawn(closures, pick, steps, judgement):
    assert judged(pick, closures("A:working@0h", *steps)) == [judgement]


def test_withdrawn_out_of_silence_keeps_its_evidence(closures, pick):
    found = closures("A:waiting_customer@0h", ":cancelled@5h")
    # The verdict withdrawn comes before silence; the booleans stand whatever the verdict.
    assert judged(pick, found) == [("withdrawn", None, {"silence", "no_claim"})]


# Verdicts: unresolved, by reason ---------------------------------------------------------------------


def test_reopened_comes_first(closures, pick):
    found = closures("A:waiting_customer@0h", ":closed=Gave up@5h", ":working@6h")
    assert judged(pick, found) == [("unresolved", "reopened", {"reopened", "negative_code", "silence", "no_claim"})]


def test_a_negative_code_comes_before_silence(closures, pick):
    found = closures("A:waiting_customer@0h", ":closed=Gave up@5h")
    assert judged(pick, found) == [("unresolved", "negative_code", {"negative_code", "silence", "no_claim"})]
    # Even beside a claim.
    assert judged(pick, closures("A:working@0h", ":resolved=Gave up@5h")) == [
        ("unresolved", "negative_code", {"negative_code"})
    ]


def test_silence_without_a_claim_comes_before_no_claim(closures, pick):
    found = closures("A:waiting_customer@0h", ":closed@5h")
    assert pick(found, "silent", "from_state") == [(True, "waiting_customer")]
    assert judged(pick, found) == [("unresolved", "silence", {"silence", "no_claim"})]


def test_a_person_who_claims_after_silence_is_believed(closures, pick):
    found = closures("A:waiting_customer/ann@0h", ":resolved!ann@5h", bots=["robot"])
    assert pick(found, "silent") == [(True,)]
    assert judged(pick, found) == [("fixed", None, set())]


@pytest.mark.parametrize(
    ("agent", "actor", "verdict"),
    [
        ("ann", "robot", "unresolved"),  # who acted counts
        ("robot", "ann", "fixed"),
        ("robot", None, "unresolved"),  # who acted is not known: who was assigned
        ("ann", None, "fixed"),
        (None, "robot", "unresolved"),
        (None, None, "fixed"),
    ],
)
def test_a_bot_that_claims_after_silence_is_not(closures, pick, agent, actor, verdict):
    last = ":resolved" + (f"/{agent}" if agent else "") + (f"!{actor}" if actor else "") + "@5h"
    found = closures("A:waiting_customer@0h", last, bots=["robot"])
    expected = (verdict, "silence", {"silence"}) if verdict == "unresolved" else (verdict, None, set())
    assert judged(pick, found) == [expected]


def test_a_bot_is_nothing_bad_where_nobody_waits_for_the_customer(closures, pick):
    for state in ("working", "waiting_other", "queued", "open"):
        found = closures(f"A:{state}@0h", ":resolved!robot@5h", bots=["robot"])
        assert pick(found, "silent", "verdict") == [(False, "fixed")]


def test_it_is_the_actor_of_the_closing_event_not_of_another(closures, pick):
    found = closures("A:waiting_customer!robot@0h", ":resolved!ann@5h", ":closed!robot@6h", bots=["robot"])
    assert pick(found, "silent", "silence", "verdict") == [(True, False, "fixed")]


def test_the_agent_that_is_a_bot_may_have_been_named_before(closures, pick):
    found = closures("A:waiting_customer/robot@0h", ":resolved@5h", bots=["robot"])
    assert pick(found, "agent", "silence") == [("robot", True)]


# Resolution codes ------------------------------------------------------------------------------------


def test_the_last_code_of_the_episode_counts(closures, pick):
    found = closures("A:working=Gave up@0h", ":resolved=Known@5h", ":closed=Solved@6h")
    assert pick(found, "resolution", "verdict") == [("Solved", "fixed")]


def test_a_code_said_since_it_last_opened_counts_where_the_episode_says_none(closures, pick):
    found = closures("A:working=Gave up@0h", ":resolved@5h")
    assert pick(found, "resolution", "verdict", "reason") == [("Gave up", "unresolved", "negative_code")]


def test_a_code_never_crosses_a_reopening(closures, pick):
    found = closures("A:working@0h", ":resolved=Gave up@1h", ":working@2h", ":resolved@3h")
    assert pick(found, "resolution", "negative_code", "verdict") == [
        ("Gave up", True, "unresolved"),
        (None, False, "fixed"),
    ]
    # On the reopening event itself it is one of the new opening.
    found = closures("A:working@0h", ":resolved@1h", ":working=Gave up@2h", ":resolved@3h")
    assert pick(found, "resolution", "negative_code") == [(None, False), ("Gave up", True)]


def test_a_code_without_a_class_is_reported_and_counts_as_none(lanes_of, pick):
    frame = chain("c1", "A:working@0h", "A:resolved=Odd@5h", "A:closed=Odd@6h")
    lanes = lanes_of(frame, resolutions=CODES)
    assert pick(lanes.closures, "resolution", "verdict", "negative_code") == [("Odd", "fixed", False)]
    assert pick(lanes.log.ledger, "reason", "effect", "n_rows", "first_row", "first_value") == [
        ("used", "used", 3, 0, None),
        ("unclassed_resolution", "noted", 2, 1, "Odd"),
    ]


def test_a_final_code_is_that_of_the_last_closure_alone(lanes_of, pick):
    frame = chain("c1", "A:working@0h", ":resolved@1h", ":working@2h", ":closed@3h", resolution="Gave up")
    lanes = lanes_of(frame, resolutions=CODES, final=["resolution"])
    # It stands on every row, but was not known before the end.
    assert pick(lanes.closures, "resolution", "claimed_at", "negative_code", "reason") == [
        (None, 1, False, "reopened"),
        ("Gave up", None, True, "negative_code"),
    ]
    assert lanes.log.events["resolution"].isna().all()


def test_a_final_code_of_a_fix_claims_nothing(lanes_of, pick):
    frame = chain("c1", "A:working@0h", ":closed@3h", resolution="Solved")
    found = lanes_of(frame, resolutions=CODES, final=["resolution"]).closures
    # No event of the episode says it.
    assert pick(found, "resolution", "claimed_at", "verdict", "reason") == [("Solved", None, "unresolved", "no_claim")]


def test_a_final_code_of_a_ticket_that_is_open_again_is_that_of_its_last_closure(lanes_of, pick):
    frame = chain("c1", "A:working@0h", ":resolved@1h", ":working@2h", resolution="Known")
    found = lanes_of(frame, resolutions=CODES, final=["resolution"]).closures
    assert pick(found, "resolution", "verdict", "reason") == [("Known", "unresolved", "reopened")]


# Who declared it done --------------------------------------------------------------------------------


def test_the_agent_is_the_one_last_named_in_the_stay(closures, pick):
    found = closures("A:working/ann@0h", "A/bob@1h", "A@2h", ":resolved@3h", "A/cid@4h")
    assert pick(found, "agent") == [("bob",)]


def test_the_closing_event_may_name_him(closures, pick):
    assert pick(closures("A:working/ann@0h", ":resolved/bob@3h"), "agent") == [("bob",)]


def test_nobody_of_an_earlier_department_is_blamed(closures, pick):
    found = closures("A:working/ann@0h", "B@1h", ":resolved@3h")
    assert pick(found, "department", "agent") == [("B", None)]


def test_nor_of_an_earlier_stay_in_the_same_one(closures, pick):
    found = closures("A:working/ann@0h", "B/bob@1h", "A@2h", ":resolved@3h")
    assert pick(found, "department", "agent") == [("A", None)]


def test_who_moves_and_closes_in_one_save_declares_it_as_the_new_department(closures, pick):
    found = closures("A:working/ann@0h", "B:resolved@3h")
    assert pick(found, "department", "agent") == [("B", None)]


def test_declared_done_by_no_department(closures, pick):
    found = closures("A:working/ann@0h", "-:resolved/bob@3h", missing_department="unassigned")
    assert pick(found, "department", "agent") == [(None, "bob")]
    assert pick(closures("-:working/ann@0h", "-:resolved@3h"), "department", "agent") == [(None, "ann")]


# Tickets on their own --------------------------------------------------------------------------------


def test_a_ticket_on_its_own_goes_on_nowhere(closures, pick):
    found = closures("A:working@0h", ":resolved@5h")
    assert pick(found, "parallel", "continued", "continued_inferred", "continued_by") == [(False, False, False, None)]


# The warning -----------------------------------------------------------------------------------------


def claimed_of(n_claimed, n_done):
    tickets = [
        chain(f"t{n}", "A:working@0h", f":{'resolved' if n < n_claimed else 'closed'}@1h") for n in range(n_done)
    ]
    return log_of(*tickets, chain("open", "A:working@0h", "A@1h"))


def test_reading_warns_where_fewer_than_half_of_the_done_tickets_hold_a_claim():
    with pytest.warns(ClaimWarning, match=r"only 1 of 3 tickets.*33%.*closing_is_claim=True"):
        lh.read_log(claimed_of(1, 3))


@pytest.mark.parametrize(("n_claimed", "n_done"), [(1, 2), (2, 2), (2, 3), (0, 0)])
def test_half_is_enough(n_claimed, n_done):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lh.read_log(claimed_of(n_claimed, n_done))


def test_or_closing_is_the_claim():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lh.read_log(claimed_of(0, 3), closing_is_claim=True)


def test_a_code_said_while_open_is_no_claim_to_the_warning_either():
    # A claim is an event of an episode; this closure has none (claimed_at is NA).
    with pytest.warns(ClaimWarning, match="only 0 of 1"):
        lh.read_log(chain("c1", "A:working=Solved@0h", ":closed@5h"), resolutions=CODES)


# Types -----------------------------------------------------------------------------------------------


def test_the_table_has_its_columns_and_types(closures):
    found = closures("A:working/ann@0h", ":resolved=Solved@5h")
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == {
        "case": "str",
        "closure": "int32",
        "ticket": "str",
        "department": "category",
        "agent": "str",
        "at": "datetime64[us, UTC]",
        "claimed_at": "datetime64[us, UTC]",
        "closed_at": "datetime64[us, UTC]",
        "from_state": "category",
        "silent": "bool",
        "resolution": "category",
        "parallel": "bool",
        "reopened_at": "datetime64[us, UTC]",
        "open_again": "timedelta64[us]",
        "continued_by": "str",
        "verdict": "category",
        "reason": "category",
        **dict.fromkeys(REASONS, "bool"),
    }


@pytest.mark.parametrize("hold", [14, 14.0, "14", None, "two weeks", "-1D"])
def test_a_hold_that_is_no_length_of_time_is_refused(hold):
    log = lh.read_log(chain("c1", "A@0h", resolved="1h"))
    for function in (lh.find_closures, lh.charge_time, lh.describe_cases, lh.reconstruct):
        with pytest.raises(lh.errors.ArgumentError, match="hold"):
            function(log, hold=hold)
