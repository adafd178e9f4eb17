"""Get Information About Schools: groups of schools (trusts, federations, sponsors).

The names of heads of groups stand in the raw file and are never loaded.
"""

import pandas as pd

from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import numbered, text_or_null, without_repeats
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="gias_groups",
    title="Get Information About Schools: groups",
    publisher="Department for Education",
)

_COLUMNS = {
    "Group UID",
    "Group ID",
    "Group Name",
    "Companies House Number",
    "Group Type",
    "Group Status",
    "Open date",
    "Incorporated on (open date)",
    "Closed Date",
}


def _recognises(raw: RawFile) -> bool:
    """Tell groups from group links, which have the same columns and a school beside each."""
    return set(raw.columns) >= _COLUMNS and "URN" not in raw.columns


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    frame = numbered(table)
    uids, repaired_uids = repair_ids(frame["Group UID"], kind="group_uid", label=label)
    companies, repaired_companies = repair_ids(
        frame["Companies House Number"], kind="companies_house_number", label=label
    )
    proposed = frame["Group Status"].str.strip().str.lower().eq("proposed to open")
    opened = read_dates(frame["Open date"], label=label, may_be_future=proposed)
    incorporated = read_dates(
        frame["Incorporated on (open date)"], label=label, may_be_future=proposed
    )
    groups = pd.DataFrame(
        {
            "group_uid": uids,
            "group_id": text_or_null(frame["Group ID"]),
            "group_name": text_or_null(frame["Group Name"]),
            "companies_house_number": text_or_null(companies),
            "group_type": text_or_null(frame["Group Type"]),
            "status": text_or_null(frame["Group Status"]),
            "open_date": opened.fillna(incorporated),
            "close_date": read_dates(frame["Closed Date"], label=label),
            ROW: frame[ROW],
        }
    )
    groups, repeats = without_repeats(groups)
    return Reading(
        tables={"groups": groups},
        rows_read=len(frame),
        dropped=dropped((repeats, "an exact repeat of another row")),
        notes=(
            *repair_note(repaired_uids, "Group UID"),
            *repair_note(repaired_companies, "Companies House Number"),
        ),
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
