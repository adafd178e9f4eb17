"""Write the four GIAS extracts: establishments, groups, group links, predecessors and successors."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from recovery_analysis.synthetic.blueprint import (
    EXTRACT_DAY,
    INDEPENDENT,
    REGION_NAME,
    SPECIAL,
    TYPES,
    Blueprint,
    estab,
    pupils_on_roll,
)
from recovery_analysis.synthetic.cells import arrange, layout, number, uk_date, write_csv
from recovery_analysis.synthetic.population import Population

_STAMP = EXTRACT_DAY.replace("-", "")
FILES = (
    f"gias/edubasealldata{_STAMP}.csv",
    "gias/groups.csv",
    "gias/group_links.csv",
    f"gias/links_edubasealldata{_STAMP}.csv",
)

#: Cells that are the same for every school; the telephone number is one kept for fiction.
_ALIKE = {
    "Gender (code)": "3",
    "Gender (name)": "Mixed",
    "LastChangedDate": "01-07-2024",
    "TelephoneNum": "01632960000",
}
_PHASES = {"Not applicable": "0", "Primary": "2", "Secondary": "4", "All-through": "7"}
#: Schools of the demo's federation and sponsor: links of other kinds beside those to trusts.
_FEDERATION, _FEDERATED = "90022", ("900033", "900034")
_SPONSOR, _SPONSORED = "90021", ("900002", "900004", "900009", "900012")


def write_gias(population: Population, folder: Path) -> None:
    """Write the extracts of ``EXTRACT_DAY``."""
    blueprint = population.blueprint
    _write_establishments(population, folder / FILES[0])
    _write_groups(blueprint, folder / FILES[1])
    _write_group_links(blueprint, folder / FILES[2])
    _write_links(blueprint, folder / FILES[3])


def _day_before(iso: str) -> str:
    return str(date.fromisoformat(iso) - timedelta(days=1))


def _write_establishments(population: Population, path: Path) -> None:
    columns = layout("gias_establishments")
    rows = []
    for _, school in population.blueprint.schools.iterrows():
        now = {
            "urn": school["urn"],
            "type": school["type"],
            "opened": school["converted"] or school["opened"],
            "closed": school["closed"],
            "why_closed": "Closure" if school["closed"] else "",
        }
        rows.append(arrange(columns, _establishment(population, school, now)))
        if school["previous_urn"]:
            before = {
                "urn": school["previous_urn"],
                "type": school["previous_type"],
                "opened": "",
                "closed": _day_before(school["converted"]),
                "why_closed": "Academy Converter",
            }
            rows.append(arrange(columns, _establishment(population, school, before)))
    write_csv(path, columns, sorted(rows), encoding="cp1252", quote_all=True)


def _establishment(
    population: Population, school: pd.Series, spell: dict[str, str]
) -> dict[str, str]:
    code, group_code, group_name, _ = TYPES[spell["type"]]
    is_open = not spell["closed"]
    academy = group_code in ("10", "11")
    joined_then = academy and is_open and school["trust_uid"]
    cells = _ALIKE | {
        "URN": spell["urn"],
        "LA (code)": school["la_code"],
        "EstablishmentNumber": estab(spell["urn"]),
        "EstablishmentName": school["name"],
        "TypeOfEstablishment (code)": code,
        "TypeOfEstablishment (name)": spell["type"],
        "EstablishmentTypeGroup (code)": group_code,
        "EstablishmentTypeGroup (name)": group_name,
        "EstablishmentStatus (code)": "1" if is_open else "2",
        "EstablishmentStatus (name)": "Open" if is_open else "Closed",
        "ReasonEstablishmentOpened (name)": "Academy Converter"
        if spell["urn"] == school["urn"] and school["converted"]
        else "Not applicable",
        "OpenDate": uk_date(spell["opened"]),
        "ReasonEstablishmentClosed (name)": spell["why_closed"] or "Not applicable",
        "CloseDate": uk_date(spell["closed"]),
        "PhaseOfEducation (code)": _PHASES[school["phase"]],
        "PhaseOfEducation (name)": school["phase"],
        "StatutoryLowAge": school["low_age"],
        "StatutoryHighAge": school["high_age"],
        "UKPRN": f"19{spell['urn']}",
        "Postcode": f"ZZ9 9{int(spell['urn']) % 10}ZZ",
        "SchoolWebsite": f"https://www.example.org/{spell['urn']}",
    }
    if joined_then:
        cells |= _trust_cells(population.blueprint, school["trust_uid"])
    else:
        cells |= {"TrustSchoolFlag (code)": "0", "TrustSchoolFlag (name)": "Not applicable"}
    return cells | _place_cells(population.blueprint, school) | _pupil_cells(school, spell["type"])


def _trust_cells(blueprint: Blueprint, uid: str) -> dict[str, str]:
    group = blueprint.groups.set_index("group_uid").loc[uid]
    single = str(group["type"]) == "Single-academy trust"
    return {
        "TrustSchoolFlag (code)": "5" if single else "3",
        "TrustSchoolFlag (name)": f"Supported by a {'single' if single else 'multi'}-academy trust",
        "Trusts (code)": uid,
        "Trusts (name)": group["group_name"].upper(),
    }


def _place_cells(blueprint: Blueprint, school: pd.Series) -> dict[str, str]:
    area = blueprint.areas.set_index("la_code").loc[school["la_code"]]
    return {
        "LA (name)": area["la_name"],
        "GOR (code)": "E",
        "GOR (name)": REGION_NAME,
        "GSSLACode (name)": area["ons_code"],
        "DistrictAdministrative (code)": area["ons_code"],
        "DistrictAdministrative (name)": area["la_name"],
        "Town": area["la_name"],
        "UrbanRural (code)": area["urban_rural_code"],
        "UrbanRural (name)": area["urban_rural"],
    }


def _pupil_cells(school: pd.Series, type_name: str) -> dict[str, str]:
    if school["remark"] == "blank fields":
        return {"StatutoryLowAge": "", "StatutoryHighAge": "", "CensusDate": ""}
    roll = pupils_on_roll(school)
    share = 0.8 * float(school["disadvantaged_share"])
    girls = round(roll * 0.49)
    cells = {
        "CensusDate": "18-01-2024",
        "NumberOfPupils": str(roll),
        "NumberOfBoys": str(roll - girls),
        "NumberOfGirls": str(girls),
        "SchoolCapacity": str(round(roll * 1.05)),
        "SpecialClasses (name)": "Has Special Classes"
        if type_name == SPECIAL
        else "No Special Classes",
    }
    if type_name == INDEPENDENT:
        return cells
    return cells | {"PercentageFSM": number(100 * share, 1), "FSM": str(round(roll * share))}


def _write_groups(blueprint: Blueprint, path: Path) -> None:
    columns = layout("gias_groups")
    rows = []
    for _, group in blueprint.groups.iterrows():
        cells = _group_cells(group)
        # the extract that went round had passed through a spreadsheet: numbers lost their zeros
        company = group["companies_house_number"]
        cells["Companies House Number"] = f"{float(company):.1f}" if company else ""
        cells |= {"Group County": "Not recorded", "Group Postcode": "ZZ9 9ZZ"}
        if company:
            cells["UKPRN"] = f"199{group['group_uid']}.0"
        rows.append(arrange(columns, cells))
    write_csv(path, columns, rows, encoding="utf-8-sig", line_end="\n")


def _group_cells(group: pd.Series) -> dict[str, str]:
    incorporated = bool(group["companies_house_number"])
    status = "Closed" if group["closed"] else "Open"
    return {
        "Group UID": group["group_uid"],
        "Group ID": group["group_id"],
        "Group Name": group["group_name"],
        "Companies House Number": group["companies_house_number"],
        "Group Type (code)": group["type_code"],
        "Group Type": group["type"],
        "Closed Date": group["closed"],
        "Open date": "" if incorporated else group["opened"],
        "Incorporated on (open date)": group["opened"] if incorporated else "",
        "Group Status (code)": status.upper(),
        "Group Status": status,
    }


def _write_group_links(blueprint: Blueprint, path: Path) -> None:
    columns = layout("gias_group_links")
    links = []
    for _, school in blueprint.schools.iterrows():
        if school["trust_uid"]:
            links.append((school, school["trust_uid"], school["joined"]))
        if school["previous_trust_uid"]:
            links.append((school, school["previous_trust_uid"], "2013-02-01"))
        if school["urn"] in _FEDERATED:
            links.append((school, _FEDERATION, "2015-09-01"))
        if school["urn"] in _SPONSORED:
            links.append((school, _SPONSOR, "1900-01-01"))
    groups = blueprint.groups.set_index("group_uid", drop=False)
    areas = blueprint.areas.set_index("la_code")["la_name"]
    rows = []
    for position, (school, uid, joined) in enumerate(links):
        cells = _group_cells(groups.loc[uid]) | {
            "": str(position),
            "URN": school["urn"],
            "Joined date": joined,
            "EstablishmentName": school["name"],
            "TypeOfEstablishment (code)": TYPES[school["type"]][0],
            "TypeOfEstablishment (name)": school["type"],
            "PhaseOfEducation (code)": _PHASES[school["phase"]],
            "PhaseOfEducation (name)": school["phase"],
            "LA (code)": school["la_code"],
            "LA (name)": areas[school["la_code"]],
        }
        rows.append(arrange(columns, cells))
    write_csv(path, columns, rows, encoding="utf-8", line_end="\n")


def _write_links(blueprint: Blueprint, path: Path) -> None:
    columns = layout("gias_links")
    rows = []
    for _, school in blueprint.schools[blueprint.schools["previous_urn"].ne("")].iterrows():
        old, new, day = school["previous_urn"], school["urn"], uk_date(school["converted"])
        rows.append([new, old, school["name"], "Predecessor", day])
        rows.append([old, new, school["name"], "Successor", day])
    write_csv(path, columns, sorted(rows), encoding="cp1252", quote_all=True)
