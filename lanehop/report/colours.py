"""Colours: those of the pictures and the page by day, and the shade that each of them takes by night.

A picture may use any colour: blends of the palette stand for "more" and "less". So the shade by night is a rule and not
a list: the hue stays, light becomes dark and dark becomes light, in the same order. What could be read on a bar by day
can be read on it by night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from lanehop.plots.palette import CLOCK_COLOURS, FAINT, GRID, INK, PAPER, STATE_COLOURS, VERDICT_COLOURS

PAGE_COLOURS: Mapping[str, str] = {
    "ink": INK,
    "faint": "#596273",
    "grid": GRID,
    "paper": PAPER,
    "surface": "#f5f6f8",
    "control": "#7a8494",
    "accent": STATE_COLOURS["working"],
    "bad": VERDICT_COLOURS["unresolved"],
    "good": VERDICT_COLOURS["fixed"],
    "dashboard": CLOCK_COLOURS["close"],
    "customer": CLOCK_COLOURS["fix"],
}
"""Names of the page's own colours."""

_SHARED = {"#000000": "ink", INK: "ink", FAINT: "faint", GRID: "grid", PAPER: "paper"}
"""Colours of pictures that are the page's own, so that text in them is as dark as any other text."""

# Lightness (OKLab, 0 black to 1 white) by day, and by night.
# Numbers on a colour are white up to a lightness of 0.6, ink beyond it: by night they turn there, and so
# does what they stand on, or neither could be read.
_BY_DAY = (0.0, 0.25, 0.47, 0.55, 0.59, 0.61, 0.80, 0.92, 1.0)
_BY_NIGHT = (0.97, 0.93, 0.77, 0.72, 0.68, 0.53, 0.48, 0.33, 0.20)

_VIVID, _LEAST = 0.12, 0.66
"""Chroma from which on a colour is at least so light by night: dark yellow would be no yellow."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""Linear RGB to cone responses, and their cube roots to OKLab (B. Ottosson, "A perceptual color space", 2020)."""


def variable(colour: str) -> str:
    """Return the name of the CSS variable that holds a colour, ``#rrggbb``, by day and by night."""
    return f"--{_SHARED.get(colour, 'c-' + colour[1:])}"


def write_variables(colours: Iterable[str]) -> str:
    """Write the style sheet that defines the page's colours and these, by day and by night; paper is always day."""
    by_day = {f"--{name}": colour for name, colour in PAGE_COLOURS.items()}
    by_day |= {variable(colour): colour for colour in sorted(colours) if colour not in _SHARED}
    day = ";".join(f"{name}:{colour}" for name, colour in by_day.items())
    night = ";".join(f"{name}:{by_night(colour)}" for name, colour in by_day.items())
    return f":root{{{day}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}\n"


def by_night(colour: str) -> str:
    """Return the shade of a colour on a dark page.

    Examples
    --------
    >>> by_night("#ffffff"), by_night("#0072b2")
    ('#161616', '#57b0f4')
    """
    lightness, *hue = _lab(colour)
    target = float(np.interp(lightness, _BY_DAY, _BY_NIGHT))
    if np.hypot(*hue) >= _VIVID:
        target = max(target, _LEAST)
    # Less and less colour, until it is one that screens have.
    made = (_linear(np.array([target, *(share * np.array(hue))])) for share in np.linspace(1, 0, 26))
    fitting = next(rgb for rgb in made if rgb.min() > -0.001 and rgb.max() < 1.001)
    return _hex(fitting)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 counts it, 1 to 21."""
    low, high = sorted(float(_rgb(colour) @ (0.2126, 0.7152, 0.0722)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _rgb(colour: str) -> np.ndarray:
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def _hex(rgb: np.ndarray) -> str:
    part = np.clip(rgb, 0, 1)
    part = np.where(part <= 0.0031308, part * 12.92, 1.055 * part ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * float(x)):02x}" for x in part)


def _lab(colour: str) -> np.ndarray:
    return _TO_LAB @ np.cbrt(_TO_LMS @ _rgb(colour))


def _linear(lab: np.ndarray) -> np.ndarray:
    return np.linalg.solve(_TO_LMS, np.linalg.solve(_TO_LAB, lab) ** 3)
