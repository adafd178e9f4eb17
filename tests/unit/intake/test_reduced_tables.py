"""Tables cut by a third party: all pupils only, no schools table, the year from folder or --year."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import ks2_school, ks4_school
from recovery_analysis.intake.readers.reduced_tables import READERS
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

KS2, KS4 = READERS
KS2_HEADER = "RECTYPE,URN,SCHNAME,READPROG,WRITPROG,MATPROG,SCHTYPE,PHASE"
KS2_ROW = "1,141279,Elm School,2.6,SUPP,LOWCOV,Academy,Primary"
KS4_HEADER = "RECTYPE,URN,SCHNAME,P8MEA,ATT8SCR,SCHTYPE,PHASE"
KS4_ROWS = (
    "1,100001,Fern School,NP,57.9,Independent school,Secondary",
    "2,144520.0,Gorse School,0,0,Special school,Secondary",
)


def _read(folder, reader, header, *rows, given=None, parent="england_2018_2019_reduced"):
    (folder / parent).mkdir()
    path = folder / parent / "england_final.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    raw = inspect(path)
    known = (*READERS, ks2_school.READER, ks4_school.READER)
    assert [item for item in known if item.recognises(raw)] == [reader]
    return reader.read(read_cells(raw), given)


def test_key_stage_2_gives_progress_of_all_pupils(tmp_path):
    reading = _read(tmp_path, KS2, KS2_HEADER, KS2_ROW)
    assert list(reading.tables) == ["school_measures"]
    frame = validate(TABLES["school_measures"], reading.tables["school_measures"], label="a.csv")
    assert frame["measure"].tolist() == [
        "ks2_reading_progress",
        "ks2_writing_progress",
        "ks2_maths_progress",
    ]
    assert frame["value"].tolist()[0] == 2.6
    assert frame["missing_reason"].tolist()[1:] == ["suppressed", "low_coverage"]
    assert set(frame["pupil_group"]) == {"all"}
    assert frame["pupils_n"].isna().all()
    assert set(frame["series"]) == {"ks2_school_reduced"}
    assert (reading.academic_year, reading.year_from) == ("2018/19", "folder name")


def test_key_stage_4_repairs_urns_and_keeps_a_published_zero(tmp_path):
    reading = _read(tmp_path, KS4, KS4_HEADER, *KS4_ROWS)
    frame = reading.tables["school_measures"].set_index(["urn", "measure"])
    assert frame.loc[("144520", "attainment8"), "value"] == 0
    assert pd.isna(frame.loc[("100001", "progress8"), "value"])
    assert frame.loc[("100001", "progress8"), "missing_reason"] == "not_published"
    assert reading.notes[0].startswith("1 identifiers in the column URN repaired")
    assert reading.rows_read == 2


def test_area_row_is_dropped_with_its_reason(tmp_path):
    reading = _read(tmp_path, KS4, KS4_HEADER, KS4_ROWS[0], "5,,,,44.7,,")
    assert reading.dropped[0].rows == 1
    assert "does not say which area" in reading.dropped[0].reason
    assert set(reading.tables["school_measures"]["urn"]) == {"100001"}


def test_year_option_is_used_where_no_name_tells(tmp_path):
    reading = _read(
        tmp_path, KS4, KS4_HEADER, *KS4_ROWS, given=AcademicYear(2018), parent="downloads"
    )
    assert (reading.academic_year, reading.year_from) == ("2018/19", "--year")


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (KS4_HEADER, "9,100001,Fern,1,2,A,S", "column RECTYPE"),
        (KS4_HEADER, "1,1.00001E+05,Fern,1,2,A,S", r"column URN.*rows 2\..*digits are lost"),
        (KS4_HEADER, "1,100001,Fern,hidden,2,A,S", "column P8MEA: 1 cells"),
        (KS4_HEADER.replace("P8MEA", "X"), KS4_ROWS[0], "expected the columns P8MEA"),
    ],
)
def test_bad_input_is_refused(tmp_path, header, row, message):
    with pytest.raises(FileRefused, match=message):
        _read(tmp_path, KS4, header, row)


def test_header_alone_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no rows"):
        _read(tmp_path, KS2, KS2_HEADER)


def test_year_that_nothing_tells_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="nothing in the file or in its name tells the academic"):
        _read(tmp_path, KS4, KS4_HEADER, *KS4_ROWS, parent="downloads")
