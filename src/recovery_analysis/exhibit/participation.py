"""Exhibits of who takes part: schools by source, cover, who only watches, and what the missing could change."""

from recovery_analysis.analysis.participation import (
    SOURCES,
    ParticipationResult,
    SchoolSources,
    Source,
    SourceCover,
)
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    STANDARD_COLUMNS,
    TIDY_COLUMNS,
    cell,
    finding,
    missing_notes,
    standard_cells,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Finding, Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.participation_bounds import missing_schools
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.identifiers import CommunityId

_CHAPTER = "community"
#: More schools than this are in the CSV alone: a reader can not read on.
MOST_ROWS = 60
_TIDY = (*STANDARD_COLUMNS, "school_urn", "school_name", *(source.code for source in SOURCES))
_TOO_MANY = "There are too many schools here to name them; the reports of trusts and LAs do"


def sections(
    released: Released[ParticipationResult], *, community: CommunityId, name: str
) -> tuple[Section, ...]:
    """Give all sections about taking part."""
    about = {"community": community, "name": name}
    return (
        cover(released, **about),
        matrix(released, **about),
        watching(released, **about),
        missing_schools(released, **about),
    )


def cover(released: Released[ParticipationResult], *, community: CommunityId, name: str) -> Section:
    """Show for each source how many schools give it and for what share of pupils they stand."""
    result = released.result
    giving = result.schools_n - result.watching_n
    text = (
        f"{counted(giving, 'school')} of {format_number(result.schools_n)} in {name} "
        f"{verb(giving, 'gives', 'give')} at least one source of {verb(giving, 'its', 'their')} own; "
        f"{counted(result.watching_n, 'school')} {verb(result.watching_n, 'is', 'are')} known from public "
        "files alone."
    )
    return Section(
        id="participation",
        heading="Who takes part",
        exhibits=(
            Sentence(id="participation-answer", text=text, role="answer"),
            _cover_table(result, community, name),
        ),
        findings=tuple(_cover_finding(item, result, name) for item in result.covers),
    )


def _cover_table(result: ParticipationResult, community: CommunityId, name: str) -> Table:
    year = result.academic_year[-7:]
    return Table(
        id="participation-cover-table",
        title="Cover of each source",
        caption=f"Schools of {name} that give each source, and the share of pupils in them",
        columns=(
            TableColumn(name="source", title="Source"),
            TableColumn(name="schools", title="Schools", kind="number"),
            TableColumn(name="pupils", title="Pupils in them (%)", kind="number"),
        ),
        rows=tuple(
            (
                item.source.title,
                f"{format_number(item.schools_n)} of {format_number(result.schools_n)}",
                cell(item.pupils_share),
            )
            for item in result.covers
        ),
        tidy_columns=TIDY_COLUMNS if year else (),
        tidy_rows=tuple(
            tidy_row(
                item.pupils_share,
                place=place_of(community, name),
                academic_year=year,
                measure=f"cover_{item.source.code}",
                group="all",
                rule="now",
            )
            for item in result.covers
            if year
        ),
        notes=(
            *missing_notes([item.pupils_share for item in result.covers]),
            *_roll_note(result),
        ),
    )


def _cover_finding(item: SourceCover, result: ParticipationResult, name: str) -> Finding:
    return finding(
        item.pupils_share,
        id=f"{_CHAPTER}.participation.{item.source.code}",
        chapter=_CHAPTER,
        measure=f"cover_{item.source.code}",
        academic_year=result.academic_year,
        group="all",
        rule="now",
        sentence=(
            f"{name}, {item.source.title}: {item.schools_n} of {counted(result.schools_n, 'school')}, with "
            f"{with_unit(item.pupils_share)} of the pupils."
        ),
    )


def matrix(
    released: Released[ParticipationResult], *, community: CommunityId, name: str
) -> Section:
    """Show which school gives which source, in words."""
    result = released.result
    section_id, heading = "participation-matrix", "Which school gives what"
    takers = [school for school in result.schools if not school.only_watches]
    if not result.is_listed:
        note = Sentence(id=f"{section_id}-none", text=f"{_TOO_MANY} ({community}).", role="note")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    if not takers:
        text = (
            f"No school of {name} gives a source of its own yet. Pupil lists, test exports, surveys and device "
            "lists can be read as they are."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    shown = [source for source in SOURCES if any(source.code in s.gives for s in takers)]
    absent = ", ".join(source.title for source in SOURCES if source not in shown)
    note = Sentence(
        id="participation-absent",
        text=f"No school gives: {absent}." if absent else "Every source is given by some school.",
        role="missing" if absent else "note",
    )
    table = _matrix_table(takers, shown, result, name)
    return Section(id=section_id, heading=heading, exhibits=(table, note))


def _matrix_table(
    takers: list[SchoolSources], shown: list[Source], result: ParticipationResult, name: str
) -> Table:
    return Table(
        id="participation-matrix-table",
        title="Sources by school",
        caption=f"Sources given, schools of {name}",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="given", title="Sources given"),
            *(TableColumn(name=source.code, title=source.title) for source in shown),
        ),
        rows=tuple(
            (
                school.school_name,
                f"{len(school.gives)} of {len(SOURCES)}",
                *("Yes" if source.code in school.gives else "No" for source in shown),
            )
            for school in takers[:MOST_ROWS]
        ),
        tidy_columns=_TIDY,
        tidy_rows=tuple(_tidy_school(school, result) for school in takers),
        notes=_more_note(len(takers)),
    )


def watching(
    released: Released[ParticipationResult], *, community: CommunityId, name: str
) -> Section:
    """Name the schools that give no source of their own."""
    result = released.result
    section_id, heading = "participation-watching", "Who is known from public files alone"
    found = [school for school in result.schools if school.only_watches]
    if not found:
        text = (
            "Every school gives at least one source of its own."
            if result.is_listed
            else f"{counted(result.watching_n, 'school')}. {_TOO_MANY} ({community})."
        )
        note = Sentence(id=f"{section_id}-none", text=text)
        return Section(id=section_id, heading=heading, exhibits=(note,))
    own = verb(len(found), "gives no source of its own", "give no source of their own")
    text = f"{counted(len(found), 'school')} of {name} {own}: an invitation, not a reproach."
    lead = Sentence(id=f"{section_id}-lead", text=text, role="missing")
    table = _watching_table(found, result, name)
    return Section(id=section_id, heading=heading, exhibits=(lead, table))


def _watching_table(found: list[SchoolSources], result: ParticipationResult, name: str) -> Table:
    return Table(
        id="participation-watching-table",
        title="Schools known from public files alone",
        caption=f"Schools of {name} that give no source of their own",
        columns=(
            TableColumn(name="school_name", title="School"),
            TableColumn(name="kind", title="Phase and kind"),
            TableColumn(name="on_roll", title="Pupils (published)", kind="number"),
        ),
        rows=tuple(
            (
                school.school_name,
                f"{school.phase}, {school.sector}",
                "not published" if school.on_roll is None else format_number(school.on_roll),
            )
            for school in found[:MOST_ROWS]
        ),
        tidy_columns=_TIDY,
        tidy_rows=tuple(_tidy_school(school, result) for school in found),
        notes=_more_note(len(found)),
    )


def _more_note(n: int) -> tuple[str, ...]:
    if n <= MOST_ROWS:
        return ()
    return (f"{n} schools; the first {MOST_ROWS} by name are shown, all are in the CSV.",)


def _tidy_school(school: SchoolSources, result: ParticipationResult) -> tuple[str, ...]:
    return (
        *standard_cells(result.academic_year[-7:] or "2019/20", "School"),
        school.school_id,
        school.school_name,
        *("yes" if source.code in school.gives else "no" for source in SOURCES),
    )


def _roll_note(result: ParticipationResult) -> tuple[str, ...]:
    if not result.roll_unknown_n:
        return ()
    n = result.roll_unknown_n
    return (
        f"{counted(n, 'school')} {verb(n, 'has', 'have')} no published number of pupils; the middle number of "
        "the other schools stands in.",
    )
