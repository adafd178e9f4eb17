"""A small store to spoil, and the hash of everything in a folder."""

import hashlib
import shutil

import pytest

from recovery_analysis.store.ingest import ingest

KS4 = "performance_tables/2018-2019_england_ks4final.csv"


@pytest.fixture
def raw(demo_raw, tmp_path):
    """Give a function that copies a raw file of the demo to a folder of this test."""

    def copy(relative=KS4, *, name=None, folder="raw"):
        source = demo_raw / relative
        target = tmp_path / folder / (name or source.name)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, target)
        return target

    return copy


@pytest.fixture
def store(raw, tmp_path):
    """Give a store that holds one file."""
    folder = tmp_path / "store"
    ingest([raw("gias/groups.csv", folder="held")], store=folder)
    return folder


@pytest.fixture
def snapshot():
    """Give a function from a folder to the hash of each file below it."""

    def hashes(folder):
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return hashes
