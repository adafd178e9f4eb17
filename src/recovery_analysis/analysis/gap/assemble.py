"""The gap question for one community: one result a measure that any file has a figure for."""

from datetime import date

import pandas as pd

from recovery_analysis.analysis.gap.built import built_years, paired_change, school_cells
from recovery_analysis.analysis.gap.difference import gap_unit
from recovery_analysis.analysis.gap.linked import link_built, link_published, link_years
from recovery_analysis.analysis.gap.published import choose_main, published_series
from recovery_analysis.analysis.gap.reconcile import reconcile
from recovery_analysis.analysis.gap.result import (
    BuiltYear,
    GapResult,
    Linked,
    PairedChange,
    PublishedSeries,
    SchoolRow,
    SchoolYear,
)
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.measures import GAP_MEASURES, MEASURES, Measure
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.periods import AcademicYear

#: Above this many schools the table of schools would no longer be read; it is left out and said so.
MOST_SCHOOLS_LISTED = 400


def gap_evidence(data: CommunityData) -> tuple[GapResult, ...]:
    """Answer the gap question for every measure with any evidence, in the order of the reports.

    Measures with no evidence at all come too, so that the report can say that they are missing.
    """
    names = list(GAP_MEASURES)
    if data.id.kind == "england":
        names += [name for name, measure in MEASURES.items() if measure.is_published_gap]
    return tuple(gap_of_measure(data, name) for name in names)


def gap_of_measure(data: CommunityData, name: str) -> GapResult:
    """Answer the gap question for one measure.

    Parameters
    ----------
    data
        The community's slice of the store.
    name
        Name of a measure in ``words.measures``.
    """
    measure = MEASURES[name]
    published = published_series(data, measure)
    own = tuple(item for item in published if item.role == "own")
    cells = school_cells(data, measure)
    member_cells = cells[cells["school_id"].isin({*data.now.school_ids, *data.baseline.school_ids})]
    built = built_years(data, measure, member_cells) if data.id.kind != "england" else ()
    before, now = _first_and_last(built, data.baseline_date)
    return GapResult(
        measure=name,
        before_year=before,
        now_year=now,
        published=published,
        built=built,
        linked=_linked(data, measure, own, built),
        paired=_paired(data, measure, member_cells, built),
        reconciled=reconcile(data, measure, own, built, cells),
        schools=_school_rows(data, measure, built, before, now),
        cannot_tell=_cannot_tell(data, measure, own, built, before, now),
    )


def _linked(
    data: CommunityData,
    measure: Measure,
    own: tuple[PublishedSeries, ...],
    built: tuple[BuiltYear, ...],
) -> Linked:
    """Take the community's own published series where it spans the baseline date, else its school rows."""
    candidates: list[Linked] = []
    main = choose_main(own)
    if main is not None:
        candidates.append(link_published(main, measure, data.baseline_date))
    if built:
        candidates.append(link_built(built, measure, data.baseline_date))
    spanning = [item for item in candidates if item.before and item.now]
    if spanning or candidates:
        return (spanning or candidates)[0]
    return link_years(
        (), source="none", basis_words="no figures", measure=measure, baseline=data.baseline_date
    )


def _first_and_last(built: tuple[BuiltYear, ...], baseline: date) -> tuple[str, str]:
    """Give the last year with school rows before the baseline date and the last one since ('' if none)."""
    measured = [item for item in built if item.gap.was_measured and item.gap.gap.is_there]
    before = [item for item in measured if date(item.end, 8, 31) < baseline]
    since = [item for item in measured if AcademicYear.ending(item.end) > AcademicYear.of(baseline)]
    return (
        before[-1].academic_year if before else "",
        since[-1].academic_year if since else "",
    )


def _paired(
    data: CommunityData, measure: Measure, cells: pd.DataFrame, built: tuple[BuiltYear, ...]
) -> tuple[PairedChange, ...]:
    """Pair schools across the baseline date, and across the years before it for the earlier trend."""
    before, now = _first_and_last(built, data.baseline_date)
    earlier = [
        item.academic_year
        for item in built
        if item.gap.gap.is_there
        and item.gap.was_measured
        and before
        and item.academic_year < before
    ]
    spans = [(before, now)] if before and now else []
    spans += [(earlier[0], before)] if earlier else []
    found = []
    for first, last in spans:
        for rule in ("now", "baseline"):
            change = paired_change(
                data, measure, cells, first_year=first, last_year=last, rule=rule
            )
            if change is not None:
                found.append(change)
    return tuple(found)


def _school_rows(
    data: CommunityData, measure: Measure, built: tuple[BuiltYear, ...], before: str, now: str
) -> tuple[SchoolRow, ...]:
    """Give one row a member school of the right phase, by name; reasons where a figure is missing."""
    if data.id.kind == "england" or len(data.schools) > MOST_SCHOOLS_LISTED:
        return ()
    by_year: dict[tuple[str, str], SchoolYear] = {}
    reasons: dict[str, str] = {}
    for item in built:
        by_year.update({(item.academic_year, school.school_id): school for school in item.schools})
        reasons.update(dict(item.left_out))
    rows = []
    for school in data.schools.itertuples():
        identity = str(school.school_id)
        first, last = by_year.get((before, identity)), by_year.get((now, identity))
        if first is None and last is None and identity not in reasons:
            continue
        rows.append(
            SchoolRow(
                school_id=identity,
                school_name=str(school.school_name),
                phase=str(school.phase),
                sector=str(school.sector),
                before=first,
                now=last,
                change=_school_change(first, last, measure),
                reason=reasons.get(identity, ""),
            )
        )
    return tuple(rows)


def _school_change(first: SchoolYear | None, last: SchoolYear | None, measure: Measure) -> Estimate:
    blank = {"unit": gap_unit(measure), "decimals": measure.decimals}
    if first is None or last is None:
        return missing(MissingReason.NOT_PUBLISHED, **blank)
    if first.gap.value is None or last.gap.value is None:
        reason = first.gap.missing_reason or last.gap.missing_reason
        return missing(reason or MissingReason.NOT_PUBLISHED, **blank)
    known = [n for n in (first.gap.n_smallest, last.gap.n_smallest) if n is not None]
    return Estimate(
        value=round(last.gap.value - first.gap.value, 6),
        basis="published",
        method="difference of published figures",
        sources=tuple(dict.fromkeys(first.gap.sources + last.gap.sources)),
        why_no_interval="one school: too few pupils to tell a change from chance",
        n_schools=1,
        n_smallest=min(known) if known else None,
        **blank,
    )


def _cannot_tell(
    data: CommunityData,
    measure: Measure,
    own: tuple[PublishedSeries, ...],
    built: tuple[BuiltYear, ...],
    before: str,
    now: str,
) -> tuple[str, ...]:
    """Say in sentences what the files that were read do not hold for this measure."""
    found: list[str] = []
    title = measure.title[0].lower() + measure.title[1:]
    if not any(item.measured for item in own) and not any(i.gap.gap.is_there for i in built):
        return (f"The files that were read hold no {title} for disadvantaged pupils here.",)
    if data.id.kind != "england":
        if built and before and not now:
            shown = "the series of the whole area is" if own else "the figures from before are"
            found.append(
                f"No school's own figures for {title} after {before} are in the files that were read, so the "
                f"change can not be followed school by school; {shown} what there is."
            )
        if not built:
            found.append(f"No school's own figures for {title} are in the files that were read.")
        if built and not before:
            found.append(f"No school's own figures for {title} before the baseline date were read.")
    return tuple(found)
