"""A report as plain frozen values: what the page shows, in the order in which it shows it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from recovery_analysis.exhibit.exhibit import Exhibit, Facts, Figure, Section, Sentence, Table
from recovery_analysis.report.glossary import GLOSSARY, GlossaryTerm

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
#: The page's own ids start so; nothing else may.
RESERVED = ("page-", "term-")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """A number on the summary: its text, its doubt in words, what it is, and the id where it stands below."""

    value: str
    words: str
    target: str
    range_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One notebook's part of the report. With a ``failure`` (plain words) a notice stands in its place."""

    id: str
    title: str
    question: str
    sections: tuple[Section, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """One chapter's answer on the first page: its sentence as it stands below, and where."""

    chapter: str
    text: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One community's page.

    Parameters
    ----------
    title
        Text of the browser tab, unique among reports: ``GLF Schools - Recovery evidence - Autumn 2026``.
    community_name, community_id, kind_words
        ``GLF Schools``, ``trust:3190``, ``Multi-academy trust``.
    edition, data_as_at
        As shown in the masthead.
    handling
        The full handling line, as the masthead and the foot of each printed page show it.
    answer
        The first sentence: are our pupils further behind than before, and by how much?
    chapters
        In order; chapters that failed included.
    highlights
        What other chapters answer, each in a sentence with a link to the chapter.
    key_numbers
        At most three; each must point to a section or exhibit of the report.
    run_facts, provenance
        Pairs that the last page lists, and the machine-readable block (plain JSON values).
    policy_words
        One sentence on small numbers.
    glossary
        The terms listed at the end and linked from sentences.
    contact_words
        Whom to ask; words of the publisher of the report.

    Raises
    ------
    ValueError
        For ids that clash or are no ids, more than three key numbers, or one that points nowhere.
    """

    title: str
    community_name: str
    community_id: str
    kind_words: str
    edition: str
    data_as_at: str
    handling: str
    answer: str
    chapters: tuple[Chapter, ...]
    key_numbers: tuple[KeyNumber, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    run_facts: tuple[tuple[str, str], ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    policy_words: str = ""
    glossary: tuple[GlossaryTerm, ...] = GLOSSARY
    contact_words: str = (
        "Ask the person or team that sent you this report. It names no one itself, so that it can be "
        "passed on within the handling line above."
    )

    def __post_init__(self) -> None:
        ids = list(_ids(self.chapters))
        wrong = [name for name in ids if not _ID.fullmatch(name) or name.startswith(RESERVED)]
        if wrong:
            raise ValueError(
                f"ids are letters, digits, - and _ and do not start with {RESERVED}; got {wrong[:5]}"
            )
        twice = [name for name, times in Counter(ids).items() if times > 1]
        if twice:
            raise ValueError(
                f"every id stands once in a report; these stand more often: {twice[:5]}"
            )
        if len(self.key_numbers) > 3:
            raise ValueError(f"a summary has at most 3 key numbers, got {len(self.key_numbers)}")
        lost = [number.target for number in self.key_numbers if number.target not in ids]
        if lost:
            raise ValueError(
                f"key numbers must point to a part of the report; these do not: {lost}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One line of the page over many reports.

    ``kind`` is the heading under which it stands ("Multi-academy trusts"); ``href`` is relative to the
    index, and None when there is no page at all; ``failure`` says in plain words what is missing.
    """

    community_id: str
    name: str
    kind: str
    href: str | None
    status: Literal["built", "failed"]
    headline: str = ""
    schools_n: int | None = None
    failure: str | None = None

    def __post_init__(self) -> None:
        if self.status == "built" and not self.href:
            raise ValueError(f"{self.community_id}: a built report has a link")
        if self.href and (":" in self.href or self.href.startswith(("/", "\\"))):
            raise ValueError(
                f"{self.community_id}: a link in the index is relative, got {self.href!r}"
            )


def unsupported_numbers(report: Report) -> tuple[str, ...]:
    """Give the key numbers whose figures do not stand in the part of the report that they point to.

    Nothing may appear in the summary that is not lower down; an empty tuple says that this holds.
    """
    shown = {name: text for chapter in report.chapters for name, text in _texts(chapter)}
    return tuple(
        number.value
        for number in report.key_numbers
        if any(
            not re.search(rf"(?<![\d.]){re.escape(figure)}(?!\.?\d)", shown[number.target])
            for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", number.value)
        )
    )


def _ids(chapters: tuple[Chapter, ...]) -> Iterator[str]:
    for chapter in chapters:
        yield chapter.id
        for section in chapter.sections:
            yield section.id
            for exhibit in section.exhibits:
                yield exhibit.id
                if isinstance(exhibit, Figure):
                    yield exhibit.table.id


def _texts(chapter: Chapter) -> Iterator[tuple[str, str]]:
    yield chapter.id, "\n".join(_words(e) for s in chapter.sections for e in s.exhibits)
    for section in chapter.sections:
        yield section.id, "\n".join(_words(exhibit) for exhibit in section.exhibits)
        for exhibit in section.exhibits:
            yield exhibit.id, _words(exhibit)
            if isinstance(exhibit, Figure):
                yield exhibit.table.id, _words(exhibit.table)


def _words(exhibit: Exhibit) -> str:
    if isinstance(exhibit, Sentence):
        return exhibit.text
    if isinstance(exhibit, Facts):
        return "\n".join(words for _, words in exhibit.pairs)
    table: Table = exhibit.table if isinstance(exhibit, Figure) else exhibit
    return "\n".join(cell for row in table.rows for cell in row)
