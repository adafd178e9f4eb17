"""Lists of local authorities."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers.la_list import READERS
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables.areas import LOCAL_AUTHORITIES
from recovery_analysis.words.periods import AcademicYear

TOOL, TABLES = READERS
CODES = "LEA,LA Name,REGION,REGION NAME\n936,Surrey,21,South East D\n"


def read(reader, path, year=None):
    raw = inspect(path)
    assert [candidate for candidate in READERS if candidate.recognises(raw)] == [reader]
    reading = reader.read(read_cells(raw), year)
    frame = reading.tables["local_authorities"]
    return reading, validate(LOCAL_AUTHORITIES, frame, label=path.name)


def workbook(folder, *rows):
    path = folder / "la_code_list.xlsx"
    columns = ["LA Number", "LA Name", "Region", "Type"]
    pd.DataFrame(list(rows), columns=columns).to_excel(path, index=False)
    return path


def codes(folder, text=CODES, name="codes.csv"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tools_list_leaves_out_england_and_the_regions(tmp_path):
    path = workbook(
        tmp_path,
        (936, "Surrey", "South East", "SC"),
        (970, "England", "NA", "NA"),
        (1000, "England (discontinued)", None, None),
    )
    reading, listed = read(TOOL, path)
    assert listed.iloc[0, :4].tolist() == ["936", "la_list", "Surrey", "South East"]
    assert reading.rows_read == 3
    assert reading.dropped == (
        Dropped(rows=2, reason="England or a region, not a local authority"),
    )


@pytest.mark.parametrize(
    ("folder", "name", "year", "series", "origin"),
    [
        ("meta", "2018-2019_codes.csv", None, "la_region_codes 2018/19", "file name"),
        ("england_2022_2023", "codes.csv", None, "la_region_codes 2022/23", "folder name"),
        ("meta", "codes.csv", AcademicYear(2021), "la_region_codes 2021/22", "--year"),
        ("meta", "codes.csv", None, "la_region_codes", "not needed"),
    ],
)
def test_the_series_of_the_tables_list_carries_the_year(
    tmp_path, folder, name, year, series, origin
):
    reading, listed = read(TABLES, codes(tmp_path / folder, name=name), year)
    assert listed["series"].tolist() == [series]
    assert listed["region_name"].tolist() == ["South East D"]
    assert reading.year_from == origin


def test_a_damaged_code_and_a_missing_name_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="column LEA"):
        read(TABLES, codes(tmp_path, CODES.replace("936,", "9.36E+02,")))
    with pytest.raises(FileRefused, match="la_name"):
        read(TABLES, codes(tmp_path, CODES.replace("Surrey", "")))


def test_a_repeat_is_counted_and_header_only_refused(tmp_path):
    reading, listed = read(TABLES, codes(tmp_path, CODES + CODES.splitlines()[1] + "\n"))
    assert len(listed) == 1
    assert reading.dropped == (Dropped(rows=1, reason="an exact repeat of another row"),)
    with pytest.raises(FileRefused, match="no records"):
        read(TABLES, codes(tmp_path, CODES.splitlines()[0] + "\n"))
