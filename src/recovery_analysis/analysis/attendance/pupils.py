"""Pupils' weeks of attendance: before and now over the same terms, by group and by school."""

import numpy as np
import pandas as pd

from recovery_analysis.analysis.attendance.estimates import (
    Side,
    change_of_difference,
    count,
    difference,
    level,
)
from recovery_analysis.analysis.attendance.pupil_result import (
    AttendanceMeasure,
    GroupChange,
    PupilAttendance,
    SchoolAttendance,
    TermRate,
)
from recovery_analysis.analysis.attendance.returning import return_evidence
from recovery_analysis.analysis.attendance.weeks import (
    FEWEST_SESSIONS,
    TERMS,
    groups_of,
    open_weeks,
    with_groups,
)
from recovery_analysis.analysis.parts import smallest_of_parts
from recovery_analysis.analysis.result import Breakdown
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData

TABLES = ("attendance_weeks", "pupils")

#: With more schools than this no table lists them one by one.
MOST_SCHOOLS_LISTED = 400

_SHARES: dict[AttendanceMeasure, float] = {"missing_10_pct": 0.1, "missing_50_pct": 0.5}
_MEASURES: tuple[AttendanceMeasure, ...] = ("attendance_pct", "missing_10_pct", "missing_50_pct")
_ROUNDING = 1e-9


def pupil_attendance(data: CommunityData, pupils: PupilData) -> PupilAttendance:
    """Compare attendance before the baseline date and now, and say who came back after the closure.

    Parameters
    ----------
    data
        The community; its schools now count.
    pupils
        Tables of :data:`TABLES`; any may be empty.

    Notes
    -----
    Now is the last academic year with weeks after the baseline date; before is the last with weeks up to it.
    Both are summed over the terms that both have, so that a year that ended in March is not set against a
    whole one. Weeks in which schools were closed to most pupils are left out. A rate weighs pupils by their
    possible sessions; a share counts pupils with ten possible sessions or more. Intervals: CR2 by school.
    """
    schools = sorted(data.now.school_ids)
    names = dict(
        zip(data.schools["school_id"], data.schools["school_name"].astype(str), strict=True)
    )
    rows = open_weeks(pupils, pd.Timestamp(data.baseline_date), set(schools))
    with_weeks = set(rows["school_id"].unique())
    is_listed = len(schools) <= MOST_SCHOOLS_LISTED
    after, until = rows[rows["is_after"]], rows[~rows["is_after"]]
    now_year = None if after.empty else str(after["academic_year"].max())
    before_year = None if until.empty else str(until["academic_year"].max())
    now = after[after["academic_year"].eq(now_year or "")]
    before = until[until["academic_year"].eq(before_year or "")]
    common = [t for t in TERMS if now["term"].eq(t).any() and before["term"].eq(t).any()]
    over = common or [term for term in TERMS if now["term"].eq(term).any()]
    people = with_groups(now[now["term"].isin(over)], pupils)
    earlier = with_groups(before[before["term"].isin(common)], pupils)
    listed = _schools(earlier, people, names) if now_year and is_listed else ()
    return PupilAttendance(
        now_year=now_year,
        before_year=before_year if common or now_year is None else None,
        over_terms=tuple(over),
        terms=_terms(rows),
        changes=_changes(earlier, people) if now_year else (),
        schools=listed,
        missing_10=_counts(people, 0.1, listed) if listed else None,
        missing_50=_counts(people, 0.5, listed) if listed else None,
        back=return_evidence(rows, pupils, pd.Timestamp(data.baseline_date)),
        schools_n=len(schools),
        schools_with_weeks=len(with_weeks),
        schools_without=tuple(sorted(names.get(s, s) for s in schools if s not in with_weeks))
        if is_listed
        else (),
    )


def _terms(rows: pd.DataFrame) -> tuple[TermRate, ...]:
    found = []
    for year in sorted(rows["academic_year"].unique()):
        for term in TERMS:
            part = rows[rows["academic_year"].eq(year) & rows["term"].eq(term)]
            if part.empty:
                continue
            summed = part.groupby(["person"], sort=False)[["possible", "attended"]].sum()
            home = part.drop_duplicates("person").set_index("person")["school_id"]
            side = Side(
                value=(summed["attended"] / summed["possible"]).to_numpy(),
                weight=summed["possible"].to_numpy(),
                school=home.reindex(summed.index).to_numpy(dtype=str),
                smallest=len(summed),
            )
            found.append(TermRate(academic_year=str(year), term=term, rate=level(side)))
    return tuple(found)


def _changes(before: pd.DataFrame, now: pd.DataFrame) -> tuple[GroupChange, ...]:
    found: list[GroupChange] = []
    for measure in _MEASURES:
        for dimension in ("all", "disadvantaged", "sen", "year_group"):
            if measure == "missing_50_pct" and dimension not in ("all", "disadvantaged"):
                continue
            first = _sides(before, dimension, measure)
            last = _sides(now, dimension, measure)
            words = [w for w in dict.fromkeys([*first, *last]) if w in last and last[w].n]
            if dimension == "year_group":
                words.sort(key=int)
            found += [
                GroupChange(
                    measure=measure,
                    dimension=dimension,
                    group=word,
                    before=level(first[word] if word in first else _nobody()),
                    now=level(last[word]),
                    change=difference(last[word], first[word] if word in first else _nobody()),
                )
                for word in words
            ]
            if dimension in ("disadvantaged", "sen") and len(words) == 2:
                found.append(_difference(measure, dimension, first, last))
    return tuple(found)


def _difference(
    measure: AttendanceMeasure, dimension: str, before: dict[str, Side], now: dict[str, Side]
) -> GroupChange:
    one, other = now
    return GroupChange(
        measure=measure,
        dimension=dimension,
        group=f"{one} minus {other}",
        before=difference(before[one], before[other]),
        now=difference(now[one], now[other]),
        change=change_of_difference((now[one], now[other]), (before[one], before[other])),
        is_difference=True,
    )


def _nobody() -> Side:
    return Side(value=np.empty(0), weight=np.empty(0), school=np.empty(0, dtype=str), smallest=0)


def _sides(people: pd.DataFrame, dimension: str, measure: AttendanceMeasure) -> dict[str, Side]:
    """Give each group's people; a group's smallest count is also what the other groups would tell of it."""
    if measure != "attendance_pct":
        people = people[people["possible"].ge(FEWEST_SESSIONS)]
    groups = groups_of(people, dimension)
    rate = (people["attended"] / people["possible"]).to_numpy(dtype=np.float64)
    possible = people["possible"].to_numpy(dtype=np.float64)
    school = people["school_id"].to_numpy(dtype=str)
    limit = _SHARES.get(measure)
    value = rate if limit is None else (1 - rate >= limit - _ROUNDING).astype(np.float64)
    weight = possible if limit is None else np.ones(len(people))
    smallest = _smallest([value[chosen] for chosen in groups.values()], is_share=limit is not None)
    return {
        word: Side(value=value[chosen], weight=weight[chosen], school=school[chosen], smallest=n)
        for (word, chosen), n in zip(groups.items(), smallest, strict=True)
    }


def _smallest(values: list[np.ndarray], *, is_share: bool) -> list[int]:
    sizes = smallest_of_parts([len(one) for one in values])
    if not is_share:
        return sizes
    have = smallest_of_parts([int(one.sum()) for one in values])
    lack = smallest_of_parts([int((1 - one).sum()) for one in values])
    return [
        min((n for n in counts if n > 0), default=0)
        for counts in zip(sizes, have, lack, strict=True)
    ]


def _schools(
    before: pd.DataFrame, now: pd.DataFrame, names: dict[str, str]
) -> tuple[SchoolAttendance, ...]:
    sides = [_by_school(before), _by_school(now)]
    found = [
        SchoolAttendance(
            school_id=school,
            school_name=names.get(school, school),
            before=level(sides[0].get(school, _nobody())),
            now=level(side),
            pupils=count(side.n, schools=1, smallest=side.smallest),
        )
        for school, side in sides[1].items()
    ]
    return tuple(sorted(found, key=lambda item: (item.school_name, item.school_id)))


def _by_school(people: pd.DataFrame) -> dict[str, Side]:
    parts = {str(school): part for school, part in people.groupby("school_id", sort=True)}
    smallest = smallest_of_parts([len(part) for part in parts.values()])
    return {
        school: Side(
            value=(part["attended"] / part["possible"]).to_numpy(dtype=np.float64),
            weight=part["possible"].to_numpy(dtype=np.float64),
            school=part["school_id"].to_numpy(dtype=str),
            smallest=n,
        )
        for (school, part), n in zip(parts.items(), smallest, strict=True)
    }


def _counts(people: pd.DataFrame, limit: float, schools: tuple[SchoolAttendance, ...]) -> Breakdown:
    """Count pupils who miss much, in all and by school, in the order of ``schools``."""
    counted = people[people["possible"].ge(FEWEST_SESSIONS)]
    missed = counted[(1 - counted["attended"] / counted["possible"]).ge(limit - _ROUNDING)]
    by_school = missed.groupby("school_id").size()
    return Breakdown(
        total=count(len(missed), schools=len(schools)),
        parts=tuple(count(int(by_school.get(s.school_id, 0)), schools=1) for s in schools),
    )
