"""Marks by question of papers that pupils sat: one row a mark, or one row a pupil with a column a question.

The wide layout is read only where the file says what its questions are: row 2 starts with ``strand`` and row 3
with ``marks possible``, each filled in under every question. Merged header cells lose that and are refused.
Caveats: a blank mark is a pupil who did not sit the question, not a mark of 0.
"""

import numpy as np
import pandas as pd

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.cell_words import year_groups
from recovery_analysis.intake.headers import find_columns, has_field, normal_header, normal_headers
from recovery_analysis.intake.list_years import years_of_days
from recovery_analysis.intake.number_ranges import numbers_within
from recovery_analysis.intake.pupil_rows import (
    PUPIL,
    SCHOOL,
    YEAR,
    YEAR_GROUP,
    OpenList,
    PupilRows,
    filled_dates,
    filled_text,
    open_list,
    pupil_rows,
    reading_of,
)
from recovery_analysis.intake.raw_file import FIRST_RECORD_ROW, RawFile, RawTable
from recovery_analysis.intake.reader import Reader, Reading, Source
from recovery_analysis.intake.refusals import refuse_rows
from recovery_analysis.words.periods import AcademicYear

SOURCE = Source(
    kind="question_marks",
    title="Marks by question of papers that pupils sat",
    publisher="the school or its trust",
    licence="Private data of the trust or school",
)

_SITTING = {
    **SCHOOL,
    **PUPIL,
    **YEAR,
    **YEAR_GROUP,
    "test_date": ("testdate", "datesat", "dateoftest", "assessmentdate", "date"),
    "subject": ("subject",),
    "paper": ("paper", "papername", "testname", "test", "assessment"),
}
_QUESTION = {
    "question": ("question", "questionnumber", "questionno"),
    "strand": ("strand", "domain", "topic", "contentdomain"),
    "marks": ("marks", "mark", "score", "marksgiven", "marksawarded"),
    "marks_possible": ("markspossible", "maxmarks", "maximummarks", "outof", "marksavailable"),
}
FIELDS = {**_SITTING, **_QUESTION}
_MOST_MARKS = 200
_WIDE_LABELS = ("strand", "markspossible")
_HOW = (
    "Export one row a mark with the columns question, strand, marks and marks_possible; or keep one row a "
    "pupil and unmerge the headers: row 1 the question's number over each column, row 2 starting with "
    "'strand' and row 3 starting with 'marks possible', both filled in under every question."
)


def _recognises(raw: RawFile) -> bool:
    names = normal_headers(raw)
    if not has_field(names, _SITTING, "upn", "local_id"):
        return False
    is_long = all(has_field(names, _QUESTION, name) for name in ("question", "marks"))
    is_wide = all(has_field(names, _SITTING, name) for name in ("test_date", "subject", "paper"))
    return is_long or is_wide


def _read(table: RawTable, given: AcademicYear | None) -> Reading:
    _refuse_merged(table.raw)
    is_long = has_field(normal_headers(table.raw), _QUESTION, "question")
    return _read_long(table, given) if is_long else _read_wide(table, given)


def _refuse_merged(raw: RawFile) -> None:
    blank = sum(not normal_header(column) for column in raw.columns)
    if blank:
        raise FileRefused(
            f"{raw.label}: row 1: {blank} columns have no name, as merged header cells leave them. {_HOW}"
        )


def _read_long(table: RawTable, given: AcademicYear | None) -> Reading:
    listed = open_list(table, FIELDS, needed=("test_date", "subject", "paper", *_QUESTION))
    rows, sitting, year = _sittings(listed, given)
    label, text = listed.cells.label, listed.cells.text
    possible = numbers_within(text("marks_possible"), low=1, high=_MOST_MARKS, label=label)
    marks = numbers_within(text("marks"), low=0, high=_MOST_MARKS, label=label)
    refuse_rows(
        marks.gt(possible),
        label=label,
        column=marks.name,
        problem="more marks than are possible",
        fix="Correct the mark or the marks possible of these rows.",
    )
    frame = sitting.assign(
        question=filled_text(listed, "question"),
        strand=filled_text(listed, "strand"),
        marks=marks,
        marks_possible=possible,
    )
    return reading_of(
        listed,
        {"question_marks": frame, "pupil_aliases": rows.aliases},
        notes=rows.notes,
        academic_year=year,
    )


def _sittings(listed: OpenList, given: AcademicYear | None) -> tuple[PupilRows, pd.DataFrame, str]:
    """Read what both layouts have: who sat which paper on which day."""
    rows = pupil_rows(listed, series=SOURCE.kind)
    days = filled_dates(listed, "test_date")
    years, year = years_of_days(listed, days, given)
    sitting = rows.ids.assign(
        academic_year=years,
        year_group=year_groups(listed.cells.text("year_group"), label=listed.cells.label),
        test_date=days,
        subject=filled_text(listed, "subject").str.casefold(),
        paper=filled_text(listed, "paper"),
    )
    return rows, sitting, year


def _read_wide(table: RawTable, given: AcademicYear | None) -> Reading:
    strands, possible = _declared(table)
    body = RawTable(raw=table.raw, frame=table.frame.iloc[len(_WIDE_LABELS) :])
    listed = open_list(body, _SITTING, needed=("test_date", "subject", "paper"))
    rows, sitting, year = _sittings(listed, given)
    label = listed.cells.label
    marks = {
        name: numbers_within(
            listed.cells.frame[name].astype("str").str.strip(),
            low=0,
            high=float(possible[name]),
            label=label,
        )
        for name in possible.index
    }
    n = len(sitting)
    frame = sitting.iloc[np.tile(np.arange(n), len(possible))].assign(
        question=np.repeat([name.strip() for name in possible.index], n),
        strand=np.repeat(strands[possible.index].to_numpy(dtype="object"), n),
        marks=np.concatenate([column.to_numpy() for column in marks.values()]),
        marks_possible=np.repeat(possible.to_numpy(), n),
    )
    used = {*find_columns(table.raw, _SITTING).values(), *possible.index}
    return reading_of(
        listed,
        {"question_marks": frame, "pupil_aliases": rows.aliases},
        notes=(
            *rows.notes,
            *(
                f"the column {name} has no strand and no marks possible: not loaded"
                for name in table.raw.columns
                if name not in used
            ),
        ),
        academic_year=year,
    )


def _declared(table: RawTable) -> tuple[pd.Series, pd.Series]:
    """Give the strand and the marks possible of each question column, from rows 2 and 3.

    Raises
    ------
    FileRefused
        Rows 2 and 3 are no such rows, or a question has one of the two and not the other.
    """
    label, heads = table.raw.label, table.frame.head(len(_WIDE_LABELS)).astype("str")
    if tuple(map(normal_header, heads.iloc[:, 0])) != _WIDE_LABELS:
        raise FileRefused(
            f"{label}: rows 2 and 3 do not say the strand and the marks possible of each question. {_HOW}"
        )
    known = set(find_columns(table.raw, _SITTING).values())
    questions = [
        name
        for name in table.raw.columns[1:]
        if name not in known and heads[name].str.strip().ne("").any()
    ]
    strands = heads[questions].iloc[0].str.strip().str.replace(r"\s+", " ", regex=True)
    written = heads[questions].iloc[1].str.strip()
    possible = pd.to_numeric(written, errors="coerce").astype("float64")
    wrong = strands.eq("") | ~possible.between(1, _MOST_MARKS)
    if wrong.any() or not questions:
        named = ", ".join(map(str, wrong.index[wrong][:6])) or "no question"
        raise FileRefused(
            f"{label}: rows 2 and {FIRST_RECORD_ROW + 1}: no strand, or no marks possible from 1 to "
            f"{_MOST_MARKS}, for: {named}. {_HOW}"
        )
    return strands, possible


READER = Reader(source=SOURCE, recognises=_recognises, read=_read)
