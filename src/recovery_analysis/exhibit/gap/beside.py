"""The community beside England, its local authorities or its statistical neighbours, before and now."""

from recovery_analysis.analysis.gap.result import GapResult, PublishedSeries, YearGap
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    change_cell,
    missing_notes,
    tidy_row,
    title_of,
    with_unit,
)
from recovery_analysis.exhibit.charts import Interval, intervals_chart
from recovery_analysis.exhibit.exhibit import Figure, Section, Sentence, Table, TableColumn
from recovery_analysis.exhibit.gap.context import (
    GapResults,
    gap_unit_title,
    place_of,
    place_of_series,
    result_of,
    slug,
)
from recovery_analysis.exhibit.source_words import source_words
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import MissingReason

_ROLES = ("own", "england", "neighbours_mean", "la", "neighbour")


def beside(released: GapResults, measure: str, *, community: CommunityId, name: str) -> Section:
    """Show the gap of the community and of its comparators in the last common year.

    The community's own row is its published figure where there is one for that year, else the one built
    from its schools.
    """
    result = result_of(released, measure)
    section_id = f"beside-{slug(measure)}"
    heading = f"Beside others: {title_of(measure)}"
    chosen = _one_series_each(result)
    year = _common_year(result, chosen)
    if community.kind == "england" or year is None:
        why = (
            "England stands alone here: no figures of other countries were read."
            if community.kind == "england"
            else f"No year has figures both for {name} and for others in {title_of(measure)}."
        )
        note = Sentence(id=f"{section_id}-none", text=why, role="missing")
        return Section(id=section_id, heading=heading, exhibits=(note,))
    rows = [_own_row(result, year, name), *[(item.label, item.year(year)) for item in chosen]]
    shown = [(label, found) for label, found in rows if found is not None]
    return Section(
        id=section_id,
        heading=heading,
        exhibits=(_figure(result, section_id, shown, year, community, name, chosen),),
    )


def _one_series_each(result: GapResult) -> list[PublishedSeries]:
    """Take each comparator once, from the publication with most measured years."""
    best: dict[str, PublishedSeries] = {}
    for item in result.published:
        known = best.get(item.entity)
        if item.role not in ("own", "trust") and (
            known is None or len(item.measured) > len(known.measured)
        ):
            best[item.entity] = item
    return sorted(best.values(), key=lambda item: (_ROLES.index(item.role), item.label))


def _common_year(result: GapResult, chosen: list[PublishedSeries]) -> str | None:
    own = {year.academic_year for item in result.series("own") for year in item.measured}
    own |= {
        item.academic_year
        for item in result.built
        if item.gap.was_measured and item.gap.gap.is_there
    }
    others = {year.academic_year for item in chosen for year in item.measured}
    return max(own & others, default=None)


def _own_row(result: GapResult, text: str, name: str) -> tuple[str, YearGap | None]:
    for item in result.series("own"):
        found = item.year(text)
        if found is not None and found.gap.is_there:
            return name, found
    built = [b.gap for b in result.built if b.academic_year == text and b.rule == "now"]
    return (f"{name} (built from school rows)", built[0]) if built else (name, None)


def _figure(
    result: GapResult,
    section_id: str,
    shown: list[tuple[str, YearGap]],
    year: str,
    community: CommunityId,
    name: str,
    chosen: list[PublishedSeries],
) -> Figure:
    measure = MEASURES[result.measure]
    own = shown[0][1].gap
    alt = (
        f"Dot chart of the gap in {title_of(result.measure)} in {year}: {shown[0][0]} {with_unit(own)}, "
        + ", ".join(f"{label} {with_unit(found.gap)}" for label, found in shown[1:3])
        + "."
    )
    return Figure(
        id=f"{section_id}-figure",
        headline=f"The gap beside others, {year}",
        subtitle=(
            f"Gap between disadvantaged and other pupils, {measure.title}, "
            f"{gap_unit_title(result.measure)}, {year}; in no order of merit"
        ),
        alt=alt,
        svg=intervals_chart(
            id=f"{section_id}-chart",
            intervals=[
                Interval(label=label, value=found.gap.value, low=found.gap.low, high=found.gap.high)
                for label, found in shown
            ],
            x_label=f"Gap, {gap_unit_title(result.measure)}",
            alt=alt,
        ),
        table=_table(result, section_id, shown, year, community, name, chosen),
        sources=source_words([s for _, found in shown for s in found.gap.sources]),
    )


def _table(
    result: GapResult,
    section_id: str,
    shown: list[tuple[str, YearGap]],
    year: str,
    community: CommunityId,
    name: str,
    chosen: list[PublishedSeries],
) -> Table:
    before = result.linked.before.academic_year if result.linked.before else ""
    earlier = {item.label: item.year(before) for item in chosen}
    earlier[shown[0][0]] = result.linked.before
    places = {item.label: place_of_series(item) for item in chosen}
    rows = []
    estimates: list[Estimate] = []
    for label, found in shown:
        first = earlier.get(label)
        change = _change(first, found)
        parts = [first.gap if first else _none(result), found.disadvantaged, found.other, found.gap]
        rows.append((label, *(cell(part) for part in parts), change_cell(change)))
        estimates += [*parts, change]
    return Table(
        id=f"{section_id}-table",
        title="Beside others",
        caption=f"{MEASURES[result.measure].title}: {name} and others, {before or 'before'} and {year}",
        columns=(
            TableColumn(name="who", title="Who"),
            TableColumn(name="before", title=f"Gap {before or 'before'}", kind="number"),
            TableColumn(name="disadvantaged", title=f"Disadvantaged {year}", kind="number"),
            TableColumn(name="other", title=f"Other {year}", kind="number"),
            TableColumn(name="gap", title=f"Gap {year}", kind="number"),
            TableColumn(name="change", title="Change of the gap", kind="number"),
        ),
        rows=tuple(rows),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                found.gap,
                place=places.get(label, place_of(community, name)),
                academic_year=year,
                measure=result.measure,
                group="gap",
            )
            for label, found in shown
        ),
        notes=missing_notes(estimates),
    )


def _none(result: GapResult) -> Estimate:
    return missing(MissingReason.NOT_PUBLISHED, unit=MEASURES[result.measure].unit)


def _change(first: YearGap | None, last: YearGap) -> Estimate:
    if first is None or first.gap.value is None or last.gap.value is None:
        return missing(MissingReason.NOT_PUBLISHED, unit=last.gap.unit)
    return Estimate(
        value=round(last.gap.value - first.gap.value, 6),
        unit=last.gap.unit,
        decimals=last.gap.decimals,
        basis=last.gap.basis,
        method="difference of the two years",
        sources=last.gap.sources,
        why_no_interval="published figures of all pupils",
        n_smallest=last.gap.n_smallest,
    )
