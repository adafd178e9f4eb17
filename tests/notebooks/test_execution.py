"""A chapter gives the same by papermill's own command, by the library and by hand; and how it fails."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from recovery_analysis.errors import NotebookFailed, NotebookTimedOut
from recovery_analysis.run.chapters import ChapterNotebook, find_chapters
from recovery_analysis.run.execute import execute_chapter
from recovery_analysis.run.executed import read_executed
from recovery_analysis.run.parameters import Parameters
from recovery_analysis.store.manifest import MANIFEST_NAME, SCHEMA_VERSION

CANARY = "canary-of-the-environment"


@pytest.fixture
def own_environment(command_environment, monkeypatch):
    """Kernels started from this process get the environment of the commands."""
    for name, value in command_environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def papermill(scripts, command_environment):
    def run(chapter, out, **values):
        pairs = [part for name, value in values.items() for part in ("-p", name, str(value))]
        return subprocess.run(
            [
                scripts / "papermill",
                "--no-progress-bar",
                find_chapters((chapter,))[0].path,
                out,
                *pairs,
            ],
            env=command_environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def by_papermill(papermill, demo_store_path, made_once):
    """The gap chapter for an LA as papermill's own command line leaves it."""

    def fill(folder):
        done = papermill(
            "gap",
            folder / "gap.ipynb",
            community="la:951",
            store=demo_store_path,
            as_of="2026-01-01",
        )
        assert done.returncode == 0, done.stderr

    return nbformat.read(made_once("by-papermill", fill) / "gap.ipynb", as_version=4)


@pytest.fixture(scope="session")
def parameters(demo_store_path):
    return Parameters(community="la:951", store=str(demo_store_path), as_of="2026-01-01")


def run_by_hand(notebook, folder):
    """Run a notebook top to bottom as an editor does: no papermill."""
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return read_executed(notebook)


@pytest.mark.slow
def test_papermill_gives_what_the_library_gives(
    by_papermill, parameters, tmp_path, own_environment
):
    ours = execute_chapter(find_chapters(("gap",))[0], parameters=parameters, folder=tmp_path)
    theirs = read_executed(by_papermill)
    assert len(theirs.sections) >= 10
    assert sum(len(section.findings) for section in theirs.sections) > 100
    assert ours.executed.sections == theirs.sections
    assert ours.executed.facts == theirs.facts


@pytest.mark.slow
def test_by_hand_gives_what_papermill_gives(by_papermill, parameters, tmp_path, own_environment):
    notebook = nbformat.read(find_chapters(("gap",))[0].path, as_version=4)
    # What a person does: overwrite the defaults in the parameters cell, then Run all.
    notebook.cells[1].source = "\n".join(
        f"{name} = {value!r}" for name, value in parameters.to_dict().items()
    )
    assert run_by_hand(notebook, tmp_path).sections == read_executed(by_papermill).sections


def test_papermill_shows_no_warning_and_no_stray_output(by_papermill):
    for cell in by_papermill.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type in ("display_data", "execute_result"), output


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"comunity": "x"}, "unknown parameter 'comunity'"),
        ({"comunity": "x"}, "Did you mean 'community'?"),
        ({"seed": "abc"}, "parameter seed: expected a whole number, got str"),
        ({"community": "la:95"}, "la:95"),
        ({"community": "trust:90009"}, "Did you mean"),
        ({"as_of": "2026-13-01"}, "parameter as_of: expected a date such as 2020-03-20"),
        ({"as_of": "2019-01-01"}, "lies after as_of"),
        ({"store": "no-such-folder"}, "there is no store here"),
    ],
)
def test_a_wrong_parameter_stops_papermill_with_our_words(
    papermill, demo_store_path, tmp_path, wrong, words
):
    values = {"community": "la:951", "store": demo_store_path, "as_of": "2026-01-01", **wrong}
    done = papermill("community", tmp_path / "out.ipynb", **values)
    assert done.returncode != 0
    assert words in done.stderr


def test_a_store_of_another_version_stops_papermill_with_our_words(
    papermill, demo_store_path, tmp_path
):
    store = tmp_path / "store"
    store.mkdir()
    body = json.loads((demo_store_path / MANIFEST_NAME).read_text(encoding="utf-8"))
    body["schema_version"] = SCHEMA_VERSION - 1
    (store / MANIFEST_NAME).write_text(json.dumps(body), encoding="utf-8")
    done = papermill("community", tmp_path / "out.ipynb", community="la:951", store=store)
    assert done.returncode != 0
    assert f"schema version {SCHEMA_VERSION - 1}" in done.stderr
    assert "Run recovery ingest again" in done.stderr


def broken(folder, *cells):
    """Make a chapter that goes wrong in one way."""
    source = nbformat.read(find_chapters(("community",))[0].path, as_version=4)
    made = nbformat.v4.new_notebook(metadata=source.metadata)
    made.cells = [*source.cells[:3], *(nbformat.v4.new_code_cell(text) for text in cells)]
    folder.mkdir()
    path = folder / "broken.ipynb"
    nbformat.write(made, path)
    return ChapterNotebook(name="broken", path=path, title="Broken", question="?")


def test_a_cell_that_raises_is_named_and_no_traceback_is_kept(
    tmp_path, parameters, own_environment
):
    chapter = broken(
        tmp_path / "in",
        "secret = 'a value of a pupil'\nraise KeyError('column absent')",
        "chapter.finish()",
    )
    with pytest.raises(NotebookFailed) as caught:
        execute_chapter(chapter, parameters=parameters, folder=tmp_path)
    assert type(caught.value) is NotebookFailed
    assert "chapter broken, cell " in str(caught.value)
    assert "KeyError: 'column absent'" in str(caught.value)
    saved = nbformat.read(tmp_path / "broken.ipynb", as_version=4)
    errors = [
        out for c in saved.cells for out in c.get("outputs", ()) if out.output_type == "error"
    ]
    assert [error.ename for error in errors] == ["KeyError"]
    assert all(error.traceback == [] for error in errors)
    assert "Traceback (most recent call last)" not in (tmp_path / "broken.ipynb").read_text()


def test_a_kernel_that_dies_is_told(tmp_path, parameters, own_environment):
    chapter = broken(tmp_path / "in", "import os\nos._exit(9)", "chapter.finish()")
    with pytest.raises(NotebookTimedOut, match="the kernel died") as caught:
        execute_chapter(chapter, parameters=parameters, folder=tmp_path)
    assert caught.value.exit_code == 7


def test_a_cell_past_its_time_limit_is_told(tmp_path, parameters, own_environment):
    chapter = broken(tmp_path / "in", "import time\ntime.sleep(60)", "chapter.finish()")
    with pytest.raises(NotebookTimedOut, match="longer than 6 seconds"):
        execute_chapter(chapter, parameters=parameters, folder=tmp_path, cell_timeout=6)


def test_a_chapter_that_never_finishes_has_failed(tmp_path, parameters, own_environment):
    chapter = broken(tmp_path / "in", "chapter.name")
    with pytest.raises(NotebookFailed, match=r"ended without chapter\.finish\(\)"):
        execute_chapter(chapter, parameters=parameters, folder=tmp_path)


def test_the_saved_notebook_tells_nothing_of_the_machine(
    tmp_path, parameters, demo_store_path, own_environment
):
    run = execute_chapter(find_chapters(("community",))[0], parameters=parameters, folder=tmp_path)
    text = run.saved.read_text(encoding="utf-8")
    assert CANARY not in text
    without_store = text.replace(json.dumps(str(demo_store_path))[1:-1], "STORE")
    for told in (
        os.environ["HOME"],
        str(tmp_path),
        str(run.chapter.path.parent),
        str(Path.cwd()),
        tempfile.gettempdir(),
    ):
        assert told not in without_store
