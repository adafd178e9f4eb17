"""Differences within clusters: the same as with an intercept a cluster, honest intervals, clear refusals."""

import numpy as np
import pytest

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.within import fit_within


def rows(rng, *, clusters=8, each=15, slope=2.0):
    cluster = np.repeat(np.arange(clusters), each)
    has = (rng.random(len(cluster)) < 0.2 + 0.5 * rng.random(clusters)[cluster]).astype(float)
    other = rng.normal(size=len(cluster)) + 0.5 * has
    level, slopes = rng.normal(0, 5, clusters), slope + rng.normal(0, 0.5, clusters)
    y = level[cluster] + slopes[cluster] * has + 3 * other + rng.normal(0, 2, len(cluster))
    return {"y": y, "interest": has[:, None], "adjusters": other[:, None], "cluster": cluster}


def test_it_equals_cr2_with_an_intercept_for_each_cluster():
    data = rows(np.random.default_rng(1))
    within = fit_within(**data)
    dummies = np.eye(8)[data["cluster"]]
    whole = fit_ols(
        y=data["y"],
        x=np.hstack([data["interest"], data["adjusters"], dummies]),
        cluster=data["cluster"],
    )
    assert within.coef[0] == pytest.approx(whole.coef[0], rel=1e-10)
    assert within.se[0] == pytest.approx(whole.se[0], rel=1e-8)
    assert (within.n, within.n_clusters) == (120, 8)


def test_the_truth_is_recovered_and_the_interval_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(2)
    fits = [fit_within(**rows(rng, clusters=12)) for _ in range(500)]
    found = np.array([fit.coef[0] for fit in fits])
    held = np.mean([fit.low[0] <= 2.0 <= fit.high[0] for fit in fits])
    assert abs(found.mean() - 2.0) < 0.25 * np.mean([fit.se[0] for fit in fits])
    assert 0.92 <= held <= 0.98


def test_adjusters_that_say_nothing_within_clusters_drop_out():
    data = rows(np.random.default_rng(3))
    constant = data["cluster"][:, None].astype(float)
    plain = fit_within(**data)
    more = fit_within(
        **data | {"adjusters": np.hstack([constant, data["adjusters"], 2 * data["adjusters"]])}
    )
    assert more.dropped == (0, 2)
    assert more.coef[0] == pytest.approx(plain.coef[0])


def test_clusters_of_one_row_count_for_nothing():
    data = rows(np.random.default_rng(4))
    more = {name: np.concatenate([values, values[:1]]) for name, values in data.items()}
    more["cluster"] = np.append(data["cluster"], 99)
    assert fit_within(**more).coef[0] == pytest.approx(fit_within(**data).coef[0])
    assert fit_within(**more).n_clusters == 8


def test_what_can_not_be_told_is_refused():
    data = rows(np.random.default_rng(5))
    with pytest.raises(NotIdentified, match="does not vary"):
        fit_within(**data | {"interest": data["cluster"][:, None]})
    with pytest.raises(NotIdentified, match="repeats"):
        fit_within(**data | {"interest": np.hstack([data["interest"]] * 2)})
    with pytest.raises(TooFewToReport):
        fit_within(**data | {"cluster": np.zeros(120, dtype=int)})
    with pytest.raises(ParameterError, match="120 rows"):
        fit_within(**data | {"interest": data["interest"][:5]})
