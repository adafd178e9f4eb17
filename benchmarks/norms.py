"""Fit the norms of a store of N pupils: seconds and peak memory.

Run: .venv/bin/python benchmarks/norms.py [--pupils 1000000] [--parts 40] [--json OUT.json]

The store is simulated: one part a group of schools, two subjects, one test each autumn from 2017 to 2021, and
one pupil list a year. Making it is not counted. --pupils 9000000 is the size of England.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from recovery_analysis.intake.tables import TABLES
from recovery_analysis.norms import fit_norms
from recovery_analysis.norms.kept import norms_to_text
from recovery_analysis.store.manifest import MANIFEST_NAME, FileRecord, Manifest
from recovery_analysis.store.store import open_store, part_path

BASELINE = date(2020, 3, 20)
YEARS = (2017, 2018, 2019, 2020, 2021)
PUPILS_A_SCHOOL = 300


def main() -> None:
    options = arguments()
    if options.child:
        print(json.dumps(measure(options.child)))
        return
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        folder = Path(scratch) / "store"
        build(folder, options.pupils, options.parts)
        command = [sys.executable, __file__, "--child", str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    result = {"pupils": options.pupils, "parts": options.parts, **json.loads(done.stdout)}
    print(
        f"{options.pupils:,} pupils, {result['tests']:,} tests in {options.parts} parts: "
        f"{result['seconds']:.0f} s, peak {result['peak_mb']:,.0f} MB, {result['cells']} cells, "
        f"{result['schools']:,} schools in the model, {result['kept_kb']:,.0f} KB kept"
    )
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=40)
    parser.add_argument("--scratch", type=Path, help="folder with room for the simulated store")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(folder: Path) -> dict[str, float]:
    store = open_store(folder)
    tests = sum(
        record.parts["assessments"]
        for record in store.manifest.files
        if "assessments" in record.parts
    )
    started = time.perf_counter()
    norms = fit_norms(store, BASELINE)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tests": tests,
        "seconds": seconds,
        "peak_mb": peak,
        "cells": len(norms.cells),
        "schools": norms.value_added["reading"].n_levels["school"],
        "kept_kb": len(norms_to_text(norms)) / 1024,
    }


def build(folder: Path, pupils: int, parts: int) -> None:
    rng = np.random.default_rng(1)
    schools = max(pupils // PUPILS_A_SCHOOL, parts)
    urns = np.array([f"{100001 + k}" for k in range(schools)])
    files = [
        save(folder, "gias", "schools", directory_rows(urns)),
        save(folder, "groups", "trust_spells", spells(urns)),
    ]
    for part, own in enumerate(np.array_split(np.arange(schools), parts)):
        people = simulate(rng, pupils // parts, own)
        files.append(save(folder, f"list{part}", "pupils", list_rows(people, urns)))
        files.append(save(folder, f"star{part}", "assessments", test_rows(rng, people, urns, part)))
    (folder / MANIFEST_NAME).write_text(Manifest(files=tuple(files)).to_text())


def save(folder: Path, label: str, table: str, frame: pd.DataFrame) -> FileRecord:
    record = FileRecord(
        sha256=label.ljust(64, "0"), label=label, kind="star", title="", publisher="", licence="",
        academic_year="", year_from="", rows_read=len(frame), dropped=(), notes=(),
        parts={table: len(frame)},
    )  # fmt: skip
    path = part_path(folder, table, record.part_stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    TABLES[table].arrange(frame).to_parquet(path, index=False, compression="zstd")
    return record


def directory_rows(urns: np.ndarray) -> pd.DataFrame:
    n = len(urns)
    return pd.DataFrame(
        {"urn": urns, "series": "gias_establishments", "as_of": pd.Timestamp("2021-09-01"),
         "school_name": [f"School {urn}" for urn in urns],
         "la_code": [str(201 + k % 150) for k in range(n)], "la_name": "LA",
         "type_name": "Academy converter", "phase": "Primary", "status": "Open"}
    )  # fmt: skip


def spells(urns: np.ndarray) -> pd.DataFrame:
    in_trust = np.arange(len(urns)) % 3 > 0
    trust = [str(1 + k // 8) for k in np.flatnonzero(in_trust)]
    return pd.DataFrame(
        {"urn": urns[in_trust], "group_uid": trust, "group_name": "Trust",
         "group_type": "Multi-academy trust", "joined_date": pd.NaT, "left_date": pd.NaT}
    )  # fmt: skip


def hexes(rng: np.random.Generator, n: int) -> np.ndarray:
    text = rng.bytes(16 * n).hex()
    return np.frombuffer(text.encode(), "S32").astype("U32")


def simulate(rng: np.random.Generator, n: int, own: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "id": hexes(rng, n),
        "school": rng.choice(own, n),
        "year_2019": rng.integers(3, 9, n),
        "ability": rng.normal(0, 80, n),
        "disadvantaged": rng.random(n) < 0.25,
        "sen": rng.random(n) < 0.15,
        "eal": rng.random(n) < 0.2,
    }


def list_rows(people: dict[str, np.ndarray], urns: np.ndarray) -> pd.DataFrame:
    n = len(people["id"])
    one = pd.DataFrame(
        {"pupil_id": people["id"], "school_ref": [f"urn:{urn}" for urn in urns[people["school"]]],
         "series": "mis_pupils",
         "disadvantaged": np.where(people["disadvantaged"], "yes", "no"),
         "sen_status": np.where(people["sen"], "sen_support", "none"),
         "eal": np.where(people["eal"], "yes", "no")}
    )  # fmt: skip
    years = [
        one.assign(academic_year=f"{y}/{(y + 1) % 100}", year_group=people["year_2019"] + y - 2019)
        for y in (2018, 2020)
    ]
    return pd.concat(years, ignore_index=True).head(2 * n)


def test_rows(
    rng: np.random.Generator, people: dict[str, np.ndarray], urns: np.ndarray, part: int
) -> pd.DataFrame:
    n = len(people["id"])
    refs = np.array([f"urn:{urn}" for urn in urns[people["school"]]])
    schools = np.random.default_rng(part).normal(0, 8, len(urns))[people["school"]]
    frames = []
    for subject in ("reading", "maths"):
        skill = people["ability"] + rng.normal(0, 30, n)
        for year in YEARS:
            yg = people["year_2019"] + year - 2019
            truth = (
                200 + 75 * yg + skill - 15 * people["disadvantaged"] + schools - 15 * (year >= 2020)
            )
            sem = rng.integers(14, 22, n)
            frames.append(
                pd.DataFrame(
                    {
                        "assessment_id": hexes(rng, n),
                        "pupil_id": people["id"],
                        "school_ref": refs,
                        "academic_year": f"{year}/{(year + 1) % 100}",
                        "series": "star",
                        "subject": subject,
                        "test_date": pd.Timestamp(f"{year}-09-10")
                        + pd.to_timedelta(rng.integers(0, 50, n), "D"),
                        "season": "autumn",
                        "year_group": yg.astype(float),
                        "scaled_score": np.clip(
                            np.rint(truth + rng.normal(0, 20, n) + rng.normal(0, sem)), 0, 1400
                        ),
                        "standard_error": sem.astype(float),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


if __name__ == "__main__":
    main()
