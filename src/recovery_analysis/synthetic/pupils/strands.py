"""Papers by strand: when each strand was taught, how far it fell, and the marks of every pupil."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import (
    Flags,
    Floats,
    Integers,
    academic_year,
    days,
    frame,
    take,
)
from recovery_analysis.synthetic.pupils.attainment import Attainment, national_moments
from recovery_analysis.synthetic.pupils.roll import Roll
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.truth_curriculum import PaperTruth


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The strands of one paper in one year group, as arrays, one entry a strand.

    ``before`` is the national share of marks gained before; ``drop`` its fall on the probit scale.
    """

    paper: PaperTruth
    year_group: int
    taught: np.ndarray
    in_closure: Flags
    months_ago: Floats
    before: Floats
    drop: Floats


@dataclass(frozen=True, kw_only=True)
class StrandMarks:
    """Marks of one plan: pupils ``at``, ``[pupil, question]`` marks (-1 blank), chances now and before.

    ``now`` and ``was`` are ``[pupil, strand]`` true shares of marks with and without what closure did.
    """

    plan: Plan
    at: Integers
    strand_of: Integers
    possible: Integers
    marks: Integers
    now: Floats
    was: Floats


def draw_plans(truth: PupilTruth, rng: np.random.Generator) -> list[Plan]:
    """Draw the order of teaching and the fall of every strand of every paper and year group."""
    curriculum, plans = truth.curriculum, []
    first, last = np.datetime64(curriculum.taught_first), np.datetime64(curriculum.taught_last)
    for paper in curriculum.papers:
        for year_group in paper.year_groups:
            n = len(paper.strands)
            span = (last - first).astype(int)
            order = rng.permutation(n)
            taught = first + np.rint(order * span / max(n - 1, 1)).astype(int)
            months = (np.datetime64(curriculum.sat) - taught).astype(float) / 30.4375
            closed = np.zeros(n, dtype=bool)
            for shut, opened in curriculum.closed:
                closed |= (taught >= np.datetime64(shut)) & (taught <= np.datetime64(opened))
            drop = curriculum.drop_base + curriculum.drop_a_month * months
            drop += curriculum.drop_closed * closed + curriculum.drop_sd * rng.normal(size=n)
            plans.append(
                Plan(
                    paper=paper,
                    year_group=year_group,
                    taught=taught.astype("datetime64[us]"),
                    in_closure=closed,
                    months_ago=months,
                    before=np.array([strand[1] for strand in paper.strands]) / 100,
                    drop=drop,
                )
            )
    return plans


def draw_marks(
    truth: PupilTruth,
    roll: Roll,
    attainment: Attainment,
    plans: list[Plan],
    rng: np.random.Generator,
) -> list[StrandMarks]:
    """Draw every pupil's marks on every question; one set a plan that anybody sat."""
    curriculum = truth.curriculum
    year = curriculum.year
    general = curriculum.school_sd * rng.normal(size=len(roll.schools.urn))
    found = []
    left = roll.left_on() < np.datetime64(curriculum.sat)
    for plan in plans:
        there = roll.on_roll(year) & roll.gives("marks") & ~left
        there &= roll.year_group(year) == plan.year_group
        at = np.flatnonzero(there & (rng.random(len(roll)) >= curriculum.missed_share))
        own = curriculum.school_strand_sd * rng.normal(size=(len(roll.schools.urn), len(plan.drop)))
        if len(at):
            found.append(_marks_of(truth, roll, attainment, plan, at, general[:, None] + own, rng))
    return found


def _marks_of(
    truth: PupilTruth,
    roll: Roll,
    attainment: Attainment,
    plan: Plan,
    at: Integers,
    school: Floats,
    rng: np.random.Generator,
) -> StrandMarks:
    curriculum = truth.curriculum
    counts = np.array([strand[4] for strand in plan.paper.strands])
    strand_of = np.repeat(np.arange(len(counts)), counts)
    possible = rng.integers(1, 4, len(strand_of))
    harder = curriculum.question_sd * rng.normal(size=len(strand_of))
    # questions of a strand are as hard as the strand on average, by the marks they carry
    middle = np.bincount(strand_of, harder * possible) / np.bincount(strand_of, possible)
    harder -= middle[strand_of]
    slope = curriculum.ability_slope
    place = normal_quantile(plan.before) * np.sqrt(1 + slope**2)
    base = place + slope * standing_of(truth, attainment, plan.paper.subject, at)[:, None]
    fallen = base - np.sqrt(1 + slope**2) * plan.drop + school[roll.school[at]]
    chance = normal_cdf(fallen[:, strand_of] - harder)
    marks = rng.binomial(possible, chance)
    marks = np.where(rng.random(marks.shape) < curriculum.blank_share, -1, marks)
    weight = np.zeros((len(strand_of), len(counts)))
    weight[np.arange(len(strand_of)), strand_of] = possible
    weight /= weight.sum(axis=0)
    return StrandMarks(
        plan=plan,
        at=at,
        strand_of=strand_of,
        possible=possible,
        marks=marks,
        now=chance @ weight,
        was=normal_cdf(base[:, strand_of] - harder) @ weight,
    )


def standing_of(truth: PupilTruth, attainment: Attainment, subject: str, at: Integers) -> Floats:
    """Give attainment in national SD when the papers were sat; science goes with mathematics."""
    mean, sd = national_moments(truth)
    wave = max(
        place for place, wave in enumerate(truth.waves) if wave.middle <= truth.curriculum.sat
    )
    star = subject if subject in attainment.z else "maths"
    return (attainment.z[star][at, wave] - mean) / sd


def normal_cdf(x: Floats) -> Floats:
    """Give the normal distribution function, exact to 1.5e-7 (Abramowitz and Stegun 7.1.26).

    Examples
    --------
    >>> normal_cdf(np.array([0.0, 1.959964])).round(4).tolist()
    [0.5, 0.975]
    """
    t = 1 / (1 + 0.3275911 * np.abs(x) / np.sqrt(2))
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    half = 0.5 * series * np.exp(-(x**2) / 2)
    return np.where(x >= 0, 1 - half, half)


def normal_quantile(share: Floats) -> Floats:
    """Give the normal quantile by bisection of ``normal_cdf``.

    Examples
    --------
    >>> normal_quantile(np.array([0.025, 0.975])).round(3).tolist()
    [-1.96, 1.96]
    """
    low, high = np.full(share.shape, -8.0), np.full(share.shape, 8.0)
    for _ in range(50):
        middle = (low + high) / 2
        below = normal_cdf(middle) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.round((low + high) / 2, 6)


def paper_name(plan: Plan) -> str:
    """Give the name of a paper."""
    return f"{plan.paper.subject} year {plan.year_group} summer 2021"


def marks_frame(truth: PupilTruth, roll: Roll, found: list[StrandMarks]) -> pd.DataFrame:
    """Give the table ``question_marks``: one row a pupil and question."""
    year = truth.curriculum.year
    parts = []
    for marks in found:
        questions = len(marks.strand_of)
        at = np.repeat(marks.at, questions)
        question = np.tile(np.arange(questions), len(marks.at))
        given = marks.marks.ravel().astype(float)
        names = [strand[0] for strand in marks.plan.paper.strands]
        parts.append(
            frame(
                {
                    "pupil_id": roll.pupil_id[at],
                    "school_ref": take(roll.schools.refs, roll.school[at]),
                    "academic_year": academic_year(year),
                    "series": "question_marks",
                    "year_group": float(marks.plan.year_group),
                    "test_date": days(truth.curriculum.sat, np.zeros(len(at), dtype=np.int64)),
                    "subject": marks.plan.paper.subject,
                    "paper": paper_name(marks.plan),
                    "question": take([str(q + 1) for q in range(questions)], question),
                    "strand": take(names, marks.strand_of[question]),
                    "marks": np.where(given < 0, np.nan, given),
                    "marks_possible": marks.possible[question].astype(float),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def strands_frame(plans: list[Plan]) -> pd.DataFrame:
    """Give the table ``curriculum_strands``: the plan of every year group, one for all schools."""
    parts = []
    for plan in plans:
        strands = plan.paper.strands
        parts.append(
            frame(
                {
                    "subject": plan.paper.subject,
                    "strand": np.array([strand[0] for strand in strands], dtype=object),
                    "year_group": float(plan.year_group),
                    "school_ref": "any",
                    "series": "curriculum_strands",
                    "exam_board": np.array(
                        [plan.paper.exam_board or None] * len(strands), dtype=object
                    ),
                    "taught_on": plan.taught,
                    "dependents_n": np.array([float(strand[2]) for strand in strands]),
                    "facility_before_pct": np.array([float(strand[1]) for strand in strands]),
                    "is_core": take(
                        ("no", "yes"), np.array([int(strand[3]) for strand in strands])
                    ),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
