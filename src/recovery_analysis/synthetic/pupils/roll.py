"""Who is on roll: schools, pupils with their characteristics, and which years they are there."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.pupils.arrays import (
    Flags,
    Floats,
    Integers,
    academic_year,
    frame,
    pseudonyms,
    take,
    yes_no,
)
from recovery_analysis.synthetic.pupils.truth import PupilTruth

#: What a school can give; a column ``gives_<source>`` of the schools says which do, absent is all.
SOURCES = (
    "mis",
    "star",
    "star_before",
    "star_spring",
    "quizzes",
    "minutes",
    "oak",
    "devices",
    "survey_pupil",
    "survey_family",
    "survey_staff",
    "marks",
    "attendance",
    "registers",
)
ETHNICITIES = ("White", "Asian", "Black", "Mixed", "Chinese", "Any other ethnic group")
_ETHNICITY_SHARES = (0.72, 0.12, 0.06, 0.06, 0.01, 0.03)
SEN = ("none", "sen_support", "ehcp")
#: Middle of the school year: who leaves before is gone for the tests after it.
_YEAR_DAYS = 300


@dataclass(frozen=True, kw_only=True)
class Schools:
    """Schools as arrays: codes for trust (-1 without) and area, range of year groups, shares."""

    urn: list[str]
    la: Integers
    la_codes: list[str]
    trust: Integers
    trust_uids: list[str]
    low: Integers
    high: Integers
    size: Floats
    share: Floats
    gives: dict[str, Flags]

    @property
    def refs(self) -> list[str]:
        """Give each school's reference, ``urn:NUMBER``."""
        return [f"urn:{urn}" for urn in self.urn]


@dataclass(frozen=True, kw_only=True)
class Roll:
    """Pupils as arrays, one entry a pupil.

    ``cohort`` is the first calendar year of the academic year in which the pupil would be in year group 0;
    ``first`` and ``last`` are the first calendar years of the first and last academic years on roll here;
    ``leaves_after`` is the number of days after 1 September of the last year, or -1 where the pupil stays.
    ``number`` is unique over partitions.
    """

    schools: Schools
    number: Integers
    school: Integers
    cohort: Integers
    entered: Integers
    first: Integers
    last: Integers
    leaves_after: Integers
    is_disadvantaged: Flags
    fsm: Flags
    fsm6: Flags
    looked_after: Flags
    female: Flags
    eal: Flags
    sen: Integers
    ethnicity: Integers
    idaci: Integers
    birth_month: Integers
    pupil_id: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    @property
    def group(self) -> Integers:
        """Give 1 for disadvantaged pupils and 0 for others."""
        return self.is_disadvantaged.astype(np.int64)

    def year_group(self, year: int) -> Integers:
        """Give each pupil's year group in the academic year that starts in ``year``."""
        return year - self.cohort

    def on_roll(self, year: int) -> Flags:
        """Say who is on roll at the start of an academic year."""
        return (self.first <= year) & (year <= self.last)

    def gives(self, source: str) -> Flags:
        """Say whose school gives a source."""
        return self.schools.gives[source][self.school]

    def left_on(self) -> np.ndarray:
        """Give the day on which each pupil left, or no day."""
        day = np.array([np.datetime64(f"{y}-09-01") for y in self.last.tolist()])
        day = (day + self.leaves_after).astype("datetime64[us]")
        return np.where(self.leaves_after >= 0, day, np.datetime64("NaT"))


def read_schools(frame_of_schools: pd.DataFrame) -> Schools:
    """Turn a table of schools into arrays.

    Parameters
    ----------
    frame_of_schools
        ``urn``, ``la_code``, ``trust_uid`` (blank without), ``low_year_group``, ``high_year_group``,
        ``year_group_size``, ``disadvantaged_share`` and any ``gives_<source>``.
    """
    table = frame_of_schools.reset_index(drop=True)
    la, la_codes = pd.factorize(table["la_code"].astype(str), sort=True)
    uid = table["trust_uid"].fillna("").astype(str)
    trust, uids = pd.factorize(uid.where(uid.ne("")), sort=True)
    every = np.ones(len(table), dtype=bool)
    gives = {
        source: table[f"gives_{source}"].to_numpy(dtype=bool)
        if f"gives_{source}" in table
        else every
        for source in SOURCES
    }
    return Schools(
        urn=table["urn"].astype(str).tolist(),
        la=np.asarray(la, dtype=np.int64),
        la_codes=[str(code) for code in la_codes],
        trust=np.asarray(trust, dtype=np.int64),
        trust_uids=[str(code) for code in uids],
        low=table["low_year_group"].to_numpy(dtype=np.int64),
        high=table["high_year_group"].to_numpy(dtype=np.int64),
        size=table["year_group_size"].to_numpy(dtype=float),
        share=table["disadvantaged_share"].to_numpy(dtype=float),
        gives=gives,
    )


def draw_roll(
    truth: PupilTruth, schools: Schools, rng: np.random.Generator, *, first_number: int = 0
) -> Roll:
    """Draw the pupils of all schools: every cohort that passes through in the simulated years."""
    school, cohort = _cohorts(truth, schools, rng)
    n = len(school)
    low = np.maximum(schools.low, min(truth.year_groups))[school]
    high = np.minimum(schools.high, max(truth.year_groups))[school]
    entered = cohort + low
    joins = np.where(
        rng.random(n) < truth.join_share, rng.integers(1, np.maximum(high - low, 1) + 1), 0
    )
    leaves, leaves_after = _leaving(truth, high - low + 1, rng)
    first = np.maximum(entered + np.minimum(joins, high - low), truth.years[0])
    last = np.minimum(np.minimum(entered + leaves, cohort + high), truth.years[-1])
    gone = (entered + leaves == last) & (leaves <= high - low) & (leaves_after >= 0)
    kept = first <= last
    number = first_number + np.arange(n, dtype=np.int64)
    return Roll(
        schools=schools,
        number=number[kept],
        school=school[kept],
        cohort=cohort[kept],
        entered=entered[kept],
        first=first[kept],
        last=last[kept],
        leaves_after=np.where(gone, leaves_after, -1)[kept],
        pupil_id=pseudonyms("pupil", number[kept]),
        **_characteristics(truth, schools, school[kept], rng),
    )


def _cohorts(
    truth: PupilTruth, schools: Schools, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Give school and cohort of every pupil; a school has at least one pupil a cohort."""
    low = np.maximum(schools.low, min(truth.year_groups))
    high = np.minimum(schools.high, max(truth.year_groups))
    first, last = truth.years[0] - high, truth.years[-1] - low
    counts = np.maximum(last - first + 1, 0) * (high >= low)
    at = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    size = schools.size[at] * (1 + truth.cohort_spread * rng.normal(size=len(at)))
    size = np.maximum(np.rint(size), 1).astype(np.int64)
    return np.repeat(at, size), np.repeat(first[at] + within, size)


def _leaving(
    truth: PupilTruth, years_here: Integers, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Give years after entry and days after 1 September at which a pupil leaves; far off where never."""
    u = np.maximum(rng.random(len(years_here)), 1e-12)
    years = np.floor(np.log(u) / np.log(1 - truth.leave_share)).astype(np.int64)
    after = rng.integers(20, _YEAR_DAYS, len(years_here))
    return years, np.where(years < years_here, after, -1)


def _characteristics(
    truth: PupilTruth, schools: Schools, school: Integers, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    n = len(school)
    disadvantaged = rng.random(n) < schools.share[school]
    looked_after = disadvantaged & (rng.random(n) < truth.looked_after_share / 0.27)
    fsm6 = disadvantaged & (~looked_after | (rng.random(n) < 0.5))
    u = rng.random(n)
    sen = np.where(
        u < truth.ehcp_share, 2, np.where(u < truth.ehcp_share + truth.sen_support_share, 1, 0)
    )
    idaci = rng.normal(np.where(disadvantaged, 3.4, 5.9), 2.2)
    return {
        "is_disadvantaged": disadvantaged,
        "looked_after": looked_after,
        "fsm6": fsm6,
        "fsm": fsm6 & (rng.random(n) < 0.8),
        "female": rng.random(n) < truth.female_share,
        "eal": rng.random(n) < truth.eal_share,
        "sen": sen.astype(np.int64),
        "ethnicity": rng.choice(len(ETHNICITIES), n, p=_ETHNICITY_SHARES),
        "idaci": np.clip(np.rint(idaci), 1, 10).astype(np.int64),
        "birth_month": rng.integers(0, 12, n),
    }


def pupils_frame(truth: PupilTruth, roll: Roll) -> pd.DataFrame:
    """Give the table ``pupils``: one row a pupil and academic year, of schools that give a list."""
    parts = []
    for year in truth.years:
        at = np.flatnonzero(roll.on_roll(year) & roll.gives("mis"))
        parts.append(_year_of_pupils(roll, year, at))
    return pd.concat(parts, ignore_index=True)


def _year_of_pupils(roll: Roll, year: int, at: Integers) -> pd.DataFrame:
    # born in the twelve months before 1 September of the year in which they turn five
    month = (roll.birth_month[at] + 8) % 12 + 1
    born = roll.cohort[at] - 5 + (roll.birth_month[at] >= 4)
    left = roll.left_on()[at]
    later = np.array([np.datetime64(f"{year + 1}-09-01")], dtype="datetime64[us]")
    return frame(
        {
            "pupil_id": roll.pupil_id[at],
            "school_ref": take(roll.schools.refs, roll.school[at]),
            "academic_year": academic_year(year),
            "series": "pupil_list",
            "year_group": roll.year_group(year)[at].astype(float),
            "birth_month": np.array(
                [f"{y}-{m:02d}" for y, m in zip(born.tolist(), month.tolist(), strict=True)],
                dtype=object,
            ),
            "sex": take(("male", "female"), roll.female[at].astype(np.int64)),
            "fsm": yes_no(roll.fsm[at]),
            "fsm6": yes_no(roll.fsm6[at]),
            "looked_after": yes_no(roll.looked_after[at]),
            "disadvantaged": yes_no(roll.is_disadvantaged[at]),
            "eal": yes_no(roll.eal[at]),
            "sen_status": take(SEN, roll.sen[at]),
            "ethnicity_major": take(ETHNICITIES, roll.ethnicity[at]),
            "idaci_decile": roll.idaci[at].astype(float),
            "start_date": np.array(
                [np.datetime64(f"{y}-09-03", "us") for y in roll.first[at].tolist()]
            ),
            "leaving_date": np.where(left < later, left, np.datetime64("NaT")),
        }
    )


def changed_upn(truth: PupilTruth, roll: Roll) -> Flags:
    """Say whose UPN changes in 2020/21: the same pupils in every run of one seed."""
    share = truth.upn_change_share
    spans = (roll.first < 2020) & (roll.last >= 2020)
    return spans & ((roll.number * 2654435761 % 4294967296) / 4294967296 < share)


def aliases_frame(truth: PupilTruth, roll: Roll) -> pd.DataFrame:
    """Give the table ``pupil_aliases``: pupils whose UPN changed."""
    at = np.flatnonzero(changed_upn(truth, roll) & roll.gives("mis"))
    return frame(
        {
            "pupil_id": roll.pupil_id[at],
            "alias_id": pseudonyms("former", roll.number[at]),
            "school_ref": take(roll.schools.refs, roll.school[at]),
            "series": "pupil_list",
        }
    )
