"""Days and times that vendors write: the day on which a thing happened in England.

Current Renaissance exports write UTC (``2020-06-01T23:30:00.000Z`` is half past midnight on 2 June in
England); a "local" column already holds the clock on the wall, although it too may end in ``Z``. Older
exports write the local time with the month first. A date with strokes that nothing proves to have the day
first is refused: 03/04/2020 is two different days.
"""

from datetime import date
from typing import Literal

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.reader import YearOrigin
from recovery_analysis.intake.refusals import first_rows, refuse_rows
from recovery_analysis.words.periods import AcademicYear

Clock = Literal["utc", "local"]
Order = Literal["month first", "to be proven"]

ENGLAND = "Europe/London"
_ZONE = r"(?:Z|[+-]\d{2}:?\d{2})$"
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_STROKES = (
    r"^(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<rest>\d{2})(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AaPp])[Mm])?)?$"
)
_FIX = (
    "Use the export as the vendor writes it (2020-03-20T09:15:00Z), not one saved again from a "
    "spreadsheet."
)
_EARLIEST = pd.Timestamp(2000, 1, 1)


def moments_in_england(
    cells: pd.Series,
    *,
    label: str,
    clock: Clock,
    order: Order = "to be proven",
    today: date | None = None,
) -> pd.Series:
    """Read text cells as moments on England's clock; a blank becomes null.

    Parameters
    ----------
    cells
        Text, one cell a row, named after its column; the index is the record number.
    label
        The file's name, for messages.
    clock
        Whether the cells are UTC or already the local time (then a ``Z`` at the end is no zone).
    order
        For dates with strokes: whether the export is known to write the month first, or a day above 12
        has to prove that the day stands first.
    today
        Day after which a moment lies in the future; the clock's day by default.

    Returns
    -------
    pandas.Series
        datetime64[us] without zone, aligned with ``cells``.

    Raises
    ------
    FileRefused
        A cell is no date, is US-dated or ambiguous, lies in the future or before 2000.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.Series(["2020-06-01T23:30:00.000Z"], name="CompletedDate")
    >>> moments_in_england(cells, label="SR.csv", clock="utc").dt.day.tolist()
    [2]
    """
    strokes = cells.str.contains("/", regex=False)
    iso = _iso_moments(cells.mask(strokes, ""), clock=clock)
    found = iso.fillna(_stroke_moments(cells[strokes], label=label, clock=clock, order=order))
    refuse_rows(
        found.isna() & cells.ne(""),
        label=label,
        column=cells.name,
        problem="no date; expected one such as 2020-03-20T09:15:00Z",
        fix=_FIX,
    )
    now = pd.Timestamp(today or date.today())
    refuse_rows(
        found.dt.normalize().gt(now) | found.lt(_EARLIEST),
        label=label,
        column=cells.name,
        problem=f"a date in the future (after {now:%d %B %Y}) or before 2000",
        fix="Correct these cells from the vendor's file, or export it again.",
    )
    return found


def _iso_moments(cells: pd.Series, *, clock: Clock) -> pd.Series:
    codes, distinct = pd.factorize(cells)
    text = pd.Series(distinct, dtype="str")
    text = text.where(text.str.fullmatch(_ISO))
    if clock == "local":
        text = text.str.replace(_ZONE, "", regex=True)
    moments = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
    if clock == "utc":
        moments = moments.dt.tz_convert(ENGLAND)
    moments = moments.dt.tz_localize(None).astype("datetime64[us]")
    return pd.Series(moments.array.take(codes), index=cells.index, name=cells.name)


def _stroke_moments(cells: pd.Series, *, label: str, clock: Clock, order: Order) -> pd.Series:
    parts = cells.str.extract(_STROKES)
    first, second = (pd.to_numeric(parts[name]) for name in ("first", "second"))
    month_first = _is_month_first(first, second, cells=cells, label=label, order=order)
    half = parts["half"].str.casefold()
    hour = pd.to_numeric(parts["hour"])
    hour = hour.where(half.isna(), hour.mod(12) + half.eq("p") * 12).fillna(0)
    month, day = (first, second) if month_first else (second, first)
    days = pd.to_datetime(
        pd.DataFrame({"year": pd.to_numeric(parts["year"]), "month": month, "day": day}),
        errors="coerce",
    )
    seconds = (
        hour * 3600
        + pd.to_numeric(parts["minute"]).fillna(0) * 60
        + pd.to_numeric(parts["rest"]).fillna(0)
    )
    moments = days.astype("datetime64[us]") + pd.to_timedelta(seconds, unit="s")
    moments = moments.mask(seconds.ge(86_400))
    if clock == "utc":
        moments = moments.dt.tz_localize("UTC").dt.tz_convert(ENGLAND).dt.tz_localize(None)
    return moments.astype("datetime64[us]")


def _is_month_first(
    first: pd.Series, second: pd.Series, *, cells: pd.Series, label: str, order: Order
) -> bool:
    day_leads, month_leads = first.gt(12), second.gt(12)
    if order == "month first":
        refuse_rows(
            day_leads,
            label=label,
            column=cells.name,
            problem="a date with the day first; this layout writes the month first (03/20/2020)",
            fix=_FIX,
        )
        return True
    if day_leads.any() and month_leads.any():
        raise FileRefused(
            f"{label}: column {cells.name}: dates with the day first (first in rows "
            f"{first_rows(day_leads)}) stand beside dates with the month first (first in rows "
            f"{first_rows(month_leads)}). {_FIX}"
        )
    refuse_rows(
        month_leads,
        label=label,
        column=cells.name,
        problem="a date with the month first: this is a US-dated file",
        fix=_FIX,
    )
    if not day_leads.any():
        refuse_rows(
            first.notna(),
            label=label,
            column=cells.name,
            problem="a date that can be read with the day or the month first (a US-dated file?)",
            fix=_FIX,
        )
    return False


def academic_years(days: pd.Series, *, first_month: int = 9) -> pd.Series:
    """Give the academic year of each day, such as ``2019/20``; the year starts in ``first_month``.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.Series(pd.to_datetime(["2020-08-28", "2020-09-01"]))
    >>> academic_years(days).tolist(), academic_years(days, first_month=8).tolist()
    (['2019/20', '2020/21'], ['2020/21', '2020/21'])
    """
    start = days.dt.year - days.dt.month.lt(first_month)
    return by_distinct(start, lambda year: str(AcademicYear(int(year))), dtype="str")


def span_of(years: pd.Series, given: AcademicYear | None, *, label: str) -> tuple[str, YearOrigin]:
    """Give the one academic year of a file's rows, or say that it is not one.

    Raises
    ------
    FileRefused
        ``--year`` names a year that the dates of the file contradict.
    """
    distinct = sorted(years.unique())
    if given is not None and distinct and distinct != [str(given)]:
        raise FileRefused(
            f"{label}: --year says {given} but the dates in the file say {', '.join(distinct)}. Leave "
            "--year out for this file."
        )
    return (distinct[0] if len(distinct) == 1 else "not one year"), "content"
