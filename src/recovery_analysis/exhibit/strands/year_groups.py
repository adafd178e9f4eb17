"""Each subject and year group: a chart of strands with likely ranges, and the table with every factor."""

from dataclasses import replace

from recovery_analysis.analysis.strands import Strand, StrandGroup, factors, in_order
from recovery_analysis.analysis.strands.priority import comes_first, start_with
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    Place,
    cell,
    finding,
    likely,
    range_cell,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.charts import Interval, intervals_chart
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
from recovery_analysis.exhibit.strands.words import (
    CHAPTER,
    NOTHING_BEFORE,
    TOO_FEW,
    StrandResults,
    compared_words,
    day_words,
    group_words,
    slug,
    status_word,
)
from recovery_analysis.exhibit.style import format_number
from recovery_analysis.words.counting import counted
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import year_group_words

TIDY = (*TIDY_COLUMNS, "subject", "year_group", "strand", "taught_on", "later_units")

_FIRST = {
    "primary": "Core language and number come first.",
    "secondary": "Topics whose teaching ended before the baseline date come first.",
}
_MEASURES = {"question marks": "strand_shortfall", "skill areas": "skill_shortfall"}


def year_groups(
    released: StrandResults, phase: str, *, community: CommunityId, name: str
) -> Section:
    """Show every subject and year group of a phase (primary or secondary) from marks by question."""
    groups = [group for group in released.result.groups if group.phase == phase]
    section_id, heading = f"curriculum-{phase}", f"{phase.capitalize()}: strands by year group"
    if not groups:
        text = f"No marks by question of {phase} year groups since the baseline date were read."
        note = Sentence(id=f"{section_id}-missing", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    lead = Sentence(
        id=f"{section_id}-order",
        text=f"{_FIRST[phase]} Within them the order is that of the rule above.",
        role="note",
    )
    return _section(released, groups, (section_id, heading), lead, community, name)


def skills(released: StrandResults, *, community: CommunityId, name: str) -> Section:
    """Show Star's skill areas: a source of their own, never pooled with marks by question."""
    section_id, heading = "curriculum-skills", "Star skill areas: a second source"
    groups = list(released.result.skills)
    if not groups:
        text = (
            "No Star skill areas of these schools since the baseline date were read. Star's extract with skill "
            "areas (Skill Area Mastery) gives a second look at what to reinforce."
        )
        note = Sentence(id=f"{section_id}-missing", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    lead = Sentence(
        id=f"{section_id}-lead",
        text=(
            "Mastery as Star estimates it from few items each, in the same testing season before and now. It is "
            "not pooled with marks by question; where both point to the same strand, that is worth more."
        ),
        role="note",
    )
    compared = [g for g in groups if any(strand.shortfall.is_there for strand in g.strands)]
    alone = [group for group in groups if group not in compared]
    section = _section(released, compared, (section_id, heading), lead, community, name)
    if not alone:
        return section
    return replace(section, exhibits=(*section.exhibits, _levels(alone, name)))


def _levels(groups: list[StrandGroup], name: str) -> Table:
    """Show what has nothing to compare with: only the level now, all groups in one table."""
    pairs = [(group, strand) for group in groups for strand in group.strands]
    reasons = {strand.now.missing_reason for _, strand in pairs}
    return Table(
        id="curriculum-skills-levels",
        title="Skill areas now, with nothing from before to compare with",
        caption=f"Mean mastery by skill area, {name}, with no test of the same season before the baseline date",
        columns=(
            TableColumn(name="group", title="Year group and subject"),
            TableColumn(name="area", title="Skill area"),
            TableColumn(name="pupils", title="Pupils", kind="number"),
            TableColumn(name="now", title="Mastery now (%)", kind="number"),
        ),
        rows=tuple(
            (group_words(group), strand.name, _pupils(strand), cell(strand.now))
            for group, strand in pairs
        ),
        notes=(TOO_FEW,) if "too_few" in reasons else (),
        sources=("Star skill areas",),
    )


def _pupils(strand: Strand) -> str:
    n = strand.now.n_pupils
    return cell(strand.now) if n is None else format_number(n)


def _section(
    released: StrandResults,
    groups: list[StrandGroup],
    about: tuple[str, str],
    lead: Sentence,
    community: CommunityId,
    name: str,
) -> Section:
    exhibits: list[Exhibit] = [lead]
    found: list[Finding] = []
    for group in groups:
        ordered = in_order(group.strands, group.phase, released.result.baseline_date)
        key = f"{about[0]}-{slug(group.subject)}-{group.year_group}"
        table = _table(released, group, ordered, key, place_of(community, name))
        exhibits.append(_exhibit(released, group, ordered, key, name, table))
        found += _findings(group, ordered, name)
    return Section(id=about[0], heading=about[1], exhibits=tuple(exhibits), findings=tuple(found))


def _exhibit(
    released: StrandResults,
    group: StrandGroup,
    ordered: tuple[Strand, ...],
    key: str,
    name: str,
    table: Table,
) -> Exhibit:
    """Draw the strands; a table alone where no strand has anything to compare with."""
    if not any(strand.shortfall.is_there for strand in ordered):
        return table
    names = start_with(group.strands, group.phase, released.result.baseline_date)
    first = f"{names[0]} is first" if names else "no strand is clearly below"
    against = compared_words(ordered)
    alt = (
        f"Dot chart with ranges of how far {len(ordered)} strands of {group_words(group)} are below {against}: "
        f"{first}."
    )
    return Figure(
        id=f"{key}-figure",
        headline=_headline(group, names),
        subtitle=(
            f"Percentage points below {against}, {group_words(group)}, {name}, {group.academic_year}; "
            "likely ranges"
        ),
        alt=alt,
        svg=intervals_chart(
            id=f"{key}-chart",
            intervals=[
                Interval(
                    label=strand.name,
                    value=strand.shortfall.value,
                    low=strand.shortfall.low,
                    high=strand.shortfall.high,
                )
                for strand in ordered
            ],
            x_label=f"Percentage points below {against} (left of 0 is above)",
            alt=alt,
            reference=0.0,
            reference_label="as before",
        ),
        table=table,
        sources=(group.source,),
    )


def _headline(group: StrandGroup, names: tuple[str, ...]) -> str:
    """Give at most ten words: what to start with, or that nothing is clearly below."""
    year = year_group_words(group.year_group)
    if names and len(names[0].split()) <= 6:
        return f"{year}: start with {names[0]}"
    return (
        f"{year}: {counted(len(names), 'strand')} to start with"
        if names
        else (f"{year}: no strand is clearly below")
    )


def _table(
    released: StrandResults,
    group: StrandGroup,
    ordered: tuple[Strand, ...],
    key: str,
    place: Place,
) -> Table:
    shown = [e for s in ordered for e in (s.now, s.before, s.shortfall)]
    reasons = {e.missing_reason for e in shown}
    notes = [TOO_FEW] if "too_few" in reasons else []
    notes += [NOTHING_BEFORE] if reasons & {"not_published"} else []
    compared = sorted({s.comparable for s in ordered if s.comparable})
    notes += [f"Compared with {', '.join(compared)}."] if compared else []
    notes += _borrowing(group)
    return Table(
        id=f"{key}-table",
        title=f"Strands of {group_words(group)}",
        caption=f"{group_words(group)}, {group.academic_year}: marks now and before, and the order to start in",
        columns=(
            TableColumn(name="strand", title="Strand"),
            TableColumn(name="status", title="How it stands"),
            TableColumn(name="now", title="Marks now (%)", kind="number"),
            TableColumn(name="before", title="Before (%)", kind="number"),
            TableColumn(
                name="below", title="Below (percentage points, drawn together)", kind="number"
            ),
            TableColumn(name="range", title="Likely range", kind="number"),
            TableColumn(name="taught", title="Taught until"),
            TableColumn(name="time", title="Factor for time", kind="number"),
            TableColumn(name="rests", title="Factor for what rests on it", kind="number"),
            TableColumn(name="first", title="First block"),
        ),
        rows=tuple(_row(released, group, strand) for strand in ordered),
        tidy_columns=TIDY,
        tidy_rows=tuple(tidy_strand(group, strand, place) for strand in ordered),
        notes=tuple(notes),
        sources=(group.source,),
    )


def _borrowing(group: StrandGroup) -> list[str]:
    if group.borrowed or not any(strand.shortfall.is_there for strand in group.strands):
        return []
    return [
        "Fewer than four schools have marks: the likely ranges show how pupils differ, not how schools do."
    ]


def _row(released: StrandResults, group: StrandGroup, strand: Strand) -> tuple[str, ...]:
    found = factors(strand)
    first = comes_first(strand, group.phase, released.result.baseline_date)
    block = "core" if group.phase == "primary" else "taught before"
    later = strand.months_since is not None and strand.months_since < 0
    return (
        f"{strand.name} ({strand.exam_board})" if strand.exam_board else strand.name,
        status_word(strand),
        cell(strand.now),
        cell(strand.before) + (", national" if strand.reference == "national" else ""),
        cell(strand.shortfall),
        range_cell(strand.shortfall),
        f"{day_words(strand.taught_on)}{', after the paper' if later else ''}",
        format_number(found.time, 1) if found else "not needed",
        format_number(found.rests, 1) if found else "not needed",
        block if first else "no",
    )


def tidy_strand(group: StrandGroup, strand: Strand, place: Place) -> tuple[str, ...]:
    """Write a strand's shortfall as a row of a tidy CSV with the columns of ``TIDY``."""
    return (
        *tidy_row(
            strand.shortfall,
            place=place,
            academic_year=group.academic_year,
            measure=_MEASURES[group.source],
            group="all",
            rule="now",
        ),
        group.subject,
        str(group.year_group),
        strand.name,
        "" if strand.taught_on is None else strand.taught_on.isoformat(),
        "" if strand.dependents_n is None else str(strand.dependents_n),
    )


def _findings(group: StrandGroup, ordered: tuple[Strand, ...], name: str) -> list[Finding]:
    measure = _MEASURES[group.source]
    seen: dict[str, int] = {}
    found = []
    for strand in ordered:
        part = slug(strand.name)
        seen[part] = seen.get(part, 0) + 1
        again = f"-{seen[part]}" if seen[part] > 1 else ""
        found.append(
            finding(
                strand.shortfall,
                id=f"{CHAPTER}.{measure}.{slug(group.subject)}.{group.year_group}.{part}{again}",
                chapter=CHAPTER,
                measure=measure,
                academic_year=group.academic_year,
                group=year_group_words(group.year_group),
                rule="now",
                sentence=(
                    f"{name}, {group_words(group)}, {strand.name}, how far below {compared_words([strand])}: "
                    f"{with_unit(strand.shortfall)}{likely(strand.shortfall)}; below nought is above."
                ),
            )
        )
    return found
