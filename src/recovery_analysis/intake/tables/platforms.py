"""What pupils used and what they had: reading quizzes, online reading, lessons online, devices.

Caveats: minutes on a reading platform are estimated by its vendor. Oak National Academy gives no use by
school or pupil: schools report it themselves. A pupil without a row did not use the platform only where the
school has an export of it; else it is not known.
"""

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables.pupils import (
    PSEUDONYM_PATTERN,
    pupil_column,
    school_column,
    series_column,
    year_column,
    year_group_column,
)
from recovery_analysis.words.pupils import NO, YES

READING_QUIZZES = Table(
    name="reading_quizzes",
    what="one Accelerated Reader quiz that one pupil took",
    key=("quiz_id",),
    columns=(
        Column(
            name="quiz_id",
            what="the vendor's number of the activity, as a keyed hash",
            pattern=PSEUDONYM_PATTERN,
            is_pseudonym=True,
        ),
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        Column(name="completed_date", what="day in England", kind="date"),
        Column(name="quiz_type", what="type of quiz, as the vendor words it", nullable=True),
        Column(name="questions_n", what="questions", kind="number", nullable=True, low=1, high=200),
        Column(
            name="correct_n", what="correct answers", kind="number", nullable=True, low=0, high=200
        ),
        Column(name="correct_pct", what="percent correct", kind="number", low=0, high=100),
        Column(name="book_level", what="ATOS level", kind="number", nullable=True, low=0, high=20),
        Column(name="words_n", what="words of the book", kind="number", nullable=True, low=0),
        Column(name="is_fiction", what="fiction", nullable=True, choices=(YES, NO)),
    ),
)

ONLINE_READING = Table(
    name="online_reading",
    what="one pupil's use of myON in one period",
    key=("pupil_id", "school_ref", "period_start"),
    columns=(
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        Column(name="period_start", what="first day of the period", kind="date"),
        Column(name="period_end", what="last day of the period", kind="date"),
        Column(
            name="days_n",
            what="days on which the pupil read",
            kind="number",
            nullable=True,
            low=0,
            high=366,
        ),
        Column(
            name="minutes_n", what="minutes read, as the vendor estimates", kind="number", low=0
        ),
        Column(name="opened_n", what="books opened", kind="number", nullable=True, low=0),
        Column(name="finished_n", what="books finished", kind="number", nullable=True, low=0),
    ),
    rules=(
        (
            "the period ends on or after its first day",
            lambda frame: frame["period_end"].ge(frame["period_start"]),
        ),
    ),
)

ONLINE_LESSONS = Table(
    name="online_lessons",
    what="a school's own report of how far a class used Oak National Academy",
    key=("school_ref", "academic_year", "term", "year_group", "subject"),
    columns=(
        school_column(),
        year_column(),
        series_column(),
        Column(name="term", what="term", choices=("autumn", "spring", "summer")),
        Column(name="year_group", what="national curriculum year", kind="number", low=0, high=13),
        Column(name="subject", what="subject"),
        Column(name="lessons_per_week", what="Oak lessons a week", kind="number", low=0, high=50),
        Column(
            name="pupils_reached_n",
            what="pupils who took part, as the school counts them",
            kind="number",
            nullable=True,
            low=0,
        ),
        Column(
            name="pupils_n", what="pupils in the year group", kind="number", nullable=True, low=0
        ),
    ),
    rules=(
        (
            "pupils who took part are at most the pupils in the year group",
            lambda frame: (
                frame["pupils_reached_n"].isna()
                | frame["pupils_n"].isna()
                | frame["pupils_reached_n"].le(frame["pupils_n"])
            ),
        ),
    ),
)

DEVICE = ("own", "shared", "phone_only", "none")
CONNECTION = ("broadband", "mobile_data", "none")

DEVICE_ACCESS = Table(
    name="device_access",
    what="what one pupil had at home to learn online with, in one school's list",
    key=("pupil_id", "school_ref", "recorded_date"),
    columns=(
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        year_group_column(),
        Column(name="recorded_date", what="day of the list", kind="date"),
        Column(name="device", what="device to learn with", nullable=True, choices=DEVICE),
        Column(name="connection", what="internet at home", nullable=True, choices=CONNECTION),
        Column(
            name="lent_by_school", what="the school lent a device", nullable=True, choices=(YES, NO)
        ),
    ),
)

ATTENDANCE_WEEKS = Table(
    name="attendance_weeks",
    what="one pupil's sessions in one week",
    key=("pupil_id", "school_ref", "week_start"),
    columns=(
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        year_group_column(),
        Column(name="week_start", what="Monday of the week", kind="date"),
        Column(name="sessions_possible", what="half days", kind="number", low=0, high=14),
        Column(name="sessions_attended", what="half days", kind="number", low=0, high=14),
        Column(
            name="sessions_authorised",
            what="half days",
            kind="number",
            nullable=True,
            low=0,
            high=14,
        ),
        Column(
            name="sessions_unauthorised",
            what="half days",
            kind="number",
            nullable=True,
            low=0,
            high=14,
        ),
    ),
    rules=(
        (
            "sessions attended are at most the sessions possible",
            lambda frame: frame["sessions_attended"].le(frame["sessions_possible"]),
        ),
        (
            "the week starts on a Monday",
            lambda frame: frame["week_start"].dt.day_of_week.eq(0),
        ),
    ),
)
