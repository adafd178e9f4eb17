"""Oak National Academy: the school's own report in the template."""

import csv

import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.raw_file import inspect
from recovery_analysis.intake.readers import oak_use
from recovery_analysis.intake.recognise import recognise

REPORT = {
    "School URN": "123456",
    "Academic year": "2020/21",
    "Term": "Spring",
    "Year group": "Year 5",
    "Subject": "Maths",
    "Oak lessons per week": "3.5",
    "Pupils reached": "41",
    "Pupils in year": "60",
}


def write(folder, *rows):
    path = folder / "oak.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, oak_use.TEMPLATE_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_report_comes_out_whole_and_passes_the_checks(tmp_path):
    path = write(tmp_path, REPORT, dict.fromkeys(REPORT, ""))
    assert recognise(inspect(path)) is oak_use.READER
    loaded = load_file(path)
    row = loaded.tables["online_lessons"].iloc[0]
    assert row["school_ref"] == "urn:123456"
    assert (row["academic_year"], row["term"], row["year_group"]) == ("2020/21", "spring", 5)
    assert (row["subject"], row["lessons_per_week"]) == ("maths", 3.5)
    assert (row["pupils_reached_n"], row["pupils_n"]) == (41, 60)
    assert [drop.rows for drop in loaded.reading.dropped] == [1]


@pytest.mark.parametrize(("written", "year"), [("Reception", 0), ("R", 0), ("y7", 7), ("11", 11)])
def test_year_groups_as_schools_write_them(tmp_path, written, year):
    path = write(tmp_path, REPORT | {"Year group": written})
    assert load_file(path).tables["online_lessons"]["year_group"].tolist() == [year]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("School URN", "canary"),
        ("Academic year", "2020/22"),
        ("Term", "Canary"),
        ("Year group", "14777"),
        ("Year group", ""),
        ("Subject", ""),
        ("Subject", "=cmd|'canary'"),
        ("Oak lessons per week", "51777"),
        ("Oak lessons per week", ""),
        ("Pupils reached", "61"),
        ("Pupils reached", "4.5"),
        ("Pupils in year", "many canaries"),
    ],
)
def test_cells_against_the_template_are_refused_with_column_and_row(tmp_path, column, cell):
    path = write(tmp_path, REPORT, REPORT | {"Subject": "English", column: cell})
    with pytest.raises(FileRefused) as refused:
        load_file(path)
    message = str(refused.value)
    assert column in message
    assert "rows 3" in message
    assert "canar" not in message.casefold()
    assert "777" not in message
