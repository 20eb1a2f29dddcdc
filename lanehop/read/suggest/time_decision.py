"""Time decision: one way to read all times of an export, or the question that settles it."""

from __future__ import annotations

from dataclasses import dataclass

from lanehop.read.suggest.column_looks import ColumnLook
from lanehop.read.suggest.time_guesses import TimeLook, Writing, swapped

_MOST = 0.95
"""Share of rows that a format must read to be filled in."""


@dataclass(frozen=True)
class TimeDecision:
    """How the times of an export are written.

    Attributes
    ----------
    decided : bool
        Whether `time_format` may be filled in; None is ISO 8601 or typed.
    likely : str or None
        The format that is it, if it is decided, or else the first that may be it.
    choices : list of (format, remark)
        Where it is not decided.
    why : str
    """

    decided: bool
    time_format: str | None
    likely: str | None
    choices: list[tuple[str, str]]
    why: str


def decide_format(main: ColumnLook, others: list[ColumnLook]) -> TimeDecision:
    """Decide how the times of a column are written, with the other columns of times as witnesses.

    Notes
    -----
    - A day over 12 proves the order, in this column or in one that is written the same way.
    - If columns or values speak for different orders, nothing is decided.
    """
    look = main.time
    if look.typed:
        return TimeDecision(True, None, None, [], "the source holds instants, not texts")
    best, rivals = look.best, look.rivals
    if best.time_format is None and best.n >= _MOST * look.n:
        return TimeDecision(True, None, None, [], _share("ISO 8601", best, look))
    doubts = look.turned or _mixed(rivals)
    winners = rivals
    proof = ""
    if not doubts:
        excluded = _excluded(look, best)
        if len(rivals) == 1 and excluded:
            proof = f"proved: {excluded:,} rows of {main.name!r} can be read in no other order"
        if len(rivals) > 1:
            witnesses = [(x.name, seen) for x in others if (seen := _witness(x.time, rivals)) is not None]
            formats = {speaks_for for _, (speaks_for, _) in witnesses}
            if len(formats) > 1:
                doubts = "the columns contradict each other: " + ", ".join(
                    f"{name!r} speaks for {speaks_for!r}" for name, (speaks_for, _) in witnesses
                )
            elif witnesses:
                name, (_, n) = witnesses[0]
                winners = [w for w in rivals if w.time_format in formats]
                proof = f"proved by {name!r}: {n:,} of its rows can be read in no other order"
    one = winners[0]
    unread = look.n - one.n
    if doubts or len(winners) > 1:
        choices = [(w.time_format or "", f"{w.n:,} of {look.n:,} times, {w.first} to {w.last}") for w in rivals]
        said = f"day-first or month-first? {doubts}" if doubts else _which(best, rivals)
        if unread and not doubts:
            said += f"; {unread:,} others are written in yet another way"
        return TimeDecision(False, None, best.time_format, choices, said)
    if one.n < _MOST * look.n:
        further = [w for w in look.writings if w is not one and (w.fits & ~one.fits).any()]
        return TimeDecision(
            False,
            None,
            one.time_format,
            [(w.time_format or "", f"{w.n:,} of {look.n:,} times") for w in (one, *further)],
            "times are written in several ways, of which a dialect names one: export them again in one way",
        )
    why = _share(repr(one.time_format), one, look)
    return TimeDecision(True, one.time_format, one.time_format, [], f"{why}; {proof}" if proof else why)


def reads(look: ColumnLook, time_format: str | None) -> float:
    """Return the share of a column's times that a format reads."""
    if look.time.typed:
        return 1.0
    found = next((w for w in look.time.writings if w.time_format == time_format), None)
    return 0.0 if found is None else found.n / look.time.n


def _share(what: str, writing: Writing, look: TimeLook) -> str:
    return f"{what} reads {'all' if writing.n == look.n else f'{writing.n:,} of'} {look.n:,} times"


def _which(best: Writing, rivals: list[Writing]) -> str:
    formats = [w.time_format or "" for w in rivals]
    dayfirst = len(formats) == 2 and {f.replace("y", "Y").index("%Y") for f in formats} == {6}
    what = "day-first or month-first?" if dayfirst else "in which order are day, month and year?"
    return f"{what} all {best.n:,} times fit {'both' if len(rivals) == 2 else 'each'}"


def _mixed(rivals: list[Writing]) -> str:
    """Say whether some values fit one order only and some another only."""
    best = rivals[0]
    for other in rivals[1:]:
        only, against = int((best.fits & ~other.fits).sum()), int((other.fits & ~best.fits).sum())
        if only and against:
            return (
                f"orders are mixed: {only:,} different values fit {best.time_format!r} only, "
                f"{against:,} fit {other.time_format!r} only"
            )
    return ""


def _excluded(look: TimeLook, best: Writing) -> int:
    """Return the rows that the best order reads and its next rival does not; 0 without a rival."""
    others = [w.n for w in look.writings if w is not best and swapped(best.time_format, w.time_format)]
    return best.n - max(others) if others else 0


def _witness(look: TimeLook, rivals: list[Writing]) -> tuple[str | None, int] | None:
    """Return the one of the formats that a column proves, with the rows that prove it."""
    if look.typed or not look.writings or look.turned or len(look.rivals) > 1:
        return None
    best = look.best
    n = _excluded(look, best)
    return (best.time_format, n) if n and best.time_format in {w.time_format for w in rivals} else None
