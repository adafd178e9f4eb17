"""The interactive tool, lists of local authorities and statistical neighbours as published."""

import time

import pytest

from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import dictionaries, la_list, la_neighbours, lait
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.periods import AcademicYear

pytestmark = pytest.mark.real_data

TOOL, TABLES_LIST = la_list.READERS


def load(reader, path):
    """Read a file, check its tables, and check that every row reached one or was counted out."""
    raw = inspect(path)
    assert reader.recognises(raw)
    reading = reader.read(read_cells(raw), None)
    tables = {
        name: validate(TABLES[name], frame, label=raw.label)
        for name, frame in reading.tables.items()
    }
    reached = set().union(*(set(frame[ROW]) for frame in tables.values()))
    assert reading.rows_read == len(reached) + sum(drop.rows for drop in reading.dropped)
    return reading, tables


@pytest.fixture(scope="module")
def measures(shared_data):
    start = time.perf_counter()
    reading, tables = load(lait.READER, shared_data("lait/bds_long_0.parquet"))
    # The budget is 3 seconds; the margin is for a loaded machine.
    assert time.perf_counter() - start < 10
    assert reading.rows_read == 641_070
    assert len(tables["published_measures"]) == 32_810
    return tables["published_measures"]


def gap(measures, measure, year):
    rows = measures[
        measures["entity"].eq("england")
        & measures["measure"].eq(measure)
        & measures["academic_year"].eq(year)
    ].set_index("pupil_group")["value"]
    return round(rows["other"] - rows["disadvantaged"], 2)


@pytest.mark.parametrize(
    ("measure", "year", "expected"),
    [
        ("attainment8", "2018/19", 13.6),
        ("attainment8", "2021/22", 15.2),
        ("attainment8", "2022/23", 15.3),
        ("attainment8", "2024/25", 15.5),
        ("ks2_rwm_expected_pct", "2018/19", 21),
        ("ks2_rwm_expected_pct", "2021/22", 23),
        ("ks2_rwm_expected_pct", "2024/25", 22),
    ],
)
def test_gap_of_england(measures, measure, year, expected):
    assert gap(measures, measure, year) == expected


def test_surrey_attainment8(measures):
    surrey = measures[
        measures["entity_id"].eq("936")
        & measures["measure"].eq("attainment8")
        & measures["academic_year"].eq("2018/19")
    ].set_index("pupil_group")["value"]
    assert (surrey["disadvantaged"], surrey["other"]) == (35.5, 53.0)


def test_no_tests_in_2020_and_2021(measures):
    untested = measures[
        measures["academic_year"].isin(["2019/20", "2020/21"])
        & (measures["measure"].str.startswith("ks2_") | measures["measure"].eq("progress8"))
    ]
    assert len(untested) > 5000
    assert untested["value"].isna().all()
    assert set(untested["missing_reason"]) == {"no_tests"}
    assert measures["missing_reason"].eq("no_tests").sum() == len(untested)


def test_places_and_precision(measures):
    assert measures.groupby("entity")["entity_id"].nunique().to_dict() == {
        "england": 1,
        "la": 158,
        "region": 11,
    }
    values = measures["value"].dropna()
    assert values.eq(values.round(2)).all()
    assert set(measures["population"]) == {"state_funded"}


def test_measures_mean_what_the_tools_dictionary_says(shared_data):
    rows = read_cells(inspect(shared_data("lait/lait_data_dictionary.csv"))).frame
    described = rows.set_index("Measure_short").loc[list(lait.MEASURE_OF)]
    assert set(described["state_funded_flag"]) == {"State Funded"}
    assert set(described["Year_Type"]) == {"Academic Year"}
    titles = described["Measure"].str.lower()
    for short, (measure, group) in lait.MEASURE_OF.items():
        title = titles[short]
        assert ("disadvantaged" in title) == (group != "all")
        assert ("non disadvantaged" in title or "non-disadvantaged" in title) == (group == "other")
        if measure in ("attainment8", "progress8"):
            assert f"{measure[:-1]} 8" in title


def test_list_of_the_tool(shared_data):
    reading, tables = load(TOOL, shared_data("lait/la_code_list.xlsx"))
    listed = tables["local_authorities"].set_index("la_code")
    assert reading.rows_read == 171
    assert len(listed) == 158
    assert listed.loc["936", ["la_name", "region_name"]].tolist() == ["Surrey", "South East"]


@pytest.mark.parametrize(
    ("name", "rows", "series"),
    [
        ("meta/2018-2019_la_and_region_codes_meta.csv", 152, "la_region_codes 2018/19"),
        ("england_2022_2023/la_and_region_codes_meta.csv", 153, "la_region_codes 2022/23"),
    ],
)
def test_lists_of_the_performance_tables(shared_data, name, rows, series):
    reading, tables = load(TABLES_LIST, shared_data(f"performance_tables/{name}"))
    assert len(tables["local_authorities"]) == reading.rows_read == rows
    assert set(tables["local_authorities"]["series"]) == {series}
    assert AcademicYear.parse(reading.academic_year)


def test_neighbours(shared_data):
    reading, tables = load(la_neighbours.READER, shared_data("lait/sn_april_2021.xlsx"))
    neighbours = tables["la_neighbours"]
    assert reading.rows_read == 163
    assert neighbours["la_code"].nunique() == 156
    assert (
        neighbours.groupby("la_code")["neighbour_rank"]
        .apply(list)
        .map(lambda ranks: sorted(ranks) == list(range(1, 11)))
        .all()
    )
    surrey = neighbours[neighbours["la_code"].eq("936")].sort_values("neighbour_rank")
    assert surrey["neighbour_la_code"].tolist() == (
        ["868", "825", "869", "872", "919", "931", "867", "850", "873", "823"]
    )
    assert surrey["closeness"].iloc[[0, -1]].tolist() == ["Extremely Close", "Close"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("lait/lait_data_dictionary.csv", 448),
        ("performance_tables/meta/2016-2017_ks2_meta.csv", 290),
        ("performance_tables/meta/2016-2017_ks4_final_meta.csv", 416),
        ("performance_tables/meta/2017-2018_ks2_meta.csv", 326),
        ("performance_tables/meta/2017-2018_ks4_final_meta.csv", 496),
        ("performance_tables/meta/2018-2019_ks2_meta.csv", 318),
        ("performance_tables/meta/2018_2019_ks4_final_meta.csv", 505),
        ("performance_tables/england_2022_2023/abs_meta.csv", 5),
        ("performance_tables/england_2022_2023/census_meta.csv", 23),
        ("performance_tables/england_2022_2023/ks4-mats-performance_meta.csv", 67),
        ("performance_tables/england_2022_2023/school_information_meta.csv", 26),
        ("performance_tables/england_2022_2023/abbreviations.xlsx", 74),
    ],
)
def test_lists_of_variables_are_documents(shared_data, name, rows):
    reading, tables = load(dictionaries.READER, shared_data(name))
    assert reading.rows_read == rows
    assert tables == {}
