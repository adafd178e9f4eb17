"""Progress against expectation: means, change, months, declines, gaps and schools' values beside the truth."""

import numpy as np
import pandas as pd

from recovery.communities import Case
from recovery.population import Population, Targets
from recovery.scores import Score, score
from recovery_analysis.analysis.trajectory import progress_evidence
from recovery_analysis.analysis.trajectory.result import SubjectProgress, WindowProgress
from recovery_analysis.norms.comparison import community_tests, compare
from recovery_analysis.synthetic.pupils import PupilWorld
from recovery_analysis.synthetic.pupils.attainment import sd_at
from recovery_analysis.synthetic.pupils.deviation import CLOSURE_DAY

CHAPTER = "progress"
#: Autumns that count: their prior test lies one or two years back, as cohorts before the baseline show both.
_WAVES = {"first": 2020, "now": 2021}
_MOST_YEARS = 2
_DAYS_A_MONTH = 30.4375
_ONE_YEAR_GROUP = 5


def compared_tests(world: PupilWorld, inside: np.ndarray, subject: str, year: int) -> pd.DataFrame:
    """Give a row a pupil with a counted test that autumn and an expectation of it; ``deviation`` is true."""
    tests, roll, waves = world.star, world.roll, world.truth.waves
    code = list(world.truth.subjects).index(subject)
    counted = (tests.reason == 0) & (tests.subject == code)
    has = np.zeros((len(roll), len(waves)), dtype=bool)
    has[tests.at[counted], tests.wave[counted]] = True
    autumn = {wave.year: at for at, wave in enumerate(waves) if wave.season == "autumn"}
    anchor = np.zeros(len(roll), dtype=bool)
    for years in range(1, _MOST_YEARS + 1):
        prior = autumn.get(year - years)
        if prior is not None and waves[prior].middle <= CLOSURE_DAY:
            anchor |= has[:, prior]
    mine = counted & (tests.wave == autumn[year]) & anchor[tests.at]
    mine &= inside[roll.school[tests.at]]
    at, first = np.unique(tests.at[mine], return_index=True)
    effects = world.value_added[subject]
    year_group = roll.year_group(year)[at]
    shared = (effects.trust + effects.la)[roll.school[at]]
    return pd.DataFrame(
        {
            "pupil": at,
            "school": roll.school[at],
            "year_group": year_group,
            "disadvantaged": roll.is_disadvantaged[at],
            "sen": roll.sen[at] > 0,
            "eal": roll.eal[at],
            "deviation": tests.deviation[mine][first],
            "shared": shared * sd_at(world.truth.subjects[subject], year_group),
        }
    )


def usual_growth(world: PupilWorld, subject: str) -> pd.Series:
    """Give points gained in a month between two tests a year apart before closure, by year group."""
    tests, roll, waves = world.star, world.roll, world.truth.waves
    code = list(world.truth.subjects).index(subject)
    counted = np.flatnonzero((tests.reason == 0) & (tests.subject == code))[::-1]
    score_at, day_at = np.full((2, len(roll), len(waves)), np.nan)
    place = tests.at[counted], tests.wave[counted]
    score_at[place] = tests.score[counted]
    day_at[place] = tests.day[counted].astype("datetime64[D]").astype(float)
    parts = []
    for at, wave in enumerate(waves):
        prior = [
            k for k, w in enumerate(waves) if (w.year, w.season) == (wave.year - 1, wave.season)
        ]
        if wave.middle > CLOSURE_DAY or not prior:
            continue
        gain, days = score_at[:, at] - score_at[:, prior[0]], day_at[:, at] - day_at[:, prior[0]]
        both = np.isfinite(gain)
        parts.append(
            pd.DataFrame(
                {
                    "year_group": roll.year_group(wave.year)[both],
                    "gain": gain[both],
                    "months": days[both] / _DAYS_A_MONTH,
                }
            )
        )
    sums = pd.concat(parts).groupby("year_group").sum()
    return sums["gain"] / sums["months"]


def targets(world: PupilWorld, inside: np.ndarray) -> Targets:
    """Give mean true deviations of pupils with an expectation, what they share with trust and area taken off."""
    return {
        name: value
        for subject in world.truth.subjects
        for name, value in _subject_targets(world, inside, subject, with_shared=False).items()
    }


def _subject_targets(
    world: PupilWorld, inside: np.ndarray, subject: str, *, with_shared: bool
) -> Targets:
    found: Targets = {}
    for name, year in _WAVES.items():
        rows = compared_tests(world, inside, subject, year)
        value = rows["deviation"] - (0.0 if with_shared else rows["shared"])
        found |= _means(rows, value, f"{subject} {name}")
    return found


def _means(rows: pd.DataFrame, value: pd.Series, name: str) -> Targets:
    poor, one = rows["disadvantaged"], rows["year_group"].eq(_ONE_YEAR_GROUP)
    return {
        name: float(value.mean()),
        f"{name} gap": float(value[poor].mean() - value[~poor].mean()),
        f"{name} year": float(value[one].mean()) if one.any() else float("nan"),
    }


def judge(case: Case, population: Population) -> list[Score]:
    """Compare the progress of one community with the truth."""
    result = progress_evidence(case.data, case.pupils, case.norms)
    return [
        item
        for subject in case.world.truth.subjects
        for item in _judge_subject(case, population, result.subject(subject), subject)
    ]


def _judge_subject(
    case: Case, population: Population, found: SubjectProgress | None, subject: str
) -> list[Score]:
    if found is None or found.now is None or found.first is None:
        return []
    # trusts and areas are held as they are: a school drawn again would be of the same ones
    shared: Targets = {}
    for name, year in _WAVES.items():
        rows = compared_tests(case.world, case.inside, subject, year)
        shared |= _means(rows, rows["shared"], f"{subject} {name}")
    own = _subject_targets(case.world, case.inside, subject, with_shared=True)
    goal = {name: population.targets[name] + shift for name, shift in shared.items()}
    growth = _mean_growth(case, population, subject)
    told = [
        ("mean against expectation", "first", found.first.difference, 1.0),
        ("mean against expectation", "now", found.now.difference, 1.0),
        ("change since before", "first", found.change_first, 1.0),
        ("change since before", "now", found.change, 1.0),
        ("months", "now", found.now.months, growth),
        ("disadvantaged less other pupils", "now gap", _gap(found), 1.0),
        ("one year group", "first year", _year(found.first_by_year_group), 1.0),
    ]
    scores: list[Score] = []
    for group, name, estimate, scale in told:
        if estimate is not None:
            key = f"{subject} {name}"
            scores += score(
                estimate,
                names=(CHAPTER, group, key),
                seed=case.seed,
                target=goal[key] / scale,
                own=own[key] / scale,
            )
    scores += _declined(case, population, found.now, subject, shared[f"{subject} now"])
    return scores + _schools(case, found, subject)


def _gap(found: SubjectProgress):
    return next((g.difference for g in found.groups if g.group == "disadvantaged"), None)


def _year(groups: tuple[WindowProgress, ...]):
    words = f"Year {_ONE_YEAR_GROUP}"
    return next((item.difference for item in groups if item.label == words), None)


def _mean_growth(case: Case, population: Population, subject: str) -> float:
    rows = compared_tests(case.world, case.inside, subject, _WAVES["now"])
    return float(rows["year_group"].map(population.growth[subject]).mean())


def _declined(
    case: Case, population: Population, now: WindowProgress, subject: str, shift: float
) -> list[Score]:
    residual, fell = population.declines[subject]
    chance = np.interp(residual + shift, *_by_residual(residual, fell))
    return score(
        now.declined,
        names=(CHAPTER, "share who declined", f"{subject} now"),
        seed=case.seed,
        target=100 * float(chance.mean()),
    )


def _by_residual(residual: np.ndarray, fell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the share declined by residual, in bins of equal numbers."""
    order = np.array_split(np.argsort(residual), 400)
    return (
        np.array([residual[part].mean() for part in order]),
        np.array([fell[part].mean() for part in order]),
    )


def declines(case: Case, subject: str) -> tuple[np.ndarray, np.ndarray]:
    """Give actual minus expected, and whether declined, of all pupils now of a large community."""
    frame = compare(community_tests(case.pupils), case.norms, with_prior=True).frame
    frame = frame[frame["subject"].eq(subject) & ~frame["is_before"]]
    frame = frame[frame["window"].eq(frame["window"].max()) & frame["declined"].notna()]
    return frame["residual"].to_numpy(np.float64), frame["declined"].to_numpy(np.float64)


def _schools(case: Case, found: SubjectProgress, subject: str) -> list[Score]:
    """Compare schools' values with what they truly add beside the average school of the store."""
    everywhere = np.ones(len(case.inside), dtype=bool)
    parts = [
        compared_tests(case.world, everywhere, subject, year).assign(year=year)
        for year in _WAVES.values()
    ]
    rows = pd.concat(parts).drop_duplicates("pupil", keep="last")
    whole = _added(rows, rows["deviation"])
    own = _added(rows, rows["deviation"] - rows["shared"])
    place = {urn: at for at, urn in enumerate(case.world.roll.schools.urn)}
    scores: list[Score] = []
    for item in found.schools.schools:
        at = place[item.school_id]
        for group, truth in (
            ("a school's value, beside schools of its trust and area", own),
            ("a school's value, beside all schools", whole),
        ):
            scores += score(
                item.value,
                names=(CHAPTER, group, subject),
                seed=case.seed,
                target=float(truth[at]),
            )
    return scores


def _added(rows: pd.DataFrame, deviation: pd.Series) -> pd.Series:
    """Give each school's mean true deviation, what year groups and kinds of pupils explain taken off."""
    value = deviation - deviation.groupby([rows["year"], rows["year_group"]]).transform("mean")
    kinds = rows[["disadvantaged", "sen", "eal"]].astype(float)
    within = kinds - kinds.groupby(rows["school"]).transform("mean")
    slopes = np.linalg.lstsq(within.to_numpy(), value.to_numpy(), rcond=None)[0]
    left = (value - kinds.to_numpy() @ slopes).groupby(rows["school"]).mean()
    return left - left.mean()
