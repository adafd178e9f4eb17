"""Which academic year the rows of a school's list are about: its column of years, its days, or the user's word."""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.moments import academic_years
from recovery_analysis.intake.pupil_rows import OpenList
from recovery_analysis.intake.raw_file import RawTable
from recovery_analysis.intake.reader import YearOrigin, settle_year
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.words.periods import AcademicYear


def years_written(listed: OpenList) -> pd.Series:
    """Read the column of academic years as ``2019/20``.

    Raises
    ------
    FileRefused
        A cell is no academic year.
    """
    years = _years(listed)
    cells = listed.cells.text("academic_year")
    refuse_rows(
        years.isna(),
        label=listed.cells.label,
        column=cells.name,
        problem="no academic year such as 2019/20",
        fix="Write the year in which it starts and the year in which it ends.",
    )
    return years


def _years(listed: OpenList) -> pd.Series:
    cells = listed.cells.text("academic_year")
    known: dict[str, str] = {}
    for text in cells.unique():
        try:
            known[text] = str(AcademicYear.parse(text))
        except ValueError:
            continue
    return cells.map(known).astype("str")


def years_of_list(
    table: RawTable, listed: OpenList, given: AcademicYear | None
) -> tuple[pd.Series, str, YearOrigin]:
    """Give each record's academic year, the file's year in words, and where it comes from.

    Raises
    ------
    FileRefused
        Nothing tells the year, a cell is none, or ``--year`` contradicts the column.
    """
    if listed.cells.has("academic_year"):
        years = years_written(listed)
        return years, _one_year(years, given, listed.cells.label), "content"
    year, origin = settle_year(table.raw, content=None, given=given, single_year="start")
    return pd.Series(str(year), index=listed.rows.index, dtype="str"), str(year), origin


def years_of_days(
    listed: OpenList, days: pd.Series, given: AcademicYear | None
) -> tuple[pd.Series, str]:
    """Give each record's academic year by its day, which a filled column of years must not contradict.

    Raises
    ------
    FileRefused
        The column of academic years or ``--year`` says another year than the day.
    """
    years = academic_years(days)
    if listed.cells.has("academic_year"):
        cells = listed.cells.text("academic_year")
        refuse_rows(
            cells.ne("") & _years(listed).ne(years),
            label=listed.cells.label,
            column=cells.name,
            problem=f"another academic year than the day in the column {days.name} lies in",
            fix="Correct the year or the day; a year runs from September to August.",
        )
    return years, _one_year(years, given, listed.cells.label)


def _one_year(years: pd.Series, given: AcademicYear | None, label: str) -> str:
    distinct = sorted(years.unique())
    if given is not None and distinct != [str(given)]:
        raise FileRefused(
            f"{label}: --year says {given} but the file says {', '.join(distinct[:6])}. Leave --year out for "
            "this file."
        )
    return distinct[0] if len(distinct) == 1 else "not one year"
