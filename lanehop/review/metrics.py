"""Metrics: what a dashboard says of each case, and what its customer lived through.

A metric and an outcome are the same kind of thing: a number per case, a direction that is better, and how
the numbers of a group become one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lanehop.clocks.censoring import Floats
from lanehop.columns import Flags
from lanehop.errors import ArgumentError
from lanehop.lanes import Lanes

__all__ = ["Ages", "Metric"]

BETTER = ("low", "high")
STATISTICS = ("mean", "share", "median")

HOUR = 3_600_000_000
"""Microseconds."""


class Ages(NamedTuple):
    """What a metric returns whose lengths may be cut off; one entry per case, in hours."""

    hours: Floats
    """NaN: the metric does not see the case."""
    observed: Flags
    """False where the length is cut off: it is at least so long."""
    limit: float
    """Hours. The mean counts of each case at most so much; the share is of those that end by then."""


@dataclass(frozen=True)
class Metric:
    """A number per case that a desk is measured by, and which way is better.

    Parameters
    ----------
    name : str
        What it is called in results.
    says : str
        What it is, in a few words.
    better : str
        ``low`` or ``high``.
    measure : function
        From ``lanes`` to one value per row of ``lanes.cases``, in their order: an array or Series of numbers,
        booleans or timedeltas (which become hours). Missing where the metric does not see a case.
    statistic : str
        What the values of a group become: their ``mean``, the ``share`` of True (values from 0 to 1) or their
        ``median``.
    unit : str
        Of the values.
    known_at_closing : bool
        Whether the value of a case is settled once it is first declared done, so that one may ask whether
        the closings that it calls good hold. False for what is itself made of what came after.

    Raises
    ------
    ArgumentError
        If a field is not one of the words above, or ``measure`` cannot be called.

    Examples
    --------
    >>> import lanehop as lh
    >>> events = lh.Metric("events", "events of a case", "low", lambda lanes: lanes.cases.n_events)
    >>> lanes = lh.reconstruct(lh.sample_log())
    >>> lh.compare_metrics(lanes, metrics=[events]).verdicts.metric.tolist()
    ['events']
    """

    name: str
    says: str
    better: str
    measure: Callable[[Lanes], Any]
    statistic: str = "mean"
    unit: str = ""
    known_at_closing: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ArgumentError(f"name must be a text, not {self.name!r}")
        for field, known in (("better", BETTER), ("statistic", STATISTICS)):
            if getattr(self, field) not in known:
                raise ArgumentError(
                    f"metric {self.name!r}: {field} must be one of {', '.join(known)}, not {getattr(self, field)!r}"
                )
        if not callable(self.measure):
            raise ArgumentError(f"metric {self.name!r}: measure must be a function of lanes, not {self.measure!r}")

    @property
    def sign(self) -> int:
        """Return 1 where high is better, else -1."""
        return 1 if self.better == "high" else -1


def read_metrics(
    asked: Sequence[str | Metric] | str | Metric, known: dict[str, Metric], argument: str
) -> tuple[Metric, ...]:
    """Return the metrics that are asked for, by name or as they are.

    Raises
    ------
    ArgumentError
        If there is none, one is not known, or two are called alike.
    """
    listed = [asked] if isinstance(asked, str | Metric) else asked
    if not isinstance(listed, Sequence) or not listed:
        raise ArgumentError(f"{argument} must be names or Metrics, at least one, not {asked!r}")
    made = []
    for one in listed:
        if not isinstance(one, Metric) and one not in known:
            raise ArgumentError(f"{argument}: no {one!r}; there are {', '.join(known)}, and any Metric of your own")
        made.append(one if isinstance(one, Metric) else known[one])
    names = [one.name for one in made]
    if len(set(names)) < len(names):
        raise ArgumentError(f"{argument}: two are called {next(x for x in names if names.count(x) > 1)!r}")
    return tuple(made)


def measure_cases(metric: Metric, lanes: Lanes) -> Ages:
    """Return what a metric says of each case; lengths that are all whole have no limit.

    Raises
    ------
    ArgumentError
        If it does not give one number, boolean or timedelta per case, or a share outside of 0 to 1.
    """
    given, n = metric.measure(lanes), len(lanes._cases)
    if isinstance(given, Ages):
        return given
    values = given if isinstance(given, pd.Series) else pd.Series(np.asarray(given).ravel())
    if len(values) != n:
        raise ArgumentError(f"metric {metric.name!r}: measure gives {len(values):,} values for {n:,} cases")
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        numbers = values.to_numpy(dtype="m8[us]").view(np.int64) / HOUR
        numbers[values.isna().to_numpy()] = np.nan
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ArgumentError(
            f"metric {metric.name!r}: measure must give numbers, booleans or timedeltas, not {values.dtype}"
        )
    else:
        try:
            numbers = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                f"metric {metric.name!r}: measure must give numbers, booleans or timedeltas, not {values.dtype}"
            ) from error
    seen = ~np.isnan(numbers)
    if not np.isfinite(numbers[seen]).all():
        raise ArgumentError(f"metric {metric.name!r}: a value is infinite; say NaN where a case is not seen")
    if metric.statistic == "share" and ((numbers[seen] < 0) | (numbers[seen] > 1)).any():
        raise ArgumentError(f"metric {metric.name!r}: a share is of values from 0 to 1; pass statistic='mean'")
    return Ages(numbers, seen, np.inf)
