"""Check what goes into a regression and turn its columns into an orthonormal basis.

The basis makes every later step independent of the units of the columns: in it the bread of the sandwich is
the identity matrix, so a year (2019) and a share (0.02) can stand side by side without loss of digits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Whole = NDArray[np.int64]

#: A column whose part outside the span of the columns before it is smaller than this share of its own length
#: counts as a repeat of them. R's ``lm`` uses 1e-7; calendar years beside an intercept have about 1e-3.
COLLINEAR_BELOW = 1e-10

#: Part of a column of length 1 that the columns before it leave, above which Cholesky loses no digits.
WELL_CONDITIONED_ABOVE = 1e-3

#: Whole numbers are numbered without sorting when their range is below this, or this many times their count.
_NARROW, _WIDEST_RANGE = 1_000_000, 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A checked regression: basis Q of sqrt(w) X, response sqrt(w) y, and the way back to coefficients.

    ``coef = to_coef @ (basis.T @ response)``; ``weights`` has mean 1 and is None when all weights are equal.

    Examples
    --------
    >>> design = prepare([1, 2, 4], [[1]] * 3, list("abb"), None)
    >>> design.n_clusters, design.residuals.round(3).tolist()
    (2, [-1.333, -0.333, 1.667])
    """

    basis: Floats
    response: Floats
    weights: Floats | None
    to_coef: Floats
    cluster: Codes
    n_clusters: int

    @property
    def residuals(self) -> Floats:
        """Residuals of the full model in weighted units; exactly zero when they are only rounding."""
        return project_out(self.basis, self.response)


def project_out(basis: Floats, response: Floats) -> Floats:
    """Residual of ``response`` on orthonormal columns; exactly zero when it is only rounding.

    Examples
    --------
    >>> project_out(np.array([[0.6], [0.8]]), np.array([1.0, 0.0])).round(2).tolist()
    [0.64, -0.48]
    """
    residual = response - basis @ (basis.T @ response)
    if np.linalg.norm(residual) <= 1e-13 * np.linalg.norm(response):
        return np.zeros_like(residual)
    return residual


def vector(values: ArrayLike, name: str, *, length: int | None = None) -> Floats:
    """Give one-dimensional float64 values, all of them finite.

    Raises
    ------
    ParameterError
        If the values are not numbers, not one-dimensional, of another length, missing or infinite.

    Examples
    --------
    >>> vector([1, 2], "y", length=2).tolist()
    [1.0, 2.0]
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} must hold numbers; change text and nulls first") from error
    if array.ndim != 1 or (length is not None and len(array) != length):
        expected = "one dimension" if length is None else f"{length} values in one dimension"
        raise ParameterError(f"{name} must have {expected}, not shape {array.shape}")
    refuse_not_finite(array, name)
    return array


def refuse_not_finite(array: Floats, name: str) -> None:
    """Stop at missing or infinite values, saying how many there are.

    Examples
    --------
    >>> refuse_not_finite(np.array([1.0, np.nan]), "y")
    Traceback (most recent call last):
    recovery_analysis.errors.ParameterError: y must be finite; 1 of 2 values are missing or infinite: leave
    those rows out first and report how many there were
    """
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise ParameterError(
            f"{name} must be finite; {bad} of {array.size} values are missing or infinite:"
            " leave those rows out first and report how many there were"
        )


def refuse_other_count(arrived: int, expected_rows: int | None) -> None:
    """Stop when another number of rows arrived than the source says that there are (None: it does not say).

    Raises
    ------
    ParameterError
        If the two differ, or ``expected_rows`` is not a whole number of 0 or more.

    Examples
    --------
    >>> refuse_other_count(3, expected_rows=4)
    Traceback (most recent call last):
    recovery_analysis.errors.ParameterError: expected_rows declares 4 rows but 3 arrived, 1 too few: a part
    is missing or cut short; read every part again, or mend expected_rows
    """
    if expected_rows is None:
        return
    whole = isinstance(expected_rows, int | np.integer) and not isinstance(expected_rows, bool)
    if not whole or expected_rows < 0:
        raise ParameterError(
            f"expected_rows must be a whole number of 0 or more, or None; not {expected_rows!r}"
        )
    if arrived == expected_rows:
        return
    off = abs(arrived - expected_rows)
    many, why = (
        ("few", "missing or cut short") if arrived < expected_rows else ("many", "read twice")
    )
    raise ParameterError(
        f"expected_rows declares {expected_rows:,} rows but {arrived:,} arrived, {off:,} too {many}: a part"
        f" is {why}; read every part again, or mend expected_rows"
    )


def whole_codes(values: NDArray[np.generic]) -> tuple[Codes, Whole]:
    """Give each different whole number a number, from 0 for the smallest, and list them.

    Examples
    --------
    >>> codes, values = whole_codes(np.array([7, 3, 7]))
    >>> codes.tolist(), values.tolist()
    ([1, 0, 1], [3, 7])
    """
    low, high = int(values.min()), int(values.max())
    if high - low < max(_NARROW, _WIDEST_RANGE * len(values)):
        # int64 first: a difference of two int8 may not fit into int8
        offsets = values.astype(np.int64, copy=False) - low
        present = np.flatnonzero(np.bincount(offsets, minlength=high - low + 1))
        if len(present) == high - low + 1:
            return offsets.astype(np.intp, copy=False), present + low
        rank = np.zeros(high - low + 1, dtype=np.intp)
        rank[present] = np.arange(len(present))
        return rank[offsets], present + low
    unique, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.intp, copy=False), unique.astype(np.int64)


def cluster_codes(cluster: ArrayLike, *, length: int) -> tuple[Codes, int]:
    """Give each cluster a number, from 0, and say how many there are.

    Raises
    ------
    ParameterError
        If the ids are of another length, or one is missing.
    TooFewToReport
        If there are fewer than two clusters.

    Examples
    --------
    >>> codes, count = cluster_codes(["b", "a", "b"], length=3)
    >>> codes.tolist(), count
    ([0, 1, 0], 2)
    """
    # A list of text with a NaN in it would become text throughout, and the NaN a cluster of its own.
    ids = np.asarray(cluster, dtype=object if isinstance(cluster, list | tuple) else None)
    if ids.shape != (length,):
        raise ParameterError(
            f"cluster must have {length} ids in one dimension, not shape {ids.shape}"
        )
    if ids.dtype == object:
        seen: dict[object, int] = {}
        codes = np.fromiter((seen.setdefault(key, len(seen)) for key in ids), np.intp, length)
        missing = any(not isinstance(key, str | int | np.integer) for key in seen)
        count = len(seen)
    elif ids.dtype.kind in "iu" and np.can_cast(ids.dtype, np.int64) and length:
        codes, unique = whole_codes(ids)
        missing, count = False, len(unique)
    else:
        unique, codes = np.unique(ids, return_inverse=True)
        missing = unique.dtype.kind == "f" and not bool(np.isfinite(unique).all())
        count = len(unique)
    if missing:
        raise ParameterError(
            "cluster must be text or whole numbers; an id is missing: give each row one"
        )
    if count < 2:
        raise TooFewToReport(
            "a cluster-robust error needs at least 2 clusters; all rows have the same id:"
            " report the estimate without an interval"
        )
    return codes.astype(np.intp), count


def prepare(y: ArrayLike, x: ArrayLike, cluster: ArrayLike, weights: ArrayLike | None) -> Design:
    """Check a regression's arrays and find the orthonormal basis of its columns.

    Parameters
    ----------
    y, x, cluster, weights
        n values, n x p columns (the caller adds the column of ones), n ids, n positive weights or None.

    Raises
    ------
    ParameterError
        If an array has the wrong shape, a missing or infinite value, or a weight is not above zero.
    TooFewToReport
        If there are no rows, or fewer than two clusters.
    NotIdentified
        If columns repeat each other or there are no more rows than columns.

    Examples
    --------
    >>> design = prepare([1, 2, 4], [[1, 0], [1, 0], [1, 1]], list("abb"), None)
    >>> (design.to_coef @ (design.basis.T @ design.response)).round(6).tolist()
    [1.5, 2.5]
    """
    response = vector(y, "y")
    n = len(response)
    if n == 0:
        raise TooFewToReport("y holds no rows: there is nothing to fit")
    columns = _columns(x, n)
    codes, n_clusters = cluster_codes(cluster, length=n)
    scaled_weights = None if weights is None else _weights(weights, n)
    if scaled_weights is not None:
        root = np.sqrt(scaled_weights)
        response, columns = response * root, columns * root[:, None]
    basis, to_coef = _orthonormal(columns)
    return Design(
        basis=basis,
        response=response,
        weights=scaled_weights,
        to_coef=to_coef,
        cluster=codes,
        n_clusters=n_clusters,
    )


def _columns(x: ArrayLike, n: int) -> Floats:
    try:
        columns = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError("x must hold numbers; change text and nulls first") from error
    if columns.ndim != 2 or columns.shape[0] != n or columns.shape[1] == 0:
        raise ParameterError(
            f"x must have {n} rows and at least one column, not shape {columns.shape}"
        )
    refuse_not_finite(columns, "x")
    if n <= columns.shape[1]:
        raise NotIdentified(
            f"x has {columns.shape[1]} columns for {n} rows: there must be more rows than columns"
        )
    return columns


def _weights(weights: ArrayLike, n: int) -> Floats | None:
    array = vector(weights, "weights", length=n)
    if bool((array <= 0).any()):
        raise ParameterError(
            "weights must be above zero: leave out the rows that count for nothing"
        )
    scaled = array / array.max()
    scaled = scaled / scaled.mean()
    return None if bool((array == array[0]).all()) else scaled


def _orthonormal(columns: Floats) -> tuple[Floats, Floats]:
    largest = np.abs(columns).max(axis=0)
    for index in np.flatnonzero(largest == 0):
        raise NotIdentified(f"column {index} of x (counted from 0) is zero throughout: drop it")
    scale = largest * np.linalg.norm(columns / largest, axis=0)
    basis, triangle = _factored(columns / scale)
    for index in np.flatnonzero(np.abs(np.diag(triangle)) < COLLINEAR_BELOW):
        raise NotIdentified(
            f"column {index} of x (counted from 0) is a sum of multiples of the columns before it:"
            " drop one of them, their effects can not be told apart"
        )
    to_coef = np.linalg.solve(triangle, np.eye(len(triangle))) / scale[:, None]
    return basis, to_coef


def _factored(columns: Floats) -> tuple[Floats, Floats]:
    """Give Q and R of columns of length 1: Cholesky twice, or Householder where they are close to collinear.

    Cholesky of X'X, done again on the Q that it gives, is as orthogonal as Householder while X is well
    conditioned, in a third of the time on long tables (CholeskyQR2, doi:10.1137/18M1218212).
    """
    basis, triangle = columns, np.eye(columns.shape[1])
    for _ in range(2):
        try:
            step = np.linalg.cholesky(basis.T @ basis).T
        except np.linalg.LinAlgError:
            return np.linalg.qr(columns)
        if float(np.diag(step).min()) < WELL_CONDITIONED_ABOVE:
            return np.linalg.qr(columns)
        basis = basis @ np.linalg.inv(step)
        triangle = step @ triangle
    return basis, triangle


def t_interval(coef: Floats, se: Floats, df: Floats, level: float) -> tuple[Floats, Floats]:
    """Give lower and upper ends of coefficients at ``level``, each with its own degrees of freedom.

    Raises
    ------
    ParameterError
        If ``level`` is not between 0 and 1.

    Examples
    --------
    >>> low, high = t_interval(np.array([2.0]), np.array([0.5]), np.array([10.0]), 0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.886], [3.114])
    """
    if not 0 < level < 1:
        raise ParameterError(f"level must lie between 0 and 1 (0.95 for 95%), not {level}")
    half = stats.t.ppf(0.5 + level / 2, df) * se
    return coef - half, coef + half
