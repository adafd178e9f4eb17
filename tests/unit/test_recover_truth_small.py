"""The benchmark of truth recovered runs through every chapter, and what it counts comes out near the truth."""

import importlib.util
import math
import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def recover_truth():
    """Give the module ``benchmarks/recover_truth.py``."""
    name = "recovery_benchmarks_recover_truth"
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / "recover_truth.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


@pytest.fixture(scope="module")
def found(recover_truth):
    """Judge one community of 12 schools in all chapters, beside the truth over 60 schools."""
    truth = recover_truth.known_population(1, schools=60, parts=1, large=24)
    sizes = recover_truth.Sizes(fewest=12, most=12, others=8)
    return recover_truth.judge_all([3], truth, chapters=recover_truth.CHAPTERS, sizes=sizes, jobs=1)


def test_every_chapter_is_judged_and_lies_near_the_truth(recover_truth, found):
    table = pd.DataFrame(recover_truth.report(found)["groups"])
    assert set(table["chapter"]) >= {
        "progress", "curriculum", "experience", "staff", "barriers", "platform use", "attendance",
    }  # fmt: skip
    assert len(table) >= 25
    # one community: a mean over the headlines of a group five errors away is a wrong truth, or a bias
    assert table["bias_of_se_mean"].abs().max() < 5


def test_orders_groups_and_bounds_are_told(recover_truth, found):
    told = recover_truth.report(found)
    orders = told["orders"]["community"]
    assert orders["shrunk"] > orders["raw facility"]
    assert told["induction"]["adjusted_rand_lowest"] > 0.7
    assert set(told["bounds_held_pct"]) == {"learn_alone", "no_own_device", "teacher_contact"}


def test_an_interval_beside_the_truth_it_was_drawn_around_covers_95_of_100(recover_truth):
    """The counting itself, on scores made by hand: 95 of 100 intervals hold the target."""
    module = sys.modules["recovery.scores"]
    reach = 2.0
    scores = [
        module.Score(
            chapter="c", group="g", headline="h", seed=k, n_schools=1,
            value=0.2, low=0.2 - half, high=0.2 + half, target=0.0,
        )
        for k, half in enumerate([reach] * 95 + [0.1] * 5)
    ]  # fmt: skip
    row = module.headlines(pd.DataFrame(scores)).iloc[0]
    error = (95 * reach + 5 * 0.1) / 100 / 1.959963984540054
    assert row["coverage"] == pytest.approx(95)
    assert row["bias"] == pytest.approx(0.2)
    assert row["se"] == pytest.approx(error)
    assert row["bias_of_se"] == pytest.approx(0.2 / error)
    assert math.isnan(row["coverage_own"])
