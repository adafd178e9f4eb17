"""A table's tidy form as CSV text, safe to open in a spreadsheet: the page and the CSV files share it."""

import csv
import io
import re

from recovery_analysis.exhibit.cells import STANDARD_COLUMNS
from recovery_analysis.exhibit.exhibit import Table

_NUMERIC = re.compile(r"[+-]?\d[\d.,]*%?")


def csv_text(table: Table) -> str:
    """Write the tidy form of a table; a column that no row fills is left out, but for the standard's own.

    Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    kept = [
        place
        for place, name in enumerate(table.tidy_columns)
        if name in STANDARD_COLUMNS or any(row[place] for row in table.tidy_rows)
    ]
    writer.writerow([table.tidy_columns[place] for place in kept])
    writer.writerows([_harmless(row[place]) for place in kept] for row in table.tidy_rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    is_formula = cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMERIC.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
