"""Fixtures that every room of the tests shares."""

import fcntl
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from recovery_analysis.run.demo import DEMO_KEY, DEMO_KEY_TEXT
from recovery_analysis.store.ingest import ingest
from recovery_analysis.synthetic import write_community
from recovery_analysis.words.periods import AcademicYear

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"

# The same examples every time, and no limit of time an example: a test says the same on every machine.
# HYPOTHESIS_PROFILE=long looks further, with new examples at each run.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
def demo_raw(made_once):
    """Give a folder of the demo's raw files; tests must not write into it."""
    return made_once("demo-raw", lambda folder: write_community(folder, size="demo"))


@pytest.fixture(scope="session")
def demo_store_path(demo_raw, made_once):
    """Give the folder of a store made from the demo's raw files; tests must not write into it."""
    return made_once(
        "demo-store", lambda folder: ingest([demo_raw], store=folder, pupil_key=DEMO_KEY)
    )


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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Give a function that fills a named folder once, for all the processes of a test run."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def once(name, fill):
        folder = root / name
        with (root / f"{name}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not folder.exists():
                building = tmp_path_factory.mktemp(f"{name}-building")
                fill(building)
                building.rename(folder)
        return folder

    return once


@pytest.fixture(scope="session")
def command_environment(tmp_path_factory):
    """Give the environment of a command: a home and Jupyter folders of its own, and a canary value."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "RECOVERY_HOME": str(home / "recovery"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(home / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "jupyter" / "runtime"),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "PYTHONUTF8": "1",
        "RECOVERY_PUPIL_KEY": DEMO_KEY_TEXT,
        "SOME_SECRET": "canary-of-the-environment",
    }


@pytest.fixture(scope="session")
def scripts():
    """Give the folder of the commands that belong to the Python that runs the tests."""
    return Path(sys.executable).parent


@pytest.fixture(scope="session")
def command(scripts, command_environment):
    """Give a function from the arguments of recovery to those of subprocess.run or subprocess.Popen."""

    def words(*arguments, cwd=None):
        return {
            "args": [str(scripts / "recovery"), *map(str, arguments)],
            "env": command_environment,
            "cwd": cwd,
        }

    return words


@pytest.fixture(scope="session")
def recovery(command):
    """Give a function that runs the recovery command and returns what it said and its exit code."""

    def run(*arguments, cwd=None, timeout=300):
        words = command(*arguments, cwd=cwd)
        return subprocess.run(**words, capture_output=True, text=True, timeout=timeout)

    return run


@pytest.fixture(scope="session")
def chromium():
    """Give one headless Chromium for all tests, or a counted reason: two at once share no event loop."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def handmade():
    """Give the module ``tests/handmade.py``: stores for tests whose right answer is worked out beforehand."""
    name = "recovery_tests_handmade"
    if name not in sys.modules:
        path = PROJECT / "tests" / "handmade.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
