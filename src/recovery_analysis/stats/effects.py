"""A difference of two means in standard deviations: Hedges' g with its exact correction and interval.

References
----------
Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators.
doi:10.3102/10769986006002107
"""

import math
from dataclasses import dataclass
from typing import Any

from scipy import optimize, special, stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardisedDifference:
    """Hedges' g of group 1 minus group 2, with its 95% interval; pupils count as independent."""

    g: float
    low: float
    high: float
    pooled_sd: float
    df: float


def hedges_g(
    *, mean_1: float, mean_2: float, sd_1: float, sd_2: float, n_1: float, n_2: float
) -> StandardisedDifference:
    """Give (mean 1 - mean 2) / pooled standard deviation, corrected for small samples.

    Parameters
    ----------
    mean_1, mean_2, sd_1, sd_2, n_1, n_2
        Mean, standard deviation (divisor n - 1) and number of pupils of the two groups.

    Raises
    ------
    ParameterError
        If a number is not finite or a standard deviation is negative.
    TooFewToReport
        If a group has fewer than 2 pupils.
    NotIdentified
        If nobody differs from anybody: both standard deviations are zero.

    Notes
    -----
    ``J = gamma(m/2) / (sqrt(m/2) gamma((m-1)/2))`` with m = n1 + n2 - 2 makes g unbiased. The interval
    inverts the noncentral t distribution of the t statistic and is exact for normal scores of independent
    pupils. Pupils of one school are alike, so that for several schools it is too narrow: use
    cluster-robust inference there.

    Examples
    --------
    >>> result = hedges_g(mean_1=105, mean_2=100, sd_1=10, sd_2=10, n_1=20, n_2=20)
    >>> print(round(result.g, 4), round(result.low, 3), round(result.high, 3))
    0.4901 -0.13 1.104
    """
    given = {"mean_1": mean_1, "mean_2": mean_2, "sd_1": sd_1, "sd_2": sd_2, "n_1": n_1, "n_2": n_2}
    for name, number in given.items():
        if not math.isfinite(number):
            raise ParameterError(f"{name} must be a finite number, not {number}")
    if min(sd_1, sd_2) < 0:
        raise ParameterError("sd_1 and sd_2 must be 0 or more: mend the table they come from")
    if min(n_1, n_2) < 2:
        raise TooFewToReport("a standard deviation needs at least 2 pupils in each group")
    df = n_1 + n_2 - 2
    pooled = math.sqrt(((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / df)
    if pooled == 0:
        raise NotIdentified("both standard deviations are zero: there is no unit to express it in")
    correction = _correction(df)
    scale = math.sqrt(n_1 * n_2 / (n_1 + n_2))
    difference = (mean_1 - mean_2) / pooled
    low, high = _noncentral_interval(difference * scale, df)
    return StandardisedDifference(
        g=correction * difference,
        low=correction * low / scale,
        high=correction * high / scale,
        pooled_sd=pooled,
        df=df,
    )


def _correction(df: float) -> float:
    return math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def _noncentral_interval(t: float, df: float) -> tuple[float, float]:
    """Noncentrality for which t lies at the 97.5th and at the 2.5th percentile."""
    return _noncentrality(t, df, 0.975, step=-1.0), _noncentrality(t, df, 0.025, step=1.0)


def _noncentrality(t: float, df: float, level: float, *, step: float) -> float:
    """Walk from t to the far side of the root, then close in: far tails of the distribution are NaN."""

    def excess(centre: float) -> float:
        return float(stats.nct.cdf(t, df, centre)) - level

    reach = step * math.sqrt(1 + t**2 / (2 * df))
    near, far = t - reach, t + reach
    while excess(far) * step > 0:
        near, far = far, far + reach
    root: Any = optimize.brentq(excess, min(near, far), max(near, far))
    return float(root)
