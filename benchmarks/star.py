"""Read and check a Star export of a million rows and 126 columns, beside polars' raw scan of the same file.

Run: .venv/bin/python benchmarks/star.py [--rows 1000000] [--runs 3] [--json OUT.json]

polars reads every column as text into memory and does nothing else. The library hashes the file, settles its
encoding, reads the columns that it needs, converts and checks every cell, turns identifiers into keyed hashes
and validates the table. Each reading happens in a process of its own, by turns; memory is the process's peak,
imports included.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from recovery_analysis.intake.load import load_file
from recovery_analysis.run.demo import DEMO_KEY

#: The columns of the current extract, in order.
STAR_COLUMNS = tuple(
    line
    for line in (files("recovery_analysis.synthetic") / "layouts" / "star_current.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if line and not line.startswith("#")
)
WAYS = ("recovery_analysis", "polars")


def main() -> None:
    options = arguments()
    if options.child:
        print(json.dumps(measure(options.child, options.file)))
        return
    runs = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "SR_v2.csv"
        write_export(path, options.rows)
        for _ in range(options.runs):
            for way in WAYS:
                runs[way].append(in_own_process(way, path))
        size = path.stat().st_size
    result = summary(runs) | {"rows": options.rows, "columns": len(STAR_COLUMNS), "bytes": size}
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def write_export(path: Path, rows: int) -> None:
    """Write an export with a cell in every column, three tests a pupil."""
    rng = np.random.default_rng(20200320)
    pupil = rng.integers(0, rows // 3 + 1, rows)
    day = pd.Timestamp("2020-09-07") + pd.to_timedelta(rng.integers(0, 80, rows), unit="D")
    filled = {
        "RenaissanceClientID": "c1",
        "StudentRenaissanceID": pd.Series(pupil).map("r{}".format),
        "StudentIdentifier": pd.Series(pupil).astype("str"),
        "StudentFirstName": "Zzcanary",
        "SchoolIdentifier": pd.Series(pupil % 400 + 900_000).astype("str"),
        "SchoolName": "A School, of Some Length",
        "AssessmentID": pd.Series(np.arange(rows)).astype("str"),
        "CompletedDate": pd.Series(day).dt.strftime("%Y-%m-%dT09:30:00Z"),
        "CompletedDateLocal": pd.Series(day).dt.strftime("%Y-%m-%d 10:30:00"),
        "AssessmentType": "Enterprise",
        "AssessmentStatus": "Active",
        "Grade": pd.Series(pupil % 8 + 1).astype("str"),
        "ScaledScore": pd.Series(rng.integers(60, 1300, rows)).astype("str"),
        "StandardErrorOfMeasurement": pd.Series(rng.integers(12, 60, rows)).astype("str"),
        "UnifiedScore": pd.Series(rng.integers(700, 1200, rows)).astype("str"),
        "PercentileRank": pd.Series(rng.integers(1, 100, rows)).astype("str"),
        "ScreeningWindowStartDate": "2020-09-01",
        "ScreeningWindowEndDate": "2020-12-18",
        "StudentStateID": "",
        "GradePlacement": "",
        "ExtraTime": "",
        "DeactivationReason": "",
        "SchoolStateID": "",
        "InstructionalReadingLevel": "3.2",
        "LaunchDate": "2020-09-01T09:00:00Z",
        "TotalTimeInSeconds": pd.Series(rng.integers(300, 2400, rows)).astype("str"),
    }
    table = pa.table(
        {
            name: pa.array(
                pd.Series(filled.get(name, "x"), index=range(rows), dtype="str"), pa.string()
            )
            for name in STAR_COLUMNS
        }
    )
    pa_csv.write_csv(table, path)


def measure(way: str, path: Path) -> dict[str, float]:
    started = time.perf_counter()
    rows = read_by_polars(path) if way == "polars" else len(load(path))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": peak, "rows": rows}


def load(path: Path) -> pd.DataFrame:
    return load_file(path, pupil_key=DEMO_KEY).tables["assessments"]


def read_by_polars(path: Path) -> int:
    import polars as pl

    return len(pl.read_csv(path, infer_schema=False))


def in_own_process(way: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--child", way, "--file", str(path)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def summary(runs: dict[str, list[dict[str, float]]]) -> dict[str, object]:
    seconds = {way: statistics.median(run["seconds"] for run in runs[way]) for way in WAYS}
    peaks = {way: max(run["megabytes"] for run in runs[way]) for way in WAYS}
    return {
        "seconds": seconds,
        "ratio_of_seconds": seconds["recovery_analysis"] / seconds["polars"],
        "megabytes": peaks,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
