"""Marks by question, long and wide; merged headers are refused with the way to export."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey

KEY = PupilKey.parse("ab" * 32)
MARK = {
    "local_id": "7771",
    "urn": "144520",
    "academic_year": "2020/21",
    "year_group": "6",
    "test_date": "12/05/2021",
    "subject": "Maths",
    "paper": "Paper 1",
    "question": "1a",
    "strand": "Fractions",
    "marks": "1",
    "marks_possible": "2",
}
WIDE = """pupil,urn,year group,test date,subject,paper,Q1,Q2,Surname
strand,,,,,,Number,Fractions,
marks possible,,,,,,1,2,
7771,144520,6,12/05/2021,maths,Paper 1,1,0,Zzyzx
7772,144520,6,12/05/2021,maths,Paper 1,,2,Zzyzx
"""


def load(folder, *rows):
    path = folder / "marks.csv"
    pd.DataFrame([MARK | row for row in rows]).to_csv(path, index=False)
    return load_file(path, pupil_key=KEY)


def load_wide(folder, text):
    path = folder / "wide.csv"
    path.write_text(text, encoding="utf-8")
    return load_file(path, pupil_key=KEY)


def test_one_row_a_mark(tmp_path):
    file = load(tmp_path, {}, {"question": "1b", "marks": ""})
    marks = file.tables["question_marks"]
    assert file.source.kind == "question_marks"
    assert marks["question"].tolist() == ["1a", "1b"]
    assert marks["marks"].tolist()[0] == 1
    assert marks["marks"].isna().tolist() == [False, True]
    assert set(marks["subject"]) == {"maths"}
    assert set(marks["strand"]) == {"Fractions"}
    assert set(marks["academic_year"]) == {"2020/21"}


def test_one_column_a_question(tmp_path):
    file = load_wide(tmp_path, WIDE)
    marks = file.tables["question_marks"].set_index(["pupil_id", "question"])
    first, second = (KEY.pseudonym(f"local:urn:144520:{n}") for n in (7771, 7772))
    assert len(marks) == 4
    assert marks.loc[(first, "Q1"), "marks"] == 1
    assert marks.loc[(first, "Q2"), "marks"] == 0
    assert pd.isna(marks.loc[(second, "Q1"), "marks"])
    assert marks.loc[(second, "Q2"), ["marks", "marks_possible"]].tolist() == [2, 2]
    assert marks.loc[(second, "Q2"), "strand"] == "Fractions"
    assert marks.loc[(second, "Q2"), "raw_row"] == 5
    assert file.reading.rows_read == 2
    assert any("column Surname" in note for note in file.reading.notes)
    assert "Zzyzx" not in " ".join(file.reading.notes) + marks.to_csv()


def test_both_layouts_give_the_same(tmp_path):
    rows = [
        {"local_id": pupil, "question": q, "strand": s, "marks": m, "marks_possible": p}
        for pupil, q, s, m, p in (
            ("7771", "Q1", "Number", "1", "1"),
            ("7771", "Q2", "Fractions", "0", "2"),
            ("7772", "Q1", "Number", "", "1"),
            ("7772", "Q2", "Fractions", "2", "2"),
        )
    ]
    long = load(tmp_path, *rows).tables["question_marks"].drop(columns="raw_row")
    wide = load_wide(tmp_path, WIDE).tables["question_marks"].drop(columns="raw_row")
    key = ["pupil_id", "question"]
    pd.testing.assert_frame_equal(
        long.sort_values(key, ignore_index=True), wide.sort_values(key, ignore_index=True)
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "strand,,,,,,Number",
            "7770,144520,6,12/05/2021,maths,Paper 1,1",
            "rows 2 and 3 do not say",
        ),
        ("Q1,Q2,", "Paper one,,", "columns have no name, as merged header cells"),
        ("Number,Fractions", "Number,", "rows 2 and 3: .*for: Q2"),
        ("1,2,\n", "1,,\n", "rows 2 and 3: .*for: Q2"),
        ("2,Zzyzx", "3,Zzyzx", "column Q2: .*from 0 to 2, first in rows 5"),
        ("2,Zzyzx", "Zz,Zzyzx", "column Q2: .*rows 5"),
    ],
)
def test_a_wide_file_that_does_not_say_what_its_questions_are(tmp_path, old, new, message):
    assert old in WIDE
    with pytest.raises(FileRefused, match=message) as caught:
        load_wide(tmp_path, WIDE.replace(old, new))
    assert "777" not in str(caught.value)
    assert "Zz" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"marks": "3"}, "column marks: 1 cells hold more marks than are possible"),
        ({"marks": "-1"}, "column marks"),
        ({"marks": "absent"}, "column marks"),
        ({"marks_possible": "0"}, "column marks_possible"),
        ({"strand": ""}, "column strand: 1 cells hold nothing"),
        ({"question": ""}, "column question"),
        ({"test_date": "05/13/2021"}, "column test_date"),
        ({"academic_year": "2019/20"}, "column academic_year"),
    ],
)
def test_refusals_name_rows_and_no_value(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"local_id": "5555"}, change)
    assert "rows 3" in str(caught.value)
    for personal in ("7771", "5555", "absent"):
        assert personal not in str(caught.value)


def test_a_formula_in_a_strand_is_only_words(tmp_path):
    marks = load(tmp_path, {"strand": "=cmd|' /C calc'!A0"}).tables["question_marks"]
    assert marks["strand"].tolist() == ["=cmd|' /C calc'!A0"]
