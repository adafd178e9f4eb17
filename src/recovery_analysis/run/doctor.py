"""Is this machine fit to make reports: Python, packages, notebook kernel, chapters, store, output."""

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory

from jupyter_client.manager import KernelManager

from recovery_analysis.errors import RecoveryError
from recovery_analysis.run.chapters import find_chapters
from recovery_analysis.store.store import open_store
from recovery_analysis.version import VERSION

_PACKAGES = ("jupyterlab", "pandas", "scipy", "statsmodels", "seaborn", "papermill")
_OLDEST_PYTHON = (3, 11)
_KERNEL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked, whether it is fine, and what was found or how to mend it."""

    name: str
    ok: bool
    words: str


def examine(store: Path | None) -> tuple[Check, ...]:
    """Run every check; none raises."""
    checks = [_python(), _packages(), _chapters(), _kernel(), _writing()]
    if store is not None:
        checks.append(_store(store))
    return tuple(checks)


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info[:2] >= _OLDEST_PYTHON
    return Check(name="Python", ok=ok, words=found if ok else f"{found}; 3.11 or later is needed")


def _packages() -> Check:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            return Check(
                name="Packages", ok=False, words=f"{name} is not installed; run make env again"
            )
    return Check(name="Packages", ok=True, words=", ".join(found))


def _chapters() -> Check:
    try:
        names = [chapter.name for chapter in find_chapters()]
    except (OSError, RecoveryError) as error:
        return Check(name="Chapters", ok=False, words=str(error))
    return Check(name="Chapters", ok=True, words=", ".join(names))


def _kernel() -> Check:
    """Start the kernel that chapters run in and ask it for the library's version."""
    code = "from recovery_analysis.version import VERSION; print(VERSION)"
    manager = KernelManager(kernel_name="python3")
    try:
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=_KERNEL_SECONDS)
        printed: list[str] = []
        client.execute_interactive(
            code,
            timeout=_KERNEL_SECONDS,
            output_hook=lambda message: printed.append(message["content"].get("text", "")),
        )
        client.stop_channels()
    except (RuntimeError, TimeoutError, Empty, OSError) as error:
        return Check(name="Kernel", ok=False, words=f"the python3 kernel did not answer: {error}")
    finally:
        manager.shutdown_kernel(now=True)
    found = "".join(printed).strip()
    if found != VERSION:
        words = (
            f"the python3 kernel has recovery_analysis {found or 'not installed'}, this command {VERSION}; "
            "start Jupyter from the same environment"
        )
        return Check(name="Kernel", ok=False, words=words)
    return Check(name="Kernel", ok=True, words=f"python3 runs recovery_analysis {found}")


def _writing() -> Check:
    try:
        with TemporaryDirectory() as folder:
            (Path(folder) / "probe").write_text("probe", encoding="utf-8")
    except OSError as error:
        return Check(
            name="Temporary files", ok=False, words=f"can not be written: {error.strerror}"
        )
    return Check(name="Temporary files", ok=True, words="can be written")


def _store(folder: Path) -> Check:
    try:
        opened = open_store(folder)
        rows = len(opened.table("schools"))
    except RecoveryError as error:
        return Check(name="Store", ok=False, words=str(error))
    return Check(
        name="Store",
        ok=True,
        words=f"{len(opened.manifest.files)} files, {rows:,} descriptions of schools",
    )
