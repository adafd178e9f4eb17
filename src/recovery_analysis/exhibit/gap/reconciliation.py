"""Published figures beside those built from school rows, each difference with its cause."""

from recovery_analysis.analysis.gap.result import Reconciled
from recovery_analysis.exhibit.cells import (
    STANDARD_COLUMNS,
    cell,
    change_cell,
    finding,
    level_of,
    missing_notes,
    plain_cell,
    standard_cells,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import (
    GapResults,
    result_of,
    short_source,
    slug,
)
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.measures import GROUP_WORDS, MEASURES

_CHAPTER = "gap"


def reconciliation(released: GapResults, measure: str, *, name: str) -> Section:
    """Show where this report's own sums agree with the published figure and why they differ elsewhere."""
    result = result_of(released, measure)
    section_id = f"check-{slug(measure)}"
    heading = f"Our sums beside the published figures: {title_of(measure)}"
    if not result.reconciled:
        text = (
            f"There is no year in which both a published figure of {name} and its schools' own rows for "
            f"{title_of(measure)} were read, so there is nothing to check against."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    rows = tuple(
        (
            item.academic_year,
            _group_words(item.group),
            short_source(item.source),
            cell(item.published),
            cell(item.built),
            change_cell(item.difference),
            _cause(item),
        )
        for item in result.reconciled
    )
    table = Table(
        id=f"{section_id}-table",
        title="Published and built",
        caption=f"{MEASURES[measure].title}, {name}: published figure and sum of its schools",
        columns=(
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="group", title="Pupils"),
            TableColumn(name="source", title="Published in"),
            TableColumn(name="published", title="Published", kind="number"),
            TableColumn(name="built", title="From school rows", kind="number"),
            TableColumn(name="difference", title="Difference", kind="number"),
            TableColumn(name="cause", title="Why they differ"),
        ),
        rows=rows,
        tidy_columns=(
            *STANDARD_COLUMNS,
            "measure",
            "pupil_group",
            "published_in",
            "published",
            "built",
            "difference",
            "cause",
        ),
        tidy_rows=tuple(
            (
                *standard_cells(item.academic_year, _level(item)),
                measure,
                item.group,
                item.source,
                *(plain_cell(part) for part in (item.published, item.built, item.difference)),
                _cause(item),
            )
            for item in result.reconciled
        ),
        notes=missing_notes(
            [
                part
                for item in result.reconciled
                for part in (item.published, item.built, item.difference)
            ]
        ),
        sources=source_words([s for item in result.reconciled for s in item.difference.sources]),
    )
    findings = tuple(
        finding(
            item.difference,
            id=f"gap.{measure}.reconciled.{item.source}.{item.academic_year}.{item.group}",
            chapter=_CHAPTER,
            measure=measure,
            academic_year=item.academic_year,
            group=item.group,
            rule="schools of the published figure",
            sentence=(
                f"{name}, {title_of(measure)}, {item.academic_year}, {_group_words(item.group)}: published "
                f"{with_unit(item.published)}, from school rows {with_unit(item.built)}. {_cause(item)}"
            ),
        )
        for item in result.reconciled
    )
    return Section(id=section_id, heading=heading, exhibits=(table,), findings=findings)


def _cause(item: Reconciled) -> str:
    """Give the cause, which may count pupils, only beside a difference that passed the gate."""
    return item.cause if item.difference.is_there else "Too few pupils to compare."


def _level(item: Reconciled) -> str:
    return level_of("trust" if item.source == "trust_measures" else "la")


def _group_words(group: str) -> str:
    return "gap" if group == "gap" else GROUP_WORDS[group]
