"""Attendance, and what the missing schools would have to be: beside the truth."""

import numpy as np
from scipy import stats

from recovery.communities import Case
from recovery.population import Population, Targets
from recovery.scores import Score, score
from recovery_analysis.analysis.attendance import pupil_attendance
from recovery_analysis.analysis.participation import participation_evidence
from recovery_analysis.norms.comparison import progress_of_pupils
from recovery_analysis.synthetic.pupils import PupilWorld

CHAPTER = "attendance"
_YEARS = {"before": 2019, "now": 2021}
_MISSING = {"missing_10_pct": 0.1, "missing_50_pct": 0.5}


def targets(world: PupilWorld, inside: np.ndarray) -> Targets:
    """Give expected attendance, and chances of missing much, of pupils on roll each autumn."""
    known, roll = world.truth.attendance, world.roll
    sessions = known.weeks_n * known.sessions
    # the first numbers of the stream, drawn as attendance draws them
    school = known.school_sd * world.rng("attendance").normal(size=len(roll.schools.urn))
    found: Targets = {}
    for name, year in _YEARS.items():
        there = roll.on_roll(year) & inside[roll.school]
        poor = roll.is_disadvantaged[there]
        mean = np.array(known.attended[year])[poor.astype(int)] + school[roll.school[there]]
        mean = np.clip(mean, 0.5, 0.995)
        shares = {"attendance_pct": mean}
        distinct, place = np.unique(mean, return_inverse=True)
        for measure, limit in _MISSING.items():
            most = round(sessions * (1 - limit))
            a, b = distinct * known.pupil_concentration, (1 - distinct) * known.pupil_concentration
            shares[measure] = stats.betabinom.cdf(most, sessions, a, b)[place]
        for measure, value in shares.items():
            found[f"{measure} {name}"] = float(100 * value.mean())
            gap = float(100 * (value[poor].mean() - value[~poor].mean())) if poor.any() else np.nan
            found[f"{measure} {name} gap"] = gap
    for key in [key for key in found if " now" in key]:
        found[key.replace(" now", " change")] = found[key] - found[key.replace(" now", " before")]
    return found


def judge(case: Case, population: Population) -> list[Score]:
    """Compare rates, shares, differences and changes with the truth."""
    result = pupil_attendance(case.data, case.pupils)
    if not result.changes:
        return []
    own = targets(case.world, case.inside & case.world.roll.schools.gives["attendance"])
    scores: list[Score] = []
    for row in result.changes:
        if row.dimension == "all":
            group, end = ("rate" if row.measure == "attendance_pct" else "share missing much"), ""
        elif row.dimension == "disadvantaged" and row.is_difference:
            group, end = "disadvantaged less other", " gap"
        else:
            continue
        for name, estimate in (("before", row.before), ("now", row.now), ("change", row.change)):
            key = f"{row.measure} {name}{end}"
            scores += score(
                estimate,
                names=(CHAPTER, f"{group}, {'change' if name == 'change' else 'level'}", key),
                seed=case.seed,
                target=population.targets[key],
                own=own[key],
            )
    return scores


def bounds_hold(case: Case) -> list[dict[str, float | str | int]]:
    """Say whether bounds over the missing schools hold the whole community's true value."""
    progress = progress_of_pupils(case.pupils, case.norms)
    result = participation_evidence(case.data, case.pupils, progress)
    truth = {**_true_answers(case), "no_own_device": _true_device(case)}
    return [
        {
            "seed": case.seed,
            "headline": told.headline.name,
            "missing_schools": told.missing.schools_n,
            "held": int(low <= truth[told.headline.name] <= high),
        }
        for told in result.told
        for low, high in [(told.widest_low.value, told.widest_high.value)]
        if told.headline.name in truth and low is not None and high is not None
    ]


def _true_device(case: Case) -> float:
    roll = case.world.roll
    there = roll.on_roll(2019) & case.inside[roll.school]
    return float(100 * (case.world.home.device[there] > 0).mean())


def _true_answers(case: Case) -> Targets:
    """Give what all pupils on roll would answer, by the chances of their true classes."""
    roll, surveys = case.world.roll, case.world.surveys
    there = roll.on_roll(2020) & case.inside[roll.school]
    items = case.world.truth.survey.items
    return {
        item: float(100 * np.array(items[item])[surveys.experience[there]].mean())
        for item in ("learn_alone", "teacher_contact")
    }
