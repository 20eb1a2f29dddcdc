"""State guesses: a helpdesk's status labels -> lanehop's states, where their words leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from lanehop.read.label_words import CUSTOMER, OTHERS, STATE_WORDS, UNSURE_WORDS, WAITS, ZENDESK
from lanehop.read.wordings import index_phrases, plain_words, spellings
from lanehop.states import DONE_STATES

UNKNOWN = "no known word"
ZENDESK_WORD = "a word of Zendesk"
_FOR_WHOM, _HOW_DONE, _IN_HANDS, _REOPENING = tuple(UNSURE_WORDS)[:4]


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
      only says in whose hands it is. A done main part stands whatever an unknown detail adds.
    """
    plain = {plain_words(part[0]) for part in labels if len(part) == 1}
    singly = all(len(parts) == 1 for parts in labels)
    if singly and plain <= {*ZENDESK, "on hold"} and {"pending", "solved"} <= plain:
        words = ZENDESK | {"on hold": ZENDESK["hold"]}
        return [Placing(words[plain_words(parts[0])], ZENDESK_WORD) for parts in labels]
    return [_place_parts(parts) for parts in labels]


def place_label(label: str) -> Placing:
    """Return what one label means by its words alone."""
    words = plain_words(label)
    known, unsure = _states(), _unsure()
    if words in known:
        return Placing(known[words], "its words")
    if words in unsure:
        return Placing(None, unsure[words])
    waiting = _wait_for(words)
    if waiting is not None:
        return waiting
    parts = [p for p in re.split(r"\s+[-\u2013\u2014]\s+|[:/>|(),]", label) if plain_words(p)]
    if len(parts) > 1:
        return _place_parts(tuple(parts))
    return Placing(None, UNKNOWN)


def _place_parts(parts: tuple[str, ...]) -> Placing:
    if len(parts) == 1:
        return place_label(parts[0])
    main, detail = place_label(parts[0]), place_label(" ".join(parts[1:]))
    done = main.state in DONE_STATES
    if done and not detail.known:
        return Placing(main.state, "its main part")
    if not done and main.why == _FOR_WHOM:
        waiting = _wait_for(plain_words(" ".join(parts)))
        if waiting is not None and detail.state is None:
            return waiting
    if detail.state is not None:
        if main.known and _contradict(main, detail):
            return Placing(None, "its two parts contradict each other")
        return detail
    if detail.why == _IN_HANDS and main.state in ("queued", "working"):
        return Placing(main.state, "its main part")
    if plain_words(parts[0]) == plain_words(" ".join(parts[1:])):
        return main
    if not detail.known and main.state is not None:
        return Placing(None, f"{parts[0]!r} alone would mean {main.state}")
    return detail if detail.known else main


def _contradict(main: Placing, detail: Placing) -> bool:
    """Tell whether one part says done and the other open."""
    if main.state is None:
        done = detail.state in DONE_STATES
        return (main.why in (_FOR_WHOM, _IN_HANDS) and done) or (main.why == _HOW_DONE and not done)
    return (main.state in DONE_STATES) != (detail.state in DONE_STATES)


def _wait_for(words: str) -> Placing | None:
    """Return what words of waiting mean, by whom they wait for; None if they are none."""
    padded = f" {words} "
    waits = [padded.find(f" {wait} ") for wait in _set(WAITS)]
    if max(waits) < 0:
        return None
    # "Waiting for user" is one thing, "user waiting" another.
    after = padded[min(at for at in waits if at >= 0) :]
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


@lru_cache(maxsize=8)
def _set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(spellings, phrases))
