"""Rates, shares and differences with errors that allow for pupils of one school being alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.survey import share
from recovery_analysis.words.missing import MissingReason

SOURCE = "attendance_weeks"
#: Under this many degrees of freedom no interval is given.
_FEWEST_DF = 3.0
_METHOD = "CR2 by school, Satterthwaite degrees of freedom"
_SHARE_METHOD = (
    "share with an interval on the logit scale, or Wilson's where few have or lack it; by school"
)
_FEW_SCHOOLS = "too few schools to say how much schools differ"
#: With fewer pupils than this on either side of a share, differences of shares have no t interval.
_FEWEST_OF_EACH = 5
_FEW_PUPILS = "too few pupils have it, or lack it, for a range of the difference"


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

    @property
    def is_share(self) -> bool:
        """Say whether the values are yes or no, each pupil counting once."""
        return bool(np.isin(self.value, (0, 1)).all() and (self.weight == 1).all())

    @property
    def is_rare(self) -> bool:
        """Say whether it is a share that too few have, or lack, for a t interval."""
        having = self.value.sum()
        return self.is_share and min(having, self.n - having) < _FEWEST_OF_EACH


def level(side: Side) -> Estimate:
    """Estimate a mean, percent; a share's interval stays within 0 and 100 and is never a single point."""
    if side.n == 0:
        return missing(MissingReason.NOT_PUBLISHED, unit="percent", decimals=1)
    if side.is_share:
        return _share(side)
    return _estimate([side], np.ones((side.n, 1)), 0, "percent")


def _share(side: Side) -> Estimate:
    low = high = None
    try:
        found = share(y=side.value, cluster=side.school)
        low, high = found.low, found.high
    except TooFewToReport:
        low = high = None
    return Estimate(
        value=100 * float(side.value.mean()),
        low=None if low is None else 100 * low,
        high=None if high is None else 100 * high,
        unit="percent",
        decimals=1,
        basis="computed",
        method=_SHARE_METHOD,
        sources=(SOURCE,),
        why_no_interval="" if low is not None else _FEW_SCHOOLS,
        n_pupils=side.n,
        n_schools=len(set(side.school.tolist())),
        n_smallest=side.smallest,
    )


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
    is_rare = any(side.is_rare for side in sides)
    try:
        fit = fit_ols(y=value, x=columns, weights=weight, cluster=school)
        found = float(fit.coef[coefficient])
        if fit.df[coefficient] >= _FEWEST_DF and not is_rare:
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
        why_no_interval=_why(has_interval=low is not None, is_rare=is_rare),
        n_pupils=sum(side.n for side in sides[:2]) if len(sides) > 1 else sides[0].n,
        n_schools=len(set(school.tolist())),
        n_smallest=min(side.smallest for side in sides),
    )


def _why(*, has_interval: bool, is_rare: bool) -> str:
    if has_interval:
        return ""
    return _FEW_PUPILS if is_rare else _FEW_SCHOOLS


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
