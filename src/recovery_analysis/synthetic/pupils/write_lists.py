"""Write lists of pupils: from schools' own systems, or the department's census download; and of devices."""

import numpy as np

from recovery_analysis.synthetic.pupils.arrays import Integers, academic_year
from recovery_analysis.synthetic.pupils.identity import UPN_CHANGE_YEAR, surname
from recovery_analysis.synthetic.pupils.roll import ETHNICITIES, SEN, changed_upn
from recovery_analysis.synthetic.pupils.source_files import (
    CENSUS_SUPPLIERS,
    SourceFiles,
    iso_days,
    uk_days,
)
from recovery_analysis.synthetic.pupils.table_file import Cells, whole, write_table
from recovery_analysis.synthetic.pupils.truth_home import CONNECTION_WORDS, DEVICE_WORDS

LIST_FILE, CENSUS_FILE, DEVICE_FILE = "pupils.csv", "census_spring.csv", "devices.csv"
_LIST_COLUMNS = (
    "urn",
    "academic_year",
    "upn",
    "former_upn",
    "local_id",
    "last_name",
    "first_name",
    "dob",
    "postcode",
    "year_code",
    "gender",
    "ethnicity_group",
    "is_fsm",
    "is_fsm6",
    "looked_after",
    "is_eal",
    "sen_category",
    "idaci_decile",
    "start_date",
    "end_date",
)
#: The spring census as Get Information About Pupils gives it.
_CENSUS_COLUMNS = (
    "PupilMatchingRef",
    "AcademicYear",
    "CensusTerm",
    "LA",
    "Estab",
    "LAEstab",
    "URN",
    "PHASE",
    "UPN",
    "FormerUPN",
    "Surname",
    "Forename",
    "MiddleNames",
    "PreferredSurname",
    "FormerSurname",
    "Sex",
    "DOB",
    "Ethnicity",
    "FSMeligible",
    "FSM_protected",
    "EVERFSM_6",
    "EVERFSM_6_P",
    "Language",
    "HoursAtSetting",
    "FundedHours",
    "EnrolStatus",
    "EntryDate",
    "NCyearActual",
    "SENProvision",
    "PrimarySENeedsType",
    "SecondarySENType",
    "IDACI_S",
    "IDACI_R",
    "EYPPR",
    "EYPPBF",
    "ExtendedHours",
    "ExpandedHours",
    "DAFIndicator",
    "Funding_Basis_ECO",
    "Funding_Basis_HSD",
    "Funding_Basis_LAA",
)
_CODES = dict(zip(ETHNICITIES, ("WBRI", "AIND", "BAFR", "MWBC", "CHNE", "OOTH"), strict=True))
_SEN_CODES = dict(zip(SEN, ("N", "K", "E"), strict=True))
#: Neighbourhoods that the index of 2019 ranks.
_AREAS = 32_844
_DEVICE_COLUMNS = (
    "urn",
    "upn",
    "local_id",
    "academic_year",
    "year_group",
    "recorded_date",
    "device",
    "connection",
    "lent_by_school",
)


def write_lists(files: SourceFiles) -> None:
    """Write each sender's list of pupils over all years, and its list of devices."""
    world = files.world
    for sender in files.senders:
        mine = files.is_from(sender)[world.roll.school] & world.roll.gives("mis")
        years = [
            (year, np.flatnonzero(mine & world.roll.on_roll(year))) for year in world.truth.years
        ]
        at = np.concatenate([found for _, found in years])
        year = np.concatenate([np.full(len(found), start) for start, found in years])
        if len(at):
            is_census = sender in CENSUS_SUPPLIERS
            write = _write_census if is_census else _write_list
            write(files, sender, at, year)
        _write_devices(files, sender)


def _yes(flags: np.ndarray, words: tuple[str, str]) -> list[str]:
    return [words[int(flag)] for flag in flags.tolist()]


def _born(files: SourceFiles, at: Integers) -> np.ndarray:
    """Give an invented day of birth in the pupil's month."""
    roll = files.world.roll
    month = (roll.birth_month[at] + 8) % 12 + 1
    born = roll.cohort[at] - 5 + (roll.birth_month[at] >= 4)
    day = roll.number[at] % 28 + 1
    texts = [
        f"{y}-{m:02d}-{d:02d}"
        for y, m, d in zip(born.tolist(), month.tolist(), day.tolist(), strict=True)
    ]
    return np.array(texts, dtype="datetime64[D]")


def _upns(files: SourceFiles, at: Integers, year: Integers) -> tuple[list[str], list[str]]:
    """Give UPN and former UPN as each year's list has them."""
    changed = changed_upn(files.world.truth, files.world.roll)
    now = [files.identity.upn_in(p, y) for p, y in zip(at.tolist(), year.tolist(), strict=True)]
    tells = changed[at] & (year >= UPN_CHANGE_YEAR)
    former = [
        files.identity.former[p] if t else ""
        for p, t in zip(at.tolist(), tells.tolist(), strict=True)
    ]
    return now, former


def _write_list(files: SourceFiles, sender: str, at: Integers, year: Integers) -> None:
    roll = files.world.roll
    upn, former = _upns(files, at, year)
    left = roll.left_on()[at]
    ends = np.array([f"{y + 1}-09-01" for y in year.tolist()], dtype="datetime64[D]")
    left = np.where(left < ends, left, np.datetime64("NaT"))
    starts = np.array([f"{y}-09-03" for y in roll.first[at].tolist()], dtype="datetime64[D]")
    cells: Cells = {
        "urn": files.urns(at),
        "academic_year": [academic_year(y) for y in year.tolist()],
        "upn": upn,
        "former_upn": former,
        "local_id": files.locals(at),
        "last_name": [surname(number) for number in roll.number[at].tolist()],
        "first_name": "Invented",
        "dob": uk_days(_born(files, at)),
        "postcode": "ZZ9 9ZZ",
        "year_code": whole((year - roll.cohort[at]).tolist()),
        "gender": _yes(roll.female[at], ("M", "F")),
        "ethnicity_group": [ETHNICITIES[code] for code in roll.ethnicity[at].tolist()],
        "is_fsm": _yes(roll.fsm[at], ("N", "Y")),
        "is_fsm6": _yes(roll.fsm6[at], ("N", "Y")),
        "looked_after": _yes(roll.looked_after[at], ("N", "Y")),
        "is_eal": _yes(roll.eal[at], ("N", "Y")),
        "sen_category": [_SEN_CODES[SEN[code]] for code in roll.sen[at].tolist()],
        "idaci_decile": whole(roll.idaci[at].tolist()),
        "start_date": uk_days(starts),
        "end_date": uk_days(left),
    }
    write_table(files.path("lists", sender, LIST_FILE), _LIST_COLUMNS, cells, len(at))


def _write_census(files: SourceFiles, sender: str, at: Integers, year: Integers) -> None:
    """Write the census download; it does not say who is looked after nor who has left."""
    roll = files.world.roll
    upn, former = _upns(files, at, year)
    starts = np.array([f"{y}-09-03" for y in roll.first[at].tolist()], dtype="datetime64[D]")
    areas = ((roll.idaci[at] - 0.5) * _AREAS / 10).astype(np.int64)
    cells: Cells = {
        "PupilMatchingRef": [f"PMR{number}" for number in roll.number[at].tolist()],
        "AcademicYear": [f"{y}/{y + 1}" for y in year.tolist()],
        "CensusTerm": "SPR",
        "LA": [roll.schools.la_codes[roll.schools.la[s]] for s in roll.school[at].tolist()],
        "URN": files.urns(at),
        "UPN": upn,
        "FormerUPN": former,
        "Surname": [surname(number) for number in roll.number[at].tolist()],
        "Forename": "Invented",
        "Sex": _yes(roll.female[at], ("M", "F")),
        "DOB": iso_days(_born(files, at)),
        "Ethnicity": [_CODES[ETHNICITIES[code]] for code in roll.ethnicity[at].tolist()],
        "FSMeligible": _yes(roll.fsm[at], ("0", "1")),
        # looked-after children are not in this column of the real download either
        "EVERFSM_6": _yes(roll.fsm6[at], ("0", "1")),
        "Language": _yes(roll.eal[at], ("ENG", "OTH")),
        "EnrolStatus": "C",
        "EntryDate": iso_days(starts),
        "NCyearActual": whole((year - roll.cohort[at]).tolist()),
        "SENProvision": [_SEN_CODES[SEN[code]] for code in roll.sen[at].tolist()],
        "IDACI_R": whole(areas.tolist()),
    }
    write_table(files.path("lists", sender, CENSUS_FILE), _CENSUS_COLUMNS, cells, len(at))


def _write_devices(files: SourceFiles, sender: str) -> None:
    world = files.world
    roll, home = world.roll, world.home
    day = np.datetime64(world.truth.devices.recorded)
    there = roll.on_roll(2019) & roll.gives("devices") & home.listed & ~(roll.left_on() < day)
    at = np.flatnonzero(there & files.is_from(sender)[roll.school])
    if not len(at):
        return
    cells: Cells = files.pupil_cells(at, 2019, sender) | {
        "academic_year": academic_year(2019),
        "year_group": whole((2019 - roll.cohort[at]).tolist()),
        "recorded_date": uk_days(np.array([day]))[0],
        "device": [DEVICE_WORDS[code] for code in home.device[at].tolist()],
        "connection": [CONNECTION_WORDS[code] for code in home.connection[at].tolist()],
        "lent_by_school": _yes(home.lent[at], ("no", "yes")),
    }
    write_table(files.path("devices", sender, DEVICE_FILE), _DEVICE_COLUMNS, cells, len(at))
