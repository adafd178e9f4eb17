"""However files reach a store: in any order, together or one by one, its tables and its hash are the same."""

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.store import open_store

FILES = (
    "performance_tables/2016-2017_england_ks4final.csv",
    "performance_tables/2018-2019_england_ks4final.csv",
    "gias/groups.csv",
    "gias/group_links.csv",
)


def tables(store):
    opened = open_store(store)
    found = {}
    for name in ("school_measures", "published_measures", "groups", "trust_spells", "schools"):
        frame = opened.table(name)
        found[name] = frame.sort_values(list(frame.columns), ignore_index=True)
    return found, opened.fingerprint


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(FILES), cut=st.integers(0, len(FILES)))
def test_order_and_batches_never_matter(demo_raw, tmp_path_factory, order, cut):
    folder = tmp_path_factory.mktemp("order")
    ingest([demo_raw / name for name in FILES], store=folder / "plain")
    for batch in (order[:cut], order[cut:]):
        ingest([demo_raw / name for name in batch], store=folder / "other")
    plain, plain_hash = tables(folder / "plain")
    other, other_hash = tables(folder / "other")
    assert plain_hash == other_hash
    for name, frame in plain.items():
        pd.testing.assert_frame_equal(frame, other[name])


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(times=st.integers(1, 3))
def test_reading_files_again_changes_nothing(demo_raw, tmp_path_factory, times):
    store = tmp_path_factory.mktemp("again") / "store"
    ingest([demo_raw / FILES[0]], store=store)
    before = (store / "store.json").read_bytes()
    for _ in range(times):
        report = ingest([demo_raw / FILES[0]], store=store)
        assert report.already_held == ("2016-2017_england_ks4final.csv",)
    assert (store / "store.json").read_bytes() == before
