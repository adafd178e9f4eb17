"""Writing that is whole or not there: temporary name, fsync, rename; and a lock per folder."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recovery_analysis.errors import LockHeld, WriteFailed

_LOCK_NAME = ".lock"
_TRIES = 3


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    Raises
    ------
    WriteFailed
        The disk is full or the folder is read-only; the temporary file is removed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        _remove_quietly(temporary)
        raise WriteFailed(_words(path, error)) from None


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, line ends as given, in the way of :func:`write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder for one writer; a lock left by a process that is gone is taken over.

    Raises
    ------
    LockHeld
        Another live process writes here.
    WriteFailed
        The folder can not be written.
    """
    lock = folder / _LOCK_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _take(lock)
    except OSError as error:
        raise WriteFailed(_words(folder, error)) from None
    try:
        yield
    finally:
        _remove_quietly(lock)


def _take(lock: Path) -> None:
    holder = ""
    for _ in range(_TRIES):
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            holder = _holder(lock)
            if not _is_stale(holder):
                break
            lock.unlink(missing_ok=True)
        else:
            _sign(lock, descriptor)
            return
    raise LockHeld(
        f"{lock.parent}: another run is writing here (process and host: {holder or 'unknown'}). Wait "
        f"for it, or delete {lock} if you are sure that it is gone."
    )


def _sign(lock: Path, descriptor: int) -> None:
    """Write the owner into a new lock; a lock that a full disk leaves unsigned is taken away again."""
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(f"{os.getpid()} {socket.gethostname()}")
    except OSError:
        _remove_quietly(lock)
        raise


def _holder(lock: Path) -> str:
    try:
        return lock.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _is_stale(holder: str) -> bool:
    pid, _, host = holder.partition(" ")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _remove_quietly(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the folder went read-only under us; the error that brought us here is the one to tell


def _words(path: Path, error: OSError) -> str:
    what = {
        errno.ENOSPC: "the disk is full; free some space",
        errno.EDQUOT: "the disk quota is used up; free some space",
        errno.EROFS: "the folder is on a read-only disk; choose another with --out or --store",
        errno.EACCES: "no permission to write; choose another folder or change its permissions",
        errno.EPERM: "no permission to write; choose another folder or change its permissions",
        errno.ENOTDIR: "a file stands where a folder is needed; choose another folder",
        errno.EEXIST: "a file stands where a folder is needed; choose another folder",
    }.get(error.errno or 0, f"{error.strerror}")
    return f"{path}: could not be written: {what}, then run the command again. Nothing is half-written."
