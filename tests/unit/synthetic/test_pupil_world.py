"""The simulated pupils: the same twice, in the shape of the store's tables, and what was put in comes out."""

import dataclasses
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from recovery_analysis.intake.schema import ROW, validate
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.synthetic.pupils import PupilTruth, known_truth, simulate_pupils
from recovery_analysis.synthetic.pupils.attainment import national_moments
from recovery_analysis.synthetic.pupils.deviation import loss
from recovery_analysis.synthetic.pupils.truth_curriculum import CurriculumTruth
from recovery_analysis.synthetic.pupils.truth_survey import CLASSES, ITEMS

SEED = 11


def _schools(n=60, size=50, **columns):
    primary = np.arange(n) % 4 != 0
    return pd.DataFrame(
        {
            "urn": [str(900001 + at) for at in range(n)],
            "la_code": [str(951 + at % 5) for at in range(n)],
            "trust_uid": [str(90001 + at % 6) if at % 5 else "" for at in range(n)],
            "low_year_group": np.where(primary, 0, 7),
            "high_year_group": np.where(primary, 6, 11),
            "year_group_size": size,
            "disadvantaged_share": np.linspace(0.1, 0.5, n),
            **columns,
        }
    )


@pytest.fixture(scope="module")
def world():
    return simulate_pupils(PupilTruth(), _schools(), SEED)


@pytest.mark.parametrize(
    "name", sorted(set(TABLES) & set(simulate_pupils(PupilTruth(), _schools(2), 1).tables))
)
def test_tables_pass_the_checks_of_the_store(name):
    small = simulate_pupils(PupilTruth(), _schools(8, 20), SEED)
    frame = small.table(name)
    assert len(frame)
    checked = validate(TABLES[name], frame, label=name)
    assert len(checked) == len(frame)
    assert set(frame.columns) <= set(TABLES[name].names)
    assert ROW not in frame


def test_the_same_seed_gives_the_same_pupils_and_another_seed_others():
    one, again, other = (
        simulate_pupils(PupilTruth(), _schools(4, 15), seed) for seed in (SEED, SEED, SEED + 1)
    )
    for name in one.tables:
        pd.testing.assert_frame_equal(one.table(name), again.table(name))
    assert not one.table("assessments").equals(other.table("assessments"))


def test_a_change_to_one_part_leaves_the_others_as_they_were():
    changed = dataclasses.replace(PupilTruth(), curriculum=CurriculumTruth(drop_closed=0.9))
    one, other = (
        simulate_pupils(truth, _schools(6, 20), SEED) for truth in (PupilTruth(), changed)
    )
    pd.testing.assert_frame_equal(one.table("assessments"), other.table("assessments"))
    assert not one.table("question_marks").equals(other.table("question_marks"))


def test_schools_that_do_not_give_a_source_are_not_in_it():
    gives = np.arange(8) % 2 == 0
    schools = _schools(8, 15, gives_star=gives, gives_survey_pupil=gives, gives_marks=gives)
    found = simulate_pupils(PupilTruth(), schools, SEED)
    silent = {f"urn:{urn}" for urn in schools["urn"][~gives]}
    for name in ("assessments", "question_marks"):
        assert not silent & set(found.table(name)["school_ref"])
    asked = found.table("survey_respondents")
    assert not silent & set(asked.loc[asked["role"].eq("pupil"), "school_ref"])
    assert silent <= set(found.table("pupils")["school_ref"])


def test_pupils_move_up_a_year_group_each_year_and_leavers_are_gone(world):
    pupils = world.table("pupils")
    start = pupils["academic_year"].str[:4].astype(int)
    cohort = start - pupils["year_group"]
    assert cohort.groupby(pupils["pupil_id"]).nunique().eq(1).all()
    last = start.groupby(pupils["pupil_id"]).max()
    left = pupils.loc[pupils["leaving_date"].notna()].set_index("pupil_id")
    assert (left["academic_year"].str[:4].astype(int) == last[left.index]).all()
    assert 0.01 < len(left) / len(pupils) < 0.04


def _autumns(world, subject):
    """Give each pupil's first counted autumn score of two years beside each other, per pair of years."""
    tests = world.table("assessments")
    tests = tests[tests["unusable_reason"].isna() & tests["subject"].eq(subject)]
    tests = tests[tests["season"].eq("autumn")].drop_duplicates(["pupil_id", "academic_year"])
    return tests.assign(start=tests["academic_year"].str[:4].astype(int))


@pytest.mark.parametrize("subject", ["reading", "maths"])
def test_mean_growth_before_closure_is_the_level_of_the_truth(world, subject):
    tests = _autumns(world, subject)
    tests = tests[tests["start"].le(2019)]
    known = world.truth.subjects[subject]
    mean, _ = national_moments(world.truth)
    for year_group, part in tests.groupby("year_group"):
        sd = known.sd_at_zero + known.sd_a_year * year_group
        level = known.level[int(year_group) - 1] + known.month(int(year_group))
        assert part["scaled_score"].mean() == pytest.approx(level + mean * sd, abs=0.16 * sd)


def test_the_fall_since_closure_is_the_mean_deviation_among_alike_pupils(world):
    """Expected from pairs of autumns before closure, noise in the first score allowed for."""
    for subject in ("reading", "maths"):
        tests = _autumns(world, subject)
        later = tests.assign(start=tests["start"] - 1)
        pairs = tests.merge(later, on=["pupil_id", "start"], suffixes=("", "_next"))
        before, since = pairs[pairs["start"].lt(2019)], pairs[pairs["start"].eq(2019)]
        known = [
            row
            for row in known_truth(world)["deviations"]
            if (row["entity"], row["subject"], row["academic_year"], row["pupil_group"])
            == ("england", subject, "2020/21", "all")
        ]
        truth = {row["year_group"]: row["points"] for row in known}
        for year_group, old in before.groupby("year_group_next"):
            new = since[since["year_group_next"].eq(year_group)]
            noise = (old["standard_error"] ** 2).mean()
            prior = old["scaled_score"]
            slope = old[["scaled_score", "scaled_score_next"]].cov().iloc[0, 1] / (
                prior.var() - noise
            )
            expected = old["scaled_score_next"].mean() + slope * (
                new["scaled_score"] - prior.mean()
            )
            residual = new["scaled_score_next"] - expected
            # schools differ, so the mean over sixty schools is no better than a tenth of an SD's fifth
            error = 3.5 * residual.std() / np.sqrt(len(new)) + 2
            # repeats and pupils without both tests make the two sets differ a little
            assert residual.mean() == pytest.approx(truth[int(year_group)], abs=error)


def test_disadvantaged_pupils_lose_more_and_win_back_less():
    world = simulate_pupils(PupilTruth(), _schools(6, 30), SEED)
    truth, roll = world.truth, world.roll
    waves = {(wave.year, wave.season): wave for wave in truth.waves}
    at = np.flatnonzero(roll.year_group(2020) == 5)
    for subject, known in truth.subjects.items():
        first = loss(truth, roll, subject, at, waves[2020, "autumn"])
        later = loss(truth, roll, subject, at, waves[2021, "autumn"])
        poor = roll.is_disadvantaged[at]
        gap = first[poor].mean() - first[~poor].mean()
        assert gap == pytest.approx(known.shock_extra_disadvantaged * known.month(5), rel=0.03)
        assert (later / first)[poor].mean() > (later / first)[~poor].mean() + 0.1
        assert loss(truth, roll, subject, at, waves[2020, "autumn"]).min() > 0


def test_marks_and_their_order_come_out(world):
    marks = world.table("question_marks").dropna(subset=["marks"])
    keys = ["subject", "year_group", "strand"]
    sums = marks.groupby(keys)[["marks", "marks_possible"]].sum()
    facility = 100 * sums["marks"] / sums["marks_possible"]
    known = pd.DataFrame(known_truth(world)["strands_by_community"])
    known = known[known["entity"].eq("england")].set_index(keys)
    # no sampling error of a share is above that of a half
    error = 50 / np.sqrt(marks.groupby(keys).size())
    assert ((facility - known["now_pct"].reindex(facility.index)) / error).abs().max() < 4.2
    fell = pd.DataFrame(known_truth(world)["strands"]).set_index(keys)
    assert fell.loc[fell["in_closure"], "fall_pct_points"].mean() > (
        fell.loc[~fell["in_closure"], "fall_pct_points"].mean() + 5
    )
    for _, part in fell.groupby(["subject", "year_group"]):
        assert sorted(part["place"]) == list(range(1, len(part) + 1))
        assert part["fall_pct_points"].idxmax() == part["place"].idxmin()


def test_answers_follow_the_class_and_classes_follow_disadvantage(world):
    answers = world.surveys.answers[0]
    for place, item in enumerate(answers.items):
        for code in range(len(CLASSES)):
            levels = answers.levels[answers.experience == code, place]
            levels = levels[levels > 0]
            share, wanted = (levels <= 2).mean(), ITEMS[item][code]
            error = 4 * np.sqrt(wanted * (1 - wanted) / len(levels))
            assert share == pytest.approx(wanted, abs=error)
    shares = {
        row["pupil_group"]: row["share_of_pupils"]
        for row in known_truth(world)["experience"]
        if row["entity"] == "england"
    }
    for group in ("disadvantaged", "other"):
        for name, wanted in zip(CLASSES, world.truth.survey.shares[group], strict=True):
            assert shares[group][name] == pytest.approx(wanted, abs=0.05)


def test_devices_and_attendance_differ_by_group_as_said(world):
    poor = world.table("pupils").drop_duplicates("pupil_id").set_index("pupil_id")["disadvantaged"]
    devices = world.table("device_access")
    weeks = world.table("attendance_weeks")
    for at, (word, group) in enumerate((("no", "other"), ("yes", "disadvantaged"))):
        mine = devices[devices["pupil_id"].map(poor).eq(word)]
        own = world.truth.devices.device[group][0]
        assert mine["device"].eq("own").mean() == pytest.approx(own, abs=0.03)
        part = weeks[weeks["pupil_id"].map(poor).eq(word) & weeks["academic_year"].eq("2020/21")]
        rate = part["sessions_attended"].sum() / part["sessions_possible"].sum()
        assert rate == pytest.approx(world.truth.attendance.attended[2020][at], abs=0.012)
    assert (
        weeks[["sessions_attended", "sessions_authorised", "sessions_unauthorised"]]
        .sum(axis=1)
        .eq(weeks["sessions_possible"])
        .all()
    )


def test_the_slope_of_quizzes_is_in_the_deviation(world):
    """Within schools, among pupils alike in all else, a quiz goes with its known number of points."""
    truth, roll, home = world.truth, world.roll, world.home
    wave = next(at for at, w in enumerate(truth.waves) if (w.year, w.season) == (2021, "autumn"))
    tests = world.star
    chosen = (tests.wave == wave) & (tests.subject == 0)
    at = tests.at[chosen]
    plain = ~home.poor_access[at] & ~roll.is_disadvantaged[at] & (roll.year_group(2021)[at] == 6)
    plain &= (home.minutes[0][at] == 0) & (home.minutes[1][at] == 0)
    dose, shift = home.quizzes[at][plain].astype(float), tests.deviation[chosen][plain]
    school = pd.Series(roll.school[at][plain])
    within = [
        values - pd.Series(values).groupby(school).transform("mean") for values in (dose, shift)
    ]
    slope = (within[0] * within[1]).sum() / (within[0] ** 2).sum()
    known = truth.subjects["reading"]
    sd = known.sd_at_zero + known.sd_a_year * 6
    assert slope == pytest.approx(truth.use.quizzes.slope_sd * sd, rel=1e-6)


def test_practices_work_where_they_are_said_to(world):
    found = pd.DataFrame(known_truth(world)["practices"])
    share = dict(zip(world.roll.schools.urn, world.roll.schools.share, strict=True))
    for practice in world.truth.practices:
        mine = found[found["practice"].eq(practice.name)]
        context = mine["urn"].map(share) >= practice.only_above_share
        assert mine.loc[~context, "effect_sd"].eq(0).all()
        assert mine.loc[context, "effect_sd"].mean() == pytest.approx(practice.effect_sd, abs=0.03)
    assert set(found["urn"]) == set(world.roll.schools.urn)


def test_the_reasons_of_tests_that_do_not_count_are_all_there(world):
    reasons = world.table("assessments")["unusable_reason"]
    counts = reasons.value_counts(normalize=True)
    assert set(counts.index) == {"deactivated", "outside_window", "not_screening", "after_leaving"}
    assert reasons.isna().mean() > 0.95
    spoilt = world.table("assessments").groupby(reasons.fillna("counts"))["scaled_score"].mean()
    assert spoilt["deactivated"] < 0.5 * spoilt["counts"]


def test_no_deviation_before_closure_and_none_at_all_without_anything_to_cause_it(world):
    before = [at for at, wave in enumerate(world.truth.waves) if wave.middle < "2020-03-20"]
    assert not world.star.deviation[np.isin(world.star.wave, before)].any()
    truth = PupilTruth()
    subjects = {
        name: dataclasses.replace(
            subject,
            shock_months=MappingProxyType(dict.fromkeys(subject.shock_months, 0.0)),
            shock_extra_disadvantaged=0.0,
        )
        for name, subject in truth.subjects.items()
    }
    still = dataclasses.replace(
        truth,
        subjects=subjects,
        practices=(),
        va_school_sd=0.0,
        va_trust_sd=0.0,
        va_la_sd=0.0,
        devices=dataclasses.replace(truth.devices, gap_sd=0.0),
    )
    calm = simulate_pupils(still, _schools(4, 15, gives_quizzes=False, gives_minutes=False), SEED)
    assert len(calm.star)
    assert not calm.star.deviation.any()
