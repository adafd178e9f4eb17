"""Shares of surveys, coverage and differences, on surveys whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis.experience import experience_evidence
from recovery_analysis.analysis.shares import share_of
from recovery_analysis.analysis.survey_shares import said
from recovery_analysis.disclosure.gate import release
from recovery_analysis.stats.false_discovery import stands

PER_SCHOOL = 40


@pytest.fixture(scope="module")
def place(handmade, survey_world, tmp_path_factory):
    return survey_world.community(handmade, tmp_path_factory.mktemp("place") / "store", schools=8)


def result_of(place, survey_world, people, given, roll=None):
    tables = {"survey_respondents": people, "survey_answers": given}
    return experience_evidence(
        place, survey_world.pupil_data(**tables, **({} if roll is None else {"pupils": roll}))
    )


def share_in(result, role, item):
    (found,) = [one.share for one in result.of(role).items if one.item == item]
    return found


@pytest.fixture
def asked(survey_world):
    """Give 8 schools of 40 pupils, a fifth of them disadvantaged."""
    school = np.repeat(survey_world.school_ids(8), PER_SCHOOL)
    ids = [survey_world.key(at) for at in range(len(school))]
    people = survey_world.respondents(list(school), pupil_id=ids, year_group=4.0)
    return school, people, np.arange(len(school)) % 5 == 0


def test_a_share_counts_the_counted_answers(place, survey_world, asked):
    _, people, _ = asked
    flags = np.arange(len(people)) % 4 == 0
    blank = np.where(np.arange(len(people)) < 20, np.nan, flags)
    result = result_of(
        place, survey_world, people, survey_world.answers(people, {"routine": blank})
    )
    found = share_in(result, "pupil", "routine")
    assert found.value == pytest.approx(100 * 75 / 300)
    assert (found.n_pupils, found.n_schools, found.n_smallest) == (300, 8, 75)
    assert found.low < found.value < found.high


def test_weights_count_where_every_respondent_has_one(place, survey_world, asked):
    _, people, _ = asked
    flags = np.arange(len(people)) % 2 == 0
    weight = np.where(flags, 3.0, 1.0)
    given = survey_world.answers(people, {"routine": flags})
    weighted = result_of(place, survey_world, people.assign(weight=weight), given)
    assert share_in(weighted, "pupil", "routine").value == pytest.approx(75)
    assert weighted.of("pupil").coverage.is_weighted
    some = np.where(np.arange(len(people)) == 7, np.nan, weight)
    plain = result_of(place, survey_world, people.assign(weight=some), given)
    assert share_in(plain, "pupil", "routine").value == pytest.approx(50)
    assert not plain.of("pupil").coverage.is_weighted


def test_a_true_difference_is_said_and_equal_groups_are_not(place, survey_world, asked):
    school, people, poor = asked
    rng = np.random.default_rng(3)
    flags = {
        "quiet_place": rng.random(len(people)) < np.where(poor, 0.8, 0.3),
        "routine": rng.random(len(people)) < 0.4,
        "lonely": rng.random(len(people)) < 0.4,
    }
    roll = survey_world.roll(list(school), disadvantaged=poor, sen_status="none", eal="no")
    result = result_of(place, survey_world, people, survey_world.answers(people, flags), roll=roll)
    assert result.looked_at == 3
    (one,) = said(result.of("pupil").comparisons)
    assert (one.item, one.grouping) == ("quiet_place", "disadvantaged")
    assert one.shares.difference.low < 50 < one.shares.difference.high
    assert all(one.chance is None for one in result.of("pupil").comparisons)


def test_differences_between_like_groups_are_rarely_said(place, survey_world, asked):
    school, people, poor = asked
    rng = np.random.default_rng(11)
    roll = survey_world.roll(list(school), disadvantaged=poor)
    codes = [code for code, item in survey_world.SURVEY_ITEMS.items() if "pupil" in item.roles]
    told = 0
    for _ in range(6):
        flags = {code: rng.random(len(people)) < 0.4 for code in codes}
        found = result_of(
            place, survey_world, people, survey_world.answers(people, flags), roll=roll
        )
        told += len(said(found.of("pupil").comparisons))
    assert told <= 1


def test_intervals_of_shares_hold_the_truth_with_schools_that_differ():
    """500 surveys of 20 schools whose own shares scatter by 8 points about 35%."""
    rng = np.random.default_rng(20200320)
    school = pd.Series(np.repeat(np.arange(20), 30))
    held = 0
    estimates = []
    for _ in range(500):
        own = np.clip(rng.normal(0.35, 0.08, 20), 0.02, 0.98)
        flags = pd.Series(rng.random(600) < np.repeat(own, 30))
        found = share_of(flags, school, sources=("survey",))
        held += found.low <= 35 <= found.high
        estimates.append(found.value)
    assert 0.92 <= held / 500 <= 0.98
    assert abs(np.mean(estimates) - 35) < np.std(estimates) / 4


def test_only_the_latest_survey_of_each_school_is_counted_and_change_is_followed(
    place, survey_world
):
    school = np.repeat(survey_world.school_ids(8), PER_SCHOOL)
    rng = np.random.default_rng(5)
    first = survey_world.respondents(
        list(school), survey="Summer 2020", year="2019/20", day="2020-06-15"
    )
    later = survey_world.respondents(
        list(school[: 6 * PER_SCHOOL]), survey="Autumn 2020", start=10_000
    )
    given = [
        survey_world.answers(first, {"worried": rng.random(len(first)) < 0.7}),
        survey_world.answers(later, {"worried": rng.random(len(later)) < 0.3}),
    ]
    pupils = survey_world.pupil_data(survey_respondents=[first, later], survey_answers=given)
    told = experience_evidence(place, pupils).of("pupil")
    assert told.items[0].share.n_pupils == 8 * PER_SCHOOL
    assert told.coverage.surveys == ("Autumn 2020", "Summer 2020")
    (change,) = told.changes
    assert change.is_said
    assert change.shares.difference.n_schools == 6
    assert change.shares.difference.low < -40 < change.shares.difference.high


def test_coverage_counts_respondents_against_the_roll_and_names_the_silent(
    place, survey_world, asked
):
    school, people, _ = asked
    roll = survey_world.roll([*school, *school], start=0)
    kept = people[people["school_id"] != "100003"]
    given = survey_world.answers(kept, {"routine": np.arange(len(kept)) % 3 == 0})
    covered = result_of(place, survey_world, kept, given, roll=roll).of("pupil").coverage
    assert covered.respondents.value == 7 * PER_SCHOOL
    assert (covered.schools_n, covered.schools_with) == (8, 7)
    assert covered.silent == ("School 100003",)
    assert covered.response.value == pytest.approx(100 * 7 / 16)
    assert [one.roll for one in covered.schools] == [2 * PER_SCHOOL] * 8


def test_pupils_and_families_stand_side_by_side(place, survey_world, asked):
    school, people, _ = asked
    rng = np.random.default_rng(8)
    homes = survey_world.respondents(list(school), role="family", start=50_000)
    given = [
        survey_world.answers(
            people, {"lonely": rng.random(len(people)) < 0.6, "active": [1] * 320}
        ),
        survey_world.answers(homes, {"lonely": rng.random(len(homes)) < 0.3}),
    ]
    pupils = survey_world.pupil_data(survey_respondents=[people, homes], survey_answers=given)
    result = experience_evidence(place, pupils)
    (one,) = result.side_by_side
    assert one.item == "lonely"
    assert one.is_said
    assert one.shares.difference.low < 30 < one.shares.difference.high


def test_small_numbers_by_school_are_hidden_with_another(place, survey_world, asked):
    school, people, _ = asked
    flags = np.arange(len(people)) % 2 == 0
    flags[school == "100002"] = np.arange(PER_SCHOOL) < 3
    result = result_of(place, survey_world, people, survey_world.answers(people, {"lonely": flags}))
    released = release(result).result.of("pupil").schools[0].shares
    hidden = [at for at, part in enumerate(released.parts) if part.value is None]
    assert 1 in hidden
    assert len(hidden) == 2


def test_three_schools_give_no_interval_and_no_difference(handmade, survey_world, tmp_path):
    place = survey_world.community(handmade, tmp_path / "store", schools=3)
    people, given, _ = survey_world.surveyed(np.random.default_rng(1), schools=3, each=30)
    result = result_of(place, survey_world, people, given)
    shares = [one.share for one in result.of("pupil").items]
    assert all(one.low is None and one.why_no_interval for one in shares)
    assert said(result.of("pupil").comparisons) == ()


def test_no_survey_gives_an_empty_result(place, survey_world):
    result = experience_evidence(place, survey_world.pupil_data())
    assert (result.roles, result.side_by_side, result.looked_at) == ((), (), 0)


def test_the_rule_for_many_comparisons_is_the_step_up_rule():
    # Table of Benjamini and Hochberg (1995), section 4.1: four of the fifteen stand at 5%.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert stands([*p, np.nan]).tolist() == [True] * 4 + [False] * 12
    assert stands([]).tolist() == []
