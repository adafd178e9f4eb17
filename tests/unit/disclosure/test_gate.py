"""The gate: 1 to 5 pupils are hidden with everything that could give them away, whatever holds them."""

from collections import namedtuple
from dataclasses import dataclass, field

import pandas as pd
import pytest

from recovery_analysis.analysis.result import Estimate, missing
from recovery_analysis.disclosure.gate import release
from recovery_analysis.disclosure.policy import DFE_SCHOOL_LEVEL, POLICIES, PUBLIC
from recovery_analysis.errors import DisclosureError


def estimate(smallest, *, basis="computed", value=12.5):
    return Estimate(
        value=value,
        low=value - 1,
        high=value + 1,
        unit="points",
        decimals=1,
        basis=basis,
        method="made by hand",
        sources=("x",),
        n_pupils=40,
        n_schools=2,
        n_smallest=smallest,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    one: Estimate
    words: str = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    many: tuple[Inner, ...]
    by_name: dict[str, Estimate]
    deep: dict[str, tuple[Inner, ...]]
    derived: int = field(init=False, default=7)


@pytest.mark.parametrize("smallest", [1, 2, 3, 4, 5])
def test_one_to_five_pupils_lose_value_interval_and_counts(smallest):
    released = release(estimate(smallest))
    hidden = released.result
    assert (hidden.value, hidden.low, hidden.high) == (None, None, None)
    assert (hidden.n_pupils, hidden.n_smallest) == (None, None)
    assert hidden.missing_reason == "too_few"
    assert hidden.why_no_interval == ""
    assert hidden.n_schools == 2
    assert released.hidden_n == 1
    assert "12.5" not in repr(hidden)


@pytest.mark.parametrize("smallest", [0, 6, 7, 4000, None])
def test_none_six_and_more_and_unknown_are_shown(smallest):
    shown = estimate(smallest)
    released = release(shown)
    assert released.result is shown
    assert released.hidden_n == 0
    assert released.policy is PUBLIC


@pytest.mark.parametrize("smallest", [1, 5])
def test_what_the_department_published_is_shown_as_published_under_the_public_policy(smallest):
    shown = estimate(smallest, basis="published")
    assert release(shown).result is shown


@pytest.mark.parametrize(("smallest", "hidden"), [(0, 0), (1, 1), (5, 1), (6, 0), (None, 0)])
def test_the_school_level_policy_hides_published_figures_too(smallest, hidden):
    for basis in ("published", "computed"):
        released = release(estimate(smallest, basis=basis), policy=DFE_SCHOOL_LEVEL)
        assert released.hidden_n == hidden
        assert (released.result.value is None) == bool(hidden)


def test_a_number_that_is_missing_already_is_not_counted_as_hidden():
    blank = missing("suppressed", unit="points")
    assert release(blank).result is blank
    small = Estimate(
        value=None,
        unit="points",
        decimals=1,
        basis="computed",
        method="",
        sources=(),
        n_smallest=3,
        missing_reason="suppressed",
    )
    released = release(small)
    assert released.hidden_n == 0
    assert released.result.value is None
    assert released.result.n_smallest is None


def test_every_container_is_walked_and_every_hidden_number_counted():
    small, large = estimate(3), estimate(30)
    outer = Outer(
        many=(Inner(one=small), Inner(one=large)),
        by_name={"small": small, "large": large},
        deep={"x": (Inner(one=small, words="beside"),)},
    )
    released = release((outer, "words", 4, None))
    result = released.result[0]
    assert released.hidden_n == 3
    assert [item.one.value for item in result.many] == [None, 12.5]
    assert {name: item.value for name, item in result.by_name.items()} == {
        "small": None,
        "large": 12.5,
    }
    assert result.deep["x"][0].one.missing_reason == "too_few"
    assert result.deep["x"][0].words == "beside"
    assert result.derived == 7
    assert released.result[1:] == ("words", 4, None)
    assert small.value == 12.5


def test_a_list_and_a_named_tuple_do_not_hide_a_number_from_the_gate():
    pair = namedtuple("pair", "first second")
    released = release(([estimate(3)], pair(estimate(2), "kept"), {"k": [estimate(1)]}))
    (inner,), second, third = released.result
    assert released.hidden_n == 3
    assert inner.value is None
    assert second.first.value is None
    assert second.second == "kept"
    assert third["k"][0].value is None


def test_what_holds_nothing_hidden_comes_back_as_it_was():
    outer = Outer(many=(Inner(one=estimate(8)),), by_name={}, deep={})
    assert release(outer).result == outer
    inner = Inner(one=estimate(8))
    assert release(inner).result is inner


@pytest.mark.parametrize("held", [pd.DataFrame({"pupils": [3]}), object(), Estimate])
def test_what_the_gate_can_not_look_into_does_not_pass(held):
    with pytest.raises(DisclosureError, match="can not look into") as caught:
        release((estimate(8), held))
    assert caught.value.exit_code == 5


def test_policies_are_found_by_name_and_say_what_they_do():
    assert {name: policy.min_count for name, policy in POLICIES.items()} == {
        "none_public": 6,
        "dfe_school_level": 6,
    }
    assert all("1 to 5 pupils" in policy.words for policy in POLICIES.values())
