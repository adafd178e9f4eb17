"""Get Information About Schools: one row a school (extracts of 110 and of 140 columns).

Columns are selected by name, because each year's extract has others. Head teachers' names, telephone
numbers and web addresses stand in the raw file and are never loaded.
"""

import pandas as pd

from recovery_analysis.intake.dates import read_dates, settle_as_of
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, dropped
from recovery_analysis.intake.records import (
    number_or_null,
    numbered,
    text_or_null,
    without_repeats,
)
from recovery_analysis.intake.repair import repair_ids, repair_note
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="gias_establishments",
    title="Get Information About Schools: establishments",
    publisher="Department for Education",
)

_COLUMNS = {
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (name)",
    "OpenDate",
    "CloseDate",
    "PhaseOfEducation (name)",
    "LastChangedDate",
}

_TEXTS = {
    "school_name": "EstablishmentName",
    "la_code": "LA (code)",
    "la_name": "LA (name)",
    "establishment_number": "EstablishmentNumber",
    "type_name": "TypeOfEstablishment (name)",
    "type_group": "EstablishmentTypeGroup (name)",
    "phase": "PhaseOfEducation (name)",
    "status": "EstablishmentStatus (name)",
    "trust_name": "Trusts (name)",
    "region_name": "GOR (name)",
    "urban_rural": "UrbanRural (name)",
}
_NUMBERS = {
    "low_age": "StatutoryLowAge",
    "high_age": "StatutoryHighAge",
    "pupils_n": "NumberOfPupils",
    "fsm_pct": "PercentageFSM",
}
_TRUST_CODE = "Trusts (code)"


def _recognises(raw: RawFile) -> bool:
    return set(raw.columns) >= _COLUMNS


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    label = table.raw.label
    frame = numbered(table)
    changed = read_dates(frame["LastChangedDate"], label=label)
    as_of, origin = settle_as_of(table.raw, changed)
    urns, repaired_urns = repair_ids(frame["URN"], kind="urn", label=label)
    schools = pd.DataFrame({"urn": urns, "series": SOURCE.kind, "as_of": as_of, ROW: frame[ROW]})
    for name, column in _TEXTS.items():
        if column in frame:
            schools[name] = text_or_null(frame[column])
    for name, column in _NUMBERS.items():
        if column in frame:
            schools[name] = number_or_null(frame[column], label=label)
    repaired_trusts = 0
    if _TRUST_CODE in frame:
        uids, repaired_trusts = repair_ids(frame[_TRUST_CODE], kind="trust_uid", label=label)
        schools["trust_uid"] = text_or_null(uids)
    schools = schools.join(_days(frame, label))
    schools, repeats = without_repeats(schools)
    return Reading(
        tables={"schools": schools},
        rows_read=len(frame),
        dropped=dropped((repeats, "an exact repeat of another row")),
        notes=(
            origin,
            "names of head teachers and contact details were not loaded",
            *repair_note(repaired_urns, "URN"),
            *repair_note(repaired_trusts, _TRUST_CODE),
        ),
    )


def _days(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    """Read opening and closing days; only a planned opening or closing may lie ahead."""
    status = frame["EstablishmentStatus (name)"].str.strip().str.lower()
    return pd.DataFrame(
        {
            "open_date": read_dates(
                frame["OpenDate"], label=label, may_be_future=status.eq("proposed to open")
            ),
            "close_date": read_dates(
                frame["CloseDate"],
                label=label,
                may_be_future=status.eq("open, but proposed to close"),
            ),
        }
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
