import math

import numpy as np
import pytest
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.effects import hedges_g

GIVEN = {"mean_1": 105.0, "mean_2": 100.0, "sd_1": 10.0, "sd_2": 12.0, "n_1": 12, "n_2": 17}


def test_g_is_the_corrected_ratio():
    result = hedges_g(**GIVEN)
    pooled = math.sqrt((11 * 100 + 16 * 144) / 27)
    exact = math.gamma(13.5) / (math.sqrt(13.5) * math.gamma(13))

    assert result.g == pytest.approx(exact * 5 / pooled)
    assert exact == pytest.approx(1 - 3 / (4 * 27 - 1), abs=1e-4)


def test_ends_put_the_observed_t_at_the_percentiles():
    result = hedges_g(**GIVEN)
    scale = math.sqrt(12 * 17 / 29)
    correction = result.g * result.pooled_sd / 5
    t = 5 / result.pooled_sd * scale
    assert stats.nct.cdf(t, 27, result.low / correction * scale) == pytest.approx(0.975)
    assert stats.nct.cdf(t, 27, result.high / correction * scale) == pytest.approx(0.025)


def test_swapping_the_groups_changes_the_sign():
    swapped = {
        "mean_1": 100.0, "mean_2": 105.0, "sd_1": 12.0, "sd_2": 10.0, "n_1": 17, "n_2": 12
    }  # fmt: skip
    one, other = hedges_g(**GIVEN), hedges_g(**swapped)
    assert other.g == pytest.approx(-one.g)
    assert other.low == pytest.approx(-one.high, abs=1e-6)


@pytest.mark.parametrize("difference", [0.0, 1.0, 60.0])
@pytest.mark.parametrize("size", [2, 30, 100_000])
def test_an_interval_comes_out_at_any_size(difference, size):
    result = hedges_g(**{**GIVEN, "mean_1": 100 + difference, "n_1": size, "n_2": size})
    assert result.low < result.g < result.high


def test_g_is_unbiased_and_its_interval_holds_the_truth():
    rng = np.random.default_rng(9)
    found, held = [], 0
    for _ in range(1500):
        one, two = rng.normal(0.5, 1, 8), rng.normal(0, 1, 8)
        result = hedges_g(
            mean_1=one.mean(),
            mean_2=two.mean(),
            sd_1=one.std(ddof=1),
            sd_2=two.std(ddof=1),
            n_1=8,
            n_2=8,
        )
        found.append(result.g)
        held += result.low <= 0.5 <= result.high
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)
    assert 0.93 <= held / 1500 <= 0.98


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"mean_1": np.nan}, ParameterError, "mean_1 must be a finite"),
        ({"sd_1": -1.0}, ParameterError, "0 or more"),
        ({"n_1": 1}, TooFewToReport, "at least 2 pupils"),
        ({"sd_1": 0.0, "sd_2": 0.0}, NotIdentified, "both standard deviations are zero"),
    ],
)
def test_what_can_not_be_standardised_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        hedges_g(**{**GIVEN, **change})
