"""The schools' pupil lists: who is on roll where, in which year, and each pupil's latest characteristics."""

from collections.abc import Mapping

import pandas as pd

from recovery_analysis.community.pupils import PupilData
from recovery_analysis.words.pupils import NO, YES, phase_of_year_group

#: Characteristics by which pupils are compared; each is yes, no or null.
TRAITS = ("disadvantaged", "sen", "eal")


def traits_of(pupils: PupilData) -> pd.DataFrame:
    """Give one row a pupil, from the latest list: ``pupil_id``, ``year_group`` and the traits (yes, no, null).

    A trait that the latest list leaves blank is taken from the list before it.
    """
    listed = pupils.table("pupils").sort_values(["academic_year", "school_id"], kind="stable")
    sen = listed["sen_status"].map({"none": NO, "sen_support": YES, "ehcp": YES})
    columns = listed[["pupil_id", "year_group", "disadvantaged", "eal"]].assign(sen=sen)
    if not len(columns):
        return columns.astype({"sen": "str"})
    return columns.groupby("pupil_id", as_index=False, sort=False).last()


def latest_years(frame: pd.DataFrame) -> dict[str, str]:
    """Give the latest academic year of each school in a table."""
    found = frame.groupby("school_id")["academic_year"].max()
    return {str(school): str(year) for school, year in found.items()}


def on_roll(pupils: PupilData, years: Mapping[str, str]) -> pd.DataFrame:
    """Give one row a pupil and school (``pupil_id``, ``school_id``) on roll in the year wanted of each school.

    Where a school has no list of that year, its latest list stands in. A school without any list has no row.
    """
    listed = pupils.table("pupils")[["pupil_id", "school_id", "academic_year"]]
    listed = listed[listed["school_id"].isin(list(years))]
    wanted = listed["school_id"].map(years)
    has_year = listed["academic_year"].eq(wanted).groupby(listed["school_id"]).any()
    latest = latest_years(listed)
    chosen = {
        school: years[school] if bool(has_year[school]) else latest[school] for school in latest
    }
    kept = listed[listed["academic_year"].eq(listed["school_id"].map(chosen))]
    return kept[["pupil_id", "school_id"]].drop_duplicates(ignore_index=True)


def latest_roll(pupils: PupilData) -> pd.DataFrame:
    """Give one row a pupil and school on each school's latest list."""
    return on_roll(pupils, latest_years(pupils.table("pupils")))


def phases_of(year_groups: pd.Series) -> pd.Series:
    """Give primary, secondary or null for each national curriculum year."""
    return year_groups.map(lambda year: phase_of_year_group(int(year)), na_action="ignore").astype(
        "str"
    )
