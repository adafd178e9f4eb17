"""A school's own report of its use of Oak National Academy, in our template.

Caveats: Oak gives no use by school or pupil, so a school counts for itself; how it counted who took part is
not known. The template is a CSV file with the columns of ``TEMPLATE_COLUMNS``, one row a school, term, year
group and subject.
"""

import pandas as pd

from recovery_analysis.intake.headers import (
    Aliases,
    NamedCells,
    columns_in_file_order,
    has_field,
    named_cells,
    normal_headers,
)
from recovery_analysis.intake.moments import span_of
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import school_references
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.refusals import refuse_formulas, refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="oak_use",
    title="Use of Oak National Academy, reported by the school",
    publisher="The school itself",
    licence="Private data of the trust or school",
)

#: Header of the template that a school fills in.
TEMPLATE_COLUMNS = (
    "School URN",
    "Academic year",
    "Term",
    "Year group",
    "Subject",
    "Oak lessons per week",
    "Pupils reached",
    "Pupils in year",
)

OAK_FIELDS: Aliases = {
    "school_urn": ("schoolurn", "urn"),
    "school_state_id": ("laestab", "schoollaestab"),
    "academic_year": ("academicyear",),
    "term": ("term",),
    "year_group": ("yeargroup",),
    "subject": ("subject",),
    "lessons": ("oaklessonsperweek", "lessonsperweek", "oaklessonsaweek"),
    "reached": ("pupilsreached", "pupilswhotookpart"),
    "pupils": ("pupilsinyear", "pupilsinyeargroup"),
}

_TERMS = ("autumn", "spring", "summer")
_YEAR_PREFIX = r"^(?:year|yr|y)\s*"
_BY_TEMPLATE = "Correct these cells as the template says."


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return all(
        has_field(names, OAK_FIELDS, field)
        for field in ("academic_year", "term", "year_group", "subject", "lessons", "reached")
    )


def wanted_columns(raw: RawFile) -> list[str]:
    """Give the columns of a file that this reader reads."""
    return columns_in_file_order(raw, OAK_FIELDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    """Read a school's report of its use of Oak.

    Raises
    ------
    FileRefused
        A cell is not as the template says: column, rows and the fix.
    """
    every = named_cells(table, OAK_FIELDS)
    is_blank = every.are_blank()
    cells = every.kept(~is_blank)
    pupils, reached = (
        numbers_within(cells.text(name), low=0, high=5000, label=cells.label, whole=True)
        for name in ("pupils", "reached")
    )
    refuse_rows(
        reached.gt(pupils),
        label=cells.label,
        column=cells.written(("reached", "pupils")),
        problem="more pupils who took part than pupils in the year group",
        fix=_BY_TEMPLATE,
    )
    lessons = pd.DataFrame(
        {
            "school_ref": school_references(cells),
            "academic_year": _academic_years(cells),
            "series": SOURCE.kind,
            "term": _terms(cells),
            "year_group": _year_groups(cells),
            "subject": _subjects(cells),
            "lessons_per_week": _lessons(cells),
            "pupils_reached_n": reached,
            "pupils_n": pupils,
            ROW: cells.frame[ROW],
        }
    )
    span, year_from = span_of(lessons["academic_year"], given, label=cells.label)
    return Reading(
        tables={"online_lessons": lessons},
        rows_read=len(every.frame),
        dropped=dropped((int(is_blank.sum()), "blank row")),
        notes=("schools count the pupils who took part for themselves; Oak gives no such number",),
        academic_year=span,
        year_from=year_from,
    )


def _academic_years(cells: NamedCells) -> pd.Series:
    texts = cells.text("academic_year")
    years = texts.map({text: _academic_year(text) for text in texts.unique()})
    refuse_rows(
        years.isna(),
        label=cells.label,
        column=texts.name,
        problem="no academic year such as 2020/21",
        fix=_BY_TEMPLATE,
    )
    return years.astype("str")


def _academic_year(text: str) -> str | None:
    try:
        return str(AcademicYear.parse(text))
    except ValueError:
        return None


def _terms(cells: NamedCells) -> pd.Series:
    term = cells.text("term").str.casefold().str.removesuffix("term").str.strip()
    refuse_rows(
        ~term.isin(_TERMS),
        label=cells.label,
        column=term.name,
        problem="no term (autumn, spring or summer)",
        fix=_BY_TEMPLATE,
    )
    return term


def _year_groups(cells: NamedCells) -> pd.Series:
    text = cells.text("year_group").str.casefold()
    number = text.str.replace(_YEAR_PREFIX, "", regex=True).mask(text.isin(["reception", "r"]), "0")
    return _filled(cells, number, low=0, high=13, whole=True)


def _subjects(cells: NamedCells) -> pd.Series:
    text = cells.text("subject").str.casefold()
    refuse_rows(
        text.eq(""),
        label=cells.label,
        column=text.name,
        problem="no subject",
        fix=_BY_TEMPLATE,
    )
    refuse_formulas(text, label=cells.label)
    return text


def _lessons(cells: NamedCells) -> pd.Series:
    return _filled(cells, cells.text("lessons"), low=0, high=50, whole=False)


def _filled(
    cells: NamedCells, text: pd.Series, *, low: float, high: float, whole: bool
) -> pd.Series:
    number = numbers_within(text, low=low, high=high, label=cells.label, whole=whole)
    refuse_rows(
        number.isna(),
        label=cells.label,
        column=text.name,
        problem="nothing where a number is needed",
        fix=_BY_TEMPLATE,
    )
    return number


READER = Reader(source=SOURCE, recognises=_recognises, read=_read, wanted=wanted_columns)
