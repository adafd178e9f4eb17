"""Each school: who answered, and its shares of the most widespread answers, in the order of names."""

from recovery_analysis.analysis.experience import ExperienceResult, RoleExperience, SchoolShares
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import TIDY_COLUMNS, Place, cell, tidy_row
from recovery_analysis.exhibit.exhibit import Exhibit, Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.exhibit.survey_words import (
    WHO,
    label_of,
    survey_notes,
)

_MOST_ITEMS = 4


def schools(released: Released[ExperienceResult]) -> Section:
    """Show each school's respondents and shares; never ranked, small numbers hidden."""
    section_id = "experience-schools"
    heading = "Each school's answers"
    listed = [told for told in released.result.roles if told.coverage.schools]
    if not listed:
        text = (
            "There is no table of schools: no survey of pupils or families was read here, or there are more "
            "schools than a table can show."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    caution = Sentence(
        id=f"{section_id}-caution",
        text=(
            "One school's share rests on few answers and on who gave them: a question to explore together, not "
            "a verdict. Schools are in the order of their names."
        ),
        role="note",
    )
    tables: list[Exhibit] = [_table(told, f"{section_id}-{told.role}") for told in listed]
    return Section(id=section_id, heading=heading, exhibits=(caution, *tables))


def _table(told: RoleExperience, section_id: str) -> Table:
    who = WHO[told.role]
    shown = sorted(told.schools, key=lambda item: -(item.shares.total.value or 0))[:_MOST_ITEMS]
    counts = told.coverage.by_school.parts
    estimates = [*counts, *(part for item in shown for part in item.shares.parts)]
    rows = tuple(
        (
            school.name,
            cell(counts[place]),
            _response(counts[place], school.roll),
            *(cell(item.shares.parts[place]) for item in shown),
        )
        for place, school in enumerate(told.coverage.schools)
    )
    notes = survey_notes(estimates)
    unknown = "[x] nobody answered, or nobody was asked"
    if any("[x]" in row for row in rows) and unknown not in notes:
        notes = (*notes, "[x] no pupil list was read")
    elif any(row[2] == "[x]" for row in rows):
        notes = tuple(
            f"{note}, or no pupil list was read" if note == unknown else note for note in notes
        )
    return Table(
        id=f"{section_id}-table",
        title=f"{who.capitalize()} by school",
        caption=f"{who.capitalize()} who answered, and shares of the most widespread answers, by school",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="answered", title="Answered", kind="number"),
            TableColumn(name="response", title="Of pupils on roll (%)", kind="number"),
            *(
                TableColumn(name=item.item, title=f"{label_of(item.item)} (%)", kind="number")
                for item in shown
            ),
        ),
        rows=rows,
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=_tidy(told),
        notes=notes,
        sources=source_words(told.coverage.respondents.sources),
    )


def _response(count: Estimate, roll: int | None) -> str:
    """Write respondents as a percentage of the roll, both of which are shown or public."""
    if count.value is None:
        return cell(count)
    if not roll:
        return "[x]"
    return format_number(min(100.0, 100 * count.value / roll))


def _tidy(told: RoleExperience) -> tuple[tuple[str, ...], ...]:
    everything: list[tuple[str, Place, Estimate]] = []
    for place, school in enumerate(told.coverage.schools):
        where = Place(level="School", urn=school.school_id, school_name=school.name)
        count = told.coverage.by_school.parts[place]
        everything.append((f"survey_{told.role}_respondents", where, count))
        everything += [
            (f"survey_{told.role}_{item.item}", where, _part(item, place)) for item in told.schools
        ]
    return tuple(
        tidy_row(
            estimate,
            place=where,
            academic_year=told.coverage.academic_year,
            measure=measure,
            group="all",
            rule="now",
        )
        for measure, where, estimate in everything
    )


def _part(item: SchoolShares, place: int) -> Estimate:
    return item.shares.parts[place]
