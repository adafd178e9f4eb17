"""Surveys: answers in words or numbers, roles, free text dropped and counted, merged headers refused."""

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.words.survey_items import SURVEY_ITEMS

KEY = PupilKey.parse("ab" * 32)
ANSWER = {
    "survey": "return 2020",
    "role": "pupil",
    "urn": "144520",
    "academic_year": "2020/21",
    "date": "10/09/2020",
    "respondent_id": "R8881",
    "local_id": "7771",
    "year_group": "8",
    "weight": "",
    "routine": "Strongly Agree",
    "worried": "2",
    "staff_workload": "",
    "anything_else": "",
}


def load(folder, *rows, base=ANSWER):
    path = folder / "survey.csv"
    pd.DataFrame([base | row for row in rows]).to_csv(path, index=False)
    return load_file(path, pupil_key=KEY)


def load_text(folder, text):
    path = folder / "survey.csv"
    path.write_text(text, encoding="utf-8")
    return load_file(path, pupil_key=KEY)


def test_respondents_and_answers(tmp_path):
    file = load(tmp_path, {})
    who = file.tables["survey_respondents"].iloc[0]
    assert file.source.kind == "surveys"
    assert (who["role"], who["academic_year"], who["year_group"]) == ("pupil", "2020/21", 8)
    assert who["answered_date"] == pd.Timestamp(2020, 9, 10)
    assert who["pupil_id"] == KEY.pseudonym("local:urn:144520:7771")
    assert pd.isna(who["weight"])
    answers = file.tables["survey_answers"].set_index("item")
    assert answers["level"].to_dict() == {"routine": 5, "worried": 2}
    assert answers["answer"].to_dict() == {"routine": "strongly agree", "worried": "hard"}
    assert set(answers["respondent_id"]) == {who["respondent_id"]}


@pytest.mark.parametrize("code", list(SURVEY_ITEMS))
def test_every_answer_of_every_question_is_read_as_word_and_number(tmp_path, code):
    item = SURVEY_ITEMS[code]
    base = {name: cell for name, cell in ANSWER.items() if name not in SURVEY_ITEMS}
    base |= {"role": item.roles[0], "local_id": ""}
    rows = [{code: word.title()} for word in item.answers]
    rows += [{code: str(place)} for place in range(1, len(item.answers) + 1)]
    rows = [row | {"respondent_id": f"R{n}"} for n, row in enumerate(rows)]
    answers = load(tmp_path, *rows, base=base).tables["survey_answers"]
    places = [*range(1, len(item.answers) + 1)] * 2
    assert answers["level"].tolist() == places
    assert answers["answer"].tolist() == [*item.answers] * 2


def test_a_question_is_known_by_its_wording_too(tmp_path):
    base = {name: cell for name, cell in ANSWER.items() if name != "routine"}
    base[SURVEY_ITEMS["routine"].wording] = "agree"
    answers = load(tmp_path, {}, base=base).tables["survey_answers"]
    assert answers.set_index("item").loc["routine", "answer"] == "agree"


def test_free_text_is_dropped_and_counted_by_column_only(tmp_path):
    file = load(
        tmp_path,
        {"anything_else": "Zzyzx says hello"},
        {"respondent_id": "R2", "local_id": "2", "anything_else": "more Zzyzx"},
    )
    told = [note for note in file.reading.notes if "anything_else" in note]
    assert told == ["the column anything_else is no known question: its 2 cells were not loaded"]
    said = repr(file) + "".join(frame.to_csv() for frame in file.tables.values())
    assert "Zzyzx" not in said


def test_a_respondent_without_answers_still_counts(tmp_path):
    file = load(tmp_path, {"routine": "", "worried": ""}, {"respondent_id": "R2", "local_id": ""})
    assert len(file.tables["survey_respondents"]) == 2
    assert file.tables["survey_respondents"]["pupil_id"].isna().tolist() == [False, True]
    assert len(file.tables["survey_answers"]) == 2


def test_two_schools_may_number_respondents_alike(tmp_path):
    file = load(tmp_path, {}, {"urn": "144521", "routine": "disagree"})
    assert file.tables["survey_respondents"]["respondent_id"].nunique() == 2


def test_one_respondent_with_two_answers_is_refused(tmp_path):
    with pytest.raises(ConflictingData, match="rows 2, 3"):
        load(tmp_path, {}, {"routine": "disagree"})


def test_the_year_comes_from_the_day_of_the_answer(tmp_path):
    base = {name: cell for name, cell in ANSWER.items() if name != "academic_year"}
    who = load(tmp_path, {}, base=base).tables["survey_respondents"]
    assert who["academic_year"].tolist() == ["2020/21"]
    with pytest.raises(FileRefused, match="Give it with --year"):
        load(tmp_path, {"date": ""}, base=base)


@pytest.mark.parametrize(
    "text",
    [
        # A second header row, as SurveyMonkey writes it.
        "survey,role,urn,academic_year,respondent_id,routine,worried\n"
        ",,,,,Response,Response\n"
        "return 2020,pupil,144520,2020/21,R8881,agree,hard\n",
        # Headers merged over several columns.
        "survey,role,urn,academic_year,respondent_id,routine,,\n"
        "return 2020,pupil,144520,2020/21,R8881,agree,hard,Zzyzx\n",
    ],
    ids=["second header row", "blank headers"],
)
def test_merged_headers_are_refused_with_the_way_to_export(tmp_path, text):
    with pytest.raises(FileRefused, match="Export one header row") as caught:
        load_text(tmp_path, text)
    for personal in ("R8881", "Zzyzx"):
        assert personal not in str(caught.value)


def test_trailing_columns_without_content_are_no_merged_headers(tmp_path):
    file = load_text(
        tmp_path,
        "survey,role,urn,academic_year,respondent_id,routine,,\n"
        "return 2020,pupil,144520,2020/21,R8881,agree,,\n",
    )
    assert len(file.tables["survey_answers"]) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"routine": "Zzyzx"}, r"column routine: .*\(strongly disagree, disagree, neither"),
        ({"worried": "6"}, "column worried: .*very hard"),
        ({"staff_workload": "agree"}, "column staff_workload: .*it is for staff"),
        ({"role": "Zzyzx"}, r"column role: .*\(pupil, family, staff"),
        ({"role": "staff", "routine": "", "worried": ""}, "a pupil's number in an answer of staff"),
        ({"respondent_id": ""}, "column respondent_id: 1 cells hold nothing"),
        ({"survey": ""}, "column survey"),
        ({"weight": "-1"}, "column weight"),
        ({"date": "09/13/2020"}, "column date"),
        ({"urn": "Zzyzx"}, "school"),
        ({"academic_year": "2020"}, "column academic_year"),
    ],
)
def test_refusals_name_column_and_row_and_no_value(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"respondent_id": "R5555", "local_id": "5555"}, change)
    assert "rows 3" in str(caught.value)
    for personal in ("Zzyzx", "R8881", "7771", "5555"):
        assert personal not in str(caught.value)
