"""Induction groups on simulated pupils whose kind is known."""

import importlib

import numpy as np
import pytest

from recovery_analysis.disclosure.gate import release
from recovery_analysis.words.survey_items import INDUCTION_ITEMS

pytest.importorskip("stepmix", reason="stepmix is not installed here")
induction_evidence = importlib.import_module(
    "recovery_analysis.analysis.induction"
).induction_evidence
latent = importlib.import_module("recovery_analysis.stats.latent")


def adjusted_rand(one, other):
    """Agreement of two partitions, 0 as by chance, 1 the same (Hubert and Arabie, 1985)."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    pairs = lambda counts: (counts * (counts - 1) / 2).sum()  # noqa: E731
    inside, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / pairs(np.array([len(one)]))
    return (inside - expected) / ((rows + columns) / 2 - expected)


@pytest.fixture(scope="module")
def place(handmade, survey_world, tmp_path_factory):
    return survey_world.community(handmade, tmp_path_factory.mktemp("place") / "store", schools=8)


@pytest.fixture(scope="module")
def world(survey_world):
    rng = np.random.default_rng(2)
    people, given, kind = survey_world.surveyed(rng, schools=8, each=90)
    people = people.assign(pupil_id=[survey_world.key(at) for at in range(len(people))])
    poor = rng.random(len(people)) < np.where(kind == 1, 0.6, 0.15)
    roll = survey_world.roll(list(people["school_id"]), disadvantaged=poor)
    data = survey_world.pupil_data(survey_respondents=people, survey_answers=given, pupils=roll)
    return data, kind, given


@pytest.fixture(scope="module")
def found(place, world):
    return induction_evidence(place, world[0], seed=1)


def test_the_three_kinds_come_back(found, world):
    kind = world[1]
    assert [round(group.size.value) for group in found.groups] == pytest.approx(
        100 * np.sort(np.bincount(kind))[::-1] / len(kind), abs=4
    )
    for group, share in zip(found.groups, (50, 30, 20), strict=True):
        assert group.size.low < share < group.size.high
    assert found.entropy > 0.8
    assert min(found.tried, key=lambda one: one[1])[0] == 3


def test_pupils_are_put_where_they_belong(world):
    _, kind, given = world
    wide = given.assign(hard=given["level"].le(2)).pivot(
        index="respondent_id", columns="item", values="hard"
    )
    items = wide.loc[sorted(wide.index), list(INDUCTION_ITEMS)].to_numpy(dtype=float)
    result = latent.latent_classes(items=items, seed=1, max_classes=5, starts=4, within=1e-6)
    assert adjusted_rand(result.assigned, kind) > 0.7


def test_groups_are_named_by_what_marks_them_and_say_what_they_need(found):
    settled, alone, worried = found.groups
    assert (settled.name, settled.needs) == ("Fewest difficulties", ())
    assert {one.item for one in alone.marks} == set(INDUCTION_ITEMS[:5])
    assert "an adult to turn to for help" in alone.needs
    assert {one.item for one in worried.marks} == {"worried", "lonely", "glad_return", "feels_safe"}
    assert "time to rebuild friendships" in worried.needs


def test_disadvantaged_pupils_are_more_often_in_the_group_that_they_were_put_in(found):
    shares = found.groups[1].by_disadvantage
    assert shares.difference.low > 15
    assert shares.part("yes").value > shares.part("no").value


def test_the_same_seed_gives_the_same_groups(place, world, found):
    assert induction_evidence(place, world[0], seed=1) == found


def test_a_school_is_counted_whole_or_not_at_all(place, survey_world):
    rng = np.random.default_rng(4)
    people, given, _ = survey_world.surveyed(rng, schools=8, each=60)
    kept = people.groupby("school_id").cumcount().lt(8) | people["school_id"].gt("100002")
    people = people[kept]
    data = survey_world.pupil_data(
        survey_respondents=people,
        survey_answers=given[given["respondent_id"].isin(people["respondent_id"])],
    )
    groups = release(induction_evidence(place, data, seed=1)).result.groups
    assert len(groups) == 3
    for at in (0, 1):
        assert {group.by_school.parts[at].value for group in groups} == {None}
    assert all(group.by_school.parts[7].value for group in groups)


def test_pupils_without_groups_are_not_split(place, survey_world):
    rng = np.random.default_rng(6)
    people = survey_world.respondents(list(np.repeat(survey_world.school_ids(8), 20)))
    flags = {code: rng.random(len(people)) < 0.3 for code in INDUCTION_ITEMS}
    data = survey_world.pupil_data(
        survey_respondents=people, survey_answers=survey_world.answers(people, flags)
    )
    result = induction_evidence(place, data, seed=1)
    assert result.groups == ()
    assert "one group fits" in result.why_not


def test_few_pupils_few_questions_or_no_survey_are_refused_in_words(place, survey_world):
    rng = np.random.default_rng(7)
    people, given, _ = survey_world.surveyed(rng, schools=8, each=3)
    few = survey_world.pupil_data(survey_respondents=people, survey_answers=given)
    assert "fewer than 60" in induction_evidence(place, few, seed=1).why_not
    people, given, _ = survey_world.surveyed(rng, schools=8, each=30)
    short = given[given["item"].isin(INDUCTION_ITEMS[:3])]
    asked = survey_world.pupil_data(survey_respondents=people, survey_answers=short)
    assert "too few of the questions" in induction_evidence(place, asked, seed=1).why_not
    nothing = induction_evidence(place, survey_world.pupil_data(), seed=1)
    assert (nothing.role, nothing.groups) == (None, ())


def test_families_answer_where_no_pupil_did(place, survey_world):
    people, given, _ = survey_world.surveyed(
        np.random.default_rng(9), schools=8, each=40, role="family"
    )
    dropped = given.drop(index=given.index[given["item"].eq("worried")][:50])
    data = survey_world.pupil_data(survey_respondents=people, survey_answers=dropped)
    result = induction_evidence(place, data, seed=1)
    assert result.role == "family"
    assert (result.sets.answered.value, result.sets.left_out.value) == (270, 50)
