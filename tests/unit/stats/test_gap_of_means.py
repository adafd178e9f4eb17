import numpy as np
import pytest

from recovery_analysis.errors import ParameterError, RecoveryError, TooFewToReport
from recovery_analysis.stats.gaps import GapEstimate, GroupMeans, gap_change, gap_of_means, gap_path

NAN = np.nan


def year(low, high, n_low, n_high):
    return GroupMeans(
        mean_disadvantaged=low, mean_other=high, n_disadvantaged=n_low, n_other=n_high
    )


def estimate(given, school):
    return gap_of_means(
        mean_disadvantaged=given.mean_disadvantaged,
        mean_other=given.mean_other,
        n_disadvantaged=given.n_disadvantaged,
        n_other=given.n_other,
        school=school,
    )


BEFORE = year([98, 101, 100, 99], [103, 104, 106, 104], [20] * 4, [30] * 4)
AFTER = year([97, 99, 100, 98], [103, 104, 107, 103], [22] * 4, [28] * 4)
SCHOOLS = ["a", "b", "c", "d"]


def test_equal_schools_give_the_paired_t_interval():
    # differences 5, 3, 6, 5: mean 4.75, sd 1.2583, t(3) = 3.1824
    result = estimate(BEFORE, SCHOOLS)
    half = 3.182446305 * np.std([5, 3, 6, 5], ddof=1) / 2

    assert result.gap == pytest.approx(4.75)
    assert result.df == pytest.approx(3)
    assert result.low == pytest.approx(4.75 - half)
    assert result.high == pytest.approx(4.75 + half)
    assert result.why_no_interval is None
    assert (result.n_pupils_disadvantaged, result.n_pupils_other) == (80, 120)


def test_the_change_is_the_paired_t_interval_of_the_changes():
    # changes of gap 1, 2, 1, 0
    result = gap_change(before=BEFORE, after=AFTER, school=SCHOOLS)
    half = 3.182446305 * np.std([1, 2, 1, 0], ddof=1) / 2

    assert result.change == pytest.approx(1.0)
    assert result.before.gap == pytest.approx(4.75)
    assert result.after.gap == pytest.approx(5.75)
    assert result.low == pytest.approx(1 - half)
    assert result.high == pytest.approx(1 + half)


def test_means_are_weighted_by_pupils():
    result = estimate(year([90, 100], [100, 110], [30, 10], [10, 30]), ["a", "b"])
    assert result.mean_disadvantaged == pytest.approx(92.5)
    assert result.mean_other == pytest.approx(107.5)
    assert result.gap == pytest.approx(15)


def test_schools_without_both_groups_drop_out_and_are_counted():
    given = year(
        [98, 101, NAN, 99, 100, 97],
        [103, 104, 106, 104, 105, 103],
        [20, 20, NAN, 20, 0, 20],
        [30, 30, 30, 30, 30, 30],
    )
    result = estimate(given, list("abcdef"))
    assert result.n_schools == 4
    assert result.n_schools_left_out == 2
    assert result.n_pupils_other == 120


def test_only_schools_present_both_times_are_paired():
    after = year([97, NAN, 100, 98], [103, 104, 107, 103], [22] * 4, [28] * 4)
    result = gap_change(before=BEFORE, after=after, school=SCHOOLS)
    kept = year([98, 100, 99], [103, 106, 104], [20] * 3, [30] * 3)

    assert result.n_schools == 3
    assert result.n_schools_left_out == 1
    assert result.before.gap == pytest.approx(estimate(kept, list("acd")).gap)
    assert result.low is None
    assert "2.0 degrees of freedom" in result.why_no_interval


def test_one_school_has_a_gap_and_no_interval():
    result = estimate(year([98], [103], [20], [30]), ["a"])
    assert result.gap == pytest.approx(5)
    assert result.se is None
    assert result.low is None
    assert "only 1 school" in result.why_no_interval
    changed = gap_change(
        before=year([98], [103], [20], [30]), after=year([97], [103], [20], [30]), school=["a"]
    )
    assert changed.change == pytest.approx(1)
    assert "only 1 school" in changed.why_no_interval


def test_one_very_large_school_leaves_too_few_degrees_of_freedom():
    given = year(
        [98, 101, 100, 99, 98], [103, 104, 106, 104, 106], [2000, 5, 5, 5, 5], [2000] + [5] * 4
    )
    result = estimate(given, list("abcde"))
    assert result.df < 3
    assert result.low is None
    assert "too uneven in size" in result.why_no_interval


def test_schools_that_do_not_differ_give_no_interval():
    result = estimate(year([98] * 5, [103] * 5, [20] * 5, [30] * 5), list("abcde"))
    assert result.gap == pytest.approx(5)
    assert result.low is None
    assert "no difference at all" in result.why_no_interval


def test_nothing_to_compare_is_too_few():
    with pytest.raises(TooFewToReport, match="none of 2 schools"):
        estimate(year([NAN, 98], [103, NAN], [NAN, 5], [30, NAN]), ["a", "b"])
    with pytest.raises(TooFewToReport, match="both times"):
        gap_change(
            before=year([NAN, 98], [103, 104], [5, 5], [30, 5]),
            after=year([97, NAN], [103, 104], [5, 5], [30, 5]),
            school=["a", "b"],
        )


@pytest.mark.parametrize(
    ("given", "school", "message"),
    [
        (BEFORE, ["a", "a", "b", "c"], "stands twice"),
        (BEFORE, ["a", "b"], "must have 2 values"),
        (year([98] * 4, [np.inf] * 4, [1] * 4, [1] * 4), SCHOOLS, "mean_other holds an infinite"),
        (year([98] * 4, [99] * 4, [-1] * 4, [1] * 4), SCHOOLS, "0 or more"),
        (
            year(["x"] * 4, [99] * 4, [1] * 4, [1] * 4),
            SCHOOLS,
            "mean_disadvantaged must hold numbers",
        ),
    ],
)
def test_arguments_are_refused_by_name(given, school, message):
    with pytest.raises(ParameterError, match=message):
        estimate(given, school)


def test_a_gap_that_does_not_fit_its_means_can_not_be_made():
    good = estimate(BEFORE, SCHOOLS)
    fields = {name: getattr(good, name) for name in GapEstimate.__slots__}
    with pytest.raises(RecoveryError, match="difference of the two means"):
        GapEstimate(**{**fields, "gap": good.gap + 1e-6})


def test_a_path_has_the_gaps_and_the_errors_of_gap_and_change():
    path = gap_path(times=[BEFORE, AFTER], school=SCHOOLS)
    change = gap_change(before=BEFORE, after=AFTER, school=SCHOOLS)
    step = np.array([-1.0, 1.0])

    assert path.gaps == (change.before, change.after)
    assert path.covariance[0, 0] == pytest.approx(change.before.se**2)
    assert path.covariance[1, 1] == pytest.approx(change.after.se**2)
    assert step @ path.covariance @ step == pytest.approx(change.se**2)
    assert path.df == pytest.approx(change.df)


def test_a_path_of_few_schools_says_why_it_has_no_covariance():
    one = year([98], [103], [20], [30])
    assert "only 1 school" in gap_path(times=[one, one], school=["a"]).why_no_covariance
    two = gap_path(times=[year([98, 99], [103, 102], [20, 9], [30, 9])] * 2, school=["a", "b"])
    assert two.covariance is None
    assert "2 schools are too few" in two.why_no_covariance
    with pytest.raises(ParameterError, match="at least 2 times"):
        gap_path(times=[one], school=["a"])
    with pytest.raises(TooFewToReport, match="every time"):
        gap_path(times=[one, year([NAN], [103], [20], [30])], school=["a"])
