"""The curriculum plan: years, schools or any, what rests on a strand."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file

STRAND = {
    "subject": "Maths",
    "strand": "Ratio",
    "year_group": "6",
    "urn": "any",
    "exam_board": "",
    "taught_on": "14/02/2020",
    "dependents_n": "4",
    "facility_before_pct": "61.5",
    "is_core": "yes",
}


def load(folder, *rows):
    path = folder / "plan.csv"
    pd.DataFrame([STRAND | row for row in rows]).to_csv(path, index=False)
    return load_file(path)


def test_a_plan_needs_no_key_and_gives_typed_rows(tmp_path):
    file = load(tmp_path, {}, {"urn": "144520", "year_group": "R"}, {"urn": "", "strand": "Area"})
    frame = file.tables["curriculum_strands"]
    assert file.source.kind == "curriculum_strands"
    assert frame["school_ref"].tolist() == ["any", "urn:144520", "any"]
    assert frame["year_group"].tolist() == [6, 0, 6]
    row = frame.iloc[0]
    assert (row["dependents_n"], row["facility_before_pct"], row["is_core"]) == (4, 61.5, "yes")
    assert row["taught_on"] == pd.Timestamp(2020, 2, 14)
    assert pd.isna(row["exam_board"])


def test_a_formula_is_only_words(tmp_path):
    frame = load(tmp_path, {"strand": "=cmd|'x'"}).tables["curriculum_strands"]
    assert frame["strand"].tolist() == ["=cmd|'x'"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"urn": "9364508"}, "column urn: 1 cells hold neither a URN"),
        ({"year_group": ""}, "column year_group"),
        ({"year_group": "N2"}, "column year_group: 1 cells hold no year group from R"),
        ({"subject": ""}, "column subject"),
        ({"strand": ""}, "column strand"),
        ({"dependents_n": "-1"}, "column dependents_n"),
        ({"facility_before_pct": "161"}, "column facility_before_pct"),
        ({"is_core": "perhaps"}, "column is_core"),
        ({"taught_on": "02/14/2020"}, "column taught_on"),
    ],
)
def test_refusals_name_the_row(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"strand": "Other"}, change)
    assert "rows 3" in str(caught.value)
