"""How use of reading platforms went with progress, by band of use within schools."""

from recovery_analysis.analysis.platform_use import BandLink, PlatformUse, UseResult
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import finding
from recovery_analysis.exhibit.charts import intervals_chart
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.share_words import (
    NOT_CAUSE,
    interval_row,
    progress_sentence,
    shares_table,
)
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import SUBJECTS

_CHAPTER = "access"
HEADING = "How use went with progress"
_CAUTION = (
    f"{NOT_CAUSE} Pupils who read more use these platforms more; the platforms may have little to do with their "
    "progress."
)


def progress(released: Released[UseResult], *, community: CommunityId, name: str) -> Section:
    """Show the difference in progress of pupils in each band of use from pupils without use."""
    result = released.result
    links = [(platform, link) for platform in result.platforms for link in platform.linked]
    if not any(link.points.is_there for _, link in links):
        return Section(id="use-progress", heading=HEADING, exhibits=(_none(result),))
    texts = [_sentence(platform, link) for platform, link in links]
    table = shares_table(
        [row for platform, link in links for row in _rows(platform, link)],
        id="use-progress-table",
        title="Use and progress",
        caption=f"Difference in progress from pupils without use, by band of use, {name}",
        first_title="Platform and band",
        place=place_of(community, name),
        academic_year=max(platform.academic_year for platform, _ in links),
        unit="points unless said",
        is_change=True,
        sources=("Progress against expectation as in the chapter on progress",),
    )
    findings = tuple(
        finding(
            link.points,
            id=f"{_CHAPTER}.progress_{link.subject}.{platform.code}.{link.band.replace(' ', '_')}",
            chapter=_CHAPTER,
            measure=f"progress_{link.subject}_{platform.code}",
            academic_year=platform.academic_year,
            group=link.band,
            rule="now",
            sentence=f"{name}. {text}",
        )
        for (platform, link), text in zip(links, texts, strict=True)
    )
    return Section(
        id="use-progress",
        heading=HEADING,
        exhibits=(
            *(Sentence(id=f"use-progress-{n}", text=text) for n, text in enumerate(texts)),
            _figure(links, name, table, texts[0]),
            Sentence(id="use-progress-caution", text=_CAUTION, role="note"),
        ),
        findings=findings,
    )


def _figure(
    links: list[tuple[PlatformUse, BandLink]], name: str, table: Table, first: str
) -> Figure:
    alt = f"Dot chart with ranges: differences in progress within schools by use. {first}"
    rows = [
        interval_row(link.band, link.points, group=f"{platform.title}: {SUBJECTS[link.subject]}")
        for platform, link in links
    ]
    return Figure(
        id="use-progress-figure",
        headline="Progress of pupils by how much they used",
        subtitle=f"Difference from pupils without use, within schools, scaled score points, {name}",
        alt=alt,
        svg=intervals_chart(
            id="use-progress-svg",
            intervals=rows,
            x_label="Progress less that of pupils without use (scaled score points)",
            alt=alt,
            reference=0,
            reference_label="no difference",
        ),
        table=table,
    )


def _rows(platform: PlatformUse, link: BandLink) -> list[tuple[str, str, str, Estimate]]:
    measure = f"progress_{link.subject}_{platform.code}"
    label = f"{platform.title}, {link.band}: {SUBJECTS[link.subject]}"
    return [
        (label, measure, link.band, link.points),
        (f"{label}, in standard deviations", measure, link.band, link.deviations),
    ]


def _sentence(platform: PlatformUse, link: BandLink) -> str:
    return progress_sentence(
        link.points,
        who=f"pupils with {link.band} ({platform.title})",
        subject=SUBJECTS[link.subject],
        other="pupils without use",
    )


def _none(result: UseResult) -> Sentence:
    text = (
        "There are too few pupils with both known use and known progress, or too few schools, to compare "
        "progress by use."
        if result.progress_known
        else "How use went with progress is not known: it needs tests from before and since 20 March 2020 of "
        "the pupils in the exports, under the same pupil numbers."
    )
    return Sentence(id="use-progress-none", text=text, role="missing")
