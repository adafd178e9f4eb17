"""One number from rows of actual minus expected: means, differences, shares, months."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.norms import Norms
from recovery_analysis.norms.comparison import Compared
from recovery_analysis.stats.cluster import ClusterFit, fit_ols
from recovery_analysis.stats.design import t_interval
from recovery_analysis.stats.effects import months as months_of_growth
from recovery_analysis.words.missing import MissingReason

UNIT = "scaled score points"
#: Under this many degrees of freedom no interval is given.
LEAST_DF = 3.0
#: Share of the pupils whose year group must have a usual growth before months are given.
LEAST_KNOWN_GROWTH = 0.9
#: Without a usual growth, a difference under one point is not called ahead or behind.
LEAST_POINTS = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A mean or difference with its error; ``df`` None where the schools can not show an error."""

    value: float
    se: float
    df: float | None
    why: str
    n: int
    n_schools: int
    n_smallest: int

    def estimate(
        self, *, unit: str, method: str, sources: tuple[str, ...], scale: float = 1.0
    ) -> Estimate:
        """Give the estimate, in ``scale`` times the unit of the rows."""
        low, high = None, None
        if self.df is not None:
            ends = t_interval(
                np.array([self.value]), np.array([self.se]), np.array([self.df]), 0.95
            )
            low, high = (scale * float(end[0]) for end in ends)
        return Estimate(
            value=scale * self.value,
            low=low,
            high=high,
            unit=unit,
            decimals=0 if unit == "percent" else 1,
            basis="computed",
            method=method,
            sources=sources,
            why_no_interval=self.why,
            n_pupils=self.n,
            n_schools=self.n_schools,
            n_smallest=self.n_smallest,
        )


def mean_of(
    values: pd.Series, schools: pd.Series, *, norm_variance: float = 0.0, norm_df: float = math.inf
) -> Contrast:
    """Mean over pupils; the error is CR2 by school, and that of the norms on top."""
    n = len(values)
    return _contrast(
        values,
        np.ones((n, 1)),
        schools,
        column=0,
        smallest=n,
        norm_variance=norm_variance,
        norm_df=norm_df,
    )


def difference_of(
    values: pd.Series,
    schools: pd.Series,
    is_first: pd.Series,
    *,
    norm_variance: float = 0.0,
    norm_df: float = math.inf,
) -> Contrast:
    """Mean of those in the first group minus mean of the rest; schools with both are their own control."""
    x = np.column_stack([np.ones(len(values)), is_first.to_numpy(np.float64)])
    first = int(is_first.sum())
    return _contrast(
        values,
        x,
        schools,
        column=1,
        smallest=min(first, len(values) - first),
        norm_variance=norm_variance,
        norm_df=norm_df,
    )


def _contrast(
    values: pd.Series,
    x: Floats,
    schools: pd.Series,
    *,
    column: int,
    smallest: int,
    norm_variance: float,
    norm_df: float,
) -> Contrast:
    y = values.to_numpy(np.float64)
    value = (
        float(y.mean()) if column == 0 else float(y[x[:, 1] == 1].mean() - y[x[:, 1] == 0].mean())
    )
    df, se, why = None, 0.0, ""
    try:
        fit = fit_ols(y=y, x=x, cluster=pd.factorize(schools)[0])
        se, df = _with_norm_error(fit, column, norm_variance, norm_df)
    except TooFewToReport:
        why = "all pupils are of one school"
    except NotIdentified:
        why = "too few pupils"
    if df is not None and not df >= LEAST_DF:
        df, why = None, "too few schools to tell how far they differ"
    return Contrast(
        value=value,
        se=se,
        df=df,
        why=why,
        n=len(y),
        n_schools=int(schools.nunique()),
        n_smallest=smallest,
    )


def _with_norm_error(
    fit: ClusterFit, column: int, norm_variance: float, norm_df: float
) -> tuple[float, float]:
    """Add two independent errors; degrees of freedom after Satterthwaite."""
    own, own_df = float(fit.se[column]) ** 2, float(fit.df[column])
    if not own_df >= LEAST_DF or own == 0:
        return math.sqrt(own), own_df
    total = own + norm_variance
    return math.sqrt(total), total**2 / (own**2 / own_df + norm_variance**2 / norm_df)


def norm_error(rows: Compared, norms: Norms, weights: Floats) -> tuple[float, float]:
    """Give the variance from the norms' own errors of a weighted sum of rows, and its degrees of freedom."""
    used = [norms.cells[cell].n_schools - 1 for cell in np.unique(rows.cell).tolist()]
    return rows.norm_variance(norms, weights), float(min(used, default=1))


def growth_of(frame: pd.DataFrame, norms: Norms) -> tuple[float, float] | None:
    """Give usual growth in a month, and its standard error, of the year groups of one subject's rows."""
    if frame.empty:
        return None
    subject = str(frame["subject"].iloc[0])
    groups, counts = np.unique(frame["year_group"].to_numpy(np.int64), return_counts=True)
    pairs = zip(groups.tolist(), counts.tolist(), strict=True)
    known = {(subject, group): n for group, n in pairs if (subject, group) in norms.growth}
    n = sum(known.values())
    if not n or n < LEAST_KNOWN_GROWTH * len(frame):
        return None
    rate = sum(norms.growth[key].per_month * count for key, count in known.items()) / n
    variance = sum((norms.growth[key].se * count / n) ** 2 for key, count in known.items())
    return float(rate), math.sqrt(variance)


def least_of(growth: tuple[float, float] | None) -> float:
    """Give the smallest difference that is called ahead or behind: half a month's usual growth."""
    return LEAST_POINTS if growth is None or growth[0] <= 0 else growth[0] / 2


def in_months(
    contrast: Contrast, growth: tuple[float, float] | None, sources: tuple[str, ...]
) -> Estimate:
    """Express a contrast in score points in months of usual growth."""
    if growth is None:
        return missing(MissingReason.LOW_COVERAGE, unit="months", sources=sources)
    has_interval = contrast.df is not None
    try:
        found = months_of_growth(
            difference=contrast.value,
            monthly_growth=growth[0],
            difference_se=contrast.se if has_interval else None,
            monthly_growth_se=growth[1] if has_interval else None,
            df=contrast.df,
        )
    except NotIdentified:
        return missing(MissingReason.LOW_RELIABILITY, unit="months", sources=sources)
    return Estimate(
        value=found.months,
        low=found.low,
        high=found.high,
        unit="months",
        decimals=1,
        basis="computed",
        method="difference divided by usual monthly growth of the same year groups before the baseline",
        sources=sources,
        why_no_interval=contrast.why,
        n_pupils=contrast.n,
        n_schools=contrast.n_schools,
        n_smallest=contrast.n_smallest,
    )


def declined_share(frame: pd.DataFrame, sources: tuple[str, ...]) -> Estimate:
    """Give the percent of pupils more than one joint error of measurement below expectation."""
    told = frame[frame["declined"].notna()]
    if told.empty:
        without_prior = not frame["years"].any()
        reason = MissingReason.NOT_APPLICABLE if without_prior else MissingReason.NOT_RECORDED
        return missing(reason, unit="percent", sources=sources)
    fell = int(told["declined"].sum())
    share = mean_of(told["declined"], told["school_id"])
    smallest = min(n for n in (fell, len(told) - fell, len(told)) if n > 0)
    found = share.estimate(
        unit="percent",
        method="share more than one joint standard error of measurement below expectation; CR2 by school",
        sources=sources,
        scale=100,
    )
    low = None if found.low is None else max(found.low, 0.0)
    high = None if found.high is None else min(found.high, 100.0)
    return replace(found, low=low, high=high, n_smallest=smallest)


def declined_usual(rows: Compared, norms: Norms, sources: tuple[str, ...]) -> Estimate:
    """Give the percent that such pupils' cells had before the baseline."""
    cells, counts = np.unique(rows.cell, return_counts=True)
    if not rows.frame["years"].any():
        return missing(MissingReason.NOT_APPLICABLE, unit="percent", sources=sources)
    known = [(norms.declined_share[cell], n) for cell, n in zip(cells.tolist(), counts, strict=True)
             if cell in norms.declined_share]  # fmt: skip
    if not known or sum(n for _, n in known) < LEAST_KNOWN_GROWTH * len(rows.cell):
        return missing(MissingReason.NOT_RECORDED, unit="percent", sources=sources)
    shares, weights = np.array(known, np.float64).T
    return Estimate(
        value=100 * float(shares @ weights / weights.sum()),
        unit="percent",
        decimals=0,
        basis="computed",
        method="the same share in the cohorts before the baseline that expectations are made of",
        sources=sources,
        why_no_interval="a norm of all schools of the store",
    )
