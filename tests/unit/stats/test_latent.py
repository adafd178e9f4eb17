import importlib

import numpy as np
import pytest
from scipy import special

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport

pytest.importorskip("stepmix", reason="stepmix is not installed here")
latent = importlib.import_module("recovery_analysis.stats.latent")

TRUTH = np.array([[0.9, 0.8, 0.9, 0.85, 0.9, 0.8], [0.2, 0.1, 0.15, 0.8, 0.9, 0.2]])


def answers(n=800, seed=3):
    rng = np.random.default_rng(seed)
    group = (rng.random(n) < 0.35).astype(int)
    return (rng.random((n, 6)) < TRUTH[group]).astype(int), group


@pytest.fixture(scope="module")
def found():
    items, group = answers()
    return latent.latent_classes(items=items, seed=1, max_classes=3, starts=3), items, group


def test_two_known_classes_come_back(found):
    result, items, group = found
    assert result.n_classes == 2
    np.testing.assert_allclose(result.share, [0.65, 0.35], atol=0.05)
    for item in range(6):
        np.testing.assert_allclose(result.probability[item][:, 1], TRUTH[:, item], atol=0.08)
        np.testing.assert_allclose(result.probability[item].sum(axis=1), 1)
    assert np.mean(result.assigned == group) > 0.9
    assert result.size.sum() == result.n == len(items)


def test_its_numbers_are_those_of_the_definition(found):
    result, items, _ = found
    logs = np.log(result.share) + sum(
        np.log(result.probability[item][:, items[:, item]]).T for item in range(6)
    )
    assert result.log_likelihood == pytest.approx(special.logsumexp(logs, axis=1).sum(), abs=2e-2)
    assert result.bic == pytest.approx(13 * np.log(800) - 2 * result.log_likelihood)
    np.testing.assert_allclose(result.posterior, special.softmax(logs, axis=1), atol=2e-3)
    by_hand = -(result.posterior * np.log(result.posterior)).sum() / (800 * np.log(2))
    assert result.entropy == pytest.approx(1 - by_hand)
    assert [one.n_classes for one in result.tried] == [1, 2, 3]
    assert min(result.tried, key=lambda one: one.bic).n_classes == 2


def test_the_same_seed_gives_the_same_classes(found):
    result, items, _ = found
    again = latent.latent_classes(items=items, seed=1, max_classes=3, starts=3)
    np.testing.assert_array_equal(again.posterior, result.posterior)


def test_answers_without_groups_are_one_class():
    rng = np.random.default_rng(2)
    result = latent.latent_classes(
        items=rng.integers(0, 3, (300, 4)), seed=1, max_classes=2, starts=3
    )
    assert result.n_classes == 1
    assert result.entropy == 1


def test_a_class_under_the_minimum_size_is_not_taken():
    items = np.repeat([[0, 0, 0, 0], [1, 1, 1, 1]], [95, 5], axis=0)
    result = latent.latent_classes(items=items, seed=1, max_classes=2, minimum_size=10, starts=3)
    assert result.n_classes == 1
    assert result.tried[1].why_not == "a class has 5 pupils, fewer than 10"
    small = latent.latent_classes(items=items, seed=1, max_classes=2, minimum_size=5, starts=3)
    assert small.n_classes == 2


def test_codes_of_answers_need_not_run_from_zero():
    items = np.repeat([[5, 1, 1], [9, 2, 7]], [40, 60], axis=0)
    result = latent.latent_classes(items=items, seed=1, max_classes=2, starts=3)
    assert result.levels == ((5, 9), (1, 2), (1, 7))
    np.testing.assert_allclose(result.share, [0.6, 0.4], atol=1e-3)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"items": [[0, np.nan]] * 20}, ParameterError, "items must be finite"),
        ({"items": [[0, np.inf]] * 20}, ParameterError, "items must be finite"),
        ({"items": [["a", "b"]] * 20}, ParameterError, "items must hold whole numbers"),
        ({"items": [[0, 0.5]] * 20}, ParameterError, "not scores"),
        ({"items": [0, 1] * 20}, ParameterError, "pupils x questions"),
        ({"items": [[0, 1], [1, 0]]}, TooFewToReport, "2 pupils and 2 questions"),
        ({"items": np.zeros((0, 3))}, TooFewToReport, "0 pupils"),
        ({"items": [[0], [1]] * 20}, TooFewToReport, "1 questions"),
        ({"items": [[0, 1], [1, 1]] * 20}, NotIdentified, "question 1 of items"),
        ({"max_classes": 0}, ParameterError, "max_classes"),
        ({"starts": 0}, ParameterError, "starts"),
        ({"minimum_size": 0}, ParameterError, "minimum_size"),
    ],
)
def test_what_can_not_be_classed_is_refused(change, error, message):
    items = np.repeat([[0, 0, 0], [1, 1, 1]], [40, 60], axis=0)
    with pytest.raises(error, match=message):
        latent.latent_classes(**{"items": items, "seed": 1, **change})
