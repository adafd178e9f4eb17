"""The gap index of a nation and the bootstrap of a gap, beside pandas and plain resampling.

Run: .venv/bin/python benchmarks/stats/gaps.py [--pupils 9000000] [--runs 3] [--json OUT.json]

Both sides work on the same arrays in the same process, by turns; the arrays are made before the clock starts.
The gap index of 9 years: pandas ranks within years (``groupby().rank()``) and takes the group means of
the ranks. The bootstrap: 3,000 schools, 600,000 pupils; plain resampling takes the rows of the drawn schools,
ranks them and takes means; its time for one replicate is the median of a few.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from recovery_analysis.stats import gaps

YEARS = 9
SCHOOLS, SCHOOL_PUPILS, DRAWS, PLAIN_DRAWS = 3_000, 200, 2_000, 10
WANTED = {"nation": 5.0, "bootstrap": 300.0}


def main() -> None:
    options = arguments()
    rows = [
        *nation(options.pupils, options.runs, whole=False),
        *nation(options.pupils, options.runs, whole=False, mixed=False),
        *nation(options.pupils, options.runs, whole=True),
        *bootstraps(options.runs),
    ]
    for row in rows:
        print(
            f"{row['case']:<74}{row['ours']:>10.4f} s{row['theirs']:>10.4f} s{row['ratio']:>9.1f} times"
        )
    if options.json:
        options.json.write_text(json.dumps({"wanted": WANTED, "rows": rows}, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=9_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def nation(count: int, runs: int, *, whole: bool, mixed: bool = True) -> list[dict]:
    """Pupils of nine years, in mixed order or year by year; a quarter disadvantaged, half an SD lower."""
    rng = np.random.default_rng(1)
    low = rng.random(count) < 0.25
    score = 100 + 15 * rng.normal(size=count) - 7.5 * low
    score = np.rint(score).astype(np.int64) if whole else score
    year = rng.integers(2016, 2016 + YEARS, count)
    year = year if mixed else np.sort(year)
    school = rng.integers(100_000, 117_000, count)
    frame = pd.DataFrame({"year": year, "low": low, "score": score})

    def ours() -> list[float]:
        return index_of(gaps.tabulate(score=score, disadvantaged=low, school=None, year=year))

    def by_school() -> list[float]:
        table = gaps.tabulate(score=score, disadvantaged=low, school=school, year=year)
        return [gaps.gap_index(table=table, year=one, inference="CR2").gap for one in table.years]

    def theirs() -> list[float]:
        ranks = frame.groupby("year")["score"].rank()
        means = ranks.groupby([frame["year"], frame["low"]]).mean().unstack()
        return list(20 * (means[False] - means[True]) / frame.groupby("year").size())

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-9)
    name = f"gap index, {count:,} pupils, {YEARS} years, {'whole' if whole else 'decimal'} scores"
    name = name if mixed else f"{name}, year by year"
    found = [compare(name, ours, theirs, runs)]
    if whole:
        found.append(compare(f"{name}, 17,000 schools, CR2", by_school, theirs, 1))
    return found


def index_of(table: gaps.GapTable) -> list[float]:
    return [gaps.gap_index(table=table, year=year).gap for year in table.years]


def bootstraps(runs: int) -> list[dict]:
    rng = np.random.default_rng(2)
    school = np.repeat(np.arange(SCHOOLS), SCHOOL_PUPILS)
    low = rng.random(len(school)) < 0.25
    level = 3 * rng.normal(size=SCHOOLS)
    score = np.clip(
        np.rint(105 + level[school] + 7 * rng.normal(size=len(school)) - 4 * low), 80, 120
    )
    table = gaps.tabulate(score=score, disadvantaged=low, school=school, year=2024)
    found = []
    for name, plain in {"gap_index": plain_index, "mean_gap": plain_mean}.items():
        measure = getattr(gaps, name)
        drawn: list[float] = []

        def ours(measure=measure) -> None:
            measure(table=table, rng=np.random.default_rng(3), draws=DRAWS)

        def theirs(plain=plain, drawn=drawn) -> None:
            picked = rng.integers(0, SCHOOLS, SCHOOLS)
            rows = (picked[:, None] * SCHOOL_PUPILS + np.arange(SCHOOL_PUPILS)).ravel()
            drawn.append(plain(score[rows], low[rows]))

        found.append(
            {
                "case": f"bootstrap of {name}, 600,000 pupils, {SCHOOLS:,} schools, one replicate",
                "ours": (ours_time := median_seconds(ours, runs) / DRAWS),
                "theirs": (theirs_time := median_seconds(theirs, PLAIN_DRAWS)),
                "ratio": theirs_time / ours_time,
                "se_ours": measure(table=table, rng=np.random.default_rng(3)).se,
                "se_theirs_few_draws": float(np.std(drawn, ddof=1)),
            }
        )
    return found


def plain_index(score: np.ndarray, low: np.ndarray) -> float:
    ranks = pd.Series(score).rank().to_numpy()
    return 20 * (ranks[~low].mean() - ranks[low].mean()) / len(ranks)


def plain_mean(score: np.ndarray, low: np.ndarray) -> float:
    return score[~low].mean() - score[low].mean()


def compare(case: str, ours: Callable, theirs: Callable, runs: int) -> dict:
    mine, other = [], []
    for _ in range(runs):
        mine.append(median_seconds(ours, 1))
        other.append(median_seconds(theirs, 1))
    seconds = statistics.median(mine), statistics.median(other)
    return {
        "case": case,
        "ours": seconds[0],
        "theirs": seconds[1],
        "ratio": seconds[1] / seconds[0],
    }


def median_seconds(work: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
