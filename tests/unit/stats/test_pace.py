import math

import numpy as np
import pytest
from scipy import stats

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.trend import fit_line, pace, share_made_up

YEARS = np.array([2022.0, 2023.0, 2024.0, 2025.0])


def first_by_search(years, values, target, edge):
    """First year on a grid with an edge (-1 lower, 1 upper) of the band is at the target or below."""
    line = fit_line(x=years, y=values)
    grid = np.arange(years[-1], years[-1] + 60, 0.001)
    leverage = 1 / len(years) + (grid - years.mean()) ** 2 / np.sum((years - years.mean()) ** 2)
    width = stats.t.ppf(0.975, len(years) - 2) * line.sigma * np.sqrt(leverage)
    below = np.flatnonzero(line.value(grid) + edge * width <= target)
    return grid[below[0]] if len(below) else None


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("slope", [-0.3, -0.1, 0.0, 0.1])
def test_ends_are_where_the_band_meets_the_target(seed, slope):
    values = 3.3 + slope * (YEARS - 2022) + 0.03 * np.random.default_rng(seed).normal(size=4)
    result = pace(x=YEARS, y=values, target=2.9)
    for end, edge in ((result.earliest, -1), (result.latest, 1)):
        expected = first_by_search(YEARS, values, 2.9, edge)
        if expected is None:
            assert end is None or end > 2084
        else:
            assert end == pytest.approx(expected, abs=0.0011)
    assert result.may_be_never == (result.latest is None)


def test_a_clear_fall_has_both_ends():
    result = pace(x=YEARS, y=[3.30, 3.21, 3.10, 3.01], target=2.9)
    assert result.moving == "closing"
    assert result.direction_is_clear
    assert not result.already_there
    assert 2025 < result.earliest < result.point < result.latest


def test_a_gap_that_opens_clearly_is_never_back():
    result = pace(x=YEARS, y=[3.00, 3.11, 3.20, 3.31], target=2.9)
    assert result.moving == "opening"
    assert result.direction_is_clear
    assert (result.point, result.earliest, result.latest) == (None, None, None)
    assert result.may_be_never


def test_an_unclear_fall_has_a_start_and_no_end():
    result = pace(x=YEARS, y=[3.22, 3.28, 3.14, 3.20], target=2.9)
    assert result.moving == "closing"
    assert not result.direction_is_clear
    assert result.point is not None
    assert result.earliest is not None
    assert result.latest is None
    assert result.may_be_never


def test_a_gap_clearly_below_the_target_is_back_already():
    result = pace(x=YEARS, y=[2.60, 2.61, 2.60, 2.61], target=2.9)
    assert result.already_there
    assert (result.point, result.earliest, result.latest) == (2025, 2025, 2025)
    assert not result.may_be_never


def test_a_level_line_above_the_target_never_comes_back():
    result = pace(x=YEARS, y=[3.0, 3.1, 3.1, 3.0], target=2.9)
    assert result.moving == "level"
    assert result.point is None


def test_three_values_give_a_point_and_say_why_no_interval():
    result = pace(x=YEARS[:3], y=[3.3, 3.25, 3.1], target=2.9)
    assert result.point > 2024
    assert result.earliest is None
    assert not result.may_be_never
    assert "3 yearly values are too few" in result.why_no_interval


def test_shifting_the_years_shifts_the_answer():
    values = [3.30, 3.21, 3.10, 3.01]
    one = pace(x=YEARS, y=values, target=2.9)
    other = pace(x=YEARS - 1000, y=values, target=2.9)
    for name in ("point", "earliest", "latest"):
        assert getattr(other, name) == pytest.approx(getattr(one, name) - 1000, abs=1e-6)


def test_target_must_be_a_number():
    with pytest.raises(ParameterError, match="target must be a finite"):
        pace(x=YEARS, y=[1, 2, 3, 5], target=np.nan)


def test_share_made_up_is_a_plain_ratio():
    result = share_made_up(before=2.9, new_baseline=3.3, latest=3.2)
    assert result.share == pytest.approx(0.25)
    assert result.low is None
    assert "no errors" in result.why_no_interval


def test_share_interval_is_where_the_contrast_is_within_its_error():
    errors = np.diag([0.03**2, 0.04**2, 0.02**2])
    result = share_made_up(before=2.9, new_baseline=3.3, latest=3.2, covariance=errors, df=8)
    t = stats.t.ppf(0.975, 8)
    for end in (result.low, result.high):
        contrast = 0.1 - end * 0.4
        # made up - r * widening = (1 - r) start - latest + r before
        error = math.sqrt((1 - end) ** 2 * 0.04**2 + 0.02**2 + end**2 * 0.03**2)
        assert abs(contrast) == pytest.approx(t * error)
    assert result.low < 0.25 < result.high
    assert result.why_no_interval is None


def test_share_with_known_gaps_is_the_point_itself():
    result = share_made_up(before=2.9, new_baseline=3.3, latest=3.2, covariance=np.zeros((3, 3)))
    assert result.low == pytest.approx(0.25, abs=1e-7)
    assert result.high == pytest.approx(0.25, abs=1e-7)


def test_share_without_a_widening_is_undefined():
    result = share_made_up(before=3.3, new_baseline=3.2, latest=3.1)
    assert result.share is None
    assert "did not widen" in result.why_no_share


def test_share_of_an_unclear_widening_has_no_interval():
    result = share_made_up(before=2.9, new_baseline=3.0, latest=3.0, covariance=np.eye(3))
    assert result.share == pytest.approx(0)
    assert result.low is None
    assert "not clearly different from none" in result.why_no_interval


def test_share_arguments_are_refused_by_name():
    given = {"before": 2.9, "new_baseline": 3.3, "latest": 3.2}
    with pytest.raises(ParameterError, match="latest must be a finite"):
        share_made_up(**{**given, "latest": np.inf})
    with pytest.raises(ParameterError, match="3 x 3"):
        share_made_up(**given, covariance=np.eye(2))
    with pytest.raises(ParameterError, match="negative variance"):
        share_made_up(**given, covariance=-np.eye(3))
    with pytest.raises(ParameterError, match="symmetric"):
        share_made_up(**given, covariance=np.triu(np.ones((3, 3))))
    with pytest.raises(ParameterError, match="df must be above 0"):
        share_made_up(**given, covariance=np.eye(3), df=0)
