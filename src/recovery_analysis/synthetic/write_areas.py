"""Write what is published of areas: the LA tool's tables and the national disadvantage gap index."""

import io
import math
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from recovery_analysis.synthetic.blueprint import REGION_NAME
from recovery_analysis.synthetic.cells import arrange, layout, number, rounded, write_csv
from recovery_analysis.synthetic.population import Population
from recovery_analysis.synthetic.scores import Stage
from recovery_analysis.synthetic.tallies import Tally, in_area, mean_absence, state_funded, tally
from recovery_analysis.synthetic.truth import BASELINE_YEAR, NEW_BASELINE_YEAR
from recovery_analysis.words.periods import DISRUPTED_YEARS, AcademicYear

LONG_TABLE = "lait/bds_long_0.parquet"
LA_LIST = "lait/la_code_list.xlsx"
NEIGHBOURS = "lait/sn_april_2021.xlsx"
INDEX_FILES: dict[str, tuple[Stage, str, str, int]] = {
    "in12": (
        "ks2",
        "Attainment at age 11",
        "disadvantage_gap_index/2026-01-01-in12-full-dataset.csv",
        3,
    ),
    "in13": (
        "ks4",
        "Attainment at age 16",
        "disadvantage_gap_index/2026-01-01-in13-full-dataset.csv",
        2,
    ),
}
FILES = (LONG_TABLE, LA_LIST, NEIGHBOURS, *(file[2] for file in INDEX_FILES.values()))

#: Short name: description, key stage, measure, group, decimals.
_SERIES: dict[str, tuple[str, Stage, str, str, int]] = {
    "DAP_KS4_ATT8": (
        "KS4 GCSE Attainment 8 for disadvantaged pupils",
        "ks4",
        "attainment8",
        "disadvantaged",
        1,
    ),
    "NonDAP_KS4_ATT8": (
        "KS4 GCSE Attainment 8for non disadvantaged pupils",
        "ks4",
        "attainment8",
        "other",
        1,
    ),
    "AVG_Attain8_Score": (
        "Average Attainment 8 score per pupil",
        "ks4",
        "attainment8",
        "all",
        1,
    ),
    "DAP_KS4_Prog8": (
        "KS4 GCSE Progress 8 for disadvantaged pupils",
        "ks4",
        "progress8",
        "disadvantaged",
        2,
    ),
    "NonDAP_KS4_Prog8": (
        "KS4 GCSEProgress 8 for non disadvantaged pupils",
        "ks4",
        "progress8",
        "other",
        2,
    ),
    "AVG_Prog8_Score": ("Average Progress 8 score per pupil", "ks4", "progress8", "all", 2),
    "DAP_NEW_KS2_RWM": (
        "KS2 RWM attainment for Disadvantaged pupils",
        "ks2",
        "ks2_rwm_expected_pct",
        "disadvantaged",
        0,
    ),
    "NonDAP_NEW_KS2_RWM": (
        "KS2 RWM attainment for Non Disadvantaged pupils",
        "ks2",
        "ks2_rwm_expected_pct",
        "other",
        0,
    ),
    "KS2RWM_Expected_STD": (
        "Attainment at the end of key stage 2 Percentage in reading, writing and mathematics - "
        "Expected Standard All Pupils",
        "ks2",
        "ks2_rwm_expected_pct",
        "all",
        0,
    ),
}
_ENGLAND, _REGION = 970.0, 983.0
_CLOSENESS = ("Extremely Close", "Very Close", "Close", "Somewhat close", "Not Close")


def write_areas(population: Population, folder: Path) -> None:
    """Write the long table, the list of local authorities, their neighbours and the gap index."""
    _write_long_table(population, folder / LONG_TABLE)
    areas = population.blueprint.areas
    heads = [("LA Number", "LA Name", "Region", "Type")]
    listed = [(int(a["la_code"]), a["la_name"], REGION_NAME, "UA") for _, a in areas.iterrows()]
    larger = [(int(_ENGLAND), "England", None, None), (int(_REGION), REGION_NAME, None, None)]
    _write_sheet(folder / LA_LIST, "Sheet1", [*heads, *listed, *larger])
    _write_sheet(folder / NEIGHBOURS, "LA SN Groups", _neighbour_rows(areas))
    for code in INDEX_FILES:
        _write_index(population, code, folder)


def _places(population: Population) -> list[tuple[str, float, str, pd.Series]]:
    """Give name, number, region cell and schools of each area, as the tool orders them."""
    names = population.blueprint.areas.set_index("la_code")["la_name"]
    everyone = state_funded(population)
    places = [
        (names[code], float(code), REGION_NAME, in_area(population, code))
        for code in population.blueprint.la_codes
    ]
    return [
        *places,
        ("England", _ENGLAND, "NA", everyone),
        (REGION_NAME, _REGION, "NA", everyone),
    ]


def _write_long_table(population: Population, path: Path) -> None:
    columns = layout("lait")
    rows: list[tuple[object, ...]] = []
    places = _places(population)
    for short, (description, stage, measure, group, decimals) in _SERIES.items():
        for year in population.truth.years:
            for name, area_number, region, chosen in places:
                found = tally(population, stage, year, chosen)
                value = _tool_value(found, year, measure, group, decimals)
                # the tool describes a series in its first year only
                said = description if year == population.truth.first_year else None
                rows.append((short, said, str(year), name, value, area_number, region))
    for year in population.truth.years:
        for name, area_number, region, chosen in places:
            value = _tool_absence(population, chosen, year)
            said = (
                "Total absence from School- % half days missed"
                if year == population.truth.first_year
                else None
            )
            rows.append(("TotAbs", said, str(year), name, value, area_number, region))
    frame = pd.DataFrame(rows, columns=list(columns))
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)


def _tool_value(found: Tally, year: int, measure: str, group: str, decimals: int) -> str:
    no_progress = measure == "progress8" and AcademicYear.ending(year) in DISRUPTED_YEARS
    value = found.mean(measure, group)
    if no_progress or math.isnan(value):
        return "-"
    # the tool's numbers have been through a spreadsheet: 36.8 stands there as 36.799999999999997
    return f"{rounded(value, decimals):.17g}"


def _tool_absence(population: Population, chosen: pd.Series, year: int) -> str:
    if year == BASELINE_YEAR + 1:
        return "-"
    period = 1 if year >= NEW_BASELINE_YEAR else 0
    return (
        f"{rounded(mean_absence(population, population.blueprint.schools[chosen], period), 2):.17g}"
    )


def _neighbour_rows(areas: pd.DataFrame) -> list[Sequence[object]]:
    """Lay the sheet out as the tool does: two rows above the header, old authorities below a heading."""
    header = ["LA num", "LA Name", "LA number", "GOInd", "GOReg"]
    for rank in range(1, 11):
        header += [f"SN{rank}", "SNP"]
    codes = [int(code) for code in areas["la_code"]]
    rows: list[Sequence[object]] = [
        [*"ABCDE", *range(3, 23)],
        list(range(1, 26)),
        header,
    ]
    for position, (_, area) in enumerate(areas.iterrows()):
        code = int(area["la_code"])
        near = [codes[(position + step) % len(codes)] for step in range(1, len(codes))]
        pairs = [cell for pair in zip(near, _CLOSENESS, strict=False) for cell in pair]
        fill = ["-"] * (20 - len(pairs))
        rows.append([code, area["la_name"], code, 1, REGION_NAME, *pairs, *fill])
    old = [950, "Ashmere (Pre LG)", 950, 1, REGION_NAME, *[codes[0], "Close"], *["-"] * 18]
    return [*rows, [None], [None, "Old SNs:"], [None], old]


def _write_sheet(path: Path, title: str, rows: Sequence[Sequence[object]]) -> None:
    """Write a workbook whose bytes depend on its content only: no time of writing in it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(path, "w") as out:
        for name in sorted(written.namelist()):
            content = re.sub(
                rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2021-04-01T00:00:00Z", written.read(name)
            )
            entry = zipfile.ZipInfo(name, date_time=(2021, 4, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, content)


def _write_index(population: Population, code: str, folder: Path) -> None:
    stage, title, name, decimals = INDEX_FILES[code]
    columns = layout("gap_index")
    common = dict.fromkeys(columns, "NA") | {
        "measure_code": code,
        "measure_title": title,
        "chart_type": "trend",
        "area_code": "E92000001",
        "area_type": "Country",
        "area_name": "England",
    }
    rows = []
    for year in population.truth.years:
        found = tally(population, stage, year)
        for cells in _split_rows(found, stage, year):
            rows.append(arrange(columns, common | cells))
    for year in population.truth.years:
        value = population.stage(stage).gap_index.get(year, 0.0)
        cells = {
            "primary_split_type": "time_period",
            "primary_split_value": str(AcademicYear.ending(year)),
            "time_period": str(AcademicYear.ending(year)),
            "value": number(value, decimals),
            "unit": "Disadvantage index",
            "label": f"{number(value, 0)}%",
        }
        rows.append(arrange(columns, common | cells))
    write_csv(folder / name, columns, rows, encoding="utf-8", line_end="\n", quote_all=True)


def _split_rows(found: Tally, stage: Stage, year: int) -> list[dict[str, str]]:
    """Give the attainment rates that stand in the same file, coded 0 where no tests were held."""
    rate: Callable[[str], float] = (
        (lambda group: found.mean("ks2_rwm_expected_pct", group))
        if stage == "ks2"
        else (lambda group: 100 * found.mean("strong_pass", group))
    )
    groups = {
        "Total": "all",
        "Not known to be disadvantaged": "other",
        "Disadvantaged": "disadvantaged",
    }
    out = []
    for words, group in groups.items():
        n = found.pupils(group)
        value = number(rate(group), 0 if stage == "ks2" else 1) if n else "0"
        out.append(
            {
                "primary_split_type": "seb",
                "primary_split_value": words,
                "secondary_split_type": "time_period",
                "secondary_split_value": str(AcademicYear.ending(year)),
                "time_period": str(AcademicYear.ending(year)),
                "value": value,
                "sample_size": str(n) if n else "x",
                "unit": "Percentage",
                "label": f"{number(float(value), 0)}%",
            }
        )
    return out
