"""Pupils as a school's management information system lists them, and the identifiers that are one pupil.

A reader gives identifiers as ``upn:A123...`` or ``local:<school_ref>:<id>``; the door of intake turns each
into a keyed hash before anything is checked or stored. Names, dates of birth (only year and month), postcodes
and free text never leave the reader. A school is ``urn:123456`` or, where a file has no URN,
``laestab:9364021``.
"""

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.words.pupils import NO, SEN_STATUSES, YES

SCHOOL_REF_PATTERN = r"^(urn:[1-9]\d{4,6}|laestab:[2-9]\d{6})$"
PSEUDONYM_PATTERN = r"^[0-9a-f]{32}$"
ACADEMIC_YEAR_PATTERN = r"^20\d{2}/\d{2}$"


def pupil_column(what: str = "pupil, as a keyed hash") -> Column:
    """Declare the column of a pupil's pseudonym."""
    return Column(name="pupil_id", what=what, pattern=PSEUDONYM_PATTERN, is_pseudonym=True)


def school_column() -> Column:
    """Declare the column of the school that a row is from."""
    return Column(
        name="school_ref", what="school: urn:NUMBER or laestab:NUMBER", pattern=SCHOOL_REF_PATTERN
    )


def year_column() -> Column:
    """Declare the column of the academic year."""
    return Column(
        name="academic_year", what="academic year, such as 2019/20", pattern=ACADEMIC_YEAR_PATTERN
    )


def year_group_column() -> Column:
    """Declare the column of the national curriculum year."""
    return Column(
        name="year_group",
        what="national curriculum year, 0 is Reception",
        kind="number",
        nullable=True,
        low=-2,
        high=14,
    )


def series_column() -> Column:
    """Declare the column of the kind of file that a row comes from."""
    return Column(name="series", what="kind of file that the row comes from")


def _yes_no(name: str, what: str) -> Column:
    return Column(name=name, what=what, nullable=True, choices=(YES, NO))


PUPIL_ALIASES = Table(
    name="pupil_aliases",
    what="two identifiers of one pupil: a local number and a UPN, or a UPN and a former one",
    key=("pupil_id", "alias_id", "school_ref", "series"),
    columns=(
        pupil_column(),
        Column(
            name="alias_id",
            what="another identifier of the same pupil, as a keyed hash",
            pattern=PSEUDONYM_PATTERN,
            is_pseudonym=True,
        ),
        school_column(),
        series_column(),
    ),
)

PUPILS = Table(
    name="pupils",
    what="one pupil on one school's roll in one academic year, as one kind of list has it",
    key=("pupil_id", "school_ref", "academic_year", "series"),
    columns=(
        pupil_column(),
        school_column(),
        year_column(),
        series_column(),
        year_group_column(),
        Column(
            name="birth_month",
            what="year and month of birth",
            nullable=True,
            pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$",
        ),
        Column(name="sex", what="as recorded", nullable=True, choices=("female", "male")),
        _yes_no("fsm", "eligible for free school meals now"),
        _yes_no("fsm6", "eligible for free school meals in the last six years"),
        _yes_no("looked_after", "looked after, or adopted from care"),
        _yes_no("disadvantaged", "fsm6, or looked after, or adopted from care"),
        _yes_no("eal", "first language is not English"),
        Column(
            name="sen_status",
            what="special educational needs: none, support or plan",
            nullable=True,
            choices=SEN_STATUSES,
        ),
        Column(name="ethnicity_major", what="DfE's major group", nullable=True),
        Column(
            name="idaci_decile",
            what="1 is the most deprived tenth of areas",
            kind="number",
            nullable=True,
            low=1,
            high=10,
        ),
        Column(name="start_date", what="day of joining", kind="date", nullable=True),
        Column(name="leaving_date", what="day of leaving", kind="date", nullable=True),
    ),
)

KEY_STAGE_RESULTS = Table(
    name="key_stage_results",
    what="a result of national assessment of one pupil, as a Common Transfer File carries it",
    key=("pupil_id", "school_ref", "stage", "subject", "component", "result_year"),
    columns=(
        pupil_column(),
        school_column(),
        Column(name="stage", what="key stage", choices=("FS", "KS1", "KS2", "KS3", "KS4")),
        Column(name="subject", what="subject code as in the file"),
        Column(name="component", what="component code as in the file"),
        Column(name="result_year", what="calendar year of the result", pattern=r"^(19|20)\d{2}$"),
        Column(
            name="scaled_score", what="scaled score", kind="number", nullable=True, low=80, high=120
        ),
        Column(name="outcome", what="result code where it is no scaled score", nullable=True),
        series_column(),
    ),
)
