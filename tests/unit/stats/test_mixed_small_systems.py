"""Sixty small systems of trusts and LAs: no search in any of them may stop above the lowest criterion."""

import warnings

import numpy as np
import pytest
from scipy import linalg, optimize
from threadpoolctl import threadpool_limits

from recovery_analysis.stats.mixed import fit_random_intercepts

SYSTEMS = 60
ABOVE_BY_AT_MOST = 1e-7


def system(seed):
    """5 to 40 trusts x 6 to 20 LAs, true variances often zero."""
    rng = np.random.default_rng(1000 + seed)
    trusts, areas = int(rng.integers(5, 41)), int(rng.integers(6, 21))
    schools = 2 * max(trusts, areas)
    trust = np.append(np.arange(trusts), rng.integers(0, trusts, schools - trusts))
    area = rng.permutation(np.append(np.arange(areas), rng.integers(0, areas, schools - areas)))
    school = np.repeat(np.arange(schools), rng.integers(3, 16, schools))
    n = len(school)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    spread = rng.choice([0.0, 0.1, 0.3], 3)
    y = x @ [0.0, 0.6] + 0.7 * rng.normal(size=n)
    for sd, group in zip(spread, (np.arange(schools), trust, area), strict=True):
        y += sd * rng.normal(size=schools)[group][school]
    groups = {"school": school, "trust": trust[school], "la": area[school]}
    return {"y": y, "x": x, "groups": groups}


class Penalised:
    """lme4's penalised least squares with one dense factor for all groups together: no elimination by group."""

    def __init__(self, y, x, groups):
        blocks = [np.eye(ids.max() + 1)[ids] for ids in groups.values()]
        self.place = np.repeat(np.arange(3), [each.shape[1] for each in blocks])
        z = np.hstack(blocks)
        both = np.column_stack([x, y])
        self.zz, self.zb, self.bb = z.T @ z, z.T @ both, both.T @ both
        self.n, self.p = x.shape

    def criterion(self, theta):
        scale = np.abs(theta)[self.place]
        lower = linalg.cholesky(scale[:, None] * self.zz * scale + np.eye(len(scale)), lower=True)
        half = linalg.solve_triangular(lower, scale[:, None] * self.zb, lower=True)
        rest = linalg.cholesky(self.bb - half.T @ half, lower=True)
        dof = self.n - self.p
        logs = np.log(np.diag(lower)).sum() + np.log(np.diag(rest)[:-1]).sum()
        return 2 * logs + dof * (1 + np.log(2 * np.pi * rest[-1, -1] ** 2 / dof))

    def lowest(self):
        starts = [(0.3, 0.3, 0.3), (0.3, 0.05, 0.05), (0.05, 0.3, 0.05), (0.05, 0.05, 0.3)]
        found = [
            optimize.minimize(self.criterion, start, method="L-BFGS-B", bounds=[(0, None)] * 3).fun
            for start in starts
        ]
        simplex = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
        found.append(
            optimize.minimize(self.criterion, [0.3] * 3, method="Nelder-Mead", options=simplex).fun
        )
        return min(found)


@pytest.mark.slow
def test_no_small_system_stops_above_the_lowest_criterion_of_many_searches():
    at_zero = 0
    above = []
    with threadpool_limits(limits=1, user_api="blas"):
        for seed in range(SYSTEMS):
            given = system(seed)
            fit = fit_random_intercepts(**given)
            at_zero += any(fit.boundary.values())
            above.append(fit.criterion - Penalised(**given).lowest())
    assert max(above) <= ABOVE_BY_AT_MOST
    assert at_zero > SYSTEMS / 2


@pytest.mark.slow
def test_no_small_system_stops_above_mixedlm():
    mixedlm = pytest.importorskip("mixedlm", reason="mixedlm is a development dependency")
    pandas = pytest.importorskip("pandas")
    above = []
    for seed in range(SYSTEMS):
        given = system(seed)
        table = pandas.DataFrame({name: ids.astype(str) for name, ids in given["groups"].items()})
        table["y"], table["x"] = given["y"], given["x"][:, 1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of each variance at zero
            theirs = mixedlm.lmer("y ~ x + (1|school) + (1|trust) + (1|la)", table)
        above.append(fit_random_intercepts(**given).criterion - theirs.REMLcrit())
    assert max(above) <= ABOVE_BY_AT_MOST
