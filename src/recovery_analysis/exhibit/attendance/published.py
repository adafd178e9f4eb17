"""Published absence of all pupils, and that no published file gives it for disadvantaged pupils."""

from recovery_analysis.analysis.attendance import AbsenceResult, AbsenceYear
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    missing_notes,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Finding, Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import place_of, short_source
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.identifiers import CommunityId

_MEASURE = "overall_absence_pct"


def absence(released: Released[AbsenceResult], *, community: CommunityId, name: str) -> Section:
    """Show absence of all pupils, and say that no published file gives it for disadvantaged pupils."""
    years = released.result.years
    section_id, heading = "attendance-published", "Published absence of all pupils"
    note = Sentence(
        id="absence-missing",
        text=(
            "No published file that was read gives absence for disadvantaged pupils, so there is no gap in "
            "absence to show from them; the published figures are for all pupils."
            if years
            else f"No published absence of {name} or of England was read. The school absence file of the "
            "performance tables gives it."
        ),
        role="missing",
    )
    if not years:
        return Section(id=section_id, heading=heading, exhibits=(note,))
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(note, _table(years, community, name)),
        findings=tuple(_finding(year, name) for year in years),
    )


def _table(years: tuple[AbsenceYear, ...], community: CommunityId, name: str) -> Table:
    estimates = [e for year in years for e in (year.own, year.england)]
    return Table(
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
            for year in years
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                year.own,
                place=place_of(community, name),
                academic_year=year.academic_year,
                measure=_MEASURE,
                group="all",
            )
            for year in years
        ),
        notes=missing_notes(estimates),
        sources=source_words([s for e in estimates for s in e.sources]),
    )


def _finding(year: AbsenceYear, name: str) -> Finding:
    return finding(
        year.own,
        id=f"attendance.{_MEASURE}.own.{year.academic_year}.all",
        chapter="attendance",
        measure=_MEASURE,
        academic_year=year.academic_year,
        group="all",
        rule=year.rule,
        sentence=f"{name}, sessions missed, all pupils, {year.academic_year}: {with_unit(year.own)}.",
    )
