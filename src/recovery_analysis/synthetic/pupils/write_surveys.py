"""Write surveys wide: one row a respondent, one column a question, and a column of free text to be dropped."""

import numpy as np

from recovery_analysis.synthetic.pupils.arrays import academic_year, days
from recovery_analysis.synthetic.pupils.identity import CANARY
from recovery_analysis.synthetic.pupils.source_files import SourceFiles, uk_days
from recovery_analysis.synthetic.pupils.survey import SURVEY_YEAR, Answers
from recovery_analysis.synthetic.pupils.table_file import Cells, write_table
from recovery_analysis.words.survey_items import SURVEY_ITEMS

_COLUMNS = (
    "survey",
    "respondent_id",
    "urn",
    "academic_year",
    "role",
    "answered_date",
    "year_group",
    "upn",
    "local_id",
)
#: Senders whose answers are the numbers of the answers instead of their words.
_NUMBERS = ("90001",)
_FREE_TEXT = "anything_else"


def file_name(role: str) -> str:
    """Give the name of a survey's file.

    Examples
    --------
    >>> file_name("staff")
    'survey_staff.csv'
    """
    return f"survey_{role}.csv"


def write_surveys(files: SourceFiles) -> None:
    """Write each sender's surveys; one that nobody answered is not written."""
    for sender in files.senders:
        for answers in files.world.surveys.answers:
            _write(files, sender, answers)


def _write(files: SourceFiles, sender: str, answers: Answers) -> None:
    mine = np.flatnonzero(files.is_from(sender)[answers.school])
    if not len(mine):
        return
    roll = files.world.roll
    urns = [roll.schools.urn[at] for at in answers.school[mine].tolist()]
    answered = days(files.world.truth.survey.answered, answers.plus_days[mine])
    cells: dict[str, list[str] | str] = {
        "survey": answers.name,
        "respondent_id": [f"{number + 1}" for number in range(len(mine))],
        "urn": urns,
        "academic_year": academic_year(SURVEY_YEAR),
        "role": answers.role,
        "answered_date": uk_days(answered),
        _FREE_TEXT: [f"{CANARY} words" if at % 9 == 0 else "" for at in range(len(mine))],
    }
    at = answers.at[mine]
    if answers.role != "staff":
        cells |= files.pupil_cells(at, SURVEY_YEAR, sender)
        cells["year_group"] = [str(group) for group in (SURVEY_YEAR - roll.cohort[at]).tolist()]
    for place, item in enumerate(answers.items):
        words = ("", *SURVEY_ITEMS[item].answers)
        level = answers.levels[mine, place].tolist()
        by_number = sender in _NUMBERS
        cells[item] = [(str(at) if at else "") if by_number else words[at] for at in level]
    every: Cells = cells
    columns = (*_COLUMNS, *answers.items, _FREE_TEXT)
    path = files.path("surveys", sender, file_name(answers.role))
    write_table(path, columns, every, len(mine))
