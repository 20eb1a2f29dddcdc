"""Names of tickets, people and robots, all invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()


@dataclass(frozen=True)
class Names:
    """The names of a run: one list of people and robots, of which each kind takes a stretch."""

    tickets: pa.Array
    people: pa.Array
    of_customers: int
    of_agents: int
    of_robots: int

    robots: ClassVar[tuple[str, ...]] = ("bot ivr", "rule auto-close", "rule no-reply")


def name_all(n_tickets: int, n_customers: int, n_agents: int) -> Names:
    """Name so many tickets, customers and agents."""
    people = [
        number_names("customer ", n_customers, 5),
        number_names("agent ", n_agents, 3),
        pa.array(Names.robots, type=TEXT),
    ]
    return Names(
        number_names("OLT-", n_tickets, 4),
        pa.concat_arrays(people),
        of_customers=0,
        of_agents=n_customers,
        of_robots=n_customers + n_agents,
    )


def number_names(prefix: str, n: int, width: int) -> pa.Array:
    """Return ``prefix`` and the numbers from 1, zero-padded alike so that they sort as they count."""
    width = max(width, len(str(n)))
    numbers = pc.utf8_lpad(pa.array(np.arange(1, n + 1)).cast(TEXT), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix, TEXT), numbers, pa.scalar("", TEXT))
