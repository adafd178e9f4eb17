"""What an expectation needs to know of the pupils: sums by cell and school that add over partitions.

Notes
-----
Kept for each cell (such as Year 5, autumn, reading) and school are the sums of all products of the columns
(ones, characteristics, prior score, score) and the sum of the known error variances of the prior scores.
Values are rounded to sixteenths on the way in. Sums of products of sixteenths are exact in float64 up to
about ten million pupils with scores below 1,500, so the table is the same to the last bit however the pupils
are cut into parts and in whatever order they come.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.design import Codes, Floats, refuse_not_finite, vector

Whole = NDArray[np.int64]

#: Scores and error variances are kept to one part in this many.
STEPS = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectationStatistics:
    """Sums by cell and school; ``a + b`` is the table of both sets of pupils.

    Attributes
    ----------
    cells, schools
        Whole numbers, one a row, sorted by cell and then school; each pair stands once.
    products
        rows x q(q+1)/2: sums of the lower triangle of z z', row after row, with z the columns of x, then the
        prior score if there is one, then the score; ``squares`` gives the full matrices.
    errors
        rows x 2: prior scores with a known error variance, and the sum of these variances.
    has_prior
        Whether z has a prior score.
    """

    cells: Whole
    schools: Whole
    products: Floats
    errors: Floats
    has_prior: bool

    @property
    def n(self) -> int:
        """Number of pupils (the first column of x is ones)."""
        return int(self.products[:, 0].sum())

    def squares(self, rows: Codes) -> Floats:
        """Give the q x q sums of z z' of some rows."""
        size = int(np.sqrt(2 * self.products.shape[1]))
        low, high = np.tril_indices(size)
        full = np.empty((len(rows), size, size))
        full[:, low, high] = full[:, high, low] = self.products[rows]
        return full

    def rows_of(self, cells: ArrayLike) -> Codes:
        """Give the rows of one or more cells."""
        wanted = np.unique(np.asarray(cells))
        first = np.searchsorted(self.cells, wanted, side="left")
        last = np.searchsorted(self.cells, wanted, side="right")
        return np.concatenate(
            [np.arange(a, b) for a, b in zip(first, last, strict=True)] or [[]]
        ).astype(np.intp)

    def __add__(self, other: "ExpectationStatistics") -> "ExpectationStatistics":
        """Give the table of both sets of pupils.

        Raises
        ------
        ParameterError
            If the two tables have other columns.
        """
        if not isinstance(other, ExpectationStatistics):
            return NotImplemented
        shapes = self.products.shape[1:], other.products.shape[1:]
        if shapes[0] != shapes[1] or self.has_prior != other.has_prior:
            raise ParameterError(
                f"parts must have the same columns; {shapes[0][0]} and {shapes[1][0]} products of them"
                " can not be added"
            )
        row, cells, schools = _numbered(
            np.concatenate([self.cells, other.cells]),
            np.concatenate([self.schools, other.schools]),
        )
        mine, theirs = row[: len(self.cells)], row[len(self.cells) :]
        products = np.zeros((len(cells), *shapes[0]))
        errors = np.zeros((len(cells), 2))
        # within one table each pair stands once, so that no row is written to twice in a step
        products[mine], errors[mine] = self.products, self.errors
        products[theirs] += other.products
        errors[theirs] += other.errors
        return ExpectationStatistics(
            cells=cells,
            schools=schools,
            products=products,
            errors=errors,
            has_prior=self.has_prior,
        )


def expectation_statistics(
    *,
    score: ArrayLike,
    x: ArrayLike,
    cell: ArrayLike,
    school: ArrayLike,
    prior: ArrayLike | None = None,
    prior_error_variance: ArrayLike | None = None,
) -> ExpectationStatistics:
    """Pass over the pupils once and keep what an expectation needs.

    Parameters
    ----------
    score
        n scores.
    x
        n x p columns known without error; the first is ones.
    cell, school
        n whole numbers each, of 0 or more, that mean the same in every part.
    prior
        n earlier scores on the same scale, or None for an expectation without one.
    prior_error_variance
        n squared standard errors of measurement of ``prior``; NaN where the test does not say.

    Raises
    ------
    ParameterError
        If lengths differ, a value is missing or infinite, or the first column is not ones.

    Examples
    --------
    >>> one = expectation_statistics(score=[5.0, 7.0], x=[[1], [1]], cell=[0, 0], school=[3, 4])
    >>> two = one + one
    >>> two.n, two.schools.tolist(), two.products[0].tolist()
    (4, [3, 4], [2.0, 10.0, 50.0])
    """
    response = vector(score, "score")
    n = len(response)
    known = np.asarray(x, dtype=np.float64)
    if known.ndim != 2 or len(known) != n or known.shape[1] == 0:
        raise ParameterError(
            f"x must have {n} rows, as score has, and a column; its shape is {known.shape}"
        )
    refuse_not_finite(known, "x")
    if bool((known[:, 0] != 1).any()):
        raise ParameterError("the first column of x must be ones")
    columns = [*known.T]
    errors = np.zeros((n, 2))
    if prior is not None:
        columns.append(vector(prior, "prior", length=n))
        errors = _errors(prior_error_variance, n)
    columns.append(response)
    return _collected(columns, errors, cell, school, has_prior=prior is not None)


def _errors(variance: ArrayLike | None, n: int) -> Floats:
    given = np.full(n, np.nan) if variance is None else np.asarray(variance, dtype=np.float64)
    if given.shape != (n,) or bool((given < 0).any()) or bool(np.isinf(given).any()):
        raise ParameterError(
            f"prior_error_variance must have {n} values of 0 or more, NaN where not known"
        )
    is_known = ~np.isnan(given)
    return np.column_stack([is_known, _rounded(np.where(is_known, given, 0.0))])


def _collected(
    columns: list[Floats], errors: Floats, cell: ArrayLike, school: ArrayLike, *, has_prior: bool
) -> ExpectationStatistics:
    n = len(columns[0])
    cells, schools = _whole(cell, "cell", n), _whole(school, "school", n)
    row, cells, schools = _numbered(cells, schools)
    size = len(cells)
    exact = [_rounded(column) for column in columns]
    pairs = zip(*np.tril_indices(len(exact)), strict=True)
    products = np.empty((size, len(exact) * (len(exact) + 1) // 2))
    for place, (i, j) in enumerate(pairs):
        products[:, place] = np.bincount(row, weights=exact[i] * exact[j], minlength=size)
    known = np.zeros((size, 2))
    for place, part in enumerate(errors.T):
        known[:, place] = np.bincount(row, weights=part, minlength=size)
    return ExpectationStatistics(
        cells=cells,
        schools=schools,
        products=products,
        errors=known,
        has_prior=has_prior,
    )


def _rounded(values: Floats) -> Floats:
    return np.rint(values * STEPS) / STEPS


def _whole(values: ArrayLike, name: str, n: int) -> Whole:
    array = np.asarray(values)
    if array.shape != (n,) or array.dtype.kind not in "iu" or bool((array < 0).any()):
        raise ParameterError(f"{name} must have {n} whole numbers of 0 or more, as score has")
    return array.astype(np.int64)


def _numbered(cells: Whole, schools: Whole) -> tuple[Codes, Whole, Whole]:
    """Give each pair of cell and school its row, and the pairs."""
    if not len(cells):
        return np.empty(0, np.intp), cells, schools
    width = int(schools.max()) + 1
    if int(cells.max()) > np.iinfo(np.int64).max // width - 1:
        raise ParameterError("cell and school numbers are too large to stand in one key")
    keys = cells * width + schools
    # a table of all possible keys is many times faster than sorting, while it is not much longer than the rows
    reach = int(keys.max()) + 1
    if reach <= 8 * len(keys) + 1_000_000:
        present = np.zeros(reach, np.bool_)
        present[keys] = True
        unique = np.flatnonzero(present)
        row = (np.cumsum(present) - 1)[keys]
    else:
        unique, row = np.unique(keys, return_inverse=True)
    return row.astype(np.intp), unique // width, unique % width
