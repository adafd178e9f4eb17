"""One table of changes: groups down, before, now and the change across, each with its likely range."""

from collections.abc import Sequence

from recovery_analysis.analysis.attendance import GroupChange
from recovery_analysis.exhibit.attendance.words import (
    CHAPTER,
    MEASURE_TITLES,
    SOURCE,
    AttendanceResults,
    group_title,
    notes_of,
    slug,
)
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    cell,
    change_cell,
    finding,
    likely,
    range_cell,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import Finding, Table, TableColumn


def change_table(
    released: AttendanceResults,
    items: Sequence[GroupChange],
    *,
    id: str,  # noqa: A002 (the id of the table in the page)
    title: str,
    name: str,
    place: Place,
) -> Table:
    """Show rows of changes, in the order given."""
    result = released.result
    before, now = result.before_year or "before", result.now_year or "now"
    over = " and ".join(result.over_terms)
    return Table(
        id=id,
        title=title,
        caption=f"{title}, {name}: {before} and {now}, {over} term{'s' if ' and ' in over else ''}",
        columns=(
            TableColumn(name="group", title="Pupils"),
            TableColumn(name="measure", title="Measure (%)"),
            TableColumn(name="before", title=f"Before, {before}", kind="number"),
            TableColumn(name="before_range", title="Likely range", kind="number"),
            TableColumn(name="now", title=f"Now, {now}", kind="number"),
            TableColumn(name="now_range", title="Likely range", kind="number"),
            TableColumn(name="change", title="Change (percentage points)", kind="number"),
            TableColumn(name="change_range", title="Likely range", kind="number"),
        ),
        rows=tuple(
            (
                group_title(item),
                MEASURE_TITLES[item.measure],
                *(cell(item.before), range_cell(item.before)),
                *(cell(item.now), range_cell(item.now)),
                *(change_cell(item.change), range_cell(item.change)),
            )
            for item in items
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            row for item in items for row in _tidy(item, result.before_year, now, place)
        ),
        notes=notes_of([e for item in items for e in (item.before, item.now, item.change)]),
        sources=(SOURCE,),
    )


def _tidy(item: GroupChange, before: str | None, now: str, place: Place) -> list[tuple[str, ...]]:
    pairs = [(now, item.now)] + ([(before, item.before)] if before else [])
    return [
        tidy_row(
            estimate,
            place=place,
            academic_year=year,
            measure=item.measure,
            group=group_title(item),
            rule="now",
        )
        for year, estimate in pairs
    ]


def change_findings(
    released: AttendanceResults, items: Sequence[GroupChange], name: str
) -> tuple[Finding, ...]:
    """Give the findings of changes: now, and the change."""
    now = released.result.now_year or ""
    window = f"{released.result.before_year or 'before'} to {now}"
    found = []
    for item in items:
        title = MEASURE_TITLES[item.measure].lower()
        about = f"{name}, {group_title(item)}, {title}"
        key = f"{CHAPTER}.{item.measure}.{slug(group_title(item))}"
        for part, estimate, year, words in (
            ("now", item.now, now, f"{with_unit(item.now)}{likely(item.now)} in {now}"),
            (
                "change",
                item.change,
                window,
                f"the change is {with_unit(item.change, is_signed=True)}{likely(item.change)}",
            ),
        ):
            found.append(
                finding(
                    estimate,
                    id=f"{key}.{part}",
                    chapter=CHAPTER,
                    measure=item.measure,
                    academic_year=year,
                    group=item.group,
                    rule="now",
                    sentence=f"{about}: {words}.",
                )
            )
    return tuple(found)
