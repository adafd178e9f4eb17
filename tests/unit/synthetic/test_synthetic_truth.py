"""The parameters of the truth, and that the simulated pupils follow them."""

import dataclasses

import numpy as np
import pytest

from recovery_analysis.synthetic import Truth
from recovery_analysis.synthetic.blueprint import load_blueprint
from recovery_analysis.synthetic.population import simulate
from recovery_analysis.synthetic.scores import VARIABLES, gap_index
from recovery_analysis.synthetic.tallies import tally
from recovery_analysis.words.measures import GAP_MEASURES

STAGE_OF = {measure: stage for stage, names in VARIABLES.items() for measure in names}


def test_a_path_widens_by_its_widening_and_narrows_at_its_pace():
    path = Truth().paths["attainment8"]
    assert path.gap(2019) == 13.6
    assert path.gap(2017) == pytest.approx(13.6 - 2 * 0.10)
    assert path.gap(2022) == pytest.approx(13.6 + 1.6)
    assert path.gap(2024) == pytest.approx(13.6 + 1.6 - 2 * 0.15)


def test_every_measure_with_a_gap_is_simulated():
    assert set(GAP_MEASURES) <= set(STAGE_OF)


def _without_effects(**changes):
    """A truth in which schools, trusts and areas do not differ."""
    flat = dict.fromkeys(
        ("la_sd", "trust_sd", "school_sd", "school_gap_sd", "trust_change_sd", "school_change_sd"),
        0.0,
    )
    return dataclasses.replace(Truth(), **(flat | changes))


@pytest.mark.parametrize("year", [2017, 2019, 2022, 2024])
@pytest.mark.parametrize("measure", ["ks2_reading_progress", "ks2_maths_progress", "progress8"])
def test_without_effects_the_expected_gap_is_the_path(measure, year):
    truth = _without_effects()
    population = simulate(truth, load_blueprint("demo"))
    found = tally(population, STAGE_OF[measure], year, expected=True)
    assert found.gap(measure) == pytest.approx(truth.paths[measure].gap(year))


def test_cutting_scores_to_the_scale_hardly_moves_the_expected_gap():
    truth = _without_effects()
    found = tally(simulate(truth, load_blueprint("demo")), "ks2", 2022, expected=True)
    gap = found.gap("ks2_reading_scaled_score")
    path = truth.paths["ks2_reading_scaled_score"]
    assert path.gap(2022) - 0.25 < gap < path.gap(2022)


@pytest.fixture(scope="module")
def forty_communities():
    blueprint = load_blueprint("demo")
    return [simulate(dataclasses.replace(Truth(), seed=seed), blueprint) for seed in range(40)]


@pytest.mark.parametrize("measure", GAP_MEASURES)
@pytest.mark.parametrize("year", [2019, 2022])
def test_realised_gaps_scatter_around_the_expected_ones(forty_communities, measure, year):
    stage = STAGE_OF[measure]
    off = [
        tally(population, stage, year).gap(measure)
        - tally(population, stage, year, expected=True).gap(measure)
        for population in forty_communities
    ]
    standard_error = np.std(off, ddof=1) / np.sqrt(len(off))
    assert standard_error > 0
    assert abs(np.mean(off)) < 3.5 * standard_error


def test_the_change_since_the_baseline_is_recovered_over_many_communities():
    blueprint = load_blueprint("demo")
    path = Truth().paths["progress8"]
    changes = []
    for seed in range(60):
        population = simulate(_without_effects(seed=seed), blueprint)
        now, before = (tally(population, "ks4", year).gap("progress8") for year in (2022, 2019))
        changes.append(now - before)
    standard_error = np.std(changes, ddof=1) / np.sqrt(len(changes))
    assert abs(np.mean(changes) - path.gap_widening) < 3.5 * standard_error
    assert standard_error < path.gap_widening / 4


def test_gap_index_is_the_mann_whitney_statistic():
    rng = np.random.default_rng(1)
    score, disadvantaged = rng.integers(80, 121, 300).astype(float), rng.random(300) < 0.3
    d, o = score[disadvantaged], score[~disadvantaged]
    above = (o[:, None] > d).mean() + 0.5 * (o[:, None] == d).mean()
    assert gap_index(score, disadvantaged) == pytest.approx(10 * (2 * above - 1))


def test_the_gap_index_of_the_default_community_lies_near_englands():
    population = simulate(Truth(), load_blueprint("demo"))
    assert 2 < population.ks2.gap_index[2019] < 4
    assert 3 < population.ks4.gap_index[2019] < 5.5
    assert set(population.ks2.gap_index) == {2016, 2017, 2018, 2019, 2022, 2023, 2024}


def test_the_special_school_that_enters_nobody_has_no_points_and_no_progress():
    population = simulate(Truth(), load_blueprint("demo"))
    schools = population.blueprint.schools
    special = tally(population, "ks4", 2019, schools["type"].eq("Community special school"))
    assert special.pupils() > 0
    assert special.total("attainment8") == 0
    assert special.covered() == 0
