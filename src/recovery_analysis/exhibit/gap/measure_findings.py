"""The findings of one measure: every published and built figure and every paired change, with a sentence."""

from recovery_analysis.analysis.gap.result import GapResult, PublishedSeries, YearGap
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.community.membership import RULE_WORDS
from recovery_analysis.exhibit.cells import (
    cell,
    finding,
    likely,
    missing_notes,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Finding
from recovery_analysis.exhibit.gap.measure_words import paired_sentence
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.measures import GROUP_WORDS, MEASURES

_CHAPTER = "gap"
_GROUPS = ("disadvantaged", "other", "gap")


def measure_findings(result: GapResult, name: str) -> list[Finding]:
    """Give the findings of the community and its comparators for one measure."""
    found: list[Finding] = []
    for item in result.published:
        if item.role in ("own", "england", "neighbours_mean", "la"):
            found += _series_findings(result, item)
    for item in result.built:
        found += [
            finding(
                getattr(item.gap, group),
                id=f"gap.{result.measure}.built.{item.rule}.{item.academic_year}.{group}",
                chapter=_CHAPTER,
                measure=result.measure,
                academic_year=item.academic_year,
                group=group,
                rule=item.rule,
                sentence=_year_sentence(name, result.measure, item.gap, group)
                + f" Built from school rows ({RULE_WORDS[item.rule]}); {item.weights}.",
            )
            for group in _GROUPS
        ]
    for item in result.paired:
        found.append(
            finding(
                item.change,
                id=f"gap.{result.measure}.paired.{item.rule}.{item.first_year}.{item.last_year}",
                chapter=_CHAPTER,
                measure=result.measure,
                academic_year=f"{item.first_year} to {item.last_year}",
                group="gap",
                rule=item.rule,
                sentence=f"{name}, {title_of(result.measure)}: {paired_sentence(item)}",
            )
        )
    return found


def _series_findings(result: GapResult, item: PublishedSeries) -> list[Finding]:
    groups = ("gap",) if MEASURES[result.measure].is_published_gap else _GROUPS
    who = "own" if item.role == "own" else item.entity
    return [
        finding(
            getattr(year, group),
            id=f"gap.{result.measure}.{who}.{item.source}.{year.academic_year}.{group}",
            chapter=_CHAPTER,
            measure=result.measure,
            academic_year=year.academic_year,
            group=group,
            rule="as published",
            sentence=_year_sentence(item.label, result.measure, year, group)
            + f" Source: {source_words([item.source])[0]}.",
        )
        for year in item.years
        for group in groups
    ]


def _year_sentence(label: str, measure: str, year: YearGap, group: str) -> str:
    estimate: Estimate = getattr(year, group)
    what = "the gap" if group == "gap" else GROUP_WORDS[group]
    taught = "" if year.was_measured else " (no national tests or exams that summer)"
    reason = (
        f"{with_unit(estimate)}{likely(estimate)}"
        if estimate.is_there
        else f"{cell(estimate)} {missing_notes([estimate])[0].partition('] ')[2]}"
    )
    return f"{label}, {title_of(measure)}, {year.academic_year}{taught}, {what}: {reason}."
