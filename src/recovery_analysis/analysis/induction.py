"""Groups of pupils for induction: who had a similar time, how many they are, what each group needs."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recovery_analysis.analysis.result import Breakdown, Estimate, missing
from recovery_analysis.analysis.shares import GroupShares, count_of, shares_by, smallest_of
from recovery_analysis.analysis.survey_shares import (
    MOST_SCHOOLS_LISTED,
    TABLES,
    SchoolAnswers,
    answer_rows,
    latest,
    sources_of,
)
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.errors import NotConverged, NotIdentified, TooFewToReport
from recovery_analysis.stats.latent import LatentClasses, latent_classes
from recovery_analysis.stats.survey import mean
from recovery_analysis.words.missing import MissingReason
from recovery_analysis.words.survey_items import INDUCTION_ITEMS, SURVEY_ITEMS, Role

__all__ = ["TABLES", "InductionGroup", "InductionResult", "induction_evidence"]

#: No split is looked for with fewer whole sets of answers, and no group is smaller than the next two.
FEWEST_PUPILS = 60
SMALLEST_GROUP = 10
SMALLEST_PART = 0.04
MOST_GROUPS, STARTS, WITHIN = 5, 4, 1e-6
#: A question is used when at least this part of those who answered any was asked it.
ASKED_OF = 0.8
FEWEST_QUESTIONS = 4
#: Relative entropy under which groups run into each other too much to plan by, and from which they are clear.
ENTROPY_REFUSED, ENTROPY_CLEAR = 0.6, 0.8
#: A group is named, and its needs are told, by questions this many points above all pupils.
CONTRAST = 10.0
MOST_MARKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A question, and the share of a group that gave the counted answer beside that of all."""

    item: str
    group: Estimate
    everybody: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class InductionGroup:
    """One group: its size, what marks it (widest contrast first), and the needs that follow.

    ``name`` is in plain words, made of the widest contrasts; a group without one is the settled one.
    ``by_disadvantage`` is the share of disadvantaged and of other pupils who are in the group. ``by_school``
    counts pupils in their likeliest group, its parts in the order of ``InductionResult.schools``.
    """

    name: str
    size: Estimate
    marks: tuple[Contrast, ...]
    profile: tuple[Contrast, ...]
    needs: tuple[str, ...]
    by_disadvantage: GroupShares | None
    by_school: Breakdown


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSets:
    """The whole sets of answers that groups are looked for in.

    ``left_out`` did not answer every question; ``not_asked`` are questions that too few were asked.
    """

    answered: Estimate
    left_out: Estimate
    questions: tuple[str, ...]
    not_asked: tuple[str, ...]
    academic_year: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InductionResult:
    """The groups, largest first; ``why_not`` says in words why there are none.

    ``entropy`` is relative (1: everybody is surely in one group). ``tried`` holds each number of groups that was
    tried and its BIC. Without a survey ``role`` and ``sets`` are None.
    """

    role: Role | None
    sets: AnswerSets | None
    seed: int
    why_not: str = ""
    groups: tuple[InductionGroup, ...] = ()
    schools: tuple[SchoolAnswers, ...] = ()
    entropy: float | None = None
    tried: tuple[tuple[int, float], ...] = ()


def induction_evidence(data: CommunityData, pupils: PupilData, *, seed: int) -> InductionResult:
    """Find groups of pupils who had a similar time, from pupils' answers, or families' where no pupil answered.

    Parameters
    ----------
    data, pupils
        The community, and its rows of ``TABLES``.
    seed
        Seed of the random starts: the same seed gives the same groups.

    Notes
    -----
    Latent classes of the counted answers to ``INDUCTION_ITEMS`` (:mod:`recovery_analysis.stats.latent`); their
    number, 1 to 5, by BIC. Sizes are means of each pupil's chance of belonging, schools as clusters: they do not
    allow for doubt in what the groups are. Counts by school put each pupil into the likeliest group.
    """
    roles: tuple[Role, ...] = ("pupil", "family")
    for role in roles:
        rows = latest(answer_rows(data, pupils, role))
        rows = rows[rows["item"].isin(INDUCTION_ITEMS)]
        if len(rows):
            return _of_role(data, rows, role, seed)
    return InductionResult(role=None, sets=None, seed=seed, why_not="no survey was read")


def _of_role(data: CommunityData, rows: pd.DataFrame, role: Role, seed: int) -> InductionResult:
    sets, whole, people = _whole_sets(rows)

    def refused(why: str, tried: tuple[tuple[int, float], ...] = ()) -> InductionResult:
        return InductionResult(role=role, sets=sets, seed=seed, why_not=why, tried=tried)

    if len(sets.questions) < FEWEST_QUESTIONS:
        return refused("too few of the questions about needs were asked, or answers did not differ")
    if len(whole) < FEWEST_PUPILS:
        return refused(f"fewer than {FEWEST_PUPILS} answered every question")
    try:
        found = latent_classes(
            items=whole.to_numpy(),
            seed=seed,
            minimum_size=_smallest(len(whole)),
            max_classes=MOST_GROUPS,
            starts=STARTS,
            within=WITHIN,
        )
    except (TooFewToReport, NotIdentified, NotConverged):
        return refused("no clear grouping of the answers was found")
    tried = tuple((one.n_classes, round(one.bic, 1)) for one in found.tried)
    if found.n_classes == 1:
        return refused("one group fits the answers better than any split (by BIC)", tried)
    if found.entropy < ENTROPY_REFUSED:
        return refused(
            "groups would run into each other too much to plan by: how surely a pupil belongs to one is "
            f"{found.entropy:.2f} on a scale of 0 to 1, and {ENTROPY_REFUSED} is needed",
            tried,
        )
    schools = _listed(data)
    ids = [one.school_id for one in schools]
    groups = [_group(found, at, whole, people, ids) for at in range(found.n_classes)]
    return InductionResult(
        role=role,
        sets=sets,
        seed=seed,
        groups=_named(groups),
        schools=schools,
        entropy=found.entropy,
        tried=tried,
    )


def _smallest(n: int) -> int:
    """Give the fewest pupils that a group may have."""
    return max(SMALLEST_GROUP, math.ceil(SMALLEST_PART * n))


def _whole_sets(rows: pd.DataFrame) -> tuple[AnswerSets, pd.DataFrame, pd.DataFrame]:
    """Give those who answered every question that most were asked: their answers, and who they are."""
    key = ["survey", "respondent_id"]
    wide = rows.pivot(index=key, columns="item", values="counted")
    asked = wide.notna().mean()
    questions = [q for q in INDUCTION_ITEMS if q in asked.index and float(asked[q]) >= ASKED_OF]
    whole = wide[questions].dropna()
    varied = whole[[q for q in questions if whole[q].nunique() > 1]]
    sources = sources_of(rows)
    sets = AnswerSets(
        answered=count_of(len(whole), unit="respondents", sources=sources),
        left_out=count_of(len(wide) - len(whole), unit="respondents", sources=sources),
        questions=tuple(varied.columns),
        not_asked=tuple(q for q in INDUCTION_ITEMS if q not in questions),
        academic_year=str(rows["academic_year"].max()),
    )
    people = rows.drop_duplicates(key).set_index(key).reindex(whole.index)
    return sets, varied, people


def _listed(data: CommunityData) -> tuple[SchoolAnswers, ...]:
    members = data.schools[data.schools["school_id"].isin(data.now.school_ids)]
    if len(members) > MOST_SCHOOLS_LISTED:
        return ()
    return tuple(
        SchoolAnswers(school_id=str(school), name=str(name), roll=None)
        for school, name in zip(members["school_id"], members["school_name"], strict=True)
    )


def _group(
    found: LatentClasses, place: int, whole: pd.DataFrame, people: pd.DataFrame, ids: list[str]
) -> InductionGroup:
    belongs = pd.Series(found.assigned == place, index=people.index)
    profile = tuple(
        _contrast(str(question), whole[question], belongs, people) for question in whole.columns
    )
    marks = sorted((one for one in profile if _gap(one) >= CONTRAST), key=lambda one: -_gap(one))
    return InductionGroup(
        name=_name(marks),
        size=_size(found.posterior[:, place], belongs, people),
        marks=tuple(marks[:MOST_MARKS]),
        profile=profile,
        needs=tuple(dict.fromkeys(SURVEY_ITEMS[one.item].need for one in marks[:MOST_MARKS])),
        by_disadvantage=_by_disadvantage(belongs, people),
        by_school=_by_school(found, place, people, ids),
    )


def _by_disadvantage(belongs: pd.Series, people: pd.DataFrame) -> GroupShares | None:
    sides = people["disadvantaged"]
    if not (sides.eq("yes").any() and sides.eq("no").any()):
        return None
    return shares_by(
        belongs, people["school"], sides, labels=("yes", "no"), sources=sources_of(people)
    )


def _contrast(
    question: str, counted: pd.Series, belongs: pd.Series, people: pd.DataFrame
) -> Contrast:
    """Give the plain share in the group and among all who answered every question."""
    both = []
    for values in (counted[belongs], counted):
        having, n = int(values.sum()), len(values)
        both.append(
            Estimate(
                value=100 * having / n,
                unit="percent",
                decimals=0,
                basis="computed",
                method="share of those in the group who gave the counted answer",
                sources=sources_of(people),
                why_no_interval="the group was made from these answers",
                n_pupils=n,
                n_smallest=smallest_of(having, n),
            )
        )
    return Contrast(item=question, group=both[0], everybody=both[1])


def _gap(one: Contrast) -> float:
    """Give how far the group is above all, in points; where the group's share would be hidden, it is no mark."""
    if one.group.value is None or one.everybody.value is None:
        return 0.0
    return one.group.value - one.everybody.value


def _name(marks: list[Contrast]) -> str:
    """Name a group by its two widest contrasts."""
    if not marks:
        return "Fewest difficulties"
    words = [SURVEY_ITEMS[one.item].counted_words for one in marks[:2]]
    name = " and ".join(words)
    return name[0].upper() + name[1:]


def _named(groups: list[InductionGroup]) -> tuple[InductionGroup, ...]:
    """Order groups from the largest; where two have one name, the smaller one gets a number."""
    ordered = sorted(groups, key=lambda group: -(group.size.value or 0))
    seen: dict[str, int] = {}
    told = []
    for group in ordered:
        seen[group.name] = seen.get(group.name, 0) + 1
        number = seen[group.name]
        told.append(replace(group, name=f"{group.name} ({number})") if number > 1 else group)
    return tuple(told)


def _size(chances: np.ndarray, belongs: pd.Series, people: pd.DataFrame) -> Estimate:
    low = high = None
    why = "too few schools to show how far schools differ"
    try:
        told = mean(y=chances, cluster=people["school"].to_numpy())
        if told.low is not None and told.high is not None:
            low, high, why = 100 * max(told.low, 0.0), 100 * min(told.high, 1.0), ""
    except (TooFewToReport, NotIdentified):
        low = high = None
    return Estimate(
        value=100 * float(chances.mean()),
        low=low,
        high=high,
        why_no_interval=why,
        unit="percent",
        decimals=0,
        basis="computed",
        method="mean chance of belonging to the latent class, schools as clusters",
        sources=sources_of(people),
        n_pupils=len(belongs),
        n_schools=int(people["school"].nunique()),
        n_smallest=smallest_of(int(belongs.sum()), len(belongs)),
    )


def _by_school(found: LatentClasses, place: int, people: pd.DataFrame, ids: list[str]) -> Breakdown:
    """Count the group's pupils at each school; where nobody answered it is missing, not nought.

    A school's counts over the groups add up to those who answered there, so all of them are held to the
    smallest of them: a school is shown whole or not at all.
    """
    sources = sources_of(people)
    schools = people["school_id"].to_numpy(dtype=object)
    parts = []
    for school in ids:
        counts = np.bincount(found.assigned[schools == school], minlength=found.n_classes)
        if not counts.any():
            parts.append(missing(MissingReason.NOT_RECORDED, unit="pupils", sources=sources))
            continue
        own = count_of(int(counts[place]), unit="pupils", sources=sources)
        parts.append(replace(own, n_smallest=int(counts[counts > 0].min())))
    total = count_of(int((found.assigned == place).sum()), unit="pupils", sources=sources)
    return Breakdown(total=total, parts=tuple(parts))
