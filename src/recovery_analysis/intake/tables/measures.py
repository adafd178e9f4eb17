"""Measured values: of schools, and of areas and trusts as a publisher gives them.

Every row has a value or a reason, never both and never neither. Percentages are 0 to 100. School counts of
a group may be rounded by the publisher.
"""

import pandas as pd

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables.schools import URN_PATTERN
from recovery_analysis.words.measures import GROUP_WORDS, MEASURES
from recovery_analysis.words.missing import MissingReason

YEAR_PATTERN = r"^20\d{2}/\d{2}$"

_VALUE = (
    Column(
        name="value",
        what="in the measure's unit; null when missing_reason is set",
        kind="number",
        nullable=True,
    ),
    Column(
        name="missing_reason",
        what="why there is no value",
        nullable=True,
        choices=tuple(MissingReason),
    ),
)


def _value_or_reason(frame: pd.DataFrame) -> pd.Series:
    return frame["value"].isna() ^ frame["missing_reason"].isna()


def _within_bounds(frame: pd.DataFrame) -> pd.Series:
    low = frame["measure"].map({name: measure.low for name, measure in MEASURES.items()})
    high = frame["measure"].map({name: measure.high for name, measure in MEASURES.items()})
    return frame["value"].isna() | frame["value"].between(low, high)


_RULES = (
    ("has a value or a reason, not both", _value_or_reason),
    ("the value lies within the measure's bounds", _within_bounds),
)

SCHOOL_MEASURES = Table(
    name="school_measures",
    what="one measure of one group of pupils in one school and year",
    key=("urn", "academic_year", "measure", "pupil_group", "series"),
    columns=(
        Column(name="urn", what="school's URN in that year", pattern=URN_PATTERN),
        Column(name="academic_year", what="such as 2018/19", pattern=YEAR_PATTERN),
        Column(name="measure", what="name of the measure", choices=tuple(MEASURES)),
        Column(name="pupil_group", what="all, disadvantaged or other", choices=tuple(GROUP_WORDS)),
        *_VALUE,
        Column(
            name="pupils_n",
            what="pupils of the group in the cohort; null when not published",
            kind="number",
            nullable=True,
            low=0,
        ),
        Column(name="series", what="publication that the row comes from"),
    ),
    rules=_RULES,
)

PUBLISHED_MEASURES = Table(
    name="published_measures",
    what="one measure of one group in an area or trust, as its publisher gives it",
    key=("entity", "entity_id", "academic_year", "measure", "pupil_group", "population", "series"),
    columns=(
        Column(name="entity", what="kind of area", choices=("england", "region", "la", "trust")),
        Column(name="entity_id", what="england, region name, la_code or Group UID"),
        Column(name="entity_name", what="name as published"),
        Column(name="academic_year", what="such as 2018/19", pattern=YEAR_PATTERN),
        Column(name="measure", what="name of the measure", choices=tuple(MEASURES)),
        Column(
            name="pupil_group",
            what="all, disadvantaged, other, or gap where only a gap is published",
            choices=(*GROUP_WORDS, "gap"),
        ),
        Column(
            name="population",
            what="which schools are counted",
            choices=("state_funded", "all_schools"),
        ),
        *_VALUE,
        Column(
            name="low", what="lower end of the published 95% interval", kind="number", nullable=True
        ),
        Column(
            name="high",
            what="upper end of the published 95% interval",
            kind="number",
            nullable=True,
        ),
        Column(
            name="pupils_n",
            what="pupils of the group; null when not published",
            kind="number",
            nullable=True,
            low=0,
        ),
        Column(
            name="schools_n",
            what="schools counted; null when not published",
            kind="number",
            nullable=True,
            low=0,
        ),
        Column(name="series", what="publication that the row comes from"),
    ),
    rules=_RULES,
)

TRUST_MEASURE_SCHOOLS = Table(
    name="trust_measure_schools",
    what="a school that a published trust measure lists",
    key=("trust_uid", "academic_year", "urn"),
    columns=(
        Column(name="trust_uid", what="Group UID", pattern=r"^[1-9]\d{0,5}$"),
        Column(name="academic_year", what="such as 2022/23", pattern=YEAR_PATTERN),
        Column(name="urn", what="school's URN", pattern=URN_PATTERN),
        Column(
            name="is_counted", what="counted in the measure, not only in the trust", kind="flag"
        ),
    ),
)

EES_OBSERVATIONS = Table(
    name="ees_observations",
    what="one indicator of one row of an explore-education-statistics file",
    key=(
        "data_set",
        "time_period",
        "time_identifier",
        "geographic_level",
        "location_code",
        "filters",
        "indicator",
    ),
    columns=(
        Column(name="data_set", what="file name without ending"),
        Column(name="time_period", what="as published, such as 201617 or 2022"),
        Column(name="time_identifier", what="such as Academic year or Week 37"),
        Column(name="geographic_level", what="such as National or Local authority"),
        Column(name="location_code", what="most specific code of the row"),
        Column(name="location_name", what="most specific name of the row", nullable=True),
        Column(name="filters", what="'column=value' pairs joined by '; ', sorted by column"),
        Column(name="indicator", what="column name of the indicator"),
        Column(name="label", what="indicator's label from the metadata file"),
        Column(name="unit", what="indicator's unit from the metadata file", nullable=True),
        *_VALUE,
    ),
    rules=_RULES[:1],
)
