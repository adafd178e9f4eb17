"""Put an interval on a gap of pupils' scores: CR2 with few schools, drawing schools again with many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.design import Floats
from recovery_analysis.stats.gaps.bootstrap import Statistic, expanded_percentiles, replicates
from recovery_analysis.stats.gaps.estimates import GapEstimate, Inference
from recovery_analysis.stats.gaps.means import fit_by_school, interval_of_last
from recovery_analysis.stats.gaps.table import YearTable
from recovery_analysis.stats.gaps.values import Values, school_sums

#: Up to this many schools with pupils of each group the interval is CR2's; above it schools are drawn.
FEW_SCHOOLS = 20
#: Fewer draws than this leave the ends of an interval to chance.
_FEWEST_DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """How the caller wants the interval made.

    Examples
    --------
    >>> Drawing(inference=None, rng=None, draws=2000).chosen(12)
    'CR2'
    """

    inference: Inference | None
    rng: np.random.Generator | None
    draws: int

    def chosen(self, schools: int) -> Inference:
        """Say which inference it is for ``schools`` schools in the smaller group.

        Raises
        ------
        ParameterError
            If an option is not as described, or schools are to be drawn without ``rng``.
        """
        if self.inference is not None and self.inference not in get_args(Inference):
            raise ParameterError(
                f"inference must be one of {', '.join(get_args(Inference))} or None, not"
                f" {self.inference!r}"
            )
        if self.draws < _FEWEST_DRAWS:
            raise ParameterError(f"draws must be {_FEWEST_DRAWS} or more, not {self.draws}")
        chosen = self.inference or ("CR2" if schools <= FEW_SCHOOLS else "bootstrap")
        if chosen == "bootstrap" and self.rng is None:
            raise ParameterError(
                f"rng must be given to draw from {schools} schools: np.random.default_rng(seed) with a"
                ' recorded seed, or inference="CR2"'
            )
        return chosen


def estimate(
    table: YearTable,
    values: Values,
    statistic: Callable[[Floats], tuple[Statistic, int]],
    drawing: Drawing,
) -> GapEstimate:
    """Give the difference of the mean values with its interval.

    ``statistic`` makes, when it is needed, the bootstrap's function out of the schools' sums of values
    (:func:`school_sums`), and says how many numbers that function holds for one replicate.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> from recovery_analysis.stats.gaps.bootstrap import difference_of_means
    >>> from recovery_analysis.stats.gaps.values import plain_values
    >>> how = Drawing(inference="CR2", rng=None, draws=2000)
    >>> found = estimate(
    ...     table, plain_values(table), lambda sums: (difference_of_means(sums), 4), how
    ... )
    >>> print(found.gap, found.why_no_interval)
    6.0 2 schools show no difference at all: nothing to judge by
    """
    sums = school_sums(table, values)
    n_low, low, n_high, high = sums.T
    mean_low, mean_high = low.sum() / n_low.sum(), high.sum() / n_high.sum()
    fewest = int(min(np.count_nonzero(n_low), np.count_nonzero(n_high)))
    inference = drawing.chosen(fewest)
    se, low_end, high_end, df, why = _cr2(sums, fewest)
    if inference == "bootstrap" and drawing.rng is not None and df is not None and why is None:
        function, width = statistic(sums)
        gaps = replicates(
            function,
            n_schools=table.n_schools,
            width=width,
            draws=drawing.draws,
            rng=drawing.rng,
        )
        if bool(np.isfinite(gaps).all()):
            se = float(np.std(gaps, ddof=1))
            low_end, high_end = expanded_percentiles(gaps, df=df)
        else:
            se = low_end = high_end = None
            why = "some samples of the schools hold no pupils of a group: schools can not be drawn"
    return GapEstimate(
        gap=float(mean_high - mean_low),
        se=se,
        low=low_end,
        high=high_end,
        df=df,
        why_no_interval=why,
        mean_disadvantaged=float(mean_low),
        mean_other=float(mean_high),
        n_pupils_disadvantaged=float(n_low.sum()),
        n_pupils_other=float(n_high.sum()),
        n_schools=table.n_schools,
        n_schools_left_out=0,
        inference=inference,
    )


def _cr2(
    sums: Floats, fewest: int
) -> tuple[float | None, float | None, float | None, float | None, str | None]:
    """Error, ends, degrees of freedom, and why there is no interval."""
    if fewest < 2:
        why = "only 1 school has pupils of a group: nothing shows how far schools differ"
        return None, None, None, None, why
    n_low, low, n_high, high = sums.T
    has_low, has_high = n_low > 0, n_high > 0
    pupils = np.concatenate([n_low[has_low], n_high[has_high]])
    is_other = np.repeat([0.0, 1.0], [has_low.sum(), has_high.sum()])
    fit, why = fit_by_school(
        means=np.concatenate([low[has_low], high[has_high]]) / pupils,
        pupils=pupils,
        columns=np.column_stack([np.ones(len(pupils)), is_other]),
        school=np.concatenate([np.flatnonzero(has_low), np.flatnonzero(has_high)]),
    )
    return interval_of_last(fit, why)
