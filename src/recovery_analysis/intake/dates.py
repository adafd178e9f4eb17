"""One way to read a date cell, and the day that a register extract describes.

The registers write ``dd-mm-yyyy``, ``dd/mm/yyyy`` and ``yyyy-mm-dd``, side by side in one download.
``1900-01-01`` is what Get Information About Schools writes when the day is not known.
"""

import re
from datetime import date

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile

_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")
_UNKNOWN_DAY = pd.Timestamp(1900, 1, 1)
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_]?(\d{2})[-_]?(\d{2})(?!\d)")
#: A workbook's date cell becomes text with a time of midnight.
_MIDNIGHT = re.compile(r"[ T]00:00(:00)?$")


def read_dates(
    cells: pd.Series,
    *,
    label: str,
    today: date | None = None,
    may_be_future: bool | pd.Series = False,
) -> pd.Series:
    """Read text cells as days; blank and 1900-01-01 (unknown) become null.

    Parameters
    ----------
    cells
        Text, one cell a row, named after its column; the index is the record number.
    label
        The file's name, for messages.
    today
        Day after which a date lies in the future; the clock's day by default.
    may_be_future
        Whether a date after ``today`` is allowed, for all rows or row by row (a school that is proposed
        to open has its opening day ahead).

    Raises
    ------
    FileRefused
        A cell is not a date, or lies in the future where it states a past fact.

    Examples
    --------
    >>> import pandas as pd
    >>> days = read_dates(pd.Series(["01-09-2016", "01/09/2016", "1900-01-01"]), label="gias.csv")
    >>> days.dt.strftime("%d %B %Y").tolist()[:2], int(days.isna().sum())
    (['01 September 2016', '01 September 2016'], 1)
    """
    text = cells.str.strip().str.replace(_MIDNIGHT, "", regex=True)
    days = pd.Series(pd.NaT, index=cells.index, name=cells.name, dtype="datetime64[us]")
    for form in _FORMATS:
        parsed = pd.to_datetime(text.where(days.isna()), format=form, errors="coerce")
        days = days.fillna(parsed.astype("datetime64[us]"))
    _refuse(
        cells,
        days.isna() & text.ne(""),
        label=label,
        problem="not a date; expected dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd",
    )
    now = pd.Timestamp(today or date.today())
    ahead = days.gt(now)
    refused = ahead & ~may_be_future if isinstance(may_be_future, pd.Series) else ahead
    if may_be_future is not True:
        _refuse(cells, refused, label=label, problem=f"a date in the future (after {now:%d %B %Y})")
    return days.mask(days.eq(_UNKNOWN_DAY))


def _refuse(cells: pd.Series, wrong: pd.Series, *, label: str, problem: str) -> None:
    if not wrong.any():
        return
    rows = ", ".join(str(int(position) + FIRST_RECORD_ROW) for position in cells.index[wrong][:6])
    raise FileRefused(
        f"{label}: column {cells.name}: {int(wrong.sum())} cells hold {problem}, first in rows {rows}. "
        "Correct these cells from the publisher's file, or download it again."
    )


def date_in_name(name: str) -> date | None:
    """Find a day in a file name.

    Examples
    --------
    >>> date_in_name("edubasealldata20250422"), date_in_name("groups-2022-03-15")
    (datetime.date(2025, 4, 22), datetime.date(2022, 3, 15))
    """
    for match in _DATE_IN_NAME.finditer(name):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
    return None


def settle_as_of(raw: RawFile, days: pd.Series) -> tuple[pd.Timestamp, str]:
    """Settle the day that an extract describes: the file name's, else the latest in ``days``.

    Returns
    -------
    tuple
        The day, and a sentence that says where it comes from.

    Raises
    ------
    FileRefused
        Neither the file name nor the column tells a day.
    """
    if (named := date_in_name(raw.path.stem)) is not None:
        return pd.Timestamp(named), f"describes {named:%d %B %Y}, the day in the file name"
    latest = days.max()
    if pd.isna(latest):
        raise FileRefused(
            f"{raw.label}: neither the file name nor the column {days.name} tells the day of the extract. "
            f"Put the day into the file name, such as {raw.path.stem}20250422{raw.path.suffix}."
        )
    return latest, f"describes {latest:%d %B %Y}, the latest {days.name}"
