"""Commands for files that no reader knows: mapping, ingest --mapping, template."""

import signal
from collections import namedtuple

import pytest

from recovery_analysis.cli import main
from recovery_analysis.run.demo import DEMO_KEY_TEXT

Done = namedtuple("Done", "returncode stdout stderr")
HEADER = "Pupil UPN,School code,Date of completed test,Star scaled score,First name,Subject\n"
RECORD = "A123456789012,WSNS,2020-02-03,612,Zzyzx,Reading\n"


@pytest.fixture
def recovery(capsys, monkeypatch):
    """Give a function that runs a command in this process, which is quicker than a new one."""
    monkeypatch.setenv("RECOVERY_PUPIL_KEY", DEMO_KEY_TEXT)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        return Done(stopped.value.code or 0, *capsys.readouterr())

    yield run
    signal.signal(signal.SIGTERM, handler)


def test_mapping_proposes_saves_and_is_read(recovery, tmp_path):
    path, saved, store = (tmp_path / name for name in ("results.csv", "results.toml", "store"))
    path.write_text(HEADER + RECORD)
    shown = recovery("mapping", path)
    assert shown.returncode == 0, shown.stderr
    assert "Star scaled score" in shown.stdout
    assert "not read: First name" in shown.stdout
    assert not any(cell in shown.stdout for cell in RECORD.split(",")[:5])

    done = recovery("mapping", path, "--save", saved)
    assert done.returncode == 0, done.stderr
    assert "Zzyzx" not in saved.read_text()
    again = recovery("mapping", path, "--save", saved)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert recovery("mapping", path, "--save", saved, "--force").returncode == 0

    unfilled = recovery("ingest", path, "--store", store, "--mapping", saved)
    assert unfilled.returncode == 3
    assert "section [schools]" in unfilled.stderr
    saved.write_text(saved.read_text().replace('"WSNS" = ""', '"WSNS" = "100001"'))
    read = recovery("ingest", path, "--store", store, "--mapping", saved)
    assert read.returncode == 0, read.stderr
    assert "note: read with the mapping results.toml" in read.stdout
    assert "headers unverified" in read.stdout
    assert "1 files added" in read.stdout


def test_mapping_refuses_passwords_and_files_without_a_header(recovery, tmp_path):
    headerless = tmp_path / "pupils.csv"
    headerless.write_text("Zzyzx,Ann,A123456789012,12/03/2009\nOther,Bob,,13/03/2009\n")
    passwords = tmp_path / "students.csv"
    passwords.write_text("sis_id,last_name,password\n4711,Zzyzx,canary\n")
    for path, words in ((headerless, "does not look like a header"), (passwords, "passwords")):
        for command in (("mapping", path), ("ingest", path, "--store", tmp_path / "store")):
            done = recovery(*command)
            assert done.returncode == 3
            shown = done.stdout + done.stderr
            assert command[0] == "ingest" or words in shown
            assert not any(cell in shown for cell in ("Zzyzx", "Ann", "A12345", "2009", "canary"))
            assert "Traceback" not in shown
    assert not (tmp_path / "store").exists()


def test_templates_are_listed_printed_and_written(recovery, tmp_path):
    assert "device_access" in recovery("template").stdout.splitlines()
    printed = recovery("template", "device_access").stdout
    assert printed.splitlines()[0].startswith("upn,local_id,urn,")
    saved = tmp_path / "devices.csv"
    assert recovery("template", "device_access", "--save", saved).returncode == 0
    assert saved.read_text() == printed
    assert recovery("template", "device_access", "--save", saved).returncode == 2
    unknown = recovery("template", "devices")
    assert unknown.returncode == 2
    assert "device_access" in unknown.stderr
