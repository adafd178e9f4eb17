"""Full disks, read-only folders and locks, all of them real; what stood there before still stands."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from recovery_analysis.errors import LockHeld, WriteFailed
from recovery_analysis.store.atomic import folder_lock, write_bytes
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.manifest import read_manifest
from recovery_analysis.store.store import open_store

INGEST = (
    "import sys; from pathlib import Path; from recovery_analysis.errors import RecoveryError\n"
    "from recovery_analysis.store.ingest import ingest\n"
    "try:\n    ingest([Path(sys.argv[1])], store=Path(sys.argv[2]))\n"
    "except RecoveryError as error:\n    print(error)\n    raise SystemExit(error.exit_code)\n"
)


@contextmanager
def mounted(folder, options):
    """Mount a small file system in memory, or skip where this user may not."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a file system is not allowed here: needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder):
    """Write until the disk is full."""
    with (folder / "ballast").open("wb", buffering=0) as handle:
        try:
            while True:
                handle.write(b"x" * 1024)
        except OSError:
            return


def test_a_full_disk_leaves_the_store_as_it_was(raw, tmp_path, snapshot):
    with mounted(tmp_path / "disk", "size=256k") as disk:
        store = disk / "store"
        ingest([raw("gias/groups.csv")], store=store)
        before = snapshot(store)
        fill(disk)
        with pytest.raises(WriteFailed, match="the disk is full; free some space") as caught:
            ingest([raw()], store=store)
        assert caught.value.exit_code == 8
        assert "Nothing is half-written" in str(caught.value)
        assert snapshot(store) == before
        (disk / "ballast").unlink()
        ingest([raw()], store=store)
        assert len(read_manifest(store).files) == 2


def test_a_disk_that_fills_after_the_first_part_leaves_the_store_as_it_was(raw, tmp_path, snapshot):
    with mounted(tmp_path / "disk", "size=96k") as disk:
        store = disk / "store"
        ingest([raw("gias/groups.csv")], store=store)
        before = snapshot(store)
        files = [
            raw(),
            *(
                raw(f"performance_tables/{y}_england_ks2final.csv")
                for y in ("2016-2017", "2017-2018")
            ),
        ]
        with pytest.raises(WriteFailed, match="the disk is full"):
            ingest(files, store=store)
        assert snapshot(store) == before
        assert len(open_store(store).table("groups")) > 0


def test_a_limit_on_the_size_of_files_counts_as_a_failed_write(raw, store, snapshot):
    before = snapshot(store)

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    done = subprocess.run(
        [sys.executable, "-c", INGEST, str(raw()), str(store)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    assert done.returncode == 8, done.stderr
    assert "could not be written" in done.stdout
    assert "Nothing is half-written" in done.stdout
    assert snapshot(store) == before


def test_a_store_below_a_file(raw, tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(WriteFailed, match="a file stands where a folder is needed") as caught:
        ingest([raw()], store=tmp_path / "file" / "store")
    assert caught.value.exit_code == 8
    assert (tmp_path / "file").read_text() == "kept"


def test_a_store_that_is_a_file(raw, tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(WriteFailed, match="a file stands where a folder is needed"):
        ingest([raw()], store=tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_read_only_disk(raw, tmp_path, snapshot):
    with mounted(tmp_path / "disk", "size=512k") as disk:
        store = disk / "store"
        ingest([raw("gias/groups.csv")], store=store)
        before = snapshot(store)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(
            WriteFailed, match="read-only disk; choose another with --out or --store"
        ):
            ingest([raw()], store=store)
        assert snapshot(store) == before
        assert len(open_store(store).table("groups")) > 0


def test_a_folder_without_permission_to_write(raw, tmp_path, snapshot):
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip(
            "root may write everywhere, and setpriv to become another user is not installed"
        )
    path = raw()
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    command = [sys.executable, "-c", INGEST, str(path), str(folder / "store")]
    if os.geteuid() == 0:
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        probe = [*drop, sys.executable, "-c", f"import recovery_analysis; open({str(path)!r})"]
        if subprocess.run(probe, capture_output=True).returncode:
            command = [*drop, *command]
            for parent in path.parents:
                if parent.stat().st_uid == 0 and str(parent).startswith(str(tmp_path.parents[1])):
                    parent.chmod(parent.stat().st_mode | 0o055)
            if subprocess.run(probe, capture_output=True).returncode:
                pytest.skip("another user can not read this checkout or the temporary folder")
        else:
            command = [*drop, *command]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 8, done.stderr
    assert "no permission to write" in done.stdout
    assert snapshot(folder) == {}


def test_a_lock_of_a_live_process_is_respected(raw, store, snapshot):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path\n"
            "from recovery_analysis.store.atomic import folder_lock\n"
            "with folder_lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n",
            str(store),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        before = snapshot(store)
        with pytest.raises(LockHeld, match=f"another run is writing here.*{holder.pid}") as caught:
            ingest([raw()], store=store)
        assert caught.value.exit_code == 6
        assert snapshot(store) == before
    finally:
        holder.kill()
        holder.communicate()
    # The process is gone without giving its lock back: the next run takes it over.
    assert (store / ".lock").exists()
    ingest([raw()], store=store)
    assert not (store / ".lock").exists()
    assert len(read_manifest(store).files) == 2


def test_a_lock_of_another_machine_is_never_taken_over(store):
    (store / ".lock").write_text("1 another-host")
    with pytest.raises(LockHeld, match="1 another-host"), folder_lock(store):
        pass
    assert (store / ".lock").read_text() == "1 another-host"


def test_a_lock_of_this_process_is_held(store):
    with folder_lock(store):
        assert (store / ".lock").read_text() == f"{os.getpid()} {socket.gethostname()}"
        with pytest.raises(LockHeld), folder_lock(store):
            pass
        assert (store / ".lock").exists()
    assert not (store / ".lock").exists()


def test_a_run_between_reading_and_writing_is_not_lost(raw, store):
    first, second = raw(), raw("performance_tables/2017-2018_england_ks4final.csv")

    def other_run(label):
        if not (store / "done").exists():
            (store / "done").write_text(label)
            ingest([second], store=store)

    with pytest.raises(LockHeld, match="another run wrote to this store while the files were read"):
        ingest([first], store=store, on_file=other_run)
    assert [record.label for record in read_manifest(store).files] == ["groups.csv", second.name]


def test_writing_over_a_folder_fails_and_leaves_nothing_temporary(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("kept")
    with pytest.raises(WriteFailed):
        write_bytes(tmp_path / "taken", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert (tmp_path / "taken" / "file").read_text() == "kept"
