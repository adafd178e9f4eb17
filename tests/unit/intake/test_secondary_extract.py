"""The cut-down file of secondaries: NA is missing without a reason, and no cohort size is invented."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import absence, census
from recovery_analysis.intake.readers.secondary_extract import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

YEAR = AcademicYear(2022)
HEADER = (
    "URN,SCHNAME.x,LEA,LANAME,gor_name,TOTPUPS,ATT8SCR,ATT8SCR_FSM6CLA1A,ATT8SCR_NFSM6CLA1A,P8MEA,"
    "P8MEA_FSM6CLA1A,P8MEA_NFSM6CLA1A,PTFSM6CLA1A,PNUMFSMEVER,PERCTOT,PPERSABS10,SCHOOLTYPE.x,MINORGROUP"
)
SCHOOL = (
    "100053,Hazel School,202,Camden,London,1163,50.3,34.8,59.2,-0.16,-0.99,0.33999999999999997,37,39.6,"
    "8.1,24.7,State-funded secondary,Maintained school"
)
GAPS = "100054,Ivy School,202,Camden,London,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,Academy"


def _read(folder, *rows, header=HEADER, given=YEAR):
    path = folder / "england_filtered.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    raw = inspect(path)
    assert READER.recognises(raw)
    assert not absence.READER.recognises(raw)
    assert not census.READER.recognises(raw)
    return READER.read(read_cells(raw), given)


def test_tables_validate_and_no_cohort_is_invented(tmp_path):
    reading = _read(tmp_path, SCHOOL, GAPS)
    for name, frame in reading.tables.items():
        assert set(validate(TABLES[name], frame, label="a.csv")["raw_row"]) == {2, 3}
    assert reading.tables["school_measures"]["pupils_n"].isna().all()
    assert any("cohort sizes are not in the file" in note for note in reading.notes)


def test_measures_of_a_school(tmp_path):
    frame = _read(tmp_path, SCHOOL).tables["school_measures"]
    values = frame.set_index(["measure", "pupil_group"])["value"].to_dict()
    assert values == {
        ("attainment8", "all"): 50.3,
        ("attainment8", "disadvantaged"): 34.8,
        ("attainment8", "other"): 59.2,
        ("progress8", "all"): -0.16,
        ("progress8", "disadvantaged"): -0.99,
        ("progress8", "other"): 0.34,
        ("ks4_disadvantaged_pct", "all"): 37,
        ("overall_absence_pct", "all"): 8.1,
        ("persistent_absence_pct", "all"): 24.7,
        ("fsm6_pct", "all"): 39.6,
    }


def test_binary_noise_is_noted_and_real_decimals_stay(tmp_path):
    reading = _read(tmp_path, SCHOOL.replace("24.7", "24.725"))
    assert "1 values freed of binary noise in the last digit" in reading.notes
    frame = reading.tables["school_measures"].set_index("measure")
    assert frame.loc["persistent_absence_pct", "value"] == 24.725


def test_na_is_not_recorded_and_never_zero(tmp_path):
    frame = _read(tmp_path, GAPS).tables["school_measures"]
    assert frame["value"].isna().all()
    assert set(frame["missing_reason"]) == {"not_recorded"}


def test_schools_have_place_and_size(tmp_path):
    schools = _read(tmp_path, SCHOOL, GAPS).tables["schools"].set_index("urn")
    assert schools.loc["100053", ["la_code", "la_name", "region_name"]].tolist() == [
        "202",
        "Camden",
        "London",
    ]
    assert schools.loc["100053", "pupils_n"] == 1163
    assert pd.isna(schools.loc["100054", "pupils_n"])
    assert pd.isna(schools.loc["100054", "type_name"])


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (HEADER.replace("LEA", "X"), SCHOOL, "expected the columns LEA"),
        (HEADER, SCHOOL.replace("100053", "1.00053E+05"), "digits are lost"),
        (HEADER, SCHOOL.replace("50.3", "n/a"), "column ATT8SCR: 1 cells"),
        (HEADER, SCHOOL.replace(",202,", ",,"), "column LEA: 1 rows have no identifier"),
    ],
)
def test_bad_input_is_refused(tmp_path, header, row, message):
    with pytest.raises(FileRefused, match=message):
        _read(tmp_path, row, header=header)


def test_header_alone_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no rows"):
        _read(tmp_path)
