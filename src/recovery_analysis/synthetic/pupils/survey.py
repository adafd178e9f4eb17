"""Surveys of pupils, families and staff: who answered, of which class of experience, and what."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import (
    Flags,
    Floats,
    Integers,
    academic_year,
    days,
    draw_categories,
    frame,
    pseudonyms,
    take,
)
from recovery_analysis.synthetic.pupils.roll import Roll
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.truth_home import GROUPS
from recovery_analysis.synthetic.pupils.truth_survey import CLASSES
from recovery_analysis.words.survey_items import SURVEY_ITEMS

SURVEY_YEAR = 2020
ROLES = ("pupil", "family", "staff")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Who answered one survey, as arrays, one entry a respondent.

    ``at`` is the pupil (-1 for staff), ``school`` the school, ``experience`` the place in ``CLASSES`` (-1
    for staff), ``levels`` ``[respondent, item]`` from 1, 0 where left blank.
    """

    role: str
    items: tuple[str, ...]
    at: Integers
    school: Integers
    number: Integers
    experience: Integers
    plus_days: Integers
    levels: Integers

    @property
    def name(self) -> str:
        """Give the name of the survey and wave."""
        return f"{self.role}_2020_09"


@dataclass(frozen=True, kw_only=True)
class Surveys:
    """The class of every pupil (place in ``CLASSES``), and the three surveys."""

    experience: Integers
    chances: Floats
    answers: tuple[Answers, ...]


def draw_surveys(truth: PupilTruth, roll: Roll, rng: np.random.Generator) -> Surveys:
    """Draw classes by group and school, then who answers, then answers given the class."""
    survey = truth.survey
    shares = np.array([survey.shares[group] for group in GROUPS])
    lift = np.exp(survey.school_log_sd * rng.normal(size=(len(roll.schools.urn), len(CLASSES))))
    chances = shares[roll.group] * lift[roll.school]
    chances /= chances.sum(axis=1, keepdims=True)
    experience = draw_categories(rng, chances)
    same = rng.random(len(roll)) < survey.family_same_class
    family = np.where(same, experience, draw_categories(rng, chances))
    found = [
        _home_answers(truth, roll, role, classes, rng)
        for role, classes in (("pupil", experience), ("family", family))
    ]
    return Surveys(
        experience=experience,
        chances=chances,
        answers=(*found, _staff_answers(truth, roll, rng)),
    )


def _response(truth: PupilTruth, roll: Roll, role: str, rng: np.random.Generator) -> Floats:
    """Draw each school's share who answer; 0 where it holds no survey of this role."""
    mean = truth.survey.response[ROLES.index(role)]
    share = np.clip(
        mean + truth.survey.response_sd * rng.normal(size=len(roll.schools.urn)), 0.1, 0.95
    )
    return share * roll.schools.gives[f"survey_{role}"]


def _home_answers(
    truth: PupilTruth, roll: Roll, role: str, classes: Integers, rng: np.random.Generator
) -> Answers:
    survey = truth.survey
    lower = np.array([1.0, survey.disadvantaged_response])[roll.group]
    answers = rng.random(len(roll)) < _response(truth, roll, role, rng)[roll.school] * lower
    at = np.flatnonzero(answers & roll.on_roll(SURVEY_YEAR))
    items = tuple(survey.items)
    chance = np.array([survey.items[item] for item in items]).T[classes[at]]
    return Answers(
        role=role,
        items=items,
        at=at,
        school=roll.school[at],
        number=roll.number[at] * 4 + ROLES.index(role),
        experience=classes[at],
        plus_days=rng.integers(0, 14, len(at)),
        levels=_levels(truth, items, rng.random(chance.shape) < chance, rng),
    )


def _staff_answers(truth: PupilTruth, roll: Roll, rng: np.random.Generator) -> Answers:
    survey, schools = truth.survey, roll.schools
    pupils = np.bincount(roll.school[roll.on_roll(SURVEY_YEAR)], minlength=len(schools.urn))
    staff = np.ceil(survey.staff_per_pupil * pupils).astype(np.int64)
    who = rng.binomial(staff, _response(truth, roll, "staff", rng))
    school = np.repeat(np.arange(len(who)), who)
    items = tuple(survey.staff_items)
    base = np.array([survey.staff_items[item] for item in items])
    logit = np.log(base / (1 - base)) + survey.staff_school_sd * rng.normal(
        size=(len(schools.urn), len(items))
    )
    chance = (1 / (1 + np.exp(-logit)))[school]
    first = int(roll.number[0]) * 4 if len(roll) else 0
    return Answers(
        role="staff",
        items=items,
        at=np.full(len(school), -1),
        school=school,
        number=first + np.arange(len(school), dtype=np.int64) * 4 + ROLES.index("staff"),
        experience=np.full(len(school), -1),
        plus_days=rng.integers(0, 14, len(school)),
        levels=_levels(truth, items, rng.random(chance.shape) < chance, rng),
    )


def _levels(
    truth: PupilTruth, items: tuple[str, ...], counted: Flags, rng: np.random.Generator
) -> Integers:
    """Turn counted or not into a level of the item's scale, 0 where left blank."""
    survey = truth.survey
    u = rng.random(counted.shape)
    hard = np.where(u < survey.first_level_share, 1, 2)
    better = np.where(u < survey.middle_share, 3, np.where(u < 0.7, 4, 5))
    levels = np.where(counted, hard, better)
    for place, item in enumerate(items):
        if len(SURVEY_ITEMS[item].answers) == 2:
            levels[:, place] = np.where(counted[:, place], 2, 1)
    return np.where(rng.random(counted.shape) < survey.blank_share, 0, levels)


def respondents_frame(truth: PupilTruth, roll: Roll, surveys: Surveys) -> pd.DataFrame:
    """Give the table ``survey_respondents``."""
    parts = []
    for answers in surveys.answers:
        linked = answers.at >= 0
        year_group = np.where(linked, roll.year_group(SURVEY_YEAR)[answers.at], np.nan)
        parts.append(
            frame(
                {
                    "survey": np.array([answers.name] * len(linked), dtype=object),
                    "respondent_id": pseudonyms("respondent", answers.number),
                    "school_ref": take(roll.schools.refs, answers.school),
                    "academic_year": academic_year(SURVEY_YEAR),
                    "series": "surveys",
                    "role": answers.role,
                    "answered_date": days(truth.survey.answered, answers.plus_days),
                    "year_group": year_group,
                    "pupil_id": take((None, *roll.pupil_id), np.where(linked, answers.at + 1, 0)),
                    "weight": np.full(len(linked), np.nan),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def answers_frame(roll: Roll, surveys: Surveys) -> pd.DataFrame:
    """Give the table ``survey_answers``: one row an answer that was given."""
    parts = []
    for answers in surveys.answers:
        who, item = np.nonzero(answers.levels)
        level = answers.levels[who, item]
        words = np.full((len(answers.items), 6), None, dtype=object)
        for place, code in enumerate(answers.items):
            words[place, 1 : len(SURVEY_ITEMS[code].answers) + 1] = SURVEY_ITEMS[code].answers
        parts.append(
            frame(
                {
                    "survey": np.array([answers.name] * len(who), dtype=object),
                    "respondent_id": pseudonyms("respondent", answers.number[who]),
                    "school_ref": take(roll.schools.refs, answers.school[who]),
                    "series": "surveys",
                    "item": take(answers.items, item),
                    "level": level.astype(float),
                    "answer": words[item, level],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
