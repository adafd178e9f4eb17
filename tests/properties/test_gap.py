"""What never changes a gap, and what turns it round."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery_analysis.analysis.gap import gap_evidence, gap_of_measure
from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.registry import list_communities
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.store import open_store

RELAXED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TRUST = "trust:90001"


@pytest.fixture(scope="module")
def demo(demo_store_path, handmade):
    store = open_store(demo_store_path)
    directory = read_directory(store)
    there = handmade.Opened(store, directory, list_communities(store, directory, {}))
    return lambda text: handmade.data_of(there, text)


@pytest.fixture(scope="module")
def trust(demo):
    return demo(TRUST)


def gaps(result):
    """Give every built and paired gap with its interval."""
    built = {
        (item.academic_year, item.rule): (item.gap.gap.value, item.gap.gap.low, item.gap.gap.high)
        for item in result.built
    }
    paired = {
        (item.first_year, item.last_year, item.rule): (
            item.change.value,
            item.change.low,
            item.change.high,
        )
        for item in result.paired
    }
    return {**built, **paired}


def assert_same(one, other, *, sign=1):
    assert one.keys() == other.keys()
    for key, numbers in one.items():
        turned = [None if n is None else sign * n for n in other[key]]
        if sign < 0:
            turned = [turned[0], turned[2], turned[1]]
        for left, right in zip(numbers, turned, strict=True):
            assert left == (None if right is None else pytest.approx(right, abs=1e-7))


@RELAXED
@given(constant=st.floats(-20, 20))
def test_adding_a_constant_to_every_value_changes_no_gap(trust, constant):
    frame = trust.school_measures
    is_score = frame["measure"].eq("attainment8")
    moved = frame.assign(value=frame["value"].mask(is_score, frame["value"] + constant))
    plain = gap_of_measure(trust, "attainment8")
    assert plain.has_evidence
    assert_same(
        gaps(plain), gaps(gap_of_measure(replace(trust, school_measures=moved), "attainment8"))
    )


@RELAXED
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_never_matters(trust, seed):
    def mix(frame):
        return frame.sample(frac=1, random_state=seed, ignore_index=True)

    mixed = replace(
        trust, school_measures=mix(trust.school_measures), published=mix(trust.published)
    )
    for measure in ("attainment8", "ks2_rwm_expected_pct"):
        plain, other = gap_of_measure(trust, measure), gap_of_measure(mixed, measure)
        assert_same(gaps(plain), gaps(other))
        assert plain.published == other.published
        assert plain.schools == other.schools
        assert [item.left_out for item in plain.built] == [item.left_out for item in other.built]


@pytest.mark.parametrize("measure", ["attainment8", "ks2_rwm_expected_pct", "progress8"])
def test_swapping_the_groups_turns_every_sign(trust, measure):
    swap = {"disadvantaged": "other", "other": "disadvantaged"}
    swapped = {
        name: frame.assign(pupil_group=frame["pupil_group"].replace(swap))
        for name, frame in (
            ("school_measures", trust.school_measures),
            ("published", trust.published),
        )
    }
    plain = gap_of_measure(trust, measure)
    turned = gap_of_measure(replace(trust, **swapped), measure)
    assert gaps(plain)
    assert_same(gaps(plain), gaps(turned), sign=-1)
    for one, other in zip(plain.published, turned.published, strict=True):
        pairs = zip(one.measured, other.measured, strict=True)
        assert all(left.gap.value == pytest.approx(-right.gap.value) for left, right in pairs)


def _split(path, folder, at):
    """Write a raw file as two, each with the header."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    at = min(max(at, 2), len(rows) - 1)
    for number, part in enumerate((rows[1:at], rows[at:])):
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows([rows[0], *part])
        (folder / f"{number}-{path.name}").write_bytes(buffer.getvalue().encode("utf-8-sig"))


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(2, 18))
def test_a_raw_file_in_two_parts_gives_the_same_gap(demo, demo_raw, handmade, tmp_path_factory, at):
    folder = tmp_path_factory.mktemp("split")
    files = sorted((demo_raw / "performance_tables").glob("*ks4final.csv"))
    for path in files:
        _split(path, folder, at)
    ingest([folder, demo_raw / "gias"], store=folder / "store")
    store = open_store(folder / "store")
    directory = read_directory(store)
    there = handmade.Opened(store, directory, list_communities(store, directory, {}))
    split = gap_evidence(handmade.data_of(there, TRUST))
    whole = gap_evidence(demo(TRUST))
    for measure in ("attainment8", "progress8"):
        one, other = (
            next(item for item in found if item.measure == measure) for found in (whole, split)
        )
        assert_same(gaps(one), gaps(other))
        assert one.schools == other.schools


def test_the_trust_of_these_tests_has_figures(trust):
    assert len(trust.now.school_ids) > 1
    assert pd.notna(trust.school_measures["value"]).any()
