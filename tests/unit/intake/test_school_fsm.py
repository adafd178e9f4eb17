"""Free school meals by school: the year is given, 'z' does not apply."""

import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers.school_fsm import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

YEAR = AcademicYear(2022)
HEADER = "urn,school_name,la_name,fsm_prop"
ROWS = ("134909,Juniper School,Somerset,z", "148840,Kale School,Knowsley,40.5")


def _read(folder, *rows, header=HEADER, given=YEAR):
    place = folder / "school_census"
    place.mkdir(exist_ok=True)
    (place / "school_fsm.csv").write_text("\n".join([header, *rows]) + "\n")
    raw = inspect(place / "school_fsm.csv")
    assert READER.recognises(raw)
    return READER.read(read_cells(raw), given)


def test_percentages_and_not_applicable(tmp_path):
    reading = _read(tmp_path, *ROWS)
    frame = validate(TABLES["school_measures"], reading.tables["school_measures"], label="a.csv")
    frame = frame.set_index("urn")
    assert frame.loc["134909", "missing_reason"] == "not_applicable"
    assert frame.loc["148840", "value"] == 40.5
    assert set(frame["measure"]) == {"fsm_pct"}
    assert reading.year_from == "--year"
    assert list(reading.tables) == ["school_measures"]


def test_year_must_be_given(tmp_path):
    with pytest.raises(FileRefused, match=r"Give it with --year school_fsm\.csv="):
        _read(tmp_path, *ROWS, given=None)


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (HEADER, ["134909,J,S,SUPP"], "column fsm_prop: 1 cells"),
        (HEADER, ["1.3E+05,J,S,z"], "digits are lost"),
        (HEADER, [], "no rows"),
    ],
)
def test_bad_input_is_refused(tmp_path, header, rows, message):
    with pytest.raises(FileRefused, match=message):
        _read(tmp_path, *rows, header=header)
