"""Simulation: a community's mean of actual minus expected, with the norms' own error, against the truth."""

import numpy as np
from scipy import stats

from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.expectation import expectation_statistics, fit_expectation

RUNS = 400
SLOPE, SEM, LOSS = 0.85, 25.0, 9.0
NORM_SCHOOLS, OWN_SCHOOLS, PUPILS = 30, 12, 25


def cohort(rng, schools, *, start=0.0, loss=0.0):
    """Pupils of some schools; a community can start ``start`` points lower than the schools of the norms."""
    school = np.repeat(np.arange(schools), PUPILS)
    n = len(school)
    poor = rng.random(n) < 0.3
    true = 500 + start + rng.normal(0, 20, schools)[school] - 40 * poor + rng.normal(0, 70, n)
    push = rng.normal(0, 6, schools)[school]
    score = 100 + SLOPE * true + 6 * poor + push + rng.normal(0, 30 + SEM, n) - loss
    x = np.column_stack([np.ones(n), poor]).astype(float)
    return score, true + rng.normal(0, SEM, n), x, school


def norms(rng, *, correct_errors):
    score, prior, x, school = cohort(rng, NORM_SCHOOLS)
    table = expectation_statistics(
        score=score,
        prior=prior,
        prior_error_variance=np.full(len(score), SEM**2),
        x=x,
        cell=np.zeros(len(score), np.int64),
        school=school,
    )
    return fit_expectation(table, 0, correct_errors=correct_errors)


def run(rng, *, correct_errors=True):
    """Give the estimate, its standard error and whether the 95% interval holds the truth."""
    fit = norms(rng, correct_errors=correct_errors)
    score, prior, x, school = cohort(rng, OWN_SCHOOLS, start=-60.0, loss=LOSS)
    own = fit_ols(y=score - fit.expect(x, prior), x=np.ones((len(score), 1)), cluster=school)
    middle = fit.columns(x, prior).mean(axis=0)
    extra = float(middle @ fit.vcov @ middle)
    variance, df = float(own.se[0]) ** 2, float(own.df[0])
    se = np.sqrt(variance + extra)
    total_df = se**4 / (variance**2 / df + extra**2 / (fit.n_schools - 1))
    half = stats.t.ppf(0.975, total_df) * se
    return float(own.coef[0]), se, abs(float(own.coef[0]) + LOSS) <= half


def test_a_low_starting_community_is_told_its_loss_without_bias_and_with_honest_ranges():
    rng = np.random.default_rng(20200320)
    found = np.array([run(rng) for _ in range(RUNS)])
    bias, se, held = found[:, 0].mean() + LOSS, found[:, 1].mean(), found[:, 2].mean()

    assert abs(bias) < se / 4
    assert 0.92 <= held <= 0.98


def test_plain_least_squares_would_tell_it_too_large_a_loss():
    rng = np.random.default_rng(20200320)
    found = np.array([run(rng, correct_errors=False) for _ in range(100)])

    assert found[:, 0].mean() + LOSS < -found[:, 1].mean()
