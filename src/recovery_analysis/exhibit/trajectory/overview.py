"""The answer first: whether pupils are further behind than before the baseline date, and by how much."""

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.trajectory.result import (
    ProgressResult,
    SubjectProgress,
    WindowProgress,
)
from recovery_analysis.exhibit.cells import finding, likely, with_unit
from recovery_analysis.exhibit.exhibit import Exhibit, Finding, Section, Sentence, Table
from recovery_analysis.exhibit.trajectory.tables import progress_table
from recovery_analysis.exhibit.trajectory.words import (
    CHAPTER,
    MONTHS_NOTE,
    RULE,
    ReleasedProgress,
    answer,
    measure_name,
    window_words,
)
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import SUBJECTS

HEADING = "Where pupils are against expectation"


def overview(released: ReleasedProgress, *, community: CommunityId, name: str) -> Section:
    """Answer the chapter's question for each subject, with before, new baseline and now.

    Parameters
    ----------
    released
        Progress that passed the gate.
    community, name
        Whom the report is about.
    """
    result = released.result
    gaps = [*result.cannot_tell, *(t for item in result.subjects for t in item.cannot_tell)]
    told = [item for item in result.subjects if item.now is not None]
    exhibits: list[Exhibit] = [
        Sentence(
            id=f"progress-answer-{item.subject.replace('_', '-')}",
            text=answer(item, name, result.baseline_words),
            role="answer",
        )
        for item in told
    ]
    if told:
        exhibits += [*_reading(result), _table(told, community, name)]
    exhibits += [
        Sentence(id=f"progress-missing-{place}", text=text, role="missing")
        for place, text in enumerate(dict.fromkeys(gaps))
    ]
    return Section(
        id="progress-overview",
        heading=HEADING,
        exhibits=tuple(exhibits),
        findings=tuple(found for item in told for found in _findings(item, name)),
    )


def _reading(result: ProgressResult) -> tuple[Sentence, ...]:
    how = (
        f"Expected scores come from {result.norm_pupils:,} pupils of {result.norm_schools:,} schools who were "
        f"tested up to {result.baseline_words}: from the pupil's own score in the same season before that day, "
        "the time between the tests, the year group and the pupil's characteristics, with the tests' errors "
        "of measurement allowed for. Figures are for the schools in the community now."
    )
    declined = (
        "Declined: more than one joint standard error of measurement below expectation. Some pupils are at any "
        "time, by error of measurement alone: compare with the share before."
    )
    texts = (how, RULE, MONTHS_NOTE, declined)
    return tuple(
        Sentence(id=f"progress-reading-{place}", text=text, role="note")
        for place, text in enumerate(texts)
    )


def _table(subjects: list[SubjectProgress], community: CommunityId, name: str) -> Table:
    rows: list[tuple[str, str, WindowProgress]] = []
    for item in subjects:
        word = SUBJECTS[item.subject].capitalize()
        stages = [("before", item.before), ("new baseline", item.first), ("now", item.now)]
        same = (
            item.first is not None and item.now is not None and item.first.window == item.now.window
        )
        for stage, progress in stages:
            if progress is None or (same and stage == "now"):
                continue
            title = "new baseline and now" if same and stage == "new baseline" else stage
            rows.append((item.subject, f"{word}: {title} ({_when(stage, progress)})", progress))
    return progress_table(
        rows,
        id="progress-stages",
        title="Before, new baseline and now",
        caption=f"Actual minus expected scaled score, {name}: before, new baseline and now",
        first_column="Subject and time",
        community=community,
        name=name,
    )


def _when(stage: str, item: WindowProgress) -> str:
    return f"year up to {window_words(item)}" if stage == "before" else window_words(item)


def _findings(item: SubjectProgress, name: str) -> list[Finding]:
    subject, measure = SUBJECTS[item.subject], measure_name(item.subject)
    found: list[Finding] = []
    for key, progress in (("before", item.before), ("first", item.first), ("now", item.now)):
        if progress is None:
            continue
        parts = (
            ("", progress.difference, "actual minus expected score is"),
            ("_months", progress.months, "actual minus expected in months of usual growth is"),
            ("_declined", progress.declined, "the share who declined is"),
        )
        found += [
            _finding(
                estimate,
                f"{measure}{suffix}",
                key,
                progress.academic_year,
                f"{name}, {subject}, {_when(key, progress)}: {words}",
            )
            for suffix, estimate, words in parts
        ]
    year = item.now.academic_year if item.now else ""
    words = f"{name}, {subject}: now minus before, in the same schools, is"
    found.append(_finding(item.change, measure, "change", year, words))
    found.append(_finding(item.change_months, f"{measure}_months", "change", year, words))
    return found


def _finding(estimate: Estimate, measure: str, key: str, year: str, words: str) -> Finding:
    is_signed = estimate.unit != "percent"
    return finding(
        estimate,
        id=f"{CHAPTER}.{measure}.{key}",
        chapter=CHAPTER,
        measure=measure,
        academic_year=year,
        group="all",
        rule="now",
        sentence=f"{words} {with_unit(estimate, is_signed=is_signed)}{likely(estimate)}.",
    )
