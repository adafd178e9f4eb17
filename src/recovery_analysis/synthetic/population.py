"""Simulate the pupils of every school and year, and keep their tallies by school, year and group.

A tally is a sum over pupils, so trusts, local authorities and England add up from one array; beside the
realised tallies stand those that the model expects, so that a method can be compared with either.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.synthetic.blueprint import INDEPENDENT, Blueprint
from recovery_analysis.synthetic.truth import NEW_BASELINE_YEAR, Truth
from recovery_analysis.words.periods import DISRUPTED_YEARS

Floats = NDArray[np.float64]
Stage = Literal["ks2", "ks4"]

#: Positions of the two groups in every tally.
DISADVANTAGED, OTHER = 0, 1
_DISRUPTED = tuple(year.end for year in DISRUPTED_YEARS)

_SCALED = {
    "ks2_reading_scaled_score": (80.0, 120.0),
    "ks2_maths_scaled_score": (80.0, 120.0),
    "ks2_gps_scaled_score": (80.0, 120.0),
    "ks2_writing_latent": (80.0, 120.0),
}
_PROGRESS = ("ks2_reading_progress", "ks2_writing_progress", "ks2_maths_progress")
_EXPECTED = ("reading", "maths", "gps", "writing")
_UNBOUNDED = (-math.inf, math.inf)

#: What is added up: pupils, then each measure; a count of covered pupils stands before progress.
VARIABLES: dict[Stage, tuple[str, ...]] = {
    "ks2": (
        "pupils",
        "girls",
        "eal",
        "covered",
        *_SCALED,
        *(f"{subject}_expected" for subject in _EXPECTED),
        "ks2_rwm_expected_pct",
        *_PROGRESS,
    ),
    "ks4": ("pupils", "girls", "eal", "covered", "attainment8", "standard_pass", "strong_pass", "progress8"),
}
#: Measures that only covered pupils have.
COVERED_ONLY = frozenset({*_PROGRESS, "progress8"})


@dataclass(frozen=True, kw_only=True)
class StagePopulation:
    """Tallies of one key stage.

    Parameters
    ----------
    realised, expected
        ``[school, year, group, variable]`` sums over pupils; ``expected`` has the model's mean in place of
        each pupil's score.
    gap_index
        National gap index by year, from the ranks of all state-funded pupils.
    """

    stage: Stage
    years: tuple[int, ...]
    realised: Floats
    expected: Floats
    gap_index: dict[int, float]

    def year_at(self, year: int) -> int:
        """Give the position of a year."""
        return self.years.index(year)


@dataclass(frozen=True, kw_only=True)
class Population:
    """The simulated community: schools, both key stages, and absence by school (before, after)."""

    truth: Truth
    blueprint: Blueprint
    ks2: StagePopulation
    ks4: StagePopulation
    absence: Floats

    def stage(self, name: Stage) -> StagePopulation:
        """Give one key stage."""
        return self.ks2 if name == "ks2" else self.ks4


@dataclass(frozen=True, kw_only=True)
class _Effects:
    """School effects in pupil standard deviations: level, gap in all years, gap since March 2020."""

    level: Floats
    gap: Floats
    change: Floats


def simulate(truth: Truth, blueprint: Blueprint) -> Population:
    """Draw a community; the same truth and blueprint give the same pupils.

    Examples
    --------
    >>> from recovery_analysis.synthetic.blueprint import load_blueprint
    >>> drawn = simulate(Truth(size="small"), load_blueprint("small"))
    >>> drawn.ks4.realised.shape
    (3, 9, 2, 8)
    """
    seeds = np.random.SeedSequence(truth.seed).spawn(4)
    effects = _draw_effects(truth, blueprint, np.random.default_rng(seeds[0]))
    ks2 = _draw_stage("ks2", truth, blueprint, effects, np.random.default_rng(seeds[1]))
    ks4 = _draw_stage("ks4", truth, blueprint, effects, np.random.default_rng(seeds[2]))
    absence = _draw_absence(truth, blueprint, np.random.default_rng(seeds[3]))
    return Population(truth=truth, blueprint=blueprint, ks2=ks2, ks4=ks4, absence=absence)


def _draw_effects(truth: Truth, blueprint: Blueprint, rng: np.random.Generator) -> _Effects:
    schools = blueprint.schools
    la = np.searchsorted(blueprint.areas["la_code"].to_numpy(), schools["la_code"].to_numpy())
    uids = [*blueprint.groups["group_uid"], ""]
    trust = np.array([uids.index(uid) for uid in schools["trust_uid"]])
    has_trust = schools["trust_uid"].ne("").to_numpy()
    la_level = rng.normal(0, truth.la_sd, len(blueprint.areas))
    trust_level = rng.normal(0, truth.trust_sd, len(uids))
    trust_change = rng.normal(0, truth.trust_change_sd, len(uids))
    n = len(schools)
    return _Effects(
        level=la_level[la] + trust_level[trust] * has_trust + rng.normal(0, truth.school_sd, n),
        gap=rng.normal(0, truth.school_gap_sd, n),
        change=trust_change[trust] * has_trust + rng.normal(0, truth.school_change_sd, n),
    )


def _draw_absence(truth: Truth, blueprint: Blueprint, rng: np.random.Generator) -> Floats:
    share = blueprint.schools["disadvantaged_share"].astype(float).to_numpy()
    own = rng.normal(0, truth.absence_school_sd, len(share)) + truth.absence_slope * (share - 0.25)
    base = np.array([truth.absence_before, truth.absence_after])
    secondary = blueprint.schools["ks4_cohort"].ne("").to_numpy()
    return np.clip(base + (own + 1.2 * secondary - 0.4)[:, None], 1.0, 30.0)


def _cells(
    stage: Stage, truth: Truth, blueprint: Blueprint, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give school, position of year and pupils of every school-year with a cohort."""
    schools = blueprint.schools
    cohort = schools[f"{stage}_cohort"].replace("", "0").astype(float).to_numpy()
    first = schools["first_results"].replace("", "0").astype(int).to_numpy()
    years = np.array(truth.years)
    tested = np.array([stage == "ks4" or year not in _DISRUPTED for year in truth.years])
    closed = schools["closed"].replace("", "9999").str[:4].astype(int).to_numpy()
    held = (cohort[:, None] > 0) & tested & (years >= first[:, None]) & (years <= closed[:, None])
    size = cohort[:, None] * (1 + truth.cohort_spread * rng.normal(size=held.shape))
    school, year = np.nonzero(held)
    return school, year, np.maximum(np.rint(size[school, year]), 1).astype(np.int64)


def _draw_stage(
    stage: Stage,
    truth: Truth,
    blueprint: Blueprint,
    effects: _Effects,
    rng: np.random.Generator,
) -> StagePopulation:
    school, year, size = _cells(stage, truth, blueprint, rng)
    cell = np.repeat(np.arange(len(size)), size)
    share = blueprint.schools["disadvantaged_share"].astype(float).to_numpy()
    coverage = blueprint.schools["progress_coverage"].replace("", str(truth.progress_coverage))
    group = (rng.random(len(cell)) >= share[school[cell]]).astype(np.int64)
    means = {
        measure: _cell_means(measure, truth, effects, school, year)
        for measure in truth.paths
        if _stage_of(measure) == stage
    }
    scores = _draw_scores(means, truth, cell, group, rng)
    scores |= {
        "pupils": np.ones(len(cell)),
        "girls": (rng.random(len(cell)) < 0.49).astype(float),
        "eal": (rng.random(len(cell)) < 0.15).astype(float),
        "covered": (rng.random(len(cell)) < coverage.astype(float).to_numpy()[school[cell]]).astype(
            float
        ),
    }
    scores |= _derived(stage, scores)
    expectations = _expectations(stage, means, truth)
    shape = (len(share), len(truth.years), 2, len(VARIABLES[stage]))
    realised, expected = np.zeros(shape), np.zeros(shape)
    for position, name in enumerate(VARIABLES[stage]):
        weight = scores["covered"] if name in COVERED_ONLY else np.ones(len(cell))
        sums = np.bincount(cell * 2 + group, scores[name] * weight, len(size) * 2)
        counts = np.bincount(cell * 2 + group, weight, len(size) * 2).reshape(-1, 2)
        realised[school, year, :, position] = sums.reshape(-1, 2)
        model = expectations[name] * counts if name in expectations else sums.reshape(-1, 2)
        expected[school, year, :, position] = model
    return StagePopulation(
        stage=stage,
        years=truth.years,
        realised=realised,
        expected=expected,
        gap_index=_gap_indices(stage, truth, blueprint, scores, school[cell], year[cell], group),
    )


def _stage_of(measure: str) -> str:
    return "ks2" if measure.startswith("ks2") else "ks4"


def _bounds(measure: str) -> tuple[float, float]:
    return (0.0, 90.0) if measure == "attainment8" else _SCALED.get(measure, _UNBOUNDED)


def _cell_means(
    measure: str,
    truth: Truth,
    effects: _Effects,
    school: NDArray[np.int64],
    year: NDArray[np.int64],
) -> Floats:
    """Give the model's mean ``[cell, group]`` before scores are cut at the ends of the scale."""
    path = truth.paths[measure]
    years = np.array(truth.years)
    other = np.array([path.other(y) for y in truth.years])
    if measure == "attainment8":
        other = other + truth.teacher_assessed_uplift * np.isin(years, _DISRUPTED)
    gap = np.array([path.gap(y) for y in truth.years])
    since = years[year] >= NEW_BASELINE_YEAR
    own_gap = path.pupil_sd * (effects.gap[school] + effects.change[school] * since)
    mean_other = other[year] + path.pupil_sd * effects.level[school]
    return np.column_stack([mean_other - gap[year] - own_gap, mean_other])


def _draw_scores(
    means: dict[str, Floats],
    truth: Truth,
    cell: NDArray[np.int64],
    group: NDArray[np.int64],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Draw each pupil's scores: a part common to all subjects and a part of its own, cut to the scale."""
    common = math.sqrt(truth.common_variance) * rng.normal(size=len(cell))
    own = math.sqrt(1 - truth.common_variance)
    out: dict[str, Floats] = {}
    for measure, mean in means.items():
        deviation = truth.paths[measure].pupil_sd * (common + own * rng.normal(size=len(cell)))
        score = np.clip(mean[cell, group] + deviation, *_bounds(measure))
        out[measure] = np.rint(score) if measure in _SCALED else score
    return out


def _derived(stage: Stage, scores: dict[str, Floats]) -> dict[str, Floats]:
    if stage == "ks4":
        score = scores["attainment8"]
        return {
            "standard_pass": (score >= 40).astype(float),
            "strong_pass": (score >= 50).astype(float),
        }
    passed = {
        "reading": scores["ks2_reading_scaled_score"] >= 100,
        "maths": scores["ks2_maths_scaled_score"] >= 100,
        "gps": scores["ks2_gps_scaled_score"] >= 100,
        "writing": scores["ks2_writing_latent"] >= 100,
    }
    both = passed["reading"] & passed["maths"] & passed["writing"]
    return {f"{subject}_expected": met.astype(float) for subject, met in passed.items()} | {
        "ks2_rwm_expected_pct": 100.0 * both
    }


def _normal_cdf(x: Floats) -> Floats:
    flat = [0.5 * math.erfc(-value / math.sqrt(2)) for value in x.ravel()]
    return np.array(flat).reshape(x.shape)


def _clipped_mean(mean: Floats, sd: float, low: float, high: float) -> Floats:
    """Give the mean of a normal variable that is cut at both ends of a scale."""
    if math.isinf(low):
        return mean
    a, b = (low - mean) / sd, (high - mean) / sd
    below, above = _normal_cdf(a), _normal_cdf(b)
    density = (np.exp(-(a**2) / 2) - np.exp(-(b**2) / 2)) / math.sqrt(2 * math.pi)
    return low * below + high * (1 - above) + mean * (above - below) + sd * density


def _expectations(stage: Stage, means: dict[str, Floats], truth: Truth) -> dict[str, Floats]:
    out = {
        measure: _clipped_mean(mean, truth.paths[measure].pupil_sd, *_bounds(measure))
        for measure, mean in means.items()
    }
    if stage == "ks2":
        out["ks2_rwm_expected_pct"] = 100 * _share_at_standard(means, truth)
    return out


def _share_at_standard(means: dict[str, Floats], truth: Truth) -> Floats:
    """Integrate over the common part: given it, the three subjects are independent."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    common, own = math.sqrt(truth.common_variance), math.sqrt(1 - truth.common_variance)
    share = np.zeros_like(means["ks2_reading_scaled_score"])
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        product = np.full_like(share, weight)
        for measure in ("ks2_reading_scaled_score", "ks2_maths_scaled_score", "ks2_writing_latent"):
            standard = (means[measure] - 99.5) / truth.paths[measure].pupil_sd
            product *= _normal_cdf((standard + common * node) / own)
        share += product
    return share


def _gap_indices(
    stage: Stage,
    truth: Truth,
    blueprint: Blueprint,
    scores: dict[str, Floats],
    school: NDArray[np.int64],
    year: NDArray[np.int64],
    group: NDArray[np.int64],
) -> dict[int, float]:
    state = blueprint.schools["type"].ne(INDEPENDENT).to_numpy()[school]
    if stage == "ks4":
        score = scores["attainment8"]
    else:
        score = scores["ks2_reading_scaled_score"] + scores["ks2_maths_scaled_score"]
    found = {}
    for position, end in enumerate(truth.years):
        chosen = state & (year == position)
        if chosen.any():
            found[end] = gap_index(score[chosen], group[chosen] == DISADVANTAGED)
    return found


def gap_index(score: Floats, is_disadvantaged: NDArray[np.bool_]) -> float:
    """Give 20 x (mean rank of others - mean rank of disadvantaged) / N, ties at their mid-rank.

    Examples
    --------
    >>> import numpy as np
    >>> gap_index(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, False]))
    10.0
    """
    _, at, counts = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    rank = middle[at]
    difference = rank[~is_disadvantaged].mean() - rank[is_disadvantaged].mean()
    return float(20 * difference / len(score))
