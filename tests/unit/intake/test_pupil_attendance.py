"""Attendance by week: Mondays only, sessions within bounds, the year by the week's Friday."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey

KEY = PupilKey.parse("ab" * 32)
WEEK = {
    "local_id": "7771",
    "urn": "144520",
    "academic_year": "",
    "year_group": "8",
    "week_start": "13/01/2020",
    "sessions_possible": "10",
    "sessions_attended": "9",
    "sessions_authorised": "1",
    "sessions_unauthorised": "",
}
BROKER = {
    "mis_id": "7771",
    "urn": "144520",
    "year": "Year 8",
    "week_commencing": "2020-01-13",
    "possible_marks": "10",
    "present_marks": "9",
    "authorised_absence_marks": "1",
    "unauthorised_absence_marks": "",
}


def load(folder, *rows, base=WEEK, name="weeks.csv"):
    path = folder / name
    frame = pd.DataFrame([base | row for row in rows])
    frame.to_excel(path, index=False) if name.endswith("xlsx") else frame.to_csv(path, index=False)
    return load_file(path, pupil_key=KEY)


@pytest.mark.parametrize("base", [WEEK, BROKER], ids=["template", "broker"])
@pytest.mark.parametrize("name", ["weeks.csv", "weeks.xlsx"])
def test_a_week(tmp_path, base, name):
    file = load(tmp_path, {}, base=base, name=name)
    row = file.tables["attendance_weeks"].iloc[0]
    assert file.source.kind == "pupil_attendance"
    assert row["pupil_id"] == KEY.pseudonym("local:urn:144520:7771")
    assert row["week_start"] == pd.Timestamp(2020, 1, 13)
    assert (row["academic_year"], row["year_group"]) == ("2019/20", 8)
    sessions = ("sessions_possible", "sessions_attended", "sessions_authorised")
    assert row[list(sessions)].tolist() == [10, 9, 1]
    assert pd.isna(row["sessions_unauthorised"])


def test_the_week_of_the_first_of_september_is_of_the_new_year(tmp_path):
    weeks = load(tmp_path, {"week_start": "31/08/2020"}).tables["attendance_weeks"]
    assert weeks["academic_year"].tolist() == ["2020/21"]


def test_a_datetime_workbook_cell_is_read(tmp_path):
    path = tmp_path / "weeks.xlsx"
    pd.DataFrame([WEEK | {"week_start": pd.Timestamp(2020, 1, 13)}]).to_excel(path, index=False)
    weeks = load_file(path, pupil_key=KEY).tables["attendance_weeks"]
    assert weeks["week_start"].tolist() == [pd.Timestamp(2020, 1, 13)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"week_start": "14/01/2020"},
            "column week_start: 1 cells hold a day that is not a Monday",
        ),
        ({"week_start": ""}, "column week_start: 1 cells hold no date"),
        ({"week_start": "01/13/2020"}, "column week_start: 1 cells hold not a date"),
        ({"academic_year": "2020/21"}, "another academic year than the day"),
        ({"sessions_possible": "15"}, "column sessions_possible: 1 cells hold something other"),
        ({"sessions_attended": "-1"}, "column sessions_attended"),
        ({"sessions_attended": "4.5"}, "column sessions_attended: .*whole number"),
        ({"sessions_possible": "8"}, "sessions attended are at most"),
        ({"sessions_attended": ""}, "column sessions_attended: 'has a value'"),
        ({"sessions_attended": "Zzyzx"}, "column sessions_attended"),
        ({"local_id": ""}, "neither a UPN nor a local number"),
    ],
)
def test_refusals_name_rows_and_no_value(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"local_id": "5555"}, change)
    assert "rows 3" in str(caught.value)
    for personal in ("Zzyzx", "7771", "5555", "14/01", "2020-01"):
        assert personal not in str(caught.value)


def test_many_weeks_are_read_in_seconds(tmp_path):
    mondays = pd.date_range("2019-09-02", periods=40, freq="7D")
    frame = pd.DataFrame(
        {
            "local_id": [str(n) for n in range(500) for _ in mondays],
            "week_start": [day.strftime("%d/%m/%Y") for _ in range(500) for day in mondays],
        }
    ).assign(urn="144520", sessions_possible="10", sessions_attended="10")
    frame.to_csv(tmp_path / "weeks.csv", index=False)
    file = load_file(tmp_path / "weeks.csv", pupil_key=KEY)
    assert len(file.tables["attendance_weeks"]) == 20_000
    assert file.tables["attendance_weeks"]["pupil_id"].nunique() == 500
