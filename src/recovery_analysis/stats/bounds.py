"""What a mean could be if the missing were not like those seen: bounds without assumptions, tipping value.

References
----------
Manski, C. F. (1989). Anatomy of the selection problem. Journal of Human Resources 24(3), 343-360.
doi:10.2307/145818
Manski, C. F. (2003). Partial Identification of Probability Distributions. Springer. doi:10.1007/b97478
"""

import math
from dataclasses import dataclass

from recovery_analysis.errors import NotIdentified, ParameterError

__all__ = ["Bounds", "mean_bounds", "tipping_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Lowest and highest value that the mean of all can have, and the share of all that is missing."""

    low: float
    high: float
    missing_share: float


def mean_bounds(
    *, mean: float, seen_n: float, missing_n: float, lowest: float, highest: float
) -> Bounds:
    """Bound the mean of all by setting every missing value to its lowest, then to its highest.

    Parameters
    ----------
    mean
        Mean of those seen.
    seen_n, missing_n
        How many were seen (above 0) and how many are missing (0 or more).
    lowest, highest
        Logical limits of a value, such as 0 and 1 for a share.

    Raises
    ------
    ParameterError
        If a count or a limit is not as described, or the mean lies outside the limits.

    Examples
    --------
    >>> bounds = mean_bounds(mean=0.25, seen_n=60, missing_n=20, lowest=0, highest=1)
    >>> print(bounds)
    Bounds(low=0.1875, high=0.4375, missing_share=0.25)
    """
    _check_counts(seen_n, missing_n)
    if not lowest <= mean <= highest:
        raise ParameterError("the mean must lie between its logical limits; check their unit")
    missing_share = missing_n / (seen_n + missing_n)
    seen = mean * (1 - missing_share)
    return Bounds(
        low=seen + lowest * missing_share,
        high=seen + highest * missing_share,
        missing_share=missing_share,
    )


def tipping_value(*, mean: float, seen_n: float, missing_n: float, target: float) -> float:
    """Give the mean that the missing would need for the mean of all to be ``target``.

    Raises
    ------
    ParameterError
        If a count is not as in :func:`mean_bounds`.
    NotIdentified
        If nobody is missing: then nothing can change the mean.

    Examples
    --------
    >>> print(tipping_value(mean=-3, seen_n=80, missing_n=20, target=0))
    12.0
    """
    _check_counts(seen_n, missing_n)
    if missing_n == 0:
        raise NotIdentified("nobody is missing: there is no value that could change the mean")
    return target + (target - mean) * seen_n / missing_n


def _check_counts(seen_n: float, missing_n: float) -> None:
    if not (math.isfinite(seen_n) and math.isfinite(missing_n)) or seen_n <= 0 or missing_n < 0:
        raise ParameterError("seen_n must be above 0 and missing_n at least 0")
