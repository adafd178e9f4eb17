"""What each score counts for, so that a gap is a difference of two means and its error that of means.

The mean of the others' values minus that of the disadvantaged is the gap; a pupil's distance from the group's
mean, over the group's size, is what the pupil adds to the gap's sampling error (its influence).

References
----------
DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or more
correlated receiver operating characteristic curves. doi:10.2307/2531595
Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators.
doi:10.3102/10769986006002107
"""

import math
from dataclasses import dataclass

import numpy as np

from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.stats.design import Floats, Whole
from recovery_analysis.stats.effects import small_sample_correction
from recovery_analysis.stats.gaps.estimates import GroupMeans
from recovery_analysis.stats.gaps.table import YearTable, sums_at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """What a score counts for in each group (B, B)."""

    disadvantaged: Floats
    other: Floats


def plain_values(table: YearTable) -> Values:
    """Let a score count for itself: the gap is the difference of means.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> plain_values(table).other.tolist()
    [98.0, 99.0, 104.0, 105.0]
    """
    return Values(disadvantaged=table.scores, other=table.scores)


def _placed(counts: Floats) -> Floats:
    """Share of pupils below each score, those at the score counting half."""
    return (np.cumsum(counts) - 0.5 * counts) / counts.sum()


def index_values(table: YearTable, reference: YearTable | None) -> Values:
    """Ranks on a scale from 0 to 20, among the reference's pupils or (None) among the table's own.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> index_values(table, table).other.tolist()
    [2.5, 7.5, 12.5, 17.5]
    """
    low, high = table.by_score()
    if reference is not None:
        counts = np.sum(reference.by_score(), axis=0)
        start = np.searchsorted(reference.scores, table.scores, side="left")
        end = np.searchsorted(reference.scores, table.scores, side="right")
        reached = np.concatenate([[0.0], np.cumsum(counts)])
        ranks = 10 * (reached[start] + reached[end]) / reached[-1]
        return Values(disadvantaged=ranks, other=ranks)
    ranks = 20 * _placed(low + high)
    if table.n_schools == 1:
        # one school shows no sampling error: nothing but the means is wanted of the values
        return Values(disadvantaged=ranks, other=ranks)
    among_low, among_high = 20 * _placed(low), 20 * _placed(high)
    # twice a pupil's share in the sum over pairs, moved so that the group's mean is its mean rank
    return Values(
        disadvantaged=among_high + np.average(ranks - among_high, weights=low),
        other=among_low + np.average(ranks - among_low, weights=high),
    )


def standard_values(table: YearTable) -> tuple[Values, float, float]:
    """Values, the small-sample correction, and the mean of all scores.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> values, correction, centre = standard_values(table)
    >>> round(correction, 3), centre
    (0.564, 101.5)
    """
    low, high = table.by_score()
    n_low, n_high = low.sum(), high.sum()
    count = n_low + n_high
    if count < 4:
        raise TooFewToReport(
            f"a standardised gap needs at least 4 pupils, the table holds {count:.0f}"
        )
    centre = float(np.average(table.scores, weights=low + high))
    scores = table.scores - centre
    mean_low, mean_high = np.average(scores, weights=low), np.average(scores, weights=high)
    square_low, square_high = (scores - mean_low) ** 2, (scores - mean_high) ** 2
    variance = float(low @ square_low + high @ square_high) / (count - 2)
    if variance == 0:
        raise NotIdentified(
            "all pupils of a group have the same score: there is no standard deviation to express the gap in"
        )
    spread = math.sqrt(variance)
    correction = small_sample_correction(count - 2)
    gap = correction * (mean_high - mean_low) / spread
    # the standard deviation moves with each pupil's squared distance from the group's mean
    pull = gap / (2 * variance * count)
    return (
        Values(
            disadvantaged=correction * scores / spread
            + pull * n_low * (square_low - np.average(square_low, weights=low)),
            other=correction * scores / spread
            - pull * n_high * (square_high - np.average(square_high, weights=high)),
        ),
        correction,
        centre,
    )


def school_sums(table: YearTable, values: Values) -> Floats:
    """Pupils and sum of values of the disadvantaged, pupils and sum of values of the others (S x 4).

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> school_sums(table, plain_values(table)).tolist()
    [[1.0, 98.0, 1.0, 104.0], [1.0, 99.0, 1.0, 105.0]]
    """
    return np.column_stack(
        [
            *_moments(table, table.n_disadvantaged, values.disadvantaged, 1),
            *_moments(table, table.n_other, values.other, 1),
        ]
    )


def school_square_sums(table: YearTable, centre: float) -> Floats:
    """Pupils, sum of scores and of their squares from ``centre``: disadvantaged, then others (S x 6).

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> school_square_sums(table, 100.0)[0].tolist()
    [1.0, -2.0, 4.0, 1.0, 4.0, 16.0]
    """
    scores = table.scores - centre
    return np.column_stack(
        [
            *_moments(table, table.n_disadvantaged, scores, 2),
            *_moments(table, table.n_other, scores, 2),
        ]
    )


def _moments(table: YearTable, counts: Whole, values: Floats, highest: int) -> list[Floats]:
    at_cell = values[table.score_of]
    sums = [sums_at(table.school_of, counts, table.n_schools)]
    amounts: Floats | Whole = counts
    for _ in range(highest):
        amounts = amounts * at_cell
        sums.append(sums_at(table.school_of, amounts, table.n_schools))
    return sums


def group_means(table: YearTable, values: Values) -> GroupMeans:
    """Mean value and pupils of each group in each school; the mean is NaN where a group is empty.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> group_means(table, plain_values(table)).mean_other.tolist()
    [104.0, 105.0]
    """
    n_low, low, n_high, high = school_sums(table, values).T
    return GroupMeans(
        mean_disadvantaged=np.divide(low, n_low, out=np.full_like(low, np.nan), where=n_low > 0),
        mean_other=np.divide(high, n_high, out=np.full_like(high, np.nan), where=n_high > 0),
        n_disadvantaged=n_low,
        n_other=n_high,
    )
