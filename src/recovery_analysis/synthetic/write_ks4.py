"""Write the key stage 4 school tables, one file an academic year, in the layout of 2018/19."""

import math
from pathlib import Path

import pandas as pd

from recovery_analysis.synthetic.blueprint import INDEPENDENT, SPECIAL
from recovery_analysis.synthetic.cells import arrange, for_year, layout, number, percent, write_csv
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.school_rows import (
    TABLE_YEARS,
    Cells,
    hidden_groups,
    hide,
    identity,
    with_suffix,
)
from recovery_analysis.synthetic.tallies import Tally, in_area, one_school, state_funded, tally

FILES = {y: f"performance_tables/{y - 1}-{y}_england_ks4final.csv" for y in TABLE_YEARS}

#: Standard error of Progress 8 is this over the root of the pupils, as published.
PROGRESS_8_SD = 1.27
#: A school with less than this share of pupils covered has no Progress 8 score.
_LOW_COVERAGE = 0.5
_NATIONAL = 497
_GROUPS = {"": "all", "_FSM6CLA1A": "disadvantaged", "_NFSM6CLA1A": "other"}
_COUNTS = ("TFSM6CLA1A", "PTFSM6CLA1A", "TNOTFSM6CLA1A", "PTNOTFSM6CLA1A")
_KEPT = ("TPUP", "BPUP", "PBPUP", "GPUP", "PGPUP", *_COUNTS, "TEALGRP2", "PTEALGRP2")

_REPEATED = (
    *(
        f"{stem}{group}"
        for stem in ("ATT8SCR", "P8PUP", "P8MEA", "P8CILOW", "P8CIUPP")
        for group in _GROUPS
    ),
    "PTL2BASICS_94",
    "PTL2BASICS_95",
    *_COUNTS,
)
_EARLIER = {f"{column}_{suffix}": column for suffix in ("17", "18") for column in _REPEATED}


def write_ks4(population: Population, folder: Path) -> None:
    """Write one England-wide file for each year of ``TABLE_YEARS``: schools, LA rows, national rows."""
    columns = layout("ks4_school")
    for year, name in FILES.items():
        rows = [
            *_school_rows(population, year, columns),
            *_area_rows(population, year, columns),
        ]
        write_csv(folder / name, for_year(columns, year), rows, encoding="utf-8-sig")


def _figures(found: Tally) -> Cells:
    n = found.pupils()
    if n == 0:
        return {}
    girls, eal = round(found.total("girls")), round(found.total("eal"))
    cells = {
        "TPUP": str(n),
        "BPUP": str(n - girls),
        "PBPUP": percent(n - girls, n),
        "GPUP": str(girls),
        "PGPUP": percent(girls, n),
        "TFSM6CLA1A": str(found.pupils("disadvantaged")),
        "PTFSM6CLA1A": percent(found.pupils("disadvantaged"), n),
        "TNOTFSM6CLA1A": str(found.pupils("other")),
        "PTNOTFSM6CLA1A": percent(found.pupils("other"), n),
        "TEALGRP2": str(eal),
        "PTEALGRP2": percent(eal, n),
        "TOTATT8": number(found.total("attainment8"), 1),
        "P8MEACOV": percent(found.covered(), n),
        "PTL2BASICS_94": percent(found.total("standard_pass"), n),
        "PTL2BASICS_95": percent(found.total("strong_pass"), n),
    }
    for suffix, group in _GROUPS.items():
        covered = found.covered(group)
        score = found.mean("progress8", group)
        half = 1.96 * PROGRESS_8_SD / math.sqrt(covered) if covered else math.nan
        cells |= {
            f"ATT8SCR{suffix}": number(found.mean("attainment8", group), 1),
            f"P8PUP{suffix}": str(covered),
            f"P8MEA{suffix}": number(score, 2),
            f"P8CILOW{suffix}": number(score - half, 2),
            f"P8CIUPP{suffix}": number(score + half, 2),
        }
    return cells


def _progress_columns(cells: Cells) -> list[str]:
    return [column for column in cells if column.startswith(("P8MEA", "P8CI"))]


def _group_columns(cells: Cells, suffix: str) -> list[str]:
    return [column for column in cells if column.endswith(suffix) and column not in _COUNTS]


def _shown(population: Population, position: int, year: int) -> Cells:
    """Give one school's figures as published, each kind of school with its own markers."""
    found = one_school(population, "ks4", year, position)
    cells = _figures(found)
    if not cells:
        return {}
    kind = population.blueprint.schools["type"].iloc[position]
    results = [column for column in cells if column not in _KEPT]
    split = _group_columns(cells, "FSM6CLA1A")
    if kind == INDEPENDENT:
        progress = [*_progress_columns(cells), "P8PUP"]
        return hide(cells, [*split, *_COUNTS, *progress], "NP")
    everything, disadvantaged, other = hidden_groups(found, population.truth.suppress_up_to)
    if kind == SPECIAL:
        hidden = hide(cells, results, "NE")
        return hide(hidden, split, "SUPP") if disadvantaged == "SUPP" else hidden
    if everything:
        return hide(cells, [column for column in cells if column != "TPUP"], "SUPP")
    if found.covered() < _LOW_COVERAGE * found.pupils():
        cells = hide(cells, _progress_columns(cells), "LOWCOV")
        cells["P8MEACOV"] = percent(found.covered(), found.pupils())
    for suffix, marker in (("_FSM6CLA1A", disadvantaged), ("_NFSM6CLA1A", other)):
        if marker != "shown":
            cells = hide(cells, _group_columns(cells, suffix), marker)
    return cells


def _difference(cells: Cells, national: Cells) -> Cells:
    """Give disadvantaged pupils here minus other pupils in England, as published (DIFFN)."""
    out = {}
    for column, stem, decimals in (("DIFFN_ATT8", "ATT8SCR", 1), ("DIFFN_P8MEA", "P8MEA", 2)):
        mine, theirs = cells.get(f"{stem}_FSM6CLA1A", ""), national.get(f"{stem}_NFSM6CLA1A", "")
        try:
            out[column] = number(float(mine) - float(theirs), decimals)
        except ValueError:
            out[column] = mine
    return out


def _school_rows(population: Population, year: int, columns: tuple[str, ...]) -> list[list[str]]:
    national = _figures(tally(population, "ks4", year))
    schools = population.blueprint.schools
    rows = []
    for position, school in schools[schools["ks4_cohort"].ne("")].iterrows():
        at = int(str(position))
        shown = _shown(population, at, year)
        if not shown:
            continue
        cells = {"RECTYPE": "2" if school["type"] == SPECIAL else "1"}
        cells |= identity(population, school, year) | _admissions(school)
        cells |= shown | _difference(shown, national)
        cells |= with_suffix(
            lambda end, at=at: _shown(population, at, end),
            year,
            _EARLIER,
            population.truth.first_year,
        )
        cells |= {"CONTFLAG": "0", "FEEDER": "0", "TAB1618": "0"}
        cells["TABKS2"] = "1" if school["ks2_cohort"] else "0"
        rows.append(arrange(columns, cells, keep=len(columns) - 1 if at % 3 == 0 else 0))
    return rows


def _admissions(school: pd.Series) -> Cells:
    ordinary = school["type"] not in (SPECIAL, INDEPENDENT)
    return {
        "ADMPOL": "NSE" if ordinary else "",
        "ADMPOL_PT": "OTHER NON SEL" if ordinary else "NA",
        "EGENDER": "MIXED",
    }


def _area_rows(population: Population, year: int, columns: tuple[str, ...]) -> list[list[str]]:
    national = _figures(tally(population, "ks4", year))
    rows = []
    for la_code in population.blueprint.la_codes:
        cells = _figures(tally(population, "ks4", year, in_area(population, la_code)))
        if cells:
            head = {"RECTYPE": "4", "LEA": la_code}
            rows.append(arrange(columns, head | cells | _difference(cells, national)))
    every = pd.Series(True, index=state_funded(population).index)
    # the row of all schools has no figures that independent schools do not give
    whole = _figures(tally(population, "ks4", year, every))
    kept = (
        "TPUP",
        "BPUP",
        "PBPUP",
        "GPUP",
        "PGPUP",
        "TOTATT8",
        "ATT8SCR",
        "PTL2BASICS_94",
        "PTL2BASICS_95",
    )
    whole = {column: value for column, value in whole.items() if column in kept}
    rows.append(arrange(columns, {"RECTYPE": "5"} | whole, keep=_NATIONAL))
    rows.append(arrange(columns, {"RECTYPE": "7"} | national))
    return rows
