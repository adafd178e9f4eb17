"""The original school performance tables as one file a local authority or England: schools and areas.

Key stage 2 and key stage 4 tables have the same build (a row a school, then rows of the LA and of England,
told apart by RECTYPE) and differ in codes and columns, which their readers declare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from recovery_analysis.intake.markers import PERFORMANCE_TABLES
from recovery_analysis.intake.performance_layout import (
    BLANK_ROW,
    Block,
    RecordKind,
    Records,
    absent_notes,
    filled_ids,
    open_records,
    read_blocks,
    school_ids,
    year_of_columns,
)
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawTable
from recovery_analysis.intake.reader import Reading, Source, dropped, settle_year
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

#: ICLOSE is 1 for a school that has closed since; area rows leave it blank.
_CLOSED_FLAG = {"0": "open", "1": "closed"}

_AREA_POPULATION = {
    "la": "state_funded",
    "england_all_schools": "all_schools",
    "england_state_funded": "state_funded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolTable:
    """How one key stage's table is laid out.

    ``year_stems`` are the measures whose suffix tells the earlier years; ``single_year`` says whether a
    lone year in a file name is the start or the end of the academic year.
    """

    source: Source
    record_types: Mapping[str, RecordKind]
    needed: Sequence[str]
    blocks: Sequence[Block]
    year_stems: Sequence[str]
    single_year: Literal["start", "end"]


def read_school_table(table: RawTable, given: AcademicYear | None, layout: SchoolTable) -> Reading:
    """Read schools, their measures and the area rows of an original performance table.

    Raises
    ------
    FileRefused
        A needed column is missing, RECTYPE has an unknown code, a cell is neither a number nor a known
        marker, an identifier is damaged, or ``--year`` contradicts the columns.
    """
    records = open_records(table, needed=("RECTYPE", "URN", "SCHNAME", *layout.needed))
    year, year_from = settle_year(
        table.raw,
        content=year_of_columns(table.raw, layout.year_stems),
        given=given,
        single_year=layout.single_year,
    )
    kinds = records.codes("RECTYPE", layout.record_types)
    la_codes, la_repaired = repair_ids(
        records.cells(records.first_of("LEA", "LA")), kind="la_code", label=records.label
    )
    is_school = kinds.eq("school")
    urns, urn_repaired = filled_ids(
        records.cells("URN")[is_school], kind="urn", label=records.label
    )
    source = layout.source
    tables: dict[str, pd.DataFrame] = {}
    if is_school.any():
        ids = school_ids(urns, year=year, series=source.kind)
        tables["schools"] = _schools(records, urns, la_codes, year=year, source=source)
        tables["school_measures"] = read_blocks(records, ids, layout.blocks)
    if not is_school.all():
        areas = _areas(records, kinds[~is_school], la_codes, year=year, source=source)
        tables["published_measures"] = read_blocks(records, areas, layout.blocks, has_interval=True)
    return Reading(
        tables=tables,
        rows_read=records.rows_read,
        dropped=dropped((records.blank_rows, BLANK_ROW)),
        notes=(
            *repair_note(urn_repaired, "URN"),
            *repair_note(la_repaired, str(la_codes.name)),
            *absent_notes(records, layout.blocks),
        ),
        academic_year=str(year),
        year_from=year_from,
    )


def _schools(
    records: Records, urns: pd.Series, la_codes: pd.Series, *, year: AcademicYear, source: Source
) -> pd.DataFrame:
    """Describe each school as at the end of the academic year."""
    rows = urns.index
    filled_ids(la_codes[rows], kind="la_code", label=records.label)
    estab = (
        repair_ids(records.cells("ESTAB"), kind="establishment_number", label=records.label)[0]
        if records.has("ESTAB")
        else records.text("ESTAB").fillna("")
    )
    return pd.DataFrame(
        {
            "urn": urns,
            "series": source.kind,
            "as_of": pd.Timestamp(year=year.end, month=8, day=31),
            "school_name": records.cells("SCHNAME")[rows],
            "la_code": la_codes[rows],
            "establishment_number": estab[rows].mask(estab[rows].eq("")),
            "type_name": records.text("NFTYPE")[rows],
            "status": _status(records)[rows],
            "pupils_n": records.numbers("TOTPUPS", markers=PERFORMANCE_TABLES)[rows],
            ROW: rows + FIRST_RECORD_ROW,
        }
    )


def _status(records: Records) -> pd.Series:
    if not records.has("ICLOSE"):
        return records.text("ICLOSE")
    status = records.codes("ICLOSE", {**_CLOSED_FLAG, "": ""})
    return status.mask(status.eq(""))


def _areas(
    records: Records, kinds: pd.Series, la_codes: pd.Series, *, year: AcademicYear, source: Source
) -> pd.DataFrame:
    """Say which area each row below the schools is about."""
    is_la = kinds.eq("la")
    codes = la_codes[kinds.index]
    filled_ids(codes[is_la], kind="la_code", label=records.label)
    names = records.text("SCHNAME")[kinds.index].fillna("LA " + codes)
    return pd.DataFrame(
        {
            "entity": is_la.map({True: "la", False: "england"}),
            "entity_id": codes.where(is_la, "england"),
            "entity_name": names.where(is_la, "England"),
            "academic_year": str(year),
            "population": kinds.map(_AREA_POPULATION),
            "series": source.kind,
        },
        index=kinds.index,
    )
