"""The community's gap put together from its schools' published rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from recovery_analysis.analysis.gap.difference import gap_between, gap_unit
from recovery_analysis.analysis.gap.result import BuiltYear, PairedChange, SchoolYear, YearGap
from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.stats.gaps import GapEstimate, GroupMeans, gap_change, gap_of_means
from recovery_analysis.words.measures import Measure
from recovery_analysis.words.missing import MissingReason, meaning
from recovery_analysis.words.periods import AcademicYear

_COHORT = "each school counted by its pupils in each group"
_ROLL = (
    "each school counted by its pupils on roll times the share of its key stage 4 pupils who are "
    "disadvantaged: this file does not give the number of pupils in the cohort"
)

_PHASES = {
    "ks2": ("primary", "all-through", "special", "other"),
    "ks4": ("secondary", "all-through", "special", "alternative provision", "other"),
    "school": (
        "nursery",
        "primary",
        "secondary",
        "all-through",
        "special",
        "alternative provision",
        "other",
    ),
}


def school_cells(data: CommunityData, measure: Measure) -> pd.DataFrame:
    """Give one row a school and year: both groups' value, reason and weight.

    Returns
    -------
    pandas.DataFrame
        school_id, urn, academic_year, series, value_d, value_o, reason_d, reason_o, n_d, n_o (pupils; null
        when the file has none), weight_d, weight_o (pupils, or pupils on roll as said in ``weights``).
    """
    rows = data.school_measures[data.school_measures["measure"].eq(measure.name)]
    sides = {
        side: rows[rows["pupil_group"].eq(group)].set_index(["school_id", "academic_year"])
        for side, group in (("d", "disadvantaged"), ("o", "other"))
    }
    if sides["d"].empty or sides["o"].empty:
        return pd.DataFrame(columns=pd.Index(["school_id", "academic_year"]))
    d, o = sides["d"], sides["o"].reindex(sides["d"].index)
    cells = pd.DataFrame(
        {
            "urn": d["urn"],
            "series": d["series"],
            "value_d": d["value"],
            "value_o": o["value"],
            "reason_d": d["missing_reason"],
            "reason_o": o["missing_reason"],
            "n_d": d["pupils_n"],
            "n_o": o["pupils_n"],
        }
    ).reset_index()
    return _with_weights(data, cells)


def _with_weights(data: CommunityData, cells: pd.DataFrame) -> pd.DataFrame:
    """Weigh by pupils in the group; where a file has none, by roll times the group's share."""
    share = data.school_measures[data.school_measures["measure"].eq("ks4_disadvantaged_pct")]
    share = share.drop_duplicates(["school_id", "academic_year"])
    joined = cells.merge(
        share[["school_id", "academic_year", "value"]].rename(columns={"value": "share"}),
        on=["school_id", "academic_year"],
        how="left",
        validate="one_to_one",
    )
    roll = data.schools.drop_duplicates("school_id").set_index("school_id")["pupils_n"]
    on_roll = joined["school_id"].map(roll)
    by_roll = joined["n_d"].isna() | joined["n_o"].isna()
    weight_d = (on_roll * joined["share"] / 100).where(by_roll, joined["n_d"])
    weight_o = (on_roll * (100 - joined["share"]) / 100).where(by_roll, joined["n_o"])
    return joined.assign(weight_d=weight_d, weight_o=weight_o, by_roll=by_roll).drop(
        columns="share"
    )


def built_years(
    data: CommunityData, measure: Measure, cells: pd.DataFrame
) -> tuple[BuiltYear, ...]:
    """Build the gap for every year with school rows, under both membership rules."""
    found = []
    for text in sorted(cells["academic_year"].unique()):
        for rule in ("now", "baseline"):
            ids = set(data.membership(rule).school_ids)
            part = cells[cells["academic_year"].eq(text) & cells["school_id"].isin(ids)]
            if len(part):
                found.append(build_year(data, measure, part, academic_year=text, rule=rule))
    return tuple(found)


def build_year(
    data: CommunityData, measure: Measure, cells: pd.DataFrame, *, academic_year: str, rule: str
) -> BuiltYear:
    """Build the gap of one year from the given schools' cells."""
    year = AcademicYear.parse(academic_year)
    usable = cells.dropna(subset=["value_d", "value_o", "weight_d", "weight_o"])
    usable = usable[(usable["weight_d"] > 0) & (usable["weight_o"] > 0)]
    by_roll = bool(usable["by_roll"].any())
    weights = _ROLL if by_roll else _COHORT
    sources = tuple(sorted(set(cells["series"])))
    if usable.empty:
        why = _commonest_reason(cells)
        blank = missing(why, unit=measure.unit, decimals=measure.decimals, sources=sources)
        gap = YearGap(
            academic_year=academic_year,
            end=year.end,
            was_measured=measure.was_measured(year),
            disadvantaged=blank,
            other=blank,
            gap=replace(blank, unit=gap_unit(measure)),
        )
    else:
        fitted = gap_of_means(
            mean_disadvantaged=_array(usable["value_d"]),
            mean_other=_array(usable["value_o"]),
            n_disadvantaged=_array(usable["weight_d"]),
            n_other=_array(usable["weight_o"]),
            school=usable["school_id"].to_numpy(dtype=object),
        )
        gap = _year_gap(year, measure, fitted, by_roll=by_roll, sources=sources)
    return BuiltYear(
        academic_year=academic_year,
        end=year.end,
        rule=rule,
        gap=gap,
        weights=weights,
        schools=tuple(_school_year(row, measure) for row in cells.itertuples()),
        left_out=_left_out(data, measure, cells, usable, rule),
    )


def _commonest_reason(cells: pd.DataFrame) -> str:
    """Give the reason that most schools' figures are missing for; weights can be missing too."""
    reasons = pd.concat([cells["reason_d"], cells["reason_o"]]).dropna().value_counts()
    return MissingReason.NOT_RECORDED.value if reasons.empty else str(reasons.index[0])


def _year_gap(
    year: AcademicYear,
    measure: Measure,
    fitted: GapEstimate,
    *,
    by_roll: bool,
    sources: tuple[str, ...],
) -> YearGap:
    counts = None if by_roll else (fitted.n_pupils_disadvantaged, fitted.n_pupils_other)
    decimals = max(measure.decimals, 1)

    def group(value: float, side: int) -> Estimate:
        n = None if counts is None else round(counts[side])
        return Estimate(
            value=value,
            unit=measure.unit,
            decimals=decimals,
            basis="computed",
            method=f"mean over schools, {_ROLL if by_roll else _COHORT}",
            sources=sources,
            why_no_interval="the interval is given for the gap",
            n_pupils=n,
            n_smallest=n,
            n_schools=fitted.n_schools,
        )

    return YearGap(
        academic_year=str(year),
        end=year.end,
        was_measured=measure.was_measured(year),
        disadvantaged=group(fitted.mean_disadvantaged, 0),
        other=group(fitted.mean_other, 1),
        gap=gap_estimate(
            measure.gap_sign * fitted.gap,
            (fitted.low, fitted.high),
            measure,
            why=fitted.why_no_interval,
            n_pupils=None if counts is None else round(sum(counts)),
            n_smallest=None if counts is None else round(min(counts)),
            n_schools=fitted.n_schools,
            sources=sources,
            method="gap of school means; CR2 standard error by school, Satterthwaite "
            f"({_df(fitted.df)})",
        ),
    )


def gap_estimate(
    value: float,
    interval: tuple[float | None, float | None],
    measure: Measure,
    *,
    why: str | None,
    n_pupils: int | None,
    n_smallest: int | None,
    n_schools: int,
    sources: tuple[str, ...],
    method: str,
) -> Estimate:
    """Make the estimate of a gap or of its change from a fitted value and its interval."""
    ends = [measure.gap_sign * end for end in interval if end is not None]
    return Estimate(
        value=value,
        low=min(ends) if len(ends) == 2 else None,
        high=max(ends) if len(ends) == 2 else None,
        why_no_interval="" if len(ends) == 2 else why or "",
        unit=gap_unit(measure),
        decimals=max(measure.decimals, 1),
        basis="computed",
        method=method,
        sources=sources,
        n_pupils=n_pupils,
        n_smallest=n_smallest,
        n_schools=n_schools,
    )


def paired_change(
    data: CommunityData,
    measure: Measure,
    cells: pd.DataFrame,
    *,
    first_year: str,
    last_year: str,
    rule: str,
) -> PairedChange | None:
    """Give the change of the gap in the schools that have both groups in both years."""
    ids = set(data.membership(rule).school_ids)
    usable = cells[cells["school_id"].isin(ids)].dropna(
        subset=["value_d", "value_o", "weight_d", "weight_o"]
    )
    usable = usable[(usable["weight_d"] > 0) & (usable["weight_o"] > 0)]
    first = usable[usable["academic_year"].eq(first_year)].set_index("school_id")
    last = usable[usable["academic_year"].eq(last_year)].set_index("school_id")
    both = first.index.intersection(last.index).sort_values()
    if both.empty:
        return None
    first, last = first.loc[both], last.loc[both]
    fitted = gap_change(
        before=_group_means(first), after=_group_means(last), school=both.to_numpy(dtype=object)
    )
    sources = tuple(sorted(set(first["series"]) | set(last["series"])))
    counts = pd.concat([first[["n_d", "n_o"]], last[["n_d", "n_o"]]])
    known = bool(counts.notna().all(axis=None))
    smallest = (
        int(min(year[side].sum() for year in (first, last) for side in ("n_d", "n_o")))
        if known
        else None
    )
    common = {
        "n_pupils": int(counts.sum().sum()) if known else None,
        "n_smallest": smallest,
        "n_schools": len(both),
        "sources": sources,
    }
    sign = measure.gap_sign
    blank = "the interval is given for the change"
    return PairedChange(
        rule=rule,
        first_year=first_year,
        last_year=last_year,
        schools_n=len(both),
        first=gap_estimate(
            sign * fitted.before.gap,
            (None, None),
            measure,
            why=blank,
            method="same schools in both years",
            **common,
        ),
        last=gap_estimate(
            sign * fitted.after.gap,
            (None, None),
            measure,
            why=blank,
            method="same schools in both years",
            **common,
        ),
        change=gap_estimate(
            sign * fitted.change,
            (fitted.low, fitted.high),
            measure,
            why=fitted.why_no_interval,
            method="change in the same schools; CR2 standard error by school, Satterthwaite "
            f"({_df(fitted.df)})",
            **common,
        ),
    )


def _group_means(frame: pd.DataFrame) -> GroupMeans:
    return GroupMeans(
        mean_disadvantaged=_array(frame["value_d"]),
        mean_other=_array(frame["value_o"]),
        n_disadvantaged=_array(frame["weight_d"]),
        n_other=_array(frame["weight_o"]),
    )


def _array(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype="float64")


def _school_year(row: Any, measure: Measure) -> SchoolYear:  # noqa: ANN401
    d = _school_estimate(row.value_d, row.reason_d, row.n_d, row.series, measure)
    o = _school_estimate(row.value_o, row.reason_o, row.n_o, row.series, measure)
    return SchoolYear(
        school_id=str(row.school_id),
        urn=str(row.urn),
        disadvantaged=d,
        other=o,
        gap=gap_between(d, o, measure, why_no_interval="one school"),
    )


def _school_estimate(
    value: float, reason: object, pupils: float, series: str, measure: Measure
) -> Estimate:
    if pd.isna(value):
        why = str(reason) if isinstance(reason, str) else MissingReason.NOT_PUBLISHED.value
        return missing(why, unit=measure.unit, decimals=measure.decimals, sources=(series,))
    n = None if pd.isna(pupils) else int(pupils)
    return Estimate(
        value=float(value),
        unit=measure.unit,
        decimals=measure.decimals,
        basis="published",
        method="as published",
        sources=(series,),
        why_no_interval="one school's published figure",
        n_pupils=n,
        n_smallest=n,
        n_schools=1,
    )


def _left_out(
    data: CommunityData, measure: Measure, cells: pd.DataFrame, usable: pd.DataFrame, rule: str
) -> tuple[tuple[str, str], ...]:
    """Name schools of the right phase that the built gap does not have, and why."""
    phases = _PHASES[measure.stage]
    ids = set(data.membership(rule).school_ids)
    phase = data.schools.set_index("school_id")["phase"]
    expected = {str(school) for school in ids if phase.get(school, "") in phases}
    there = set(usable["school_id"])
    reasons = {
        str(row.school_id): row.reason_d if isinstance(row.reason_d, str) else row.reason_o
        for row in cells.itertuples()
    }
    found = []
    for school in sorted(expected - there):
        reason = reasons.get(school)
        words = (
            meaning(reason)
            if isinstance(reason, str)
            else (
                "no pupils on roll known" if school in reasons else "not in the file of that year"
            )
        )
        found.append((school, words))
    return tuple(found)


def _df(df: float | None) -> str:
    return "degrees of freedom not known" if df is None else f"{df:.1f} degrees of freedom"
