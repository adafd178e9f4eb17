"""Who the progress figures are about: pupils on roll with both tests, and schools' own values."""

import pandas as pd

from recovery_analysis.analysis.result import Breakdown, Estimate, missing
from recovery_analysis.analysis.trajectory.result import Coverage, SchoolProgress, SchoolValues
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.norms import Norms
from recovery_analysis.norms.norms import SchoolValue
from recovery_analysis.norms.windows import season_at, year_at
from recovery_analysis.words.missing import MissingReason

#: With fewer schools in the model a school's interval would be far too short (see ``stats.mixed.Blups``).
LEAST_IN_MODEL = 8
_Z = 1.959963984540054


def coverage_of(
    data: CommunityData, pupils: PupilData, compared: pd.DataFrame, subject: str, window: int
) -> Coverage:
    """Count the pupils on roll in a window's year by whether they could be compared.

    Parameters
    ----------
    data, pupils
        The community.
    compared
        Rows of the window that have an expectation.
    subject, window
        What was tested, and when.
    """
    year, season = str(year_at(window)), season_at(window)
    members = set(data.now.school_ids)
    tests = pupils.table("assessments")
    tests = tests[tests["subject"].eq(subject) & tests["academic_year"].eq(year)]
    tests = tests[tests["season"].eq(season) & tests["unusable_reason"].isna()]
    listed = pupils.table("pupils")
    roll = set(
        listed.loc[listed["academic_year"].eq(year) & listed["school_id"].isin(members), "pupil_id"]
    )
    tested = set(tests["pupil_id"]) & roll
    both = set(compared["pupil_id"]) & roll
    names = dict(zip(data.schools["school_id"], data.schools["school_name"], strict=True))
    there = set(compared["school_id"])
    sources = tuple(sorted(set(listed["series"].unique()) | set(tests["series"].unique())))
    parts = (len(both), len(tested - both), len(roll - tested - both))
    return Coverage(
        academic_year=year,
        season=season,
        on_roll=_counts(len(roll), parts, sources),
        compared=_count(compared["pupil_id"].nunique(), sources),
        schools_compared=len(there & members),
        schools_n=len(members),
        schools_without=tuple(sorted(str(names.get(school, school)) for school in members - there)),
    )


def _counts(total: int, parts: tuple[int, ...], sources: tuple[str, ...]) -> Breakdown:
    if not total:
        blank = missing(MissingReason.NOT_RECORDED, unit="pupils", sources=sources)
        return Breakdown(total=blank, parts=(blank,) * len(parts))
    return Breakdown(
        total=_count(total, sources), parts=tuple(_count(part, sources) for part in parts)
    )


def _count(n: int, sources: tuple[str, ...]) -> Estimate:
    return Estimate(
        value=float(n),
        unit="pupils",
        decimals=0,
        basis="computed",
        method="count of pupils",
        sources=sources,
        why_no_interval="a count",
        n_pupils=n,
        n_smallest=n,
    )


def school_values(
    data: CommunityData, norms: Norms, subject: str, sources: tuple[str, ...]
) -> SchoolValues:
    """Give the shrunk values of the community's schools, by name, where the model can carry them."""
    fitted = norms.value_added.get(subject)
    in_model = 0 if fitted is None else fitted.n_levels.get("school", 0)
    levels = {} if fitted is None else fitted.n_levels
    why, own = "", {}
    if fitted is None or not in_model:
        why = "No model of schools could be made from the tests after the baseline date."
    elif in_model < LEAST_IN_MODEL:
        why = (
            f"The files hold tests of {in_model} schools: with fewer than {LEAST_IN_MODEL} a range for a single "
            "school would be too short."
        )
    elif "school" in fitted.at_zero:
        why = "The tests can not tell the schools apart: what they differ by is no more than chance would give."
    else:
        own = {item.school_id: item for item in fitted.schools}
    members = set(data.now.school_ids)
    ordered = data.schools[data.schools["school_id"].isin(members)].sort_values(
        ["school_name", "school_id"]
    )
    found = tuple(
        SchoolProgress(
            school_id=str(row.school_id),
            school_name=str(row.school_name),
            value=_school_estimate(own[str(row.school_id)], sources),
        )
        for row in ordered.itertuples()
        if str(row.school_id) in own
    )
    if own and not found:
        why = "No school of this community has ten pupils with tests on both sides of the baseline date."
    return SchoolValues(
        schools=found,
        schools_in_model=in_model,
        trusts_in_model=levels.get("trust", 0),
        las_in_model=levels.get("la", 0),
        spread_sd=None if fitted is None else fitted.variances.get("school", 0.0) ** 0.5,
        why_not=why,
    )


def _school_estimate(item: SchoolValue, sources: tuple[str, ...]) -> Estimate:
    return Estimate(
        value=item.value,
        low=item.value - _Z * item.prediction_sd,
        high=item.value + _Z * item.prediction_sd,
        unit="scaled score points",
        decimals=1,
        basis="computed",
        method="shrunk school value of a model with crossed schools, trusts and local authorities (REML)",
        sources=sources,
        n_pupils=item.n_pupils,
        n_schools=1,
        n_smallest=item.n_pupils,
    )
