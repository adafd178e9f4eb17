"""Lists of local authorities with their regions: of the interactive tool and of the performance tables.

The list of the performance tables comes with every year and the years disagree (the lists of 2018/19 and
2022/23 swap the names of 940 and 941), so its series carries the year where the file or folder tells it.
"""

from dataclasses import replace

import pandas as pd

from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import (
    Reader,
    Reading,
    Source,
    YearOrigin,
    dropped,
    year_in_name,
)
from recovery_analysis.intake.records import numbered, text_or_null, without_repeats
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

TOOL_SOURCE = Source(
    kind="la_list",
    title="Local authority interactive tool: list of local authorities",
    publisher="Department for Education",
)
TABLES_SOURCE = Source(
    kind="la_region_codes",
    title="School performance tables: local authority and region codes",
    publisher="Department for Education",
)

#: What stands in the region's cell of England and of the regions themselves.
_NO_REGION = ("", "NA")


def _recognises_tool(raw: RawFile) -> bool:
    return set(raw.columns) >= {"LA Number", "LA Name", "Region", "Type"}


def _recognises_tables(raw: RawFile) -> bool:
    return set(raw.columns) >= {"LEA", "LA Name", "REGION", "REGION NAME"}


def _read_tool(table: RawTable, given: AcademicYear | None) -> Reading:
    """Leave out the rows of England and the regions, which have no region of their own."""
    frame = numbered(table)
    is_authority = ~frame["Region"].str.strip().isin(_NO_REGION)
    return _reading(
        table,
        frame[is_authority],
        series=TOOL_SOURCE.kind,
        code="LA Number",
        region="Region",
        left_out=(int((~is_authority).sum()), "England or a region, not a local authority"),
    )


def _read_tables(table: RawTable, given: AcademicYear | None) -> Reading:
    frame = numbered(table)
    year, origin = _year(table.raw, given)
    reading = _reading(
        table,
        frame,
        series=f"{TABLES_SOURCE.kind} {year}" if year else TABLES_SOURCE.kind,
        code="LEA",
        region="REGION NAME",
        left_out=(0, ""),
    )
    return replace(reading, academic_year=str(year or reading.academic_year), year_from=origin)


def _year(raw: RawFile, given: AcademicYear | None) -> tuple[AcademicYear | None, YearOrigin]:
    """Find the year of a list; unlike figures, a list of codes is of use without one."""
    if given is not None:
        return given, "--year"
    if year := year_in_name(raw.path.stem, single_year="end"):
        return year, "file name"
    if year := year_in_name(raw.path.parent.name, single_year="end"):
        return year, "folder name"
    return None, "not needed"


def _reading(
    table: RawTable,
    frame: pd.DataFrame,
    *,
    series: str,
    code: str,
    region: str,
    left_out: tuple[int, str],
) -> Reading:
    codes, repaired = repair_ids(frame[code], kind="la_code", label=table.raw.label)
    authorities = pd.DataFrame(
        {
            "la_code": codes,
            "series": series,
            "la_name": text_or_null(frame["LA Name"]),
            "region_name": text_or_null(frame[region]),
            ROW: frame[ROW],
        }
    )
    authorities, repeats = without_repeats(authorities)
    return Reading(
        tables={"local_authorities": authorities},
        rows_read=len(table.frame),
        dropped=dropped(left_out, (repeats, "an exact repeat of another row")),
        notes=repair_note(repaired, code),
    )


READERS = (
    Reader(source=TOOL_SOURCE, recognises=_recognises_tool, read=_read_tool),
    Reader(source=TABLES_SOURCE, recognises=_recognises_tables, read=_read_tables),
)
SOURCES = (TOOL_SOURCE, TABLES_SOURCE)
