"""Stores made by hand, for tests whose right answer is worked out beforehand."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def handmade():
    """Give the module ``tests/handmade.py``."""
    name = "recovery_tests_handmade"
    if name not in sys.modules:
        path = Path(__file__).resolve().parents[1] / "handmade.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
