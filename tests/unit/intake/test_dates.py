"""Dates of the registers: formats, unknown days, days ahead, the day of an extract."""

from datetime import date

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.dates import date_in_name, read_dates, settle_as_of
from recovery_analysis.intake.raw_file import inspect

TODAY = date(2022, 3, 15)


def cells(*texts, name="OpenDate"):
    return pd.Series(texts, name=name, dtype="str")


def test_the_formats_seen_give_the_same_day():
    days = read_dates(
        cells("01-09-2016", "01/09/2016", "2016-09-01", " 2016-09-01 00:00:00 "), label="a.csv"
    )
    assert days.tolist() == [pd.Timestamp(2016, 9, 1)] * 4
    assert str(days.dtype) == "datetime64[us]"


def test_the_day_comes_before_the_month():
    assert read_dates(cells("02-03-2016"), label="a.csv")[0] == pd.Timestamp(2016, 3, 2)


@pytest.mark.parametrize("text", ["1900-01-01", "01-01-1900", "01/01/1900", "", "  "])
def test_unknown_and_blank_are_null(text):
    assert read_dates(cells(text), label="a.csv").isna().all()


def test_a_day_long_ago_is_read():
    assert read_dates(cells("01-01-1512"), label="a.csv")[0].year == 1512


@pytest.mark.parametrize(
    "text", ["31-02-2016", "2016", "09/2016", "44440", "not known", "13/13/13"]
)
def test_text_that_is_no_date_is_refused_with_column_and_row(text):
    with pytest.raises(
        FileRefused, match=r"a\.csv: column OpenDate: 1 cells hold not a date.*rows 3"
    ):
        read_dates(cells("01-09-2016", text), label="a.csv")


def test_a_date_in_the_future_is_refused_with_column_and_row():
    with pytest.raises(FileRefused, match=r"column OpenDate.*a date in the future.*rows 3"):
        read_dates(cells("15-03-2022", "16-03-2022"), label="a.csv", today=TODAY)


def test_a_planned_day_is_allowed_row_by_row():
    texts = cells("01-09-2022", "01-09-2021")
    allowed = pd.Series([True, False])
    days = read_dates(texts, label="a.csv", today=TODAY, may_be_future=allowed)
    assert days[0] == pd.Timestamp(2022, 9, 1)
    with pytest.raises(FileRefused, match="future"):
        read_dates(texts, label="a.csv", today=TODAY, may_be_future=~allowed)


def test_all_days_may_lie_ahead_where_the_column_says_so():
    assert read_dates(cells("2030-01-01"), label="a.csv", today=TODAY, may_be_future=True)[0].year


def test_the_clock_is_the_default_today():
    with pytest.raises(FileRefused, match="future"):
        read_dates(cells("01-01-2999"), label="a.csv")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("edubasealldata20250422", date(2025, 4, 22)),
        ("groups-2022-03-15", date(2022, 3, 15)),
        ("2021_936_gias", None),
        ("england_2018_2019", None),
        ("links20251399", None),
    ],
)
def test_date_in_name(name, expected):
    assert date_in_name(name) == expected


def test_the_file_name_tells_the_day_before_the_content(tmp_path):
    path = tmp_path / "edubasealldata20250422.csv"
    path.write_text("URN\n100000\n", encoding="utf-8")
    changed = pd.Series(pd.to_datetime(["2021-04-21"]), name="LastChangedDate")
    day, words = settle_as_of(inspect(path), changed)
    assert day == pd.Timestamp(2025, 4, 22)
    assert "file name" in words
    plain = path.rename(tmp_path / "gias.csv")
    day, words = settle_as_of(inspect(plain), changed)
    assert day == pd.Timestamp(2021, 4, 21)
    assert "LastChangedDate" in words


def test_no_day_at_all_is_refused_with_the_fix(tmp_path):
    path = tmp_path / "gias.csv"
    path.write_text("URN\n100000\n", encoding="utf-8")
    nothing = pd.Series([pd.NaT], dtype="datetime64[us]", name="LastChangedDate")
    with pytest.raises(FileRefused, match=r"gias20250422\.csv"):
        settle_as_of(inspect(path), nothing)
