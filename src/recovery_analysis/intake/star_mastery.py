"""Star's mastery of parts of a subject, one row a test and part: skill areas and standards alike.

These files name no school. A pupil without a UPN is known by Renaissance's own number, which the file of the
tests ties to the pupil's number in the school; one without either is known through the test alone.
"""

import pandas as pd

from recovery_analysis.intake.headers import Aliases, NamedCells, named_cells
from recovery_analysis.intake.moments import academic_years, span_of
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import pupil_references
from recovery_analysis.intake.raw_file import RawTable
from recovery_analysis.intake.reader import Reading, dropped
from recovery_analysis.intake.refusals import refuse_formulas, refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.intake.star_fields import FIRST_MONTH, moments_of_tests, settle_subject
from recovery_analysis.words.periods import AcademicYear

_AGAIN = "Export the file again; every row needs it."


def read_mastery(
    table: RawTable,
    given: AcademicYear | None,
    *,
    aliases: Aliases,
    series: str,
) -> Reading:
    """Read one of Star's mastery files into ``skill_scores``.

    Parameters
    ----------
    table, given
        The file, and the year that the user gives.
    aliases
        The fields of the layout: domain, skill_area and mastery beside those of pupil and test.
    series
        Kind of file.

    Raises
    ------
    FileRefused
        A test, date or mastery can not be read: column, rows and the fix.
    """
    every = named_cells(table, aliases)
    moments, time_note = moments_of_tests(every)
    has_day = moments.notna()
    has_mastery = every.text("mastery").ne("")
    cells = every.kept(has_day & has_mastery)
    moments = moments[cells.frame.index]
    _refuse_blanks(cells)
    pupils = pupil_references(cells, school_ref=None, series=series)
    test = cells.text("assessment_id")
    skills = pd.DataFrame(
        {
            "assessment_id": "star:" + test,
            "pupil_id": pupils.pupil_id.mask(pupils.is_missing, "local:assessment:" + test),
            "subject": settle_subject(cells, file_name=table.raw.path.stem),
            "academic_year": academic_years(moments, first_month=FIRST_MONTH),
            "series": series,
            "test_date": moments.dt.normalize(),
            "domain": _domains(cells),
            "skill_area": cells.text("skill_area"),
            "mastery_pct": numbers_within(
                cells.text("mastery"), low=0, high=100, label=cells.label
            ),
            ROW: cells.frame[ROW],
        }
    )
    repeated = skills.duplicated([column for column in skills.columns if column != ROW])
    span, year_from = span_of(skills["academic_year"], given, label=cells.label)
    unknown = int(pupils.is_missing.sum())
    return Reading(
        tables={"skill_scores": skills[~repeated]},
        rows_read=len(every.frame),
        dropped=dropped(
            (int((~has_day).sum()), "no day of completion"),
            (int((has_day & ~has_mastery).sum()), "no mastery is given"),
            (int(repeated.sum()), "the same test and part listed again"),
        ),
        notes=(time_note, *_note_of_unknown(unknown), *pupils.notes),
        academic_year=span,
        year_from=year_from,
    )


def _domains(cells: NamedCells) -> pd.Series:
    """Give the domain of each row, its family before it where the file has it under more than one."""
    domain, family = cells.text("domain"), cells.text("family")
    filled = family.ne("")
    families = family[filled].groupby(domain[filled]).nunique()
    shared = filled & domain.isin(families.index[families.gt(1)])
    refuse_formulas(family[shared], label=cells.label)
    return domain.mask(shared, family + ": " + domain)


def _refuse_blanks(cells: NamedCells) -> None:
    for name, what in (
        ("assessment_id", "no number of the test"),
        ("domain", "no domain"),
        ("skill_area", "no name of the part"),
    ):
        texts = cells.text(name)
        refuse_rows(texts.eq(""), label=cells.label, column=texts.name, problem=what, fix=_AGAIN)
        if name != "assessment_id":
            refuse_formulas(texts, label=cells.label)


def _note_of_unknown(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        f"{count} rows name the pupil neither by a UPN nor by Renaissance's number: the file has no school, "
        "so they are joined to the pupil through the test alone",
    )
