"""Write the key stage 2 school tables, one file an academic year, in the layout of 2018/19."""

import math
from pathlib import Path

import pandas as pd

from recovery_analysis.synthetic.cells import (
    arrange,
    for_year,
    layout,
    number,
    percent,
    rounded,
    write_csv,
)
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.school_rows import (
    TABLE_YEARS,
    Cells,
    hidden_groups,
    hide,
    identity,
    with_suffix,
)
from recovery_analysis.synthetic.tallies import Tally, in_area, one_school, tally

FILES = {y: f"performance_tables/{y - 1}-{y}_england_ks2final.csv" for y in TABLE_YEARS}

#: Primary pupils of 2023/24 had no key stage 1 tests, so no progress was published.
NO_PROGRESS_YEARS = (2024,)
_GROUPS = {"": "all", "_FSM6CLA1A": "disadvantaged", "_NotFSM6CLA1A": "other"}
_SCORES = {"READ": "reading", "MAT": "maths", "GPS": "gps"}
_PROGRESS = {"READ": "reading", "WRIT": "writing", "MAT": "maths"}
_EXPECTED = {
    "PTREAD_EXP": "reading",
    "PTGPS_EXP": "gps",
    "PTMAT_EXP": "maths",
    "PTWRITTA_EXP": "writing",
}
_RWM = "ks2_rwm_expected_pct"
#: Standard error of a progress score is this over the root of the pupils, as published.
_PROGRESS_SD = 6.2
#: Where the publisher cut rows: a school without pupils of the age, and national rows.
_NO_COHORT, _NATIONAL = 25, 315

_EARLIER = {
    f"{column}_{suffix}": source
    for suffix in ("17", "18")
    for column, source in {
        "TELIG": "TELIG",
        "PTFSM6CLA1A": "PTFSM6CLA1A",
        "PTNOTFSM6CLA1A": "PTNotFSM6CLA1A",
        "PTRWM_EXP": "PTRWM_EXP",
        "PTRWM_EXP_FSM6CLA1A": "PTRWM_EXP_FSM6CLA1A",
        "PTRWM_EXP_NotFSM6CLA1A": "PTRWM_EXP_NotFSM6CLA1A",
        "READ_AVERAGE": "READ_AVERAGE",
        "MAT_AVERAGE": "MAT_AVERAGE",
        **{
            f"{stem}PROG{end}": f"{stem}PROG{end}"
            for stem in _PROGRESS
            for end in ("", "_LOWER", "_UPPER")
        },
    }.items()
}


def write_ks2(population: Population, folder: Path) -> None:
    """Write one England-wide file for each year of ``TABLE_YEARS``: schools, LA rows, national rows."""
    for year, name in FILES.items():
        columns = layout("ks2_school")
        rows = [
            *_school_rows(population, year, columns),
            *_area_rows(population, year, columns),
        ]
        write_csv(folder / name, for_year(columns, year), rows, encoding="utf-8-sig")


def _figures(found: Tally, year: int) -> Cells:
    """Give every figure of a set of schools, nothing suppressed."""
    n = found.pupils()
    if n == 0:
        return {}
    girls = round(found.total("girls"))
    eal = round(found.total("eal"))
    cells = {
        "TPUPYEAR": str(n),
        "TELIG": str(n),
        "BELIG": str(n - girls),
        "GELIG": str(girls),
        "PBELIG": percent(n - girls, n),
        "PGELIG": percent(girls, n),
        "TFSM6CLA1A": str(found.pupils("disadvantaged")),
        "PTFSM6CLA1A": percent(found.pupils("disadvantaged"), n),
        "TNotFSM6CLA1A": str(found.pupils("other")),
        "PTNotFSM6CLA1A": percent(found.pupils("other"), n),
        "TEALGRP2": str(eal),
        "PTEALGRP2": percent(eal, n),
    }
    for suffix, group in _GROUPS.items():
        cells |= _group_figures(found, year, suffix, group)
    for stem in _PROGRESS:
        cells[f"{stem}COV"] = "NP" if year in NO_PROGRESS_YEARS else percent(found.covered(), n)
    return cells


def _group_figures(found: Tally, year: int, suffix: str, group: str) -> Cells:
    n = found.pupils(group)
    cells = {f"PTRWM_EXP{suffix}": percent(found.total(_RWM, group) / 100, n)}
    for stem, subject in _SCORES.items():
        cells[f"{stem}_AVERAGE{suffix}"] = number(
            found.mean(f"ks2_{subject}_scaled_score", group), 0
        )
    for column, subject in _EXPECTED.items():
        cells[f"{column}{suffix}"] = percent(found.total(f"{subject}_expected", group), n)
    for stem, subject in _PROGRESS.items():
        names = (f"{stem}PROG{suffix}", f"{stem}PROG{suffix}_LOWER", f"{stem}PROG{suffix}_UPPER")
        if year in NO_PROGRESS_YEARS:
            cells |= dict.fromkeys(names, "NP")
            continue
        score, covered = found.mean(f"ks2_{subject}_progress", group), found.covered(group)
        half = 1.96 * _PROGRESS_SD / math.sqrt(covered) if covered else math.nan
        values = (score, score - half, score + half)
        cells |= {name: number(value, 1) for name, value in zip(names, values, strict=True)}
    return cells


def _difference(cells: Cells, national: Cells) -> Cells:
    """Give disadvantaged pupils here minus other pupils in England, as published (DIFFN)."""
    pairs = {
        "DIFFN_RWM_EXP": ("PTRWM_EXP_FSM6CLA1A", "PTRWM_EXP_NotFSM6CLA1A", 0),
        **{
            f"DIFFN_{stem}PROG": (f"{stem}PROG_FSM6CLA1A", f"{stem}PROG_NotFSM6CLA1A", 1)
            for stem in _PROGRESS
        },
    }
    out = {}
    for column, (here, there, decimals) in pairs.items():
        mine, theirs = cells.get(here, ""), national.get(there, "")
        try:
            difference = float(mine.rstrip("%")) - float(theirs.rstrip("%"))
        except ValueError:
            out[column] = mine
        else:
            out[column] = number(rounded(difference, decimals), decimals)
    return out


def _shown(population: Population, position: int, year: int) -> Cells:
    """Give one school's figures of one year as published: suppressed where groups are small."""
    found = one_school(population, "ks2", year, position)
    cells = _figures(found, year)
    if not cells:
        return {}
    everything, disadvantaged, other = hidden_groups(found, population.truth.suppress_up_to)
    if everything:
        kept = ("TPUPYEAR", "TELIG")
        return hide(cells, [column for column in cells if column not in kept], "SUPP")
    for suffix, marker in (("_FSM6CLA1A", disadvantaged), ("_NotFSM6CLA1A", other)):
        if marker != "shown":
            cells = hide(cells, _group_columns(cells, suffix), marker)
    if population.blueprint.schools["remark"].iloc[position] == "blank fields":
        cells = hide(cells, [column for column in cells if column.startswith("GPS_")], "")
    return cells


def _group_columns(cells: Cells, suffix: str) -> list[str]:
    """Find a group's results; its counts (T... and PT... of the group itself) stay published."""
    return [column for column in cells if suffix in column]


def _school_rows(population: Population, year: int, columns: tuple[str, ...]) -> list[list[str]]:
    rows = []
    national = _figures(tally(population, "ks2", year), year)
    schools = population.blueprint.schools
    for position, school in schools[schools["ks2_cohort"].ne("")].iterrows():
        at = int(str(position))
        opened = int(school["opened"][:4] or 0)
        if opened >= year or (school["closed"] and int(school["closed"][:4]) < year):
            continue
        cells = {"RECTYPE": "1", "ALPHAIND": str(10_000 + 7 * at), "URN_AC": "0"}
        cells |= identity(population, school, year) | _conversion(school, year)
        cells |= {"TAB15": "1" if school["ks4_cohort"] else "0", "TAB1618": "0"}
        shown = _shown(population, at, year)
        if not shown:
            rows.append(arrange(columns, cells | {"TOTPUPS": "NEW"}, keep=_NO_COHORT))
            continue
        cells |= shown | _difference(shown, national) | _past(population, at, year)
        # many school rows of the publisher lack the last fields
        rows.append(arrange(columns, cells, keep=len(columns) - 3 if at % 5 == 0 else 0))
    return rows


def _past(population: Population, position: int, year: int) -> Cells:
    first = population.truth.first_year
    return with_suffix(lambda end: _shown(population, position, end), year, _EARLIER, first)


def _conversion(school: pd.Series, year: int) -> Cells:
    """Name the academy that a school became between its tests and the publication in March."""
    day = school["converted"]
    if not (f"{year}-05-15" < day < f"{year + 1}-03-01"):
        return {}
    return {
        "URN_AC": school["urn"],
        "SCHNAME_AC": school["name"],
        "OPEN_AC": day.replace("-", ""),
    }


def _area_rows(population: Population, year: int, columns: tuple[str, ...]) -> list[list[str]]:
    blank = dict.fromkeys(columns[1:25], " ")
    names = population.blueprint.areas.set_index("la_code")["la_name"]
    national = _figures(tally(population, "ks2", year), year)
    rows = []
    for la_code in population.blueprint.la_codes:
        chosen = in_area(population, la_code)
        cells = _figures(tally(population, "ks2", year, chosen), year)
        if not cells:
            continue
        head = blank | {"RECTYPE": "3", "LEA": la_code, "SCHNAME": names[la_code]}
        past = with_suffix(
            lambda end, chosen=chosen: _figures(tally(population, "ks2", end, chosen), end),
            year,
            _EARLIER,
            population.truth.first_year,
        )
        rows.append(arrange(columns, head | cells | _difference(cells, national) | past))
    # England's own progress is zero by construction and left blank, as published
    overall = [
        f"{stem}{end}" for stem in _PROGRESS for end in ("PROG", "PROG_LOWER", "PROG_UPPER", "COV")
    ]
    national = hide(national, overall, " ")
    past = with_suffix(
        lambda end: _figures(tally(population, "ks2", end), end),
        year,
        {column: source for column, source in _EARLIER.items() if "PROG" not in column},
        population.truth.first_year,
    )
    for record_type in ("4", "5"):
        head = blank | {"RECTYPE": record_type}
        rows.append(arrange(columns, head | national | past, keep=_NATIONAL))
    return rows
