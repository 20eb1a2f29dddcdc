"""Role guesses: which columns may have a role, told from their headers and from what their values do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lanehop.read.suggest.candidates import ENOUGH, MARGIN, OPEN, Candidate, Within, confirmed, counted, settle
from lanehop.read.suggest.column_looks import ColumnLook, rows_by_case, say_the_same
from lanehop.read.suggest.label_words import XES_LIFECYCLE
from lanehop.read.suggest.state_guesses import place_label

_MOST_DEPARTMENTS = 2_000


def find_case(looks: list[ColumnLook], n_rows: int) -> list[Candidate]:
    """Find the columns that may hold the ticket's id."""
    found = []
    for look in looks:
        said = look.says.get("case")
        if said is None or look.is_time or look.n_distinct < 2 or look.n < 0.5 * n_rows or look.is_amount:
            continue
        confidence, why = said.score, [f"header says {said.phrase!r}"]
        why.append(f"{_values(look)} on {counted(look.n, 'row')}")
        if look.n < 0.98 * n_rows:
            confidence -= 0.3
            why.append(f"{counted(n_rows - look.n, 'row')} without")
        if look.n_distinct < 10 and rows_by_case(look) > 50:
            confidence -= 0.4
            why.append("few values for an id")
        elif rows_by_case(look) > 1:
            confidence = confirmed(confidence)
        found.append(Candidate("case", (look.name,), confidence, "; ".join(why)))
    by_name = {look.name: look for look in looks}
    repeated = [c for c in found if c.confidence >= OPEN and rows_by_case(by_name[c.columns[0]]) > 1]
    if repeated:
        # Beside an id that comes again, one that never does is that of the row.
        found = [
            c
            if rows_by_case(by_name[c.columns[0]]) > 1
            else replace(c, confidence=min(c.confidence, 0.3), why=f"{c.why}; each row has its own")
            for c in found
        ]
    if not any(c.sure_enough for c in found):
        named = {c.columns[0] for c in found}
        found += [
            Candidate("case", (look.name,), OPEN, f"header says nothing; {look.n_distinct:,} ids on {look.n:,} rows")
            for look in looks
            if look.name not in named
            and not look.is_time
            and not look.says
            and not look.is_amount
            and not look.share_matching(r"^[-+]?\d+[.,]\d+$") > 0.5
            and look.n == n_rows
            and look.n_distinct > 2
            and 1.2 <= rows_by_case(look) <= 200
            and look.share_matching(r"\d") > 0.9
        ]
    return settle(found, by_name)


def find_time(looks: list[ColumnLook], within: Within | None) -> list[Candidate]:
    """Find the columns that may hold the time of the event: times that go on within the cases."""
    found, silent = [], []
    for look in looks:
        if not look.is_time:
            continue
        said = look.says.get("time")
        other = max((look.says[r].score for r in ("opened_at", "promised_at", "ended_at") if r in look.says), default=0)
        why = [f"header says {said.phrase!r}" if said else "header says nothing of the time of an event"]
        confidence = said.score if said else OPEN
        if within is not None:
            why.append(within.say(look.name).replace(", in the order of the rows", ""))
            if not within.changes[look.name].n:
                continue
            confidence = confirmed(confidence) if said else confidence
        if said is not None and other > said.score:
            continue
        if said is None:
            if other == 0:
                silent.append(Candidate("time", (look.name,), OPEN, "; ".join(why)))
            continue
        found.append(Candidate("time", (look.name,), confidence, "; ".join(why)))
    if not found and len(silent) == 1 and within is not None:
        only = silent[0]
        return [replace(only, confidence=0.7, why=f"{only.why}; no other column of times does")]
    return settle([*found, *silent], {look.name: look for look in looks})


def find_dates(role: str, looks: list[ColumnLook], within: Within | None, taken: frozenset[str]) -> list[Candidate]:
    """Find the columns that may hold the time of opening, or the promised time."""
    found = []
    for look in looks:
        said = look.says.get(role)
        if said is None or not look.is_time or look.name in taken:
            continue
        confidence, why = said.score, [f"header says {said.phrase!r}"]
        if within is not None:
            why.append(within.say(look.name))
            if role == "opened_at":
                confidence = confirmed(confidence) if within.share(look.name) <= 0.01 else confidence - 0.4
        found.append(Candidate(role, (look.name,), confidence, "; ".join(why)))
    return settle(found, {look.name: look for look in looks})


def find_department(looks: list[ColumnLook], within: Within | None, state_changes: int) -> list[Candidate]:
    """Find the columns that may hold the department: names that change within a case, but seldom."""
    found = []
    for look in looks:
        if look.is_time or look.is_flag or look.state_share > 0.5 or not look.n:
            continue
        said = look.says.get("department")
        confidence = said.score if said else 0.4
        why = [f"header says {said.phrase!r}" if said else "header says nothing", _values(look)]
        if said is None:
            names = look.n_distinct <= max(2, look.n // 3) and look.share_matching(r"^\D{2,60}$|^[A-Za-z].{1,50}$")
            known = {role for role in look.says if look.says[role].score >= OPEN}
            if within is None or known or not names or names < 0.9 or look.n_distinct < 3:
                continue
            if not 0 < within.changes[look.name].n <= state_changes or look.n_distinct > _MOST_DEPARTMENTS:
                continue
        if within is not None:
            why.append(within.say(look.name))
            if not within.changes[look.name].n:
                confidence = min(confidence, OPEN) - 0.05
                why.append("it may be the customer's")
            elif said is not None:
                confidence = confirmed(confidence)
        if look.n_distinct > _MOST_DEPARTMENTS:
            confidence -= 0.3
        if look.n_distinct < 2:
            confidence = min(confidence, 0.3)
        found.append(Candidate("department", (look.name,), confidence, "; ".join(why)))
    if any(c.confidence >= OPEN for c in found):
        found = [c for c in found if not c.why.startswith("header says nothing")]
    by_name = {look.name: look for look in looks}
    return settle(found, by_name)


def find_people_and_words(
    role: str, looks: list[ColumnLook], within: Within | None, taken: frozenset[str]
) -> list[Candidate]:
    """Find the columns that may hold one of the roles that a log can do without."""
    found = []
    for look in looks:
        said = look.says.get(role)
        if said is None or look.is_time or look.is_flag or look.name in taken or not look.n:
            continue
        confidence, why = said.score, [f"header says {said.phrase!r}", _values(look)]
        stronger = max(saying.score for saying in look.says.values())
        if stronger > said.score:
            confidence -= 0.3
            why.append("it may say something else")
        if within is not None:
            why.append(within.say(look.name))
            moves = within.changes[look.name].n > 0
            if role in ("requester", "channel"):
                if within.share(look.name) > 0.05:
                    confidence -= 0.3
                elif look.n_distinct > 1:
                    confidence = confirmed(confidence)
            if role in ("agent", "actor"):
                confidence = confirmed(confidence) if moves else confidence - 0.2
        found.append(Candidate(role, (look.name,), confidence, "; ".join(why)))
    return settle(found, {look.name: look for look in looks})


def find_state(looks: list[ColumnLook], within: Within | None) -> list[Candidate]:
    """Find the column, or the two columns, that may hold the state."""
    found = []
    for look in looks:
        if look.is_time or not look.n or look.n_distinct > 300 or _is_lifecycle(look):
            continue
        said = look.says.get("state") or look.says.get("substate")
        share = f"labels that are known words for states: {look.n_state_words:,} of {look.n_distinct:,}"
        if said is None:
            # The values of a list of changed fields are of all kinds, states among them.
            if look.n_state_words < 3 or look.state_share < 0.6 or "value" in look.says:
                continue
            if any(saying.score >= ENOUGH for role, saying in look.says.items() if role != "activity"):
                continue
            confidence = 0.75 if look.state_share >= 0.8 else 0.65
            why = ["header says nothing", share]
        else:
            confidence = said.score - (0.3 if look.state_share == 0 else 0.1 if look.state_share < 0.5 else 0.0)
            why = [f"header says {said.phrase!r}", share]
            if "state" not in look.says:
                confidence = min(confidence, 0.75) if look.state_share >= 0.6 else min(confidence, 0.4)
        if within is not None:
            why.append(within.say(look.name))
            if not within.changes[look.name].n:
                confidence -= 0.3
            elif said is not None and look.state_share >= 0.5:
                confidence = confirmed(confidence)
        if look.n_distinct < 2:
            confidence = min(confidence, 0.4)
        found.append(Candidate("state", (look.name,), confidence, "; ".join(why)))
    by_name = {look.name: look for look in looks}
    details = [c for c in found if "substate" in by_name[c.columns[0]].says]
    mains = [c for c in found if c not in details and c.confidence >= OPEN]
    ranked = sorted(mains, key=lambda c: -c.confidence)
    details = [c for c in details if by_name[c.columns[0]].state_share >= 0.3]
    if ranked and len(details) == 1 and (len(ranked) == 1 or ranked[0].confidence - ranked[1].confidence >= MARGIN):
        main, detail = ranked[0], details[0]
        both = Candidate(
            "state",
            (*main.columns, *detail.columns),
            max(main.confidence, 0.75),
            f"the status stands in two columns; {main.columns[0]!r}: {main.why}; {detail.columns[0]!r}: {detail.why}",
        )
        rest = [replace(c, confidence=min(c.confidence, OPEN)) for c in found]
        return [both, *sorted(rest, key=lambda c: -c.confidence)]
    return _with_both(_doubt_twins(settle(found, by_name), by_name), by_name)


def _doubt_twins(ranked: list[Candidate], looks: Mapping[str, ColumnLook]) -> list[Candidate]:
    """Take the confidence from a state that another column says row for row, but with words for other states."""
    if len(ranked) < 2 or not ranked[0].sure_enough or ranked[1].confidence < OPEN:
        return ranked
    first, second = (looks[c.columns[0]] for c in ranked[:2])
    if not second.n_state_words or not say_the_same(first, second) or _states_of(first) == _states_of(second):
        return ranked
    why = f"{ranked[0].why}; {second.name!r} changes with it, but means other states"
    return [replace(ranked[0], confidence=OPEN, why=why), *ranked[1:]]


def _states_of(look: ColumnLook) -> set[str | None]:
    names = look.values.names.to_pylist()
    return {place_label(name).state for name, n in zip(names, look.counts.tolist(), strict=True) if n}


def _with_both(ranked: list[Candidate], looks: Mapping[str, ColumnLook]) -> list[Candidate]:
    """Add the two first candidates joined, where neither is sure and one may be the detail of the other."""
    said = [c for c in ranked if c.confidence >= OPEN and "state" in looks[c.columns[0]].says]
    if len(said) < 2 or ranked[0].sure_enough:
        return ranked
    first, second = said[:2]
    why = "both together, if a label means something only with the other"
    return [*ranked, Candidate("state", (*first.columns, *second.columns), OPEN, why)]


def _is_lifecycle(look: ColumnLook) -> bool:
    names = look.values.names.to_pylist()
    return {name.lower() for name, n in zip(names, look.counts.tolist(), strict=True) if n} <= XES_LIFECYCLE


def _values(look: ColumnLook) -> str:
    return counted(look.n_distinct, "value")
