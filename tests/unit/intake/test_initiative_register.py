"""The register of initiatives: a closed list of statuses, dependencies without a circle."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file

INITIATIVE = {
    "initiative": "Tutoring",
    "urn": "144520",
    "status": "Live",
    "staff_hours": "50",
    "cost_pounds": "900",
    "intended_outcome": "attainment8",
    "target_low": "-0.5",
    "target_high": "2",
    "target_date": "31/08/2999",
    "depends_on": "",
}


def load(folder, *rows):
    path = folder / "initiatives.csv"
    pd.DataFrame([INITIATIVE | row for row in rows]).to_csv(path, index=False)
    return load_file(path)


def named(name, needs="", **more):
    return {"initiative": name, "depends_on": needs, **more}


def test_an_initiative(tmp_path):
    file = load(tmp_path, {})
    row = file.tables["initiatives"].iloc[0]
    assert file.source.kind == "initiative_register"
    assert (row["status"], row["target_low"], row["target_high"]) == ("live", -0.5, 2)
    assert row["target_date"] == pd.Timestamp(2999, 8, 31)
    assert pd.isna(row["depends_on"])


def test_dependencies_in_order_are_kept(tmp_path):
    file = load(tmp_path, named("C", "a; B"), named("B", "A"), named("A"))
    assert file.tables["initiatives"]["depends_on"].tolist()[:2] == ["a; B", "A"]
    assert file.reading.notes == ()


def test_a_need_that_the_file_does_not_hold_is_counted(tmp_path):
    file = load(tmp_path, named("B", "A"), named("A", urn="144521"))
    assert file.reading.notes[0].startswith("1 initiatives that others need")


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ((named("A", "A"),), "rows 2"),
        ((named("A", "b"), named("B", "a")), "rows 2, 3"),
        ((named("D"), named("A", "B;D"), named("B", "C"), named("C", "A")), "rows 3, 4, 5"),
    ],
    ids=["itself", "two", "three"],
)
def test_a_circle_is_refused(tmp_path, rows, where):
    with pytest.raises(FileRefused, match=f"in a circle.*{where}. Take out one"):
        load(tmp_path, *rows)


def test_a_circle_over_schools_is_none(tmp_path):
    assert len(load(tmp_path, named("A", "B"), named("B", "A", urn="144521")).tables) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "Zzyzx"}, r"column status: .*\(live, proposed, paused, stopped\)"),
        ({"status": ""}, "column status: 1 cells hold no status"),
        ({"staff_hours": "-1"}, "column staff_hours"),
        ({"target_low": "3"}, "column target_low: 1 cells hold a lower end of the target above"),
        ({"target_date": "08/31/2999"}, "column target_date"),
        ({"initiative": ""}, "column initiative"),
    ],
)
def test_refusals_name_the_row(tmp_path, change, message):
    with pytest.raises(FileRefused, match=message) as caught:
        load(tmp_path, {"initiative": "Another"}, change)
    assert "rows 3" in str(caught.value)
    assert "Zzyzx" not in str(caught.value)
