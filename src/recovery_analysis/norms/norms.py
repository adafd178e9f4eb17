"""What is usual, learnt once from all pupils of a store: expectations, growth, the value that schools add."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.norms.characteristics import Flags, design
from recovery_analysis.norms.windows import Pairs, Tests, cell_numbers, days_between
from recovery_analysis.stats.expectation import Expectation, Growth

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolValue:
    """One school's actual minus expected, beside the average school, shrunk; score points.

    ``conditional_sd`` and ``prediction_sd`` as in :class:`recovery_analysis.stats.mixed.Blups`; the second is
    for intervals.
    """

    school_id: str
    value: float
    conditional_sd: float
    prediction_sd: float
    n_pupils: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAdded:
    """School values of one subject from one crossed model of all schools, trusts and LAs.

    ``variances`` by term (school, trust, la, residual; score points squared); ``at_zero`` names terms
    whose variance is estimated at exactly nought. ``missing_words`` says why there is no model.
    """

    schools: tuple[SchoolValue, ...] = ()
    variances: Mapping[str, float]
    at_zero: tuple[str, ...] = ()
    n_pupils: int = 0
    n_levels: Mapping[str, int]
    missing_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Norms:
    """Norms of one store and baseline date.

    Attributes
    ----------
    baseline_date
        Cohorts up to this day are what is usual.
    cells
        Cell number (see ``windows.cell_numbers``) to its expectation; cells with too few pupils or
        schools are not there.
    declined_share
        Cell number to the share (0 to 1) of pupils before the baseline more than one joint error below
        expectation.
    growth
        (subject, year group) to usual growth in a month.
    value_added
        Subject to school values after the baseline.
    n_pupils, n_schools
        Pupils with a test before the baseline, and their schools.
    """

    baseline_date: date
    cells: Mapping[int, Expectation]
    declined_share: Mapping[int, float]
    growth: Mapping[tuple[str, int], Growth]
    value_added: Mapping[str, ValueAdded]
    n_pupils: int
    n_schools: int

    def __repr__(self) -> str:
        return f"Norms(before {self.baseline_date}, {len(self.cells)} cells)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """Of each pair: its cell, columns, actual minus expected (NaN where nothing can be expected), threshold.

    ``threshold`` is the joint error of both tests, NaN without a prior or where a test does not say its own.
    """

    cell: NDArray[np.int64]
    columns: Floats
    residual: Floats
    threshold: Floats


def outcomes(
    cells: Mapping[int, Expectation], tests: Tests, pairs: Pairs, flags: Flags
) -> Outcomes:
    """Compare tests with what was to be expected.

    Parameters
    ----------
    cells
        Expectations by cell number.
    tests, pairs
        Tests, and which of them to compare, all with a prior or all without.
    flags
        One a pair: the pupil's characteristics at the later test.
    """
    number = cell_numbers(tests, pairs)
    x = design(days_between(tests, pairs), flags)
    has_prior = bool(len(pairs)) and bool(pairs.prior[0] >= 0)
    columns = np.column_stack([x, tests.score[pairs.prior]]) if has_prior else x
    columns = columns.astype(np.float64)
    score, sem_now = tests.score[pairs.now].astype(np.float64), tests.sem[pairs.now]
    residual, threshold = np.full((2, len(pairs)), np.nan)
    order = np.argsort(number, kind="stable")
    present, starts = np.unique(number[order], return_index=True)
    ends = np.append(starts[1:], len(order))
    for cell, start, end in zip(present.tolist(), starts, ends[: len(starts)], strict=True):
        rows, expectation = order[start:end], cells.get(cell)
        if expectation is None:
            continue
        prior = columns[rows, -1] if has_prior else None
        residual[rows] = score[rows] - expectation.expect(x[rows], prior)
        if has_prior:
            sems = sem_now[rows], tests.sem[pairs.prior[rows]]
            threshold[rows] = expectation.decline_threshold(*sems)
    return Outcomes(cell=number, columns=columns, residual=residual, threshold=threshold)
