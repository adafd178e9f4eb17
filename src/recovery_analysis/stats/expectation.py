"""The score that was to be expected of a pupil, learnt from cohorts before the baseline, and usual growth.

Notes
-----
The model is ``score = x b + c (true prior) + rest``, and only ``prior = true prior + error`` is seen, with a
known error variance for each test. Least squares on the seen prior finds a slope that is too flat: part of
its spread is noise. Here the mean error variance is taken off the prior's own moment (Fuller's moment
estimator), which gives the slope on the *true* prior.

Which of the two is right depends on what the expectation is for. For one pupil picked *by* the seen score,
the flat slope predicts best: such a pupil will move back to the mean. For the mean of a group that was not
picked by the seen score (a school, disadvantaged pupils) errors of the priors average out, so nothing moves
back, and the flat slope is wrong: it draws the expectation towards the mean of all, too high for a group
with low priors and too low for one with high ones. A school whose pupils started low would look as if it had
fallen behind, and the disadvantaged would look worse off than they are, by ``(true slope - flat slope) x
distance of the group's mean prior``. This library reports means of groups, so the corrected slope is the
default. Groups made *from* the seen prior (such as "low prior attainers") must not be read with it.

Errors of the coefficients allow for pupils of one school being alike (sandwich by school).

References
----------
Fuller, W. A. (1987). Measurement Error Models. Wiley, sections 1.2 and 2.2. doi:10.1002/9780470316665
Buonaccorsi, J. P. (2010). Measurement Error: Models, Methods, and Applications. doi:10.1201/9781420066586
Renaissance Learning and Education Policy Institute (2021). Understanding progress in the 2020 to 2021
academic year: interim findings (Department for Education).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats
from recovery_analysis.stats.expectation_statistics import (
    ExpectationStatistics,
    expectation_statistics,
)

__all__ = [
    "Expectation",
    "ExpectationStatistics",
    "Growth",
    "expectation_statistics",
    "fit_expectation",
    "monthly_growth",
]

#: Fewest pupils and schools behind an expectation.
LEAST_PUPILS = 30
LEAST_SCHOOLS = 2
#: A yes/no characteristic that fewer pupils of a cell have (or lack) gets no coefficient of its own.
LEAST_WITH_CHARACTERISTIC = 10
#: A prior score of which less than this share is signal (given x) can not carry an expectation.
LEAST_RELIABILITY = 0.2
DAYS_A_MONTH = 365.25 / 12
_COLLINEAR_BELOW = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectation:
    """Expected scores of one cell.

    Attributes
    ----------
    coef, vcov
        Of the columns of x and, last, of the prior score where there is one; 0 for columns left out.
    is_rare
        Columns of x that too few pupils had: nothing is expected of a pupil who has them.
    residual_variance
        Of score minus expected score as seen, errors of both tests included; score points squared.
    error_variance
        Mean error variance of the priors that was taken off; 0 where no test had one or none was taken.
    reliability
        Share of the prior's variance (given x) that is signal; 1 without a correction.
    n, n_schools
        Pupils and schools behind it.
    """

    coef: Floats
    vcov: Floats
    is_rare: NDArray[np.bool_]
    residual_variance: float
    error_variance: float
    reliability: float
    n: int
    n_schools: int
    has_prior: bool

    @property
    def slope(self) -> float:
        """Coefficient of the prior score; 0 for an expectation without one."""
        return float(self.coef[-1]) if self.has_prior else 0.0

    def columns(self, x: ArrayLike, prior: ArrayLike | None = None) -> Floats:
        """Put x and the prior side by side, as the coefficients stand.

        Raises
        ------
        ParameterError
            If the prior is missing or not wanted, or x has another number of columns.
        """
        known = np.asarray(x, dtype=np.float64)
        if known.ndim != 2 or known.shape[1] != len(self.is_rare):
            raise ParameterError(
                f"x must have {len(self.is_rare)} columns; its shape is {known.shape}"
            )
        if (prior is not None) != self.has_prior:
            raise ParameterError(
                "give prior scores where, and only where, the cell was fitted with them"
            )
        return known if prior is None else np.column_stack([known, np.asarray(prior, np.float64)])

    def expect(self, x: ArrayLike, prior: ArrayLike | None = None) -> Floats:
        """Give n expected scores; NaN for pupils with a characteristic that too few of the cell had."""
        expected = self.columns(x, prior) @ self.coef
        rare = np.asarray(x, dtype=np.float64)[:, self.is_rare].any(axis=1)
        return np.where(rare, np.nan, expected)

    def prediction_sd(self, x: ArrayLike, prior: ArrayLike | None = None) -> Floats:
        """Give the standard deviation of score minus expected score of n single pupils."""
        columns = self.columns(x, prior)
        from_coef = np.einsum("ij,jk,ik->i", columns, self.vcov, columns)
        return np.sqrt(self.residual_variance + from_coef)

    def decline_threshold(self, sem_now: ArrayLike, sem_prior: ArrayLike) -> Floats:
        """Give how far below expectation a score must be to be a decline: one joint error of both tests.

        ``sqrt(sem_now^2 + slope^2 sem_prior^2)``. Of pupils who met their true expectation exactly, 16 in 100
        would be below it by error of measurement alone; compare a share with the one before the baseline.
        """
        now, prior = np.asarray(sem_now, np.float64), np.asarray(sem_prior, np.float64)
        return np.sqrt(now**2 + (self.slope * prior) ** 2)


def fit_expectation(
    statistics: ExpectationStatistics, cell: int, *, correct_errors: bool = True
) -> Expectation:
    """Fit the expectation of one cell.

    Parameters
    ----------
    statistics
        Sums of pupils before the baseline, of one part or of several added.
    cell
        The cell's number.
    correct_errors
        Take the priors' mean error variance off their moment (see the notes of this module); False is plain
        least squares, to compare with.

    Raises
    ------
    TooFewToReport
        If the cell has fewer than 30 pupils, or pupils of fewer than 2 schools.
    NotIdentified
        If all priors are alike, or nearly all of their spread is error of measurement.

    Examples
    --------
    >>> prior = np.tile([400.0, 500.0, 600.0, 700.0], 10)
    >>> table = expectation_statistics(
    ...     score=prior * 0.9 + 100, prior=prior, prior_error_variance=np.zeros(40),
    ...     x=np.ones((40, 1)), cell=np.zeros(40, int), school=np.arange(40) // 8,
    ... )
    >>> np.round(fit_expectation(table, 0).expect([[1.0]], [500.0]), 6).tolist()
    [550.0]
    """
    rows = statistics.rows_of(cell)
    products = statistics.squares(rows)
    total = products.sum(axis=0)
    n, n_schools = int(total[0, 0]) if len(rows) else 0, len(rows)
    if n < LEAST_PUPILS or n_schools < LEAST_SCHOOLS:
        raise TooFewToReport(
            f"an expectation needs {LEAST_PUPILS} pupils of {LEAST_SCHOOLS} schools before the baseline;"
            f" this cell has {n} of {n_schools}: show the scores without an expectation"
        )
    prior = len(total) - 2 if statistics.has_prior else -1
    error = _error_by_school(statistics.errors[rows], products[:, 0, 0])
    if not correct_errors or prior < 0:
        error = np.zeros_like(error)
    is_rare, kept = _usable_columns(total, prior)
    moments = total[:-1, :-1].copy()
    reliability = 1.0
    if prior >= 0:
        spread = _left_over(moments, kept[:-1], prior)
        reliability = 1 - float(error.sum()) / spread
        if reliability < LEAST_RELIABILITY:
            raise NotIdentified(
                "less than a fifth of the spread of the prior scores is more than error of measurement: they"
                " can not carry an expectation; compare with the same year group before instead"
            )
        moments[prior, prior] -= error.sum()
    coef, vcov = _solved(products, moments, error, kept, prior)
    tail = np.append(-coef, 1.0)
    return Expectation(
        coef=coef,
        vcov=vcov,
        is_rare=is_rare,
        residual_variance=max(float(tail @ total @ tail), 0.0) / (n - len(kept)),
        error_variance=float(error.sum()) / n,
        reliability=reliability,
        n=n,
        n_schools=n_schools,
        has_prior=statistics.has_prior,
    )


def _error_by_school(errors: Floats, counts: Floats) -> Floats:
    """Sum of error variances a school; a test that does not say its own gets the cell's mean."""
    known, variance = errors.sum(axis=0)
    mean = variance / known if known else 0.0
    return errors[:, 1] + (counts - errors[:, 0]) * mean


def _usable_columns(total: Floats, prior: int) -> tuple[NDArray[np.bool_], Codes]:
    """Say which columns of x are too rare to expect from, and which columns get a coefficient."""
    n, width = total[0, 0], len(total) - 1
    diagonal, sums = np.diag(total)[:width], total[0, :width]
    # only a column of noughts and ones has a sum that equals the sum of its squares
    is_yes_no = (sums == diagonal) & (np.arange(width) > 0) & (np.arange(width) != prior)
    is_rare = is_yes_no & (sums < LEAST_WITH_CHARACTERISTIC)
    is_common = is_yes_no & (n - sums < LEAST_WITH_CHARACTERISTIC)
    kept: list[int] = []
    for column in range(width):
        if is_rare[column] or is_common[column]:
            continue
        left = _left_over(total[:width, :width], np.array(kept, np.intp), column)
        if left > _COLLINEAR_BELOW * diagonal[column]:
            kept.append(column)
        elif column == prior:
            raise NotIdentified("the prior scores of this cell do not differ: drop them")
    return is_rare[: width - 1] if prior >= 0 else is_rare, np.array(kept, np.intp)


def _left_over(moments: Floats, kept: Codes, column: int) -> float:
    """Sum of squares of a column that the kept columns do not explain."""
    if not len(kept):
        return float(moments[column, column])
    beside = moments[kept, column]
    explained = beside @ np.linalg.solve(moments[np.ix_(kept, kept)], beside)
    return float(moments[column, column] - explained)


def _solved(
    products: Floats, moments: Floats, error: Floats, kept: Codes, prior: int
) -> tuple[Floats, Floats]:
    """Coefficients of the kept columns, and their sandwich by school."""
    width = len(moments)
    bread = np.linalg.inv(moments[np.ix_(kept, kept)])
    coef = np.zeros(width)
    coef[kept] = bread @ products[:, :-1, -1].sum(axis=0)[kept]
    scores = products[:, :-1, -1] - products[:, :-1, :-1] @ coef
    if prior >= 0:
        scores[:, prior] += error * coef[prior]
    half = scores[:, kept] @ bread
    schools = len(products)
    vcov = np.zeros((width, width))
    vcov[np.ix_(kept, kept)] = half.T @ half * schools / (schools - 1)
    return coef, vcov


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Mean gain in a calendar month, score points, with its standard error by school."""

    per_month: float
    se: float
    n: int
    n_schools: int


def monthly_growth(
    statistics: ExpectationStatistics, cells: ArrayLike, *, days_column: int = 1
) -> Growth:
    """Give what pupils gained in a month between their two tests: sum of gains over sum of time.

    Errors of measurement average out of gains, so no correction is needed.

    Parameters
    ----------
    statistics
        Sums of pupils before the baseline with a prior score.
    cells
        Cells to take together, such as the seasons of one year group and subject.
    days_column
        Column of x that holds the days between the two tests.

    Raises
    ------
    TooFewToReport
        If there are fewer than 30 pupils, or pupils of fewer than 2 schools.
    ParameterError
        If the table has no prior scores.

    Examples
    --------
    >>> table = expectation_statistics(
    ...     score=np.full(40, 560.0), prior=np.full(40, 500.0), school=np.arange(40) // 8,
    ...     x=np.column_stack([np.ones(40), np.full(40, 365.25)]), cell=np.zeros(40, int),
    ... )
    >>> round(monthly_growth(table, [0]).per_month, 6)
    5.0
    """
    if not statistics.has_prior:
        raise ParameterError("growth needs prior scores: give the table that was made with them")
    rows = statistics.rows_of(cells)
    schools, place = np.unique(statistics.schools[rows], return_inverse=True)
    first = statistics.squares(rows)[:, 0]
    sums = np.zeros((len(schools), first.shape[1]))
    np.add.at(sums, place, first)
    n = int(sums[:, 0].sum())
    if n < LEAST_PUPILS or len(schools) < LEAST_SCHOOLS:
        raise TooFewToReport(
            f"growth needs {LEAST_PUPILS} pupils of {LEAST_SCHOOLS} schools with two tests before the"
            f" baseline; there are {n} of {len(schools)}: leave months out"
        )
    gain, time = sums[:, -1] - sums[:, -2], sums[:, days_column] / DAYS_A_MONTH
    rate = float(gain.sum() / time.sum())
    off = gain - rate * time
    se = np.sqrt((off @ off) * len(schools) / (len(schools) - 1)) / time.sum()
    return Growth(per_month=rate, se=float(se), n=n, n_schools=len(schools))
