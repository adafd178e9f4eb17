"""Key stage 2 and key stage 4 tables of all England that a third party cut to about 23 columns.

Caveats: only the group "all pupils" was left, without cohort sizes and without the local authority, so the
file gives measures and no description of schools. The year stands in the folder's name or in ``--year``.
"""

from collections.abc import Mapping, Sequence

from recovery_analysis.intake.performance_layout import (
    BLANK_ROW,
    KS2_RECORD_TYPES,
    KS4_RECORD_TYPES,
    Block,
    RecordKind,
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

_PUBLISHER = "Department for Education; cut by a third party"

KS2_SOURCE = Source(
    kind="ks2_school_reduced",
    title="School performance tables, key stage 2, cut to fewer columns",
    publisher=_PUBLISHER,
)
KS4_SOURCE = Source(
    kind="ks4_school_reduced",
    title="School performance tables, key stage 4, cut to fewer columns",
    publisher=_PUBLISHER,
)
SOURCES = (KS2_SOURCE, KS4_SOURCE)

_KS2_BLOCKS = (
    Block(measure="ks2_reading_progress", group="all", column="READPROG"),
    Block(measure="ks2_writing_progress", group="all", column="WRITPROG"),
    Block(measure="ks2_maths_progress", group="all", column="MATPROG"),
)
_KS4_BLOCKS = (
    Block(measure="attainment8", group="all", column="ATT8SCR"),
    Block(measure="progress8", group="all", column="P8MEA"),
)


def _is_cut(names: set[str]) -> bool:
    """Say whether this is the cut file: it kept SCHTYPE and PHASE and lost the local authority."""
    return {"RECTYPE", "SCHTYPE", "PHASE"} <= names and not {"LEA", "LA"} & names


def _recognises_ks2(raw: RawFile) -> bool:
    names = upper_names(raw)
    return _is_cut(names) and bool({"READPROG", "WRITPROG", "MATPROG"} & names)


def _recognises_ks4(raw: RawFile) -> bool:
    names = upper_names(raw)
    return _is_cut(names) and bool({"ATT8SCR", "P8MEA"} & names)


def _read(
    table: RawTable,
    given: AcademicYear | None,
    *,
    source: Source,
    record_types: Mapping[str, RecordKind],
    blocks: Sequence[Block],
) -> Reading:
    records = open_records(table, needed=("URN", *(block.column for block in blocks)))
    year, year_from = settle_year(table.raw, content=None, given=given, single_year="end")
    is_school = records.codes("RECTYPE", record_types).eq("school")
    urns, repaired = filled_ids(records.cells("URN")[is_school], kind="urn", label=records.label)
    ids = school_ids(urns, year=year, series=source.kind)
    return Reading(
        tables={"school_measures": read_blocks(records, ids, blocks)},
        rows_read=records.rows_read,
        dropped=dropped(
            (records.blank_rows, BLANK_ROW),
            (int((~is_school).sum()), "an area's row: the cut file does not say which area"),
        ),
        notes=(
            *repair_note(repaired, "URN"),
            *absent_notes(records, blocks),
            "cut by a third party: only all pupils, no cohort sizes, no local authority",
        ),
        academic_year=str(year),
        year_from=year_from,
    )


def _read_ks2(table: RawTable, given: AcademicYear | None) -> Reading:
    return _read(table, given, source=KS2_SOURCE, record_types=KS2_RECORD_TYPES, blocks=_KS2_BLOCKS)


def _read_ks4(table: RawTable, given: AcademicYear | None) -> Reading:
    return _read(table, given, source=KS4_SOURCE, record_types=KS4_RECORD_TYPES, blocks=_KS4_BLOCKS)


READERS = (
    Reader(source=KS2_SOURCE, recognises=_recognises_ks2, read=_read_ks2),
    Reader(source=KS4_SOURCE, recognises=_recognises_ks4, read=_read_ks4),
)
