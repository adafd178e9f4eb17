"""Real school performance tables: what must come out, checked against the raw cells with csv alone."""

import csv
import dataclasses
import re
from collections import Counter

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import (
    absence,
    census,
    ks2_school,
    ks4_school,
    reduced_tables,
    school_fsm,
    secondary_extract,
    trust_measures,
)
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

pytestmark = pytest.mark.real_data

READERS = (
    ks2_school.READER,
    ks4_school.READER,
    *reduced_tables.READERS,
    secondary_extract.READER,
    trust_measures.READER,
    absence.READER,
    census.READER,
    school_fsm.READER,
)
TABLES_FOLDER = "performance_tables"
KS2_FILES = {
    f"{TABLES_FOLDER}/surrey/{start}-936-ks2.csv": AcademicYear(start)
    for start in (2016, 2017, 2018)
}
KS4_FILES = {
    f"{TABLES_FOLDER}/surrey/{start}-{start + 1}_936_ks4final.csv": AcademicYear(start)
    for start in (2016, 2017, 2018)
}
SURREY = {**KS2_FILES, **KS4_FILES}
OTHERS = {
    f"{TABLES_FOLDER}/england_2018_2019_reduced/england_ks2final.csv": "2018/19",
    f"{TABLES_FOLDER}/england_2018_2019_reduced/england_ks4final.csv": "2018/19",
    f"{TABLES_FOLDER}/england_2022_2023/england_filtered.csv": "2022/23",
    f"{TABLES_FOLDER}/england_2022_2023/england_ks4-mats-performance.csv": "2022/23",
    f"{TABLES_FOLDER}/england_2022_2023/england_abs.csv": "2022/23",
    f"{TABLES_FOLDER}/england_2022_2023/england_census.csv": "2022/23",
    "school_census/school_fsm.csv": "2022/23",
}
FSM_FILE = "school_census/school_fsm.csv"
TRUST_FILE = f"{TABLES_FOLDER}/england_2022_2023/england_ks4-mats-performance.csv"

#: Column of a file by (measure, group), to compare every cell with what the reader made of it.
KS2_CELLS = {
    ("ks2_rwm_expected_pct", "all"): "PTRWM_EXP",
    ("ks2_rwm_expected_pct", "disadvantaged"): "PTRWM_EXP_FSM6CLA1A",
    ("ks2_rwm_expected_pct", "other"): "PTRWM_EXP_NotFSM6CLA1A",
    ("ks2_maths_scaled_score", "other"): "MAT_AVERAGE_NotFSM6CLA1A",
    ("ks2_gps_scaled_score", "all"): "GPS_AVERAGE",
    ("ks2_writing_progress", "disadvantaged"): "WRITPROG_FSM6CLA1A",
}
KS4_CELLS = {
    ("attainment8", "all"): "ATT8SCR",
    ("attainment8", "disadvantaged"): "ATT8SCR_FSM6CLA1A",
    ("attainment8", "other"): "ATT8SCR_NFSM6CLA1A",
    ("progress8", "disadvantaged"): "P8MEA_FSM6CLA1A",
    ("ks4_disadvantaged_pct", "all"): "PTFSM6CLA1A",
}


@pytest.fixture(scope="module")
def read(shared_data):
    """Give a function from a file to its reading, each file read once."""
    readings = {}

    def reading_of(relative):
        if relative not in readings:
            raw = inspect(shared_data(relative))
            (reader,) = [reader for reader in READERS if reader.recognises(raw)]
            given = AcademicYear(2022) if relative == FSM_FILE else None
            readings[relative] = reader.read(read_cells(raw), given)
        return readings[relative]

    return reading_of


def _raw_rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, restval=""))


def _value(frame, **wanted):
    found = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("relative", [*SURREY, *OTHERS])
def test_every_table_validates_and_every_row_is_accounted_for(read, relative):
    reading = read(relative)
    kept = set()
    for name, frame in reading.tables.items():
        checked = validate(TABLES[name], frame, label=relative)
        assert len(checked) == len(frame) > 0
        kept |= set(checked["raw_row"])
    assert len(kept) + sum(item.rows for item in reading.dropped) == reading.rows_read


@pytest.mark.parametrize("relative", [*SURREY, *OTHERS])
def test_no_missing_value_is_zero_and_series_is_the_publication(read, relative):
    reading = read(relative)
    for name in {"school_measures", "published_measures"} & set(reading.tables):
        frame = reading.tables[name]
        assert frame.loc[frame["missing_reason"].notna(), "value"].isna().all()
        assert frame["series"].nunique() == 1


@pytest.mark.parametrize("relative", SURREY)
def test_year_is_found_in_the_content(read, relative):
    reading = read(relative)
    assert (reading.academic_year, reading.year_from) == (str(SURREY[relative]), "content")


@pytest.mark.parametrize("relative", OTHERS)
def test_year_of_the_other_files(read, relative):
    assert read(relative).academic_year == OTHERS[relative]


@pytest.mark.parametrize("relative", SURREY)
def test_wrong_year_option_is_refused(shared_data, relative):
    raw = inspect(shared_data(relative))
    reader = ks2_school.READER if relative in KS2_FILES else ks4_school.READER
    with pytest.raises(FileRefused, match="--year says 2022/23"):
        reader.read(read_cells(raw), AcademicYear(2022))


@pytest.mark.parametrize("relative", SURREY)
def test_schools_are_the_rows_of_record_types_1_and_2(read, shared_data, relative):
    types = Counter(row["RECTYPE"] for row in _raw_rows(shared_data(relative)))
    tables = read(relative).tables
    assert len(tables["schools"]) == types["1"] + types["2"] > 100
    assert tables["school_measures"]["urn"].nunique() == types["1"] + types["2"]
    assert tables["published_measures"]["raw_row"].nunique() == 3


@pytest.mark.parametrize("relative", SURREY)
def test_every_cell_is_the_number_that_stands_there_or_null(read, shared_data, relative):
    measures = read(relative).tables["school_measures"]
    raw = {row["URN"].strip(): row for row in _raw_rows(shared_data(relative))}
    suppressed = 0
    for (measure, group), column in (KS2_CELLS if relative in KS2_FILES else KS4_CELLS).items():
        rows = measures[measures["measure"].eq(measure) & measures["pupil_group"].eq(group)]
        for row in rows.itertuples():
            cell = raw[row.urn][column].strip().removesuffix("%")
            if re.fullmatch(r"-?[\d.]+", cell):
                assert row.value == float(cell)
            else:
                assert pd.isna(row.value)
                assert (row.missing_reason == "suppressed") == (cell == "SUPP")
                suppressed += cell == "SUPP"
    assert suppressed > 20


@pytest.mark.parametrize("relative", SURREY)
def test_nothing_comes_from_a_column_of_an_earlier_year(read, shared_data, relative):
    raw = inspect(shared_data(relative))
    table = read_cells(raw)
    earlier = [column for column in raw.columns if re.search(r"_1[4-8]$", column)]
    assert len(earlier) > 10
    kept = tuple(column for column in raw.columns if column not in earlier)
    without = dataclasses.replace(
        table, raw=dataclasses.replace(raw, columns=kept), frame=table.frame[list(kept)]
    )
    reader = ks2_school.READER if relative in KS2_FILES else ks4_school.READER
    again = reader.read(without, SURREY[relative])
    assert again.year_from == "--year"
    for name, frame in read(relative).tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])


@pytest.mark.parametrize(
    ("relative", "measure", "where", "expected"),
    [
        (
            f"{TABLES_FOLDER}/surrey/2018-2019_936_ks4final.csv",
            "attainment8",
            {"entity_id": "936"},
            (50.3, 35.5, 53),
        ),
        (
            f"{TABLES_FOLDER}/surrey/2018-2019_936_ks4final.csv",
            "attainment8",
            {"entity_id": "england", "population": "state_funded"},
            (46.7, 36.7, 50.3),
        ),
        (
            f"{TABLES_FOLDER}/surrey/2018-936-ks2.csv",
            "ks2_rwm_expected_pct",
            {"entity_id": "936"},
            (70, 46, 75),
        ),
        (
            f"{TABLES_FOLDER}/surrey/2018-936-ks2.csv",
            "ks2_rwm_expected_pct",
            {"entity_id": "england", "population": "state_funded"},
            (65, 51, 71),
        ),
        (TRUST_FILE, "attainment8", {"entity_id": "3190"}, (47.5, 32.1, 51.6)),
    ],
)
def test_published_figures_come_out(read, relative, measure, where, expected):
    frame = read(relative).tables["published_measures"]
    found = [
        _value(frame, measure=measure, pupil_group=group, **where)["value"]
        for group in ("all", "disadvantaged", "other")
    ]
    assert tuple(found) == expected


def test_la_is_named_where_the_row_has_its_name(read):
    ks2 = read(f"{TABLES_FOLDER}/surrey/2018-936-ks2.csv").tables["published_measures"]
    ks4 = read(f"{TABLES_FOLDER}/surrey/2018-2019_936_ks4final.csv").tables["published_measures"]
    assert set(ks2.loc[ks2["entity"].eq("la"), "entity_name"]) == {"Surrey"}
    assert set(ks4.loc[ks4["entity"].eq("la"), "entity_name"]) == {"LA 936"}


def test_schools_closed_since_are_kept(read):
    schools = read(f"{TABLES_FOLDER}/surrey/2018-936-ks2.csv").tables["schools"]
    assert schools["status"].value_counts().to_dict() == {"open": 235, "closed": 4}


def test_trusts_with_suppressed_groups_and_the_schools_of_3190(read):
    reading = read(TRUST_FILE)
    measures = reading.tables["published_measures"]
    hidden = measures[measures["missing_reason"].notna()]
    assert set(hidden["missing_reason"]) == {"suppressed"}
    assert hidden["entity_id"].nunique() == 4
    assert hidden[["value", "low", "high"]].isna().all(axis=None)
    schools = reading.tables["trust_measure_schools"]
    ours = schools[schools["trust_uid"].eq("3190") & schools["is_counted"]]
    assert len(ours) == 7
    everyone = _value(measures, entity_id="3190", measure="attainment8", pupil_group="all")
    assert (everyone["schools_n"], everyone["pupils_n"]) == (7, 1195)
    assert measures["entity_id"].nunique() == 216


@pytest.mark.parametrize(
    ("cut", "original", "measures"),
    [
        (
            "england_ks2final.csv",
            "2018-936-ks2.csv",
            {"ks2_reading_progress", "ks2_writing_progress", "ks2_maths_progress"},
        ),
        (
            "england_ks4final.csv",
            "2018-2019_936_ks4final.csv",
            {"attainment8", "progress8"},
        ),
    ],
)
def test_cut_tables_agree_with_the_originals(read, cut, original, measures):
    keys = ["urn", "academic_year", "measure", "pupil_group"]
    ours = read(f"{TABLES_FOLDER}/england_2018_2019_reduced/{cut}").tables["school_measures"]
    theirs = read(f"{TABLES_FOLDER}/surrey/{original}").tables["school_measures"]
    both = ours.merge(theirs, on=keys, suffixes=("_cut", "_original"))
    both = both[both["value_cut"].notna() & both["value_original"].notna()]
    assert set(both["measure"]) == measures
    assert len(both) > 100
    assert both["value_cut"].eq(both["value_original"]).all()


def test_independent_schools_have_no_census_percentage(read):
    census_rows = read(f"{TABLES_FOLDER}/england_2022_2023/england_census.csv").tables[
        "school_measures"
    ]
    assert census_rows["missing_reason"].value_counts().to_dict() == {"not_applicable": 2408}
    assert census_rows["pupils_n"].notna().all()


def test_extract_of_secondaries_has_no_cohort_but_a_size(read):
    tables = read(f"{TABLES_FOLDER}/england_2022_2023/england_filtered.csv").tables
    assert tables["school_measures"]["pupils_n"].isna().all()
    assert tables["schools"]["pupils_n"].notna().sum() == 3026
    shares = tables["school_measures"].query("measure == 'ks4_disadvantaged_pct'")
    assert shares["value"].notna().sum() == 3056 - 86
