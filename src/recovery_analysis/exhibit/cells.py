"""How an estimate stands in a table cell, in a tidy CSV row and in a finding: one place for all exhibits."""

from dataclasses import dataclass

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.exhibit.exhibit import Finding
from recovery_analysis.exhibit.style import format_number, format_range, signed
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import SHORTHAND, MissingReason, shorthand

#: Head of every tidy CSV, after the open data standard of explore-education-statistics.
TIDY_COLUMNS = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "old_la_code",
    "la_name",
    "trust_id",
    "trust_name",
    "school_urn",
    "school_name",
    "measure",
    "pupil_group",
    "membership_rule",
    "source",
    "estimate",
    "estimate_lower_ci",
    "estimate_upper_ci",
    "unit",
    "pupils",
    "schools",
)

#: The columns that every tidy file starts with.
STANDARD_COLUMNS = TIDY_COLUMNS[:5]

_LEVELS = {
    "england": "National",
    "la": "Local authority",
    "trust": "MAT",
    "partnership": "Partnership",
}

_UNIT_WORDS = {
    "percent": "%",
    "percentage points": " percentage points",
    "points": " points",
    "scaled score points": " scaled score points",
    "index points": " index points",
    "standard deviations": " standard deviations",
    "months": " months",
    "pupils": " pupils",
    "respondents": " respondents",
    "schools": " schools",
    "minutes": " minutes",
    "days": " days",
    "quizzes": " quizzes",
    "lessons": " lessons",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a tidy row is about: England, an LA, a trust or a school."""

    level: str
    la_code: str = ""
    la_name: str = ""
    trust_uid: str = ""
    trust_name: str = ""
    urn: str = ""
    school_name: str = ""


ENGLAND = Place(level="National")


def cell(estimate: Estimate) -> str:
    """Write an estimate as a table cell: the number, or why there is none in brackets."""
    if estimate.value is None:
        return shorthand(str(estimate.missing_reason))
    return format_number(estimate.value, estimate.decimals)


def change_cell(estimate: Estimate) -> str:
    """Write a change with its sign."""
    if estimate.value is None:
        return shorthand(str(estimate.missing_reason))
    return signed(estimate.value, estimate.decimals)


def range_cell(estimate: Estimate) -> str:
    """Write the likely range, or a dash in words where none can be given."""
    if estimate.low is None or estimate.high is None:
        return "none given"
    return format_range(estimate.low, estimate.high, estimate.decimals)


def with_unit(estimate: Estimate, *, is_signed: bool = False) -> str:
    """Write an estimate with its unit, as in a sentence."""
    if estimate.value is None:
        return f"not known ({shorthand(str(estimate.missing_reason))})"
    number = (signed if is_signed else format_number)(estimate.value, estimate.decimals)
    return f"{number}{_UNIT_WORDS[estimate.unit]}"


def likely(estimate: Estimate) -> str:
    """Write ' (likely range 1.2 to 3.4)', or nothing where there is no interval."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f" (likely range {format_range(estimate.low, estimate.high, estimate.decimals)})"


def missing_notes(estimates: list[Estimate]) -> tuple[str, ...]:
    """Explain each shorthand that stands in a table, above the table."""
    reasons = dict.fromkeys(
        str(estimate.missing_reason) for estimate in estimates if estimate.missing_reason
    )
    symbols: dict[str, list[str]] = {}
    for reason in reasons:
        symbols.setdefault(shorthand(reason), []).append(SHORTHAND[MissingReason(reason)][1])
    return tuple(f"{symbol} {'; '.join(words)}" for symbol, words in symbols.items())


def plain_cell(estimate: Estimate) -> str:
    """Write an estimate for a CSV file: the bare number, or the bare letter where there is none."""
    if estimate.missing_reason:
        return SHORTHAND[MissingReason(estimate.missing_reason)][0]
    return _plain(estimate.value, estimate.decimals)


def level_of(kind: str) -> str:
    """Give the geographic level of a kind of community, as explore-education-statistics words it."""
    return _LEVELS[kind]


def standard_cells(academic_year: str, level: str) -> tuple[str, ...]:
    """Give the cells of ``STANDARD_COLUMNS`` for a row.

    Examples
    --------
    >>> standard_cells("2018/19", "National")
    ('201819', 'Academic year', 'National', 'E92000001', 'England')
    """
    time_period = academic_year[:4] + academic_year[5:]
    return (time_period, "Academic year", level, "E92000001", "England")


def tidy_row(
    estimate: Estimate,
    *,
    place: Place,
    academic_year: str,
    measure: str,
    group: str,
    rule: str = "",
    source: str = "",
) -> tuple[str, ...]:
    """Write an estimate as one row of a tidy CSV; a missing value is the bare letter."""
    return (
        *standard_cells(academic_year, place.level),
        place.la_code,
        place.la_name,
        place.trust_uid,
        place.trust_name,
        place.urn,
        place.school_name,
        measure,
        group,
        rule,
        source or ";".join(estimate.sources),
        plain_cell(estimate),
        _plain(estimate.low, estimate.decimals),
        _plain(estimate.high, estimate.decimals),
        estimate.unit,
        "" if estimate.n_pupils is None else str(estimate.n_pupils),
        "" if estimate.n_schools is None else str(estimate.n_schools),
    )


def finding(
    estimate: Estimate,
    *,
    id: str,  # noqa: A002 (the name of the key in findings.json)
    chapter: str,
    measure: str,
    academic_year: str,
    group: str,
    rule: str,
    sentence: str,
) -> Finding:
    """Make the finding of an estimate, with every key of findings.json."""
    return Finding(
        id=id,
        chapter=chapter,
        measure=measure,
        academic_year=academic_year,
        group=group,
        estimate=_round(estimate.value),
        low=_round(estimate.low),
        high=_round(estimate.high),
        unit=estimate.unit,
        n_pupils=estimate.n_pupils,
        n_schools=estimate.n_schools,
        membership_rule=rule,
        method=estimate.method
        + (f"; no interval: {estimate.why_no_interval}" if estimate.why_no_interval else ""),
        sources=estimate.sources,
        sentence=sentence,
        missing_reason=estimate.missing_reason,
    )


def title_of(measure: str) -> str:
    """Give a measure's title in lower case, for the middle of a sentence."""
    title = MEASURES[measure].title
    if title.startswith(("Attainment 8", "Progress 8")):
        return title
    return title[0].lower() + title[1:]


def _plain(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{max(decimals, 0)}f}"


def _round(value: float | None) -> float | None:
    # Beyond nine places a float of such a figure holds only the noise of binary arithmetic.
    return None if value is None else round(value, 9)
