"""Group-time effects of mpdta against an independent base-R implementation (as R's did), read in place."""

import csv
import json

import numpy as np
import pytest

from recovery_analysis.stats.adoption import group_time_effects

pytestmark = pytest.mark.real_data

#: What is reproduced here: source, quantity, tolerance. ``docs/build_reference_table.py`` collects these.
REPRODUCES = (
    (
        "an independent program in base R (as R's did), mpdta",
        "12 ATT(g, t), event study, effects of cohorts, three overall averages, each with its error",
        "1e-9 relative",
    ),
    (
        "diff-diff 3.13.0, mpdta, not-yet-treated comparison",
        "overall effect and three events, each with its error",
        "1e-12 relative",
    ),
)
WITHIN = {"rel": 1e-9, "abs": 1e-12}


@pytest.fixture(scope="module")
def published(shared_reference):
    return json.loads(shared_reference("did_mpdta.json").read_text())


@pytest.fixture(scope="module")
def rows(shared_reference):
    with shared_reference("mpdta.csv").open(newline="") as handle:
        table = list(csv.DictReader(handle))
    first = np.array([float(row["first_treat"]) for row in table])
    return {
        "outcome": np.array([float(row["lemp"]) for row in table]),
        "unit": [row["countyreal"] for row in table],
        "time": np.array([int(row["year"]) for row in table]),
        "first_treated": np.where(first == 0, np.inf, first),
    }


@pytest.fixture(scope="module")
def result(rows):
    return group_time_effects(**rows, draws=499, rng=np.random.default_rng(1))


def test_every_group_time_effect_and_error(result, published):
    assert result.n_units == published["n_units"]
    assert len(result.effects) == len(published["att_gt"])
    for ours, theirs in zip(result.effects, published["att_gt"], strict=True):
        assert (ours.group, ours.time) == (theirs["group"], theirs["time"])
        assert ours.estimate == pytest.approx(theirs["att"], **WITHIN)
        assert ours.se == pytest.approx(theirs["se"], **WITHIN)


def test_event_study(result, published):
    for ours, theirs in zip(result.event_study, published["dynamic"], strict=True):
        assert ours.event == theirs["event"]
        assert ours.estimate == pytest.approx(theirs["att"], **WITHIN)
        assert ours.se == pytest.approx(theirs["se"], **WITHIN)


def test_cohorts(result, published):
    for ours, theirs in zip(result.by_group, published["group"], strict=True):
        assert ours.group == theirs["group"]
        assert ours.estimate == pytest.approx(theirs["att"], **WITHIN)
        assert ours.se == pytest.approx(theirs["se"], **WITHIN)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("overall", "simple"),
        ("event_overall", "dynamic_overall"),
        ("group_overall", "group_overall"),
    ],
)
def test_overall_averages(ours, theirs, result, published):
    average = getattr(result, ours)
    assert average.estimate == pytest.approx(published[theirs]["est"], **WITHIN)
    assert average.se == pytest.approx(published[theirs]["se"], **WITHIN)


def test_zero_means_never_as_in_r_s_did(rows, result):
    first = np.where(np.isinf(rows["first_treated"]), 0, rows["first_treated"])
    again = group_time_effects(**{**rows, "first_treated": first}, draws=0)
    assert again.overall == result.overall


def test_permuted_start_dates_agree_that_the_effect_is_no_chance(result):
    assert result.permutation.draws == 499
    assert not result.permutation.enumerated
    assert result.permutation.p < 0.02


def test_not_yet_treated_comparison_is_that_of_diff_diff(rows):
    """Numbers of the Python package diff-diff 3.13.0, control_group="not_yet_treated", same file."""
    result = group_time_effects(**rows, control="not_yet", draws=0)
    assert result.overall.estimate == pytest.approx(-0.039763625623043676, rel=1e-12)
    assert result.overall.se == pytest.approx(0.012052424787341894, rel=1e-12)
    events = {event.event: (event.estimate, event.se) for event in result.event_study}
    assert events[-3] == pytest.approx((0.02975936476103115, 0.01453354163865145), rel=1e-12)
    assert events[0] == pytest.approx((-0.018922199083424893, 0.012044568689269064), rel=1e-12)
    assert events[2] == pytest.approx((-0.13627434632867794, 0.03540338496891006), rel=1e-12)
