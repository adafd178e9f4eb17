import numpy as np
import pytest

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.gaps import YearTable, tabulate


def pupils(count=400, seed=1):
    rng = np.random.default_rng(seed)
    return {
        "score": rng.integers(80, 121, count),
        "disadvantaged": rng.random(count) < 0.3,
        "school": np.array([f"10000{k}" for k in rng.integers(0, 6, count)]),
        "year": rng.choice(["2022/23", "2023/24"], count),
    }


def rows(data, chosen):
    return {name: values[chosen] for name, values in data.items()}


def same(one, other):
    assert one.years == other.years
    for mine, theirs in zip(one.tables, other.tables, strict=True):
        assert mine.schools == theirs.schools
        for name in ("scores", "school_of", "score_of", "n_disadvantaged", "n_other"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))


def test_counts_are_those_of_counting_one_by_one():
    data = pupils()
    table = tabulate(**data).of("2023/24")
    for k, school in enumerate(table.schools):
        for b, score in enumerate(table.scores):
            here = (data["school"] == school) & (data["score"] == score)
            here &= data["year"] == "2023/24"
            cell = (table.school_of == k) & (table.score_of == b)
            assert table.n_disadvantaged[cell].sum() == np.sum(here & data["disadvantaged"])
            assert table.n_other[cell].sum() == np.sum(here & ~data["disadvantaged"])


@pytest.mark.parametrize("factor", [1, 0.1, np.pi])
@pytest.mark.parametrize("with_schools", [True, False])
def test_adding_the_parts_gives_the_table_of_the_whole(factor, with_schools):
    data = pupils()
    data["score"] = data["score"] * factor
    part = np.random.default_rng(2).integers(0, 3, len(data["score"]))
    parts = [rows(data, part == k) for k in range(3)]
    if not with_schools:
        for each in (data, *parts):
            each["school"] = None
    first, second, third = (tabulate(**each) for each in parts)
    same(first + second + third, tabulate(**data))
    same(third + (second + first), tabulate(**data))


def test_adding_the_schools_gives_the_table_of_the_whole():
    data = pupils()
    names = np.unique(data["school"])
    total, *rest = (tabulate(**rows(data, data["school"] == name)) for name in names)
    for each in rest:
        total = total + each
    same(total, tabulate(**data))
    same(total.only(schools=names[:2]), tabulate(**rows(data, np.isin(data["school"], names[:2]))))


def test_ids_and_scores_may_come_in_any_type():
    data = pupils()
    expected = tabulate(**data)
    as_numbers = {**data, "school": data["school"].astype(np.int32)}
    as_objects = {**data, "school": data["school"].astype(object), "year": list(data["year"])}
    same(tabulate(**as_numbers), expected)
    same(tabulate(**as_objects), expected)
    same(tabulate(**{**data, "score": data["score"].astype(np.int8)}), expected)
    same(tabulate(**{**data, "score": data["score"].astype(float)}), expected)
    same(tabulate(**{**data, "disadvantaged": data["disadvantaged"].astype(float)}), expected)


def test_small_whole_numbers_far_apart_do_not_run_over():
    table = tabulate(
        score=np.array([-128, 127], dtype=np.int8), disadvantaged=[1, 0], school=None, year=1
    )
    assert table.of().scores.tolist() == [-128, 127]


def test_scores_far_apart_and_many_schools_do_not_make_a_large_table():
    score = np.array([0, 10**15, 5, 10**15])
    school = np.array([1, 2, 3, 10**9])
    table = tabulate(score=score, disadvantaged=[1, 0, 1, 0], school=school, year=1).of()
    assert table.schools == ("1", "1000000000", "2", "3")
    assert table.n_other.tolist() == [0, 1, 1, 0]


def test_edges_gather_scores_at_the_middle_and_keep_everybody():
    table = tabulate(
        score=[0, 4.99, 5, 10],
        disadvantaged=[1, 0, 1, 0],
        school=None,
        year=1,
        edges=[0, 5, 10],
    ).of()
    assert table.scores.tolist() == [2.5, 7.5]
    assert (table.n_disadvantaged.tolist(), table.n_other.tolist()) == ([1, 1], [1, 1])


GOOD = {"score": [1.0, 2.0], "disadvantaged": [True, False], "school": ["a", "b"], "year": "2024"}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"score": [1.0, np.nan]}, ParameterError, "score must be finite; 1 of 2"),
        ({"score": [1.0, -np.inf]}, ParameterError, "score must be finite; 1 of 2"),
        ({"score": ["1", "x"]}, ParameterError, "score must hold numbers"),
        ({"score": [None, 1.0]}, ParameterError, "score must be finite"),
        ({"score": [[1.0, 2.0]]}, ParameterError, "score must have one dimension"),
        ({"score": [2**60, 1]}, ParameterError, "score holds whole numbers beyond"),
        ({"score": np.array([2**64 - 1, 1], dtype=np.uint64)}, ParameterError, "beyond 2\\^53"),
        ({"score": []}, TooFewToReport, "score holds no pupils"),
        ({"disadvantaged": [True]}, ParameterError, "disadvantaged must have 2"),
        ({"disadvantaged": [1.0, np.nan]}, ParameterError, "disadvantaged must be true or false"),
        ({"disadvantaged": ["Y", "N"]}, ParameterError, "disadvantaged must be true or false"),
        ({"disadvantaged": [True, None]}, ParameterError, "disadvantaged must be true or false"),
        ({"disadvantaged": [2, 0]}, ParameterError, "disadvantaged must be true or false"),
        ({"school": ["a"]}, ParameterError, "school must have 2 ids"),
        ({"school": ["a", None]}, ParameterError, "school .* an id is missing"),
        ({"school": ["a", ""]}, ParameterError, "school .* an id is missing"),
        ({"school": [1.0, np.nan]}, ParameterError, "school must be text or whole numbers"),
        ({"year": [2024]}, ParameterError, "year must have 2 ids"),
        ({"year": np.nan}, ParameterError, "year must be text or whole numbers"),
        ({"edges": [1]}, ParameterError, "edges must be 2 or more"),
        ({"edges": [0, 0, 3]}, ParameterError, "edges must be finite and each larger"),
        ({"edges": [0, 1.5]}, ParameterError, "edges must span all scores; 1 of 2"),
    ],
)
def test_bad_input_is_refused_by_name(change, error, words):
    with pytest.raises(error, match=words):
        tabulate(**{**GOOD, **change})


def test_a_year_that_is_not_there_is_refused():
    table = tabulate(**pupils())
    with pytest.raises(
        ParameterError, match="year must be named: the table holds 2022/23, 2023/24"
    ):
        table.of()
    with pytest.raises(ParameterError, match="year must be one that the table holds"):
        table.of("2019/20")


def test_tables_with_and_without_schools_do_not_add():
    with pytest.raises(ParameterError, match="tells schools apart"):
        tabulate(**GOOD) + tabulate(**{**GOOD, "school": None})
    with pytest.raises(ParameterError, match="does not tell schools apart"):
        tabulate(**{**GOOD, "school": None}).only(schools=["a"])
    with pytest.raises(TooFewToReport, match="none of the 1 schools"):
        tabulate(**GOOD).only(schools=["z"])


@pytest.mark.parametrize("count", [-1, 2**53])
def test_counts_that_ran_over_are_refused(count):
    with pytest.raises(ParameterError, match="n_other"):
        YearTable(
            schools=None,
            scores=np.array([1.0]),
            school_of=np.array([0]),
            score_of=np.array([0]),
            n_disadvantaged=np.array([1]),
            n_other=np.array([count]),
        )


def test_a_table_of_fewer_pupils_than_declared_is_refused():
    says = (
        r"expected_rows declares 100,000,000 rows but 50 arrived, 99,999,950 too few: a part is missing or"
        r" cut short; read every part again"
    )
    with pytest.raises(ParameterError, match=says):
        tabulate(**pupils(50), expected_rows=100_000_000)
    with pytest.raises(ParameterError, match="100,000,000 rows but 90 arrived"):
        (tabulate(**pupils(50)) + tabulate(**pupils(40))).complete(expected_rows=100_000_000)


def test_a_part_that_was_read_twice_is_refused():
    one, two = tabulate(**pupils(50), expected_rows=50), tabulate(**pupils(40))
    assert (one + two).complete(expected_rows=90).n == 90
    with pytest.raises(
        ParameterError, match="90 rows but 140 arrived, 50 too many: a part is read twice"
    ):
        (one + two + one).complete(expected_rows=90)


@pytest.mark.parametrize("expected", [-1, 1e8, True, "90"])
def test_a_declared_number_that_is_none_is_refused(expected):
    with pytest.raises(ParameterError, match="expected_rows must be a whole number"):
        tabulate(**pupils(5), expected_rows=expected)
