"""Random intercepts against the definition with n x n matrices, and refusals of what can not be fitted."""

import numpy as np
import pytest
from scipy import optimize, stats

from recovery_analysis.errors import NotConverged, NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats import mixed_optimum
from recovery_analysis.stats.mixed import (
    fit_from_statistics,
    fit_random_intercepts,
    sufficient_statistics,
)
from recovery_analysis.stats.mixed_deviance import pose


def crossed(seed, *, trusts=6, areas=5, spread=(0.3, 0.0, 0.0), no_trust=0.0, pupils=(2, 9)):
    """Pupils in schools in crossed trusts and LAs; ``spread`` holds the true standard deviations."""
    rng = np.random.default_rng(seed)
    schools = 3 * trusts
    trust = np.append(np.arange(trusts), rng.integers(0, trusts, schools - trusts))
    area = rng.permutation(np.append(np.arange(areas), rng.integers(0, areas, schools - areas)))
    school = np.repeat(np.arange(schools), rng.integers(*pupils, schools))
    n = len(school)
    x = np.column_stack([np.ones(n), rng.normal(size=n), rng.random(n) < 0.3])
    effect = [sd * rng.normal(size=schools) for sd in spread]
    total = effect[0] + effect[1][trust] + effect[2][area]
    named = np.array([f"T{each}" for each in trust], dtype=object)
    named[rng.random(schools) < no_trust] = None
    return {
        "y": x @ [5.0, 0.6, -0.3] + total[school] + 0.7 * rng.normal(size=n),
        "x": x,
        "groups": {
            "school": np.array([f"S{each}" for each in school]),
            "trust": named[school],
            "la": area[school],
        },
    }


def indicator(ids):
    levels = sorted({each for each in ids if each is not None})
    return np.array([[float(each == level) for level in levels] for each in ids]), levels


class Dense:
    """The same model by its definition: n x n covariance, nothing eliminated."""

    def __init__(self, y, x, groups, *, reml=True):
        self.y, self.x, self.reml = np.asarray(y, float), np.asarray(x, float), reml
        found = {name: indicator(list(ids)) for name, ids in groups.items()}
        self.maps = [each[0] for each in found.values()]
        self.kernels = [each @ each.T for each in self.maps]

    def solve(self, theta):
        relative = np.eye(len(self.y)) + sum(
            t**2 * kernel for t, kernel in zip(theta, self.kernels, strict=True)
        )
        inverse = np.linalg.inv(relative)
        bread = np.linalg.inv(self.x.T @ inverse @ self.x)
        beta = bread @ self.x.T @ inverse @ self.y
        residual = self.y - self.x @ beta
        return relative, inverse, bread, beta, residual

    def criterion(self, theta):
        relative, inverse, bread, _, residual = self.solve(theta)
        n, p = self.x.shape
        dof = n - p if self.reml else n
        value = np.linalg.slogdet(relative)[1]
        value += dof * (1 + np.log(2 * np.pi * (residual @ inverse @ residual) / dof))
        return value - np.linalg.slogdet(bread)[1] if self.reml else value

    def lowest(self, starts):
        bounds = [(0, None)] * len(self.kernels)
        found = [
            optimize.minimize(self.criterion, start, method="L-BFGS-B", bounds=bounds)
            for start in starts
        ]
        return min(found, key=lambda one: one.fun)

    def predicted(self, theta):
        """Effects and their conditional variances, relative to sigma^2, of each group."""
        _, inverse, _, _, residual = self.solve(theta)
        for t, each in zip(theta, self.maps, strict=True):
            variance = t**2 * np.eye(each.shape[1]) - t**4 * each.T @ inverse @ each
            yield t**2 * each.T @ inverse @ residual, np.diag(variance)

    def prediction_variances(self, theta):
        """Lower right block of the inverse of Henderson's equations, relative to sigma^2, in one vector."""
        z = np.hstack(self.maps)
        scale = np.repeat(np.square(theta), [each.shape[1] for each in self.maps])
        both = np.hstack([self.x, z])
        penalty = np.append(np.zeros(self.x.shape[1]), 1 / scale)
        inverse = np.linalg.inv(both.T @ both + np.diag(penalty))
        return np.diag(inverse)[self.x.shape[1] :]


def relative(fit):
    return [np.sqrt(fit.variances[name] / fit.variances["residual"]) for name in fit.n_levels]


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize(
    ("spread", "no_trust"), [((0.3, 0.3, 0.2), 0.0), ((0.3, 0.4, 0.3), 0.4), ((0.0, 0.3, 0.0), 0.2)]
)
def test_fit_and_effects_follow_the_definition(spread, no_trust, reml):
    given = crossed(3, spread=spread, no_trust=no_trust)
    fit = fit_random_intercepts(**given, reml=reml)
    dense = Dense(**given, reml=reml)
    theta = relative(fit)
    _, inverse, bread, beta, residual = dense.solve(theta)
    n, p = given["x"].shape
    sigma2 = residual @ inverse @ residual / (n - p if reml else n)

    assert fit.criterion == pytest.approx(dense.criterion(theta), abs=1e-9)
    assert fit.variances["residual"] == pytest.approx(sigma2)
    np.testing.assert_allclose(fit.coef, beta, rtol=1e-9)
    np.testing.assert_allclose(fit.vcov, sigma2 * bread, rtol=1e-9, atol=1e-12)
    for name, (value, variance) in zip(fit.blups, dense.predicted(theta), strict=True):
        effects = fit.blups[name]
        levels = effects.levels.tolist()
        assert levels == indicator(list(given["groups"][name]))[1]
        np.testing.assert_allclose(effects.value, value, atol=1e-9)
        np.testing.assert_allclose(effects.conditional_sd**2, sigma2 * variance, atol=1e-9)


@pytest.mark.parametrize(
    "names", [("school",), ("school", "la"), ("trust", "la"), ("school", "trust")]
)
def test_any_choice_of_groups_reaches_the_lowest_criterion(names):
    given = crossed(8, spread=(0.2, 0.3, 0.3))
    given["groups"] = {name: given["groups"][name] for name in names}
    if names == ("trust", "la"):
        # the finest unit must have one coarser id: the spells of a trust in its LAs
        pairs = zip(given["groups"]["trust"], given["groups"]["la"], strict=True)
        given["groups"]["trust"] = [f"{trust} in {area}" for trust, area in pairs]
    fit = fit_random_intercepts(**given)
    starts = [np.full(len(names), start) for start in (0.1, 0.5, 1.0)]

    assert fit.criterion <= Dense(**given).lowest(starts).fun + 1e-7


@pytest.mark.parametrize("no_trust", [0.0, 0.3])
def test_pupils_without_a_school_keep_their_trust_and_area(no_trust):
    given = crossed(11, spread=(0.4, 0.4, 0.3), no_trust=no_trust)
    school = given["groups"]["school"].astype(object)
    school[::5] = None
    given["groups"]["school"] = school
    fit = fit_random_intercepts(**given)
    dense = Dense(**given)
    value, variance = next(dense.predicted(relative(fit)))

    assert fit.criterion == pytest.approx(dense.criterion(relative(fit)), abs=1e-9)
    assert fit.criterion <= dense.lowest([np.full(3, 0.3), np.full(3, 1.0)]).fun + 1e-7
    np.testing.assert_allclose(fit.blups["school"].value, value, atol=1e-9)
    np.testing.assert_allclose(
        fit.blups["school"].conditional_sd ** 2, fit.variances["residual"] * variance, atol=1e-9
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_slope_is_that_of_the_criterion(seed):
    given = crossed(seed, spread=(0.3, 0.2, 0.2), no_trust=0.2)
    reml = seed % 2 == 0
    problem = pose(sufficient_statistics(**given), reml=reml)
    theta = np.random.default_rng(seed).uniform(0.05, 1.5, 3)
    slope = 2 * theta * mixed_optimum.evaluate(problem, theta).slope

    def criterion(at):
        return mixed_optimum.evaluate(problem, at).criterion

    numeric = optimize.approx_fprime(theta, criterion, 1e-6)
    np.testing.assert_allclose(slope, numeric, rtol=1e-4, atol=1e-3)


def test_the_slope_at_zero_is_that_of_a_small_variance():
    problem = pose(sufficient_statistics(**crossed(2)), reml=True)
    none = mixed_optimum.evaluate(problem, np.zeros(3))
    for k in range(3):
        small = np.zeros(3)
        small[k] = 1e-3
        rise = mixed_optimum.evaluate(problem, small).criterion - none.criterion
        assert rise / 1e-6 == pytest.approx(none.slope[k], rel=1e-3, abs=1e-2)


def test_a_variance_at_zero_is_flagged_and_its_effects_are_zero():
    found = [fit_random_intercepts(**crossed(seed)) for seed in range(8)]
    at_zero = [(fit, name) for fit in found for name, flag in fit.boundary.items() if flag]

    assert len(at_zero) >= 5
    for fit, name in at_zero:
        assert fit.variances[name] == 0
        assert not fit.blups[name].value.any()
        assert not fit.blups[name].conditional_sd.any()
    assert all(np.isfinite(fit.df).all() for fit in found)


def test_all_variances_at_zero_is_least_squares():
    given = crossed(5)
    order = np.argsort(given["y"] - given["x"] @ [5.0, 0.6, -0.3])
    # dealing ordered residuals out by turns leaves less between schools than chance would
    given = {
        "y": given["y"][order],
        "x": given["x"][order],
        "groups": {"school": np.arange(len(order)) % 9},
    }
    fit = fit_random_intercepts(**given)
    coef, rest, *_ = np.linalg.lstsq(given["x"], given["y"])
    n, p = given["x"].shape

    assert dict(fit.boundary) == {"school": True}
    np.testing.assert_allclose(fit.coef, coef)
    assert fit.variances["residual"] == pytest.approx(rest[0] / (n - p))
    np.testing.assert_allclose(fit.df, n - p)


def test_degrees_of_freedom_of_a_balanced_design_are_those_of_its_anova():
    rng = np.random.default_rng(7)
    school = np.repeat(np.arange(8), 10)
    treated = (school < 4).astype(float)
    y = 0.8 * rng.normal(size=8)[school] + rng.normal(size=80)
    fit = fit_random_intercepts(
        y=y, x=np.column_stack([np.ones(80), treated]), groups={"school": school}
    )
    means = y.reshape(8, 10).mean(axis=1)
    plain = stats.ttest_ind(means[:4], means[4:])

    assert fit.df[1] == pytest.approx(6, rel=1e-5)
    assert fit.p[1] == pytest.approx(plain.pvalue, rel=1e-5)
    low, high = fit.interval(0.9)
    assert high[1] - low[1] == pytest.approx(2 * stats.t.ppf(0.95, 6) * fit.se[1], rel=1e-5)


def test_units_and_far_off_means_change_nothing():
    given = crossed(4, spread=(0.4, 0.4, 0.3))
    plain = fit_random_intercepts(**given)
    moved = given | {"y": 1e-6 * (given["y"] + 1e5), "x": given["x"] * [1, 1e8, 1e-8]}
    far = fit_random_intercepts(**moved)

    for name in plain.variances:
        assert far.variances[name] == pytest.approx(1e-12 * plain.variances[name], rel=1e-5)
    np.testing.assert_allclose(far.coef[1:], plain.coef[1:] * 1e-6 / [1e8, 1e-8], rtol=1e-7)
    np.testing.assert_allclose(far.se, plain.se * 1e-6 / [1, 1e8, 1e-8], rtol=1e-6)


def test_calendar_years_beside_the_column_of_ones_are_told_apart():
    given = crossed(6, spread=(0.4, 0.4, 0.3))
    year = np.random.default_rng(0).integers(0, 5, len(given["y"]))
    near = fit_random_intercepts(**(given | {"x": np.column_stack([given["x"], year])}))
    far = fit_random_intercepts(**(given | {"x": np.column_stack([given["x"], year + 2019.0])}))

    np.testing.assert_allclose(far.coef[1:], near.coef[1:], rtol=1e-6)
    np.testing.assert_allclose(far.se[1:], near.se[1:], rtol=1e-6)
    assert far.criterion == pytest.approx(near.criterion, abs=1e-6)


def test_order_of_rows_and_names_of_ids_change_nothing():
    given = crossed(9, spread=(0.4, 0.4, 0.3), no_trust=0.3)
    turn = np.random.default_rng(1).permutation(len(given["y"]))
    shuffled = {
        "y": given["y"][turn],
        "x": given["x"][turn],
        "groups": {name: ids[turn] for name, ids in given["groups"].items()},
    }
    one, other = fit_random_intercepts(**given), fit_random_intercepts(**shuffled)

    np.testing.assert_allclose(one.coef, other.coef, rtol=1e-8)
    for name, effects in one.blups.items():
        assert effects.levels.tolist() == other.blups[name].levels.tolist()
        np.testing.assert_allclose(effects.value, other.blups[name].value, atol=1e-7)


def test_a_group_of_one_school_each_is_told_from_the_schools_by_the_others():
    """Trusts with one school each beside schools without a trust: their extra variance is identified."""
    rng = np.random.default_rng(10)
    school = np.repeat(np.arange(60), 8)
    y = np.where(np.arange(60) < 30, 1.0, 0.3)[school] * rng.normal(size=60)[school]
    y = y + 0.5 * rng.normal(size=480)
    trust = [f"T{each}" if each < 30 else None for each in school]
    given = {"y": y, "x": np.ones((480, 1)), "groups": {"school": school, "trust": trust}}

    assert fit_random_intercepts(**given).variances["trust"] > 0.2


def small(**changes):
    given = {
        "y": [1.0, 2.0, 4.0, 3.0, 6.0, 8.0, 5.0, 7.0],
        "x": [[1.0]] * 8,
        "groups": {"school": list("aabbccdd"), "trust": list("ppppqqqq")},
    }
    return given | changes


def only(**groups):
    return {"groups": groups}


REFUSED = [
    ({"y": [1, np.nan, 4, 3, 6, 8, 5, 7]}, ParameterError, "y must be finite; 1 of 8"),
    ({"y": [1, np.inf, 4, 3, 6, 8, 5, 7]}, ParameterError, "y must be finite"),
    ({"y": [1, 2, 3]}, ParameterError, "x must have 3 rows"),
    ({"y": []}, TooFewToReport, "no rows"),
    ({"y": ["one"] * 8}, ParameterError, "y must hold numbers"),
    ({"y": [2.0] * 8}, NotIdentified, "y is the same"),
    ({"y": [0.1] * 8, "x": [[k] for k in range(8)]}, NotIdentified, "y is the same"),
    ({"y": [1e200, 2, 4, 3, 6, 8, 5, 7]}, ParameterError, "too large"),
    ({"x": [[1.0]] * 7 + [[np.nan]]}, ParameterError, "column 0 of x .* must be finite"),
    ({"x": [[1.0, 2.0]] * 8}, NotIdentified, "column 1 of x"),
    ({"x": [[0.0]] * 8}, NotIdentified, "zero throughout"),
    ({"x": [["text"]] * 8}, ParameterError, "x must hold numbers"),
    ({"x": [1.0] * 8}, ParameterError, "x must have 8 rows"),
    ({"x": np.eye(8)}, NotIdentified, "more rows than columns"),
    (
        {"x": [[1, 2], [1, 4], [1, 8], [1, 6], [1, 12], [1, 16], [1, 10], [1, 14]]},
        NotIdentified,
        "exactly",
    ),
    ({"groups": {}}, ParameterError, "groups must name"),
    (only(a=list("aabbccdd"), b=[1] * 8, c=[1] * 8, d=[1] * 8), ParameterError, "4 were given"),
    (only(school=list("aabb")), ParameterError, "must have 8 ids"),
    (only(school=[]), ParameterError, "must have 8 ids"),
    (only(school=["a"] * 8), TooFewToReport, "has 1 id"),
    (only(school=list("aabbccdd"), trust=[None] * 8), TooFewToReport, "has 0 id"),
    (only(school=[*list("aabbccd"), ""]), ParameterError, "text or whole numbers"),
    (only(school=[1.0, 1, 2, 2, 3, 3, 4, 4]), ParameterError, "text or whole numbers"),
    (only(school=["a", np.nan, *"bbccdd"]), ParameterError, "text or whole numbers"),
    (only(school=np.array(["a", np.nan, *"bbccdd"], object)), ParameterError, "text or whole"),
    (only(school=np.array(["a", 7, *"bbccdd"], object)), ParameterError, "text or whole"),
    (
        only(school=np.array([2**64 - 1, 1, 2, 2, 3, 3, 4, 4], np.uint64)),
        ParameterError,
        "overflows",
    ),
    (only(school=np.array([2**70, 1, 2, 2, 3, 3, 4, None], object)), ParameterError, "overflows"),
    (only(school=list("aabbccdd"), trust=list("pppqqqqq")), ParameterError, "spells"),
    (only(school=list("aabbccdd"), trust=[*"ppp", None, *"qqqq"]), ParameterError, "spells"),
    (only(school=list("aabbccdd"), trust=list("ppqqrrss")), NotIdentified, "same way"),
    (only(school=list("abcdefgh")), NotIdentified, "do not differ"),
    (only(residual=list("aabbccdd")), ParameterError, "can not have the name"),
]


@pytest.mark.parametrize(("changes", "error", "says"), REFUSED)
def test_input_that_can_not_be_fitted_is_refused_with_its_reason(changes, error, says):
    with pytest.raises(error, match=says):
        fit_random_intercepts(**small(**changes))


def test_pupils_alike_within_schools_are_refused():
    given = small(y=[1, 1, 4, 4, 6, 6, 5, 5])
    with pytest.raises(NotIdentified, match="do not differ"):
        fit_random_intercepts(**given)


def test_columns_that_tell_all_schools_apart_are_refused():
    given = crossed(1)
    dummies, _ = indicator(given["groups"]["school"].tolist())
    given["x"] = np.column_stack([dummies, given["x"][:, 1]])
    given["groups"] = {"school": given["groups"]["school"]}
    with pytest.raises(NotIdentified, match="tell all ids of group"):
        fit_random_intercepts(**given)


def test_a_shallow_valley_beside_zero_is_found():
    """A variance so small that a search from afar jumps over it to zero, and stays there."""
    found = 0
    for seed in range(60):
        given = crossed(100 + seed, trusts=2, spread=(0.05, 0.0, 0.0), pupils=(20, 40))
        given["groups"] = {"school": given["groups"]["school"]}
        fit = fit_random_intercepts(**given)
        dense = Dense(**given)
        grid = min(dense.criterion([theta]) for theta in (0.0, 0.005, 0.02, 0.05, 0.1, 0.2))
        assert fit.criterion <= grid + 1e-8
        found += 0 < relative(fit)[0] < 0.05
    assert found > 0


def test_a_search_that_stops_on_a_slope_is_refused(monkeypatch):
    def stuck(problem, start):
        return mixed_optimum.evaluate(problem, np.where(start > 0, 3.0, 0.0))

    monkeypatch.setattr(mixed_optimum, "_descend", stuck)
    monkeypatch.setattr(mixed_optimum, "_descend_in_logs", lambda _problem, best: best)
    monkeypatch.setattr(mixed_optimum, "_polish", lambda _problem, best: best)
    with pytest.raises(NotConverged, match="not level"):
        fit_random_intercepts(**crossed(1, spread=(0.4, 0.4, 0.4)))


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_of_confidence_is_a_share(level):
    fit = fit_random_intercepts(**small())
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fit.interval(level)


def test_a_fit_keeps_to_one_thread_of_blas(monkeypatch):
    threadpoolctl = pytest.importorskip("threadpoolctl")
    seen = []

    def watched(problem):
        seen.extend(
            one["num_threads"]
            for one in threadpoolctl.threadpool_info()
            if one["user_api"] == "blas"
        )
        return mixed_optimum.minimise(problem)

    monkeypatch.setattr("recovery_analysis.stats.mixed.minimise", watched)
    with threadpoolctl.threadpool_limits(limits=2, user_api="blas"):
        fit_from_statistics(statistics=sufficient_statistics(**small()))
        after = [
            one["num_threads"]
            for one in threadpoolctl.threadpool_info()
            if one["user_api"] == "blas"
        ]
    assert seen
    assert set(seen) == {1}
    assert set(after) == {2}
