"""Find the relative standard deviations at which the profiled deviance is lowest.

Notes
-----
The search runs over theta >= 0 by bounded quasi-Newton steps with the exact slope, from several starts, and
ends with Newton steps. Theta = 0 is a stationary point for every group, so a face of the region is left again
where the slope in theta^2 is negative, and is tried where leaving a group out costs little. Variances
estimated at zero are normal with few trusts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from recovery_analysis.errors import NotConverged, NotIdentified
from recovery_analysis.stats.design import Floats
from recovery_analysis.stats.mixed_deviance import Eliminated, Problem, eliminate, traces

Bools = NDArray[np.bool_]

#: Starting values of theta: pupils differ much more than schools in nearly all data; all alike is the other.
STARTS = ((0.3, 0.15, 0.15), (1.0, 1.0, 1.0), (0.05, 0.3, 0.05), (0.05, 0.05, 0.3))
#: Where every group has this many ids one start is enough: the deviance has one valley.
MANY_IDS = 100
#: A face is searched where leaving the group out raises the criterion by less than this.
FACE_WITHIN = 10.0
#: Criteria closer than this are equal; the one with more groups at zero is taken.
SAME = 1e-9
#: A group about whose variance x leaves less than this share of the information is not identified.
INFORMATION_BELOW = 1e-8
#: The Newton step at the end must promise less than this on the criterion.
CONVERGED_WITHIN = 1e-6
#: Values of theta from which a face is left.
LEAVING_STEPS = (0.1, 0.04, 0.016, 0.006, 0.0025, 0.001, 0.0004, 0.00016)
_NEWTON_STEPS = 8
_DIFFERENCE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """The deviance at one theta.

    ``slope`` by theta_k^2; ``beta`` and ``bread`` (inverse of x'V^-1 x) in the problem's basis; ``residual``
    the weighted residual sum of squares; ``trace`` and ``square`` are tr(P Z Z') (V^-1 for P with ML) and
    y'P Z Z'P y by group; ``turn`` (groups x p) the change of the diagonal of the coefficients' relative
    covariance by theta_k^2. Groups in the order finest, wide, dense.
    """

    criterion: float
    slope: Floats
    beta: Floats
    bread: Floats
    residual: float
    trace: Floats
    square: Floats
    turn: Floats
    at: Eliminated


def evaluate(problem: Problem, theta: Floats) -> Point:
    """Profiled REML criterion or deviance (lme4's scale, constants included) and its slope.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(
    ...     y=[1, 2, 4, 3, 6, 8], x=[[1]] * 6, groups={"school": list("aabbcc")}
    ... )
    >>> from recovery_analysis.stats.mixed_deviance import pose
    >>> here = evaluate(pose(table, reml=True), np.array([1.0, 0.0, 0.0]))
    >>> print(round(here.criterion, 3))
    23.083
    """
    at = eliminate(problem, theta)
    p, dof = problem.p, problem.dof
    gram = problem.within + problem.means.T @ at.scores
    lower = linalg.cholesky((gram[:p, :p] + gram[:p, :p].T) / 2, lower=True)
    inverse = linalg.solve_triangular(lower, np.eye(p), lower=True)
    bread = inverse.T @ inverse
    beta = bread @ gram[:p, p]
    residual = float(gram[p, p] - gram[:p, p] @ beta)
    criterion = at.log_det + dof * (1 + np.log(2 * np.pi * residual / dof))
    trace = traces(problem, at)
    square, turn = np.zeros(3), np.zeros((3, p))
    for k, sums in enumerate(_sums(problem, at)):
        outer = sums[:, :p].T @ sums[:, :p]
        square[k] = float(((sums[:, p] - sums[:, :p] @ beta) ** 2).sum())
        turn[k] = np.einsum("ij,jk,ik->i", problem.to_coef @ bread, outer, problem.to_coef @ bread)
        if problem.reml:
            trace[k] -= float((bread * outer).sum())
    if problem.reml:
        criterion += problem.log_scale + float(2 * np.log(np.diag(lower)).sum())
    return Point(
        criterion=float(criterion),
        slope=trace - dof * square / residual,
        beta=beta,
        bread=bread,
        residual=residual,
        trace=trace,
        square=square,
        turn=turn,
        at=at,
    )


def _sums(problem: Problem, at: Eliminated) -> tuple[Floats, Floats, Floats]:
    own = at.scores[problem.finest.codes >= 0]
    return own, problem.wide.sums @ at.scores, problem.dense.sums @ at.scores


def minimise(problem: Problem) -> Point:
    """Give the point with the lowest criterion; theta is exactly zero where a variance is.

    Raises
    ------
    NotIdentified
        If x tells the ids of a group apart, so that nothing is left to tell its variance from.
    NotConverged
        If no search ends at a place where the criterion is level.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(
    ...     y=[1, 2, 4, 3, 6, 8], x=[[1]] * 6, groups={"school": list("aabbcc")}
    ... )
    >>> from recovery_analysis.stats.mixed_deviance import pose
    >>> print(round(minimise(pose(table, reml=True)).at.theta[0] ** 2, 3))
    7.25
    """
    exists = np.array([one.count > 0 for one in (problem.finest, problem.wide, problem.dense)])
    _refuse_no_information(problem, np.where(exists, STARTS[0], 0.0))
    many = all(one.count >= MANY_IDS for one in problem.groups)
    count = 1 if many else 2 if len(problem.groups) == 1 else len(STARTS)
    best = _best([_descend(problem, np.where(exists, start, 0.0)) for start in STARTS[:count]])
    best = _try_faces(problem, best)
    for _ in range(2 * len(exists)):
        left = _leave(problem, best, exists)
        if left.criterion >= best.criterion - SAME:
            break
        best = _best([_try_faces(problem, left), best])
    polished = _polish(problem, best)
    if not _is_level(problem, polished):
        polished = _polish(problem, _descend_in_logs(problem, best))
    return _checked(problem, polished)


def _refuse_no_information(problem: Problem, theta: Floats) -> None:
    here = evaluate(problem, theta)
    whole = traces(problem, here.at)
    for group in problem.groups:
        k = (problem.finest, problem.wide, problem.dense).index(group)
        information = whole[k] - float((here.bread * _outer(problem, here, k)).sum())
        if information < INFORMATION_BELOW * whole[k]:
            raise NotIdentified(
                f"columns of x tell all ids of group {group.place} (counted from 0) apart: its variance can"
                " not be estimated beside them; leave out the columns or the group"
            )


def _outer(problem: Problem, here: Point, k: int) -> Floats:
    sums = _sums(problem, here.at)[k][:, : problem.p]
    return sums.T @ sums


def _best(points: list[Point]) -> Point:
    """Choose the lowest criterion; among equal ones that with most groups at zero."""
    lowest = min(point.criterion for point in points)
    level = [point for point in points if point.criterion <= lowest + SAME]
    return max(level, key=lambda point: (int((point.at.theta == 0).sum()), -point.criterion))


def _descend(problem: Problem, start: Floats) -> Point:
    def value(theta: Floats) -> tuple[float, Floats]:
        here = evaluate(problem, theta)
        return here.criterion, 2 * theta * here.slope

    found = optimize.minimize(
        value,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(start),
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 200},
    )
    return evaluate(problem, found.x)


def _descend_in_logs(problem: Problem, best: Point) -> Point:
    """Search from there over log theta of the groups above zero: for variances of very different size."""
    free = best.at.theta > 0
    if not free.any():
        return best

    def at(logs: Floats) -> Floats:
        theta = np.zeros_like(best.at.theta)
        theta[free] = np.exp(logs)
        return theta

    def value(logs: Floats) -> tuple[float, Floats]:
        here = evaluate(problem, at(logs))
        return here.criterion, (2 * here.at.theta**2 * here.slope)[free]

    start = np.log(best.at.theta[free])
    bounds = [(each - 5, each + 5) for each in start]
    options = {"ftol": 1e-15, "gtol": 1e-9}
    found = optimize.minimize(
        value, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    return _best([best, evaluate(problem, at(found.x))])


def _leave(problem: Problem, best: Point, exists: Bools) -> Point:
    """Leave zero for the group whose slope falls most, from a start that still lies on the falling side."""
    inward = np.where(exists & (best.at.theta == 0), best.slope, 0.0)
    k = int(np.argmin(inward))
    if inward[k] >= 0:
        return best
    for size in LEAVING_STEPS:
        start = best.at.theta.copy()
        start[k] = size
        here = evaluate(problem, start)
        # a longer step can jump back over a shallow valley to zero, where the slope in theta vanishes
        if here.slope[k] < 0 and here.criterion < best.criterion:
            return min(here, _descend(problem, start), key=lambda point: point.criterion)
    return best


def _try_faces(problem: Problem, best: Point) -> Point:
    """Search with one group (or more, one after the other) held at zero where that costs little."""
    for _ in range(len(best.at.theta)):
        found = [best]
        for k in np.flatnonzero(best.at.theta > 0):
            start = best.at.theta.copy()
            start[k] = 0.0
            without = evaluate(problem, start)
            if without.criterion < best.criterion + FACE_WITHIN:
                found.append(_descend(problem, start))
        better = _best(found)
        if better is best:
            break
        best = better
    return best


def _polish(problem: Problem, best: Point) -> Point:
    """Newton steps over the groups above zero, while they lower the criterion or its slope."""
    for _ in range(_NEWTON_STEPS):
        free = best.at.theta > 0
        step, promised = _newton(problem, best, free)
        if promised <= 0 or (np.abs(step) > 1).any():
            break
        theta = best.at.theta * np.exp(step)
        tried = evaluate(problem, theta)
        calmer = np.abs(theta * tried.slope)[free].sum()
        if (
            tried.criterion > best.criterion + SAME
            or calmer >= np.abs(best.at.theta * best.slope)[free].sum()
        ):
            break
        best = tried
        if (np.abs(step) <= 1e-11).all():
            break
    return best


def _newton(problem: Problem, here: Point, free: Bools) -> tuple[Floats, float]:
    """Newton step of log theta and the fall of the criterion that it promises; -1 if the curve bends down."""
    step = np.zeros_like(here.at.theta)
    if not free.any():
        return step, 0.0
    theta = here.at.theta[free]
    curve, _ = curvature(problem, here, profiled=True)
    # in log theta variances of very different size weigh alike
    down = 2 * theta**2 * here.slope[free]
    own = curve[np.ix_(free, free)] * np.outer(theta, theta) + np.diag(down)
    if np.linalg.eigvalsh(own)[0] <= 0:
        return step, -1.0
    step[free] = -np.linalg.solve(own, down)
    return step, float(-step[free] @ down) / 2


def curvature(problem: Problem, here: Point, *, profiled: bool) -> tuple[Floats, Floats]:
    """Second derivatives by theta: of the profiled criterion, or of the full one at fixed sigma.

    Also the derivatives of y'P Z Z'P y theta by theta's group, needed with sigma free. Central differences of
    the exact slope; rows of groups at zero are zero.

    Examples
    --------
    >>> from recovery_analysis.stats.mixed_statistics import sufficient_statistics
    >>> table = sufficient_statistics(
    ...     y=[1, 2, 4, 3, 6, 8], x=[[1]] * 6, groups={"school": list("aabbcc")}
    ... )
    >>> from recovery_analysis.stats.mixed_deviance import pose
    >>> problem = pose(table, reml=True)
    >>> second, _ = curvature(problem, minimise(problem), profiled=True)
    >>> bool(second[0, 0] > 0)
    True
    """
    theta = here.at.theta
    second = np.zeros((len(theta), len(theta)))
    sigma2 = here.residual / problem.dof
    for k in np.flatnonzero(theta > 0):
        ends = []
        for sign in (-1, 1):
            moved = theta.copy()
            moved[k] *= 1 + sign * _DIFFERENCE
            there = evaluate(problem, moved)
            slope = there.slope if profiled else there.trace - there.square / sigma2
            ends.append(2 * moved * slope)
        second[k] = (ends[1] - ends[0]) / (2 * _DIFFERENCE * theta[k])
    return (second + second.T) / 2, 2 * theta * here.square


def _is_level(problem: Problem, here: Point) -> bool:
    _, promised = _newton(problem, here, here.at.theta > 0)
    return 0 <= promised < CONVERGED_WITHIN


def _checked(problem: Problem, best: Point) -> Point:
    if not _is_level(problem, best):
        raise NotConverged(
            "the search for the variances stopped where the criterion is not level; the largest standard"
            f" deviation of a group is {best.at.theta.max():.3g} times the residual's: leave out the group"
            " with the fewest ids, or a column of x that nearly repeats y"
        )
    return best
