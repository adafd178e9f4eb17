"""Shares of pupils with their likely ranges: of all, of groups side by side, and the groups' difference."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.analysis.result import Breakdown, Estimate, missing
from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.survey import mean, share
from recovery_analysis.words.counting import counted
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.pupils import NO, YES

#: Under this many degrees of freedom no interval is given.
FEWEST_DF = 3.0
#: The two sides of a yes-or-no characteristic, in the order in which they are shown.
SIDES = (YES, NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShares:
    """A share among all and among groups; ``difference`` is the first group less the second (of two).

    ``labels`` name the parts of ``shares``. The total counts those whose group is not known, too.
    """

    labels: tuple[str, ...]
    shares: Breakdown
    difference: Estimate

    def part(self, label: str) -> Estimate:
        """Give the share of one group."""
        return self.shares.parts[self.labels.index(label)]


def share_of(
    flags: pd.Series,
    schools: pd.Series,
    *,
    sources: tuple[str, ...],
    weights: pd.Series | None = None,
) -> Estimate:
    """Estimate a share in percent, with an interval that allows for pupils of a school being alike.

    Parameters
    ----------
    flags, schools, weights
        One row a pupil or respondent: has the property; its school; its weight (all alike if None).
    sources
        Names of the publications behind it.
    """
    n = len(flags)
    if n == 0:
        return nothing("percent", sources)
    values = flags.to_numpy(dtype=np.float64)
    scale = None if weights is None else weights.to_numpy(dtype=np.float64)
    having = int(values.sum())
    value, low, high, why = float(np.average(values, weights=scale)), None, None, ""
    try:
        found = share(y=values, weights=scale, cluster=schools.to_numpy())
        low, high = found.low, found.high
        why = "" if found.low is not None else too_few_schools(schools)
    except TooFewToReport:
        why = too_few_schools(schools)
    return Estimate(
        value=100 * value,
        low=None if low is None or high is None else 100 * low,
        high=None if low is None or high is None else 100 * high,
        why_no_interval=why,
        unit="percent",
        decimals=0,
        basis="computed",
        method="share with an interval that allows for pupils of one school being alike",
        sources=sources,
        n_pupils=n,
        n_schools=int(schools.nunique()),
        n_smallest=smallest_of(having, n),
    )


def mean_of(
    values: pd.Series,
    schools: pd.Series,
    *,
    unit: str,
    decimals: int,
    sources: tuple[str, ...],
    note: str = "",
) -> Estimate:
    """Estimate a mean over pupils, with an interval that allows for pupils of a school being alike."""
    n = len(values)
    if n == 0:
        return nothing(unit, sources)
    numbers = values.to_numpy(dtype=np.float64)
    low, high, why = None, None, ""
    try:
        found = mean(y=numbers, cluster=schools.to_numpy())
        low, high = found.low, found.high
        why = "" if found.low is not None else too_few_schools(schools)
    except TooFewToReport:
        why = too_few_schools(schools)
    except NotIdentified:
        why = "all pupils have the same value"
    return Estimate(
        value=float(numbers.mean()),
        low=low,
        high=high,
        why_no_interval=why,
        unit=unit,
        decimals=decimals,
        basis="computed",
        method="mean over pupils with an interval that allows for pupils of one school being alike",
        sources=sources,
        n_pupils=n,
        n_schools=int(schools.nunique()),
        n_smallest=n,
        note=note,
    )


def shares_by(
    flags: pd.Series,
    schools: pd.Series,
    groups: pd.Series,
    *,
    labels: tuple[str, ...],
    sources: tuple[str, ...],
    weights: pd.Series | None = None,
) -> GroupShares:
    """Estimate a share among all and among groups, and the difference of the first two groups.

    Parameters
    ----------
    flags, schools, groups, weights
        One row a pupil or respondent, on one index; ``groups`` holds labels, null where not known.
    labels
        Groups to show, in order. With exactly two there is a difference.
    """
    parts = []
    for label in labels:
        here = groups.eq(label).fillna(value=False).astype(bool)
        parts.append(
            share_of(
                flags[here],
                schools[here],
                sources=sources,
                weights=None if weights is None else weights[here],
            )
        )
    total = share_of(flags, schools, sources=sources, weights=weights)
    difference = (
        _difference(flags, schools, groups, labels, parts, weights, sources)
        if len(labels) == 2
        else nothing("percentage points", sources)
    )
    return GroupShares(
        labels=labels, shares=Breakdown(total=total, parts=tuple(parts)), difference=difference
    )


def _difference(
    flags: pd.Series,
    schools: pd.Series,
    groups: pd.Series,
    labels: tuple[str, ...],
    parts: list[Estimate],
    weights: pd.Series | None,
    sources: tuple[str, ...],
) -> Estimate:
    """Take the first group's share less the second's, with CR2."""
    first, second = parts
    if first.value is None or second.value is None:
        return nothing("percentage points", sources)
    known = groups.isin(labels)
    one = groups[known].eq(labels[0]).to_numpy(dtype=np.float64)
    low, high, why = None, None, ""
    try:
        fit = fit_ols(
            y=100 * flags[known].to_numpy(dtype=np.float64),
            x=np.column_stack([np.ones(len(one)), one]),
            cluster=schools[known].to_numpy(),
            weights=None if weights is None else weights[known].to_numpy(dtype=np.float64),
        )
        if fit.df[1] >= FEWEST_DF and math.isfinite(fit.low[1]):
            low, high = float(fit.low[1]), float(fit.high[1])
    except (TooFewToReport, NotIdentified):
        low = None
    if low is None:
        why = too_few_schools(schools[known])
    return Estimate(
        value=first.value - second.value,
        low=low,
        high=high,
        why_no_interval=why,
        unit="percentage points",
        decimals=0,
        basis="computed",
        method="difference of two shares, cluster-robust over schools (CR2)",
        sources=sources,
        n_pupils=int(known.sum()),
        n_schools=int(schools[known].nunique()),
        # A difference beside the other group's share gives the first one away: both must be reportable.
        n_smallest=min(first.n_smallest or 0, second.n_smallest or 0),
    )


def count_of(n: int, *, unit: str, sources: tuple[str, ...], out_of: int | None = None) -> Estimate:
    """Give a count; with ``out_of`` the rest counts as a small number, too."""
    return Estimate(
        value=float(n),
        unit=unit,
        decimals=0,
        basis="computed",
        method="count",
        sources=sources,
        why_no_interval="everybody is counted",
        n_pupils=n,
        n_smallest=n if out_of is None else smallest_of(n, max(out_of, n)),
    )


def parts_of_all(
    levels: pd.Series,
    schools: pd.Series,
    labels: tuple[str, ...],
    *,
    sources: tuple[str, ...],
    weights: pd.Series | None = None,
) -> Breakdown:
    """Give the share of each of several levels that together are all; the total is 100."""
    total = share_of(levels.notna(), schools, sources=sources, weights=weights)
    parts = tuple(
        share_of(levels.eq(label), schools, sources=sources, weights=weights) for label in labels
    )
    return Breakdown(total=total, parts=parts)


def nothing(unit: str, sources: tuple[str, ...] = ()) -> Estimate:
    """Give the estimate of what no file holds."""
    return missing(MissingReason.NOT_RECORDED, unit=unit, sources=sources)


def smallest_of(having: int, n: int) -> int:
    """Give the smallest count, other than none, that a share of ``having`` in ``n`` reveals."""
    return min(count for count in (having, n - having, n) if count > 0) if n else 0


def too_few_schools(schools: pd.Series) -> str:
    """Say why there is no interval."""
    return f"{counted(int(schools.nunique()), 'school')} can not show how far schools differ"
