"""Percent of each school's pupils who are eligible for free school meals now (school census extract).

Caveats: nothing in the file tells its year, so it is given with ``--year`` unless the file or folder name has
it. The local authority stands as a name only, so the file gives no description of schools. 'z' means that
the figure does not apply (independent schools).
"""

from recovery_analysis.intake.markers import EXPLORE_EDUCATION_STATISTICS
from recovery_analysis.intake.performance_layout import (
    BLANK_ROW,
    Block,
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
    kind="school_fsm",
    title="Schools, pupils and their characteristics: free school meals by school",
    publisher="Department for Education",
)

_BLOCKS = (Block(measure="fsm_pct", group="all", column="fsm_prop"),)


def _recognises(raw: RawFile) -> bool:
    return {"URN", "FSM_PROP"} <= upper_names(raw)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    records = open_records(table, needed=("urn", "fsm_prop"))
    year, year_from = settle_year(table.raw, content=None, given=given, single_year="end")
    urns, repaired = filled_ids(records.cells("urn"), kind="urn", label=records.label)
    ids = school_ids(urns, year=year, series=SOURCE.kind)
    return Reading(
        tables={
            "school_measures": read_blocks(
                records, ids, _BLOCKS, markers=EXPLORE_EDUCATION_STATISTICS
            )
        },
        rows_read=records.rows_read,
        dropped=dropped((records.blank_rows, BLANK_ROW)),
        notes=repair_note(repaired, "urn"),
        academic_year=str(year),
        year_from=year_from,
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
