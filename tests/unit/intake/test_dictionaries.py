"""Publishers' lists of variables: known and not loaded."""

import pandas as pd
import pytest

from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers.dictionaries import READER

HEADERS = [
    "Column,FieldName,Label/Description",
    "Column,Field Name,Label/Description",
    "Column,Field Name,Description",
    "Column,Metafile heading,Metafile description,new for 2023",
    "Variable,Label,Type,Description",
    "Field Number,Field Reference,Field Name,Values",
    "Measure_code,Topic,Measure,Chart_title,Measure_short",
    "establishment-type-group-code,establishment-type-group-name,type-of-establishment-code",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_list_of_variables_is_known_and_all_its_rows_accounted_for(tmp_path, header):
    path = tmp_path / "meta.csv"
    path.write_text(f"{header}\n1,RECTYPE,Record type\n2,URN,\n", encoding="utf-8")
    raw = inspect(path)
    assert READER.recognises(raw)
    reading = READER.read(read_cells(raw), None)
    assert reading.tables == {}
    assert reading.rows_read == 2
    assert reading.dropped == (
        Dropped(rows=2, reason="a list of variables, kept by its publisher: nothing to load"),
    )


def test_the_workbook_of_abbreviations_is_known_by_its_title(tmp_path):
    path = tmp_path / "abbreviations.xlsx"
    rows = [["2023 KS4 Performance Tables"], ["AC Academy"]]
    pd.DataFrame(rows).to_excel(path, index=False, header=False)
    raw = inspect(path)
    assert READER.recognises(raw)
    assert READER.read(read_cells(raw), None).rows_read == 1


@pytest.mark.parametrize("header", ["URN,LA,ESTAB", "Column,Value", "Label,Type,Description"])
def test_data_is_not_taken_for_a_list_of_variables(tmp_path, header):
    path = tmp_path / "data.csv"
    path.write_text(f"{header}\n1,2,3\n" if header.count(",") > 1 else f"{header}\n1,2\n")
    assert not READER.recognises(inspect(path))
