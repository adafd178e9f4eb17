"""Answers to surveys of pupils, families and staff: one row a respondent, one column a question.

A question's column is named by its code in ``words.survey_items`` (or by its wording); answers are words or
their numbers, 1 for the first. Every other column is dropped unread: free text never enters the store.
Caveats: a survey speaks for those who answered. A row without one answer still counts as a respondent.
"""

import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.cell_words import words_of, year_groups
from recovery_analysis.intake.dates import read_dates
from recovery_analysis.intake.headers import (
    Aliases,
    find_columns,
    has_field,
    normal_header,
    normal_headers,
)
from recovery_analysis.intake.list_years import years_of_list
from recovery_analysis.intake.moments import academic_years
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.person_references import PupilReferences, pupil_references
from recovery_analysis.intake.pupil_rows import (
    PUPIL,
    SCHOOL,
    YEAR,
    YEAR_GROUP,
    OpenList,
    filled_text,
    open_list,
    reading_of,
    schools_of,
)
from recovery_analysis.intake.raw_file import RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source, YearOrigin
from recovery_analysis.intake.refusals import first_rows, refuse_rows
from recovery_analysis.intake.schema import ROW
from recovery_analysis.words.periods import AcademicYear
from recovery_analysis.words.survey_items import SURVEY_ITEMS, SurveyItem

SOURCE = Source(
    kind="surveys",
    title="Survey of pupils, families or staff",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

_ITEMS: Aliases = {
    code: (normal_header(code), normal_header(item.wording)) for code, item in SURVEY_ITEMS.items()
}
FIELDS: Aliases = {
    **SCHOOL,
    **PUPIL,
    **YEAR,
    **YEAR_GROUP,
    "survey": ("survey", "surveyname", "wave"),
    "respondent_id": ("respondentid", "respondent", "responseid"),
    "role": ("role", "respondenttype", "whoanswered"),
    "answered_date": ("answereddate", "dateanswered", "datecompleted", "enddate", "date"),
    "weight": ("weight", "surveyweight"),
    **_ITEMS,
}
_NEEDED = ("survey", "respondent_id", "role")
_ROLES = {
    "pupil": "pupil",
    "family": "family",
    "staff": "staff",
    "student": "pupil",
    "parent": "family",
    "parent or carer": "family",
    "teacher": "staff",
}
_HOW = (
    "Export one header row with one name over every column and no merged cells (in SurveyMonkey: 'condensed' "
    "columns; in a spreadsheet: unmerge, and delete the second header row), with the questions' codes as names."
)
_MOST_WEIGHT = 10_000


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    return has_field(names, FIELDS, "respondent_id") and (
        has_field(names, _ITEMS, *_ITEMS) or "" in names
    )


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    _refuse_merged(table)
    listed = open_list(table, FIELDS, needed=_NEEDED)
    school_ref = schools_of(listed)
    roles = words_of(filled_text(listed, "role"), _ROLES, label=listed.cells.label)
    survey = filled_text(listed, "survey")
    # Two schools may number their respondents alike, so the school is part of the identifier.
    number = filled_text(listed, "respondent_id")
    ids = pd.DataFrame(
        {
            "survey": survey,
            "respondent_id": "respondent:" + survey + ":" + school_ref + ":" + number,
            "school_ref": school_ref,
            "series": SOURCE.kind,
            ROW: listed.rows,
        }
    )
    pupils = _pupils(listed, school_ref, roles)
    respondents, year, origin = _respondents(table, listed, ids, roles, given)
    answers = [
        _answers(listed, ids, roles, SURVEY_ITEMS[code])
        for code in _ITEMS
        if listed.cells.has(code)
    ]
    tables = {
        "survey_respondents": respondents.assign(pupil_id=pupils.pupil_id.mask(pupils.is_missing)),
        "pupil_aliases": pupils.aliases.assign(
            school_ref=pupils.aliases[ROW]
            .map(pd.Series(school_ref.to_numpy(), index=listed.rows))
            .astype("str")
        ),
    }
    if answers:
        tables["survey_answers"] = pd.concat(answers, ignore_index=True)
    return reading_of(
        listed,
        tables,
        notes=(*pupils.notes, *_not_read(table, listed)),
        academic_year=year,
        year_from=origin,
    )


def _refuse_merged(table: RawTable) -> None:
    """Refuse columns without a name that hold something, and a second header row."""
    frame = table.frame
    nameless = [
        place
        for place, name in enumerate(frame.columns)
        if not normal_header(str(name))
        and frame.iloc[:, place].astype("str").str.strip().ne("").any()
    ]
    if nameless:
        raise FileRefused(
            f"{table.raw.label}: row 1: {len(nameless)} columns have no name but hold cells, as merged header "
            f"cells leave them. {_HOW}"
        )
    columns = find_columns(table.raw, FIELDS)
    first = frame.head(1).astype("str").apply(lambda cells: cells.str.strip())
    if len(first) and first[columns["respondent_id"]].eq("").all():
        asked = [columns[code] for code in _ITEMS if code in columns]
        if any(first[name].ne("").any() for name in asked):
            raise FileRefused(
                f"{table.raw.label}: row 2 names no respondent but fills question columns: it is a second "
                f"header row. {_HOW}"
            )


def _pupils(listed: OpenList, school_ref: pd.Series, roles: pd.Series) -> PupilReferences:
    """Give the pupil whom a row names, if it names one; a member of staff is no pupil."""
    found = pupil_references(listed.cells, school_ref=school_ref, series=SOURCE.kind)
    refuse_rows(
        ~found.is_missing & roles.eq("staff"),
        label=listed.cells.label,
        column=listed.cells.written(PUPIL),
        problem="a pupil's number in an answer of staff",
        fix="Leave the column blank for staff.",
    )
    return found


def _respondents(
    table: RawTable,
    listed: OpenList,
    ids: pd.DataFrame,
    roles: pd.Series,
    given: AcademicYear | None,
) -> tuple[pd.DataFrame, str, YearOrigin]:
    label, text = listed.cells.label, listed.cells.text
    answered = read_dates(text("answered_date"), label=label)
    if listed.cells.has("academic_year") or given is not None or answered.isna().any():
        years, year, origin = years_of_list(table, listed, given)
    else:
        years, origin = academic_years(answered), "content"
        distinct = years.unique()
        year = distinct[0] if len(distinct) == 1 else "not one year"
    frame = ids.assign(
        academic_year=years,
        role=roles,
        answered_date=answered,
        year_group=year_groups(text("year_group"), label=label),
        weight=numbers_within(text("weight"), low=0, high=_MOST_WEIGHT, label=label),
    )
    return frame, year, origin


def _answers(
    listed: OpenList, ids: pd.DataFrame, roles: pd.Series, item: SurveyItem
) -> pd.DataFrame:
    """Give the answers to one question: the place in the order of its answers, and the words."""
    label, cells = listed.cells.label, listed.cells.text(item.code)
    asked_wrongly = cells.ne("") & ~roles.isin(item.roles)
    if asked_wrongly.any():
        raise FileRefused(
            f"{label}: column {cells.name}: {int(asked_wrongly.sum())} answers come from a role that this "
            f"question is not for (it is for {', '.join(item.roles)}), first in rows "
            f"{first_rows(asked_wrongly)}. Correct the column of roles or blank these answers."
        )
    accepted = {answer: answer for answer in item.answers}
    numbers = {str(place): answer for place, answer in enumerate(item.answers, start=1)}
    whole = cells.str.replace(r"\.0$", "", regex=True)
    answer = words_of(whole.mask(whole.isin(numbers), whole.map(numbers)), accepted, label=label)
    level = answer.map({text: float(place) for place, text in enumerate(item.answers, start=1)})
    return ids.assign(item=item.code, level=level, answer=answer)[answer.notna()]


def _not_read(table: RawTable, listed: OpenList) -> tuple[str, ...]:
    """Count the cells of every column that is no known question; names the column, never a cell."""
    known = set(listed.cells.columns.values())
    counts = {
        name: int(listed.cells.frame[name].astype("str").str.strip().ne("").sum())
        for name in table.raw.columns
        if name not in known and normal_header(name)
    }
    return tuple(
        f"the column {name} is no known question: its {count} cells were not loaded"
        for name, count in counts.items()
    )


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
