"""Draw the rates of many small units towards their common rate, by how little each unit tells.

Notes
-----
Unit i has ``successes ~ Binomial(trials, p_i)`` and ``p_i ~ Beta(m M, (1 - m) M)``: m is the common rate, M
how many trials the common rate is worth beside a unit's own, ``1 / (M + 1)`` the correlation of two trials of
one unit. m and M are found by maximum likelihood. The estimate is the posterior mean at these two values.

Its interval must not take m and M for known when there are few units. The posterior is averaged over a
grid of (logit m, -log M), weighted by the likelihood, with a flat prior on logit m and on the correlation
between 0 and 1; a Beta distribution with the mean and variance of that average gives the ends. This also
holds when the likelihood is highest with no difference at all between units (correlation zero), where an
interval at the maximum would shrink to the common rate.

References
----------
Skellam, J. G. (1948). A probability distribution derived from the binomial distribution by regarding the
probability of success as variable between the sets of trials. Journal of the Royal Statistical Society B 10.
Kass, R. E. and Steffey, D. (1989). Approximate Bayesian inference in conditionally independent hierarchical
models. doi:10.1080/01621459.1989.10478825
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import Floats, vector

#: -log M is searched from "units are alike" (a correlation of 1 in 10 million) to "all or nothing".
ALIKE, ALL_OR_NOTHING = -16.0, 7.0
#: Points of the grid further down than this from the top of the log likelihood are left out.
_DROP = 12.0
_POINTS, _PASSES = 41, 3
#: A likelihood that gains less than this over units that are alike has its top there.
_NO_GAIN = 1e-7
_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShrunkRates:
    """Rates between 0 and 1, one a unit, with 95% intervals, and the common rate they are drawn to.

    ``alpha`` and ``beta`` are the parameters of the Beta distribution of true rates, ``correlation`` is 1 /
    (alpha + beta + 1). ``units_alike`` says that the likelihood is highest where units do not differ:
    every estimate is then the common rate (alpha and beta are infinite), while the intervals keep open that
    they differ.
    """

    estimate: Floats
    low: Floats
    high: Floats
    common: float
    correlation: float
    alpha: float
    beta: float
    units_alike: bool
    n_units: int


def shrink_rates(*, successes: ArrayLike, trials: ArrayLike) -> ShrunkRates:
    """Estimate the rate of each unit (strand, question, school) by an empirical-Bayes beta-binomial model.

    Parameters
    ----------
    successes, trials
        k whole numbers each: marks gained of marks possible, pupils secure of pupils tested.

    Raises
    ------
    ParameterError
        If an array is not as described, a count is not whole, or successes are above trials.
    TooFewToReport
        If there are fewer than 3 units, or none has a second trial.
    NotIdentified
        If no unit has a success, or none has a failure: the common rate is at the edge.

    Examples
    --------
    >>> result = shrink_rates(successes=[2, 45, 60, 30], trials=[12, 90, 100, 80])
    >>> print([round(float(rate), 3) for rate in result.estimate], round(result.common, 3))
    [0.351, 0.49, 0.573, 0.391] 0.451
    """
    s, n = _counts(successes, trials)
    centre, place, alike = _maximum(s, n)
    common = float(special.expit(centre))
    size = float(np.exp(-place))
    low, high = _ends(s, n, centre)
    return ShrunkRates(
        estimate=np.full(len(s), common) if alike else (s + common * size) / (n + size),
        low=low,
        high=high,
        common=common,
        correlation=0.0 if alike else 1 / (size + 1),
        alpha=float("inf") if alike else common * size,
        beta=float("inf") if alike else (1 - common) * size,
        units_alike=alike,
        n_units=len(s),
    )


def _counts(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    s = vector(successes, "successes")
    n = vector(trials, "trials", length=len(s))
    for name, values in (("successes", s), ("trials", n)):
        if bool((values != np.round(values)).any()) or bool((values < 0).any()):
            raise ParameterError(
                f"{name} must be whole numbers of 0 or more: give counts, not rates"
            )
    if bool((n == 0).any()):
        raise ParameterError("trials must be above zero: leave out units that nobody tried")
    if bool((s > n).any()):
        raise ParameterError("successes must not be above trials: look for swapped columns")
    if len(s) < 3 or bool((n < 2).all()):
        raise TooFewToReport(
            "shrinking needs at least 3 units, one of them with 2 trials or more:"
            " show their rates as they are, or nothing"
        )
    if s.sum() == 0 or s.sum() == n.sum():
        raise NotIdentified(
            "successes are none, or all, in every unit: there is nothing to tell units apart by;"
            " report the common rate with survey.share"
        )
    return s, n


def _log_likelihood(s: Floats, n: Floats, centre: Floats, place: Floats) -> Floats:
    """Log likelihood, up to a constant, at each pair of logit m and -log M."""
    size = np.exp(-place)[..., None]
    rate = special.expit(centre)[..., None]
    other = special.expit(-centre)[..., None]
    value = s * np.log(rate) + (n - s) * np.log(other)
    value = value + _stretch(rate * size, s) + _stretch(other * size, n - s) - _stretch(size, n)
    return np.asarray(value.sum(axis=-1))


def _stretch(start: Floats, steps: Floats) -> Floats:
    """Sum of log(1 + j / start) for j from 0 to steps - 1."""
    exact = special.gammaln(start + steps) - special.gammaln(start) - steps * np.log(start)
    # for large starts the terms above cancel to nothing but rounding
    pairs = steps * (steps - 1)
    series = pairs / (2 * start) - pairs * (2 * steps - 1) / (12 * start**2)
    return np.where(start > 1e3 * np.maximum(steps, 10.0) ** 1.5, series, exact)


def _maximum(s: Floats, n: Floats) -> tuple[float, float, bool]:
    """Logit m and -log M of highest likelihood, and whether no difference at all is as likely."""
    pooled = float(special.logit(s.sum() / n.sum()))
    centre, place = np.meshgrid(
        pooled + np.linspace(-4, 4, _POINTS), np.linspace(ALIKE, ALL_OR_NOTHING, _POINTS)
    )
    value = _log_likelihood(s, n, centre, place)
    best = np.unravel_index(int(np.argmax(value)), value.shape)

    def downwards(at: Floats) -> float:
        return -float(_log_likelihood(s, n, at[0], at[1]))

    found: Any = optimize.minimize(
        downwards,
        np.array([centre[best], place[best]]),
        method="Nelder-Mead",
        bounds=[(pooled - 8, pooled + 8), (ALIKE, ALL_OR_NOTHING)],
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000},
    )
    m = special.expit(pooled)
    alike = -float(found.fun) - float((s * np.log(m) + (n - s) * np.log1p(-m)).sum()) < _NO_GAIN
    return (pooled, ALIKE, True) if alike else (float(found.x[0]), float(found.x[1]), False)


def _ends(s: Floats, n: Floats, centre: float) -> tuple[Floats, Floats]:
    """Give ends of the 95% intervals from the averaged posterior's mean and variance."""
    across, along, weight = _posterior_grid(s, n, centre)
    size = np.exp(-along)
    share = special.expit(across) * size
    low, high = np.empty(len(s)), np.empty(len(s))
    step = max(1, _BLOCK_CELLS // len(weight))
    for start in range(0, len(s), step):
        part = slice(start, start + step)
        mean = (s[part, None] + share) / (n[part, None] + size)
        within = mean * (1 - mean) / (n[part, None] + size + 1)
        middle = mean @ weight
        variance = (within + (mean - middle[:, None]) ** 2) @ weight
        worth = middle * (1 - middle) / variance - 1
        low[part], high[part] = (
            stats.beta.ppf(share_below, middle * worth, (1 - middle) * worth)
            for share_below in (0.025, 0.975)
        )
    return low, high


def _posterior_grid(s: Floats, n: Floats, centre: float) -> tuple[Floats, Floats, Floats]:
    """Logit m, -log M and weight of the points that matter, on a grid that closes in on them."""
    across, along = _mesh([(centre - 8, centre + 8), (ALIKE, ALL_OR_NOTHING)])
    height = _posterior(s, n, across, along)
    for _ in range(_PASSES - 1):
        near = height > height.max() - _DROP
        across, along = _mesh(
            [_around(across[0], near.any(axis=0)), _around(along[:, 0], near.any(axis=1))]
        )
        height = _posterior(s, n, across, along)
    near = height > height.max() - _DROP
    weight = np.exp(height - height.max())[near]
    return across[near], along[near], weight / weight.sum()


def _posterior(s: Floats, n: Floats, across: Floats, along: Floats) -> Floats:
    # flat in the correlation: its derivative by -log M is ratio (1 - ratio)
    ratio = special.expit(along)
    return _log_likelihood(s, n, across, along) + np.log(ratio * (1 - ratio))


def _mesh(box: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    across, along = np.meshgrid(*(np.linspace(*side, _POINTS) for side in box))
    return across, along


def _around(axis: Floats, near: NDArray[np.bool_]) -> tuple[float, float]:
    """Give the part of the axis that holds the marked points, one point wider on both sides."""
    marked = np.flatnonzero(near)
    return float(axis[max(marked[0] - 1, 0)]), float(axis[min(marked[-1] + 1, len(axis) - 1)])
