"""Devices and internet at home: a closed list of words, one row a pupil and day."""

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey

KEY = PupilKey.parse("ab" * 32)
ROW = {
    "local_id": "7771",
    "urn": "144520",
    "recorded_date": "20/04/2020",
    "year_group": "8",
    "device": "Phone only",
    "connection": "mobile_data",
    "lent_by_school": "no",
}


def load(folder, *rows):
    path = folder / "devices.csv"
    pd.DataFrame([ROW | row for row in rows]).to_csv(path, index=False)
    return load_file(path, pupil_key=KEY)


def test_a_pupil(tmp_path):
    file = load(tmp_path, {})
    row = file.tables["device_access"].iloc[0]
    assert file.source.kind == "device_access"
    assert (row["device"], row["connection"]) == ("phone_only", "mobile_data")
    assert (row["lent_by_school"], row["academic_year"]) == ("no", "2019/20")


def test_what_is_not_known_is_null(tmp_path):
    blank = {"device": "", "connection": "", "lent_by_school": "", "year_group": ""}
    row = load(tmp_path, blank).tables["device_access"].iloc[0]
    assert row[list(blank)].isna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"device": "Zzyzx"}, r"column device: .*\(own, shared, phone only, none"),
        ({"connection": "Zzyzx"}, "column connection"),
        ({"lent_by_school": "Zzyzx"}, "column lent_by_school"),
        ({"recorded_date": ""}, "column recorded_date: 1 cells hold no date"),
        ({"recorded_date": "20/04/2999"}, "column recorded_date: .*future"),
        ({"urn": "12"}, "school"),
    ],
)
def test_refusals_name_rows_and_no_value(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"local_id": "5555"}, change)
    assert "rows 3" in str(caught.value)
    for personal in ("Zzyzx", "7771", "5555", "2999"):
        assert personal not in str(caught.value)


def test_two_answers_of_one_pupil_on_one_day_are_refused(tmp_path):
    with pytest.raises(ConflictingData, match="rows 2, 3"):
        load(tmp_path, {}, {"device": "own"})
