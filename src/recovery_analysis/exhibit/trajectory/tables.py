"""Tables of progress: score points first, likely range beside them, months second."""

from collections.abc import Sequence

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.trajectory.result import WindowProgress
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    change_cell,
    missing_notes,
    range_cell,
    tidy_row,
)
from recovery_analysis.exhibit.exhibit import Table, TableColumn
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.trajectory.words import measure_name, status_cell
from recovery_analysis.words.identifiers import CommunityId

COLUMNS = (
    TableColumn(
        name="difference", title="Actual minus expected (scaled score points)", kind="number"
    ),
    TableColumn(name="range", title="Likely range (points)", kind="number"),
    TableColumn(name="months", title="Months of usual growth", kind="number"),
    TableColumn(name="declined", title="Declined (%)", kind="number"),
    TableColumn(name="usual", title="Declined before (%)", kind="number"),
    TableColumn(name="pupils", title="Pupils compared", kind="number"),
    TableColumn(name="status", title="Status"),
)


def progress_cells(item: WindowProgress) -> tuple[str, ...]:
    """Write the cells of ``COLUMNS``."""
    pupils = item.difference.n_pupils
    return (
        change_cell(item.difference),
        range_cell(item.difference) if item.difference.is_there else cell(item.difference),
        change_cell(item.months),
        cell(item.declined),
        cell(item.declined_usual),
        f"{pupils:,}" if pupils is not None else cell(item.difference),
        status_cell(item.difference, item.least),
    )


def estimates_of(item: WindowProgress) -> list[Estimate]:
    """Give the estimates that ``progress_cells`` writes."""
    return [item.difference, item.months, item.declined, item.declined_usual]


def tidy_rows(
    item: WindowProgress, *, subject: str, group: str, community: CommunityId, name: str
) -> list[tuple[str, ...]]:
    """Write the tidy rows of one window: points, months, percent declined."""
    kinds = (("", item.difference), ("_months", item.months), ("_declined", item.declined))
    return [
        tidy_row(
            estimate,
            place=place_of(community, name),
            academic_year=item.academic_year,
            measure=f"{measure_name(subject)}{suffix}",
            group=f"{group}; {item.season}",
            rule="now",
        )
        for suffix, estimate in kinds
    ]


def progress_table(
    rows: Sequence[tuple[str, str, WindowProgress]],
    *,
    id: str,  # noqa: A002 (the id in the page)
    title: str,
    caption: str,
    first_column: str,
    community: CommunityId,
    name: str,
) -> Table:
    """Make a table with one row an item: (subject, row header, figures)."""
    return Table(
        id=id,
        title=title,
        caption=caption,
        columns=(TableColumn(name="who", title=first_column), *COLUMNS),
        rows=tuple((header, *progress_cells(item)) for _, header, item in rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            line
            for subject, _, item in rows
            for line in tidy_rows(
                item, subject=subject, group=item.label, community=community, name=name
            )
        ),
        notes=missing_notes([e for _, _, item in rows for e in estimates_of(item)]),
        sources=source_words([s for _, _, item in rows for s in item.difference.sources]),
    )
