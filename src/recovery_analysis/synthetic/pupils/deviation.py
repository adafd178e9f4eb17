"""What is added to pupils' scores since closure: the deviation that reports ought to find.

It is exact: the scaled score points by which a pupil's true score at a round of tests differs from what the
same pupil would have had, had everything gone on as before March 2020.
"""

from dataclasses import dataclass

import numpy as np

from recovery_analysis.synthetic.pupils.arrays import Floats, Integers
from recovery_analysis.synthetic.pupils.attainment import crossed_parts, sd_at, year_fraction
from recovery_analysis.synthetic.pupils.home import Home
from recovery_analysis.synthetic.pupils.practices import Practices
from recovery_analysis.synthetic.pupils.roll import Roll
from recovery_analysis.synthetic.pupils.truth import PupilTruth, Wave

CLOSURE_DAY = "2020-03-20"
#: Losses are given for this day; they shrink from then on.
LOSS_DAY = "2020-10-01"
LOSS_YEAR = 2020
#: Stream of trusts' effects on progress.
_TRUST_STREAM = 4198


@dataclass(frozen=True, kw_only=True)
class ValueAdded:
    """Effects on progress since closure in SD, one entry a school: own part, trust's and area's."""

    school: Floats
    trust: Floats
    la: Floats

    @property
    def total(self) -> Floats:
        """Give the sum of the three parts."""
        return self.school + self.trust + self.la


def draw_value_added(
    truth: PupilTruth, roll: Roll, rng: np.random.Generator, *, seed: int
) -> dict[str, ValueAdded]:
    """Draw the effects of schools, trusts and areas for each subject."""
    sds = (truth.va_school_sd, truth.va_trust_sd, truth.va_la_sd)
    found = {}
    for code, subject in enumerate(truth.subjects):
        trust_seed = (seed, _TRUST_STREAM, code)
        school, trust, la = crossed_parts(roll.schools, sds, rng, trust_seed=trust_seed)
        found[subject] = ValueAdded(school=school, trust=trust, la=la)
    return found


def loss(truth: PupilTruth, roll: Roll, subject: str, at: Integers, wave: Wave) -> Floats:
    """Give the points lost to closure that pupils still lack at a wave (positive is lost).

    The loss is set by the year group of 2020/21 in months of its growth; pupils outside the simulated
    range take the nearest year group's.
    """
    scale = truth.subjects[subject]
    groups = sorted(scale.shock_months)
    year_group = np.clip(roll.year_group(LOSS_YEAR)[at], groups[0], groups[-1])
    by_group = np.zeros(groups[-1] + 1)
    month = np.zeros(groups[-1] + 1)
    for group in groups:
        by_group[group], month[group] = scale.shock_months[group], scale.month(group)
    months = by_group[year_group] + scale.shock_extra_disadvantaged * roll.is_disadvantaged[at]
    elapsed = max(year_fraction(wave.middle) - year_fraction(LOSS_DAY), 0.0)
    pace = np.array([truth.recovery_other, truth.recovery_disadvantaged])[roll.group[at]]
    return months * month[year_group] * np.maximum(1 - pace * elapsed, 0.0)


def deviation(
    truth: PupilTruth,
    roll: Roll,
    subject: str,
    wave: Wave,
    at: Integers,
    *,
    value_added: dict[str, ValueAdded],
    home: Home,
    practices: Practices,
) -> Floats:
    """Give the deviation of pupils ``at`` in a subject at a wave, scaled score points; 0 before closure."""
    if wave.middle <= CLOSURE_DAY:
        return np.zeros(len(at))
    sd = sd_at(truth.subjects[subject], roll.year_group(wave.year)[at])
    in_sd = value_added[subject].total[roll.school[at]]
    in_sd = in_sd + truth.devices.gap_sd * home.poor_access[at]
    if subject == "reading":
        in_sd = in_sd + home.use_sd(truth, wave.middle)[at]
    in_sd = in_sd + practices.shift_sd(subject, wave.middle)[roll.school[at]]
    return sd * in_sd - loss(truth, roll, subject, at, wave)
