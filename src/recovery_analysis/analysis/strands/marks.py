"""Marks by pupil and strand, from question-level marks or from Star's skill areas: now and before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recovery_analysis.community.pupils import PupilData
from recovery_analysis.words.pupils import season_of

#: Which marks of before a strand is compared with, from nearest to furthest.
COMPARABLE = (
    "other papers in another season",
    "the same papers in another season",
    "other papers in the same season",
    "the same papers in the same season",
)
_KEYS = [
    "subject", "year_group", "strand", "paper", "season", "academic_year", "is_after", "school_id", "pupil_id",
]  # fmt: skip
#: What two rows share that are near by one, two or three steps of COMPARABLE.
_NEAR = (["strand", "paper"], ["strand", "season"], ["strand", "paper", "season"])
_NEEDED = [
    "pupil_id",
    "school_id",
    "academic_year",
    "year_group",
    "test_date",
    "subject",
    "paper",
    "strand",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMarks:
    """Rows of one subject and year group, a row a pupil, strand and paper; ``comparable`` by strand."""

    subject: str
    year_group: int
    academic_year: str
    last_day: pd.Timestamp
    now: pd.DataFrame
    before: pd.DataFrame
    comparable: dict[str, str]


def question_rows(pupils: PupilData, baseline: pd.Timestamp, schools: set[str]) -> pd.DataFrame:
    """Sum the marks of each pupil by strand and paper; questions without marks are left out."""
    rows = pupils.table("question_marks")[[*_NEEDED, "marks", "marks_possible"]]
    rows = rows[rows["marks"].notna() & rows["school_id"].isin(schools)]
    rows = _with_year_group(rows, pupils.table("pupils"))
    return _summed(rows.rename(columns={"marks_possible": "possible"}), baseline)


def skill_rows(pupils: PupilData, baseline: pd.Timestamp, schools: set[str]) -> pd.DataFrame:
    """Average the mastery of each pupil by skill area; tests that do not count are left out."""
    scores = pupils.table("skill_scores")
    tests = pupils.table("assessments")
    tests = tests[tests["unusable_reason"].isna() & tests["school_id"].isin(schools)]
    tests = tests[["assessment_id", "subject", "school_id", "year_group"]]
    rows = scores.merge(tests, on=["assessment_id", "subject"], how="inner")
    rows = _with_year_group(rows, pupils.table("pupils"))
    rows = rows.assign(
        strand=rows["domain"].str.cat(rows["skill_area"], sep=": "),
        paper="Star",
        marks=rows["mastery_pct"],
        possible=100.0,
    )
    return _summed(rows, baseline)


def _with_year_group(rows: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Fill blank year groups from the pupil list; rows that stay blank are left out."""
    blank = rows["year_group"].isna()
    if blank.any() and len(listed):
        keys = ["pupil_id", "academic_year"]
        known = listed.dropna(subset=["year_group"]).drop_duplicates(keys).set_index(keys)
        wanted = pd.MultiIndex.from_frame(rows.loc[blank, keys])
        filled = known["year_group"].reindex(wanted).to_numpy()
        rows = rows.assign(
            year_group=rows["year_group"].mask(blank, pd.Series(filled, rows.index[blank]))
        )
    return rows[rows["year_group"].ge(0)]


def _summed(rows: pd.DataFrame, baseline: pd.Timestamp) -> pd.DataFrame:
    """Sum marks over the questions of each key, with ``person`` (a pupil at a school) and codes of nearness."""
    days = rows["test_date"]
    number, unique = pd.factorize(days)
    seasons = np.array(
        [season_of(pd.Timestamp(day).date()) for day in unique] or [""], dtype=object
    )
    rows = rows.assign(season=seasons[number] if len(rows) else "", is_after=days.gt(baseline))
    coded = {key: pd.factorize(rows[key]) for key in _KEYS}
    codes, first = _joined(coded, _KEYS)
    latest = np.full(len(first), np.iinfo(np.int64).min)
    np.maximum.at(latest, codes, days.astype("int64").to_numpy())
    keys = {key: values[code[first]] for key, (code, values) in coded.items()}
    near = {
        f"near_{place}": _joined(coded, names)[0][first]
        for place, names in enumerate(_NEAR, start=1)
    }
    return pd.DataFrame(
        keys
        | near
        | {
            "person": _joined(coded, ["school_id", "pupil_id"])[0][first],
            "marks": np.bincount(codes, weights=rows["marks"], minlength=len(first)),
            "possible": np.bincount(codes, weights=rows["possible"], minlength=len(first)),
            "test_date": latest.astype("datetime64[us]"),
        }
    )


def _joined(
    coded: dict[str, tuple[NDArray[np.intp], pd.Index]], names: list[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give one code for the names together, in order of appearance, and the first row of each code."""
    joint = np.zeros(len(coded[names[0]][0]), dtype=np.int64)
    for name in names:
        code, values = coded[name]
        joint = joint * (len(values) + 1) + code
    codes = pd.factorize(joint)[0]
    first = np.zeros(codes.max(initial=-1) + 1, dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return codes, first


def groups_of(rows: pd.DataFrame, *, same_season_only: bool) -> list[GroupMarks]:
    """Split into subjects and year groups that have marks since the baseline date: their last year.

    Of the marks before, each strand keeps the nearest kind there is: the same papers in the same season
    first. With the same papers, now keeps those papers too. ``same_season_only`` leaves out marks of
    another season, for scores that grow over the year.
    """
    found = []
    for (subject, year_group), part in rows.groupby(["subject", "year_group"], sort=True):
        after = part[part["is_after"]]
        if after.empty:
            continue
        year = str(after["academic_year"].max())
        now = after[after["academic_year"].eq(year)]
        level = _levels(now, part[~part["is_after"]])
        if same_season_only:
            now = _last_season(now)
            level = _levels(now, part[~part["is_after"]])
            level = level[level["level"].ge(2)]
        best = level.groupby("strand")["level"].transform("max")
        before = level[level["level"].eq(best)]
        now = _kept_now(now, before)
        nearest = before.drop_duplicates("strand")
        found.append(
            GroupMarks(
                subject=str(subject),
                year_group=int(year_group),  # pyright: ignore[reportArgumentType]
                academic_year=year,
                last_day=now["test_date"].max(),
                now=now,
                before=before.drop(columns="level"),
                comparable={
                    str(strand): COMPARABLE[int(level)]
                    for strand, level in zip(nearest["strand"], nearest["level"], strict=True)
                },
            )
        )
    return found


def _last_season(now: pd.DataFrame) -> pd.DataFrame:
    latest = now["season"].iloc[int(now["test_date"].to_numpy().argmax())]
    return now[now["season"].eq(latest)]


def _levels(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Say of each row of before how near it is to a row of now (place in COMPARABLE)."""
    level = np.zeros(len(before), dtype=np.int64)
    for place in (1, 2, 3):
        level[before[f"near_{place}"].isin(now[f"near_{place}"].unique()).to_numpy()] = place
    return before.assign(level=level)


def _kept_now(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Keep, of strands that compare the same papers, the rows of those papers; all rows of other strands."""
    same = before[before["level"].isin((1, 3))]
    keep = ~now["strand"].isin(same["strand"].unique())
    for place in (1, 3):
        near = f"near_{place}"
        keep |= now[near].isin(same.loc[same["level"].eq(place), near].unique())
    return now[keep]
