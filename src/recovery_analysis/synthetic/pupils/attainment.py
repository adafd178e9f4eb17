"""True attainment of every pupil at every round of tests, before anything that closure did."""

import math
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from recovery_analysis.synthetic.pupils.arrays import Floats, Integers
from recovery_analysis.synthetic.pupils.roll import Roll, Schools
from recovery_analysis.synthetic.pupils.truth import PupilTruth, SubjectTruth

#: Stream of trusts' effects on entry.
_TRUST_STREAM = 4197


@dataclass(frozen=True, kw_only=True)
class Attainment:
    """True attainment in SD within a group, ``[subject][pupil, wave]``, and the waves' times in years."""

    z: dict[str, Floats]
    times: Floats


def year_fraction(day: str) -> float:
    """Give a day as a year with a fraction that starts on 1 September.

    Examples
    --------
    >>> round(year_fraction("2019-09-01"), 3), round(year_fraction("2020-03-01"), 2)
    (2019.0, 2019.5)
    """
    start = np.datetime64(day[:4] + "-09-01")
    elapsed = (np.datetime64(day) - start).astype(int)
    return int(day[:4]) + float(elapsed) / 365.25


def draw_attainment(
    truth: PupilTruth, roll: Roll, rng: np.random.Generator, *, seed: int
) -> Attainment:
    """Draw a first-order process around the mean of each pupil's groups; subjects share part of the noise."""
    times = np.array([year_fraction(wave.middle) for wave in truth.waves])
    centre = group_mean(truth, roll)
    z: dict[str, Floats] = {name: np.empty((len(roll), len(times))) for name in truth.subjects}
    sds = (truth.intake_school_sd, truth.intake_trust_sd, truth.intake_la_sd)
    intake = {}
    for code, name in enumerate(truth.subjects):
        trust_seed = (seed, _TRUST_STREAM, code)
        school, trust, la = crossed_parts(roll.schools, sds, rng, trust_seed=trust_seed)
        intake[name] = (school + trust + la)[roll.school]
    own = {name: np.zeros(len(roll)) for name in truth.subjects}
    for at, time in enumerate(times):
        kept = 0.0 if at == 0 else truth.persistence ** (time - times[at - 1])
        # intake fades from the day on which the cohort entered the school
        faded = truth.persistence ** np.maximum(time - roll.entered, 0.0)
        common = rng.normal(size=len(roll))
        for name in truth.subjects:
            noise = math.sqrt(truth.subject_correlation) * common
            noise += math.sqrt(1 - truth.subject_correlation) * rng.normal(size=len(roll))
            own[name] = kept * own[name] + math.sqrt(1 - kept**2) * noise
            z[name][:, at] = centre + intake[name] * faded + own[name]
    return Attainment(z=z, times=times)


def group_mean(truth: PupilTruth, roll: Roll) -> Floats:
    """Give the mean of each pupil's groups in SD."""
    sen = np.array([0.0, truth.sen_support_mean, truth.ehcp_mean])
    return (
        truth.disadvantaged_mean * roll.is_disadvantaged + truth.eal_mean * roll.eal + sen[roll.sen]
    )


def national_moments(truth: PupilTruth) -> tuple[float, float]:
    """Give mean and SD of attainment over the nation, groups mixed by their national shares.

    Examples
    --------
    >>> mean, sd = national_moments(PupilTruth())
    >>> round(mean, 3), round(sd, 2)
    (-0.244, 1.05)
    """
    parts = (
        (truth.reference_disadvantaged_share, truth.disadvantaged_mean),
        (truth.eal_share, truth.eal_mean),
        (truth.sen_support_share, truth.sen_support_mean),
        (truth.ehcp_share, truth.ehcp_mean),
    )
    mean = sum(share * step for share, step in parts)
    variance = 1 + sum(share * (1 - share) * step**2 for share, step in parts)
    return mean, math.sqrt(variance)


def crossed_parts(
    schools: Schools,
    sds: tuple[float, float, float],
    rng: np.random.Generator,
    *,
    trust_seed: tuple[int, ...],
) -> tuple[Floats, Floats, Floats]:
    """Draw effects of schools, of their trusts (0 without one) and of their areas, one entry a school each.

    A trust's effect comes from ``trust_seed`` and its UID alone, so that it is the same in every area.
    """
    la = rng.normal(0, sds[2], len(schools.la_codes))[schools.la]
    drawn = [
        np.random.default_rng([*trust_seed, crc32(uid.encode())]).normal(0, sds[1])
        for uid in schools.trust_uids
    ]
    trust = np.array([*drawn, 0.0])[schools.trust]
    return rng.normal(0, sds[0], len(schools.urn)), trust, la


def level_at(subject: SubjectTruth, year_group: Integers, months: Floats) -> Floats:
    """Give the mean scaled score some months after 1 September of a year group."""
    levels = np.array(subject.level)
    start = levels[np.clip(year_group - 1, 0, len(levels) - 1)]
    after = levels[np.clip(year_group, 0, len(levels) - 1)]
    return start + (after - start) * months / 12


def sd_at(subject: SubjectTruth, year_group: Integers) -> Floats:
    """Give the SD of true scores within a group of a year group, scaled score points."""
    return subject.sd_at_zero + subject.sd_a_year * year_group.astype(float)
