import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import optimize, stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.pooling import (
    average_within,
    meta_regression,
    random_effects,
    shrink_rates,
)

EFFECT = np.array([0.1, 0.3, 0.25, 0.5])
VARIANCE = np.array([0.01, 0.02, 0.01, 0.02])
LIKELIHOOD = ["REML", "ML"]
METHODS = ["DL", "REML", "ML", "PM", "HE", "SJ", "EB"]


def log_likelihood(tau2, y, v, *, restricted):
    """The definition, by the determinant and inverse of the full covariance matrix."""
    cov = np.diag(v + tau2)
    one = np.ones(len(y))
    inverse = np.linalg.inv(cov)
    centre = one @ inverse @ y / (one @ inverse @ one)
    value = -0.5 * np.linalg.slogdet(cov)[1] - 0.5 * (y - centre) @ inverse @ (y - centre)
    return value - 0.5 * np.log(one @ inverse @ one) * restricted


@pytest.mark.parametrize("method", LIKELIHOOD)
@example(seed=473, k=2)  # two tops of nearly the same height
@given(seed=st.integers(0, 10_000), k=st.integers(2, 12))
def test_no_tau2_is_more_likely_than_the_one_found(method, seed, k):
    rng = np.random.default_rng(seed)
    v = 10 ** rng.uniform(-3, 0, k)
    y = rng.normal(size=k) * np.sqrt(v + rng.choice([0, 0.05, 1]))
    found = random_effects(effect=y, variance=v, method=method, exact_roots=True).tau2
    restricted = method == "REML"
    best = log_likelihood(found, y, v, restricted=restricted)
    for other in np.concatenate([[0.0], np.geomspace(1e-6, 20, 300)]):
        assert best >= log_likelihood(other, y, v, restricted=restricted) - 1e-9


@pytest.mark.parametrize("method", METHODS)
def test_units_of_the_effect_only_rescale_the_answer(method):
    one = random_effects(effect=EFFECT, variance=VARIANCE, method=method, exact_roots=True)
    other = random_effects(
        effect=1e4 * EFFECT, variance=1e8 * VARIANCE, method=method, exact_roots=True
    )
    for name in ("estimate", "se", "low", "high", "prediction_low", "prediction_high"):
        assert getattr(other, name) == pytest.approx(1e4 * getattr(one, name), rel=1e-9)
    assert other.tau2 == pytest.approx(1e8 * one.tau2, rel=1e-9)
    assert other.i2 == pytest.approx(one.i2, rel=1e-9)


def test_equal_variances_give_the_t_interval_of_the_mean():
    result = random_effects(effect=EFFECT, variance=np.full(4, 0.001))
    assert result.estimate == pytest.approx(EFFECT.mean())
    assert result.se == pytest.approx(EFFECT.std(ddof=1) / 2)
    assert result.tau2 == pytest.approx(EFFECT.var(ddof=1) - 0.001)


def test_studies_that_agree_are_flagged_at_the_boundary():
    result = random_effects(effect=[0.30, 0.31, 0.29, 0.30], variance=[0.1] * 4)
    assert result.at_boundary
    assert result.tau2 == result.tau2_low == result.i2 == 0
    np.testing.assert_allclose(result.blup, result.estimate)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"effect": [0.1, np.nan, 0.2, 0.3]}, ParameterError, "effect must be finite"),
        ({"effect": [0.1, np.inf, 0.2, 0.3]}, ParameterError, "effect must be finite"),
        ({"variance": [0.1, np.nan, 0.2, 0.3]}, ParameterError, "variance must be finite"),
        ({"variance": [0.1, 0.2]}, ParameterError, "variance must have 4 values"),
        ({"variance": [0.1, -0.1, 0.2, 0.3]}, ParameterError, "variance must be above zero"),
        ({"variance": [0.1, 0.0, 0.2, 0.3]}, ParameterError, "variance must be above zero"),
        ({"effect": [], "variance": []}, TooFewToReport, "0 studies"),
        ({"effect": [0.2], "variance": [0.1]}, TooFewToReport, "1 studies"),
        ({"effect": [0.2] * 4}, NotIdentified, "same value in all studies"),
        ({"method": "XX"}, ParameterError, "method must be one of DL"),
    ],
)
def test_what_can_not_be_pooled_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        random_effects(**{"effect": EFFECT, "variance": VARIANCE, **change})


def test_equal_effects_pool_where_their_spread_is_not_used():
    result = random_effects(effect=[0.2] * 4, variance=VARIANCE, hartung_knapp=False)
    assert result.estimate == pytest.approx(0.2)
    assert result.se == pytest.approx(1 / np.sqrt((1 / VARIANCE).sum()))


def coverage(k, *, hartung_knapp, tau, runs=2000):
    """Shares of runs in which the interval holds the truth, and the prediction interval a new study."""
    rng = np.random.default_rng(k)
    held = ahead = 0
    for _ in range(runs):
        v = rng.uniform(0.005, 0.06, k)
        y = 0.2 + rng.normal(size=k) * np.sqrt(tau**2 + v)
        result = random_effects(effect=y, variance=v, hartung_knapp=hartung_knapp)
        held += result.low <= 0.2 <= result.high
        ahead += result.prediction_low <= 0.2 + tau * rng.normal() <= result.prediction_high
    return held / runs, ahead / runs


@pytest.mark.slow
@pytest.mark.parametrize("tau", [0.0, 0.15])
@pytest.mark.parametrize("k", [4, 8, 20, 100])
def test_the_interval_holds_the_truth_in_95_of_100_runs(k, tau):
    held, _ = coverage(k, hartung_knapp=True, tau=tau)
    assert 0.93 <= held <= 0.97


def test_a_column_of_ones_alone_is_the_pooled_effect():
    line = meta_regression(effect=EFFECT, variance=VARIANCE, x=[[1]] * 4)
    pooled = random_effects(effect=EFFECT, variance=VARIANCE)
    assert line.coef[0] == pytest.approx(pooled.estimate)
    assert line.se[0] == pytest.approx(pooled.se)
    assert line.p[0] == pytest.approx(pooled.p)
    assert (line.low[0], line.high[0]) == pytest.approx((pooled.low, pooled.high))
    assert (line.tau2, line.q) == pytest.approx((pooled.tau2, pooled.q))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"variance": [0.1, 0.1, -1, 1]}, ParameterError, "variance must be above zero"),
        ({"effect": [0.1, np.nan, 0.1, 1]}, ParameterError, "effect must be finite"),
        ({"x": [[1]] * 3}, ParameterError, "x must have 4 rows"),
        ({"x": [[1, 2]] * 4}, NotIdentified, "sum of multiples"),
        ({"effect": [1, 2, 3, 4], "x": [[1, 1], [1, 2], [1, 3], [1, 4]]}, NotIdentified, "exactly"),
    ],
)
def test_regressions_that_tell_nothing_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        meta_regression(**{"effect": EFFECT, "variance": VARIANCE, "x": [[1]] * 4, **change})


def test_average_within_is_the_variance_of_a_mean():
    result = average_within(
        effect=[1.0, 2.0, 4.0], variance=[0.04, 0.09, 0.01], study=["b", "b", "a"], correlation=0.5
    )
    assert result.study == ("a", "b")
    np.testing.assert_allclose(result.effect, [4.0, 1.5])
    np.testing.assert_allclose(result.variance, [0.01, (0.04 + 0.09 + 2 * 0.5 * 0.06) / 4])
    np.testing.assert_allclose(result.n, [1, 2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"study": ["a", "b"]}, "study must have 3 names"),
        ({"study": ["a", None, "b"]}, "study"),
        ({"study": ["a", " ", "b"]}, "a name is missing"),
        ({"correlation": 1.2}, "correlation must lie from 0 to 1"),
        ({"variance": [0.1, 0.1, -1]}, "variance must be above zero"),
    ],
)
def test_what_can_not_be_averaged_is_refused(change, message):
    given_ = {"effect": [1, 2, 3], "variance": [0.1] * 3, "study": ["a", "a", "b"]}
    with pytest.raises(ParameterError, match=message):
        average_within(**{**given_, **change})


def test_shrunk_rates_lie_at_the_posterior_mean_of_the_most_likely_beta():
    s, n = np.array([2, 45, 60, 30]), np.array([12, 90, 100, 80])
    result = shrink_rates(successes=s, trials=n)
    best = optimize.minimize(
        lambda at: -stats.betabinom.logpmf(s, n, *np.exp(at)).sum(), [2, 2], method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-12},
    )  # fmt: skip
    alpha, beta = np.exp(best.x)
    assert result.alpha == pytest.approx(alpha, rel=1e-5)
    assert result.beta == pytest.approx(beta, rel=1e-5)
    np.testing.assert_allclose(result.estimate, (s + alpha) / (n + alpha + beta), rtol=1e-6)
    assert result.correlation == pytest.approx(1 / (alpha + beta + 1), rel=1e-5)


def test_a_strand_of_12_pupils_is_drawn_further_than_one_of_1200():
    result = shrink_rates(successes=[3, 300, 500, 700, 600], trials=[12, 1200, 1000, 1000, 1000])
    assert result.estimate[0] > 0.3 > 0.26 > result.estimate[1]
    assert result.high[0] - result.low[0] > 3 * (result.high[1] - result.low[1])


def test_units_that_agree_get_the_common_rate_but_not_a_certain_one():
    result = shrink_rates(successes=[5, 5, 5, 5], trials=[10] * 4)
    assert result.units_alike
    np.testing.assert_allclose(result.estimate, 0.5)
    assert result.correlation == 0
    assert bool((result.high - result.low > 0.3).all())


def test_all_or_nothing_units_stay_apart():
    result = shrink_rates(successes=[0, 10, 0, 10], trials=[10] * 4)
    assert result.correlation > 0.9
    assert result.estimate[0] < 0.01 < 0.99 < result.estimate[1]
    assert bool(((result.low <= result.estimate) & (result.estimate <= result.high)).all())


def test_large_counts_keep_their_digits():
    result = shrink_rates(successes=[500_000, 520_000, 490_000, 505_000], trials=[1_000_000] * 4)
    np.testing.assert_allclose(result.estimate, [0.5, 0.52, 0.49, 0.505], atol=5e-5)
    assert 0.518 < result.low[1] < result.high[1] < 0.522


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"successes": [1, np.nan, 2]}, ParameterError, "successes must be finite"),
        ({"successes": [1, 2]}, ParameterError, "trials must have 2 values"),
        ({"successes": [1, 2.5, 2]}, ParameterError, "successes must be whole"),
        ({"trials": [10, -1, 10]}, ParameterError, "trials must be whole numbers of 0 or more"),
        ({"trials": [10, 0, 10], "successes": [1, 0, 1]}, ParameterError, "trials must be above"),
        ({"successes": [11, 2, 2]}, ParameterError, "not be above trials"),
        ({"successes": [], "trials": []}, TooFewToReport, "at least 3 units"),
        ({"successes": [0, 1, 1], "trials": [1, 1, 1]}, TooFewToReport, "2 trials or more"),
        ({"successes": [0, 0, 0]}, NotIdentified, "none, or all"),
        ({"successes": [10, 10, 10]}, NotIdentified, "none, or all"),
    ],
)
def test_counts_that_tell_nothing_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        shrink_rates(**{"successes": [1, 2, 3], "trials": [10, 10, 10], **change})


@pytest.mark.slow
@pytest.mark.parametrize("units", [4, 8, 20, 100])
def test_shrunk_intervals_hold_the_true_rates(units):
    rng = np.random.default_rng(units)
    held = []
    for _ in range(6000 // units if units > 20 else 300):
        truth = rng.beta(6, 4, units)
        trials = rng.integers(5, 60, units)
        result = shrink_rates(successes=rng.binomial(trials, truth), trials=trials)
        held.append(np.mean((result.low <= truth) & (truth <= result.high)))
    assert 0.93 <= np.mean(held) <= 0.97
