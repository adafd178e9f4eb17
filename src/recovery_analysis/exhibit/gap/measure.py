"""One measure: the gap over the years beside others, the trend before, the change since, the pace."""

from recovery_analysis.analysis.gap.result import (
    GapResult,
    YearGap,
)
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    tidy_row,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.charts import Line, Point, years_chart
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Figure,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.gap.context import (
    GapResults,
    gap_unit_title,
    place_of,
    place_of_series,
    result_of,
    slug,
)
from recovery_analysis.exhibit.gap.measure_findings import measure_findings
from recovery_analysis.exhibit.gap.measure_table import own_table
from recovery_analysis.exhibit.gap.measure_words import measure_sentences
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import MEASURES

_CHAPTER = "gap"
_GROUPS = ("disadvantaged", "other", "gap")


def measure_section(
    released: GapResults, measure: str, *, community: CommunityId, name: str
) -> Section:
    """Show one measure's gap: chart over the years, figures by source, same-schools change, pace.

    Parameters
    ----------
    released
        Gap results that passed the gate.
    measure
        Name of a measure.
    community, name
        Whom the report is about.
    """
    result = result_of(released, measure)
    heading = MEASURES[measure].title
    section_id = f"gap-{slug(measure)}"
    gaps = tuple(
        Sentence(id=f"{section_id}-missing-{place}", text=text, role="missing")
        for place, text in enumerate(result.cannot_tell)
    )
    if not result.has_evidence:
        return Section(id=section_id, heading=heading, exhibits=gaps)
    figure = _figure(result, section_id, community, name)
    exhibits: list[Exhibit] = [
        *([figure] if figure else []),
        *measure_sentences(result, section_id),
        own_table(result, section_id, community, name),
        *gaps,
    ]
    return Section(
        id=section_id,
        heading=heading,
        exhibits=tuple(exhibits),
        findings=tuple(measure_findings(result, name)),
    )


def _lines(result: GapResult, name: str) -> list[tuple[str, tuple[YearGap, ...]]]:
    """Choose up to four lines: the community, England, and one or two of its kind beside it."""
    own = [item for item in result.series("own") if item.source == result.linked.source]
    lines: list[tuple[str, tuple[YearGap, ...]]] = []
    if own:
        lines.append((name, own[0].measured))
    elif result.built:
        built = tuple(
            item.gap
            for item in result.built
            if item.rule == "now" and item.gap.was_measured and item.gap.gap.is_there
        )
        lines.append((name, built))
    elif result.series("own"):
        lines.append((name, result.series("own")[0].measured))
    for role in ("england", "neighbours_mean", "la"):
        same = result.series(role)
        first = [item for item in same if item.entity == same[0].entity]
        candidates = sorted(first, key=lambda item: -len(item.measured))
        lines += [(item.label, item.measured) for item in candidates[:1]]
    seen: dict[str, tuple[YearGap, ...]] = {}
    for label, years in lines:
        if years:
            seen.setdefault(label, years)
    return list(seen.items())[:4]


def _figure(result: GapResult, section_id: str, community: CommunityId, name: str) -> Figure | None:
    lines = _lines(result, name)
    if not lines:
        return None
    measure = MEASURES[result.measure]
    drawn = [
        Line(
            label=label,
            style_index=place,
            points=tuple(
                Point(x=year.end, value=year.gap.value, low=year.gap.low, high=year.gap.high)
                for year in years
                if year.gap.value is not None
            ),
        )
        for place, (label, years) in enumerate(lines)
    ]
    first, last = lines[0][1][0], lines[0][1][-1]
    message = (
        f"for {lines[0][0]} it is {with_unit(first.gap)} in {first.academic_year} and "
        f"{with_unit(last.gap)} in {last.academic_year}"
    )
    alt = f"Line chart of the gap in {title_of(result.measure)} by year: {message}."
    years = sorted({year.end for _, points in lines for year in points})
    return Figure(
        id=f"{section_id}-years",
        headline=_headline(result),
        subtitle=(
            f"Gap between disadvantaged and other pupils, {measure.title}, {gap_unit_title(result.measure)}, "
            f"academic years ending {years[0]} to {years[-1]}"
        ),
        alt=alt,
        svg=years_chart(
            id=f"{section_id}-chart",
            lines=drawn,
            y_label=f"Gap, {gap_unit_title(result.measure)}",
            alt=alt,
            y_zero=True,
        ),
        table=_comparison_table(result, section_id, lines, community, name),
        sources=source_words(
            [s for _, points in lines for year in points for s in year.gap.sources]
        ),
    )


def _headline(result: GapResult) -> str:
    """Say the message in ten words or fewer."""
    linked = result.linked
    if linked.before is None or linked.now is None or linked.change.value is None:
        return "The gap, year by year"
    if round(linked.change.value, linked.change.decimals) == 0:
        return f"The gap is as wide as in {linked.before.academic_year}"
    word = "wider" if linked.change.value > 0 else "narrower"
    return f"The gap is {word} than in {linked.before.academic_year}"


def _comparison_table(
    result: GapResult,
    section_id: str,
    lines: list[tuple[str, tuple[YearGap, ...]]],
    community: CommunityId,
    name: str,
) -> Table:
    texts = sorted({year.academic_year for _, years in lines for year in years})
    found = {label: {year.academic_year: year for year in years} for label, years in lines}
    places = {item.label: place_of_series(item) for item in result.published}
    rows = []
    tidy = []
    for text in texts:
        row = [text]
        for label, _ in lines:
            year = found[label].get(text)
            row.append(cell(year.gap) if year else "[x]")
            if year:
                place = place_of(community, name) if label == name else places[label]
                tidy.append(
                    tidy_row(
                        year.gap,
                        place=place,
                        academic_year=text,
                        measure=result.measure,
                        group="gap",
                    )
                )
        rows.append(tuple(row))
    return Table(
        id=f"{section_id}-years-table",
        title="Gap by year",
        caption=f"Gap in {title_of(result.measure)}, {gap_unit_title(result.measure)}, by academic year",
        columns=(
            TableColumn(name="academic_year", title="Academic year"),
            *(
                TableColumn(name=f"series_{place}", title=label, kind="number")
                for place, (label, _) in enumerate(lines)
            ),
        ),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(tidy),
        notes=("[x] not published for that year",) if any("[x]" in row for row in rows) else (),
    )
