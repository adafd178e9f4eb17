"""The profiled deviance of a model with random intercepts, its slope, and what follows at the optimum.

Notes
-----
With standard deviations theta_k relative to the residual's, a cell (school) of n pupils has a mean with
relative variance ``1/w = 1/n + theta_1^2``, so schools are eliminated by weighting their means with
``w = n / (1 + theta_1^2 n)``: what is left is a weighted regression of school means. A school has one trust,
so the larger of the coarser groups is eliminated as a diagonal too; the smaller one needs one dense Cholesky
factor. Let H be the relative covariance of the cells' means. The slope needs only the diagonal of its inverse
summed by group, ``tr(Z_k' H^-1 Z_k)``, which is written so that nothing is divided by a theta that may be
zero.

References
----------
Bates, D., Maechler, M., Bolker, B. and Walker, S. (2015). Fitting linear mixed-effects models using lme4.
doi:10.18637/jss.v067.i01 (the criterion, equations 34 and 42).
Henderson, C. R. (1975). Best linear unbiased estimation and prediction under a selection model. Biometrics
31(2), 423-447.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats
from recovery_analysis.stats.mixed_statistics import SufficientStatistics

#: A column whose part outside the span of the columns before it is a smaller share of its length counts as a
#: repeat of them, as in R's ``lm``. (Cross products within cells carry half the digits of the rows.)
COLLINEAR_BELOW = 1e-7
#: A sum of squares below this share of that of y is rounding.
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """One group on the cells: which of its ``count`` ids each cell has (-1: none), and the sums over ids.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(y=[1, 2, 4, 3], x=[[1]] * 4, groups={"school": list("aabb")})
    >>> school = pose(table, reml=True).finest
    >>> school.count, school.spread(np.array([5.0, 6.0])).tolist()
    (2, [5.0, 6.0])
    """

    place: int
    codes: Codes
    count: int
    sums: sparse.csr_array

    def spread(self, values: Floats) -> Floats:
        """Give each cell the row of its id; zeros where it has none."""
        padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
        return padded[self.codes]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A checked fit in an orthonormal basis of x, with y as the residual of least squares.

    ``means`` (cells x (p + 1)) and ``within`` hold the basis' columns, then y. ``coef = start + to_coef @
    (coefficients of the basis)``; ``log_scale`` is log det (R'R) of the triangle R of x. ``pairs`` numbers
    the combinations of the two coarser groups that occur (-1: a cell lacks one of the two).

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(y=[1, 2, 4, 3], x=[[1]] * 4, groups={"school": list("aabb")})
    >>> problem = pose(table, reml=True)
    >>> problem.p, problem.dof, len(problem.groups)
    (1, 3, 1)
    """

    n: int
    reml: bool
    counts: Floats
    means: Floats
    within: Floats
    start: Floats
    to_coef: Floats
    log_scale: float
    finest: Group
    wide: Group
    dense: Group
    pairs: Codes
    pair_ids: Codes

    @property
    def p(self) -> int:
        """Number of fixed effects."""
        return len(self.start)

    @property
    def dof(self) -> int:
        """Pupils less fixed effects for REML, pupils for ML."""
        return self.n - self.p if self.reml else self.n

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that exist, in the order in which they were given."""
        all_of_them = (self.finest, self.wide, self.dense)
        return tuple(
            sorted((one for one in all_of_them if one.place >= 0), key=lambda one: one.place)
        )


def pose(statistics: SufficientStatistics, *, reml: bool) -> Problem:
    """Check that the model can be told from the data and bring it into a basis without units.

    Raises
    ------
    TooFewToReport
        If a group has fewer than two ids.
    NotIdentified
        If columns of x repeat each other, y is constant or fitted exactly by x, pupils of one school do not
        differ, or two groups split the pupils in the same way.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(y=[1, 2, 4, 3], x=[[1]] * 4, groups={"school": list("aabb")})
    >>> pose(table, reml=False).start.round(6).tolist()
    [2.5]
    """
    _refuse_poor_groups(statistics)
    counts = statistics.counts.astype(np.float64)
    p = statistics.means.shape[1] - 1
    if statistics.n <= p:
        raise NotIdentified(
            f"x has {p} columns for {statistics.n} rows: there must be more rows than columns"
        )
    root = _root(statistics.within)
    rows = np.vstack([root, np.sqrt(counts)[:, None] * statistics.means])
    to_coef, log_scale = _triangle(rows[:, :-1])
    _refuse_constant(statistics)
    start, *_ = np.linalg.lstsq(rows[:, :-1] @ to_coef, rows[:, -1])
    change = np.zeros((p + 1, p + 1))
    change[:p, :p], change[:p, p], change[p, p] = to_coef, -to_coef @ start, 1.0
    finest, wide, dense = _groups(statistics)
    both = (wide.codes >= 0) & (dense.codes >= 0)
    key = np.where(both, wide.codes * max(dense.count, 1) + dense.codes, -1)
    pair_ids = np.unique(key[both])
    problem = Problem(
        n=statistics.n,
        reml=reml,
        counts=counts,
        means=statistics.means @ change,
        within=(root @ change).T @ (root @ change),
        start=to_coef @ start,
        to_coef=to_coef,
        log_scale=log_scale,
        finest=finest,
        wide=wide,
        dense=dense,
        pairs=np.where(both, np.searchsorted(pair_ids, key), -1),
        pair_ids=pair_ids,
    )
    _refuse_exact(problem, statistics)
    return problem


def _root(within: Floats) -> Floats:
    """F with F'F = within, from the correlations so that columns of any size keep their digits."""
    size = np.sqrt(np.diag(within))
    safe = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(within / np.outer(safe, safe))
    return np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T * size


def _triangle(columns: Floats) -> tuple[Floats, float]:
    """Find the way from an orthonormal basis of x back to coefficients, and log det of x'x."""
    scale = np.linalg.norm(columns, axis=0)
    for index in np.flatnonzero(~(scale > 0)):
        raise NotIdentified(f"column {index} of x (counted from 0) is zero throughout: drop it")
    triangle = np.linalg.qr(columns / scale, mode="r")
    size = np.abs(np.diag(triangle))
    for index in np.flatnonzero(size < COLLINEAR_BELOW):
        raise NotIdentified(
            f"column {index} of x (counted from 0) is a sum of multiples of the columns before it:"
            " drop one of them, their effects can not be told apart"
        )
    to_coef = linalg.solve_triangular(triangle, np.eye(len(triangle))) / scale[:, None]
    return to_coef, float(2 * (np.log(size).sum() + np.log(scale).sum()))


def _groups(statistics: SufficientStatistics) -> tuple[Group, Group, Group]:
    cells = statistics.members.shape[1]
    found = [
        _group(place, codes, len(levels))
        for place, (codes, levels) in enumerate(
            zip(statistics.members, statistics.levels, strict=True)
        )
    ]
    absent = _group(-1, np.full(cells, -1, np.intp), 0)
    coarse = sorted(found[1:], key=lambda one: -one.count)
    wide, dense = [*coarse, absent, absent][:2]
    return found[0], wide, dense


def _group(place: int, codes: Codes, count: int) -> Group:
    own = np.flatnonzero(codes >= 0)
    sums = sparse.csr_array((np.ones(len(own)), (codes[own], own)), shape=(count, len(codes)))
    return Group(place=place, codes=codes, count=count, sums=sums)


def _refuse_poor_groups(statistics: SufficientStatistics) -> None:
    names, members = statistics.names, statistics.members
    for name, levels in zip(names, statistics.levels, strict=True):
        if len(levels) < 2:
            raise TooFewToReport(
                f"groups[{name!r}] has {len(levels)} id: a variance between {name}s needs at least 2 (and is"
                f" worth little under 5); leave {name} out of groups"
            )
    for one in range(len(names)):
        for other in range(one + 1, len(names)):
            if _same_split(members[one], members[other]):
                raise NotIdentified(
                    f"groups[{names[one]!r}] and groups[{names[other]!r}] split the pupils in the same way:"
                    " their variances can not be told apart; leave one of them out"
                )


def _same_split(one: Codes, other: Codes) -> bool:
    pairs = len(np.unique(one * (other.max() + 2) + other))
    same_none = bool(((one < 0) == (other < 0)).all())
    return same_none and pairs == len(np.unique(one)) == len(np.unique(other))


def _refuse_constant(statistics: SufficientStatistics) -> None:
    mean = np.average(statistics.means[:, -1], weights=statistics.counts)
    apart = statistics.means[:, -1] - mean
    spread = statistics.within[-1, -1] + float(statistics.counts @ apart**2)
    if spread <= ROUNDING**2 * statistics.n * mean**2 or spread == 0:
        raise NotIdentified("y is the same for all rows: there is no variance to split")


def _refuse_exact(problem: Problem, statistics: SufficientStatistics) -> None:
    """Refuse residuals that are only rounding: on the whole, or around the means of schools."""
    size = float(statistics.counts @ statistics.means[:, -1] ** 2) + statistics.within[-1, -1]
    inside = problem.within
    fitted, *_ = np.linalg.lstsq(inside[:-1, :-1], inside[:-1, -1])
    left = float(inside[-1, -1] - inside[:-1, -1] @ fitted)
    between = float(problem.counts @ problem.means[:, -1] ** 2)
    if between + inside[-1, -1] <= ROUNDING * size:
        raise NotIdentified("x fits y exactly: there is no variance to split")
    loose = problem.finest.codes < 0
    left += float(problem.counts[loose] @ problem.means[loose, -1] ** 2)
    if left <= ROUNDING * size:
        raise NotIdentified(
            "rows with the same finest id do not differ from each other (or x fits them exactly): the"
            " residual variance can not be told from the finest group's; give one row for each pupil"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eliminated:
    """All matrices at one theta, after schools and trusts are gone.

    ``weight`` w of the cells; ``wide_size`` and ``dense_size`` sums of w by id; ``wide_pivot`` the diagonal of
    the wide group; ``cross`` sums of w by wide and dense id; ``cross_inverse`` = cross @ ``inverse``, with
    ``inverse`` that of the dense group's block; ``effect_wide``, ``effect_dense`` predicted effects (ids x
    (p + 1)) for the basis' columns and y; ``scores`` = H^-1 means; ``log_det`` of the relative covariance.
    """

    theta: Floats
    weight: Floats
    wide_size: Floats
    wide_pivot: Floats
    dense_part: Floats
    cross: sparse.csr_array
    inverse: Floats
    cross_inverse: Floats
    effect_wide: Floats
    effect_dense: Floats
    scores: Floats
    log_det: float


def eliminate(problem: Problem, theta: Floats) -> Eliminated:
    """Eliminate schools, then the wide group, then factor the dense one; theta as (finest, wide, dense).

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(y=[1, 2, 4, 3], x=[[1]] * 4, groups={"school": list("aabb")})
    >>> print(round(eliminate(pose(table, reml=True), np.array([1.0, 0.0, 0.0])).log_det, 4))
    2.1972
    """
    gamma = theta**2
    wide, dense = problem.wide, problem.dense
    ratio = np.where(problem.finest.codes >= 0, gamma[0] * problem.counts, 0.0)
    weight = problem.counts / (1 + ratio)
    weighted = weight[:, None] * problem.means
    wide_size, dense_size = wide.sums @ weight, dense.sums @ weight
    pivot = 1 + gamma[1] * wide_size
    cross = _cross(problem, weight)
    # the dense group's information with the wide one integrated out, Z'H^-1 Z without its own term
    part = np.diag(dense_size) - gamma[1] * (cross.T @ (cross / pivot[:, None])).toarray()
    triangle, log_dense = _factor(np.eye(dense.count) + gamma[2] * part)
    right_wide = (wide.sums @ weighted) / pivot[:, None]
    right_dense = dense.sums @ weighted - gamma[1] * (cross.T @ right_wide)
    inverse = triangle.T @ triangle
    effect_dense = gamma[2] * (inverse @ right_dense)
    effect_wide = gamma[1] * (right_wide - (cross @ effect_dense) / pivot[:, None])
    left = problem.means - wide.spread(effect_wide) - dense.spread(effect_dense)
    return Eliminated(
        theta=theta,
        weight=weight,
        wide_size=wide_size,
        wide_pivot=pivot,
        dense_part=part,
        cross=cross,
        inverse=inverse,
        cross_inverse=cross @ inverse,
        effect_wide=effect_wide,
        effect_dense=effect_dense,
        scores=weight[:, None] * left,
        log_det=float(np.log1p(ratio).sum() + np.log(pivot).sum()) + log_dense,
    )


def _cross(problem: Problem, weight: Floats) -> sparse.csr_array:
    linked = problem.pairs >= 0
    data = np.bincount(problem.pairs[linked], weight[linked], minlength=len(problem.pair_ids))
    place = np.divmod(problem.pair_ids, max(problem.dense.count, 1))
    return sparse.csr_array((data, place), shape=(problem.wide.count, problem.dense.count))


def _factor(matrix: Floats) -> tuple[Floats, float]:
    """Inverse of the lower Cholesky factor, and log det."""
    if not len(matrix):
        return matrix, 0.0
    lower = linalg.cholesky(matrix, lower=True)
    inverse = linalg.solve_triangular(lower, np.eye(len(matrix)), lower=True)
    return inverse, float(2 * np.log(np.diag(lower)).sum())


def conditional_variances(problem: Problem, at: Eliminated) -> tuple[Floats, Floats, Floats]:
    """Var(effect | y, coefficients, theta) / sigma^2 of each cell's finest id, wide id and dense id.

    The first is by cell (its value means nothing for cells without a finest id), the others by id.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(y=[1, 2, 4, 3], x=[[1]] * 4, groups={"school": list("aabb")})
    >>> problem = pose(table, reml=True)
    >>> finest, _, _ = conditional_variances(problem, eliminate(problem, np.array([1.0, 0.0, 0.0])))
    >>> finest.round(4).tolist()
    [0.3333, 0.3333]
    """
    gamma = at.theta**2
    own = (at.cross * at.cross_inverse).sum(axis=1)
    wide = gamma[1] * (1 / at.wide_pivot + gamma[1] * gamma[2] * own / at.wide_pivot**2)
    dense = gamma[2] * np.diag(at.inverse)
    around = _around_cell(problem, at, wide, dense)
    finest = gamma[0] * at.weight / problem.counts + (gamma[0] * at.weight) ** 2 * around
    return finest, wide, dense


def _around_cell(problem: Problem, at: Eliminated, wide: Floats, dense: Floats) -> Floats:
    """Var(wide effect + dense effect | y) / sigma^2 of each cell."""
    gamma = at.theta**2
    rows, columns = np.divmod(problem.pair_ids, max(problem.dense.count, 1))
    linked = gamma[1] * gamma[2] * at.cross_inverse[rows, columns] / at.wide_pivot[rows]
    both = np.append(-2 * linked, 0.0)[problem.pairs]
    return problem.wide.spread(wide) + problem.dense.spread(dense) + both


def traces(problem: Problem, at: Eliminated) -> Floats:
    """tr(Z_k' H^-1 Z_k) for finest, wide and dense.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(y=[1, 2, 4, 3], x=[[1]] * 4, groups={"school": list("aabb")})
    >>> problem = pose(table, reml=True)
    >>> traces(problem, eliminate(problem, np.array([1.0, 0.0, 0.0]))).round(4).tolist()
    [1.3333, 0.0, 0.0]
    """
    _, wide, dense = conditional_variances(problem, at)
    gamma = at.theta**2
    precision = at.weight - at.weight**2 * _around_cell(problem, at, wide, dense)
    own = (at.cross * at.cross_inverse).sum(axis=1)
    by_wide = at.wide_size / at.wide_pivot - gamma[2] * own / at.wide_pivot**2
    return np.array(
        [
            precision[problem.finest.codes >= 0].sum(),
            by_wide.sum(),
            (at.dense_part * at.inverse).sum(),
        ]
    )
