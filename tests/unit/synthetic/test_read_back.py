"""Every file goes through the reader that recognises it and comes out as validated tables."""

import json

import pandas as pd
import pytest

from recovery_analysis.intake.load import load_file
from recovery_analysis.synthetic import write_community
from recovery_analysis.synthetic.community import PUBLIC_FILES, TRUTH_FILE

RAW = list(PUBLIC_FILES)
KIND = {
    "gias/edubasealldata20240901.csv": "gias_establishments",
    "gias/groups.csv": "gias_groups",
    "gias/group_links.csv": "gias_group_links",
    "gias/links_edubasealldata20240901.csv": "gias_links",
    "lait/bds_long_0.parquet": "lait",
    "lait/la_code_list.xlsx": "la_list",
    "lait/sn_april_2021.xlsx": "la_neighbours",
    "ees/absence_by_term.csv": "ees",
    "ees/absence_by_term.meta.csv": "ees_metadata",
    "performance_tables/england_2022_2023/england_ks4-mats-performance.csv": "trust_measures",
    "performance_tables/england_2022_2023/england_abs.csv": "school_absence",
    "performance_tables/england_2022_2023/england_census.csv": "school_census",
}


def _kind(name):
    if name in KIND:
        return KIND[name]
    if "disadvantage_gap_index" in name:
        return "gap_index"
    return "ks2_school" if name.endswith("ks2final.csv") else "ks4_school"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("communities")
    for size in ("demo", "small"):
        write_community(root / size, size=size)
    return root


@pytest.fixture(scope="module")
def demo(folders):
    return {name: load_file(folders / "demo" / name) for name in RAW}


@pytest.mark.parametrize("size", ["demo", "small"])
@pytest.mark.parametrize("name", RAW)
def test_every_file_is_read_by_its_own_reader(folders, size, name):
    loaded = load_file(folders / size / name)
    assert loaded.source.kind == _kind(name)
    if not name.endswith(".meta.csv"):
        assert loaded.tables
        assert all(len(table) for table in loaded.tables.values())


@pytest.mark.parametrize("name", [name for name in RAW if name.endswith("final.csv")])
def test_the_columns_tell_the_academic_year(demo, name):
    end = int(name.split("/")[-1][5:9])
    assert demo[name].reading.academic_year == f"{end - 1}/{end % 100:02d}"
    assert demo[name].reading.year_from == "content"


def test_reasons_for_missing_values_arrive(demo):
    tables = [
        found.tables["school_measures"]
        for name, found in demo.items()
        if name.endswith("final.csv")
    ]
    reasons = set(pd.concat(tables)["missing_reason"].dropna())
    assert {
        "suppressed",
        "not_sat",
        "not_published",
        "low_coverage",
        "not_recorded",
    } <= reasons


def test_companies_house_numbers_are_mended_in_one_file_and_whole_in_the_other(demo):
    groups = demo["gias/groups.csv"]
    trusts = groups.tables["groups"].set_index("group_uid")
    assert trusts.loc["90001", "companies_house_number"] == "00009001"
    assert any("repaired" in note for note in groups.reading.notes)
    assert not any("repaired" in note for note in demo["gias/group_links.csv"].reading.notes)


def test_links_carry_each_converted_school_across(demo):
    links = demo["gias/links_edubasealldata20240901.csv"].tables["school_links"]
    assert len(links) == 10
    successor = links[links["urn"].eq("900126")].iloc[0]
    assert successor["link_urn"] == "900026"
    assert successor["link_date"] == pd.Timestamp("2020-09-01")


def test_joined_dates_and_other_group_links_arrive(demo):
    spells = demo["gias/group_links.csv"].tables["trust_spells"]
    moved = spells[spells["urn"].eq("900022")].set_index("group_uid")
    assert moved.loc["90003", "joined_date"] == pd.Timestamp("2021-09-01")
    assert moved.loc["90009", "left_date"] == pd.Timestamp("2021-08-31")
    kinds = set(spells["group_type"])
    assert {"Federation", "School sponsor", "Single-academy trust", "Multi-academy trust"} == kinds


def test_names_with_signs_and_accents_survive_every_encoding(demo):
    gias = demo["gias/edubasealldata20240901.csv"].tables["schools"].set_index("urn")["school_name"]
    ks2 = demo["performance_tables/2018-2019_england_ks2final.csv"].tables["schools"]
    names = ks2.set_index("urn")["school_name"]
    for urn in ("900033", "900036"):
        assert gias[urn] == names[urn]
    assert "Caér" in gias["900036"]
    assert gias["900033"] == "St Aelred's & All Souls' Church of England Primary School"


def test_the_tool_agrees_with_the_performance_tables(demo):
    columns = ["entity", "entity_id", "academic_year", "measure", "pupil_group"]
    tool = demo["lait/bds_long_0.parquet"].tables["published_measures"]
    tables = pd.concat(
        found.tables["published_measures"]
        for name, found in demo.items()
        if name.endswith("final.csv")
    )
    tables = tables[tables["population"].eq("state_funded")]
    both = tool.merge(tables, on=columns, suffixes=("", "_tables")).dropna(
        subset=["value", "value_tables"]
    )
    assert len(both) > 150
    assert (both["value"] - both["value_tables"]).abs().max() < 1e-9


def test_years_without_tests_have_no_value(demo):
    tool = demo["lait/bds_long_0.parquet"].tables["published_measures"]
    untested = tool[tool["academic_year"].isin(["2019/20", "2020/21"])]
    by_measure = untested.groupby("measure")["value"].count()
    assert by_measure["ks2_rwm_expected_pct"] == 0
    assert by_measure["progress8"] == 0
    assert by_measure["attainment8"] > 0


def test_the_published_gap_index_is_the_truth(folders, demo):
    truth = json.loads((folders / "demo" / TRUTH_FILE).read_text(encoding="utf-8"))
    for stage, name, precision in (("ks2", "in12", 0.0005), ("ks4", "in13", 0.005)):
        file = f"disadvantage_gap_index/2026-01-01-{name}-full-dataset.csv"
        table = demo[file].tables["published_measures"].dropna(subset=["value"])
        found = table.set_index("academic_year")["value"]
        known = {g["academic_year"]: g["gap"] for g in truth["gap_index"] if g["stage"] == stage}
        assert set(found.index) == set(known)
        for year, value in found.items():
            assert value == pytest.approx(known[year], abs=precision * 1.01)


def test_trust_measures_count_only_schools_of_three_years(demo):
    name = "performance_tables/england_2022_2023/england_ks4-mats-performance.csv"
    listed = demo[name].tables["trust_measure_schools"].set_index("urn")["is_counted"]
    assert not listed["900018"]
    assert listed["900019"]
    hidden = demo[name].tables["published_measures"]
    hidden = hidden[hidden["entity_id"].eq("90003") & hidden["pupil_group"].eq("disadvantaged")]
    assert set(hidden["missing_reason"]) == {"suppressed"}
