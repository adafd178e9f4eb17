import math

import numpy as np
import pytest

from recovery_analysis.errors import NotIdentified, ParameterError, TooFewToReport
from recovery_analysis.stats.cluster import fit_ols
from recovery_analysis.stats.effects import hedges_g
from recovery_analysis.stats.gaps import (
    GroupMeans,
    change,
    gap_change,
    gap_index,
    mean_gap,
    standardised_gap,
    tabulate,
)
from recovery_analysis.stats.gaps.bootstrap import ranked_within


def pupils(schools=6, size=40, seed=1, year=2024, gap=4.0):
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), size)
    low = rng.random(len(school)) < 0.35
    level = 3 * rng.normal(size=schools)
    score = np.rint(100 + level[school] - gap * low + 8 * rng.normal(size=len(school)))
    return {
        "score": score,
        "disadvantaged": low,
        "school": np.array([f"S{k:04d}" for k in school]),
        "year": np.full(len(school), year),
    }


def joined(*years):
    return {name: np.concatenate([each[name] for each in years]) for name in years[0]}


def plain_fit(data, y):
    columns = np.column_stack([np.ones(len(y)), ~data["disadvantaged"]])
    return fit_ols(y=y, x=columns, cluster=data["school"])


def test_the_mean_gap_is_least_squares_of_the_pupils():
    data = pupils()
    result, fit = mean_gap(table=tabulate(**data)), plain_fit(data, data["score"])
    assert result.inference == "CR2"
    for mine, theirs in (("gap", "coef"), ("se", "se"), ("df", "df"), ("low", "low")):
        assert getattr(result, mine) == pytest.approx(getattr(fit, theirs)[1], rel=1e-9)


def test_the_index_in_national_ranks_is_least_squares_of_the_ranks():
    nation = pupils(schools=30, seed=2)
    data = {name: values[:240] for name, values in nation.items()}
    everyone = np.sort(nation["score"])
    place = np.searchsorted(everyone, data["score"]) + np.searchsorted(
        everyone, data["score"], side="right"
    )
    fit = plain_fit(data, 10 * place / len(everyone))
    result = gap_index(table=tabulate(**data), national=tabulate(**{**nation, "school": None}))
    assert result.gap == pytest.approx(fit.coef[1], rel=1e-9)
    assert result.se == pytest.approx(fit.se[1], rel=1e-9)
    assert result.df == pytest.approx(fit.df[1], rel=1e-9)


@pytest.mark.parametrize("measure", [gap_index, mean_gap, standardised_gap])
def test_the_error_is_that_of_leaving_out_one_school_after_the_other(measure):
    data = pupils(schools=60, size=30, seed=3)
    names = np.unique(data["school"])
    table = tabulate(**data)
    left = [
        measure(table=table.only(schools=np.setdiff1d(names, one)), inference="CR2").gap
        for one in names
    ]
    jackknife = math.sqrt((len(names) - 1) * np.var(left))
    assert measure(table=table, inference="CR2").se == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("measure", [gap_index, mean_gap, standardised_gap])
def test_the_bootstrap_agrees_with_cr2_where_schools_are_many(measure):
    table = tabulate(**pupils(schools=150, size=30, seed=4))
    drawn = measure(table=table, rng=np.random.default_rng(5))
    linear = measure(table=table, inference="CR2")
    assert (drawn.inference, linear.inference) == ("bootstrap", "CR2")
    assert drawn.gap == linear.gap
    assert drawn.se == pytest.approx(linear.se, rel=0.06)
    assert drawn.low == pytest.approx(linear.low, abs=0.15 * linear.se)
    assert drawn.high == pytest.approx(linear.high, abs=0.15 * linear.se)
    assert measure(table=table, rng=np.random.default_rng(5)) == drawn


def test_the_bootstrap_of_the_index_is_that_of_drawing_pupils():
    data = pupils(schools=25, size=12, seed=6)
    table = tabulate(**data)
    rng = np.random.default_rng(7)
    drawn = rng.integers(0, 25, size=(1, 25))[0]
    again = np.concatenate([np.flatnonzero(data["school"] == f"S{k:04d}") for k in drawn])
    copies = np.repeat(np.arange(25), [12] * 25)
    sample = {**{name: values[again] for name, values in data.items()}, "school": copies}
    from_weights = gap_index_of_weights(table.of(), np.bincount(drawn, minlength=25))
    assert from_weights == pytest.approx(gap_index(table=tabulate(**sample), inference="CR2").gap)


def gap_index_of_weights(table, weights):
    return float(ranked_within(table)(weights[None, :].astype(float))[0])


def test_a_standardised_gap_is_hedges_g():
    data = pupils()
    low, score = data["disadvantaged"], data["score"]
    expected = hedges_g(
        mean_1=score[~low].mean(),
        mean_2=score[low].mean(),
        sd_1=score[~low].std(ddof=1),
        sd_2=score[low].std(ddof=1),
        n_1=(~low).sum(),
        n_2=low.sum(),
    )
    assert standardised_gap(table=tabulate(**data)).gap == pytest.approx(expected.g, rel=1e-12)


def test_a_large_constant_loses_no_digits_of_the_standardised_gap():
    data = pupils()
    moved = {**data, "score": data["score"] + 1e9}
    expected = standardised_gap(table=tabulate(**data), inference="CR2")
    result = standardised_gap(table=tabulate(**moved), inference="CR2")
    assert result.gap == pytest.approx(expected.gap, rel=1e-9)
    assert result.se == pytest.approx(expected.se, rel=1e-9)


def test_the_change_of_the_mean_gap_is_that_of_the_schools_means():
    before, after = pupils(year=2019), pupils(seed=8, year=2024, gap=6.0)
    result = change(
        table=tabulate(**joined(before, after)), before=2019, after=2024, measure="mean_gap"
    )

    def means(data):
        low = data["disadvantaged"]
        groups = [
            (data["school"] == name) & group
            for group in (low, ~low)
            for name in np.unique(data["school"])
        ]
        value = np.array([data["score"][group].mean() for group in groups])
        count = np.array([group.sum() for group in groups])
        return GroupMeans(
            mean_disadvantaged=value[:6],
            mean_other=value[6:],
            n_disadvantaged=count[:6],
            n_other=count[6:],
        )

    expected = gap_change(
        before=means(before), after=means(after), school=np.unique(before["school"])
    )
    for name in ("change", "se", "low", "high", "df"):
        assert getattr(result, name) == pytest.approx(getattr(expected, name), rel=1e-9)


@pytest.mark.parametrize("measure", ["gap_index", "standardised_gap", "mean_gap"])
def test_the_change_rests_on_the_schools_of_both_years(measure):
    before, after = pupils(schools=7, year=2019), pupils(schools=6, seed=8, year=2024)
    table = tabulate(**joined(before, after))
    paired = table.only(schools=np.unique(after["school"]))
    function = {"gap_index": gap_index, "standardised_gap": standardised_gap, "mean_gap": mean_gap}
    early = function[measure](table=paired, year=2019)
    late = function[measure](table=paired, year=2024)
    result = change(table=table, before="2019", after="2024", measure=measure)
    assert result.n_schools == 6
    assert result.before.gap == pytest.approx(early.gap)
    assert result.after.se == pytest.approx(late.se)
    assert result.change == pytest.approx(late.gap - early.gap)
    assert result.low < result.change < result.high


def test_the_change_in_national_ranks_keeps_each_years_ranks():
    before, after = pupils(schools=30, year=2019), pupils(schools=30, seed=8, year=2024)
    nation = tabulate(**joined(before, after))
    trust = nation.only(schools=[f"S{k:04d}" for k in range(8)])
    result = change(table=trust, before=2019, after=2024, national=nation)
    assert result.before.gap == pytest.approx(
        gap_index(table=trust, year=2019, national=nation).gap, rel=1e-9
    )
    with pytest.raises(ParameterError, match="national is for the gap index only"):
        change(table=trust, before=2019, after=2024, national=nation, measure="mean_gap")
    with pytest.raises(ParameterError, match="national must hold the community's year, 2024"):
        change(table=trust, before=2019, after=2024, national=tabulate(**before))


@pytest.mark.parametrize("measure", [gap_index, mean_gap, standardised_gap])
def test_one_school_and_few_degrees_of_freedom_get_no_interval(measure):
    alone = measure(table=tabulate(**pupils(schools=1)))
    assert (alone.se, alone.low, alone.df) == (None, None, None)
    assert "only 1 school" in alone.why_no_interval
    three = measure(table=tabulate(**pupils(schools=3)))
    assert three.low is None
    assert "degrees of freedom" in three.why_no_interval
    nation = measure(table=tabulate(**{**pupils(), "school": None}))
    assert nation.low is None


def test_a_group_in_one_school_gets_no_interval():
    data = pupils(schools=30)
    data["disadvantaged"] &= data["school"] == "S0003"
    result = mean_gap(table=tabulate(**data))
    assert result.low is None
    assert "only 1 school has pupils of a group" in result.why_no_interval


@pytest.mark.parametrize("measure", [gap_index, mean_gap, standardised_gap])
def test_what_can_not_be_told_is_refused(measure):
    data = pupils()
    everybody = np.ones(len(data["score"]), dtype=bool)
    with pytest.raises(TooFewToReport, match="table holds no other pupils"):
        measure(table=tabulate(**{**data, "disadvantaged": everybody}))
    with pytest.raises(TooFewToReport, match="table holds no disadvantaged pupils"):
        measure(table=tabulate(**{**data, "disadvantaged": ~everybody}))
    with pytest.raises(NotIdentified, match="all scores in the table are the same"):
        measure(table=tabulate(**{**data, "score": np.full(len(everybody), 100.0)}))


def test_options_are_checked_by_name():
    table = tabulate(**pupils(schools=25))
    with pytest.raises(ParameterError, match="rng must be given to draw from 25 schools"):
        gap_index(table=table)
    with pytest.raises(ParameterError, match="draws must be 200 or more"):
        gap_index(table=table, draws=10)
    with pytest.raises(ParameterError, match="inference must be one of CR2, bootstrap"):
        gap_index(table=table, inference="normal")
    with pytest.raises(ParameterError, match="measure must be one of"):
        change(table=table, before=2024, after=2024, measure="median")
    small = {name: values[:3] for name, values in pupils().items()}
    three = tabulate(**{**small, "score": [1, 2, 3], "disadvantaged": [True, False, False]})
    with pytest.raises(TooFewToReport, match="at least 4 pupils"):
        standardised_gap(table=three)
    with pytest.raises(NotIdentified, match="all pupils of a group have the same score"):
        standardised_gap(
            table=tabulate(
                score=[1, 1, 2, 2], disadvantaged=[1, 1, 0, 0], school=list("abab"), year=1
            )
        )
    with pytest.raises(TooFewToReport, match="no school of the table has both groups"):
        change(
            table=tabulate(
                score=[1, 2, 1, 2],
                disadvantaged=[1, 0, 1, 0],
                school=list("abab"),
                year=[1, 1, 2, 2],
            ),
            before=1,
            after=2,
        )
    with pytest.raises(ParameterError, match="table must tell schools apart"):
        change(table=tabulate(**{**pupils(), "school": None}), before=2024, after=2024)
