"""The canonical tables: every reader's output has one of these shapes."""

from recovery_analysis.intake.schema import Table
from recovery_analysis.intake.tables.areas import LA_NEIGHBOURS, LOCAL_AUTHORITIES
from recovery_analysis.intake.tables.assessments import (
    ASSESSMENTS,
    CURRICULUM_STRANDS,
    QUESTION_MARKS,
    SKILL_SCORES,
)
from recovery_analysis.intake.tables.groups import GROUPS, TRUST_SPELLS
from recovery_analysis.intake.tables.measures import (
    EES_OBSERVATIONS,
    PUBLISHED_MEASURES,
    SCHOOL_MEASURES,
    TRUST_MEASURE_SCHOOLS,
)
from recovery_analysis.intake.tables.platforms import (
    ATTENDANCE_WEEKS,
    DEVICE_ACCESS,
    ONLINE_LESSONS,
    ONLINE_READING,
    READING_QUIZZES,
)
from recovery_analysis.intake.tables.pupils import KEY_STAGE_RESULTS, PUPIL_ALIASES, PUPILS
from recovery_analysis.intake.tables.registers import INITIATIVES, PRACTICES
from recovery_analysis.intake.tables.schools import SCHOOL_LINKS, SCHOOLS
from recovery_analysis.intake.tables.surveys import SURVEY_ANSWERS, SURVEY_RESPONDENTS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SCHOOLS,
        SCHOOL_LINKS,
        GROUPS,
        TRUST_SPELLS,
        LOCAL_AUTHORITIES,
        LA_NEIGHBOURS,
        SCHOOL_MEASURES,
        PUBLISHED_MEASURES,
        TRUST_MEASURE_SCHOOLS,
        EES_OBSERVATIONS,
        PUPIL_ALIASES,
        PUPILS,
        KEY_STAGE_RESULTS,
        ASSESSMENTS,
        SKILL_SCORES,
        QUESTION_MARKS,
        CURRICULUM_STRANDS,
        READING_QUIZZES,
        ONLINE_READING,
        ONLINE_LESSONS,
        DEVICE_ACCESS,
        ATTENDANCE_WEEKS,
        SURVEY_RESPONDENTS,
        SURVEY_ANSWERS,
        PRACTICES,
        INITIATIVES,
    )
}
