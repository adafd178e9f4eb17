"""A cell is a number or a reason, never both and never neither."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery_analysis.errors import FileRefused
from recovery_analysis.intake.markers import (
    EXPLORE_EDUCATION_STATISTICS,
    LAIT,
    PERFORMANCE_TABLES,
    split_markers,
)

LISTS = {
    "performance tables": PERFORMANCE_TABLES,
    "explore education statistics": EXPLORE_EDUCATION_STATISTICS,
    "interactive tool": LAIT,
}
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr) | st.integers(
    -1000, 1000
).map(str)


@pytest.mark.parametrize("markers", LISTS.values(), ids=LISTS)
@settings(deadline=None)
@given(data=st.data())
def test_exactly_one_of_value_and_reason_is_null(markers, data):
    blanks = st.sampled_from(["", " "])
    cell = st.tuples(blanks, NUMBERS | st.sampled_from(list(markers)), blanks).map("".join)
    cells = pd.Series(data.draw(st.lists(cell, min_size=1)), name="VALUE", dtype="str")
    value, reason = split_markers(cells, markers=markers, label="made.csv")
    assert (value.isna() ^ reason.isna()).all()
    assert value.notna().tolist() == [text.strip() not in markers for text in cells]
    assert value.index.equals(cells.index)


@pytest.mark.parametrize("markers", LISTS.values(), ids=LISTS)
def test_every_marker_gives_its_own_reason(markers):
    cells = pd.Series(list(markers), name="VALUE", dtype="str")
    value, reason = split_markers(cells, markers=markers, label="made.csv")
    assert value.isna().all()
    assert reason.tolist() == [meaning.value for meaning in markers.values()]


def test_numbers_keep_their_value_and_percent_signs_go():
    cells = pd.Series(["12%", "-0.45", " 3 ", "0"], name="VALUE")
    value, _ = split_markers(cells, markers=PERFORMANCE_TABLES, label="made.csv")
    assert value.tolist() == [12, -0.45, 3, 0]


@pytest.mark.parametrize("cell", ["WHAT", "inf", "nan", "12,5", "1 2", "%"])
def test_an_unknown_marker_is_refused_with_column_and_row_and_without_the_cell(cell):
    cells = pd.Series(["1", cell, "SUPP"], index=[10, 11, 12], name="P8MEA")
    with pytest.raises(FileRefused) as caught:
        split_markers(cells, markers=PERFORMANCE_TABLES, label="ks4.csv")
    message = str(caught.value)
    assert "ks4.csv: column P8MEA: 1 cells" in message
    assert "rows 13." in message
    assert "'SUPP'" in message


def test_markers_of_one_publication_are_not_those_of_another():
    with pytest.raises(FileRefused, match="known marker"):
        split_markers(pd.Series(["SUPP"], name="x"), markers=LAIT, label="lait.parquet")
