"""What to start with in each school: a table that a teacher can act on, in the order of the schools' names."""

from recovery_analysis.analysis.strands import SchoolStrands, StrandGroup
from recovery_analysis.analysis.strands.priority import start_with
from recovery_analysis.exhibit.cells import Place
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.strands.words import StrandResults, group_words, start_words
from recovery_analysis.exhibit.strands.year_groups import TIDY, tidy_strand


def schools(released: StrandResults, phase: str) -> Section:
    """Show, for each school, year group and subject of a phase, what to start with and then."""
    result = released.result
    section_id, heading = f"curriculum-schools-{phase}", f"Each school, {phase}"
    pairs = [
        (school, group)
        for group in result.groups
        if group.phase == phase
        for school in group.schools
    ]
    pairs.sort(
        key=lambda pair: (
            pair[0].school_name,
            pair[0].school_id,
            pair[1].year_group,
            pair[1].subject,
        )
    )
    if not pairs:
        text = (
            f"There is no table of schools for {phase} year groups: no school has marks by question since the "
            "baseline date, or there are more schools than a table can show."
        )
        note = Sentence(id=f"{section_id}-missing", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    caution = Sentence(
        id=f"{section_id}-caution",
        text=(
            "One school's strands rest on few pupils, so they are drawn towards those of all its strands and of "
            "the other schools. Only what is clearly below is named; the rest is a question to explore together. "
            "Schools are in the order of their names."
        ),
        role="note",
    )
    table = _table(released, pairs, phase)
    return Section(id=section_id, heading=heading, exhibits=(caution, table))


def _table(
    released: StrandResults, pairs: list[tuple[SchoolStrands, StrandGroup]], phase: str
) -> Table:
    return Table(
        id=f"curriculum-schools-{phase}-table",
        title=f"Start with, each school, {phase}",
        caption="What to start with in each school, percentage points below where it stood before",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="group", title="Year group and subject"),
            TableColumn(name="start", title="Start with, then"),
        ),
        rows=tuple(
            (
                school.school_name,
                group_words(group),
                start_words(school.strands, group.phase, released.result.baseline_date),
            )
            for school, group in pairs
        ),
        tidy_columns=TIDY,
        tidy_rows=tuple(row for school, group in pairs for row in _named(released, school, group)),
    )


def _named(
    released: StrandResults, school: SchoolStrands, group: StrandGroup
) -> list[tuple[str, ...]]:
    """Give tidy rows of the strands that the table names."""
    names = start_with(school.strands, group.phase, released.result.baseline_date)
    place = Place(level="School", urn=school.school_id, school_name=school.school_name)
    return [tidy_strand(group, strand, place) for strand in school.strands if strand.name in names]
