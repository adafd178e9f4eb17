"""Differences within clusters: what went with a property among rows of the same school.

Notes
-----
The response and every column are taken as differences from their cluster's mean: that is least squares with
an intercept for each cluster. CR2 on these columns equals CR2 with the intercepts written out, when the
clusters of the errors are those of the intercepts and rows have no weights.

References
----------
Pustejovsky, J. E. and Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and
hypothesis testing in fixed effects models, theorem 2. doi:10.1080/07350015.2016.1247004
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from recovery_analysis.errors import NotIdentified, ParameterError
from recovery_analysis.stats.cluster import ClusterFit, fit_ols
from recovery_analysis.stats.design import Codes, Floats, cluster_codes, refuse_not_finite, vector

__all__ = ["WithinFit", "fit_within"]

#: A column that keeps less than this share of its length beside the columns before it is a repeat of them.
_REPEATS_BELOW = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithinFit:
    """Coefficients of the columns of interest, in their order, with CR2 errors.

    ``low`` and ``high`` are NaN where the clusters can not tell. ``n`` and ``n_clusters`` count the rows of
    clusters with at least two rows. ``dropped`` are adjusters (counted from 0) that say nothing within
    clusters.
    """

    coef: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    n: int
    n_clusters: int
    dropped: tuple[int, ...]


def fit_within(
    *,
    y: ArrayLike,
    interest: ArrayLike,
    cluster: ArrayLike,
    adjusters: ArrayLike | None = None,
) -> WithinFit:
    """Fit y on columns within clusters, with errors that allow for rows of a cluster being alike.

    Parameters
    ----------
    y, cluster
        n values and n ids.
    interest
        n x k columns whose coefficients are wanted.
    adjusters
        n x m columns that are held equal; those that do not vary within clusters, or repeat others, drop out.

    Raises
    ------
    ParameterError
        If an array is not as described.
    TooFewToReport
        If fewer than two clusters have two rows.
    NotIdentified
        If a column of interest does not vary within clusters, or there are too few rows.

    Examples
    --------
    >>> rows = {"y": [1, 3, 10, 12, 20, 22.5, 5, 7], "cluster": list("aabbccdd")}
    >>> fit = fit_within(interest=[[0], [1]] * 4, **rows)
    >>> print(round(float(fit.coef[0]), 3), fit.n_clusters)
    2.125 4
    """
    response = vector(y, "y")
    n = len(response)
    wanted = _matrix(interest, n, "interest")
    others = np.empty((n, 0)) if adjusters is None else _matrix(adjusters, n, "adjusters")
    code, count = cluster_codes(cluster, length=n)
    several = (np.bincount(code, minlength=count) > 1)[code]
    code = code[several]
    wanted = _centred(wanted[several], code, count)
    others = _centred(others[several], code, count)
    columns, dropped = _independent(wanted, others)
    fit: ClusterFit = fit_ols(
        y=_centred(response[several][:, None], code, count)[:, 0], x=columns, cluster=code
    )
    k = wanted.shape[1]
    return WithinFit(
        coef=fit.coef[:k],
        se=fit.se[:k],
        df=fit.df[:k],
        low=fit.low[:k],
        high=fit.high[:k],
        n=fit.n,
        n_clusters=fit.n_clusters,
        dropped=dropped,
    )


def _matrix(values: ArrayLike, n: int, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != n:
        raise ParameterError(f"{name} must have {n} rows of columns, not shape {array.shape}")
    refuse_not_finite(array, name)
    return array


def _centred(columns: Floats, code: Codes, count: int) -> Floats:
    """Take each column as differences from its cluster's mean; rounding is made exactly zero."""
    size = np.maximum(np.bincount(code, minlength=count), 1)
    centred = np.empty_like(columns)
    for place, column in enumerate(columns.T):
        middle = np.bincount(code, weights=column, minlength=count) / size
        rest = column - middle[code]
        noise = 1e-12 * max(1.0, float(np.abs(column).max(initial=0.0)))
        centred[:, place] = np.where(np.abs(rest) > noise, rest, 0.0)
    return centred


def _independent(wanted: Floats, others: Floats) -> tuple[Floats, tuple[int, ...]]:
    """Put the adjusters that add something beside the columns of interest."""
    for place, column in enumerate(wanted.T):
        if not column.any():
            raise NotIdentified(
                f"column {place} of interest (counted from 0) does not vary within any cluster"
            )
    basis: list[Floats] = []
    for place, column in enumerate(wanted.T):
        if not _add(basis, column):
            raise NotIdentified(
                f"column {place} of interest (counted from 0) repeats the columns before it"
            )
    kept, dropped = [], []
    for place, column in enumerate(others.T):
        (kept if _add(basis, column) else dropped).append(place)
    return np.hstack([wanted, others[:, kept]]), tuple(dropped)


def _add(basis: list[Floats], column: Floats) -> bool:
    """Add a column's part outside the basis, and say whether there is one."""
    length = float(np.linalg.norm(column))
    if not length > 0:
        return False
    rest = column / length
    for _ in range(2):
        for direction in basis:
            rest = rest - direction * float(direction @ rest)
    size = float(np.linalg.norm(rest))
    if size < _REPEATS_BELOW:
        return False
    basis.append(rest / size)
    return True
