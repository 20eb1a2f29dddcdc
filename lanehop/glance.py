"""Glance: what a log or its lanes come to, as a small table for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from lanehop.wording import printable


def glance(title: str, lines: Iterable[tuple[str, str]]) -> str:
    """Return HTML that shows a title and lines of a label and a text; nothing in them is taken for markup."""

    def said(text: str) -> str:
        # What a log says may run from right to left; it is not to turn its neighbours round.
        return f"<bdi>{escape(printable(text))}</bdi>"

    rows = "".join(f'<tr><th scope="row">{said(label)}</th><td>{said(text)}</td></tr>' for label, text in lines)
    return f"<table><caption>{said(title)}</caption><tbody>{rows}</tbody></table>"
