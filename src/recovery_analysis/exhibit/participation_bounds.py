"""What the missing schools would have to look like to change a headline: bounds and tipping values in words."""

from recovery_analysis.analysis.headlines import Headline, Missing, MissingTold, Tipping
from recovery_analysis.analysis.participation import ParticipationResult
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.cells import (
    TIDY_COLUMNS,
    cell,
    finding,
    likely,
    missing_notes,
    tidy_row,
    with_unit,
)
from recovery_analysis.exhibit.exhibit import (
    Exhibit,
    Finding,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.gap.context import place_of
from recovery_analysis.exhibit.style import MINUS, format_number, format_range
from recovery_analysis.words.counting import counted
from recovery_analysis.words.identifiers import CommunityId

_CHAPTER = "community"
HEADING = "What the missing schools would have to look like"
_METHOD = (
    "The bounds assume nothing about the missing schools: every one of their pupils is set to the lowest, then "
    "to the highest value (Manski). The wider bounds do the same for pupils of the other schools who are in no "
    "list, survey or test; elsewhere these are taken to be like the others."
)


def missing_schools(
    released: Released[ParticipationResult], *, community: CommunityId, name: str
) -> Section:
    """Show for each headline its bounds, and what the missing schools' average would have to be to change it."""
    result = released.result
    if not result.told:
        note = Sentence(
            id="participation-bounds-none",
            text=(
                "No headline rests on schools' own sources yet, so there is nothing that missing schools could "
                "change: public figures are of all schools."
            ),
            role="missing",
        )
        return Section(id="participation-bounds", heading=HEADING, exhibits=(note,))
    exhibits: list[Exhibit] = [
        Sentence(id=f"participation-{item.headline.name}", text=told_words(item, name))
        for item in result.told
    ]
    exhibits += [
        _table(result, community, name),
        Sentence(id="participation-bounds-method", text=_METHOD, role="note"),
    ]
    return Section(
        id="participation-bounds",
        heading=HEADING,
        exhibits=tuple(exhibits),
        findings=tuple(found for item in result.told for found in _findings(item, result, name)),
    )


def told_words(item: MissingTold, name: str) -> str:
    """Say what the missing schools could make of a headline, in words."""
    estimate, missing = item.headline.estimate, item.missing
    lead = f"{item.headline.words[0].upper()}{item.headline.words[1:]}"
    if estimate.value is None or item.low.value is None or item.high.value is None:
        return f"{lead}: too few pupils to report ([c])."
    is_signed = item.headline.lowest < 0
    start = f"{lead}: {with_unit(estimate, is_signed=is_signed)}{likely(estimate)} in the schools that give it."
    if not missing.schools_n:
        return f"{start} No school of {name} is missing."
    span = with_unit(item.high)
    span = f"{format_number(item.low.value, estimate.decimals)} to {span}"
    bounds = (
        f" {_schools(missing)} without data, with about {format_number(missing.pupils_n)} pupils, could make it "
        f"anything from {span} in all of {name}."
    )
    return (
        start
        + bounds
        + "".join(f" {_tip_words(item.headline, missing, tip)}" for tip in item.tipping)
    )


def _tip_words(headline: Headline, missing: Missing, tip: Tipping) -> str:
    """Say what the missing schools' average would have to be, or that none could be enough."""
    if tip.needed.value is None or tip.ahead.value is None:
        return ""
    schools = f"{_schools(missing).replace('The ', 'the ')} without data"
    if not tip.is_possible:
        return f"For the average of all to be {tip.target.words}, no values of {schools} would be enough."
    side = "higher" if tip.ahead.value > 0 else "lower"
    if headline.estimate.unit == "percent":
        return (
            f"For the share of all to be {tip.target.words}, {schools} would need to be at "
            f"{with_unit(tip.needed)} on average, {with_unit(tip.ahead).lstrip(MINUS)} {side} than the "
            "others."
        )
    word = "ahead" if tip.needed.value > 0 else "behind"
    return (
        f"For the average of all to be {tip.target.words}, {schools} would need to be on average "
        f"{with_unit(tip.needed).lstrip(MINUS)} {word} of expectation, "
        f"{with_unit(tip.ahead).lstrip(MINUS)} {side} than the others."
    ).replace("behind of expectation", "behind expectation")


def _schools(missing: Missing) -> str:
    n = missing.schools_n
    return "The 1 school" if n == 1 else f"The {counted(n, 'school')}"


def _table(result: ParticipationResult, community: CommunityId, name: str) -> Table:
    lines = [(item, code, part) for item in result.told for code, part in _parts(item)]
    return Table(
        id="participation-bounds-table",
        title="Bounds of each headline",
        caption=f"Headlines of {name}, and how far the missing could move them",
        columns=(
            TableColumn(name="headline", title="Headline"),
            TableColumn(name="estimate", title="In the schools that give it", kind="number"),
            TableColumn(name="bounds", title="If missing schools were at the ends", kind="number"),
            TableColumn(name="widest", title="If all missing pupils were", kind="number"),
            TableColumn(name="schools", title="Missing schools", kind="number"),
            TableColumn(name="ends", title="What the ends are"),
        ),
        rows=tuple(_row(item) for item in result.told),
        tidy_columns=TIDY_COLUMNS,
        tidy_rows=tuple(
            tidy_row(
                part,
                place=place_of(community, name),
                academic_year=result.academic_year[-7:],
                measure=f"{item.headline.name}_{code}",
                group="all",
                rule="now",
            )
            for item, code, part in lines
        ),
        notes=missing_notes([part for *_, part in lines]),
    )


def _parts(item: MissingTold) -> tuple[tuple[str, Estimate], ...]:
    return (
        ("estimate", item.headline.estimate),
        ("bound_low", item.low),
        ("bound_high", item.high),
        ("widest_low", item.widest_low),
        ("widest_high", item.widest_high),
    )


def _row(item: MissingTold) -> tuple[str, ...]:
    return (
        item.headline.words,
        _with_unit_or_cell(item),
        _span(item, item.low.value, item.high.value),
        _span(item, item.widest_low.value, item.widest_high.value),
        format_number(item.missing.schools_n),
        item.headline.bound_words,
    )


def _with_unit_or_cell(item: MissingTold) -> str:
    estimate = item.headline.estimate
    return cell(estimate) if estimate.value is None else with_unit(estimate)


def _span(item: MissingTold, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return cell(item.low)
    return format_range(low, high, item.headline.estimate.decimals)


def _findings(item: MissingTold, result: ParticipationResult, name: str) -> list[Finding]:
    sentence = f"{name}. {told_words(item, name)}"
    return [
        finding(
            part,
            id=f"{_CHAPTER}.bounds.{item.headline.name}.{code}",
            chapter=_CHAPTER,
            measure=item.headline.name,
            academic_year=result.academic_year,
            group="all",
            rule="now",
            sentence=sentence,
        )
        for code, part in (
            ("low", item.low),
            ("high", item.high),
            *((f"tipping_{n}", tip.needed) for n, tip in enumerate(item.tipping)),
        )
    ]
