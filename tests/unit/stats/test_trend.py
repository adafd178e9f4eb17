import math

import numpy as np
import pytest
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.trend import fit_line, opened_since, project

YEARS = [2015.0, 2016.0, 2017.0, 2018.0, 2019.0]
GAPS = [3.10, 3.05, 3.07, 2.98, 2.95]


def test_the_slope_is_that_of_linregress_with_its_t_interval():
    line = fit_line(x=YEARS, y=GAPS)
    other = stats.linregress(YEARS, GAPS)
    half = stats.t.ppf(0.975, 3) * other.stderr

    assert line.slope == pytest.approx(other.slope)
    assert line.slope_se == pytest.approx(other.stderr)
    assert line.slope_low == pytest.approx(other.slope - half)
    assert line.value(2022) == pytest.approx(other.intercept + 2022 * other.slope)
    assert line.df == 3


def test_projection_is_the_textbook_prediction_interval():
    # by hand: x = 1..4, y = 2, 4, 5, 7; slope 1.6, line at 6 = 10.1, s^2 = 0.1, leverage 0.25 + 12.25/5 = 2.7
    result = project(x=[1, 2, 3, 4], y=[2, 4, 5, 7], at=6)
    half = 4.30265273 * math.sqrt(0.1 * 3.7)

    assert result.estimate == pytest.approx(10.1)
    assert result.low == pytest.approx(10.1 - half)
    assert result.high == pytest.approx(10.1 + half)


def test_three_values_give_a_line_and_say_why_no_interval():
    result = project(x=YEARS[:3], y=GAPS[:3], at=2022)
    assert result.low is None
    assert "3 yearly values are too few" in result.why_no_interval
    assert math.isfinite(result.estimate)
    assert project(x=YEARS[:2], y=GAPS[:2], at=2022).df == 0


def test_values_exactly_on_a_line_have_no_interval():
    result = project(x=[1, 2, 3, 4], y=[0.1, 0.2, 0.3, 0.4], at=5)
    assert result.estimate == pytest.approx(0.5)
    assert result.low is None
    assert "exactly on a line" in result.why_no_interval


def test_opened_since_is_now_minus_the_projection():
    projected = project(x=YEARS, y=GAPS, at=2022)
    result = opened_since(x_before=YEARS, y_before=GAPS, at=2022, now=3.23)

    assert result.estimate == pytest.approx(3.23 - projected.estimate)
    assert result.low == pytest.approx(3.23 - projected.high)
    assert result.high == pytest.approx(3.23 - projected.low)


def test_a_small_error_of_now_is_not_counted_twice_and_a_large_one_counts():
    given = {"x_before": YEARS, "y_before": GAPS, "at": 2022, "now": 3.23}
    plain = opened_since(**given)
    small = opened_since(**given, now_se=0.001)
    large = opened_since(**given, now_se=1.0, now_df=5)

    assert small == plain
    assert large.high - large.low > 5 * (plain.high - plain.low) / 2
    assert large.df == pytest.approx(5, abs=0.5)


def test_opened_since_holds_the_truth_in_95_of_100_runs():
    rng = np.random.default_rng(11)
    runs = 4000
    held = 0
    for _ in range(runs):
        y = 3 - 0.03 * np.arange(5) + 0.05 * rng.normal(size=5)
        now = 3 - 0.03 * 7 + 0.4 + 0.05 * rng.normal()
        result = opened_since(x_before=YEARS, y_before=y, at=2022, now=now)
        held += result.low <= 0.4 <= result.high
    assert 0.94 <= held / runs <= 0.96


def test_arguments_are_refused_by_name():
    with pytest.raises(TooFewToReport, match="at least 2"):
        fit_line(x=[2019], y=[3])
    with pytest.raises(NotIdentified, match="same year"):
        fit_line(x=[2019, 2019], y=[3, 4])
    with pytest.raises(ParameterError, match="y must be finite"):
        fit_line(x=[2018, 2019], y=[3, np.nan])
    with pytest.raises(ParameterError, match="x must have 2 values"):
        fit_line(x=[2018], y=[3, 4])
    with pytest.raises(ParameterError, match="at must be a finite"):
        project(x=YEARS, y=GAPS, at=np.nan)
    with pytest.raises(ParameterError, match="now_se must be 0 or more"):
        opened_since(x_before=YEARS, y_before=GAPS, at=2022, now=3, now_se=-1)
