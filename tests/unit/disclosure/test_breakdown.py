"""A hidden part of a shown total can not be worked out from the other parts."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from recovery_analysis.analysis.result import Breakdown, Estimate
from recovery_analysis.disclosure.gate import release
from recovery_analysis.disclosure.policy import PUBLIC


@dataclass(frozen=True, kw_only=True)
class Counts:
    by_school: Breakdown


def count(number: int) -> Estimate:
    return Estimate(
        value=number,
        unit="pupils",
        decimals=0,
        basis="computed",
        method="count",
        sources=(),
        why_no_interval="a count",
        n_pupils=None,
        n_smallest=number,
    )


def released(*parts: int) -> Breakdown:
    whole = Breakdown(total=count(sum(parts)), parts=tuple(count(part) for part in parts))
    return release(Counts(by_school=whole), policy=PUBLIC).result.by_school


def test_one_small_part_takes_the_smallest_other_with_it():
    assert [part.value for part in released(3, 40, 12, 0).parts] == [None, 40, None, 0]


def test_two_small_parts_that_add_up_to_enough_stand_alone():
    assert [part.value for part in released(4, 5, 30).parts] == [None, None, 30]


def test_two_small_parts_that_add_up_to_few_take_another():
    assert [part.value for part in released(1, 2, 30, 9).parts] == [None, None, 30, None]


def test_nothing_small_hides_nothing():
    assert [part.value for part in released(0, 6, 30).parts] == [0, 6, 30]


def test_what_is_hidden_is_counted():
    whole = Breakdown(total=count(55), parts=tuple(map(count, (3, 40, 12))))
    assert release(Counts(by_school=whole)).hidden_n == 2


def test_a_percentage_of_fewer_than_ten_is_hidden():
    share = Estimate(
        value=50.0,
        unit="percent",
        decimals=0,
        basis="computed",
        method="share",
        sources=(),
        why_no_interval="few",
        n_pupils=8,
    )
    assert release((share,)).result[0].value is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_no_small_part_can_be_worked_out(parts):
    shown = released(*parts)
    hidden = [number for number, part in zip(parts, shown.parts, strict=True) if part.value is None]
    assert all(not 1 <= part.value <= 5 for part in shown.parts if part.value is not None)
    small = [number for number in hidden if 1 <= number <= 5]
    if small and shown.total.value is not None:
        others_left = [number for number in parts if number > 0]
        assert len(hidden) >= 2 or len(others_left) == len(hidden)
