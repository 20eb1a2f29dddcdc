"""DuckDB: the tables of stays, handoffs, loops and cases, hand-written in SQL.

Written to be fast: cases become whole numbers and texts enumerations first, windows and groups are over these,
and ids ride along. Left out, against lanehop: closures and charges, verdicts and what hangs on them, cycles of
loops, alternations, times in loops, the ledger and every check of the input. States are never missing in these
logs, and a missing department means the one before.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

STEPS = {
    "department": """
        CREATE TYPE department AS ENUM (
            SELECT DISTINCT department FROM read_parquet('{path}') WHERE department IS NOT NULL ORDER BY department)
    """,
    "ids": """
        CREATE TEMP TABLE ids AS
        SELECT "case", row_number() OVER (ORDER BY "case")::INTEGER AS code
        FROM (SELECT DISTINCT "case" FROM read_parquet('{path}'))
    """,
    "events": """
        CREATE TEMP TABLE events AS
        SELECT
            code, "case", "time", state,
            last_value(department IGNORE NULLS) OVER up_to AS department,
            last_value(department IGNORE NULLS) OVER before AS department_before,
            lag(state) OVER line AS state_before,
            lead("time") OVER line AS next_time,
            row_number() OVER line AS event
        FROM (
            SELECT
                code, "case", "time", department::department AS department,
                enum_code(state::state)::TINYINT AS state, file_row_number
            FROM read_parquet('{path}', file_row_number = true) JOIN ids USING ("case")
        )
        WINDOW
            line AS (PARTITION BY code ORDER BY "time", file_row_number),
            up_to AS (PARTITION BY code ORDER BY "time", file_row_number
                      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
            before AS (PARTITION BY code ORDER BY "time", file_row_number
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    """,
    "marked": """
        CREATE TEMP TABLE marked AS
        SELECT
            code, "case", "time", department, event,
            state >= 5 AS done,
            coalesce(state_before >= 5, false) AS done_before,
            coalesce(next_time, CASE WHEN state >= 5 THEN "time" ELSE (SELECT max("time") FROM events) END)
                AS until,
            next_time IS NULL AS ends,
            state = 1 AND state_before IS DISTINCT FROM 1 AS enters_working,
            count(*) FILTER (event = 1 OR department IS DISTINCT FROM department_before) OVER (
                PARTITION BY code ORDER BY event ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - 1 AS stay
        FROM events
    """,
    "stays_made": """
        CREATE TEMP TABLE stays_made AS
        SELECT
            code, stay,
            any_value("case") AS "case",
            any_value(department) AS department,
            min("time") AS entered_at,
            max(until) AS left_at,
            sum(CASE WHEN done THEN 0 ELSE epoch_us(until) - epoch_us("time") END)::BIGINT AS open_time,
            count(*)::INTEGER AS n_events,
            min("time") FILTER (enters_working) AS taken_up_at,
            arg_min(done_before, event) AS while_done,
            bool_or(ends) AS ends,
            bool_or(ends AND done) AS ends_done
        FROM marked
        GROUP BY code, stay
    """,
    "chain": """
        CREATE TEMP TABLE chain AS
        SELECT
            code, "case", stay, department, entered_at, left_at, taken_up_at, while_done, place,
            lag(department) OVER line AS from_department,
            lag(stay) OVER line AS from_stay,
            lag(place) OVER visits AS earlier_place,
            lag(stay) OVER visits AS earlier_stay,
            lag(left_at) OVER visits AS earlier_left_at
        FROM (
            SELECT *, stay - min(stay) OVER (PARTITION BY code) AS place
            FROM stays_made WHERE department IS NOT NULL
        )
        WINDOW
            line AS (PARTITION BY code ORDER BY place),
            visits AS (PARTITION BY code, department ORDER BY place)
    """,
}
TABLES = {
    "stays": """
        SELECT
            "case", stay, department, entered_at, left_at, open_time, n_events,
            CASE WHEN ends_done THEN 'end' WHEN ends THEN 'open' WHEN department IS NULL THEN 'assigned' ELSE 'handoff'
                END AS ended_by,
            ends_done OR NOT ends AS observed
        FROM stays_made
    """,
    "handoffs": """
        SELECT
            "case", place - 1 AS handoff, from_department, department AS to_department, entered_at AS "at",
            epoch_us(coalesce(taken_up_at, left_at)) - epoch_us(entered_at) AS pickup,
            taken_up_at IS NOT NULL AS pickup_observed,
            earlier_place IS NOT NULL AS is_return,
            while_done, from_stay, stay AS to_stay
        FROM chain WHERE place > 0
    """,
    "loops": """
        SELECT
            "case", row_number() OVER (PARTITION BY code ORDER BY place) - 1 AS loop, department,
            earlier_stay AS first_stay, stay AS last_stay, place - earlier_place - 1 AS length,
            earlier_left_at AS left_at, entered_at AS returned_at,
            epoch_us(entered_at) - epoch_us(earlier_left_at) AS away, while_done
        FROM chain WHERE earlier_place IS NOT NULL
    """,
    "cases": """
        SELECT
            "case", opened_at, ended_at, first_done_at, last_done_at,
            CASE WHEN is_done THEN last_done_at END AS done_at,
            epoch_us(first_done_at) - epoch_us(opened_at) AS time_to_close,
            n_events,
            coalesce(n_departments, 0) AS n_departments,
            greatest(coalesce(visits, 0) - 1, 0) AS n_handoffs,
            coalesce(n_loops, 0) AS n_loops,
            coalesce(n_ping_pongs, 0) AS n_ping_pongs,
            n_closures, n_reopens, departments[1] AS first_department, departments[-1] AS last_department,
            array_to_string(departments, ' > ') AS chain
        FROM (
            SELECT
                code,
                any_value("case") AS "case",
                min("time") AS opened_at,
                max(until) AS ended_at,
                min("time") FILTER (done AND NOT done_before) AS first_done_at,
                max("time") FILTER (done AND NOT done_before) AS last_done_at,
                bool_or(ends AND done) AS is_done,
                count(*)::INTEGER AS n_events,
                (count(*) FILTER (done AND NOT done_before))::INTEGER AS n_closures,
                (count(*) FILTER (done_before AND NOT done))::INTEGER AS n_reopens
            FROM marked GROUP BY code
        ) LEFT JOIN (
            SELECT
                code,
                count(*) AS visits,
                count(*) FILTER (earlier_place IS NULL) AS n_departments,
                count(*) FILTER (earlier_place IS NOT NULL) AS n_loops,
                count(*) FILTER (place - earlier_place = 2) AS n_ping_pongs,
                list(department ORDER BY place) AS departments
            FROM chain GROUP BY code
        ) USING (code)
    """,
}


def main(path: str) -> dict[str, pa.Table]:
    """Return the tables."""
    with duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false; SET preserve_insertion_order = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            "CREATE TYPE state AS ENUM "
            "('New', 'In Progress', 'Awaiting Caller', 'Awaiting Vendor', 'Open', 'Resolved', 'Closed', 'Canceled')"
        )
        quoted = path.replace("'", "''")
        for query in STEPS.values():
            connection.execute(query.replace("{path}", quoted))
        return {name: connection.sql(query).to_arrow_table() for name, query in TABLES.items()}


def totals(made: dict[str, pa.Table]) -> dict[str, int]:
    """Count what the tables hold; lengths in seconds, of which these logs hold whole ones."""
    with duckdb.connect() as connection:
        for name, table in made.items():
            connection.register(name, table)

        def one(query: str) -> dict[str, Any]:
            found = connection.execute(query)
            names = [column[0] for column in found.description or ()]
            return dict(zip(names, map(int, found.fetchone() or ()), strict=True))

        return {
            **one("SELECT count(*) AS n_stays, sum(open_time // 1000000) AS dwell FROM stays"),
            **one(
                "SELECT count(*) AS n_handoffs, count_if(pickup_observed) AS n_pickups, "
                "count_if(while_done) AS n_while_done, sum(pickup // 1000000) AS pickup FROM handoffs"
            ),
            **one("SELECT count(*) AS n_loops, sum(away // 1000000) AS away FROM loops"),
            **one(
                "SELECT count(*) AS n_cases, sum(n_events) AS n_events, sum(n_ping_pongs) AS n_ping_pongs, "
                "sum(n_closures) AS n_closures, sum(n_reopens) AS n_reopens, sum(n_departments) AS n_departments, "
                "sum(epoch_us(ended_at) // 1000000 - epoch_us(opened_at) // 1000000) AS life, "
                "sum(time_to_close // 1000000) AS time_to_close, sum(length(chain)) AS chain_characters FROM cases"
            ),
        }


if __name__ == "__main__":
    from measured import report

    report(main, totals)
