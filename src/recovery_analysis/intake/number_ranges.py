"""Numbers with known bounds: a cell outside is refused under the file's own column name."""

import math
import re

import pandas as pd

from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.refusals import refuse_rows

_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$", re.ASCII)


def numbers_within(
    cells: pd.Series, *, low: float, high: float, label: str, whole: bool = False
) -> pd.Series:
    """Read numbers between two bounds; a blank becomes null.

    Parameters
    ----------
    cells
        Trimmed text, one cell a row, named after its column; the index is the record number.
    low, high
        Bounds, both allowed.
    label
        The file's name, for messages.
    whole
        Whether only whole numbers are allowed.

    Raises
    ------
    FileRefused
        A cell is no number, outside the bounds or not whole: column and rows, never the value.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers_within(pd.Series(["7", ""], name="PR"), low=1, high=99, label="SR.csv").tolist()
    [7.0, nan]
    """
    kind = "a whole number" if whole else "a number"
    numbers = by_distinct(cells, _number, dtype="float64")
    wrong = numbers.isna() | ~numbers.between(low, high)
    if whole:
        wrong |= numbers.mod(1).ne(0)
    refuse_rows(
        wrong & cells.ne(""),
        label=label,
        column=cells.name,
        problem=f"something other than {kind} from {low:g} to {high:g}",
        fix="Correct these cells from the publisher's file, or download it again.",
    )
    return numbers


def _number(cell: str) -> float:
    """Give the number that a cell writes in plain decimal digits; anything else is no number."""
    return float(cell) if _PLAIN.match(cell) else math.nan
