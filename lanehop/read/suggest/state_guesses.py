"""State guesses: a helpdesk's status labels -> lanehop's states, where their words leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from lanehop.read.suggest.label_words import (
    CUSTOMER,
    FAILURES,
    HARMLESS,
    NEGATIONS,
    OTHERS,
    STATE_WORDS,
    UNSURE_WORDS,
    WAITS,
    ZENDESK,
)
from lanehop.read.suggest.wordings import index_phrases, plain_words, spellings
from lanehop.states import DONE_STATES

UNKNOWN = "no known word"
ZENDESK_WORD = "a word of Zendesk"
_FOR_WHOM, _HOW_DONE, _IN_HANDS, _REOPENING, _NO_FIX = UNSURE_WORDS
_CONTRADICTION = "its parts contradict each other"
_CODE = "a state, or a resolution code?"
_NOT_FIXED = f"says done and not fixed: {_CODE}"
_NOT_DONE = f"says what is not done: {_CODE}"
_NEGATED = "says what it is not"
_DOUBTED = "its mark leaves it open"
_MARKS = re.compile("[?!\u00bf\u00a1\u00ac\u2260\u2717\u2718\u274c]")
_SEPARATORS = re.compile(r"\s+[-\u2013\u2014]\s+|[:/>|(),;]")
_UN = re.compile(r"(?:un|in|ir|not|non|nicht|niet|on|nie|nao|no)(\w+)")
"""A denial written as one word with what it denies."""


class Placing(NamedTuple):
    """What a label means: a state, or none and why not."""

    state: str | None
    why: str

    @property
    def known(self) -> bool:
        """Whether the label speaks of states at all."""
        return self.why != UNKNOWN

    @property
    def reopens(self) -> bool:
        """Whether the label is a step from done to open."""
        return self.why == _REOPENING


def place_labels(labels: Sequence[tuple[str, ...]]) -> list[Placing]:
    """Return what each label means; a label has one part for each column that it is read from.

    Notes
    -----
    - Zendesk's words stand for more than each alone, and are told by their company: ``solved`` beside
      ``pending``, and nothing that Zendesk does not have.
    - Parts: the detail decides. What it leaves open, the main part does not settle, but where the detail
      only says in whose hands it is.
    - Done is never said by halves: a done label with a part that is not known, or that denies something,
      has no place, for it may be a resolution code ("Closed - Not resolved", "Resolved - Unsuccessful").
    """
    plain = {plain_words(part[0]) for part in labels if len(part) == 1}
    singly = all(len(parts) == 1 for parts in labels)
    marked = any(_MARKS.search(part) for parts in labels for part in parts)
    if singly and not marked and plain <= {*ZENDESK, "on hold"} and {"pending", "solved"} <= plain:
        words = ZENDESK | {"on hold": ZENDESK["hold"]}
        return [Placing(words[plain_words(parts[0])], ZENDESK_WORD) for parts in labels]
    return [_place_parts(parts) for parts in labels]


def place_label(label: str) -> Placing:
    """Return what one label means by its words alone."""
    words = plain_words(label)
    known, unsure = _states(), _unsure()
    if words in known:
        return Placing(None, _DOUBTED) if _MARKS.search(label) else Placing(known[words], "its words")
    if words in unsure:
        return Placing(None, unsure[words])
    placing = _wait_for(words)
    if placing is None:
        main, *rest = _split(label) or [label]
        placing = _weigh(main, " ".join(rest)) if rest else Placing(None, UNKNOWN)
    return _heed_denial(placing, label)


def _place_parts(parts: tuple[str, ...]) -> Placing:
    if len(parts) == 1:
        return place_label(parts[0])
    return _heed_denial(_weigh(parts[0], " ".join(parts[1:])), " / ".join(parts))


def _split(label: str) -> list[str]:
    """Return the parts of a label that hold words."""
    return [part.strip() for part in _SEPARATORS.split(label) if plain_words(part)]


def _weigh(first: str, second: str) -> Placing:
    """Return what a main part and its detail mean together."""
    main, detail = place_label(first), place_label(second)
    done = main.state in DONE_STATES
    if done and not detail.known:
        if plain_words(second) in _set(HARMLESS):
            return Placing(main.state, "its main part")
        return Placing(None, f"{first!r} alone would mean {main.state}; with {second!r}, {_CODE}")
    if not done and main.why == _FOR_WHOM:
        waiting = _wait_for(plain_words(f"{first} {second}"))
        if waiting is not None and detail.state is None:
            return waiting
    if detail.state is not None:
        if main.known and _contradict(main, detail):
            return Placing(None, _CONTRADICTION)
        if detail.state in DONE_STATES and not _bears_done(first, main):
            return Placing(None, f"{second!r} alone would mean {detail.state}")
        return detail
    if detail.why == _IN_HANDS and main.state in ("queued", "working"):
        return Placing(main.state, "its main part")
    if plain_words(first) == plain_words(second):
        return main
    if not detail.known and main.state is not None:
        return Placing(None, f"{first!r} alone would mean {main.state}")
    return detail if detail.known else main


def _bears_done(text: str, main: Placing) -> bool:
    """Tell whether a main part leaves a done detail what it is: done itself, a mere number, or harmless."""
    words = plain_words(text)
    return main.state in DONE_STATES or main.why == _HOW_DONE or words.isdigit() or words in _set(HARMLESS)


def _contradict(main: Placing, detail: Placing) -> bool:
    """Tell whether one part says done and the other open."""
    done = detail.state in DONE_STATES
    if main.state is None:
        return main.why in ((_FOR_WHOM, _IN_HANDS, _REOPENING) if done else (_HOW_DONE, _NO_FIX))
    return (main.state in DONE_STATES) != done


def _heed_denial(placing: Placing, label: str) -> Placing:
    """Take the state from a label that denies something or is marked, and say why; keep any other."""
    if placing.state in ("waiting_customer", "waiting_other"):
        # What stands behind the waiting ("no answer from the customer") is what is waited for.
        waiting = _wait_for(plain_words(label))
        return waiting if waiting is not None and waiting.state is None else placing
    parts = [plain_words(part) for part in _split(label)]
    said = {word for words in parts if words not in _states() and words not in _unsure() for word in words.split()}
    failed = bool(said & _set(FAILURES)) or any(
        (un := _UN.fullmatch(word)) is not None and un[1] in _done_words() for word in said
    )
    if failed or said & _set(NEGATIONS):
        failed = failed or bool(said & _done_words())
        if any(_states().get(words) in DONE_STATES for words in parts) and failed:
            return Placing(None, _NOT_FIXED)
        if placing.state is not None or placing.why == UNKNOWN:
            return Placing(None, _NOT_DONE if failed else _NEGATED if placing.known else UNKNOWN)
    if placing.state is not None and _MARKS.search(label):
        return Placing(None, _DOUBTED)
    return placing


def _wait_for(words: str) -> Placing | None:
    """Return what words of waiting mean, by whom they wait for; None if they are none."""
    padded = f" {words} "
    waits = [padded.find(f" {wait} ") for wait in _set(WAITS)]
    if max(waits) < 0:
        return None
    if _done_words() & set(words.split()):
        return Placing(None, _CONTRADICTION)
    # "Waiting for user" is one thing, "user waiting" another.
    begin = min(at for at in waits if at >= 0)
    after = padded[begin:]
    denials = _set(NEGATIONS)
    if denials & set(padded[:begin].split()) or any(f" {w} {no} " in after for w in _set(WAITS) for no in denials):
        return Placing(None, _NEGATED)
    customer = any(f" {who} " in after for who in _set(CUSTOMER))
    others = any(f" {who} " in after for who in _set(OTHERS))
    if any(f" {desk} " in after for desk in ("service", "support", "desk", "team", "agent")):
        return Placing(None, _FOR_WHOM)
    if customer != others:
        return Placing("waiting_customer" if customer else "waiting_other", "its words")
    return Placing(None, _FOR_WHOM)


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    return index_phrases(STATE_WORDS.items())


@lru_cache(maxsize=1)
def _unsure() -> dict[str, str]:
    return index_phrases(UNSURE_WORDS.items())


@lru_cache(maxsize=16)
def _set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(spellings, phrases))


@lru_cache(maxsize=1)
def _done_words() -> frozenset[str]:
    """Return the single words that say that a ticket is done."""
    known = {words for words, state in _states().items() if state in DONE_STATES}
    return frozenset(w for w in known | _set(UNSURE_WORDS[_HOW_DONE]) if " " not in w)
