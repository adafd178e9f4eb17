"""Read and validate a folder of raw files, beside plain pandas reading of the same files.

Run: .venv/bin/python benchmarks/ingest.py [FOLDER] [--runs 3] [--json OUT.json]

Each reading happens in a process of its own, by turns. Seconds are those of reading alone, without start and
imports; memory is the process's peak, imports included. Only files that the library recognises are read,
the same by both.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import NotRecognised
from recovery_analysis.intake.load import load_file
from recovery_analysis.intake.raw_file import inspect
from recovery_analysis.intake.recognise import recognise
from recovery_analysis.run.demo import demo_store
from recovery_analysis.store.ingest import DATA_SUFFIXES
from recovery_analysis.words.periods import AcademicYear

PROJECT = Path(__file__).resolve().parents[1]
DEFAULT_FOLDER = PROJECT.parent / "shared" / "data"
WAYS = ("recovery_analysis", "pandas")
#: Files that do not tell their academic year, and the year that their publisher gives.
YEARS = {"school_fsm.csv": AcademicYear.parse("2022/23")}


def main() -> None:
    options = arguments()
    if options.child:
        print(json.dumps(measure(options.child, json.loads(options.folder.read_text()))))
        return
    folder = options.folder
    if not folder.is_dir():
        demo = demo_store().parent / "raw"
        print(f"{folder} is not there: the raw files of the demo are read instead ({demo}).")
        folder = demo
    files = [path for path in data_files(folder) if is_recognised(path)]
    runs = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "files.json"
        listing.write_text(json.dumps([str(path) for path in files]))
        for _ in range(options.runs):
            for way in WAYS:
                runs[way].append(in_own_process(way, listing))
    result = summary(files, runs)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--child", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def data_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in DATA_SUFFIXES)


def is_recognised(path: Path) -> bool:
    try:
        recognise(inspect(path))
    except NotRecognised:
        return False
    return True


def in_own_process(way: str, listing: Path) -> dict[str, float]:
    command = [sys.executable, __file__, str(listing), "--child", way]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(way: str, paths: list[str]) -> dict[str, float]:
    started = time.perf_counter()
    rows = 0
    for path in map(Path, paths):
        if way == "pandas":
            rows += len(plain(path))
        else:
            rows += load_file(path, year=YEARS.get(path.name)).reading.rows_read
    seconds = time.perf_counter() - started
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "peak_mb": kilobytes / 1024, "rows": rows}


def plain(path: Path) -> pd.DataFrame:
    if path.suffix == ".xlsx":
        return pd.read_excel(path)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    try:
        return pd.read_csv(path, low_memory=False)
    except UnicodeDecodeError:
        return pd.read_csv(path, low_memory=False, encoding="cp1252")


def summary(files: list[Path], runs: dict[str, list[dict[str, float]]]) -> dict:
    middle = {
        way: {
            "seconds": statistics.median(run["seconds"] for run in found),
            "peak_mb": statistics.median(run["peak_mb"] for run in found),
            "rows": int(found[0]["rows"]),
            "all_seconds": [run["seconds"] for run in found],
        }
        for way, found in runs.items()
    }
    ours, theirs = middle["recovery_analysis"], middle["pandas"]
    return {
        "files": len(files),
        "megabytes": sum(path.stat().st_size for path in files) / 1e6,
        "runs": len(runs["pandas"]),
        "ways": middle,
        "ratio_of_seconds": ours["seconds"] / theirs["seconds"],
        "ratio_of_memory": ours["peak_mb"] / theirs["peak_mb"],
    }


def show(result: dict) -> None:
    print(f"{result['files']} files, {result['megabytes']:.1f} MB, median of {result['runs']} runs")
    print(f"{'':<22}{'seconds':>9}{'peak MB':>9}{'rows':>12}")
    for way, found in result["ways"].items():
        name = "read and validated" if way == "recovery_analysis" else "plain pandas"
        print(f"{name:<22}{found['seconds']:>9.2f}{found['peak_mb']:>9.0f}{found['rows']:>12,}")
    print(f"{'ratio':<22}{result['ratio_of_seconds']:>9.2f}{result['ratio_of_memory']:>9.2f}")


if __name__ == "__main__":
    main()
