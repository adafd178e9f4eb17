"""Every number that the synthetic pupils are made from, in one place.

Units are scaled score points of Star, months of growth, standard deviations of true attainment within a group
of a year group ("SD"), or shares. The defaults lie near published figures for England so that the demo looks
real: the losses of autumn 2020 near those of Education Policy Institute and Renaissance for DfE.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from recovery_analysis.synthetic.pupils.truth_curriculum import CurriculumTruth
from recovery_analysis.synthetic.pupils.truth_home import (
    AttendanceTruth,
    DeviceTruth,
    UseTruth,
)
from recovery_analysis.synthetic.pupils.truth_registers import PRACTICES, PracticeTruth
from recovery_analysis.synthetic.pupils.truth_survey import SurveyTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectTruth:
    """How Star scores of one subject grow, and what closure took.

    Parameters
    ----------
    level
        Mean scaled score on 1 September of Year 1, Year 2 and so on; growth is even within a year.
    sd_at_zero, sd_a_year
        SD of true scores within a group: the first plus the second times the year group.
    error_share
        Standard error of measurement of a test as a share of that SD, before its own scatter.
    shock_months
        Months of growth lost by autumn 2020, by year group in 2020/21, of pupils who are not disadvantaged.
    shock_extra_disadvantaged
        Months lost beyond that by disadvantaged pupils.
    """

    level: tuple[float, ...]
    sd_at_zero: float
    sd_a_year: float
    error_share: float
    shock_months: Mapping[int, float]
    shock_extra_disadvantaged: float

    def month(self, year_group: int) -> float:
        """Give the growth of one month in a year group, scaled score points.

        Examples
        --------
        >>> round(PupilTruth().subjects["reading"].month(5), 2)
        6.67
        """
        return (self.level[year_group] - self.level[year_group - 1]) / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One round of tests: the academic year's first calendar year, season, middle day, and who takes part.

    ``every_school`` is False where only schools that also test outside autumn take part.
    """

    year: int
    season: str
    middle: str
    every_school: bool


def _wave(year: int, season: str, middle: str) -> Wave:
    return Wave(year=year, season=season, middle=middle, every_school=season == "autumn")


#: Spring 2020 ends before 20 March; summer 2021 stands in for the spring in which schools were closed.
WAVES = (
    _wave(2017, "autumn", "2017-10-02"),
    _wave(2018, "autumn", "2018-10-01"),
    _wave(2018, "spring", "2019-02-25"),
    _wave(2019, "autumn", "2019-09-30"),
    _wave(2019, "spring", "2020-02-24"),
    _wave(2020, "autumn", "2020-10-05"),
    _wave(2020, "summer", "2021-06-14"),
    _wave(2021, "autumn", "2021-10-04"),
    _wave(2021, "spring", "2022-02-28"),
)

_SUBJECTS = {
    "reading": SubjectTruth(
        level=(100, 215, 320, 420, 510, 590, 662, 730, 795, 855, 910, 960),
        sd_at_zero=60.0,
        sd_a_year=10.0,
        error_share=0.27,
        shock_months=MappingProxyType(
            {
                1: 1.7,
                2: 1.8,
                3: 2.0,
                4: 1.9,
                5: 1.8,
                6: 1.7,
                7: 1.6,
                8: 1.6,
                9: 2.0,
                10: 2.0,
                11: 2.0,
            }
        ),
        shock_extra_disadvantaged=0.9,
    ),
    "maths": SubjectTruth(
        level=(280, 370, 455, 535, 608, 674, 732, 782, 826, 864, 896, 922),
        sd_at_zero=55.0,
        sd_a_year=7.0,
        error_share=0.25,
        shock_months=MappingProxyType(
            {
                1: 2.8,
                2: 3.0,
                3: 3.2,
                4: 3.2,
                5: 3.1,
                6: 3.0,
                7: 2.4,
                8: 2.2,
                9: 2.2,
                10: 2.2,
                11: 2.2,
            }
        ),
        shock_extra_disadvantaged=1.2,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilTruth:
    """All parameters of synthetic pupils.

    A pupil's true attainment in SD moves as a first-order process around the mean of the pupil's groups:
    given the true score a year ago, groups and year group, the school tells nothing more about the score
    today, until closure. From then on the pupil's *deviation* is added: shock and recovery, value added
    of school, trust and area, what goes with access and use, and practices. The deviation is what a report
    on progress against expectation ought to find.

    Parameters
    ----------
    years
        First calendar years of the academic years simulated.
    year_groups
        National curriculum years simulated; a school's own range limits them further.
    star_year_groups
        Year groups that sit Star.
    waves
        Rounds of Star tests.
    wave_half_days
        Tests lie this many days before and after the middle of their round.
    subjects
        Star subjects.
    subject_correlation
        Correlation of reading and maths in true attainment.
    persistence
        Correlation of true attainment with that of a year earlier within a group.
    disadvantaged_mean, sen_support_mean, ehcp_mean, eal_mean
        Mean of each group against pupils outside it, SD.
    reference_disadvantaged_share
        Share of disadvantaged pupils in the nation to which facilities refer.
    intake_la_sd, intake_trust_sd, intake_school_sd
        Between areas, trusts and schools in attainment on entry, SD; they fade with ``persistence``.
    sen_support_share, ehcp_share, eal_share, looked_after_share, female_share
        Shares of pupils.
    leave_share, join_share
        Pupils who leave during a year; pupils who join later than their year group did.
    upn_change_share
        Pupils whose UPN changes in 2020/21.
    cohort_spread
        Relative SD of a school's year group between cohorts.
    va_school_sd, va_trust_sd, va_la_sd
        Between schools, trusts and areas in progress since closure, SD units, drawn for each subject.
    recovery_other, recovery_disadvantaged
        Share of the loss made good by each year after 1 October 2020.
    missed_share, retest_share, deactivated_share, outside_window_share, not_screening_share,
    extra_time_share, midnight_share, after_leaving_share
        Shares of tests: not sat; sat again within two weeks; deactivated (score spoilt); outside the window;
        of another type; with extra time; at half past midnight; sat although the pupil had left.
    """

    years: tuple[int, ...] = (2017, 2018, 2019, 2020, 2021)
    year_groups: tuple[int, ...] = (3, 4, 5, 6, 7, 8, 9, 10)
    star_year_groups: tuple[int, ...] = (3, 4, 5, 6, 7, 8, 9)
    waves: tuple[Wave, ...] = WAVES
    wave_half_days: int = 12
    subjects: Mapping[str, SubjectTruth] = field(
        default_factory=lambda: MappingProxyType(dict(_SUBJECTS))
    )
    subject_correlation: float = 0.70
    persistence: float = 0.92
    disadvantaged_mean: float = -0.45
    sen_support_mean: float = -0.60
    ehcp_mean: float = -1.00
    eal_mean: float = -0.10
    reference_disadvantaged_share: float = 0.27
    intake_la_sd: float = 0.06
    intake_trust_sd: float = 0.08
    intake_school_sd: float = 0.20
    sen_support_share: float = 0.12
    ehcp_share: float = 0.03
    eal_share: float = 0.20
    looked_after_share: float = 0.01
    female_share: float = 0.49
    leave_share: float = 0.03
    join_share: float = 0.08
    upn_change_share: float = 0.01
    cohort_spread: float = 0.06
    va_school_sd: float = 0.07
    va_trust_sd: float = 0.04
    va_la_sd: float = 0.03
    recovery_other: float = 0.30
    recovery_disadvantaged: float = 0.15
    missed_share: float = 0.06
    retest_share: float = 0.02
    deactivated_share: float = 0.01
    outside_window_share: float = 0.01
    not_screening_share: float = 0.01
    extra_time_share: float = 0.04
    midnight_share: float = 0.003
    after_leaving_share: float = 0.10
    curriculum: CurriculumTruth = field(default_factory=CurriculumTruth)
    survey: SurveyTruth = field(default_factory=SurveyTruth)
    devices: DeviceTruth = field(default_factory=DeviceTruth)
    use: UseTruth = field(default_factory=UseTruth)
    attendance: AttendanceTruth = field(default_factory=AttendanceTruth)
    practices: tuple[PracticeTruth, ...] = PRACTICES
