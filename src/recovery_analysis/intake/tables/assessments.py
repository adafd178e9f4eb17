"""Tests of single pupils: standardised tests, their skill areas, and marks by question.

Caveats: scaled score, unified score and percentile are three quantities and are never pooled. A Star extract
holds only pupils who are on a class this year: those who left are missing. The standard error of measurement
belongs to the single test. A test that must not be counted keeps its row, with the reason.
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
from recovery_analysis.words.pupils import NO, SEASONS, SUBJECTS, YES

UNUSABLE_REASONS = ("deactivated", "outside_window", "not_screening", "after_leaving", "no_score")


def _test_column() -> Column:
    return Column(
        name="assessment_id",
        what="the vendor's number of the test, as a keyed hash",
        pattern=PSEUDONYM_PATTERN,
        is_pseudonym=True,
    )


ASSESSMENTS = Table(
    name="assessments",
    what="one standardised test that one pupil took",
    key=("assessment_id", "subject"),
    columns=(
        _test_column(),
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        Column(name="subject", what="what was tested", choices=tuple(SUBJECTS)),
        Column(name="test_date", what="day of the test in England", kind="date"),
        Column(name="season", what="testing season", choices=SEASONS),
        year_group_column(),
        Column(
            name="scaled_score",
            what="Star scaled score",
            kind="number",
            nullable=True,
            low=0,
            high=1500,
        ),
        Column(
            name="standard_error",
            what="standard error of measurement of this test, scaled score points",
            kind="number",
            nullable=True,
            low=0,
            high=500,
        ),
        Column(
            name="unified_score",
            what="unified score",
            kind="number",
            nullable=True,
            low=0,
            high=1500,
        ),
        Column(
            name="unified_scale",
            what="which unified scale: universal (older exports) or unified",
            nullable=True,
            choices=("universal", "unified"),
        ),
        Column(
            name="percentile",
            what="percentile rank, 1 to 99",
            kind="number",
            nullable=True,
            low=1,
            high=99,
        ),
        Column(
            name="reading_age_months",
            what="reading age, months",
            kind="number",
            nullable=True,
            low=72,
            high=198,
        ),
        Column(
            name="test_seconds", what="time taken, seconds", kind="number", nullable=True, low=0
        ),
        Column(name="extra_time", what="taken with extra time", nullable=True, choices=(YES, NO)),
        Column(
            name="unusable_reason",
            what="why the test is not counted; blank where it is",
            nullable=True,
            choices=UNUSABLE_REASONS,
        ),
    ),
)

SKILL_SCORES = Table(
    name="skill_scores",
    what="one pupil's mastery of one skill area in one test",
    key=("assessment_id", "subject", "domain", "skill_area"),
    columns=(
        _test_column(),
        pupil_column(),
        Column(name="subject", what="what was tested", choices=tuple(SUBJECTS)),
        year_column(),
        series_column(),
        Column(name="test_date", what="day of the test in England", kind="date"),
        Column(name="domain", what="domain of the skill, as the vendor words it"),
        Column(name="skill_area", what="skill area, as the vendor words it"),
        Column(
            name="mastery_pct", what="mastery of the area, percent", kind="number", low=0, high=100
        ),
    ),
)

QUESTION_MARKS = Table(
    name="question_marks",
    what="one pupil's marks on one question of one paper",
    key=("pupil_id", "school_ref", "paper", "question", "test_date"),
    columns=(
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        year_group_column(),
        Column(name="test_date", what="day on which the paper was sat", kind="date"),
        Column(name="subject", what="subject of the paper, such as reading, maths, science"),
        Column(name="paper", what="name of the paper"),
        Column(name="question", what="number of the question"),
        Column(name="strand", what="domain or exam-board topic that the question belongs to"),
        Column(name="marks", what="marks given", kind="number", nullable=True, low=0, high=200),
        Column(
            name="marks_possible", what="marks that could be given", kind="number", low=1, high=200
        ),
    ),
    rules=(
        (
            "marks are at most the marks possible",
            lambda frame: frame["marks"].isna() | frame["marks"].le(frame["marks_possible"]),
        ),
    ),
)

CURRICULUM_STRANDS = Table(
    name="curriculum_strands",
    what="a strand of the curriculum: when it was taught, what rests on it, how it stood before",
    key=("subject", "strand", "year_group", "school_ref"),
    columns=(
        Column(name="subject", what="subject, as in the question-level marks"),
        Column(name="strand", what="domain or exam-board topic, as in the question-level marks"),
        Column(
            name="year_group",
            what="national curriculum year it is taught in",
            kind="number",
            low=0,
            high=13,
        ),
        Column(
            name="school_ref",
            what="school whose plan it is, or any",
            pattern=r"^(any|urn:[1-9]\d{4,6})$",
        ),
        series_column(),
        Column(name="exam_board", what="exam board and specification", nullable=True),
        Column(
            name="taught_on", what="day on which teaching of it ended", kind="date", nullable=True
        ),
        Column(
            name="dependents_n",
            what="later units that rest on it",
            kind="number",
            nullable=True,
            low=0,
            high=500,
        ),
        Column(
            name="facility_before_pct",
            what="marks gained of marks possible before the baseline, nationally, percent",
            kind="number",
            nullable=True,
            low=0,
            high=100,
        ),
        Column(
            name="is_core",
            what="core language or number, on which all else rests",
            nullable=True,
            choices=(YES, NO),
        ),
    ),
)
