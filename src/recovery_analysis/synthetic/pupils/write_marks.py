"""Write marks by question, one row a mark, and the curriculum plan that the papers go with."""

import numpy as np

from recovery_analysis.synthetic.pupils.source_files import (
    ROOT,
    SourceFiles,
    iso_days,
    uk_days,
)
from recovery_analysis.synthetic.pupils.strands import StrandMarks, paper_name
from recovery_analysis.synthetic.pupils.table_file import Cells, whole, write_table

MARKS_FILE = "question_marks.csv"
PLAN_FILE = f"{ROOT}/curriculum_strands.csv"
_MARKS_COLUMNS = (
    "urn",
    "upn",
    "local_id",
    "year_group",
    "test_date",
    "subject",
    "paper",
    "question",
    "strand",
    "marks",
    "marks_possible",
)
_PLAN_COLUMNS = (
    "subject",
    "strand",
    "year_group",
    "urn",
    "exam_board",
    "taught_on",
    "dependents_n",
    "facility_before_pct",
    "is_core",
)


def write_marks(files: SourceFiles) -> None:
    """Write each sender's marks, and one plan for all schools."""
    for sender in files.senders:
        _write_marks(files, sender)
    plan = files.world.table("curriculum_strands")
    cells: Cells = {
        "subject": plan["subject"].tolist(),
        "strand": plan["strand"].tolist(),
        "year_group": whole(plan["year_group"].tolist()),
        "urn": "any",
        "exam_board": plan["exam_board"].fillna("").tolist(),
        "taught_on": uk_days(plan["taught_on"].to_numpy()),
        "dependents_n": whole(plan["dependents_n"].tolist()),
        "facility_before_pct": whole(plan["facility_before_pct"].tolist()),
        "is_core": plan["is_core"].tolist(),
    }
    write_table(files.folder / PLAN_FILE, _PLAN_COLUMNS, cells, len(plan))


def _write_marks(files: SourceFiles, sender: str) -> None:
    parts = [_of_paper(files, sender, marks) for marks in files.world.marks]
    parts = [part for part in parts if part["marks"]]
    if not parts:
        return
    cells = {name: [cell for part in parts for cell in part[name]] for name in parts[0]}
    rows_n = len(cells["marks"])
    write_table(files.path("marks", sender, MARKS_FILE), _MARKS_COLUMNS, cells, rows_n)


def _of_paper(files: SourceFiles, sender: str, marks: StrandMarks) -> dict[str, list[str]]:
    """Give the cells of one paper's marks."""
    world = files.world
    mine = np.flatnonzero(files.is_from(sender)[world.roll.school[marks.at]])
    questions = len(marks.strand_of)
    at, n = np.repeat(marks.at[mine], questions), len(mine)
    who = files.pupil_cells(at, world.truth.curriculum.year, sender)
    names = [marks.plan.paper.strands[place][0] for place in marks.strand_of.tolist()]
    given = marks.marks[mine].ravel().tolist()
    day = iso_days(np.array([np.datetime64(world.truth.curriculum.sat)]))[0]
    alike = {
        "year_group": str(marks.plan.year_group),
        "test_date": day,
        "subject": marks.plan.paper.subject,
        "paper": paper_name(marks.plan),
    }
    return {name: list(cells) for name, cells in who.items()} | {
        **{name: [text] * len(given) for name, text in alike.items()},
        "question": [str(number + 1) for number in range(questions)] * n,
        "strand": names * n,
        "marks": ["" if mark < 0 else str(mark) for mark in given],
        "marks_possible": whole(marks.possible.tolist()) * n,
    }
