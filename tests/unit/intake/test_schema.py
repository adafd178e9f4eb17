"""The checks of a canonical table, and what they say."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery_analysis.errors import ConflictingData, FileRefused
from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.intake.tables.measures import PUBLISHED_MEASURES
from recovery_analysis.intake.tables.schools import SCHOOL_LINKS


def links(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["urn", "link_urn", "link_date"])
    return frame.assign(
        link_type="Successor",
        link_date=pd.to_datetime(frame["link_date"]),
        **{ROW: range(2, len(frame) + 2)},
    )


def measures(value, reason) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "entity": "la",
            "entity_id": [str(300 + place) for place in range(len(value))],
            "entity_name": "Place",
            "academic_year": "2018/19",
            "measure": "attainment8",
            "pupil_group": "all",
            "population": "state_funded",
            "value": pd.Series(value, dtype="float64"),
            "missing_reason": pd.Series(reason, dtype="str"),
            "series": "made",
        }
    )


def test_a_good_frame_comes_back_in_order_with_types_and_absent_columns():
    frame = links(("100000", "100001", None)).drop(columns="link_date")
    checked = validate(SCHOOL_LINKS, frame, label="links.csv")
    assert checked.columns.tolist() == [*SCHOOL_LINKS.names, ROW]
    assert str(checked["link_date"].dtype) == "datetime64[us]"


def test_exact_repeats_are_removed_and_the_first_row_kept():
    frame = links(("100000", "100001", "2020-01-01"), ("100000", "100001", "2020-01-01"))
    assert validate(SCHOOL_LINKS, frame, label="links.csv")[ROW].tolist() == [2]


def test_the_same_key_with_different_values_is_refused_with_the_rows():
    frame = links(("100000", "100001", "2020-01-01"), ("100000", "100001", "2021-01-01"))
    with pytest.raises(ConflictingData, match=r"urn, link_urn, link_type.*rows 2, 3\."):
        validate(SCHOOL_LINKS, frame, label="links.csv")


@pytest.mark.parametrize("urn", ["100000.0", "1.0E+05", "0100000", "12", "x"])
def test_a_damaged_identifier_is_refused_by_column_and_row_and_never_shown(urn):
    frame = links(("100000", "100001", None), (urn, "100002", None))
    with pytest.raises(FileRefused) as caught:
        validate(SCHOOL_LINKS, frame, label="links.csv")
    message = str(caught.value)
    assert "links.csv" in message
    assert "column urn" in message
    assert "in rows 3" in message
    assert "nothing was loaded" in message


def test_a_missing_column_is_named():
    with pytest.raises(FileRefused, match="the column is present"):
        validate(
            SCHOOL_LINKS,
            links(("100000", "100001", None)).drop(columns="link_urn"),
            label="links.csv",
        )


def test_every_violation_is_named_at_once():
    frame = measures([300.0, 40.0], [None, "suppressed"]).assign(academic_year="2019")
    with pytest.raises(FileRefused) as caught:
        validate(PUBLISHED_MEASURES, frame, label="made.csv")
    message = str(caught.value)
    assert "academic_year" in message
    assert "within the measure's bounds" in message
    assert "a value or a reason, not both" in message


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.floats(0, 90), st.none()),
            st.tuples(st.none(), st.sampled_from(["suppressed", "not_published", "no_tests"])),
            st.tuples(st.floats(0, 90), st.just("suppressed")),
            st.tuples(st.none(), st.none()),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_row_passes_only_with_a_value_or_a_reason(cells):
    frame = measures([cell[0] for cell in cells], [cell[1] for cell in cells])
    if all((value is None) != (reason is None) for value, reason in cells):
        assert len(validate(PUBLISHED_MEASURES, frame, label="made.csv")) == len(cells)
    else:
        with pytest.raises(FileRefused, match="a value or a reason"):
            validate(PUBLISHED_MEASURES, frame, label="made.csv")


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_each_table_has_its_key_among_its_columns_and_describes_all(table):
    assert set(table.key) <= set(table.names)
    assert all(column.what for column in table.columns)
    assert not any(column.nullable for column in table.columns if column.name in table.key)
