"""How far true effects differ between studies: seven estimators of tau2 and its Q-profile interval.

Notes
-----
With w = 1 / (variance + t), s_m = sum of w^m and P = diag(w) - w w' / s_1, every estimator is built from
sums over studies; the k x k matrix P is never formed.

References
----------
Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model.
doi:10.3102/10769986030003261
Viechtbauer, W. (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
doi:10.1002/sim.2514
Paule, R. C. and Mandel, J. (1982). Consensus values and weighting factors. doi:10.6028/jres.087.022
Sidik, K. and Jonkman, J. N. (2005). Simple heterogeneity variance estimation for meta-analysis.
doi:10.1111/j.1467-9876.2005.00489.x
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.design import Floats, vector

Method = Literal["DL", "REML", "ML", "PM", "HE", "SJ", "EB", "FE"]

#: Where R's metafor looks for the roots behind PM and the Q profile, and how near it comes to them.
METAFOR_UPPER, METAFOR_WITHIN = 100.0, float(np.finfo(np.float64).eps ** 0.25)
_GRID_POINTS = 120
_SMALLEST_SHARE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """tau2, its standard error under normal effects, and the ends of its 95% Q-profile interval."""

    tau2: float
    se: float
    low: float
    high: float


def study_effects(effect: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Check effects and their squared standard errors.

    Raises
    ------
    ParameterError
        If an array is not numbers of one length, all finite, or a variance is not above zero.

    Examples
    --------
    >>> effect, variance = study_effects([0.1, 0.3], [0.01, 0.02])
    >>> variance.tolist()
    [0.01, 0.02]
    """
    y = vector(effect, "effect")
    v = vector(variance, "variance", length=len(y))
    if bool((v <= 0).any()):
        raise ParameterError(
            "variance must be above zero: it is the square of a standard error;"
            " leave out studies that give none and report how many there were"
        )
    return y, v


def estimate(
    effect: Floats, variance: Floats, method: Method, *, exact_roots: bool
) -> Heterogeneity:
    """Estimate tau2 from checked arrays of at least two studies.

    Without ``exact_roots`` the search for PM and for the interval stops as early as metafor 3.8 does (2^-13
    on the scale of tau2, from 0 to 100), so that both give the same digits.

    Examples
    --------
    >>> effect, variance = study_effects([0.1, 0.3, 0.6], [0.01, 0.02, 0.02])
    >>> print(round(estimate(effect, variance, "DL", exact_roots=True).tau2, 4))
    0.051
    """
    k = len(effect)

    def spread(t: float) -> float:
        return weighted_spread(effect, variance, t)

    if method in ("REML", "ML"):
        tau2 = _most_likely(effect, variance, restricted=method == "REML")
        weight = 1 / (variance + tau2)
        scale = _squared_trace(weight) if method == "REML" else float((weight**2).sum())
        se = float(np.sqrt(2 / scale))
    elif method in ("PM", "EB"):
        # empirical Bayes and Paule-Mandel solve the same equation; metafor reaches it by two roads
        tau2 = _root(spread, k - 1, exact_roots=exact_roots or method != "PM")
        weight = 1 / (variance + tau2)
        se = float(np.sqrt(2 * k**2 / (k - 1)) / weight.sum())
    elif method == "FE":
        tau2 = se = 0.0
    else:
        tau2, se = _by_moments(effect, variance, method)
    low, high = (
        _root(spread, float(stats.chi2.ppf(share, k - 1)), exact_roots=exact_roots)
        for share in (0.975, 0.025)
    )
    return Heterogeneity(tau2=tau2, se=se, low=low, high=high)


def weighted_spread(effect: Floats, variance: Floats, tau2: float) -> float:
    """Give the generalised Q: weighted squares about the weighted mean; it falls as tau2 grows.

    Examples
    --------
    >>> effect, variance = study_effects([0.1, 0.3, 0.6], [0.01, 0.02, 0.02])
    >>> print(round(weighted_spread(effect, variance, 0.0), 3))
    8.375
    """
    weight = 1 / (variance + tau2)
    return float(weight @ (effect - weight @ effect / weight.sum()) ** 2)


def _by_moments(effect: Floats, variance: Floats, method: Method) -> tuple[float, float]:
    """DL, HE and SJ: a quadratic form y'Py is set equal to what it is expected to be."""
    k = len(effect)
    start = float(effect.var()) if method == "SJ" else 0.0
    weight = np.ones(k) if method == "HE" else 1 / (variance + start)
    total = float(weight.sum())
    form = float(weight @ (effect - weight @ effect / total) ** 2)
    slope = float(weight.sum() - (weight**2).sum() / total)
    level = float(weight @ variance - weight**2 @ variance / total)
    if method == "SJ":
        tau2, divisor = start * form / (k - 1), (k - 1) / start
    else:
        tau2, divisor = max(0.0, (form - level) / slope), slope
    return tau2, float(np.sqrt(2 * _squared_trace(weight, variance + tau2)) / divisor)


def _squared_trace(weight: Floats, diagonal: Floats | None = None) -> float:
    """tr(P D P D) with D a diagonal matrix, by default the identity."""
    d = np.ones_like(weight) if diagonal is None else diagonal
    total = float(weight.sum())
    middle = float(weight**2 @ d)
    return float(weight**2 @ d**2 - 2 * (weight**3 @ d**2) / total + (middle / total) ** 2)


def _root(spread: Callable[[float], float], level: float, *, exact_roots: bool) -> float:
    """Find the tau2 at which the falling curve is at ``level``; 0 where it starts below."""
    if spread(0.0) <= level:
        return 0.0
    upper = 1e-12 if exact_roots else METAFOR_UPPER
    while spread(upper) > level:
        upper *= 4
    within = upper * 1e-16 if exact_roots else METAFOR_WITHIN
    root: Any = optimize.brentq(
        lambda t: spread(t) - level, 0.0, upper, xtol=within, rtol=4 * np.finfo(np.float64).eps
    )
    return float(root)


def _most_likely(effect: Floats, variance: Floats, *, restricted: bool) -> float:
    """Highest top of the (restricted) likelihood: each top of a grid of tau2 is climbed, the highest kept.

    The likelihood can have two tops nearly alike; Fisher scoring from one start finds the nearer one.
    """

    def slope(t: float) -> float:
        weight = 1 / (variance + t)
        total = weight.sum()
        scaled = weight * (effect - weight @ effect / total)
        trace = total - weight @ weight / total if restricted else total
        return float(scaled @ scaled - trace)

    upper = float(np.ptp(effect) ** 2 + variance.max())
    while slope(upper) > 0:
        upper *= 4
    smallest = _SMALLEST_SHARE * upper
    grid = np.concatenate([[0.0], np.geomspace(smallest, upper, _GRID_POINTS)])
    height = _log_likelihood(effect, variance, grid, restricted=restricted)
    edged = np.concatenate([[-np.inf], height, [-np.inf]])
    tops = np.array(
        [
            _climb(slope, grid, int(place))
            for place in np.flatnonzero((height >= edged[:-2]) & (height >= edged[2:]))
        ]
    )
    reached = _log_likelihood(effect, variance, tops, restricted=restricted)
    return float(tops[np.argmax(reached)])


def _climb(slope: Callable[[float], float], grid: Floats, place: int) -> float:
    """Find the zero of the slope around a grid point that is higher than its neighbours."""
    left, right = float(grid[max(place - 1, 0)]), float(grid[min(place + 1, len(grid) - 1)])
    if slope(left) <= 0 or slope(right) >= 0:
        return float(grid[place])
    root: Any = optimize.brentq(
        slope, left, right, xtol=float(grid[-1]) * 1e-16, rtol=4 * np.finfo(np.float64).eps
    )
    return float(root)


def _log_likelihood(effect: Floats, variance: Floats, grid: Floats, *, restricted: bool) -> Floats:
    """Give twice the log likelihood at each tau2 of the grid, up to a constant."""
    weight = 1 / (variance + grid[:, None])
    total = weight.sum(axis=1)
    centre = weight @ effect / total
    form = np.einsum("tk,tk->t", weight, (effect - centre[:, None]) ** 2)
    value = np.log(weight).sum(axis=1) - form
    return value - np.log(total) if restricted else value
