"""What was planted in a run, counted in what fell within its log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lanehop import columns
from lanehop.samples.misfiling import BURST
from lanehop.samples.run import Run
from lanehop.samples.visits import (
    CUSTOMER,
    DROPPED_OUT,
    FALSE_CLAIM,
    FIX,
    NEVER,
    NOT_MY_LANE,
    PASSED_ON,
    SILENCE,
    UNDER_TARGET,
)


def list_planted(run: Run, surveys: pd.DataFrame, marked: NDArray[np.bool_]) -> pd.DataFrame:
    """Return one row per planted behaviour: what, where, how many out of how many, and its parameters."""
    v, desk, seen = run.visits, run.desk, run.seen
    lanes = list(desk.departments)
    main = v.ordinal >= 0
    at_home = v.department == run.problems.right[v.problem]
    first = main & (v.step == 0)
    misled = seen & np.isin(v.ending, (FALSE_CLAIM, UNDER_TARGET))
    lane_ends = seen & main & ~at_home
    follows = np.count_nonzero(run.tickets.ordinal > 0) + np.count_nonzero(seen & ~main)
    wrong_fixes, misfiled = run.misfiling.wrong_fix, run.misfiling.burst
    rows: list[tuple[object, ...]] = []

    def add(what: str, counted: str, n: Any, of: Any, value: object, where: str | None = None) -> None:
        rows.append((what, where, int(np.sum(n)), int(np.sum(of)), counted, str(value), None, None))

    add("right_first", "cases that begin in their lane", first & at_home, first, desk.right_first)
    add("not_my_lane", "visits to a wrong lane", lane_ends & (v.ending == NOT_MY_LANE), lane_ends, desk.not_my_lane)
    add("linked", "continuation and closed parallel tickets", len(run.ties.tail), follows, desk.linked)
    add("false_claims", "visits", seen & (v.ending == FALSE_CLAIM), seen & main, desk.false_claims)
    add("reopening", "closures that claim a fix falsely", misled & (v.returns < NEVER), misled, desk.reopening)
    for (a, b), chance in desk.pairs.items():
        here = seen & main & np.isin(v.department, (a, b))
        sends = here & np.isin(v.ending, (PASSED_ON, NOT_MY_LANE))
        add("ping_pong", "departures", here & v.thrown, sends, chance, f"{lanes[a]} > {lanes[b]}")
    under = f"{desk.close_under_target}, target={desk.target}"
    add("close_under_target", "tickets", seen & (v.ending == UNDER_TARGET), len(run.tickets), under)
    asked = np.unique(v.problem[(v.asked_whom == CUSTOMER) & (v.asked < run.hours.last)])
    silent = seen & (v.ending == SILENCE)
    add("silence", "cases whose customer was asked something", silent, len(asked), desk.silence)
    by_bot = first & (v.bot_at < run.hours.last)
    add("bots", "cases", by_bot, first, desk.bots)
    add("bot_dropout", "cases met by a bot", by_bot & seen & (v.ending == DROPPED_OUT), by_bot, desk.bot_dropout)
    add("parallel", "cases", ~main, first, desk.parallel)
    promised = run.promised >= 0
    add("promises", "tickets", promised, promised.size, desk.promises)
    add("surveys", "closed tickets", len(surveys), _n_closed(run), desk.surveys)
    response = f"{desk.survey_response}, decline={desk.survey_decline}"
    add("survey_response", "surveys", surveys["answered_at"].notna().sum(), len(surveys), response)
    if desk.messages:
        add("phrases", "messages with a marker phrase", marked, marked.size, desk.phrases)
    for b in range(desk.wrong_code_burst):
        lane, begin = run.misfiling.department[b], int(run.misfiling.begin[b])
        value = f"category={desk.house[run.misfiling.category[b]].category}"
        span = pd.to_datetime([begin, begin + BURST], unit="s", utc=True)
        counts = (
            ("tickets filed under the wrong category", misfiled == b, misfiled.size),
            ("fixes under the wrong code", (wrong_fixes == b) & seen, seen & (v.ending == FIX)),
        )
        for counted, n, of in counts:
            add("wrong_code_burst", counted, n, of, value, lanes[lane])
            rows[-1] = (*rows[-1][:6], *span)

    frame = pd.DataFrame(rows, columns=["what", "where", "n", "of", "counted", "value", "begin", "end"])
    times = {name: pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]") for name in ("begin", "end")}
    return frame.astype({"where": columns.STR, "n": "int64", "of": "int64"}).assign(**times)


def _n_closed(run: Run) -> int:
    closed = run.seen & (run.visits.ending != PASSED_ON)
    return len(np.unique(run.tickets.of_visit[closed]))
