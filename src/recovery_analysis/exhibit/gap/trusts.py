"""The trusts that run schools in an area, by their own published measures, by name."""

from recovery_analysis.analysis.gap.result import PublishedSeries, YearGap
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    missing_notes,
    range_cell,
    tidy_row,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import (
    GapResults,
    gap_unit_title,
    place_of_series,
    result_of,
    slug,
    unit_title,
)
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import MEASURES

_GROUPS = ("disadvantaged", "other", "gap")


def trusts_here(
    released: GapResults, measure: str, *, community: CommunityId, name: str
) -> Section:
    """Show the published figures of every trust with a school in the community.

    A trust's figure is of all its schools, also those elsewhere.
    """
    result = result_of(released, measure)
    section_id = f"trusts-{slug(measure)}"
    heading = f"Trusts with schools here: {title_of(measure)}"
    rows = [(item, year) for item in result.series("trust") for year in item.years]
    if not rows:
        text = (
            f"{name} is a trust: its local authorities stand beside it above."
            if community.kind == "trust"
            else f"No published figures of trusts with schools in {name} were read for {title_of(measure)}."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    caution = Sentence(
        id=f"{section_id}-caution",
        text=(
            "A trust's published figure is of all its schools, also those in other areas, each weighed by its "
            "pupils and its years in the trust. Trusts are in the order of their names."
        ),
        role="note",
    )
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(caution, _table(rows, measure, section_id, name)),
        findings=tuple(
            finding(
                getattr(year, group),
                id=f"gap.{measure}.{item.entity}.{item.source}.{year.academic_year}.{group}",
                chapter="gap",
                measure=measure,
                academic_year=year.academic_year,
                group=group,
                rule="as published",
                sentence=f"{item.label}, {title_of(measure)}, {year.academic_year}, {group}: "
                f"{with_unit(getattr(year, group))}.",
            )
            for item, year in rows
            for group in _GROUPS
        ),
    )


def _table(
    rows: list[tuple[PublishedSeries, YearGap]], measure: str, section_id: str, name: str
) -> Table:
    estimates = [getattr(year, group) for _, year in rows for group in _GROUPS]
    unit = unit_title(measure)
    return Table(
        id=f"{section_id}-table",
        title="Trusts with schools here",
        caption=f"{MEASURES[measure].title}: trusts with schools in {name}, as published",
        columns=(
            TableColumn(name="trust", title="Trust"),
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="disadvantaged", title=f"Disadvantaged ({unit})", kind="number"),
            TableColumn(name="range", title="Its published range", kind="number"),
            TableColumn(name="other", title=f"Other ({unit})", kind="number"),
            TableColumn(name="gap", title=f"Gap ({gap_unit_title(measure)})", kind="number"),
        ),
        rows=tuple(
            (
                item.label,
                year.academic_year,
                cell(year.disadvantaged),
                range_cell(year.disadvantaged),
                cell(year.other),
                cell(year.gap),
            )
            for item, year in rows
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                getattr(year, group),
                place=place_of_series(item),
                academic_year=year.academic_year,
                measure=measure,
                group=group,
                rule="as published",
            )
            for item, year in rows
            for group in _GROUPS
        ),
        notes=missing_notes(estimates),
        sources=source_words([s for part in estimates for s in part.sources]),
    )
