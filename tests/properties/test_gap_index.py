"""What must hold of the gaps of any pupils' scores, ties and all."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from recovery_analysis.stats.gaps import gap_index, mean_gap, standardised_gap, tabulate

FEW = settings(max_examples=80, deadline=None)
#: Few different scores make many ties; the floats make hardly any.
SCORES = st.one_of(
    st.integers(-3, 3), st.integers(80, 120), st.floats(-1e6, 1e6, allow_subnormal=False)
)


@st.composite
def pupils(draw, most=60):
    size = draw(st.integers(4, most))
    score = np.array(draw(st.lists(SCORES, min_size=size, max_size=size)), dtype=float)
    low = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    school = np.array(draw(st.lists(st.integers(1, 5), min_size=size, max_size=size)))
    assume(low.any() and not low.all() and len(np.unique(score)) > 1)
    return {"score": score, "disadvantaged": low, "school": school, "year": 2024}


def mann_whitney(data):
    low = data["disadvantaged"]
    pairs = stats.mannwhitneyu(data["score"][~low], data["score"][low]).statistic
    return 10 * (2 * pairs / (low.sum() * (~low).sum()) - 1)


@FEW
@given(pupils())
def test_the_index_is_that_of_mann_whitney(data):
    expected = mann_whitney(data)
    assert gap_index(table=tabulate(**data)).gap == pytest.approx(expected, abs=1e-10)
    nation = tabulate(**{**data, "school": None})
    assert gap_index(table=nation).gap == pytest.approx(expected, abs=1e-10)
    assert gap_index(table=nation, national=nation).gap == pytest.approx(expected, abs=1e-10)


@FEW
@given(pupils())
def test_the_index_is_that_of_mean_ranks(data):
    ranks, low = stats.rankdata(data["score"]), data["disadvantaged"]
    result = gap_index(table=tabulate(**data))
    size = len(ranks)
    assert result.gap == pytest.approx(20 * (ranks[~low].mean() - ranks[low].mean()) / size)
    assert result.mean_other == pytest.approx(20 * (ranks[~low].mean() - 0.5) / size)
    assert -10 <= result.gap <= 10


@FEW
@given(pupils())
def test_swapping_the_groups_changes_the_sign_and_nothing_else(data):
    one = tabulate(**data)
    other = tabulate(**{**data, "disadvantaged": ~data["disadvantaged"]})
    for measure in (gap_index, mean_gap):
        mine, theirs = measure(table=one), measure(table=other)
        assert theirs.gap == pytest.approx(-mine.gap, rel=1e-9, abs=1e-9)
        if mine.se is not None and mine.se > 1e-6:
            assert theirs.se == pytest.approx(mine.se, rel=1e-6)
            assert theirs.df == pytest.approx(mine.df, rel=1e-6)


@FEW
@given(pupils(), st.integers(1, 3))
def test_how_pupils_are_parted_changes_nothing(data, parts):
    part = np.arange(len(data["score"])) % (parts + 1)
    pieces = [
        tabulate(
            **{
                name: values[part == k] if isinstance(values, np.ndarray) else values
                for name, values in data.items()
            }
        )
        for k in range(parts + 1)
    ]
    total = pieces[0]
    for piece in pieces[1:]:
        total = total + piece
    for measure in (gap_index, mean_gap):
        assert measure(table=total) == measure(table=tabulate(**data))


@FEW
@given(pupils())
def test_order_keeps_the_index_and_a_new_unit_keeps_the_standardised_gap(data):
    score = np.round(data["score"], 3)
    low = data["disadvantaged"]
    assume(score[low].std() + score[~low].std() > 1e-3)
    moved = tabulate(**{**data, "score": 4 * score + 64})
    plain = tabulate(**{**data, "score": score})
    assert gap_index(table=moved).gap == pytest.approx(gap_index(table=plain).gap, abs=1e-9)
    expected = standardised_gap(table=plain).gap
    assert standardised_gap(table=moved).gap == pytest.approx(expected, rel=1e-6, abs=1e-9)
