"""Ordinal models with a random intercept: the likelihood by brute force, known truth, and refusals."""

import numpy as np
import pytest
from scipy import special

from recovery_analysis.errors import NotConverged, NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats import ordinal_mixed
from recovery_analysis.stats.ordinal import ordinal
from recovery_analysis.stats.ordinal_mixed import ordinal_random_intercept

CUTS, COEF, SD = [-1.0, 0.5, 2.0], [0.8, 0.5], 1.0


def answers(rng, *, groups=40, size=10, sd=SD):
    """Simulate answers 1 to 4; the second column of x is one value a group."""
    group = np.repeat(np.arange(groups), size)
    x = np.column_stack([rng.normal(size=len(group)), group % 2])
    effect = rng.normal(0, sd, groups)[group]
    latent = x @ COEF + effect + rng.logistic(size=len(group))
    return {"y": np.digitize(latent, CUTS) + 1, "x": x, "group": group}


def log_likelihood(at, y, x, group):
    """Integrate out the effects on a fine even grid: exact to the last digits for a smooth curve."""
    grid = np.linspace(-9, 9, 1201)
    edges = np.concatenate([[-np.inf], at[:3], [np.inf]])
    centre = (x @ at[3:-1])[:, None] + at[-1] * grid
    chance = special.expit(edges[y][:, None] - centre) - special.expit(
        edges[y - 1][:, None] - centre
    )
    by_group = np.add.reduceat(np.log(chance), np.flatnonzero(np.diff(group, prepend=-1)), axis=0)
    density = np.exp(by_group - grid**2 / 2) / np.sqrt(2 * np.pi)
    return np.log(density.sum(axis=1) * (grid[1] - grid[0])).sum()


def numbers(fit):
    return np.array([*fit.thresholds, *fit.coef, fit.sd])


def test_the_fit_is_at_the_top_of_the_likelihood_and_its_errors_are_the_curvature():
    given = answers(np.random.default_rng(1), groups=15, size=8)
    fit = ordinal_random_intercept(**given, nodes=30)
    at, step = numbers(fit), 1e-3 * np.eye(6)
    assert fit.log_likelihood == pytest.approx(log_likelihood(at, **given), abs=1e-9)
    slope, hessian = np.empty(6), np.empty((6, 6))
    for i in range(6):
        slope[i] = log_likelihood(at + step[i], **given) - log_likelihood(at - step[i], **given)
        for j in range(6):
            hessian[i, j] = sum(
                one * other * log_likelihood(at + one * step[i] + other * step[j], **given)
                for one in (-1, 1)
                for other in (-1, 1)
            )
    np.testing.assert_allclose(slope / 2e-3, 0, atol=1e-4)
    vcov = np.linalg.inv(-hessian / 4e-6)
    np.testing.assert_allclose(fit.vcov, vcov, rtol=1e-4, atol=1e-5)
    errors = [*fit.thresholds_se, *fit.se, fit.sd_se]
    np.testing.assert_allclose(errors, np.sqrt(np.diag(vcov)), rtol=1e-5)


def test_known_truth_is_found():
    rng = np.random.default_rng(2)
    fits = [ordinal_random_intercept(**answers(rng)) for _ in range(60)]
    found = np.array([numbers(fit) for fit in fits])
    off = np.abs(found.mean(axis=0) - [*CUTS, *COEF, SD])
    error = found.std(axis=0, ddof=1)
    # maximum likelihood takes the spread of 40 groups a little too small
    assert bool((off < 3 * error / np.sqrt(60) + [0, 0, 0, 0, 0, 0.03]).all())
    told = np.mean([[*fit.thresholds_se, *fit.se, fit.sd_se] for fit in fits], axis=0)
    np.testing.assert_allclose(told, error, rtol=0.25)
    held = [(fit.low <= COEF) & (fit.high >= COEF) for fit in fits]
    assert bool((np.mean(held, axis=0) > 0.87).all())


def test_ignoring_the_groups_draws_a_coefficient_to_zero():
    given = answers(np.random.default_rng(3), sd=2.0)
    fit, plain = ordinal_random_intercept(**given), ordinal(y=given["y"], x=given["x"])
    assert plain.coef[0] < 0.9 * fit.coef[0]
    assert fit.log_likelihood > plain.log_likelihood + 20
    assert (fit.n, fit.n_groups, fit.levels) == (400, 40, (1.0, 2.0, 3.0, 4.0))


def test_order_units_names_and_nodes_do_not_matter():
    rng = np.random.default_rng(4)
    given = answers(rng, groups=12)
    fit, order = ordinal_random_intercept(**given), rng.permutation(120)
    other = ordinal_random_intercept(
        y=10 * given["y"][order],
        x=given["x"][order] * [1e3, 1] + [7, 0],
        group=[f"school {group}" for group in given["group"][order]],
        nodes=30,
    )
    np.testing.assert_allclose(other.coef * [1e3, 1], fit.coef, rtol=1e-5)
    np.testing.assert_allclose(other.se * [1e3, 1], fit.se, rtol=1e-5)
    np.testing.assert_allclose(other.thresholds - 7 * other.coef[0], fit.thresholds, rtol=1e-5)
    assert (other.sd, other.sd_se) == pytest.approx((fit.sd, fit.sd_se), rel=1e-5)


def test_groups_that_differ_less_than_by_chance_are_at_the_boundary():
    given = {
        "y": np.tile([1, 2, 3, 1, 2, 3, 1, 2, 3, 2], 20),
        "x": np.random.default_rng(5).normal(size=(200, 1)),
    }
    fit = ordinal_random_intercept(**given, group=np.arange(200) // 10)
    plain = ordinal(**given)
    assert fit.at_boundary
    assert (fit.sd, fit.sd_se) == (0.0, None)
    assert fit.log_likelihood == plain.log_likelihood
    np.testing.assert_array_equal(fit.coef, plain.coef)
    np.testing.assert_array_equal(fit.low, plain.low)
    assert fit.vcov.shape == (3, 3)


def test_wide_groups_are_fitted():
    """Most groups answer at one end, where a plain Newton step for their effects goes round in circles."""
    fit = ordinal_random_intercept(**answers(np.random.default_rng(6), sd=5.0))
    assert fit.sd == pytest.approx(5, abs=3 * fit.sd_se)
    assert not fit.at_boundary


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": [2.0] * 24}, NotIdentified, "y has 1 different answers"),
        ({"y": [np.nan, *[1, 2, 3] * 7, 1, 2]}, ParameterError, "y must be finite; 1 of 24"),
        ({"x": np.ones((24, 1))}, NotIdentified, "column 0 of x .* is constant: drop it"),
        ({"x": np.outer(np.arange(24) % 5, [1, 2])}, NotIdentified, "column 1 of x .*: drop one"),
        ({"x": [[np.nan]] * 24}, ParameterError, "x must be finite; 24 of 24"),
        ({"group": list("abcd") * 6}, TooFewToReport, "group has 4 different ids.*fit ordinal"),
        ({"group": ["a"] * 24}, TooFewToReport, "group has 1 different ids"),
        ({"group": np.arange(24)}, NotIdentified, "group has another id in each row"),
        ({"group": ["a"]}, ParameterError, "group must have 24 ids.*leave the rows out"),
        ({"group": [None, *"abcdef" * 3, *"abcde"]}, ParameterError, "none missing"),
        ({"group": [np.nan, *[1.0] * 23]}, ParameterError, "none missing"),
        ({"y": np.arange(24) % 6 // 2}, NotIdentified, "y never differs within a group"),
        ({"nodes": 4}, ParameterError, "nodes must be a whole number from 5 to 50.*not 4"),
        ({"nodes": 10.0}, ParameterError, "nodes must be a whole number"),
    ],
)
def test_what_can_not_be_told_is_refused(change, error, message):
    given = {
        "y": [1, 2, 3, 3, 1, 1, 2, 2] * 3,
        "x": np.random.default_rng(7).normal(size=(24, 1)),
        "group": np.arange(24) % 6,
    }
    ordinal_random_intercept(**given)
    with pytest.raises(error, match=message):
        ordinal_random_intercept(**{**given, **change})


def test_groups_and_columns_that_part_the_answers_together_are_refused():
    rng = np.random.default_rng(9)
    group, x = np.arange(200) // 10, rng.normal(size=(200, 1))
    latent = 8 * rng.normal(size=20)[group] + x[:, 0]
    with pytest.raises(NotIdentified, match="group has a spread without an upper end"):
        ordinal_random_intercept(y=np.digitize(latent, [-3, 3]), x=x, group=group)


def test_a_search_that_is_cut_short_says_so(monkeypatch):
    monkeypatch.setattr(ordinal_mixed, "_STEPS", 1)
    with pytest.raises(NotConverged, match="stopped before its top: give more nodes"):
        ordinal_random_intercept(**answers(np.random.default_rng(8)))
