"""Renaissance Star's fields under all the spellings of its exports, and the subject of an export.

One table serves the current extract (126 columns), the one of 2018/19 (58 columns), the variants with blanks
in the names, the historical extract and cut-down files. The spellings of the United Kingdom's exports have
not been seen: they are unverified, and a mapping can correct them.
"""

import re
from datetime import date

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.distinct import by_distinct
from recovery_analysis.intake.headers import Aliases, NamedCells, normal_header
from recovery_analysis.intake.moments import moments_in_england
from recovery_analysis.intake.person_references import PUPIL_FIELDS, SCHOOL_FIELDS
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.words.pupils import season_of

#: When the test was completed: the clock on the wall, UTC, and the older exports' local time in US order.
TIME_FIELDS: Aliases = {
    "completed_local": ("completeddatelocal", "completeddatetimelocal"),
    "completed_utc": (
        "completeddate",
        "completeddateutc",
        "activitycompleteddateutc",
        "activitycompleteddate",
        "completedtestdate",
    ),
    "completed_us": ("assessmentdate",),
}

TEST_FIELDS: Aliases = {
    "assessment_id": ("assessmentid", "studentassessmentid", "activityid"),
    "subject": ("subject", "applicationname", "activityname", "assessmentname"),
}

STAR_FIELDS: Aliases = {
    **SCHOOL_FIELDS,
    **PUPIL_FIELDS,
    **TIME_FIELDS,
    **TEST_FIELDS,
    "test_type": ("assessmenttype", "testtype", "activitytype"),
    "test_status": ("assessmentstatus", "teststatus"),
    "deactivation": ("deactivationreason",),
    "grade": ("grade", "gradelevel"),
    "grade_placement": ("gradeplacement",),
    "extra_time": ("extratime", "extendedtime"),
    "scaled_score": ("scaledscore",),
    "standard_error": ("standarderrorofmeasurement", "sem"),
    "unified_score": ("unifiedscore", "unifiedscaledscore"),
    "universal_score": ("universalscore",),
    "percentile": ("percentilerank", "pr"),
    "reading_age": ("readingage", "ra"),
    "reading_level": ("instructionalreadinglevel", "irl"),
    "test_seconds": ("totaltimeinseconds", "totaltime"),
    "window_start": ("screeningwindowstartdate", "windowstart", "windowstartdate"),
    "window_end": ("screeningwindowenddate", "windowend", "windowenddate"),
}

SKILL_AREA_FIELDS: Aliases = {
    **PUPIL_FIELDS,
    **TIME_FIELDS,
    **TEST_FIELDS,
    "family": ("familyname",),
    "domain": ("domainname",),
    "skill_area": ("skillareaname",),
    "mastery": ("skillareamasteryscore",),
}

STANDARD_FIELDS: Aliases = {
    **PUPIL_FIELDS,
    **TIME_FIELDS,
    **TEST_FIELDS,
    "family": ("domaingroup",),
    "domain": ("domainname",),
    "skill_area": ("standardname",),
    "mastery": ("standardpercentmastery",),
}

#: The testing year of the United Kingdom's windows starts in August.
FIRST_MONTH = 8

_SUBJECT_WORDS = {
    "early_literacy": re.compile(r"(?<![a-z])sel(?:v\d)?(?![a-z])|early[ _-]*literacy"),
    "reading": re.compile(r"(?<![a-z])sr(?:v\d)?(?![a-z])|reading"),
    "maths": re.compile(r"(?<![a-z])sm(?:v\d)?(?![a-z])|maths?(?![a-z])|mathematics"),
}
_SEASON_OF_MONTH = {month: season_of(date(2020, month, 1)) for month in range(1, 13)}


def moments_of_tests(cells: NamedCells) -> tuple[pd.Series, str]:
    """Give the moment of each test on England's clock, and a note that says where it comes from.

    Raises
    ------
    FileRefused
        A cell is no date, is US-dated where the export should not be, in the future or before 2000.
    """
    local, utc, us = (
        cells.text(name) for name in ("completed_local", "completed_utc", "completed_us")
    )
    moments = moments_in_england(local, label=cells.label, clock="local")
    by_utc = moments.isna() & utc.ne("")
    if by_utc.any():
        moments = moments.fillna(
            moments_in_england(utc.where(by_utc, ""), label=cells.label, clock="utc")
        )
    by_us = moments.isna() & us.ne("")
    if by_us.any():
        moments = moments.fillna(
            moments_in_england(
                us.where(by_us, ""), label=cells.label, clock="local", order="month first"
            )
        )
    counted = (
        (int(local.ne("").sum()), "completed_local", "the local time"),
        (int(by_utc.sum()), "completed_utc", "UTC, turned into the time in England"),
        (int(by_us.sum()), "completed_us", "local time, the month first"),
    )
    return moments, "day of the test: " + "; ".join(
        f"{rows} rows from the column {cells.columns[name]} ({what})"
        for rows, name, what in counted
        if rows
    )


def seasons(days: pd.Series) -> pd.Series:
    """Give the testing season of each day."""
    return by_distinct(days.dt.month, _SEASON_OF_MONTH.__getitem__, dtype="str")


def settle_subject(cells: NamedCells, *, file_name: str) -> pd.Series:
    """Settle the subject of each row: a column that says it, reading levels, else the file's name.

    Raises
    ------
    FileRefused
        Nothing tells the subject, a cell names none, or content and file name say two subjects.
    """
    named = _subjects_in(file_name.casefold())
    said = cells.text("subject")
    if said.ne("").any():
        subjects = by_distinct(said, _single_subject, dtype="str")
        refuse_rows(
            subjects.isna(),
            label=cells.label,
            column=said.name,
            problem="no single subject of Star (reading, maths or early literacy)",
            fix="Export Star Reading, Star Maths and Star Early Literacy on their own.",
        )
        return subjects.rename("subject")
    if cells.text("reading_level").ne("").any():
        if named not in ((), ("reading",)):
            raise FileRefused(
                f"{cells.label}: the file's name says {named[0]} but the column "
                f"{cells.columns['reading_level']}, which only Star Reading fills, is filled. Correct the "
                "name: SR for reading, SM for maths, SEL for early literacy."
            )
        named = ("reading",)
    if len(named) != 1:
        raise FileRefused(
            f"{cells.label}: nothing in the file tells which subject was tested, and its name tells "
            f"{len(named)} subjects. Put SR (reading), SM (maths) or SEL (early literacy) into the name, such "
            "as SR_v2.csv, SM_2019_20.csv or SEL_SkillArea_v1.csv."
        )
    return pd.Series(named[0], index=cells.frame.index, dtype="str", name="subject")


def _subjects_in(words: str) -> tuple[str, ...]:
    return tuple(subject for subject, form in _SUBJECT_WORDS.items() if form.search(words))


def _single_subject(words: str) -> str | None:
    found = _subjects_in(words.casefold())
    return found[0] if len(found) == 1 else None


def references_of_tests(
    cells: NamedCells, *, pupil_id: pd.Series, moments: pd.Series, subject: pd.Series
) -> pd.Series:
    """Give each test's identifier; one without is made from pupil, day and subject, in order of time."""
    vendor = cells.text("assessment_id")
    given = "star:" + vendor
    if vendor.ne("").all():
        return given
    day = moments.dt.strftime("%Y-%m-%d")
    made = "star:made:" + pupil_id + ":" + day + ":" + subject
    # Two tests on one day are numbered by their time; one listed twice keeps one number.
    order = moments.groupby(made).rank(method="dense").astype("int64")
    made = made.where(order.eq(1), made + ":" + order.astype("str"))
    return given.mask(vendor.eq(""), made)


def is_screening(cells: NamedCells) -> pd.Series:
    """Say which tests are Enterprise tests (full length); one without a type counts as such."""
    return by_distinct(
        cells.text("test_type"), lambda text: _is_enterprise(normal_header(text)), dtype="bool"
    )


def _is_enterprise(kind: str) -> bool:
    return not kind or ("enterprise" in kind and "nonenterprise" not in kind)
