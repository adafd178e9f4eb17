"""Key stage 4 tables: record types that differ from key stage 2, cohorts, and the year from the columns."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import ks2_school
from recovery_analysis.intake.readers.ks4_school import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

HEADER = (
    "RECTYPE,LEA,ESTAB,URN,SCHNAME,ICLOSE,NFTYPE,TPUP,TFSM6CLA1A,PTFSM6CLA1A,TNOTFSM6CLA1A,ATT8SCR,"
    "ATT8SCR_FSM6CLA1A,ATT8SCR_NFSM6CLA1A,P8PUP,P8MEA,P8CILOW,P8CIUPP,P8MEA_ORIG,P8PUP_FSM6CLA1A,"
    "P8MEA_FSM6CLA1A,P8PUP_NFSM6CLA1A,P8MEA_NFSM6CLA1A,ATT8SCR_16,ATT8SCR_17,PT5EM_94_18,ADMPOL_2019"
)
SCHOOL = (
    "1,936,4000,125300,Cedar School,0,ACC,129,30,23%,99,46,37.5,48.6,116,0.22,-0.01,0.45,0.2,29,"
    "-0.13,87,0.34,81,82,83%,x"
)
INDEPENDENT = (
    "1,936,6534,125301,Dale College,0,IND,141,NP,NP,NP,31,NP,NP,NP,NP,NP,NP,NP,NP,NP,NP,NP,84,85,,"
)
AREA = "4,936,,,,,,10388,1580,15.00%,8808,50.3,35.5,53,9798,0.18,0.15,0.2,0.1,1514,-0.48,8284,0.3"
ALL_SCHOOLS = "5,,,,,,,604963,,,,44.7,,,,,,,,,,,"
STATE_FUNDED = (
    "7,,,,,,,542621,143816,27%,398805,46.7,36.7,50.3,512929,-0.03,,,,138026,-0.45,374903,0.13"
)
ROWS = (SCHOOL, INDEPENDENT, AREA, ALL_SCHOOLS, STATE_FUNDED)


def _read(folder, *rows, header=HEADER, name="ks4final.csv", given=None):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    raw = inspect(path)
    assert READER.recognises(raw)
    assert not ks2_school.READER.recognises(raw)
    return READER.read(read_cells(raw), given)


def _value(frame, **wanted):
    found = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_row_reaches_a_table_that_validates(tmp_path):
    reading = _read(tmp_path, *ROWS)
    rows = set()
    for name, frame in reading.tables.items():
        rows |= set(validate(TABLES[name], frame, label="ks4final.csv")["raw_row"])
    assert rows == {2, 3, 4, 5, 6}
    assert reading.rows_read == 5


@pytest.mark.parametrize(
    ("measure", "group", "value", "pupils"),
    [
        ("attainment8", "all", 46, 129),
        ("attainment8", "disadvantaged", 37.5, 30),
        ("attainment8", "other", 48.6, 99),
        ("progress8", "all", 0.22, 116),
        ("progress8", "disadvantaged", -0.13, 29),
        ("progress8", "other", 0.34, 87),
        ("ks4_disadvantaged_pct", "all", 23, 129),
    ],
)
def test_each_measure_has_its_own_cohort(tmp_path, measure, group, value, pupils):
    measures = _read(tmp_path, *ROWS).tables["school_measures"]
    row = _value(measures, urn="125300", measure=measure, pupil_group=group)
    assert (row["value"], row["pupils_n"]) == (value, pupils)


def test_not_published_is_null_with_its_reason(tmp_path):
    measures = _read(tmp_path, *ROWS).tables["school_measures"]
    row = _value(measures, urn="125301", measure="attainment8", pupil_group="disadvantaged")
    assert pd.isna(row["value"])
    assert pd.isna(row["pupils_n"])
    assert row["missing_reason"] == "not_published"


def test_record_types_are_those_of_key_stage_4(tmp_path):
    areas = _read(tmp_path, *ROWS).tables["published_measures"]
    attainment = {"measure": "attainment8", "pupil_group": "disadvantaged"}
    assert _value(areas, entity_id="936", **attainment)["value"] == 35.5
    assert _value(areas, population="state_funded", entity="england", **attainment)["value"] == 36.7
    assert pd.isna(_value(areas, population="all_schools", **attainment)["value"])
    progress = _value(areas, entity="la", measure="progress8", pupil_group="all")
    assert (progress["low"], progress["high"]) == (0.15, 0.2)


def test_year_comes_from_earlier_years_of_the_measures_only(tmp_path):
    reading = _read(tmp_path, *ROWS)
    assert (reading.academic_year, reading.year_from) == ("2017/18", "content")
    assert not set(reading.tables["school_measures"]["value"]) & {81, 82, 83, 84, 85}


def test_file_name_with_one_year_is_the_end_year(tmp_path):
    header = HEADER.replace("ATT8SCR_16", "A").replace("ATT8SCR_17", "B")
    reading = _read(tmp_path, SCHOOL, header=header, name="2023_ks4final.csv")
    assert reading.academic_year == "2022/23"


def test_key_stage_2_record_type_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"column RECTYPE: .*got '3' in rows 2"):
        _read(tmp_path, AREA.replace("4,", "3,", 1))


def test_year_option_against_the_columns_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="--year says 2018/19"):
        _read(tmp_path, *ROWS, given=AcademicYear(2018))


def test_missing_core_columns_are_all_named(tmp_path):
    header = HEADER.replace(",TPUP,", ",X,").replace(",ATT8SCR,", ",Y,")
    with pytest.raises(FileRefused, match=r"expected the columns ATT8SCR, TPUP"):
        _read(tmp_path, SCHOOL, header=header)


def test_neither_name_of_the_la_column_is_not_this_format(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER.replace("LEA", "COUNCIL") + "\n" + SCHOOL + "\n")
    assert not READER.recognises(inspect(path))


def test_table_without_the_disadvantage_split_gives_all_pupils_and_a_note(tmp_path):
    header = HEADER.replace("FSM6CLA1A", "GROUP")
    reading = _read(tmp_path, SCHOOL, header=header)
    assert set(reading.tables["school_measures"]["pupil_group"]) == {"all"}
    assert "ATT8SCR_FSM6CLA1A" in reading.notes[0]
