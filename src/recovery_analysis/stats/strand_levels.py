"""How far below each strand of a subject is, when some strands rest on few pupils: shrunk over strands and units.

Notes
-----
A *unit* is a school, a *strand* a part of the curriculum, and a facility is marks gained of marks possible. The
questions of one strand, and the strands of one paper, are answered by the same pupils, so pupils count, not
marks: the facility of a cell (unit, strand) with n pupils has variance s_k^2 / n, with s_k the spread of pupils
within units in strand k, and two strands share the errors of the pupils that they have in common, by one
correlation for all pairs of strands.

With d the shortfalls (before minus now) of a unit, a vector over strands, and S its error matrix,

    d = theta + 1 b + c + e,   theta = 1 mu + a,   e ~ N(0, S),

a ~ N(0, ta^2 I) between strands, b ~ N(0, tb^2) between units, c ~ N(0, tc^2 I) between cells; mu is flat. Given
the three spreads, theta has the precision ``sum P + (I - J / K) / ta^2`` with ``P = (S + tb^2 J + tc^2 I)^-1``,
and a unit's own strands follow as ``theta + T P (d - theta)`` with ``T = tb^2 J + tc^2 I``: matrices as wide as
there are strands, whatever the number of units. Each spread is the root of its posterior mean square on a grid,
the others held, with half-normal priors of 10, 5 and 5 percentage points: a highest likelihood at zero, which is
common, would give ranges that are too narrow.

With fewer than four units their differences can not be told from chance: each unit is then drawn together over
its own strands only, and the whole is the mean over its units with the errors of pupils alone.

References
----------
Gelman, A. (2006). Prior distributions for variance parameters in hierarchical models. doi:10.1214/06-BA117A
Laird, N. M. and Ware, J. H. (1982). Random-effects models for longitudinal data. doi:10.2307/2529876
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.design import Floats, vector

#: Below this many units nothing is borrowed between them.
FEWEST_UNITS = 4
#: Scales of the half-normal priors of the spreads between strands, units and cells, as shares of marks.
_PRIOR_SCALES = (0.10, 0.05, 0.05)
_SPREADS = np.geomspace(0.001, 0.4, 16)
_ROUNDS = 3
#: Pupils that the spread common to all strands is worth beside a strand's own.
_SPREAD_WORTH = 10.0
#: The spread of pupils where no two pupils of a unit have the same strand.
_SPREAD_UNKNOWN = 0.3
_HIGHEST_CORRELATION = 0.95
_MANY = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facilities:
    """Marks gained of marks possible, G units x K strands, shares between 0 and 1, NaN where there is no pupil.

    ``pupils`` (G x K) have marks; ``both`` (G x K x K) have marks in both strands; ``spread`` (K) is the
    standard deviation of pupils' shares within units; ``correlation`` that of one pupil's two strands.
    """

    rate: Floats
    pupils: Floats
    both: Floats
    spread: Floats
    correlation: float

    def covariance(self) -> Floats:
        """Give the error matrix of each unit's rates (G x K x K); nought where there is no pupil."""
        k = len(self.spread)
        alike = np.full((k, k), self.correlation)
        np.fill_diagonal(alike, 1.0)
        each = alike * np.outer(self.spread, self.spread)
        n = np.where(self.pupils > 0, self.pupils, np.inf)
        return each * self.both / (n[:, :, None] * n[:, None, :])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrandLevels:
    """Shrunk shortfalls with 95% intervals: of each strand (K) and of each unit's strands (G x K).

    ``between_strands``, ``between_units`` and ``between_cells`` are the spreads behind the shrinking (standard
    deviations); the last two are zero, and ``borrowed`` is False, with fewer than four units.
    """

    whole: Floats
    whole_low: Floats
    whole_high: Floats
    unit: Floats
    unit_low: Floats
    unit_high: Floats
    between_strands: float
    between_units: float
    between_cells: float
    n_units: int
    borrowed: bool


def facilities(
    *,
    unit: NDArray[np.intp],
    pupil: NDArray[np.intp],
    strand: NDArray[np.intp],
    marks: ArrayLike,
    possible: ArrayLike,
    n_units: int,
    n_strands: int,
) -> Facilities:
    """Work out facilities and how far pupils spread about them.

    Parameters
    ----------
    unit, pupil, strand
        Codes from 0, one row a pupil and strand; a pupil has one unit.
    marks, possible
        Sums over the pupil's questions of the strand; possible above 0.
    n_units, n_strands
        G and K.

    Raises
    ------
    ParameterError
        If marks or possible are not as described.

    Examples
    --------
    >>> codes = [np.array(c) for c in ([0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1])]
    >>> found = facilities(unit=codes[0], pupil=codes[1], strand=codes[2], marks=[1, 4, 2, 6],
    ...                    possible=[4, 8, 4, 8], n_units=1, n_strands=2)
    >>> print(found.rate.tolist(), found.pupils.tolist())
    [[0.375, 0.625]] [[2.0, 2.0]]
    """
    gained = vector(marks, "marks")
    out_of = vector(possible, "possible", length=len(gained))
    if bool((out_of <= 0).any()) or bool((gained < 0).any()) or bool((gained > out_of).any()):
        raise ParameterError("marks must lie from 0 to possible, and possible above 0")
    shape = (n_units, n_strands)
    cell = unit * n_strands + strand
    count = np.bincount(cell, minlength=n_units * n_strands).astype(np.float64)
    total = np.bincount(cell, weights=out_of, minlength=len(count))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.bincount(cell, weights=gained, minlength=len(count)) / total
        mean_total = total / count
    residual = (gained - rate[cell] * out_of) / mean_total[cell]
    spread = _spread(residual, strand, count.reshape(shape))
    return Facilities(
        rate=rate.reshape(shape),
        pupils=count.reshape(shape),
        both=_both(unit, pupil, strand, shape),
        spread=spread,
        correlation=_correlation(residual / spread[strand], pupil),
    )


def _spread(residual: Floats, strand: NDArray[np.intp], count: Floats) -> Floats:
    """Spread of pupils within units for each strand, drawn a little to the spread over all strands."""
    squares = np.bincount(strand, weights=residual**2, minlength=count.shape[1])
    free = np.maximum(count.sum(axis=0) - (count > 0).sum(axis=0), 0.0)
    common = squares.sum() / free.sum() if free.sum() > 0 and squares.sum() > 0 else 0.0
    common = common or _SPREAD_UNKNOWN**2
    return np.sqrt((squares + _SPREAD_WORTH * common) / (free + _SPREAD_WORTH))


def _correlation(standard: Floats, pupil: NDArray[np.intp]) -> float:
    """Correlation of two strands of one pupil, one for all pairs."""
    sums = np.bincount(pupil, weights=standard)
    n = np.bincount(pupil).astype(np.float64)
    pairs = float((n * (n - 1)).sum())
    if pairs == 0:
        return 0.0
    products = float((sums**2).sum() - (standard**2).sum())
    return float(np.clip(products / pairs, 0.0, _HIGHEST_CORRELATION))


def _both(
    unit: NDArray[np.intp],
    pupil: NDArray[np.intp],
    strand: NDArray[np.intp],
    shape: tuple[int, int],
) -> Floats:
    """Pupils with marks in both of two strands, by unit."""
    n_pupils = int(pupil.max()) + 1 if len(pupil) else 0
    has = np.zeros((n_pupils, shape[1]))
    has[pupil, strand] = 1.0
    home = np.zeros(n_pupils, dtype=np.intp)
    home[pupil] = unit
    order = np.argsort(home, kind="stable")
    ends = np.cumsum(np.bincount(home, minlength=shape[0]))
    parts = np.split(has[order], ends[:-1])
    return np.stack([part.T @ part for part in parts])


def shrink_strands(
    *, shortfall: ArrayLike, covariance: ArrayLike, weights: ArrayLike
) -> StrandLevels:
    """Draw the shortfalls of strands together by how little each one tells.

    Parameters
    ----------
    shortfall
        G units x K strands, shares of marks (before minus now), NaN where a unit has no such strand.
    covariance
        G x K x K: the error matrix of each unit's shortfalls.
    weights
        G x K, above 0 where there is a shortfall: pupils now. They weigh the mean over fewer than four units.

    Raises
    ------
    ParameterError
        If the arrays do not belong together.
    TooFewToReport
        If there is no shortfall, or a strand has none.

    Examples
    --------
    >>> own = shrink_strands(shortfall=[[0.02, 0.04, 0.30]], weights=[[90, 90, 6]],
    ...                      covariance=[np.diag([0.0005, 0.0005, 0.03])])
    >>> print(own.whole.round(3).tolist(), own.borrowed)
    [0.023, 0.041, 0.086] False
    """
    d = np.asarray(shortfall, dtype=np.float64)
    error = np.asarray(covariance, dtype=np.float64)
    weight = np.asarray(weights, dtype=np.float64)
    if d.ndim != 2 or error.shape != (*d.shape, d.shape[-1]) or weight.shape != d.shape:
        raise ParameterError(
            "shortfall and weights must be units x strands and covariance units x strands x strands, not "
            f"{d.shape}, {weight.shape} and {error.shape}"
        )
    there = np.isfinite(d)
    if not bool(there.any()) or not bool(there.any(axis=0).all()):
        raise TooFewToReport(
            "each strand needs a shortfall in at least one unit: leave out the others"
        )
    n_units = int(there.any(axis=1).sum())
    if n_units < FEWEST_UNITS:
        return _apart(d, error, np.where(there, weight, 0.0), n_units)
    spreads = _spreads(d, error, free=(True, True, True))
    return _together(d, error, spreads, n_units)


def _masked(d: Floats, error: Floats, units: float, cells: float) -> tuple[Floats, float]:
    """Precision of each unit's shortfalls about the strands' own, nought where absent, and log determinants."""
    there = np.isfinite(d)
    pair = there[:, :, None] & there[:, None, :]
    eye = np.eye(d.shape[1])
    matrix = np.where(pair, error + units**2 + cells**2 * eye, eye)
    # a share of rounding keeps a unit whose pupils all agree from counting as known exactly
    matrix = matrix + 1e-8 * eye
    precision = np.where(pair, np.linalg.inv(matrix), 0.0)
    return precision, float(np.linalg.slogdet(matrix)[1].sum())


def _strand_precision(k: int, strands: float) -> Floats:
    return (np.eye(k) - np.full((k, k), 1 / k)) / strands**2


def _log_likelihoods(
    d: Floats, error: Floats, strands: Floats, units: float, cells: float
) -> Floats:
    """Restricted log likelihood for each spread between strands, the other two given."""
    precision, log_det = _masked(d, error, units, cells)
    values = np.nan_to_num(d)
    k = d.shape[1]
    total = precision.sum(axis=0)
    pull = np.einsum("gjk,gk->j", precision, values)
    square = float(np.einsum("gj,gjk,gk->", values, precision, values))
    q = total + np.stack([_strand_precision(k, float(one)) for one in strands])
    solved = np.linalg.solve(q, np.broadcast_to(pull, (len(strands), k))[..., None])[..., 0]
    log_q = np.linalg.slogdet(q)[1] + (k - 1) * 2 * np.log(strands)
    return -0.5 * (log_det + square - solved @ pull + log_q)


def _spreads(
    d: Floats, error: Floats, *, free: tuple[bool, bool, bool]
) -> tuple[float, float, float]:
    """Posterior root mean square of the spreads between strands, units and cells, one after the other."""
    now = [0.05 if is_free else 0.0 for is_free in free]
    now[0] = now[0] or float(_SPREADS[0])
    for _ in range(_ROUNDS if sum(free) > 1 else 1):
        for place in (place for place in range(3) if free[place]):
            if place == 0:
                height = _log_likelihoods(d, error, _SPREADS, now[1], now[2])
            else:
                tried = [[*now[:place], float(s), *now[place + 1 :]] for s in _SPREADS]
                height = np.array(
                    [_log_likelihoods(d, error, np.array([a]), b, c)[0] for a, b, c in tried]
                )
            now[place] = _root_mean_square(height, _PRIOR_SCALES[place])
    return now[0], now[1], now[2]


def _root_mean_square(height: Floats, scale: float) -> float:
    # steps of a geometric grid are as wide as the spread itself
    log_weight = height - 0.5 * (_SPREADS / scale) ** 2 + np.log(_SPREADS)
    weight = np.exp(log_weight - log_weight.max())
    return float(np.sqrt((weight * _SPREADS**2).sum() / weight.sum()))


def _theta(d: Floats, precision: Floats, strands: float) -> tuple[Floats, Floats]:
    k = d.shape[1]
    error = np.linalg.inv(precision.sum(axis=0) + _strand_precision(k, strands))
    return error @ np.einsum("gjk,gk->j", precision, np.nan_to_num(d)), error


def _together(
    d: Floats, error: Floats, spreads: tuple[float, float, float], n_units: int
) -> StrandLevels:
    strands, units, cells = spreads
    k = d.shape[1]
    precision, _ = _masked(d, error, units, cells)
    theta, spread = _theta(d, precision, strands)
    own = units**2 + cells**2 * np.eye(k)
    pull = own @ precision
    unit = theta + np.einsum("gjk,gk->gj", pull, np.nan_to_num(d - theta))
    rest = np.eye(k) - pull
    unit_error = own - pull @ own + rest @ spread @ rest.transpose(0, 2, 1)
    unit_se = np.sqrt(np.maximum(np.diagonal(unit_error, axis1=1, axis2=2), 0.0))
    se = np.sqrt(np.diag(spread))
    half = stats.t.ppf(0.975, _degrees(se**2, d, units, cells)) * se
    there = np.isfinite(d)
    reach = float(stats.norm.ppf(0.975)) * unit_se
    return StrandLevels(
        whole=theta,
        whole_low=theta - half,
        whole_high=theta + half,
        unit=np.where(there, unit, np.nan),
        unit_low=np.where(there, unit - reach, np.nan),
        unit_high=np.where(there, unit + reach, np.nan),
        between_strands=strands,
        between_units=units,
        between_cells=cells,
        n_units=n_units,
        borrowed=True,
    )


def _degrees(variance: Floats, d: Floats, units: float, cells: float) -> Floats:
    """Satterthwaite's degrees of freedom: what units show, what cells show, and what pupils show."""
    count = np.isfinite(d).sum(axis=0)
    k = d.shape[1]
    by_unit, by_cell = units**2 / count, cells**2 / count
    rest = np.maximum(variance - by_unit - by_cell, 0.0)
    free = np.maximum(count - 1, 1)
    parts = by_unit**2 / free + by_cell**2 / (free * max(k - 1, 1)) + rest**2 / _MANY
    return np.maximum((by_unit + by_cell + rest) ** 2 / parts, 3.0)


def _apart(d: Floats, error: Floats, weight: Floats, n_units: int) -> StrandLevels:
    """Each unit by itself, and the mean over units by itself: one unit of its own each time."""
    share = weight / weight.sum(axis=0)
    mean = (share * np.nan_to_num(d)).sum(axis=0)
    mean_error = np.einsum("gj,gk,gjk->jk", share, share, error)
    reach = float(stats.norm.ppf(0.975))
    whole, whole_se, strands = _alone(mean, mean_error)
    unit, unit_se = np.full(d.shape, np.nan), np.full(d.shape, np.nan)
    for g in np.flatnonzero(np.isfinite(d).any(axis=1)):
        has = np.flatnonzero(np.isfinite(d[g]))
        unit[g, has], unit_se[g, has], _ = _alone(d[g, has], error[g][np.ix_(has, has)])
    return StrandLevels(
        whole=whole,
        whole_low=whole - reach * whole_se,
        whole_high=whole + reach * whole_se,
        unit=unit,
        unit_low=unit - reach * unit_se,
        unit_high=unit + reach * unit_se,
        between_strands=strands,
        between_units=0.0,
        between_cells=0.0,
        n_units=n_units,
        borrowed=False,
    )


def _alone(d: Floats, error: Floats) -> tuple[Floats, Floats, float]:
    strands, _, _ = _spreads(d[None], error[None], free=(True, False, False))
    theta, spread = _theta(d[None], _masked(d[None], error[None], 0.0, 0.0)[0], strands)
    return theta, np.sqrt(np.diag(spread)), strands
