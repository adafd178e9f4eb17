"""Write absence and census by school of 2022/23, as they stand beside the performance tables."""

from pathlib import Path

import pandas as pd

from recovery_analysis.synthetic.blueprint import (
    INDEPENDENT,
    SPECIAL,
    estab,
    is_open,
    kind_of,
    pupils_on_roll,
    urn_in_summer,
)
from recovery_analysis.synthetic.cells import arrange, layout, number, write_csv
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.tallies import mean_absence

_FOLDER = "performance_tables/england_2022_2023"
FILES = (f"{_FOLDER}/england_abs.csv", f"{_FOLDER}/england_census.csv")

_YEAR = 2023
_SCHOOL_TYPES = {
    "PRI": "State-funded primary",
    "SEC": "State-funded secondary",
    "SPE": "State-funded special school",
    "IND": "Independent school",
}
_SHARES = {
    "PNORG": "NORG",
    "PNORB": "NORB",
    "PSENELSE": "TSENELSE",
    "PSENELK": "TSENELK",
    "PNUMEAL": "NUMEAL",
    "PNUMENGFL": "NUMENGFL",
    "PNUMUNCFL": "NUMUNCFL",
}
_UNKNOWN_OF_INDEPENDENT = tuple(column for column in layout("census") if "NUM" in column)


def write_absence_census(population: Population, folder: Path) -> None:
    """Write both files: a row a school, then England's rows, which have no URN."""
    open_then = is_open(population.blueprint, day=f"{_YEAR}-01-19")
    schools = population.blueprint.schools[open_then]
    _write_absence(population, schools, folder / FILES[0])
    _write_census(schools, folder / FILES[1])


def persistent(overall: float) -> float:
    """Give the percent of pupils who miss a tenth or more, from the percent of sessions missed."""
    return min(100.0, max(0.0, 3.4 * overall - 4.0))


def _write_absence(population: Population, schools: pd.DataFrame, path: Path) -> None:
    columns = layout("absence")
    state = schools[schools["type"].ne(INDEPENDENT)]
    rows = []
    for position, school in state.iterrows():
        urn = urn_in_summer(school, _YEAR)
        overall = population.absence[int(str(position)), 1]
        cells = {"LA": school["la_code"], "ESTAB": estab(urn), "URN": urn}
        rows.append(arrange(columns, cells | _absence(float(overall))))
    for word, members in state.groupby(state.apply(kind_of, axis=1)):
        overall = mean_absence(population, members, 1)
        rows.append(arrange(columns, {"LA": "NAT", "ESTAB": str(word)} | _absence(overall)))
    write_csv(path, columns, rows, encoding="utf-8-sig", line_end="\n")


def _absence(overall: float) -> dict[str, str]:
    return {"PERCTOT": number(overall, 1), "PPERSABS10": number(persistent(overall), 1)}


def _write_census(schools: pd.DataFrame, path: Path) -> None:
    columns = layout("census")
    counts, rows = [], []
    for _, school in schools.iterrows():
        urn, kind = urn_in_summer(school, _YEAR), kind_of(school)
        found = _census_counts(school)
        cells = {
            "URN": urn,
            "LA": school["la_code"],
            "Estab": estab(urn),
            "SCHOOLTYPE": _SCHOOL_TYPES[kind],
        }
        cells |= _census_cells(found)
        if kind == "IND":
            cells |= dict.fromkeys(_UNKNOWN_OF_INDEPENDENT, "NA")
        else:
            counts.append({"kind": kind} | found)
        rows.append(arrange(columns, cells))
    for kind, total in pd.DataFrame(counts).groupby("kind").sum().iterrows():
        word = str(kind)
        cells = {"URN": "NAT", "Estab": word, "SCHOOLTYPE": _SCHOOL_TYPES[word]}
        sums = {str(column): int(value) for column, value in total.items()}
        rows.append(arrange(columns, cells | _census_cells(sums)))
    write_csv(path, columns, rows, encoding="utf-8-sig", line_end="\n")


def _census_counts(school: pd.Series) -> dict[str, int]:
    roll, share = pupils_on_roll(school), float(school["disadvantaged_share"])
    girls, eal = round(0.49 * roll), round(0.15 * roll)
    plan = roll if school["type"] == SPECIAL else round(0.025 * roll)
    return {
        "NOR": roll,
        "NORG": girls,
        "NORB": roll - girls,
        "TSENELSE": plan,
        "TSENELK": round(0.13 * (roll - plan)),
        "NUMEAL": eal,
        "NUMENGFL": roll - eal,
        "NUMUNCFL": 0,
        "NUMFSM": round(0.8 * share * roll),
        "NUMFSMEVER": round(share * roll),
        "NORFSMEVER": roll,
    }


def _census_cells(counts: dict[str, int]) -> dict[str, str]:
    cells = {column: str(value) for column, value in counts.items()}
    for column, part in _SHARES.items():
        cells[column] = f"{100 * counts[part] / counts['NOR']:.1f}%"
    return cells | {"PNUMFSMEVER": f"{100 * counts['NUMFSMEVER'] / counts['NORFSMEVER']:.1f}%"}
