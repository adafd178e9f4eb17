"""A matplotlib figure measured in pixels, and its way to a small, deterministic, accessible SVG."""

import hashlib
import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import matplotlib
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from recovery_analysis.exhibit import style

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_NUMBER = re.compile(r"-?\d+\.\d+")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
#: Taller than this many widths does not fit a printed page at a readable size.
_TALL = 2.6
#: Properties left out: fonts come from the page, joins from the root element.
_DROPPED_STYLES = frozenset({"font-family", "stroke-linejoin", "stroke-linecap", "font"})


@contextmanager
def chart_theme(chart_id: str) -> Iterator[None]:
    """Draw under the house theme; nothing global changes once the block is left."""
    if not _ID.fullmatch(chart_id):
        raise ValueError(
            f"a chart id is letters, digits, - and _, from a letter on; got {chart_id!r}"
        )
    settings: dict[Any, Any] = {
        **sns.axes_style("white"),
        "font.family": style.MEASURING_FONT,
        "font.sans-serif": [style.MEASURING_FONT],
        "svg.fonttype": "none",
        "svg.hashsalt": f"recovery-{chart_id}",
        "path.simplify": False,
        "lines.scale_dashes": False,
    }
    with matplotlib.rc_context(settings):
        yield


class Sheet:
    """A page of ``width`` by ``height`` pixels, with the origin at the top left, and one plot on it."""

    def __init__(self, *, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
        FigureCanvasSVG(self.figure)

    def plot(self, *, left: float, top: float, right: float, bottom: float) -> Axes:
        """Add the plot between these pixel positions, bare: no frame, no ticks."""
        box = (
            left / self.width,
            1 - bottom / self.height,
            (right - left) / self.width,
            (bottom - top) / self.height,
        )
        axes = self.figure.add_axes(box, facecolor="none")
        axes.spines[:].set_visible(False)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        align: str = "left",
        size: float = style.CHART_TEXT,
        colour: str = style.INK,
        bold: bool = False,
    ) -> Text:
        """Set one line of text with its baseline at pixel (x, y)."""
        return self.figure.text(
            x / self.width,
            1 - y / self.height,
            words,
            ha=align,
            va="baseline",
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            parse_math=False,
        )

    def to_svg(self, *, chart_id: str, title: str, alt: str) -> str:
        """Write the sheet as inline SVG whose ids all start with ``chart_id``."""
        buffer = io.StringIO()
        self.figure.savefig(buffer, format="svg", metadata=_NO_METADATA, transparent=True)
        root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 (our own drawing)
        _clean(root, chart_id)
        root.attrib = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart tall" if self.height > _TALL * self.width else "chart",
            "preserveAspectRatio": "xMinYMin meet",
            "role": "img",
            "aria-labelledby": f"{chart_id}-title {chart_id}-desc",
            "viewBox": f"0 0 {self.width:g} {self.height:g}",
            "font-family": style.FONT_STACK.replace('"', "'"),
            "stroke-linejoin": "round",
        }
        for place, (tag, words) in enumerate((("title", title), ("desc", alt))):
            element = ElementTree.Element(tag, {"id": f"{chart_id}-{tag}"})
            element.text = words
            root.insert(place, element)
        return ElementTree.tostring(root, encoding="unicode")


def text_width(words: str, size: float = style.CHART_TEXT, *, bold: bool = False) -> float:
    """Give the width in pixels that ``words`` take in the page's font, slightly on the wide side."""
    weight = "bold" if bold else "normal"
    font = FontProperties(family=style.MEASURING_FONT, size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(words, font, ismath=False)
    return float(width) * style.NARROWER


def wrap(words: str, *, width: float, size: float = style.CHART_TEXT, most: int = 3) -> list[str]:
    """Break ``words`` into at most ``most`` lines of about ``width`` pixels, never inside a word.

    What does not fit ends in an ellipsis; the table beside the chart has the full words.
    """
    letters = max(4, int(width / text_width("abcdefghijklmnopqrstuvwxyz", size) * 28))
    while letters > 4:
        lines = _broken(words, letters, most)
        if all(text_width(line, size) <= width or " " not in line for line in lines):
            return lines
        letters -= 1
    return _broken(words, letters, most)


def _broken(words: str, letters: int, most: int) -> list[str]:
    return textwrap.wrap(
        words, letters, max_lines=most, placeholder="…", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _clean(root: ElementTree.Element, chart_id: str) -> None:
    """Drop what a page does not need and make every id this chart's own, and short: it stands often."""
    used = {
        found
        for element in root.iter()
        for value in element.attrib.values()
        for found in re.findall(r"#([\w.-]+)", value)
    }
    prefix = hashlib.sha256(chart_id.encode()).hexdigest()[:8]
    names = {found: f"c{prefix}-{number}" for number, found in enumerate(sorted(used))}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}style":
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.tail = None
        if element.tag != "text":
            element.text = None
        element.attrib = dict(_attributes(element.attrib, names))
    _flatten(root)


def _flatten(parent: ElementTree.Element) -> None:
    """Take the children out of groups that say nothing, and drop what is empty or draws nothing."""
    kept: list[ElementTree.Element] = []
    for child in parent:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            kept.extend(child)
        elif not _is_blank(child):
            kept.append(child)
    parent[:] = kept


def _is_blank(element: ElementTree.Element) -> bool:
    if element.tag == "path":
        return element.get("fill") == "none" and "stroke" not in element.attrib
    return element.tag in {"g", "defs"} and not len(element)


def _attributes(attributes: dict[str, str], names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        if name == "id":
            if value in names:
                yield "id", names[value]
        elif name == "style":
            for declaration in value.split(";"):
                key, _, setting = declaration.partition(":")
                if key.strip() and key.strip() not in _DROPPED_STYLES:
                    yield key.strip(), _short(setting.strip().removesuffix("px"))
        elif name == _HREF:
            yield "href", f"#{names[value.removeprefix('#')]}"
        elif name == "transform" and value.startswith("rotate(-0 "):
            continue
        elif value.startswith("url(#"):
            yield name, f"url(#{names[value.removeprefix('url(#').removesuffix(')')]})"
        else:
            yield name, _short(" ".join(value.split()))


def _short(value: str) -> str:
    """Round to a tenth of a pixel (colours and words have no decimal point and pass)."""
    return _NUMBER.sub(lambda found: f"{round(float(found[0]), 2):g}", value)
