"""Each school: sessions attended before and now, and how many pupils miss much, small counts hidden."""

from recovery_analysis.analysis.attendance import PupilAttendance
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.exhibit.attendance.words import SOURCE, AttendanceResults, notes_of
from recovery_analysis.exhibit.cells import TIDY_COLUMNS, Place, cell, tidy_row
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.words.missing import MissingReason, meaning

_MEASURES = ("attendance_pct", "pupils", "pupils_missing_10_pct", "pupils_missing_50_pct")


#: A school's name, its place, and its estimates: before, now, pupils, missing a tenth, missing half.
_Row = tuple[str, Place, tuple[Estimate, ...]]


def schools(released: AttendanceResults) -> Section:
    """Show the schools by name, with counts that can not be worked out from each other."""
    result = released.result
    section_id, heading = "attendance-schools", "Each school"
    rows = _rows(result)
    if not rows:
        text = (
            "There is no table of schools: no weeks of attendance since the baseline date were read, or there are "
            "more schools than a table can show."
        )
        note = Sentence(id=f"{section_id}-missing", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    hidden = sum(e.missing_reason == MissingReason.TOO_FEW for _, _, found in rows for e in found)
    caution = Sentence(
        id=f"{section_id}-caution",
        text=(
            "Counts of 1 to 5 pupils are hidden, and others with them where they could be worked out: "
            f"{hidden} hidden here ({meaning(MissingReason.TOO_FEW)}). Schools are in the order of their names."
        ),
        role="note",
    )
    return Section(
        id=section_id, heading=heading, exhibits=(caution, _table(result, rows, section_id))
    )


def _table(result: PupilAttendance, rows: list[_Row], section_id: str) -> Table:
    before = f"Attended {result.before_year or 'before'} (%)"
    return Table(
        id=f"{section_id}-table",
        title="Each school",
        caption="Sessions attended (%) and pupils who missed 10% or more, and 50% or more, by school",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="before", title=before, kind="number"),
            TableColumn(name="now", title=f"Attended {result.now_year} (%)", kind="number"),
            TableColumn(name="pupils", title="Pupils now", kind="number"),
            TableColumn(name="missing_10", title="Pupils who missed 10% or more", kind="number"),
            TableColumn(name="missing_50", title="Of these, 50% or more", kind="number"),
        ),
        rows=tuple((name, *map(cell, estimates)) for name, _, estimates in rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                estimate,
                place=place,
                academic_year=result.now_year or "",
                measure=measure,
                group="all",
                rule="now",
            )
            for _, place, estimates in rows
            for measure, estimate in zip(_MEASURES, estimates[1:], strict=True)
        ),
        notes=notes_of([estimate for _, _, estimates in rows for estimate in estimates]),
        sources=(SOURCE,),
    )


def _rows(result: PupilAttendance) -> list[_Row]:
    """Give the row of each school."""
    if result.missing_10 is None or result.missing_50 is None:
        return []
    return [
        (
            school.school_name,
            Place(level="School", urn=school.school_id, school_name=school.school_name),
            (school.before, school.now, school.pupils, tenth, half),
        )
        for school, tenth, half in zip(
            result.schools, result.missing_10.parts, result.missing_50.parts, strict=True
        )
    ]
