"""The answer first: what to start with in each year group; or which evidence is missing and how to supply it."""

from recovery_analysis.analysis.strands import StrandGroup, StrandResult
from recovery_analysis.analysis.strands.priority import RULE
from recovery_analysis.exhibit.cells import cell
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.strands.words import (
    TOO_FEW,
    StrandResults,
    compared_words,
    counts,
    group_words,
    start_words,
)
from recovery_analysis.words.counting import counted, verb

_HEADING = "What to reinforce first"
_SUPPLY = (
    "To see it, give the marks of each question of a paper (pupil, date, paper, question, strand, marks, marks "
    "possible) to recovery ingest, from before and since the baseline date."
)
_PLAN = (
    "No curriculum plan was read, so how long ago each strand was taught and what rests on it are not known: "
    "strands are ordered by how far below they are alone. A plan (subject, strand, year group, taught on, later "
    "units) completes the order."
)


def overview(released: StrandResults, *, name: str) -> Section:
    """Answer what to reinforce first, for every subject and year group with marks since the baseline date."""
    result = released.result
    if not result.groups:
        return Section(
            id="curriculum-overview", heading=_HEADING, exhibits=(_nothing(result, name),)
        )
    sentences = [
        Sentence(id="curriculum-answer", text=_answer(result, name), role="answer"),
        Sentence(id="curriculum-coverage", text=_coverage(result, name), role="note"),
        Sentence(id="curriculum-rule", text=RULE, role="note"),
    ]
    if not result.has_plan:
        sentences.append(Sentence(id="curriculum-plan", text=_PLAN, role="missing"))
    table = Table(
        id="curriculum-start",
        title="Start with, by year group",
        caption=f"What to start with in each year group and subject, {name}",
        columns=(
            TableColumn(name="group", title="Year group and subject"),
            TableColumn(name="pupils", title="Pupils", kind="number"),
            TableColumn(name="start", title="Start with, then (percentage points below)"),
        ),
        rows=tuple(
            (
                group_words(group),
                cell(group.pupils),
                start_words(group.strands, group.phase, result.baseline_date),
            )
            for group in result.groups
        ),
        notes=(TOO_FEW,) if any(not g.pupils.is_there for g in result.groups) else (),
        sources=("question-level marks",),
    )
    return Section(id="curriculum-overview", heading=_HEADING, exhibits=(*sentences, table))


def _nothing(result: StrandResult, name: str) -> Sentence:
    if result.has_older_marks:
        text = (
            f"Marks by question of pupils in {name} were read, but none from after the baseline date, so this "
            f"report can not tell what to reinforce first. {_SUPPLY}"
        )
    else:
        text = (
            f"No marks by question of pupils in {name} were read, so this report can not tell what to "
            f"reinforce first. {_SUPPLY}"
        )
    return Sentence(id="curriculum-missing", text=text, role="missing")


def _answer(result: StrandResult, name: str) -> str:
    found = counts(result.groups)
    strands = sum(found.values())
    behind = found["behind"]
    against = compared_words([strand for group in result.groups for strand in group.strands])
    first = (
        f"In {name}, over all year groups and subjects, {behind} of {counted(strands, 'strand')} "
        f"{verb(behind, 'is', 'are')} clearly below {against}."
    )
    cannot = found["unknown"]
    more = f" For {cannot} we cannot tell." if cannot else ""
    return first + more


def _coverage(result: StrandResult, name: str) -> str:
    compared = _compared(result.groups)
    return (
        f"{result.schools_with_marks} of {counted(result.schools_n, 'school')} of {name} gave marks by question "
        f"since the baseline date. {compared} A likely range is a 95% interval. Strands with few pupils are drawn "
        "towards the others, so that chance does not put them first."
    )


def _compared(groups: tuple[StrandGroup, ...]) -> str:
    kinds = {strand.reference for group in groups for strand in group.strands}
    words = []
    if "own" in kinds:
        words.append("the same strand and year group in the schools' own marks before that date")
    if "national" in kinds:
        words.append("the national figure of the curriculum plan, taken as exact")
    if not words:
        return "There is nothing from before to compare them with: only the level now is shown."
    rest = " Strands without either show only their level now." if "none" in kinds else ""
    return f"Each strand is compared with {', or where there is none with '.join(words)}.{rest}"
