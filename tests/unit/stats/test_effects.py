import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.effects import (
    eef_months,
    hedges_g,
    months,
    small_sample_correction,
)

GIVEN = {"mean_1": 105.0, "mean_2": 100.0, "sd_1": 10.0, "sd_2": 12.0, "n_1": 12, "n_2": 17}


def test_g_is_the_corrected_ratio():
    result = hedges_g(**GIVEN)
    pooled = math.sqrt((11 * 100 + 16 * 144) / 27)
    exact = math.gamma(13.5) / (math.sqrt(13.5) * math.gamma(13))

    assert result.g == pytest.approx(exact * 5 / pooled)
    assert exact == pytest.approx(1 - 3 / (4 * 27 - 1), abs=1e-4)


def exact_correction(df):
    """J for an even number of degrees of freedom: its gamma functions are factorials and sqrt(pi)."""
    k = df // 2
    half = Fraction(math.factorial(2 * k - 2), 4 ** (k - 1) * math.factorial(k - 1))
    return math.sqrt(Fraction(math.factorial(k - 1)) ** 2 / (half**2 * k)) / math.sqrt(math.pi)


@pytest.mark.parametrize("df", [2, 4, 10, 100, 2000])
def test_the_correction_is_that_of_whole_number_arithmetic(df):
    assert small_sample_correction(df) == pytest.approx(exact_correction(df), rel=1e-14)


@pytest.mark.parametrize("df", [1e5, 1e6, 8_999_998, 9_000_000, 1e12, 1e15])
def test_the_correction_keeps_its_digits_with_a_nation(df):
    """J = 1 - 3/(4 df) - 7/(32 df^2) and then less than 0.08/df^3, which is below 1e-16 from here on."""
    series = 1 - 3 / (4 * df) - 7 / (32 * df**2)
    assert small_sample_correction(df) == pytest.approx(series, abs=2e-15)
    assert 1 - 3 / (4 * df - 1) == pytest.approx(series, abs=1e-11)


def test_ends_put_the_observed_t_at_the_percentiles():
    result = hedges_g(**GIVEN)
    scale = math.sqrt(12 * 17 / 29)
    correction = result.g * result.pooled_sd / 5
    t = 5 / result.pooled_sd * scale
    assert stats.nct.cdf(t, 27, result.low / correction * scale) == pytest.approx(0.975)
    assert stats.nct.cdf(t, 27, result.high / correction * scale) == pytest.approx(0.025)


def test_swapping_the_groups_changes_the_sign():
    swapped = {
        "mean_1": 100.0, "mean_2": 105.0, "sd_1": 12.0, "sd_2": 10.0, "n_1": 17, "n_2": 12
    }  # fmt: skip
    one, other = hedges_g(**GIVEN), hedges_g(**swapped)
    assert other.g == pytest.approx(-one.g)
    assert other.low == pytest.approx(-one.high, abs=1e-6)


@pytest.mark.parametrize("difference", [0.0, 1.0, 60.0])
@pytest.mark.parametrize("size", [2, 30, 100_000])
def test_an_interval_comes_out_at_any_size(difference, size):
    result = hedges_g(**{**GIVEN, "mean_1": 100 + difference, "n_1": size, "n_2": size})
    assert result.low < result.g < result.high


def test_g_is_unbiased_and_its_interval_holds_the_truth():
    rng = np.random.default_rng(9)
    found, held = [], 0
    for _ in range(1500):
        one, two = rng.normal(0.5, 1, 8), rng.normal(0, 1, 8)
        result = hedges_g(
            mean_1=one.mean(),
            mean_2=two.mean(),
            sd_1=one.std(ddof=1),
            sd_2=two.std(ddof=1),
            n_1=8,
            n_2=8,
        )
        found.append(result.g)
        held += result.low <= 0.5 <= result.high
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)
    assert 0.93 <= held / 1500 <= 0.98


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"mean_1": np.nan}, ParameterError, "mean_1 must be a finite"),
        ({"sd_1": -1.0}, ParameterError, "0 or more"),
        ({"n_1": 1}, TooFewToReport, "at least 2 pupils"),
        ({"sd_1": 0.0, "sd_2": 0.0}, NotIdentified, "both standard deviations are zero"),
    ],
)
def test_what_can_not_be_standardised_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        hedges_g(**{**GIVEN, **change})


MONTHS = {
    "difference": -3.0, "monthly_growth": 1.5, "difference_se": 0.5, "monthly_growth_se": 0.1
}  # fmt: skip


def test_months_are_the_ratio_and_their_ends_solve_fieller_s_equation():
    result = months(**MONTHS, df=12)
    assert result.months == -2
    assert result.method == "fieller"
    t = stats.t.ppf(0.975, 12)
    for end in (result.low, result.high):
        assert (-3 - end * 1.5) ** 2 == pytest.approx(t**2 * (0.25 + end**2 * 0.01))
    assert result.low < result.months < result.high


def test_growth_without_an_error_only_divides_the_interval():
    result = months(difference=-3.0, monthly_growth=1.5, difference_se=0.5)
    half = stats.norm.ppf(0.975) * 0.5 / 1.5
    assert (result.low, result.high) == pytest.approx((-2 - half, -2 + half))
    assert result.method == "growth known"
    nothing = months(difference=-3.0, monthly_growth=1.5)
    assert (nothing.months, nothing.low, nothing.high, nothing.method) == (-2, None, None, "none")


def test_an_error_of_growth_widens_the_side_away_from_zero():
    known = months(difference=-3.0, monthly_growth=1.5, difference_se=0.5)
    result = months(**MONTHS)
    assert known.low - result.low > abs(known.high - result.high)


def test_months_do_not_depend_on_the_unit_of_the_score():
    one = months(**MONTHS)
    other = months(**{name: 100 * value for name, value in MONTHS.items()})
    assert (other.months, other.low, other.high) == pytest.approx((one.months, one.low, one.high))


def test_fieller_s_interval_holds_the_true_months():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(4000):
        result = months(
            difference=rng.normal(-3, 1),
            monthly_growth=rng.normal(1.5, 0.2),
            difference_se=1,
            monthly_growth_se=0.2,
        )
        held += result.low <= -2 <= result.high
    assert 0.94 <= held / 4000 <= 0.96


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"difference": np.nan}, ParameterError, "difference must be a finite"),
        ({"monthly_growth": np.inf}, ParameterError, "monthly_growth must be a finite"),
        ({"difference_se": -0.1}, ParameterError, "difference_se must be 0 or more"),
        ({"monthly_growth_se": -0.1}, ParameterError, "monthly_growth_se must be 0 or more"),
        ({"difference_se": None}, ParameterError, "difference_se is needed"),
        ({"df": 0}, ParameterError, "df must be above zero"),
        ({"monthly_growth": 0.0}, NotIdentified, "not clearly positive"),
        ({"monthly_growth": -1.0}, NotIdentified, "not clearly positive"),
        ({"monthly_growth_se": 0.8}, NotIdentified, "not clearly positive"),
        ({"monthly_growth": 0.0, "monthly_growth_se": None}, NotIdentified, "not clearly positive"),
    ],
)
def test_months_that_mean_nothing_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        months(**{**MONTHS, **change})


EEF_TABLE = {
    0: (0.00, 0.01), 1: (0.02, 0.09), 2: (0.10, 0.18), 3: (0.19, 0.26), 4: (0.27, 0.35),
    5: (0.36, 0.44), 6: (0.45, 0.52), 7: (0.53, 0.61), 8: (0.62, 0.69), 9: (0.70, 0.78),
    10: (0.79, 0.87), 11: (0.88, 0.95), 12: (0.96, 1.00),
}  # fmt: skip


@pytest.mark.parametrize(("count", "ends"), EEF_TABLE.items())
def test_the_eef_table_at_both_ends_of_each_row(count, ends):
    for end in ends:
        assert eef_months(effect_sd=end).months == count
        assert eef_months(effect_sd=-end).months == -count
    assert "EEF" in eef_months(effect_sd=0.3).source


@pytest.mark.parametrize(("effect", "count"), [(0.095, 2), (0.0949, 1), (-0.015, -1), (0.185, 3)])
def test_effects_between_rows_are_rounded_first(effect, count):
    assert eef_months(effect_sd=effect).months == count


def test_the_eef_table_ends_at_one():
    with pytest.raises(NotIdentified, match=r"ends at 1\.00"):
        eef_months(effect_sd=1.006)
    with pytest.raises(ParameterError, match="effect_sd must be a finite"):
        eef_months(effect_sd=np.nan)
