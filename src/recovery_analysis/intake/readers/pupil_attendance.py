"""Attendance of single pupils by week: sessions possible and attended, from a school's own system.

Caveats: from September 2020 a pupil kept at home by the rules of the pandemic was counted as not attending
"in circumstances related to coronavirus" (code X), neither authorised nor unauthorised.
"""

import pandas as pd

from recovery_analysis.intake.cell_words import year_groups
from recovery_analysis.intake.headers import has_field, normal_headers
from recovery_analysis.intake.list_years import years_of_days
from recovery_analysis.intake.number_ranges import numbers_within
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
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="pupil_attendance",
    title="Attendance of pupils by week",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

_SESSIONS = {
    "sessions_possible": (
        "sessionspossible",
        "possiblesessions",
        "possible",
        "possiblemarks",
        "totalpossible",
    ),
    "sessions_attended": (
        "sessionsattended",
        "attended",
        "attendedsessions",
        "present",
        "presentmarks",
        "totalpresent",
    ),
    "sessions_authorised": (
        "sessionsauthorised",
        "authorised",
        "authorisedabsences",
        "authorisedabsencemarks",
        "authorisedabsence",
    ),
    "sessions_unauthorised": (
        "sessionsunauthorised",
        "unauthorised",
        "unauthorisedabsences",
        "unauthorisedabsencemarks",
        "unauthorisedabsence",
    ),
}
FIELDS = {
    **SCHOOL,
    **PUPIL,
    **YEAR,
    **YEAR_GROUP,
    **_SESSIONS,
    "week_start": ("weekstart", "weekstarting", "weekcommencing", "weekbeginning", "wc"),
}
_NEEDED = ("week_start", "sessions_possible", "sessions_attended")
#: Half days of seven days; no week has more.
_MOST_SESSIONS = 14


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return has_field(names, FIELDS, "upn", "local_id") and all(
        has_field(names, FIELDS, name) for name in _NEEDED
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=_NEEDED)
    label = listed.cells.label
    rows = pupil_rows(listed, series=SOURCE.kind)
    weeks = filled_dates(listed, "week_start")
    refuse_rows(
        weeks.dt.day_of_week.ne(0),
        label=label,
        column=weeks.name,
        problem="a day that is not a Monday",
        fix="A week is named by its Monday, day first (06/01/2020); export the file by week again.",
    )
    # 1 September may be a Tuesday: the week belongs to the year in which its Friday lies.
    fridays = (weeks + pd.Timedelta(days=4)).rename(weeks.name)
    years, year = years_of_days(listed, fridays, given)
    sessions = {
        name: numbers_within(
            listed.cells.text(name), low=0, high=_MOST_SESSIONS, label=label, whole=True
        )
        for name in _SESSIONS
    }
    return reading_of(
        listed,
        {
            "attendance_weeks": rows.ids.assign(
                academic_year=years,
                year_group=year_groups(listed.cells.text("year_group"), label=label),
                week_start=weeks,
                **sessions,
            ),
            "pupil_aliases": rows.aliases,
        },
        notes=rows.notes,
        academic_year=year,
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
