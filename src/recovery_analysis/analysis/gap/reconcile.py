"""Published figures beside those built from school rows, with the cause of each difference."""

from collections import Counter

import pandas as pd

from recovery_analysis.analysis.gap.built import build_year
from recovery_analysis.analysis.gap.result import BuiltYear, PublishedSeries, Reconciled, YearGap
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.counting import counted, verb
from recovery_analysis.words.measures import GROUP_WORDS, Measure

_GROUPS = ("disadvantaged", "other", "gap")


def reconcile(
    data: CommunityData,
    measure: Measure,
    own: tuple[PublishedSeries, ...],
    built: tuple[BuiltYear, ...],
    cells: pd.DataFrame,
) -> tuple[Reconciled, ...]:
    """Compare every published own figure with the one built from school rows of that year.

    For an LA the schools are those in the LA on the baseline date; for a trust, the schools that the
    published trust measure lists, whichever schools the trust has today. LAIT repeats the LA's rows of the
    performance tables without the counts, so it is compared only where those rows are not in the store.
    """
    found: list[Reconciled] = []
    counted = [item for item in own if item.source != "lait"]
    for series in counted or own:
        for year in series.years:
            match = _built_for(data, measure, series, year, built, cells)
            if match is None:
                continue
            for group in _GROUPS:
                item = _compare(data, series, year, match, group, measure)
                if item is not None:
                    found.append(item)
    return tuple(found)


def _built_for(
    data: CommunityData,
    measure: Measure,
    series: PublishedSeries,
    year: YearGap,
    built: tuple[BuiltYear, ...],
    cells: pd.DataFrame,
) -> BuiltYear | None:
    if series.source == "trust_measures":
        counted = data.counted[
            data.counted["academic_year"].eq(year.academic_year) & data.counted["is_counted"]
        ]
        part = cells[
            cells["academic_year"].eq(year.academic_year) & cells["urn"].isin(counted["urn"])
        ]
        if part.empty:
            return None
        return build_year(data, measure, part, academic_year=year.academic_year, rule="baseline")
    matches = [
        item
        for item in built
        if item.academic_year == year.academic_year and item.rule == "baseline"
    ]
    return matches[0] if matches else None


def _compare(
    data: CommunityData,
    series: PublishedSeries,
    year: YearGap,
    built: BuiltYear,
    group: str,
    measure: Measure,
) -> Reconciled | None:
    published: Estimate = getattr(year, group)
    own: Estimate = getattr(built.gap, group)
    if published.value is None or own.value is None:
        return None
    difference = Estimate(
        value=own.value - published.value,
        unit=own.unit,
        decimals=own.decimals,
        basis="computed",
        method="built from school rows minus published",
        sources=tuple(dict.fromkeys(published.sources + own.sources)),
        why_no_interval="a difference between two ways of counting the same pupils",
        n_schools=own.n_schools,
        n_pupils=own.n_pupils,
        n_smallest=own.n_smallest,
    )
    return Reconciled(
        academic_year=year.academic_year,
        group=group,
        source=series.source,
        published=published,
        built=own,
        difference=difference,
        cause=_cause(data, series, published, built, own, group, measure),
    )


def _cause(
    data: CommunityData,
    series: PublishedSeries,
    published: Estimate,
    built: BuiltYear,
    own: Estimate,
    group: str,
    measure: Measure,
) -> str:
    """Say why the two differ, from the counts at hand."""
    step = 0.5 * 10**-published.decimals
    value = abs((own.value or 0.0) - (published.value or 0.0))
    if value <= step + 1e-9:
        return "Agrees to the published precision."
    parts: list[str] = []
    if series.source == "trust_measures":
        listed = data.counted[
            data.counted["academic_year"].eq(built.academic_year) & data.counted["is_counted"]
        ]
        there = sum(1 for school in built.schools if school.gap.is_there)
        if there < len(listed):
            parts.append(
                f"{len(listed) - there} of the {len(listed)} schools counted in the published figure "
                f"{verb(len(listed) - there, 'has', 'have')} no figure for both groups in the school file"
            )
        parts.append(
            "the published figure weighs each school by its pupils times the years it has been in the trust; "
            "the school file gives neither, so here each school weighs by its pupils on roll, with any sixth form"
        )
    else:
        parts += _coverage_cause(published, own, group)
        parts += _missing_cause(built)
        if measure.decimals == 0:
            parts.append("school figures are rounded to whole numbers before they are averaged")
        parts.append("the published row also counts pupils whose school closed or changed its URN")
    sentence = "; ".join(parts)
    return sentence[0].upper() + sentence[1:] + "."


def _missing_cause(built: BuiltYear) -> list[str]:
    """Count the schools that the built figure lacks, by the reason that the files give."""
    reasons = Counter(reason for _, reason in built.left_out)
    if not reasons:
        return []
    counts = "; ".join(f"{n}: {reason}" for reason, n in sorted(reasons.items()))
    n = len(built.left_out)
    return [
        f"{counted(n, 'school')} {verb(n, 'gives', 'give')} no figure for both groups ({counts})"
    ]


def _coverage_cause(published: Estimate, own: Estimate, group: str) -> list[str]:
    if group == "gap" or published.n_pupils is None or own.n_pupils is None:
        return []
    return [
        f"the published row counts {published.n_pupils:,} {GROUP_WORDS[group]}, the schools with figures "
        f"{own.n_pupils:,}"
    ]
