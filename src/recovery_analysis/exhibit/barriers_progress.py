"""How barriers went with progress, within schools."""

from recovery_analysis.analysis.barriers import Barrier, BarriersResult, Linked
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.barriers_words import CHAPTER, barrier_label, measure_of
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

HEADING = "How barriers went with progress"


def progress(released: Released[BarriersResult], *, community: CommunityId, name: str) -> Section:
    """Show the difference in progress of pupils with and without each barrier, in the same school."""
    result = released.result
    links = [(item, linked) for item in result.barriers for linked in item.linked]
    if not any(linked.points.is_there for _, linked in links):
        return Section(id="barriers-progress", heading=HEADING, exhibits=(_none(result),))
    texts = [_sentence(item, linked) for item, linked in links]
    table = shares_table(
        [row for item, linked in links for row in _rows(item, linked)],
        id="barriers-progress-table",
        title="Barriers and progress",
        caption=f"Difference in progress between pupils with and without each barrier, {name}",
        first_title="Barrier and subject",
        place=place_of(community, name),
        academic_year=result.academic_year,
        unit="points unless said",
        is_change=True,
        sources=("Progress against expectation as in the chapter on progress",),
    )
    findings = tuple(
        finding(
            linked.points,
            id=f"{CHAPTER}.progress_{linked.subject}.{measure_of(item)}",
            chapter=CHAPTER,
            measure=f"progress_{linked.subject}_{measure_of(item)}",
            academic_year=result.academic_year,
            group="difference",
            rule="now",
            sentence=f"{name}. {text}",
        )
        for (item, linked), text in zip(links, texts, strict=True)
    )
    return Section(
        id="barriers-progress",
        heading=HEADING,
        exhibits=(
            *(Sentence(id=f"barriers-progress-{n}", text=text) for n, text in enumerate(texts)),
            _figure(links, name, table, texts[0]),
            Sentence(id="barriers-progress-caution", text=NOT_CAUSE, role="note"),
        ),
        findings=findings,
    )


def _figure(links: list[tuple[Barrier, Linked]], name: str, table: Table, first: str) -> Figure:
    rows = [
        interval_row(
            barrier_label(item), linked.points, group=SUBJECTS[linked.subject].capitalize()
        )
        for item, linked in links
    ]
    alt = f"Dot chart with ranges: differences in progress within schools. {first}"
    return Figure(
        id="barriers-progress-figure",
        headline="Progress of pupils with and without each barrier",
        subtitle=f"Difference within schools, scaled score points against expectation, {name}",
        alt=alt,
        svg=intervals_chart(
            id="barriers-progress-svg",
            intervals=sorted(rows, key=lambda row: row.group),
            x_label="Progress, with the barrier less without it (scaled score points)",
            alt=alt,
            reference=0,
            reference_label="no difference",
        ),
        table=table,
    )


def _rows(item: Barrier, linked: Linked) -> list[tuple[str, str, str, Estimate]]:
    measure = f"progress_{linked.subject}_{measure_of(item)}"
    label = f"{barrier_label(item)}: {SUBJECTS[linked.subject]}"
    return [
        (label, measure, "difference", linked.points),
        (f"{label}, in standard deviations", measure, "difference", linked.deviations),
    ]


def _sentence(item: Barrier, linked: Linked) -> str:
    whose = "pupils whose families" if item.who == "family" else "pupils who"
    return progress_sentence(
        linked.points,
        who=f"{whose} {item.counted_words}",
        subject=SUBJECTS[linked.subject],
        other="the others",
    )


def _none(result: BarriersResult) -> Sentence:
    text = (
        "There are too few pupils with both a known barrier and known progress, or too few schools, to compare "
        "progress of pupils with and without a barrier."
        if result.progress_known
        else "How barriers went with progress is not known: it needs tests from before and since 20 March 2020 "
        "of the pupils in the lists and surveys, under the same pupil numbers."
    )
    return Sentence(id="barriers-progress-none", text=text, role="missing")
