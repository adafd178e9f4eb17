"""Stores of pupils whose true progress is known."""

import importlib.util
import sys
from pathlib import Path

import pytest

from recovery_analysis.store.store import open_store


@pytest.fixture(scope="session")
def world():
    """Give the module ``tests/progress_world.py``."""
    name = "recovery_tests_progress_world"
    if name not in sys.modules:
        path = Path(__file__).parents[2] / "progress_world.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def store_of(world, tmp_path):
    """Give a function from frames to an open store."""
    made = []

    def build(frames, **how):
        made.append(1)
        folder = tmp_path / f"store-{len(made)}"
        world.save(folder, frames, **how)
        return open_store(folder)

    return build
