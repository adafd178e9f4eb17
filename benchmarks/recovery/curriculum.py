"""What to reinforce first: shortfalls of strands beside the truth, and how orders of strands agree with it."""

import numpy as np
import pandas as pd
from scipy import stats

from recovery.communities import Case
from recovery.population import Population
from recovery.scores import Score, score
from recovery_analysis.analysis.strands import StrandGroup, strand_evidence
from recovery_analysis.synthetic.pupils import PupilWorld
from recovery_analysis.synthetic.pupils.attainment import crossed_parts, national_moments
from recovery_analysis.synthetic.pupils.strands import (
    StrandMarks,
    normal_cdf,
    normal_quantile,
    standing_of,
)

CHAPTER = "curriculum"
_QUANTILES = (np.arange(500) + 0.5) / 500


def standing(world: PupilWorld) -> dict[tuple[str, int], np.ndarray]:
    """Give quantiles of attainment when papers were sat, each school counting alike."""
    truth, roll = world.truth, world.roll
    found: dict[tuple[str, int], np.ndarray] = {}
    for paper in truth.curriculum.papers:
        for year_group in paper.year_groups:
            year = truth.curriculum.year
            at = np.flatnonzero(roll.on_roll(year) & (roll.year_group(year) == year_group))
            value = standing_of(truth, world.attainment, paper.subject, at)
            sizes = np.bincount(roll.school[at])
            weight = 1 / sizes[roll.school[at]]
            order = np.argsort(value)
            below = np.cumsum(weight[order]) - weight[order] / 2
            found[paper.subject, year_group] = np.interp(
                _QUANTILES * weight.sum(), below, value[order]
            )
    return found


def judge(case: Case, population: Population) -> list[Score]:
    """Compare shortfalls of strands, in the community and by school, with the truth."""
    result = strand_evidence(case.data, case.pupils)
    by_plan = {(m.plan.paper.subject, m.plan.year_group): m for m in case.world.marks}
    scores: list[Score] = []
    for group in result.groups:
        marks = by_plan[group.subject, group.year_group]
        scores += _whole(case, population, group, marks)
        scores += _by_school(case, group, marks)
    return scores


def _whole(
    case: Case, population: Population, group: StrandGroup, marks: StrandMarks
) -> list[Score]:
    goal = _shortfall_of_schools_like_these(case, population, marks)
    by_school = _true_now(case, marks)
    own = marks.plan.before - np.mean(list(by_school.values()), axis=0)
    place = {strand[0]: at for at, strand in enumerate(marks.plan.paper.strands)}
    # with fewer than four schools the range is about the pupils of these schools, and says so
    goal = goal if group.borrowed else own
    kind = "drawn together over schools" if group.borrowed else "fewer than four schools"
    return [
        item
        for strand in group.strands
        for item in score(
            strand.shortfall,
            names=(
                CHAPTER,
                f"shortfall of a strand, {kind}",
                f"{group.subject} Year {group.year_group} {strand.name}",
            ),
            seed=case.seed,
            target=100 * float(goal[place[strand.name]]),
            own=100 * float(own[place[strand.name]]),
        )
    ]


def _by_school(case: Case, group: StrandGroup, marks: StrandMarks) -> list[Score]:
    truth = _true_now(case, marks)
    place = {strand[0]: at for at, strand in enumerate(marks.plan.paper.strands)}
    scores: list[Score] = []
    for school in group.schools:
        for strand in school.strands:
            at = place[strand.name]
            scores += score(
                strand.shortfall,
                names=(CHAPTER, "shortfall of a strand at one school", group.subject),
                seed=case.seed,
                target=100 * float(marks.plan.before[at] - truth[school.school_id][at]),
            )
    return scores


def _true_now(case: Case, marks: StrandMarks) -> dict[str, np.ndarray]:
    """Give each school's true share of marks now, by strand, of the pupils who sat the paper."""
    roll = case.world.roll
    school = roll.school[marks.at]
    return {
        roll.schools.urn[at]: marks.now[school == at].mean(axis=0)
        for at in np.unique(school).tolist()
        if case.inside[at]
    }


def _shortfall_of_schools_like_these(
    case: Case, population: Population, marks: StrandMarks
) -> np.ndarray:
    """Give national share before less the mean now over all such schools, on this paper's questions."""
    world, known = case.world, case.world.truth.curriculum
    plan, spread = marks.plan, np.sqrt(1 + known.ability_slope**2)
    level = normal_quantile(plan.before) * spread
    usual = population.standing[plan.paper.subject, plan.year_group]
    usual = usual + _shared_standing(world, case.inside, marks)
    base = level + known.ability_slope * usual[:, None]
    rest = np.sqrt(1 + known.school_sd**2 + known.school_strand_sd**2)
    now = normal_cdf((base - spread * plan.drop) / rest).mean(axis=0)
    # what the scatter of this paper's questions adds, from the pupils who sat it
    stands = standing_of(world.truth, world.attainment, plan.paper.subject, marks.at)
    even = normal_cdf(level + known.ability_slope * stands[:, None])
    return plan.before - now - (marks.was - even).mean(axis=0)


def _shared_standing(world: PupilWorld, inside: np.ndarray, marks: StrandMarks) -> float:
    """Give what trusts and areas add to attainment, as a mean over the community's schools."""
    truth, roll = world.truth, world.roll
    rng = world.rng("attainment")
    sds = (truth.intake_school_sd, truth.intake_trust_sd, truth.intake_la_sd)
    star = marks.plan.paper.subject
    star = star if star in truth.subjects else "maths"
    shared = np.zeros(len(inside))
    for code, name in enumerate(truth.subjects):
        # the first numbers of the stream, drawn as attainment draws them
        _, trust, la = crossed_parts(roll.schools, sds, rng, trust_seed=(world.seed, 4197, code))
        if name == star:
            shared = trust + la
    wave = max(at for at, one in enumerate(truth.waves) if one.middle <= truth.curriculum.sat)
    years = np.maximum(world.attainment.times[wave] - roll.entered[marks.at], 0.0)
    school = roll.school[marks.at]
    value = pd.Series(shared[school] * truth.persistence**years)[inside[school]]
    by_school = value.groupby(school[inside[school]]).mean()
    return float(by_school.mean()) / national_moments(truth)[1]


def orders(case: Case) -> list[dict[str, float | str | int]]:
    """Give rank correlations with how far strands truly fell: of shrunk and plain shortfalls, of facilities."""
    result = strand_evidence(case.data, case.pupils)
    plans = {(plan.paper.subject, plan.year_group): plan for plan in case.world.plans}
    found: list[dict[str, float | str | int]] = []
    for group in result.groups:
        plan = plans[group.subject, group.year_group]
        fall = plan.before - normal_cdf(normal_quantile(plan.before) - plan.drop)
        truth = dict(zip((strand[0] for strand in plan.paper.strands), fall, strict=True))
        for where, strands in (
            ("community", group.strands),
            *(("one school", school.strands) for school in group.schools),
        ):
            rows = [s for s in strands if s.shortfall.value is not None and s.before.value]
            true = [truth[s.name] for s in rows]
            now = [float(s.now.value or 0) for s in rows]
            plain = [float(s.before.value or 0) - part for s, part in zip(rows, now, strict=True)]
            shrunk = [float(s.shortfall.value or 0) for s in rows]
            found.append(
                {
                    "where": where,
                    "seed": case.seed,
                    "shrunk": _agreement(shrunk, true),
                    "plain": _agreement(plain, true),
                    "raw facility": _agreement([-part for part in now], true),
                }
            )
    return found


def _agreement(one: list[float], other: list[float]) -> float:
    return float(stats.spearmanr(one, other).statistic)
