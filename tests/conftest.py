"""Fixtures that every room of the tests shares."""

from pathlib import Path

import pytest

from recovery_analysis.store.ingest import ingest
from recovery_analysis.synthetic import write_community
from recovery_analysis.words.periods import AcademicYear

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"


def _shared_file(relative: str) -> Path:
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"../shared/{relative} does not stand on this machine")
    return path


@pytest.fixture(scope="session")
def shared_data():
    """Give a function from a path below ../shared/data to the file, skipping where it is absent."""
    return lambda relative: _shared_file(f"data/{relative}")


@pytest.fixture(scope="session")
def shared_reference():
    """Give a function from a path below ../shared/reference to the file, skipping where it is absent."""
    return lambda relative: _shared_file(f"reference/{relative}")


@pytest.fixture(scope="session")
def demo_raw(tmp_path_factory):
    """Give a folder of the demo's raw files."""
    folder = tmp_path_factory.mktemp("demo") / "raw"
    write_community(folder, size="demo")
    return folder


@pytest.fixture(scope="session")
def demo_store_path(demo_raw, tmp_path_factory):
    """Give the folder of a store made from the demo's raw files; tests must not write into it."""
    store = tmp_path_factory.mktemp("demo-store") / "store"
    ingest([demo_raw], store=store)
    return store


@pytest.fixture(scope="session")
def real_store_path(shared_data, tmp_path_factory):
    """Give a store of the real public files, the anonymised sample left out; skips where they are absent."""
    folders = (
        "performance_tables/surrey",
        "performance_tables/england_2018_2019_reduced",
        "performance_tables/england_2022_2023",
        "school_census",
        "lait",
        "disadvantage_gap_index",
        "gias/2021_936_gias.csv",
        "gias/groups.csv",
        "gias/group_links.csv",
        "gias/links_edubasealldata20250422.csv",
        "gias/lookup.csv",
    )
    store = tmp_path_factory.mktemp("real-store") / "store"
    ingest(
        [shared_data(folder) for folder in folders],
        store=store,
        years={"school_fsm.csv": AcademicYear.parse("2022/23")},
    )
    return store
