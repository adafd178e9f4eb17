"""Answers of pupils, families and staff: who answered, and one row an answer.

Caveats: a survey speaks for those who answered. Free text is never loaded. A family or staff respondent is a
pseudonym too; a pupil's answers are linked to the pupil only where the file carries the pupil's identifier.
"""

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables.pupils import (
    PSEUDONYM_PATTERN,
    school_column,
    series_column,
    year_column,
    year_group_column,
)
from recovery_analysis.words.survey_items import SURVEY_ITEMS


def _respondent() -> Column:
    return Column(
        name="respondent_id",
        what="who answered, as a keyed hash",
        pattern=PSEUDONYM_PATTERN,
        is_pseudonym=True,
    )


SURVEY_RESPONDENTS = Table(
    name="survey_respondents",
    what="one person who answered one survey",
    key=("survey", "respondent_id"),
    columns=(
        Column(name="survey", what="name of the survey and wave"),
        _respondent(),
        school_column(),
        year_column(),
        series_column(),
        Column(name="role", what="who answered", choices=("pupil", "family", "staff")),
        Column(name="answered_date", what="day of the answer", kind="date", nullable=True),
        year_group_column(),
        Column(
            name="pupil_id",
            what="the pupil who answered or whose family did, as a keyed hash",
            nullable=True,
            pattern=PSEUDONYM_PATTERN,
            is_pseudonym=True,
        ),
        Column(
            name="weight", what="survey weight", kind="number", nullable=True, low=0, high=10_000
        ),
    ),
)

SURVEY_ANSWERS = Table(
    name="survey_answers",
    what="one answer to one question",
    key=("survey", "respondent_id", "item"),
    columns=(
        Column(name="survey", what="name of the survey and wave"),
        _respondent(),
        school_column(),
        series_column(),
        Column(name="item", what="code of the question", choices=tuple(SURVEY_ITEMS)),
        Column(
            name="level",
            what="place of the answer in its order, 1 is the first",
            kind="number",
            low=1,
            high=7,
        ),
        Column(name="answer", what="the answer in words"),
    ),
)
