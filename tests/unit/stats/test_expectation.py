"""Expected scores: exact sums over parts, the slope that errors of measurement hide, readable refusals."""

import numpy as np
import pytest

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.expectation import (
    expectation_statistics,
    fit_expectation,
    monthly_growth,
)

SLOPE, SEM = 0.85, 25.0


def cohort(seed=0, *, schools=30, pupils=40, sem=SEM):
    """Pupils of one cell: true priors differ by school and group; both tests have an error of ``sem``."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), pupils)
    n = len(school)
    poor = rng.random(n) < 0.3
    true = 500 + rng.normal(0, 25, schools)[school] - 40 * poor + rng.normal(0, 70, n)
    score = 100 + SLOPE * true + 6 * poor + rng.normal(0, 30, n) + rng.normal(0, sem, n)
    return {
        "score": np.rint(score),
        "prior": np.rint(true + rng.normal(0, sem, n)),
        "prior_error_variance": np.full(n, sem**2),
        "x": np.column_stack([np.ones(n), rng.integers(330, 400, n), poor]),
        "cell": np.zeros(n, np.int64),
        "school": school,
    }


def some(data, rows):
    return {name: values[rows] for name, values in data.items()}


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("cells", "schools", "products", "errors")
    )


def test_parts_add_to_the_whole_to_the_last_bit_in_any_order():
    data = cohort()
    data["cell"] = np.arange(len(data["score"])) % 3
    data["prior"] = data["prior"] + 0.3  # not a sixteenth: rounded on the way in
    whole = expectation_statistics(**data)
    order = np.random.default_rng(1).permutation(len(data["score"]))
    parts = [expectation_statistics(**some(data, rows)) for rows in np.array_split(order, 5)]

    assert same(parts[0] + parts[1] + parts[2] + parts[3] + parts[4], whole)
    assert same(parts[4] + (parts[2] + parts[0]) + (parts[3] + parts[1]), whole)
    assert whole.n == len(order)


def test_plain_least_squares_without_errors_of_measurement():
    data = cohort(sem=0.0)
    fit = fit_expectation(expectation_statistics(**data), 0)
    x = np.column_stack([data["x"], data["prior"]])
    coef, *_ = np.linalg.lstsq(x, data["score"], rcond=None)

    np.testing.assert_allclose(fit.coef, coef, rtol=1e-7, atol=1e-7)
    residual = data["score"] - x @ coef
    assert fit.residual_variance == pytest.approx(residual @ residual / (len(x) - 4), rel=1e-8)
    assert fit.reliability == 1.0
    np.testing.assert_allclose(fit.expect(data["x"], data["prior"]), x @ coef, rtol=1e-9)


def test_a_test_that_does_not_say_its_error_gets_the_mean_of_the_others():
    data = cohort()
    told = fit_expectation(expectation_statistics(**data), 0)
    data["prior_error_variance"] = np.where(np.arange(len(data["score"])) % 4, SEM**2, np.nan)
    partly = fit_expectation(expectation_statistics(**data), 0)
    data["prior_error_variance"] = np.full(len(data["score"]), np.nan)
    untold = fit_expectation(expectation_statistics(**data), 0)

    np.testing.assert_allclose(partly.coef, told.coef, rtol=1e-9)
    assert partly.error_variance == pytest.approx(SEM**2)
    assert untold.error_variance == 0
    assert untold.slope < told.slope


def test_the_slope_that_errors_hide_and_what_it_does_to_a_group_with_low_priors():
    """A school whose pupils start low looks behind by the flat slope, and does not by the corrected one."""
    data = cohort(seed=3, schools=200)
    table = expectation_statistics(**data)
    right, flat = (fit_expectation(table, 0, correct_errors=flag) for flag in (True, False))
    later = cohort(seed=4, schools=400)
    low = np.isin(
        later["school"],
        np.argsort([later["prior"][later["school"] == k].mean() for k in range(400)])[:40],
    )
    # schools are chosen by their mean prior, nearly all of which is signal
    off = [
        np.mean((later["score"] - fit.expect(later["x"], later["prior"]))[low])
        for fit in (right, flat)
    ]

    assert right.slope == pytest.approx(SLOPE, abs=0.02)
    assert flat.slope < SLOPE - 0.06
    assert abs(off[0]) < 2
    assert off[1] < -3
    assert right.reliability == pytest.approx(1 - SEM**2 / (25**2 + 70**2 + SEM**2), abs=0.02)


def test_the_error_of_a_prediction_and_the_threshold_of_a_decline():
    data = cohort(schools=100)
    fit = fit_expectation(expectation_statistics(**data), 0)
    later = cohort(seed=8, schools=200)
    off = later["score"] - fit.expect(later["x"], later["prior"])

    assert off.std() == pytest.approx(
        fit.prediction_sd(later["x"], later["prior"]).mean(), rel=0.03
    )
    threshold = fit.decline_threshold([20.0, 30.0], [10.0, 0.0])
    np.testing.assert_allclose(threshold, [np.hypot(20, 10 * fit.slope), 30.0])


def test_a_characteristic_that_few_pupils_have_gets_no_coefficient_and_no_expectation():
    data = cohort()
    rare = np.zeros(len(data["score"]))
    rare[:9] = 1
    data["x"] = np.column_stack([data["x"], rare, 1 - data["x"][:, 2]])
    fit = fit_expectation(expectation_statistics(**data), 0)
    expected = fit.expect(data["x"], data["prior"])

    assert fit.is_rare.tolist() == [False, False, False, True, False]
    assert fit.coef[3] == fit.coef[4] == 0  # the last repeats the first and the third
    assert np.isnan(expected[:9]).all()
    assert np.isfinite(expected[9:]).all()


def test_growth_is_gain_over_time_and_its_error_is_by_school():
    data = cohort(seed=5)
    table = expectation_statistics(**data)
    growth = monthly_growth(table, [0])
    gain, time = data["score"] - data["prior"], data["x"][:, 1] / (365.25 / 12)

    assert growth.per_month == pytest.approx(gain.sum() / time.sum(), rel=1e-12)
    runs = [monthly_growth(expectation_statistics(**cohort(seed=k)), [0]) for k in range(100, 160)]
    assert np.std([run.per_month for run in runs]) == pytest.approx(
        np.mean([run.se for run in runs]), rel=0.3
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [(slice(0, 29), "has 29 of 1"), (slice(0, 40), "has 40 of 1"), (slice(0, 0), "has 0 of 0")],
)
def test_too_few_pupils_or_schools_are_said_in_words(rows, words):
    data = some(cohort(), rows)
    table = expectation_statistics(**data)
    with pytest.raises(TooFewToReport, match=words):
        fit_expectation(table, 0)
    with pytest.raises(TooFewToReport, match="leave months out"):
        monthly_growth(table, [0])


def test_priors_that_carry_nothing_are_refused():
    data = cohort()
    loud = expectation_statistics(**{**data, "prior_error_variance": np.full(1200, 90.0**2)})
    with pytest.raises(NotIdentified, match="error of measurement"):
        fit_expectation(loud, 0)
    alike = expectation_statistics(**{**data, "prior": np.full(1200, 500.0)})
    with pytest.raises(NotIdentified, match="do not differ"):
        fit_expectation(alike, 0)


def test_wrong_arrays_are_refused():
    data = cohort()
    with pytest.raises(ParameterError, match="first column of x must be ones"):
        expectation_statistics(**{**data, "x": data["x"][:, 1:]})
    with pytest.raises(ParameterError, match="cell must have 1200 whole numbers"):
        expectation_statistics(**{**data, "cell": np.full(1200, -1)})
    with pytest.raises(ParameterError, match="must have the same columns"):
        _ = expectation_statistics(**data) + expectation_statistics(**{**data, "prior": None})
    fit = fit_expectation(expectation_statistics(**data), 0)
    with pytest.raises(ParameterError, match="prior scores where, and only where"):
        fit.expect(data["x"])
