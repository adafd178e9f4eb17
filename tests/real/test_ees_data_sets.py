"""Explore education statistics files as published: observations, reasons, and where every row went."""

import time

import pytest

from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers.ees import READERS
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables.measures import EES_OBSERVATIONS

pytestmark = pytest.mark.real_data

DATA, METADATA = READERS

#: Data file, rows, indicators.
FILES = [
    ("ees/KS4_2018_LA_Char_Testdata.csv", 7044, 10),
    ("ees/KS4_2018_Nat_Char_Testdata.csv", 1397, 10),
    ("ees/absence_by_term.csv", 9680, 23),
    ("ees/ees_weekly_data.csv", 5885, 52),
    ("ees_api/absence_school.csv", 199, 5),
    ("ees_api/absence_school_major_auto.csv", 115, 5),
    ("ees_api/absence_school_minor_manual.csv", 199, 5),
]


def load(path):
    raw = inspect(path)
    assert DATA.recognises(raw)
    reading = DATA.read(read_cells(raw), None)
    return reading, validate(EES_OBSERVATIONS, reading.tables["ees_observations"], label=raw.label)


@pytest.mark.parametrize(("name", "rows", "indicators"), FILES)
def test_every_row_and_indicator_comes_out(shared_data, name, rows, indicators):
    reading, long = load(shared_data(name))
    assert reading.rows_read == rows == long[ROW].nunique()
    assert reading.dropped == ()
    assert len(long) == rows * indicators
    assert (long["value"].isna() ^ long["missing_reason"].isna()).all()


@pytest.mark.parametrize(("name", "rows", "indicators"), FILES)
def test_metadata_files_are_quiet_on_their_own(shared_data, name, rows, indicators):
    raw = inspect(shared_data(name.replace(".csv", ".meta.csv")))
    assert METADATA.recognises(raw)
    reading = METADATA.read(read_cells(raw), None)
    assert reading.tables == {}
    assert sum(drop.rows for drop in reading.dropped) == reading.rows_read > indicators


def test_weekly_attendance_keeps_weeks_markers_and_speed(shared_data):
    start = time.perf_counter()
    reading, long = load(shared_data("ees/ees_weekly_data.csv"))
    # The budget is 2 seconds; the margin is for a loaded machine.
    assert time.perf_counter() - start < 8
    assert reading.academic_year == "not one year"
    assert set(long["time_period"]) == {"2022"}
    assert long["time_identifier"].nunique() == 13
    assert long["missing_reason"].value_counts().to_dict() == {"not_applicable": 238}
    milton_keynes = long[
        long["location_code"].eq("E06000042")
        & long["time_identifier"].eq("Week 37")
        & long["filters"].eq("school_type=Primary")
    ].set_index("indicator")["value"]
    assert milton_keynes["num_schools"] == 65.2
    assert milton_keynes["overall_absence"] == 7293


def test_absence_by_term_keeps_reasons_and_years(shared_data):
    reading, long = load(shared_data("ees/absence_by_term.csv"))
    assert reading.academic_year == "2012/13 to 2016/17"
    assert long["missing_reason"].value_counts().to_dict() == {"not_applicable": 13520}
    assert set(long.loc[long["indicator"].eq("sess_overall_percent"), "unit"]) == {"%"}


def test_inner_and_outer_london_are_told_apart(shared_data):
    reading, long = load(shared_data("ees/KS4_2018_LA_Char_Testdata.csv"))
    regions = set(long.loc[long["geographic_level"].eq("Regional"), "location_code"])
    assert {"E12000007 Inner London", "E12000007 Outer London"} <= regions
    assert len(regions) == 10
    assert reading.academic_year == "2017/18"


def test_schools_and_wards_have_their_own_codes(shared_data):
    _, long = load(shared_data("ees_api/absence_school.csv"))
    by_level = long.groupby("geographic_level")["location_code"].agg(set)
    assert by_level["Ward"] == {"E05011091"}
    assert "145374" in by_level["School"]
