"""Get Information About Schools: which school is in which group, with a line on each school.

All types of group are kept; a school can stand in a trust, under a sponsor and in a federation at once.
The unnamed first column of the file is a stray row number and carries no meaning.
"""

import pandas as pd

from recovery_analysis.intake.dates import read_dates, settle_as_of
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import numbered, text_or_null, without_repeats
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="gias_group_links",
    title="Get Information About Schools: schools in groups",
    publisher="Department for Education",
)

_COLUMNS = {
    "URN",
    "Group UID",
    "Group Name",
    "Group Type",
    "Joined date",
    "Closed Date",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "PhaseOfEducation (name)",
    "LA (code)",
    "LA (name)",
}


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= _COLUMNS


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    frame = numbered(table)
    urns, repaired_urns = repair_ids(frame["URN"], kind="urn", label=label)
    uids, repaired_uids = repair_ids(frame["Group UID"], kind="group_uid", label=label)
    joined = read_dates(frame["Joined date"], label=label)
    as_of, origin = settle_as_of(table.raw, joined)
    spells = pd.DataFrame(
        {
            "urn": urns,
            "group_uid": uids,
            "group_name": text_or_null(frame["Group Name"]),
            "group_type": text_or_null(frame["Group Type"]),
            "joined_date": joined,
            "left_date": read_dates(frame["Closed Date"], label=label),
            ROW: frame[ROW],
        }
    )
    spells, repeats = without_repeats(spells)
    schools, _ = without_repeats(_schools(frame, urns, as_of))
    return Reading(
        tables={"trust_spells": spells, "schools": schools},
        rows_read=len(frame),
        dropped=dropped((repeats, "an exact repeat of another row")),
        notes=(
            origin,
            *_unknown_days_note(joined),
            *repair_note(repaired_urns, "URN"),
            *repair_note(repaired_uids, "Group UID"),
        ),
    )


def _unknown_days_note(joined: pd.Series) -> tuple[str, ...]:
    unknown = int(joined.isna().sum())
    return (f"{unknown} links have no known joining day",) if unknown else ()


def _schools(frame: pd.DataFrame, urns: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urn": urns,
            "series": SOURCE.kind,
            "as_of": as_of,
            "school_name": text_or_null(frame["EstablishmentName"]),
            "la_code": text_or_null(frame["LA (code)"]),
            "la_name": text_or_null(frame["LA (name)"]),
            "type_name": text_or_null(frame["TypeOfEstablishment (name)"]),
            "phase": text_or_null(frame["PhaseOfEducation (name)"]),
            ROW: frame[ROW],
        }
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
