"""Rates, shares and differences with errors that allow for pupils of one school being alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.words.missing import MissingReason

SOURCE = "attendance_weeks"
#: Under this many degrees of freedom no interval is given.
_FEWEST_DF = 3.0
_METHOD = "CR2 by school, Satterthwaite degrees of freedom"
_FEW_SCHOOLS = "too few schools to say how much schools differ"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """The people behind one number: values (0 to 1), weights, schools.

    ``smallest`` is the smallest count of pupils that the number reveals.
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    school: NDArray[np.str_]
    smallest: int

    @property
    def n(self) -> int:
        """People."""
        return len(self.value)


def level(side: Side) -> Estimate:
    """Estimate a mean, percent."""
    if side.n == 0:
        return missing(MissingReason.NOT_PUBLISHED, unit="percent", decimals=1)
    return _estimate([side], np.ones((side.n, 1)), 0, "percent")


def difference(first: Side, second: Side) -> Estimate:
    """Estimate first minus second, percentage points; pupils of one school count together on both sides."""
    if first.n == 0 or second.n == 0:
        return missing(MissingReason.NOT_PUBLISHED, unit="percentage points", decimals=1)
    columns = np.ones((first.n + second.n, 2))
    columns[first.n :, 1] = 0
    return _estimate([first, second], columns, 1, "percentage points")


def change_of_difference(now: tuple[Side, Side], before: tuple[Side, Side]) -> Estimate:
    """Estimate how a difference between two groups moved, percentage points."""
    sides = [*now, *before]
    if any(side.n == 0 for side in sides):
        return missing(MissingReason.NOT_PUBLISHED, unit="percentage points", decimals=1)
    sizes = [side.n for side in sides]
    is_now = np.repeat([1.0, 1.0, 0.0, 0.0], sizes)
    is_first = np.repeat([1.0, 0.0, 1.0, 0.0], sizes)
    columns = np.column_stack([np.ones(len(is_now)), is_now, is_first, is_now * is_first])
    return _estimate(sides, columns, 3, "percentage points")


def _estimate(
    sides: list[Side], columns: NDArray[np.float64], coefficient: int, unit: str
) -> Estimate:
    value = np.concatenate([side.value for side in sides])
    weight = np.concatenate([side.weight for side in sides])
    school = np.concatenate([side.school for side in sides])
    low = high = None
    try:
        fit = fit_ols(y=value, x=columns, weights=weight, cluster=school)
        found = float(fit.coef[coefficient])
        if fit.df[coefficient] >= _FEWEST_DF:
            low, high = 100 * float(fit.low[coefficient]), 100 * float(fit.high[coefficient])
    except (TooFewToReport, NotIdentified):
        found = _plain(sides)
    return Estimate(
        value=100 * found,
        low=low,
        high=high,
        unit=unit,
        decimals=1,
        basis="computed",
        method=_METHOD,
        sources=(SOURCE,),
        why_no_interval="" if low is not None else _FEW_SCHOOLS,
        n_pupils=sum(side.n for side in sides[:2]) if len(sides) > 1 else sides[0].n,
        n_schools=len(set(school.tolist())),
        n_smallest=min(side.smallest for side in sides),
    )


def _plain(sides: list[Side]) -> float:
    means = [float(np.average(side.value, weights=side.weight)) for side in sides]
    signs = (1, -1, -1, 1)
    return sum(sign * mean for sign, mean in zip(signs, means, strict=False))


def count(
    number: int,
    *,
    schools: int | None = None,
    smallest: int | None = None,
    method: str = "pupils counted",
) -> Estimate:
    """Give a count of pupils; ``smallest`` where it reveals a smaller count than its own."""
    return Estimate(
        value=float(number),
        unit="pupils",
        decimals=0,
        basis="computed",
        method=method,
        sources=(SOURCE,),
        why_no_interval="a count",
        n_pupils=number,
        n_schools=schools,
        n_smallest=number if smallest is None else smallest,
    )
