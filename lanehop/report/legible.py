"""Legible: texts of a log as a page may show them."""

from __future__ import annotations

import unicodedata

from lanehop.wording import printable


def legible(text: str, most: int) -> str:
    r"""Return a text of at most so many letters, with those that hide, or turn the order of others, by their code.

    Spaces of any width stay: names have them, and they do no harm.

    Examples
    --------
    >>> legible("R&D\u202eti", 40), legible("a very long name", 7)
    ('R&D\\u202eti', 'a very\u2026')
    """
    if len(text) <= most and text.isprintable():
        return text
    shown = "".join(x if unicodedata.category(x) == "Zs" else printable(x) for x in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "\u2026"
