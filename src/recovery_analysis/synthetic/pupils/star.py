"""Star tests: who sat which, when, with what score, and which of them do not count."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import (
    PARTITION,
    Floats,
    Integers,
    academic_year,
    frame,
    pseudonyms,
    take,
    yes_no,
)
from recovery_analysis.synthetic.pupils.attainment import Attainment, level_at, sd_at
from recovery_analysis.synthetic.pupils.deviation import CLOSURE_DAY, ValueAdded, deviation
from recovery_analysis.synthetic.pupils.home import Home
from recovery_analysis.synthetic.pupils.practices import Practices
from recovery_analysis.synthetic.pupils.roll import Roll
from recovery_analysis.synthetic.pupils.truth import PupilTruth, Wave

#: Last academic year in the older layout of 58 columns.
LAST_OLD_YEAR = 2018
REASONS = (None, "deactivated", "outside_window", "not_screening", "after_leaving")
_MOST = 1400
_SKILLS = {
    "reading": (
        ("Literature", "Word meaning"),
        ("Literature", "Character and plot"),
        ("Informational text", "Main ideas"),
        ("Informational text", "Evidence and inference"),
        ("Language", "Vocabulary in use"),
    ),
    "maths": (
        ("Number", "Place value"),
        ("Number", "Operations"),
        ("Number", "Fractions"),
        ("Geometry", "Shapes and measures"),
        ("Data", "Charts and tables"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class StarTests:
    """Tests as arrays, one entry a test; ``deviation`` is the pupil's true deviation, points.

    ``at`` is the pupil, ``wave`` the round, ``reason`` the place in ``REASONS`` (0 counts), ``second_of_day``
    local time, ``number`` unique over partitions.
    """

    at: Integers
    wave: Integers
    subject: Integers
    number: Integers
    day: np.ndarray
    score: Floats
    error: Floats
    seconds: Integers
    second_of_day: Integers
    extra_time: np.ndarray
    reason: Integers
    deviation: Floats

    def __len__(self) -> int:
        return len(self.at)


def draw_star(
    truth: PupilTruth,
    roll: Roll,
    attainment: Attainment,
    rng: np.random.Generator,
    *,
    value_added: dict[str, ValueAdded],
    home: Home,
    practices: Practices,
) -> StarTests:
    """Draw every test of every round and subject."""
    parts: list[dict[str, np.ndarray]] = []
    for place, wave in enumerate(truth.waves):
        for code, subject in enumerate(truth.subjects):
            at, reason = _who(truth, roll, wave, rng)
            shift = deviation(
                truth,
                roll,
                subject,
                wave,
                at,
                value_added=value_added,
                home=home,
                practices=practices,
            )
            z = attainment.z[subject][at, place]
            part = _sit(truth, roll, subject, wave, at, reason, z, shift, rng)
            part |= {"wave": np.full(len(at), place), "subject": np.full(len(at), code)}
            parts.append(part)
    together = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    first = int(roll.number[0]) // PARTITION * PARTITION if len(roll) else 0
    return StarTests(number=first + np.arange(len(together["at"]), dtype=np.int64), **together)


def _who(
    truth: PupilTruth, roll: Roll, wave: Wave, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Give who sits a test of a round, retests as further entries, and why a test does not count."""
    year_group = roll.year_group(wave.year)
    there = roll.on_roll(wave.year) & np.isin(year_group, truth.star_year_groups)
    source = "star" if wave.middle > CLOSURE_DAY else "star_before"
    there &= roll.gives("star") & roll.gives(source)
    if not wave.every_school:
        there &= roll.gives("star_spring")
    there &= rng.random(len(roll)) >= truth.missed_share
    left = roll.left_on() < np.datetime64(wave.middle)
    there &= ~left | (rng.random(len(roll)) < truth.after_leaving_share)
    at = np.flatnonzero(there)
    again = at[rng.random(len(at)) < truth.retest_share]
    at = np.concatenate([at, again])
    edges = np.cumsum(
        [truth.deactivated_share, truth.outside_window_share, truth.not_screening_share]
    )
    u = rng.random(len(at))
    reason = np.select([u < edges[0], u < edges[1], u < edges[2]], [1, 2, 3], 0)
    return at, np.where((reason == 0) & left[at], 4, reason)


def _sit(
    truth: PupilTruth,
    roll: Roll,
    subject: str,
    wave: Wave,
    at: Integers,
    reason: Integers,
    z: Floats,
    shift: Floats,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Draw day, score and error of each test; a deactivated one has a spoilt score."""
    n, scale = len(at), truth.subjects[subject]
    offset = rng.integers(-truth.wave_half_days, truth.wave_half_days + 1, n)
    repeated = np.zeros(n, dtype=bool)
    repeated[np.unique(at, return_index=True)[1]] = True
    offset = np.where(repeated, offset, truth.wave_half_days + rng.integers(1, 3, n))
    offset = np.where(reason == 2, truth.wave_half_days + rng.integers(14, 19, n), offset)
    # rounds lie on Mondays; a weekend is moved to the Monday after it
    offset += np.where(offset % 7 == 5, 2, np.where(offset % 7 == 6, 1, 0))
    day = np.datetime64(wave.middle) + offset
    start = np.datetime64(f"{wave.year}-09-01")
    months = (day - start).astype(float) / 30.4375
    year_group = roll.year_group(wave.year)[at]
    sd = sd_at(scale, year_group)
    error = np.round(scale.error_share * sd * np.exp(0.12 * rng.normal(size=n)), 0)
    score = level_at(scale, year_group, months) + sd * z + shift + error * rng.normal(size=n)
    score = np.where(reason == 1, 0.3 * score, score)
    midnight = rng.random(n) < truth.midnight_share
    return {
        "at": at,
        "day": day.astype("datetime64[us]"),
        "score": np.clip(np.rint(score), 0, _MOST),
        "error": np.maximum(error, 1.0),
        "seconds": rng.integers(540, 2100, n),
        "second_of_day": np.where(midnight, 1800, rng.integers(9 * 3600, 15 * 3600, n)),
        "extra_time": rng.random(n) < truth.extra_time_share,
        "reason": reason,
        "deviation": shift,
    }


def assessments_frame(truth: PupilTruth, roll: Roll, tests: StarTests) -> pd.DataFrame:
    """Give the table ``assessments``."""
    years = np.array([wave.year for wave in truth.waves])
    words = [academic_year(year) for year in years.tolist()]
    year_group = years[tests.wave] - roll.cohort[tests.at]
    unified = np.round(600 + 0.42 * tests.score)
    scale = np.where(years[tests.wave] <= LAST_OLD_YEAR, 0, 1)
    age = np.clip(72 + 0.13 * tests.score, 72, 198).round()
    subjects = list(truth.subjects)
    return frame(
        {
            "assessment_id": pseudonyms("test", tests.number),
            "pupil_id": roll.pupil_id[tests.at],
            "school_ref": take(roll.schools.refs, roll.school[tests.at]),
            "academic_year": take(words, tests.wave),
            "series": "star_assessments",
            "subject": take(subjects, tests.subject),
            "test_date": tests.day,
            "season": take([wave.season for wave in truth.waves], tests.wave),
            "year_group": year_group.astype(float),
            "scaled_score": tests.score,
            "standard_error": tests.error,
            "unified_score": unified,
            "unified_scale": take(("universal", "unified"), scale),
            "percentile": percentile(truth, roll, tests),
            "reading_age_months": np.where(tests.subject == subjects.index("reading"), age, np.nan),
            "test_seconds": tests.seconds.astype(float),
            "extra_time": yes_no(tests.extra_time),
            "unusable_reason": take(REASONS, tests.reason),
        }
    )


def percentile(truth: PupilTruth, roll: Roll, tests: StarTests) -> Floats:
    """Give a rough percentile rank, 1 to 99, from the score's place in its year group."""
    years = np.array([wave.year for wave in truth.waves])
    year_group = years[tests.wave] - roll.cohort[tests.at]
    out = np.empty(len(tests))
    for code, subject in enumerate(truth.subjects.values()):
        mine = tests.subject == code
        standing = (
            tests.score[mine] - level_at(subject, year_group[mine], np.full(mine.sum(), 1.0))
        ) / sd_at(subject, year_group[mine])
        # a logistic curve stands near the normal one
        out[mine] = np.clip(np.rint(100 / (1 + np.exp(-1.702 * (standing + 0.24)))), 1, 99)
    return out


def skills_frame(
    truth: PupilTruth, roll: Roll, tests: StarTests, rng: np.random.Generator
) -> pd.DataFrame:
    """Give the table ``skill_scores``: five areas of every counted test of autumn 2020."""
    wave = next(
        at for at, wave in enumerate(truth.waves) if (wave.year, wave.season) == (2020, "autumn")
    )
    rank = percentile(truth, roll, tests)
    parts = []
    for code, (subject, skills) in enumerate(_SKILLS.items()):
        chosen = (tests.wave == wave) & (tests.subject == code) & (tests.reason == 0)
        at = np.repeat(np.flatnonzero(chosen), len(skills))
        skill = np.tile(np.arange(len(skills)), int(chosen.sum()))
        easy = np.array([8.0, 3.0, 0.0, -5.0, -2.0])[skill]
        mastery = np.clip(np.rint(22 + 0.6 * rank[at] + easy + rng.normal(0, 6, len(at))), 1, 99)
        parts.append(
            frame(
                {
                    "assessment_id": pseudonyms("test", tests.number[at]),
                    "pupil_id": roll.pupil_id[tests.at[at]],
                    "subject": np.array([subject] * len(at), dtype=object),
                    "academic_year": academic_year(2020),
                    "series": "star_skill_areas",
                    "test_date": tests.day[at],
                    "domain": take([domain for domain, _ in skills], skill),
                    "skill_area": take([area for _, area in skills], skill),
                    "mastery_pct": mastery,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
