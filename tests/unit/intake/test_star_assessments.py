"""Star extracts: every layout through one table; times, reasons, refusals that show no pupil."""

import csv

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import RawFile, RawTable, inspect, read_cells
from recovery_analysis.intake.readers import star_assessments
from recovery_analysis.intake.recognise import recognise

READER = star_assessments.READER

CURRENT = """
RenaissanceClientID SchoolYear SchoolYearStartDate SchoolYearEndDate StudentRenaissanceID
StudentSourcedID StudentIdentifier StudentUserID StudentStateID StudentEmail StudentFirstName
StudentMiddleName StudentLastName Gender BirthDate MultiRace HispanicOrLatino
AmericanIndianOrAlaskaNative Asian BlackOrAfricanAmerican NativeHawaiianOrOtherPacificIslander
White CurrentGrade EnrollmentStatus DistrictRenaissanceID DistrictSourcedID DistrictIdentifier
DistrictStateID DistrictName SchoolRenaissanceID SchoolSourcedID SchoolIdentifier SchoolStateID
SchoolName CourseRenaissanceID CourseSourcedID CourseCode CourseName ClassRenaissanceID
ClassSourcedID ClassCode GroupID GroupOrClassName TeacherRenaissanceID TeacherSourcedID
TeacherIdentifier TeacherUserID TeacherStateID TeacherEmail TeacherFirstName TeacherMiddleName
TeacherLastName AssessmentID LaunchDate CompletedDate CompletedDateLocal AssessmentNumber
AssessmentType AssessmentStatus DeactivationReason GradePlacement Grade ExtraTime ScaledScore
StandardErrorOfMeasurement RaschScore UnifiedScore
PartnershipForAssessmentOfReadinessForCollegeAndCareers SmarterBalancedAssessmentConsortium
OpenGrowthScore GradeEquivalent PercentileRank NormalCurveEquivalent InstructionalReadingLevel
EstimatedOralReadingFluency LowerZoneOfProximalDevelopment UpperZoneOfProximalDevelopment Lexile
LowerLexileZoneOfProximalDevelopment UpperLexileZoneOfProximalDevelopment TotalTimeInSeconds
TotalCorrect TotalPossible Grade3_AssessmentAttempts Grade3_PassingStatus Grade3_PassingScore
StudentGrowthPercentileFallFall StudentGrowthPercentileFallSpring
StudentGrowthPercentileFallWinter StudentGrowthPercentileSpringFall
StudentGrowthPercentileSpringSpring StudentGrowthPercentileWinterSpring ScreeningPeriodWindowName
ScreeningWindowStartDate ScreeningWindowEndDate RenaissanceBenchmarkCategoryName
RenaissanceBenchmarkCategoryLevel RenaissanceBenchmarkCategoryNumberOfLevels
RenaissanceBenchmarkCategoryMinPercentileRank RenaissanceBenchmarkCategoryMaxPercentileRank
StateBenchmarkAssessmentName StateBenchmarkCategoryName StateBenchmarkProficient
StateBenchmarkCategoryLevel StateBenchmarkNumberOfCategoryLevels StateBenchmarkMinScaledScore
StateBenchmarkMaxScaledScore DistrictBenchmarkCategoryName DistrictBenchmarkProficient
DistrictBenchmarkCategoryLevel DistrictBenchmarkNumberOfCategoryLevels
DistrictBenchmarkMinPercentileRank DistrictBenchmarkMaxPercentileRank SchoolBenchmarkCategoryName
SchoolBenchmarkProficient SchoolBenchmarkCategoryLevel SchoolBenchmarkNumberOfCategoryLevels
SchoolBenchmarkMinPercentileRank SchoolBenchmarkMaxPercentileRank CurrentSGP TakenAt
TakenAtByIPAddress StudentDisplayID TeacherDisplayID SATBenchmarkCategory ACTBenchmarkCategory
""".split()  # noqa: SIM905

OLDER = """
StudentLocalID StudentStateID StudentFirst StudentMiddle StudentLast Gender BirthDate Ethnicity
CurrentGrade StudentStatus DistrictStateID SchoolLocalID SchoolStateID SchoolName CourseNumber
CourseName ClassNumber TeacherLocalID TeacherStateID TeacherFirst TeacherMiddle TeacherLast
StudentAssessmentID AssessmentDate GradePlacement Grade ScaledScore SEM RaschScore UniversalScore
GradeEquivalent PercentileRank NormalCurveEquivalent IRL ORF LowerZPD UpperZPD Lexile
LowerLexileZPD UpperLexileZPD SectionATime SectionBTime TotalTime TotalCorrect AssessmentNumber
TestType WindowName WindowStart WindowEnd ScreeningCategoryGroupAdjustment StateBenchmarkName
StateBenchmarkCategoryAdjustment StateBenchmarkCategoryGroupAdjustment TestStatus
DeactivationReason GlobalWindow ProbableTestType CurrentSGP
""".split()  # noqa: SIM905

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
OLDER_TEST = {
    "StudentLocalID": "4711",
    "SchoolStateID": "9364508",
    "StudentAssessmentID": "t-9",
    "AssessmentDate": "11/23/2018 09:18:27",
    "GradePlacement": "4.25",
    "ScaledScore": "500",
    "SEM": "30",
    "UniversalScore": "990",
    "PercentileRank": "40",
    "TotalTime": "900",
    "WindowStart": "11/01/2018",
    "WindowEnd": "11/30/2018",
}


def test_header_lists_are_the_documented_ones():
    assert (len(CURRENT), len(OLDER)) == (126, 58)


def write(folder, *rows, header=CURRENT, name="SR_v2.csv", spell=str):
    path = folder / name
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow([spell(column) for column in header])
        writer.writerows([[row.get(column, "") for column in header] for row in rows])
    return path


def load(path, *, given=None):
    raw = inspect(path)
    assert recognise(raw) is READER
    return READER.read(read_cells(raw), given)


def rows_of(folder, *rows, **how):
    return load(write(folder, *rows, **how)).tables["assessments"].reset_index(drop=True)


def only(folder, header=CURRENT, name="SR_v2.csv", base=TEST, **changes):
    return rows_of(folder, base | changes, header=header, name=name).iloc[0]


def refusal(folder, *rows, **how):
    with pytest.raises(FileRefused) as refused:
        load(write(folder, *rows, **how))
    return str(refused.value)


def test_the_current_extract_comes_out_whole(tmp_path):
    test = only(tmp_path)
    assert test["assessment_id"] == "star:t-1"
    assert test["pupil_id"] == f"upn:{UPN}"
    assert test["school_ref"] == "urn:123456"
    assert (test["subject"], test["season"], test["academic_year"]) == (
        "reading",
        "spring",
        "2019/20",
    )
    assert test["year_group"] == 5
    assert (test["scaled_score"], test["standard_error"], test["percentile"]) == (612, 24, 55)
    assert (test["unified_score"], test["unified_scale"]) == (1012, "unified")
    assert (test["test_seconds"], test["extra_time"]) == (1200, "no")
    assert pd.isna(test["unusable_reason"])
    assert test["raw_row"] == 2


def test_the_older_extract_goes_through_the_same_table(tmp_path):
    test = only(tmp_path, header=OLDER, name="TEST_1819_SM.csv", base=OLDER_TEST)
    assert test["assessment_id"] == "star:t-9"
    assert test["pupil_id"] == "local:laestab:9364508:4711"
    assert test["test_date"] == pd.Timestamp(2018, 11, 23)
    assert (test["subject"], test["year_group"]) == ("maths", 5)
    assert (test["unified_score"], test["unified_scale"]) == (990, "universal")
    assert test["standard_error"] == 30
    assert pd.isna(test["unusable_reason"])


@pytest.mark.parametrize(
    "spell",
    [
        lambda name: "".join(f" {sign}" if sign.isupper() else sign for sign in name).strip(),
        lambda name: name.replace("d", "d\u00a0").upper(),
        lambda name: f'{name.lower()} "',
    ],
)
def test_spellings_of_headers_give_the_same_tests(tmp_path, spell):
    usual = rows_of(tmp_path, TEST)
    other = rows_of(tmp_path, TEST, spell=spell)
    pd.testing.assert_frame_equal(usual, other)


def test_two_spellings_of_one_header_are_refused(tmp_path):
    message = refusal(tmp_path, TEST, header=[*CURRENT, "Scaled Score"])
    assert "'ScaledScore' and 'Scaled Score'" in message


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("SR.csv", "reading"),
        ("SM_v2.csv", "maths"),
        ("SELv2.csv", "early_literacy"),
        ("star math 2019.csv", "maths"),
        ("Star-Early-Literacy.csv", "early_literacy"),
    ],
)
def test_the_file_name_tells_the_subject(tmp_path, name, subject):
    assert only(tmp_path, name=name)["subject"] == subject


def test_content_tells_the_subject_before_the_name(tmp_path):
    assert only(tmp_path, name="a.csv", InstructionalReadingLevel="4.1")["subject"] == "reading"
    header = [*CURRENT, "Application Name"]
    rows = [
        TEST | {"Application Name": "Star Maths"},
        TEST | {"AssessmentID": "t-2", "Application Name": "Star Early Literacy"},
    ]
    assert rows_of(tmp_path, *rows, header=header, name="b.csv")["subject"].tolist() == [
        "maths",
        "early_literacy",
    ]


def test_an_unknown_or_contradicted_subject_is_refused_with_the_names_to_give(tmp_path):
    assert "Put SR (reading), SM (maths) or SEL" in refusal(tmp_path, TEST, name="export.csv")
    assert "tells 2 subjects" in refusal(tmp_path, TEST, name="SR_SM.csv")
    filled = TEST | {"InstructionalReadingLevel": "4.1"}
    assert "only Star Reading fills" in refusal(tmp_path, filled, name="SM.csv")


def test_half_past_midnight_in_summer_is_the_day_in_england(tmp_path):
    utc = {"CompletedDate": "2020-06-01T23:30:00.000Z"}
    assert only(tmp_path, **utc)["test_date"] == pd.Timestamp(2020, 6, 2)
    winter = {"CompletedDate": "2020-01-06T23:30:00.000Z"}
    assert only(tmp_path, **winter)["test_date"] == pd.Timestamp(2020, 1, 6)


def test_the_local_time_is_preferred_and_its_z_is_no_zone(tmp_path):
    test = only(
        tmp_path,
        CompletedDate="2020-06-01T22:30:00.000Z",
        CompletedDateLocal="2020-06-01T23:30:00.000Z",
    )
    assert test["test_date"] == pd.Timestamp(2020, 6, 1)


def test_august_belongs_to_the_autumn_that_follows(tmp_path):
    test = only(tmp_path, CompletedDate="2020-08-28T10:00:00Z")
    assert (test["academic_year"], test["season"]) == ("2020/21", "autumn")


@pytest.mark.parametrize("days", [("03/20/2020", "03/04/2020"), ("03/04/2020", "05/06/2020")])
def test_a_us_dated_current_extract_is_refused(tmp_path, days):
    rows = [TEST | {"AssessmentID": f"t-{n}", "CompletedDate": day} for n, day in enumerate(days)]
    message = refusal(tmp_path, *rows)
    assert "column CompletedDate" in message
    assert "in rows 2" in message
    assert "US-dated file" in message
    assert "2020" not in message.replace("2020-03-20T09:15:00Z", "")


def test_dates_with_the_day_proven_first_are_read(tmp_path):
    rows = [
        TEST | {"AssessmentID": "a", "CompletedDate": "20/03/2020 09:00"},
        TEST | {"AssessmentID": "b", "CompletedDate": "03/04/2020 11:00 PM"},
    ]
    assert rows_of(tmp_path, *rows)["test_date"].tolist() == [
        pd.Timestamp(2020, 3, 20),
        # 23:00 UTC in British Summer Time is the next day.
        pd.Timestamp(2020, 4, 4),
    ]


def test_an_older_extract_with_the_day_first_or_both_orders_mixed_is_refused(tmp_path):
    day_first = OLDER_TEST | {"AssessmentDate": "23/11/2018 09:18:27"}
    assert "writes the month first" in refusal(tmp_path, day_first, header=OLDER)
    mixed = [
        TEST | {"AssessmentID": "a", "CompletedDate": "20/03/2020"},
        TEST | {"AssessmentID": "b", "CompletedDate": "03/20/2020"},
    ]
    message = refusal(tmp_path, *mixed)
    assert "first in rows 2" in message
    assert "first in rows 3" in message


@pytest.mark.parametrize("day", ["2190-01-01T00:00:00Z", "1999-12-31T12:00:00Z", "2020-02-30"])
def test_impossible_days_are_refused(tmp_path, day):
    message = refusal(tmp_path, TEST, TEST | {"AssessmentID": "b", "CompletedDate": day})
    assert "column CompletedDate" in message
    assert "rows 3" in message


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"AssessmentStatus": "Deactivated", "ScaledScore": ""}, "deactivated"),
        ({"DeactivationReason": "Student was ill"}, "deactivated"),
        ({"AssessmentType": "Progress Monitoring"}, "not_screening"),
        ({"AssessmentType": "Non-Enterprise"}, "not_screening"),
        ({"ScreeningWindowStartDate": "2020-02-04T00:00:00Z"}, "outside_window"),
        ({"ScreeningWindowEndDate": "2020-02-02T00:00:00Z"}, "outside_window"),
        ({"ScaledScore": ""}, "no_score"),
    ],
)
def test_tests_that_must_not_be_counted_keep_their_row_and_reason(tmp_path, changes, reason):
    assert only(tmp_path, **changes)["unusable_reason"] == reason


def test_the_days_of_the_window_are_inside_it(tmp_path):
    edges = {
        "ScreeningWindowStartDate": "2020-02-03T00:00:00Z",
        "ScreeningWindowEndDate": "2020-02-03T00:00:00Z",
    }
    assert pd.isna(only(tmp_path, **edges)["unusable_reason"])
    assert "column AssessmentStatus" in refusal(tmp_path, TEST | {"AssessmentStatus": "Odd"})


@pytest.mark.parametrize(
    ("grade", "year"),
    [("0", 1), ("K", 1), ("12", 13), ("Year 7", 7), ("Year 99", None), ("adult", None), ("", None)],
)
def test_grades_become_year_groups(tmp_path, grade, year):
    found = only(tmp_path, Grade=grade)["year_group"]
    assert pd.isna(found) if year is None else found == year
    notes = load(write(tmp_path, TEST)).notes
    assert any("Year n + 1 (unverified)" in note for note in notes)


@pytest.mark.parametrize(("age", "months"), [("7:10", 94), ("6:00", 72), ("16:06", 198)])
def test_reading_ages_are_years_and_months(tmp_path, age, months):
    header = [*CURRENT, "Reading Age"]
    test = rows_of(tmp_path, TEST | {"Reading Age": age}, header=header).iloc[0]
    assert test["reading_age_months"] == months


@pytest.mark.parametrize("age", ["7.10", "5:11", "16:07", "7:12", "07:10:00", "7"])
def test_other_reading_ages_are_refused(tmp_path, age):
    message = refusal(tmp_path, TEST | {"Reading Age": age}, header=[*CURRENT, "Reading Age"])
    assert "column Reading Age" in message
    assert "rows 2" in message


def test_scores_outside_their_range_are_refused_with_column_and_row(tmp_path):
    message = refusal(tmp_path, TEST, TEST | {"AssessmentID": "b", "PercentileRank": "190"})
    assert "column PercentileRank" in message
    assert "rows 3" in message
    assert "190" not in message
    assert "column ScaledScore" in refusal(tmp_path, TEST | {"ScaledScore": "1501"})
    assert "column ScaledScore" in refusal(tmp_path, TEST | {"ScaledScore": "612x"})
    assert "column SEM" in refusal(tmp_path, OLDER_TEST | {"SEM": "-1"}, header=OLDER)


def test_swapped_score_columns_are_refused_by_both_names(tmp_path):
    swapped = refusal(tmp_path, TEST | {"ScaledScore": "55", "PercentileRank": "612"})
    assert "PercentileRank and ScaledScore" in swapped
    assert "look swapped" in swapped
    errors = refusal(tmp_path, TEST | {"ScaledScore": "24", "StandardErrorOfMeasurement": "480"})
    assert "StandardErrorOfMeasurement and ScaledScore" in errors


def test_standard_errors_on_the_rasch_scale_are_left_out_with_a_note(tmp_path):
    rows = [
        TEST | {"AssessmentID": f"t-{n}", "StandardErrorOfMeasurement": f"0.{35 + n}"}
        for n in range(5)
    ]
    reading = load(write(tmp_path, *rows))
    assert reading.tables["assessments"]["standard_error"].isna().all()
    assert any("Rasch scale" in note for note in reading.notes)


def test_a_test_listed_for_two_classes_is_one_test(tmp_path):
    reading = load(write(tmp_path, TEST, TEST | {"CourseName": "Other", "TeacherLastName": "X"}))
    assert len(reading.tables["assessments"]) == 1
    assert [(drop.rows, drop.reason[:13]) for drop in reading.dropped] == [(1, "the same test")]
    assert reading.rows_read == 2


def test_rows_without_a_day_are_counted_out_and_a_file_of_them_refused(tmp_path):
    reading = load(write(tmp_path, TEST, {"StudentIdentifier": "1"}))
    assert [drop.rows for drop in reading.dropped] == [1]
    assert "no row has the day" in refusal(tmp_path, TEST | {"CompletedDate": ""})


def test_a_missing_test_number_is_made_from_pupil_day_and_subject(tmp_path):
    bare = TEST | {"AssessmentID": ""}
    later = bare | {"CompletedDate": "2020-02-03T14:00:00Z", "ScaledScore": "640"}
    first, second = rows_of(tmp_path, bare, later)["assessment_id"]
    assert first == f"star:made:upn:{UPN}:2020-02-03:reading"
    assert second == f"{first}:2"
    assert rows_of(tmp_path, later, bare)["assessment_id"].tolist() == [second, first]


def test_year_given_against_the_dates_is_refused(tmp_path):
    from_command = star_assessments.AcademicYear.parse("2018/19")
    with pytest.raises(FileRefused, match="--year says 2018/19"):
        load(write(tmp_path, TEST), given=from_command)


def test_the_wanted_columns_are_enough(tmp_path):
    path = write(tmp_path, TEST, TEST | {"AssessmentID": "b", "ScaledScore": ""})
    raw = inspect(path)
    wanted = star_assessments.wanted_columns(raw)
    assert len(wanted) < 30
    assert not {"StudentFirstName", "StudentLastName", "StudentEmail", "BirthDate"} & set(wanted)
    full = read_cells(raw)
    thin = RawTable(
        raw=RawFile(
            path=raw.path,
            label=raw.label,
            sha256=raw.sha256,
            format=raw.format,
            encoding=raw.encoding,
            columns=tuple(wanted),
        ),
        frame=full.frame[wanted],
    )
    for name, frame in READER.read(full, None).tables.items():
        pd.testing.assert_frame_equal(frame, READER.read(thin, None).tables[name])
