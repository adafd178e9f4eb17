"""A table of comparisons between two groups, question by question: the same for every pair of groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.survey_shares import Comparison
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    cell,
    change_cell,
    finding,
    range_cell,
    tidy_row,
)
from recovery_analysis.exhibit.exhibit import Finding, Table, TableColumn
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.survey_words import (
    difference_words,
    label_of,
    survey_notes,
    verdict,
)

_COLUMNS = (
    TableColumn(name="item", title="Question"),
    TableColumn(name="groups", title="Groups"),
    TableColumn(name="first", title="First group (%)", kind="number"),
    TableColumn(name="second", title="Second group (%)", kind="number"),
    TableColumn(name="difference", title="Difference (percentage points)", kind="number"),
    TableColumn(name="range", title="Likely range", kind="number"),
    TableColumn(name="verdict", title="What can be said"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A comparison with the words for its groups, and the name that its findings and tidy rows carry."""

    one: Comparison
    groups: tuple[str, str]
    name: str

    @property
    def measure(self) -> str:
        """Name of the measure in tidy rows and findings."""
        return f"survey_{self.name}_{self.one.item}"

    @property
    def named(self) -> tuple[tuple[str, Estimate], ...]:
        """Both groups' shares and their difference, each with the name of its group."""
        first, second = self.one.shares.shares.parts
        less = f"difference: {self.groups[0]} less {self.groups[1]}"
        return (
            (self.groups[0], first),
            (self.groups[1], second),
            (less, self.one.shares.difference),
        )


def comparison_table(
    compared: Sequence[Compared],
    *,
    id: str,  # noqa: A002 (the id of the table in the page)
    title: str,
    caption: str,
    place: Place,
    academic_year: str,
) -> Table:
    """Show both shares, the difference and what can be said of it, one row a comparison."""
    estimates = [part for row in compared for _, part in row.named]
    return Table(
        id=id,
        title=title,
        caption=caption,
        columns=_COLUMNS,
        rows=tuple(
            (
                label_of(row.one.item),
                f"{row.groups[0]}; {row.groups[1]}",
                *(cell(part) for part in row.one.shares.shares.parts),
                change_cell(row.one.shares.difference),
                range_cell(row.one.shares.difference),
                verdict(row.one, row.groups),
            )
            for row in compared
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                estimate,
                place=place,
                academic_year=academic_year,
                measure=row.measure,
                group=group,
                rule="now",
            )
            for row in compared
            for group, estimate in row.named
        ),
        notes=survey_notes(estimates),
        sources=source_words([source for part in estimates for source in part.sources]),
    )


def comparison_findings(
    compared: Sequence[Compared], *, chapter: str, academic_year: str, name: str
) -> tuple[Finding, ...]:
    """Give one finding a comparison: its difference."""
    return tuple(
        finding(
            row.one.shares.difference,
            id=f"{chapter}.{row.name}.{row.one.item}.{row.one.grouping}.difference",
            chapter=chapter,
            measure=row.measure,
            academic_year=academic_year,
            group=f"{row.groups[0]} less {row.groups[1]}",
            rule="now",
            sentence=f"{name}: {difference_words(row.one, row.groups)}. {verdict(row.one, row.groups)}.",
        )
        for row in compared
    )
