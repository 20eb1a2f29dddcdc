"""Surveys: who is asked, what each would say, and who says it. The worse it was, the fewer do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lanehop import columns
from lanehop.samples.names import Names, number_names
from lanehop.samples.run import Run
from lanehop.samples.visits import FIX, PASSED_ON
from lanehop.states import SURVEY_KINDS

SENT_AFTER = 3600
"""Seconds from the closure to its survey."""

QUESTION = "How satisfied are you with the handling of your ticket?"


def count_trouble(run: Run) -> NDArray[np.int32]:
    """Return for each visit how bad it has been by its end: moves, and twice each closure without a fix."""
    v = run.visits
    trouble = np.where(v.ending == PASSED_ON, 1, np.where(v.ending == FIX, 0, 2))
    total = np.cumsum(trouble)
    before = np.concatenate([[0], total[run.last_visit]])[:-1]
    return (total - np.repeat(before, np.diff(np.append(-1, run.last_visit)))).astype(np.int32)


def survey(run: Run, names: Names) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Survey the customers of tickets that are done, a ticket once.

    Returns
    -------
    surveys : DataFrame
        The table of a :class:`~lanehop.log.TicketLog`.
    minds : DataFrame
        ``survey`` and ``would_say``: what each would have answered, also who did not answer.
    """
    v, dice, last = run.visits, run.dice, run.hours.last
    # Only a ticket's last closure within the log is asked about.
    done = np.flatnonzero((v.ending != PASSED_ON) & (v.ended + SENT_AFTER < last))
    ticket = run.tickets.of_visit[done]
    done = done[np.append(ticket[1:] != ticket[:-1], True)] if done.size else done
    key = (v.step[done] + 1, v.problem[done])
    chosen = dice.uniform_at("surveyed", *key) < run.desk.surveys
    done = done[chosen]
    key = (v.step[done] + 1, v.problem[done])
    bad = count_trouble(run)[done]

    sent = v.ended[done] + SENT_AFTER
    noise = 2.4 * dice.uniform_at("satisfaction", *key) - 1.2
    would_say = np.clip(np.rint(4.6 - 0.5 * bad + noise), 1, 5)
    answers = dice.uniform_at("answers", *key) < run.desk.survey_response * run.desk.survey_decline**bad
    delay = 600 + (3 * 86_400 * dice.uniform_at("answer delay", *key) ** 2).astype(np.int64)
    answers &= sent + delay < last
    answered = np.where(answers, (sent + delay) * 1_000_000, columns.MISSING)
    n = len(done)
    order = np.argsort(sent, kind="stable")
    done, would_say = done[order], would_say[order]

    survey_ids = columns.text_array(number_names("S-", n, 4))
    departments = tuple(sorted(run.desk.departments))
    place = np.array([departments.index(x) for x in run.desk.departments], dtype=np.int8)
    table = columns.table(
        "surveys",
        {
            "survey": survey_ids,
            "ticket": columns.text_array(names.tickets.take(run.tickets.of_visit[done])),
            "requester": columns.text_array(names.people.take(run.problems.requester[v.problem[done]])),
            "sent_at": columns.time(sent[order] * 1_000_000),
            "answered_at": columns.time(answered[order]),
            "kind": columns.word(np.zeros(n, dtype=np.int8), SURVEY_KINDS),
            "question": columns.text_array(pa.repeat(pa.scalar(QUESTION, pa.large_string()), n)),
            "score": np.where(answers[order], would_say, np.nan),
            "scale_min": np.ones(n),
            "scale_max": np.full(n, 5.0),
            "department": columns.word(place[v.department[done]], departments),
            "agent": columns.text_array(names.people.take(names.of_agents + run.agent[done])),
        },
    )
    return table, pd.DataFrame({"survey": survey_ids, "would_say": would_say})
