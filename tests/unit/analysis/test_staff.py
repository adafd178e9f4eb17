"""What staff need, and that no school's few staff ever stand alone."""

import numpy as np
import pytest

from recovery_analysis.analysis.staff import staff_evidence
from recovery_analysis.disclosure.gate import release

TRUTH = {
    "staff_confident_online": 0.40,
    "staff_confident_gaps": 0.30,
    "staff_training": 0.50,
    "staff_workload": 0.70,
    "staff_support": 0.15,
    "staff_absent": 0.12,
}


@pytest.fixture(scope="module")
def place(handmade, survey_world, tmp_path_factory):
    return survey_world.community(
        handmade, tmp_path_factory.mktemp("place") / "store", schools=10, secondary=4
    )


def evidence(place, survey_world, sizes, *, truth=TRUTH, seed=1):
    rng = np.random.default_rng(seed)
    school = np.repeat(survey_world.school_ids(len(sizes)), sizes)
    people = survey_world.respondents(list(school), role="staff")
    flags = {item: rng.random(len(people)) < share for item, share in truth.items()}
    data = survey_world.pupil_data(
        survey_respondents=people, survey_answers=survey_world.answers(people, flags)
    )
    return release(staff_evidence(place, data)).result


def test_needs_stand_in_the_order_of_their_shares_and_absence_apart(place, survey_world):
    result = evidence(place, survey_world, [30] * 10)
    assert [item.item for item in result.needs] == [
        "staff_workload",
        "staff_training",
        "staff_confident_online",
        "staff_confident_gaps",
        "staff_support",
    ]
    for item in (*result.needs, result.absence):
        assert item.share.low < 100 * TRUTH[item.item] < item.share.high


def test_shares_by_phase_add_up_to_the_whole(place, survey_world):
    result = evidence(place, survey_world, [30] * 10)
    top = result.needs[0]
    assert top.by_phase.phases == ("primary", "secondary")
    parts = top.by_phase.shares.parts
    assert sum(part.value * part.n_pupils for part in parts) / 300 == pytest.approx(top.share.value)
    assert len(result.differences) == 6


def test_a_phase_of_one_school_is_never_shown(handmade, survey_world, tmp_path):
    place = survey_world.community(handmade, tmp_path / "store", schools=5, secondary=1)
    result = evidence(place, survey_world, [30] * 5)
    assert all(item.by_phase is None for item in (*result.needs, result.absence))
    assert result.differences == ()


def test_a_school_with_few_staff_answers_is_never_told(place, survey_world):
    sizes = [30, 9, 25, 12, 40, 40, 40, 40, 40, 40]
    result = evidence(place, survey_world, sizes)
    shown = [part.value for part in result.coverage.by_school.parts]
    assert shown == [30, None, 25, None, 40, 40, 40, 40, 40, 40]
    assert result.hidden_schools == 1
    assert result.coverage.respondents.value == sum(sizes)


def test_hidden_schools_together_hold_enough_staff(place, survey_world):
    sizes = [3, 2, 25, 30, 40, 40, 40, 40, 40, 40]
    parts = evidence(place, survey_world, sizes).coverage.by_school.parts
    hidden = [size for size, part in zip(sizes, parts, strict=True) if part.value is None]
    assert hidden == [3, 2, 25]


def test_fewer_than_ten_staff_give_no_share(handmade, survey_world, tmp_path):
    place = survey_world.community(handmade, tmp_path / "store", schools=4)
    result = evidence(place, survey_world, [2, 2, 2, 3], truth=dict.fromkeys(TRUTH, 0.5))
    assert [item.share.value for item in result.needs] == [None] * 5
    assert {item.share.missing_reason for item in result.needs} == {"too_few"}


def test_no_survey_of_staff_gives_an_empty_result(place, survey_world):
    result = staff_evidence(place, survey_world.pupil_data())
    assert (result.coverage, result.needs, result.absence) == (None, (), None)
