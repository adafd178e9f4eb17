"""Surveys whose true shares are known, as canonical frames: for tests of what is made of them.

The fixture ``survey_world`` gives this module.
"""

import numpy as np
import pandas as pd

from recovery_analysis.community.pupils import PupilData
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.survey_items import INDUCTION_ITEMS, SURVEY_ITEMS

#: Chance of a counted answer to each induction question in three kinds of pupils.
KINDS = np.array(
    [
        [0.08, 0.07, 0.10, 0.06, 0.08, 0.10, 0.09, 0.10, 0.07, 0.05],
        [0.85, 0.80, 0.75, 0.90, 0.85, 0.20, 0.20, 0.25, 0.12, 0.10],
        [0.25, 0.15, 0.12, 0.10, 0.15, 0.88, 0.85, 0.25, 0.80, 0.80],
    ]
)


def community(handmade, folder, *, schools=6, secondary=2, pupils=200):
    """Make la:300 of some schools (the last ones secondary) and read it."""
    rows = [
        handmade.school(
            str(100001 + at),
            phase="Secondary" if at >= schools - secondary else "Primary",
            pupils=pupils,
        )
        for at in range(schools)
    ]
    return handmade.data_of(handmade.opened(folder, schools=rows), "la:300")


def school_ids(schools):
    return [str(100001 + at) for at in range(schools)]


def key(number):
    return f"{number:032x}"


def respondents(school, *, role="pupil", survey="Autumn 2020", start=0, year="2020/21", **more):
    """Give one row a respondent; ``school`` holds each one's school id."""
    n = len(school)
    return pd.DataFrame(
        {
            "survey": survey,
            "respondent_id": [key(start + at) for at in range(n)],
            "school_id": school,
            "academic_year": year,
            "series": f"survey_{role}",
            "role": role,
            "answered_date": pd.Timestamp(more.pop("day", "2020-09-21")),
            **more,
        }
    )


def answers(people, counted):
    """Give one row an answer; ``counted`` holds, by question, whether each respondent gave a counted one.

    NaN is a question left out.
    """
    parts = []
    for code, flags in counted.items():
        item = SURVEY_ITEMS[code]
        flags = np.asarray(flags, dtype=float)
        yes = item.answers.index(item.counted[0]) + 1
        no = next(at for at, words in enumerate(item.answers, 1) if words not in item.counted)
        part = people[["survey", "respondent_id", "school_id", "series"]].assign(
            item=code, level=np.where(flags == 1, yes, no).astype(float)
        )
        part["answer"] = [item.answers[int(level) - 1] for level in part["level"]]
        parts.append(part[~np.isnan(flags)])
    return pd.concat(parts, ignore_index=True)


def roll(school, *, start=0, year="2020/21", disadvantaged=None, **more):
    """Give one row a pupil on roll."""
    n = len(school)
    flags = np.zeros(n, dtype=bool) if disadvantaged is None else np.asarray(disadvantaged)
    return pd.DataFrame(
        {
            "pupil_id": [key(start + at) for at in range(n)],
            "school_id": school,
            "academic_year": year,
            "series": "pupil_list",
            "disadvantaged": np.where(flags, "yes", "no"),
            **more,
        }
    )


def pupil_data(**tables):
    """Put frames into the shape that analyses read."""
    frames = {}
    for name, parts in tables.items():
        frame = pd.concat(parts, ignore_index=True) if isinstance(parts, list) else parts
        table = TABLES[name]
        arranged = table.arrange(frame.rename(columns={"school_id": "school_ref"}))
        frames[name] = arranged[table.names].rename(columns={"school_ref": "school_id"})
    kinds = frozenset(kind for frame in frames.values() for kind in frame["series"])
    return PupilData(frames=frames, kinds=kinds)


def surveyed(rng, *, schools=6, each=60, role="pupil", shares=(0.5, 0.3, 0.2), start=0, **more):
    """Simulate one role's survey: people, answers to the induction questions, and each one's kind."""
    school = np.repeat(school_ids(schools), each)
    kind = rng.choice(3, len(school), p=shares)
    people = respondents(list(school), role=role, start=start, **more)
    counted = {
        code: rng.random(len(school)) < KINDS[kind, at] for at, code in enumerate(INDUCTION_ITEMS)
    }
    return people, answers(people, counted), kind
