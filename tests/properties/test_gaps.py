"""What must hold for any school table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery_analysis.stats.gaps import GroupMeans, gap_change, gap_of_means

FEW = settings(max_examples=60, deadline=None)
MEANS = st.floats(60, 140, allow_nan=False)
COUNTS = st.integers(1, 300)


@st.composite
def tables(draw, fewest=2, most=12):
    """Mean and count of both groups for some schools: an array of four rows."""
    size = draw(st.integers(fewest, most))
    columns = [
        draw(st.lists(kind, min_size=size, max_size=size))
        for kind in (MEANS, MEANS, COUNTS, COUNTS)
    ]
    return np.array(columns, dtype=float)


def gap(table, school=None):
    low, high, n_low, n_high = table
    return gap_of_means(
        mean_disadvantaged=low,
        mean_other=high,
        n_disadvantaged=n_low,
        n_other=n_high,
        school=np.arange(table.shape[1]) if school is None else school,
    )


def means(table):
    return GroupMeans(
        mean_disadvantaged=table[0], mean_other=table[1], n_disadvantaged=table[2], n_other=table[3]
    )


@FEW
@given(tables())
def test_swapping_the_groups_changes_the_sign_and_nothing_else(table):
    one, other = gap(table), gap(table[[1, 0, 3, 2]])
    assert other.gap == pytest.approx(-one.gap, abs=1e-9)
    if one.se is not None and one.se > 1e-9:
        assert other.se == pytest.approx(one.se, rel=1e-6)
        assert other.df == pytest.approx(one.df, rel=1e-6)


@FEW
@given(tables(), st.floats(-50, 50))
def test_adding_a_constant_to_all_means_moves_no_gap(table, constant):
    moved = table.copy()
    moved[:2] += constant
    assert gap(moved).gap == pytest.approx(gap(table).gap, abs=1e-9)


@FEW
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_schools_does_not_matter(table, random):
    order = list(range(table.shape[1]))
    random.shuffle(order)
    one, other = gap(table), gap(table[:, order], school=np.array(order))
    assert other.gap == pytest.approx(one.gap, abs=1e-9)
    if one.low is not None:
        assert other.low == pytest.approx(one.low, abs=1e-6)
        assert other.high == pytest.approx(one.high, abs=1e-6)


@FEW
@given(tables(), st.floats(0.01, 100))
def test_a_common_factor_on_all_counts_changes_nothing(table, factor):
    scaled = table.copy()
    scaled[2:] *= factor
    one, other = gap(table), gap(scaled)
    assert other.gap == pytest.approx(one.gap, abs=1e-9)
    if one.low is not None:
        assert other.low == pytest.approx(one.low, abs=1e-6)


@FEW
@given(tables())
def test_a_school_split_in_two_equal_halves_keeps_the_gap(table):
    halves = np.hstack([table, table])
    halves[2:] /= 2
    one, other = gap(table), gap(halves)
    assert other.gap == pytest.approx(one.gap, abs=1e-9)
    assert other.n_pupils_other == pytest.approx(one.n_pupils_other)


@FEW
@given(tables())
def test_the_gap_lies_between_the_extreme_differences(table):
    result = gap(table)
    assert result.gap <= table[1].max() - table[0].min() + 1e-9
    assert result.gap >= table[1].min() - table[0].max() - 1e-9
    if result.low is not None:
        assert result.low <= result.gap <= result.high


@FEW
@given(st.data())
def test_the_change_is_the_gap_after_minus_the_gap_before(data):
    size = data.draw(st.integers(2, 10))
    early = data.draw(tables(size, size))
    late = data.draw(tables(size, size))
    forth = gap_change(before=means(early), after=means(late), school=np.arange(size))
    back = gap_change(before=means(late), after=means(early), school=np.arange(size))

    assert forth.change == pytest.approx(gap(late).gap - gap(early).gap, abs=1e-9)
    assert back.change == pytest.approx(-forth.change, abs=1e-9)
    if forth.low is not None:
        assert back.high == pytest.approx(-forth.low, abs=1e-6)


@FEW
@given(tables())
def test_two_equal_years_have_a_change_of_zero(table):
    result = gap_change(before=means(table), after=means(table), school=np.arange(table.shape[1]))
    assert result.change == 0
