"""The sample that comes with lanehop, as it is read from the files that ``one_lane_tech`` wrote."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd

from lanehop.links import attach_links
from lanehop.log import TicketLog
from lanehop.read.logs import read_log
from lanehop.schema import DTYPES, TABLES

__all__ = ["sample_log"]

FOLDER = Path(__file__).parent
NAME = "one_lane_tech"
ZONE = "Europe/Lisbon"
BESIDE = ("links", "surveys", "messages")
"""Tables that stand beside the events, each in a file of its own."""
AS_OF = "2024-06-06 00:00"
"""The end of the last day, local."""


def sample_log() -> TicketLog:
    """Return the log that comes with lanehop: 640 tickets of One Lane Tech, from January to June 2024.

    The provider, its customers and agents are invented, and all but seven of the tickets simulated. Two
    problems are told by hand:

    - **OLT-0042**. A customer cannot log in. The front desk answers within six minutes, "not in my lane",
      and closes the ticket. The customer reopens it, and is sent to Network, Billing, Network, Cloud,
      Billing, Network and Cloud; each closes it, the customer reopens it each time. After 29 days and 60 hours
      it comes to Identity, which fixes it in five minutes.
    - **A connection that is down**: one problem in six linked tickets, opened on 5 February by customer 00210,
      each done within a day; fixed after 29 days.

    Returns
    -------
    TicketLog
        With links, surveys and messages.

    Examples
    --------
    >>> import lanehop as lh
    >>> log = lh.sample_log()
    >>> story = log.events[log.events.case == "OLT-0042"]
    >>> int((story.activity == "reopened").sum())
    8

    See Also
    --------
    simulate : logs of any size, whose truth is known.
    """
    log = read_log(FOLDER / f"{NAME}.csv", dialect=str(FOLDER / f"{NAME}.toml"), as_of=AS_OF)
    links, surveys, messages = (_read_beside(name) for name in BESIDE)
    return dataclasses.replace(attach_links(log, links=links), _surveys=surveys, _messages=messages)


def _read_beside(name: str) -> pd.DataFrame:
    """Read one of the tables that stand beside the events; they are written in the form of the data model."""
    said = pd.read_csv(FOLDER / f"{NAME}_{name}.csv", dtype=str)
    made: dict[str, Any] = {}
    for c in TABLES[name].columns:
        values = said[c.name]
        if c.kind == "time":
            made[c.name] = pd.to_datetime(values, utc=True).dt.as_unit("us")
        elif c.kind == "length":
            made[c.name] = pd.to_timedelta(values).dt.as_unit("us")
        elif c.kind == "flag":
            made[c.name] = values == "True"
        elif c.words:
            made[c.name] = pd.Series(pd.Categorical(values, categories=list(c.words)))
        else:
            made[c.name] = values.astype(pd.api.types.pandas_dtype(DTYPES[c.kind]))
    return pd.DataFrame(made)
