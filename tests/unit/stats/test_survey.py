import numpy as np
import pytest
from scipy import special, stats

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.survey import mean, ordinal, share


def test_plain_rows_give_the_textbook_mean():
    y = np.array([2.0, 4, 3, 5, 6, 8, 7, 9])
    result = mean(y=y)
    assert result.estimate == pytest.approx(y.mean())
    assert result.se == pytest.approx(y.std(ddof=1) / np.sqrt(8))
    assert (result.low, result.high) == pytest.approx(
        stats.t.interval(0.95, 7, y.mean(), result.se)
    )
    assert result.df == 7


def test_weights_repeat_rows_but_not_clusters():
    y = np.array([1.0, 3, 2, 6, 5, 9])
    cluster = np.array(list("aabbcc"))
    times = np.array([1, 2, 1, 3, 2, 1])
    weighted = mean(y=y, weights=times, cluster=cluster)
    repeated = mean(y=np.repeat(y, times), cluster=np.repeat(cluster, times))
    assert weighted.estimate == pytest.approx(repeated.estimate)
    assert weighted.se == pytest.approx(repeated.se)
    assert weighted.df == repeated.df == 2
    assert mean(y=y, weights=7.0 * times, cluster=cluster).se == pytest.approx(weighted.se)


def test_strata_take_out_what_lies_between_them():
    y = np.array([1.0, 2, 1.5, 11, 12, 11.5])
    stratum = list("aaabbb")
    result = mean(y=y, stratum=stratum)
    by_hand = np.sqrt(
        sum(3 / 2 * ((part - part.mean()) ** 2).sum() for part in (y[:3], y[3:])) / 36
    )
    assert result.se == pytest.approx(by_hand)
    assert result.df == 4
    assert result.se < mean(y=y).se / 5


def test_all_clusters_sampled_leave_no_error():
    given = {"y": [1.0, 2, 3, 5], "cluster": list("abcd")}
    half = mean(**given, clusters_in_population=8)
    assert half.se == pytest.approx(mean(**given).se / np.sqrt(2))
    assert mean(**given, clusters_in_population=4).se == 0


def test_few_rows_get_wilson_s_interval():
    """Ends solve (p - m)^2 = z^2 m (1 - m) / n."""
    result = share(y=[1] * 9 + [0] * 3)
    z = stats.norm.ppf(0.975)
    for end in (result.low, result.high):
        assert (0.75 - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / 12)
    assert result.method == "wilson"
    assert result.effective_n == 12


@pytest.mark.parametrize(
    ("yes", "no", "clusters", "method"),
    [
        (20, 20, None, "logit"),
        (20, 19, None, "wilson"),
        (4, 60, None, "wilson"),
        (60, 4, None, "wilson"),
        (5, 60, None, "logit"),
        (50, 50, 9, "logit"),
        (50, 50, 4, "logit"),
    ],
)
def test_the_rule_for_the_interval(yes, no, clusters, method):
    y = np.array([1] * yes + [0] * no)
    cluster = None if clusters is None else np.arange(len(y)) * 7 % clusters
    assert share(y=y, cluster=cluster).method == method


@pytest.mark.parametrize("everybody", [0, 1])
def test_nobody_and_everybody_get_an_interval_with_one_open_side(everybody):
    result = share(y=[everybody] * 60, cluster=np.arange(60) % 12)
    assert result.estimate == everybody
    assert result.se == 0
    assert result.effective_n == 12
    ends = (result.low, result.high) if everybody == 0 else (1 - result.high, 1 - result.low)
    assert ends[0] == pytest.approx(0, abs=1e-15)
    t = stats.t.ppf(0.975, 11)
    assert ends[1] == pytest.approx(t**2 / (12 + t**2))
    assert share(y=[everybody] * 60).effective_n == pytest.approx(60)


def test_schools_that_differ_lower_the_effective_number():
    y = np.repeat([1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0], 10)
    result = share(y=y, cluster=np.repeat(np.arange(12), 10))
    assert result.effective_n == pytest.approx(11, abs=0.01)
    assert share(y=y).effective_n == pytest.approx(119, abs=0.01)


def test_three_schools_get_no_interval_but_a_reason():
    result = share(y=[1, 0, 1, 1, 0, 0], cluster=list("aabbcc"))
    assert result.low is None
    assert result.high is None
    assert result.why_no_interval == "3 clusters are too few: 2 degrees of freedom, 3 needed"
    assert mean(y=[1.0, 0, 1, 2, 0, 0], cluster=list("aabbcc")).low is None


@pytest.mark.parametrize("function", [share, mean])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": [1, 0, np.nan, 1]}, ParameterError, "y must be finite"),
        ({"y": [1, 0, np.inf, 1]}, ParameterError, "y must be finite"),
        ({"y": ["yes", "no"]}, ParameterError, "y must hold numbers"),
        ({"y": []}, TooFewToReport, "y has 0 rows"),
        ({"y": [1]}, TooFewToReport, "y has 1 rows"),
        ({"weights": [1, 1, 0, 1]}, ParameterError, "weights must be above zero"),
        ({"weights": [1, 1, -1, 1]}, ParameterError, "weights must be above zero"),
        ({"weights": [1, 1]}, ParameterError, "weights must have 4 values"),
        ({"weights": [1, 1, np.nan, 1]}, ParameterError, "weights must be finite"),
        ({"cluster": ["a"] * 4}, TooFewToReport, "at least 2 clusters"),
        ({"cluster": ["a", "b"]}, ParameterError, "cluster must have 4 ids"),
        ({"cluster": np.array(["a", "b", None, "b"], object)}, ParameterError, "an id is missing"),
        ({"stratum": ["a", "b"]}, ParameterError, "stratum must have 4 ids"),
        ({"stratum": ["a", "a", "a", "b"]}, NotIdentified, "1 strata have only one cluster"),
        ({"stratum": ["a", "a", None, "b"]}, ParameterError, "stratum must be text"),
        (
            {"stratum": ["a", "b", "b", "b"], "cluster": ["x", "x", "y", "z"]},
            ParameterError,
            "lies in two strata",
        ),
        ({"clusters_in_population": 3}, ParameterError, "at least the 4 clusters"),
        (
            {"clusters_in_population": 9, "stratum": ["a", "a", "b", "b"]},
            ParameterError,
            "can not be used with stratum",
        ),
    ],
)
def test_what_can_not_be_estimated_is_refused(function, change, error, message):
    with pytest.raises(error, match=message):
        function(**{"y": [1, 0, 0, 1], **change})


def test_a_share_of_numbers_and_a_constant_mean_are_refused():
    with pytest.raises(ParameterError, match="y must be 0 or 1"):
        share(y=[0, 1, 2])
    with pytest.raises(NotIdentified, match="same value in all rows"):
        mean(y=[3.0, 3, 3])


def answers(n=200, seed=1):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(50, 10, n), rng.random(n) < 0.3])
    latent = x @ [0.08, -1.0] + rng.logistic(size=n)
    return {"y": np.digitize(latent, [3.0, 4.0, 5.5]) + 1, "x": x}


def log_likelihood(at, y, x, cuts=3):
    cumulative = special.expit(at[:cuts] - (x @ at[cuts:])[:, None])
    edges = np.hstack([np.zeros((len(y), 1)), cumulative, np.ones((len(y), 1))])
    return np.log(edges[np.arange(len(y)), y] - edges[np.arange(len(y)), y - 1]).sum()


def test_an_ordinal_fit_is_at_the_top_of_the_likelihood_with_its_curvature():
    given = answers()
    fit = ordinal(**given)
    at = np.concatenate([fit.thresholds, fit.coef])
    assert fit.log_likelihood == pytest.approx(log_likelihood(at, **given))
    for step in np.diag([0.1, 0.1, 0.1, 0.001, 0.1]):
        assert log_likelihood(at + step, **given) < fit.log_likelihood
        assert log_likelihood(at - step, **given) < fit.log_likelihood
        small = 1e-4 * step
        rise = log_likelihood(at + small, **given) - log_likelihood(at - small, **given)
        assert rise == pytest.approx(0, abs=1e-9)
    for index, error in enumerate([*fit.thresholds_se, *fit.se]):
        step = np.zeros(5)
        step[index] = error
        # one error along one parameter, the others following, costs half a unit
        direction = fit.vcov @ step / error**2 * error
        drop = fit.log_likelihood - log_likelihood(at + 0.01 * direction, **given)
        assert drop == pytest.approx(0.5 * 0.01**2 * error**2, rel=0.05)


def test_units_of_x_only_rescale_the_coefficients():
    given = answers()
    one, other = ordinal(**given), ordinal(y=given["y"], x=given["x"] * [1e3, 1] + [7, 0])
    np.testing.assert_allclose(other.coef, one.coef / [1e3, 1], rtol=1e-7)
    np.testing.assert_allclose(other.se, one.se / [1e3, 1], rtol=1e-6)
    np.testing.assert_allclose(other.thresholds, one.thresholds + 7 * other.coef[0], rtol=1e-6)


def test_copies_of_a_pupil_in_a_cluster_tell_nothing_new():
    given = answers(80)
    once = ordinal(**given, cluster=np.arange(80))
    twice = ordinal(
        y=np.repeat(given["y"], 2), x=np.repeat(given["x"], 2, axis=0), cluster=np.arange(160) // 2
    )
    np.testing.assert_allclose(twice.coef, once.coef, rtol=1e-7)
    np.testing.assert_allclose(twice.se, once.se, rtol=1e-6)
    assert once.df == 79


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": [1, 2, np.nan, 3, 1, 2]}, ParameterError, "y must be finite"),
        ({"x": [[0]] * 5}, ParameterError, "x must have 6 rows"),
        ({"x": [["a"]] * 6}, ParameterError, "x must hold numbers"),
        ({"x": [[np.inf]] + [[0]] * 5}, ParameterError, "x must be finite"),
        ({"x": [[1]] * 6}, NotIdentified, "constant"),
        ({"x": [[0, 0], [1, 2], [2, 4], [1, 2], [5, 10], [1, 2]]}, NotIdentified, "multiples"),
        ({"y": [1, 2, 1, 2, 1, 2]}, NotIdentified, "2 different answers"),
        ({"y": [1, 1, 2, 2, 3, 3]}, NotIdentified, "parts low from high|flat in some"),
        ({"y": [], "x": np.zeros((0, 1))}, TooFewToReport, "no rows"),
        ({"cluster": ["a"] * 6}, TooFewToReport, "at least 2 clusters"),
        ({"x": np.eye(6)[:, :5]}, NotIdentified, "too many to tell apart"),
    ],
)
def test_ordinal_models_that_tell_nothing_are_refused(change, error, message):
    given = {"y": [1, 2, 3, 1, 2, 3], "x": [[1], [2], [3], [4], [5], [6]]}
    with pytest.raises(error, match=message):
        ordinal(**{**given, **change})


def coverage(clusters, *, alike, uneven, runs=1000):
    """Shares of runs in which the interval of a share of 0.3 and of a mean of 0 holds the truth."""
    rng = np.random.default_rng(clusters)
    held_share = held_mean = 0
    for _ in range(runs):
        factor = np.exp(0.5 * rng.normal(size=clusters)) if uneven else np.ones(clusters)
        size = np.maximum(3, np.round(30 * factor)).astype(int)
        cluster = np.repeat(np.arange(clusters), size)
        worth = 1 / alike - 1
        rate = rng.beta(0.3 * worth, 0.7 * worth, clusters)
        result = share(y=rng.random(len(cluster)) < rate[cluster], cluster=cluster)
        held_share += result.low <= 0.3 <= result.high
        level = np.sqrt(alike) * rng.normal(size=clusters)
        y = level[cluster] + np.sqrt(1 - alike) * rng.normal(size=len(cluster))
        result = mean(y=y, cluster=cluster)
        held_mean += result.low <= 0 <= result.high
    return held_share / runs, held_mean / runs


@pytest.mark.slow
@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("clusters", [4, 8, 20, 100])
def test_intervals_hold_the_truth_in_about_95_of_100_runs(clusters, uneven):
    # 1,000 runs put 0.7 points of chance on each share, and schools of uneven size cost a point or two
    lowest = 0.915 if uneven and clusters < 20 else 0.93
    for held in coverage(clusters, alike=0.05, uneven=uneven):
        assert lowest <= held <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("n", [12, 20, 39, 60, 150])
def test_wilson_and_logit_intervals_of_plain_rows(n):
    rng = np.random.default_rng(n)
    held = 0
    for _ in range(2000):
        result = share(y=rng.random(n) < 0.4)
        held += result.low <= 0.4 <= result.high
    assert 0.93 <= held / 2000 <= 0.975
