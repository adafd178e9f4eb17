import itertools

import numpy as np
import pytest

from recovery_analysis.errors import NotIdentified, ParameterError
from recovery_analysis.stats.cluster import fit_ols, wild_bootstrap


def data(clusters, seed=0, effect=0.0):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), 6)
    treated = (cluster < clusters // 2).astype(float)
    x = np.column_stack([np.ones_like(treated), treated, rng.normal(size=len(treated))])
    y = effect * treated + rng.normal(size=clusters)[cluster] + rng.normal(size=len(treated))
    return {"y": y, "x": x, "cluster": cluster}


def test_enumeration_equals_refitting_every_pattern():
    given = data(6, seed=4)
    restricted = given["x"][:, [0, 2]]
    fitted = restricted @ np.linalg.lstsq(restricted, given["y"], rcond=None)[0]
    residual = given["y"] - fitted
    observed = fit_ols(**given, kind="CR0")
    t = abs(observed.coef[1] / observed.se[1])
    drawn = []
    for signs in itertools.product([-1, 1], repeat=6):
        refit = fit_ols(
            y=fitted + np.array(signs)[given["cluster"]] * residual,
            x=given["x"],
            cluster=given["cluster"],
            kind="CR0",
        )
        drawn.append(abs(refit.coef[1] / refit.se[1]))
    result = wild_bootstrap(**given, coefficient=1)

    assert result.p_ge == np.mean(np.array(drawn) >= t * (1 - 1e-8))
    assert result.p_strict == np.mean(np.array(drawn) > t * (1 + 1e-8))
    assert abs(result.t) == pytest.approx(t, rel=1e-9)


def test_drawn_signs_come_near_the_enumerated_p():
    given = data(13, seed=2, effect=1.0)
    drawn = wild_bootstrap(**given, coefficient=1, draws=20_000, rng=np.random.default_rng(1))
    again = wild_bootstrap(**given, coefficient=1, draws=20_000, rng=np.random.default_rng(2))

    assert not drawn.enumerated
    assert drawn.draws == 20_000
    assert abs(drawn.p_ge - again.p_ge) < 0.02
    assert drawn.p_ge > 0


def test_a_large_effect_gets_the_smallest_p_that_signs_allow():
    result = wild_bootstrap(**data(8, effect=100.0), coefficient=1)
    assert result.p_ge <= 8 / 2**8


def test_arguments_are_refused_by_name():
    with pytest.raises(ParameterError, match="0 to 2, not 3"):
        wild_bootstrap(**data(6), coefficient=3)
    with pytest.raises(ParameterError, match="rng is needed"):
        wild_bootstrap(**data(13), coefficient=1)
    with pytest.raises(ParameterError, match="draws must be at least 1"):
        wild_bootstrap(**data(13), coefficient=1, draws=0, rng=np.random.default_rng(0))
    flat = {**data(6), "y": np.ones(36)}
    with pytest.raises(NotIdentified, match="fits y exactly"):
        wild_bootstrap(**flat, coefficient=1)
