"""Before, change, new baseline; what the earlier trend explains; and the pace since."""

from datetime import date

from recovery_analysis.analysis.gap.difference import gap_unit
from recovery_analysis.analysis.gap.result import BuiltYear, Linked, PublishedSeries, YearGap
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.stats.trend import Pace, fit_line, opened_since, pace, share_made_up
from recovery_analysis.words.measures import Measure
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import AcademicYear

_FEWEST_FOR_TREND = 3

#: A line through three points, carried on for years, says too little to print.
_FEWEST_TO_CARRY_ON = 4


def link_years(
    years: tuple[YearGap, ...], *, source: str, basis_words: str, measure: Measure, baseline: date
) -> Linked:
    """Link the gap before the baseline date, at the new baseline and now, of one series.

    Parameters
    ----------
    years
        Years of one series, oldest first; years without tests are passed over.
    source, basis_words
        The series' name, and what it is in words.
    measure
        The measure.
    baseline
        The baseline date: a year that ended by then is before, one that started after it is since.
    """
    measured = [item for item in years if item.was_measured and item.gap.is_there]
    before = [item for item in measured if date(item.end, 8, 31) < baseline]
    since = [item for item in measured if AcademicYear.ending(item.end) > AcademicYear.of(baseline)]
    last_before = before[-1] if before else None
    first_since = since[0] if since else None
    now = since[-1] if since else None
    return Linked(
        source=source,
        basis_words=basis_words,
        before=last_before,
        new_baseline=first_since,
        now=now,
        change=_change(last_before, now, measure),
        trend_before=_trend(before, measure),
        opened_since=_opened(before, now, measure),
        pace_words=_pace_words(last_before, since),
        made_up=_made_up(last_before, first_since, now),
    )


def link_published(series: PublishedSeries, measure: Measure, baseline: date) -> Linked:
    """Link the years of a published series."""
    return link_years(
        series.years,
        source=series.source,
        basis_words="published figures, every pupil counted",
        measure=measure,
        baseline=baseline,
    )


def link_built(built: tuple[BuiltYear, ...], measure: Measure, baseline: date) -> Linked:
    """Link the years built from school rows, under the rule of today's schools."""
    years = tuple(item.gap for item in built if item.rule == "now")
    return link_years(
        years,
        source="school rows",
        basis_words="built from the schools' own published rows; not always the same schools each year",
        measure=measure,
        baseline=baseline,
    )


def _values(years: list[YearGap]) -> tuple[list[float], list[float]]:
    pairs = [(float(item.end), item.gap.value) for item in years if item.gap.value is not None]
    return [x for x, _ in pairs], [y for _, y in pairs]


def _blank(measure: Measure, note: str) -> Estimate:
    return missing(
        MissingReason.NOT_PUBLISHED, unit=gap_unit(measure), decimals=measure.decimals, note=note
    )


def _derived(
    value: float,
    years: list[YearGap],
    like: Estimate,
    method: str,
    *,
    fewest_decimals: int = 0,
    **more: object,
) -> Estimate:
    """Make an estimate that rests on several years; the smallest group of all of them counts."""
    return Estimate(
        value=round(value, 6),
        unit=like.unit,
        decimals=max(like.decimals, fewest_decimals),
        basis=like.basis,
        sources=like.sources,
        method=method,
        n_schools=like.n_schools,
        n_pupils=like.n_pupils,
        n_smallest=_smallest(years),
        **more,  # pyright: ignore[reportArgumentType]
    )


def _smallest(years: list[YearGap]) -> int | None:
    known = [year.gap.n_smallest for year in years if year.gap.n_smallest is not None]
    return min(known, default=None)


def _change(before: YearGap | None, now: YearGap | None, measure: Measure) -> Estimate:
    if before is None or now is None:
        side = "before the baseline date" if before is None else "after the baseline date"
        return _blank(measure, f"no figures {side} in the files that were read")
    value = (now.gap.value or 0.0) - (before.gap.value or 0.0)
    return _derived(
        value,
        [before, now],
        now.gap,
        f"gap in {now.academic_year} minus gap in {before.academic_year}",
        why_no_interval="published figures of all pupils; the change in the same schools has an interval",
    )


def _trend(before: list[YearGap], measure: Measure) -> Estimate:
    if len(before) < _FEWEST_FOR_TREND:
        return _blank(measure, "fewer than three years before the baseline date")
    x, y = _values(before)
    line = fit_line(x=x, y=y)
    return _derived(
        line.slope,
        before,
        before[-1].gap,
        f"straight line through {line.n} years, {before[0].academic_year} to {before[-1].academic_year}",
        fewest_decimals=1,
        low=line.slope_low,
        high=line.slope_high,
        why_no_interval=line.why_no_interval or "",
    )


def _opened(before: list[YearGap], now: YearGap | None, measure: Measure) -> Estimate:
    if now is None:
        return _blank(measure, "no figures after the baseline date in the files that were read")
    if len(before) < _FEWEST_TO_CARRY_ON:
        return _blank(measure, "fewer than four years before the baseline date")
    x, y = _values(before)
    found = opened_since(x_before=x, y_before=y, at=float(now.end), now=now.gap.value or 0.0)
    return _derived(
        found.estimate,
        [*before, now],
        now.gap,
        f"gap in {now.academic_year} minus the straight line through {len(x)} years before, carried on",
        fewest_decimals=1,
        low=found.low,
        high=found.high,
        why_no_interval=found.why_no_interval or "",
    )


def _pace_words(before: YearGap | None, since: list[YearGap]) -> str:
    if before is None or not since:
        return (
            "The pace cannot be told: figures are needed both before and after the baseline date."
        )
    if len(since) < _FEWEST_FOR_TREND:
        count = "is only one year" if len(since) == 1 else f"are only {len(since)} years"
        return f"The pace cannot be told yet: there {count} of figures since the new baseline."
    x, y = _values(since)
    found = pace(x=x, y=y, target=before.gap.value or 0.0)
    if found.already_there:
        return f"The trend since the new baseline already stands at or below its {before.academic_year} size."
    earlier = f"its {before.academic_year} size"
    return f"{_rate_words(found)} {_when_words(found, earlier)}"


def _rate_words(found: Pace) -> str:
    if found.why_no_interval is not None:
        return f"The line through the figures since the new baseline is {found.moving}."
    if not found.direction_is_clear:
        return "Since the new baseline the gap shows no clear direction."
    return f"Since the new baseline the gap has been {found.moving}."


def _when_words(found: Pace, earlier: str) -> str:
    if found.why_no_interval is not None and found.moving != "closing":
        return f"At the present rate it does not get back to {earlier}."
    if found.why_no_interval is not None:
        return f"No likely range can be given: {found.why_no_interval}."
    if found.earliest is None:
        return f"At the present rate it does not get back to {earlier}."
    if found.latest is None:
        return (
            f"At the present rate it is back to {earlier} in {_term(found.earliest)} at the earliest, and "
            f"may never be (likely range, from {found.n_points} years)."
        )
    ending = _term(found.latest)
    if ending == _term(found.earliest):
        return f"At the present rate it is back to {earlier} around {ending}."
    return (
        f"At the present rate it is back to {earlier} between {_term(found.earliest)} and {ending} "
        f"(likely range, from {found.n_points} years)."
    )


def _term(year: float) -> str:
    """Name the term in which a point on the yearly line falls; yearly tests are in summer (x.0)."""
    start = int(year // 1)
    part = year - start
    if part < 0.01:
        return f"summer {start}"
    if part <= 0.5:
        return f"autumn {start}"
    if part <= 0.85:
        return f"spring {start + 1}"
    return f"summer {start + 1}"


def _made_up(before: YearGap | None, first: YearGap | None, now: YearGap | None) -> Estimate:
    if before is None or first is None or now is None or first is now:
        return missing(
            MissingReason.NOT_PUBLISHED,
            unit="percent",
            note="a year before, a first year since and a later year are needed",
        )
    found = share_made_up(
        before=before.gap.value or 0.0,
        new_baseline=first.gap.value or 0.0,
        latest=now.gap.value or 0.0,
    )
    if found.share is None:
        return missing(MissingReason.NOT_APPLICABLE, unit="percent", note=found.why_no_share or "")
    return Estimate(
        value=100 * found.share,
        unit="percent",
        decimals=0,
        basis=now.gap.basis,
        method="(gap at the new baseline minus gap now) / (gap at the new baseline minus gap before)",
        sources=now.gap.sources,
        why_no_interval=found.why_no_interval or "",
        n_schools=now.gap.n_schools,
        n_pupils=now.gap.n_pupils,
        n_smallest=_smallest([before, first, now]),
    )
