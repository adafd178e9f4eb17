"""Empty templates of our own layouts, written from the table declarations: what a school fills in.

The row below the header says what each column holds; it starts with ``#`` and is skipped when the file is read.
"""

import csv
import io

from recovery_analysis.intake.schema import Column, Table
from recovery_analysis.intake.tables.assessments import CURRICULUM_STRANDS, QUESTION_MARKS
from recovery_analysis.intake.tables.platforms import ATTENDANCE_WEEKS, DEVICE_ACCESS
from recovery_analysis.intake.tables.registers import INITIATIVES, PRACTICES
from recovery_analysis.intake.tables.surveys import SURVEY_RESPONDENTS
from recovery_analysis.words.survey_items import SURVEY_ITEMS

_TABLES: dict[str, Table] = {
    "pupil_attendance": ATTENDANCE_WEEKS,
    "question_marks": QUESTION_MARKS,
    "curriculum_strands": CURRICULUM_STRANDS,
    "surveys": SURVEY_RESPONDENTS,
    "device_access": DEVICE_ACCESS,
    "practice_register": PRACTICES,
    "initiative_register": INITIATIVES,
}

#: Templates that there are; each is the kind of file that its reader is called by.
TEMPLATES: tuple[str, ...] = tuple(_TABLES)

_PUPIL = (
    ("upn", "Unique Pupil Number; may be blank where local_id is filled"),
    ("local_id", "the pupil's number in the school's own system; may be blank where upn is filled"),
)
_URN = "the school's URN, six digits"
_MAY_BE_ANY = f"{_URN}, or any for a plan of all schools"
_RESPONDENT = (
    "any number or code that tells respondents of the school apart; no name, no e-mail address"
)


def template_csv(name: str) -> str:
    """Give a template: the header row and one line that says what each column holds.

    Parameters
    ----------
    name
        One of ``TEMPLATES``.

    Raises
    ------
    KeyError
        There is no such template.

    Examples
    --------
    >>> template_csv("practice_register").splitlines()[0]
    'practice,urn,start_date,end_date,adaptation,staff_hours,cost_pounds'
    """
    columns = _columns(_TABLES[name])
    if name == "surveys":
        columns += [(code, _question(code)) for code in SURVEY_ITEMS]
    explanations = [what for _, what in columns]
    explanations[0] = f"# {explanations[0]}"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        ([header for header, _ in columns], explanations)
    )
    return text.getvalue()


def _columns(table: Table) -> list[tuple[str, str]]:
    """Give the columns that a school fills in: identifiers as it has them, the kind of file left out."""
    columns: list[tuple[str, str]] = []
    for column in table.columns:
        if column.name == "pupil_id":
            columns += _PUPIL
        elif column.name == "school_ref":
            columns.append(("urn", _MAY_BE_ANY if table is CURRICULUM_STRANDS else _URN))
        elif column.name == "respondent_id":
            columns.append((column.name, _RESPONDENT))
        elif column.name != "series":
            columns.append((column.name, _explanation(column)))
    return columns


def _explanation(column: Column) -> str:
    parts = [column.what]
    if column.kind == "date":
        parts.append("day first, such as 20/03/2020")
    if column.choices:
        parts.append("one of " + ", ".join(column.choices))
    if column.low is not None and column.high is not None:
        parts.append(f"{column.low:g} to {column.high:g}")
    if column.nullable:
        parts.append("may be blank")
    return "; ".join(parts)


def _question(code: str) -> str:
    item = SURVEY_ITEMS[code]
    answers = ", ".join(f"{place} {answer}" for place, answer in enumerate(item.answers, start=1))
    return f"{item.wording} (asked of {' and '.join(item.roles)}; {answers}; may be blank)"
