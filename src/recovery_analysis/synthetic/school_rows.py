"""What school, LA and national rows of the key stage 2 and key stage 4 tables have in common."""

from collections.abc import Callable, Iterable

import pandas as pd

from recovery_analysis.synthetic.blueprint import (
    TYPES,
    estab,
    pupils_on_roll,
    type_in_summer,
    urn_in_summer,
)
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.tallies import Tally
from recovery_analysis.words.periods import DISRUPTED_YEARS, AcademicYear

#: Calendar years in which the academic years end that are written.
TABLE_YEARS = (2017, 2018, 2019, 2022, 2023, 2024)

Cells = dict[str, str]


def identity(population: Population, school: pd.Series, year: int) -> Cells:
    """Give the columns that say which school a row is about, as of that summer."""
    blueprint = population.blueprint
    urn = urn_in_summer(school, year)
    area = blueprint.areas.set_index("la_code").loc[school["la_code"]]
    return {
        "LEA": school["la_code"],
        "ESTAB": estab(urn),
        "URN": urn,
        "SCHNAME": school["name"],
        "ADDRESS1": "School Lane",
        "TOWN": area["la_name"],
        "PCODE": f"ZZ9 9{int(urn) % 10}ZZ",
        "TELNUM": "01632960000",
        "NFTYPE": TYPES[type_in_summer(school, year)][3],
        "ICLOSE": "1" if school["closed"][:4] == str(year) else "0",
        "RELDENOM": "Does not apply",
        "AGERANGE": f"{school['low_age']}-{school['high_age']}",
        "CONFEXAM": "R" if int(urn) % 4 == 0 else "",
        "TOTPUPS": str(pupils_on_roll(school)),
    }


def hide(cells: Cells, columns: Iterable[str], marker: str) -> Cells:
    """Put a marker in place of every figure of these columns."""
    return cells | dict.fromkeys((column for column in columns if column in cells), marker)


def hidden_groups(figures: Tally, limit: int) -> tuple[bool, str, str]:
    """Say whether all figures are suppressed, and what stands for disadvantaged and for other pupils.

    The publisher hides both groups, and their difference, when either has 1 to ``limit`` pupils; a school
    without disadvantaged pupils has blanks for them and a marker for the others, who are then everyone.
    """
    disadvantaged, other = figures.pupils("disadvantaged"), figures.pupils("other")
    if figures.pupils() <= limit:
        return True, "SUPP", "SUPP"
    if disadvantaged == 0:
        return False, "", "SUPP"
    if disadvantaged <= limit or other <= limit:
        return False, "SUPP", "SUPP"
    return False, "shown", "shown"


def with_suffix(
    figures: Callable[[int], Cells], year: int, earlier: dict[str, str], first: int
) -> Cells:
    """Give the figures of the two years before under their suffixes in the 2018/19 layout.

    ``earlier`` maps a suffixed column to the column that it repeats; years without tests or before
    ``first`` stay blank.
    """
    out: Cells = {}
    for back, suffix in ((1, "_18"), (2, "_17")):
        if year - back < first or AcademicYear.ending(year - back) in DISRUPTED_YEARS:
            continue
        before = figures(year - back)
        out |= {
            column: before[source]
            for column, source in earlier.items()
            if column.endswith(suffix) and source in before
        }
    return out
