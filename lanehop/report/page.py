"""Page: sections as one HTML file that needs nothing else and loads nothing.

What comes from a log is text, wherever it stands: every value is escaped, characters that would steer or hide others
are shown by their code, and long texts are cut. The page's security policy allows its one style sheet and its one
script by their hashes, and nothing else: even a tag that got through would do nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from lanehop.report.colours import write_variables
from lanehop.report.legible import legible
from lanehop.report.pictures import Drawing, draw_picture
from lanehop.report.section import Block, Picture, Section, Table, Tone
from lanehop.report.table_cells import show_cells

MAX_LETTERS = 2_000
"""Of a paragraph, or of any other single text."""
MAX_LABEL = 120
"""Of a title or a label."""
MAX_LINES, MAX_LINE = 1_000, 300
"""Of a text of which the line breaks count, and of each of its lines."""

TONES: Mapping[Tone, str] = {
    "plain": "",
    "bad": "against the customer",
    "good": "for the customer",
    "dashboard": "the dashboard's clock",
    "customer": "the customer's clock",
}
"""What a tone says, in words: the colour never says it alone."""

_WIDTHS = {"wide": 10, "wider": 16, "widest": 27}
"""Columns from which on a table is printed across the long side of the paper, then smaller, then with words broken."""


@dataclass(frozen=True)
class _Placed:
    """A block with the id that its element has."""

    key: str
    kind: str
    block: Block


@dataclass(frozen=True)
class _Part:
    """A section with the id that its element has."""

    key: str
    section: Section
    blocks: tuple[_Placed, ...]

    @property
    def is_big(self) -> bool:
        """Whether it starts a new page in print."""
        return any(isinstance(block, Table | Picture) for block in self.section.blocks)

    @property
    def is_wide(self) -> bool:
        """Whether it is printed across the long side of the paper."""
        return any("wide" in _widths(block) for block in self.section.blocks if isinstance(block, Table))


def write_page(
    path: Path | str,
    *,
    title: str,
    subtitle: str,
    sections: Sequence[Section],
    about: Iterable[tuple[str, str]],
) -> None:
    """Write sections as one HTML file.

    Parameters
    ----------
    about
        Labels and texts for the head of the page: the log, ``as_of``, ``hold``.

    Notes
    -----
    - The same sections make the same bytes.
    - The file is there when it is whole: until then it has another name, ``<name>.part``.
    """
    from jinja2 import Environment, StrictUndefined

    parts = _place(sections)
    drawings = {
        placed.key: draw_picture(placed.block, placed.key)
        for part in parts
        for placed in part.blocks
        if isinstance(placed.block, Picture)
    }
    style = Markup(write_variables(_colours(drawings.values())) + _file("page.css"))
    script = Markup(_file("page.js"))
    page = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    page.filters |= {"cut": _cut, "prose": _prose, "lines": _lines, "attribute": _attribute}
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.part")
    page.from_string(_file("page.html.jinja")).stream(
        title=title,
        subtitle=subtitle,
        about=tuple(about),
        parts=parts,
        style=style,
        script=script,
        policy=_policy(style, script, has_pixels=any(drawing.has_pixels for drawing in drawings.values())),
        drawing=lambda placed: Markup(drawings[placed.key].markup),
        cells=show_cells,
        widths=_widths,
        tones=TONES,
    ).dump(str(unfinished), encoding="utf-8", errors="backslashreplace")
    unfinished.replace(path)


def _place(sections: Sequence[Section]) -> tuple[_Part, ...]:
    """Give each section and block an id; a key that is used twice, or is no word, gets a number."""
    parts = []
    taken: set[str] = set()
    for i, section in enumerate(sections, start=1):
        key = re.sub(r"[^a-z0-9]+", "-", section.key.lower()).strip("-")[:40]
        key = key if key and key not in taken else f"part-{i}"
        taken.add(key)
        placed = (_Placed(f"{key}.{n}", type(block).__name__, block) for n, block in enumerate(section.blocks, start=1))
        parts.append(_Part(key, section, tuple(placed)))
    return tuple(parts)


def _widths(table: Table) -> list[str]:
    """Return how a table is printed: the classes of its element."""
    return [name for name, n in _WIDTHS.items() if table.frame.shape[1] >= n]


def _policy(style: str, script: str, *, has_pixels: bool) -> str:
    rules = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        **({"img-src": "data:"} if has_pixels else {}),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return (resources.files("lanehop") / "report" / name).read_text(encoding="utf-8")


def _colours(drawings: Iterable[Drawing]) -> frozenset[str]:
    return frozenset[str]().union(*(drawing.colours for drawing in drawings))


def _shown(value: Any, most: int = MAX_LETTERS) -> Any:
    """Return a value of the template as it may be shown; what is markup already stays as it is."""
    return legible(value, most) if isinstance(value, str) and not isinstance(value, Markup) else value


def _cut(text: str, most: int = MAX_LABEL) -> str:
    """Return a text as it may be shown where there is little room."""
    return legible(text, most)


def _prose(text: str) -> str:
    """Return a text whose numbers are not parted from their units at the end of a line."""
    return re.sub(r"(?<=\d) (?=(?:%|(?:days|h|min|s)\b))", "\u00a0", text)


def _lines(text: str) -> Markup:
    """Return a text with its line breaks, each line cut and shown as any other text is."""
    lines = text.splitlines()
    more = [f"\u2026 and {len(lines) - MAX_LINES:,} more lines"] if len(lines) > MAX_LINES else []
    return Markup("\n").join(legible(line, MAX_LINE) for line in (*lines[:MAX_LINES], *more))


def _attribute(text: str) -> Markup:
    """Return a text for an attribute that a script reads, every character as it is."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))
