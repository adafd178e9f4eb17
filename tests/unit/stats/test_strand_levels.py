"""Strands drawn together: ranges hold the truth, the order beats raw facilities, and few pupils count little."""

import numpy as np
import pytest

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.strand_levels import facilities, shrink_strands

STRANDS, QUESTIONS = 10, 6


def sat(rng, rates, pupils, few=()):
    """Give facilities of pupils who sat six questions a strand; ``few`` strands have about 12 pupils in all."""
    units = len(rates)
    rows = []
    for unit, rate in enumerate(rates):
        ability = 0.12 * rng.standard_normal((pupils, 1))
        marks = rng.binomial(QUESTIONS, np.clip(rate + ability, 0.02, 0.98))
        has = np.ones(marks.shape, dtype=bool)
        has[max(1, 12 // units) :, list(few)] = False
        person, strand = np.nonzero(has)
        rows.append((np.full(len(person), unit), unit * pupils + person, strand, marks[has]))
    unit, person, strand, marks = (np.concatenate(column) for column in zip(*rows, strict=True))
    return facilities(
        unit=unit,
        pupil=person,
        strand=strand,
        marks=marks,
        possible=np.full(len(marks), QUESTIONS),
        n_units=units,
        n_strands=STRANDS,
    )


def simulate(rng, units, pupils):
    theta = 0.06 + 0.05 * rng.standard_normal(STRANDS)
    unit = 0.03 * rng.standard_normal((units, 1)) + 0.02 * rng.standard_normal((units, STRANDS))
    level = rng.uniform(0.35, 0.8, STRANDS) + 0.06 * rng.standard_normal((units, 1))
    before_true = np.clip(level, 0.2, 0.95)
    before = sat(rng, before_true, 60)
    now = sat(rng, before_true - theta - unit, pupils, few=(0, 1))
    found = shrink_strands(
        shortfall=before.rate - now.rate,
        covariance=before.covariance() + now.covariance(),
        weights=now.pupils,
    )
    return theta, theta + unit, found, before, now


def rank_correlation(a, b):
    return np.corrcoef(np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))[0, 1]


@pytest.mark.parametrize(("units", "pupils"), [(1, 60), (3, 40), (6, 25), (12, 30)])
def test_order_bias_and_coverage(units, pupils):
    rng = np.random.default_rng(units)
    inside, inside_unit, error, size, order = [], [], [], [], []
    for _ in range(60 if units > 3 else 150):
        theta, cells, found, before, now = simulate(rng, units, pupils)
        weight = now.pupils / now.pupils.sum(axis=0)
        truth = theta if found.borrowed else (weight * cells).sum(axis=0)
        inside.append((found.whole_low <= truth) & (truth <= found.whole_high))
        inside_unit.append((found.unit_low <= cells) & (cells <= found.unit_high))
        error.append(found.whole - truth)
        size.append((found.whole_high - found.whole_low) / 3.92)
        raw = (weight * before.rate).sum(axis=0) - (weight * now.rate).sum(axis=0)
        level = -(weight * now.rate).sum(axis=0)
        order.append([rank_correlation(one, truth) for one in (found.whole, raw, level)])
    assert 0.92 <= np.mean(inside) <= 0.98
    assert 0.92 <= np.mean(inside_unit) <= 0.98
    assert abs(np.mean(error)) < np.mean(size) / 4
    shrunk, raw, level = np.mean(order, axis=0)
    assert shrunk > raw
    assert shrunk > level + 0.3


def test_a_strand_of_few_pupils_moves_to_the_others_and_keeps_a_wide_range():
    error = np.diag([0.0004, 0.0004, 0.0004, 0.02])[None]
    found = shrink_strands(
        shortfall=[[0.02, 0.05, 0.08, 0.30]], covariance=error, weights=[[90, 90, 90, 6]]
    )
    assert found.whole[3] < 0.12
    assert np.abs(found.whole[:3] - [0.02, 0.05, 0.08]).max() < 0.01
    width = found.whole_high - found.whole_low
    assert width[3] > 1.5 * width[0]


def test_an_error_that_all_strands_share_moves_no_strand_against_another():
    own = np.diag([0.0004] * 3)[None]
    alone = shrink_strands(shortfall=[[0.0, 0.05, 0.1]], covariance=own, weights=[[50] * 3])
    shared = shrink_strands(shortfall=[[0.0, 0.05, 0.1]], covariance=own + 0.01, weights=[[50] * 3])
    assert np.diff(shared.whole) == pytest.approx(np.diff(alone.whole), abs=1e-6)
    assert (shared.whole_high - shared.whole_low > 0.3).all()


def test_units_and_strands_that_are_missing_are_left_open():
    rng = np.random.default_rng(1)
    d = 0.05 + 0.02 * rng.standard_normal((5, 4))
    d[0, 1:] = np.nan
    d[4] = np.nan
    found = shrink_strands(
        shortfall=d, covariance=np.tile(0.0004 * np.eye(4), (5, 1, 1)), weights=np.ones((5, 4))
    )
    assert (np.isnan(found.unit) == np.isnan(d)).all()
    assert np.isfinite(found.whole).all()
    assert (found.n_units, found.borrowed) == (4, True)


def test_one_strand_alone_is_the_strand_itself():
    found = shrink_strands(shortfall=[[0.1]], covariance=[[[0.0025]]], weights=[[30]])
    assert found.whole[0] == pytest.approx(0.1)
    assert found.whole_high[0] - 0.1 == pytest.approx(1.96 * 0.05, rel=1e-3)


def test_pupils_who_agree_in_all_strands_are_told_from_pupils_who_do_not():
    rng = np.random.default_rng(2)
    person, strand = np.divmod(np.arange(4000), 10)
    shared = np.repeat(rng.normal(0.5, 0.1, 400), 10)
    base = {"unit": np.zeros(4000, dtype=int), "pupil": person, "strand": strand}
    base |= {"possible": np.ones(4000), "n_units": 1, "n_strands": 10}
    noise = rng.normal(0, 0.1, 4000)
    alike = facilities(marks=np.clip(shared + noise, 0, 1), **base)
    apart = facilities(marks=np.clip(0.5 + noise, 0, 1), **base)
    assert alike.correlation == pytest.approx(0.5, abs=0.06)
    assert apart.correlation < 0.03
    assert alike.spread == pytest.approx(np.full(10, np.sqrt(0.02)), rel=0.12)


def test_wrong_arguments_are_named():
    with pytest.raises(ParameterError, match="units x strands"):
        shrink_strands(shortfall=[0.1], covariance=[[0.1]], weights=[1])
    with pytest.raises(TooFewToReport, match="at least one unit"):
        shrink_strands(shortfall=[[np.nan]], covariance=[[[0.1]]], weights=[[1]])
    code = np.zeros(1, dtype=int)
    with pytest.raises(ParameterError, match="from 0 to possible"):
        facilities(
            unit=code, pupil=code, strand=code, marks=[3], possible=[2], n_units=1, n_strands=1
        )
