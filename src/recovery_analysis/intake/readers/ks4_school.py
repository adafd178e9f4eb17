"""Key stage 4 school performance tables, original layout (about 410 to 510 columns).

Caveats: the disadvantaged split is not published for independent schools (NP). From 2017/18 Progress 8 is
adjusted for extreme scores (P8MEA); the unadjusted score (P8MEA_ORIG) is not read. The Progress 8 cohort
(P8PUP) is smaller than that of Attainment 8 (TPUP).
"""

from recovery_analysis.intake.performance_layout import KS4_RECORD_TYPES, Block, upper_names
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.school_tables import SchoolTable, read_school_table
from recovery_analysis.words.measures import Group
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="ks4_school",
    title="School performance tables, key stage 4",
    publisher="Department for Education",
)

_GROUPS: tuple[tuple[Group, str, str], ...] = (
    ("all", "", "TPUP"),
    ("disadvantaged", "_FSM6CLA1A", "TFSM6CLA1A"),
    ("other", "_NFSM6CLA1A", "TNOTFSM6CLA1A"),
)


def _blocks() -> tuple[Block, ...]:
    attainment = [
        Block(measure="attainment8", group=group, column=f"ATT8SCR{suffix}", pupils=pupils)
        for group, suffix, pupils in _GROUPS
    ]
    progress = [
        Block(
            measure="progress8",
            group=group,
            column=f"P8MEA{suffix}",
            pupils=f"P8PUP{suffix}",
            low=f"P8CILOW{suffix}",
            high=f"P8CIUPP{suffix}",
        )
        for group, suffix, _ in _GROUPS
    ]
    share = Block(measure="ks4_disadvantaged_pct", group="all", column="PTFSM6CLA1A", pupils="TPUP")
    return (*attainment, *progress, share)


_LAYOUT = SchoolTable(
    source=SOURCE,
    record_types=KS4_RECORD_TYPES,
    needed=("ATT8SCR", "TPUP"),
    blocks=_blocks(),
    year_stems=("ATT8SCR", "P8MEA", "P8PUP"),
    single_year="end",
)


def _recognises(raw: RawFile) -> bool:
    names = upper_names(raw)
    return "RECTYPE" in names and bool({"LEA", "LA"} & names) and bool({"ATT8SCR", "P8MEA"} & names)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    return read_school_table(table, given, _LAYOUT)


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
