"""State-funded secondary schools of England in 2022/23, joined and cut to 37 columns by a third party.

Caveats: whoever cut the file took the '%' off and wrote NA for every marker, so why a value is missing was
lost (read as ``not_recorded``); it has no key stage 4 cohort sizes; some scores show the noise of binary
numbers (0.33999999999999997), which is taken off. The year stands in the folder's name or in ``--year``.
"""

import pandas as pd

from recovery_analysis.intake.markers import PERFORMANCE_TABLES
from recovery_analysis.intake.performance_layout import (
    BLANK_ROW,
    Block,
    Records,
    absent_notes,
    filled_ids,
    open_records,
    read_blocks,
    school_ids,
    upper_names,
)
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped, settle_year
from recovery_analysis.intake.repair import repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="secondary_extract",
    title="School performance tables, secondary schools, cut to fewer columns",
    publisher="Department for Education; joined and cut by a third party",
)

_MISSING = "NA"
_MARKERS = {**PERFORMANCE_TABLES, _MISSING: MissingReason.NOT_RECORDED}

_BLOCKS = (
    Block(measure="attainment8", group="all", column="ATT8SCR"),
    Block(measure="attainment8", group="disadvantaged", column="ATT8SCR_FSM6CLA1A"),
    Block(measure="attainment8", group="other", column="ATT8SCR_NFSM6CLA1A"),
    Block(measure="progress8", group="all", column="P8MEA"),
    Block(measure="progress8", group="disadvantaged", column="P8MEA_FSM6CLA1A"),
    Block(measure="progress8", group="other", column="P8MEA_NFSM6CLA1A"),
    Block(measure="ks4_disadvantaged_pct", group="all", column="PTFSM6CLA1A"),
    Block(measure="overall_absence_pct", group="all", column="PERCTOT"),
    Block(measure="persistent_absence_pct", group="all", column="PPERSABS10"),
    Block(measure="fsm6_pct", group="all", column="PNUMFSMEVER"),
)

#: A number written from a binary fraction differs from the published one by no more than this.
_BINARY_NOISE = 1e-9


def _recognises(raw: RawFile) -> bool:
    names = upper_names(raw)
    return "SCHNAME.X" in names and "ATT8SCR" in names and "RECTYPE" not in names


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    records = open_records(table, needed=("URN", "SCHNAME.x", "LEA", "ATT8SCR"))
    year, year_from = settle_year(table.raw, content=None, given=given, single_year="end")
    urns, urn_repaired = filled_ids(records.cells("URN"), kind="urn", label=records.label)
    la_codes, la_repaired = filled_ids(records.cells("LEA"), kind="la_code", label=records.label)
    ids = school_ids(urns, year=year, series=SOURCE.kind)
    measures = read_blocks(records, ids, _BLOCKS, markers=_MARKERS)
    measures["value"], cleaned = _without_noise(measures)
    return Reading(
        tables={
            "schools": _schools(records, urns, la_codes, year=year),
            "school_measures": measures,
        },
        rows_read=records.rows_read,
        dropped=dropped((records.blank_rows, BLANK_ROW)),
        notes=(
            *repair_note(urn_repaired, "URN"),
            *repair_note(la_repaired, "LEA"),
            *absent_notes(records, _BLOCKS),
            "cut by a third party: the cohort sizes are not in the file, and NA hides why a value is missing",
            *((f"{cleaned} values freed of binary noise in the last digit",) if cleaned else ()),
        ),
        academic_year=str(year),
        year_from=year_from,
    )


def _without_noise(measures: pd.DataFrame) -> tuple[pd.Series, int]:
    """Give 0.34 for 0.33999999999999997; a value that has more real decimals stays as it is."""
    decimals = measures["measure"].map({name: item.decimals for name, item in MEASURES.items()})
    published = measures["value"]
    value = published.copy()
    for places in sorted(set(decimals)):
        rounded = published.round(places)
        noisy = decimals.eq(places) & rounded.ne(published)
        noisy &= (rounded - published).abs().lt(_BINARY_NOISE)
        value = value.mask(noisy, rounded)
    return value, int((value.notna() & value.ne(published)).sum())


def _described(records: Records, column: str) -> pd.Series:
    cells = records.text(column)
    return cells.mask(cells.eq(_MISSING))


def _schools(
    records: Records, urns: pd.Series, la_codes: pd.Series, *, year: AcademicYear
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urn": urns,
            "series": SOURCE.kind,
            "as_of": pd.Timestamp(year=year.end, month=8, day=31),
            "school_name": records.cells("SCHNAME.x"),
            "la_code": la_codes,
            "la_name": _described(records, "LANAME"),
            "type_name": _described(records, "SCHOOLTYPE.x"),
            "type_group": _described(records, "MINORGROUP"),
            "pupils_n": records.numbers("TOTPUPS", markers=_MARKERS),
            "region_name": _described(records, "gor_name"),
            ROW: urns.index + FIRST_RECORD_ROW,
        }
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
