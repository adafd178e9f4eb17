import numpy as np
import pytest
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols


def data(seed=0, sizes=(3, 5, 4, 6, 2, 7), p=3):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    n = len(cluster)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, p - 1))])
    y = x @ np.arange(1, p + 1) + rng.normal(size=len(sizes))[cluster] + rng.normal(size=n)
    return {"y": y, "x": x, "cluster": cluster, "weights": rng.uniform(0.2, 5, n)}


def inverse_root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    powered = np.array([value**-0.5 if value > 1e-12 else 0.0 for value in values])
    return vectors @ np.diag(powered) @ vectors.T


def by_definition(y, x, cluster, weights, working="identity"):
    """Pustejovsky and Tipton's equations with n x n matrices: (coef, vcov, df) of CR2."""
    if working == "inverse_weights":
        root = np.sqrt(weights)
        return by_definition(y * root, x * root[:, None], cluster, np.ones_like(y))
    n = len(y)
    weight = np.diag(weights)
    bread = np.linalg.inv(x.T @ weight @ x)
    maker = np.eye(n) - x @ bread @ x.T @ weight
    spread = maker @ maker.T
    coef = bread @ x.T @ weight @ y
    residual = maker @ y
    rows = []
    for group in np.unique(cluster):
        own = np.ix_(np.flatnonzero(cluster == group), np.flatnonzero(cluster == group))
        row = np.zeros((x.shape[1], n))
        adjust = inverse_root(spread[own])
        row[:, cluster == group] = bread @ x[cluster == group].T @ weight[own] @ adjust
        rows.append(row)
    scores = np.array([row @ residual for row in rows])
    df = []
    for k in range(x.shape[1]):
        picked = np.array([row[k] for row in rows])
        form = picked @ spread @ picked.T
        df.append(np.trace(form) ** 2 / np.sum(form**2))
    return coef, scores.T @ scores, np.array(df)


@pytest.mark.parametrize("working", ["identity", "inverse_weights"])
@pytest.mark.parametrize("seed", range(4))
def test_weighted_cr2_follows_the_definition_with_n_by_n_matrices(seed, working):
    given = data(seed)
    coef, vcov, df = by_definition(**given, working=working)
    fit = fit_ols(**given, working=working)

    np.testing.assert_allclose(fit.coef, coef, rtol=1e-9)
    np.testing.assert_allclose(fit.vcov, vcov, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(fit.df, df, rtol=1e-9)
    np.testing.assert_allclose(fit.p, 2 * stats.t.sf(abs(coef / fit.se), df), rtol=1e-9)


@pytest.mark.parametrize("working", ["identity", "inverse_weights"])
def test_a_cluster_that_alone_carries_a_column_gets_a_pseudo_inverse(working):
    given = data(5)
    given["x"] = np.column_stack([given["x"], given["cluster"] == 2])
    if working == "identity":
        # with unequal weights the identity model is not singular, so give this cluster equal ones
        given["weights"] = np.where(given["cluster"] == 2, 1.0, given["weights"])
    _, vcov, df = by_definition(**given, working=working)
    fit = fit_ols(**given, working=working)

    np.testing.assert_allclose(fit.vcov, vcov, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(fit.df[:3], df[:3], rtol=1e-7)
    assert np.isnan(fit.df[3])


def test_one_treated_cluster_has_an_effect_and_no_interval():
    given = data(9)
    given["x"] = np.column_stack([np.ones(27), given["cluster"] == 0])
    fit = fit_ols(y=given["y"], x=given["x"], cluster=given["cluster"])
    treated = given["y"][given["cluster"] == 0].mean()

    assert fit.coef[1] == pytest.approx(treated - given["y"][given["cluster"] != 0].mean())
    assert np.isfinite(fit.low[0])
    assert np.isnan([fit.df[1], fit.p[1], fit.low[1], fit.high[1]]).all()


def test_a_column_for_each_cluster_leaves_the_slope_its_interval():
    given = data(10)
    fixed = (given["cluster"][:, None] == np.arange(6)).astype(float)
    columns = np.column_stack([given["x"][:, 1:], fixed])
    ones = np.ones(27)
    _, vcov, df = by_definition(given["y"], columns, given["cluster"], ones)
    fit = fit_ols(y=given["y"], x=columns, cluster=given["cluster"])

    np.testing.assert_allclose(fit.se[:2], np.sqrt(np.diag(vcov))[:2], rtol=1e-9)
    np.testing.assert_allclose(fit.df[:2], df[:2], rtol=1e-9)


def test_weighted_jackknife_leaves_one_cluster_out_at_a_time():
    given = data(7)
    fit = fit_ols(**given, kind="CR3")
    shifts = []
    for group in np.unique(given["cluster"]):
        kept = given["cluster"] != group
        x, y, w = given["x"][kept], given["y"][kept], given["weights"][kept]
        shifts.append(np.linalg.solve(x.T @ (w[:, None] * x), x.T @ (w * y)) - fit.coef)

    np.testing.assert_allclose(
        fit.vcov, np.array(shifts).T @ np.array(shifts), rtol=1e-9, atol=1e-13
    )


def test_units_of_the_columns_do_not_matter():
    given = data(1)
    scale = np.array([1e-9, 1e12, 1e-150])
    plain = fit_ols(**given)
    scaled = fit_ols(**{**given, "x": given["x"] * scale})

    np.testing.assert_allclose(scaled.coef * scale, plain.coef, rtol=1e-9)
    np.testing.assert_allclose(scaled.df, plain.df, rtol=1e-9)
    np.testing.assert_allclose(scaled.p, plain.p, rtol=1e-9)


def test_calendar_years_beside_an_intercept_are_not_collinear():
    given = data(2)
    years = 2016.0 + np.arange(len(given["y"])) % 5
    wide = fit_ols(**{**given, "x": np.column_stack([np.ones_like(years), years])})
    centred = fit_ols(**{**given, "x": np.column_stack([np.ones_like(years), years - 2018])})

    np.testing.assert_allclose(wide.se[1], centred.se[1], rtol=1e-8)


def test_order_of_rows_and_names_of_clusters_do_not_matter():
    given = data(3)
    order = np.random.default_rng(0).permutation(len(given["y"]))
    names = np.array([f"urn{key}" for key in given["cluster"]], dtype=object)
    shuffled = fit_ols(
        y=given["y"][order],
        x=given["x"][order],
        cluster=names[order],
        weights=given["weights"][order],
    )

    np.testing.assert_allclose(shuffled.vcov, fit_ols(**given).vcov, rtol=1e-9, atol=1e-15)


def test_splitting_a_row_into_two_of_half_the_weight_changes_nothing():
    given = data(4)
    halved = {
        "y": np.repeat(given["y"], 2),
        "x": np.repeat(given["x"], 2, axis=0),
        "cluster": np.repeat(given["cluster"], 2),
        "weights": np.repeat(given["weights"] / 2, 2),
    }
    whole = fit_ols(**given, working="inverse_weights")
    split = fit_ols(**halved, working="inverse_weights")

    np.testing.assert_allclose(split.vcov, whole.vcov, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(split.df, whole.df, rtol=1e-9)


def test_interval_widens_with_its_level():
    fit = fit_ols(**data())
    low, high = fit.interval(0.99)
    np.testing.assert_allclose(fit.interval()[0], fit.low)
    assert (low < fit.low).all()
    assert (high > fit.high).all()
    with pytest.raises(ParameterError, match="for 95%"):
        fit.interval(95)


def test_rows_that_fit_exactly_give_no_interval_and_no_p():
    given = data(8)
    fit = fit_ols(**{**given, "y": given["x"] @ np.array([1.0, 2.0, 3.0])})
    np.testing.assert_allclose(fit.coef, [1, 2, 3], rtol=1e-12)
    assert np.isnan(fit.p).all()
    assert np.isnan(fit.low).all()


REFUSED = [
    ({"y": [np.nan] * 27}, ParameterError, "y must be finite; 27 of 27"),
    ({"y": ["a"] * 27}, ParameterError, "y must hold numbers"),
    ({"y": []}, TooFewToReport, "no rows"),
    ({"x": np.full((27, 2), np.inf)}, ParameterError, "x must be finite"),
    ({"x": np.ones((26, 1))}, ParameterError, "27 rows"),
    ({"x": np.ones((27, 2))}, NotIdentified, "column 1 of x"),
    ({"x": np.column_stack([np.ones(27), np.zeros(27)])}, NotIdentified, "column 1 .* zero"),
    ({"x": np.eye(27)}, NotIdentified, "more rows than columns"),
    ({"cluster": [1] * 27}, TooFewToReport, "at least 2 clusters"),
    ({"cluster": ["a", None] + ["b"] * 25}, ParameterError, "an id is missing"),
    ({"cluster": ["a", float("nan")] + ["b"] * 25}, ParameterError, "an id is missing"),
    ({"cluster": [1.0, np.nan] + [2.0] * 25}, ParameterError, "an id is missing"),
    ({"cluster": [1, 2]}, ParameterError, "cluster must have 27 ids"),
    ({"weights": [0.0] + [1.0] * 26}, ParameterError, "weights must be above zero"),
    ({"weights": [-1.0] + [1.0] * 26}, ParameterError, "weights must be above zero"),
    ({"weights": [np.inf] + [1.0] * 26}, ParameterError, "weights must be finite"),
    ({"weights": [1.0]}, ParameterError, "weights must have 27 values"),
    ({"kind": "HC1"}, ParameterError, "kind must be one of CR0"),
    ({"working": "exchangeable"}, ParameterError, "working must be one of"),
]


@pytest.mark.parametrize(("change", "error", "message"), REFUSED)
def test_what_can_not_be_fitted_is_refused_by_name(change, error, message):
    with pytest.raises(error, match=message):
        fit_ols(**{**data(), **change})


def test_collinear_columns_are_found_at_any_scale():
    given = data(6)
    column = given["x"][:, 1]
    repeated = np.column_stack([given["x"], 1e-140 * (column + 3 * given["x"][:, 2])])
    with pytest.raises(NotIdentified, match="column 3 of x"):
        fit_ols(**{**given, "x": repeated})
