"""Whatever the links say: their order never matters, an id is its own id, a chain has one id."""

from itertools import pairwise

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from recovery_analysis.community.lineage import build_lineage

URNS = tuple(str(100_001 + n) for n in range(8))
TYPES = (
    "Successor",
    "Predecessor",
    "Latest URN (lookup)",
    "Successor - merged",
    "Predecessor - Split School",
    "Result of Amalgamation",
    "Other",
)
ROWS = st.lists(
    st.tuples(st.sampled_from(URNS), st.sampled_from(URNS), st.sampled_from(TYPES)), max_size=12
)


def frame(rows):
    return pd.DataFrame(rows, columns=["urn", "link_urn", "link_type"], dtype="str")


@given(rows=ROWS, data=st.data())
def test_the_order_of_links_never_matters(rows, data):
    shuffled = data.draw(st.permutations(rows))
    assert build_lineage(frame(rows)) == build_lineage(frame(shuffled))


@given(rows=ROWS)
def test_an_id_is_its_own_id(rows):
    lineage = build_lineage(frame(rows))
    for urn in URNS:
        identity = lineage.school_id(urn)
        assert lineage.school_id(identity) == identity


@given(chain=st.lists(st.sampled_from(URNS), min_size=2, unique=True), data=st.data())
def test_every_urn_of_a_chain_has_the_id_of_the_last(chain, data):
    rows = []
    for old, new in pairwise(chain):
        told = data.draw(st.sampled_from(("forward", "backward", "both")))
        rows += [(old, new, "Successor")] if told != "backward" else []
        rows += [(new, old, "Predecessor")] if told != "forward" else []
    lineage = build_lineage(frame(data.draw(st.permutations(rows))))
    assert {lineage.school_id(urn) for urn in chain} == {chain[-1]}


@given(chain=st.lists(st.sampled_from(URNS), min_size=2, unique=True))
def test_every_urn_of_a_ring_has_one_id(chain):
    ring = [(old, new, "Successor") for old, new in zip(chain, [*chain[1:], chain[0]], strict=True)]
    lineage = build_lineage(frame(ring))
    assert {lineage.school_id(urn) for urn in chain} == {max(chain)}
