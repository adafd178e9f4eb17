"""Words that the attendance exhibits share: measures, the rule for higher and lower, what is missing."""

import re
from dataclasses import replace

from recovery_analysis.analysis.attendance import GroupChange, PupilAttendance
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import likely, with_unit
from recovery_analysis.words.pupils import year_group_words

AttendanceResults = Released[PupilAttendance]

CHAPTER = "attendance"
SOURCE = "weekly attendance from the schools' own systems"

MEASURE_TITLES = {
    "attendance_pct": "Sessions attended",
    "missing_10_pct": "Pupils who missed 10% or more",
    "missing_50_pct": "Pupils who missed 50% or more",
}

#: A change or difference smaller than this (percentage points) is called similar.
LEAST = 0.5
RULE = (
    "Higher and lower are said only when the likely range leaves out nought and the difference is at least "
    f"{LEAST} percentage points; where the range reaches both ways, we cannot tell. A likely range is a 95% "
    "interval, worked out from how much schools differ; with too few schools none is given."
)
SUPPLY = (
    "To see it, give weekly attendance by pupil (pupil, week, sessions possible, sessions attended) to recovery "
    "ingest, from before and since the baseline date."
)
EXPLAINED = {
    "too_few": "[c] too few pupils to report",
    "not_published": "[x] no weeks of these pupils were read",
}


def notes_of(estimates: list[Estimate]) -> tuple[str, ...]:
    """Explain each symbol that stands in a table."""
    reasons = dict.fromkeys(str(e.missing_reason) for e in estimates if e.missing_reason)
    return tuple(EXPLAINED[reason] for reason in reasons)


def moved_words(change: Estimate, *, more: str = "higher", less: str = "lower") -> str:
    """Say how a change went, by :data:`RULE`, or that it can not be told."""
    if change.value is None:
        return "there is nothing to compare with"
    if change.low is None or change.high is None:
        return f"{with_unit(change, is_signed=True)}, with too few schools for a likely range"
    if change.low <= 0 <= change.high:
        return f"we cannot tell whether it changed ({with_unit(change, is_signed=True)}{likely(change)})"
    if abs(change.value) < LEAST:
        return f"similar to before ({with_unit(change, is_signed=True)}{likely(change)})"
    word = more if change.value > 0 else less
    size = with_unit(replace(change, value=abs(change.value)))
    return f"{word} by {size}{likely(change).replace('range', 'range of the change')}"


def group_title(item: GroupChange) -> str:
    """Write a row's group with a capital; a year group as a year."""
    if item.dimension == "year_group":
        return year_group_words(int(item.group))
    return item.group[0].upper() + item.group[1:]


def slug(text: str) -> str:
    """Give text as part of an id.

    Examples
    --------
    >>> slug("disadvantaged pupils minus other pupils")
    'disadvantaged-pupils-minus-other-pupils'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
