"""Shares of pupils in charts, tables and sentences: one way for all chapters about pupils' own records."""

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.shares import GroupShares
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    cell,
    change_cell,
    missing_notes,
    range_cell,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.charts import Interval
from recovery_analysis.exhibit.exhibit import Table, TableColumn
from recovery_analysis.exhibit.style import MINUS, format_range

#: Groups are called different only when the range of their difference leaves out 0 and it is at least this.
LEAST_DIFFERENCE = 2.0
RULE_WORDS = (
    "Groups are called different when the likely range of their difference leaves out nought and the "
    f"difference is at least {LEAST_DIFFERENCE:.0f} percentage points."
)
#: Adjusted differences in progress never stand without these words.
NOT_CAUSE = (
    "This is what went with what among pupils of the same school who were alike in starting point, year "
    "group and characteristics. It does not say why: pupils with and without differ in other ways too."
)


def interval_row(label: str, estimate: Estimate, *, group: str = "") -> Interval:
    """Give the row of a chart for an estimate."""
    return Interval(
        label=label, value=estimate.value, low=estimate.low, high=estimate.high, group=group
    )


def basis_cells(estimate: Estimate) -> tuple[str, str]:
    """Write how many pupils and schools stand behind an estimate."""
    return (
        "" if estimate.n_pupils is None else f"{estimate.n_pupils:,}",
        "" if estimate.n_schools is None else f"{estimate.n_schools:,}",
    )


def size_words(change: Estimate) -> str:
    """Write the size of a change without its sign, where the sentence says which way it goes."""
    return with_unit(change).lstrip(MINUS)


def size_range(change: Estimate) -> str:
    """Write the likely range of the size of a change that goes one way."""
    if change.low is None or change.high is None:
        return ""
    low, high = sorted((abs(change.low), abs(change.high)))
    return f" (likely range {format_range(low, high, change.decimals)})"


def difference_sentence(shares: GroupShares, *, first: str, second: str, what: str) -> str:
    """Say how a share differs between two groups, by the printed rule.

    Parameters
    ----------
    first, second
        Words for the groups, such as "disadvantaged pupils" and "other pupils".
    what
        What the share counts, such as "had no device of their own".
    """
    one, other = shares.shares.parts
    if "not_recorded" in (one.missing_reason, other.missing_reason):
        return (
            f"{first[0].upper()}{first[1:]} can not be compared with {second}: no list says which of those "
            "who replied they are."
        )
    gap = shares.difference
    if one.value is None or other.value is None or gap.value is None:
        return f"Too few pupils to compare {first} with {second} who {what} ([c])."
    pair = f"{with_unit(one)} of {first} and {with_unit(other)} of {second} {what}"
    if gap.low is None or gap.high is None:
        return f"About {pair}. No likely range of the difference: {gap.why_no_interval}."
    if gap.low <= 0 <= gap.high or abs(gap.value) < LEAST_DIFFERENCE:
        return (
            f"About {pair}. We cannot tell the two groups apart: the difference could be anything from "
            f"{range_cell(gap)} percentage points."
        )
    side = "more" if gap.value > 0 else "fewer"
    return f"About {pair}: {size_words(gap)} {side}{size_range(gap)}."


def progress_sentence(points: Estimate, *, who: str, subject: str, other: str) -> str:
    """Say how progress differed within schools, or that it can not be told."""
    if points.value is None:
        return (
            f"Too few pupils to compare progress in {subject} of {who} with that of {other} ([c])."
        )
    if points.low is None or points.high is None:
        return (
            f"Within schools, {who} made {with_unit(points, is_signed=True)} of progress in {subject} against "
            f"{other}. No likely range: {points.why_no_interval}."
        )
    if points.low <= 0 <= points.high:
        return (
            f"We cannot tell whether {who} made more or less progress in {subject} than {other} of the same "
            f"school: our estimate is {with_unit(points, is_signed=True)}, but it could be anything from "
            f"{range_cell(points)}."
        )
    word = "less" if points.value < 0 else "more"
    return (
        f"Within schools, {who} made about {size_words(points)} {word} progress in {subject} than {other}"
        f"{size_range(points)}."
    )


def shares_table(
    rows: list[tuple[str, str, str, Estimate]],
    *,
    id: str,  # noqa: A002 (the id of the table in the page)
    title: str,
    caption: str,
    first_title: str,
    place: Place,
    academic_year: str,
    unit: str = "%",
    is_change: bool = False,
    sources: tuple[str, ...] = (),
) -> Table:
    """Make a table of estimates with their ranges and basis.

    Parameters
    ----------
    rows
        (label, measure, group, estimate) in the order to show.
    unit
        Unit of the estimates, for the column's title.
    is_change
        Write signs before the numbers.
    """
    estimates = [estimate for *_, estimate in rows]
    write = change_cell if is_change else cell
    return Table(
        id=id,
        title=title,
        caption=caption,
        columns=(
            TableColumn(name="what", title=first_title),
            TableColumn(name="estimate", title=f"Estimate ({unit})", kind="number"),
            TableColumn(name="range", title="Likely range", kind="number"),
            TableColumn(name="pupils", title="Pupils", kind="number"),
            TableColumn(name="schools", title="Schools", kind="number"),
        ),
        rows=tuple(
            (label, write(estimate), range_cell(estimate), *basis_cells(estimate))
            for label, _, _, estimate in rows
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                estimate,
                place=place,
                academic_year=academic_year[-7:],
                measure=measure,
                group=group,
                rule="now",
            )
            for _, measure, group, estimate in rows
        ),
        notes=missing_notes(estimates),
        sources=sources,
    )
