"""Executed chapters to one report: its answer, key numbers, findings, tables and provenance."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from recovery_analysis.errors import NotebookFailed
from recovery_analysis.exhibit.exhibit import Figure, Finding, Section, Sentence, Table
from recovery_analysis.exhibit.tidy_csv import csv_text
from recovery_analysis.report.document import Chapter, Highlight, KeyNumber, Report
from recovery_analysis.run.chapters import ChapterNotebook
from recovery_analysis.run.executed import ExecutedChapter
from recovery_analysis.run.parameters import Parameters
from recovery_analysis.version import VERSION

KIND_WORDS = {
    "trust": "Trust",
    "la": "Local authority",
    "partnership": "Partnership",
    "england": "England",
}

_NOTHING = "This report could not be made in full: see the chapters below for what is missing."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterOutcome:
    """A chapter that ran (``executed``) or did not (``error``)."""

    chapter: ChapterNotebook
    executed: ExecutedChapter | None
    error: NotebookFailed | None


def assemble(outcomes: tuple[ChapterOutcome, ...], *, parameters: Parameters, name: str) -> Report:
    """Put a community's report together from its executed chapters.

    Parameters
    ----------
    outcomes
        One a chapter, in the order of the report.
    parameters
        What the chapters were run with.
    name
        The community's name, for a report in which no chapter ran.
    """
    facts = next((item.executed.facts for item in outcomes if item.executed), {})
    kind = parameters.community.partition(":")[0]
    edition = edition_words(parameters)
    shown_name = str(facts.get("name", name))
    return Report(
        title=f"{shown_name} - Recovery evidence - {edition}",
        community_name=shown_name,
        community_id=parameters.community,
        kind_words=KIND_WORDS[kind],
        edition=edition,
        data_as_at=_data_words(facts),
        handling=_handling(facts, shown_name),
        answer=_answer(outcomes),
        chapters=tuple(_chapter(item) for item in outcomes),
        key_numbers=_key_numbers(outcomes),
        highlights=tuple(_highlights(outcomes)),
        run_facts=(
            ("Baseline date", day_words(parameters.baseline_day)),
            ("Report as of", day_words(parameters.as_of_day)),
            ("Schools now", str(facts.get("schools_n", "not known"))),
            ("Library", f"recovery_analysis {VERSION}"),
            ("Hash of the input files", str(facts.get("fingerprint", "not known"))),
        ),
        provenance={
            "library": f"recovery_analysis {VERSION}",
            "parameters": {k: v for k, v in parameters.to_dict().items() if k not in _PLACES},
            "input_fingerprint": facts.get("fingerprint"),
            "chapters": {
                item.chapter.name: "ok" if item.executed else "failed" for item in outcomes
            },
        },
        policy_words=str(facts.get("policy_words", "")),
    )


def edition_words(parameters: Parameters) -> str:
    """Give the edition as the masthead shows it."""
    return parameters.edition or day_words(parameters.as_of_day)


def day_words(day: date) -> str:
    """Write a day out, such as 20 March 2020."""
    return f"{day.day} {day:%B %Y}"


def _handling(facts: Mapping[str, Any], name: str) -> str:
    """Say what the report is made from, and so for whom it is."""
    if facts.get("has_own_data"):
        return (
            "Confidential: made from public data and from schools' own data of pupils. Only for the schools and "
            f"leaders of {name}."
        )
    return f"Made from public data. For the schools and leaders of {name}."


def _data_words(facts: Mapping[str, Any]) -> str:
    last_year = str(facts.get("data_as_at", ""))
    return f"figures up to {last_year}" if last_year else "no figures"


#: Parameters that hold places on the machine of the run: they stay out of what is handed on.
_PLACES = ("store", "config")


def findings_of(outcomes: tuple[ChapterOutcome, ...]) -> list[Finding]:
    """Collect all findings, in the order of the report."""
    return [item for section in _sections(outcomes) for item in section.findings]


def findings_text(outcomes: tuple[ChapterOutcome, ...]) -> str:
    """Write findings.json."""
    body = [item.to_dict() for item in findings_of(outcomes)]
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def tables_of(outcomes: tuple[ChapterOutcome, ...]) -> dict[str, str]:
    """Write every table that has a tidy form as CSV text, by file name."""
    return {
        f"{table.id.replace('-', '_')}.csv": csv_text(table)
        for section in _sections(outcomes)
        for table in _tables(section)
        if table.tidy_columns
    }


def _sections(outcomes: tuple[ChapterOutcome, ...]) -> Iterator[Section]:
    for item in outcomes:
        if item.executed is not None:
            yield from item.executed.sections


def _tables(section: Section) -> Iterator[Table]:
    for exhibit in section.exhibits:
        if isinstance(exhibit, Table):
            yield exhibit
        elif isinstance(exhibit, Figure):
            yield exhibit.table


def _chapter(item: ChapterOutcome) -> Chapter:
    return Chapter(
        id=f"{item.chapter.name}-chapter",
        title=item.chapter.title,
        question=item.chapter.question,
        sections=item.executed.sections if item.executed else (),
        failure=str(item.error) if item.error else None,
    )


def _answer(outcomes: tuple[ChapterOutcome, ...]) -> str:
    for item in outcomes:
        for _, answer in _answers(item):
            return answer
    if any(item.error for item in outcomes):
        return _NOTHING
    titles = ", ".join(item.chapter.title for item in outcomes)
    return (
        f"This edition holds these chapters: {titles}. It was made without the chapter on the gap."
    )


def _highlights(outcomes: tuple[ChapterOutcome, ...]) -> Iterator[Highlight]:
    """Take the answer of each chapter but the first that has one: that is the report's own."""
    found = [
        Highlight(chapter=item.chapter.title, text=answer, target=section)
        for item in outcomes
        for section, answer in islice(_answers(item), 1)
    ]
    yield from (item for item in found if item.text != _answer(outcomes))


def _answers(item: ChapterOutcome) -> Iterator[tuple[str, str]]:
    for section in item.executed.sections if item.executed else ():
        for exhibit in section.exhibits:
            if isinstance(exhibit, Sentence) and exhibit.role == "answer":
                yield section.id, exhibit.text


def _key_numbers(outcomes: tuple[ChapterOutcome, ...]) -> tuple[KeyNumber, ...]:
    """Take before, now and change of the headline measure from the table of linked numbers."""
    tables = [t for s in _sections(outcomes) for t in _tables(s) if t.id == "gap-linked"]
    if not tables:
        return ()
    complete = [
        row for row in tables[0].rows if not any(row[place].startswith("[") for place in (1, 3, 4))
    ]
    preferred = [row for row in complete if row[0].startswith("Attainment 8")]
    if not complete:
        return ()
    measure, before, _, now, change, _ = (preferred or complete)[0]
    title, _, unit = measure.rpartition(" (")
    first, first_year = _split(before)
    last, last_year = _split(now)
    return (
        KeyNumber(
            value=first,
            words=f"Gap before, {first_year}: {title}, {unit[:-1]}",
            target="gap-linked",
        ),
        KeyNumber(
            value=last, words=f"Gap now, {last_year}: {title}, {unit[:-1]}", target="gap-linked"
        ),
        KeyNumber(
            value=change,
            words=f"Change from {first_year} to {last_year}: positive is further behind",
            target="gap-linked",
        ),
    )


def _split(cell: str) -> tuple[str, str]:
    value, _, year = cell.partition(" (")
    return value, year.rstrip(")")
