"""Accelerated Reader: quizzes found under unverified headers; percent correct as a decimal."""

import csv

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import accelerated_reader
from recovery_analysis.intake.recognise import recognise

HEADER = [
    "Client ID",
    "School Year Start Date",
    "School Year End Date",
    "School Year",
    "District Identifier",
    "District Name",
    "School Identifier",
    "School Name",
    "Teacher Identifier",
    "Teacher Last Name",
    "Student Renaissance ID",
    "Student Identifier",
    "Student State ID",
    "Student Email",
    "Student First Name",
    "Student Last Name",
    "Birthdate",
    "Grade",
    "Class Name",
    "Activity ID",
    "Activity Type",
    "Activity Completed Date (UTC)",
    "Quiz Number",
    "Content Language",
    "Content Title",
    "Author",
    "Fiction or Nonfiction",
    "ATOS Book Level",
    "Lexile",
    "Word Count",
    "Number of Questions",
    "Number Correct",
    "Percent Correct",
    # Star's columns stand in the file, empty.
    "Scaled Score",
    "Percentile Rank",
    "Completed Test Date",
]
QUIZ = {
    "Client ID": "100",
    "School Identifier": "123456",
    "Student Identifier": "4711",
    "Activity ID": "9001",
    "Activity Type": "Reading Practice",
    "Activity Completed Date (UTC)": "2020-06-01T23:30:00Z",
    "Quiz Number": "17",
    "Fiction or Nonfiction": "Fiction",
    "ATOS Book Level": "4.5",
    "Word Count": "23000",
    "Number of Questions": "10",
    "Number Correct": "9",
    "Percent Correct": "0.9",
}


def written(folder, *rows):
    path = folder / "ar.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, HEADER, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(folder, *rows):
    raw = inspect(written(folder, *rows))
    assert recognise(raw) is accelerated_reader.READER
    return accelerated_reader.READER.read(read_cells(raw), None)


def refusal(folder, *rows):
    with pytest.raises(FileRefused) as refused:
        load(folder, *rows)
    return str(refused.value)


def test_a_quiz_comes_out_whole(tmp_path):
    reading = load(tmp_path, QUIZ)
    quiz = reading.tables["reading_quizzes"].iloc[0]
    assert quiz["quiz_id"] == "ar:9001"
    assert quiz["pupil_id"] == "local:urn:123456:4711"
    assert quiz["school_ref"] == "urn:123456"
    assert quiz["completed_date"] == pd.Timestamp(2020, 6, 2)
    assert quiz["academic_year"] == "2019/20"
    assert (quiz["questions_n"], quiz["correct_n"], quiz["correct_pct"]) == (10, 9, 90)
    assert (quiz["book_level"], quiz["words_n"], quiz["is_fiction"]) == (4.5, 23000, "yes")
    assert quiz["quiz_type"] == "Reading Practice"
    assert any("unverified" in note for note in reading.notes)


def test_one_correct_of_one_is_a_hundred_percent(tmp_path):
    quiz = QUIZ | {"Percent Correct": "1", "Number of Questions": "1", "Number Correct": "1"}
    assert load(tmp_path, quiz).tables["reading_quizzes"]["correct_pct"].tolist() == [100]


def test_nonfiction_and_missing_numbers(tmp_path):
    bare = QUIZ | {"Fiction or Nonfiction": "Nonfiction", "Word Count": "", "ATOS Book Level": ""}
    quiz = load(tmp_path, bare).tables["reading_quizzes"].iloc[0]
    assert quiz["is_fiction"] == "no"
    assert pd.isna(quiz["words_n"])
    assert pd.isna(quiz["book_level"])


def test_rows_that_are_no_quiz_are_counted_out(tmp_path):
    reading = load(
        tmp_path,
        QUIZ,
        QUIZ | {"Class Name": "Another class"},
        QUIZ | {"Activity Type": "Star Reading"},
        QUIZ | {"Percent Correct": ""},
        {},
    )
    assert len(reading.tables["reading_quizzes"]) == 1
    assert [drop.rows for drop in reading.dropped] == [1, 1, 1, 1]
    assert reading.rows_read == 5


def test_a_missing_activity_number_is_made(tmp_path):
    bare = QUIZ | {"Activity ID": ""}
    quizzes = load(tmp_path, bare, bare | {"Quiz Number": "18"}).tables["reading_quizzes"]
    assert quizzes["quiz_id"].nunique() == 2
    assert quizzes["quiz_id"].str.startswith("ar:made:").all()


def test_percent_contradicted_by_the_counts_is_refused(tmp_path):
    message = refusal(tmp_path, QUIZ, QUIZ | {"Percent Correct": "0.5"})
    assert "Percent Correct, Number Correct, Number of Questions" in message
    assert "rows 3" in message


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Percent Correct", "90777"),
        ("Percent Correct", "canary"),
        ("Number Correct", "1.5"),
        ("ATOS Book Level", "21777"),
        ("Word Count", "-1777"),
        ("Activity Type", "=cmd|'canary'"),
        ("Activity Completed Date (UTC)", "canary"),
    ],
)
def test_wrong_cells_are_refused_without_their_content(tmp_path, column, cell):
    message = refusal(tmp_path, QUIZ, QUIZ | {column: cell, "Author": "canary"})
    assert f"column {column}" in message
    assert "rows 3" in message
    assert "canary" not in message
    assert "777" not in message


def test_schools_and_pupils_that_are_not_named_are_refused(tmp_path):
    assert "canary" not in refusal(tmp_path, QUIZ | {"School Identifier": "canary"})
    assert "columns of the pupil" in refusal(tmp_path, QUIZ | {"Student Identifier": ""})


def test_names_titles_and_formulas_stay_outside(tmp_path):
    named = {
        "School Name": "=cmd|'canary'",
        "Student Last Name": "canary",
        "Content Title": "canary",
        "Birthdate": "canary",
    }
    reading = load(tmp_path, QUIZ | named)
    shown = "".join(frame.to_csv() for frame in reading.tables.values()) + repr(reading)
    assert "canary" not in shown
    raw = inspect(tmp_path / "ar.csv")
    assert not set(named) & set(accelerated_reader.wanted_columns(raw))


def test_the_door_keeps_only_hashes(tmp_path):
    loaded = load_file(written(tmp_path, QUIZ), pupil_key=PupilKey.parse("0f" * 32))
    frame = loaded.tables["reading_quizzes"]
    assert frame["pupil_id"].str.fullmatch("[0-9a-f]{32}").all()
    shown = "".join(kept.to_csv() for kept in loaded.tables.values()) + repr(loaded)
    assert not any(text in shown for text in ("4711", "9001"))
