"""Fixtures that every room of the tests shares."""

from pathlib import Path

import pytest

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
