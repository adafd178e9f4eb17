"""Small communities with pupil-level rows whose truth is known: schools, lists, platforms, surveys, progress."""

from datetime import date

import numpy as np
import pandas as pd

from recovery_analysis.community.membership import Membership
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData
from recovery_analysis.intake.tables import TABLES
from recovery_analysis.words.identifiers import CommunityId

BASELINE = date(2020, 3, 20)


def pseudonym(number):
    return f"{number:032x}"


def settled(name, frame):
    """Give a table's frame as the slice gives it: school_id in place of school_ref, dtypes of the table."""
    frame = frame.assign(series=frame.get("series", f"{name}_file"))
    if "school_id" in frame and "school_ref" not in frame:
        frame = frame.assign(school_ref="urn:" + frame["school_id"].astype(str))
    arranged = TABLES[name].arrange(frame)[TABLES[name].names]
    if "school_ref" not in arranged:
        return arranged
    ids = arranged["school_ref"].str.removeprefix("urn:").astype("str")
    return arranged.drop(columns="school_ref").assign(school_id=ids)


def pupil_data(**frames):
    held = {name: settled(name, frame) for name, frame in frames.items()}
    kinds = frozenset(kind for frame in held.values() for kind in frame["series"].unique())
    return PupilData(frames=held, kinds=kinds)


def community(schools, *, rolls=None, name="Elm Trust", measures=()):
    """Give a community of schools (ids); ``rolls`` are published pupils, None where not published."""
    ids = tuple(sorted(schools))
    rolls = rolls or dict.fromkeys(ids, 200)
    frame = pd.DataFrame(
        {
            "urn": ids,
            "school_id": ids,
            "school_name": [f"School {school}" for school in ids],
            "phase": "primary",
            "sector": "academy",
            "la_code": "300",
            "pupils_n": pd.Series([rolls[school] for school in ids], dtype="float64"),
        }
    )
    now = Membership(rule="now", day=date(2021, 9, 1), school_ids=ids)
    figures = pd.DataFrame(list(measures), columns=["school_id", "academic_year", "value"]).astype(
        {"school_id": "str", "academic_year": "str", "value": "float64"}
    )
    return CommunityData(
        id=CommunityId.parse("trust:90001"),
        name=name,
        baseline_date=BASELINE,
        as_of=date(2021, 9, 1),
        now=now,
        baseline=now,
        schools=frame,
        school_measures=figures,
        published=figures,
        neighbours=(),
        authorities=(),
        counted=frame[["urn"]],
        files=(),
        earlier_urns=(),
    )


def pupil_list(rng, *, schools=12, pupils=60, year="2019/20", disadvantaged=0.3):
    """Give a list of pupils; disadvantage varies between schools."""
    n = schools * pupils
    school = np.repeat([str(900001 + at) for at in range(schools)], pupils)
    chance = np.repeat(np.clip(rng.normal(disadvantaged, 0.1, schools), 0.05, 0.9), pupils)
    return pd.DataFrame(
        {
            "pupil_id": [pseudonym(at + 1) for at in range(n)],
            "school_id": school,
            "academic_year": year,
            "year_group": rng.integers(3, 9, n).astype(float),
            "disadvantaged": np.where(rng.random(n) < chance, "yes", "no"),
            "eal": np.where(rng.random(n) < 0.2, "yes", "no"),
            "sen_status": rng.choice(["none", "sen_support", "ehcp"], n, p=[0.85, 0.12, 0.03]),
        }
    )


def device_list(rng, pupils, *, own_other=0.8, own_disadvantaged=0.6, shift=0.0):
    """Give a list of devices: own with a chance by group, moved up and down between schools."""
    n = len(pupils)
    poor = pupils["disadvantaged"].eq("yes").to_numpy()
    moved = pupils["school_id"].map(
        dict(
            zip(
                pupils["school_id"].unique(),
                rng.normal(0, shift, pupils["school_id"].nunique()) if shift else [0.0] * 999,
                strict=False,
            )
        )
    )
    own = rng.random(n) < np.where(poor, own_disadvantaged, own_other) + moved.to_numpy()
    other = rng.choice(["shared", "phone_only", "none"], n, p=[0.6, 0.3, 0.1])
    return pd.DataFrame(
        {
            "pupil_id": pupils["pupil_id"],
            "school_id": pupils["school_id"],
            "academic_year": "2019/20",
            "year_group": pupils["year_group"],
            "recorded_date": pd.Timestamp("2020-05-01"),
            "device": np.where(own, "own", other),
            "connection": rng.choice(["broadband", "mobile_data", "none"], n, p=[0.85, 0.1, 0.05]),
            "lent_by_school": np.where(~own & (rng.random(n) < 0.4), "yes", "no"),
        }
    )


def survey(rng, pupils, items, *, role="pupil", name="Lockdown survey", linked=True, hard=0.4):
    """Give respondents (two pupils in three) and their answers; ``hard`` answers with the first level."""
    people = pupils[rng.random(len(pupils)) < 2 / 3]
    n = len(people)
    respondents = pd.DataFrame(
        {
            "survey": name,
            "respondent_id": [pseudonym(10**6 + int(p, 16)) for p in people["pupil_id"]],
            "school_id": people["school_id"].to_numpy(),
            "academic_year": "2019/20",
            "role": role,
            "answered_date": pd.Timestamp("2020-06-15"),
            "year_group": people["year_group"].to_numpy(),
            "pupil_id": people["pupil_id"].to_numpy() if linked else None,
        }
    )
    answers = pd.concat(
        [
            pd.DataFrame(
                {
                    "survey": name,
                    "respondent_id": respondents["respondent_id"],
                    "school_id": respondents["school_id"],
                    "item": item,
                    "level": np.where(rng.random(n) < hard, 1, 4).astype(float),
                    "answer": "in words",
                }
            )
            for item in items
        ],
        ignore_index=True,
    )
    return respondents, answers


def quizzes(pupils, counts, *, day="2020-02-03", correct=90.0, first=0):
    """Give ``counts`` quizzes of each pupil on one day."""
    at = np.repeat(np.arange(len(pupils)), counts)
    return pd.DataFrame(
        {
            "quiz_id": [pseudonym(10**9 + first + number) for number in range(len(at))],
            "pupil_id": pupils["pupil_id"].to_numpy()[at],
            "school_id": pupils["school_id"].to_numpy()[at],
            "academic_year": "2019/20",
            "completed_date": pd.Timestamp(day),
            "correct_pct": np.broadcast_to(correct, len(pupils))[at].astype(float),
        }
    )


def progress(rng, pupils, exposure, *, slope, school_sd=5.0, noise=20.0, subject="reading"):
    """Give progress whose difference within schools by exposure is ``slope``.

    The schools' own levels go against the slope: a comparison that mixes schools up would be wrong.
    """
    by_school = exposure.groupby(pupils["school_id"].to_numpy()).transform("mean").to_numpy()
    schools = pupils["school_id"].unique()
    level = pd.Series(rng.normal(0, school_sd, len(schools)), index=schools)
    slopes = pd.Series(rng.normal(0, 1.0, len(schools)), index=schools)
    own = exposure.to_numpy(dtype=float)
    poor = pupils["disadvantaged"].eq("yes").to_numpy()
    residual = (
        (slope + pupils["school_id"].map(slopes).to_numpy()) * own
        - 40 * slope / abs(slope or 1) * by_school
        + pupils["school_id"].map(level).to_numpy()
        - 4 * poor
        + rng.normal(0, noise, len(pupils))
    )
    return pd.DataFrame(
        {
            "pupil_id": pupils["pupil_id"],
            "school_id": pupils["school_id"],
            "subject": subject,
            "residual": residual,
            "residual_sd": 20.0,
        }
    )
