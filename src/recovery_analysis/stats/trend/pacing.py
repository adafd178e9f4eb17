"""When, at the present rate, a gap is back to a size, and how much of its widening has been made up."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.design import Floats
from recovery_analysis.stats.trend.line import Line, fit_line

Moving = Literal["closing", "opening", "level"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When the line through the values since the new baseline comes down to ``target``.

    ``point``, ``earliest`` and ``latest`` are years no earlier than the last value; None means never at this
    rate, or, for ``earliest`` and ``latest`` when ``why_no_interval`` is given, not known.
    ``already_there`` says that the line stands at or below the target now (``point`` is then the last year).
    ``moving`` is the direction of the line, ``direction_is_clear`` whether its 95% interval leaves out zero.
    ``may_be_never`` says that the interval has no end.
    """

    target: float
    point: float | None
    earliest: float | None
    latest: float | None
    already_there: bool
    may_be_never: bool
    moving: Moving
    direction_is_clear: bool
    slope: float
    slope_low: float | None
    slope_high: float | None
    value_now: float
    n_points: int
    why_no_interval: str | None


def pace(*, x: ArrayLike, y: ArrayLike, target: float) -> Pace:
    """Say when the line through ``y`` comes down to ``target``, with a 95% interval that may have no end.

    Parameters
    ----------
    x, y
        Years and gaps since the new baseline, two or more.
    target
        The size to come back to, in the unit of ``y``. For a value that should rise, change all signs.

    Raises
    ------
    ParameterError, TooFewToReport, NotIdentified
        As in :func:`recovery_analysis.stats.trend.fit_line`; also if ``target`` is not finite.

    Notes
    -----
    Fieller's inversion. The 95% band of the line is ``line(x) +- t s sqrt(1/n + (x - mean)^2 / S)``, t
    with n - 2 degrees of freedom. ``earliest`` is the first year, from the last value on, in which the
    lower edge is at or below the target; ``latest`` the first in which the upper edge is. The quantity is
    the first year in which the line is at or below the target, so a band that dips below the target and
    rises again far ahead (because the slope is not known well) gives the dip: the plain set of years
    where the band holds the target would add a second piece after it. No mean or error of a ratio is
    formed: it does not exist when the slope may be zero. Given from 4 values on.

    The interval is exact for one year looked at by itself; over 4 to 8 values it held the truth, "never"
    included, in 94 to 100% of simulated runs (see the coverage tests).

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. doi:10.1111/j.2517-6161.1954.tb00159.x

    Examples
    --------
    >>> result = pace(x=[2022, 2023, 2024, 2025], y=[3.23, 3.20, 3.13, 3.10], target=2.9)
    >>> print(round(result.point, 1), round(result.earliest, 1), round(result.latest, 1), result.moving)
    2029.3 2027.2 2035.8 closing
    """
    if not math.isfinite(target):
        raise ParameterError(f"target must be a finite number, not {target}")
    line = fit_line(x=x, y=y)
    value_now = line.value(line.x_last)
    has_interval = line.why_no_interval is None
    earliest = _first_year(line, target, edge=-1) if has_interval else None
    latest = _first_year(line, target, edge=1) if has_interval else None
    clear = line.slope_low is not None and line.slope_high is not None
    return Pace(
        target=target,
        point=_point(line, target),
        earliest=earliest,
        latest=latest,
        already_there=value_now <= target,
        may_be_never=has_interval and latest is None,
        moving=_direction(line.slope),
        direction_is_clear=clear and not (line.slope_low or 0.0) <= 0 <= (line.slope_high or 0.0),
        slope=line.slope,
        slope_low=line.slope_low,
        slope_high=line.slope_high,
        value_now=value_now,
        n_points=line.n,
        why_no_interval=line.why_no_interval,
    )


def _direction(slope: float) -> Moving:
    if slope == 0:
        return "level"
    return "closing" if slope < 0 else "opening"


def _point(line: Line, target: float) -> float | None:
    ahead = line.value(line.x_last) - target
    if ahead <= 0:
        return line.x_last
    return line.x_last - ahead / line.slope if line.slope < 0 else None


def _first_year(line: Line, target: float, *, edge: int) -> float | None:
    """First year, from the last value on, with an edge of the band (-1 lower, 1 upper) at the target."""
    width = float(stats.t.ppf(0.975, line.df)) * (line.sigma or 0.0)
    now = line.value(line.x_last) + edge * width * math.sqrt(line.leverage(line.x_last))
    if now <= target:
        return line.x_last
    ahead = line.intercept - target
    squared = width**2
    roots = _roots(
        line.slope**2 - squared / line.spread, 2 * ahead * line.slope, ahead**2 - squared / line.n
    )
    # at a root the line lies above the target where the lower edge meets it, below where the upper edge does
    years = [
        root + line.x_mean
        for root in roots
        if root > line.x_last - line.x_mean and edge * (ahead + line.slope * root) <= 0
    ]
    return min(years, default=None)


def _roots(square: float, linear: float, constant: float) -> list[float]:
    """Real roots of a quadratic without loss of digits when the square term is nearly zero."""
    discriminant = linear**2 - 4 * square * constant
    if discriminant < -1e-12 * linear**2:
        return []
    q = -(linear + math.copysign(math.sqrt(max(discriminant, 0.0)), linear)) / 2
    found = [q / square] if square != 0 else []
    if q != 0:
        found.append(constant / q)
    return [root for root in found if math.isfinite(root)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareMadeUp:
    """Share of the widening since the baseline that has been made up: 1 all of it, negative when it grew on.

    ``share`` is None when there was no widening (``why_no_share``); ``low`` and ``high`` (95%) are None
    when no interval can be given (``why_no_interval``).
    """

    share: float | None
    low: float | None
    high: float | None
    widening: float
    made_up: float
    why_no_share: str | None
    why_no_interval: str | None


def share_made_up(
    *,
    before: float,
    new_baseline: float,
    latest: float,
    covariance: ArrayLike | None = None,
    df: float = math.inf,
) -> ShareMadeUp:
    """Give (new baseline - latest) / (new baseline - before).

    Parameters
    ----------
    before, new_baseline, latest
        The gap at the last tests before the baseline, at the first after it, and now.
    covariance
        3 x 3 covariance of the three gaps, in that order; a diagonal of squared errors where they are
        independent.
    df
        Degrees of freedom of the covariance.

    Raises
    ------
    ParameterError
        If a number is not finite or the covariance is not a 3 x 3 covariance.

    Notes
    -----
    Interval by Fieller: the shares r for which ``made_up - r * widening`` is within t errors of zero. It
    has two ends only when the widening itself is clearly not zero; else none is given and the reason is.

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. doi:10.1111/j.2517-6161.1954.tb00159.x

    Examples
    --------
    >>> result = share_made_up(
    ...     before=3.0,
    ...     new_baseline=4.0,
    ...     latest=3.5,
    ...     covariance=[[0.01, 0, 0], [0, 0.01, 0], [0, 0, 0.01]],
    ... )
    >>> print(result.share, round(result.low, 2), round(result.high, 2))
    0.5 0.25 0.75
    """
    for name, number in (("before", before), ("new_baseline", new_baseline), ("latest", latest)):
        if not math.isfinite(number):
            raise ParameterError(f"{name} must be a finite number, not {number}")
    widening, made_up = new_baseline - before, new_baseline - latest
    low = high = why_no_share = None
    why_no_interval: str | None = "no errors of the three gaps were given"
    if widening <= 0:
        why_no_share = why_no_interval = "the gap did not widen: there is nothing to make up"
    elif covariance is not None:
        spread = _covariance(covariance)
        low, high = _ratio_interval(made_up, widening, spread, df)
        why_no_interval = (
            None if low is not None else "the widening is not clearly different from none"
        )
    return ShareMadeUp(
        share=made_up / widening if widening > 0 else None,
        low=low,
        high=high,
        widening=widening,
        made_up=made_up,
        why_no_share=why_no_share,
        why_no_interval=why_no_interval,
    )


def _covariance(covariance: ArrayLike) -> Floats:
    """Covariance of (made up, widening) from that of (before, new baseline, latest)."""
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
        raise ParameterError(f"covariance must be 3 x 3 and finite, not of shape {matrix.shape}")
    size = float(np.abs(matrix).max())
    if np.abs(matrix - matrix.T).max() > 1e-9 * size:
        raise ParameterError("covariance must be symmetric")
    if float(np.linalg.eigvalsh(matrix).min()) < -1e-9 * size:
        raise ParameterError("covariance must not give a negative variance")
    contrasts = np.array([[0.0, 1.0, -1.0], [-1.0, 1.0, 0.0]])
    return contrasts @ matrix @ contrasts.T


def _ratio_interval(
    top: float, bottom: float, spread: Floats, df: float
) -> tuple[float | None, float | None]:
    if not df > 0:
        raise ParameterError(f"df must be above 0, not {df}")
    t_squared = float(stats.t.ppf(0.975, df)) ** 2
    square = bottom**2 - t_squared * spread[1, 1]
    if square <= 0:
        return None, None
    linear = -2 * (top * bottom - t_squared * spread[0, 1])
    ends = _roots(square, linear, top**2 - t_squared * spread[0, 0])
    return (min(ends), max(ends)) if ends else (None, None)
