"""One role's answers: every question with its likely range, by theme."""

from recovery_analysis.analysis.experience import ExperienceResult, ItemShare, RoleExperience
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    range_cell,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.charts_intervals import Interval, intervals_chart
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Figure,
    Finding,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.exhibit.survey_words import (
    THEMES,
    WHO,
    label_of,
    share_words,
    survey_notes,
)
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.survey_items import SURVEY_ITEMS, Role


def answers(
    released: Released[ExperienceResult], role: Role, *, community: CommunityId, name: str
) -> Section:
    """Show every question of one role by theme, with the most widespread of each theme in words.

    Parameters
    ----------
    released
        The evidence that passed the gate.
    role
        ``pupil`` or ``family``.
    community, name
        Whom the report is about.
    """
    section_id = f"experience-{role}-answers"
    heading = f"What {WHO[role]} said"
    told = released.result.of(role)
    if told is None:
        text = f"No survey of {WHO[role]} was read for {name}."
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    ordered = tuple(
        item for theme in THEMES for item in told.items if SURVEY_ITEMS[item.item].theme == theme
    )
    table = _table(told, ordered, section_id, community, name)
    drawn: list[Exhibit] = [table]
    if any(item.share.value is not None for item in ordered):
        drawn = [_figure(told, ordered, section_id, name, table)]
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(*drawn, *_patterns(told, section_id)),
        findings=tuple(_finding(told, item, name) for item in ordered),
    )


def _patterns(told: RoleExperience, section_id: str) -> list[Exhibit]:
    """Write the most widespread answer of each theme."""
    found: list[Exhibit] = []
    for theme, title in THEMES.items():
        shown = [
            item
            for item in told.items
            if SURVEY_ITEMS[item.item].theme == theme and item.share.value is not None
        ]
        if not shown:
            continue
        top = max(shown, key=lambda item: item.share.value or 0)
        text = f"{title}: {share_words(top.item, top.share, WHO[told.role])}."
        found.append(Sentence(id=f"{section_id}-{theme}", text=text))
    return found


def _figure(
    told: RoleExperience, ordered: tuple[ItemShare, ...], section_id: str, name: str, table: Table
) -> Figure:
    who = WHO[told.role]
    shown = [item for item in ordered if item.share.value is not None]
    top = max(shown, key=lambda item: item.share.value or 0)
    alt = (
        f"Dot chart with ranges of the share of {who} for each of {len(ordered)} questions, by theme; the "
        f"largest: {with_unit(top.share)} {SURVEY_ITEMS[top.item].counted_words}."
    )
    return Figure(
        id=f"{section_id}-figure",
        headline=f"What {who} found hard, by theme",
        subtitle=(
            f"Share of {who} who answered, percent, {name}, latest survey of each school, academic year "
            f"{told.coverage.academic_year}"
        ),
        alt=alt,
        svg=intervals_chart(
            id=f"{section_id}-chart",
            intervals=[
                Interval(
                    label=label_of(item.item),
                    value=item.share.value,
                    low=item.share.low,
                    high=item.share.high,
                    group=THEMES[SURVEY_ITEMS[item.item].theme],
                )
                for item in ordered
            ],
            x_label=f"Share of {who} who answered, %",
            alt=alt,
        ),
        table=table,
        sources=table.sources,
    )


def _table(
    told: RoleExperience,
    ordered: tuple[ItemShare, ...],
    section_id: str,
    community: CommunityId,
    name: str,
) -> Table:
    who = WHO[told.role]
    return Table(
        id=f"{section_id}-table",
        title=f"Answers of {who}",
        caption=f"Share of {who} who answered, by question, {name}",
        columns=(
            TableColumn(name="item", title=f"{who.capitalize()} who"),
            TableColumn(name="theme", title="Theme"),
            TableColumn(name="share", title="Share (%)", kind="number"),
            TableColumn(name="range", title="Likely range (%)", kind="number"),
            TableColumn(name="answered", title="Answered", kind="number"),
        ),
        rows=tuple(
            (
                label_of(item.item),
                THEMES[SURVEY_ITEMS[item.item].theme],
                cell(item.share),
                range_cell(item.share),
                "[c]" if item.share.n_pupils is None else format_number(item.share.n_pupils),
            )
            for item in ordered
        ),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                item.share,
                place=place_of(community, name),
                academic_year=told.coverage.academic_year,
                measure=f"survey_{told.role}_{item.item}",
                group="all",
                rule="now",
            )
            for item in ordered
        ),
        notes=survey_notes([item.share for item in ordered]),
        sources=source_words([s for item in ordered for s in item.share.sources]),
    )


def _finding(told: RoleExperience, item: ItemShare, name: str) -> Finding:
    words = share_words(item.item, item.share, WHO[told.role])
    return finding(
        item.share,
        id=f"experience.{told.role}.{item.item}.share",
        chapter="experience",
        measure=f"survey_{told.role}_{item.item}",
        academic_year=told.coverage.academic_year,
        group="all",
        rule="now",
        sentence=f"{name}: {words}.",
    )
