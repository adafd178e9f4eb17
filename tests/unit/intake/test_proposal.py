"""Proposals: the nearest layout, its columns, what is missing; never a cell of the file."""

import csv

import pytest

from recovery_analysis.errors import FileRefused, ParameterError
from recovery_analysis.intake.layouts import LAYOUTS
from recovery_analysis.intake.proposal import propose_for

STAR = {
    "Pupil UPN": "A123456789012",
    "School code": "WSNS",
    "Date of completed test": "2020-02-03",
    "Star scaled score": "612",
    "Percentile Rank (PR)": "55",
    "First name": "Zzyzx",
}
QUIZZES = {
    "Student ID number": "4711",
    "Schools URN": "123456",
    "Date quiz completed": "2020-06-01",
    "ATOS level of book": "4.5",
    "Number of quiz questions": "10",
    "Percent that was correct": "0.9",
}
PUPILS = {
    "Admission No.": "17",
    "School's URN": "123456",
    "Year Group now": "8",
    "Date of Birth (DOB)": "12/03/2009",
    "SEN status code": "K",
    "Ethnicity group": "WBRI",
    "Eligible for FSM?": "Y",
}


def written(folder, row, *more, name="unknown.csv"):
    path = folder / name
    with path.open("w", newline="") as out:
        csv.writer(out).writerows([[*row], [*row.values()], *more])
    return path


def proposal(folder, row, *more, layout=None):
    return propose_for(written(folder, row, *more), layout=layout)


def refusal(folder, *rows):
    path = folder / "unknown.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    with pytest.raises(FileRefused) as refused:
        propose_for(path)
    return str(refused.value)


def test_a_renamed_star_file(tmp_path):
    found = proposal(tmp_path, STAR)
    assert found.mapping.layout == "star_assessments"
    assert found.mapping.columns == {
        "Pupil UPN": "upn",
        "School code": "school_local_id",
        "Date of completed test": "completed_utc",
        "Star scaled score": "scaled_score",
        "Percentile Rank (PR)": "percentile",
    }
    assert found.missing == ()
    assert found.unread == ("First name",)
    assert found.mapping.schools == {"WSNS": ""}
    assert found.mapping.unverified
    sure = {guess.column: guess.words for guess in found.guesses}
    assert sure["Pupil UPN"] == "known spelling"
    assert sure["Percentile Rank (PR)"] == "likely"


def test_a_renamed_reading_file(tmp_path):
    found = proposal(tmp_path, QUIZZES)
    assert found.mapping.layout == "accelerated_reader"
    assert found.mapping.columns["Percent that was correct"] == "percent"
    assert found.mapping.columns["Number of quiz questions"] == "questions"
    assert found.mapping.schools == {}


def test_a_renamed_list_of_pupils(tmp_path):
    found = proposal(tmp_path, PUPILS)
    assert found.mapping.layout == "pupil_list"
    fields = set(found.mapping.columns.values())
    assert {"local_id", "school_urn", "year_group", "birth_date", "sen_status", "fsm"} <= fields


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_file_of_all_our_spellings_is_its_own_layout(tmp_path, name):
    layout = LAYOUTS[name]
    row = {layout.spelling(field): "x-x" for field in layout.aliases}
    found = proposal(tmp_path, row, layout=name)
    assert found.mapping.columns == {layout.spelling(field): field for field in layout.aliases}
    assert found.missing == ()
    assert found.mapping.unverified == layout.is_unverified


def test_needed_fields_that_are_not_found_are_named(tmp_path):
    short = {name: STAR[name] for name in ("Pupil UPN", "Star scaled score")}
    found = proposal(tmp_path, short)
    assert any(
        line.startswith("needed, no column was found: school_urn (or") for line in found.lines()
    )
    assert "# Still needed, no column was found: school_urn (or" in found.text()


def test_a_layout_can_be_forced_and_a_wrong_one_is_told(tmp_path):
    found = proposal(tmp_path, STAR, layout="myon")
    assert found.mapping.layout == "myon"
    assert ("minutes",) in found.missing
    with pytest.raises(ParameterError, match="star_assessments"):
        proposal(tmp_path, STAR, layout="star")


def test_no_cell_is_shown_and_schools_stand_in_the_file_alone(tmp_path):
    found = proposal(tmp_path, STAR, [*STAR.values()])
    shown = "\n".join(found.lines())
    assert not any(value in shown for value in STAR.values())
    assert "schools: 1 identifiers are neither" in shown
    assert not any(value in found.text() for value in STAR.values() if value != "WSNS")


@pytest.mark.parametrize(
    "schools",
    [
        ["canary@example.org"],
        ["Canary, Ann"],
        ["A123456789012"],
        [f"canary {place}" for place in range(50)],
        [f"canary {place}" for place in range(201)] * 3,
    ],
)
def test_identifiers_like_persons_are_not_written(tmp_path, schools):
    rows = [[STAR["Pupil UPN"], school, "2020-02-03", "612", "55", ""] for school in schools]
    found = proposal(tmp_path, STAR | {"School code": schools[0]}, *rows)
    assert found.mapping.schools == {}
    assert found.schools_to_name == len(set(schools))
    assert "they are not written down" in "\n".join(found.lines())
    assert "canary" not in found.text().casefold()


@pytest.mark.parametrize(
    "record",
    [
        ["Canary", "Ann", "A123456789012", "Date"],
        ["Canary", "Ann", "12/03/2009", "Date"],
        ["Canary", "Ann", "12 March 2009", "Date"],
        ["Canary", "Ann", "17.5", "Date"],
        ["Canary", "Ann", "Year 8", "Date"],
        ["Canary", "Ann", "8C", "Date"],
        ["Canary", "Ann", "F", "Date"],
        ["Canary", "Ann", "KT1 2EE", "Date"],
        ["Canary", "ann@canary.org", "Date"],
        ["Canary", "Ann", "Canary Primary School", "White British"],
        ["Canary", "Ann"],
    ],
)
def test_a_file_without_a_header_is_refused_and_not_shown(tmp_path, record):
    message = refusal(tmp_path, record, ["Other", *record[1:]])
    assert not any(cell in message for cell in record if cell != "Date")
    assert "canary" not in message.casefold()


def test_what_stands_below_again_is_no_header(tmp_path):
    message = refusal(tmp_path, ["Canary", "present", "Date"], ["Other", "present", "Date"])
    assert "cells 2, 3 stands below" in message
    assert "Canary" not in message


def test_passwords_xml_and_public_files_are_refused(tmp_path):
    assert "column of passwords" in refusal(tmp_path, ["upn", "password"], ["a", "canary"])
    xml = tmp_path / "a.xml"
    xml.write_text("<?xml version='1.0'?><Students><Student>Zzyzx</Student></Students>")
    with pytest.raises(FileRefused, match="XML file has no columns"):
        propose_for(xml)
    links = ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"]
    assert "read without a mapping" in refusal(tmp_path, links, ["100000"])


def test_signs_that_a_terminal_acts_on_are_not_printed(tmp_path):
    found = proposal(tmp_path, STAR | {"Evil\x1b[2J name": "x-x"})
    assert "\x1b" not in "\n".join(found.lines())
    assert "Evil?[2J name" in "\n".join(found.lines())
