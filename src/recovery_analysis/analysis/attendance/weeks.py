"""Weeks of attendance that can be compared: open weeks, by term, summed to a pupil at a school and year."""

from datetime import date

import numpy as np
import pandas as pd

from recovery_analysis.community.pupils import PupilData
from recovery_analysis.words.pupils import PUPIL_GROUPS, YES

TERMS = ("autumn", "spring", "summer")

#: Weeks in which England's schools were closed to most pupils: their sessions can not be compared.
CLOSED = ((date(2020, 3, 20), date(2020, 8, 30)), (date(2021, 1, 4), date(2021, 3, 7)))

#: A pupil with fewer possible sessions (half days) than this is in the rates, but not in shares of pupils.
FEWEST_SESSIONS = 10

_PEOPLE = ["school_id", "pupil_id", "academic_year"]


def open_weeks(pupils: PupilData, baseline: pd.Timestamp, schools: set[str]) -> pd.DataFrame:
    """Give the weeks that count: schools of the community, open to all pupils, sessions possible.

    Returns
    -------
    pandas.DataFrame
        school_id, pupil_id, academic_year, year_group, week_start, possible, attended, term, is_after, person (a
        code of pupil and school).
    """
    rows = pupils.table("attendance_weeks")
    week = rows["week_start"]
    counts = rows["sessions_possible"].gt(0) & rows["school_id"].isin(schools)
    for first, last in CLOSED:
        # a week that starts before a closure and runs into it still counts
        counts &= ~week.between(pd.Timestamp(first), pd.Timestamp(last))
    rows = rows.loc[
        counts, [*_PEOPLE, "year_group", "week_start", "sessions_possible", "sessions_attended"]
    ].rename(columns={"sessions_possible": "possible", "sessions_attended": "attended"})
    month = rows["week_start"].dt.month
    term = np.select([month.ge(8), month.le(3)], [TERMS[0], TERMS[1]], TERMS[2])
    school, _ = pd.factorize(rows["school_id"])
    pupil, names = pd.factorize(rows["pupil_id"])
    return rows.assign(
        term=term,
        is_after=rows["week_start"].gt(baseline),
        person=school * max(len(names), 1) + pupil,
    )


def with_groups(rows: pd.DataFrame, pupils: PupilData) -> pd.DataFrame:
    """Sum weeks to a row a person, with the groups of the pupil: the year's list, else the pupil's latest.

    Returns
    -------
    pandas.DataFrame
        school_id, pupil_id, possible, attended, year_group, disadvantaged and sen (True, False or missing).
    """
    code, _ = pd.factorize(rows["person"])
    first = np.zeros(code.max(initial=-1) + 1, dtype=np.intp)
    first[code[::-1]] = np.arange(len(code))[::-1]
    people = rows.iloc[first][[*_PEOPLE, "year_group"]].reset_index(drop=True)
    for name in ("possible", "attended"):
        people[name] = np.bincount(code, weights=rows[name], minlength=len(first))
    listed = _listed(pupils)
    own = people.merge(
        listed, on=["pupil_id", "academic_year"], how="left", suffixes=("", "_listed")
    )
    latest = listed.sort_values("academic_year").drop_duplicates("pupil_id", keep="last")
    spare = people[["pupil_id"]].merge(latest, on="pupil_id", how="left")
    return people.assign(
        year_group=people["year_group"].fillna(own["year_group_listed"]),
        disadvantaged=own["disadvantaged"].fillna(spare["disadvantaged"]),
        sen=own["sen"].fillna(spare["sen"]),
    )


def _listed(pupils: PupilData) -> pd.DataFrame:
    """Give a row a pupil and year of the pupil list, yes and no as 1 and 0."""
    rows = pupils.table("pupils")
    sen = rows["sen_status"]
    return pd.DataFrame(
        {
            "pupil_id": rows["pupil_id"],
            "academic_year": rows["academic_year"],
            "year_group": rows["year_group"],
            "disadvantaged": rows["disadvantaged"]
            .eq(YES)
            .astype("float64")
            .where(rows["disadvantaged"].notna()),
            "sen": sen.ne("none").astype("float64").where(sen.notna()),
        }
    ).drop_duplicates(["pupil_id", "academic_year"])


def groups_of(people: pd.DataFrame, dimension: str) -> dict[str, np.ndarray]:
    """Give the words of each group of a dimension and which people are in it.

    ``dimension`` is all, disadvantaged, sen or year_group.
    """
    if dimension == "all":
        return {"all pupils": np.ones(len(people), dtype=bool)}
    if dimension in PUPIL_GROUPS:
        values = people[dimension]
        return {
            words: values.eq(number).to_numpy(dtype=bool)
            for words, number in zip(PUPIL_GROUPS[dimension], (1.0, 0.0), strict=True)
        }
    years = people["year_group"]
    return {
        str(int(year)): years.eq(year).to_numpy(dtype=bool)
        for year in sorted(years.dropna().unique())
    }
