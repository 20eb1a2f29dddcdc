"""Compared: the groups of one metric and one outcome, as the pictures of a comparison take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from lanehop.errors import ArgumentError
from lanehop.wording import say_measure, say_n

if TYPE_CHECKING:
    from lanehop.review import MetricComparison


class Compared(NamedTuple):
    """One metric against one outcome."""

    metric: str
    outcome: str
    by: str
    groups: pd.DataFrame
    """One row per group that both rank: ``name``, ``n``, and of either side ``value, low, high, rank``."""
    pair: Any
    """The row of ``comparison.pairs``."""
    better: tuple[str, str]
    units: tuple[str, str]
    n_unranked: int

    @property
    def names(self) -> tuple[str, str]:
        """What either side is, in words."""
        return say_measure(self.metric), say_measure(self.outcome)

    @property
    def labels(self) -> tuple[str, str]:
        """What either side is, with its unit."""
        names = self.names
        return tuple(  # type: ignore[return-value]
            f"{name} ({unit})" if unit else name for name, unit in zip(names, self.units, strict=True)
        )

    @property
    def unranked(self) -> str:
        """What to say of the groups that are not in the picture."""
        return f"{say_n(self.n_unranked, 'group')} with too few cases left out." if self.n_unranked else ""


def pick(comparison: MetricComparison, metric: str | None, outcome: str | None) -> Compared:
    """Return the groups of a metric and an outcome; by default the first ones.

    Raises
    ------
    ArgumentError
        If there is no such metric or outcome in the comparison, or it is no comparison.
    """
    if not all(hasattr(comparison, name) for name in ("values", "pairs", "by")):
        raise ArgumentError(f"plots of metrics take what compare_metrics returns, not {type(comparison).__name__}")
    pairs, values, by = comparison.pairs, comparison.values, comparison.by
    chosen = []
    for argument, asked in (("metric", metric), ("outcome", outcome)):
        known = pairs[argument].cat.categories.tolist()
        if asked is not None and asked not in known:
            raise ArgumentError(f"{argument}={asked!r} is not in the comparison; there are {', '.join(known)}")
        chosen.append(known[0] if asked is None else asked)
    one, other = (values[values["measure"] == name].reset_index(drop=True) for name in chosen)
    both = (one["used"] & other["used"]).to_numpy()
    groups = {"name": one[by].astype("str"), "n": one["n"]}
    for side, table in (("metric", one), ("outcome", other)):
        for name in ("value", "low", "high"):
            groups[f"{side}_{name}"] = table[name]
        direction = 1 if table["better"].iloc[:1].eq("low").all() else -1
        groups[f"{side}_rank"] = (direction * table["value"]).where(both).rank(method="min")
    pair = pairs[(pairs["metric"] == chosen[0]) & (pairs["outcome"] == chosen[1])].iloc[0]
    return Compared(
        metric=chosen[0],
        outcome=chosen[1],
        by=by,
        groups=pd.DataFrame(groups)[both].reset_index(drop=True),
        pair=pair,
        better=(_only(one["better"]), _only(other["better"])),
        units=(_only(one["unit"]), _only(other["unit"])),
        n_unranked=int((~both).sum()),
    )


def _only(words: pd.Series[str]) -> str:
    return str(words.iloc[0]) if len(words) else ""


def say_value(value: float, unit: str, largest: float) -> str:
    """Say a value: shares in percent, hours in days where the largest is four days or more."""
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "hours":
        return f"{value / 24:.1f} d" if largest >= 96 else f"{value:.1f} h"
    return f"{value:.3g}"
