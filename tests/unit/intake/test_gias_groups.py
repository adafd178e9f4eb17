"""Groups, links to groups, links between schools and the lookup of URNs."""

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers import gias_establishments, gias_group_links, gias_groups
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables import TABLES

GROUP = {
    "Group UID": "3190",
    "Group ID": "TR00860",
    "Group Name": "GLF SCHOOLS",
    "Companies House Number": "7551959.0",
    "Group Type": "Multi-academy trust",
    "Closed Date": "",
    "Open date": "",
    "Incorporated on (open date)": "2011-03-04",
    "Group Status": "Open",
    "Head of Group First Name": "Quirina",
}
LINK = {
    "": "0",
    "URN": "144520",
    "Group UID": "3190",
    "Group Name": "GLF SCHOOLS",
    "Group Type": "Multi-academy trust",
    "Closed Date": "",
    "Joined date": "2018-09-01",
    "EstablishmentName": "Hill School",
    "TypeOfEstablishment (name)": "Academy converter",
    "PhaseOfEducation (name)": "Primary",
    "LA (code)": "936",
    "LA (name)": "Surrey",
}


def read(reader, folder, *records, name="made.csv"):
    path = folder / name
    pd.DataFrame(list(records)).to_csv(path, index=False)
    raw = inspect(path)
    assert reader.recognises(raw)
    return reader.read(read_cells(raw), None)


def groups(folder, *records):
    reading = read(gias_groups.READER, folder, *records)
    return reading, validate(TABLES["groups"], reading.tables["groups"], label="groups.csv")


def test_a_group_is_read_with_its_companies_house_number_repaired(tmp_path):
    reading, checked = groups(tmp_path, GROUP)
    row = checked.iloc[0]
    assert (row["group_uid"], row["group_id"]) == ("3190", "TR00860")
    assert row["companies_house_number"] == "07551959"
    assert row["open_date"] == pd.Timestamp(2011, 3, 4)
    assert any("Companies House Number repaired" in note for note in reading.notes)
    assert "Quirina" not in reading.tables["groups"].to_csv()


def test_the_open_date_comes_before_the_incorporation(tmp_path):
    _, checked = groups(tmp_path, GROUP | {"Open date": "2015-09-01"})
    assert checked["open_date"].tolist() == [pd.Timestamp(2015, 9, 1)]


def test_an_unknown_open_date_falls_back_to_null(tmp_path):
    _, checked = groups(
        tmp_path, GROUP | {"Open date": "1900-01-01", "Incorporated on (open date)": ""}
    )
    assert checked["open_date"].isna().all()


def test_a_group_open_in_the_future_is_refused_unless_proposed(tmp_path):
    ahead = GROUP | {"Open date": "2999-01-01"}
    with pytest.raises(FileRefused, match=r"Open date.*future"):
        groups(tmp_path, ahead)
    _, checked = groups(tmp_path, ahead | {"Group Status": "Proposed to open"})
    assert checked["open_date"].dt.year.tolist() == [2999]


def test_a_group_that_stands_twice_with_two_names_is_refused(tmp_path):
    with pytest.raises(ConflictingData, match="group_uid"):
        groups(tmp_path, GROUP, GROUP | {"Group Name": "OTHER"})


def test_group_links_give_spells_and_one_row_a_school(tmp_path):
    sponsor = LINK | {
        "": "1",
        "Group UID": "4000",
        "Group Name": "GLF",
        "Group Type": "School sponsor",
        "Joined date": "1900-01-01",
    }
    reading = read(gias_group_links.READER, tmp_path, LINK, sponsor)
    spells = validate(TABLES["trust_spells"], reading.tables["trust_spells"], label="l.csv")
    schools = validate(TABLES["schools"], reading.tables["schools"], label="l.csv")
    assert spells["group_uid"].tolist() == ["3190", "4000"]
    assert spells["joined_date"].isna().tolist() == [False, True]
    assert schools["urn"].tolist() == ["144520"]
    assert schools["as_of"].tolist() == [pd.Timestamp(2018, 9, 1)]
    assert schools["series"].tolist() == ["gias_group_links"]
    assert reading.dropped == ()


def test_the_stray_row_number_does_not_hide_a_repeat(tmp_path):
    reading = read(gias_group_links.READER, tmp_path, LINK, LINK | {"": "1"})
    assert reading.tables["trust_spells"][ROW].tolist() == [2]
    assert reading.dropped == (Dropped(rows=1, reason="an exact repeat of another row"),)


@pytest.mark.parametrize("uid", ["3190", "4000"])
def test_two_descriptions_of_one_school_are_refused(tmp_path, uid):
    other = LINK | {"": "1", "Group UID": uid, "EstablishmentName": "Dale School"}
    reading = read(gias_group_links.READER, tmp_path, LINK, other)
    with pytest.raises(ConflictingData, match="urn, series, as_of"):
        validate(TABLES["schools"], reading.tables["schools"], label="l.csv")


def test_two_joining_days_of_one_membership_are_refused(tmp_path):
    reading = read(gias_group_links.READER, tmp_path, LINK, LINK | {"Joined date": "2019-09-01"})
    with pytest.raises(ConflictingData, match="urn, group_uid"):
        validate(TABLES["trust_spells"], reading.tables["trust_spells"], label="l.csv")


def test_a_joining_day_ahead_and_a_damaged_uid_are_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"Joined date.*future"):
        read(gias_group_links.READER, tmp_path, LINK | {"Joined date": "2999-01-01"})
    with pytest.raises(FileRefused, match="Group UID"):
        read(gias_group_links.READER, tmp_path, LINK | {"Group UID": "1.0E+05"})


def test_the_three_layouts_are_told_apart(tmp_path):
    path = tmp_path / "made.csv"
    pd.DataFrame([LINK]).to_csv(path, index=False)
    assert not gias_groups.READER.recognises(inspect(path))
    assert not gias_establishments.READER.recognises(inspect(path))
    pd.DataFrame([GROUP]).to_csv(path, index=False)
    assert not gias_group_links.READER.recognises(inspect(path))


@pytest.mark.parametrize(
    ("reader", "record"), [(gias_groups.READER, GROUP), (gias_group_links.READER, LINK)]
)
def test_header_only_is_refused(tmp_path, reader, record):
    path = tmp_path / "made.csv"
    pd.DataFrame([record]).head(0).to_csv(path, index=False)
    with pytest.raises(FileRefused, match="no records"):
        reader.read(read_cells(inspect(path)), None)
