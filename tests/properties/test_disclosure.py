"""Whatever a result looks like: after the gate no computed number rests on 1 to 5 pupils."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recovery_analysis.analysis.result import Estimate
from recovery_analysis.disclosure.gate import release
from recovery_analysis.disclosure.policy import DFE_SCHOOL_LEVEL, PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    held: Any
    words: str = ""


def _estimate(value, basis, smallest):
    return Estimate(
        value=value,
        unit="points",
        decimals=1,
        basis=basis,
        method="",
        sources=(),
        n_pupils=smallest,
        n_smallest=smallest,
        missing_reason=None if value is not None else "suppressed",
    )


ESTIMATES = st.builds(
    _estimate,
    st.none() | st.floats(-90, 90),
    st.sampled_from(["computed", "published"]),
    st.none() | st.integers(0, 12),
)
RESULTS = st.recursive(
    ESTIMATES | st.text(max_size=3) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Box, held=inner, words=st.just("w"))
    ),
    max_leaves=12,
)


def estimates_in(item):
    if isinstance(item, Estimate):
        yield item
    elif isinstance(item, Box):
        yield from estimates_in(item.held)
    elif isinstance(item, tuple | list):
        for part in item:
            yield from estimates_in(part)
    elif isinstance(item, dict):
        for part in item.values():
            yield from estimates_in(part)


def is_small(estimate):
    """Say whether a number, or the count beside a missing one, tells of 1 to 5 pupils."""
    return estimate.n_smallest is not None and 0 < estimate.n_smallest < 6


@given(result=RESULTS)
def test_no_computed_number_rests_on_one_to_five_pupils(result):
    released = release(result, policy=PUBLIC)
    after = list(estimates_in(released.result))
    before = list(estimates_in(result))
    assert not [item for item in after if is_small(item) and item.basis == "computed"]
    hidden = [item for item in before if is_small(item) and item.basis == "computed"]
    assert released.hidden_n == sum(item.value is not None for item in hidden)
    for old, new in zip(before, after, strict=True):
        if old in hidden:
            assert new.value is None
            assert new.missing_reason == "too_few"
        else:
            assert new == old


@given(result=RESULTS)
def test_the_school_level_policy_leaves_no_small_number_at_all(result):
    after = estimates_in(release(result, policy=DFE_SCHOOL_LEVEL).result)
    assert not [item for item in after if is_small(item)]


@given(result=RESULTS)
def test_releasing_twice_changes_nothing_more(result):
    once = release(result).result
    twice = release(once)
    assert twice.result == once
    assert twice.hidden_n == 0
