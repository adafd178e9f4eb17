"""Words of a closed list, yes and no, year groups."""

import pandas as pd
import pytest

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.cell_words import words_of, year_groups, yes_or_no


def cells(*texts):
    return pd.Series(list(texts), name="Column", index=range(len(texts)), dtype="str")


def test_yes_and_no():
    got = yes_or_no(cells("Y", "n", "TRUE", "False", "1", "0", ""), label="a.csv")
    assert got.tolist()[:6] == ["yes", "no", "yes", "no", "yes", "no"]
    assert pd.isna(got.iloc[6])


@pytest.mark.parametrize("text", ["phone only", "Phone_Only", "phone-only", " PHONE  only "])
def test_joins_and_case_do_not_matter(text):
    assert words_of(cells(text), {"phone only": "phone"}, label="a.csv").tolist() == ["phone"]


def test_year_groups_in_all_wordings():
    got = year_groups(
        cells("R", "Reception", "Year 5", "Yr7", "Y8", "09", "10.0", "Year R", "Nursery", "-1"),
        label="a.csv",
    )
    assert got.tolist() == [0, 0, 5, 7, 8, 9, 10, 0, -1, -1]


def test_no_year_group_is_null():
    assert year_groups(cells("", "X", "E1", "e2"), label="a.csv").isna().all()


@pytest.mark.parametrize("text", ["15", "-3", "Zzyzx", "5B", "nan", "1e1", "inf"])
def test_other_cells_are_refused_without_their_value(text):
    with pytest.raises(FileRefused, match=r"column Column: 1 cells .*rows 3") as caught:
        year_groups(cells("5", text), label="a.csv")
    assert text not in str(caught.value).replace("1 to 14", "").replace("cells", "")


def test_an_unknown_word_is_refused_with_the_accepted_words():
    with pytest.raises(FileRefused, match=r"\(own, none\), first in rows 3") as caught:
        words_of(cells("own", "Zzyzx"), {"own": "own", "none": "none"}, label="a.csv")
    assert "Zzyzx" not in str(caught.value)
