"""The results of pupils' weeks of attendance: rates, shares that miss much, schools, and the return."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from recovery_analysis.analysis.result import Breakdown, Estimate

AttendanceMeasure = Literal["attendance_pct", "missing_10_pct", "missing_50_pct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRate:
    """Sessions attended of sessions possible in one term."""

    academic_year: str
    term: str
    rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """One measure of one group, before and now over the same terms, and the change.

    ``dimension`` is all, disadvantaged, sen or year_group; ``group`` its words. ``is_difference`` marks the
    row that is the first group minus the second.
    """

    measure: AttendanceMeasure
    dimension: str
    group: str
    before: Estimate
    now: Estimate
    change: Estimate
    is_difference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolAttendance:
    """One school's rate before and now, and its pupils now."""

    school_id: str
    school_name: str
    before: Estimate
    now: Estimate
    pupils: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnWeek:
    """Attendance in one of the first weeks after the closure, of pupils seen before it."""

    number: int
    week_start: date
    rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnShare:
    """Of a group's pupils seen before the closure and expected after it, who came back and who came often."""

    group: str
    expected: Estimate
    came: Estimate
    often: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnResult:
    """The first weeks after the closure; ``not_listed`` were seen before and are in no list since."""

    weeks: tuple[ReturnWeek, ...]
    shares: tuple[ReturnShare, ...]
    not_listed: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilAttendance:
    """All of it; ``now_year`` is None where no file has weeks that count.

    ``over_terms`` are the terms over which before and now are compared (all of the year's when there is
    no before). ``missing_10`` and ``missing_50`` count pupils now, with one part a school of ``schools``.
    """

    now_year: str | None
    before_year: str | None
    over_terms: tuple[str, ...]
    terms: tuple[TermRate, ...]
    changes: tuple[GroupChange, ...]
    schools: tuple[SchoolAttendance, ...]
    missing_10: Breakdown | None
    missing_50: Breakdown | None
    back: ReturnResult | None
    schools_n: int
    schools_with_weeks: int
    schools_without: tuple[str, ...]

    def change(self, measure: str, group: str = "all pupils") -> GroupChange | None:
        """Give the row of a measure and group, if there is one."""
        found = [c for c in self.changes if c.measure == measure and c.group == group]
        return found[0] if found else None
