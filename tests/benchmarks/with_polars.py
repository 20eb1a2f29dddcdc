"""Polars: the tables of stays, handoffs, loops and cases, hand-written and lazy.

Written to be fast: one sort, then shifts and running counts over the sorted rows; no group is walked but in
the chain of departments. Ids stay categoricals. Left out, against lanehop: closures and charges, verdicts and
what hangs on them, cycles of loops, alternations, times in loops, the ledger and every check of the input.
States are never missing in these logs, and a missing department means the one before.
"""

from __future__ import annotations

import polars as pl

STATES = ["New", "In Progress", "Awaiting Caller", "Awaiting Vendor", "Open", "Resolved", "Closed", "Canceled"]
WORKING, FIRST_DONE = 1, 5
NOWHERE = ""
"""Stands for the department of a case before the first known one."""


def main(path: str) -> dict[str, pl.DataFrame]:
    """Return the tables."""
    # What several tables rest on is collected once: collect_all would compute it once for each.
    events = _events(path).collect().lazy()
    stays = _stays(events).collect().lazy()
    chain = _chain(stays).collect().lazy()
    returns = _returns(chain).collect().lazy()
    shown = stays.select(
        "case", "stay", "department", "entered_at", "left_at", "open_time", "n_events", "ended_by", "observed"
    ).with_columns(department=pl.col("department").replace(NOWHERE, None))
    made = pl.collect_all([shown, _handoffs(chain, returns), _loops(returns), _cases(events, chain, returns)])
    return dict(zip(("stays", "handoffs", "loops", "cases"), made, strict=True))


def _events(path: str) -> pl.LazyFrame:
    """Order the events, carry the departments on, and say what holds before and after each."""
    new_case = pl.col("code") != pl.col("code").shift(1)
    new_case = new_case.fill_null(True)
    raw = (
        pl.scan_parquet(path)
        .select(
            pl.col("case").cast(pl.Categorical),
            "time",
            pl.col("department").cast(pl.Categorical),
            pl.col("state").cast(pl.Enum(STATES)).to_physical(),
        )
        .with_columns(code=pl.col("case").to_physical(), as_of=pl.col("time").max())
        .sort("code", "time", maintain_order=True)
        .with_columns(new_case=new_case)
        .with_columns(
            department=pl.when("new_case")
            .then(pl.col("department").fill_null(NOWHERE))
            .otherwise("department")
            .forward_fill(),
            state_before=pl.when(~pl.col("new_case")).then(pl.col("state").shift(1)),
            end_case=pl.col("new_case").shift(-1, fill_value=True),
        )
    )
    return (
        raw.with_columns(
            done=pl.col("state") >= FIRST_DONE,
            done_before=(pl.col("state_before") >= FIRST_DONE).fill_null(False),
            new_stay=pl.col("new_case") | (pl.col("department") != pl.col("department").shift(1)),
        )
        .with_columns(
            until=pl.when("end_case")
            .then(pl.when("done").then("time").otherwise("as_of"))
            .otherwise(pl.col("time").shift(-1)),
            end_stay=pl.col("new_stay").shift(-1, fill_value=True),
            enters_working=(pl.col("state") == WORKING) & pl.col("state_before").ne_missing(WORKING),
        )
        .with_columns(
            open_time=pl.when(~pl.col("done")).then(pl.col("until") - pl.col("time")).fill_null(pl.duration()),
        )
        .drop("as_of")
        .with_row_index("event")
    )


def _stays(events: pl.LazyFrame) -> pl.LazyFrame:
    marked = events.with_columns(
        spent=pl.col("open_time").cum_sum(),
        taken_up=pl.when("enters_working").then("event").backward_fill(),
        taken_up_at=pl.when("enters_working").then("time").backward_fill(),
    )
    begins = marked.filter("new_stay").select(
        "case", "code", "department", "new_case", "taken_up", "taken_up_at", "done_before",
        entered_at="time", first_event="event", spent_before=pl.col("spent") - pl.col("open_time"),
    )  # fmt: skip
    ends = marked.filter("end_stay").select("end_case", "done", "spent", left_at="until", last_event="event")
    return (
        pl.concat([begins, ends], how="horizontal")
        .with_row_index("number")
        .with_columns(
            stay=pl.col("number") - pl.when("new_case").then("number").forward_fill(),
            open_time=pl.col("spent") - pl.col("spent_before"),
            n_events=pl.col("last_event") - pl.col("first_event") + 1,
            ended_by=pl.when("end_case")
            .then(pl.when("done").then(pl.lit("end")).otherwise(pl.lit("open")))
            .otherwise(pl.when(pl.col("department") == NOWHERE).then(pl.lit("assigned")).otherwise(pl.lit("handoff")))
            .cast(pl.Enum(["handoff", "assigned", "end", "open"])),
            observed=~pl.col("end_case") | pl.col("done"),
        )
    )


def _chain(stays: pl.LazyFrame) -> pl.LazyFrame:
    """Return the stays in known departments. Neighbours differ, as what is missing carries on."""
    return (
        stays.filter(pl.col("department") != NOWHERE)
        .with_row_index("link")
        .with_columns(begins=(pl.col("code") != pl.col("code").shift(1)).fill_null(True))
        .with_columns(place=pl.col("link") - pl.when("begins").then("link").forward_fill())
    )


def _returns(chain: pl.LazyFrame) -> pl.LazyFrame:
    """Return the links that return, with the latest earlier link of the same case and department."""
    earlier = {f"earlier_{name}": pl.col(name).shift(1) for name in ("place", "stay", "left_at")}
    return (
        chain.select(
            "case", "code", "department", "link", "place", "stay", "left_at", "entered_at", "done_before",
            visited=pl.col("code").cast(pl.Int64) * 2**16 + pl.col("department").to_physical(),
        )
        .sort("visited", maintain_order=True)
        .with_columns(**earlier)
        .filter(pl.col("visited") == pl.col("visited").shift(1))
        .sort("link")
    )  # fmt: skip


def _handoffs(chain: pl.LazyFrame, returns: pl.LazyFrame) -> pl.LazyFrame:
    observed = pl.col("taken_up").is_not_null() & (pl.col("taken_up") <= pl.col("last_event"))
    is_return = returns.select("link", is_return=pl.lit(True))
    return (
        chain.with_columns(from_department=pl.col("department").shift(1), from_stay=pl.col("stay").shift(1))
        .filter(~pl.col("begins"))
        .join(is_return, on="link", how="left", maintain_order="left")
        .select(
            "case",
            "from_department",
            "from_stay",
            handoff=pl.col("place") - 1,
            to_department="department",
            at="entered_at",
            pickup=pl.when(observed).then("taken_up_at").otherwise("left_at") - pl.col("entered_at"),
            pickup_observed=observed,
            is_return=pl.col("is_return").fill_null(False),
            while_done="done_before",
            to_stay="stay",
        )
    )


def _loops(returns: pl.LazyFrame) -> pl.LazyFrame:
    return (
        returns.with_row_index("return")
        .with_columns(begins=(pl.col("code") != pl.col("code").shift(1)).fill_null(True))
        .select(
            "case",
            "department",
            loop=pl.col("return") - pl.when("begins").then("return").forward_fill(),
            first_stay="earlier_stay",
            last_stay="stay",
            length=pl.col("place") - pl.col("earlier_place") - 1,
            left_at="earlier_left_at",
            returned_at="entered_at",
            away=pl.col("entered_at") - pl.col("earlier_left_at"),
            while_done="done_before",
        )
    )


def _cases(events: pl.LazyFrame, chain: pl.LazyFrame, returns: pl.LazyFrame) -> pl.LazyFrame:
    closes = pl.col("done") & ~pl.col("done_before")
    counted = events.with_columns(
        closures=closes.cum_sum(),
        reopens=(~pl.col("done") & pl.col("done_before")).cum_sum(),
        next_done_at=pl.when(closes).then("time").backward_fill(),
        last_done_at=pl.when(closes).then("time").forward_fill(),
    )
    begins = counted.filter("new_case").select(
        "case", "code", "next_done_at",
        opened_at="time", first_event="event", closures_before=pl.col("closures") - closes, reopens_before="reopens",
    )  # fmt: skip
    ends = counted.filter("end_case").select(
        "closures", "reopens", "last_done_at", "done", ended_at="until", last_event="event"
    )
    n_closures = pl.col("closures") - pl.col("closures_before")
    cases = pl.concat([begins, ends], how="horizontal").select(
        "case",
        "code",
        "opened_at",
        "ended_at",
        first_done_at=pl.when(n_closures > 0).then("next_done_at"),
        last_done_at=pl.when(n_closures > 0).then("last_done_at"),
        done_at=pl.when("done").then("last_done_at"),
        n_events=pl.col("last_event") - pl.col("first_event") + 1,
        n_closures=n_closures,
        n_reopens=pl.col("reopens") - pl.col("reopens_before"),
    )
    routes = chain.group_by("code").agg(
        chain=pl.col("department").cast(pl.String),
        visits=pl.len(),
        first_department=pl.col("department").first(),
        last_department=pl.col("department").last(),
    )
    # Before the join: lists are dear to move about, texts are cheap.
    routes = routes.with_columns(pl.col("chain").list.join(" > "))
    ping_pong = pl.col("place") - pl.col("earlier_place") == 2
    returned = returns.group_by("code").agg(n_loops=pl.len(), n_ping_pongs=ping_pong.sum())
    n_loops = pl.col("n_loops").fill_null(0)
    visits = pl.col("visits").fill_null(0)
    return (
        cases.join(routes, on="code", how="left")
        .join(returned, on="code", how="left")
        .with_columns(
            time_to_close=pl.col("first_done_at") - pl.col("opened_at"),
            n_handoffs=pl.when(visits > 0).then(visits - 1).otherwise(0),
            n_departments=visits - n_loops,
            n_loops=n_loops,
            n_ping_pongs=pl.col("n_ping_pongs").fill_null(0),
        )
        .drop("visits")
    )


def totals(made: dict[str, pl.DataFrame]) -> dict[str, int]:
    """Count what the tables hold; lengths in seconds, of which these logs hold whole ones."""
    cases, stays, handoffs, loops = (made[name] for name in ("cases", "stays", "handoffs", "loops"))
    return {
        "n_events": int(cases["n_events"].sum()),
        "n_cases": len(cases),
        "n_stays": len(stays),
        "n_handoffs": len(handoffs),
        "n_loops": len(loops),
        "n_ping_pongs": int(cases["n_ping_pongs"].sum()),
        "n_closures": int(cases["n_closures"].sum()),
        "n_reopens": int(cases["n_reopens"].sum()),
        "n_departments": int(cases["n_departments"].sum()),
        "n_pickups": int(handoffs["pickup_observed"].sum()),
        "n_while_done": int(handoffs["while_done"].sum()),
        "dwell": int(stays["open_time"].dt.total_seconds().sum()),
        "life": int((cases["ended_at"] - cases["opened_at"]).dt.total_seconds().sum()),
        "time_to_close": int(cases["time_to_close"].dt.total_seconds().sum()),
        "pickup": int(handoffs["pickup"].dt.total_seconds().sum()),
        "away": int(loops["away"].dt.total_seconds().sum()),
        "chain_characters": int(cases["chain"].str.len_chars().sum()),
    }


if __name__ == "__main__":
    from measured import report

    report(main, totals)
