"""What holds of every log when its tickets are stitched: the kernel is what the naive oracles are."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise

import oracles
import pytest
from builders import assert_same, rows, span
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracles import COLUMNS
from pandas.testing import assert_frame_equal
from stitched_oracles import stitch_oracle
from stitched_strategies import links_frame, stitched_desks, stitched_frame
from strategies import read_options

import lanehop as lh
import lanehop.lanes.parts as parts
from lanehop.clocks.averages import median
from lanehop.clocks.censoring import kaplan_meier
from lanehop.curves.spans import measure_spans
from lanehop.links import attach_links

# Codes that nobody maps and desks that never claim a fix are drawn often; both are said by a warning.
pytestmark = pytest.mark.filterwarnings("ignore::lanehop.errors.LanehopWarning")

LADDER = ("stays", "handoffs", "loops", "closures", "charges", "cases")
OF_LOG = ("events", "tickets", "links", "stitching", "ledger", "set_aside")
US = dt.timedelta(microseconds=1)
ZERO = dt.timedelta()
DESK = lh.Calendar({"mon-fri": "09:00-17:00", "sat": "22:00-03:00"}, "Europe/Lisbon", holidays=["2024-01-02"])


def often(n):
    return settings(max_examples=n, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def inferring_desks():
    """Desks whose tickets are stitched by requester, hardly by links."""
    options = st.fixed_dictionaries(
        {
            "same_requester": st.sampled_from(["1h", "6h", "2D", "20D"]),
            "kinds": st.sampled_from([(), (), ("follow_up",)]),
        }
    )
    return st.tuples(stitched_desks(), options).map(
        lambda both: dataclasses.replace(
            both[0], options={**both[1], "same_requester": span(both[1]["same_requester"])}
        )
    )


def read(drawn, links=None):
    """The log of a drawn desk with its links, not stitched yet."""
    log = lh.read_log(stitched_frame(drawn.desk), **read_options(drawn.desk))
    return attach_links(log, links=links_frame(drawn.links if links is None else links))


def stitched_log(drawn):
    return lh.stitch(read(drawn), **drawn.options)


def lanes_of(drawn):
    return lh.reconstruct(stitched_log(drawn), hold=drawn.desk.hold)


def assert_same_log(one, other, names=OF_LOG):
    for name in names:
        assert_frame_equal(getattr(one, name), getattr(other, name))


def assert_same_lanes(one, other):
    for name in LADDER:
        assert_frame_equal(getattr(one, name), getattr(other, name))


# The kernel and the oracles --------------------------------------------------------------------------


@often(120)
@given(st.one_of(stitched_desks(), inferring_desks()))
def test_every_table_is_what_its_oracle_finds(drawn):
    lanes = lanes_of(drawn)
    for name in LADDER:
        # What is known of a ticket besides stands behind the columns of the definition.
        table = getattr(lanes, name)[COLUMNS[name]]
        assert_same(table, getattr(oracles, name)(drawn.stitched), columns=COLUMNS[name])


@often(40)
@given(st.one_of(stitched_desks(), inferring_desks()))
def test_what_is_counted_is_what_its_oracle_counts(drawn):
    lanes, desk = lanes_of(drawn), drawn.stitched
    assert_same(lh.flag_unresolved(lanes), oracles.flag_unresolved(desk), columns=COLUMNS["flag_unresolved"])
    assert_same(lh.count_handoffs(lanes), oracles.count_handoffs(desk), columns=COLUMNS["count_handoffs"])
    for by in ("cycle", "rule"):
        expected = oracles.count_loops(desk, by=by)
        assert_same(lh.count_loops(lanes, by=by), expected, columns=COLUMNS[f"count_loops_by_{by}"])


@often(40)
@given(st.one_of(stitched_desks(), inferring_desks()))
def test_both_clocks_are_what_their_oracles_read(drawn):
    spans = measure_spans(lanes_of(drawn))
    expected, line = oracles.clock_spans(drawn.stitched), oracles.clocks(drawn.stitched)
    assert spans.case.tolist() == [row["case"] for row in expected]
    for clock in ("close", "fix"):
        length, observed = getattr(spans, clock), getattr(spans, f"{clock}_observed")
        assert [int(us) * US for us in length] == [row[clock] for row in expected]
        assert observed.tolist() == [row[f"{clock}_observed"] for row in expected]
        half = median(kaplan_meier(length, observed))
        assert (None if half is None else half * US) == line[f"median_{clock}"]
    assert spans.n_left_out == line["n_left_out"]


@often(100)
@given(st.one_of(stitched_desks(), inferring_desks()))
def test_cases_and_links_are_what_the_oracle_finds(drawn):
    log = stitched_log(drawn)
    expected = stitch_oracle(drawn.desk, drawn.links, **drawn.options)
    assert dict(zip(log.tickets["ticket"], log.tickets["case"], strict=True)) == expected.case_of
    assert set(zip(log.events["ticket"], log.events["case"], strict=True)) == set(expected.case_of.items())

    names = ("from_ticket", "to_ticket", "kind", "gap", "used")
    found = [tuple(row[name] for name in names) for row in rows(log.links)]
    wanted = [tuple(link[name] for name in names) for link in expected.links]
    n = len(drawn.links)
    assert found[:n] == wanted[:n]
    assert found[n:] == wanted[n:]
    assert_same_number_of_everything(log.stitching, expected, drawn)


def assert_same_number_of_everything(stitching, expected, drawn):
    found = {row["kind"]: row for row in rows(stitching)}
    for kind, row in found.items():
        own = [link for link in expected.links if link["kind"] == kind]
        used = [link for link in own if link["used"]]
        n_cases = len({expected.case_of[link["from_ticket"]] for link in used})
        assert (row["n_links"], row["n_used"], row["n_cases"]) == (len(own), len(used), n_cases)
        assert row["n_placebo"] == (expected.placebo if kind == "inferred" else None)
    left_out = [ticket for ticket in expected.case_of if drawn.desk.about[ticket]["requester"] in expected.left_out]
    assert found["inferred"]["n_tickets_left_out"] == len(left_out)


# The laws --------------------------------------------------------------------------------------------


@often(40)
@given(stitched_desks())
def test_no_row_vanishes(drawn):
    log = stitched_log(drawn)
    used, aside = log.events["row"].tolist(), log.set_aside["row"].tolist()
    assert sorted(used + aside) == list(range(len(drawn.desk.events)))
    counted = log.ledger[log.ledger["effect"] != "noted"]
    assert int(counted["n_rows"].sum()) == len(drawn.desk.events)
    # Those of tickets that nobody follows at the time are counted in their case all the same.
    assert lh.reconstruct(log, hold=drawn.desk.hold).cases["n_events"].sum() == len(used)


@often(60)
@given(stitched_desks())
def test_every_minute_is_in_one_stay_and_charged_once(drawn):
    lanes = lanes_of(drawn)
    stays, charges = rows(lanes.stays), rows(lanes.charges)
    for case in rows(lanes.cases):
        life = case["ended_at"] - case["opened_at"]
        own = [row for row in stays if row["case"] == case["case"]]
        assert (own[0]["entered_at"], own[-1]["left_at"]) == (case["opened_at"], case["ended_at"])
        for one, following in pairwise(own):
            assert following["entered_at"] == one["left_at"]
            assert (following["ticket"], following["department"]) != (one["ticket"], one["department"])
            assert (one["ended_by"] == "other_ticket") == (following["ticket"] != one["ticket"])
        lengths = [row["left_at"] - row["entered_at"] for row in own]
        assert min(lengths) >= ZERO
        assert sum(lengths, ZERO) == life
        assert all(ZERO <= row["open_time"] <= n for row, n in zip(own, lengths, strict=True))
        spent = [row["time"] for row in charges if row["case"] == case["case"]]
        assert all(time > ZERO for time in spent)
        assert sum(spent, ZERO) == life
        assert case["overlap"] >= ZERO
    assert {row["case"] for row in stays} == set(lanes.cases["case"])


@often(40)
@given(stitched_desks())
def test_every_table_has_the_form_of_its_definition(drawn):
    lanes = lanes_of(drawn)
    for name in LADDER:
        lh.schema.check(getattr(lanes, name), name)
    for name in ("events", "tickets", "links", "stitching", "surveys", "messages", "ledger", "set_aside"):
        lh.schema.check(getattr(lanes.log, name), name)


@often(30)
@given(stitched_desks())
def test_the_log_that_was_given_is_not_changed(drawn):
    links = links_frame(drawn.links)
    before = links.copy(deep=True)
    log = attach_links(lh.read_log(stitched_frame(drawn.desk), **read_options(drawn.desk)), links=links)
    kept = {name: getattr(log, name).copy(deep=True) for name in OF_LOG}
    lanes = lh.reconstruct(log, hold=drawn.desk.hold)
    lh.reconstruct(lh.stitch(log, **drawn.options), hold=drawn.desk.hold)
    assert_frame_equal(links, before)
    for name, table in kept.items():
        assert_frame_equal(getattr(log, name), table)
    assert_same_lanes(lh.reconstruct(log, hold=drawn.desk.hold), lanes)


# What must not matter --------------------------------------------------------------------------------


@often(40)
@given(stitched_desks())
def test_to_stitch_twice_is_to_stitch_once(drawn):
    once = stitched_log(drawn)
    twice = lh.stitch(once, **drawn.options)
    assert_same_log(twice, once)
    assert_same_lanes(lh.reconstruct(twice, hold=drawn.desk.hold), lh.reconstruct(once, hold=drawn.desk.hold))


@often(40)
@given(stitched_desks(), stitched_desks())
def test_what_it_was_stitched_by_before_leaves_no_trace(drawn, other):
    again = lh.stitch(stitched_log(drawn), **other.options)
    fresh = lh.stitch(read(drawn), **other.options)
    assert_same_log(again, fresh)
    assert_same_lanes(lh.reconstruct(again, hold=drawn.desk.hold), lh.reconstruct(fresh, hold=drawn.desk.hold))


@often(35)
@given(stitched_desks())
def test_to_follow_no_link_is_not_to_stitch(drawn):
    plain = read(drawn)
    for log in (lh.stitch(plain, kinds=()), lh.stitch(stitched_log(drawn), kinds=())):
        assert_same_log(log, plain, ("events", "tickets", "ledger", "set_aside"))
        assert not log.links["used"].any()
        assert_same_lanes(lh.reconstruct(log, hold=drawn.desk.hold), lh.reconstruct(plain, hold=drawn.desk.hold))


@often(35)
@given(stitched_desks(), st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(drawn, chance):
    shuffled = chance.sample(list(drawn.links), k=len(drawn.links))
    one, two = stitched_log(drawn), lh.stitch(read(drawn, shuffled), **drawn.options)
    assert_same_log(one, two, ("events", "tickets", "stitching"))
    assert sorted(map(str, rows(one.links))) == sorted(map(str, rows(two.links)))
    assert_same_lanes(lh.reconstruct(one, hold=drawn.desk.hold), lh.reconstruct(two, hold=drawn.desk.hold))


@often(35)
@given(stitched_desks())
def test_nor_do_their_direction_and_repetition_matter_for_what_makes_a_case(drawn):
    # A link to a ticket merged away says more than that two belong together.
    links = [link for link in drawn.links if link["kind"] != "merged_into"]
    turned = [{**link, "from_ticket": link["to_ticket"], "to_ticket": link["from_ticket"]} for link in links]
    one, two = (lh.stitch(read(drawn, these), **drawn.options) for these in (links, [*turned, *turned]))
    assert_same_log(one, two, ("events", "tickets"))
    assert_same_lanes(lh.reconstruct(one, hold=drawn.desk.hold), lh.reconstruct(two, hold=drawn.desk.hold))


@often(40)
@given(stitched_desks())
def test_a_wider_window_adds_links_and_keeps_those_there_are(drawn):
    log = read(drawn)
    found = []
    for window in ("1min", "1h", "2h", "1D", "2D", "20D"):
        links = lh.stitch(log, kinds=(), same_requester=window, match=drawn.options.get("match", ())).links
        made = links[links["kind"] == "inferred"]
        found.append(set(zip(made["from_ticket"], made["to_ticket"], strict=True)))
    assert all(narrow <= wide for narrow, wide in pairwise(found))


@often(35)
@given(stitched_desks())
def test_each_table_alone_is_the_one_of_all_at_once(drawn):
    log, hold = stitched_log(drawn), drawn.desk.hold
    lanes = lh.reconstruct(log, hold=hold)
    assert_frame_equal(lh.find_stays(log), lanes.stays)
    assert_frame_equal(lh.find_handoffs(log), lanes.handoffs)
    assert_frame_equal(lh.find_loops(log), lanes.loops)
    assert_frame_equal(lh.find_closures(log, hold=hold), lanes.closures)
    assert_frame_equal(lh.charge_time(log, hold=hold), lanes.charges)
    assert_frame_equal(lh.describe_cases(log, hold=hold), lanes.cases)


@pytest.mark.parametrize("calendar", [None, DESK, {"net": DESK, "*": lh.Calendar.always()}])
@often(20)
@given(drawn=stitched_desks(), size=st.integers(1, 6))
def test_cut_into_parts_it_is_the_same(calendar, drawn, size):
    log = stitched_log(drawn)
    whole = lh.reconstruct(log, hold=drawn.desk.hold, calendar=calendar)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART", size)
        n_parts = len(list(parts.cut(log)))
        assume(n_parts > 1)
        in_parts = lh.reconstruct(log, hold=drawn.desk.hold, calendar=calendar)
    assert len(list(parts.cut(log))) == 1
    assert_same_lanes(in_parts, whole)


@often(25)
@given(stitched_desks())
def test_around_the_clock_business_time_is_calendar_time(drawn):
    log = stitched_log(drawn)
    lanes = lh.reconstruct(log, hold=drawn.desk.hold, calendar=lh.Calendar.always())
    plain = lh.reconstruct(log, hold=drawn.desk.hold)
    for name in LADDER:
        table = getattr(lanes, name)
        neighbours = [x for x in table if x.startswith("business_")]
        assert_frame_equal(table.drop(columns=neighbours), getattr(plain, name))
        for x in neighbours:
            assert rows(table[[x]]) == [{x: row[x.removeprefix("business_")]} for row in rows(table)]


@often(30)
@given(stitched_desks(), st.data())
def test_to_cut_the_source_is_to_read_it_as_of_then(drawn, data):
    at = data.draw(st.sampled_from(sorted({event["time"] for event in drawn.desk.events})))
    desk = dataclasses.replace(drawn.desk, as_of=at)
    frame = stitched_frame(desk)
    one, two = (
        lh.stitch(
            attach_links(lh.read_log(source, **read_options(desk)), links=links_frame(drawn.links)), **drawn.options
        )
        for source in (frame, frame[frame["time"] <= at])
    )
    for name in LADDER:
        one_table, two_table = (getattr(lh.reconstruct(log, hold=desk.hold), name) for log in (one, two))
        assert rows(one_table) == rows(two_table)


def test_drawn_desks_are_stitched_often():
    # Were they not, nothing above would say much.
    found = []

    @settings(max_examples=120, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.one_of(stitched_desks(), inferring_desks()))
    def draw(drawn):
        lanes = lanes_of(drawn)
        found.append(
            {
                "several tickets": (lanes.cases["n_tickets"] > 1).any(),
                "other ticket": (lanes.handoffs["via"] == "other_ticket").any(),
                "parallel": lanes.closures["parallel"].any(),
                "continued": lanes.closures["continued"].any(),
                "continued_inferred": lanes.closures["continued_inferred"].any(),
                "overlap": (lanes.cases["overlap"] > ZERO).any(),
            }
        )

    draw()
    rare = {name: n for name in found[0] if (n := int(sum(one[name] for one in found))) < 10}
    assert not rare
