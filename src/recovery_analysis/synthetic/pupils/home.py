"""What pupils had at home and what they used: devices, internet, quizzes, minutes of reading, Oak lessons."""

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
    yes_no,
)
from recovery_analysis.synthetic.pupils.attainment import Attainment, national_moments
from recovery_analysis.synthetic.pupils.roll import Roll
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.truth_home import (
    CONNECTION_WORDS,
    DEVICE_WORDS,
    GROUPS,
    PlatformTruth,
)

_OAK_SUBJECTS = ("english", "maths", "science")
_QUIZ_QUESTIONS = 10


@dataclass(frozen=True, kw_only=True)
class Home:
    """Device and connection by place in their word lists, and the dose of each platform (0: not used)."""

    device: Integers
    connection: Integers
    lent: Flags
    listed: Flags
    quizzes: Integers
    minutes: list[Floats]

    @property
    def poor_access(self) -> Flags:
        """Say who had a phone only, no device or no internet."""
        return (self.device >= 2) | (self.connection == 2)

    def use_sd(self, truth: PupilTruth, day: str) -> Floats:
        """Give what goes with use in reading on a day, SD."""
        total = np.zeros(len(self.device))
        if day >= truth.use.quizzes.counts_from:
            total = total + truth.use.quizzes.slope_sd * self.quizzes
        for platform, minutes in zip(truth.use.minutes, self.minutes, strict=True):
            if day >= platform.counts_from:
                total = total + platform.slope_sd * minutes / 100
        return total


def draw_home(
    truth: PupilTruth, roll: Roll, attainment: Attainment, rng: np.random.Generator
) -> Home:
    """Draw access by group, and use by group and attainment."""
    devices = truth.devices
    device = np.array([devices.device[group] for group in GROUPS])[roll.group]
    connection = np.array([devices.connection[group] for group in GROUPS])[roll.group]
    had = draw_categories(rng, device)
    minutes = [
        np.rint(100 * _doses(truth, platform, roll, attainment, "minutes", rng))
        for platform in truth.use.minutes
    ]
    quizzes = _doses(truth, truth.use.quizzes, roll, attainment, "quizzes", rng)
    return Home(
        device=had,
        connection=draw_categories(rng, connection),
        lent=(had >= 2) & (rng.random(len(roll)) < devices.lent_share),
        listed=rng.random(len(roll)) < devices.listed_share,
        quizzes=np.ceil(quizzes).astype(np.int64),
        minutes=minutes,
    )


def _doses(
    truth: PupilTruth,
    platform: PlatformTruth,
    roll: Roll,
    attainment: Attainment,
    source: str,
    rng: np.random.Generator,
) -> Floats:
    """Draw the dose of each pupil of schools with the platform; 0 for pupils who do not use it."""
    n = len(roll)
    mean, sd = national_moments(truth)
    before = max(at for at, wave in enumerate(truth.waves) if wave.middle <= platform.last)
    standing = (attainment.z["reading"][:, before] - mean) / sd
    own = np.maximum(1 + platform.school_sd * rng.normal(size=len(roll.schools.urn)), 0.2)
    lift = np.clip(1 + platform.ability_slope * standing, 0.2, 3.0)
    scatter = rng.gamma(platform.dose_shape, 1 / platform.dose_shape, n)
    uses = rng.random(n) < np.array(platform.user_share)[roll.group]
    there = roll.gives(source) & roll.on_roll(platform.year)
    there &= np.isin(roll.year_group(platform.year), truth.use.year_groups)
    return np.where(uses & there, platform.mean_dose * own[roll.school] * lift * scatter, 0.0)


def device_frame(truth: PupilTruth, roll: Roll, home: Home) -> pd.DataFrame:
    """Give the table ``device_access``."""
    there = roll.on_roll(2019) & roll.gives("devices") & home.listed
    at = np.flatnonzero(there & ~(roll.left_on() < days(truth.devices.recorded)))
    return frame(
        {
            "pupil_id": roll.pupil_id[at],
            "school_ref": take(roll.schools.refs, roll.school[at]),
            "academic_year": academic_year(2019),
            "series": "device_access",
            "year_group": roll.year_group(2019)[at].astype(float),
            "recorded_date": days(truth.devices.recorded, np.zeros(len(at), dtype=np.int64)),
            "device": take(DEVICE_WORDS, home.device[at]),
            "connection": take(CONNECTION_WORDS, home.connection[at]),
            "lent_by_school": yes_no(home.lent[at]),
        }
    )


def quizzes_frame(
    truth: PupilTruth, roll: Roll, home: Home, attainment: Attainment, rng: np.random.Generator
) -> pd.DataFrame:
    """Give the table ``reading_quizzes``: as many rows a pupil as the pupil's dose."""
    use, platform = truth.use, truth.use.quizzes
    at = np.repeat(np.arange(len(roll)), home.quizzes)
    span = int((np.datetime64(platform.last) - np.datetime64(platform.first)).astype(int))
    mean, sd = national_moments(truth)
    before = max(at for at, wave in enumerate(truth.waves) if wave.middle <= platform.last)
    standing = (attainment.z["reading"][at, before] - mean) / sd
    chance = np.clip((use.percent_correct + use.percent_slope * standing) / 100, 0.2, 0.98)
    correct = rng.binomial(_QUIZ_QUESTIONS, chance)
    level = np.clip(
        roll.year_group(platform.year)[at] * 0.6 + rng.normal(0.8, 0.6, len(at)), 0.5, 9.5
    )
    words = np.rint(np.exp(rng.normal(7.2 + 0.35 * level, 0.5))).astype(float)
    first = int(roll.number[0]) * 100 if len(roll) else 0
    return frame(
        {
            "quiz_id": pseudonyms("quiz", first + np.arange(len(at), dtype=np.int64)),
            "pupil_id": roll.pupil_id[at],
            "school_ref": take(roll.schools.refs, roll.school[at]),
            "academic_year": academic_year(platform.year),
            "series": "accelerated_reader",
            "completed_date": days(platform.first, rng.integers(0, span + 1, len(at))),
            "quiz_type": "Reading Practice",
            "questions_n": float(_QUIZ_QUESTIONS),
            "correct_n": correct.astype(float),
            "correct_pct": 100.0 * correct / _QUIZ_QUESTIONS,
            "book_level": np.round(level, 1),
            "words_n": words,
            "is_fiction": yes_no(rng.random(len(at)) < 0.8),
        }
    )


def minutes_frame(
    truth: PupilTruth, roll: Roll, home: Home, rng: np.random.Generator
) -> pd.DataFrame:
    """Give the table ``online_reading``: one row a user and period."""
    parts = []
    for platform, minutes in zip(truth.use.minutes, home.minutes, strict=True):
        at = np.flatnonzero(minutes > 0)
        span = int((np.datetime64(platform.last) - np.datetime64(platform.first)).astype(int))
        read = np.minimum(np.ceil(minutes[at] / rng.uniform(12, 30, len(at))), span)
        opened = np.ceil(minutes[at] / rng.uniform(15, 40, len(at)))
        parts.append(
            frame(
                {
                    "pupil_id": roll.pupil_id[at],
                    "school_ref": take(roll.schools.refs, roll.school[at]),
                    "academic_year": np.array(
                        [academic_year(platform.year)] * len(at), dtype=object
                    ),
                    "series": "myon",
                    "period_start": days(platform.first, np.zeros(len(at), dtype=np.int64)),
                    "period_end": days(platform.last, np.zeros(len(at), dtype=np.int64)),
                    "days_n": read,
                    "minutes_n": minutes[at],
                    "opened_n": opened,
                    "finished_n": np.floor(opened * rng.uniform(0.2, 0.9, len(at))),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def oak_frame(truth: PupilTruth, roll: Roll, rng: np.random.Generator) -> pd.DataFrame:
    """Give the table ``online_lessons``: schools' own reports by term, year group and subject."""
    schools, rows = roll.schools, []
    year = truth.use.quizzes.year
    pupils = pd.DataFrame({"school": roll.school, "year_group": roll.year_group(year)})
    sizes = pupils[roll.on_roll(year) & roll.gives("oak")].value_counts().sort_index()
    for key, n in sizes.items():
        school, year_group = (int(part) for part in key)  # type: ignore[reportGeneralTypeIssues]
        for subject in _OAK_SUBJECTS:
            uses = rng.random() < truth.use.oak_class_share
            reach = float(np.clip(rng.normal(truth.use.oak_reach, 0.15), 0.05, 1.0))
            for term, mean in truth.use.oak_lessons.items():
                lessons = float(rng.poisson(mean)) if uses else 0.0
                reached = float(round(reach * n)) if lessons else 0.0
                rows.append((schools.refs[school], term, year_group, subject, lessons, reached, n))
    names = [
        "school_ref",
        "term",
        "year_group",
        "subject",
        "lessons_per_week",
        "pupils_reached_n",
        "pupils_n",
    ]
    table = pd.DataFrame(rows, columns=names)
    kinds = dict.fromkeys(names[4:] + names[2:3], "float64")
    table = table.astype(kinds | dict.fromkeys(("school_ref", "term", "subject"), "str"))
    return table.assign(academic_year=academic_year(year), series="oak_use")
