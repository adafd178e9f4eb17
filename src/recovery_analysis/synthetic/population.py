"""Simulate the pupils of every school and year, and keep their tallies by school, year and group.

A tally is a sum over pupils, so trusts, local authorities and England add up from one array; beside the
realised tallies stand those that the model expects, so that a method can be compared with either.
"""

from dataclasses import dataclass

import numpy as np

from recovery_analysis.synthetic.blueprint import INDEPENDENT, SPECIAL, Blueprint
from recovery_analysis.synthetic.scores import (
    COVERED_ONLY,
    DISADVANTAGED,
    DISRUPTED,
    VARIABLES,
    Effects,
    Floats,
    Integers,
    Stage,
    cell_means,
    derived,
    draw_scores,
    expectations,
    gap_index,
    stage_of,
)
from recovery_analysis.synthetic.truth import Truth


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
    """The simulated community: schools, both key stages, absence by school (before, after), effects."""

    truth: Truth
    blueprint: Blueprint
    ks2: StagePopulation
    ks4: StagePopulation
    absence: Floats
    effects: Effects

    def stage(self, name: Stage) -> StagePopulation:
        """Give one key stage."""
        return self.ks2 if name == "ks2" else self.ks4


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
    return Population(
        truth=truth, blueprint=blueprint, ks2=ks2, ks4=ks4, absence=absence, effects=effects
    )


def _draw_effects(truth: Truth, blueprint: Blueprint, rng: np.random.Generator) -> Effects:
    schools = blueprint.schools
    la = np.searchsorted(blueprint.areas["la_code"].to_numpy(), schools["la_code"].to_numpy())
    uids = [*blueprint.groups["group_uid"], ""]
    trust = np.array([uids.index(uid) for uid in schools["trust_uid"]])
    has_trust = schools["trust_uid"].ne("").to_numpy()
    la_level = rng.normal(0, truth.la_sd, len(blueprint.areas))
    trust_level = rng.normal(0, truth.trust_sd, len(uids))
    trust_change = rng.normal(0, truth.trust_change_sd, len(uids))
    n = len(schools)
    return Effects(
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
) -> tuple[Integers, Integers, Integers]:
    """Give school, position of year and pupils of every school-year with a cohort."""
    schools = blueprint.schools
    cohort = schools[f"{stage}_cohort"].replace("", "0").astype(float).to_numpy()
    first = schools["first_results"].replace("", "0").astype(int).to_numpy()
    years = np.array(truth.years)
    tested = np.array([stage == "ks4" or year not in DISRUPTED for year in truth.years])
    closed = schools["closed"].replace("", "9999").str[:4].astype(int).to_numpy()
    held = (cohort[:, None] > 0) & tested & (years >= first[:, None]) & (years <= closed[:, None])
    size = cohort[:, None] * (1 + truth.cohort_spread * rng.normal(size=held.shape))
    school, year = np.nonzero(held)
    return school, year, np.maximum(np.rint(size[school, year]), 1).astype(np.int64)


def _draw_stage(
    stage: Stage,
    truth: Truth,
    blueprint: Blueprint,
    effects: Effects,
    rng: np.random.Generator,
) -> StagePopulation:
    school, year, size = _cells(stage, truth, blueprint, rng)
    cell = np.repeat(np.arange(len(size)), size)
    share = blueprint.schools["disadvantaged_share"].astype(float).to_numpy()
    group = (rng.random(len(cell)) >= share[school[cell]]).astype(np.int64)
    means = {
        measure: cell_means(measure, truth, effects, school, year)
        for measure in truth.paths
        if stage_of(measure) == stage
    }
    scores = draw_scores(means, truth, cell, group, rng)
    scores |= _characteristics(truth, blueprint, school[cell], rng)
    model = expectations(stage, means, truth)
    if stage == "ks4":
        # pupils of a special school that enters nobody count in their area with no points
        enters_nobody = blueprint.schools["type"].eq(SPECIAL).to_numpy()[school]
        scores["attainment8"][enters_nobody[cell]] = 0.0
        model["attainment8"][enters_nobody] = 0.0
    scores |= derived(stage, scores)
    realised = np.zeros((len(share), len(truth.years), 2, len(VARIABLES[stage])))
    expected = realised.copy()
    for position, name in enumerate(VARIABLES[stage]):
        sums, expected_sums = _add_up(name, scores, model, cell * 2 + group, len(size))
        realised[school, year, :, position] = sums
        expected[school, year, :, position] = expected_sums
    return StagePopulation(
        stage=stage,
        years=truth.years,
        realised=realised,
        expected=expected,
        gap_index=_gap_indices(stage, truth, blueprint, scores, school[cell], year[cell], group),
    )


def _characteristics(
    truth: Truth, blueprint: Blueprint, school: Integers, rng: np.random.Generator
) -> dict[str, Floats]:
    own = blueprint.schools["progress_coverage"].replace("", str(truth.progress_coverage))
    coverage = own.astype(float).to_numpy()[school]
    shares = {"pupils": 1.0, "girls": 0.49, "eal": 0.15, "covered": coverage}
    return {name: (rng.random(len(school)) < share).astype(float) for name, share in shares.items()}


def _add_up(
    name: str, scores: dict[str, Floats], model: dict[str, Floats], at: Integers, cells: int
) -> tuple[Floats, Floats]:
    """Sum a variable by cell and group, as drawn and as the model expects it of the same pupils."""
    weight = scores["covered"] if name in COVERED_ONLY else np.ones(len(at))
    sums = np.asarray(np.bincount(at, scores[name] * weight, cells * 2), float).reshape(-1, 2)
    counts = np.asarray(np.bincount(at, weight, cells * 2), float).reshape(-1, 2)
    return sums, model[name] * counts if name in model else sums


def _gap_indices(
    stage: Stage,
    truth: Truth,
    blueprint: Blueprint,
    scores: dict[str, Floats],
    school: Integers,
    year: Integers,
    group: Integers,
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
