"""What surveys of pupils, families and staff share: which answers count, coverage, and which differences stand."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recovery_analysis.analysis.pupil_list import on_roll, phases_of, traits_of
from recovery_analysis.analysis.result import Breakdown, Estimate, missing
from recovery_analysis.analysis.shares import (
    FEWEST_DF,
    GroupShares,
    count_of,
    shares_by,
    smallest_of,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.errors import NotIdentified, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.false_discovery import stands
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.pupils import PUPIL_GROUPS
from recovery_analysis.words.survey_items import SURVEY_ITEMS, Role

#: Tables that every analysis of surveys reads.
TABLES = ("survey_respondents", "survey_answers", "pupils")
#: A difference is said only from this many percentage points.
SMALLEST_DIFFERENCE = 5.0
#: Of the differences said, the expected share that chance made is held to this.
FALSE_SHARE = 0.05
#: Above this many schools no table of schools is made.
MOST_SCHOOLS_LISTED = 400

#: Groups that are compared: the first less the second.
GROUPINGS: dict[str, tuple[str, str]] = {
    **PUPIL_GROUPS,
    "phase": ("secondary pupils", "primary pupils"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One question compared between two groups of those who answered.

    ``grouping``: a key of ``GROUPINGS``, ``role`` (pupils and families) or ``wave`` (latest and first survey).
    ``shares`` has the two groups' parts and their difference. ``is_said``: the likely range excludes no
    difference, the difference is at least ``SMALLEST_DIFFERENCE`` and it stands among all that were looked at.
    ``chance`` (p value) is there only until that is judged: the gate could not hide it.
    """

    item: str
    grouping: str
    words: tuple[str, str]
    shares: GroupShares
    chance: float | None
    is_said: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolAnswers:
    """One school of a table of coverage: pupils on its roll (None where no list says) and its answers."""

    school_id: str
    name: str
    roll: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Who answered one role's latest surveys.

    ``by_school`` counts respondents, its parts in the order of ``schools`` (by name). ``response`` is of the
    pupils on roll in schools with a pupil list. ``silent`` names the schools without any answer.
    """

    respondents: Estimate
    response: Estimate
    schools_n: int
    schools_with: int
    is_weighted: bool
    surveys: tuple[str, ...]
    academic_year: str
    schools: tuple[SchoolAnswers, ...]
    by_school: Breakdown
    silent: tuple[str, ...]


def answer_rows(data: CommunityData, pupils: PupilData, role: Role) -> pd.DataFrame:
    """Give one row an answer of one role in the schools that are members now.

    Returns
    -------
    pandas.DataFrame
        survey, respondent_id, pupil_id, school_id, school (a whole number), academic_year, series, item,
        counted (1 or 0: the share counts it), weight (1 where not every answer has one), wave (order of the
        survey in time, within the school), last_wave, and the groupings (yes is the first group, no the second).
    """
    people = pupils.table("survey_respondents")
    people = people[people["role"].eq(role) & people["school_id"].isin(data.now.school_ids)]
    people = _in_time(_weighed(people))
    people = _described(people, data, pupils)
    asked = {code: item for code, item in SURVEY_ITEMS.items() if role in item.roles}
    answers = pupils.table("survey_answers")[["survey", "respondent_id", "item", "level"]]
    rows = answers[answers["item"].isin(list(asked))].merge(
        people, on=["survey", "respondent_id"], how="inner", validate="many_to_one"
    )
    counted = {
        f"{code} {place}"
        for code, item in asked.items()
        for place, words in enumerate(item.answers, start=1)
        if words in item.counted
    }
    given = rows["item"] + " " + rows["level"].astype("int64").astype("str")
    return rows.assign(counted=given.isin(counted).astype(np.float64))


def _weighed(people: pd.DataFrame) -> pd.DataFrame:
    """Use weights where every respondent has one; a weight of nought counts for nothing."""
    if not len(people) or bool(people["weight"].isna().any()):
        return people.assign(weight=1.0)
    return people[people["weight"] > 0]


def _in_time(people: pd.DataFrame) -> pd.DataFrame:
    """Put each school's surveys in time: by academic year, first day of answering, name."""
    firsts = (
        people.groupby(["school_id", "survey"], as_index=False)
        .agg(academic_year=("academic_year", "min"), day=("answered_date", "min"))
        .sort_values(["school_id", "academic_year", "day", "survey"])
    )
    firsts = firsts.assign(wave=firsts.groupby("school_id").cumcount())
    last = firsts.groupby("school_id")["wave"].transform("max")
    joined = firsts.assign(last_wave=last)[["school_id", "survey", "wave", "last_wave"]]
    return people.merge(joined, on=["school_id", "survey"], how="left", validate="many_to_one")


def _described(people: pd.DataFrame, data: CommunityData, pupils: PupilData) -> pd.DataFrame:
    """Add the groupings: from the pupil's list, and the phase from the year group or else the school."""
    listed = traits_of(pupils)
    traits = listed.set_index("pupil_id")
    added = {name: people["pupil_id"].map(traits[name]).astype("str") for name in PUPIL_GROUPS}
    year = people["year_group"].fillna(people["pupil_id"].map(traits["year_group"]))
    phase_of = data.schools.set_index("school_id")["phase"]
    by_school = people["school_id"].map(phase_of).astype("str")
    phase = phases_of(year).fillna(by_school)
    added["phase"] = phase.map({"secondary": "yes", "primary": "no"}).astype("str")
    added["school_phase"] = by_school
    code, _ = pd.factorize(people["school_id"])
    return people.assign(school=code, **added)


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each school's latest survey that asked the question."""
    if not len(rows):
        return rows
    newest = rows.groupby(["school", "item"])["wave"].transform("max")
    return rows[rows["wave"].eq(newest)]


def weights_of(rows: pd.DataFrame) -> pd.Series | None:
    """Give the weights, or None where all answers count alike."""
    return None if bool(rows["weight"].eq(1.0).all()) else rows["weight"]


def compare(
    parts: Mapping[str, pd.DataFrame], grouping: str, words: tuple[str, str], column: str
) -> list[Comparison]:
    """Compare each question between two groups (``column`` holds yes and no), where both answered."""
    found = [_compared(part, item, grouping, words, column) for item, part in parts.items()]
    return [one for one in found if one is not None]


def _compared(
    known: pd.DataFrame, item: str, grouping: str, words: tuple[str, str], column: str
) -> Comparison | None:
    sides = known[column]
    if not (sides.eq("yes").any() and sides.eq("no").any()):
        return None
    weights = weights_of(known)
    shares = shares_by(
        known["counted"].astype(bool),
        known["school"],
        sides,
        labels=("yes", "no"),
        sources=sources_of(known),
        weights=weights,
    )
    told = known.loc[sides.notna(), ["counted", "school", "weight", column]]
    chance = None if shares.difference.low is None else _chance(told, column)
    return Comparison(item=item, grouping=grouping, words=words, shares=shares, chance=chance)


def _chance(known: pd.DataFrame, column: str) -> float | None:
    """Give the two-sided p value of the difference, cluster-robust over schools (CR2)."""
    one = known[column].eq("yes").to_numpy(dtype=np.float64)
    weights = weights_of(known)
    try:
        fit = fit_ols(
            y=known["counted"].to_numpy(),
            x=np.column_stack([np.ones(len(one)), one]),
            cluster=known["school"].to_numpy(),
            weights=None if weights is None else weights.to_numpy(),
        )
    except (TooFewToReport, NotIdentified):
        return None
    told = fit.df[1] >= FEWEST_DF and math.isfinite(fit.p[1])
    return float(fit.p[1]) if told else None


def judged(found: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Say which of all comparisons that a chapter looked at may be said.

    Notes
    -----
    A chapter looks at dozens of differences, and a likely range excludes no difference once in twenty by chance
    alone. So the rule of Benjamini and Hochberg is laid over all of them: of the differences said, chance is
    expected to have made at most one in twenty. Holding down the chance of even one false difference would
    hide most true ones, and a leader asks which groups to look at, not whether any differ.
    """
    chances = [math.nan if item.chance is None else item.chance for item in found]
    keep = stands(chances, rate=FALSE_SHARE)
    return tuple(
        replace(item, is_said=bool(kept) and _is_plain(item.shares.difference), chance=None)
        for item, kept in zip(found, keep, strict=True)
    )


def _is_plain(difference: Estimate) -> bool:
    if difference.value is None or difference.low is None or difference.high is None:
        return False
    apart = difference.low > 0 or difference.high < 0
    return apart and abs(difference.value) >= SMALLEST_DIFFERENCE


def coverage(
    data: CommunityData, pupils: PupilData, rows: pd.DataFrame, *, unit: str, has_roll: bool = True
) -> Coverage:
    """Count who answered each school's latest survey, beside the pupils on roll (``has_roll``)."""
    people = rows[rows["wave"].eq(rows["last_wave"])].drop_duplicates(["survey", "respondent_id"])
    sources = sources_of(people)
    answered = people.groupby("school_id").size()
    years = people.groupby("school_id")["academic_year"].max()
    year = str(people["academic_year"].max()) if len(people) else ""
    members = data.schools[data.schools["school_id"].isin(data.now.school_ids)]
    wanted = {str(school): str(years.get(school, year)) for school in members["school_id"]}
    roll = (
        on_roll(pupils, wanted).groupby("school_id").size()
        if has_roll
        else pd.Series(dtype="int64")
    )
    names = list(zip(members["school_id"].astype(str), members["school_name"], strict=True))
    listed = names if len(names) <= MOST_SCHOOLS_LISTED else []
    counts = [count_of(int(answered.get(i, 0)), unit=unit, sources=sources) for i, _ in listed]
    total = count_of(int(answered.sum()), unit=unit, sources=sources)
    return Coverage(
        respondents=total,
        response=_response(answered, roll, sources),
        schools_n=len(names),
        schools_with=len(answered),
        is_weighted=bool(len(rows)) and weights_of(rows) is not None,
        surveys=tuple(sorted(people["survey"].unique())),
        academic_year=year,
        schools=tuple(
            SchoolAnswers(
                school_id=school, name=str(name), roll=int(roll[school]) if school in roll else None
            )
            for school, name in listed
        ),
        by_school=Breakdown(total=total, parts=tuple(counts)),
        silent=tuple(str(name) for school, name in names if school not in answered.index),
    )


def _response(answered: pd.Series, roll: pd.Series, sources: tuple[str, ...]) -> Estimate:
    """Give respondents as a percentage of the pupils on roll, over the schools with a pupil list."""
    if not len(roll):
        return missing(MissingReason.NOT_RECORDED, unit="percent", sources=sources)
    on_lists = int(roll.sum())
    there = answered.reindex(roll.index).fillna(0)
    came = int(np.minimum(there, roll).sum())
    return Estimate(
        value=100 * came / on_lists,
        unit="percent",
        decimals=0,
        basis="computed",
        method="respondents among pupils on roll, over schools with a pupil list",
        sources=sources,
        why_no_interval="everybody who answered is counted",
        n_pupils=on_lists,
        n_schools=len(roll),
        n_smallest=smallest_of(came, on_lists),
    )


def sources_of(rows: pd.DataFrame) -> tuple[str, ...]:
    """Name the kinds of file behind rows."""
    return tuple(sorted(map(str, rows["series"].unique())))


def by_item(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the rows of each question that anybody answered, in the order of the list of questions."""
    parts = {str(item): part for item, part in rows.groupby("item", sort=False)}
    return {code: parts[code] for code in SURVEY_ITEMS if code in parts}


def said(found: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """Keep what may be said and was not hidden, the widest difference first."""
    kept = [item for item in found if item.is_said and item.shares.difference.value is not None]
    return tuple(sorted(kept, key=lambda item: -abs(item.shares.difference.value or 0)))
