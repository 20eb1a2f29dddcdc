"""The benchmarks measure what they say: their logs are sane, and the contestants count alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks import floor, run, with_duckdb, with_lanehop, with_polars
from benchmarks.generate import LABELS, ticket_log, write_log

N_EVENTS = 20_000


@pytest.fixture(scope="module", params=[False, True], ids=["in order of time", "case by case"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmarks") / "log.parquet"
    write_log(path, N_EVENTS, seed=1, grouped=request.param)
    return path


def test_the_same_seed_gives_the_same_log() -> None:
    assert ticket_log(1_000, seed=3).equals(ticket_log(1_000, seed=3))
    assert not ticket_log(1_000, seed=3).equals(ticket_log(1_000, seed=4))


@pytest.mark.parametrize("n_events", [1, 2, 7, 1_000])
def test_the_log_has_as_many_events_as_asked_for(n_events: int) -> None:
    assert ticket_log(n_events).num_rows == n_events


def test_a_log_has_plain_texts_and_times_in_utc(log: Path) -> None:
    schema = pq.read_schema(log)
    assert schema.names == ["case", "time", "department", "state"]
    assert schema.types == [pa.string(), pa.timestamp("us", "UTC"), pa.string(), pa.string()]


def test_both_orders_hold_the_same_rows() -> None:
    in_time, by_case = ticket_log(N_EVENTS, agents=True), ticket_log(N_EVENTS, agents=True, grouped=True)
    assert pc.all(pc.less_equal(in_time["time"][:-1], in_time["time"][1:])).as_py()
    order = np.argsort(in_time["case"].cast(pa.string()).to_numpy(), kind="stable")
    for name in in_time.column_names:
        assert in_time[name].take(pa.array(order)).to_pylist() == by_case[name].to_pylist()


def test_a_log_is_like_one_of_a_helpdesk() -> None:
    table = pl.DataFrame(ticket_log(N_EVENTS, grouped=True))
    cases = table.group_by("case", maintain_order=True).agg(pl.len(), pl.all().first(), pl.col("state").alias("states"))
    assert cases["case"][41] == "INC0000042"
    assert 4.5 < cases["len"].mean() < 5.5
    assert cases["len"].quantile(0.99) > 4 * cases["len"].mean() > cases["len"].median()
    assert set(table["state"]) == set(LABELS.values())
    assert table["department"].drop_nulls().n_unique() == 40
    assert 0.005 < table["department"].is_null().mean() < 0.02
    assert cases["time"].is_sorted()


def test_polars_and_duckdb_make_the_same_tables_as_lanehop(log: Path) -> None:
    counted = {
        "lanehop": with_lanehop.totals(with_lanehop.main(str(log))),
        "polars": with_polars.totals(with_polars.main(str(log))),
        "duckdb": with_duckdb.totals(with_duckdb.main(str(log))),
    }
    assert counted["polars"] == counted["lanehop"] == counted["duckdb"]
    assert all(value > 0 for value in counted["lanehop"].values())
    assert counted["lanehop"]["n_events"] == N_EVENTS
    assert run.differences({**counted, "floor": floor.totals(floor.main(str(log)))}) == []


def test_polars_and_duckdb_tell_the_same_of_each_case(log: Path) -> None:
    lanes, polars, duckdb = with_lanehop.main(str(log)), with_polars.main(str(log)), with_duckdb.main(str(log))
    names = ["case", "n_events", "n_departments", "n_handoffs", "n_loops", "n_ping_pongs", "n_closures", "n_reopens"]
    names += ["chain", "first_department", "last_department"]
    ours = pl.DataFrame(pa.Table.from_pandas(lanes.cases[names].astype("str"), preserve_index=False))
    for peer in (polars["cases"], pl.DataFrame(duckdb["cases"])):
        theirs = peer.select(pl.col(names).cast(pl.String)).sort("case")
        assert theirs.to_dicts() == ours.with_columns(pl.all().cast(pl.String)).to_dicts()


def test_contestants_that_counted_otherwise_are_told() -> None:
    totals = {"one": {"n_stays": 3, "n_loops": 1}, "other": {"n_stays": 4, "n_loops": 1}, "floor": {"n_events": 9}}
    assert run.differences(totals) == ["n_stays differs: one 3, other 4"]
