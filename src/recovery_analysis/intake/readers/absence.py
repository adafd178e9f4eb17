"""Absence of each school over the full academic year, from the school performance tables.

Caveats: persistent absentees miss 10% or more of possible sessions. The file names no school and counts no
pupils; its last rows are national figures by type of school and are left out.
"""

from recovery_analysis.intake.performance_layout import (
    BLANK_ROW,
    Block,
    absent_notes,
    filled_ids,
    open_records,
    read_blocks,
    school_ids,
    upper_names,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped, settle_year
from recovery_analysis.intake.repair import repair_note
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="school_absence",
    title="School performance tables, pupil absence",
    publisher="Department for Education",
)

_BLOCKS = (
    Block(measure="overall_absence_pct", group="all", column="PERCTOT"),
    Block(measure="persistent_absence_pct", group="all", column="PPERSABS10"),
)
_NATIONAL = "NAT"


def _recognises(raw: RawFile) -> bool:
    names = upper_names(raw)
    return (
        {"URN", "ESTAB"} <= names
        and bool({"PERCTOT", "PPERSABS10"} & names)
        and not {"RECTYPE", "SCHNAME", "ATT8SCR"} & names
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    records = open_records(table, needed=("URN", "PERCTOT", "PPERSABS10"))
    year, year_from = settle_year(table.raw, content=None, given=given, single_year="end")
    is_national = records.cells(records.first_of("LA", "LEA")).eq(_NATIONAL)
    urns, repaired = filled_ids(records.cells("URN")[~is_national], kind="urn", label=records.label)
    ids = school_ids(urns, year=year, series=SOURCE.kind)
    return Reading(
        tables={"school_measures": read_blocks(records, ids, _BLOCKS)},
        rows_read=records.rows_read,
        dropped=dropped(
            (records.blank_rows, BLANK_ROW),
            (int(is_national.sum()), "a national row by type of school"),
        ),
        notes=(*repair_note(repaired, "URN"), *absent_notes(records, _BLOCKS)),
        academic_year=str(year),
        year_from=year_from,
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
