"""Measures that users ask about and that no file holds for disadvantaged pupils: said, not left out."""

from recovery_analysis.analysis.attendance import AbsenceResult
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    missing_notes,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import place_of, short_source, source_words
from recovery_analysis.words.identifiers import CommunityId


def absence(released: Released[AbsenceResult], *, community: CommunityId, name: str) -> Section:
    """Show absence of all pupils, and say that no file gives it for disadvantaged pupils."""
    result = released.result
    note = Sentence(
        id="absence-missing",
        text=(
            "No file that was read gives absence for disadvantaged pupils, so there is no gap in absence to "
            "show; the figures here are for all pupils."
        ),
        role="missing",
    )
    heading = "Absence"
    if not result.years:
        return Section(id="gap-absence", heading=heading, exhibits=(note,))
    estimates = [e for year in result.years for e in (year.own, year.england)]
    table = Table(
        id="absence-table",
        title="Absence of all pupils",
        caption=f"Sessions missed (%), all pupils, {name} and England",
        columns=(
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="own", title=f"{name} (%)", kind="number"),
            TableColumn(name="england", title="England (%)", kind="number"),
            TableColumn(name="source", title="Source"),
        ),
        rows=tuple(
            (
                year.academic_year,
                cell(year.own),
                cell(year.england),
                "; ".join(map(short_source, year.own.sources or year.england.sources)),
            )
            for year in result.years
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                year.own,
                place=place_of(community, name),
                academic_year=year.academic_year,
                measure="overall_absence_pct",
                group="all",
            )
            for year in result.years
        ),
        notes=missing_notes(estimates),
        sources=source_words([s for e in estimates for s in e.sources]),
    )
    findings = tuple(
        finding(
            year.own,
            id=f"gap.overall_absence_pct.own.{year.academic_year}.all",
            chapter="gap",
            measure="overall_absence_pct",
            academic_year=year.academic_year,
            group="all",
            rule=year.rule,
            sentence=f"{name}, sessions missed, all pupils, {year.academic_year}: {with_unit(year.own)}.",
        )
        for year in result.years
    )
    return Section(id="gap-absence", heading=heading, exhibits=(note, table), findings=findings)
