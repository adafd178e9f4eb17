"""Exhibits of what was used: reach, who was not reached, dose and quality, progress, Oak."""

from recovery_analysis.analysis.platform_use import Contrast, PlatformUse, UseResult
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import finding, likely, with_unit
from recovery_analysis.exhibit.charts import intervals_chart
from recovery_analysis.exhibit.exhibit import Exhibit, Figure, Finding, Section, Sentence, Table
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.platform_use_amounts import amounts
from recovery_analysis.exhibit.platform_use_oak import oak
from recovery_analysis.exhibit.platform_use_progress import progress
from recovery_analysis.exhibit.share_words import (
    RULE_WORDS,
    difference_sentence,
    interval_row,
    shares_table,
)
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import PUPIL_GROUPS

_CHAPTER = "access"
_MOST_NAMES = 60
#: Label, group, share, heading.
_GroupRow = tuple[str, str, Estimate, str]
HEADING = "What was used, and who was reached"


def sections(
    released: Released[UseResult], *, community: CommunityId, name: str
) -> tuple[Section, ...]:
    """Give all sections about platforms; one alone where there is no evidence."""
    about = {"community": community, "name": name}
    result = released.result
    found = [overview(released, **about)]
    for platform in result.platforms:
        found += [not_reached(platform, **about), amounts(platform, **about)]
    if result.platforms:
        found.append(progress(released, **about))
    if result.oak is not None:
        found.append(oak(result.oak, **about))
    return tuple(found)


def overview(released: Released[UseResult], *, community: CommunityId, name: str) -> Section:
    """Show the reach of each platform, and in which schools it is not known."""
    result = released.result
    exhibits: list[Exhibit] = []
    if result.platforms:
        exhibits.append(Sentence(id="use-answer", text=_answer(result, name), role="answer"))
        exhibits += _reach(result, community, name)
    exhibits += [
        sentence for platform in result.platforms for sentence in _not_known(platform, name)
    ]
    if result.missing_sources:
        exhibits.append(
            Sentence(
                id="use-missing",
                text=(
                    f"Not in the files that were read for {name}: {'; '.join(result.missing_sources)}. "
                    "Where there is no export, use is not known; that is not the same as no use."
                ),
                role="missing",
            )
        )
    return Section(
        id="use",
        heading=HEADING,
        exhibits=tuple(exhibits),
        findings=tuple(_reach_finding(platform, name) for platform in result.platforms),
    )


def not_reached(platform: PlatformUse, *, community: CommunityId, name: str) -> Section:
    """Show the share of pupils without any use, by group and year group."""
    section_id = f"use-{_slug(platform)}-not-reached"
    heading = f"{platform.title}: who was not reached"
    rows = _group_rows(platform)
    if not any(part.is_there for _, _, part, _ in rows):
        text = (
            f"Who was not reached by {platform.title} is not known: it needs a pupil list with year groups and "
            "characteristics of the same schools, and enough pupils in each group."
        )
        note = Sentence(id=f"{section_id}-none", text=text, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    measure = f"{platform.code}_not_reached"
    table = shares_table(
        [(label, measure, group, part) for label, group, part, _ in rows],
        id=f"{section_id}-table",
        title=f"Not reached by {platform.title}",
        caption=f"Pupils without any use of {platform.title}, {platform.academic_year}, {name}",
        first_title="Group",
        place=place_of(community, name),
        academic_year=platform.academic_year,
        sources=(f"{platform.title} exports and pupil lists of {_schools(platform)}",),
    )
    texts = [
        (contrast, _contrast_sentence(platform, contrast)) for contrast in platform.not_reached
    ]
    told = " ".join(text for _, text in texts[:1])
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(
            *(Sentence(id=f"{section_id}-{item.trait}", text=text) for item, text in texts),
            _group_figure(platform, rows, section_id, name, table, told),
            Sentence(id=f"{section_id}-rule", text=RULE_WORDS, role="note"),
        ),
        findings=tuple(
            _contrast_finding(platform, item, f"{name}. {text}") for item, text in texts
        ),
    )


def _contrast_finding(platform: PlatformUse, contrast: Contrast, sentence: str) -> Finding:
    measure = f"{platform.code}_not_reached"
    return finding(
        contrast.shares.difference,
        id=f"{_CHAPTER}.{measure}.{contrast.trait}.difference",
        chapter=_CHAPTER,
        measure=measure,
        academic_year=platform.academic_year,
        group=contrast.trait,
        rule="now",
        sentence=sentence,
    )


def _group_rows(platform: PlatformUse) -> list[_GroupRow]:
    """Give (label, group, share, heading) of each group of which anything is known."""
    rows: list[_GroupRow] = []
    for contrast in platform.not_reached:
        for words, side, part in zip(
            PUPIL_GROUPS[contrast.trait], ("yes", "no"), contrast.shares.shares.parts, strict=True
        ):
            label = f"{words[0].upper()}{words[1:]}"
            rows.append((label, f"{contrast.trait}_{side}", part, "By characteristic"))
    rows += [
        (label, label.casefold().replace(" ", "_"), part, "By year group")
        for label, part in zip(
            platform.by_year_group.labels, platform.by_year_group.shares.parts, strict=True
        )
    ]
    return [row for row in rows if row[2].missing_reason != "not_recorded"]


def _contrast_sentence(platform: PlatformUse, contrast: Contrast) -> str:
    first, second = PUPIL_GROUPS[contrast.trait]
    what = f"did not use {platform.title}"
    return difference_sentence(contrast.shares, first=first, second=second, what=what)


def _group_figure(
    platform: PlatformUse,
    rows: list[_GroupRow],
    section_id: str,
    name: str,
    table: Table,
    told: str,
) -> Figure:
    what = f"share of pupils without any use of {platform.title} by group"
    alt = f"Dot chart with ranges: {what}. {told}".strip()
    return Figure(
        id=f"{section_id}-figure",
        headline=f"Pupils whom {platform.title} did not reach",
        subtitle=f"Share without any use by group (%), {platform.academic_year}, {name}",
        alt=alt,
        svg=intervals_chart(
            id=f"{section_id}-svg",
            intervals=[interval_row(label, part, group=group) for label, _, part, group in rows],
            x_label="Share without any use (%)",
            alt=alt,
        ),
        table=table,
    )


def _reach(result: UseResult, community: CommunityId, name: str) -> list[Exhibit]:
    rows = [
        (f"{item.title}, {item.academic_year}{words}", f"{item.code}_{code}", "all", part)
        for item in result.platforms
        for words, code, part in (
            ("", "reach", item.reach),
            (": used in the last 28 days of the export", "active", item.active),
        )
        if part.missing_reason != "not_recorded"
    ]
    if not rows:
        return []
    table = shares_table(
        rows,
        id="use-table",
        title="Reach of each platform",
        caption=f"Pupils on roll who used each platform, schools of {name} with an export",
        first_title="Platform",
        place=place_of(community, name),
        academic_year=max(platform.academic_year for platform in result.platforms),
        sources=tuple(f"{item.title}: exports and pupil lists" for item in result.platforms),
    )
    if not any(part.is_there for *_, part in rows):
        return [table]
    alt = f"Dot chart with ranges: share of pupils who used each platform. {_answer(result, name)}"
    svg = intervals_chart(
        id="use-svg",
        intervals=[interval_row(label, part) for label, _, _, part in rows],
        x_label="Share of pupils on roll (%)",
        alt=alt,
    )
    figure = Figure(
        id="use-figure",
        headline="How many pupils each platform reached",
        subtitle=f"Share of pupils on roll with any use (%), schools with an export, {name}",
        alt=alt,
        svg=svg,
        table=table,
    )
    return [figure]


def _not_known(platform: PlatformUse, name: str) -> list[Sentence]:
    """Say in how many schools use is not known, and where only the pupil list is missing."""
    found = []
    if platform.schools_unknown_n:
        names = platform.schools_unknown
        listed = f": {', '.join(names)}" if 0 < len(names) <= _MOST_NAMES else ""
        found.append(
            Sentence(
                id=f"use-{_slug(platform)}-unknown",
                text=(
                    f"{counted(platform.schools_unknown_n, 'school')} of {name} "
                    f"{verb(platform.schools_unknown_n, 'has', 'have')} no export of {platform.title} here, so "
                    f"use there is not known{listed}."
                ),
                role="missing",
            )
        )
    if platform.schools_unlisted:
        found.append(
            Sentence(
                id=f"use-{_slug(platform)}-unlisted",
                text=(
                    f"{', '.join(platform.schools_unlisted)}: there is an export of {platform.title} but no "
                    "pupil list, so nobody can tell who did not use it."
                ),
                role="missing",
            )
        )
    return found


def _answer(result: UseResult, name: str) -> str:
    told = [_reach_sentence(platform) for platform in result.platforms]
    return f"In the schools of {name} with an export: {' '.join(told)}"


def _reach_sentence(platform: PlatformUse) -> str:
    if platform.reach.value is None:
        if platform.reach.missing_reason == "too_few":
            return f"{platform.title}: too few pupils to report ([c])."
        return f"{platform.title}: how many pupils it reached is not known without a pupil list."
    return (
        f"{platform.title} was used by about {with_unit(platform.reach)} of pupils on roll in "
        f"{platform.academic_year}{likely(platform.reach)}."
    )


def _reach_finding(platform: PlatformUse, name: str) -> Finding:
    return finding(
        platform.reach,
        id=f"{_CHAPTER}.{platform.code}_reach.all",
        chapter=_CHAPTER,
        measure=f"{platform.code}_reach",
        academic_year=platform.academic_year,
        group="all",
        rule="now",
        sentence=f"{name}, {_schools(platform)}: {_reach_sentence(platform)}",
    )


def _schools(platform: PlatformUse) -> str:
    return counted(platform.reach.n_schools or len(platform.schools_with), "school")


def _slug(platform: PlatformUse) -> str:
    return platform.code.replace("_", "-")
