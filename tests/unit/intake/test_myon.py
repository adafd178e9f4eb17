"""myON: unverified usage headers, and the list with passwords that no reader may read."""

import csv

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake import raw_file
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import myon
from recovery_analysis.intake.recognise import recognise

#: Renaissance's import list of users.
IMPORT = """
school_id school_name sis_id last_name first_name middle_name grade username password
""".split()  # noqa: SIM905
HEADER = ["school_id", "School Name", "sis_id", "Minutes Read", "Days Read", "Books Opened"]
DATED = [*HEADER, "Start Date", "End Date"]
USE = {
    "school_id": "123456",
    "School Name": "=cmd|'canary'",
    "sis_id": "4711",
    "Minutes Read": "125.5",
    "Days Read": "12",
    "Books Opened": "7",
    "Start Date": "2020-03-23",
    "End Date": "2020-07-17",
}


def write(folder, *rows, header=DATED, name="myon.csv"):
    path = folder / name
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, header, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(folder, *rows, **how):
    raw = inspect(write(folder, *rows, **how))
    assert recognise(raw) is myon.READER
    return myon.READER.read(read_cells(raw), None)


def refusal(folder, *rows, **how):
    with pytest.raises(FileRefused) as refused:
        load(folder, *rows, **how)
    return str(refused.value)


def test_use_comes_out_with_its_caveats(tmp_path):
    reading = load(tmp_path, USE)
    use = reading.tables["online_reading"].iloc[0]
    assert use["pupil_id"] == "local:urn:123456:4711"
    assert (use["period_start"], use["period_end"]) == (
        pd.Timestamp(2020, 3, 23),
        pd.Timestamp(2020, 7, 17),
    )
    assert (use["minutes_n"], use["days_n"], use["opened_n"]) == (125.5, 12, 7)
    assert pd.isna(use["finished_n"])
    assert use["academic_year"] == "2019/20"
    notes = " ".join(reading.notes)
    assert "unverified" in notes
    assert "estimates" in notes
    assert "canary" not in reading.tables["online_reading"].to_csv()


def test_the_period_can_stand_in_the_name(tmp_path):
    reading = load(tmp_path, USE, header=HEADER, name="myON_2020-03-23_2020-07-17.csv")
    use = reading.tables["online_reading"].iloc[0]
    assert use["period_end"] == pd.Timestamp(2020, 7, 17)
    assert "myON_2020-03-20_2020-07-17.csv" in refusal(tmp_path, USE, header=HEADER)


def test_one_day_a_row_is_a_period_of_a_day(tmp_path):
    use = load(tmp_path, USE | {"Date": "2020-04-01"}, header=[*HEADER, "Date"])
    row = use.tables["online_reading"].iloc[0]
    assert row["period_start"] == row["period_end"] == pd.Timestamp(2020, 4, 1)


def test_rows_without_minutes_and_repeats_are_counted_out(tmp_path):
    reading = load(tmp_path, USE, USE, USE | {"Minutes Read": ""}, {})
    assert len(reading.tables["online_reading"]) == 1
    assert sum(drop.rows for drop in reading.dropped) == 3


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Minutes Read", "-777"),
        ("Minutes Read", "canary"),
        ("Days Read", "777"),
        ("Start Date", "canary"),
        ("Start Date", "03/20/2020"),
        ("End Date", "2020-03-01"),
        ("End Date", ""),
    ],
)
def test_wrong_cells_are_refused_without_their_content(tmp_path, column, cell):
    message = refusal(tmp_path, USE, USE | {column: cell, "sis_id": "canary"})
    assert column in message
    assert "rows 3" in message
    assert "canary" not in message
    assert "777" not in message


def test_a_list_with_passwords_is_refused_before_a_row_is_read(tmp_path, monkeypatch):
    row = dict.fromkeys(IMPORT, "canary")
    path = write(tmp_path, row, header=IMPORT, name="students.csv")

    def must_not_be_read(*_, **__):
        raise AssertionError("the rows were read")

    monkeypatch.setattr(raw_file, "_read_csv", must_not_be_read)
    with pytest.raises(FileRefused) as refused:
        load_file(path)
    assert "Delete the file" in str(refused.value)
    assert "canary" not in str(refused.value)


def test_passwords_are_refused_in_a_usage_export_too(tmp_path):
    path = write(tmp_path, USE | {"PASS-WORD": "canary"}, header=[*DATED, "PASS-WORD"])
    with pytest.raises(FileRefused, match="Delete the file"):
        recognise(inspect(path))


def test_the_door_keeps_only_hashes(tmp_path):
    loaded = load_file(write(tmp_path, USE), pupil_key=PupilKey.parse("0f" * 32))
    frame = loaded.tables["online_reading"]
    assert frame["pupil_id"].str.fullmatch("[0-9a-f]{32}").all()
    shown = "".join(kept.to_csv() for kept in loaded.tables.values()) + repr(loaded)
    assert not any(text in shown for text in ("4711", "canary"))
