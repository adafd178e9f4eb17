"""Rows behind each barrier: one a pupil listed or a respondent, with school, level and weight."""

from dataclasses import dataclass

import pandas as pd

from recovery_analysis.analysis.barriers.result import Theme
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.words.survey_items import SURVEY_ITEMS

LISTED_COLUMNS = ("pupil_id", "school_id", "year_group", "day", "weight", "level", "series")

#: Questions about teaching from afar.
TEACHING_ITEMS = ("live_lessons", "teacher_contact", "learn_alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """A column's levels in order with words, and which of them count as the barrier."""

    code: str
    title: str
    counted_words: str
    theme: Theme
    column: str
    words: dict[str, str]
    counted: tuple[str, ...]


LISTS = (
    Levels(
        code="no_own_device",
        title="No device of their own",
        counted_words="had no device of their own to learn on",
        theme="device",
        column="device",
        words={
            "own": "their own",
            "shared": "a shared one",
            "phone_only": "a phone only",
            "none": "none",
        },
        counted=("shared", "phone_only", "none"),
    ),
    Levels(
        code="no_broadband",
        title="No broadband at home",
        counted_words="had no broadband at home",
        theme="connection",
        column="connection",
        words={"broadband": "broadband", "mobile_data": "mobile data only", "none": "none"},
        counted=("mobile_data", "none"),
    ),
)


def device_rows(pupils: PupilData) -> pd.DataFrame:
    """Give the latest row of each pupil and school in the device lists."""
    frame = pupils.table("device_access").sort_values("recorded_date", kind="stable")
    latest = frame.drop_duplicates(["pupil_id", "school_id"], keep="last")
    return latest.reset_index(drop=True)


def listed_rows(devices: pd.DataFrame, levels: Levels) -> pd.DataFrame:
    """Give ``LISTED_COLUMNS`` of one column of the device lists, where it is known."""
    known = devices[devices[levels.column].notna()]
    return pd.DataFrame(
        {
            "pupil_id": known["pupil_id"],
            "school_id": known["school_id"],
            "year_group": known["year_group"],
            "day": known["recorded_date"],
            "weight": 1.0,
            "level": known[levels.column].map(levels.words),
            "series": known["series"],
        }
    ).reset_index(drop=True)


def latest_respondents(pupils: PupilData, role: str) -> pd.DataFrame:
    """Give the respondents of one role in each school's latest survey: older waves tell of other days."""
    people = pupils.table("survey_respondents")
    people = people[people["role"].eq(role)]
    waves = people.groupby(["school_id", "survey"], as_index=False).agg(
        year=("academic_year", "max"), day=("answered_date", "max")
    )
    last = waves.sort_values(["year", "day", "survey"], na_position="first").drop_duplicates(
        "school_id", keep="last"
    )
    return people.merge(last[["school_id", "survey"]], on=["school_id", "survey"])


def answered_rows(pupils: PupilData, people: pd.DataFrame, item: str) -> pd.DataFrame:
    """Give ``LISTED_COLUMNS`` of one question; a weight that is blank or nought counts as 1."""
    answers = pupils.table("survey_answers")
    answers = answers[answers["item"].eq(item)]
    joined = people.merge(
        answers[["survey", "respondent_id", "level"]], on=["survey", "respondent_id"]
    )
    words = dict(enumerate(SURVEY_ITEMS[item].answers, start=1))
    level = joined["level"].astype("float64").map(words)
    frame = pd.DataFrame(
        {
            "pupil_id": joined["pupil_id"],
            "school_id": joined["school_id"],
            "year_group": joined["year_group"],
            "day": joined["answered_date"],
            "weight": joined["weight"].where(joined["weight"].gt(0)).fillna(1.0),
            "level": level.astype("str"),
            "series": joined["series"],
        }
    )
    return frame[frame["level"].notna()].reset_index(drop=True)
