"""Accelerated Reader's historical extract: one row a quiz.

Caveats: the spelling of the headers is unverified (the vendor's page lists the fields, no file was seen);
they are found by normalised names, and a mapping can correct them. Percent correct is a decimal: 0.9 is 90 %.
The extract has Star's columns, empty. It lists only pupils on a class of the current year.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.headers import (
    Aliases,
    NamedCells,
    columns_in_file_order,
    has_field,
    named_cells,
    normal_headers,
)
from recovery_analysis.intake.moments import academic_years, span_of
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import (
    PUPIL_FIELDS,
    SCHOOL_FIELDS,
    PupilReferences,
    pupil_references,
    refuse_missing_pupils,
    school_references,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import text_or_null
from recovery_analysis.intake.refusals import first_rows, refuse_formulas
from recovery_analysis.intake.schema import ROW
from recovery_analysis.intake.star_fields import TIME_FIELDS, moments_of_tests
from recovery_analysis.words.periods import AcademicYear
from recovery_analysis.words.pupils import NO, YES

SOURCE = Source(
    kind="accelerated_reader",
    title="Accelerated Reader, historical extract of a trust or school",
    publisher="Renaissance Learning",
    licence="Private data of the trust or school",
)

QUIZ_FIELDS: Aliases = {
    **SCHOOL_FIELDS,
    **PUPIL_FIELDS,
    **TIME_FIELDS,
    "completed_utc": (
        *TIME_FIELDS["completed_utc"],
        "datecompleted",
        "datetimecompleted",
        "dateandtimecompleted",
        "activitydatecompleted",
        "quizdate",
        "completeddatetime",
    ),
    "activity_id": ("activityid", "quizresultid"),
    "quiz_type": ("activitytype", "quiztype"),
    "quiz_number": ("quiznumber", "quizno", "contentid"),
    "book_level": ("atosbooklevel", "booklevel", "atoslevel"),
    "words": ("wordcount", "words"),
    "fiction": ("fiction", "fictionnonfiction", "fictionornonfiction"),
    "questions": (
        "numberofquestions",
        "questionspresented",
        "numberquestions",
        "questions",
        "totalpossible",
    ),
    "correct": ("numbercorrect", "questionscorrect", "totalcorrect"),
    "percent": ("percentcorrect", "percentagecorrect"),
}

_FICTION = {
    **dict.fromkeys(("fiction", "f", "yes", "true", "y", "1"), YES),
    **dict.fromkeys(("nonfiction", "non-fiction", "nf", "no", "false", "n", "0"), NO),
}
#: Percent points by which percent correct may differ from the counts: the vendor rounds.
_ROUNDING = 1.0
_UNVERIFIED = (
    "Accelerated Reader: the spelling of the vendor's headers is unverified; check a few rows against the "
    "vendor's report"
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return (
        has_field(names, QUIZ_FIELDS, "percent")
        and has_field(names, QUIZ_FIELDS, "quiz_number", "book_level", "words", "fiction")
        and has_field(names, QUIZ_FIELDS, *TIME_FIELDS)
        and has_field(names, QUIZ_FIELDS, "upn", "local_id", "vendor_id")
    )


def wanted_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file that this reader reads."""
    return columns_in_file_order(raw, QUIZ_FIELDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    """Read an Accelerated Reader extract.

    Raises
    ------
    FileRefused
        A school, pupil, date or number can not be read: column, rows and the fix.
    """
    every = named_cells(table, QUIZ_FIELDS)
    moments, time_note = moments_of_tests(every)
    has_day = moments.notna()
    has_percent = every.text("percent").ne("")
    is_star = every.text("quiz_type").str.casefold().str.startswith("star")
    cells = every.kept(has_day & has_percent & ~is_star)
    if cells.frame.empty:
        raise FileRefused(
            f"{cells.label}: columns {cells.written(('completed_utc', 'completed_local', 'percent'))}: no row "
            "is a completed quiz with its percent correct. Export the file again for Accelerated Reader."
        )
    quizzes, pupils = _quizzes(cells, moments[cells.frame.index])
    repeated = quizzes.duplicated([column for column in quizzes.columns if column != ROW])
    span, year_from = span_of(quizzes["academic_year"], given, label=cells.label)
    return Reading(
        tables={"reading_quizzes": quizzes[~repeated], "pupil_aliases": pupils.aliases},
        rows_read=len(every.frame),
        dropped=dropped(
            (int((~has_day).sum()), "no day of completion"),
            (int((has_day & is_star).sum()), "a Star test, not a quiz"),
            (int((has_day & ~is_star & ~has_percent).sum()), "no percent correct"),
            (int(repeated.sum()), "the same quiz listed again, for another class or group"),
        ),
        notes=(_UNVERIFIED, time_note, *pupils.notes),
        academic_year=span,
        year_from=year_from,
    )


def _quizzes(cells: NamedCells, moments: pd.Series) -> tuple[pd.DataFrame, PupilReferences]:
    label = cells.label
    school_ref = school_references(cells)
    pupils = pupil_references(cells, school_ref=school_ref, series=SOURCE.kind)
    refuse_missing_pupils(cells, pupils)
    quiz_type = cells.text("quiz_type")
    refuse_formulas(quiz_type, label=label)
    questions = numbers_within(cells.text("questions"), low=1, high=200, label=label, whole=True)
    correct = numbers_within(cells.text("correct"), low=0, high=200, label=label, whole=True)
    percent = (numbers_within(cells.text("percent"), low=0, high=1, label=label) * 100).round(6)
    _refuse_contradiction(cells, percent=percent, counted=correct / questions * 100)
    return pd.DataFrame(
        {
            "quiz_id": _references(cells, pupil_id=pupils.pupil_id, moments=moments),
            "pupil_id": pupils.pupil_id,
            "school_ref": school_ref,
            "academic_year": academic_years(moments),
            "series": SOURCE.kind,
            "completed_date": moments.dt.normalize(),
            "quiz_type": text_or_null(quiz_type),
            "questions_n": questions,
            "correct_n": correct,
            "correct_pct": percent,
            "book_level": numbers_within(cells.text("book_level"), low=0, high=20, label=label),
            "words_n": numbers_within(
                cells.text("words"), low=0, high=10_000_000, label=label, whole=True
            ),
            "is_fiction": by_distinct(
                cells.text("fiction"), lambda text: _FICTION.get(text.casefold()), dtype="str"
            ),
            ROW: cells.frame[ROW],
        }
    ), pupils


def _references(cells: NamedCells, *, pupil_id: pd.Series, moments: pd.Series) -> pd.Series:
    """Give each quiz's identifier; one without is made from pupil, moment and quiz number."""
    given = cells.text("activity_id")
    made = (
        pupil_id + ":" + moments.dt.strftime("%Y-%m-%dT%H:%M:%S") + ":" + cells.text("quiz_number")
    )
    return ("ar:" + given).mask(given.eq(""), "ar:made:" + made)


def _refuse_contradiction(cells: NamedCells, *, percent: pd.Series, counted: pd.Series) -> None:
    """Refuse a percent correct that the counts of questions contradict."""
    wrong = (percent - counted).abs().gt(_ROUNDING)
    if wrong.any():
        names = cells.written(("percent", "correct", "questions"))
        raise FileRefused(
            f"{cells.label}: columns {names}: the percent correct (a decimal, 0.9 is 90 %) and the counts of "
            f"questions contradict each other in {int(wrong.sum())} rows, first in rows {first_rows(wrong)}. "
            "Export the file again, or say in a mapping which columns hold these."
        )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read, wanted=wanted_columns)
