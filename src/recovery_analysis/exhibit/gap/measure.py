"""One measure: the gap over the years beside others, the trend before, the change since, the pace."""

from recovery_analysis.analysis.gap.result import (
    BuiltYear,
    GapResult,
    PairedChange,
    PublishedSeries,
    YearGap,
)
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.community.membership import RULE_WORDS
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    likely,
    missing_notes,
    range_cell,
    tidy_row,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.charts import Line, Point, years_chart
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Figure,
    Finding,
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
    short_source,
    slug,
    source_words,
    unit_title,
)
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import GROUP_WORDS, MEASURES

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
        *_sentences(result, section_id),
        _own_table(result, section_id, community, name),
        *gaps,
    ]
    return Section(
        id=section_id,
        heading=heading,
        exhibits=tuple(exhibits),
        findings=tuple(_findings(result, name)),
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


def _sentences(result: GapResult, section_id: str) -> list[Sentence]:
    linked = result.linked
    texts = []
    texts += [_paired_sentence(item) for item in result.paired if item.rule == "now"]
    if linked.trend_before.is_there:
        texts.append(
            f"Before the closure the gap moved by {with_unit(linked.trend_before, is_signed=True)} a year"
            f"{likely(linked.trend_before)} ({linked.trend_before.method})."
        )
    if linked.opened_since.is_there and linked.now is not None:
        texts.append(_opened_sentence(linked.opened_since, linked.now))
    if linked.change.is_there:
        texts.append(linked.pace_words)
    if linked.made_up.value is not None:
        texts.append(_made_up_sentence(linked.made_up.value))
    return [
        Sentence(id=f"{section_id}-sentence-{place}", text=text) for place, text in enumerate(texts)
    ]


def _opened_sentence(opened: Estimate, now: YearGap) -> str:
    if opened.low is not None and opened.high is not None and opened.low <= 0 <= opened.high:
        return (
            f"We cannot tell whether the gap in {now.academic_year} differs from what the trend before the "
            f"closure would have led to: our estimate is {with_unit(opened, is_signed=True)}, but it could "
            f"be anything from {range_cell(opened)}."
        )
    return (
        f"Compared with the trend before the closure carried on to {now.academic_year}, the gap is "
        f"{with_unit(opened, is_signed=True)}{likely(opened)}."
    )


def _made_up_sentence(percent: float) -> str:
    if percent < 0:
        return "None of the widening at the new baseline has been made up since: the gap has grown further."
    return f"Of the widening seen at the new baseline, about {percent:.0f}% has been made up since."


def _paired_sentence(paired: PairedChange) -> str:
    change = paired.change
    same = (
        f"in the same {paired.schools_n} schools" if paired.schools_n > 1 else "in the one school"
    )
    if change.value is None:
        return f"Too few pupils to report the change {same} ([c])."
    span = f"from {paired.first_year} to {paired.last_year}"
    if change.low is None or change.high is None:
        why = change.why_no_interval
        return f"The gap moved by {with_unit(change, is_signed=True)} {same} {span}. No likely range: {why}."
    if change.low <= 0 <= change.high:
        return (
            f"We cannot tell whether the gap changed {same} {span}: our estimate is "
            f"{with_unit(change, is_signed=True)}, but it could be anything from {range_cell(change)}."
        )
    word = "wider" if change.value > 0 else "narrower"
    size = with_unit(change, is_signed=True).lstrip("+\u2212")
    return f"The gap became about {size} {word} {same} {span}{likely(change)}."


def _own_table(result: GapResult, section_id: str, community: CommunityId, name: str) -> Table:
    rows = []
    tidy: list[tuple[str, ...]] = []
    estimates: list[Estimate] = []
    place = place_of(community, name)
    for label, source, rule, year in _own_years(result):
        parts = [getattr(year, group) for group in _GROUPS]
        estimates += parts
        note = "" if year.was_measured else " (no national tests or exams)"
        rows.append(
            (
                f"{year.academic_year}{note}",
                label,
                *(cell(part) for part in parts),
                range_cell(year.gap),
                "" if year.gap.n_schools is None else f"{year.gap.n_schools:,}",
                "" if year.gap.n_pupils is None else f"{year.gap.n_pupils:,}",
            )
        )
        tidy += [
            tidy_row(
                part,
                place=place,
                academic_year=year.academic_year,
                measure=result.measure,
                group=group,
                rule=rule,
                source=source,
            )
            for group, part in zip(_GROUPS, parts, strict=True)
        ]
    unit = unit_title(result.measure)
    return Table(
        id=f"{section_id}-own",
        title=f"All figures for {name}",
        caption=f"{MEASURES[result.measure].title}, {name}, by year and source",
        columns=(
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="source", title="Source"),
            TableColumn(
                name="disadvantaged", title=f"Disadvantaged pupils ({unit})", kind="number"
            ),
            TableColumn(name="other", title=f"Other pupils ({unit})", kind="number"),
            TableColumn(name="gap", title=f"Gap ({gap_unit_title(result.measure)})", kind="number"),
            TableColumn(name="range", title="Likely range of the gap", kind="number"),
            TableColumn(name="schools", title="Schools", kind="number"),
            TableColumn(name="pupils", title="Pupils", kind="number"),
        ),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(tidy),
        notes=missing_notes(estimates),
        sources=source_words([s for part in estimates for s in part.sources]),
    )


def _own_years(result: GapResult) -> list[tuple[str, str, str, YearGap]]:
    """List (label, source, rule, year) of every own figure: published first, then built from schools."""
    found = [
        (short_source(item.source), item.source, "as published", year)
        for item in result.series("own")
        for year in item.years
    ]
    rules_differ = _rules_differ(result.built)
    for item in result.built:
        if item.rule == "baseline" and not rules_differ:
            continue
        label = "school rows" if not rules_differ else f"school rows, {RULE_WORDS[item.rule]}"
        found.append((label, "school rows", item.rule, item.gap))
    return sorted(found, key=lambda row: (row[3].academic_year, row[0]))


def _rules_differ(built: tuple[BuiltYear, ...]) -> bool:
    by_rule = {
        rule: [item.gap.gap.value for item in built if item.rule == rule]
        for rule in ("now", "baseline")
    }
    return by_rule["now"] != by_rule["baseline"]


def _findings(result: GapResult, name: str) -> list[Finding]:
    found: list[Finding] = []
    for item in result.published:
        if item.role in ("own", "england", "neighbours_mean", "la"):
            found += _series_findings(result, item)
    for item in result.built:
        found += [
            finding(
                getattr(item.gap, group),
                id=f"gap.{result.measure}.built.{item.rule}.{item.academic_year}.{group}",
                chapter=_CHAPTER,
                measure=result.measure,
                academic_year=item.academic_year,
                group=group,
                rule=item.rule,
                sentence=_year_sentence(name, result.measure, item.gap, group)
                + f" Built from school rows ({RULE_WORDS[item.rule]}); {item.weights}.",
            )
            for group in _GROUPS
        ]
    for item in result.paired:
        found.append(
            finding(
                item.change,
                id=f"gap.{result.measure}.paired.{item.rule}.{item.first_year}.{item.last_year}",
                chapter=_CHAPTER,
                measure=result.measure,
                academic_year=f"{item.first_year} to {item.last_year}",
                group="gap",
                rule=item.rule,
                sentence=f"{name}, {title_of(result.measure)}: {_paired_sentence(item)}",
            )
        )
    return found


def _series_findings(result: GapResult, item: PublishedSeries) -> list[Finding]:
    groups = ("gap",) if MEASURES[result.measure].is_published_gap else _GROUPS
    who = "own" if item.role == "own" else item.entity
    return [
        finding(
            getattr(year, group),
            id=f"gap.{result.measure}.{who}.{item.source}.{year.academic_year}.{group}",
            chapter=_CHAPTER,
            measure=result.measure,
            academic_year=year.academic_year,
            group=group,
            rule="as published",
            sentence=_year_sentence(item.label, result.measure, year, group)
            + f" Source: {source_words([item.source])[0]}.",
        )
        for year in item.years
        for group in groups
    ]


def _year_sentence(label: str, measure: str, year: YearGap, group: str) -> str:
    estimate: Estimate = getattr(year, group)
    what = "the gap" if group == "gap" else GROUP_WORDS[group]
    taught = "" if year.was_measured else " (no national tests or exams that summer)"
    reason = (
        f"{with_unit(estimate)}{likely(estimate)}"
        if estimate.is_there
        else f"{cell(estimate)} {missing_notes([estimate])[0].partition('] ')[2]}"
    )
    return f"{label}, {title_of(measure)}, {year.academic_year}{taught}, {what}: {reason}."
