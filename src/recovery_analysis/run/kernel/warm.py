"""The starter's side of the zygote: start it, ask for kernels, and know how each ended."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import recovery_analysis

#: Seconds that the zygote's imports may take.
_START_LIMIT = 120.0
#: A zygote is replaced after so many kernels, so that nothing can pile up in it.
_MOST_FORKS = 500
#: What is read when modules are imported: a kernel that wants others of these is started afresh.
_READ_AT_IMPORT = ("PYTHON", "MPL", "LD_", "OMP_", "OPENBLAS_", "MKL_", "LANG", "LC_", "TZ", "PATH")
#: A fork copies one thread only: linear algebra and Arrow's allocator must have started no other.
_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}

_PACKAGE = Path(recovery_analysis.__file__).parent


class WarmFailed(RuntimeError):
    """The zygote can not give a kernel; the caller starts a plain one."""


class Zygote:
    """A running zygote. Use :func:`current` to get one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.starter = os.getpid()
        self.read_at_import = _read_at_import(environment)
        self.code_stamp = _code_stamp()
        self.forks = 0
        self._ended: dict[int, int] = {}
        self._forked: list[int] = []
        self._unread = b""
        own, other = socket.socketpair()
        with other:
            self.process = subprocess.Popen(  # noqa: S603 (this interpreter, our module)
                [sys.executable, "-m", "recovery_analysis.run.kernel.zygote", str(other.fileno())],
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
                env={**environment, **_ONE_THREAD},
                start_new_session=True,
            )
        self._link = own
        self._is_ready = False
        self._wait_for(lambda: self._is_ready, _START_LIMIT)

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Say whether a kernel with this environment can be forked from this zygote."""
        return (
            self.starter == os.getpid()
            and self.process.poll() is None
            and self.forks < _MOST_FORKS
            and self.read_at_import == _read_at_import(environment)
            and self.code_stamp == _code_stamp()
        )

    def fork(self, *, arguments: list[str], environment: Mapping[str, str], cwd: str) -> int:
        """Ask for a kernel; give its process id.

        Raises
        ------
        WarmFailed
            The zygote has ended.
        """
        job = {"arguments": arguments, "env": dict(environment), "cwd": cwd}
        try:
            self._link.sendall(json.dumps(job).encode() + b"\n")
        except OSError:
            raise WarmFailed("the process that kernels are forked from has ended") from None
        self.forks += 1
        self._wait_for(lambda: bool(self._forked), _START_LIMIT)
        return self._forked.pop()

    def exit_code(self, pid: int) -> int | None:
        """Give a kernel's exit code, None while it runs; without the zygote all its kernels are dead."""
        self._read(0.0)
        if pid not in self._ended and self.process.poll() is not None:
            return -signal.SIGKILL
        return self._ended.get(pid)

    def close(self) -> None:
        """End the zygote and every kernel that it still has."""
        self._link.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_for(self, is_there: Callable[[], bool], limit: float) -> None:
        end = time.monotonic() + limit
        while not is_there():
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                raise WarmFailed("the process that kernels are forked from did not start")
            self._read(0.2)

    def _read(self, seconds: float) -> None:
        while select.select([self._link], [], [], seconds)[0]:
            try:
                got = self._link.recv(65536)
            except OSError:
                return
            if not got:
                return
            seconds = 0.0
            *lines, self._unread = (self._unread + got).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def _take(self, message: dict[str, int]) -> None:
        if "ready" in message:
            self._is_ready = True
        elif "forked" in message:
            self._forked.append(message["forked"])
        else:
            self._ended[message["ended"]] = message["code"]


class WarmProcess:
    """A forked kernel with the parts of ``subprocess.Popen`` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid = pid
        self._zygote = zygote

    def poll(self) -> int | None:
        """Give the exit code, None while the kernel runs."""
        return self._zygote.exit_code(self.pid)

    def wait(self) -> int:
        """Wait for the end and give the exit code."""
        while (code := self.poll()) is None:
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the kernel has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class _Shared:
    """The zygote of this process, and why there is none."""

    zygote: Zygote | None = None
    gave_up: str = ""


def warm_kernel(command: list[str], *, environment: Mapping[str, str], cwd: str) -> WarmProcess:
    """Fork a kernel for a kernel command, from a zygote that is started when there is none that fits.

    Parameters
    ----------
    command
        As of a kernel specification: interpreter, ``-m``, ``ipykernel_launcher``, arguments.
    environment
        The kernel's whole environment.
    cwd
        Its working folder.

    Raises
    ------
    WarmFailed
        This platform can not fork safely, the command is another program's, its environment differs in what
        is read at import, or the zygote failed before.
    """
    if sys.platform != "linux":
        raise WarmFailed("kernels are forked on Linux only")
    if command[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
        raise WarmFailed("the kernel is another program than this interpreter's ipykernel")
    if _Shared.gave_up:
        raise WarmFailed(_Shared.gave_up)
    zygote = _Shared.zygote
    if zygote is None or not zygote.fits(environment):
        if zygote is not None and zygote.starter == os.getpid():
            zygote.close()
        try:
            zygote = _Shared.zygote = Zygote(environment)
        except (OSError, WarmFailed) as error:
            _Shared.zygote, _Shared.gave_up = None, str(error)
            raise WarmFailed(str(error)) from None
    pid = zygote.fork(arguments=command[3:], environment=environment, cwd=cwd)
    return WarmProcess(zygote, pid)


def close_zygote() -> None:
    """End this process's zygote, if it has one."""
    if _Shared.zygote is not None:
        _Shared.zygote.close()
        _Shared.zygote = None


def _read_at_import(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_READ_AT_IMPORT) and name not in _ONE_THREAD
    }


def _code_stamp() -> int:
    """Give the time of the last change to the package's code."""
    return max(path.stat().st_mtime_ns for path in _PACKAGE.rglob("*.py"))
