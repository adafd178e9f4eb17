"""Oak National Academy as schools report it themselves."""

from recovery_analysis.analysis.platform_use import OakRow, OakUse
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    missing_notes,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import year_group_words

_CHAPTER = "access"
_CAUTION = (
    "Oak National Academy gives no use by school or pupil. These are the schools' own reports, not checked; "
    "schools that reported may be unlike those that did not. No likely ranges are given."
)


def oak(use: OakUse, *, community: CommunityId, name: str) -> Section:
    """Show lessons a week and reach by year group and subject, as reported."""
    text = _sentence(use, name)
    return Section(
        id="use-oak",
        heading="Oak National Academy, as schools report it",
        exhibits=(
            Sentence(id="use-oak-sentence", text=text),
            _table(use, community, name),
            Sentence(id="use-oak-caution", text=_CAUTION, role="note"),
        ),
        findings=(
            finding(
                use.lessons_per_week,
                id=f"{_CHAPTER}.oak_lessons_per_week.all",
                chapter=_CHAPTER,
                measure="oak_lessons_per_week",
                academic_year=use.academic_years,
                group="all",
                rule="now",
                sentence=text,
            ),
        ),
    )


def _table(use: OakUse, community: CommunityId, name: str) -> Table:
    lines = [(f"{year_group_words(row.year_group)}, {row.subject}", row) for row in use.rows]
    return Table(
        id="use-oak-table",
        title="Oak lessons as reported",
        caption=f"Oak National Academy lessons a week as schools of {name} report them",
        columns=(
            TableColumn(name="what", title="Year group and subject"),
            TableColumn(name="lessons", title="Lessons a week", kind="number"),
            TableColumn(name="reach", title="Pupils who took part (%)", kind="number"),
            TableColumn(name="schools", title="Schools", kind="number"),
        ),
        rows=tuple((label, *_cells(row)) for label, row in lines),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                part,
                place=place_of(community, name),
                academic_year=use.academic_years[-7:],
                measure=f"oak_{code}",
                group=label,
                rule="now",
            )
            for label, row in lines
            for code, part in (("lessons_per_week", row.lessons_per_week), ("reach", row.reach))
            if part.missing_reason != "not_recorded"
        ),
        notes=missing_notes(
            [row.reach for _, row in lines if row.reach.missing_reason == "too_few"]
        ),
        sources=(f"Schools' own reports: {', '.join(use.terms)}",),
    )


def _cells(row: OakRow) -> tuple[str, str, str]:
    is_reported = row.reach.missing_reason != "not_recorded"
    return (
        cell(row.lessons_per_week),
        cell(row.reach) if is_reported else "not reported",
        f"{row.lessons_per_week.n_schools or 0:,}",
    )


def _sentence(use: OakUse, name: str) -> str:
    reach = (
        f" About {with_unit(use.reach)} of the pupils in these classes took part, as the schools count them."
        if use.reach.value is not None
        else ""
    )
    unknown = use.schools_unknown_n
    silent = (
        f" {counted(unknown, 'school')} {verb(unknown, 'has', 'have')} sent no report: use there is not known."
        if unknown
        else ""
    )
    return (
        f"{counted(use.schools_n, 'school')} of {name} {verb(use.schools_n, 'reports', 'report')} an average of "
        f"{with_unit(use.lessons_per_week)} a week for each class and subject.{reach}{silent}"
    )
