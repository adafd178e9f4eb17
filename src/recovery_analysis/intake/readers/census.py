"""School census figures of each school, from the school performance tables.

Caveats: the only percentage of free school meals that the file gives is that of the last six years
(PNUMFSMEVER), and its base (NORFSMEVER) is smaller than the number on roll (NOR) where a school has a nursery
or a sixth form; ``pupils_n`` is the number on roll. Independent schools have NA: it does not apply to them.
"""

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
    kind="school_census",
    title="School performance tables, school census",
    publisher="Department for Education",
)

_BLOCKS = (Block(measure="fsm6_pct", group="all", column="PNUMFSMEVER", pupils="NOR"),)
_NATIONAL = "NAT"


def _recognises(raw: RawFile) -> bool:
    names = upper_names(raw)
    return (
        {"URN", "NOR"} <= names
        and bool({"PNUMFSMEVER", "NUMFSMEVER", "NORFSMEVER"} & names)
        and not {"RECTYPE", "ATT8SCR"} & names
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    records = open_records(table, needed=("URN", "NOR", "PNUMFSMEVER"))
    year, year_from = settle_year(table.raw, content=None, given=given, single_year="end")
    cells = records.cells("URN")
    is_national = cells.eq(_NATIONAL)
    urns, repaired = filled_ids(cells[~is_national], kind="urn", label=records.label)
    ids = school_ids(urns, year=year, series=SOURCE.kind)
    return Reading(
        tables={"school_measures": read_blocks(records, ids, _BLOCKS)},
        rows_read=records.rows_read,
        dropped=dropped(
            (records.blank_rows, BLANK_ROW),
            (int(is_national.sum()), "a national row by type of school"),
        ),
        notes=repair_note(repaired, "URN"),
        academic_year=str(year),
        year_from=year_from,
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
