"""Templates: what a school fills in by the template's header is read by the reader of that kind."""

import csv
import io

import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.templates import TEMPLATES, template_csv

KEY = PupilKey.parse("ab" * 32)
FILLED = {
    "urn": "144520",
    "upn": "",
    "local_id": "7771",
    "academic_year": "2019/20",
    "year_group": "8",
    "week_start": "13/01/2020",
    "sessions_possible": "10",
    "sessions_attended": "9",
    "sessions_authorised": "1",
    "sessions_unauthorised": "0",
    "test_date": "14/01/2020",
    "subject": "maths",
    "paper": "Paper 1",
    "question": "1",
    "strand": "Ratio",
    "marks": "1",
    "marks_possible": "2",
    "exam_board": "",
    "taught_on": "15/01/2020",
    "dependents_n": "3",
    "facility_before_pct": "50",
    "is_core": "yes",
    "survey": "wave 1",
    "respondent_id": "R1",
    "role": "pupil",
    "answered_date": "16/01/2020",
    "weight": "1",
    "routine": "agree",
    "recorded_date": "17/01/2020",
    "device": "phone_only",
    "connection": "mobile_data",
    "lent_by_school": "no",
    "practice": "Paired reading",
    "start_date": "01/10/2019",
    "end_date": "",
    "adaptation": "",
    "staff_hours": "5",
    "cost_pounds": "6",
    "initiative": "Tutoring",
    "status": "live",
    "intended_outcome": "",
    "target_low": "1",
    "target_high": "2",
    "target_date": "31/07/2020",
    "depends_on": "",
}
TABLE_OF = {
    "pupil_attendance": "attendance_weeks",
    "question_marks": "question_marks",
    "curriculum_strands": "curriculum_strands",
    "surveys": "survey_answers",
    "device_access": "device_access",
    "practice_register": "practices",
    "initiative_register": "initiatives",
}


def rows_of(name):
    return list(csv.reader(io.StringIO(template_csv(name))))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_filled_template_is_read_and_its_explanations_skipped(tmp_path, name):
    header, explanation = rows_of(name)
    assert len(explanation) == len(header)
    assert all(explanation)
    path = tmp_path / "filled.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [header, explanation, [FILLED.get(column, "") for column in header]]
        )
    file = load_file(path, pupil_key=KEY)
    assert file.source.kind == name
    frame = file.tables[TABLE_OF[name]]
    assert frame["raw_row"].tolist() == [3]
    assert frame["school_ref"].tolist() == ["urn:144520"]
    assert file.reading.rows_read == 2
    assert [item.rows for item in file.reading.dropped] == [1]


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_empty_template_is_refused_as_without_records(tmp_path, name):
    path = tmp_path / "empty.csv"
    path.write_text(template_csv(name), encoding="utf-8")
    with pytest.raises(FileRefused, match="no records"):
        load_file(path, pupil_key=KEY)


def test_the_survey_template_says_every_question_and_its_answers():
    header, explanation = rows_of("surveys")
    told = dict(zip(header, explanation, strict=True))
    assert "5 strongly agree" in told["routine"]
    assert "asked of staff" in told["staff_absent"]
