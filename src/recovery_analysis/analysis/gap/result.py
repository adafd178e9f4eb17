"""What the gap question answers: one frozen result a measure.

A gap is positive when disadvantaged pupils are worse off, whatever the measure's direction.
"""

from dataclasses import dataclass
from typing import Literal

from recovery_analysis.analysis.result import Estimate

Role = Literal["own", "england", "la", "neighbour", "neighbours_mean", "trust"]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearGap:
    """Both groups and their gap in one academic year.

    ``was_measured`` is False for 2019/20 and 2020/21: no key stage 2 tests, teacher-assessed GCSE grades.
    """

    academic_year: str
    end: int
    was_measured: bool
    disadvantaged: Estimate
    other: Estimate
    gap: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSeries:
    """One area's or trust's figures over the years, from one publication."""

    role: Role
    entity: str
    label: str
    source: str
    years: tuple[YearGap, ...]

    def year(self, academic_year: str) -> YearGap | None:
        """Give one year, or None when the publication does not have it."""
        return next((item for item in self.years if item.academic_year == academic_year), None)

    @property
    def measured(self) -> tuple[YearGap, ...]:
        """Years with tests or exams and a gap."""
        return tuple(item for item in self.years if item.was_measured and item.gap.is_there)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolYear:
    """One school's figures in one year."""

    school_id: str
    urn: str
    disadvantaged: Estimate
    other: Estimate
    gap: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltYear:
    """The community's gap put together from its schools' rows, in one year and under one rule.

    ``left_out`` gives (school_id, reason) for schools of the right phase without both groups' figures.
    """

    academic_year: str
    end: int
    rule: str
    gap: YearGap
    weights: str
    schools: tuple[SchoolYear, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChange:
    """Change of the gap in the same schools from one year to another."""

    rule: str
    first_year: str
    last_year: str
    first: Estimate
    last: Estimate
    change: Estimate
    schools_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Before, change, new baseline: three linked numbers of one series, and what the trend adds.

    ``source`` names the series. ``opened_since`` is now minus what the trend before would have led to.
    ``pace_words`` says when the gap is back at its earlier size; ``made_up`` is the share of the widening
    that has gone since the new baseline, in percent.
    """

    source: str
    basis_words: str
    before: YearGap | None
    new_baseline: YearGap | None
    now: YearGap | None
    change: Estimate
    opened_since: Estimate
    trend_before: Estimate
    pace_words: str
    made_up: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A published figure of one group beside the one built from school rows, and why they differ."""

    academic_year: str
    group: str
    source: str
    published: Estimate
    built: Estimate
    difference: Estimate
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """One school before and now, for the table of schools."""

    school_id: str
    school_name: str
    phase: str
    sector: str
    before: SchoolYear | None
    now: SchoolYear | None
    change: Estimate
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapResult:
    """Everything that the report says about one measure's gap in one community."""

    measure: str
    before_year: str
    now_year: str
    published: tuple[PublishedSeries, ...]
    built: tuple[BuiltYear, ...]
    linked: Linked
    paired: tuple[PairedChange, ...]
    reconciled: tuple[Reconciled, ...]
    schools: tuple[SchoolRow, ...]
    cannot_tell: tuple[str, ...]

    def series(self, role: Role) -> tuple[PublishedSeries, ...]:
        """Give the published series of one role."""
        return tuple(item for item in self.published if item.role == role)

    @property
    def has_evidence(self) -> bool:
        """Say whether any gap of the community itself is there."""
        own = any(item.measured for item in self.series("own"))
        return own or any(item.gap.gap.is_there for item in self.built)
