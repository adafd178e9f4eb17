"""How progress is said: status by a printed rule, sizes with their range, the answer to the first question."""

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.trajectory.result import (
    ProgressResult,
    SubjectProgress,
    WindowProgress,
)
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.style import STATUSES, Status, format_number, format_range
from recovery_analysis.words.missing import meaning
from recovery_analysis.words.pupils import SUBJECTS

CHAPTER = "progress"
ReleasedProgress = Released[ProgressResult]

_BY_NAME = {status.name: status for status in STATUSES}
#: A likely range that stays within this many times the least difference shows that pupils are as expected.
_NARROW = 3

RULE = (
    "Behind (or Ahead): the likely range lies wholly below (above) nought and the difference is at least half a "
    "month of usual growth. As expected: neither, and the likely range stays within a month and a half of "
    "usual growth on both sides. Otherwise: Not enough information. A likely range is a 95% interval."
)
MONTHS_NOTE = (
    "Months divide score points by what pupils of that year group and subject gained in a calendar month "
    "before the baseline date: a rough guide, not calendar time."
)


def measure_name(subject: str) -> str:
    """Give the name of a subject's measure in findings and tidy tables."""
    return f"star_{subject}_vs_expected"


def status_of(estimate: Estimate, least: float) -> Status:
    """Give the status of a difference by the printed rule.

    Parameters
    ----------
    estimate
        A released difference in score points; without a range nothing can be said.
    least
        Half a month of usual growth, score points.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return _BY_NAME["unknown"]
    if abs(estimate.value) >= least and estimate.high < 0:
        return _BY_NAME["behind"]
    if abs(estimate.value) >= least and estimate.low > 0:
        return _BY_NAME["ahead"]
    if max(-estimate.low, estimate.high) <= _NARROW * least:
        return _BY_NAME["as-expected"]
    return _BY_NAME["unknown"]


def status_cell(estimate: Estimate, least: float) -> str:
    """Write the status with its shape."""
    status = status_of(estimate, least)
    return f"{status.shape} {status.word}"


def window_words(item: WindowProgress) -> str:
    """Write a window, such as 'autumn 2020/21'."""
    return f"{item.season} {item.academic_year}"


def answer(item: SubjectProgress, name: str, day: str) -> str:
    """Answer for one subject whether pupils are further behind than before the baseline date, and how far."""
    subject = SUBJECTS[item.subject]
    if item.now is None:
        return f"The tests that were read can not tell whether pupils in {name} are further behind in {subject}."
    when = window_words(item.now)
    if item.change.is_there:
        told = _size(item.change, "further behind expectation", "further ahead of expectation")
        opening = (
            f"In {subject}, pupils in {name} in {when}, set beside the year up to {day}: {told}"
        )
        return f"{opening}{_months(item.change_months, item.change)}. {_levels(item)}".strip()
    difference = item.now.difference
    if difference.value is None:
        return (
            f"In {subject}, {when}, the figures for {name} can not be shown: "
            f"{meaning(str(difference.missing_reason))}."
        )
    told = _size(difference, "lower than expected", "higher than expected")
    return (
        f"In {subject}, pupils in {name} in {when}, set beside what was usual before {day}: "
        f"{told}{_months(item.now.months, difference)}."
    )


def _levels(item: SubjectProgress) -> str:
    """Say the two levels that a change lies between."""
    if item.before is None or item.now is None:
        return ""
    one, two = item.before.difference, item.now.difference
    if one.value is None or two.value is None:
        return ""
    when = window_words(item.now)
    return f"Against expectation they stood at {_points(one)} before and {_points(two)} in {when}."


def _points(estimate: Estimate) -> str:
    value = estimate.value or 0.0
    if round(value, estimate.decimals) == 0:
        return "0 points"
    return (
        f"{format_number(abs(value), estimate.decimals)} points {'below' if value < 0 else 'above'}"
    )


def _size(estimate: Estimate, lower: str, higher: str) -> str:
    """Say a difference with its range; one that can not be told from none says so."""
    value, places = estimate.value or 0.0, estimate.decimals
    size = format_number(abs(value), places)
    if estimate.low is None or estimate.high is None:
        why = estimate.why_no_interval or "too few schools"
        return (
            f"our estimate is {size} scaled score points {'lower' if value < 0 else 'higher'}, but we cannot "
            f"tell whether this is more than chance: there is no likely range ({why})"
        )
    low, high = estimate.low, estimate.high
    if low > 0 or high < 0:
        nearer, further = sorted((abs(low), abs(high)))
        direction = lower if value < 0 else higher
        likely = format_range(nearer, further, places)
        return f"about {size} scaled score points {direction} (likely range {likely})"
    return (
        f"we cannot tell whether this has changed: our estimate is {size} points "
        f"{'lower' if value < 0 else 'higher'}, but it could be {format_number(abs(low), places)} lower or "
        f"{format_number(abs(high), places)} higher"
    )


def _months(estimate: Estimate, points: Estimate) -> str:
    """Add months only to a difference that can be told from none."""
    if estimate.value is None or points.low is None or points.high is None:
        return ""
    if points.low <= 0 <= points.high:
        return ""
    size = format_number(abs(estimate.value), estimate.decimals)
    return f", or about {size} months of usual growth (a rough guide, not calendar time)"
