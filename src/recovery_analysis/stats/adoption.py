"""Effects of a practice that schools take up at different dates: group-time averages and their summaries.

Notes
-----
Cohort g holds the units that start in period g. ATT(g, t) is the change of cohort g from its last period
before the start to t, minus the same change in the comparison units; before the start (t < g) it is the
change over one period, a check that the two went alike ("varying base period"). No covariates. With ``psi``
the influence of each unit on an estimate, its error is ``sqrt(sum psi^2) / n``, sums of psi over clusters taking
the place of psi where there are clusters; the cohorts' shares count as estimated.

References
----------
Callaway, B. and Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time periods.
doi:10.1016/j.jeconom.2020.12.001
"""

from dataclasses import dataclass
from typing import Literal, TypedDict, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError
from recovery_analysis.stats.adoption_panel import Panel, arrange
from recovery_analysis.stats.design import Codes, Floats
from recovery_analysis.stats.timing_permutation import PermutationTest, permutation_test

Control = Literal["never", "not_yet"]

#: Below this many units (or clusters) the analytic interval is not given: its z test rejects too often.
FEWEST_UNITS_FOR_INTERVAL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """One average effect; ``se`` is NaN where a cohort or its comparison has one unit only.

    ``low`` and ``high`` (95%, normal) are None below 40 units or clusters: use the permutation p there.
    """

    estimate: float
    se: float
    low: float | None
    high: float | None


class _Numbers(TypedDict):
    estimate: float
    se: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEffect(Average):
    """The average effect ``event`` periods after the start; negative events lie before it."""

    event: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortEffect(Average):
    """The average effect over all periods from the start on, for the units that started in ``group``."""

    group: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTimeEffect(Average):
    """ATT(group, time) with the number of units on both sides."""

    group: float
    time: float
    n_treated: int
    n_comparison: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdoptionEffects:
    """Effects of taking up a practice, in the unit of the outcome.

    ``overall`` averages ATT(g, t) over all t >= g by cohort size ("simple"); ``event_overall`` averages the event
    study from event 0 on; ``group_overall`` averages cohorts by size. ``permutation`` tests ``overall``; it is
    None (with the reason in ``why_no_permutation``) when starts differ within a cluster or draws are 0.
    ``without_comparison`` lists (group, time) that no unit was left to compare with.
    """

    effects: tuple[GroupTimeEffect, ...]
    overall: Average
    event_study: tuple[EventEffect, ...]
    event_overall: Average
    by_group: tuple[CohortEffect, ...]
    group_overall: Average
    permutation: PermutationTest | None
    why_no_permutation: str | None
    without_comparison: tuple[tuple[float, float], ...]
    n_units: int
    n_never: int
    n_always: int
    control: Control


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cell:
    """ATT(g, t) before it is worked out: its cohort, change and comparison cohorts, all as codes."""

    cohort: int
    group: float
    time: float
    change: Floats
    comparison: tuple[int, ...]


def group_time_effects(
    *,
    outcome: ArrayLike,
    unit: ArrayLike,
    time: ArrayLike,
    first_treated: ArrayLike,
    control: Control = "never",
    cluster: ArrayLike | None = None,
    draws: int = 9999,
    rng: np.random.Generator | None = None,
) -> AdoptionEffects:
    """Compare units that take up a practice with those that have not, cohort by cohort.

    Parameters
    ----------
    outcome, unit, time, first_treated
        n rows, one for each unit in each period: value, id, period (a number), and the period in which the
        unit starts (the same in all its rows; ``numpy.inf`` = never; 0 means never too, as in R's did, where
        all periods are above 0). Starts after the last period count as never.
    control
        Compare with units that never start, or also with those that have not started yet.
    cluster
        Ids of what units lie in (schools in trusts), where errors go together.
    draws, rng
        Random start-date allocations for the permutation p where there are more than 20,000 in all; give
        numpy.random.default_rng(seed). 0 draws leave the test out.

    Raises
    ------
    ParameterError
        If an array is not as described, a unit lacks a period or has one twice.
    TooFewToReport
        If there are fewer than 2 periods, units or clusters.
    NotIdentified
        If nobody starts within the periods, or no comparison is left.

    Notes
    -----
    Units that start in the first period or before have no "before"; they are left out and counted
    (``n_always``). No word of cause is warranted by the arithmetic alone: look at the events before 0.

    Examples
    --------
    >>> result = group_time_effects(
    ...     outcome=[1, 4, 1, 5, 2, 2, 3, 3.5], unit=list("aabbccdd"), time=[1, 2] * 4,
    ...     first_treated=[2, 2, 2, 2, np.inf, np.inf, np.inf, np.inf])
    >>> print(result.overall.estimate, round(result.permutation.p, 3), result.permutation.draws)
    3.25 0.333 6
    """
    if control not in get_args(Control):
        raise ParameterError(f"control must be 'never' or 'not_yet', not {control!r}")
    panel = arrange(outcome, unit, time, first_treated, cluster)
    cells, missing = _cells(panel, control)
    att, influence = _effects(panel, cells)
    summary = _Summaries(panel=panel, cells=cells, att=att, influence=influence)
    test, why = _permutation(panel, cells, draws, rng)
    events = summary.event_study()
    cohorts = summary.by_group()
    return AdoptionEffects(
        effects=summary.group_time(),
        overall=summary.overall(),
        event_study=events,
        event_overall=summary.event_overall(),
        by_group=cohorts,
        group_overall=summary.group_overall(),
        permutation=test,
        why_no_permutation=why,
        without_comparison=missing,
        n_units=len(panel.codes),
        n_never=int(np.count_nonzero(panel.codes == len(panel.starts))),
        n_always=panel.n_always,
        control=control,
    )


def _cells(panel: Panel, control: Control) -> tuple[list[_Cell], tuple[tuple[float, float], ...]]:
    never = len(panel.starts)
    some_never = bool((panel.codes == never).any())
    if control == "never" and not some_never:
        raise NotIdentified(
            "first_treated: every unit starts within the periods, so that no unit is left that never"
            " does; use control='not_yet' or add units that never start"
        )
    cells: list[_Cell] = []
    missing: list[tuple[float, float]] = []
    for cohort, group in enumerate(panel.starts.tolist()):
        before = int(np.flatnonzero(panel.times < group)[-1])
        for at in range(1, len(panel.times)):
            base = before if panel.times[at] >= group else at - 1
            latest = panel.times[max(at, base)]
            others = [never] if some_never else []
            if control == "not_yet":
                late = np.flatnonzero(panel.starts > latest).tolist()
                others += [code for code in late if code != cohort]
            if not others:
                missing.append((group, float(panel.times[at])))
                continue
            cells.append(
                _Cell(
                    cohort=cohort,
                    group=group,
                    time=float(panel.times[at]),
                    change=panel.values[:, at] - panel.values[:, base],
                    comparison=tuple(sorted(others)),
                )
            )
    if not any(cell.time >= cell.group for cell in cells):
        raise NotIdentified(
            "first_treated: from the first start on no unit is left that has not started, so that"
            " nothing tells the effect from the passing of time; add units that start later or never"
        )
    return cells, tuple(missing)


def _effects(panel: Panel, cells: list[_Cell]) -> tuple[Floats, Floats]:
    """ATT of each cell, and each unit's influence on it (units x cells); NaN where one unit stands alone."""
    n = len(panel.codes)
    att = np.empty(len(cells))
    influence = np.zeros((n, len(cells)))
    for j, cell in enumerate(cells):
        sides = (panel.codes == cell.cohort, np.isin(panel.codes, cell.comparison))
        means = [float(cell.change[side].mean()) for side in sides]
        att[j] = means[0] - means[1]
        for side, mean, sign in zip(sides, means, (1.0, -1.0), strict=True):
            count = int(np.count_nonzero(side))
            alone = np.nan if count < 2 else 1.0
            influence[side, j] = alone * sign * n / count * (cell.change[side] - mean)
    return att, influence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Summaries:
    """Weighted averages of the cells with the errors that follow from the units' influence."""

    panel: Panel
    cells: list[_Cell]
    att: Floats
    influence: Floats

    def group_time(self) -> tuple[GroupTimeEffect, ...]:
        """Give every cell by itself."""
        sizes = np.bincount(self.panel.codes, minlength=len(self.panel.starts) + 1)
        return tuple(
            GroupTimeEffect(
                group=cell.group,
                time=cell.time,
                n_treated=int(sizes[cell.cohort]),
                n_comparison=int(sizes[list(cell.comparison)].sum()),
                **self._average(float(self.att[j]), self.influence[:, j]),
            )
            for j, cell in enumerate(self.cells)
        )

    def overall(self) -> Average:
        """Average all cells from the start on by the size of their cohort."""
        after = np.array([cell.time >= cell.group for cell in self.cells])
        return Average(**self._average(*self._by_size(after)))

    def event_study(self) -> tuple[EventEffect, ...]:
        """Average cells of equal distance from the start by the size of their cohort."""
        event = self._events()
        return tuple(
            EventEffect(event=e, **self._average(*self._by_size(event == e)))
            for e in np.unique(event).tolist()
        )

    def event_overall(self) -> Average:
        """Average the event study from event 0 on, each event counting the same."""
        event = self._events()
        parts = [self._by_size(event == e) for e in np.unique(event[event >= 0])]
        return Average(**self._average(*_mean_of(parts)))

    def by_group(self) -> tuple[CohortEffect, ...]:
        """Average each cohort's cells from its start on."""
        return tuple(
            CohortEffect(group=float(self.panel.starts[cohort]), **self._average(*part))
            for cohort, part in self._cohorts()
        )

    def group_overall(self) -> Average:
        """Average the cohorts by their size."""
        cohorts = self._cohorts()
        att = np.array([part[0] for _, part in cohorts])
        influence = np.column_stack([part[1] for _, part in cohorts])
        codes = np.array([cohort for cohort, _ in cohorts])
        return Average(**self._average(*self._weigh(codes, att, influence)))

    def _events(self) -> Floats:
        return np.array([cell.time - cell.group for cell in self.cells])

    def _cohorts(self) -> list[tuple[int, tuple[float, Floats]]]:
        cohort = np.array([cell.cohort for cell in self.cells])
        after = self._events() >= 0
        return [
            (code, _mean_of([(self.att[j], self.influence[:, j]) for j in np.flatnonzero(own)]))
            for code in range(len(self.panel.starts))
            if (own := after & (cohort == code)).any()
        ]

    def _by_size(self, keep: NDArray[np.bool_]) -> tuple[float, Floats]:
        codes = np.array([cell.cohort for cell in self.cells])[keep]
        return self._weigh(codes, self.att[keep], self.influence[:, keep])

    def _weigh(self, codes: Codes, att: Floats, influence: Floats) -> tuple[float, Floats]:
        """Average by cohort size; the sizes are estimates and have an influence of their own."""
        member = (self.panel.codes[:, None] == codes).astype(np.float64)
        size = member.mean(axis=0)
        total = size.sum()
        moved = member - size
        of_weights = moved / total - np.outer(moved.sum(axis=1), size / total**2)
        weight = size / total
        return float(weight @ att), influence @ weight + of_weights @ att

    def _average(self, estimate: float, influence: Floats) -> _Numbers:
        sums = influence
        n_clusters = len(influence)
        if self.panel.cluster is not None:
            sums = np.bincount(self.panel.cluster, weights=influence)
            n_clusters = len(sums)
        se = float(np.sqrt(sums @ sums)) / len(influence)
        # an error of nothing but rounding says that the changes were copies of each other
        se = se if se > 1e-14 * float(np.abs(self.panel.values).max()) else float("nan")
        given = n_clusters >= FEWEST_UNITS_FOR_INTERVAL and np.isfinite(se)
        half = float(stats.norm.ppf(0.975)) * se
        return {
            "estimate": estimate,
            "se": se,
            "low": estimate - half if given else None,
            "high": estimate + half if given else None,
        }


def _mean_of(parts: list[tuple[float, Floats]]) -> tuple[float, Floats]:
    att = np.mean([part[0] for part in parts])
    return float(att), np.mean(np.column_stack([part[1] for part in parts]), axis=1)


def _permutation(
    panel: Panel, cells: list[_Cell], draws: int, rng: np.random.Generator | None
) -> tuple[PermutationTest | None, str | None]:
    if draws == 0:
        return None, "the permutation test was left out (draws=0)"
    after = [cell for cell in cells if cell.time >= cell.group]
    changes = np.column_stack([cell.change for cell in after])
    codes, spread = panel.codes, np.arange(len(panel.codes))
    if panel.cluster is not None:
        first = np.unique(panel.cluster, return_index=True)[1]
        codes, spread = panel.codes[first], panel.cluster
        if bool((codes[spread] != panel.codes).any()):
            return None, "starts differ within a cluster, so that no set of dates can change hands"

    def overall(blocks: Codes) -> Floats:
        return _overall_of(blocks[:, spread], after, changes)

    return permutation_test(codes=codes, statistic=overall, draws=draws, rng=rng), None


def _overall_of(blocks: Codes, cells: list[_Cell], changes: Floats) -> Floats:
    """Overall effect for each allocation of cohorts to units (allocations x units)."""
    kept: dict[tuple[int, ...], tuple[Floats, Floats]] = {}

    def means(codes: tuple[int, ...]) -> tuple[Floats, Floats]:
        if codes not in kept:
            mask = np.isin(blocks, codes).astype(np.float64)
            count = mask.sum(axis=1)
            kept[codes] = (mask @ changes / count[:, None], count)
        return kept[codes]

    total = np.zeros(len(blocks))
    weight = np.zeros(len(blocks))
    for j, cell in enumerate(cells):
        treated, size = means((cell.cohort,))
        total += size * (treated[:, j] - means(cell.comparison)[0][:, j])
        weight += size
    return total / weight
