"""The interactive tool's long table: measures, years with stages, places and missing values."""

import pandas as pd
import pytest

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.raw_file import inspect, read_cells
from recovery_analysis.intake.reader import Dropped
from recovery_analysis.intake.readers.lait import MEASURE_OF, READER
from recovery_analysis.intake.schema import validate
from recovery_analysis.intake.tables.measures import PUBLISHED_MEASURES
from recovery_analysis.words.measures import MEASURES

COLUMNS = ["Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region"]


def row(short="DAP_KS4_ATT8", year="2019", place="Surrey", value="35.5", number=936.0):
    return (short, None, year, place, value, number, "South East")


def read(folder, *rows):
    path = folder / "bds_long_0.parquet"
    pd.DataFrame(list(rows), columns=COLUMNS).to_parquet(path)
    raw = inspect(path)
    assert READER.recognises(raw)
    reading = READER.read(read_cells(raw), None)
    return reading, validate(PUBLISHED_MEASURES, reading.tables["published_measures"], label="lait")


def test_each_place_gets_its_kind_and_key(tmp_path):
    _, measures = read(
        tmp_path,
        row(),
        row(place="England", number=970.0),
        row(place="London (Inner)", number=987.0),
    )
    assert measures[["entity", "entity_id"]].to_numpy().tolist() == [
        ["la", "936"],
        ["england", "england"],
        ["region", "London (Inner)"],
    ]
    assert set(measures["population"]) == {"state_funded"}
    assert set(measures["academic_year"]) == {"2018/19"}


def test_the_noise_of_a_binary_number_is_rounded_away(tmp_path):
    _, measures = read(tmp_path, row(value="36.799999999999997"), row(year="2022", value="0.30001"))
    assert measures["value"].tolist() == [36.8, 0.3]


@pytest.mark.parametrize(
    ("short", "year", "reason"),
    [
        ("DAP_NEW_KS2_RWM", "2020", "no_tests"),
        ("KS2M_Prog_VA", "2021", "no_tests"),
        ("AVG_Prog8_Score", "2021", "no_tests"),
        ("DAP_NEW_KS2_RWM", "2019", "not_published"),
        ("TotAbs", "2020", "not_published"),
        ("DAP_KS4_ATT8", "2020", "not_published"),
    ],
)
def test_a_dash_is_read_with_its_reason(tmp_path, short, year, reason):
    _, measures = read(tmp_path, row(short, year, value="-"))
    assert measures["value"].isna().all()
    assert measures["missing_reason"].tolist() == [reason]


def test_teacher_assessed_grades_keep_their_value(tmp_path):
    _, measures = read(tmp_path, row(year="2021", value="40.3"))
    assert measures["value"].tolist() == [40.3]


def test_the_later_stage_of_a_release_wins_whatever_the_order(tmp_path):
    reading, measures = read(
        tmp_path,
        row(year="2024 (Final)", value="3"),
        row(year="2024 (prov)", value="1"),
        row(year="2024 (Rev)", value="2"),
        row(year="2023", value="9"),
    )
    assert measures.set_index("academic_year")["value"].to_dict() == {"2023/24": 3, "2022/23": 9}
    assert Dropped(rows=2, reason="an earlier release of the same figure") in reading.dropped
    assert any("3 figures are marked with the stage" in note for note in reading.notes)
    assert reading.academic_year == "2022/23 to 2023/24"


@pytest.mark.parametrize(
    ("earlier", "later"), [("(prov)", ""), ("(prov)", "(Rev)"), ("", "(Rev)"), ("(Rev)", "(Final)")]
)
def test_the_order_of_the_stages(tmp_path, earlier, later):
    rows = [
        row(year=f"2024 {earlier}".strip(), value="1"),
        row(year=f"2024 {later}".strip(), value="2"),
    ]
    for ordered in (rows, rows[::-1]):
        assert read(tmp_path, *ordered)[1]["value"].tolist() == [2]


def test_repeats_and_other_measures_are_counted(tmp_path):
    reading, measures = read(tmp_path, row(), row(), row("InfMort", "2014-16", value="3.1"))
    assert len(measures) == 1
    assert reading.rows_read == 3
    assert reading.dropped == (
        Dropped(rows=1, reason="not a measure that the reports use"),
        Dropped(rows=1, reason="an exact repeat of another row"),
    )


def test_two_values_of_one_figure_are_refused(tmp_path):
    with pytest.raises(ConflictingData):
        read(tmp_path, row(value="35.5"), row(value="35.6"))


@pytest.mark.parametrize("year", ["2018-19", "2019 (guess)", "0", "19"])
def test_an_unknown_form_of_year_is_refused_with_its_row(tmp_path, year):
    with pytest.raises(FileRefused, match=r"column Years.*rows 3"):
        read(tmp_path, row(), row(year=year))


def test_an_unknown_marker_a_damaged_number_and_a_wild_value_are_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"column Values.*rows 2"):
        read(tmp_path, row(value="n/k"))
    with pytest.raises(FileRefused, match="column LA Number"):
        read(tmp_path, row(number=9.36))
    with pytest.raises(FileRefused, match="bounds"):
        read(tmp_path, row(value="355"))


def test_a_table_without_our_measures_or_without_records_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="none of the measures"):
        read(tmp_path, row("InfMort"))
    with pytest.raises(FileRefused, match="no records"):
        read(tmp_path)


def test_each_short_name_stands_for_one_measure_and_group():
    assert {measure for measure, _ in MEASURE_OF.values()} <= set(MEASURES)
    assert len(set(MEASURE_OF.values())) == len(MEASURE_OF) == 22
