"""The results of the curriculum chapter: strands of a subject and year group, in the whole and by school."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from recovery_analysis.analysis.result import Estimate

#: What a strand is compared with.
Reference = Literal["own", "national", "none"]
#: Where the marks come from; the two are never pooled.
Source = Literal["question marks", "skill areas"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """One strand: marks gained now and before, how far below, when it was taught, what rests on it.

    ``shortfall`` is before minus now, percentage points, shrunk: positive is below. ``comparable`` says
    which marks of before it is compared with. ``months_since`` runs from the end of teaching to the last
    paper; it is negative where teaching ended later.
    """

    name: str
    is_core: bool
    exam_board: str
    taught_on: date | None
    months_since: int | None
    dependents_n: int | None
    reference: Reference
    comparable: str
    now: Estimate
    before: Estimate
    shortfall: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolStrands:
    """One school's strands."""

    school_id: str
    school_name: str
    strands: tuple[Strand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrandGroup:
    """The strands of one subject and year group; ``borrowed`` says whether schools were drawn together."""

    source: Source
    subject: str
    phase: str
    year_group: int
    academic_year: str
    last_day: date
    pupils: Estimate
    schools_n: int
    borrowed: bool
    strands: tuple[Strand, ...]
    schools: tuple[SchoolStrands, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrandResult:
    """All groups of the community; ``groups`` from marks by question, ``skills`` from Star's skill areas.

    ``schools_n`` schools are in the community, ``schools_with_marks`` gave marks since the baseline date.
    ``has_older_marks`` says that marks were read, but none of them later than that date.
    """

    baseline_date: date
    groups: tuple[StrandGroup, ...]
    skills: tuple[StrandGroup, ...]
    schools_n: int
    schools_with_marks: int
    has_older_marks: bool
    has_plan: bool
