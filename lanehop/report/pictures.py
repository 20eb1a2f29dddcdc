"""Pictures: matplotlib figures as SVG that stands in the page itself.

The page's security policy lets no style stand in an element, so what matplotlib says in ``style`` becomes attributes;
its colours become variables that are darker or lighter by night; its texts stay texts, which can be found and copied.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lanehop.plots.palette import FAINT, GRID, INK
from lanehop.report.colours import variable
from lanehop.report.legible import legible
from lanehop.report.section import Picture
from lanehop.wording import printable

if TYPE_CHECKING:
    from lxml.etree import _Element
    from matplotlib.figure import Figure

MAX_BYTES = 600_000
"""A picture that would be longer as SVG is stored as pixels."""

MAX_LETTERS = 160
"""Of a text in a picture."""

_WIDE = 672
"""Pixels below which a picture is not made narrower, but scrolled."""

_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lanehop",
    "svg.id": None,
    "text.parse_math": False,  # a department may well be called $x^2$
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.labelcolor": INK,
}
_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_REFERENCE = re.compile(r"(?<=url\(#)[^)]+(?=\))")
_NUMERIC = ("d", "x", "y", "width", "height", "transform", "points", "stroke-width", "stroke-dasharray")
_ATTRIBUTES = frozenset(
    {
        *("clip-path", "clip-rule", "d", "fill", "fill-opacity", "fill-rule", "height", "href", "opacity"),
        *("font-size", "font-style", "font-weight", "text-anchor", "transform", "viewBox", "width", "x", "y"),
        *("patternUnits", "preserveAspectRatio", "stroke", "stroke-dasharray", "stroke-dashoffset"),
        *("stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width"),
    }
)
"""What an element may say; anything else is left out."""
_ELEMENTS = frozenset({"clipPath", "defs", "g", "image", "path", "pattern", "rect", "svg", "text", "tspan", "use"})


@dataclass(frozen=True)
class Drawing:
    """A picture as text for the page: an ``svg`` element, or an ``img`` where that would be too long."""

    markup: str
    colours: frozenset[str]
    """Its colours, ``#rrggbb``, each of which the page must define by :func:`lanehop.report.colours.variable`."""
    has_pixels: bool


def draw_picture(picture: Picture, key: str) -> Drawing:
    """Draw a picture as text for the page; every id in it starts with ``key``."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # The letters that a font lacks are the browser's to find, and labels too long for a picture are the log's.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from", category=UserWarning)
        warnings.filterwarnings("ignore", message=r".*layout not applied", category=UserWarning)
        figure = Figure(figsize=picture.size, layout="constrained")
        picture.draw(figure)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata=_NO_METADATA)
        drawing = inline_svg(written.getvalue(), key)
        if len(drawing.markup) > MAX_BYTES:
            return _pixels(figure, key)
    return drawing


def inline_svg(svg: str, key: str) -> Drawing:
    """Turn SVG as matplotlib writes it into an element of the page, entitled by ``<key>-title`` and ``<key>-alt``."""
    from lxml import etree

    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, huge_tree=True)
    root = etree.fromstring(_NOT_XML.sub(lambda x: printable(x[0]), svg).encode(), parser)
    for element in list(root.iter()):
        name = str(element.tag).removeprefix(_SVG)
        parent = element.getparent()
        if parent is not None and name not in _ELEMENTS:
            parent.remove(element)
            continue
        _say_in_attributes(element)
        if element.text and name in ("text", "tspan"):
            element.text = _label(element.text)
        else:
            element.text = None
        element.tail = None
    # Pixels are as they are: what is drawn over them must then stay by day, too.
    has_pixels = root.find(f".//{_SVG}image") is not None
    colours = frozenset[str]() if has_pixels else frozenset(_rename_colours(root))
    _rename_ids(root, key)
    width, height = (float(x) for x in root.get("viewBox", "0 0 0 0").split()[2:])
    pixels = width * 4 / 3
    for name in set(root.attrib) - {"viewBox"}:
        del root.attrib[name]
    root.attrib.update(
        {
            "class": _looks(pixels, has_pixels=has_pixels),
            "width": f"{pixels:.0f}",
            "height": f"{height * 4 / 3:.0f}",
            "role": "img",
            "aria-labelledby": f"{key}-title {key}-alt",
            "stroke-linejoin": "round",
            "fill": "#000000" if has_pixels else f"var({variable(INK)})",  # black is what matplotlib does not say
        }
    )
    etree.cleanup_namespaces(root)
    markup = etree.tostring(root, encoding="unicode").replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return Drawing(markup, colours, has_pixels)


def _looks(pixels: float, *, has_pixels: bool) -> str:
    """Return the classes of a drawing that is so many pixels wide."""
    return "drawing" + " wide" * (pixels > _WIDE) + " day" * has_pixels


def _say_in_attributes(element: _Element) -> None:
    """Make attributes of what an element says in its style and of its links, and drop what a picture has no need of."""
    said = {str(k): str(value) for k, value in element.items() if k in _ATTRIBUTES or k == "id"}
    for part in str(element.get("style", "")).split(";"):
        name, _, value = part.partition(":")
        if name.strip() in _ATTRIBUTES:
            said[name.strip()] = value.strip()
    href = str(element.get(_HREF, ""))
    if href.startswith(("#", "data:image/png;base64,")):
        said["href"] = "".join(href.split())
    for name in _NUMERIC:
        if name in said:
            said[name] = _LONG_NUMBER.sub(_shorter, " ".join(said[name].split()))
    # A turn by nothing is what every level text says.
    if said.get("transform", "").startswith("rotate(-0 "):
        del said["transform"]
    element.attrib.clear()
    for name, value in said.items():
        element.set(name, value)


def _shorter(number: re.Match[str]) -> str:
    """Return a number to a hundredth of a point, which is the same on every machine; nothing has no sign."""
    return f"{round(float(number[0]), 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _label(text: str) -> str:
    # What the plots write for a dollar that starts no formula; nothing is a formula here.
    return legible(text.replace(r"\$", "$"), MAX_LETTERS)


def _rename_colours(root: _Element) -> Iterator[str]:
    for element in root.iter():
        for name in ("fill", "stroke"):
            colour = element.get(name, "")
            if _COLOUR.fullmatch(colour):
                yield colour
                element.set(name, f"var({variable(colour)})")


def _rename_ids(root: _Element, key: str) -> None:
    """Number the ids that something refers to, and drop the others."""
    used = {x[0] for e in root.iter() for value in e.attrib.values() for x in _REFERENCE.finditer(str(value))}
    used |= {href[1:] for e in root.iter() if (href := str(e.get("href", ""))).startswith("#")}
    known = [str(e.get("id")) for e in root.iter() if e.get("id") in used]
    names = {name: f"{key}-{i}" for i, name in enumerate(dict.fromkeys(known))}
    for element in root.iter():
        if name := names.get(str(element.attrib.pop("id", ""))):
            element.set("id", name)
        for attribute, value in element.items():
            if str(value).startswith("url("):
                element.set(attribute, _REFERENCE.sub(lambda x: names.get(x[0], x[0]), str(value)))
        if (href := str(element.get("href", ""))).startswith("#"):
            element.set("href", f"#{names.get(href[1:], href[1:])}")


def _pixels(figure: Figure, key: str) -> Drawing:
    from markupsafe import Markup

    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=150, metadata={"Software": None})
    width, height = (round(96 * float(inches)) for inches in figure.get_size_inches())
    image = Markup('<img class="{}" width="{}" height="{}" alt="" aria-labelledby="{}" src="{}">')
    source = "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()
    markup = image.format(_looks(width, has_pixels=True), width, height, f"{key}-title {key}-alt", source)
    return Drawing(str(markup), frozenset(), has_pixels=True)
