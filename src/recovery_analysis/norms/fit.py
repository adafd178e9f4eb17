"""Fit the norms of a store: one pass for what was usual before the baseline, one for what came after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.norms.characteristics import Flags, Lists, design, flags_at
from recovery_analysis.norms.norms import Norms, outcomes
from recovery_analysis.norms.reading import Material, read_material
from recovery_analysis.norms.value_added import Latest, value_added
from recovery_analysis.norms.windows import (
    SUBJECT_NAMES,
    Pairs,
    Tests,
    anchored_pairs,
    cell_meaning,
    cell_numbers,
    day_number,
    days_between,
    first_tests,
    pairs_before,
    without_prior,
    year_at,
)
from recovery_analysis.stats.expectation import (
    LEAST_PUPILS,
    Expectation,
    ExpectationStatistics,
    Growth,
    expectation_statistics,
    fit_expectation,
    monthly_growth,
)
from recovery_analysis.store.store import Store

_YEAR_GROUPS = 32


@dataclass(slots=True)
class _Before:
    """What the pass over the cohorts before the baseline adds up."""

    with_prior: ExpectationStatistics | None = None
    alone: ExpectationStatistics | None = None
    pupils: int = 0
    schools: set[int] = field(default_factory=set)


def fit_norms(store: Store, baseline_date: date) -> Norms:
    """Learn from all pupils of a store what is usual, and what each school adds.

    Files are read one at a time, some columns only; the rest works on compact rows, one bucket of pupils
    after the other. Whatever the order of files and rows, the same norms come out.

    Parameters
    ----------
    store
        An open store; without tests of pupils the norms are empty.
    baseline_date
        The last day that counts as before.

    Raises
    ------
    StoreError
        A part of the store is missing or damaged.
    """
    material = read_material(store)
    before = _pass_before(material, baseline_date)
    growth = _growth(before.with_prior)
    cells = _expectations(before.with_prior) | _expectations(before.alone)
    n_pupils, n_schools = before.pupils, len(before.schools)
    del before  # the tables by school are large, and no longer needed
    declined, latest = _pass_after(material, cells, baseline_date)
    subjects = {int(number) for part in latest for number in np.unique(part.subject)}
    return Norms(
        baseline_date=baseline_date,
        cells=cells,
        declined_share=declined,
        growth=growth,
        value_added={
            SUBJECT_NAMES[number]: value_added(latest, number, material.places)
            for number in sorted(subjects)
        },
        n_pupils=n_pupils,
        n_schools=n_schools,
    )


def flags_of_pairs(lists: Lists, tests: Tests, pairs: Pairs) -> Flags:
    """Give each pair the pupil's characteristics in the academic year of its later test."""
    year = tests.window[pairs.now] // 3 + year_at(0).start
    return flags_at(lists, tests.pupil[pairs.now], year)


def _pass_before(material: Material, baseline: date) -> _Before:
    found = _Before()
    for number in range(len(material.tests)):
        tests, lists = material.bucket(number)
        tests = first_tests(tests)
        material.keep(number, tests)
        if not len(tests):
            continue
        old = tests.day <= day_number(baseline)
        found.pupils += len(np.unique(tests.pupil[old]))
        found.schools |= set(np.unique(tests.school[old]).tolist())
        every = without_prior(tests, baseline)
        is_old = np.flatnonzero(old[every.now])
        alone = Pairs(now=every.now[is_old], prior=every.prior[is_old], years=every.years[is_old])
        one = _statistics(tests, lists, alone, has_prior=False)
        found.alone = one if found.alone is None else found.alone + one
        one = _statistics(tests, lists, pairs_before(tests, baseline), has_prior=True)
        found.with_prior = one if found.with_prior is None else found.with_prior + one
    return found


def _statistics(
    tests: Tests, lists: Lists, pairs: Pairs, *, has_prior: bool
) -> ExpectationStatistics:
    sem = tests.sem[pairs.prior].astype(np.float64)
    return expectation_statistics(
        score=tests.score[pairs.now],
        x=design(days_between(tests, pairs), flags_of_pairs(lists, tests, pairs)),
        cell=cell_numbers(tests, pairs),
        school=tests.school[pairs.now].astype(np.int64),
        prior=tests.score[pairs.prior] if has_prior else None,
        prior_error_variance=sem**2 if has_prior else None,
    )


def _expectations(statistics: ExpectationStatistics | None) -> dict[int, Expectation]:
    cells: dict[int, Expectation] = {}
    if statistics is None:
        return cells
    for cell in np.unique(statistics.cells).tolist():
        try:
            cells[cell] = fit_expectation(statistics, cell)
        except (TooFewToReport, NotIdentified):
            continue  # a cell that is not there is what every reader of norms looks for
    return cells


def _growth(statistics: ExpectationStatistics | None) -> dict[tuple[str, int], Growth]:
    """Take together the seasons of a year group, tests one year apart."""
    found: dict[tuple[str, int], Growth] = {}
    if statistics is None:
        return found
    of_group: dict[tuple[str, int], list[int]] = {}
    for cell in np.unique(statistics.cells).tolist():
        subject, year_group, _, years = cell_meaning(cell)
        if years == 1:
            of_group.setdefault((subject, year_group), []).append(cell)
    for group, cells in of_group.items():
        try:
            found[group] = monthly_growth(statistics, cells)
        except TooFewToReport:
            continue  # no growth, no months: the exhibits show score points alone
    return found


def _pass_after(
    material: Material, cells: Mapping[int, Expectation], baseline: date
) -> tuple[dict[int, float], list[Latest]]:
    """Count declines before the baseline, and keep each pupil's latest actual minus expected after it."""
    size = max(cells, default=0) + 1
    counted, below = np.zeros((2, size))
    latest: list[Latest] = []
    for number in range(len(material.tests)):
        tests, lists = material.bucket(number)
        if not len(tests):
            continue
        pairs = pairs_before(tests, baseline)
        found = outcomes(cells, tests, pairs, flags_of_pairs(lists, tests, pairs))
        told = np.isfinite(found.residual) & np.isfinite(found.threshold)
        fell = told & (found.residual < -found.threshold)
        counted += np.bincount(found.cell[told], minlength=size)
        below += np.bincount(found.cell[fell], minlength=size)
        latest.append(_latest(cells, tests, lists, baseline))
    shares = {
        int(cell): float(below[cell] / counted[cell])
        for cell in np.flatnonzero(counted >= LEAST_PUPILS)
    }
    return shares, latest


def _latest(cells: Mapping[int, Expectation], tests: Tests, lists: Lists, baseline: date) -> Latest:
    """Take the latest test after the baseline that has an expectation, one a pupil and subject."""
    pairs = anchored_pairs(tests, baseline)
    since = np.flatnonzero(tests.day[pairs.now] > day_number(baseline))
    pairs = Pairs(now=pairs.now[since], prior=pairs.prior[since], years=pairs.years[since])
    flags = flags_of_pairs(lists, tests, pairs)
    found = outcomes(cells, tests, pairs, flags)
    told = np.flatnonzero(np.isfinite(found.residual))
    told = told[np.argsort(pairs.now[told])]
    # tests are sorted by pupil, subject and window: the last of a run is the latest
    now = pairs.now[told]
    last = np.ones(len(now), np.bool_)
    last[:-1] = _differs(tests, now[:-1], now[1:])
    kept, rows = told[last], now[last]
    stratum = tests.window[rows].astype(np.int32) * _YEAR_GROUPS + tests.year_group[rows] + 2
    return Latest(
        subject=tests.subject[rows].astype(np.int8),
        school=tests.school[rows].astype(np.int32),
        stratum=stratum,
        flags=flags[kept],
        residual=found.residual[kept].astype(np.float32),
    )


def _differs(tests: Tests, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.bool_]:
    return (tests.pupil[one] != tests.pupil[other]) | (tests.subject[one] != tests.subject[other])
