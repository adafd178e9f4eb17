"""Write Accelerated Reader's historical extract, a myON usage export, and schools' reports of Oak lessons."""

import numpy as np

from recovery_analysis.synthetic.pupils.identity import surname
from recovery_analysis.synthetic.pupils.source_files import SourceFiles, iso_days
from recovery_analysis.synthetic.pupils.table_file import Cells, whole, write_table

#: The vendor's page lists these fields; their spelling in a file has not been seen.
_QUIZ_COLUMNS = (
    "Renaissance Client ID",
    "School Year",
    "District Name",
    "School State ID",
    "School Name",
    "Teacher Last Name",
    "Student Renaissance ID",
    "Student Identifier",
    "Student State ID",
    "Student Email",
    "Student First Name",
    "Student Last Name",
    "Birth Date",
    "Activity ID",
    "Activity Type",
    "Completed Date Local",
    "Quiz Number",
    "Content Language",
    "Content Title",
    "Author",
    "Fiction/Nonfiction",
    "ATOS Book Level",
    "Word Count",
    "Number of Questions",
    "Number Correct",
    "Percent Correct",
    "Scaled Score",
    "Percentile Rank",
)
_MINUTES_COLUMNS = (
    "School URN",
    "Student State ID",
    "sis_id",
    "First Name",
    "Last Name",
    "Period Start",
    "Period End",
    "Days Read",
    "Minutes Read",
    "Books Opened",
    "Books Finished",
)
_OAK_COLUMNS = (
    "School URN",
    "Academic year",
    "Term",
    "Year group",
    "Subject",
    "Oak lessons per week",
    "Pupils reached",
    "Pupils in year",
)
QUIZ_FILE, MINUTES_FILE = "accelerated_reader.csv", "myon_usage.csv"
OAK_FILE = "oak_use.csv"


def write_reading(files: SourceFiles) -> None:
    """Write each sender's quizzes, minutes and Oak lessons; a file without a row is not written."""
    for sender in files.senders:
        _write_quizzes(files, sender)
        _write_minutes(files, sender)
        _write_oak(files, sender)


def _pupil_at(files: SourceFiles, ids: list[str]) -> np.ndarray:
    """Give the place on the roll of each pupil of a table."""
    place = {text: at for at, text in enumerate(files.world.roll.pupil_id.tolist())}
    return np.array([place[text] for text in ids], dtype=np.int64)


def _write_quizzes(files: SourceFiles, sender: str) -> None:
    world = files.world
    table = world.table("reading_quizzes")
    at = _pupil_at(files, table["pupil_id"].tolist())
    mine = files.is_from(sender)[world.roll.school[at]]
    if not mine.any():
        return
    rows, at = table[mine], at[mine]
    numbers = world.roll.number[at].tolist()
    days = iso_days(rows["completed_date"].to_numpy())
    cells: Cells = {
        "Renaissance Client ID": f"ZZ-{sender}",
        "School Year": "2020-2021",
        "School State ID": files.urns(at),
        "School Name": [files.names[s] for s in world.roll.school[at].tolist()],
        "Teacher Last Name": "Zzteacher",
        "Student Renaissance ID": [f"R{number}" for number in numbers],
        "Student Identifier": files.locals(at),
        "Student State ID": files.upns(at, world.truth.use.quizzes.year),
        "Student First Name": "Invented",
        "Student Last Name": [surname(number) for number in numbers],
        "Activity ID": [str(int(text[-15:], 16)) for text in rows["quiz_id"]],
        "Activity Type": rows["quiz_type"].tolist(),
        "Completed Date Local": [f"{day}T11:15:00.000" for day in days],
        "Quiz Number": [str(2000 + number % 7000) for number in range(len(rows))],
        "Content Language": "English",
        "Content Title": "An invented book",
        "Fiction/Nonfiction": [
            "Fiction" if f == "yes" else "Nonfiction" for f in rows["is_fiction"]
        ],
        "ATOS Book Level": [f"{level:.1f}" for level in rows["book_level"]],
        "Word Count": whole(rows["words_n"].tolist()),
        "Number of Questions": whole(rows["questions_n"].tolist()),
        "Number Correct": whole(rows["correct_n"].tolist()),
        "Percent Correct": [f"{percent / 100:.2f}" for percent in rows["correct_pct"]],
    }
    write_table(
        files.path("accelerated_reader", sender, QUIZ_FILE), _QUIZ_COLUMNS, cells, len(rows)
    )


def _write_minutes(files: SourceFiles, sender: str) -> None:
    world = files.world
    table = world.table("online_reading")
    at = _pupil_at(files, table["pupil_id"].tolist())
    mine = files.is_from(sender)[world.roll.school[at]]
    if not mine.any():
        return
    rows, at = table[mine], at[mine]
    cells: Cells = {
        "School URN": files.urns(at),
        "sis_id": files.locals(at),
        "First Name": "Invented",
        "Last Name": [surname(number) for number in world.roll.number[at].tolist()],
        "Period Start": iso_days(rows["period_start"].to_numpy()),
        "Period End": iso_days(rows["period_end"].to_numpy()),
        "Days Read": whole(rows["days_n"].tolist()),
        "Minutes Read": whole(rows["minutes_n"].tolist()),
        "Books Opened": whole(rows["opened_n"].tolist()),
        "Books Finished": whole(rows["finished_n"].tolist()),
    }
    write_table(files.path("myon", sender, MINUTES_FILE), _MINUTES_COLUMNS, cells, len(rows))


def _write_oak(files: SourceFiles, sender: str) -> None:
    table = files.world.table("online_lessons")
    urns = table["school_ref"].str.removeprefix("urn:")
    sent_by = dict(zip(files.world.roll.schools.urn, files.sender, strict=True))
    mine = urns.map(sent_by).eq(sender)
    if not mine.any():
        return
    rows = table[mine]
    cells: Cells = {
        "School URN": urns[mine].tolist(),
        "Academic year": rows["academic_year"].tolist(),
        "Term": rows["term"].str.title().tolist(),
        "Year group": whole(rows["year_group"].tolist()),
        "Subject": rows["subject"].tolist(),
        "Oak lessons per week": whole(rows["lessons_per_week"].tolist()),
        "Pupils reached": whole(rows["pupils_reached_n"].tolist()),
        "Pupils in year": whole(rows["pupils_n"].tolist()),
    }
    write_table(files.path("oak", sender, OAK_FILE), _OAK_COLUMNS, cells, len(rows))
