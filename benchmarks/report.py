"""Seconds a report of ``recovery report``, beside plain papermill and nbconvert of the same notebooks.

Run: .venv/bin/python benchmarks/report.py [COMMUNITY ...] [--runs 1] [--json OUT.json]

Both make the same chapters of the same communities of the demo, one after the other. The plain way is one
``papermill`` and one ``jupyter nbconvert --to html`` command a chapter; it gives separate pages, no findings,
no tables and no index.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from recovery_analysis.run.chapters import find_chapters
from recovery_analysis.run.demo import demo_store

BIN = Path(sys.executable).parent
COMMUNITIES = ["trust:90004", "la:951"]
#: Notices of Jupyter's own about where it keeps settings have no place in a timing.
ENVIRONMENT = {**os.environ, "JUPYTER_PLATFORM_DIRS": "1"}


def main() -> None:
    options = arguments()
    store = demo_store()
    ours, plain = [], []
    for _ in range(options.runs):
        ours.append(seconds(lambda out: reports(options.communities, store, out)))
        plain.append(seconds(lambda out: notebooks(options.communities, store, out)))
    count = len(options.communities)
    result = {
        "communities": options.communities,
        "runs": options.runs,
        "recovery_report_seconds": statistics.median(ours) / count,
        "papermill_nbconvert_seconds": statistics.median(plain) / count,
        "ratio_of_seconds": statistics.median(ours) / statistics.median(plain),
    }
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("communities", nargs="*", default=COMMUNITIES)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def seconds(work: Callable[[Path], None]) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        work(Path(scratch))
        return time.perf_counter() - started


def reports(communities: list[str], store: Path, out: Path) -> None:
    run([BIN / "recovery", "report", *communities, "--store", store, "--out", out, "--jobs", "1"])


def notebooks(communities: list[str], store: Path, out: Path) -> None:
    for community in communities:
        for chapter in find_chapters():
            executed = out / f"{community.replace(':', '-')}-{chapter.name}.ipynb"
            parameters = ["-p", "community", community, "-p", "store", store]
            run([BIN / "papermill", chapter.path, executed, *parameters, "--no-progress-bar"])
            run([BIN / "jupyter", "nbconvert", "--to", "html", executed])


def run(command: list[str | Path]) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=ENVIRONMENT
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed with exit code {done.returncode}:\n{done.stderr}")


def show(result: dict) -> None:
    print(
        f"{', '.join(result['communities'])}; median of {result['runs']} runs, one after the other"
    )
    print(f"recovery report        {result['recovery_report_seconds']:>7.1f} s a report")
    print(f"papermill + nbconvert  {result['papermill_nbconvert_seconds']:>7.1f} s a report")
    print(f"ratio                  {result['ratio_of_seconds']:>7.2f}")


if __name__ == "__main__":
    main()
