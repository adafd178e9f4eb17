"""The small steps that every reader takes on a file's records: number, thin out, read blanks and numbers."""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import split_markers
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawTable
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.missing import MissingReason


def numbered(table: RawTable) -> pd.DataFrame:
    """Give the records with their row in the raw file beside them.

    Raises
    ------
    FileRefused
        The file has a header and nothing below it.
    """
    if table.frame.empty:
        raise FileRefused(
            f"{table.raw.label}: the file has a header and no records; expected at least one row below "
            "row 1. Download it again."
        )
    return table.frame.assign(**{ROW: table.frame.index + FIRST_RECORD_ROW})


def without_repeats(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Leave out rows that say the same as an earlier row, and count them; the row number is no content."""
    repeated = frame.duplicated(subset=[column for column in frame.columns if column != ROW])
    return frame[~repeated], int(repeated.sum())


def text_or_null(cells: pd.Series) -> pd.Series:
    """Trim text and make blanks null.

    Examples
    --------
    >>> import pandas as pd
    >>> text_or_null(pd.Series([" Primary ", ""])).isna().tolist()
    [False, True]
    """
    trimmed = cells.str.strip()
    return trimmed.mask(trimmed.eq(""))


def number_or_null(cells: pd.Series, *, label: str) -> pd.Series:
    """Read numbers where a blank is the only marker; any other text is refused with its rows."""
    value, _ = split_markers(cells, markers={"": MissingReason.NOT_RECORDED}, label=label)
    return value
