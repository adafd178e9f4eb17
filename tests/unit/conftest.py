"""Fixtures that tests of several rooms share."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def survey_world():
    """Give the module ``tests/survey_world.py``: surveys whose true shares are known."""
    name = "recovery_tests_survey_world"
    if name not in sys.modules:
        path = Path(__file__).resolve().parents[1] / "survey_world.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
