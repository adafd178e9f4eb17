"""The process that kernels are forked from: it imports, waits, forks and reports how its children ended.

It runs no loop, thread or socket but the one to its starter, so that a fork is a clean copy. It ends when the
starter does, and takes its kernels with it. Run by :mod:`recovery_analysis.run.kernel.warm`, never by hand.
"""

import ctypes
import gc
import importlib
import importlib.util
import json
import os
import random
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

#: What a chapter imports first: afterwards a forked kernel finds it in memory.
PRELOADED = ("numpy", "ipykernel.kernelapp", "recovery_analysis.notebook")
#: Loaded by the kernel itself, when it knows its display: loaded earlier, figures would vanish silently.
NEVER_PRELOADED = "matplotlib_inline.backend_inline"
INLINE_BACKEND = "module://matplotlib_inline.backend_inline"

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class NotClean(RuntimeError):
    """The imports left something behind that a fork can not copy."""


def main(descriptor: int) -> None:
    """Import, then serve forks on the socket until its other end closes; a child returns to run its kernel."""
    os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
    # As ipykernel's launcher does: the starting folder is no place to import from; the kernel adds its own.
    if sys.path[0] in ("", str(Path.cwd())):
        del sys.path[0]
    link = socket.socket(fileno=descriptor)
    for name in PRELOADED:
        importlib.import_module(name)
    _refuse_unclean()
    gc.collect()
    gc.freeze()
    _send(link, {"ready": os.getpid()})
    job = _serve(link)
    if job is not None:
        _become_kernel(job)


def _refuse_unclean() -> None:
    """Refuse to fork when a thread runs or the inline backend is loaded."""
    threads = list(Path("/proc/self/task").iterdir())
    if len(threads) > 1:
        raise NotClean(f"the imports started {len(threads) - 1} threads")
    if NEVER_PRELOADED in sys.modules:
        raise NotClean(f"the imports loaded {NEVER_PRELOADED}")


def _serve(link: socket.socket) -> dict[str, Any] | None:
    """Fork on request; give the job in the child, None in the zygote when there is no more to do."""
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines = link.makefile("r", encoding="utf-8")
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([link, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _report_ended(link, children)
        if link in ready:
            line = lines.readline()
            if not line:
                _end_all(children)
                return None
            job = json.loads(line)
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                for end in (link, woken, waker):
                    end.close()
                return job
            children.add(pid)
            _send(link, {"forked": pid})


def _report_ended(link: socket.socket, children: set[int]) -> None:
    for child in list(children):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            children.discard(pid)
            _send(link, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _end_all(children: set[int]) -> None:
    for pid in children:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _send(link: socket.socket, message: dict[str, int]) -> None:
    # A starter that is gone reads nothing: the end of the link, which comes next, ends the zygote.
    with suppress(BrokenPipeError, ConnectionResetError):
        link.sendall(json.dumps(message).encode() + b"\n")


def _become_kernel(job: dict[str, Any]) -> None:
    """Turn a forked copy into what a freshly started kernel is, and run it."""
    zygote = os.getppid()
    os.setsid()
    ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, 1024)
    os.environ.clear()
    # The kernel watches its parent, which is the zygote, and ends without it.
    os.environ.update({**job["env"], "JPY_PARENT_PID": str(zygote)})
    os.chdir(job["cwd"])
    random.seed()
    importlib.import_module("numpy").random.seed()
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *job["arguments"]]
    kernelapp = importlib.import_module("ipykernel.kernelapp")
    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main(int(sys.argv[1]))
