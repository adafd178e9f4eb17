"""A straight line through yearly values: where it would have led, and when it gets back to a size.

Values are gaps (or other sizes that should come down); x is in years, the calendar year in which the academic
year ends, and may carry a fraction. Yearly scatter is taken as independent and normal about the line.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import vector

#: Below this many yearly values a line has too few degrees of freedom left for an interval.
FEWEST_POINTS_FOR_INTERVAL = 4
_TOO_FEW = "{n} yearly values are too few for an interval: 4 needed"
_NO_SCATTER = "the yearly values lie exactly on a line: no scatter to judge by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fitted line; ``slope`` is per year, ``intercept`` is the value at ``x_mean``.

    ``sigma`` is the scatter of yearly values about the line, ``slope_se`` the error of the slope; both
    are None with 2 points. ``df`` is n - 2.

    Examples
    --------
    >>> line = fit_line(x=[2017, 2018, 2019], y=[9.0, 9.4, 9.5])
    >>> round(line.value(2024), 2), round(line.leverage(2024), 2)
    (10.8, 18.33)
    """

    slope: float
    intercept: float
    x_mean: float
    x_last: float
    spread: float
    n: int
    df: int
    sigma: float | None
    slope_se: float | None
    slope_low: float | None
    slope_high: float | None
    why_no_interval: str | None

    def value(self, at: float) -> float:
        """Height of the line at year ``at``."""
        return self.intercept + self.slope * (at - self.x_mean)

    def leverage(self, at: float) -> float:
        """Variance of the line's height at ``at`` as a share of the yearly variance."""
        return 1 / self.n + (at - self.x_mean) ** 2 / self.spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What the line gives for a year, with the 95% interval for one new yearly value."""

    at: float
    estimate: float
    low: float | None
    high: float | None
    df: int
    n_points: int
    why_no_interval: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSince:
    """A value now minus what the line from before leads to; positive when it lies above."""

    estimate: float
    low: float | None
    high: float | None
    df: float | None
    now: float
    projected: float
    why_no_interval: str | None


def fit_line(*, x: ArrayLike, y: ArrayLike) -> Line:
    """Fit a line by least squares, with the exact t interval for its slope.

    Raises
    ------
    ParameterError
        If lengths differ or a value is missing or infinite.
    TooFewToReport
        If there are fewer than 2 yearly values.
    NotIdentified
        If all values are of one year.

    Examples
    --------
    >>> line = fit_line(x=[2016, 2017, 2018, 2019], y=[3.0, 2.9, 2.95, 2.9])
    >>> print(round(line.slope, 4), line.df)
    -0.025 2
    """
    heights = vector(y, "y")
    years = vector(x, "x", length=len(heights))
    n = len(years)
    if n < 2:
        raise TooFewToReport(f"a line needs at least 2 yearly values, not {n}")
    x_mean, y_mean = float(years.mean()), float(heights.mean())
    centred = years - x_mean
    spread = float(centred @ centred)
    if spread <= 1e-20 * max(1.0, x_mean**2):
        raise NotIdentified(
            "all yearly values are of the same year: a line needs two different years"
        )
    slope = float(centred @ (heights - y_mean)) / spread
    residual = heights - y_mean - slope * centred
    sigma, why = _scatter(float(residual @ residual), n, float(np.abs(heights).max()))
    slope_se = None if sigma is None else sigma / math.sqrt(spread)
    half = None
    if slope_se is not None and why is None:
        half = float(stats.t.ppf(0.975, n - 2)) * slope_se
    return Line(
        slope=slope,
        intercept=y_mean,
        x_mean=x_mean,
        x_last=float(years.max()),
        spread=spread,
        n=n,
        df=n - 2,
        sigma=sigma,
        slope_se=slope_se,
        slope_low=None if half is None else slope - half,
        slope_high=None if half is None else slope + half,
        why_no_interval=why,
    )


def _scatter(squares: float, n: int, size: float) -> tuple[float | None, str | None]:
    """Scatter about the line, and why it can not carry an interval."""
    if n == 2:
        return None, _TOO_FEW.format(n=n)
    sigma = math.sqrt(squares / (n - 2))
    if n < FEWEST_POINTS_FOR_INTERVAL:
        return sigma, _TOO_FEW.format(n=n)
    if sigma <= 1e-13 * size:
        return 0.0, _NO_SCATTER
    return sigma, None


def project(*, x: ArrayLike, y: ArrayLike, at: float) -> Projection:
    """Carry the line on to year ``at``.

    Parameters
    ----------
    x, y
        Years and yearly values.
    at
        The year asked about.

    Raises
    ------
    ParameterError, TooFewToReport, NotIdentified
        As in :func:`fit_line`.

    Notes
    -----
    ``low`` and ``high`` hold one new yearly value with 95%: variance ``sigma^2 (1 + 1/n + (at - mean)^2 /
    S)``, t with n - 2 degrees of freedom; given from 4 values on.

    Examples
    --------
    >>> ahead = project(x=[2016, 2017, 2018, 2019], y=[3.0, 2.9, 2.95, 2.9], at=2023)
    >>> print(round(ahead.estimate, 3), round(ahead.low, 2), round(ahead.high, 2))
    2.8 2.3 3.3
    """
    _finite(at, "at")
    line = fit_line(x=x, y=y)
    estimate = line.value(at)
    half = None
    if line.why_no_interval is None and line.sigma is not None:
        half = float(stats.t.ppf(0.975, line.df)) * line.sigma * math.sqrt(1 + line.leverage(at))
    return Projection(
        at=at,
        estimate=estimate,
        low=None if half is None else estimate - half,
        high=None if half is None else estimate + half,
        df=line.df,
        n_points=line.n,
        why_no_interval=line.why_no_interval,
    )


def opened_since(
    *,
    x_before: ArrayLike,
    y_before: ArrayLike,
    at: float,
    now: float,
    now_se: float | None = None,
    now_df: float = math.inf,
) -> OpenedSince:
    """Give the value now minus what the line through the earlier years leads to.

    Parameters
    ----------
    x_before, y_before
        Years and values before the baseline.
    at, now
        The present year and its value.
    now_se, now_df
        Error of ``now`` and its degrees of freedom, where known.

    Raises
    ------
    ParameterError, TooFewToReport, NotIdentified
        As in :func:`fit_line`; also if ``now_se`` is negative or ``now_df`` not above zero.

    Notes
    -----
    Variance = ``sigma^2 (1/n + (at - mean)^2 / S) + max(sigma^2, now_se^2)``. The scatter sigma of
    earlier years already holds the error with which one year's value is measured, so that adding
    ``now_se`` to it would count this error twice; the larger of the two is taken. Where sigma is the
    larger, t has n - 2 degrees of freedom; else Welch and Satterthwaite's (doi:10.2307/3002019).

    Examples
    --------
    >>> opened = opened_since(
    ...     x_before=[2016, 2017, 2018, 2019], y_before=[3.0, 2.9, 2.95, 2.9], at=2023, now=3.2
    ... )
    >>> print(round(opened.estimate, 3), round(opened.low, 2), round(opened.high, 2))
    0.4 -0.1 0.9
    """
    for name, number in (("at", at), ("now", now), ("now_se", now_se or 0.0)):
        _finite(number, name)
    if (now_se is not None and now_se < 0) or not now_df > 0:
        raise ParameterError("now_se must be 0 or more and now_df above 0")
    line = fit_line(x=x_before, y=y_before)
    estimate = now - line.value(at)
    half = df = None
    if line.why_no_interval is None and line.sigma is not None:
        own = now_se or 0.0
        from_line = line.sigma**2 * line.leverage(at)
        variance = from_line + max(line.sigma, own) ** 2
        df = float(line.df)
        if own > line.sigma:
            df = variance**2 / (from_line**2 / line.df + own**4 / now_df)
        half = float(stats.t.ppf(0.975, df)) * math.sqrt(variance)
    return OpenedSince(
        estimate=estimate,
        low=None if half is None else estimate - half,
        high=None if half is None else estimate + half,
        df=df,
        now=now,
        projected=line.value(at),
        why_no_interval=line.why_no_interval,
    )


def _finite(number: float, name: str) -> None:
    if not math.isfinite(number):
        raise ParameterError(f"{name} must be a finite number, not {number}")
