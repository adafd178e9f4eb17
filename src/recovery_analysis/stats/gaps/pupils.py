"""The gap from pupils' scores: the DfE's index, the difference of means, Hedges' g, each with its interval.

Notes
-----
Each gap is written as a difference of two means of *values*: a value for each score and group, such that the
mean of the others' values minus that of the disadvantaged is the gap, and that a pupil's distance from the
mean is what the pupil adds to the gap's sampling error. (For ranks these are placement values.) Then the
error is that of least squares of the values on the group, clustered by school: CR2 with Satterthwaite
degrees of freedom from :func:`recovery_analysis.stats.cluster.fit_ols`.

References
----------
Obuchowski, N. A. (1997). Nonparametric analysis of clustered ROC curve data. doi:10.2307/2533958
Department for Education (2014). Measuring disadvantaged pupils' attainment gaps over time. SFR 40/2014.
"""

from typing import Literal, get_args

import numpy as np

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import Floats
from recovery_analysis.stats.gaps.bootstrap import (
    Statistic,
    difference_of_means,
    ranked_within,
    standardised_difference,
)
from recovery_analysis.stats.gaps.estimates import GapChange, GapEstimate, GroupMeans, Inference
from recovery_analysis.stats.gaps.interval import Drawing, estimate
from recovery_analysis.stats.gaps.means import gap_change
from recovery_analysis.stats.gaps.table import GapTable, YearTable
from recovery_analysis.stats.gaps.values import (
    Values,
    group_means,
    index_values,
    plain_values,
    school_square_sums,
    standard_values,
)

Measure = Literal["gap_index", "mean_gap", "standardised_gap"]

#: Samples of schools drawn for one interval.
DRAWS = 2000


def gap_index(
    *,
    table: GapTable,
    year: str | int | None = None,
    national: GapTable | None = None,
    inference: Inference | None = None,
    rng: np.random.Generator | None = None,
    draws: int = DRAWS,
) -> GapEstimate:
    """Estimate the DfE's disadvantage gap index: 20 x (mean rank of others - of disadvantaged) / pupils.

    Pupils with the same score share the middle of their ranks. The index lies between -10 and 10; 0 means
    that neither group ranks higher. It is ``10 (2 AUC - 1)`` with AUC the share of pairs of one other and
    one disadvantaged pupil in which the other has the higher score.

    Parameters
    ----------
    table
        Counts of the community's pupils.
    year
        Which year; may be left out when the table holds one.
    national
        Counts of all pupils of the nation, with the same year: the community's pupils then keep their
        national ranks. None ranks them among themselves.
    inference
        "CR2" or "bootstrap"; None chooses CR2 up to 20 schools with pupils of each group, else bootstrap.
    rng
        Source of the bootstrap's draws; give one with a recorded seed.
    draws
        How many samples of schools are drawn.

    Raises
    ------
    ParameterError
        If an argument is not as described, or ``rng`` is missing where schools are drawn.
    TooFewToReport
        If a group has no pupils.
    NotIdentified
        If all scores are the same.

    Notes
    -----
    National ranks count as known: the nation's own sampling error is left out, so that the interval says
    how far schools like these differ. Formula: DfE SFR 40/2014; its scale agrees with the published 2.913
    for key stage 2 in 2018/19.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 104, 99, 104, 101],
    ...     disadvantaged=[1, 0, 0, 1, 1, 0],
    ...     school=["a", "a", "b", "b", "c", "c"],
    ...     year=2024,
    ... )
    >>> print(round(gap_index(table=table).gap, 3))
    5.556
    """
    community = _usable(table, year)
    reference = None if national is None else _nation_of(national, table, year)
    values = index_values(community, reference)

    def statistic(sums: Floats) -> tuple[Statistic, int]:
        if reference is None:
            return ranked_within(community), 2 * len(community.scores)
        return difference_of_means(sums), 4

    return estimate(
        community, values, statistic, Drawing(inference=inference, rng=rng, draws=draws)
    )


def mean_gap(
    *,
    table: GapTable,
    year: str | int | None = None,
    inference: Inference | None = None,
    rng: np.random.Generator | None = None,
    draws: int = DRAWS,
) -> GapEstimate:
    """Estimate the mean score of the other pupils minus that of the disadvantaged, in the score's unit.

    Parameters, errors and intervals are those of :func:`gap_index`.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... )
    >>> print(mean_gap(table=table).gap)
    6.0
    """
    community = _usable(table, year)
    values = plain_values(community)

    def statistic(sums: Floats) -> tuple[Statistic, int]:
        return difference_of_means(sums), 4

    return estimate(
        community, values, statistic, Drawing(inference=inference, rng=rng, draws=draws)
    )


def standardised_gap(
    *,
    table: GapTable,
    year: str | int | None = None,
    inference: Inference | None = None,
    rng: np.random.Generator | None = None,
    draws: int = DRAWS,
) -> GapEstimate:
    """Estimate Hedges' g: the difference of means in standard deviations, corrected for small samples.

    The standard deviation is that of pupils around their group's mean, pooled over both groups and all
    schools (not within schools). Parameters, errors and intervals are those of :func:`gap_index`; unlike
    those of :func:`recovery_analysis.stats.effects.hedges_g` the intervals allow for pupils of one school
    being alike, and for the standard deviation being estimated.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 106, 100], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... )
    >>> print(round(standardised_gap(table=table).gap, 3))
    2.394
    """
    community = _usable(table, year)
    values, correction, centre = standard_values(community)

    def statistic(_: Floats) -> tuple[Statistic, int]:
        plain = standardised_difference(school_square_sums(community, centre))
        return (lambda weights: correction * plain(weights)), 6

    return estimate(
        community, values, statistic, Drawing(inference=inference, rng=rng, draws=draws)
    )


def change(
    *,
    table: GapTable,
    before: str | int,
    after: str | int,
    measure: Measure = "gap_index",
    national: GapTable | None = None,
) -> GapChange:
    """Estimate how far a gap moved in the schools with both groups both times; positive when it widened.

    Parameters
    ----------
    table
        Counts of the community's pupils in both years.
    before, after
        The two years.
    measure
        Which gap.
    national
        For the gap index: the nation's counts in both years; pupils then keep each year's national ranks.

    Raises
    ------
    ParameterError, NotIdentified
        As in :func:`gap_index`; also if ``national`` is given for another measure.
    TooFewToReport
        If no school has both groups both times.

    Notes
    -----
    The values of each year go through :func:`gap_change`: CR2 for any number of schools, what a school
    keeps from year to year cancels.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 99, 105, 97, 104, 98, 106],
    ...     disadvantaged=[1, 0] * 4,
    ...     school=list("aabbaabb"),
    ...     year=[2019] * 4 + [2024] * 4,
    ... )
    >>> print(change(table=table, before=2019, after=2024, measure="mean_gap").change)
    1.5
    """
    if measure not in get_args(Measure):
        raise ParameterError(
            f"measure must be one of {', '.join(get_args(Measure))}, not {measure!r}"
        )
    if national is not None and measure != "gap_index":
        raise ParameterError(f"national is for the gap index only: leave it out for {measure}")
    pair = (_usable(table, before), _usable(table, after))
    schools = [name for name in _both_groups(pair[0]) if name in set(_both_groups(pair[1]))]
    if not schools:
        raise TooFewToReport(
            f"no school of the table has both groups in {before} and {after}: no change to give"
        )
    means: list[GroupMeans] = []
    for year, full in zip((before, after), pair, strict=True):
        part = full.only(schools)
        _refuse_constant(part)
        reference = None if national is None else _nation_of(national, table, year)
        means.append(group_means(part, _values_of(measure, part, reference)))
    return gap_change(before=means[0], after=means[1], school=schools)


def _values_of(measure: Measure, table: YearTable, reference: YearTable | None) -> Values:
    if measure == "gap_index":
        return index_values(table, reference)
    if measure == "standardised_gap":
        return standard_values(table)[0]
    return plain_values(table)


def _both_groups(table: YearTable) -> list[str]:
    if table.schools is None:
        raise ParameterError("table must tell schools apart to pair them: tabulate with school ids")
    low, high = table.by_school()
    return [table.schools[k] for k in np.flatnonzero((low > 0) & (high > 0))]


def _usable(table: GapTable, year: str | int | None) -> YearTable:
    """One year's counts, with pupils of both groups who do not all score the same."""
    found = table.of(year)
    for name, count in (
        ("disadvantaged", found.n_disadvantaged.sum()),
        ("other", found.n_other.sum()),
    ):
        if count == 0:
            raise TooFewToReport(
                f"table holds no {name} pupils{'' if year is None else f' in {year}'}: a gap needs both"
                " groups, check the column given as disadvantaged"
            )
    _refuse_constant(found)
    return found


def _refuse_constant(table: YearTable) -> None:
    if len(table.scores) == 1:
        raise NotIdentified(
            "all scores in the table are the same: they can not tell the groups apart, check the column"
            " given as score"
        )


def _nation_of(national: GapTable, table: GapTable, year: str | int | None) -> YearTable:
    name = year if year is not None else table.years[0]
    if str(name) not in national.years:
        raise ParameterError(
            f"national must hold the community's year, {name}; it holds {', '.join(national.years)}"
        )
    return national.of(name)
