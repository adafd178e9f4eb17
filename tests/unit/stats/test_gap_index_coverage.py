"""Simulations with known truth: how often the intervals of the gaps of pupils' scores hold it."""

import math

import numpy as np
import pytest
from scipy import stats

from recovery_analysis.stats.gaps import gap_index, mean_gap, standardised_gap, tabulate

TRUE_GAP, SCHOOL_SD, GAP_SD, PUPIL_SD, SHARE_LOW = 5.0, 2.5, 1.5, 9.0, 0.3
VARIANCE_OTHER = SCHOOL_SD**2 + PUPIL_SD**2
VARIANCE_LOW = VARIANCE_OTHER + GAP_SD**2
POOLED = math.sqrt(SHARE_LOW * VARIANCE_LOW + (1 - SHARE_LOW) * VARIANCE_OTHER)
TRUE_INDEX = 20 * stats.norm.cdf(TRUE_GAP / math.sqrt(VARIANCE_LOW + VARIANCE_OTHER)) - 10
MEASURES = ("index among themselves", "index in national ranks", "mean gap", "standardised gap")


def community(rng, schools, *, uneven):
    """Pupils of schools that differ in size, level, share of disadvantaged pupils and gap."""
    spread = 0.5 if uneven else 0.0
    sizes = np.maximum(12, np.rint(50 * np.exp(spread * rng.normal(size=schools)))).astype(int)
    school = np.repeat(np.arange(schools), sizes)
    share = rng.beta(6, 14, schools)
    low = (
        rng.random(len(school)) < share[school] if uneven else np.tile(np.arange(50) < 15, schools)
    )
    level = 100 + SCHOOL_SD * rng.normal(size=schools)
    gap = TRUE_GAP + GAP_SD * rng.normal(size=schools)
    noise = PUPIL_SD * rng.normal(size=len(school))
    score = np.rint(level[school] - gap[school] * low + noise)
    return {"score": score, "disadvantaged": low, "school": school, "year": 2024}


@pytest.fixture(scope="module")
def nation():
    return tabulate(**{**community(np.random.default_rng(0), 20_000, uneven=True), "school": None})


def coverage(nation, schools, runs, *, uneven):
    """Share of runs with an interval and, among these, the share that hold the truth: by measure."""
    rng = np.random.default_rng(schools)
    truth_in_nation = gap_index(table=nation).gap
    truths = (TRUE_INDEX, truth_in_nation, TRUE_GAP, TRUE_GAP / POOLED)
    given, held = np.zeros(4), np.zeros(4)
    for _ in range(runs):
        table = tabulate(**community(rng, schools, uneven=uneven))
        options = {"table": table, "rng": rng, "draws": 1000}
        results = (
            gap_index(**options),
            gap_index(**options, national=nation),
            mean_gap(**options),
            standardised_gap(**options),
        )
        for k, (result, truth) in enumerate(zip(results, truths, strict=True)):
            if result.low is not None:
                given[k] += 1
                held[k] += result.low <= truth <= result.high
    return dict(zip(MEASURES, zip(given / runs, held / given, strict=True), strict=True))


def test_the_truth_of_the_simulation_is_that_of_its_nation(nation):
    assert mean_gap(table=nation).gap == pytest.approx(TRUE_GAP, abs=0.05)
    assert gap_index(table=nation).gap == pytest.approx(TRUE_INDEX, abs=0.03)
    assert standardised_gap(table=nation).gap == pytest.approx(TRUE_GAP / POOLED, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schools", "uneven", "runs"),
    [(4, False, 1500), (8, True, 1500), (20, True, 1500), (100, True, 1200)],
)
def test_intervals_hold_the_truth(nation, schools, uneven, runs):
    found = coverage(nation, schools, runs, uneven=uneven)
    for name, (given, held) in found.items():
        assert given > 0.95, name
        assert 0.93 <= held <= 0.97, (name, held)


@pytest.mark.parametrize("measure", [gap_index, mean_gap, standardised_gap])
def test_four_schools_of_uneven_size_get_no_interval(measure):
    rng = np.random.default_rng(4)
    results = [measure(table=tabulate(**community(rng, 4, uneven=True))) for _ in range(100)]
    assert sum(result.low is not None for result in results) <= 5
    assert all((result.low is None) == (result.why_no_interval is not None) for result in results)
