"""Publishers' markers in numeric columns: text cells become a value, or null with its reason.

Sources: abbreviations files of the school performance tables (2016/17 to 2022/23) and the open data
standard of explore-education-statistics; markers that stand in the files and not in those lists (SUPPMAT,
NA in a cut-down file, '.') were read off the files themselves.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW
from recovery_analysis.words.missing import MissingReason

#: School performance tables.
PERFORMANCE_TABLES: dict[str, MissingReason] = {
    "SUPP": MissingReason.SUPPRESSED,
    "SUPPMAT": MissingReason.SUPPRESSED,
    "NE": MissingReason.NOT_SAT,
    "NP": MissingReason.NOT_PUBLISHED,
    "LOWCOV": MissingReason.LOW_COVERAGE,
    "NEW": MissingReason.NEW_SCHOOL,
    "NA": MissingReason.NOT_APPLICABLE,
    "SP": MissingReason.ROUNDS_TO_ZERO,
    "RE": MissingReason.SUPPRESSED,
    "": MissingReason.NOT_RECORDED,
}

#: explore-education-statistics: current letters, the symbols before them, and '.' of older files.
EXPLORE_EDUCATION_STATISTICS: dict[str, MissingReason] = {
    "c": MissingReason.SUPPRESSED,
    "z": MissingReason.NOT_APPLICABLE,
    "x": MissingReason.NOT_PUBLISHED,
    "u": MissingReason.LOW_RELIABILITY,
    "k": MissingReason.ROUNDS_TO_ZERO,
    "low": MissingReason.ROUNDS_TO_ZERO,
    "~": MissingReason.ROUNDS_TO_ZERO,
    ":": MissingReason.NOT_PUBLISHED,
    ".": MissingReason.NOT_APPLICABLE,
    "": MissingReason.NOT_RECORDED,
}

#: Local authority interactive tool.
LAIT: dict[str, MissingReason] = {
    "-": MissingReason.NOT_PUBLISHED,
    "c": MissingReason.SUPPRESSED,
    "x": MissingReason.NOT_PUBLISHED,
    "z": MissingReason.NOT_APPLICABLE,
    "": MissingReason.NOT_RECORDED,
}


def split_markers(
    cells: pd.Series, *, markers: dict[str, MissingReason], label: str
) -> tuple[pd.Series, pd.Series]:
    """Split text cells into numbers and reasons; exactly one of the two is null in every row.

    Parameters
    ----------
    cells
        Text, one cell a row, named after its column; a trailing ``%`` and blanks around are allowed. The
        index is the record number, so that a message can name the row of the file.
    markers
        Accepted markers and what each means.
    label
        The file's name, for messages.

    Returns
    -------
    tuple of pandas.Series
        ``value`` (float64) and ``missing_reason`` (text), aligned with ``cells``.

    Raises
    ------
    FileRefused
        A cell is neither a number nor a known marker.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.Series(["12%", "SUPP", " "], name="PTRWM_EXP")
    >>> value, reason = split_markers(cells, markers=PERFORMANCE_TABLES, label="ks2.csv")
    >>> reason.tolist()[1:]
    ['suppressed', 'not_recorded']
    """
    text = cells.str.strip()
    reason = text.map(markers)
    value = pd.to_numeric(text.where(reason.isna()).str.removesuffix("%"), errors="coerce")
    unread = reason.isna() & (value.isna() | value.abs().eq(float("inf")))
    if unread.any():
        rows = [int(position) + FIRST_RECORD_ROW for position in text.index[unread][:6]]
        known = ", ".join(repr(marker) for marker in markers if marker)
        raise FileRefused(
            f"{label}: column {cells.name}: {int(unread.sum())} cells are neither a number nor a known "
            f"marker ({known}), first in rows {', '.join(map(str, rows))}. If the publisher has a new "
            "marker, add it to recovery_analysis/intake/markers.py with its meaning; else correct the file."
        )
    return value.astype("float64"), reason.astype("object").map(str, na_action="ignore").astype(
        "str"
    )
