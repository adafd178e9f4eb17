"""Key stage 2 tables: measures by group, area rows by RECTYPE, earlier years' columns left alone."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers.ks2_school import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

HEADER = (
    "RECTYPE,ALPHAIND,LEA,ESTAB,URN,SCHNAME,NFTYPE,ICLOSE,TOTPUPS,TELIG,TFSM6CLA1A,TNotFSM6CLA1A,"
    "PTRWM_EXP,PTRWM_EXP_FSM6CLA1A,PTRWM_EXP_NotFSM6CLA1A,READPROG,READPROG_LOWER,READPROG_UPPER,"
    "READ_AVERAGE,PTRWM_EXP_18,PTRWM_EXP_17"
)
SCHOOL = "1,1,936,2004,125000,Ash School,CY,0,197,27,3,24,78%,SUPP,83%,1.7,-0.6,4,106,11%,12%"
SPECIAL = "2,2,936,7001,125001,Birch School,CYS,1,NEW,,,,,,,NA,,,,13%,14%"
AREA = "3, ,936, , ,Surrey, , ,79657,12400,2066,10334,70%,46%,75%,0.3,0.1,0.5,106,15%,16%"
ALL_SCHOOLS = "4, , , , , , , ,4658339,649249,198025,451224,65%,51%,71%, ,,,104"
STATE_FUNDED = "5, , , , , , , ,4602440,644967,197488,447479,65%,51%,71%, ,,,104"
ROWS = (SCHOOL, SPECIAL, AREA, ALL_SCHOOLS, STATE_FUNDED)


def _read(folder, *rows, header=HEADER, name="ks2.csv", given=None):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    raw = inspect(path)
    assert READER.recognises(raw)
    return READER.read(read_cells(raw), given)


def _value(frame, **wanted):
    found = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_row_reaches_a_table_that_validates(tmp_path):
    reading = _read(tmp_path, *ROWS)
    assert reading.rows_read == 5
    assert reading.dropped == ()
    rows = set()
    for name, frame in reading.tables.items():
        rows |= set(validate(TABLES[name], frame, label="ks2.csv")["raw_row"])
    assert rows == {2, 3, 4, 5, 6}


def test_groups_have_their_own_cohorts_and_reasons(tmp_path):
    measures = _read(tmp_path, *ROWS).tables["school_measures"]
    rwm = {"urn": "125000", "measure": "ks2_rwm_expected_pct"}
    everyone = _value(measures, **rwm, pupil_group="all")
    assert (everyone["value"], everyone["pupils_n"]) == (78, 27)
    hidden = _value(measures, **rwm, pupil_group="disadvantaged")
    assert pd.isna(hidden["value"])
    assert (hidden["missing_reason"], hidden["pupils_n"]) == ("suppressed", 3)
    others = _value(measures, **rwm, pupil_group="other")
    assert (others["value"], others["pupils_n"]) == (83, 24)
    blank = _value(measures, urn="125001", measure="ks2_rwm_expected_pct", pupil_group="all")
    assert blank["missing_reason"] == "not_recorded"
    assert pd.isna(blank["pupils_n"])


def test_earlier_years_are_never_values(tmp_path):
    reading = _read(tmp_path, *ROWS)
    values = {
        *reading.tables["school_measures"]["value"],
        *reading.tables["published_measures"]["value"],
    }
    assert not values & {11, 12, 13, 14, 15, 16}
    assert (reading.academic_year, reading.year_from) == ("2018/19", "content")


def test_area_rows_carry_their_population_and_interval(tmp_path):
    areas = _read(tmp_path, *ROWS).tables["published_measures"]
    surrey = _value(areas, entity_id="936", measure="ks2_reading_progress", pupil_group="all")
    assert (surrey["entity"], surrey["entity_name"], surrey["population"]) == (
        "la",
        "Surrey",
        "state_funded",
    )
    assert (surrey["value"], surrey["low"], surrey["high"]) == (0.3, 0.1, 0.5)
    england = areas[areas["entity"].eq("england") & areas["measure"].eq("ks2_rwm_expected_pct")]
    assert set(england["population"]) == {"state_funded", "all_schools"}
    state = _value(england, population="state_funded", pupil_group="all")
    assert state["pupils_n"] == 644967


def test_schools_are_described_at_the_end_of_the_year(tmp_path):
    schools = _read(tmp_path, *ROWS).tables["schools"].set_index("urn")
    assert schools["status"].tolist() == ["open", "closed"]
    assert schools["as_of"].unique().tolist() == [pd.Timestamp("2019-08-31")]
    assert schools.loc["125000", ["la_code", "establishment_number", "type_name"]].tolist() == [
        "936",
        "2004",
        "CY",
    ]
    assert pd.isna(schools.loc["125001", "pupils_n"])


def test_la_without_a_name_is_called_by_its_code(tmp_path):
    reading = _read(tmp_path, SCHOOL, AREA.replace("Surrey", " "))
    assert set(reading.tables["published_measures"]["entity_name"]) == {"LA 936"}


def test_column_case_does_not_matter_and_absent_groups_are_noted(tmp_path):
    header = HEADER.replace("NotFSM", "NOTFSM").replace("LEA", "LA").replace("ESTAB", "Estab")
    reading = _read(tmp_path, SCHOOL, header=header)
    measures = reading.tables["school_measures"]
    other = _value(measures, measure="ks2_rwm_expected_pct", pupil_group="other")
    assert (other["value"], other["pupils_n"]) == (83, 24)
    assert "READ_AVERAGE_FSM6CLA1A" in reading.notes[0]
    assert set(measures["measure"]) == {
        "ks2_rwm_expected_pct",
        "ks2_reading_scaled_score",
        "ks2_reading_progress",
    }


def test_columns_that_differ_only_in_case_are_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"'PTRWM_EXP' and 'ptrwm_exp' differ only in case"):
        _read(tmp_path, SCHOOL, header=HEADER.replace("PTRWM_EXP_18", "ptrwm_exp"))


def test_file_name_carries_the_start_year_where_no_column_tells(tmp_path):
    header = HEADER.replace("PTRWM_EXP_18", "OLD_A").replace("PTRWM_EXP_17", "OLD_B")
    reading = _read(tmp_path, SCHOOL, header=header, name="2018-936-ks2.csv")
    assert (reading.academic_year, reading.year_from) == ("2018/19", "file name")


def test_comparison_with_2019_does_not_make_a_table_of_the_pandemic(tmp_path):
    header = HEADER.replace("PTRWM_EXP_18", "PTRWM_EXP_19")
    reading = _read(tmp_path, SCHOOL, header=header, given=AcademicYear(2021))
    assert (reading.academic_year, reading.year_from) == ("2021/22", "--year")


def test_year_option_against_the_columns_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"--year says 2017/18 but the columns .* say 2018/19"):
        _read(tmp_path, *ROWS, given=AcademicYear(2017))


def test_unknown_record_type_is_refused_by_column_and_row(tmp_path):
    with pytest.raises(FileRefused, match=r"column RECTYPE: expected '1'.*got '7' in rows 3"):
        _read(tmp_path, SCHOOL, STATE_FUNDED.replace("5,", "7,", 1))


def test_unknown_marker_is_refused_by_column_and_row(tmp_path):
    with pytest.raises(FileRefused, match=r"column PTRWM_EXP: 1 cells.*rows 3"):
        _read(tmp_path, SPECIAL, SCHOOL.replace("78%", "HIDDEN"))


@pytest.mark.parametrize("column", ["URN", "SCHNAME", "PTRWM_EXP", "TELIG"])
def test_missing_core_column_is_refused_by_name(tmp_path, column):
    header = ",".join("X" if name == column else name for name in HEADER.split(","))
    with pytest.raises(FileRefused, match=rf"expected the columns {column}, which are missing"):
        _read(tmp_path, SCHOOL, header=header)


def test_header_alone_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="a header and no rows"):
        _read(tmp_path)


def test_blank_rows_are_dropped_and_counted(tmp_path):
    reading = _read(tmp_path, SCHOOL, "", ",,, ,,")
    assert reading.rows_read == 3
    assert [(item.rows, item.reason) for item in reading.dropped] == [(2, "a blank row")]


def test_spreadsheet_floats_are_repaired_and_noted(tmp_path):
    floats = (
        SCHOOL.replace("125000", "125000.0")
        .replace("936", "936.0")
        .replace("2004", "2004.0")
        .replace("CY,0", "CY,0.0")
    )
    reading = _read(tmp_path, floats)
    school = reading.tables["schools"].iloc[0]
    assert school[["urn", "la_code", "establishment_number", "status"]].tolist() == [
        "125000",
        "936",
        "2004",
        "open",
    ]
    assert reading.notes[0].startswith("1 identifiers in the column URN repaired")


@pytest.mark.parametrize("urn", ["1.25E+05", "12500O", ""])
def test_damaged_or_missing_urn_is_refused(tmp_path, urn):
    with pytest.raises(FileRefused, match=r"column URN: 1 .*rows 3"):
        _read(tmp_path, SPECIAL, SCHOOL.replace("125000", urn))


def test_la_row_without_a_code_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"column LEA: 1 rows have no identifier.*rows 3"):
        _read(tmp_path, SCHOOL, AREA.replace("936", " "))


def test_unknown_closed_flag_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"column ICLOSE: .*got '2' in rows 2"):
        _read(tmp_path, SCHOOL.replace("CY,0", "CY,2"))
