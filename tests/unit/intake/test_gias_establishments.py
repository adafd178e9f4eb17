"""Establishments of the register: by name, without personal data, with planned openings."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers.gias_establishments import READER
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables.schools import SCHOOLS

SCHOOL = {
    "URN": "144520",
    "LA (code)": "936",
    "LA (name)": "Surrey",
    "EstablishmentNumber": "",
    "EstablishmentName": "Hill School",
    "TypeOfEstablishment (name)": "Academy converter",
    "EstablishmentTypeGroup (name)": "Academies",
    "EstablishmentStatus (name)": "Open",
    "OpenDate": "01-09-2016",
    "CloseDate": "",
    "PhaseOfEducation (name)": "Primary",
    "StatutoryLowAge": "4",
    "StatutoryHighAge": "11",
    "NumberOfPupils": "",
    "PercentageFSM": "4.3",
    "Trusts (code)": "3190",
    "Trusts (name)": "GLF SCHOOLS",
    "LastChangedDate": "21/04/2021",
    "HeadFirstName": "Quirina",
    "HeadLastName": "Zzyzx",
    "TelephoneNum": "01737000000",
}


def read(folder, *schools, name="gias.csv"):
    path = folder / name
    pd.DataFrame(list(schools)).to_csv(path, index=False)
    raw = inspect(path)
    assert READER.recognises(raw)
    return READER.read(read_cells(raw), None)


def test_a_school_is_read_by_column_name_in_any_order(tmp_path):
    reading = read(tmp_path, dict(reversed(SCHOOL.items())))
    row = validate(SCHOOLS, reading.tables["schools"], label="gias.csv").iloc[0]
    assert row["urn"] == "144520"
    assert row["open_date"] == pd.Timestamp(2016, 9, 1)
    assert row["as_of"] == pd.Timestamp(2021, 4, 21)
    assert (row["low_age"], row["high_age"], row["fsm_pct"]) == (4, 11, 4.3)
    assert row["trust_uid"] == "3190"
    assert row[["establishment_number", "pupils_n", "close_date", "region_name"]].isna().all()
    assert row["series"] == READER.source.kind == "gias_establishments"


def test_a_layout_without_trust_codes_gives_null(tmp_path):
    reading = read(tmp_path, {k: v for k, v in SCHOOL.items() if k != "Trusts (code)"})
    checked = validate(SCHOOLS, reading.tables["schools"], label="gias.csv")
    assert checked["trust_uid"].isna().all()
    assert checked["trust_name"].tolist() == ["GLF SCHOOLS"]


def test_nothing_personal_reaches_the_tables_or_the_notes(tmp_path):
    reading = read(tmp_path, SCHOOL)
    said = reading.tables["schools"].to_csv() + " ".join(reading.notes)
    assert "Hill School" in said
    for personal in ("Quirina", "Zzyzx", "01737000000"):
        assert personal not in said


def test_nothing_personal_reaches_a_message(tmp_path):
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, SCHOOL | {"OpenDate": "Zzyzx"})
    assert "Zzyzx" not in str(caught.value)


def test_the_day_in_the_file_name_wins(tmp_path):
    reading = read(tmp_path, SCHOOL, name="edubasealldata20250422.csv")
    assert reading.tables["schools"]["as_of"].tolist() == [pd.Timestamp(2025, 4, 22)]


def test_an_opening_ahead_is_refused_unless_proposed(tmp_path):
    ahead = SCHOOL | {"OpenDate": "01-09-2999"}
    with pytest.raises(FileRefused, match=r"column OpenDate.*a date in the future.*rows 3"):
        read(tmp_path, SCHOOL, ahead | {"URN": "144521"})
    proposed = ahead | {"EstablishmentStatus (name)": "Proposed to open"}
    opened = read(tmp_path, proposed).tables["schools"]["open_date"]
    assert opened.dt.year.tolist() == [2999]


def test_a_closing_ahead_is_refused_unless_proposed(tmp_path):
    ahead = SCHOOL | {"CloseDate": "31-08-2999"}
    with pytest.raises(FileRefused, match="column CloseDate"):
        read(tmp_path, ahead)
    proposed = ahead | {"EstablishmentStatus (name)": "Open, but proposed to close"}
    closing = read(tmp_path, proposed).tables["schools"]["close_date"]
    assert closing.dt.year.tolist() == [2999]


def test_a_change_ahead_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="column LastChangedDate"):
        read(tmp_path, SCHOOL | {"LastChangedDate": "01-01-2999"})


def test_a_damaged_urn_is_refused_and_a_float_repaired(tmp_path):
    with pytest.raises(FileRefused, match="column URN"):
        read(tmp_path, SCHOOL | {"URN": "1.0E+05"})
    reading = read(tmp_path, SCHOOL | {"URN": "144520.0"})
    assert reading.tables["schools"]["urn"].tolist() == ["144520"]
    assert any("URN repaired" in note for note in reading.notes)


def test_an_impossible_percentage_is_refused(tmp_path):
    reading = read(tmp_path, SCHOOL | {"PercentageFSM": "143"})
    with pytest.raises(FileRefused, match="fsm_pct"):
        validate(SCHOOLS, reading.tables["schools"], label="gias.csv")


def test_an_exact_repeat_is_dropped_with_its_reason(tmp_path):
    reading = read(tmp_path, SCHOOL, SCHOOL)
    assert reading.rows_read == 2
    assert reading.tables["schools"][ROW].tolist() == [2]
    assert reading.dropped == (Dropped(rows=1, reason="an exact repeat of another row"),)


def test_header_only_is_refused(tmp_path):
    path = tmp_path / "gias.csv"
    path.write_text(",".join(f'"{name}"' for name in SCHOOL) + "\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="no records"):
        READER.read(read_cells(inspect(path)), None)
