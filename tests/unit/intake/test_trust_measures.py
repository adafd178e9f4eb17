"""Trust measures: values by group with interval, and the schools that each measure counts."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers.trust_measures import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

HEADER = (
    "TIME_PERIOD,TRUST_NAME,TRUST_UID,TRUST_COMPANIES_HOUSE_NUMBER,INSTITUTIONS_MATPTINC,"
    "NUMINST_MATPTINC,TPUP_MATPTINC,ATT8SCR_WGTAVG,P8MEA_WGTAVG,P8CILOW,P8CIUPP,"
    "ATT8SCR_WGTAVG_FSM6CLA1A,P8MEA_WGTAVG_FSM6CLA1A,P8CILOW_FSM6CLA1A,P8CIUPP_FSM6CLA1A,"
    "ATT8SCR_WGTAVG_NFSM6CLA1A,P8MEA_WGTAVG_NFSM6CLA1A,P8CILOW_NFSM6CLA1A,P8CIUPP_NFSM6CLA1A,"
    "INSTITUTIONS_INMAT,NUMINST_INMAT"
)
OPEN = (
    "202223,KESTREL’S TRUST,3190,7551959,136534;137735;137736,3,1195,47.5,0.01,-0.08,0.09,32.1,-0.6,"
    "-0.8,-0.4,51.6,0.2,0.1,0.3,136534;137735;137736;145898,4"
)
HIDDEN = (
    "202223,LINNET TRUST,5143,8707909,139268;141111;142024,3,647,40.4,-0.68,-0.79,-0.56,SUPPMAT,"
    "SUPPMAT,SUPPMAT,SUPPMAT,SUPPMAT,SUPPMAT,SUPPMAT,SUPPMAT,139268;141111;142024,3"
)


def _read(folder, *rows, header=HEADER, given=None):
    path = folder / "mats.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="cp1252")
    raw = inspect(path)
    assert READER.recognises(raw)
    return READER.read(read_cells(raw), given)


def _value(frame, **wanted):
    found = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_tables_validate_and_carry_the_year_of_the_content(tmp_path):
    reading = _read(tmp_path, OPEN, HIDDEN)
    for name, frame in reading.tables.items():
        assert set(validate(TABLES[name], frame, label="a.csv")["raw_row"]) == {2, 3}
    assert (reading.academic_year, reading.year_from) == ("2022/23", "content")
    assert set(reading.tables["published_measures"]["academic_year"]) == {"2022/23"}


def test_values_interval_and_counts_of_a_trust(tmp_path):
    frame = _read(tmp_path, OPEN, HIDDEN).tables["published_measures"]
    trust = {"entity_id": "3190", "entity": "trust"}
    everyone = _value(frame, **trust, measure="attainment8", pupil_group="all")
    assert everyone[["value", "pupils_n", "schools_n"]].tolist() == [47.5, 1195, 3]
    assert pd.isna(everyone["low"])
    assert everyone["entity_name"] == "KESTREL’S TRUST"
    poorer = _value(frame, **trust, measure="progress8", pupil_group="disadvantaged")
    assert poorer[["value", "low", "high"]].tolist() == [-0.6, -0.8, -0.4]
    assert pd.isna(poorer["pupils_n"])


def test_suppressed_is_null_with_its_reason_and_no_interval(tmp_path):
    frame = _read(tmp_path, OPEN, HIDDEN).tables["published_measures"]
    hidden = frame[frame["entity_id"].eq("5143") & frame["pupil_group"].ne("all")]
    assert len(hidden) == 4
    assert hidden[["value", "low", "high"]].isna().all(axis=None)
    assert set(hidden["missing_reason"]) == {"suppressed"}


def test_schools_counted_and_only_in_the_trust(tmp_path):
    schools = _read(tmp_path, OPEN).tables["trust_measure_schools"].set_index("urn")
    assert schools["is_counted"].to_dict() == {
        "136534": True,
        "137735": True,
        "137736": True,
        "145898": False,
    }


def test_list_and_count_that_disagree_are_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"INSTITUTIONS_MATPTINC: .*NUMINST_MATPTINC .*rows 3"):
        _read(tmp_path, HIDDEN, OPEN.replace("137736,3", "137736,7"))


def test_same_school_twice_in_a_list_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="number of different URNs"):
        _read(tmp_path, OPEN.replace("137735;137736,3", "137736;137736,3"))


def test_empty_list_of_schools_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"INSTITUTIONS_MATPTINC: .*rows 2"):
        _read(tmp_path, OPEN.replace("136534;137735;137736,3", ",3"))


def test_list_of_the_whole_trust_is_checked_too(tmp_path):
    with pytest.raises(FileRefused, match="INSTITUTIONS_INMAT"):
        _read(tmp_path, OPEN.removesuffix("4") + "5")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("136534;", "1.36534E+05;", r"column INSTITUTIONS_MATPTINC: 1 cells.*digits are lost"),
        ("3190", "TR00860", "column TRUST_UID: 1 cells"),
        ("47.5", "HIDDEN", "column ATT8SCR_WGTAVG: 1 cells"),
        ("202223", "2022", r"column TIME_PERIOD: .*got '2022' in rows 2"),
    ],
)
def test_bad_cells_are_refused(tmp_path, old, new, message):
    with pytest.raises(FileRefused, match=message):
        _read(tmp_path, OPEN.replace(old, new, 1))


def test_two_years_in_one_file_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="expected one academic year, got 2021/22, 2022/23"):
        _read(tmp_path, OPEN, HIDDEN.replace("202223", "202122"))


def test_year_option_against_the_content_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="--year says 2021/22"):
        _read(tmp_path, OPEN, given=AcademicYear(2021))


def test_missing_core_column_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="expected the columns NUMINST_MATPTINC"):
        _read(tmp_path, OPEN, header=HEADER.replace("NUMINST_MATPTINC", "X"))


def test_header_alone_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no rows"):
        _read(tmp_path)
