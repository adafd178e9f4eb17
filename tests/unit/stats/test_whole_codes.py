import numpy as np
import pytest

from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.design import whole_codes


@pytest.mark.parametrize(
    "values",
    [
        np.array([5, 3, 5, 9]),
        np.array([-128, 127, 0], dtype=np.int8),
        np.array([0, 2**62, 7]),
        np.array([-(2**63), 2**63 - 1, 0]),
        np.array([255, 0, 3], dtype=np.uint8),
    ],
)
def test_codes_lead_back_to_the_numbers(values):
    codes, found = whole_codes(values)
    np.testing.assert_array_equal(found[codes], values)
    np.testing.assert_array_equal(found, np.unique(values))


@pytest.mark.parametrize("kind", [np.int16, np.uint64, str, object])
def test_a_fit_does_not_depend_on_the_type_of_the_ids(kind):
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, 9, 60)
    y, x = rng.normal(size=60), np.column_stack([np.ones(60), cluster % 2])
    expected = fit_ols(y=y, x=x, cluster=[f"s{k}" for k in cluster])
    result = fit_ols(y=y, x=x, cluster=cluster.astype(kind))
    np.testing.assert_allclose(result.se, expected.se, rtol=1e-12)
    np.testing.assert_allclose(result.df, expected.df, rtol=1e-12)


def test_ids_beyond_int64_keep_apart():
    cluster = np.array([2**64 - 1, 2**64 - 2, 2**64 - 3, 2**64 - 1], dtype=np.uint64)
    fit = fit_ols(y=[1, 2, 4, 3], x=np.ones((4, 1)), cluster=cluster)
    assert fit.n_clusters == 3
