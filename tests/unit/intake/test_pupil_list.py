"""Lists of pupils of schools' systems: many names of one field, local numbers, aliases, births."""

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.words.periods import AcademicYear

KEY = PupilKey.parse("ab" * 32)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(number):
    digits = f"{number:012d}"
    return LETTERS[sum(w * int(d) for w, d in zip(range(2, 14), digits, strict=True)) % 23] + digits


ASSEMBLY = {
    "mis_id": "77",
    "upn": upn(1),
    "former_upn": "",
    "last_name": "Zzyzx",
    "year_code": "5",
    "dob": "17/02/2010",
    "start_date": "01/09/2014",
    "end_date": "",
    "is_fsm": "false",
    "is_fsm6": "true",
    "looked_after": "",
    "is_pp": "true",
    "is_eal": "false",
    "sen_category": "K",
    "ethnicity_group": "Asian or Asian British",
    "gender": "M",
    "urn": "144520",
    "academic_year": "2019/20",
}
WONDE = {
    "id": "A1329183376",
    "mis_id": "77",
    "upn": upn(1),
    "surname": "Zzyzx",
    "date_of_birth": "2010-02-17",
    "admission_date": "2014-09-01",
    "leaving_date": "",
    "free_school_meals": "0",
    "free_school_meals_6": "1",
    "english_as_additional_language": "0",
    "sen_status": "SEN Support",
    "in_lea_care": "0",
    "ethnicity": "Asian or Asian British",
    "gender": "Male",
    "year": "Year 5",
    "URN": "144520",
    "Academic Year": "2019-20",
}


def load(folder, *rows, base=ASSEMBLY, name="pupils.csv", year=None):
    path = folder / name
    frame = pd.DataFrame([base | row for row in rows])
    frame.to_excel(path, index=False) if name.endswith("xlsx") else frame.to_csv(path, index=False)
    return load_file(path, pupil_key=KEY, year=year)


@pytest.mark.parametrize("base", [ASSEMBLY, WONDE], ids=["assembly", "wonde"])
@pytest.mark.parametrize("name", ["pupils.csv", "pupils.xlsx"])
def test_two_systems_say_the_same_of_a_pupil(tmp_path, base, name):
    file = load(tmp_path, {}, base=base, name=name)
    row = file.tables["pupils"].iloc[0]
    assert file.source.kind == "pupil_list"
    assert row["pupil_id"] == KEY.pseudonym("upn:" + upn(1))
    assert (row["birth_month"], row["year_group"], row["sex"]) == ("2010-02", 5, "male")
    assert (row["fsm"], row["fsm6"], row["disadvantaged"]) == ("no", "yes", "yes")
    assert (row["eal"], row["sen_status"], row["ethnicity_major"]) == ("no", "sen_support", "Asian")
    assert row["academic_year"] == "2019/20"
    alias = file.tables["pupil_aliases"].iloc[0]
    assert alias["alias_id"] == KEY.pseudonym("local:urn:144520:77")
    assert alias["school_ref"] == "urn:144520"


def test_pupil_premium_is_not_disadvantage(tmp_path):
    file = load(tmp_path, {"is_pp": "true", "is_fsm6": "false"})
    assert file.tables["pupils"]["disadvantaged"].tolist() == ["no"]
    assert any("is_pp was not read" in note for note in file.reading.notes)


def test_looked_after_is_disadvantaged_whatever_else(tmp_path):
    file = load(tmp_path, {"is_fsm6": "", "looked_after": "yes"})
    assert file.tables["pupils"]["disadvantaged"].tolist() == ["yes"]


def test_one_local_number_at_two_schools_is_two_pupils(tmp_path):
    pupils = load(
        tmp_path,
        {"upn": "", "dob": "01/02/2010"},
        {"upn": "", "dob": "01/03/2011", "urn": "144521"},
    ).tables["pupils"]
    assert pupils["pupil_id"].nunique() == 2
    assert set(pupils["pupil_id"]) == {
        KEY.pseudonym(f"local:urn:{urn}:77") for urn in (144520, 144521)
    }


@pytest.mark.parametrize(
    "rows",
    [
        ({}, {"academic_year": "2020/21", "dob": "18/02/2010"}),
        ({}, {"urn": "144521", "dob": "18/02/2010"}),
        ({}, {"upn": upn(2), "dob": "18/02/2010"}),
        (
            {"former_upn": upn(3)},
            {"upn": upn(4), "mis_id": "5", "former_upn": upn(3), "dob": "1/3/2011"},
        ),
    ],
    ids=["two years", "two schools", "one local number, two UPNs", "one former UPN"],
)
def test_one_pupil_with_two_births_is_refused(tmp_path, rows):
    with pytest.raises(ConflictingData, match=r"column dob\), first in rows 2, 3") as caught:
        load(tmp_path, *rows)
    for personal in (upn(1), upn(2), "77", "2010", "18/02"):
        assert personal not in str(caught.value)


def test_a_mistyped_upn_still_finds_its_pupil(tmp_path):
    wrong = "B" + upn(1)[1:]
    file = load(tmp_path, {"upn": wrong})
    assert file.tables["pupils"]["pupil_id"].tolist() == [KEY.pseudonym("local:urn:144520:77")]
    assert file.tables["pupil_aliases"]["alias_id"].tolist() == [
        KEY.pseudonym(f"local:urn:144520:{wrong}")
    ]
    assert any("wrong check letter" in note for note in file.reading.notes)
    assert not any(wrong in note for note in file.reading.notes)


def test_the_year_is_given_or_named(tmp_path):
    base = {name: cell for name, cell in ASSEMBLY.items() if name != "academic_year"}
    file = load(tmp_path, {}, base=base, year=AcademicYear(2019))
    assert file.tables["pupils"]["academic_year"].tolist() == ["2019/20"]
    assert file.reading.year_from == "--year"
    file = load(tmp_path, {}, base=base, name="pupils_2018-19.csv")
    assert file.tables["pupils"]["academic_year"].tolist() == ["2018/19"]
    with pytest.raises(FileRefused, match=r"Give it with --year pupils\.csv="):
        load(tmp_path, {}, base=base)
    with pytest.raises(FileRefused, match="--year says 2018/19 but the file says 2019/20"):
        load(tmp_path, {}, year=AcademicYear(2018))


def test_blank_rows_and_repeats_are_counted(tmp_path):
    blank = dict.fromkeys(ASSEMBLY, "")
    file = load(tmp_path, {}, blank, {})
    assert len(file.tables["pupils"]) == 1
    assert file.reading.rows_read == 3
    assert {item.reason: item.rows for item in file.reading.dropped} == {
        "a row without a value": 1,
        "an exact repeat of another row": 1,
    }


def test_a_pupil_twice_with_other_facts_is_refused(tmp_path):
    with pytest.raises(ConflictingData, match="rows 2, 3"):
        load(tmp_path, {}, {"is_fsm6": "false"})


def test_unknown_ethnic_words_are_left_blank_and_counted(tmp_path):
    file = load(
        tmp_path,
        {"ethnicity_group": "Zzyzx"},
        {"upn": upn(2), "mis_id": "2", "ethnicity_group": ""},
    )
    assert file.tables["pupils"]["ethnicity_major"].isna().all()
    told = [note for note in file.reading.notes if "ethnicity_group" in note]
    assert len(told) == 1
    assert told[0].startswith("1 cells")
    assert "Zzyzx" not in told[0]


@pytest.mark.parametrize(
    ("wording", "group"),
    [
        ("Any other Asian background", "Asian"),
        ("Any other ethnic group", "Any other ethnic group"),
        ("White - Irish", "White"),
        ("wbri", "White"),
        ("Refused", None),
    ],
)
def test_ethnic_wordings(tmp_path, wording, group):
    got = load(tmp_path, {"ethnicity_group": wording}).tables["pupils"]["ethnicity_major"].iloc[0]
    assert pd.isna(got) if group is None else got == group


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"urn": "Zzyzx"}, "school"),
        ({"urn": ""}, "school"),
        ({"upn": "", "mis_id": ""}, "neither a UPN nor a local number"),
        ({"dob": "02/17/2010"}, "column dob"),
        ({"end_date": "01/08/2013"}, "column end_date: 1 cells hold a day of leaving before"),
        ({"is_eal": "Zzyzx"}, "column is_eal"),
        ({"gender": "Zzyzx"}, "column gender"),
        ({"year_code": "17"}, "column year_code"),
    ],
)
def test_refusals_hold_no_value(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"upn": upn(9), "mis_id": "99"}, change)
    assert "first in rows 3" in str(caught.value)
    for personal in ("Zzyzx", upn(1), upn(9), "2010", "2013", "17/"):
        assert personal not in str(caught.value)


def test_a_file_without_a_school_says_what_to_add(tmp_path):
    base = {name: cell for name, cell in ASSEMBLY.items() if name != "urn"}
    with pytest.raises(FileRefused, match="expected one named 'urn'"):
        load(tmp_path, {}, base=base)
