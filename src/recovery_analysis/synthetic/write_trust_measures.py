"""Write the key stage 4 measures by multi-academy trust of 2022/23."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.blueprint import INDEPENDENT, REGION_NAME, SPECIAL, members
from recovery_analysis.synthetic.cells import arrange, layout, number, percent, write_csv
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.scores import VARIABLES
from recovery_analysis.synthetic.tallies import Tally, one_school, tally
from recovery_analysis.synthetic.write_ks4 import PROGRESS_8_SD

_FOLDER = "performance_tables/england_2022_2023"
FILES = (f"{_FOLDER}/england_ks4-mats-performance.csv",)

_YEAR = 2023
_COUNT_DAY = "2022-09-12"
#: A school counts after three years in its trust, and weighs no more after five.
_YEARS_TO_COUNT, _MOST_YEARS = 3, 5
_KINDS = {
    "CONVERTER": "Academy converter",
    "SPONSOR": "Academy sponsor led",
    "FREE": "Free schools",
    "STUDIO": "Studio schools",
    "UTC": "University technical college",
}
_GROUPS = {"": "all", "_FSM6CLA1A": "disadvantaged", "_NFSM6CLA1A": "other"}


@dataclass(frozen=True, kw_only=True)
class _Members:
    """Secondary schools of a trust in 2022/23: all of them, those that count, and their years in it."""

    schools: pd.DataFrame
    counted: pd.DataFrame
    years: pd.Series


def write_trust_measures(population: Population, folder: Path) -> None:
    """Write a row for each open multi-academy trust of several schools of which a secondary counts."""
    columns = layout("ks4_trust")
    groups = population.blueprint.groups
    rows = []
    for _, group in groups[groups["type"].eq("Multi-academy trust")].iterrows():
        uid = group["group_uid"]
        inside = members(population.blueprint, trust_uid=uid, day=_COUNT_DAY)
        found = _members(population, inside)
        if inside.sum() > 1 and len(found.counted):
            cells = _identity(group) | _lists(found) | _results(population, found)
            rows.append(arrange(columns, cells))
    write_csv(folder / FILES[0], columns, rows, encoding="cp1252", line_end="\n")


def _members(population: Population, inside: pd.Series) -> _Members:
    schools = population.blueprint.schools
    secondary = schools["ks4_cohort"].ne("") & ~schools["type"].isin([SPECIAL, INDEPENDENT])
    chosen = schools[inside & secondary]
    days = (pd.Timestamp(_COUNT_DAY) - pd.to_datetime(chosen["joined"])).dt.days
    years = (days // 365.25).clip(upper=_MOST_YEARS).astype(int)
    return _Members(schools=chosen, counted=chosen[years.ge(_YEARS_TO_COUNT)], years=years)


def _identity(group: pd.Series) -> dict[str, str]:
    return {
        "TIME_PERIOD": "202223",
        "TIME_IDENTIFIER": "AcademicYear",
        "TRUST_GROUP_TYPE": "Multi-academy trusts",
        "TRUST_NAME": group["group_name"].upper(),
        "TRUST_UID": group["group_uid"],
        "TRUST_ID": group["group_id"],
        "TRUST_COMPANIES_HOUSE_NUMBER": group["companies_house_number"].lstrip("0"),
        "TRUST_UKPRN": f"199{group['group_uid']}",
        "TRUST_LEADREGION": REGION_NAME,
    }


def _lists(found: _Members) -> dict[str, str]:
    out = {}
    for suffix, schools in (("MATPTINC", found.counted), ("INMAT", found.schools)):
        out[f"INSTITUTIONS_{suffix}"] = ";".join(schools["urn"])
        out[f"NUMINST_{suffix}"] = str(len(schools))
        for kind, name in _KINDS.items():
            out[f"NUMINST_{kind}_{suffix}"] = str(int(schools["type"].eq(name).sum()))
    years = found.years[found.counted.index]
    for word, count in (("3", years.eq(3)), ("4", years.eq(4)), ("5PLUS", years.ge(5))):
        out[f"NUMINST_{word}_MATPTINC"] = str(int(count.sum()))
    out["NUMINST_FSM6CLA1A_MATPTINC"] = str(len(found.counted))
    return out


def _results(population: Population, found: _Members) -> dict[str, str]:
    index = found.counted.index
    every = population.blueprint.schools.index
    counted = tally(population, "ks4", _YEAR, pd.Series(every.isin(index)))
    inside = tally(population, "ks4", _YEAR, pd.Series(every.isin(found.schools.index)))
    weighted = _weighted(population, found)
    limit = population.truth.suppress_up_to
    split = min(counted.pupils("disadvantaged"), counted.pupils("other")) > limit
    cells = {"KS2ASS_MATPTINC": "103.5", "PEALGRP2_MATPTINC": "15%", "PSEN_ALL4_MATPTINC": "14%"}
    for suffix, totals in (("MATPTINC", counted), ("INMAT", inside)):
        n = totals.pupils()
        cells[f"TPUP_{suffix}"] = str(n)
        cells[f"PFSM6CLA1A_{suffix}"] = percent(totals.pupils("disadvantaged"), n)
        cells[f"PNOTFSM6CLA1A_{suffix}"] = percent(totals.pupils("other"), n)
    for suffix, group in _GROUPS.items():
        figures = _group_results(weighted, counted, suffix, group)
        hidden = bool(suffix) and not split
        cells |= dict.fromkeys(figures, "SUPPMAT") if hidden else figures
    cells["P8_BANDING"] = _banding(float(cells["P8CILOW"]), float(cells["P8CIUPP"]))
    return cells


def _weighted(population: Population, found: _Members) -> Tally:
    """Add the schools up, each pupil weighing as many years as the school has been in the trust."""
    sums = np.zeros((2, len(VARIABLES["ks4"])))
    for position in found.counted.index:
        school = one_school(population, "ks4", _YEAR, int(str(position)))
        sums += int(found.years[position]) * school.sums
    return Tally(stage="ks4", sums=sums)


def _group_results(weighted: Tally, counted: Tally, suffix: str, group: str) -> dict[str, str]:
    n, covered = counted.pupils(group), counted.covered(group)
    score = weighted.mean("progress8", group)
    half = 1.96 * PROGRESS_8_SD / math.sqrt(covered) if covered else math.nan
    return {
        f"ATT8SCR_WGTAVG{suffix}": number(weighted.mean("attainment8", group), 1),
        f"P8MEACOV{suffix}": percent(covered, n),
        f"P8MEA_WGTAVG{suffix}": number(score, 2),
        f"P8CILOW{suffix}": number(score - half, 2),
        f"P8CIUPP{suffix}": number(score + half, 2),
        f"PTL2BASICS_95_WGTAVG{suffix}": percent(
            weighted.total("strong_pass", group), weighted.total("pupils", group)
        ),
    }


def _banding(low: float, high: float) -> str:
    if high < 0:
        return "Below average"
    return "Above average" if low > 0 else "Average"
