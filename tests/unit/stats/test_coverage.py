"""Simulations: how often a true null is rejected, how often an interval holds the truth."""

import math

import numpy as np
import pytest

from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.gaps import GroupMeans, gap_change, gap_of_means, gap_path
from recovery_analysis.stats.trend import pace, share_made_up

RUNS = 2500
TRUE_GAP, TRUE_CHANGE = 4.0, 1.0
SCHOOL_SD, GAP_SD, CHANGE_SD, PUPIL_SD = 2.5, 1.5, 1.0, 8.0


@pytest.mark.parametrize(("treated", "clusters"), [(3, 6), (5, 10), (10, 20)])
def test_cr2_rejects_a_true_null_in_about_5_of_100_runs(treated, clusters):
    rng = np.random.default_rng(clusters)
    rejected = 0
    for _ in range(RUNS):
        sizes = rng.integers(10, 41, clusters)
        cluster = np.repeat(np.arange(clusters), sizes)
        columns = np.column_stack([np.ones(len(cluster)), cluster < treated])
        y = 0.4 * rng.normal(size=clusters)[cluster] + rng.normal(size=len(cluster))
        rejected += fit_ols(y=y, x=columns, cluster=cluster).p[1] < 0.05
    assert 0.035 <= rejected / RUNS <= 0.065


def counts(rng, schools, middle, *, uneven):
    if not uneven:
        return np.full(schools, float(middle))
    return np.maximum(2, np.round(middle * np.exp(0.5 * rng.normal(size=schools))))


def means(rng, level, gap, n_low, n_high):
    noise = PUPIL_SD * rng.normal(size=(2, len(level)))
    return GroupMeans(
        mean_disadvantaged=level + noise[0] / np.sqrt(n_low),
        mean_other=level + gap + noise[1] / np.sqrt(n_high),
        n_disadvantaged=n_low,
        n_other=n_high,
    )


def simulate(schools, *, uneven, seed):
    """Share of runs with an interval, and among these the share that hold gap and change."""
    rng = np.random.default_rng(seed)
    gap_given = gap_held = change_given = change_held = 0
    for _ in range(RUNS):
        n_low = counts(rng, schools, 20, uneven=uneven)
        n_high = counts(rng, schools, 35, uneven=uneven)
        level = 100 + SCHOOL_SD * rng.normal(size=schools)
        gap = TRUE_GAP + GAP_SD * rng.normal(size=schools)
        moved = gap + TRUE_CHANGE + CHANGE_SD * rng.normal(size=schools)
        before = means(rng, level, gap, n_low, n_high)
        after = means(rng, level + CHANGE_SD * rng.normal(size=schools), moved, n_low, n_high)
        result = gap_change(before=before, after=after, school=np.arange(schools))
        if result.before.low is not None:
            gap_given += 1
            gap_held += result.before.low <= TRUE_GAP <= result.before.high
        if result.low is not None:
            change_given += 1
            change_held += result.low <= TRUE_CHANGE <= result.high
    return gap_given / RUNS, gap_held / gap_given, change_given / RUNS, change_held / change_given


@pytest.mark.parametrize(("schools", "uneven"), [(4, False), (8, True), (20, True)])
def test_intervals_of_gap_and_change_hold_the_truth(schools, uneven):
    gap_given, gap_held, change_given, change_held = simulate(schools, uneven=uneven, seed=schools)
    assert gap_given > 0.99
    assert change_given > 0.99
    assert 0.93 <= gap_held <= 0.97
    assert 0.93 <= change_held <= 0.97


def test_four_schools_of_uneven_size_get_no_interval():
    rng = np.random.default_rng(4)
    given = 0
    for _ in range(300):
        n_low, n_high = counts(rng, 4, 20, uneven=True), counts(rng, 4, 35, uneven=True)
        year = means(rng, np.full(4, 100.0), np.full(4, TRUE_GAP), n_low, n_high)
        result = gap_of_means(
            mean_disadvantaged=year.mean_disadvantaged,
            mean_other=year.mean_other,
            n_disadvantaged=n_low,
            n_other=n_high,
            school=np.arange(4),
        )
        given += result.low is not None
        assert (result.low is None) == (result.why_no_interval is not None)
    assert given / 300 < 0.05


def pace_coverage(points, slope, above, rng):
    years = 2022.0 + np.arange(points)
    truth = years[-1] if above <= 0 else math.inf
    if above > 0 and slope < 0:
        truth = years[-1] - above / slope
    held = 0
    for _ in range(RUNS):
        values = 3 + above + slope * (years - years[-1]) + 0.04 * rng.normal(size=points)
        result = pace(x=years, y=values, target=3.0)
        earliest = math.inf if result.earliest is None else result.earliest
        latest = math.inf if result.latest is None else result.latest
        held += earliest <= truth <= latest
    return held / RUNS


@pytest.mark.parametrize("points", [4, 5, 8])
@pytest.mark.parametrize("slope", [-0.2, -0.05, -0.01])
def test_the_pace_interval_holds_the_true_year_in_95_of_100_runs(points, slope):
    held = pace_coverage(points, slope, 0.3, np.random.default_rng(points))
    assert 0.935 <= held <= 0.965


@pytest.mark.parametrize(("slope", "above"), [(0.0, 0.3), (0.05, 0.05), (-0.05, -0.05)])
def test_the_pace_interval_holds_never_and_already_at_least_as_often(slope, above):
    assert pace_coverage(4, slope, above, np.random.default_rng(5)) >= 0.95


def test_the_share_made_up_holds_the_truth_where_an_interval_is_given():
    """Widening of 2 of which 0.5 is made up, 12 schools of uneven size: the true share is 0.25."""
    rng = np.random.default_rng(12)
    given = held = 0
    for _ in range(RUNS // 2):
        n_low, n_high = counts(rng, 12, 20, uneven=True), counts(rng, 12, 35, uneven=True)
        level = 100 + SCHOOL_SD * rng.normal(size=12)
        gap = TRUE_GAP + GAP_SD * rng.normal(size=12)
        times = [
            means(rng, level, gap + shift + 0.5 * rng.normal(size=12), n_low, n_high)
            for shift in (0.0, 2.0, 1.5)
        ]
        path = gap_path(times=times, school=np.arange(12))
        before, start, latest = (one.gap for one in path.gaps)
        result = share_made_up(
            before=before,
            new_baseline=start,
            latest=latest,
            covariance=path.covariance,
            df=path.df,
        )
        if result.low is not None:
            given += 1
            held += result.low <= 0.25 <= result.high
    assert given / (RUNS // 2) > 0.4
    assert 0.93 <= held / given <= 0.975
