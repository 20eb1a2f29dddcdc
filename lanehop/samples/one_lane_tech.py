"""The making of the sample: 150 days of One Lane Tech, an invented provider, with two stories in them.

``python -m lanehop.samples`` writes its files anew, into the folder of this module.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pandas as pd

from lanehop import columns
from lanehop.samples.desk import Desk
from lanehop.samples.observe import observe
from lanehop.samples.records import DIALECT
from lanehop.samples.sample import NAME, ZONE
from lanehop.samples.simulate import simulate
from lanehop.samples.stories import Story, tell

__all__ = ["write_sample"]

N_SIMULATED, SEED = 633, 110
# A desk that is paid for closing: whom a problem does not belong to closes it, and so do many when the target is near.
PAID_FOR_CLOSING = {"right_first": 0.4, "not_my_lane": 0.6, "close_under_target": 0.3, "linked": 0.8}
KNOBS = {"days": 150, "timezone": ZONE, "customers": 208, "messages": True, **PAID_FOR_CLOSING}


def write_sample(folder: Path) -> None:
    """Write the files of the sample into a folder."""
    said = {name: p.default for name, p in inspect.signature(simulate).parameters.items() if p.kind == p.KEYWORD_ONLY}
    seen, _ = observe(Desk(**{**said, **KNOBS}), N_SIMULATED, SEED)
    rows = seen.rows.to_pandas().astype(dict.fromkeys(("ticket", "resolution_code"), columns.STR))
    for name in ("time", "opened_at", "promised_at"):
        rows[name] = rows[name].dt.tz_convert(ZONE).dt.strftime("%Y-%m-%d %H:%M:%S")
    stories = dict(tell())
    rows = pd.concat([rows, *(_story_rows(name, story) for name, story in stories.items())], ignore_index=True)

    # All tickets are numbered anew, in the order of their opening; stories keep theirs in a tie.
    opened = rows.groupby("ticket", sort=True)["opened_at"].first().sort_values(kind="stable")
    number = {ticket: f"OLT-{i:04d}" for i, ticket in enumerate(opened.index, start=1)}
    rows = rows.assign(ticket=rows["ticket"].map(number)).sort_values(["time", "ticket"], kind="stable")

    messages = pd.concat([seen.messages, *(_story_messages(*x) for x in stories.items())], ignore_index=True)
    tables = {
        "links": pd.concat([seen.links, _story_links(stories)], ignore_index=True).sort_values("at"),
        "surveys": seen.surveys,
        "messages": messages.sort_values("at", kind="stable"),
    }
    for name, table in tables.items():
        ids = [x for x in ("ticket", "from_ticket", "to_ticket") if x in table]
        tables[name] = table.assign(**{x: table[x].map(number) for x in ids})
    for name, table in {NAME: rows, **{f"{NAME}_{key}": table for key, table in tables.items()}}.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    dialect = DIALECT.with_changes(timezone=ZONE)
    (folder / f"{NAME}.toml").write_text(dialect.to_toml(), encoding="utf-8", newline="\n")


def _story_rows(name: str, story: Story) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ticket": name,
            "time": [x.time for x in story.steps],
            "activity": [x.activity for x in story.steps],
            "status": [x.status for x in story.steps],
            "department": [x.department for x in story.steps],
            "agent": [x.agent for x in story.steps],
            "actor": [x.actor for x in story.steps],
            "requester": story.requester,
            "category": story.category,
            "priority": story.priority,
            "channel": story.channel,
            "resolution_code": [x.code for x in story.steps],
            "opened_at": story.steps[0].time,
            "promised_at": story.promised_at,
        }
    )


def _story_messages(name: str, story: Story) -> pd.DataFrame:
    said = [x for x in story.steps if x.message]
    roles = ["customer" if x.actor == story.requester else "agent" for x in said]
    return pd.DataFrame(
        {
            "ticket": name,
            "at": _utc([x.time for x in said]),
            "author": [x.actor for x in said],
            "role": roles,
            "public": True,
            "text": [x.message for x in said],
        }
    )


def _story_links(stories: dict[str, Story]) -> pd.DataFrame:
    """Each ticket of the second story is linked to the next, which the customer opens."""
    names = [name for name in stories if name.startswith("story-2")]
    opened = _utc([stories[name].steps[0].time for name in names])
    done = _utc([next(x.time for x in stories[name].steps if x.activity == "done") for name in names])
    return pd.DataFrame(
        {
            "from_ticket": names[:-1],
            "to_ticket": names[1:],
            "kind": np.where(np.arange(len(names) - 1) % 2 == 0, "transferred", "follow_up"),
            "rule": "simulated",
            "at": opened[1:],
            "gap": opened[1:] - done[:-1],
            "used": False,
        }
    )


def _utc(local: list[str]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(local).tz_localize(ZONE).tz_convert("UTC").as_unit("us")
