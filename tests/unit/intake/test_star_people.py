"""Star extracts: which school and which pupil a test is of, and refusals that show neither."""

import csv

import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.readers import star_assessments

UPN = "A123456789012"
TEST = {
    "RenaissanceClientID": "100",
    "StudentRenaissanceID": "guid-1",
    "StudentIdentifier": "4711",
    "StudentStateID": UPN,
    "SchoolStateID": "123456",
    "AssessmentID": "t-1",
    "CompletedDate": "2020-02-03T10:15:00.000Z",
    "AssessmentType": "Enterprise",
    "AssessmentStatus": "Active",
    "Grade": "4",
    "ExtraTime": "No",
    "ScaledScore": "612",
    "StandardErrorOfMeasurement": "24",
    "UnifiedScore": "1012",
    "PercentileRank": "55",
    "TotalTimeInSeconds": "1200",
}

HEADER = [
    *TEST,
    *("SchoolIdentifier", "SchoolName", "StudentFirstName", "StudentLastName", "StudentEmail"),
    *("BirthDate", "TeacherLastName", "ScreeningWindowStartDate"),
]


def write(folder, *rows, header=HEADER):
    path = folder / "SR_v2.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, header, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(path):
    return star_assessments.READER.read(read_cells(inspect(path)), None)


def rows_of(folder, *rows):
    return load(write(folder, *rows)).tables["assessments"].reset_index(drop=True)


def refusal(folder, *rows):
    with pytest.raises(FileRefused) as refused:
        load(write(folder, *rows))
    return str(refused.value)


def test_schools_need_a_urn_or_laestab_or_a_mapping(tmp_path):
    rows = [TEST | {"SchoolStateID": "", "SchoolIdentifier": "WSNS"}]
    message = refusal(tmp_path, *rows)
    assert "SchoolIdentifier" in message
    assert "recovery mapping FILE" in message
    assert "WSNS" not in message
    slash = TEST | {"SchoolStateID": "936/4508"}
    assert rows_of(tmp_path, slash)["school_ref"].tolist() == ["laestab:9364508"]


def test_both_numbers_of_a_pupil_are_tied_by_aliases(tmp_path):
    aliases = load(write(tmp_path, TEST)).tables["pupil_aliases"]
    assert sorted(zip(aliases["pupil_id"], aliases["alias_id"], strict=True)) == [
        (f"upn:{UPN}", "local:renaissance:100:guid-1"),
        (f"upn:{UPN}", "local:urn:123456:4711"),
    ]


def test_equal_local_numbers_in_two_schools_are_two_pupils(tmp_path):
    bare = TEST | {"StudentStateID": "", "StudentRenaissanceID": ""}
    rows = [bare, bare | {"AssessmentID": "b", "SchoolStateID": "123457"}]
    assert rows_of(tmp_path, *rows)["pupil_id"].nunique() == 2


def test_a_test_of_a_pupil_on_two_rolls_counts_at_the_first_school(tmp_path):
    rows = [TEST | {"SchoolStateID": "123457"}, TEST, TEST | {"AssessmentID": "b"}]
    loaded = load_file(write(tmp_path, *rows), pupil_key=PupilKey.parse("0f" * 32))
    tests = loaded.tables["assessments"]
    assert tests["raw_row"].tolist() == [3, 4]
    assert tests["school_ref"].tolist() == ["urn:123456", "urn:123456"]
    assert [(drop.rows, drop.reason) for drop in loaded.reading.dropped] == [
        (1, "the same test listed for another school of the pupil")
    ]


def test_two_rolls_with_their_own_numbers_are_tied_by_an_alias(tmp_path):
    bare = TEST | {"StudentStateID": "", "StudentRenaissanceID": ""}
    rows = [bare, bare | {"SchoolStateID": "123457", "StudentIdentifier": "9"}]
    reading = load(write(tmp_path, *rows))
    assert reading.tables["assessments"]["pupil_id"].tolist() == ["local:urn:123456:4711"]
    alias = reading.tables["pupil_aliases"].iloc[0]
    assert (alias["pupil_id"], alias["alias_id"]) == (
        "local:urn:123456:4711",
        "local:urn:123457:9",
    )


@pytest.mark.parametrize("other", [{"ScaledScore": "613"}, {"StudentStateID": "D123456789014"}])
def test_one_test_with_two_scores_or_two_pupils_stays_a_conflict(tmp_path, other):
    rows = [TEST, TEST | {"SchoolStateID": "123457"} | other]
    with pytest.raises(ConflictingData, match="rows 2, 3"):
        load_file(write(tmp_path, *rows), pupil_key=PupilKey.parse("0f" * 32))


def test_a_upn_with_a_wrong_check_letter_is_not_used(tmp_path):
    wrong = TEST | {"StudentStateID": "B123456789012"}
    reading = load(write(tmp_path, wrong))
    assert reading.tables["assessments"]["pupil_id"].tolist() == ["local:urn:123456:4711"]
    assert any("1 rows of the column StudentStateID" in note for note in reading.notes)


CANARIES = {
    "StudentStateID": "Z999canary",
    "StudentFirstName": "canary-first",
    "StudentLastName": "=cmd|'/C canary'!A0",
    "StudentEmail": "canary@example.org",
    "BirthDate": "2009-07-canary",
    "SchoolName": "=cmd|' /C calc'!canary",
    "TeacherLastName": "@canary",
}


@pytest.mark.parametrize(
    "broken",
    [
        {"SchoolStateID": "canary"},
        {"StudentIdentifier": "", "StudentStateID": "", "StudentRenaissanceID": ""},
        {"CompletedDate": "canary"},
        {"CompletedDate": "2190-01-canary"},
        {"CompletedDate": "03/20/2020"},
        {"PercentileRank": "canary"},
        {"PercentileRank": "190777"},
        {"ScaledScore": "17", "PercentileRank": "190777"},
        {"ScaledScore": "19", "StandardErrorOfMeasurement": "190777"},
        {"ScaledScore": "190777"},
        {"TotalTimeInSeconds": "-190777"},
        {"AssessmentStatus": "canary"},
        {"ScreeningWindowStartDate": "canary"},
        {"Reading Age": "canary"},
        {"Subject": "canary"},
    ],
)
def test_no_refusal_shows_a_cell(tmp_path, broken):
    row = TEST | CANARIES | {"StudentIdentifier": "canary-number"} | broken
    with pytest.raises(FileRefused) as refused:
        load(write(tmp_path, row, header=[*HEADER, "Reading Age", "Subject"]))
    shown = "".join([str(refused.value), repr(refused.value)])
    assert "canary" not in shown
    assert "190777" not in shown
    assert refused.value.__cause__ is None


def test_names_and_formulas_reach_neither_tables_nor_notes(tmp_path):
    reading = load(write(tmp_path, TEST | CANARIES))
    shown = "".join(frame.to_csv() for frame in reading.tables.values()) + repr(reading.notes)
    assert "canary" not in shown
    assert "cmd|" not in shown


def test_the_door_keeps_only_hashes(tmp_path):
    loaded = load_file(
        write(tmp_path, TEST, TEST | CANARIES | {"AssessmentID": "b"}),
        pupil_key=PupilKey.parse("0f" * 32),
    )
    frame = loaded.tables["assessments"]
    assert frame["pupil_id"].str.fullmatch("[0-9a-f]{32}").all()
    shown = "".join(kept.to_csv() for kept in loaded.tables.values()) + repr(loaded)
    assert not any(text in shown for text in (UPN, "4711", "guid-1", "canary"))
