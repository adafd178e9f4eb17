"""The table of schools: both groups and the gap, before and now, in the order of their names."""

from recovery_analysis.analysis.gap.result import GapResult, SchoolRow, SchoolYear
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    cell,
    change_cell,
    missing_notes,
    tidy_row,
    title_of,
)
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import GapResults, result_of, slug
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import MissingReason


def schools(released: GapResults, measure: str) -> Section:
    """Show one measure school by school; never ranked, ordered by name."""
    result = result_of(released, measure)
    section_id = f"schools-{slug(measure)}"
    heading = f"Each school: {title_of(measure)}"
    if not result.schools:
        text = (
            f"There is no table of schools for {title_of(measure)}: the files that were read hold no school "
            "figures here, or there are more schools than a table can show."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    caution = Sentence(
        id=f"{section_id}-caution",
        text=(
            "One school's gap rests on few pupils and moves from year to year by chance: a question to "
            "explore together, not a verdict. Schools are in the order of their names."
        ),
        role="note",
    )
    return Section(id=section_id, heading=heading, exhibits=(caution, _table(result, section_id)))


def _table(result: GapResult, section_id: str) -> Table:
    spans = [year for year in (result.before_year, result.now_year) if year]
    rows = []
    tidy: list[tuple[str, ...]] = []
    shown: list[Estimate] = []
    for school in result.schools:
        cells = [school.school_name, f"{school.phase}, {school.sector}"]
        for year in spans:
            found = school.before if year == result.before_year else school.now
            parts = _parts(found, result)
            shown += parts
            cells += [cell(part) for part in parts]
            if found is not None:
                tidy += _tidy(school, found, result, year)
        if len(spans) == 2:
            cells.append(change_cell(school.change))
            shown.append(school.change)
        rows.append(tuple(cells))
    columns = [
        TableColumn(name="school_name", title="School"),
        TableColumn(name="kind", title="Phase and kind"),
    ]
    for year in spans:
        columns += [
            TableColumn(name=f"d_{year}", title=f"Disadvantaged {year}", kind="number"),
            TableColumn(name=f"o_{year}", title=f"Other {year}", kind="number"),
            TableColumn(name=f"gap_{year}", title=f"Gap {year}", kind="number"),
        ]
    if len(spans) == 2:
        columns.append(TableColumn(name="change", title="Change of the gap", kind="number"))
    return Table(
        id=f"{section_id}-table",
        title="Each school",
        caption=f"{MEASURES[result.measure].title} by school, disadvantaged and other pupils, and the gap",
        columns=tuple(columns),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(tidy),
        notes=missing_notes(shown),
        sources=(),
    )


def _parts(found: SchoolYear | None, result: GapResult) -> list[Estimate]:
    if found is None:
        blank = missing(MissingReason.NOT_PUBLISHED, unit=MEASURES[result.measure].unit)
        return [blank, blank, blank]
    return [found.disadvantaged, found.other, found.gap]


def _tidy(
    school: SchoolRow, found: SchoolYear, result: GapResult, year: str
) -> list[tuple[str, ...]]:
    place = Place(level="School", urn=found.urn, school_name=school.school_name)
    return [
        tidy_row(
            estimate,
            place=place,
            academic_year=year,
            measure=result.measure,
            group=group,
        )
        for group, estimate in (
            ("disadvantaged", found.disadvantaged),
            ("other", found.other),
            ("gap", found.gap),
        )
    ]
