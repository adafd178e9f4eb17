"""Every number that the synthetic community is made from, in one place.

The defaults lie near England's published values, so that the demo looks like real data; the schools, trusts
and local authorities are invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: The calendar year that ends the last academic year before schools closed.
BASELINE_YEAR = 2019
#: The calendar year that ends the first academic year with tests again.
NEW_BASELINE_YEAR = 2022


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPath:
    """How one measure moves over the years, in the measure's own unit.

    Years are the calendar years in which academic years end. The gap is other minus disadvantaged pupils.

    Parameters
    ----------
    other_before
        Mean of pupils who are not disadvantaged in 2018/19.
    other_drop
        By how much that mean had fallen in 2021/22.
    other_recovery
        By how much it rises again, a year, after 2021/22.
    gap_before
        Gap in 2018/19.
    gap_trend
        Widening a year up to 2018/19, and on to 2020/21 where there are results.
    gap_widening
        Gap in 2021/22 minus gap in 2018/19.
    gap_pace
        Narrowing a year after 2021/22.
    pupil_sd
        Standard deviation of pupils within a group, a school and a year.
    """

    other_before: float
    other_drop: float
    other_recovery: float
    gap_before: float
    gap_trend: float
    gap_widening: float
    gap_pace: float
    pupil_sd: float

    def gap(self, year: int) -> float:
        """Give the gap of the academic year that ends in ``year``, before school and trust differences.

        Examples
        --------
        >>> path = Truth().paths["attainment8"]
        >>> path.gap(2019), round(path.gap(2022), 6), round(path.gap(2024), 6)
        (13.6, 15.2, 14.9)
        """
        if year < NEW_BASELINE_YEAR:
            return self.gap_before + self.gap_trend * (year - BASELINE_YEAR)
        return self.gap_before + self.gap_widening - self.gap_pace * (year - NEW_BASELINE_YEAR)

    def other(self, year: int) -> float:
        """Give the mean of pupils who are not disadvantaged, without the teacher-assessed uplift."""
        if year < NEW_BASELINE_YEAR:
            return self.other_before
        return (
            self.other_before - self.other_drop + self.other_recovery * (year - NEW_BASELINE_YEAR)
        )


def _path(*numbers: float) -> GapPath:
    """Build a path from its eight numbers in the order of ``GapPath``'s parameters."""
    names = tuple(GapPath.__dataclass_fields__)
    return GapPath(**dict(zip(names, numbers, strict=True)))


# fmt: off
#: Columns: other before, drop, recovery, gap before, trend, widening, pace, pupil SD.
_PATHS = {
    "ks2_reading_scaled_score": _path(106.6, 0.4, 0.10, 3.6,  0.05, 0.8,  0.15, 8.0),
    "ks2_maths_scaled_score":   _path(106.6, 1.2, 0.25, 3.8,  0.05, 0.9,  0.15, 7.5),
    "ks2_gps_scaled_score":     _path(107.4, 1.1, 0.20, 4.0,  0.05, 0.8,  0.15, 7.8),
    "ks2_writing_latent":       _path(106.9, 2.0, 0.35, 3.9,  0.05, 0.9,  0.15, 8.0),
    "ks2_reading_progress":     _path(0.3,   0.0, 0.00, 0.9,  0.03, 0.5,  0.05, 6.0),
    "ks2_writing_progress":     _path(0.3,   0.0, 0.00, 0.8,  0.03, 0.5,  0.05, 5.5),
    "ks2_maths_progress":       _path(0.4,   0.0, 0.00, 1.1,  0.03, 0.6,  0.05, 5.8),
    "attainment8":              _path(50.3,  0.2, 0.00, 13.6, 0.10, 1.6,  0.15, 16.0),
    "progress8":                _path(0.13,  0.0, 0.00, 0.58, 0.01, 0.14, 0.01, 1.2),
}
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All parameters of a synthetic community.

    School, trust and area effects are normal, independent, and in pupil standard deviations, so that one
    set serves all measures: a school SD of 0.2 is 0.2 x 16 = 3.2 points of Attainment 8.

    Parameters
    ----------
    seed, size
        What ``write_community`` was called with.
    paths
        One ``GapPath`` a measure. ``ks2_writing_latent`` is not published itself: a pupil whose three latent
        scores round to 100 or more is at the expected standard in reading, writing and maths, so the gap
        of that percentage follows from the three paths.
    first_year, last_year
        Calendar years that end the first and last academic year simulated.
    teacher_assessed_uplift
        Points of Attainment 8 that teachers' assessments added in 2019/20 and 2020/21.
    la_sd, trust_sd, school_sd
        Between local authorities, trusts and schools: level of all pupils.
    school_gap_sd
        Between schools: gap in every year.
    trust_change_sd, school_change_sd
        Between trusts and schools: how much more or less the gap widened after March 2020.
    common_variance
        Share of the pupil variance that subjects of one key stage have in common.
    cohort_spread
        Relative standard deviation of a school's cohort between years.
    progress_coverage
        Share of pupils with prior attainment, unless a school has its own.
    suppress_up_to
        Groups of 1 to this many pupils are suppressed, as the publisher does.
    absence_before, absence_after, absence_slope, absence_school_sd
        Percent of sessions missed in a school with a quarter disadvantaged, before March 2020 and from
        2021/22; added percent for each whole share of disadvantage; SD between schools.
    """

    seed: int = 20200320
    size: str = "demo"
    paths: Mapping[str, GapPath] = field(default_factory=lambda: MappingProxyType(dict(_PATHS)))
    first_year: int = 2016
    last_year: int = 2024
    teacher_assessed_uplift: float = 3.6
    la_sd: float = 0.06
    trust_sd: float = 0.08
    school_sd: float = 0.20
    school_gap_sd: float = 0.10
    trust_change_sd: float = 0.06
    school_change_sd: float = 0.08
    common_variance: float = 0.70
    cohort_spread: float = 0.06
    progress_coverage: float = 0.95
    suppress_up_to: int = 5
    absence_before: float = 4.7
    absence_after: float = 7.3
    absence_slope: float = 5.0
    absence_school_sd: float = 0.5

    @property
    def years(self) -> tuple[int, ...]:
        """Give every calendar year that ends a simulated academic year."""
        return tuple(range(self.first_year, self.last_year + 1))
