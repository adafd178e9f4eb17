"""The house keeps its shape: who imports whom, how long things grow, what never enters."""

import ast
import doctest
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import recovery_analysis

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = Path(recovery_analysis.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = [name for _, name, _ in pkgutil.walk_packages([str(PACKAGE)], "recovery_analysis.")]

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
#: Functions that may be longer, and why. A name that no longer needs its place here fails a test.
LONGER_FUNCTIONS = {
    "analysis/gap/built.py:paired_change": "one estimate, its refusals in order; parts would share all state",
    "exhibit/community.py:who": "the wording of one section, top to bottom",
    "exhibit/community.py:coverage": "the wording of one section, top to bottom",
    "exhibit/community.py:missing_schools": "the wording of one section, top to bottom",
    "exhibit/gap/measure.py:_figure": "one chart's series and words",
    "exhibit/gap/measure_table.py:own_table": "one table's columns and words",
    "exhibit/gap/overview.py:_table": "one table's columns and words",
    "exhibit/gap/trusts.py:_table": "one table's columns and words",
    "exhibit/gap/reconciliation.py:reconciliation": "the wording of one section, top to bottom",
}
LONGER_FILES: dict[str, str] = {}


def trees():
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]


def short(path):
    return path.relative_to(PACKAGE).as_posix()


def code_lines(path, function):
    """Count a function's lines that are neither blank, comment nor docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    lines = path.read_text(encoding="utf-8").splitlines()[body[0].lineno - 1 : function.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines)


def project_files():
    """Give the files that are, or are about to be, under version control."""
    if not (PROJECT / ".git").exists():
        pytest.skip("no version control here: an unpacked archive")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [PROJECT / name for name in listed if (PROJECT / name).is_file()]


def test_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


def test_files_are_short():
    long = {short(p) for p in SOURCES if len(p.read_text("utf-8").splitlines()) > LONGEST_FILE}
    assert long == set(LONGER_FILES)


def test_functions_fit_on_a_screen():
    long = {
        f"{short(path)}:{node.name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and code_lines(path, node) > LONGEST_FUNCTION
    }
    assert long == set(LONGER_FUNCTIONS)


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "common", "misc", "base"}
    assert not [short(path) for path in SOURCES if drawers & {path.stem, *path.parts}]


def test_everything_public_says_what_it_is():
    silent = []
    for path, tree in trees():
        if not ast.get_docstring(tree):
            silent.append(short(path))
        for owner in (tree, *(n for n in ast.walk(tree) if isinstance(n, ast.ClassDef))):
            silent += [
                f"{short(path)}:{node.name}"
                for node in owner.body
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ]
    assert silent == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    if name.endswith("__main__"):
        pytest.skip("importing it runs the command")
    result = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.failed == 0


def test_there_are_examples():
    assert sum(">>> " in path.read_text(encoding="utf-8") for path in SOURCES) >= 10


def test_the_library_neither_prints_nor_asserts_nor_goes_to_the_network():
    # socket gives a lock its host's name, and a zygote the pair of ends that leaves no address anywhere.
    uses = {
        "store/atomic.py": {"gethostname"},
        "run/kernel/warm.py": {"socketpair"},
        "run/kernel/zygote.py": {"socketpair", "socket"},
    }
    allowed = {(name, "socket") for name in uses}
    banned = {"requests", "urllib", "http", "socket", "ftplib", "aiohttp", "httpx"}
    harmless = {"urllib.parse"}  # writes addresses, opens none
    wrong = []
    for path, tree in trees():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == "print":
                wrong.append((short(path), "print"))
            if isinstance(node, ast.Assert):
                wrong.append((short(path), "assert"))
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [
                (short(path), name.partition(".")[0])
                for name in names
                if name.partition(".")[0] in banned and name not in harmless
            ]
    assert set(wrong) == allowed
    for name, used in uses.items():
        assert set(re.findall(r"socket\.(\w+)", (PACKAGE / name).read_text("utf-8"))) == used


def test_no_import_is_relative_or_hidden_in_a_function():
    for path, tree in trees():
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.level), short(path)
            if isinstance(node, ast.FunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not inner, f"{short(path)}:{node.name}"


def test_analysis_needs_no_plotting_and_no_notebook_runner():
    code = (
        "import sys\n"
        "from recovery_analysis import words, intake, stats, analysis\n"
        "print(sorted({'matplotlib', 'seaborn', 'papermill', 'nbclient', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _name(requirement):
    return re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0]


def test_conda_and_pip_get_the_same_packages():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    conda = yaml.safe_load((PROJECT / "environment.yml").read_text("utf-8"))["dependencies"]
    plain = [item for item in conda if isinstance(item, str)]
    python = next(item for item in plain if _name(item) == "python")
    assert python == f"python{project['requires-python']}"
    from_pip = [name for item in conda if isinstance(item, dict) for name in item["pip"]]
    packages = [item for item in plain if _name(item) not in ("python", "pip")] + from_pip
    assert sorted(packages) == sorted(project["dependencies"])


def test_the_lock_file_has_a_hash_for_everything_and_no_address():
    text = (PROJECT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    locked = {_name(entry).lower().replace("_", "-") for entry in entries}
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert {_name(item) for item in wanted} <= locked


def test_no_file_tells_of_a_registry_or_of_a_machine():
    banned = re.compile(
        r"pypi"
        r"\.org|python"
        r"hosted|index-url\s*[=\s]\s*https?:|registry"
        r"\.npmjs|/wo"
        r"rk/|/ro"
        r"ot/"
    )
    found = []
    for path in project_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(PROJECT)}: {hit}" for hit in banned.findall(text)]
    assert found == []


def test_no_data_of_others_is_kept_here():
    kinds = {".csv", ".parquet", ".xlsx", ".xls", ".zip", ".gz", ".feather", ".html", ".pdf"}
    homes = (
        "src/recovery_analysis/synthetic/",
        "src/recovery_analysis/report/templates/",
        "tests/",
    )
    names = [path.relative_to(PROJECT).as_posix() for path in project_files()]
    assert len(names) > 100
    assert not [n for n in names if Path(n).suffix in kinds and not n.startswith(homes)]
    assert not [p for p in project_files() if p.stat().st_size > 500_000]


def test_no_notebook_keeps_outputs():
    notebooks = [path for path in project_files() if path.suffix == ".ipynb"]
    assert len(notebooks) >= 3
    for path in notebooks:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None, path
