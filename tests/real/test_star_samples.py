"""The one-row Star exports in two layouts, valid and invalid."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.mapping_text import read_mapping
from recovery_analysis.intake.proposal import propose_for
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import star_assessments
from recovery_analysis.intake.recognise import recognise

pytestmark = pytest.mark.real_data

KEY = PupilKey.parse("0f" * 32)

VALID = [
    ("math_v1", "maths", 70, 600),
    ("math_v2", "maths", 70, 600),
    ("reading_v1", "reading", 90, 710),
    ("reading_v2", "reading", 90, 710),
]


def sample(shared_data, name):
    raw = inspect(shared_data(f"star/studentinsights_star_{name}.csv"))
    assert recognise(raw) is star_assessments.READER
    return read_cells(raw)


def mapped(shared_data, folder, name):
    """Read a sample with the proposed mapping, its school filled in by hand."""
    path = shared_data(f"star/studentinsights_star_{name}.csv")
    text = propose_for(path).text()
    assert '"WSNS" = ""' in text
    saved = folder / "star.toml"
    saved.write_text(text.replace('"WSNS" = ""', '"WSNS" = "urn:100001"'), encoding="utf-8")
    return load_file(path, pupil_key=KEY, mappings=[read_mapping(saved)])


@pytest.mark.parametrize(("name", "subject", "percentile", "seconds"), VALID)
def test_valid_samples_come_out_with_a_mapping_of_the_school(
    shared_data, tmp_path, name, subject, percentile, seconds
):
    loaded = mapped(shared_data, tmp_path, name)
    test = loaded.tables["assessments"].iloc[0]
    assert (test["subject"], test["percentile"], test["test_seconds"]) == (
        subject,
        percentile,
        seconds,
    )
    assert test["test_date"] == pd.Timestamp(2015, 1, 21)
    assert test["school_ref"] == "urn:100001"
    pupil = KEY.pseudonyms(pd.Series(["local:urn:100001:10"], dtype="str"))
    assert test["pupil_id"] == pupil.iloc[0]
    # These layouts have no scaled score: a percentile never stands in for it.
    assert test["unusable_reason"] == "no_score"
    assert loaded.reading.rows_read == 1


@pytest.mark.parametrize("name", [name for name, *_ in VALID])
def test_samples_whose_school_is_no_urn_are_refused_without_a_mapping(shared_data, name):
    with pytest.raises(FileRefused, match=r"School\w+\): 1 rows .*recovery mapping FILE"):
        star_assessments.READER.read(sample(shared_data, name), None)


def test_percentile_190_is_refused_with_column_and_row(shared_data):
    with pytest.raises(FileRefused) as refused:
        star_assessments.READER.read(sample(shared_data, "reading_v2_invalid"), None)
    message = str(refused.value)
    assert "column PercentileRank" in message
    assert "rows 2" in message
    assert "190" not in message


def test_a_test_without_any_score_is_kept_and_not_counted(shared_data, tmp_path):
    test = mapped(shared_data, tmp_path, "math_v2_invalid").tables["assessments"].iloc[0]
    assert pd.isna(test["percentile"])
    assert test["unusable_reason"] == "no_score"
