"""Barriers: reach and differences recover the truth, hidden where small, and every subset gives an answer."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.analysis.association import went_with
from recovery_analysis.analysis.barriers import barriers_evidence
from recovery_analysis.analysis.pupil_list import traits_of
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.disclosure.gate import release


def _load(name):
    path = Path(__file__).parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"recovery_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


world = _load("access_world")
ITEMS = ("live_lessons", "teacher_contact", "learn_alone")


def barrier(result, code, who="listed"):
    return next(item for item in result.barriers if (item.code, item.who) == (code, who))


@pytest.fixture
def everything():
    rng = np.random.default_rng(1)
    pupils = world.pupil_list(rng)
    people, answers = world.survey(rng, pupils, ITEMS)
    data = world.community({*pupils["school_id"], "900099"})
    held = world.pupil_data(
        pupils=pupils,
        device_access=world.device_list(rng, pupils),
        survey_respondents=people,
        survey_answers=answers,
    )
    return data, held, pupils


def test_shares_and_their_difference_are_those_of_the_rows(everything):
    data, held, pupils = everything
    result = barriers_evidence(data, held)
    devices = held.table("device_access").merge(pupils[["pupil_id", "disadvantaged"]])
    without = devices["device"].ne("own")
    item = barrier(result, "no_own_device")
    assert item.by_group.shares.total.value == pytest.approx(100 * without.mean())
    rates = 100 * without.groupby(devices["disadvantaged"]).mean()
    assert item.by_group.part("yes").value == pytest.approx(rates["yes"])
    assert item.by_group.difference.value == pytest.approx(rates["yes"] - rates["no"])
    assert item.by_group.difference.low < 20 < item.by_group.difference.high
    assert sum(part.value for part in item.levels.parts) == pytest.approx(100)
    assert result.silent_schools == ("School 900099",)
    assert result.missing_sources == ("a family survey",)
    assert not result.progress_known
    assert all(not one.linked for one in result.barriers)


def test_lent_devices_are_counted_among_those_listed(everything):
    data, held, _ = everything
    result = barriers_evidence(data, held)
    devices = held.table("device_access")
    lent = devices["lent_by_school"].eq("yes")
    assert result.lent.value == pytest.approx(100 * lent.mean())
    assert result.lacking.value == pytest.approx(100 * (~lent[devices["device"].ne("own")]).mean())


def test_only_the_latest_wave_of_a_school_counts(everything):
    data, held, pupils = everything
    rng = np.random.default_rng(2)
    people, answers = world.survey(rng, pupils, ITEMS, name="Second wave", hard=1.0)
    people = people.assign(answered_date=pd.Timestamp("2020-11-01"), academic_year="2020/21")
    both = PupilData(
        frames={
            **held.frames,
            "survey_respondents": pd.concat(
                [held.table("survey_respondents"), world.settled("survey_respondents", people)]
            ),
            "survey_answers": pd.concat(
                [held.table("survey_answers"), world.settled("survey_answers", answers)]
            ),
        }
    )
    item = barrier(barriers_evidence(data, both), "learn_alone", "pupil")
    assert item.by_group.shares.total.value == pytest.approx(100)
    assert item.first_day.year == item.last_day.year == 2020


def test_weights_move_the_share():
    pupils = world.pupil_list(np.random.default_rng(3), schools=6, pupils=40)
    people, answers = world.survey(np.random.default_rng(4), pupils, ("learn_alone",), hard=0.5)
    hard = answers["level"].eq(1).to_numpy()
    people = people.assign(weight=np.where(hard, 3.0, 1.0))
    held = world.pupil_data(pupils=pupils, survey_respondents=people, survey_answers=answers)
    result = barriers_evidence(world.community(pupils["school_id"].unique()), held)
    expected = 300 * hard.sum() / (3 * hard.sum() + (~hard).sum())
    total = barrier(result, "learn_alone", "pupil").by_group.shares.total
    assert total.value == pytest.approx(expected)


def test_replies_count_those_who_did_not(everything):
    data, held, pupils = everything
    replies = barriers_evidence(data, held).replies
    people = held.table("survey_respondents")
    at = replies.school_ids.index("900003")
    assert replies.on_roll.parts[at].value == pupils["school_id"].eq("900003").sum()
    assert replies.pupil.parts[at].value == people["school_id"].eq("900003").sum()
    assert not replies.family.parts[at].is_there


@pytest.mark.parametrize("leave_out", ["pupils", "device_access", "survey_respondents", "all"])
def test_any_subset_of_sources_gives_an_answer(everything, leave_out):
    data, held, _ = everything
    names = [name for name in held.frames if leave_out not in (name, "all")]
    some = PupilData(frames={name: held.frames[name] for name in names})
    result = release(barriers_evidence(data, some)).result
    assert result.has_evidence == (leave_out != "all")
    if leave_out == "pupils":
        assert barrier(result, "no_own_device").by_group.shares.total.is_there
        assert not barrier(result, "no_own_device").by_group.part("yes").is_there
    if leave_out == "all":
        assert len(result.missing_sources) == 4


def test_one_school_has_shares_without_a_range_and_three_pupils_none():
    rng = np.random.default_rng(5)
    pupils = world.pupil_list(rng, schools=1, pupils=60)
    pupils["disadvantaged"] = ["yes"] * 3 + ["no"] * 57
    held = world.pupil_data(pupils=pupils, device_access=world.device_list(rng, pupils))
    raw = barriers_evidence(world.community(["900001"]), held)
    item = barrier(release(raw).result, "no_own_device")
    assert item.by_group.shares.total.is_there
    assert item.by_group.shares.total.low is None
    assert "1 school" in item.by_group.shares.total.why_no_interval
    # the other part and the difference would give the three pupils away
    assert not item.by_group.part("yes").is_there
    assert not item.by_group.part("no").is_there
    assert not item.by_group.difference.is_there


def test_a_difference_within_schools_is_recovered_though_schools_differ_the_other_way():
    """The interval's coverage over many runs is tested with the fit itself (tests/unit/stats/test_within.py)."""
    rng = np.random.default_rng(6)
    pupils = world.pupil_list(rng, schools=12, pupils=30)
    traits, slope = traits_of(world.pupil_data(pupils=pupils)), -6.0
    found = []
    for _ in range(60):
        chance = 0.2 + 0.6 * rng.random(12).repeat(30)
        has = pd.Series((rng.random(len(pupils)) < chance).astype(float))
        exposure = pd.DataFrame({"pupil_id": pupils["pupil_id"], "has": has})
        table = world.progress(rng, pupils, has, slope=slope)
        ((points, _),) = went_with(table, exposure, traits, subject="reading", sources=("made",))
        found.append(points)
    errors = [(one.high - one.low) / 4.4 for one in found]
    assert abs(np.mean([one.value for one in found]) - slope) < 0.25 * np.mean(errors)
    assert np.mean([one.low <= slope <= one.high for one in found]) >= 0.85


def test_progress_is_linked_by_subject_and_in_standard_deviations(everything):
    data, held, pupils = everything
    rng = np.random.default_rng(7)
    has = pd.Series(held.table("device_access")["device"].ne("own").astype(float))
    table = world.progress(rng, pupils, has, slope=-12.0)
    result = barriers_evidence(data, held, table)
    (linked,) = barrier(result, "no_own_device").linked
    assert linked.subject == "reading"
    assert linked.points.low < -12 < linked.points.high
    assert linked.deviations.value == pytest.approx(linked.points.value / 20)
    assert linked.points.unit == "scaled score points"
