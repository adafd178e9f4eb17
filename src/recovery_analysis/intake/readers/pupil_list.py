"""A list of pupils from a school's management information system, one row a pupil and academic year.

Caveats: layouts differ between systems, so fields are known by many names (Wonde, Assembly, SIMS, Arbor and
Bromcom wordings; unverified against real exports). Pupil premium is not "disadvantaged": it also counts
children of service families, so it is not read.
"""

from recovery_analysis.intake.headers import has_field, normal_header, normal_headers
from recovery_analysis.intake.list_years import years_of_list
from recovery_analysis.intake.pupil_characteristics import (
    CHARACTERISTICS,
    alias_rows,
    characteristic_notes,
    pupils_table,
)
from recovery_analysis.intake.pupil_rows import (
    PUPIL,
    SCHOOL,
    YEAR,
    open_list,
    pupil_rows,
    reading_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="pupil_list",
    title="List of pupils from a school's management information system",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

FIELDS = {
    **SCHOOL,
    **PUPIL,
    **YEAR,
    **CHARACTERISTICS,
    "local_id": (*PUPIL["local_id"], "id"),
}

#: Any three of these beside a pupil's number make a list of pupils.
_TELLING = (
    "year_group",
    "birth_date",
    "start_date",
    "leaving_date",
    "sex",
    "fsm",
    "fsm6",
    "eal",
    "sen_status",
    "ethnicity",
    "looked_after",
)
_PREMIUM = ("ispp", "pp", "pupilpremium", "premiumpupilindicator")
#: What other kinds of file have and a list of pupils has not.
_OTHER_KINDS = frozenset(
    ("weekstart", "device", "question", "strand", "respondentid", "testdate", "scaledscore")
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    telling = sum(has_field(names, FIELDS, name) for name in _TELLING)
    is_pupils = has_field(names, FIELDS, "upn", "local_id")
    return is_pupils and telling >= 3 and names.isdisjoint(_OTHER_KINDS)


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=())
    rows = pupil_rows(listed, series=SOURCE.kind)
    years, year, origin = years_of_list(table, listed, given)
    pupils = pupils_table(listed, rows, years)
    premium = [name for name in table.raw.columns if normal_header(name) in _PREMIUM]
    return reading_of(
        listed,
        {"pupils": pupils, "pupil_aliases": alias_rows(listed, rows)},
        notes=(
            *rows.notes,
            *characteristic_notes(listed, pupils),
            *(
                f"the column {name} was not read: pupil premium also counts children of service families"
                for name in premium
            ),
        ),
        academic_year=year,
        year_from=origin,
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
