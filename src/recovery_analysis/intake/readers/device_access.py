"""A school's list of what its pupils have at home to learn online with, one row a pupil and day of the list.

Caveats: schools asked at different times and in different ways; who did not answer is not on the list.
"""

from recovery_analysis.intake.cell_words import words_of, year_groups, yes_or_no
from recovery_analysis.intake.headers import has_field, normal_headers
from recovery_analysis.intake.list_years import years_of_days
from recovery_analysis.intake.pupil_rows import (
    PUPIL,
    SCHOOL,
    YEAR,
    YEAR_GROUP,
    filled_dates,
    open_list,
    pupil_rows,
    reading_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="device_access",
    title="Devices and internet of pupils at home",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

FIELDS = {
    **SCHOOL,
    **PUPIL,
    **YEAR,
    **YEAR_GROUP,
    "recorded_date": ("recordeddate", "daterecorded", "dateoflist", "surveydate", "date"),
    "device": ("device", "deviceaccess", "deviceathome"),
    "connection": ("connection", "internet", "internetaccess", "connectivity"),
    "lent_by_school": ("lentbyschool", "devicelent", "loanedbyschool", "schooldevice"),
}
_NEEDED = ("recorded_date", "device")

_DEVICES = {
    "own": "own",
    "shared": "shared",
    "phone only": "phone_only",
    "none": "none",
    "own device": "own",
    "shared device": "shared",
    "phone": "phone_only",
    "no device": "none",
}
_CONNECTIONS = {
    "broadband": "broadband",
    "mobile data": "mobile_data",
    "none": "none",
    "wifi": "broadband",
    "no internet": "none",
}


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return has_field(names, FIELDS, "upn", "local_id") and all(
        has_field(names, FIELDS, name) for name in (*_NEEDED, "connection")
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=_NEEDED)
    label = listed.cells.label
    text = listed.cells.text
    rows = pupil_rows(listed, series=SOURCE.kind)
    recorded = filled_dates(listed, "recorded_date")
    years, year = years_of_days(listed, recorded, given)
    return reading_of(
        listed,
        {
            "device_access": rows.ids.assign(
                academic_year=years,
                year_group=year_groups(text("year_group"), label=label),
                recorded_date=recorded,
                device=words_of(text("device"), _DEVICES, label=label),
                connection=words_of(text("connection"), _CONNECTIONS, label=label),
                lent_by_school=yes_or_no(text("lent_by_school"), label=label),
            ),
            "pupil_aliases": rows.aliases,
        },
        notes=rows.notes,
        academic_year=year,
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
