"""How much each pupil used a platform: one row a use, one row a pupil and school in the year, bands."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from recovery_analysis.analysis.platform_use.result import Band
from recovery_analysis.analysis.pupil_list import latest_years
from recovery_analysis.community.pupils import PupilData

#: A pupil was active lately when a use falls into this many days to the last use in the school's export.
ACTIVE_DAYS = 28
#: Renaissance's bands of average percent correct, and its aim.
QUALITY_BANDS = (
    Band(code="95", words="95% and above", low=95, high=None),
    Band(code="85", words="85% to 94.9%", low=85, high=95),
    Band(code="75", words="75% to 84.9%", low=75, high=85),
    Band(code="0", words="below 75%", low=0, high=75),
)
QUALITY_CUT = 85
#: Percentages of quizzes are averages of many: a hair below an end by binary arithmetic is at the end.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform: its table, how use is measured, bands of use, and what must be said beside it."""

    code: str
    title: str
    table: str
    dose_words: str
    unit: str
    rate_words: str
    rate_days: int
    bands: tuple[Band, ...]
    caution: str


ACCELERATED_READER = Platform(
    code="accelerated_reader",
    title="Accelerated Reader",
    table="reading_quizzes",
    dose_words="quizzes in the academic year",
    unit="quizzes",
    rate_words="quizzes a pupil in 30 days",
    rate_days=30,
    bands=(
        Band(code="none", words="no quiz", low=0, high=1),
        Band(code="low", words="1 to 9 quizzes", low=1, high=10),
        Band(code="middle", words="10 to 29 quizzes", low=10, high=30),
        Band(code="high", words="30 quizzes or more", low=30, high=None),
    ),
    caution=(
        "A quiz follows a book that a pupil has finished; reading without a quiz is not in the export. A "
        "quiz shows that a book was understood, not how long it was read."
    ),
)
MYON = Platform(
    code="myon",
    title="myON",
    table="online_reading",
    dose_words="minutes a week, as the vendor estimates them",
    unit="minutes",
    rate_words="minutes a pupil a week, as the vendor estimates them",
    rate_days=7,
    bands=(
        Band(code="none", words="no minutes", low=0, high=1e-6),
        Band(code="low", words="under 15 minutes a week", low=1e-6, high=15),
        Band(code="middle", words="15 to 59 minutes a week", low=15, high=60),
        Band(code="high", words="60 minutes a week or more", low=60, high=None),
    ),
    caution=(
        "Minutes are estimated by the vendor from pages turned: they are not observed reading time. The week "
        "is an average over the time that the school's export covers."
    ),
)
PLATFORMS = (ACCELERATED_READER, MYON)


def uses(platform: Platform, pupils: PupilData) -> pd.DataFrame:
    """Give one row a use: pupil, school, year, ``start``, ``end``, ``amount``, ``correct`` and ``series``."""
    frame = pupils.table(platform.table)
    kept = frame[["pupil_id", "school_id", "academic_year", "series"]]
    if platform is ACCELERATED_READER:
        return kept.assign(
            start=frame["completed_date"],
            end=frame["completed_date"],
            amount=1.0,
            correct=frame["correct_pct"],
        )
    return kept.assign(
        start=frame["period_start"],
        end=frame["period_end"],
        amount=frame["minutes_n"],
        correct=np.nan,
    )


def latest_year_only(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each school's rows of its latest academic year."""
    years = latest_years(rows)
    return rows[rows["academic_year"].eq(rows["school_id"].map(years))]


def by_pupil(platform: Platform, rows: pd.DataFrame, roll: pd.DataFrame) -> pd.DataFrame:
    """Give one row a pupil on roll: ``dose``, ``used``, ``active``, ``correct`` (average percent, or null)."""
    last = rows.groupby("school_id")["end"].max()
    first = rows.groupby("school_id")["start"].min()
    used = rows[rows["amount"].gt(0)]
    recent = (used["school_id"].map(last) - used["end"]).dt.days.lt(ACTIVE_DAYS)
    sums = (
        used.assign(recent=recent)
        .groupby(["pupil_id", "school_id"], as_index=False)
        .agg(amount=("amount", "sum"), active=("recent", "max"), correct=("correct", "mean"))
    )
    frame = roll.merge(sums, on=["pupil_id", "school_id"], how="left")
    amount = frame["amount"].fillna(0.0).astype("float64")
    if platform is MYON:
        weeks = (last - first).dt.days.add(1).div(7).clip(lower=1.0)
        amount = amount / frame["school_id"].map(weeks).astype("float64")
    return frame.assign(
        dose=amount,
        used=frame["amount"].gt(0),
        active=frame["active"].eq(True),
    )


def band_of(amounts: pd.Series, bands: tuple[Band, ...]) -> pd.Series:
    """Give the words of the band that each amount is in; null stays null."""
    found = pd.Series(None, index=amounts.index, dtype="str")
    for band in bands:
        inside = amounts.ge(band.low - _HAIR if band.low >= 1 else band.low)
        if band.high is not None:
            inside &= amounts.lt(band.high - _HAIR if band.high >= 1 else band.high)
        found = found.mask(inside, band.words)
    return found


def split_rates(
    platform: Platform, rows: pd.DataFrame, roll: pd.DataFrame, *, year_start: date, baseline: date
) -> pd.DataFrame:
    """Give one row a pupil on roll: ``before`` and ``since``, amounts a 30 days or a week.

    Only schools with use on both sides count. A period that lies across the baseline date belongs to
    neither side.
    """
    edge = pd.Timestamp(baseline)
    inside = rows[rows["start"].ge(pd.Timestamp(year_start))]
    sides = {"before": inside[inside["end"].lt(edge)], "since": inside[inside["start"].ge(edge)]}
    both = set(sides["before"]["school_id"].unique()) & set(sides["since"]["school_id"].unique())
    frame = roll[roll["school_id"].isin(both)]
    for name, side in sides.items():
        ends = side.groupby("school_id").agg(first=("start", "min"), last=("end", "max"))
        days = (
            (edge - ends["first"]).dt.days
            if name == "before"
            else (ends["last"] - edge).dt.days.add(1)
        )
        amount = side.groupby(["pupil_id", "school_id"], as_index=False)["amount"].sum()
        frame = frame.merge(amount, on=["pupil_id", "school_id"], how="left")
        span = frame["school_id"].map(days.clip(lower=1)).astype("float64")
        per = frame["amount"].fillna(0.0) / span
        frame = frame.drop(columns="amount").assign(**{name: per * platform.rate_days})
    return frame
