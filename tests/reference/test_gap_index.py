"""The published gap index, from a population built to the published shares, and Mann-Whitney's statistic."""

import numpy as np
import pytest
from scipy import stats

from recovery_analysis.stats.gaps import gap_index, tabulate

#: What is reproduced here: source, quantity, tolerance. ``docs/build_reference_table.py`` collects these.
REPRODUCES = (
    (
        "DfE, key stage 2 attainment 2018/19: 51% of disadvantaged and 71% of other pupils reach the"
        " expected standard in reading, writing and maths",
        "disadvantage gap index 2.913, from two normal distributions of one spread with these shares",
        "0.005 absolute",
    ),
    (
        "scipy.stats.mannwhitneyu",
        "gap index = 10 (2 AUC - 1) on any scores, with and without ties",
        "1e-10 absolute",
    ),
)
PUBLISHED_INDEX, SHARE_LOW, SHARE_OTHER = 2.913, 0.51, 0.71
N_LOW, N_OTHER = 60_000, 140_000


def population(rounded_to=None):
    """Scores at the quantiles of two normal distributions; 0 is the expected standard."""
    low = stats.norm.ppf(SHARE_LOW) + stats.norm.ppf((np.arange(N_LOW) + 0.5) / N_LOW)
    high = stats.norm.ppf(SHARE_OTHER) + stats.norm.ppf((np.arange(N_OTHER) + 0.5) / N_OTHER)
    score = np.concatenate([low, high])
    if rounded_to is not None:
        score = np.rint(score / rounded_to)
    return {
        "score": score,
        "disadvantaged": np.arange(len(score)) < N_LOW,
        "school": None,
        "year": 2019,
    }


def test_the_published_index_comes_from_a_population_with_the_published_shares():
    data = population()
    low = data["disadvantaged"]
    assert np.mean(data["score"][low] >= 0) == pytest.approx(SHARE_LOW, abs=1e-4)
    assert np.mean(data["score"][~low] >= 0) == pytest.approx(SHARE_OTHER, abs=1e-4)
    assert gap_index(table=tabulate(**data)).gap == pytest.approx(PUBLISHED_INDEX, abs=0.005)


def test_scaled_scores_give_nearly_the_same_index():
    # a scaled score's standard deviation is about 7 points
    result = gap_index(table=tabulate(**population(rounded_to=1 / 7)))
    assert result.gap == pytest.approx(PUBLISHED_INDEX, abs=0.01)


@pytest.mark.parametrize("rounded_to", [None, 0.1, 1.0])
def test_the_index_is_that_of_mann_whitney(rounded_to):
    data = population(rounded_to)
    low, score = data["disadvantaged"], data["score"]
    pairs = stats.mannwhitneyu(score[~low], score[low]).statistic
    expected = 10 * (2 * pairs / (N_LOW * N_OTHER) - 1)
    assert gap_index(table=tabulate(**data)).gap == pytest.approx(expected, abs=1e-10)
