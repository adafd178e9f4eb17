"""What the gap exhibits share: the community they are about and the results of its measures."""

from recovery_analysis.analysis.gap import GapResult
from recovery_analysis.analysis.gap.result import PublishedSeries
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.errors import ParameterError
from recovery_analysis.exhibit.cells import ENGLAND, Place, level_of
from recovery_analysis.words.identifiers import CommunityId
from recovery_analysis.words.measures import MEASURES

GapResults = Released[tuple[GapResult, ...]]

#: Shorter names for a table's narrow column; the full name stands in the source line below it.
SOURCE_SHORT = {
    "ks2_school": "performance tables",
    "ks4_school": "performance tables",
    "lait": "LAIT",
    "trust_measures": "trust measures",
    "gap_index": "gap index",
    "secondary_extract": "school extract",
    "school rows": "school rows",
    "none": "none",
}


def result_of(released: GapResults, measure: str) -> GapResult:
    """Give the result of a measure.

    Raises
    ------
    ParameterError
        The measure is not among the results.
    """
    for result in released.result:
        if result.measure == measure:
            return result
    known = ", ".join(item.measure for item in released.result)
    raise ParameterError(f"there is no gap result for {measure!r}; expected one of {known}")


def place_of(community: CommunityId, name: str) -> Place:
    """Give the tidy place of a community; a partnership is told by its name."""
    if community.kind == "england":
        return ENGLAND
    level = level_of(community.kind)
    if community.kind == "la":
        return Place(level=level, la_code=community.key, la_name=name)
    return Place(
        level=level,
        trust_uid=community.key if community.kind == "trust" else "",
        trust_name=name,
    )


def place_of_series(series: PublishedSeries) -> Place:
    """Give the tidy place of a published series."""
    entity, _, key = series.entity.partition(":")
    if entity == "la":
        return Place(level=level_of("la"), la_code=key, la_name=series.label)
    if entity == "trust":
        return Place(level=level_of("trust"), trust_uid=key, trust_name=series.label)
    if entity == "neighbours":
        return Place(level="Statistical neighbours", la_name=series.label)
    return ENGLAND


def short_source(source: str) -> str:
    """Name a publication in a word or two."""
    return SOURCE_SHORT.get(source, source)


def unit_title(measure: str) -> str:
    """Give the unit of a measure's values for a column title."""
    unit = MEASURES[measure].unit
    return "%" if unit == "percent" else unit


def gap_unit_title(measure: str) -> str:
    """Give the unit of a measure's gap for a column title."""
    unit = MEASURES[measure].unit
    return "percentage points" if unit == "percent" else unit


def slug(measure: str) -> str:
    """Give a measure's name as part of an HTML id."""
    return measure.replace("_", "-")
