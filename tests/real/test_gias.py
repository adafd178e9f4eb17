"""The register's files as published: what must come out of each, and where every row went."""

import pytest

from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import (
    dictionaries,
    gias_establishments,
    gias_group_links,
    gias_groups,
    gias_links,
    gias_urn_lookup,
)
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables import TABLES

pytestmark = pytest.mark.real_data


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


def test_establishments_of_surrey_2021(shared_data):
    reading, tables = load(gias_establishments.READER, shared_data("gias/2021_936_gias.csv"))
    schools = tables["schools"]
    assert len(schools) == reading.rows_read == 590
    assert set(schools["la_code"]) == {"936"}
    assert set(schools["la_name"]) == {"Surrey"}
    assert schools["as_of"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2021-04-22"]
    assert (schools["trust_name"] == "GLF SCHOOLS").sum() == 24
    assert schools["trust_uid"].isna().all()
    assert schools["establishment_number"].isna().sum() == 73
    assert schools["open_date"].isna().sum() == 202 + 9
    assert "South East" in set(schools["region_name"])


def test_full_layout_has_trust_uids(shared_data):
    path = shared_data("gias/full_layout_sample/gias.csv")
    reading, tables = load(gias_establishments.READER, path)
    assert reading.rows_read == 60
    assert tables["schools"]["trust_uid"].tolist() == [str(2000 + n) for n in range(60)]
    assert tables["schools"]["open_date"].dt.strftime("%Y-%m-%d").iloc[0] == "1993-05-29"


@pytest.mark.parametrize("name", ["2021_936_gias.csv", "full_layout_sample/gias.csv"])
def test_no_personal_column_reaches_the_table(shared_data, name):
    path = shared_data(f"gias/{name}")
    raw = inspect(path)
    frame = read_cells(raw).frame
    personal = {
        cell
        for column in frame.columns
        if column.startswith("Head") or column == "TelephoneNum"
        for cell in frame[column]
    } - {"", "Not applicable"}
    assert personal
    reading, tables = load(gias_establishments.READER, path)
    schools = tables["schools"]
    assert not [name for name in schools if "head" in name or "phone" in name]
    cells = set(schools.astype("str").to_numpy().ravel())
    # A head's title or a telephone number can not be a school's cell; a one-letter name could.
    assert not {cell for cell in personal & cells if len(cell) > 3}
    assert not any(cell in note for note in reading.notes for cell in personal if len(cell) > 5)


def test_groups(shared_data):
    reading, tables = load(gias_groups.READER, shared_data("gias/groups.csv"))
    groups = tables["groups"].set_index("group_uid")
    assert len(groups) == reading.rows_read == 6883
    glf = groups.loc["3190"]
    assert (glf["group_id"], glf["companies_house_number"]) == ("TR00860", "07551959")
    assert str(glf["open_date"].date()) == "2011-03-04"
    assert groups["companies_house_number"].notna().sum() == 3470
    assert groups["group_type"].value_counts()["Multi-academy trust"] == 1682
    assert any("3470 identifiers" in note for note in reading.notes)
    assert groups["open_date"].dt.year.min() > 1900


def test_group_links(shared_data):
    reading, tables = load(gias_group_links.READER, shared_data("gias/group_links.csv"))
    spells, schools = tables["trust_spells"], tables["schools"]
    assert len(spells) == reading.rows_read == 20395
    assert (spells["group_uid"] == "3190").sum() == 41
    assert spells["joined_date"].isna().sum() == 1381
    assert spells["left_date"].notna().sum() == 54
    assert len(schools) == schools["urn"].nunique() == 13080
    assert str(schools["as_of"].iloc[0].date()) == "2022-03-14"


def test_links_between_schools(shared_data):
    reading, tables = load(gias_links.READER, shared_data("gias/links_edubasealldata20250422.csv"))
    links = tables["school_links"]
    assert len(links) == reading.rows_read == 33801
    assert links["link_type"].value_counts()["Successor"] == 16451
    assert links["link_date"].isna().sum() == 8253


def test_links_of_the_full_layout_drop_the_blank_rows(shared_data):
    reading, tables = load(gias_links.READER, shared_data("gias/full_layout_sample/gias_links.csv"))
    assert reading.rows_read == 32359
    assert len(tables["school_links"]) == 60
    assert [(drop.rows, drop.reason) for drop in reading.dropped] == [(32299, "blank row")]


def test_lookup(shared_data):
    reading, tables = load(gias_urn_lookup.READER, shared_data("gias/lookup.csv"))
    links = tables["school_links"]
    assert reading.rows_read == 49462
    assert len(links) == 49462 - 39424
    assert not links["urn"].eq(links["link_urn"]).any()
    assert reading.dropped[0].rows == 39424


def test_list_of_establishment_types_is_a_document(shared_data):
    path = shared_data("gias/edubasealldata20250422-establishment-types.csv")
    assert load(dictionaries.READER, path)[0].rows_read == 50
