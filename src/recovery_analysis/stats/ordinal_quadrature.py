"""The likelihood of ordered answers whose groups have normal effects, and its slope and curvature.

Adaptive Gauss-Hermite quadrature: each group's effect is integrated out at a few points laid around its mode, as
wide as the curvature there says. Slope and curvature are those of the integral itself (Fisher's and Louis'
identities) at the same points, so that nothing is derived numerically.

References
----------
Louis, T. A. (1982). Finding the observed information matrix when using the EM algorithm. Journal of the Royal
Statistical Society B 44(2).
Pinheiro, J. C. and Bates, D. M. (1995). Approximations to the log-likelihood function in the nonlinear
mixed-effects model. doi:10.1080/10618600.1995.10474663
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from recovery_analysis.errors import NotConverged
from recovery_analysis.stats.design import Codes, Floats

_MODE_STEPS = 200
_MODE_WITHIN = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedRows:
    """Rows sorted by group: code of the answer, columns of x, group and the first row of each group."""

    code: Codes
    columns: Floats
    group: Codes
    first: Codes
    nodes: Floats
    log_weights: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """Log likelihood at some parameters (thresholds, coef, sd), its slope and its curvature."""

    at: Floats
    log_likelihood: float
    slope: Floats
    hessian: Floats


def sort_rows(code: Codes, columns: Floats, group: Codes, nodes: int) -> GroupedRows:
    """Sort rows by group (numbered from 0 without gaps) and lay out the nodes of a standard normal effect.

    Examples
    --------
    >>> rows = sort_rows(np.array([0, 1, 2]), np.array([[0.1], [0.2], [0.3]]), np.array([1, 0, 1]), 3)
    >>> rows.code.tolist(), rows.first.tolist(), rows.nodes.round(3).tolist()
    ([1, 0, 2], [0, 1], [-1.732, 0.0, 1.732])
    """
    order = np.argsort(group, kind="stable")
    places, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return GroupedRows(
        code=code[order],
        columns=columns[order],
        group=group[order],
        first=np.searchsorted(group[order], np.arange(group.max() + 1)),
        nodes=places,
        log_weights=np.log(weights) + places**2 / 2 - np.log(2 * np.pi) / 2,
    )


def likelihood(at: Floats, rows: GroupedRows) -> Place | None:
    """Work out the likelihood at some parameters; None where thresholds are not in order.

    Parameters
    ----------
    at
        Thresholds, coefficients and the spread of groups (log odds; its sign does not matter).
    rows
        Answers by group.

    Raises
    ------
    NotConverged
        If the mode of a group's effect is not found.

    Examples
    --------
    With a spread of 0 the groups do not matter: here each answer has the chance of a third.

    >>> rows = sort_rows(np.array([0, 1, 2]), np.zeros((3, 1)), np.array([1, 0, 1]), 5)
    >>> place = likelihood(np.array([-np.log(2), np.log(2), 0.0, 0.0]), rows)
    >>> print(round(place.log_likelihood, 6), round(3 * float(np.log(1 / 3)), 6))
    -3.295837 -3.295837
    """
    p = rows.columns.shape[1]
    edges = np.concatenate([[-np.inf], at[: -p - 1], [np.inf]])
    if not bool((np.diff(edges) > 0).all()):
        return None
    centre, sd = rows.columns @ at[-p - 1 : -1], at[-1]
    upper, lower = edges[rows.code + 1] - centre, edges[rows.code] - centre
    apart = np.log(-np.expm1(edges[rows.code] - edges[rows.code + 1]))
    mode, spread = _modes(upper, lower, sd, rows)
    points = mode + spread * rows.nodes[:, None]
    shift = sd * points[:, rows.group]
    # P(lower < answer < upper) = F(upper) F(-lower) (1 - e^(lower - upper)) keeps its digits in both tails
    each = special.log_expit(upper - shift) + special.log_expit(shift - lower) + apart
    joint = np.add.reduceat(each, rows.first, axis=1) - points**2 / 2 + np.log(spread)
    joint += rows.log_weights[:, None]
    by_group = special.logsumexp(joint, axis=0)
    slope, hessian = _derivatives(edges, (upper, lower), sd, points, np.exp(joint - by_group), rows)
    return Place(at=at, log_likelihood=float(by_group.sum()), slope=slope, hessian=hessian)


def _modes(upper: Floats, lower: Floats, sd: float, rows: GroupedRows) -> tuple[Floats, Floats]:
    """Most likely effect of each group in units of sd, and the spread of the normal curve laid there."""
    ceiling = abs(sd) * np.diff(rows.first, append=len(rows.code))
    floor, at = -ceiling, np.zeros(len(rows.first))
    before = np.full(len(at), np.inf)
    for _ in range(_MODE_STEPS):
        shift = sd * at[rows.group]
        below, above = special.expit(lower - shift), special.expit(shift - upper)
        rise = sd * np.add.reduceat(below - above, rows.first) - at
        bend = 1 + sd**2 * np.add.reduceat(below * (1 - below) + above * (1 - above), rows.first)
        found = np.abs(rise) <= _MODE_WITHIN * bend
        if bool(found.all()):
            return at, 1 / np.sqrt(bend)
        # the rise only falls with the effect: halve the interval that holds the mode where Newton's step
        # leaves it or the last one gained little
        floor, ceiling = np.where(rise > 0, at, floor), np.where(rise > 0, ceiling, at)
        step = at + rise / bend
        newton = (step > floor) & (step < ceiling) & (np.abs(rise) < before / 2)
        before = np.abs(rise)
        at = np.where(found, at, np.where(newton, step, (floor + ceiling) / 2))
    raise NotConverged("a group's effect was not found: join rare answers of y or join groups")


def _derivatives(
    edges: Floats,
    bounds: tuple[Floats, Floats],
    sd: float,
    points: Floats,
    shares: Floats,
    rows: GroupedRows,
) -> tuple[Floats, Floats]:
    """Average slope over a group's effect, and Louis' curvature: mean curvature plus variance of the slope."""
    n, cuts = len(rows.code), len(edges) - 2
    level = np.arange(cuts)
    ends = np.hstack([-rows.columns, np.zeros((n, 1))])
    over = np.hstack([(rows.code[:, None] == level).astype(np.float64), ends])
    under = np.hstack([(rows.code[:, None] - 1 == level).astype(np.float64), ends])
    gap = edges[rows.code + 1] - edges[rows.code]
    ratio = np.exp(-gap) / -np.expm1(-gap)
    mean = np.zeros((len(rows.first), over.shape[1]))
    hessian = -((ratio + ratio**2)[:, None] * (over - under)).T @ (over - under)
    for effect, share in zip(points, shares, strict=True):
        over[:, -1] = under[:, -1] = -effect[rows.group]
        shift, part = sd * effect[rows.group], share[rows.group]
        above, below = special.expit(shift - bounds[0]), special.expit(bounds[1] - shift)
        score = (above + ratio)[:, None] * over - (below + ratio)[:, None] * under
        total = np.add.reduceat(score, rows.first, axis=0)
        mean += share[:, None] * total
        hessian += (share[:, None] * total).T @ total
        hessian -= ((part * above * (1 - above))[:, None] * over).T @ over
        hessian -= ((part * below * (1 - below))[:, None] * under).T @ under
    return mean.sum(axis=0), hessian - mean.T @ mean
