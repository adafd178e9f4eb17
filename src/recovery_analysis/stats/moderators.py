"""Which traits of studies or schools go with a larger effect: mixed-effects meta-regression by REML.

References
----------
Knapp, G. and Hartung, J. (2003). Improved tests for a random effects meta-regression with a single
covariate. doi:10.1002/sim.1482
Viechtbauer, W. (2010). Conducting meta-analyses in R with the metafor package. doi:10.18637/jss.v036.i03
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from recovery_analysis.errors import NotIdentified
from recovery_analysis.stats.design import Floats, prepare
from recovery_analysis.stats.heterogeneity import study_effects

_GRID_POINTS, _SMALLEST_SHARE = 120, 1e-10
#: A spread about the line below this share of the effects' own squares is rounding.
_ROUNDING = 1e-26


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetaRegression:
    """Coefficients in the order of the columns of x, with Knapp and Hartung's errors and 95% intervals (t, df).

    ``tau2`` is what the columns leave unexplained between studies, ``q`` (chi2 on df) the spread about the line.
    """

    coef: Floats
    se: Floats
    p: Floats
    low: Floats
    high: Floats
    df: int
    tau2: float
    q: float
    k: int


def meta_regression(*, effect: ArrayLike, variance: ArrayLike, x: ArrayLike) -> MetaRegression:
    """Regress one effect a study on traits of the study.

    Parameters
    ----------
    effect, variance, x
        k effects, their squared standard errors, k x p columns (add the column of ones yourself).

    Raises
    ------
    ParameterError
        If an array is not as described or a variance is not above zero.
    TooFewToReport
        If there are fewer than 2 studies.
    NotIdentified
        If columns repeat each other, there are no more studies than columns, or the line fits exactly.

    Examples
    --------
    >>> fit = meta_regression(
    ...     effect=[0.1, 0.3, 0.25, 0.5, 0.4], variance=[0.01, 0.02, 0.01, 0.02, 0.01],
    ...     x=[[1, 0], [1, 0], [1, 0], [1, 1], [1, 1]])
    >>> print(round(float(fit.coef[1]), 3), fit.df)
    0.233 3
    """
    y, v = study_effects(effect, variance)
    design = prepare(y, x, np.arange(len(y)), None)
    if not design.residuals.any():
        raise NotIdentified("x fits effect exactly: nothing is left to judge the error by")
    # in the orthonormal basis the columns are alike in size, whatever their units
    tau2 = _most_likely(y, v, design.basis)
    at, bread, spread, _ = _line(y, v, design.basis, tau2)
    df = len(y) - design.basis.shape[1]
    if spread <= _ROUNDING * float(y**2 @ (1 / (v + tau2))):
        raise NotIdentified("x fits effect exactly: nothing is left to judge the error by")
    coef = design.to_coef @ at
    vcov = spread / df * design.to_coef @ bread @ design.to_coef.T
    se = np.sqrt(np.diag(vcov))
    half = stats.t.ppf(0.975, df) * se
    return MetaRegression(
        coef=coef,
        se=se,
        p=2 * stats.t.sf(np.abs(coef) / se, df),
        low=coef - half,
        high=coef + half,
        df=df,
        tau2=tau2,
        q=_line(y, v, design.basis, 0.0)[2],
        k=len(y),
    )


def _line(y: Floats, v: Floats, basis: Floats, tau2: float) -> tuple[Floats, Floats, float, Floats]:
    """Weighted fit: coefficients, inverse of X'WX, weighted squares about the line, residuals."""
    weight = 1 / (v + tau2)
    bread: Floats = np.linalg.inv(basis.T @ (weight[:, None] * basis)).astype(np.float64)
    at = bread @ (basis.T @ (weight * y))
    residual = y - basis @ at
    return at, bread, float(weight @ residual**2), residual


def _most_likely(y: Floats, v: Floats, basis: Floats) -> float:
    """Highest restricted likelihood on a grid of tau2, then the zero of its slope."""

    def slope(t: float) -> float:
        weight = 1 / (v + t)
        _, bread, _, residual = _line(y, v, basis, t)
        trace = weight.sum() - np.trace(bread @ (basis.T @ (weight[:, None] ** 2 * basis)))
        return float((weight * residual) @ (weight * residual) - trace)

    def height(t: float) -> float:
        _, bread, spread, _ = _line(y, v, basis, t)
        return float(np.linalg.slogdet(bread)[1]) - float(np.log(v + t).sum()) - spread

    upper = float(np.ptp(y) ** 2 + v.max())
    while slope(upper) > 0:
        upper *= 4
    grid = np.concatenate([[0.0], np.geomspace(_SMALLEST_SHARE * upper, upper, _GRID_POINTS)])
    best = int(np.argmax([height(float(t)) for t in grid]))
    left, right = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])
    if slope(left) <= 0:
        return left
    root: Any = optimize.brentq(
        slope, left, right, xtol=upper * 1e-16, rtol=4 * np.finfo(np.float64).eps
    )
    return float(root)
