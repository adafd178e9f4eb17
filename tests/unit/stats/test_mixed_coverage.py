"""Simulations: how often the interval of a coefficient, and of a school's effect, holds the truth."""

import numpy as np
import pytest

from recovery_analysis.stats.mixed import fit_random_intercepts

RUNS = 1000
PUPILS = 25
SCHOOL_SD, PUPIL_SD = 0.3, 0.75
TRUTH = np.array([0.2, 0.6, -0.3, 0.4])


def run(rng, schools):
    """One community: prior score, disadvantage, and a treatment that half of the schools have."""
    school = np.repeat(np.arange(schools), rng.integers(PUPILS // 2, 2 * PUPILS, schools))
    n = len(school)
    treated = (np.arange(schools) < schools / 2)[school]
    x = np.column_stack([np.ones(n), rng.normal(size=n), rng.random(n) < 0.3, treated])
    effect = SCHOOL_SD * rng.normal(size=schools)
    y = x @ TRUTH + effect[school] + PUPIL_SD * rng.normal(size=n)
    return fit_random_intercepts(y=y, x=x, groups={"school": school}), effect


def coverage(schools):
    """Share of runs that hold each coefficient; of schools whose effect is held, by either sd; of zeros."""
    rng = np.random.default_rng(schools)
    held = np.zeros(len(TRUTH))
    conditional = predicted = at_zero = 0.0
    for _ in range(RUNS):
        fit, effect = run(rng, schools)
        low, high = fit.interval()
        held += (low <= TRUTH) & (high >= TRUTH)
        at_zero += fit.boundary["school"]
        blups = fit.blups["school"]
        off = np.abs(blups.value - effect)
        conditional += np.mean(off <= 1.96 * blups.conditional_sd)
        predicted += np.mean(off <= 1.96 * blups.prediction_sd)
    return held / RUNS, conditional / RUNS, predicted / RUNS, at_zero / RUNS


#: Least share held: coefficients within schools, coefficients of schools, effects by prediction_sd.
LEAST = {
    4: (0.93, 0.90, 0.65),
    8: (0.93, 0.93, 0.85),
    20: (0.93, 0.93, 0.92),
    100: (0.93, 0.93, 0.93),
}


@pytest.mark.slow
@pytest.mark.parametrize("schools", LEAST)
def test_intervals_hold_coefficients_and_effects(schools):
    held, conditional, predicted, at_zero = coverage(schools)
    within, between, effects = LEAST[schools]

    assert (held[1:3] >= within).all()
    assert (held[[0, 3]] >= between).all()
    assert (held <= 0.975).all()
    assert effects <= predicted <= 0.97
    assert conditional <= predicted
    # with 4 schools a variance at zero makes intervals of schools' coefficients too short
    assert at_zero < (0.25 if schools == 4 else 0.05)
