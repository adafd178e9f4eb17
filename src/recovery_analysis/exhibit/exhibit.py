"""The things that a leader sees: frozen, with a repr for terminal, HTML and assistive technology.

An exhibit travels from the chapter's kernel to the report as a MIME bundle in the executed notebook; its
JSON is the whole exhibit, so a notebook run by hand, by papermill or by ``recovery report`` gives one page.
"""

import html
from dataclasses import asdict, dataclass
from typing import Any, Literal

MIME_TYPE = "application/vnd.recovery-analysis.exhibit+json"

ColumnKind = Literal["text", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of a table: machine name (tidy CSV), title with unit, and whether it holds figures."""

    name: str
    title: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as shown, and its tidy CSV beside it.

    ``rows`` holds the text of each cell exactly as shown, one tuple a row, first cell the row's header.
    ``tidy_columns`` / ``tidy_rows`` are the machine-readable form in the shape of
    explore-education-statistics (bare letters for missing values). ``notes`` stand above the table.
    """

    id: str
    title: str
    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    tidy_columns: tuple[str, ...] = ()
    tidy_rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        _check_widths(self.id, self.columns, self.rows)
        _check_widths(self.id, self.tidy_columns, self.tidy_rows)

    def __repr__(self) -> str:
        return f"Table({self.title!r}, {len(self.rows)} rows)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart: message and subtitle, SVG, text alternative, and the table with the same numbers."""

    id: str
    headline: str
    subtitle: str
    alt: str
    svg: str
    table: Table
    sources: tuple[str, ...] = ()
    kind: Literal["figure"] = "figure"

    def __repr__(self) -> str:
        return f"Figure({self.headline!r}: {self.alt})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One statement; ``role`` says how it is set: an answer stands out, a note is small, a warning warns."""

    id: str
    text: str
    role: Literal["answer", "plain", "note", "warning", "missing"] = "plain"
    kind: Literal["sentence"] = "sentence"

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A summary list: term and description pairs (GOV.UK summary list pattern)."""

    id: str
    title: str
    pairs: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"

    def __repr__(self) -> str:
        return f"{self.title}: " + "; ".join(f"{term}: {words}" for term, words in self.pairs)


Exhibit = Table | Figure | Sentence | Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One number that the report states, as it stands in findings.json; every key is always there."""

    id: str
    chapter: str
    measure: str
    academic_year: str
    group: str
    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    n_pupils: int | None
    n_schools: int | None
    membership_rule: str
    method: str
    sources: tuple[str, ...]
    sentence: str
    missing_reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Give the plain dictionary that goes to findings.json."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A headed part of a chapter: what one notebook cell shows."""

    id: str
    heading: str
    exhibits: tuple[Exhibit, ...]
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the JSON that travels in the executed notebook."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Section":
        """Read back what ``to_json`` wrote."""
        return cls(
            id=data["id"],
            heading=data["heading"],
            exhibits=tuple(_exhibit_from_json(item) for item in data["exhibits"]),
            findings=tuple(
                Finding(**{**item, "sources": tuple(item["sources"])}) for item in data["findings"]
            ),
        )

    def __repr__(self) -> str:
        return "\n".join([self.heading, *(repr(exhibit) for exhibit in self.exhibits)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ANN401
        return {
            MIME_TYPE: self.to_json(),
            "text/html": self._repr_html_(),
            "text/plain": repr(self),
        }

    def _repr_html_(self) -> str:
        body = "".join(exhibit_html(exhibit) for exhibit in self.exhibits)
        return f"<section><h3>{html.escape(self.heading)}</h3>{body}</section>"


def exhibit_html(exhibit: Exhibit) -> str:
    """Give a small accessible HTML fragment of one exhibit, for a notebook cell."""
    if isinstance(exhibit, Sentence):
        return f"<p>{html.escape(exhibit.text)}</p>"
    if isinstance(exhibit, Facts):
        pairs = "".join(
            f"<dt>{html.escape(term)}</dt><dd>{html.escape(words)}</dd>"
            for term, words in exhibit.pairs
        )
        return f"<h4>{html.escape(exhibit.title)}</h4><dl>{pairs}</dl>"
    if isinstance(exhibit, Figure):
        return (
            f"<figure><figcaption><strong>{html.escape(exhibit.headline)}</strong><br>"
            f"{html.escape(exhibit.subtitle)}</figcaption>{exhibit.svg}</figure>"
            f"<details><summary>Table of this chart</summary>{exhibit_html(exhibit.table)}</details>"
        )
    head = "".join(
        f'<th scope="col">{html.escape(column.title)}</th>' for column in exhibit.columns
    )
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in exhibit.rows
    )
    return (
        f"<table><caption>{html.escape(exhibit.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _check_widths(name: str, columns: tuple[Any, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    if any(len(row) != len(columns) for row in rows):
        raise ValueError(f"table {name}: every row must have {len(columns)} cells")


def _exhibit_from_json(data: dict[str, Any]) -> Exhibit:
    kind = data["kind"]
    if kind == "table":
        return Table(
            **{
                **data,
                "columns": tuple(TableColumn(**column) for column in data["columns"]),
                "rows": _tuples(data["rows"]),
                "tidy_columns": tuple(data["tidy_columns"]),
                "tidy_rows": _tuples(data["tidy_rows"]),
                "notes": tuple(data["notes"]),
                "sources": tuple(data["sources"]),
            }
        )
    if kind == "figure":
        table = _exhibit_from_json(data["table"])
        return Figure(**{**data, "table": table, "sources": tuple(data["sources"])})
    if kind == "facts":
        return Facts(**{**data, "pairs": _tuples(data["pairs"])})
    return Sentence(**data)


def _tuples(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in rows)
