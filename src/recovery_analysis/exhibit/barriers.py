"""Exhibits of what stood in the way: devices, connection, teaching from afar; who replied."""

from recovery_analysis.analysis.barriers import Barrier, BarriersResult
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.barriers_progress import progress
from recovery_analysis.exhibit.barriers_replies import replies
from recovery_analysis.exhibit.barriers_words import (
    CHAPTER,
    barrier_label,
    measure_of,
    people,
    question_label,
    share_sentence,
    span_words,
)
from recovery_analysis.exhibit.cells import finding, likely, with_unit
from recovery_analysis.exhibit.charts import Interval, intervals_chart
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Figure,
    Finding,
    Section,
    Sentence,
    Table,
)
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.share_words import (
    RULE_WORDS,
    difference_sentence,
    interval_row,
    shares_table,
)
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.pupils import PUPIL_GROUPS

_THEME_WORDS = {
    "device": "Devices",
    "connection": "Connection",
    "teaching": "Teaching from afar",
}
_FIRST, _SECOND = PUPIL_GROUPS["disadvantaged"]
HEADING = "What stood in the way of learning online"


def sections(
    released: Released[BarriersResult], *, community: CommunityId, name: str
) -> tuple[Section, ...]:
    """Give all sections about barriers; one alone where there is no evidence."""
    about = {"community": community, "name": name}
    first = overview(released, **about)
    if not released.result.has_evidence:
        return (first,)
    return (
        first,
        by_group(released, **about),
        answers(released, **about),
        progress(released, **about),
        replies(released, **about),
    )


def overview(released: Released[BarriersResult], *, community: CommunityId, name: str) -> Section:
    """Show how many pupils each barrier reached."""
    result = released.result
    missing = _missing(result, name)
    if not result.has_evidence:
        return Section(id="barriers", heading=HEADING, exhibits=tuple(missing))
    rows = [
        (barrier_label(item), measure_of(item), "all", item.by_group.shares.total)
        for item in result.barriers
    ]
    table = shares_table(
        rows,
        id="barriers-table",
        title="Reach of each barrier",
        caption=f"Share that met each barrier, {name}",
        first_title="Barrier",
        place=place_of(community, name),
        academic_year=result.academic_year,
        sources=tuple(dict.fromkeys(span_words(item) for item in result.barriers)),
    )
    exhibits: list[Exhibit] = [
        Sentence(id="barriers-answer", text=_answer(result, name), role="answer"),
        *_reach_figure(result, name, table),
        *missing,
    ]
    return Section(
        id="barriers",
        heading=HEADING,
        exhibits=tuple(exhibits),
        findings=tuple(
            _finding(item, result, item.by_group.shares.total, "all", share_sentence(item, name))
            for item in result.barriers
        ),
    )


def _missing(result: BarriersResult, name: str) -> list[Sentence]:
    """Name the sources that no school gave."""
    if not result.missing_sources:
        return []
    text = (
        f"Not in the files that were read for {name}: {'; '.join(result.missing_sources)}. A school's list of "
        "devices and connections, and surveys of pupils and families, would fill this in."
    )
    return [Sentence(id="barriers-missing", text=text, role="missing")]


def by_group(released: Released[BarriersResult], *, community: CommunityId, name: str) -> Section:
    """Show each barrier among disadvantaged and other pupils, and in primary and secondary years."""
    result = released.result
    heading = "Who met each barrier"
    lines = [(item, *line) for item in result.barriers for line in _groups(item)]
    if not any(part.is_there for *_, part in lines):
        text = (
            "No group of pupils is large enough, or no pupil list tells the groups apart: there is nothing to "
            "compare."
        )
        note = Sentence(id="barriers-groups-none", text=text, role="missing")
        return Section(id="barriers-groups", heading=heading, exhibits=(note,))
    texts = [_group_sentence(item) for item in result.barriers]
    table = shares_table(
        [
            (f"{barrier_label(item)}: {words}", measure_of(item), code, part)
            for item, words, code, part in lines
        ],
        id="barriers-groups-table",
        title="Barriers by group",
        caption=f"Share that met each barrier by group of pupils and phase, {name}",
        first_title="Barrier and group",
        place=place_of(community, name),
        academic_year=result.academic_year,
    )
    rows = [interval_row(words, part, group=barrier_label(item)) for item, words, _, part in lines]
    return Section(
        id="barriers-groups",
        heading=heading,
        exhibits=(
            *(Sentence(id=f"barriers-groups-{n}", text=text) for n, text in enumerate(texts)),
            _group_figure(rows, name, table, texts[0]),
            Sentence(id="barriers-groups-rule", text=RULE_WORDS, role="note"),
        ),
        findings=tuple(
            _finding(item, result, item.by_group.difference, "difference", f"{name}. {text}")
            for item, text in zip(result.barriers, texts, strict=True)
        ),
    )


def _groups(item: Barrier) -> list[tuple[str, str, Estimate]]:
    """Give (words, code, share) of each group and phase of which anything is known."""
    phases = zip(item.by_phase.labels, item.by_phase.shares.parts, strict=True)
    sides = zip(
        (_FIRST, _SECOND), ("disadvantaged", "other"), item.by_group.shares.parts, strict=True
    )
    found = [*sides, *((f"{phase} year groups", phase, part) for phase, part in phases)]
    return [line for line in found if _is_worth(line[2])]


def _group_sentence(item: Barrier) -> str:
    told = difference_sentence(
        item.by_group,
        first=_group(item, _FIRST),
        second=_group(item, _SECOND),
        what=item.counted_words,
    )
    return f"{barrier_label(item)}: {told}"


def _group_figure(rows: list[Interval], name: str, table: Table, first: str) -> Figure:
    alt = f"Dot chart with ranges: share that met each barrier by group. {first}"
    return Figure(
        id="barriers-groups-figure",
        headline="Barriers among groups of pupils",
        subtitle=f"Share that met each barrier by group and phase (%), {name}",
        alt=alt,
        svg=intervals_chart(
            id="barriers-groups-svg", intervals=rows, x_label="Share of the group (%)", alt=alt
        ),
        table=table,
    )


def answers(released: Released[BarriersResult], *, community: CommunityId, name: str) -> Section:
    """Show every answer with its share, and devices that schools lent."""
    result = released.result
    rows = [
        (f"{question_label(item)} {words}", measure_of(item), words, part)
        for item in result.barriers
        for words, part in zip(item.level_words, item.levels.parts, strict=True)
    ]
    table = shares_table(
        rows,
        id="barriers-answers-table",
        title="All answers",
        caption=f"Every answer behind the barriers, {name}",
        first_title="Question and answer",
        place=place_of(community, name),
        academic_year=result.academic_year,
    )
    told = [
        (code, estimate, _lent_sentence(estimate, what))
        for code, estimate, what in (
            ("lent", result.lent, "of the pupils listed were lent a device by their school"),
            (
                "lacking",
                result.lacking,
                "of the pupils without a device of their own were not lent one",
            ),
        )
        if _is_worth(estimate)
    ]
    return Section(
        id="barriers-answers",
        heading="Devices, connections and answers in full",
        exhibits=(table, *(Sentence(id=f"barriers-{code}", text=text) for code, _, text in told)),
        findings=tuple(_lent_finding(result, name, *line) for line in told),
    )


def _lent_sentence(estimate: Estimate, what: str) -> str:
    if estimate.value is None:
        return f"Too few pupils to say how many {what.partition(' were ')[0]} were lent a device ([c])."
    return f"About {with_unit(estimate)} {what}{likely(estimate)}."


def _lent_finding(
    result: BarriersResult, name: str, code: str, estimate: Estimate, text: str
) -> Finding:
    return finding(
        estimate,
        id=f"{CHAPTER}.device_{code}",
        chapter=CHAPTER,
        measure=f"device_{code}",
        academic_year=result.academic_year,
        group="all",
        rule="now",
        sentence=f"{name}. {text}",
    )


def _reach_figure(result: BarriersResult, name: str, table: Table) -> list[Exhibit]:
    rows = [
        interval_row(
            barrier_label(item), item.by_group.shares.total, group=_THEME_WORDS[item.theme]
        )
        for item in result.barriers
    ]
    if not any(row.value is not None for row in rows):
        return [table]
    alt = f"Dot chart with ranges: share that met each barrier. {_answer(result, name)}"
    return [
        Figure(
            id="barriers-figure",
            headline="How many pupils met each barrier",
            subtitle=f"Share of those listed or who answered (%), {name}, {result.academic_year}",
            alt=alt,
            svg=intervals_chart(
                id="barriers-svg", intervals=rows, x_label="Share that met it (%)", alt=alt
            ),
            table=table,
        )
    ]


def _answer(result: BarriersResult, name: str) -> str:
    """Say the reach of the first barrier of each theme that may be told."""
    told: dict[str, str] = {}
    for item in result.barriers:
        share = item.by_group.shares.total
        if share.value is not None and item.theme not in told:
            told[item.theme] = f"about {with_unit(share)} of {people(item)} {item.counted_words}"
    if not told:
        return f"Too few pupils of {name} are in the lists and surveys to report ([c])."
    return f"In {name}, {'; '.join(told.values())}."


def _group(item: Barrier, words: str) -> str:
    return words if item.who != "family" else f"families of {words}"


def _is_worth(estimate: Estimate) -> bool:
    """Say whether an estimate has a value or was hidden, and not just nobody in the group."""
    return estimate.value is not None or estimate.missing_reason == "too_few"


def _finding(
    item: Barrier, result: BarriersResult, estimate: Estimate, group: str, sentence: str
) -> Finding:
    return finding(
        estimate,
        id=f"{CHAPTER}.{measure_of(item)}.{group}",
        chapter=CHAPTER,
        measure=measure_of(item),
        academic_year=result.academic_year,
        group=group,
        rule="now",
        sentence=sentence,
    )
