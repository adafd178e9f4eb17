"""Words that the curriculum exhibits share: subjects, statuses, what is below and what to start with."""

import re
from collections.abc import Sequence
from datetime import date

from recovery_analysis.analysis.strands import Strand, StrandGroup, StrandResult
from recovery_analysis.analysis.strands.priority import start_with, status
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.style import STATUSES, format_number, format_range
from recovery_analysis.words.pupils import SUBJECTS, year_group_words

StrandResults = Released[StrandResult]

CHAPTER = "curriculum"
#: Above each table with this symbol: what it means here.
NOTHING_BEFORE = (
    "[x] no marks from before the baseline date to compare with, and no national figure"
)
TOO_FEW = "[c] too few pupils to report"

_STATUS_WORDS = {status.name: status.word for status in STATUSES}


def subject_words(subject: str) -> str:
    """Write a subject as in the middle of a sentence.

    Examples
    --------
    >>> subject_words("maths"), subject_words("Computer science")
    ('mathematics', 'Computer science')
    """
    return SUBJECTS.get(subject.lower(), subject)


def group_words(group: StrandGroup) -> str:
    """Write a year group and its subject, such as Year 5 mathematics."""
    return f"{year_group_words(group.year_group)} {subject_words(group.subject)}"


def status_word(strand: Strand) -> str:
    """Give the printed word of a strand's status."""
    return _STATUS_WORDS[status(strand)]


def slug(text: str) -> str:
    """Give text as part of an id.

    Examples
    --------
    >>> slug("Fractions & ratio: Year 5")
    'fractions-ratio-year-5'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def day_words(day: date | None) -> str:
    """Write a day, or that it is not known."""
    return "not known" if day is None else f"{day.day} {day:%b %Y}"


def below_words(strand: Strand) -> str:
    """Write how far below a strand is, with its likely range."""
    value, low, high = strand.shortfall.value, strand.shortfall.low, strand.shortfall.high
    if value is None or low is None or high is None:
        return strand.name
    return f"{strand.name} ({format_number(value, 1)} points below, likely range {format_range(low, high, 1)})"


def compared_words(strands: Sequence[Strand]) -> str:
    """Say what strands are compared with, after the word below."""
    kinds = {strand.reference for strand in strands} - {"none"}
    if kinds == {"national"}:
        return "the national figure from before"
    if kinds == {"own", "national"}:
        return "where they, or pupils nationally, stood before"
    return "where they stood before"


def start_words(strands: Sequence[Strand], phase: str, baseline: date) -> str:
    """Say what to start with, then what; or that nothing is clearly below, or can not be told."""
    names = start_with(strands, phase, baseline)
    by_name = {strand.name: strand for strand in strands}
    if names:
        return "; then ".join(below_words(by_name[name]) for name in names)
    known = [strand for strand in strands if status(strand) != "unknown"]
    return "nothing is clearly below" if known else "not enough information"


def counts(groups: Sequence[StrandGroup]) -> dict[str, int]:
    """Count strands by status."""
    found = dict.fromkeys(_STATUS_WORDS, 0)
    for group in groups:
        for strand in group.strands:
            found[status(strand)] += 1
    return found
