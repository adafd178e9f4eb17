"""One subject: year groups, the way over the windows, groups of pupils."""

from dataclasses import replace

from recovery_analysis.analysis.trajectory.result import SubjectProgress, WindowProgress
from recovery_analysis.exhibit.cells import TIDY_COLUMNS, change_cell, missing_notes, range_cell
from recovery_analysis.exhibit.charts import Interval, Line, Point, intervals_chart, years_chart
from recovery_analysis.exhibit.exhibit import Exhibit, Figure, Section, Table, TableColumn
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.trajectory.tables import progress_table, tidy_rows
from recovery_analysis.exhibit.trajectory.words import (
    ReleasedProgress,
    status_cell,
    status_of,
    window_words,
)
from recovery_analysis.words.counting import counted
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import SUBJECTS

_X_LABEL = "Actual minus expected, scaled score points"
_HEADLINE_WORDS = {"maths": "Maths"}
#: Where a season's tests stand in a chart whose whole numbers are early summer.
_X_OF_SEASON = {"autumn": -0.6, "spring": -0.27, "summer": 0.0}


def subject_sections(
    released: ReleasedProgress, subject: str, *, community: CommunityId, name: str
) -> tuple[Section, ...]:
    """Show one subject by year group, over time and by group of pupils; nothing where it was not tested.

    Parameters
    ----------
    released
        Progress that passed the gate.
    subject
        ``reading``, ``maths`` or ``early_literacy``.
    community, name
        Whom the report is about.
    """
    item = released.result.subject(subject)
    if item is None or item.now is None:
        return ()
    exhibits: list[Exhibit] = [_year_groups(item, item.now, community, name)]
    if item.first is not None and item.first.window != item.now.window:
        exhibits.append(_first_table(item, item.first, community, name))
    over_time = _over_time(item, community, name)
    exhibits += [*([over_time] if over_time else []), *_groups(item, item.now, community, name)]
    return (
        Section(
            id=f"progress-{_slug(subject)}",
            heading=f"{SUBJECTS[subject].capitalize()}: year groups, over time, groups",
            exhibits=tuple(exhibits),
        ),
    )


def _slug(subject: str) -> str:
    return subject.replace("_", "-")


def _short(subject: str) -> str:
    return _HEADLINE_WORDS.get(subject, SUBJECTS[subject].capitalize())


def _sentence_case(words: str) -> str:
    return words[0].upper() + words[1:]


def _interval(label: str, item: WindowProgress) -> Interval:
    estimate = item.difference
    return Interval(label=label, value=estimate.value, low=estimate.low, high=estimate.high)


def _year_groups(
    item: SubjectProgress, now: WindowProgress, community: CommunityId, name: str
) -> Exhibit:
    rows = [(item.subject, part.label, part) for part in item.now_by_year_group]
    when = window_words(now)
    table = progress_table(
        rows,
        id=f"progress-{_slug(item.subject)}-year-groups-table",
        title="Year groups now",
        caption=f"{SUBJECTS[item.subject].capitalize()} by year group, {name}, {when}",
        first_column="Year group",
        community=community,
        name=name,
    )
    if not any(part.difference.is_there for part in item.now_by_year_group):
        return table
    behind = sum(
        status_of(part.difference, part.least).name == "behind" for part in item.now_by_year_group
    )
    alt = (
        f"Dot chart with ranges of actual minus expected {SUBJECTS[item.subject]} scores by year group, {when}: "
        f"{behind} of {counted(len(rows), 'year group')} clearly behind expectation."
    )
    chart_id = f"progress-{_slug(item.subject)}-year-groups"
    return Figure(
        id=f"{chart_id}-figure",
        headline=_year_groups_headline(item),
        subtitle=f"{_X_LABEL}, by year group, {name}, {when}, with likely ranges",
        alt=alt,
        svg=intervals_chart(
            id=chart_id,
            intervals=[_interval(part.label, part) for part in item.now_by_year_group],
            x_label=_X_LABEL,
            alt=alt,
            reference=0.0,
            reference_label="as expected",
        ),
        table=table,
        sources=table.sources,
    )


def _year_groups_headline(item: SubjectProgress) -> str:
    names = [status_of(part.difference, part.least).name for part in item.now_by_year_group]
    subject, behind = _short(item.subject), names.count("behind")
    if all(name == "unknown" for name in names):
        return f"{subject} by year group: not enough information to tell"
    if not behind:
        return f"{subject}: no year group clearly behind"
    return f"{subject}: {behind} of {counted(len(names), 'year group')} behind"


def _first_table(
    item: SubjectProgress, first: WindowProgress, community: CommunityId, name: str
) -> Table:
    return progress_table(
        [(item.subject, part.label, part) for part in item.first_by_year_group],
        id=f"progress-{_slug(item.subject)}-new-baseline-table",
        title="New baselines by year group",
        caption=(
            f"{SUBJECTS[item.subject].capitalize()} by year group at the first tests after closure, {name}, "
            f"{window_words(first)}"
        ),
        first_column="Year group",
        community=community,
        name=name,
    )


def _x(item: WindowProgress) -> float:
    return int(item.academic_year[:4]) + 1 + _X_OF_SEASON[item.season]


def _line(label: str, items: tuple[WindowProgress, ...], index: int) -> Line | None:
    points = tuple(
        Point(
            x=_x(item),
            value=item.difference.value,
            low=item.difference.low,
            high=item.difference.high,
        )
        for item in items
        if item.difference.value is not None
    )
    return Line(label=label, points=points, style_index=index) if points else None


def _over_time(item: SubjectProgress, community: CommunityId, name: str) -> Figure | None:
    by_prior = item.trajectory if item.basis == "prior" else ()
    found = (
        _line("own earlier score", by_prior, 0),
        _line("year group before", item.levels, 1),
    )
    lines = [line for line in found if line is not None]
    if not lines:
        return None
    chart_id = f"progress-{_slug(item.subject)}-over-time"
    subject = SUBJECTS[item.subject]
    alt = (
        f"Line chart of actual minus expected {subject} scores by testing window, {name}, expected from pupils' "
        "own earlier scores and from the same year group before; 20 March 2020 is marked."
    )
    headings = [("own earlier score", part) for part in by_prior]
    headings += [("year group before", part) for part in item.levels]
    return Figure(
        id=f"{chart_id}-figure",
        headline=f"{_short(item.subject)} against expectation over time",
        subtitle=(
            f"{_X_LABEL}, {name}, each testing window; expected from the pupil's own earlier score, and from "
            "the same year group and season before 20 March 2020; a year's name stands at its early summer; "
            "whiskers are likely ranges"
        ),
        alt=alt,
        svg=years_chart(id=chart_id, lines=lines, y_label=_X_LABEL, alt=alt, gap_years=()),
        table=progress_table(
            [
                (item.subject, f"{window_words(part)}{_side(part)}, against {basis}", part)
                for basis, part in headings
            ],
            id=f"{chart_id}-table",
            title="Over time",
            caption=f"{subject.capitalize()} by testing window, {name}",
            first_column="Window",
            community=community,
            name=name,
        ),
        sources=source_words(item.levels[0].difference.sources) if item.levels else (),
    )


def _side(item: WindowProgress) -> str:
    return " (before)" if item.is_before else ""


def _groups(
    item: SubjectProgress, now: WindowProgress, community: CommunityId, name: str
) -> list[Exhibit]:
    parts = [part for group in item.groups for part in (group.first, group.second)]
    if not any(part.difference.is_there for part in parts):
        return []
    chart_id = f"progress-{_slug(item.subject)}-groups"
    when = window_words(now)
    subject = SUBJECTS[item.subject]
    alt = f"Dot chart with ranges of actual minus expected {subject} scores by group of pupils, {when}."
    figure = Figure(
        id=f"{chart_id}-figure",
        headline=f"{_short(item.subject)} against expectation by group of pupils",
        subtitle=(
            f"{_X_LABEL}, {name}, {when}; each group beside what was usual for that group before, "
            "with likely ranges"
        ),
        alt=alt,
        svg=intervals_chart(
            id=chart_id,
            intervals=[_interval(_sentence_case(part.label), part) for part in parts],
            x_label=_X_LABEL,
            alt=alt,
            reference=0.0,
            reference_label="as expected",
        ),
        table=progress_table(
            [(item.subject, _sentence_case(part.label), part) for part in parts],
            id=f"{chart_id}-table",
            title="Groups of pupils",
            caption=f"{subject.capitalize()} by group of pupils, {name}, {when}",
            first_column="Group",
            community=community,
            name=name,
        ),
    )
    return [figure, _differences(item, now, community, name)]


def _differences(
    item: SubjectProgress, now: WindowProgress, community: CommunityId, name: str
) -> Table:
    estimates = [e for group in item.groups for e in (group.difference, group.months)]
    return Table(
        id=f"progress-{_slug(item.subject)}-differences",
        title="Differences between groups",
        caption=(
            f"{SUBJECTS[item.subject].capitalize()}: how much further groups moved from what was usual for them, "
            f"{name}, {window_words(now)}"
        ),
        columns=(
            TableColumn(name="groups", title="Groups"),
            TableColumn(name="difference", title="Difference (scaled score points)", kind="number"),
            TableColumn(name="range", title="Likely range (points)", kind="number"),
            TableColumn(name="months", title="Months of usual growth", kind="number"),
            TableColumn(name="status", title="First group beside the second"),
        ),
        rows=tuple(
            (
                f"{_sentence_case(group.first.label)} minus {group.second.label}",
                change_cell(group.difference),
                range_cell(group.difference),
                change_cell(group.months),
                status_cell(group.difference, group.first.least),
            )
            for group in item.groups
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_rows(
                replace(group.first, difference=group.difference, months=group.months),
                subject=item.subject,
                group=f"{group.group}: difference",
                community=community,
                name=name,
            )[place]
            for group in item.groups
            for place in (0, 1)
        ),
        notes=missing_notes(estimates),
    )
