"""Cells that hold one of a few words: yes and no, year groups, a closed list of answers."""

import re
from collections.abc import Mapping

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.refusals import first_rows, refuse_rows
from recovery_analysis.words.pupils import NO, YES

_YES_NO = {
    **dict.fromkeys(("y", "yes", "1", "true", "t"), YES),
    **dict.fromkeys(("n", "no", "0", "false", "f"), NO),
}

#: National curriculum years that are no number; blank for pupils who follow none.
_NAMED_YEARS: dict[str, float] = {
    "r": 0,
    "rec": 0,
    "reception": 0,
    "n2": -1,
    "nursery": -1,
    "nursery2": -1,
    "n1": -2,
    "nursery1": -2,
}
_NO_YEAR = ("x", "e1", "e2")
_FIRST_YEAR, _LAST_YEAR = -2, 14
_JOINED = re.compile(r"(?<=\w)[-_]+(?=\w)")


def words_of(cells: pd.Series, words: Mapping[str, str], *, label: str) -> pd.Series:
    """Map cells to the words of a closed list, whatever their case; a blank becomes null.

    Parameters
    ----------
    cells
        Trimmed text, one cell a row, named after its column; the index is the record number.
    words
        Accepted spelling in lower case, and the word that it stands for.
    label
        The file's name, for messages.

    Raises
    ------
    FileRefused
        A cell holds something else: column, rows and the accepted words, never the cell.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.Series(["Own", ""], name="device")
    >>> words_of(cells, {"own": "own", "none": "none"}, label="devices.csv").isna().tolist()
    [False, True]
    """
    known = {text: words.get(_plain(text)) for text in cells.unique()}
    found = cells.map(known).astype("str")
    wrong = found.isna() & cells.ne("")
    if wrong.any():
        raise FileRefused(
            f"{label}: column {cells.name}: {int(wrong.sum())} cells hold none of the accepted words "
            f"({', '.join(dict.fromkeys(words))}), first in rows {first_rows(wrong)}. Correct these cells; "
            "leave blank what is not known."
        )
    return found


def yes_or_no(cells: pd.Series, *, label: str) -> pd.Series:
    """Read yes and no (also Y, N, 1, 0, true, false); a blank becomes null.

    Raises
    ------
    FileRefused
        A cell holds something else.

    Examples
    --------
    >>> import pandas as pd
    >>> yes_or_no(pd.Series(["Y", "0"], name="is_fsm"), label="pupils.csv").tolist()
    ['yes', 'no']
    """
    return words_of(cells, _YES_NO, label=label)


def year_groups(cells: pd.Series, *, label: str) -> pd.Series:
    """Read national curriculum years: ``5``, ``Year 5``, ``R`` is 0, ``N2`` is -1, ``N1`` is -2.

    A blank, ``X`` (follows no national curriculum year), ``E1`` and ``E2`` become null.

    Raises
    ------
    FileRefused
        A cell is no year group.

    Examples
    --------
    >>> import pandas as pd
    >>> year_groups(pd.Series(["R", "Year 5", "07"], name="NCyearActual"), label="a.csv").tolist()
    [0.0, 5.0, 7.0]
    """
    plain = {text: _plain(text).replace(" ", "") for text in cells.unique()}
    numbers = {text: _year_number(short) for text, short in plain.items()}
    years = cells.map(numbers).astype("float64")
    stated = ~cells.map(plain).isin(("", *_NO_YEAR))
    refuse_rows(
        stated & ~years.between(_FIRST_YEAR, _LAST_YEAR),
        label=label,
        column=cells.name,
        problem="no year group; expected N1, N2, R or 1 to 14",
        fix="Correct these cells; leave blank where the pupil follows no national curriculum year.",
    )
    return years


def _year_number(text: str) -> float | None:
    if text in _NAMED_YEARS:
        return _NAMED_YEARS[text]
    short = text.removeprefix("year").removeprefix("yr").removeprefix("y").removesuffix(".0")
    if short in _NAMED_YEARS:
        return _NAMED_YEARS[short]
    is_number = short.removeprefix("-").isdecimal() and len(short) <= 3
    return float(short) if is_number else None


def _plain(text: str) -> str:
    return " ".join(_JOINED.sub(" ", text.casefold()).split())
