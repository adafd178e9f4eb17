"""A table's tidy form as CSV text, safe to open in a spreadsheet: the page and the CSV files share it."""

import csv
import io
import re

from recovery_analysis.exhibit.exhibit import Table

_NUMERIC = re.compile(r"[+-]?\d[\d.,]*%?")


def csv_text(table: Table) -> str:
    """Write the tidy form of a table.

    Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.tidy_columns)
    writer.writerows([_harmless(cell) for cell in row] for row in table.tidy_rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    is_formula = cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMERIC.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
