"""Sessions attended term by term, across the closure."""

from recovery_analysis.analysis.attendance import TermRate
from recovery_analysis.exhibit.attendance.words import SOURCE, AttendanceResults, notes_of
from recovery_analysis.exhibit.cells import TIDY_COLUMNS, Place, cell, range_cell, tidy_row
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.words.identifiers import CommunityId


def terms(released: AttendanceResults, *, community: CommunityId, name: str) -> Section:
    """Show the rate of each term that has open weeks."""
    found = released.result.terms
    section_id, heading = "attendance-terms", "Term by term"
    if not found:
        text = "No weeks of attendance were read, so there are no terms to show."
        note = Sentence(id=f"{section_id}-missing", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    table = _table(found, place_of(community, name), name)
    return Section(id=section_id, heading=heading, exhibits=(table,))


def _table(found: tuple[TermRate, ...], place: Place, name: str) -> Table:
    return Table(
        id="attendance-terms-table",
        title="Sessions attended, term by term",
        caption=f"Sessions attended (%), all pupils of {name}, by term; schools closed on 20 March 2020",
        columns=(
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="term", title="Term"),
            TableColumn(name="rate", title="Sessions attended (%)", kind="number"),
            TableColumn(name="range", title="Likely range", kind="number"),
            TableColumn(name="schools", title="Schools", kind="number"),
        ),
        rows=tuple(
            (
                item.academic_year,
                item.term,
                cell(item.rate),
                range_cell(item.rate),
                str(item.rate.n_schools or 0),
            )
            for item in found
        ),
        tidy_columns=(*TIDY_COLUMNS, "term"),
        tidy_rows=tuple(_tidy(item, place) for item in found),
        notes=(
            "Autumn is August to December, spring January to March, summer April to July. Not all terms have the "
            "same schools.",
            *notes_of([item.rate for item in found]),
        ),
        sources=(SOURCE,),
    )


def _tidy(item: TermRate, place: Place) -> tuple[str, ...]:
    cells = tidy_row(
        item.rate,
        place=place,
        academic_year=item.academic_year,
        measure="attendance_pct",
        group="all",
        rule="now",
    )
    return (*cells, item.term)
