"""The invented schools and trusts hold the situations that a real community has."""

import re

import pandas as pd
import pytest

from recovery_analysis.synthetic.blueprint import (
    is_open,
    load_blueprint,
    members,
    type_in_summer,
    urn_in_summer,
)
from recovery_analysis.words.identifiers import is_valid

DEMO = load_blueprint("demo")
SCHOOLS = DEMO.schools


def _school(urn):
    return SCHOOLS.set_index("urn", drop=False).loc[urn]


def test_identifiers_are_well_formed_and_unique():
    urns = [*SCHOOLS["urn"], *SCHOOLS["previous_urn"][SCHOOLS["previous_urn"].ne("")]]
    assert len(set(urns)) == len(urns) == 46
    assert all(is_valid("urn", urn) for urn in urns)
    assert all(is_valid("la_code", code) for code in SCHOOLS["la_code"])
    assert all(is_valid("trust_uid", uid) for uid in DEMO.groups["group_uid"])


def test_sizes_of_trusts_and_areas():
    multi = DEMO.groups.loc[DEMO.groups["type"].eq("Multi-academy trust"), "group_uid"]
    sizes = SCHOOLS["trust_uid"].value_counts()
    assert sorted(sizes[multi]) == [1, 2, 3, 5, 7, 12]
    assert SCHOOLS.loc[SCHOOLS["trust_uid"].eq("90001"), "la_code"].nunique() == 3
    assert len(DEMO.la_codes) == 5
    assert SCHOOLS["phase"].value_counts()[["Primary", "Secondary", "All-through"]].tolist() == [
        28,
        10,
        1,
    ]


def test_the_small_community_is_one_trust_in_one_area():
    small = load_blueprint("small")
    assert len(small.schools) == 3
    assert small.la_codes == ["955"]
    assert small.groups["group_uid"].tolist() == ["90004"]


def test_situations_of_a_real_community():
    after = SCHOOLS["converted"].gt("2020-03-20")
    assert after.sum() == 4
    assert SCHOOLS["previous_urn"].ne("").equals(SCHOOLS["converted"].ne(""))
    moved = SCHOOLS["previous_trust_uid"].ne("")
    assert SCHOOLS.loc[moved, "joined"].tolist() == ["2021-09-01"]
    assert SCHOOLS["opened"].eq("2021-09-01").sum() == 1
    assert SCHOOLS["closed"].eq("2022-08-31").sum() == 1
    assert "St Aelred's & All Souls' Church of England Primary School" in set(SCHOOLS["name"])
    assert SCHOOLS["name"].str.contains("é").sum() == 1
    assert not any(SCHOOLS["name"].str.contains(r"[<>\"\\]|^[=+@-]"))


@pytest.mark.parametrize(
    ("year", "urn", "kind"),
    [
        (2020, "900126", "Community school"),
        (2019, "900126", "Community school"),
        (2021, "900026", "Academy converter"),
        (2024, "900026", "Academy converter"),
    ],
)
def test_a_school_has_its_old_urn_until_it_converts(year, urn, kind):
    school = _school("900026")
    assert (urn_in_summer(school, year), type_in_summer(school, year)) == (urn, kind)


def test_membership_of_a_trust_depends_on_the_day():
    now = members(DEMO, trust_uid="90003", day="2024-09-01")
    then = members(DEMO, trust_uid="90003", day="2020-03-20")
    assert (now.sum(), then.sum()) == (5, 4)
    former = members(DEMO, trust_uid="90009", day="2020-03-20")
    assert SCHOOLS.loc[former, "urn"].tolist() == ["900022"]


def test_open_and_closed_schools():
    open_now = is_open(DEMO, day="2024-09-01")
    assert SCHOOLS.loc[~open_now, "remark"].tolist() == ["closed"]
    open_then = is_open(DEMO, day="2020-03-20")
    assert SCHOOLS.loc[~open_then, "remark"].tolist() == ["opened after the baseline"]


@pytest.mark.real_data
def test_no_name_or_code_is_a_real_one(shared_data):
    real = pd.read_csv(shared_data("gias/groups.csv"), dtype=str, encoding="utf-8-sig")
    links = pd.read_csv(shared_data("gias/group_links.csv"), dtype=str)
    names = {name.casefold() for name in [*real["Group Name"], *links["EstablishmentName"]]}
    ours = [*SCHOOLS["name"], *DEMO.groups["group_name"], *DEMO.areas["la_name"]]
    assert not {name.casefold() for name in ours} & names
    tool = pd.read_parquet(shared_data("lait/bds_long_0.parquet"))
    numbers = {str(int(number)) for number in tool["LA Number"].unique()}
    assert not set(DEMO.areas["la_code"]) & numbers
    assert not set(DEMO.groups["group_uid"]) & set(real["Group UID"])
    assert all(re.fullmatch(r"E06999\d{3}", code) for code in DEMO.areas["ons_code"])
