"""Explore education statistics: tidy file and metadata file, markers, places, periods."""

import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers.ees import READERS
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables.measures import EES_OBSERVATIONS

DATA, METADATA = READERS
PLACES = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
    "old_la_code,new_la_code,la_name"
)
HEADER = f"{PLACES},school_type,gender,enrolments,absence_percent\n"
META = (
    "col_name,col_type,label,indicator_grouping,indicator_unit,filter_hint\n"
    "school_type,Filter,School type,,,\n"
    "gender,Filter,Gender,,,\n"
    "enrolments,Indicator,Number of enrolments,,,\n"
    "absence_percent,Indicator,Absence rate,,%,\n"
)
NATIONAL = "201819,Academic year,National,E92000001,England,,,,,"
REGION = "201819,Academic year,Regional,E92000001,England,E12000007,{},,,"
SURREY = (
    "201819,Academic year,Local authority,E92000001,England,E12000008,South East,936,E10000030,"
    "Surrey"
)


def write(folder, body, *, header=HEADER, meta=META):
    path = folder / "absence.csv"
    path.write_text(header + body, encoding="utf-8")
    if meta is not None:
        (folder / "absence.meta.csv").write_text(meta, encoding="utf-8-sig")
    return path


def read(folder, body, **files):
    raw = inspect(write(folder, body, **files))
    assert DATA.recognises(raw)
    assert not METADATA.recognises(raw)
    reading = DATA.read(read_cells(raw), None)
    frame = reading.tables["ees_observations"]
    return reading, validate(EES_OBSERVATIONS, frame, label=raw.label)


def test_each_indicator_of_a_row_becomes_an_observation(tmp_path):
    reading, long = read(tmp_path, f"{SURREY},Total,Boys,100,4.5\n")
    assert long["indicator"].tolist() == ["enrolments", "absence_percent"]
    assert long["label"].tolist() == ["Number of enrolments", "Absence rate"]
    assert long["unit"].isna().tolist() == [True, False]
    assert long["value"].tolist() == [100, 4.5]
    assert set(long["data_set"]) == {"absence"}
    assert set(long["filters"]) == {"gender=Boys; school_type=Total"}
    assert set(long["location_code"]) == {"E10000030"}
    assert set(long["location_name"]) == {"Surrey"}
    assert (reading.academic_year, reading.year_from) == ("2018/19", "content")
    assert reading.dropped == ()


@pytest.mark.parametrize(
    ("place", "code", "name"),
    [
        (NATIONAL, "E92000001", "England"),
        (REGION.format("London"), "E12000007", "London"),
        (SURREY, "E10000030", "Surrey"),
        (SURREY.replace("E10000030", ""), "936", "Surrey"),
        (SURREY.replace("E10000030", "z"), "936", "Surrey"),
    ],
)
def test_the_most_specific_place_is_taken(tmp_path, place, code, name):
    _, long = read(tmp_path, f"{place},Total,Total,1,2\n")
    assert set(long["location_code"]) == {code}
    assert set(long["location_name"]) == {name}


def test_schools_come_before_their_local_authority(tmp_path):
    header = HEADER.replace("la_name,", "la_name,school_urn,school_laestab,school_name,")
    body = f"{SURREY.replace('Local authority', 'School')},144520,9362001,Hill,Total,Total,1,2\n"
    reading, long = read(tmp_path, body, header=header)
    assert set(long["location_code"]) == {"144520"}
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("c", "suppressed"),
        ("z", "not_applicable"),
        ("x", "not_published"),
        (":", "not_published"),
        ("low", "rounds_to_zero"),
        ("~", "rounds_to_zero"),
        ("u", "low_reliability"),
        (".", "not_applicable"),
        ("", "not_recorded"),
    ],
)
def test_markers_keep_their_reason_beside_the_null(tmp_path, marker, reason):
    _, long = read(tmp_path, f"{SURREY},Total,Total,100,{marker}\n")
    assert long["missing_reason"].tolist()[1] == reason
    assert long["value"].isna().tolist() == [False, True]


def test_an_unknown_marker_is_refused_with_column_and_row(tmp_path):
    with pytest.raises(FileRefused, match=r"column absence_percent.*rows 3"):
        read(tmp_path, f"{SURREY},Total,Boys,1,2\n{SURREY},Total,Girls,1,??\n")


def test_missing_metadata_is_refused_with_the_name_expected(tmp_path):
    with pytest.raises(FileRefused, match=r"metadata file absence\.meta\.csv does not stand"):
        read(tmp_path, f"{SURREY},Total,Total,1,2\n", meta=None)


def test_metadata_that_is_none_or_lists_no_indicators_is_refused(tmp_path):
    body = f"{SURREY},Total,Total,1,2\n"
    with pytest.raises(FileRefused, match="col_name, col_type and label"):
        read(tmp_path, body, meta="a,b\n1,2\n")
    with pytest.raises(FileRefused, match="no row is an Indicator"):
        read(tmp_path, body, meta=META.replace("Indicator", "Filter"))


def test_an_indicator_that_the_data_lacks_is_refused(tmp_path):
    meta = META + "late_sessions,Indicator,Late,,,\n"
    with pytest.raises(FileRefused, match="does not have: late_sessions"):
        read(tmp_path, f"{SURREY},Total,Total,1,2\n", meta=meta)


def test_a_column_that_nobody_describes_is_noted(tmp_path):
    meta = META.replace("gender,Filter,Gender,,,\n", "")
    reading, _ = read(tmp_path, f"{SURREY},Total,Total,1,2\n", meta=meta)
    assert reading.notes == ("columns in neither the standard nor absence.meta.csv: gender",)


def test_two_places_with_one_code_are_told_apart_by_name(tmp_path):
    body = "".join(
        f"{REGION.format(name)},Total,Total,{n},2\n"
        for n, name in ((1, "Inner London"), (2, "Outer London"))
    )
    reading, long = read(tmp_path, f"{body}{SURREY},Total,Total,3,2\n")
    assert sorted(set(long["location_code"])) == [
        "E10000030",
        "E12000007 Inner London",
        "E12000007 Outer London",
    ]
    assert any("E12000007" in note for note in reading.notes)


def test_an_exact_repeat_is_dropped_and_a_conflict_refused(tmp_path):
    row = f"{SURREY},Total,Total,1,2\n"
    reading, long = read(tmp_path, row + row)
    assert len(long) == len(reading.tables["ees_observations"]) == 2
    assert reading.dropped == (Dropped(rows=1, reason="an exact repeat of another row"),)
    with pytest.raises(ConflictingData, match="filters, indicator"):
        read(tmp_path, row + row.replace(",1,2", ",1,3"))


def test_weeks_are_kept_as_published(tmp_path):
    row = SURREY.replace("201819,Academic year", "2022,Week 37")
    reading, long = read(tmp_path, f"{row},Total,Total,1,2\n")
    assert set(long["time_period"]) == {"2022"}
    assert set(long["time_identifier"]) == {"Week 37"}
    assert reading.academic_year == "not one year"


def test_several_academic_years_are_named(tmp_path):
    body = f"{SURREY},Total,Total,1,2\n{SURREY.replace('201819', '201617')},Total,Total,1,2\n"
    assert read(tmp_path, body)[0].academic_year == "2016/17 to 2018/19"


def test_header_only_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no records"):
        read(tmp_path, "")


def test_a_metadata_file_on_its_own_is_quiet(tmp_path):
    write(tmp_path, "")
    raw = inspect(tmp_path / "absence.meta.csv")
    assert METADATA.recognises(raw)
    reading = METADATA.read(read_cells(raw), None)
    assert reading.tables == {}
    assert reading.rows_read == 4
    assert reading.dropped == (Dropped(rows=4, reason="read together with its data file"),)
