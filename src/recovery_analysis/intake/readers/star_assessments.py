"""Star Reading, Star Maths and Star Early Literacy: one row a test, in every layout met so far.

Caveats: an extract lists only pupils who are on a class of the current year, so those who left are missing.
The current extract lists a test once for each class of the pupil. Its standard error can be on the Rasch
scale (a sample of 2023 has 0.36 to 0.43), which is no scaled score point: it is then left out. Grade n is
taken as Year n + 1 (unverified). The column of the reading age is unverified.
"""

import re
from datetime import date

import numpy as np
import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.headers import (
    NamedCells,
    columns_in_file_order,
    has_field,
    named_cells,
    normal_headers,
)
from recovery_analysis.intake.moments import (
    Order,
    academic_years,
    moments_in_england,
    span_of,
)
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import (
    PupilReferences,
    pupil_references,
    refuse_missing_pupils,
    school_references,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.refusals import first_rows, refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.intake.star_fields import (
    FIRST_MONTH,
    STAR_FIELDS,
    is_screening,
    moments_of_tests,
    references_of_tests,
    seasons,
    settle_subject,
)
from recovery_analysis.intake.two_rolls import at_first_school
from recovery_analysis.words.periods import AcademicYear
from recovery_analysis.words.pupils import NO, YES

SOURCE = Source(
    kind="star_assessments",
    title="Renaissance Star assessments, extract of a trust or school",
    publisher="Renaissance Learning",
    licence="Private data of the trust or school",
)

_SCORES = ("scaled_score", "unified_score", "universal_score", "percentile")
_ACTIVE = {"", "active", "activated", "complete", "completed", "enabled", "valid"}
_INACTIVE = {"deactivated", "inactive", "inactivated", "disabled", "incomplete", "invalid"}
_YES_NO = {"yes": YES, "true": YES, "y": YES, "1": YES, "no": NO, "false": NO, "n": NO, "0": NO}
_READING_AGE = re.compile(r"^(\d{1,2}):(0\d|1[01])$")
_YOUNGEST, _OLDEST = 6 * 12, 16 * 12 + 6
_YEAR_WORDS = re.compile(r"^(?:year|yr|y) ?(\d{1,2})$")
#: Standard errors of scaled scores are several points; on the Rasch scale they are below one.
_RASCH_BELOW = 2.0
#: Bound under which columns are compared before each is held to its own.
_ANY = 1_000_000
#: A screening window may end after today.
_FAR = date(2100, 1, 1)
_UNVERIFIED = (
    "Star: the spellings of the United Kingdom's exports are unverified; check a few rows against the vendor's "
    "report"
)
_LEAVERS = (
    "a Star extract lists only pupils who are on a class of its own year: pupils who left are missing; "
    "extracts taken at the time of the tests have them"
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return (
        has_field(names, STAR_FIELDS, *_SCORES)
        and has_field(names, STAR_FIELDS, "completed_local", "completed_utc", "completed_us")
        and has_field(names, STAR_FIELDS, "upn", "local_id", "vendor_id")
    )


def wanted_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file that this reader reads."""
    return columns_in_file_order(raw, STAR_FIELDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    """Read a Star extract.

    Raises
    ------
    FileRefused
        A school, pupil, date or score can not be read: column, rows and the fix.
    """
    every = named_cells(table, STAR_FIELDS)
    moments, time_note = moments_of_tests(every)
    cells = every.kept(moments.notna())
    moments = moments[moments.notna()]
    if cells.frame.empty:
        raise FileRefused(
            f"{cells.label}: columns {cells.written(STAR_FIELDS)}: no row has the day of a test. Export the "
            "file again with completed tests."
        )
    tests, pupils, notes = _tests(cells, moments, file_name=table.raw.path.stem)
    tests, repeats = _each_once(tests)
    tests, elsewhere, same = at_first_school(tests)
    span, year_from = span_of(tests["academic_year"], given, label=cells.label)
    return Reading(
        tables={
            "assessments": tests,
            "pupil_aliases": pd.concat([pupils.aliases, same]) if len(same) else pupils.aliases,
        },
        rows_read=len(every.frame),
        dropped=dropped(
            (len(every.frame) - len(cells.frame), "no day of completion"),
            (repeats, "the same test listed again, for another class or group"),
            (elsewhere, "the same test listed for another school of the pupil"),
        ),
        notes=(_UNVERIFIED, _LEAVERS, time_note, *notes, *pupils.notes),
        academic_year=span,
        year_from=year_from,
    )


def _tests(
    cells: NamedCells, moments: pd.Series, *, file_name: str
) -> tuple[pd.DataFrame, PupilReferences, tuple[str, ...]]:
    """Give one row a listed test, the pupils and notes on grades and scores."""
    scores, score_notes = _scores(cells)
    school_ref = school_references(cells)
    pupils = pupil_references(cells, school_ref=school_ref, series=SOURCE.kind)
    refuse_missing_pupils(cells, pupils)
    subject = settle_subject(cells, file_name=file_name)
    year_group, grade_notes = _year_groups(cells)
    days = moments.dt.normalize()
    tests = {
        "assessment_id": references_of_tests(
            cells, pupil_id=pupils.pupil_id, moments=moments, subject=subject
        ),
        "pupil_id": pupils.pupil_id,
        "school_ref": school_ref,
        "academic_year": academic_years(moments, first_month=FIRST_MONTH),
        "series": SOURCE.kind,
        "subject": subject,
        "test_date": days,
        "season": seasons(moments),
        "year_group": year_group,
        **scores,
        "unusable_reason": _unusable_reasons(cells, days=days, scaled=scores["scaled_score"]),
        ROW: cells.frame[ROW],
    }
    return pd.DataFrame(tests), pupils, (*grade_notes, *score_notes)


def _each_once(tests: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Leave out a test that is listed again with the same content."""
    shared = tests.duplicated(["assessment_id", "subject"], keep=False)
    if not shared.any():
        return tests, 0
    content = [column for column in tests.columns if column != ROW]
    repeated = tests[shared].duplicated(content)
    again = repeated.index[repeated]
    return tests.drop(index=again), len(again)


def _scores(cells: NamedCells) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    label = cells.label
    numbers = {
        name: numbers_within(cells.text(name), low=0, high=_ANY, label=label)
        for name in ("scaled_score", "percentile", "standard_error")
    }
    _refuse_swapped(cells, **numbers)
    scaled, unified, universal = (
        numbers_within(cells.text(name), low=0, high=1500, label=label)
        for name in ("scaled_score", "unified_score", "universal_score")
    )
    error, notes = _standard_errors(cells)
    scale = pd.Series(None, index=scaled.index, dtype="str")
    scale = scale.mask(universal.notna(), "universal").mask(unified.notna(), "unified")
    extra = by_distinct(
        cells.text("extra_time"), lambda text: _YES_NO.get(text.casefold()), dtype="str"
    )
    return {
        "scaled_score": scaled,
        "standard_error": error,
        "unified_score": unified.fillna(universal),
        "unified_scale": scale,
        "percentile": numbers_within(cells.text("percentile"), low=1, high=99, label=label),
        "reading_age_months": _reading_ages(cells.text("reading_age"), label=label),
        "test_seconds": numbers_within(
            cells.text("test_seconds"), low=0, high=1_000_000, label=label
        ),
        "extra_time": extra,
    }, notes


def _refuse_swapped(
    cells: NamedCells, *, scaled_score: pd.Series, percentile: pd.Series, standard_error: pd.Series
) -> None:
    """Refuse a file whose scores stand under each other's names."""
    too_high = percentile.gt(99)
    beside = scaled_score[too_high & scaled_score.notna()]
    if len(beside) and beside.between(1, 99).all():
        raise FileRefused(
            f"{cells.label}: columns {cells.columns['percentile']} and {cells.columns['scaled_score']}: "
            f"{int(too_high.sum())} rows hold a percentile above 99 beside a scaled score from 1 to 99, first "
            f"in rows {first_rows(too_high)}: the columns look swapped. Correct row 1 or export it again."
        )
    both = scaled_score.notna() & standard_error.notna()
    larger = both & standard_error.gt(scaled_score)
    if 2 * larger.sum() > both.sum():
        raise FileRefused(
            f"{cells.label}: columns {cells.columns['standard_error']} and {cells.columns['scaled_score']}: "
            f"the standard error is larger than the scaled score in {int(larger.sum())} of "
            f"{int(both.sum())} rows, first in rows {first_rows(larger)}: the columns look swapped. Correct "
            "row 1 or export it again."
        )


def _standard_errors(cells: NamedCells) -> tuple[pd.Series, tuple[str, ...]]:
    error = numbers_within(cells.text("standard_error"), low=0, high=500, label=cells.label)
    if error.notna().any() and error.median() < _RASCH_BELOW:
        return error.mask(error.notna()), (
            f"the column {cells.columns['standard_error']} is on the Rasch scale (most values are below "
            f"{_RASCH_BELOW:g}), not in scaled score points: it is left out",
        )
    return error, ()


def _reading_ages(cells: pd.Series, *, label: str) -> pd.Series:
    """Read ``7:10`` as 94 months; ``7.10`` could be a spreadsheet's number and is refused."""
    months = by_distinct(cells, _months, dtype="float64")
    refuse_rows(
        months.isna() & cells.ne(""),
        label=label,
        column=cells.name,
        problem="no reading age in years and months, from 6:00 to 16:06 with a colon",
        fix="A spreadsheet turns reading ages into times or decimals: use the vendor's file as it came.",
    )
    return months


def _months(text: str) -> float:
    match = _READING_AGE.match(text)
    months = int(match[1]) * 12 + int(match[2]) if match else 0
    return months if _YOUNGEST <= months <= _OLDEST else np.nan


def _year_groups(cells: NamedCells) -> tuple[pd.Series, tuple[str, ...]]:
    """Give the national curriculum year at the test: grade n is Year n + 1; null where it is not told."""
    grade = cells.text("grade")
    grade = grade.mask(grade.eq(""), cells.text("grade_placement"))
    years = by_distinct(grade, _year_group, dtype="float64")
    unread = int((years.isna() & grade.ne("")).sum())
    if not grade.ne("").any():
        return years, (
            "the file has no grade at the time of the test: the year group is not known",
        )
    notes = ("grade n is taken as Year n + 1 (unverified); kindergarten as Year 1",)
    if unread:
        notes += (f"{unread} rows hold a grade that is no number: their year group is not known",)
    return years, notes


def _year_group(text: str) -> float:
    plain = text.casefold()
    if plain in ("k", "kg", "kindergarten"):
        return 1
    match = _YEAR_WORDS.match(plain)
    try:
        year = int(match[1]) if match else np.floor(float(plain)) + 1
    except ValueError:
        return np.nan
    return year if 0 <= year <= 14 else np.nan


def _unusable_reasons(cells: NamedCells, *, days: pd.Series, scaled: pd.Series) -> pd.Series:
    """Say why a test is not counted; the first reason that holds stands."""
    status = cells.text("test_status").str.casefold()
    refuse_rows(
        ~status.isin(_ACTIVE | _INACTIVE),
        label=cells.label,
        column=status.name,
        problem="neither a status of a valid test (Active) nor of a withdrawn one (Deactivated)",
        fix="Leave the cell blank where the test counts, or write Deactivated where it does not.",
    )
    order: Order = "month first" if cells.has("completed_us") else "to be proven"
    start, end = (
        moments_in_england(
            cells.text(name), label=cells.label, clock="local", order=order, today=_FAR
        ).dt.normalize()
        for name in ("window_start", "window_end")
    )
    is_deactivated = status.isin(_INACTIVE) | cells.text("deactivation").ne("")
    reasons = pd.Series(None, index=days.index, dtype="str")
    reasons = reasons.mask(scaled.isna(), "no_score")
    reasons = reasons.mask(days.lt(start) | days.gt(end), "outside_window")
    reasons = reasons.mask(~is_screening(cells), "not_screening")
    return reasons.mask(is_deactivated, "deactivated")


READER = Reader(source=SOURCE, recognises=_recognises, read=_read, wanted=wanted_columns)
