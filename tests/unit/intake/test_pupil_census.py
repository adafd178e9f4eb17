"""The department's census download: codes in one form, births reduced to months, terms and registrations."""

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect
from recovery_analysis.intake.recognise import recognise

KEY = PupilKey.parse("ab" * 32)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(number):
    digits = f"{number:012d}"
    return LETTERS[sum(w * int(d) for w, d in zip(range(2, 14), digits, strict=True)) % 23] + digits


PUPIL = {
    "PupilMatchingRef": "x",
    "AcademicYear": "2019/2020",
    "CensusTerm": "Spring",
    "LA": "936",
    "Estab": "4508",
    "LAEstab": "9364508",
    "URN": "144520",
    "UPN": upn(1),
    "FormerUPN": "",
    "Surname": "Zzyzx",
    "Forename": "Quirina",
    "Sex": "F",
    "DOB": "2010-02-17",
    "Ethnicity": "WBRI",
    "FSMeligible": "0",
    "EVERFSM_6": "1",
    "Language": "ENG",
    "EnrolStatus": "C",
    "EntryDate": "2014-09-01",
    "NCyearActual": "5",
    "SENProvision": "K",
    "IDACI_R": "3285",
}


def load(folder, *rows, name="census.csv", key=KEY, **more):
    path = folder / name
    pd.DataFrame([PUPIL | row for row in rows]).to_csv(path, index=False)
    return load_file(path, pupil_key=key, **more)


def test_a_pupil_of_the_census(tmp_path):
    file = load(tmp_path, {})
    row = file.tables["pupils"].iloc[0]
    assert row["pupil_id"] == KEY.pseudonym("upn:" + upn(1))
    assert row["school_ref"] == "urn:144520"
    assert row["academic_year"] == "2019/20" == file.reading.academic_year
    assert (row["birth_month"], row["year_group"], row["sex"]) == ("2010-02", 5, "female")
    assert (row["fsm"], row["fsm6"], row["disadvantaged"], row["eal"]) == ("no", "yes", "yes", "no")
    assert (row["sen_status"], row["ethnicity_major"]) == ("sen_support", "White")
    assert row["start_date"] == pd.Timestamp(2014, 9, 1)
    # Rank 3,285 of 32,844 is the first beyond a tenth.
    assert row["idaci_decile"] == 2
    assert pd.isna(row["looked_after"])
    assert file.source.kind == "pupil_census"


def test_nothing_personal_is_kept(tmp_path):
    file = load(tmp_path, {})
    said = repr(file) + " ".join(file.reading.notes)
    said += " ".join(frame.to_csv() for frame in file.tables.values())
    for personal in (upn(1), "Zzyzx", "Quirina", "2010-02-17", "17/02/2010"):
        assert personal not in said


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_headers_of_any_case(tmp_path, case):
    path = tmp_path / "census.csv"
    pd.DataFrame([{case(name): cell for name, cell in PUPIL.items()}]).to_csv(path, index=False)
    assert recognise(inspect(path)).source.kind == "pupil_census"
    assert load_file(path, pupil_key=KEY).tables["pupils"]["fsm6"].tolist() == ["yes"]


@pytest.mark.real_data
def test_the_real_headers_are_known(tmp_path, shared_data):
    headers = pd.read_json(
        shared_data("pupil_headers/dfe_giap_pupil_download_headers.json"), typ="series"
    )
    for kind in ("CensusAutumn", "CensusSpring"):
        path = tmp_path / f"{kind}.csv"
        path.write_text(",".join(headers[kind]["properties"]) + "\n", encoding="utf-8")
        assert recognise(inspect(path)).source.kind == "pupil_census"


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("NCyearActual", "R", "year_group", 0),
        ("NCyearActual", "N2", "year_group", -1),
        ("NCyearActual", "N1", "year_group", -2),
        ("NCyearActual", "X", "year_group", None),
        ("Language", "ENB", "eal", "no"),
        ("Language", "URD", "eal", "yes"),
        ("Language", "NOT", "eal", None),
        ("SENProvision", "N", "sen_status", "none"),
        ("SENProvision", "E", "sen_status", "ehcp"),
        ("SENProvision", "S", "sen_status", "ehcp"),
        ("SENProvision", "A", "sen_status", "sen_support"),
        ("Ethnicity", "BOTH", "ethnicity_major", "Black"),
        ("Ethnicity", "AOTH", "ethnicity_major", "Asian"),
        ("Ethnicity", "MWBC", "ethnicity_major", "Mixed"),
        ("Ethnicity", "CHNE", "ethnicity_major", "Chinese"),
        ("Ethnicity", "OOTH", "ethnicity_major", "Any other ethnic group"),
        ("Ethnicity", "REFU", "ethnicity_major", None),
        ("EVERFSM_6", "N", "disadvantaged", "no"),
        ("EVERFSM_6", "", "disadvantaged", None),
        ("IDACI_R", "1", "idaci_decile", 1),
        ("IDACI_R", "32844", "idaci_decile", 10),
        ("Sex", "M", "sex", "male"),
    ],
)
def test_codes(tmp_path, column, cell, field, value):
    got = load(tmp_path, {column: cell}).tables["pupils"][field].iloc[0]
    assert pd.isna(got) if value is None else got == value


def test_a_former_upn_is_the_same_pupil(tmp_path):
    aliases = load(tmp_path, {"FormerUPN": upn(2)}).tables["pupil_aliases"]
    pairs = aliases[["pupil_id", "alias_id"]].to_numpy().tolist()
    assert pairs == [[KEY.pseudonym("upn:" + upn(1)), KEY.pseudonym("upn:" + upn(2))]]


def test_a_school_without_urn_is_known_by_its_number(tmp_path):
    pupils = load(tmp_path, {"URN": ""}).tables["pupils"]
    assert pupils["school_ref"].tolist() == ["laestab:9364508"]


def test_the_last_term_of_a_year_counts(tmp_path):
    file = load(
        tmp_path,
        {"CensusTerm": "Autumn", "EVERFSM_6": "0"},
        {"CensusTerm": "Spring"},
        {"CensusTerm": "Autumn", "UPN": upn(3)},
    )
    assert file.tables["pupils"]["fsm6"].tolist() == ["yes", "yes"]
    assert [(d.rows, d.reason[:15]) for d in file.reading.dropped] == [(1, "an earlier term")]


def test_registrations_that_another_school_holds_are_left_out_and_counted(tmp_path):
    file = load(
        tmp_path, {}, {"UPN": upn(2), "EnrolStatus": "G"}, {"UPN": upn(3), "EnrolStatus": "S"}
    )
    assert len(file.tables["pupils"]) == 1
    assert sum(item.rows for item in file.reading.dropped) == 2
    assert file.reading.rows_read == 3


def test_a_file_over_schools_with_two_births_of_one_pupil_is_refused(tmp_path):
    with pytest.raises(ConflictingData, match=r"different dates of birth .*rows 2, 4") as caught:
        load(
            tmp_path,
            {},
            {"UPN": upn(2)},
            {"URN": "144521", "LAEstab": "9364509", "DOB": "2010-02-18"},
        )
    for personal in (upn(1), "2010", "18/02"):
        assert personal not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"UPN": ""}, "neither a UPN nor a local number"),
        ({"URN": "Zzyzx", "LAEstab": "Zzyzx"}, "column.*school"),
        ({"DOB": "02/17/2010"}, "column DOB: 1 cells hold not a date"),
        ({"NCyearActual": "Zzyzx"}, "column NCyearActual: 1 cells hold no year group"),
        ({"SENProvision": "Zzyzx"}, "column SENProvision: 1 cells hold none of the accepted"),
        ({"EVERFSM_6": "Zzyzx"}, "column EVERFSM_6"),
        ({"IDACI_R": "99999"}, "column IDACI_R"),
        ({"AcademicYear": "Zzyzx"}, "column AcademicYear: 1 cells hold no academic year"),
        ({"DOB": "01/01/2999"}, "in the future"),
    ],
)
def test_refusals_name_column_and_row_and_no_value(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"UPN": upn(9)}, change)
    assert "3" in str(caught.value)
    for personal in ("Zzyzx", "Quirina", upn(1), upn(9), "2010", "99999", "2999"):
        assert personal not in str(caught.value)


def test_without_a_key_nothing_is_loaded(tmp_path):
    with pytest.raises(FileRefused, match="no key was given"):
        load(tmp_path, {}, key=None)
