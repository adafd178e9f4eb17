"""Which invented schools, groups and areas there are: plain tables that stand beside this file."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import pandas as pd

Size = Literal["small", "demo"]

#: The trust whose three schools make up the small community.
SMALL_TRUST = "90004"
REGION_NAME = "East Midlands"
REGION_CODE = "E12000004"
#: Day of the GIAS extracts that are written.
EXTRACT_DAY = "2024-09-01"

#: Type of establishment: GIAS code, type group code, type group, code in the performance tables.
TYPES: dict[str, tuple[str, str, str, str]] = {
    "Community school": ("1", "4", "Local authority maintained schools", "CY"),
    "Voluntary aided school": ("2", "4", "Local authority maintained schools", "VA"),
    "Voluntary controlled school": ("3", "4", "Local authority maintained schools", "VC"),
    "Foundation school": ("5", "4", "Local authority maintained schools", "FD"),
    "Community special school": ("7", "5", "Special schools", "CYS"),
    "Other independent school": ("11", "3", "Independent schools", "IND"),
    "Academy sponsor led": ("28", "10", "Academies", "AC"),
    "Academy converter": ("34", "10", "Academies", "ACC"),
    "Free schools": ("35", "11", "Free Schools", "F"),
}
INDEPENDENT = "Other independent school"
SPECIAL = "Community special school"


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """The invented community: all text, blank where nothing applies.

    Parameters
    ----------
    schools
        One row a school (not a URN). ``previous_urn`` and ``previous_type`` are those before ``converted``;
        ``previous_trust_uid`` is the trust before ``joined``; ``first_results`` is the calendar year of the
        first tests of a new school; ``progress_coverage`` is a school's own share of pupils with prior
        attainment. Dates are ISO text, cohorts pupils a year.
    groups
        Trusts, a sponsor and a federation.
    areas
        Local authorities. All five stand here whatever the size.
    """

    schools: pd.DataFrame
    groups: pd.DataFrame
    areas: pd.DataFrame

    @property
    def la_codes(self) -> list[str]:
        """Give the codes of local authorities that have schools, in order."""
        return sorted(set(self.schools["la_code"]))


@cache
def _table(name: str) -> pd.DataFrame:
    text = files("recovery_analysis.synthetic").joinpath("blueprints", name)
    with text.open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype=str, keep_default_na=False)


def load_blueprint(size: Size) -> Blueprint:
    """Give the demo community, or only the three schools of one trust in one local authority.

    Examples
    --------
    >>> len(load_blueprint("small").schools), len(load_blueprint("demo").schools)
    (3, 41)
    """
    schools, groups = _table("schools.csv"), _table("groups.csv")
    if size == "small":
        schools = schools[schools["trust_uid"].eq(SMALL_TRUST)].reset_index(drop=True)
        groups = groups[groups["group_uid"].eq(SMALL_TRUST)].reset_index(drop=True)
    return Blueprint(schools=schools.copy(), groups=groups.copy(), areas=_table("areas.csv"))


def urn_in_summer(school: pd.Series, year: int) -> str:
    """Give the URN under which a school's tests of summer ``year`` are published."""
    converted = school["converted"]
    if school["previous_urn"] and converted > f"{year}-05-15":
        return school["previous_urn"]
    return school["urn"]


def type_in_summer(school: pd.Series, year: int) -> str:
    """Give the type of establishment that goes with ``urn_in_summer``."""
    return (
        school["previous_type"]
        if urn_in_summer(school, year) == school["previous_urn"]
        else school["type"]
    )


def members(blueprint: Blueprint, *, trust_uid: str, day: str) -> pd.Series:
    """Say for each school whether it belonged to a trust on ``day`` (ISO) and was open."""
    schools = blueprint.schools
    joined = schools["trust_uid"].eq(trust_uid) & schools["joined"].le(day)
    before = schools["previous_trust_uid"].eq(trust_uid) & schools["joined"].gt(day)
    return (joined | before) & is_open(blueprint, day=day)


def is_open(blueprint: Blueprint, *, day: str) -> pd.Series:
    """Say for each school whether it was open on ``day`` (ISO), under whichever URN."""
    schools = blueprint.schools
    ended = schools["closed"].ne("") & schools["closed"].lt(day)
    return ~(ended | schools["opened"].gt(day))


def estab(urn: str) -> str:
    """Give an invented establishment number: unique within the community."""
    return str(1000 + int(urn) % 9000)


def pupils_on_roll(school: pd.Series) -> int:
    """Give the pupils on roll: the key stage cohort in every year of age."""
    cohort = school["ks4_cohort"] or school["ks2_cohort"] or "60"
    ages = int(school["high_age"]) - int(school["low_age"])
    return int(cohort) * max(ages, 1)


def kind_of(school: pd.Series) -> str:
    """Give the short word for a school's kind in national rows: PRI, SEC, SPE or IND."""
    if school["type"] == INDEPENDENT:
        return "IND"
    if school["type"] == SPECIAL:
        return "SPE"
    return "PRI" if school["phase"] == "Primary" else "SEC"
