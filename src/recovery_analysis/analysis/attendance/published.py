"""Absence of all pupils: the community and England, as far as public files give it."""

from dataclasses import dataclass

import pandas as pd

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.words.measures import MEASURES
from recovery_analysis.words.missing import MissingReason

_MEASURE = MEASURES["overall_absence_pct"]
_FEWEST_SCHOOLS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceYear:
    """Sessions missed by all pupils in one academic year, percent."""

    academic_year: str
    own: Estimate
    england: Estimate
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceResult:
    """Yearly absence of all pupils; empty when no file has any."""

    years: tuple[AbsenceYear, ...]


def absence_evidence(data: CommunityData) -> AbsenceResult:
    """Take published yearly absence where there is one for the area, else the mean over schools.

    The mean over schools weighs each school by its pupils on roll; a school's own published figure is the
    share of its sessions missed.
    """
    rows = data.published[
        data.published["measure"].eq(_MEASURE.name) & data.published["pupil_group"].eq("all")
    ]
    england = _published(rows[rows["entity"].eq("england")])
    own_rows = rows[rows["entity"].eq(data.id.kind) & rows["entity_id"].eq(data.id.key)]
    own = {year: (item, "as published") for year, item in _published(own_rows).items()}
    if not own:
        own = {year: (item, "now") for year, item in _from_schools(data).items()}
    texts = sorted(set(own) | set(england))
    blank = missing(MissingReason.NOT_PUBLISHED, unit=_MEASURE.unit, decimals=_MEASURE.decimals)
    return AbsenceResult(
        years=tuple(
            AbsenceYear(
                academic_year=text,
                own=own.get(text, (blank, "now"))[0],
                england=england.get(text, blank),
                rule=own.get(text, (blank, "now"))[1],
            )
            for text in texts
        )
    )


def _published(rows: pd.DataFrame) -> dict[str, Estimate]:
    found = {}
    columns = zip(
        rows["academic_year"], rows["series"], rows["value"], rows["missing_reason"], strict=True
    )
    for text, source, value, reason in columns:
        if pd.isna(value):
            found[text] = missing(
                str(reason),
                unit=_MEASURE.unit,
                decimals=_MEASURE.decimals,
                sources=(source,),
            )
            continue
        found[text] = Estimate(
            value=float(value),
            unit=_MEASURE.unit,
            decimals=_MEASURE.decimals,
            basis="published",
            method="as published",
            sources=(source,),
            why_no_interval="published without an interval",
        )
    return found


def _from_schools(data: CommunityData) -> dict[str, Estimate]:
    rows = data.school_measures[
        data.school_measures["measure"].eq(_MEASURE.name)
        & data.school_measures["pupil_group"].eq("all")
        & data.school_measures["school_id"].isin(data.now.school_ids)
    ]
    roll = data.schools.set_index("school_id")["pupils_n"]
    weighted = rows.assign(weight=rows["school_id"].map(roll)).dropna(subset=["value", "weight"])
    found = {}
    for text, part in weighted[weighted["weight"] > 0].groupby("academic_year"):
        if len(part) < _FEWEST_SCHOOLS:
            continue
        total = float(part["weight"].sum())
        found[str(text)] = Estimate(
            value=float((part["value"] * part["weight"]).sum() / total),
            unit=_MEASURE.unit,
            decimals=_MEASURE.decimals,
            basis="computed",
            method="mean over schools, each weighed by its pupils on roll",
            sources=tuple(sorted(set(part["series"]))),
            why_no_interval="every school with a figure is counted",
            n_pupils=int(total),
            n_smallest=int(part["weight"].min()),
            n_schools=len(part),
        )
    return found
