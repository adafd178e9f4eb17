"""Identifiers that a spreadsheet damaged: repaired where nothing was lost, refused where digits were.

A spreadsheet that takes an identifier for a number writes ``144520.0`` (nothing is lost), ``7551959`` for
the Companies House number ``07551959`` (the length tells which zeros are missing) or ``1.4452E+05`` (the
last digits are gone for good).
"""

import re

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW
from recovery_analysis.words.identifiers import is_valid, pad_companies_house

#: Shapes of identifiers that stand beside those of ``words.identifiers``.
_MORE_PATTERNS = {
    "companies_house_number": re.compile(r"^(?!0{8})[A-Z0-9]{2}\d{6}$"),
    "establishment_number": re.compile(r"^\d{4}$"),
    "group_uid": re.compile(r"^[1-9]\d{0,5}$"),
    "ukprn": re.compile(r"^1\d{7}$"),
}
_EXAMPLES = {
    "urn": "a URN of five to seven digits such as 144520",
    "la_code": "a local authority code of three digits such as 936",
    "laestab": "an LA and establishment number of seven digits such as 9364508",
    "trust_uid": "a Group UID such as 3190",
    "group_uid": "a Group UID such as 3190",
    "companies_house_number": "a Companies House number of eight characters such as 07551959",
    "establishment_number": "an establishment number of four digits such as 4508",
    "ukprn": "a UKPRN of eight digits such as 10060613",
}
_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")
_FLOAT_ENDING = ".0"


def repair_ids(cells: pd.Series, *, kind: str, label: str) -> tuple[pd.Series, int]:
    """Trim identifiers, take off a spreadsheet's ``.0`` and give back lost leading zeros.

    Parameters
    ----------
    cells
        Text, one cell a row, named after its column; a blank stays blank. The index is the record
        number, so that a message can name the row of the file.
    kind
        ``urn``, ``la_code``, ``laestab``, ``trust_uid``, ``group_uid``, ``companies_house_number``,
        ``establishment_number`` or ``ukprn``.
    label
        The file's name, for messages.

    Returns
    -------
    tuple
        The identifiers (same index and name; ``""`` where blank) and how many cells were repaired.

    Raises
    ------
    FileRefused
        A cell does not have the shape of an identifier of ``kind`` and can not be repaired without a
        guess; the message says why.

    Examples
    --------
    >>> import pandas as pd
    >>> ids, repaired = repair_ids(
    ...     pd.Series(["144520.0", "144521", ""], name="URN"), kind="urn", label="ks4.csv"
    ... )
    >>> ids.tolist(), repaired
    (['144520', '144521', ''], 1)
    """
    text = cells.astype("str").str.strip()
    mending = {cell: _mend(cell, kind) for cell in text.unique()}
    damaged = text[text.map(lambda cell: mending[cell] is None)]
    if len(damaged):
        raise FileRefused(_explain(damaged, kind=kind, label=label))
    mended = text.map(mending).astype("str")
    return mended, int(mended.ne(text).sum())


def repair_note(count: int, column: str) -> tuple[str, ...]:
    """Say how many identifiers of a column were repaired; nothing when none was.

    Examples
    --------
    >>> repair_note(2, "URN")
    ("2 identifiers in the column URN repaired: a spreadsheet had added '.0' or cut zeros",)
    """
    if not count:
        return ()
    return (
        f"{count} identifiers in the column {column} repaired: a spreadsheet had added '.0' or cut zeros",
    )


def _mend(cell: str, kind: str) -> str | None:
    """Give the identifier, or None when the cell is beyond repair."""
    if not cell:
        return ""
    whole = cell.removesuffix(_FLOAT_ENDING)
    if kind == "companies_house_number":
        whole = pad_companies_house(whole.upper())
    return whole if _has_shape(kind, whole) else None


def _has_shape(kind: str, text: str) -> bool:
    pattern = _MORE_PATTERNS.get(kind)
    return bool(pattern.match(text)) if pattern else is_valid(kind, text)


def _explain(damaged: pd.Series, *, kind: str, label: str) -> str:
    rows = ", ".join(str(int(position) + FIRST_RECORD_ROW) for position in damaged.index[:6])
    lost = damaged.str.match(_SCIENTIFIC)
    why = (
        "A spreadsheet wrote them in scientific notation (digits, a point, E+05), so their last digits "
        "are lost and can not be repaired. Download the file again and do not save it from a spreadsheet."
        if lost.any()
        else "Correct these cells from the publisher's file, or download it again."
    )
    return (
        f"{label}: column {damaged.name}: {len(damaged)} cells do not hold {_EXAMPLES[kind]}, first in "
        f"rows {rows}. {why}"
    )
