"""Words and cells that the exhibits of surveys share."""

from collections.abc import Sequence

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.survey_shares import (
    FALSE_SHARE,
    SMALLEST_DIFFERENCE,
    Comparison,
    Coverage,
)
from recovery_analysis.exhibit.cells import likely, missing_notes, with_unit
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.survey_items import SURVEY_ITEMS, Theme

#: More names than this are counted, not listed.
MOST_NAMES = 30

WHO = {"pupil": "pupils", "family": "families", "staff": "staff"}

THEMES: dict[Theme, str] = {
    "learning": "Learning at home",
    "home": "Help and room at home",
    "wellbeing": "Wellbeing",
    "contact": "Contact with school",
    "return": "Coming back",
    "staff": "Staff",
}

#: Kinds of survey file, as a source line names them.


def label_of(item: str) -> str:
    """Write what the reported share of a question is of, as a row's name."""
    words = SURVEY_ITEMS[item].counted_words
    return words[0].upper() + words[1:]


def share_words(item: str, share: Estimate, who: str) -> str:
    """Write a share as a clause: 45% of pupils who answered had no quiet place to work."""
    words = SURVEY_ITEMS[item].counted_words
    if share.value is None:
        return f"how many of the {who} who answered {words} is not reported: too few answered"
    return f"{with_unit(share)}{likely(share)} of {who} who answered {words}"


def group_words(words: str, role: str) -> str:
    """Name a group of pupils, or the families of that group."""
    return f"families of {words}" if role == "family" else words


def difference_words(one: Comparison, groups: tuple[str, str]) -> str:
    """Write a difference that may be said: both shares, then the difference with its range."""
    first, second = one.shares.shares.parts
    return (
        f"{with_unit(first)} of {groups[0]} and {with_unit(second)} of {groups[1]} "
        f"{SURVEY_ITEMS[one.item].counted_words}: a difference of "
        f"{with_unit(one.shares.difference, is_signed=True)}{likely(one.shares.difference)}"
    )


def verdict(one: Comparison, groups: tuple[str, str]) -> str:
    """Say by the printed rule what a table's row shows."""
    value = one.shares.difference.value
    if value is None:
        return "Too few to report"
    if one.is_said:
        return f"Higher: {groups[0] if value > 0 else groups[1]}"
    return "No clear difference" if one.shares.difference.low is not None else "Cannot tell"


def rule_words(looked_at: int) -> str:
    """Write the rule by which a difference is said."""
    return (
        f"We looked at {counted(looked_at, 'difference')}. One is said only when its likely range excludes no "
        f"difference, it is {format_number(SMALLEST_DIFFERENCE)} percentage points or more, and it still stands "
        "when all of them are judged together (the rule of Benjamini and Hochberg). Of the differences said, "
        f"about 1 in {format_number(1 / FALSE_SHARE)} at most can be expected to be chance."
    )


def coverage_words(covered: Coverage, role: str) -> str:
    """Say who answered: respondents, schools, part of the roll."""
    people = covered.respondents
    number = (
        "Too few to report a number"
        if people.value is None
        else f"{format_number(people.value)} {WHO[role]}"
    )
    text = (
        f"{number} answered the latest surveys, in {format_number(covered.schools_with)} of "
        f"{counted(covered.schools_n, 'school')}"
    )
    if covered.response.value is not None:
        text += f"; {with_unit(covered.response)} of the pupils on the lists that were read"
        text += " (a family with several pupils is counted once)" if role == "family" else ""
    elif role != "staff":
        text += "; no pupil list was read, so the part of the pupils who answered is not known"
    weights = (
        "Answers are weighted as the survey files say."
        if covered.is_weighted
        else "All answers count alike."
    )
    return f"{text}. {weights} Those who did not answer may have fared otherwise."


def silent_words(covered: Coverage, role: str) -> str:
    """Name the schools without any answer; empty where every school has one."""
    names = covered.silent
    if not names:
        return ""
    listed = "; ".join(names[:MOST_NAMES])
    more = f"; and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        f"No answer of {WHO[role]} was read from {counted(len(names), 'school')}: {listed}{more}. What is shown "
        f"here does not speak for {verb(len(names), 'it', 'them')}."
    )


def no_survey_words(who: str, name: str, what: str) -> str:
    """Say which survey is missing and how to supply it."""
    return (
        f"No survey of {who} was read for {name}, so {what} can not be told. To supply it, run "
        f"recovery template survey, which writes a sheet with the questions, have it filled in, and load it with "
        f"recovery ingest."
    )


def survey_notes(estimates: Sequence[Estimate]) -> tuple[str, ...]:
    """Explain the shorthand in a table of a survey, where a blank means that nobody answered."""
    absent = [one for one in estimates if one.missing_reason == MissingReason.NOT_RECORDED]
    others = [one for one in estimates if one.missing_reason != MissingReason.NOT_RECORDED]
    notes = missing_notes(others)
    return (*notes, "[x] nobody answered, or nobody was asked") if absent else notes
