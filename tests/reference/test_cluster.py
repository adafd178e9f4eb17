"""Cluster-robust errors and wild bootstrap against R's clubSandwich 0.5.8, read in place."""

import csv
import json

import numpy as np
import pytest

from recovery_analysis.stats.cluster import fit_ols, wild_bootstrap

pytestmark = pytest.mark.real_data

#: What is reproduced here: source, quantity, tolerance. ``docs/build_reference_table.py`` collects these.
REPRODUCES = (
    (
        "R clubSandwich 0.5.8",
        "coefficients, CR0, CR1, CR1S, CR2 and CR3 errors and covariances, Satterthwaite df and p; five"
        " models",
        "1e-9 relative",
    ),
    (
        "R, full enumeration",
        "p of the restricted wild cluster bootstrap, with and without ties; three models",
        "exact; t 1e-9 relative",
    ),
)
MODELS = {
    "exam10": ("exam10.csv", "normexam", ["standLRT", "girl", "mixedsch"], "school"),
    "exam10_schavg": ("exam10.csv", "normexam", ["standLRT", "girl", "schavg"], "school"),
    "crossed_small_trust": ("crossed_small.csv", "y", ["prior", "disadv"], "trust"),
    "crossed_small_school": ("crossed_small.csv", "y", ["prior", "disadv"], "school"),
    "achievement_awards": (
        "AchievementAwards_2001_girls.csv",
        "Bagrut_status",
        ["treated", "immigrant", "father_ed", "mother_ed", "siblings"],
        "school_id",
    ),
}
WITH_WILD = ["exam10", "exam10_schavg", "crossed_small_trust"]


@pytest.fixture(scope="module")
def published(shared_reference):
    return json.loads(shared_reference("cluster_clubSandwich.json").read_text())


@pytest.fixture(scope="module")
def arrays(shared_reference):
    def read(model):
        file, outcome, columns, cluster = MODELS[model]
        with shared_reference(file).open(newline="") as handle:
            rows = list(csv.DictReader(handle))
        y = np.array([float(row[outcome]) for row in rows])
        x = np.array([[1.0, *(float(row[name]) for name in columns)] for row in rows])
        return {"y": y, "x": x, "cluster": np.array([row[cluster] for row in rows])}

    return read


def values(named):
    return list(named.values())


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR1S", "CR2", "CR3"])
@pytest.mark.parametrize("model", MODELS)
def test_errors_df_and_p_are_those_of_clubsandwich(model, kind, published, arrays):
    expected = published[model]
    fit = fit_ols(**arrays(model), kind=kind)

    assert fit.n == expected["n"]
    assert fit.n_clusters == expected["G"]
    np.testing.assert_allclose(fit.coef, values(expected["coef"]), rtol=1e-9)
    np.testing.assert_allclose(fit.se, values(expected[kind]["se"]), rtol=1e-9)
    np.testing.assert_allclose(fit.df, values(expected[kind]["df_satt"]), rtol=1e-9)
    np.testing.assert_allclose(fit.p, values(expected[kind]["p_satt"]), rtol=1e-9)
    np.testing.assert_allclose(fit.vcov, expected[kind]["vcov"], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("model", WITH_WILD)
def test_the_wild_bootstrap_enumerates_to_the_same_p(model, published, arrays):
    expected = published[model]["wild"]
    names = ["(Intercept)", *MODELS[model][2]]

    result = wild_bootstrap(**arrays(model), coefficient=names.index(expected["param"]))

    assert result.enumerated
    assert result.draws == expected["ndraws"]
    assert result.p_ge == expected["p_ge"]
    assert result.p_strict == expected["p_strict"]
    assert result.t == pytest.approx(expected["t_CR0"], rel=1e-9)
