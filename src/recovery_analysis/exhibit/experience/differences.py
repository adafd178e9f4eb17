"""Which groups of pupils had another time, and what changed from survey to survey."""

from collections.abc import Sequence

from recovery_analysis.analysis.experience import ExperienceResult, RoleExperience
from recovery_analysis.analysis.survey_shares import said
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.charts_intervals import Interval, intervals_chart
from recovery_analysis.exhibit.exhibit import Exhibit, Figure, Section, Sentence, Table
from recovery_analysis.exhibit.experience.comparison_table import (
    Compared,
    comparison_findings,
    comparison_table,
)
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.survey_words import (
    difference_words,
    group_words,
    label_of,
    rule_words,
)
from recovery_analysis.words.identifiers import CommunityId

_MOST_SAID = 6
_DRAWN = "disadvantaged"


def differences(
    released: Released[ExperienceResult], *, community: CommunityId, name: str
) -> Section:
    """Show differences between groups of pupils, and changes since the first survey, by the printed rule."""
    result = released.result
    section_id = "experience-differences"
    heading = "Who had another time"
    groups = [row for told in result.roles for row in _between_groups(told)]
    changes = [row for told in result.roles for row in _changes(told)]
    year = max((told.coverage.academic_year for told in result.roles), default="")
    exhibits: list[Exhibit] = []
    if groups or changes:
        rule = rule_words(result.looked_at)
        exhibits.append(Sentence(id=f"{section_id}-rule", text=rule, role="note"))
    exhibits += _group_exhibits(groups, section_id, community, name, year)
    exhibits += _change_exhibits(changes, section_id, community, name, year)
    return Section(
        id=section_id,
        heading=heading,
        exhibits=tuple(exhibits),
        findings=comparison_findings(
            [*groups, *changes], chapter="experience", academic_year=year, name=name
        ),
    )


def _between_groups(told: RoleExperience) -> list[Compared]:
    return [
        Compared(
            one=one,
            groups=(group_words(one.words[0], told.role), group_words(one.words[1], told.role)),
            name=told.role,
        )
        for one in told.comparisons
    ]


def _changes(told: RoleExperience) -> list[Compared]:
    who = "pupils" if told.role == "pupil" else "families"
    return [
        Compared(one=one, groups=(f"{who} {one.words[0]}", f"{who} {one.words[1]}"), name=told.role)
        for one in told.changes
    ]


def _group_exhibits(
    groups: list[Compared], section_id: str, community: CommunityId, name: str, year: str
) -> list[Exhibit]:
    if not groups:
        text = (
            "Groups of pupils can not be compared: that takes a survey, and a pupil list with the pupils' "
            "identifiers in both."
        )
        return [Sentence(id=f"{section_id}-none", text=text, role="missing")]
    table = comparison_table(
        groups,
        id=f"{section_id}-table",
        title="Differences between groups",
        caption=f"Share of those who answered, by question and group, {name}",
        place=place_of(community, name),
        academic_year=year,
    )
    figure = _figure(groups, section_id, community, name, year)
    return [*_said(groups, f"{section_id}-group"), *([figure] if figure else []), table]


def _change_exhibits(
    changes: list[Compared], section_id: str, community: CommunityId, name: str, year: str
) -> list[Exhibit]:
    if not changes:
        text = (
            "No school has two surveys with the same questions, so no change over time can be told. Ask the "
            "same questions again to see one."
        )
        return [Sentence(id=f"{section_id}-one-survey", text=text, role="missing")]
    table: Table = comparison_table(
        changes,
        id=f"{section_id}-changes-table",
        title="Change since the first survey",
        caption=f"Latest and first survey of the schools that hold both, by question, {name}",
        place=place_of(community, name),
        academic_year=year,
    )
    return [*_said(changes, f"{section_id}-change"), table]


def _said(compared: Sequence[Compared], section_id: str) -> list[Exhibit]:
    """Write the widest differences that may be said, or that there is none."""
    by_comparison = {id(row.one): row for row in compared}
    clear = said([row.one for row in compared])[:_MOST_SAID]
    if not clear:
        text = "No difference was clear enough to say."
        if section_id.endswith("change"):
            text = "No change since the first survey was clear enough to say."
        return [Sentence(id=f"{section_id}-none", text=text)]
    return [
        Sentence(
            id=f"{section_id}-{place}",
            text=f"{difference_words(one, by_comparison[id(one)].groups)}.",
        )
        for place, one in enumerate(clear)
    ]


def _figure(
    groups: list[Compared], section_id: str, community: CommunityId, name: str, year: str
) -> Figure | None:
    """Draw the differences between disadvantaged and other pupils, or their families where no pupil answered."""
    drawn = [row for row in groups if row.one.grouping == _DRAWN]
    drawn = [row for row in drawn if row.name == drawn[0].name]
    if not any(row.one.shares.difference.value is not None for row in drawn):
        return None
    first, second = drawn[0].groups
    clear = sum(row.one.is_said for row in drawn)
    alt = (
        f"Dot chart with ranges of the difference between {first} and {second} for each of {len(drawn)} "
        f"questions; {clear} can be said."
    )
    table = comparison_table(
        drawn,
        id=f"{section_id}-drawn-table",
        title=f"{first[0].upper()}{first[1:]} and {second}",
        caption=f"Share of those who answered: {first} and {second}, {name}",
        place=place_of(community, name),
        academic_year=year,
    )
    return Figure(
        id=f"{section_id}-figure",
        headline=f"{first[0].upper()}{first[1:]} beside {second}",
        subtitle=(
            f"Share of {first} less share of {second}, percentage points, {name}, academic year {year}"
        ),
        alt=alt,
        svg=intervals_chart(
            id=f"{section_id}-chart",
            intervals=[_interval(row) for row in drawn],
            x_label="Difference, percentage points (above nought: more often hard)",
            alt=alt,
            reference=0.0,
            reference_label="no difference",
        ),
        table=table,
        sources=table.sources,
    )


def _interval(row: Compared) -> Interval:
    difference = row.one.shares.difference
    return Interval(
        label=label_of(row.one.item),
        value=difference.value,
        low=difference.low,
        high=difference.high,
    )
