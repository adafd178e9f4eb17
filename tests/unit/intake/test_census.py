"""School census: the published percentage only, never one worked out from the counts."""

import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers.census import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

HEADER = "URN,LA,Estab,SCHOOLTYPE,NOR,NUMFSM,NUMFSMEVER,NORFSMEVER,PNUMFSMEVER"
ROWS = (
    "100000,201,3614,State-funded primary,271,49,50,228,21.9%",
    "100001,201,6005,Independent school,739,NA,NA,NA,NA",
    "NAT,,PRI,State-funded primary,4647851,1115284,1131847,4376957,25.9%",
)


def _read(folder, *rows, header=HEADER):
    path = folder / "england_census.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    raw = inspect(path)
    assert READER.recognises(raw)
    return READER.read(read_cells(raw), AcademicYear(2022))


def test_percentage_size_and_reason(tmp_path):
    reading = _read(tmp_path, *ROWS)
    frame = validate(TABLES["school_measures"], reading.tables["school_measures"], label="a.csv")
    frame = frame.set_index("urn")
    assert set(frame["measure"]) == {"fsm6_pct"}
    assert frame.loc["100000", ["value", "pupils_n"]].tolist() == [21.9, 271]
    assert frame.loc["100001", "missing_reason"] == "not_applicable"
    assert frame.loc["100001", "pupils_n"] == 739
    assert reading.dropped[0].rows == 1
    assert reading.rows_read == 3


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (HEADER.replace("PNUMFSMEVER", "X"), ROWS[0], "expected the columns PNUMFSMEVER"),
        (HEADER, ROWS[0].replace("21.9%", "many"), "column PNUMFSMEVER: 1 cells"),
        (HEADER, ROWS[0].replace("100000", "1E+05"), "digits are lost"),
    ],
)
def test_bad_input_is_refused(tmp_path, header, row, message):
    with pytest.raises(FileRefused, match=message):
        _read(tmp_path, row, header=header)


def test_header_alone_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no rows"):
        _read(tmp_path)
