"""How a reader refuses cells: file, column, first rows and the fix, never what a cell holds."""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW

#: What a spreadsheet would run: '=...', '@...', and '+' or '-' before a call or a command.
_FORMULA = r"^[=@]|^[+-].*[|(!]"


def first_rows(wrong: pd.Series) -> str:
    """Name the first rows of the file in which ``wrong`` (indexed by record number) is true.

    Examples
    --------
    >>> import pandas as pd
    >>> first_rows(pd.Series([False, True, True]))
    '3, 4'
    """
    return ", ".join(str(int(position) + FIRST_RECORD_ROW) for position in wrong.index[wrong][:6])


def refuse_rows(wrong: pd.Series, *, label: str, column: object, problem: str, fix: str) -> None:
    """Refuse a file where a cell of a column is wrong; do nothing where none is.

    Parameters
    ----------
    wrong
        True where the cell is wrong; the index is the record number.
    label
        The file's name.
    column
        The column's name as the file writes it.
    problem
        What the cells hold, after "N cells hold"; never a value.
    fix
        What to do, a whole sentence.

    Raises
    ------
    FileRefused
        A cell is wrong.
    """
    if wrong.any():
        raise FileRefused(
            f"{label}: column {column}: {int(wrong.sum())} cells hold {problem}, first in rows "
            f"{first_rows(wrong)}. {fix}"
        )


def refuse_formulas(cells: pd.Series, *, label: str) -> None:
    """Refuse wording that a spreadsheet would run as a formula.

    Raises
    ------
    FileRefused
        A cell starts with ``=`` or ``@``, or with ``+`` or ``-`` before a call or a command.
    """
    distinct = pd.Series(cells.unique(), dtype="str")
    formulas = distinct[distinct.str.contains(_FORMULA, regex=True)]
    if len(formulas):
        refuse_rows(
            cells.isin(formulas.tolist()),
            label=label,
            column=cells.name,
            problem="a spreadsheet formula instead of words",
            fix="Correct these cells from the publisher's file, or download it again.",
        )
