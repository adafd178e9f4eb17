"""School absence: two percentages a school; national rows are left out and counted."""

import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers.absence import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

YEAR = AcademicYear(2022)
HEADER = "LA,ESTAB,URN,PERCTOT,PPERSABS10"
ROWS = ("201,3614,100000,5.2,9.8", "202,2000,136807,SUPP,", "NAT,PRI,,5.9,16.2")


def _read(folder, *rows, header=HEADER, given=YEAR):
    path = folder / "england_abs.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    raw = inspect(path)
    assert READER.recognises(raw)
    return READER.read(read_cells(raw), given)


def test_schools_are_read_and_national_rows_dropped(tmp_path):
    reading = _read(tmp_path, *ROWS)
    frame = validate(TABLES["school_measures"], reading.tables["school_measures"], label="a.csv")
    values = frame.set_index(["urn", "measure"])
    assert values.loc[("100000", "overall_absence_pct"), "value"] == 5.2
    assert values.loc[("100000", "persistent_absence_pct"), "value"] == 9.8
    assert values.loc["136807", "missing_reason"].tolist() == ["suppressed", "not_recorded"]
    assert reading.rows_read == 3
    assert [(item.rows, item.reason) for item in reading.dropped] == [
        (1, "a national row by type of school")
    ]
    assert list(reading.tables) == ["school_measures"]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (HEADER, "201,3614,,5.2,9.8", "column URN: 1 rows have no identifier"),
        (HEADER, "201,3614,1E+05,5.2,9.8", "digits are lost"),
        (HEADER, "201,3614,100000,many,9.8", "column PERCTOT: 1 cells"),
        (HEADER.replace("PERCTOT", "X"), ROWS[0], "expected the columns PERCTOT"),
        (HEADER.replace("LA,", "X,"), ROWS[0], "expected the columns LA or LEA"),
    ],
)
def test_bad_input_is_refused(tmp_path, header, row, message):
    with pytest.raises(FileRefused, match=message):
        _read(tmp_path, row, header=header)


def test_header_alone_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no rows"):
        _read(tmp_path)


def test_year_must_be_told(tmp_path):
    (tmp_path / "downloads").mkdir()
    with pytest.raises(FileRefused, match="--year"):
        _read(tmp_path / "downloads", *ROWS, given=None)
