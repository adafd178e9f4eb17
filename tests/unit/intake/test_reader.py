"""How the academic year of a file is settled."""

import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.raw_file import inspect
from recovery_analysis.intake.reader import Dropped, dropped, settle_year, year_in_name
from recovery_analysis.words.periods import AcademicYear

Y2016, Y2018, Y2022 = AcademicYear(2016), AcademicYear(2018), AcademicYear(2022)


def raw_file(folder, name):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("URN\n100000\n", encoding="utf-8")
    return inspect(path)


@pytest.mark.parametrize(
    ("name", "single_year", "expected"),
    [
        ("england_2018_2019_reduced", "end", Y2018),
        ("2016-2017_936_ks4final", "end", Y2016),
        ("201819_absence", "end", Y2018),
        ("2018-936-ks2", "start", Y2018),
        ("ks2_2019", "end", Y2018),
        ("england_2022-23", "start", Y2022),
        ("england_ks4final", "end", None),
        ("performance", "start", None),
    ],
)
def test_year_in_name(name, single_year, expected):
    assert year_in_name(name, single_year=single_year) == expected


def test_the_content_comes_first(tmp_path):
    raw = raw_file(tmp_path, "ks4_2016_2017.csv")
    assert settle_year(raw, content=Y2018, given=None, single_year="end") == (Y2018, "content")


def test_the_users_year_comes_before_the_name(tmp_path):
    raw = raw_file(tmp_path, "ks4_2016_2017.csv")
    assert settle_year(raw, content=None, given=Y2018, single_year="end") == (Y2018, "--year")


def test_the_name_comes_before_the_folder(tmp_path):
    named = raw_file(tmp_path / "tables_2022_2023", "ks4_2016_2017.csv")
    unnamed = raw_file(tmp_path / "tables_2022_2023", "ks4final.csv")
    assert settle_year(named, content=None, given=None, single_year="end") == (Y2016, "file name")
    assert settle_year(unnamed, content=None, given=None, single_year="end") == (
        Y2022,
        "folder name",
    )


def test_a_contradiction_between_user_and_content_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"--year says 2016/17 but .* say 2018/19"):
        settle_year(raw_file(tmp_path, "a.csv"), content=Y2018, given=Y2016, single_year="end")


def test_no_year_anywhere_is_refused_with_the_flag_to_give(tmp_path):
    raw = raw_file(tmp_path / "downloads", "ks4final.csv")
    with pytest.raises(FileRefused, match=r"--year ks4final\.csv=2022/23"):
        settle_year(raw, content=None, given=None, single_year="end")


def test_dropped_leaves_out_reasons_without_rows():
    assert dropped((0, "blank row"), (3, "a repeat")) == (Dropped(rows=3, reason="a repeat"),)
