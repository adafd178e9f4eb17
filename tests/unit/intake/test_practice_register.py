"""The register of practices: spells of one practice at one school never share a day."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.exhibit.exhibit import Table, TableColumn
from recovery_analysis.exhibit.tidy_csv import csv_text
from recovery_analysis.intake.load import load_file

PRACTICE = {
    "practice": "Paired reading",
    "urn": "144520",
    "start_date": "01/09/2020",
    "end_date": "31/12/2020",
    "adaptation": "",
    "staff_hours": "120",
    "cost_pounds": "£1,200",
}


def load(folder, *rows):
    path = folder / "practices.csv"
    pd.DataFrame([PRACTICE | row for row in rows]).to_csv(path, index=False)
    return load_file(path)


def test_a_practice(tmp_path):
    file = load(tmp_path, {})
    row = file.tables["practices"].iloc[0]
    assert file.source.kind == "practice_register"
    assert (row["staff_hours"], row["cost_pounds"]) == (120, 1200)
    assert row["end_date"] == pd.Timestamp(2020, 12, 31)


@pytest.mark.parametrize(
    "second",
    [
        {"start_date": "01/01/2021", "end_date": ""},
        {"urn": "144521"},
        {"practice": "Catch-up maths"},
        {"start_date": "01/01/2019", "end_date": "31/08/2020"},
    ],
    ids=["after", "other school", "other practice", "before"],
)
def test_spells_apart_are_fine(tmp_path, second):
    assert len(load(tmp_path, {}, second).tables["practices"]) == 2


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (({}, {"start_date": "31/12/2020", "end_date": ""}), "rows 3"),
        (({"start_date": "01/12/2020"}, {"practice": "PAIRED READING"}), "rows 2"),
        (({"end_date": ""}, {"start_date": "01/09/2022", "end_date": ""}), "rows 3"),
        (
            (
                {"end_date": "31/08/2022"},
                {"start_date": "01/10/2020", "end_date": "01/11/2020"},
                {"start_date": "01/01/2021", "end_date": "01/02/2021"},
            ),
            "rows 3, 4",
        ),
    ],
    ids=["one day", "in another case", "without an end", "two inside one"],
)
def test_overlapping_spells_are_refused(tmp_path, rows, named):
    with pytest.raises(FileRefused, match=f"still runs: {named}. Give the earlier row"):
        load(tmp_path, *rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"staff_hours": "-1"},
            "column staff_hours: 1 cells hold something other than a number from 0",
        ),
        ({"cost_pounds": "-5"}, "column cost_pounds"),
        ({"start_date": ""}, "column start_date"),
        ({"end_date": "31/08/2020"}, "column end_date: 1 cells hold a last day before the first"),
        ({"practice": ""}, "column practice"),
        ({"urn": "Zzyzx"}, "school"),
    ],
)
def test_refusals_name_the_row(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"practice": "Another"}, change)
    assert "rows 3" in str(caught.value)
    assert "Zzyzx" not in str(caught.value)


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1+cmd|'x'", "-2+3", "@SUM(A1)"])
def test_a_formula_stays_words_and_is_harmless_in_a_csv(tmp_path, formula):
    loaded = load(tmp_path, {"practice": formula}).tables["practices"]["practice"].iloc[0]
    assert loaded == formula
    table = Table(
        id="practices",
        title="Practices",
        caption="Practices",
        columns=(TableColumn(name="practice", title="Practice"),),
        rows=((loaded,),),
        tidy_columns=("practice",),
        tidy_rows=((loaded,),),
    )
    assert csv_text(table).splitlines()[1].strip('"') == f"'{loaded}"
