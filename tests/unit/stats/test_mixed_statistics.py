import functools
import operator

import numpy as np
import pytest

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.mixed import (
    fit_from_statistics,
    fit_random_intercepts,
    sufficient_statistics,
)


def pupils(seed=0, n=600):
    rng = np.random.default_rng(seed)
    trust = np.array([f"T{each}" for each in rng.integers(0, 6, 30)], dtype=object)
    trust[::7] = None
    area = rng.integers(100, 106, 30)
    school = rng.integers(0, 30, n)
    named = np.array([f"S{each:02d}" for each in school], dtype=object)
    named[rng.random(n) < 0.05] = None
    x = np.column_stack([np.ones(n), rng.normal(size=n) + school, rng.integers(2015, 2024, n)])
    y = rng.normal(size=n) + rng.normal(size=30)[school] + 1000
    return {
        "y": y,
        "x": x,
        "groups": {"school": named, "trust": trust[school], "la": area[school]},
    }


def rows(given, chosen):
    groups = {name: ids[chosen] for name, ids in given["groups"].items()}
    return {"y": given["y"][chosen], "x": given["x"][chosen], "groups": groups}


def same(one, other):
    assert one.names == other.names
    assert [each.tolist() for each in one.levels] == [each.tolist() for each in other.levels]
    np.testing.assert_array_equal(one.members, other.members)
    np.testing.assert_array_equal(one.counts, other.counts)
    np.testing.assert_allclose(one.means, other.means, rtol=1e-13)
    np.testing.assert_allclose(one.within, other.within, rtol=1e-11)


def test_counts_means_and_cross_products_are_those_of_each_school():
    given = pupils()
    table = sufficient_statistics(**given)
    both = np.column_stack([given["x"], given["y"]])
    within = 0
    for place, name in enumerate(table.levels[0]):
        own = both[given["groups"]["school"] == name]
        assert table.counts[place] == len(own)
        np.testing.assert_allclose(table.means[place], own.mean(axis=0))
        within = within + (own - own.mean(axis=0)).T @ (own - own.mean(axis=0))
    loose = np.array([each is None for each in given["groups"]["school"]])
    keys = np.array(
        [
            f"{trust} {area}"
            for trust, area in zip(given["groups"]["trust"], given["groups"]["la"], strict=True)
        ]
    )
    for key in set(keys[loose]):
        own = both[loose & (keys == key)]
        within = within + (own - own.mean(axis=0)).T @ (own - own.mean(axis=0))

    assert table.n == 600
    np.testing.assert_allclose(table.within, within, rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("by", ["rows", "schools", "one_pupil"])
def test_the_sum_of_parts_is_the_table_of_the_whole(seed, by):
    given = pupils(seed)
    rng = np.random.default_rng(seed)
    part = rng.integers(0, 4, 600)
    if by == "schools":
        numbers = np.array(
            [-1 if each is None else int(each[1:]) for each in given["groups"]["school"]]
        )
        part = numbers % 4
    if by == "one_pupil":
        part = (np.arange(600) == 17).astype(int)
    parts = [sufficient_statistics(**rows(given, part == k)) for k in np.unique(part)]
    whole = sufficient_statistics(**given)

    same(functools.reduce(operator.add, parts), whole)
    same(functools.reduce(operator.add, parts[::-1]), whole)


def test_a_fit_from_parts_is_the_fit_of_the_whole():
    given = pupils(3)
    parts = [sufficient_statistics(**rows(given, np.arange(k, 600, 3))) for k in range(3)]
    one = fit_from_statistics(statistics=parts[0] + parts[1] + parts[2])
    other = fit_random_intercepts(**given)

    assert one.criterion == pytest.approx(other.criterion, abs=1e-7)
    np.testing.assert_allclose(one.coef, other.coef, rtol=1e-9)
    for name in one.blups:
        np.testing.assert_allclose(one.blups[name].value, other.blups[name].value, atol=1e-7)


def test_ids_may_be_text_of_any_kind_or_whole_numbers_near_or_far_apart():
    given = pupils(1)
    area = given["groups"]["la"]
    plain = {"y": given["y"], "x": given["x"]}
    text = sufficient_statistics(**plain, groups={"la": area.astype(str)})
    for ids in (area, area * 10**9, area.astype(np.int16), area.astype(object), area.tolist()):
        table = sufficient_statistics(**plain, groups={"la": ids})
        np.testing.assert_array_equal(table.counts, text.counts)
        assert table.levels[0].dtype.kind == "i"
    for ids in (area.astype(str).astype(object), area.astype(np.dtypes.StringDType())):
        assert sufficient_statistics(**plain, groups={"la": ids}).levels[0].tolist() == [
            "100",
            "101",
            "102",
            "103",
            "104",
            "105",
        ]


def test_small_whole_number_columns_do_not_overflow():
    y = np.array([127, 120, 3, 5], np.int8)
    table = sufficient_statistics(y=y, x=np.full((4, 1), 120, np.int8), groups={"s": list("aabb")})

    assert table.means.tolist() == [[120, 123.5], [120, 4]]
    assert table.within[1, 1] == 2 * 3.5**2 + 2


def test_a_part_without_any_trust_joins_one_with_trusts_of_either_kind():
    def part(trust, school):
        return sufficient_statistics(
            y=[1.0, 2.0], x=[[1]] * 2, groups={"school": [school] * 2, "trust": [trust] * 2}
        )

    for trust in (7, "seven"):
        table = part(None, "a") + part(trust, "b")
        assert table.members.tolist() == [[0, 1], [-1, 0]]
        assert table.levels[1].tolist() == [trust]


def parts(**changes):
    plain = {
        "y": [1.0, 2.0],
        "x": [[1.0]] * 2,
        "groups": {"school": ["a", "b"], "trust": ["p", "p"]},
    }
    return sufficient_statistics(**plain), sufficient_statistics(**(plain | changes))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"x": [[1.0, 2.0]] * 2}, "same columns"),
        ({"groups": {"school": ["a", "b"]}}, "same groups"),
        ({"groups": {"trust": ["p", "q"], "school": ["a", "b"]}}, "same groups"),
        ({"groups": {"school": [1, 2], "trust": ["p", "p"]}}, "text in one part"),
        (
            {"groups": {"school": ["a", "b"], "trust": ["p", "q"]}},
            "1 have two or more, such as school b",
        ),
        ({"groups": {"school": ["a", "b"], "trust": ["p", None]}}, "spells"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changes, says):
    one, other = parts(**changes)
    with pytest.raises(ParameterError, match=says):
        one + other


def test_only_tables_can_be_added():
    with pytest.raises(TypeError):
        parts()[0] + 1


def test_a_sum_of_fewer_pupils_than_declared_is_refused():
    rng = np.random.default_rng(4)
    parts = [
        sufficient_statistics(
            y=rng.normal(size=60), x=np.ones((60, 1)), groups={"school": np.arange(60) % 6}
        )
        for _ in range(3)
    ]
    whole = functools.reduce(operator.add, parts)
    assert fit_from_statistics(statistics=whole, expected_rows=180).n == 180
    for statistics, expected, says in (
        (whole, 100_000_000, "declares 100,000,000 rows but 180 arrived, 99,999,820 too few"),
        (parts[0] + parts[1], 180, "declares 180 rows but 120 arrived, 60 too few"),
        (
            whole + parts[0],
            180,
            "declares 180 rows but 240 arrived, 60 too many: a part is read twice",
        ),
    ):
        with pytest.raises(ParameterError, match=says):
            fit_from_statistics(statistics=statistics, expected_rows=expected)
