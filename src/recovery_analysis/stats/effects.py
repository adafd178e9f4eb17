"""Sizes that a reader can picture: Hedges' g, months by growth, and EEF's months by a fixed table.

Months by growth and EEF's months answer different questions and never stand in one table: the first divides a
difference by what pupils of the same year group and subject gained in a month before the baseline; the
second looks an effect size up in one table for all ages and subjects.

References
----------
Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators.
doi:10.3102/10769986006002107
Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal Statistical Society B 16(2).
Education Endowment Foundation. Teaching and Learning Toolkit: conversion of effect sizes to months' progress.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
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
    correction = small_sample_correction(df)
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


def small_sample_correction(df: float) -> float:
    """Give Hedges' exact J: a standardised difference with ``df`` degrees of freedom times J is unbiased.

    ``J = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2))``, near ``1 - 3 / (4 df - 1)``; df above 1.

    References
    ----------
    Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators.
    doi:10.3102/10769986006002107

    Examples
    --------
    >>> print(round(small_sample_correction(10), 4), 1 - small_sample_correction(9_000_000) < 1e-7)
    0.9227 True
    """
    # poch keeps its digits where the difference of two gammaln loses them
    return float(special.poch(df / 2 - 0.5, 0.5)) / math.sqrt(df / 2)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsOfGrowth:
    """A difference in months of growth, negative = behind; ``low`` and ``high`` (95%) None without errors.

    ``method`` says how the ends came about: ``fieller`` when growth has an error, ``growth known`` when only
    the difference has one, ``none`` when neither has.
    """

    months: float
    low: float | None
    high: float | None
    monthly_growth: float
    method: str


def months(
    *,
    difference: float,
    monthly_growth: float,
    difference_se: float | None = None,
    monthly_growth_se: float | None = None,
    df: float | None = None,
) -> MonthsOfGrowth:
    """Express a difference of scores in months of the growth that was usual before the baseline.

    Parameters
    ----------
    difference, difference_se
        In the measure's own unit, with its standard error.
    monthly_growth, monthly_growth_se
        Mean gain a month of the same subject and year group in cohorts before the baseline (same unit),
        with its standard error; errors of the two are taken as independent (different cohorts).
    df
        Degrees of freedom for the t quantile (the smaller of the two); None for the normal one.

    Raises
    ------
    ParameterError
        If a number is not finite, an error is negative, df is not above zero, or growth has an error and
        the difference has none.
    NotIdentified
        If growth is not clearly positive: not above zero, or its 95% interval reaches zero (then the ratio has
        no bounded interval).

    Notes
    -----
    Fieller's ends are the two months r at which |difference - r growth| is just t standard errors.

    Examples
    --------
    >>> result = months(difference=-3.0, monthly_growth=1.5, difference_se=0.5, monthly_growth_se=0.1)
    >>> print(result.months, round(result.low, 2), round(result.high, 2))
    -2.0 -2.75 -1.32
    """
    given = {
        "difference": difference,
        "monthly_growth": monthly_growth,
        "difference_se": difference_se,
        "monthly_growth_se": monthly_growth_se,
    }
    for name, number in given.items():
        if number is not None and not math.isfinite(number):
            raise ParameterError(f"{name} must be a finite number, not {number}")
        if number is not None and name.endswith("_se") and number < 0:
            raise ParameterError(
                f"{name} must be 0 or more, not {number}: mend where it comes from"
            )
    if df is not None and not df > 0:
        raise ParameterError(f"df must be above zero (None for the normal quantile), not {df}")
    if monthly_growth_se is not None and difference_se is None:
        raise ParameterError("difference_se is needed beside monthly_growth_se for an interval")
    reach = float(stats.t.ppf(0.975, float("inf") if df is None else df))
    growth_se = monthly_growth_se or 0.0
    if monthly_growth <= reach * growth_se:
        raise NotIdentified(
            f"monthly_growth is not clearly positive ({monthly_growth:g}, standard error {growth_se:g}):"
            " months would have no bounds; show the difference in its own unit"
        )
    method = "growth known" if monthly_growth_se is None else "fieller"
    low, high = None, None
    if difference_se is not None:
        low, high = _fieller(difference, monthly_growth, reach * difference_se, reach * growth_se)
    return MonthsOfGrowth(
        months=difference / monthly_growth,
        low=low,
        high=high,
        monthly_growth=monthly_growth,
        method="none" if difference_se is None else method,
    )


def _fieller(
    top: float, bottom: float, top_reach: float, bottom_reach: float
) -> tuple[float, float]:
    """Roots r of (top - r bottom)^2 = top_reach^2 + r^2 bottom_reach^2."""
    lead = (bottom - bottom_reach) * (bottom + bottom_reach)
    half = math.sqrt(top_reach**2 * lead + (top * bottom_reach) ** 2)
    return (top * bottom - half) / lead, (top * bottom + half) / lead


#: Highest effect size (two decimals) of 0, 1, 2, ... 12 months; the table ends there.
EEF_UPPER = ("0.01", "0.09", "0.18", "0.26", "0.35", "0.44", "0.52", "0.61", "0.69", "0.78", "0.87",
             "0.95", "1.00")  # fmt: skip
EEF_SOURCE = "EEF Teaching and Learning Toolkit, conversion of effect sizes to months"


@dataclass(frozen=True, slots=True, kw_only=True)
class EefMonths:
    """Whole months by the EEF table; ``rounded`` is the effect size (two decimals) that was looked up."""

    months: int
    effect_sd: float
    rounded: float
    source: str


def eef_months(*, effect_sd: float) -> EefMonths:
    """Look an effect size up in the EEF toolkit's table of months' additional progress.

    Parameters
    ----------
    effect_sd
        Effect in standard deviations; rounded to two decimals first, halves away from zero. Negative effects
        give the same months with a minus.

    Raises
    ------
    ParameterError
        If the number is not finite.
    NotIdentified
        If the effect is beyond 1.00, where the table ends.

    Notes
    -----
    The table is one for all ages and subjects, although young pupils grow by more standard deviations a
    month than older ones; EEF's reports of trials use a slightly different table.

    Examples
    --------
    >>> print(eef_months(effect_sd=-0.14).months)
    -2
    """
    if not math.isfinite(effect_sd):
        raise ParameterError(f"effect_sd must be a finite number, not {effect_sd}")
    rounded = Decimal(str(float(effect_sd))).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    size = abs(rounded)
    if size > Decimal(EEF_UPPER[-1]):
        raise NotIdentified(
            f"effect_sd rounds to {rounded}: the EEF table ends at 1.00; show the effect size itself"
        )
    found = next(count for count, upper in enumerate(EEF_UPPER) if size <= Decimal(upper))
    return EefMonths(
        months=-found if rounded < 0 else found,
        effect_sd=float(effect_sd),
        rounded=float(rounded),
        source=EEF_SOURCE,
    )
