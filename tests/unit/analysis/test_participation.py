"""Taking part: the matrix is right, bounds always hold the truth, tipping values solve exactly."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery_analysis.analysis.headlines import Headline, Missing, Target, what_missing_would_be
from recovery_analysis.analysis.participation import participation_evidence
from recovery_analysis.analysis.shares import share_of
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release
from recovery_analysis.errors import NotIdentified, ParameterError
from recovery_analysis.stats.bounds import mean_bounds, tipping_value


def _load(name):
    path = Path(__file__).parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"recovery_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


world = _load("access_world")


def headline(flags, schools, targets=()):
    return Headline(
        name="share",
        words="pupils who had none",
        estimate=share_of(pd.Series(flags), pd.Series(schools), sources=("made",)),
        lowest=0.0,
        highest=100.0,
        bound_words="none or all",
        school_ids=tuple(sorted(set(schools))),
        targets=targets,
    )


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=8, max_size=60))
def test_bounds_hold_the_truth_whoever_is_missing(rows):
    flags = np.array([flag for flag, _ in rows], dtype=float)
    schools = np.array([str(school) for _, school in rows])
    seen = np.isin(schools, ["0", "1", "2"])
    if not seen.any():
        seen[0] = True
    truth = flags.mean()
    bounds = mean_bounds(
        mean=flags[seen].mean(), seen_n=seen.sum(), missing_n=(~seen).sum(), lowest=0, highest=1
    )
    assert bounds.low - 1e-12 <= truth <= bounds.high + 1e-12
    # the ends are reached: they are as narrow as can be without assumptions
    assert bounds.high - bounds.low == pytest.approx((~seen).mean())


@given(st.floats(-50, 50), st.integers(1, 10_000), st.integers(1, 10_000), st.floats(-50, 50))
def test_the_tipping_value_solves_exactly(mean, seen, missing, target):
    needed = tipping_value(mean=mean, seen_n=seen, missing_n=missing, target=target)
    together = (seen * mean + missing * needed) / (seen + missing)
    assert together == pytest.approx(target, abs=1e-8)


def test_bounds_refuse_what_makes_no_sense():
    with pytest.raises(ParameterError):
        mean_bounds(mean=2, seen_n=10, missing_n=1, lowest=0, highest=1)
    with pytest.raises(ParameterError):
        mean_bounds(mean=0.5, seen_n=0, missing_n=1, lowest=0, highest=1)
    with pytest.raises(NotIdentified):
        tipping_value(mean=0.5, seen_n=10, missing_n=0, target=0)


def test_a_headline_is_bounded_over_missing_schools_and_more_widely_over_missing_pupils():
    flags = [True] * 20 + [False] * 80
    item = headline(flags, ["a"] * 50 + ["b"] * 50, (Target(value=50.0, words="half"),))
    told = what_missing_would_be(item, Missing(schools_n=2, pupils_n=100.0, giving_pupils_n=300.0))
    assert (told.low.value, told.high.value) == pytest.approx((15.0, 40.0))
    assert (told.widest_low.value, told.widest_high.value) == pytest.approx((5.0, 80.0))
    (tip,) = told.tipping
    assert tip.needed.value == pytest.approx(140.0)
    assert not tip.is_possible
    assert tip.ahead.value == pytest.approx(120.0)


def test_a_hidden_headline_hides_what_is_worked_out_from_it():
    item = headline(
        [True] * 3 + [False] * 97, ["a"] * 50 + ["b"] * 50, (Target(value=9, words=""),)
    )
    told = release(
        what_missing_would_be(item, Missing(schools_n=1, pupils_n=50.0, giving_pupils_n=100.0))
    ).result
    shown = (told.headline.estimate, told.low, told.high, told.widest_high, told.tipping[0].needed)
    assert not any(estimate.is_there for estimate in shown)


@pytest.fixture
def some():
    rng = np.random.default_rng(1)
    pupils = world.pupil_list(rng, schools=6, pupils=50)
    given_ = pupils[pupils["school_id"].isin(["900001", "900002", "900003", "900004"])]
    people, answers = world.survey(rng, given_, ("learn_alone", "teacher_contact"))
    tests = pd.DataFrame(
        {
            "assessment_id": [world.pseudonym(10**8 + at) for at in range(2)],
            "pupil_id": [world.pseudonym(1), world.pseudonym(2)],
            "school_id": ["900001", "900001"],
            "academic_year": ["2018/19", "2020/21"],
            "subject": "reading",
            "test_date": pd.to_datetime(["2019-09-20", "2020-09-20"]),
            "season": "autumn",
        }
    )
    rolls = {str(900001 + at): 100.0 * (at + 1) for at in range(6)} | {"900007": None}
    data = world.community(
        rolls, rolls=rolls, measures=[("900006", "2018/19", 50.0), ("900001", "2018/19", None)]
    )
    held = world.pupil_data(
        pupils=given_,
        device_access=world.device_list(rng, given_),
        survey_respondents=people,
        survey_answers=answers,
        assessments=tests,
    )
    return data, held, given_


def test_the_matrix_says_who_gives_what(some):
    data, held, _ = some
    result = participation_evidence(data, held)
    gives = {school.school_id: set(school.gives) for school in result.schools}
    assert gives["900001"] == {
        "pupil_list", "devices", "pupil_survey", "star_before", "star_since"
    }  # fmt: skip
    assert gives["900004"] == {"pupil_list", "devices", "pupil_survey"}
    assert gives["900006"] == {"public"}
    assert [s.school_id for s in result.schools if s.only_watches] == ["900005", "900006", "900007"]
    assert result.watching_n == 3
    cover = {item.source.code: item for item in result.covers}
    assert cover["devices"].schools_n == 4
    # the roll that is not published takes the middle one, 350: 1,000 of 2,450 pupils
    assert cover["devices"].pupils_share.value == pytest.approx(100 * 1000 / 2450)
    assert result.roll_unknown_n == 1


def test_headlines_of_shares_tip_at_the_ends_of_their_range(some):
    data, held, _ = some
    told = {item.headline.name: item for item in participation_evidence(data, held).told}
    assert set(told) == {"no_own_device", "learn_alone", "teacher_contact"}
    device = told["no_own_device"]
    assert device.missing.schools_n == 3
    assert device.low.value < device.headline.estimate.value < device.high.value
    assert device.widest_low.value < device.low.value
    low = device.tipping[0]
    whole = device.headline.estimate.value * 1000 + low.needed.value * 1450
    assert whole / 2450 == pytest.approx(device.headline.estimate.low)


def test_progress_tips_at_no_difference_from_expectation(some):
    data, held, given_ = some
    table = pd.DataFrame(
        {
            "pupil_id": given_["pupil_id"],
            "school_id": given_["school_id"],
            "subject": "maths",
            "residual": np.random.default_rng(2).normal(-6, 20, len(given_)),
            "residual_sd": 20.0,
        }
    )
    told = {item.headline.name: item for item in participation_evidence(data, held, table).told}
    item = told["star_maths_vs_expected"]
    value = item.headline.estimate.value
    assert item.tipping[0].needed.value == pytest.approx(-value * 1000 / 1450)
    assert item.tipping[0].is_possible


def test_nothing_given_is_nobody_taking_part():
    result = release(
        participation_evidence(world.community(["900001"]), PupilData(frames={}))
    ).result
    assert result.watching_n == result.schools_n == 1
    assert result.told == ()


def test_a_community_without_missing_schools_has_nothing_to_tip(some):
    _, held, given_ = some
    data = world.community(given_["school_id"].unique())
    told = participation_evidence(data, held).told
    assert told
    assert all(item.tipping == () for item in told)
