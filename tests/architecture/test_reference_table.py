"""docs/methods.md says which numbers are reproduced; the tests that reproduce them write it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "docs" / "build_reference_table.py"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_reference_table", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_in_the_methods_is_that_of_the_tests():
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_constant_gives_its_rows(build, tmp_path):
    (tmp_path / "test_b.py").write_text(
        'REPRODUCES = (("R", "a | b", "1e-9"),)\nraise SystemExit\n'
    )
    (tmp_path / "test_a.py").write_text("x = 1\n")
    assert build.table(tmp_path).splitlines()[2:] == [
        "| R | a \\| b | 1e-9 | `tests/reference/test_b.py` |"
    ]


@pytest.mark.parametrize(
    "rows", ['(("R", "a"),)', '"R"', '(("R", "a", 1e-9),)', '(("", "a", "b"),)']
)
def test_a_constant_of_another_shape_is_refused(build, tmp_path, rows):
    path = tmp_path / "test_c.py"
    path.write_text(f"REPRODUCES = {rows}\n")
    with pytest.raises(ValueError, match=r"test_c\.py: REPRODUCES must be"):
        build.reproduces(path)


def test_the_table_goes_between_its_markers_only(build):
    text = f"before\n{build.BEGIN}\nold\n{build.END}\nafter\n"
    new = build.with_table(text, "new")
    assert new == f"before\n{build.BEGIN}\nnew\n{build.END}\nafter\n"
    assert build.with_table(new, "new") == new
    for broken in ("no markers", text + text, f"{build.END} {build.BEGIN}"):
        with pytest.raises(ValueError, match="each marker once"):
            build.with_table(broken, "new")
