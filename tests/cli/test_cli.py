"""The recovery command as a person and as a script meet it: words, JSON, exit codes, progress."""

import json
import os
import pty
import re
import shutil
import subprocess
import termios

import pytest

from recovery_analysis.version import VERSION


@pytest.fixture(scope="module")
def ingested(recovery, demo_raw, tmp_path_factory):
    """What ingest said of the demo's raw files, and the store it made."""
    store = tmp_path_factory.mktemp("cli") / "store"
    return recovery("ingest", demo_raw, "--store", store), store


def test_ingest_tells_of_each_file_what_it_is_and_what_became_of_its_rows(ingested):
    done, store = ingested
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == f"141 files added to {store}"
    place = next(i for i, line in enumerate(lines) if line.startswith("england_abs.csv"))
    assert lines[place : place + 3] == [
        "england_abs.csv: School performance tables, pupil absence; Department for Education, "
        "2022/23 (from folder name)",
        "  42 rows read, 78 rows kept in school_measures",
        "  3 rows left out: a national row by type of school",
    ]
    heads = [line for line in lines if not line.startswith(" ")][:-1]
    assert len(heads) == 141
    assert all(re.fullmatch(r"\S+: [^;]+; .+", line) for line in heads)
    years = [line for line in heads if "performance tables" in line]
    assert all(re.search(r", \d{4}/\d\d \(from [a-z ]+\)$", line) for line in years)
    assert any(line.startswith("  note: 9 identifiers in the column") for line in lines)
    assert done.stderr == ""


def test_ingest_twice_adds_nothing(ingested, recovery, demo_raw):
    _, store = ingested
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    again = recovery("ingest", demo_raw, "--store", store)
    assert again.returncode == 0
    assert again.stdout.splitlines()[-1] == f"0 files added to {store}"
    assert again.stdout.count("already in the store, nothing to do") == 141
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_ingest_json_is_all_that_stdout_holds(recovery, demo_raw, tmp_path):
    folder = demo_raw / "performance_tables" / "england_2022_2023"
    done = recovery("ingest", folder, "--store", tmp_path / "store", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {"added", "already_held", "not_recognised"}
    by_name = {item["file"]: item for item in result["added"]}
    absence = by_name["england_abs.csv"]
    assert absence["academic_year"] == "2022/23"
    assert absence["year_from"] == "folder name"
    assert absence["publisher"] == "Department for Education"
    assert absence["rows_read"] == 42
    assert absence["dropped"] == [{"rows": 3, "reason": "a national row by type of school"}]
    assert absence["tables"] == {"school_measures": 78}


def test_ingest_refuses_a_broken_file_and_leaves_the_store_as_it_was(
    recovery, demo_raw, demo_store_path, tmp_path
):
    store = tmp_path / "store"
    shutil.copytree(demo_store_path, store)
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    whole = (demo_raw / "performance_tables" / "2022-2023_england_ks4final.csv").read_bytes()
    for name, content, words in (
        ("empty.csv", b"", "empty"),
        ("page.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        (
            "2022-2023_england_ks4final.csv",
            whole[: len(whole) // 2],
            "2022-2023_england_ks4final.csv",
        ),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        done = recovery("ingest", path, "--store", store)
        assert done.returncode == 3, (name, done.stdout, done.stderr)
        assert done.stderr.startswith("recovery: ")
        assert words in done.stderr
        assert name in done.stderr
        assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_ingest_of_a_wrong_year_or_no_file_is_a_usage_error(recovery, tmp_path):
    wrong = recovery("ingest", tmp_path, "--store", tmp_path / "store", "--year", "2022/24")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("recovery: --year 2022/24: ")
    absent = recovery("ingest", tmp_path / "absent.csv", "--store", tmp_path / "store")
    assert absent.returncode in (2, 3)
    assert "absent.csv" in absent.stderr
    assert "Traceback" not in absent.stderr
    assert not (tmp_path / "store").exists()


def test_communities_are_listed_by_kind_and_as_json(recovery, demo_store_path, tmp_path):
    config = tmp_path / "recovery.toml"
    config.write_text(
        '[partnerships.river]\nname = "River schools"\nmembers = ["la:951", "trust:90006"]\n'
    )
    common = ("communities", "--store", demo_store_path, "--config", config)
    plain = recovery(*common)
    assert plain.returncode == 0, plain.stderr
    assert re.search(r"^la:951 +8 schools  Ashmere$", plain.stdout, re.M)
    body = json.loads(recovery(*common, "--json").stdout)
    assert len(body) == len(plain.stdout.splitlines())
    assert all(set(item) == {"id", "name", "schools_n"} for item in body)
    for kind in ("trust", "la", "partnership", "england"):
        part = json.loads(recovery(*common, "--json", "--kind", kind).stdout)
        assert part == [item for item in body if item["id"].partition(":")[0] == kind]
        assert part
    assert next(i["name"] for i in body if i["id"] == "partnership:river") == "River schools"


def test_communities_of_no_store_is_an_error_with_the_mend(recovery, tmp_path):
    done = recovery("communities", "--store", tmp_path / "nowhere")
    assert done.returncode == 3
    assert "there is no store here" in done.stderr
    assert "recovery ingest" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_finds_this_machine_fit(recovery, demo_store_path):
    done = recovery("doctor", "--store", demo_store_path)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert all(line.startswith("ok    ") for line in lines)
    assert f"ok    Kernel: python3 runs recovery_analysis {VERSION}" in lines
    assert any(line.startswith("ok    Store: 141 files, ") for line in lines)


def test_doctor_fails_a_bad_store_and_says_so_in_json_too(recovery, tmp_path):
    (tmp_path / "store.json").write_text('{"schema_version": 0, "files": []}')
    done = recovery("doctor", "--store", tmp_path)
    assert done.returncode == 2
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAIL  Store: ")
    assert "schema version 0" in last
    as_json = recovery("doctor", "--store", tmp_path, "--json")
    assert as_json.returncode == 2
    assert [check["ok"] for check in json.loads(as_json.stdout)] == [True] * 5 + [False]


def test_version(recovery):
    done = recovery("--version")
    assert (done.returncode, done.stdout) == (0, f"recovery_analysis {VERSION}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize(
    "name", [(), ("ingest",), ("communities",), ("report",), ("demo",), ("doctor",)]
)
def test_help_shows_an_example(recovery, name, option):
    done = recovery(*name, option)
    assert done.returncode == 0, done.stderr
    assert re.search(r"Examples?:\s+recovery ", done.stdout), done.stdout


def test_a_misspelt_command_or_option_is_a_usage_error_with_a_hint(recovery):
    for arguments in (("reprot",), ("report", "--stor", "x"), ("communities", "--kind", "school")):
        done = recovery(*arguments)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert arguments[-2 if len(arguments) > 1 else 0] in done.stderr


def test_demo_of_an_unknown_size_is_refused(recovery, tmp_path):
    done = recovery("demo", tmp_path / "raw", "--size", "huge")
    assert done.returncode == 2
    assert "expected small or demo, got 'huge'" in done.stderr
    assert not (tmp_path / "raw").exists()


def test_a_reader_that_goes_away_is_no_failure(command, demo_store_path):
    words = command("communities", "--store", demo_store_path)
    line = " ".join([*words.pop("args"), "| true"])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], **words, capture_output=True, text=True
    )
    # 0 when all was written before the reader went, 1 (typer's own code) when not; never a word either way.
    assert done.returncode in (0, 1)
    assert done.stderr == ""


@pytest.mark.slow
def test_a_terminal_gets_one_bar_and_no_plain_lines(command, demo_store_path, tmp_path):
    words = command(
        *("report", "trust:90006", "--store", demo_store_path, "--out", tmp_path / "out"),
        *("--as-of", "2026-01-01", "--chapters", "community", "--jobs", 1),
    )
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(**words, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        said = _read_to_end(ours)
        lines = process.stdout.read().splitlines()
    assert process.returncode == 0, said
    assert lines[-1] == str(tmp_path / "out" / "index.html")
    assert re.search(r"\b1/1\b", said)
    assert "100%" in said
    assert "built  trust:90006" not in said


def _read_to_end(terminal):
    said = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux tells that the other end has closed
            part = b""
        if not part:
            os.close(terminal)
            return said.decode()
        said += part


def test_a_key_is_made_once_and_is_no_part_of_what_is_said(recovery, tmp_path):
    path = tmp_path / "trust.key"
    done = recovery("key", path)
    assert done.returncode == 0, done.stderr
    assert path.read_text().strip() not in done.stdout + done.stderr
    again = recovery("key", path)
    assert again.returncode == 2
    assert "never written over" in again.stderr


def test_pupils_need_a_key_that_lies_elsewhere_and_stays_the_same(command, recovery, tmp_path):
    recovery("demo", tmp_path / "raw", "--size", "small")
    file = next((tmp_path / "raw").rglob("SR_v2*.csv"))
    store = tmp_path / "store"
    words = command("ingest", file, "--store", store)
    words["env"] = {k: v for k, v in words["env"].items() if k != "RECOVERY_PUPIL_KEY"}
    bare = subprocess.run(**words, capture_output=True, text=True, timeout=60)
    assert bare.returncode == 3
    assert "recovery key FILE" in bare.stderr
    assert not (store / "store.json").exists()
    recovery("key", tmp_path / "raw" / "trust.key")
    near = recovery(
        "ingest", tmp_path / "raw", "--store", store, "--pupil-key", tmp_path / "raw" / "trust.key"
    )
    assert near.returncode == 2
    assert "Move it elsewhere" in near.stderr
    (tmp_path / "raw" / "trust.key").rename(tmp_path / "trust.key")
    kept = recovery("ingest", file, "--store", store, "--pupil-key", tmp_path / "trust.key")
    assert kept.returncode == 0, kept.stderr
    secret = (tmp_path / "trust.key").read_text().strip().encode()
    assert not any(secret in path.read_bytes() for path in store.rglob("*") if path.is_file())
    other = recovery("ingest", tmp_path / "raw", "--store", store)
    assert other.returncode == 2
    assert "another key" in other.stderr
