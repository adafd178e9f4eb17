"""How URNs follow one another: chains, rings, mergers and a lookup's jumps."""

import pandas as pd

from recovery_analysis.community.lineage import Lineage, build_lineage


def links(*rows):
    return pd.DataFrame(
        [{"urn": urn, "link_urn": other, "link_type": what} for urn, other, what in rows],
        columns=["urn", "link_urn", "link_type"],
        dtype="str",
    )


def test_no_links():
    lineage = build_lineage(links())
    assert lineage == Lineage()
    assert lineage.school_id("100001") == "100001"


def test_a_chain_gives_every_urn_the_last_one():
    lineage = build_lineage(
        links(("100001", "100002", "Successor"), ("100003", "100002", "Predecessor"))
    )
    assert {lineage.school_id(urn) for urn in ("100001", "100002", "100003")} == {"100003"}


def test_a_ring_gives_every_urn_the_same_id():
    ring = links(
        ("100001", "100002", "Successor"),
        ("100002", "100003", "Successor"),
        ("100003", "100001", "Successor"),
    )
    lineage = build_lineage(ring)
    assert {lineage.school_id(urn) for urn in ("100001", "100002", "100003")} == {"100003"}


def test_a_link_to_itself_changes_nothing():
    assert build_lineage(links(("100001", "100001", "Successor"))).latest == {}


def test_two_successors_or_two_predecessors_are_not_followed():
    two = links(
        ("100001", "100002", "Successor"),
        ("100001", "100003", "Successor"),
        ("100005", "100007", "Successor"),
        ("100006", "100007", "Successor"),
    )
    assert build_lineage(two).latest == {}


def test_a_merger_ends_the_line_and_is_marked():
    lineage = build_lineage(
        links(
            ("100001", "100002", "Successor - merged"), ("100002", "100001", "Predecessor - merged")
        )
    )
    assert lineage.latest == {}
    assert lineage.ended == {"100001", "100002"}


def test_other_links_are_no_successors():
    rows = (("100001", "100002", "Sixth Form Centre Link"), ("100001", "100003", "Other"))
    assert build_lineage(links(*rows)).latest == {}


def test_a_lookup_is_followed_and_gives_way_to_the_steps_that_gias_names():
    only_lookup = build_lineage(links(("100001", "100003", "Latest URN (lookup)")))
    assert only_lookup.school_id("100001") == "100003"
    with_steps = build_lineage(
        links(
            ("100001", "100003", "Latest URN (lookup)"),
            ("100001", "100002", "Successor"),
            ("100002", "100003", "Successor"),
        )
    )
    assert {with_steps.school_id(urn) for urn in ("100001", "100002", "100003")} == {"100003"}
