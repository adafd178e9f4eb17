"""What the progress question answers: actual minus expected by window, year group and group of pupils.

A difference is negative where pupils scored lower than was to be expected.
"""

from dataclasses import dataclass
from typing import Literal

from recovery_analysis.analysis.result import Breakdown, Estimate

#: ``prior``: expected from the pupil's own test before the baseline; ``level``: from the same year group then.
Basis = Literal["prior", "level"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowProgress:
    """One subject in one window, all pupils or some of them.

    Attributes
    ----------
    label
        ``all``, a year group such as ``Year 5``, or the words of a group.
    difference
        Mean of actual minus expected, scaled score points.
    months
        The same in months of usual growth: a rough guide.
    declined
        Percent of pupils more than one joint error of measurement below expectation.
    declined_usual
        The same percent before the baseline, in the cohorts that the norms are made of.
    least
        Smallest difference that is called ahead or behind: half a month's usual growth, points.
    """

    window: int
    academic_year: str
    season: str
    is_before: bool
    label: str
    difference: Estimate
    months: Estimate
    declined: Estimate
    declined_usual: Estimate
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupProgress:
    """Two groups of pupils in the latest window and the difference between them (first minus second)."""

    group: str
    first: WindowProgress
    second: WindowProgress
    difference: Estimate
    months: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolProgress:
    """One school's shrunk actual minus expected, beside the average school of the norms."""

    school_id: str
    school_name: str
    value: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolValues:
    """Schools of the community, by name; ``why_not`` says why none is shown."""

    schools: tuple[SchoolProgress, ...]
    schools_in_model: int
    trusts_in_model: int
    las_in_model: int
    spread_sd: float | None
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Pupils on roll in the latest window: parts are compared, tested without a comparison, not tested."""

    academic_year: str
    season: str
    on_roll: Breakdown
    compared: Estimate
    schools_compared: int
    schools_n: int
    schools_without: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectProgress:
    """Everything about one subject.

    ``before`` is the year up to the baseline date, ``first`` the first window after it, ``now`` the latest;
    ``change`` is now minus before and ``change_first`` first minus before, both in the same schools.
    ``trajectory`` has every window on the basis in use; ``levels`` the same against the same year group
    before, also for windows in which no pupil has a test from before the baseline any more.
    """

    subject: str
    basis: Basis
    before: WindowProgress | None
    first: WindowProgress | None
    now: WindowProgress | None
    change: Estimate
    change_first: Estimate
    change_months: Estimate
    least: float
    first_by_year_group: tuple[WindowProgress, ...]
    now_by_year_group: tuple[WindowProgress, ...]
    trajectory: tuple[WindowProgress, ...]
    levels: tuple[WindowProgress, ...]
    groups: tuple[GroupProgress, ...]
    schools: SchoolValues
    coverage: Coverage | None
    cannot_tell: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressResult:
    """The progress question for one community: subjects with any test, and what is missing."""

    subjects: tuple[SubjectProgress, ...]
    norm_pupils: int
    norm_schools: int
    baseline_words: str
    cannot_tell: tuple[str, ...]

    def subject(self, name: str) -> SubjectProgress | None:
        """Give one subject, or None where no test of it was read."""
        return next((item for item in self.subjects if item.subject == name), None)
