"""Headline numbers of a community, and what its missing schools would have to be to change them."""

import math
from dataclasses import dataclass, replace

import pandas as pd

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.analysis.shares import mean_of, share_of
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.stats.bounds import mean_bounds, tipping_value
from recovery_analysis.words.pupils import SUBJECTS
from recovery_analysis.words.survey_items import SURVEY_ITEMS

#: Standard deviations from the mean between which 98 of 100 pupils lie, where scores are spread normally.
NINETY_EIGHT_OF_100 = 2.33
#: Survey questions behind a headline.
ITEMS = ("learn_alone", "teacher_contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A value at which a headline would change, with words to follow "for the average to be"."""

    value: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A mean or share with what is needed to say how far it depends on who is missing.

    Parameters
    ----------
    name, words
        Short name; what it is of, in words.
    estimate
        In its unit, of the pupils covered.
    lowest, highest
        Logical bounds of one pupil's value, in the estimate's unit; ``bound_words`` says what they rest on.
    school_ids
        Schools whose pupils are covered.
    targets
        Values at which the headline would change.
    """

    name: str
    words: str
    estimate: Estimate
    lowest: float
    highest: float
    bound_words: str
    school_ids: tuple[str, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Schools without the evidence and their pupils; pupils of the schools that give it."""

    schools_n: int
    pupils_n: float
    giving_pupils_n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tipping:
    """The missing schools' average that would bring the whole community to a target.

    ``needed`` may lie outside the bounds: then no missing schools could change the headline, and
    ``is_possible`` is False. ``ahead`` is it less the average of the schools seen.
    """

    target: Target
    needed: Estimate
    ahead: Estimate
    is_possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTold:
    """One headline, its bounds over the missing, and its tipping values.

    ``low``, ``high``: the average of the whole community with the missing schools' pupils at the lowest or
    highest value. ``widest_low``, ``widest_high``: with the pupils not covered in the other schools, too.
    """

    headline: Headline
    missing: Missing
    low: Estimate
    high: Estimate
    widest_low: Estimate
    widest_high: Estimate
    tipping: tuple[Tipping, ...]


def headlines_of(pupils: PupilData, progress: pd.DataFrame | None) -> tuple[Headline, ...]:
    """Give the headlines for which there is any evidence."""
    found = [_progress(progress, subject) for subject in ("reading", "maths")]
    found += [_device(pupils), *(_item(pupils, item) for item in ITEMS)]
    return tuple(item for item in found if item is not None)


def what_missing_would_be(headline: Headline, missing: Missing) -> MissingTold:
    """Bound a headline over the missing schools, and say what they would have to be to change it.

    Pupils without a value in schools that give the evidence are taken to be like their schools' other
    pupils, but for the widest bounds.
    """
    value = headline.estimate.value
    if value is None:
        blank = replace(headline.estimate, low=None, high=None)
        return MissingTold(
            headline=headline,
            missing=missing,
            low=blank,
            high=blank,
            widest_low=blank,
            widest_high=blank,
            tipping=(),
        )
    covered = float(headline.estimate.n_pupils or 0)
    giving = max(missing.giving_pupils_n, covered)
    limits = {"lowest": min(headline.lowest, value), "highest": max(headline.highest, value)}
    near = mean_bounds(mean=value, seen_n=giving, missing_n=missing.pupils_n, **limits)
    wide = mean_bounds(
        mean=value, seen_n=covered, missing_n=missing.pupils_n + giving - covered, **limits
    )
    return MissingTold(
        headline=headline,
        missing=missing,
        low=_derived(headline, near.low),
        high=_derived(headline, near.high),
        widest_low=_derived(headline, wide.low),
        widest_high=_derived(headline, wide.high),
        tipping=tuple(_tip(headline, missing, giving, value, target) for target in headline.targets)
        if missing.pupils_n > 0
        else (),
    )


def _tip(
    headline: Headline, missing: Missing, giving: float, value: float, target: Target
) -> Tipping:
    needed = tipping_value(
        mean=value, seen_n=giving, missing_n=missing.pupils_n, target=target.value
    )
    return Tipping(
        target=target,
        needed=_derived(headline, needed),
        ahead=_derived(headline, needed - value, is_difference=True),
        is_possible=headline.lowest <= needed <= headline.highest,
    )


def _derived(headline: Headline, value: float, *, is_difference: bool = False) -> Estimate:
    """Give a number worked out from a headline: it may be shown only where the headline may."""
    base = headline.estimate
    unit = "percentage points" if is_difference and base.unit == "percent" else base.unit
    return replace(
        base,
        value=value,
        unit=unit,
        low=None,
        high=None,
        why_no_interval="a bound, not an estimate",
        method="bounds without assumptions about the missing (Manski)",
    )


def _progress(progress: pd.DataFrame | None, subject: str) -> Headline | None:
    """Mean progress against expectation, bounded by the range of 98 in 100 pupils seen."""
    if progress is None or progress.empty:
        return None
    rows = progress[progress["subject"].eq(subject) & progress["residual"].notna()]
    if rows.empty:
        return None
    values = rows["residual"]
    estimate = mean_of(
        values, rows["school_id"], unit="scaled score points", decimals=1, sources=("star",)
    )
    reach = NINETY_EIGHT_OF_100 * (float(values.std()) if len(values) > 1 else math.inf)
    middle = float(values.mean())
    if not math.isfinite(reach):
        reach = 0.0
    return Headline(
        name=f"star_{subject}_vs_expected",
        words=f"progress in {SUBJECTS[subject]} against expectation",
        estimate=estimate,
        lowest=middle - reach,
        highest=middle + reach,
        bound_words="the range in which about 98 of 100 of the pupils seen lie: an assumption",
        school_ids=tuple(sorted(rows["school_id"].unique())),
        targets=(Target(value=0.0, words="as expected (no difference)"),),
    )


def _device(pupils: PupilData) -> Headline | None:
    frame = pupils.table("device_access").sort_values("recorded_date", kind="stable")
    frame = frame.drop_duplicates(["pupil_id", "school_id"], keep="last")
    frame = frame[frame["device"].notna()]
    return _share(
        frame["device"].ne("own"),
        frame,
        name="no_own_device",
        words="pupils who had no device of their own to learn on",
    )


def _item(pupils: PupilData, item: str) -> Headline | None:
    """Share of pupils, in each school's latest pupil survey, with one of the counted answers."""
    people = pupils.table("survey_respondents")
    people = people[people["role"].eq("pupil")].sort_values(
        ["academic_year", "answered_date", "survey"], na_position="first"
    )
    last = people.drop_duplicates("school_id", keep="last")[["school_id", "survey"]]
    people = people.merge(last, on=["school_id", "survey"])
    answers = pupils.table("survey_answers")
    answers = answers[answers["item"].eq(item)][["survey", "respondent_id", "level"]]
    rows = people.merge(answers, on=["survey", "respondent_id"])
    question = SURVEY_ITEMS[item]
    counted = [question.answers.index(word) + 1 for word in question.counted]
    return _share(
        rows["level"].isin(counted), rows, name=item, words=f"pupils who {question.counted_words}"
    )


def _share(flags: pd.Series, rows: pd.DataFrame, *, name: str, words: str) -> Headline | None:
    if rows.empty:
        return None
    weights = rows["weight"].where(rows["weight"].gt(0)).fillna(1.0) if "weight" in rows else None
    if weights is not None and weights.nunique() == 1:
        weights = None
    estimate = share_of(
        flags,
        rows["school_id"],
        sources=tuple(sorted(rows["series"].unique())),
        weights=weights,
    )
    ends = [
        Target(value=end, words=f"outside its likely range at the {side} end")
        for side, end in (("lower", estimate.low), ("upper", estimate.high))
        if end is not None
    ]
    return Headline(
        name=name,
        words=words,
        estimate=estimate,
        lowest=0.0,
        highest=100.0,
        bound_words="none or all of the pupils",
        school_ids=tuple(sorted(rows["school_id"].unique())),
        targets=tuple(ends),
    )
