"""Reports and the index to one self-contained HTML file each: no script, no request, every string escaped."""

import json
import re
from collections.abc import Sequence
from importlib import resources
from itertools import groupby
from urllib.parse import quote
from xml.etree import ElementTree

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from recovery_analysis.exhibit.exhibit import Table
from recovery_analysis.exhibit.style import STATUSES, Status, css_tokens
from recovery_analysis.exhibit.tidy_csv import csv_text
from recovery_analysis.report.document import IndexEntry, Report
from recovery_analysis.report.glossary import GlossaryLinks

#: Tables with more columns than this get a scroll region of their own on narrow screens.
_NARROW_COLUMNS = 3
#: A list longer than this gets links by first letter.
_LETTERS_FROM = 40
_SVG_TAGS = frozenset({"svg", "title", "desc", "defs", "g", "path", "use", "text", "tspan",
                       "clipPath", "rect", "circle", "line", "polyline", "polygon"})  # fmt: skip
_SHORTHAND = re.compile(r"\[[a-z]+\]")


def render(report: Report) -> str:
    """Write one community's report as one HTML file.

    The same report gives the same bytes.

    Raises
    ------
    ValueError
        If a figure's SVG holds anything that could run or load.
    """
    template = _environment().get_template("page.html")
    return template.render(
        report=report,
        provenance=json.dumps(report.provenance, indent=2, sort_keys=True, ensure_ascii=False),
        css=_css(report.handling),
    )


def render_index(
    entries: Sequence[IndexEntry], *, title: str, run_facts: Sequence[tuple[str, str]] = ()
) -> str:
    """Write the page over many reports: failures first, then by kind, names in alphabetical order."""
    ordered = sorted(entries, key=lambda entry: (entry.kind, entry.name.casefold()))
    kinds = [
        (kind, _with_letters(list(group)))
        for kind, group in groupby(ordered, key=lambda entry: entry.kind)
    ]
    return (
        _environment()
        .get_template("index.html")
        .render(
            title=title,
            kinds=kinds,
            failed=[entry for entry in ordered if entry.status == "failed"],
            built_n=sum(entry.status == "built" for entry in ordered),
            run_facts=tuple(run_facts),
            css=_css(title),
        )
    )


def csv_link(table: Table) -> str:
    """Give the tidy form of ``table`` as a data URI; UTF-8 with a mark, so that Excel reads names rightly.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    return f"data:text/csv;charset=utf-8,%EF%BB%BF{quote(csv_text(table), safe=',:;/()._-')}"


def safe_svg(svg: str) -> Markup:
    """Let a drawing into the page only if every element and attribute of it is known to be still.

    Raises
    ------
    ValueError
        Naming the element or attribute that could run or load something.
    """
    root = ElementTree.fromstring(svg)  # noqa: S314 (no entity survives the check below)
    if "<!" in svg:
        raise ValueError("a figure's SVG may not hold declarations, entities or comments")
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag not in _SVG_TAGS:
            raise ValueError(f"a figure's SVG may not hold the element {tag!r}")
        for name, value in element.attrib.items():
            bare = name.rpartition("}")[2].casefold()
            points_out = (bare in {"href", "src"} and not value.startswith("#")) or (
                "url(" in value and not value.startswith("url(#")
            )
            if bare.startswith("on") or bare == "style" or points_out:
                raise ValueError(f"a figure's SVG may not hold the attribute {bare!r} of <{tag}>")
    return Markup(svg)  # noqa: S704 (checked element by element above)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("recovery_analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(glossary_links=GlossaryLinks)
    environment.filters.update(
        csv_link=csv_link,
        safe_svg=safe_svg,
        status=_status,
        is_missing=lambda cell: bool(_SHORTHAND.fullmatch(cell)),
        is_wide=lambda table: len(table.columns) > _NARROW_COLUMNS,
        json_link=lambda text: f"data:application/json;charset=utf-8,{quote(text, safe='')}",
        file_stem=lambda text: re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-"),
    )
    return environment


def _css(footer: str) -> Markup:
    """Give tokens, rules and the words of the printed foot; ``</`` can not end the style element early."""
    assets = resources.files("recovery_analysis.report") / "assets"
    rules = (assets / "report.css").read_text(encoding="utf-8")
    printed = (assets / "print.css").read_text(encoding="utf-8")
    words = "".join(f"\\{ord(c):x} " if c in '"\\<>\n' else c for c in footer)
    foot = f'@page{{@bottom-left{{content:"{words}"}}}}'
    return Markup("\n".join((css_tokens(), rules, printed, foot)))  # noqa: S704 (escaped above)


def _with_letters(entries: list[IndexEntry]) -> list[tuple[IndexEntry, str]]:
    """Put beside each entry the letter that it is the first of in a long list, or nothing."""
    seen: set[str] = set()
    lettered: list[tuple[IndexEntry, str]] = []
    for entry in entries:
        first = entry.name[:1].upper()
        letter = first if first.isalpha() else "0"
        is_first = len(entries) > _LETTERS_FROM and letter not in seen
        lettered.append((entry, letter if is_first else ""))
        seen.add(letter)
    return lettered


def _status(cell: str) -> Status | None:
    return next((status for status in STATUSES if status.word == cell), None)
