"""Star's skill areas and standards: mastery of parts, without a school in the file."""

import csv

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import star_skill_areas, star_standards
from recovery_analysis.intake.recognise import recognise

SKILL_AREA = """
RenaissanceClientID SchoolYear StudentRenaissanceID StudentSourcedID StudentIdentifier
StudentUserID StudentStateID AssessmentID LaunchDate CompletedDate CompletedDateLocal FamilyName
DomainName DomainScore SkillAreaName SkillAreaMasteryScore
""".split()  # noqa: SIM905
STANDARDS = """
RenaissanceClientID SchoolYear StudentRenaissanceID StudentSourcedID StudentIdentifier
StudentUserID StudentStateID AssessmentID LaunchDate CompletedDate CompletedDateLocal DomainGroup
DomainName DomainPercentMastery DomainConfidenceLevel DomainMasteryLevel StandardName
StandardDescription StandardPercentMastery StandardConfidenceLevel StandardMasteryLevel
""".split()  # noqa: SIM905

ROW = {
    "RenaissanceClientID": "100",
    "StudentRenaissanceID": "guid-1",
    "StudentIdentifier": "4711",
    "StudentStateID": "A123456789012",
    "AssessmentID": "t-1",
    "CompletedDate": "2020-06-01T23:30:00.000Z",
    "DomainName": "Language, Craft, and Structure",
    "SkillAreaName": "Synonyms and Antonyms",
    "SkillAreaMasteryScore": "91",
    "StandardName": "RL.8.1",
    "StandardPercentMastery": "74",
}
LAYOUTS = [
    (star_skill_areas, SKILL_AREA, "SM_SkillArea_v1.csv", "SkillAreaName", "SkillAreaMasteryScore"),
    (
        star_standards,
        STANDARDS,
        "SM_Dashboard_Standards_v2.csv",
        "StandardName",
        "StandardPercentMastery",
    ),
]
each_layout = pytest.mark.parametrize(("reader", "header", "name", "part", "mastery"), LAYOUTS)


def test_header_lists_are_the_documented_ones():
    assert (len(SKILL_AREA), len(STANDARDS)) == (16, 21)


def load(folder, reader, header, name, *rows):
    path = folder / name
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, header, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    raw = inspect(path)
    assert recognise(raw) is reader.READER
    wanted = reader.wanted_columns(raw)
    assert {"AssessmentID", "DomainName"} <= set(wanted)
    assert "StudentUserID" not in wanted
    reading = reader.READER.read(read_cells(raw), None)
    kept = load_file(path, pupil_key=PupilKey.parse("0f" * 32)).tables["skill_scores"]
    assert kept["pupil_id"].str.fullmatch("[0-9a-f]{32}").all()
    return reading


@each_layout
def test_mastery_comes_out_by_test_and_part(tmp_path, reader, header, name, part, mastery):
    reading = load(tmp_path, reader, header, name, ROW)
    row = reading.tables["skill_scores"].iloc[0]
    assert row["assessment_id"] == "star:t-1"
    assert row["pupil_id"] == "upn:A123456789012"
    assert (row["subject"], row["domain"], row["skill_area"]) == (
        "maths",
        ROW["DomainName"],
        ROW[part],
    )
    assert row["mastery_pct"] == float(ROW[mastery])
    assert row["test_date"] == pd.Timestamp(2020, 6, 2)
    assert row["academic_year"] == "2019/20"
    assert set(reading.tables) == {"skill_scores"}


@each_layout
def test_a_pupil_without_upn_is_known_by_the_vendor_or_the_test(
    tmp_path, reader, header, name, part, mastery
):
    bare = ROW | {"StudentStateID": "17"}
    by_test = bare | {"StudentRenaissanceID": "", "AssessmentID": "t-2"}
    reading = load(tmp_path, reader, header, name, bare, by_test)
    assert reading.tables["skill_scores"]["pupil_id"].tolist() == [
        "local:renaissance:100:guid-1",
        "local:assessment:t-2",
    ]
    assert any("1 rows name the pupil neither" in note for note in reading.notes)


@each_layout
def test_every_row_is_accounted_for(tmp_path, reader, header, name, part, mastery):
    reading = load(
        tmp_path,
        reader,
        header,
        name,
        ROW,
        ROW,
        ROW | {mastery: ""},
        ROW | {"CompletedDate": ""},
    )
    assert len(reading.tables["skill_scores"]) == 1
    assert sum(drop.rows for drop in reading.dropped) == 3
    assert reading.rows_read == 4


@each_layout
def test_wrong_cells_are_refused_without_their_content(
    tmp_path, reader, header, name, part, mastery
):
    for column, cell in [
        (mastery, "101777"),
        (mastery, "canary"),
        (part, "=cmd|'canary'"),
        (part, ""),
        ("DomainName", "@canary"),
        ("AssessmentID", ""),
        ("CompletedDate", "canary"),
    ]:
        with pytest.raises(FileRefused) as refused:
            load(tmp_path, reader, header, name, ROW, ROW | {column: cell})
        message = str(refused.value)
        assert f"column {column}" in message
        assert "rows 3" in message
        assert "canary" not in message
        assert "101777" not in message


@each_layout
def test_a_domain_of_two_families_is_two_domains(tmp_path, reader, header, name, part, mastery):
    family = "FamilyName" if "FamilyName" in header else "DomainGroup"
    rows = [
        ROW | {family: "Number", mastery: "91"},
        ROW | {family: "Algebra", mastery: "52"},
        ROW | {family: "Algebra", "DomainName": "Graphs"},
    ]
    skills = load(tmp_path, reader, header, name, *rows).tables["skill_scores"]
    assert skills["domain"].tolist() == [
        f"Number: {ROW['DomainName']}",
        f"Algebra: {ROW['DomainName']}",
        "Graphs",
    ]


@each_layout
def test_the_name_has_to_tell_the_subject(tmp_path, reader, header, name, part, mastery):
    with pytest.raises(FileRefused, match="SEL"):
        load(tmp_path, reader, header, "export.csv", ROW)


def test_signs_of_sums_are_no_formula(tmp_path):
    row = ROW | {"SkillAreaName": "+ and - facts to 20"}
    reading = load(tmp_path, *LAYOUTS[0][:3], row)
    assert reading.tables["skill_scores"]["skill_area"].tolist() == ["+ and - facts to 20"]
