"""myON usage: what each pupil read online in a period.

Caveats: no usage export has been seen, so every header is unverified; a mapping can correct them. Minutes
are the vendor's estimates. myON's import file ``students.csv`` holds passwords: it is no usage export and is
refused by its header at the door, before any of its rows is read.
"""

import re

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.headers import (
    Aliases,
    NamedCells,
    columns_in_file_order,
    has_field,
    named_cells,
    normal_headers,
)
from recovery_analysis.intake.moments import academic_years, moments_in_england, span_of
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import (
    PUPIL_FIELDS,
    SCHOOL_FIELDS,
    pupil_references,
    refuse_missing_pupils,
    school_references,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="myon",
    title="myON reading activity, export of a trust or school (headers unverified)",
    publisher="Renaissance Learning",
    licence="Private data of the trust or school",
)

USAGE_FIELDS: Aliases = {
    **SCHOOL_FIELDS,
    **PUPIL_FIELDS,
    "period_start": ("periodstart", "startdate", "fromdate", "datefrom", "date"),
    "period_end": ("periodend", "enddate", "todate", "dateto", "date"),
    "days": ("daysread", "daysreading", "dayswithreading"),
    "minutes": ("minutesread", "totalminutesread", "readingminutes", "minutesreading"),
    "opened": ("booksopened", "booksstarted"),
    "finished": ("booksfinished", "bookscompleted", "booksread"),
}

_SPAN_IN_NAME = re.compile(r"(?<!\d)(20\d{2}-\d{2}-\d{2})\D+(20\d{2}-\d{2}-\d{2})(?!\d)")
_NOTES = (
    "myON: the headers of usage exports are unverified; check a few rows against the vendor's report",
    "minutes read are the vendor's estimates",
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return has_field(names, USAGE_FIELDS, "minutes") and has_field(
        names, USAGE_FIELDS, "upn", "local_id", "vendor_id"
    )


def wanted_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file that this reader reads."""
    return columns_in_file_order(raw, USAGE_FIELDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    """Read a myON usage export.

    Raises
    ------
    FileRefused
        A school, pupil, period or number can not be read: column, rows and the fix.
    """
    every = named_cells(table, USAGE_FIELDS)
    has_minutes = every.text("minutes").ne("")
    cells = every.kept(has_minutes)
    label = cells.label
    school_ref = school_references(cells)
    pupils = pupil_references(cells, school_ref=school_ref, series=SOURCE.kind)
    refuse_missing_pupils(cells, pupils)
    start, end = _period(cells, file_name=table.raw.path.stem)
    reading = pd.DataFrame(
        {
            "pupil_id": pupils.pupil_id,
            "school_ref": school_ref,
            "academic_year": academic_years(start),
            "series": SOURCE.kind,
            "period_start": start,
            "period_end": end,
            "days_n": _counts(cells, "days", high=366),
            "minutes_n": numbers_within(cells.text("minutes"), low=0, high=600_000, label=label),
            "opened_n": _counts(cells, "opened", high=100_000),
            "finished_n": _counts(cells, "finished", high=100_000),
            ROW: cells.frame[ROW],
        }
    )
    repeated = reading.duplicated([column for column in reading.columns if column != ROW])
    span, year_from = span_of(reading["academic_year"], given, label=label)
    return Reading(
        tables={"online_reading": reading[~repeated], "pupil_aliases": pupils.aliases},
        rows_read=len(every.frame),
        dropped=dropped(
            (int((~has_minutes).sum()), "no minutes are given"),
            (int(repeated.sum()), "the same row again"),
        ),
        notes=(*_NOTES, *pupils.notes),
        academic_year=span,
        year_from=year_from,
    )


def _counts(cells: NamedCells, name: str, *, high: float) -> pd.Series:
    return numbers_within(cells.text(name), low=0, high=high, label=cells.label, whole=True)


def _period(cells: NamedCells, *, file_name: str) -> tuple[pd.Series, pd.Series]:
    """Give the first and last day of each row's period: from the columns, else from the file's name."""
    if cells.has("period_start") and cells.has("period_end"):
        start, end = (
            moments_in_england(cells.text(name), label=cells.label, clock="local").dt.normalize()
            for name in ("period_start", "period_end")
        )
        refuse_rows(
            start.isna() | end.isna() | end.lt(start),
            label=cells.label,
            column=cells.written(("period_start", "period_end")),
            problem="no period that ends on or after its first day",
            fix="Export the file again with the dates of the period.",
        )
        return start, end
    match = _SPAN_IN_NAME.search(file_name)
    if match is None:
        raise FileRefused(
            f"{cells.label}: neither the columns nor the file's name tell the period. Put its first and last "
            "day into the name, such as myON_2020-03-20_2020-07-17.csv."
        )
    days = pd.DataFrame({"first": match[1], "last": match[2]}, index=cells.frame.index)
    start, end = (
        moments_in_england(
            days[name].rename(f"({name} day in the file's name)"), label=cells.label, clock="local"
        )
        for name in ("first", "last")
    )
    return start, end


READER = Reader(source=SOURCE, recognises=_recognises, read=_read, wanted=wanted_columns)
