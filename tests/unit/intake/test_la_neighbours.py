"""Statistical neighbours: junk above the header, headings within, pairs of columns."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers.la_neighbours import READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables.areas import LA_NEIGHBOURS

HEADER = ["LA num", "LA Name", "LA number", "GOInd", "GOReg"]
HEADER += [name for rank in range(1, 11) for name in (f"SN{rank}", "SNP")]
#: Row 1 of a file must not name a column twice.
FIRST_ROW_HEADER = [
    f"{name} {position}" if name == "SNP" else name for position, name in enumerate(HEADER)
]
LETTERS = ["A", "B", "C", "D", "E", *map(str, range(3, 23))]
NUMBERS = [str(position) for position in range(1, 26)]


def authority(code, neighbours, closeness="Close"):
    pairs = [cell for neighbour in neighbours for cell in (neighbour, closeness)]
    return [code, "Place", code, "6", "South East", *pairs]


SURREY = authority("936", [str(code) for code in range(860, 870)])
BLANK = [""] * 25
HEADING = ["Old SNs:", *[""] * 24]
NEW = authority("942", ["-"] * 10, "-")


def read(folder, *rows):
    path = folder / "sn_april_2021.xlsx"
    pd.DataFrame(list(rows)).to_excel(path, index=False, header=False)
    raw = inspect(path)
    assert READER.recognises(raw)
    reading = READER.read(read_cells(raw), None)
    return reading, validate(LA_NEIGHBOURS, reading.tables["la_neighbours"], label=path.name)


def test_ten_neighbours_come_out_in_order_with_their_row(tmp_path):
    reading, listed = read(tmp_path, LETTERS, NUMBERS, HEADER, SURREY)
    assert listed["neighbour_rank"].tolist() == list(range(1, 11))
    assert listed["neighbour_la_code"].tolist() == [str(code) for code in range(860, 870)]
    assert set(listed["closeness"]) == {"Close"}
    assert set(listed["raw_row"]) == {4}
    assert reading.rows_read == 3
    assert reading.dropped[0].rows == 2


def test_blank_rows_headings_and_authorities_without_neighbours_are_counted(tmp_path):
    old = authority("928", [str(code) for code in range(870, 880)])
    reading, listed = read(
        tmp_path, LETTERS, NUMBERS, HEADER, SURREY, NEW, BLANK, HEADING, BLANK, old
    )
    assert sorted(set(listed["la_code"])) == ["928", "936"]
    assert reading.rows_read == 8
    assert reading.dropped[1:] == (
        Dropped(rows=2, reason="blank row"),
        Dropped(rows=1, reason="a heading within the sheet"),
        Dropped(rows=1, reason="no neighbours are given"),
    )


def test_a_header_in_the_first_row_works_too(tmp_path):
    reading, listed = read(tmp_path, FIRST_ROW_HEADER, SURREY)
    assert len(listed) == 10
    assert set(listed["raw_row"]) == {2}
    assert reading.dropped == ()


def test_a_single_missing_neighbour_leaves_the_others(tmp_path):
    _, listed = read(
        tmp_path, FIRST_ROW_HEADER, authority("936", [*map(str, range(860, 869)), "-"])
    )
    assert len(listed) == 9


def test_a_damaged_code_is_refused_by_column(tmp_path):
    with pytest.raises(FileRefused, match="column SN1"):
        read(tmp_path, LETTERS, NUMBERS, HEADER, authority("936", ["8.6E+02", *["861"] * 9]))


def test_other_workbooks_and_csv_are_not_recognised(tmp_path):
    other = tmp_path / "other.xlsx"
    pd.DataFrame([LETTERS, NUMBERS]).to_excel(other, index=False, header=False)
    assert not READER.recognises(inspect(other))
    text = tmp_path / "sn.csv"
    text.write_text(",".join(LETTERS) + "\n" + ",".join(HEADER) + "\n", encoding="utf-8")
    assert not READER.recognises(inspect(text))


def test_header_only_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no records"):
        read(tmp_path, FIRST_ROW_HEADER)
