"""Key stage 2 school performance tables, original layout (about 290 to 330 columns).

Caveats: pupils counted are those eligible for key stage 2 (TELIG); a progress score covers only those with
prior attainment. Percentages and scaled scores are published as whole numbers. A lone year in the file
name is the year in which the academic year starts: ``2018-936-ks2.csv`` is 2018/19.
"""

from recovery_analysis.intake.performance_layout import KS2_RECORD_TYPES, Block, upper_names
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.school_tables import SchoolTable, read_school_table
from recovery_analysis.words.measures import Group
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="ks2_school",
    title="School performance tables, key stage 2",
    publisher="Department for Education",
)

_GROUPS: tuple[tuple[Group, str, str], ...] = (
    ("all", "", "TELIG"),
    ("disadvantaged", "_FSM6CLA1A", "TFSM6CLA1A"),
    ("other", "_NotFSM6CLA1A", "TNotFSM6CLA1A"),
)
_VALUES = {
    "ks2_rwm_expected_pct": "PTRWM_EXP",
    "ks2_reading_scaled_score": "READ_AVERAGE",
    "ks2_maths_scaled_score": "MAT_AVERAGE",
    "ks2_gps_scaled_score": "GPS_AVERAGE",
}
_PROGRESS = {
    "ks2_reading_progress": "READPROG",
    "ks2_writing_progress": "WRITPROG",
    "ks2_maths_progress": "MATPROG",
}


def _blocks() -> tuple[Block, ...]:
    values = [
        Block(measure=measure, group=group, column=f"{stem}{suffix}", pupils=pupils)
        for measure, stem in _VALUES.items()
        for group, suffix, pupils in _GROUPS
    ]
    progress = [
        Block(
            measure=measure,
            group=group,
            column=f"{stem}{suffix}",
            pupils=pupils,
            low=f"{stem}{suffix}_LOWER",
            high=f"{stem}{suffix}_UPPER",
        )
        for measure, stem in _PROGRESS.items()
        for group, suffix, pupils in _GROUPS
    ]
    return (*values, *progress)


_LAYOUT = SchoolTable(
    source=SOURCE,
    record_types=KS2_RECORD_TYPES,
    needed=("PTRWM_EXP", "TELIG"),
    blocks=_blocks(),
    year_stems=("PTRWM_EXP", "READ_AVERAGE", "MAT_AVERAGE", "READPROG", "WRITPROG", "MATPROG"),
    single_year="start",
)


def _recognises(raw: RawFile) -> bool:
    names = upper_names(raw)
    return (
        "RECTYPE" in names
        and bool({"LEA", "LA"} & names)
        and bool({"PTRWM_EXP", "TELIG", "READ_AVERAGE"} & names)
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    return read_school_table(table, given, _LAYOUT)


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
