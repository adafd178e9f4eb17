"""Check the rows of units in periods and lay them out as a full table of units by periods."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats, cluster_codes, vector


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Values (units x periods), the periods, cohort starts, and each unit's cohort as a code.

    ``codes`` counts through ``starts``; the code after the last is "never". ``cluster`` has a code a unit or is
    None; ``n_always`` units were left out because they had started by the first period.
    """

    values: Floats
    times: Floats
    starts: Floats
    codes: Codes
    cluster: Codes | None
    n_always: int


def arrange(
    outcome: ArrayLike,
    unit: ArrayLike,
    time: ArrayLike,
    first_treated: ArrayLike,
    cluster: ArrayLike | None,
) -> Panel:
    """Lay out checked rows.

    Raises
    ------
    ParameterError
        If an array is not as described, a unit lacks a period, has one twice, or changes start or cluster.
    TooFewToReport
        If there are fewer than 2 periods, units or clusters.
    NotIdentified
        If no unit starts after the first and by the last period.

    Examples
    --------
    >>> rows = {"unit": list("aabb"), "time": [1, 2, 1, 2], "first_treated": [2, 2, 0, 0]}
    >>> panel = arrange([5, 6, 7, 7], **rows, cluster=None)
    >>> panel.values.tolist(), panel.starts.tolist(), panel.codes.tolist()
    ([[5.0, 6.0], [7.0, 7.0]], [2.0], [0, 1])
    """
    y = vector(outcome, "outcome")
    n = len(y)
    periods = vector(time, "time", length=n)
    units, count = _unit_codes(unit, n)
    times, period = np.unique(periods, return_inverse=True)
    if count < 2 or len(times) < 2:
        raise TooFewToReport(
            f"{count} units in {len(times)} periods: a change needs 2 periods, a comparison 2 units"
        )
    _check_full(units, period, count, len(times))
    values = np.empty((count, len(times)))
    values[units, period] = y
    starts = _one_a_unit(_starts(first_treated, n, times), units, count, "first_treated")
    groups = None
    if cluster is not None:
        codes, _ = cluster_codes(cluster, length=n)
        groups = _one_a_unit(codes.astype(np.float64), units, count, "cluster")
    keep = starts > times[0]
    starts = np.where(starts > times[-1], np.inf, starts)[keep]
    cohorts = np.unique(starts[np.isfinite(starts)])
    if len(cohorts) == 0:
        raise NotIdentified(
            "first_treated: no unit starts after the first and by the last period, so that no change"
            " at a start can be seen; add earlier periods or units that start"
        )
    return Panel(
        values=values[keep],
        times=times,
        starts=cohorts,
        codes=np.searchsorted(cohorts, starts).astype(np.intp),
        cluster=None if groups is None else _renumbered(groups[keep]),
        n_always=int(np.count_nonzero(~keep)),
    )


def _unit_codes(unit: ArrayLike, n: int) -> tuple[Codes, int]:
    ids = np.asarray(unit)
    if ids.shape != (n,):
        raise ParameterError(f"unit must have {n} ids in one dimension, not shape {ids.shape}")
    seen: dict[object, int] = {}
    listed = ids.tolist()
    for key in listed:
        if not isinstance(key, str | int) and not (isinstance(key, float) and np.isfinite(key)):
            raise ParameterError("unit must be text or whole numbers; an id is missing")
        seen.setdefault(key, len(seen))
    return np.fromiter((seen[key] for key in listed), np.intp, n), len(seen)


def _starts(first_treated: ArrayLike, n: int, times: Floats) -> Floats:
    try:
        starts = np.array(first_treated, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError("first_treated must hold periods; numpy.inf means never") from error
    if starts.shape != (n,):
        raise ParameterError(f"first_treated must have {n} values, not shape {starts.shape}")
    if bool(np.isnan(starts).any()) or bool(np.isneginf(starts).any()):
        raise ParameterError(
            "first_treated is missing in some rows: give numpy.inf to units that never start, and"
            " leave out units whose start is not known"
        )
    if bool((starts == 0).any()):
        if times[0] <= 0:
            raise ParameterError(
                "first_treated holds 0, which is also a period: give numpy.inf to units that never start"
            )
        starts[starts == 0] = np.inf
    return starts


def _check_full(units: Codes, period: Codes, n_units: int, n_times: int) -> None:
    cells = np.bincount(units * n_times + period, minlength=n_units * n_times)
    if bool((cells > 1).any()):
        raise ParameterError(
            f"unit: {int((cells > 1).sum())} pairs of unit and period stand twice; give one row for each"
        )
    lacking = (cells == 0).reshape(n_units, n_times).any(axis=1)
    if bool(lacking.any()):
        raise ParameterError(
            f"time: {int(lacking.sum())} of {n_units} units lack a period; leave these units out first"
            " (or the periods they lack) and report how many there were"
        )


def _one_a_unit(rows: Floats, units: Codes, n_units: int, name: str) -> Floats:
    one = np.empty(n_units)
    one[units] = rows
    changed = np.unique(units[one[units] != rows])
    if len(changed):
        raise ParameterError(
            f"{name} must be the same in all rows of a unit; it changes in {len(changed)} of {n_units}"
        )
    return one


def _renumbered(groups: Floats) -> Codes:
    unique, codes = np.unique(groups, return_inverse=True)
    if len(unique) < 2:
        raise TooFewToReport(
            "cluster has the same id for all units; errors need at least 2: use cluster=None"
        )
    return codes.astype(np.intp)
