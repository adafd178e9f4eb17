"""Exhibits of how much and how well a platform was used: dose bands, percent correct, before and since."""

from recovery_analysis.analysis.platform_use import BeforeSince, PlatformUse
from recovery_analysis.exhibit.cells import finding, likely, range_cell, with_unit
from recovery_analysis.exhibit.exhibit import Exhibit, Finding, Section, Sentence
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.share_words import shares_table, size_range, size_words
from recovery_analysis.words.identifiers import CommunityId

_CHAPTER = "access"


def amounts(platform: PlatformUse, *, community: CommunityId, name: str) -> Section:
    """Show dose in bands with printed ends, quality, and use before and since 20 March 2020."""
    section_id = f"use-{platform.code.replace('_', '-')}-amounts"
    exhibits: list[Exhibit] = [
        *_dose(platform, section_id, community, name),
        *_quality(platform, section_id, community, name),
    ]
    findings: list[Finding] = []
    if platform.before_since is not None:
        text = before_since_words(platform, platform.before_since)
        exhibits.append(Sentence(id=f"{section_id}-before", text=text))
        findings.append(_change_finding(platform, platform.before_since, f"{name}. {text}"))
    else:
        text = (
            f"Use of {platform.title} before and since 20 March 2020 can not be compared: that needs an "
            "export of the academic year 2019/20 with use on both sides of that day, and a pupil list of that "
            "year or later."
        )
        exhibits.append(Sentence(id=f"{section_id}-before-none", text=text, role="missing"))
    if platform.quality is not None and platform.quality.at_cut.is_there:
        findings.append(_cut_finding(platform, name))
    exhibits.append(Sentence(id=f"{section_id}-caution", text=platform.caution, role="note"))
    return Section(
        id=section_id,
        heading=f"{platform.title}: how much, and how well",
        exhibits=tuple(exhibits),
        findings=tuple(findings),
    )


def _dose(
    platform: PlatformUse, section_id: str, community: CommunityId, name: str
) -> list[Exhibit]:
    if not any(_is_worth(part) for part in platform.bands.parts):
        return []
    return [
        shares_table(
            [
                (words, f"{platform.code}_dose", words, part)
                for words, part in zip(platform.band_words, platform.bands.parts, strict=True)
            ],
            id=f"{section_id}-dose",
            title=f"How much {platform.title} was used",
            caption=f"Pupils on roll by use of {platform.title} ({platform.dose_words}), {name}",
            first_title=f"Band ({platform.dose_words})",
            place=place_of(community, name),
            academic_year=platform.academic_year,
        )
    ]


def before_since_words(platform: PlatformUse, split: BeforeSince) -> str:
    """Say how use changed at 20 March 2020 within one academic year."""
    lead = f"In {split.academic_year}, {platform.title} ({split.words})"
    tail = f" The export's last day of use is {split.last_day}; holidays are counted in."
    before, since, change = split.before, split.since, split.change
    if before.value is None or since.value is None:
        return f"{lead}: too few pupils to compare before and since 20 March 2020 ([c])."
    pair = f"{with_unit(before)} before 20 March 2020 and {with_unit(since)} since"
    reach = ""
    if split.reach_before.value is not None and split.reach_since.value is not None:
        reach = (
            f" {with_unit(split.reach_before)} of these pupils used it before and "
            f"{with_unit(split.reach_since)} since."
        )
    if change.value is None or change.low is None or change.high is None:
        return f"{lead}: {pair}. No likely range: {change.why_no_interval}.{reach}{tail}"
    if change.low <= 0 <= change.high:
        doubt = f"the change could be anything from {range_cell(change)}"
        return f"{lead}: {pair}; we cannot tell whether use changed: {doubt}.{reach}{tail}"
    word = "rose" if change.value > 0 else "fell"
    size = f"{size_words(change)}{size_range(change)}"
    return f"{lead}: {pair}. Use {word} by about {size}.{reach}{tail}"


def _quality(
    platform: PlatformUse, section_id: str, community: CommunityId, name: str
) -> list[Exhibit]:
    quality = platform.quality
    if quality is None or not any(_is_worth(part) for part in quality.bands.parts):
        return []
    measure = f"{platform.code}_percent_correct"
    rows = [
        (words, measure, words, part)
        for words, part in zip(quality.band_words, quality.bands.parts, strict=True)
    ]
    rows.append(("All at 85% or above", measure, "at 85% or above", quality.at_cut))
    table = shares_table(
        rows,
        id=f"{section_id}-quality",
        title="How well quizzes were answered",
        caption=f"Pupils with a quiz by average percent correct, {platform.academic_year}, {name}",
        first_title="Average percent correct",
        place=place_of(community, name),
        academic_year=platform.academic_year,
    )
    note = Sentence(
        id=f"{section_id}-quality-note",
        text=(
            "Bands are Renaissance's; its aim is an average of 85% or more. Below 75% books may be too hard or "
            "read in haste: a question to explore together."
        ),
        role="note",
    )
    return [table, note]


def _is_worth(estimate: object) -> bool:
    is_there = getattr(estimate, "is_there", False)
    return bool(is_there) or getattr(estimate, "missing_reason", None) == "too_few"


def _change_finding(platform: PlatformUse, split: BeforeSince, sentence: str) -> Finding:
    return finding(
        split.change,
        id=f"{_CHAPTER}.{platform.code}_change.all",
        chapter=_CHAPTER,
        measure=f"{platform.code}_change",
        academic_year=split.academic_year,
        group="all",
        rule="now",
        sentence=sentence,
    )


def _cut_finding(platform: PlatformUse, name: str) -> Finding:
    if platform.quality is None:
        raise ValueError("there is no quality to tell of")
    at_cut = platform.quality.at_cut
    return finding(
        at_cut,
        id=f"{_CHAPTER}.{platform.code}_at_85.all",
        chapter=_CHAPTER,
        measure=f"{platform.code}_at_85",
        academic_year=platform.academic_year,
        group="all",
        rule="now",
        sentence=(
            f"{name}: about {with_unit(at_cut)} of pupils with a quiz average 85% correct or more"
            f"{likely(at_cut)}."
        ),
    )
