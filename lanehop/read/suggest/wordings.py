"""Wordings: names and labels as people write them -> plain words that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lanehop.read.suggest.header_words import STRONG, WEAK

_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

EXACT_STRONG, PART_STRONG, EXACT_WEAK, PART_WEAK = 0.95, 0.6, 0.65, 0.45
"""How much a header says: the whole of it or a part is a name that means one thing, or several."""


class HeaderSaying(NamedTuple):
    """How far a column's name speaks for a role, and the known name found in it."""

    score: float
    phrase: str


def plain_words(text: str) -> str:
    """Return lower-case words without accents or marks, one blank between them.

    ``TicketID``, ``ticket_id`` and ``Ticket-Id`` are the same.
    """
    return _plain(re.sub(r"(?<=[a-zß-ÿ0-9])(?=[A-ZÀ-Þ])", " ", text))


def spellings(phrase: str) -> set[str]:
    """Return a known phrase as plain words, umlauts without their dots and spelt out."""
    return {_plain(phrase), _plain(phrase.casefold().translate(_SPELT_OUT))}


def index_phrases(groups: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Return plain words -> name of the group that they stand in; the first group counts."""
    found: dict[str, str] = {}
    for name, phrases in groups:
        for phrase in phrases:
            for words in spellings(phrase):
                found.setdefault(words, name)
    return found


def read_header(name: str) -> dict[str, HeaderSaying]:
    """Return what a column's name says: roles that it may mean, with how far and by which words.

    German endings are one: ``Ticketnr``, ``Ticket-Nr.`` and ``Ticketnummer`` are the same.
    """
    words = plain_words(name)
    numbered = _numbered(words)
    found: dict[str, HeaderSaying] = {}
    for lists, exact, part in ((_strong(), EXACT_STRONG, PART_STRONG), (_weak(), EXACT_WEAK, PART_WEAK)):
        for role, phrases in lists.items():
            if words in phrases or numbered in phrases:
                score, phrase = exact, words
            else:
                # A name within a longer one, if it is most of it.
                inside = [p for p in phrases if f" {p} " in f" {words} " and 2 * len(p) >= len(words)]
                if not inside:
                    continue
                score, phrase = part, max(inside, key=len)
            if role not in found or score > found[role].score:
                found[role] = HeaderSaying(score, phrase)
    return found


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    kept = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join(kept.split())


def _numbered(words: str) -> str:
    """Return plain words with the German endings "nr" and "nummer" written in one way."""
    return re.sub(r"(?<=\w)\s?(?:nr|nummer)$", "nummer", words)


@lru_cache(maxsize=1)
def _strong() -> dict[str, frozenset[str]]:
    return {role: _headers(phrases) for role, phrases in STRONG.items()}


@lru_cache(maxsize=1)
def _weak() -> dict[str, frozenset[str]]:
    return {role: _headers(phrases) for role, phrases in WEAK.items()}


def _headers(phrases: Iterable[str]) -> frozenset[str]:
    """Return known names as plain words, in all their spellings."""
    spelt = frozenset().union(*map(spellings, phrases))
    return spelt | frozenset(map(_numbered, spelt))
