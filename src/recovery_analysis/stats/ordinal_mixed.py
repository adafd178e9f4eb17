"""Answers on an ordered scale by pupils of many schools: proportional odds with a random intercept a group.

Notes
-----
The likelihood of a group is an integral over its effect, worked out by adaptive Gauss-Hermite quadrature:
see :mod:`recovery_analysis.stats.ordinal_quadrature`. R's ``ordinal::clmm(..., nAGQ = 10)`` fits the same
model with the same nodes.

References
----------
Christensen, R. H. B. (2022). ordinal: regression models for ordinal data. R package version 2022.11-16.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from recovery_analysis.errors import NotConverged, NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import Floats, cluster_codes
from recovery_analysis.stats.ordinal import OrdinalFit, ordinal
from recovery_analysis.stats.ordinal_quadrature import GroupedRows, Place, likelihood, sort_rows

#: Fewer groups than this say next to nothing of how groups differ.
FEWEST_GROUPS = 5
#: A spread of groups (log odds) beyond this means that pupils of a group all answer alike;
WIDEST_SD = 20.0
#: below this it counts as estimated at zero.
ZERO_SD = 1e-3
#: With fewer nodes the identities for slope and curvature no longer hold well enough.
FEWEST_NODES, MOST_NODES = 5, 50
_START_SD = 0.5
_GRADIENT_BELOW = 1e-10
_LONGEST_STEP = 3.0
_STEPS, _HALVINGS = 100, 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrdinalMixedFit:
    """Proportional odds: logit P(y <= level j) = threshold_j - x coef - effect, effects normal around 0.

    ``coef`` (one a column of x) are log odds ratios of a higher answer within a group, further from 0 than
    those of :func:`~recovery_analysis.stats.ordinal.ordinal`; ``thresholds`` one fewer than ``levels``.
    ``sd`` is the standard deviation of the groups' effects in log odds. ``at_boundary`` says that it is
    estimated at zero: then ``sd_se`` is None and the rest is the fit without groups. ``vcov`` is in the order
    thresholds, coef and, unless at the boundary, sd. Errors are from the observed information; ``p``, ``low``,
    ``high`` (95%) belong to coef and are normal. With few groups they are too sure of a column that does not
    vary within groups: of 2,000 simulated intervals 86, 87, 92 and 94 in 100 held the truth with 6, 8, 20 and
    60 groups of 25 (of a column that varies within groups 95 in 100 each).
    """

    levels: tuple[float, ...]
    thresholds: Floats
    thresholds_se: Floats
    coef: Floats
    se: Floats
    p: Floats
    low: Floats
    high: Floats
    sd: float
    sd_se: float | None
    at_boundary: bool
    vcov: Floats
    log_likelihood: float
    n: int
    n_groups: int


def ordinal_random_intercept(
    *, y: ArrayLike, x: ArrayLike, group: ArrayLike, nodes: int = 10
) -> OrdinalMixedFit:
    """Fit a proportional-odds model in which each group has an effect of its own, by maximum likelihood.

    Parameters
    ----------
    y, x
        n answers coded as numbers in their order, n x p columns without a column of ones.
    group
        n ids (text or whole numbers) of what answers have in common: school, class or the pupil who answered.
    nodes
        Points of the quadrature, 5 to 50.

    Raises
    ------
    ParameterError
        If an array is not as described, or ``nodes`` is not.
    TooFewToReport
        If there are fewer than five groups or no rows.
    NotIdentified
        If there are fewer than 3 levels, columns repeat each other or are constant, x or the groups part the
        answers, or no group has two rows.
    NotConverged
        If the search stops before the top of the likelihood.

    Examples
    --------
    >>> fit = ordinal_random_intercept(
    ...     y=[1, 1, 2, 2, 3, 3, 1, 2, 2, 1, 3, 3, 1, 1, 3],
    ...     x=[[0], [0], [1]] * 5,
    ...     group=list("aaabbbcccdddeee"),
    ... )
    >>> print(round(float(fit.coef[0]), 2), round(fit.sd, 2), fit.at_boundary)
    2.96 1.11 False
    """
    whole = isinstance(nodes, int | np.integer) and not isinstance(nodes, bool)
    if not whole or not FEWEST_NODES <= nodes <= MOST_NODES:
        raise ParameterError(
            f"nodes must be a whole number from {FEWEST_NODES} to {MOST_NODES}, such as 10; not {nodes!r}"
        )
    plain = ordinal(y=y, x=x)
    columns = np.asarray(x, dtype=np.float64)
    middle, scale = columns.mean(axis=0), columns.std(axis=0)
    rows = _checked_rows(y, (columns - middle) / scale, group, int(nodes))
    start = np.concatenate(
        [plain.thresholds - middle @ plain.coef, plain.coef * scale, [_START_SD]]
    )
    top = _climb(start, rows)
    if abs(top.at[-1]) < ZERO_SD:
        at = np.concatenate([plain.thresholds, plain.coef])
        return _fit(plain, at, plain.vcov, plain.log_likelihood, len(rows.first))
    vcov = _covariance(top.hessian)
    # back from columns of mean 0 and spread 1; the sign of the effects is free
    cuts, back = len(plain.thresholds), np.eye(len(start))
    back[cuts:-1, cuts:-1] = np.diag(1 / scale)
    back[:cuts, cuts:-1] = middle / scale
    back[-1, -1] = np.sign(top.at[-1])
    return _fit(plain, back @ top.at, back @ vcov @ back.T, top.log_likelihood, len(rows.first))


def _checked_rows(y: ArrayLike, columns: Floats, group: ArrayLike, nodes: int) -> GroupedRows:
    n = len(columns)
    try:
        codes, count = cluster_codes(group, length=n)
    except TooFewToReport:
        codes, count = np.zeros(n, dtype=np.intp), 1
    except ParameterError as error:
        raise ParameterError(
            f"group must have {n} ids in one dimension, as y has, text or whole numbers and none missing:"
            " give each row one, or leave the rows out of y, x and group"
        ) from error
    if count < FEWEST_GROUPS:
        raise TooFewToReport(
            f"group has {count} different ids; how groups differ needs {FEWEST_GROUPS}: fit ordinal instead,"
            " with a column of x for each group but one"
        )
    if count == n:
        raise NotIdentified(
            "group has another id in each row, so that groups and rows can not be told apart: give the id of"
            " something that rows share, or fit ordinal"
        )
    answer = np.unique(np.asarray(y, dtype=np.float64), return_inverse=True)[1]
    rows = sort_rows(answer, columns, codes, nodes)
    if bool((rows.code == rows.code[rows.first][rows.group]).all()):
        raise NotIdentified(
            "group tells each answer: y never differs within a group, so that the spread of groups has no upper"
            " end: keep one row of each group and fit ordinal"
        )
    return rows


def _climb(start: Floats, rows: GroupedRows) -> Place:
    """Newton steps, upwards in every direction and halved where they would lead down."""
    place = likelihood(start, rows)
    for _ in range(_STEPS):
        if place is None or np.abs(place.slope).max() < _GRADIENT_BELOW * len(rows.code):
            break
        if abs(place.at[-1]) > WIDEST_SD:
            raise NotIdentified(
                "group has a spread without an upper end: x and group together part low from high answers, or few"
                " groups have two rows: join groups, join levels of y, or fit ordinal with group as its cluster"
            )
        values, vectors = np.linalg.eigh(-place.hessian)
        values = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
        step = vectors @ ((vectors.T @ place.slope) / values)
        step *= min(1.0, _LONGEST_STEP / np.abs(step).max())
        place = _higher(place, step, rows)
    else:
        place = None
    if place is None:
        raise NotConverged(
            "the ordinal model with groups stopped before its top: give more nodes, join rare answers of y, drop"
            " columns of x or fit ordinal with group as its cluster"
        )
    return place


def _higher(place: Place, step: Floats, rows: GroupedRows) -> Place | None:
    # near the top a step gains less than the quadrature is off
    enough = place.log_likelihood - 1e-8 * (1 + abs(place.log_likelihood))
    for halving in range(_HALVINGS):
        found = likelihood(place.at + step / 2**halving, rows)
        if found is not None and found.log_likelihood >= enough:
            return found
    return None


def _covariance(hessian: Floats) -> Floats:
    if not np.linalg.eigvalsh(-hessian).min() > 0:
        raise NotIdentified(
            "the likelihood is flat in some direction: an answer, a column of x or a group is too rare to tell"
        )
    return np.linalg.inv(-hessian).astype(np.float64)


def _fit(
    plain: OrdinalFit, at: Floats, vcov: Floats, log_likelihood: float, n_groups: int
) -> OrdinalMixedFit:
    """Put the result together; ``at`` ends with the groups' spread unless that is zero."""
    cuts, p, error = len(plain.thresholds), len(plain.coef), np.sqrt(np.diag(vcov))
    coef, se = at[cuts : cuts + p], error[cuts : cuts + p]
    half = stats.norm.ppf(0.975) * se
    at_boundary = len(at) == cuts + p
    return OrdinalMixedFit(
        levels=plain.levels,
        thresholds=at[:cuts],
        thresholds_se=error[:cuts],
        coef=coef,
        se=se,
        p=2 * stats.norm.sf(np.abs(coef) / se),
        low=coef - half,
        high=coef + half,
        sd=0.0 if at_boundary else float(at[-1]),
        sd_se=None if at_boundary else float(error[-1]),
        at_boundary=at_boundary,
        vcov=vcov,
        log_likelihood=log_likelihood,
        n=plain.n,
        n_groups=n_groups,
    )
