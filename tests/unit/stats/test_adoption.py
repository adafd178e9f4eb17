from itertools import permutations

import numpy as np
import pytest

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.adoption import group_time_effects


def rows(values, first, times=None):
    """Rows of a units x periods table."""
    values = np.asarray(values, dtype=float)
    n, periods = values.shape
    times = np.arange(1, periods + 1) if times is None else np.asarray(times)
    return {
        "outcome": values.ravel(),
        "unit": np.repeat([f"s{i}" for i in range(n)], periods),
        "time": np.tile(times, n),
        "first_treated": np.repeat(np.asarray(first, dtype=float), periods),
    }


INF = np.inf
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(7, 4)).round(2)
FIRST = [2, 2, 3, 3, INF, INF, INF]


def test_two_periods_are_the_plain_difference_of_differences():
    result = group_time_effects(**rows([[1, 4], [1, 5], [2, 2], [3, 3.5]], [2, 2, INF, INF]))
    assert result.overall.estimate == pytest.approx((3 + 4) / 2 - (0 + 0.5) / 2)
    # Neyman's error with divisor n
    assert result.overall.se == pytest.approx(np.sqrt(0.25 / 2 + 0.0625 / 2))
    assert result.overall.low is None


def test_a_known_effect_that_grows_comes_back_at_each_event():
    first = np.array([2, 3, 4, 4, INF, INF])
    times = np.arange(1, 6)
    levels = np.arange(6)[:, None] + 0.5 * times
    effect = np.where(times >= first[:, None], times - first[:, None] + 1.0, 0.0)
    jitter = 1e-6 * np.random.default_rng(2).normal(size=levels.shape)
    result = group_time_effects(**rows(levels + effect + jitter, first), draws=0)
    for event in result.event_study:
        assert event.estimate == pytest.approx(max(0.0, event.event + 1), abs=1e-4)
    by_hand = [event.estimate for event in result.event_study if event.event >= 0]
    assert result.event_overall.estimate == pytest.approx(np.mean(by_hand))
    assert result.permutation is None
    assert "draws=0" in result.why_no_permutation


def test_not_yet_treated_units_join_the_comparison_until_they_start():
    given = rows(TABLE, FIRST)
    never = group_time_effects(**given)
    later = group_time_effects(**given, control="not_yet")
    sizes = {(cell.group, cell.time): cell.n_comparison for cell in later.effects}
    assert sizes == {(2, 2): 5, (2, 3): 3, (2, 4): 3, (3, 2): 3, (3, 3): 3, (3, 4): 3}
    assert all(cell.n_comparison == 3 for cell in never.effects)
    change = TABLE[:, 1] - TABLE[:, 0]
    cell = next(cell for cell in later.effects if (cell.group, cell.time) == (2, 2))
    assert cell.estimate == pytest.approx(change[:2].mean() - change[2:].mean())


def test_without_never_treated_units_only_later_cohorts_compare():
    table, first = TABLE[:4], FIRST[:4]
    with pytest.raises(NotIdentified, match="use control='not_yet'"):
        group_time_effects(**rows(table, first))
    result = group_time_effects(**rows(table, first), control="not_yet")
    # cohort 3 at time 2 would be compared with units that start later than 2: none but itself
    assert [(c.group, c.time) for c in result.effects] == [(2, 2)]
    assert result.without_comparison == ((2, 3), (2, 4), (3, 2), (3, 3), (3, 4))


def test_nobody_left_to_compare_is_refused():
    with pytest.raises(NotIdentified, match="no unit is left"):
        group_time_effects(**rows(TABLE, [2] * 7), control="not_yet")


@pytest.mark.parametrize("first", [[INF] * 7, [1] * 3 + [INF] * 4, [9] * 3 + [INF] * 4])
def test_no_start_within_the_periods_is_refused(first):
    with pytest.raises(NotIdentified, match="no unit starts after the first"):
        group_time_effects(**rows(TABLE, first))


def test_units_that_started_before_are_left_out_and_late_starters_compare():
    result = group_time_effects(**rows(TABLE, [1, 2, 2, 3, 3, 9, INF]))
    fewer = group_time_effects(**rows(TABLE[1:], [2, 2, 3, 3, INF, INF]))
    assert result.n_always == 1
    assert result.n_never == 2
    assert result.overall == fewer.overall


def test_order_of_rows_does_not_matter():
    given = rows(TABLE, FIRST)
    mixed = np.random.default_rng(4).permutation(len(given["outcome"]))
    again = group_time_effects(**{name: values[mixed] for name, values in given.items()})
    first = group_time_effects(**given)
    assert again.overall.estimate == pytest.approx(first.overall.estimate, rel=1e-12)
    assert again.overall.se == pytest.approx(first.overall.se, rel=1e-12)


@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_enumerated_p_is_that_of_recomputing_for_every_allocation(control):
    first = [2, 2, 3, INF, INF, INF]
    table = TABLE[:6]
    result = group_time_effects(**rows(table, first), control=control)
    ways = set(permutations(first))
    sizes = [
        abs(group_time_effects(**rows(table, way), control=control, draws=0).overall.estimate)
        for way in ways
    ]
    at_least = np.mean(np.array(sizes) >= abs(result.overall.estimate) * (1 - 1e-9))
    assert result.permutation.enumerated
    assert result.permutation.draws == len(ways) == 60
    assert result.permutation.p == pytest.approx(at_least)


def test_drawn_p_is_near_the_enumerated_one_and_repeats_with_its_seed(monkeypatch):
    table = np.random.default_rng(7).normal(size=(10, 3))
    first = [2] * 3 + [3] * 3 + [INF] * 4
    full = group_time_effects(**rows(table, first)).permutation
    assert full.enumerated
    assert full.draws == 4200
    monkeypatch.setattr("recovery_analysis.stats.timing_permutation.FULL_ENUMERATION_UP_TO", 100)
    drawn = [
        group_time_effects(**rows(table, first), rng=np.random.default_rng(3)).permutation
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0].draws == 9999
    assert drawn[0].p == pytest.approx(full.p, abs=0.02)
    with pytest.raises(ParameterError, match="rng is needed"):
        group_time_effects(**rows(table, first))
    with pytest.raises(ParameterError, match="draws must be at least 1"):
        group_time_effects(**rows(table, first), draws=-1, rng=np.random.default_rng(3))


def test_clusters_add_up_influence_and_change_dates_together():
    rng = np.random.default_rng(5)
    table = rng.normal(size=(8, 3)) + np.repeat(rng.normal(size=(4, 3)), 2, axis=0)
    given = rows(table, [2] * 4 + [INF] * 4)
    trust = np.repeat(np.repeat(list("abcd"), 2), 3)
    result = group_time_effects(**given, cluster=trust)
    assert result.permutation.draws == 6
    # two copies of each school tell no more than one
    twice = rows(np.repeat(table[::2], 2, axis=0), [2] * 4 + [INF] * 4)
    once = rows(table[::2], [2, 2, INF, INF])
    doubled = group_time_effects(**twice, cluster=trust)
    single = group_time_effects(**once)
    assert doubled.overall.estimate == pytest.approx(single.overall.estimate)
    assert doubled.overall.se == pytest.approx(single.overall.se)
    assert doubled.permutation == single.permutation


def test_starts_that_differ_within_a_cluster_leave_the_permutation_out():
    result = group_time_effects(
        **rows(TABLE, FIRST), cluster=np.repeat(["a", "a", "b", "a", "b", "c", "c"], 4)
    )
    assert result.permutation is None
    assert "differ within a cluster" in result.why_no_permutation
    assert np.isfinite(result.overall.se)


def test_a_unit_alone_has_no_error():
    result = group_time_effects(**rows(TABLE, [2, INF, INF, INF, INF, INF, INF]))
    assert np.isnan(result.overall.se)
    assert result.permutation.draws == 7


GOOD = rows(TABLE, FIRST)


def changed(name, index, value):
    values = GOOD[name].astype(object if isinstance(value, str) or value is None else float)
    values[index] = value
    return {name: values}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (changed("outcome", 3, np.nan), ParameterError, "outcome must be finite"),
        (changed("outcome", 3, np.inf), ParameterError, "outcome must be finite"),
        (changed("time", 3, np.nan), ParameterError, "time must be finite"),
        (changed("first_treated", slice(0, 4), np.nan), ParameterError, "numpy.inf to units"),
        (changed("first_treated", 0, 3.0), ParameterError, "same in all rows of a unit"),
        (changed("time", 3, 3.0), ParameterError, "stand twice"),
        (changed("time", 3, 5.0), ParameterError, "lack a period"),
        ({"unit": [None, *GOOD["unit"][1:]]}, ParameterError, "an id is missing"),
        ({"unit": GOOD["unit"][:5]}, ParameterError, "unit must have 28 ids"),
        ({"time": GOOD["time"][:5]}, ParameterError, "time must have 28 values"),
        ({"first_treated": [2.0]}, ParameterError, "first_treated must have 28"),
        ({"first_treated": ["x"] * 28}, ParameterError, "first_treated must hold periods"),
        ({"cluster": ["a"] * 28}, TooFewToReport, "at least 2 clusters"),
        ({"cluster": ["a", *["b"] * 27]}, ParameterError, "cluster must be the same in all rows"),
        ({"control": "some"}, ParameterError, "control must be"),
        (
            {
                "time": GOOD["time"] - 1,
                "first_treated": np.where(GOOD["first_treated"] == 2, 0, INF),
            },
            ParameterError,
            "which is also a period",
        ),
        ({name: [] for name in GOOD}, TooFewToReport, "0 units in 0 periods"),
        ({name: values[:4] for name, values in GOOD.items()}, TooFewToReport, "1 units in 4"),
    ],
)
def test_what_can_not_be_compared_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        group_time_effects(**{**GOOD, **change})


def rejections(first, runs, seed):
    """Shares of runs that reject a true null at 5%: by permutation, and by the analytic z."""
    rng = np.random.default_rng(seed)
    by_permutation = by_z = 0
    n, periods = len(first), 4
    for _ in range(runs):
        walk = rng.normal(size=(n, periods)).cumsum(axis=1) + 2 * rng.normal(size=(n, 1))
        result = group_time_effects(**rows(walk, first))
        by_permutation += result.permutation.p <= 0.05
        by_z += abs(result.overall.estimate / result.overall.se) > 1.96
    return by_permutation / runs, by_z / runs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "runs"),
    [
        ([3] * 5 + [INF] * 5, 2000),
        ([2] * 3 + [3] * 3 + [INF] * 4, 1000),
    ],
)
def test_permutation_rejects_a_true_null_in_5_of_100_runs_at_10_schools(first, runs):
    by_permutation, by_z = rejections(np.array(first), runs, 11)
    assert 0.035 <= by_permutation <= 0.065
    # why the analytic interval is held back below 40 units
    assert by_z > 0.08
