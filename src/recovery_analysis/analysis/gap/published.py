"""Published series: the community's own and its comparators', year by year, with the gap taken."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from recovery_analysis.analysis.gap.difference import gap_between
from recovery_analysis.analysis.gap.result import PublishedSeries, Role, YearGap
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.measures import Measure
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import AcademicYear

_NO_INTERVAL = (
    "published without an interval: every pupil is counted, so no sampling stands behind it"
)
_ORDER = {"own": 0, "england": 1, "la": 2, "neighbours_mean": 3, "neighbour": 4, "trust": 5}
_P8_INTERVAL = "the publisher's own 95% interval"


def published_series(data: CommunityData, measure: Measure) -> tuple[PublishedSeries, ...]:
    """Give every published series of a measure, the community's own first."""
    rows = data.published[data.published["measure"].eq(measure.name)]
    series: list[PublishedSeries] = []
    for (entity, entity_id, source), part in rows.groupby(
        ["entity", "entity_id", "series"], sort=True
    ):
        role = _role(data, str(entity), str(entity_id))
        years = _years(part, measure)
        if role is None or not years:
            continue
        series.append(
            PublishedSeries(
                role=role,
                entity=f"{entity}:{entity_id}",
                label=_label(data, str(entity), str(entity_id), part),
                source=str(source),
                years=years,
            )
        )
    mean = _mean_of_neighbours([item for item in series if item.role == "neighbour"], measure)
    found = [*series, *([mean] if mean else [])]
    size = {f"la:{code}": place for place, (code, _) in enumerate(data.authorities)}
    return tuple(
        sorted(
            found,
            key=lambda item: (
                _ORDER[item.role],
                size.get(item.entity, 0) if item.role == "la" else 0,
                item.label,
                item.source,
            ),
        )
    )


def choose_main(series: Iterable[PublishedSeries]) -> PublishedSeries | None:
    """Choose the series that carries the story: the one with most measured years."""
    with_years = [item for item in series if item.measured]
    return max(with_years, key=lambda item: (len(item.measured), item.source), default=None)


def _role(data: CommunityData, entity: str, entity_id: str) -> Role | None:
    kind, key = data.id.kind, data.id.key
    if entity == kind and entity_id == key:
        return "own"
    if entity == "england":
        return "england"
    if entity == "la" and kind == "la":
        return "neighbour" if entity_id in {code for code, _ in data.neighbours} else None
    if entity == "la" and entity_id in {code for code, _ in data.authorities}:
        return "la"
    if entity == "trust":
        return "trust"
    return None


def _label(data: CommunityData, entity: str, entity_id: str, part: pd.DataFrame) -> str:
    if entity == "england":
        return "England"
    if entity == data.id.kind and entity_id == data.id.key:
        return data.name
    names = {**dict(data.authorities), **dict(data.neighbours)}
    return names.get(entity_id, str(part["entity_name"].iloc[0]))


def _years(part: pd.DataFrame, measure: Measure) -> tuple[YearGap, ...]:
    by_key = part.drop_duplicates(["academic_year", "pupil_group"]).set_index(
        ["academic_year", "pupil_group"]
    )
    rows = dict(by_key.iterrows())
    found = []
    for text in sorted(part["academic_year"].unique()):
        year = AcademicYear.parse(text)
        if measure.is_published_gap:
            blank = missing(MissingReason.NOT_PUBLISHED, unit=measure.unit)
            gap = _published_estimate(rows[text, "gap"], measure)
            found.append(_year_gap(year, measure, blank, blank, gap))
            continue
        d, o = (
            _published_estimate(rows.get((text, group)), measure)
            for group in ("disadvantaged", "other")
        )
        if d.missing_reason == o.missing_reason == MissingReason.NOT_APPLICABLE:
            continue
        gap = gap_between(d, o, measure, why_no_interval=_NO_INTERVAL)
        found.append(_year_gap(year, measure, d, o, gap))
    return tuple(found)


def _year_gap(
    year: AcademicYear, measure: Measure, d: Estimate, o: Estimate, gap: Estimate
) -> YearGap:
    return YearGap(
        academic_year=str(year),
        end=year.end,
        was_measured=measure.was_measured(year),
        disadvantaged=d,
        other=o,
        gap=gap,
    )


def _published_estimate(row: pd.Series | None, measure: Measure) -> Estimate:
    if row is None:
        return missing(MissingReason.NOT_APPLICABLE, unit=measure.unit, decimals=measure.decimals)
    source = str(row["series"])
    if pd.isna(row["value"]):
        return missing(
            str(row["missing_reason"]),
            unit=measure.unit,
            decimals=measure.decimals,
            sources=(source,),
        )
    has_interval = pd.notna(row["low"]) and pd.notna(row["high"])
    pupils = None if pd.isna(row["pupils_n"]) else int(row["pupils_n"])
    return Estimate(
        value=float(row["value"]),
        low=float(row["low"]) if has_interval else None,
        high=float(row["high"]) if has_interval else None,
        why_no_interval="" if has_interval else _NO_INTERVAL,
        unit=measure.unit,
        decimals=measure.decimals,
        n_pupils=pupils,
        n_smallest=pupils,
        n_schools=None if pd.isna(row["schools_n"]) else int(row["schools_n"]),
        basis="published",
        method="as published" + (f"; {_P8_INTERVAL}" if has_interval else ""),
        sources=(source,),
    )


def _mean_of_neighbours(series: list[PublishedSeries], measure: Measure) -> PublishedSeries | None:
    """Average the statistical neighbours' published figures, each LA counting once."""
    if not series:
        return None
    lengths = Counter(item.source for item in series for _ in item.years)
    source = max(lengths, key=lambda name: (lengths[name], name))
    chosen = [item for item in series if item.source == source]
    texts = sorted({year.academic_year for item in chosen for year in item.years})
    found = []
    for text in texts:
        parts = [year for item in chosen if (year := item.year(text)) and year.gap.is_there]
        if not parts:
            continue
        d, o = (
            _mean([getattr(part, name) for part in parts], measure, source)
            for name in ("disadvantaged", "other")
        )
        gap = gap_between(d, o, measure, why_no_interval=_NO_INTERVAL)
        found.append(_year_gap(AcademicYear.parse(text), measure, d, o, gap))
    label = f"Average of {len(chosen)} statistical neighbours"
    return PublishedSeries(
        role="neighbours_mean", entity="neighbours", label=label, source=source, years=tuple(found)
    )


def _mean(parts: list[Estimate], measure: Measure, source: str) -> Estimate:
    values = [part.value for part in parts if part.value is not None]
    return Estimate(
        value=sum(values) / len(values),
        unit=measure.unit,
        decimals=max(measure.decimals, 1),
        basis="published",
        method=f"mean of {len(values)} LAs' published figures, each LA counted once",
        sources=(source,),
        why_no_interval=_NO_INTERVAL,
    )
