"""How answers on an ordered scale (never, sometimes, often) go with other things: the proportional-odds model.

statsmodels' OrderedModel searches; its derivatives are numerical, so Newton steps with exact ones end the
search and give the errors.

References
----------
McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B 42(2).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from recovery_analysis.errors import NotConverged, NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import (
    COLLINEAR_BELOW,
    Codes,
    Floats,
    cluster_codes,
    refuse_not_finite,
    vector,
)

#: An error of a log odds ratio beyond this, for one standard deviation of x, means that x parts the answers.
PARTED_ERROR = 50.0
_GRADIENT_BELOW = 1e-10
_NEWTON_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalFit:
    """Proportional odds: logit P(y <= level j) = threshold_j - x coef.

    ``coef`` (one a column of x) are log odds ratios of a higher answer, ``thresholds`` one fewer than
    ``levels``; ``vcov`` is in the order thresholds, coef. ``p``, ``low``, ``high`` (95%) belong to coef; t
    with clusters - 1 degrees of freedom when there are clusters, else normal.
    """

    levels: tuple[float, ...]
    thresholds: Floats
    thresholds_se: Floats
    coef: Floats
    se: Floats
    p: Floats
    low: Floats
    high: Floats
    vcov: Floats
    log_likelihood: float
    df: float
    n: int
    n_clusters: int | None


def ordinal(*, y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None) -> OrdinalFit:
    """Fit a proportional-odds model.

    Parameters
    ----------
    y, x
        n answers coded as numbers in their order, n x p columns without a column of ones.
    cluster
        Ids of schools: errors then allow for answers of one school being alike (sandwich, times G / (G - 1)).

    Raises
    ------
    ParameterError
        If an array is not as described.
    TooFewToReport
        If there are fewer than two clusters or no rows.
    NotIdentified
        If there are fewer than 3 levels, columns repeat each other or are constant, or x parts the answers.
    NotConverged
        If the search stops before the top of the likelihood.

    Examples
    --------
    >>> fit = ordinal(y=[1, 1, 2, 1, 3, 3, 2, 3, 1, 3], x=[[0]] * 5 + [[1]] * 5)
    >>> print(round(float(fit.coef[0]), 3), fit.levels)
    1.792 (1.0, 2.0, 3.0)
    """
    answers = vector(y, "y")
    columns = _columns(x, len(answers))
    levels, code = np.unique(answers, return_inverse=True)
    if len(levels) < 3:
        raise NotIdentified(
            f"y has {len(levels)} different answers; an ordered scale needs 3: use share for two"
        )
    groups = None if cluster is None else cluster_codes(cluster, length=len(answers))
    middle, scale = columns.mean(axis=0), columns.std(axis=0)
    start = _start(code, (columns - middle) / scale)
    cuts = len(levels) - 1
    at, rows, hessian = _polish(start, code, (columns - middle) / scale)
    plain = _covariance(rows, hessian, None)
    if bool((np.diag(plain)[cuts:] > PARTED_ERROR**2).any()):
        raise NotIdentified(
            "x parts low from high answers completely, so that the odds ratio has no upper end:"
            " leave the column out or join levels"
        )
    vcov = plain if groups is None else _covariance(rows, hessian, groups)
    # back from columns of mean 0 and spread 1
    back = np.eye(len(at))
    back[cuts:, cuts:] = np.diag(1 / scale)
    back[:cuts, cuts:] = middle / scale
    log_likelihood = float(np.log(_probability(at, code, (columns - middle) / scale)[0]).sum())
    return _fit(levels, back @ at, back @ vcov @ back.T, log_likelihood, len(answers), groups)


def _columns(x: ArrayLike, n: int) -> Floats:
    try:
        columns = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError("x must hold numbers; change text and nulls first") from error
    if n == 0:
        raise TooFewToReport("y has no rows: there is nothing to fit")
    if columns.ndim != 2 or columns.shape[0] != n or columns.shape[1] == 0:
        raise ParameterError(
            f"x must have {n} rows and a column or more, not shape {columns.shape}"
        )
    refuse_not_finite(columns, "x")
    centred = columns - columns.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    for index in np.flatnonzero(length <= 1e-12 * np.abs(columns).max(axis=0) * np.sqrt(n)):
        raise NotIdentified(
            f"column {index} of x (counted from 0) is constant: drop it, the thresholds do its work"
        )
    if n <= columns.shape[1] + 1:
        raise NotIdentified(
            f"x has {columns.shape[1]} columns for {n} rows: too many to tell apart"
        )
    triangle = np.linalg.qr(centred / length, mode="r")
    for index in np.flatnonzero(np.abs(np.diag(triangle)) < COLLINEAR_BELOW):
        raise NotIdentified(
            f"column {index} of x (counted from 0) is a sum of multiples of the columns before it:"
            " drop one of them"
        )
    return columns


def _start(code: Codes, columns: Floats) -> Floats:
    """Thresholds and coefficients by statsmodels' quasi-Newton search."""
    model: Any = OrderedModel(code, columns, distr="logit", hasconst=False)
    found = model.fit(
        method="bfgs", disp=False, maxiter=1000, skip_hessian=True, warn_convergence=False
    )
    p = columns.shape[1]
    at = np.asarray(found.params, dtype=np.float64)
    steps = np.concatenate([at[p : p + 1], np.exp(at[p + 1 :])])
    return np.concatenate([np.cumsum(steps), at[:p]]).astype(np.float64)


def _polish(at: Floats, code: Codes, columns: Floats) -> tuple[Floats, Floats, Floats]:
    """Newton steps to the last digits; give the place, the rows' scores and the Hessian there."""
    for _ in range(_NEWTON_STEPS):
        rows, hessian = _derivatives(at, code, columns)
        slope = rows.sum(axis=0)
        if np.abs(slope).max() < _GRADIENT_BELOW * len(code):
            return at, rows, hessian
        at = at - np.linalg.lstsq(hessian, slope, rcond=None)[0]
        if not bool((_probability(at, code, columns)[0] > 0).all()):
            break
    raise NotConverged(
        "the ordinal model stopped before its top: join rare answers of y or drop columns of x"
    )


def _probability(at: Floats, code: Codes, columns: Floats) -> tuple[Floats, Floats, Floats]:
    """Probability of each row's answer; cumulative probabilities above and below it."""
    cuts = len(at) - columns.shape[1]
    edges = np.concatenate([[-np.inf], at[:cuts], [np.inf]])
    centre = columns @ at[cuts:]
    upper, lower = special.expit(edges[code + 1] - centre), special.expit(edges[code] - centre)
    # near 1 the difference is taken from the other tail, which keeps its digits
    other = special.expit(centre - edges[code]) - special.expit(centre - edges[code + 1])
    return np.where(lower > 0.5, other, upper - lower), upper, lower


def _derivatives(at: Floats, code: Codes, columns: Floats) -> tuple[Floats, Floats]:
    """First derivatives of each row's log probability, and the sum of the second ones."""
    n, p = columns.shape
    cuts = len(at) - p
    chance, upper, lower = _probability(at, code, columns)
    sides: list[tuple[Floats, Floats, Floats]] = []
    for edge, height in ((code, upper), (code - 1, lower)):
        along = np.hstack([np.zeros((n, cuts)), -columns])
        inside = np.flatnonzero((edge >= 0) & (edge < cuts))
        along[inside, edge[inside]] = 1.0
        density = height * (1 - height)
        sides.append((along, density / chance, density * (1 - 2 * height) / chance))
    (over, first, second), (under, first_under, second_under) = sides
    rows = first[:, None] * over - first_under[:, None] * under
    hessian = (second[:, None] * over).T @ over - (second_under[:, None] * under).T @ under
    return rows, hessian - rows.T @ rows


def _covariance(rows: Floats, hessian: Floats, groups: tuple[Codes, int] | None) -> Floats:
    if not np.linalg.eigvalsh(-hessian).min() > 0:
        raise NotIdentified(
            "the likelihood is flat in some direction: an answer or a column is too rare to tell"
        )
    bread: Floats = np.linalg.inv(-hessian).astype(np.float64)
    if groups is None:
        return bread
    codes, count = groups
    sums = np.column_stack([np.bincount(codes, weights=rows[:, j]) for j in range(rows.shape[1])])
    return count / (count - 1) * bread @ (sums.T @ sums) @ bread


def _fit(
    levels: Floats,
    at: Floats,
    vcov: Floats,
    log_likelihood: float,
    n: int,
    groups: tuple[Codes, int] | None,
) -> OrdinalFit:
    cuts = len(levels) - 1
    coef, error = at[cuts:], np.sqrt(np.diag(vcov))
    df = float("inf") if groups is None else float(groups[1] - 1)
    half = stats.t.ppf(0.975, df) * error[cuts:]
    return OrdinalFit(
        levels=tuple(levels.tolist()),
        thresholds=at[:cuts],
        thresholds_se=error[:cuts],
        coef=coef,
        se=error[cuts:],
        p=2 * stats.t.sf(np.abs(coef) / error[cuts:], df),
        low=coef - half,
        high=coef + half,
        vcov=vcov,
        log_likelihood=log_likelihood,
        df=df,
        n=n,
        n_clusters=None if groups is None else groups[1],
    )
