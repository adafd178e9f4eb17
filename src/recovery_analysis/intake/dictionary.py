"""The data dictionary: docs/data.md, written from the declarations of the canonical tables.

Write it anew with: ``python -m recovery_analysis.intake.dictionary > docs/data.md``
"""

import sys

from recovery_analysis.intake.recognise import READERS
from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import SHORTHAND, MissingReason

_INTRODUCTION = """# Data dictionary

This page is written by the program from the declarations that also check every row
(`src/recovery_analysis/intake/tables/`). Do not edit it by hand. Write it anew with
`.venv/bin/python -m recovery_analysis.intake.dictionary > docs/data.md`; a test compares the two.

Rules that hold for all tables:

- Identifiers (URN, Group UID, LA code) are text, never numbers.
- A value that is not there is null, with its reason in `missing_reason`; it is never 0.
- Percentages are 0 to 100. An academic year is written `2018/19`.
- `series` names the kind of file that a row comes from; so the rows of two publications can be told apart.
- The key of a table is unique. The same row twice is dropped; two different rows with one key are refused."""


def data_dictionary() -> str:
    """Give the text of docs/data.md: files that are known, tables and columns, measures, reasons.

    Examples
    --------
    >>> data_dictionary().splitlines()[0]
    '# Data dictionary'
    """
    parts = [
        _INTRODUCTION,
        _files(),
        "## Tables",
        *(_table(table) for table in TABLES.values()),
        _measures(),
        _reasons(),
    ]
    return "\n\n".join(parts) + "\n"


def _files() -> str:
    rows = [
        (f"`{source.kind}`", source.title, source.publisher, source.licence)
        for source in (reader.source for reader in READERS)
    ]
    words = "A file is known by its columns, not by its name."
    return f"## Files that are known\n\n{words}\n\n{_rows(('kind', 'what', 'publisher', 'licence'), rows)}"


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    rules = "".join(f" Every row {name}." for name, _ in table.rules if name.startswith("has"))
    rows = [
        (f"`{column.name}`", column.kind, "yes" if column.nullable else "no", _what(column))
        for column in table.columns
    ]
    listing = _rows(("column", "type", "may be null", "what"), rows)
    return f"### {table.name}\n\n{table.what[0].upper()}{table.what[1:]}. Key: {key}.{rules}\n\n{listing}"


def _what(column: Column) -> str:
    limits = []
    if column.low is not None and column.high is not None:
        limits.append(f"{column.low:g} to {column.high:g}")
    elif column.low is not None:
        limits.append(f"{column.low:g} or more")
    if column.pattern:
        limits.append(f"form `{column.pattern}`")
    if column.choices and column.name == "missing_reason":
        limits.append("one of the reasons below")
    elif column.choices and column.name == "measure":
        limits.append("one of the measures below")
    elif column.choices:
        limits.append("one of " + ", ".join(f"`{choice}`" for choice in column.choices))
    return "; ".join((column.what, *limits))


def _measures() -> str:
    rows = [
        (
            f"`{measure.name}`",
            measure.title,
            measure.unit,
            f"{measure.low:g} to {measure.high:g}",
            "higher" if measure.gap_sign == 1 else "lower",
        )
        for measure in MEASURES.values()
    ]
    words = "A value outside the bounds is refused, with its file, column and row."
    listing = _rows(("measure", "what", "unit", "bounds", "which is better"), rows)
    return f"## Measures\n\n{words}\n\n{listing}"


def _reasons() -> str:
    rows = [
        (f"`{reason.value}`", f"[{SHORTHAND[reason][0]}]", SHORTHAND[reason][1])
        for reason in MissingReason
    ]
    words = "The symbol stands in a table of a report where the number would."
    return f"## Reasons for a missing value\n\n{words}\n\n{_rows(('reason', 'symbol', 'meaning'), rows)}"


def _rows(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
