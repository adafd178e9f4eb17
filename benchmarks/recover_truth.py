"""Hold every pupil-level chapter to the truth of simulated communities: bias, coverage, orders, groups.

Run: .venv/bin/python benchmarks/recover_truth.py [--communities 200] [--small] [--chapters progress curriculum]
     [--jobs 2] [--seed 1] [--population 1000] [--json OUT.json]

A community has 12, 16 or 20 schools, one in four of them secondary; with --small 4 to 6 primary schools. Its
truth is that of all schools drawn as its own were (see recovery/population.py); --population says how many are
drawn for that. Results stand in docs/coverage.md.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from recovery import curriculum, home, progress, school_days, surveys
from recovery.communities import OTHERS, Case, draw_case, large_case, population
from recovery.population import Population, mean_targets
from recovery.scores import Score, groups, headlines

from recovery_analysis.synthetic.pupils import PupilTruth

Fact = dict[str, float | str | int]
JUDGES = {
    "progress": progress.judge,
    "curriculum": curriculum.judge,
    "experience": surveys.judge_experience,
    "staff": surveys.judge_staff,
    "barriers": home.judge_barriers,
    "use": home.judge_use,
    "attendance": school_days.judge,
}
CHAPTERS = (*JUDGES, "induction", "participation")
_TARGETS = (
    progress.targets,
    surveys.targets,
    home.barrier_targets,
    home.use_targets,
    school_days.targets,
)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Fewest and most schools of a community, other schools in its store, and whether all are primary."""

    fewest: int
    most: int
    others: int = OTHERS
    primary_only: bool = False


@dataclass(kw_only=True)
class Found:
    """What one community, or all, gave: scores, rank correlations, groups, bounds."""

    scores: list[Score] = field(default_factory=list)
    orders: list[Fact] = field(default_factory=list)
    induction: list[Fact] = field(default_factory=list)
    bounds: list[Fact] = field(default_factory=list)


def known_population(
    seed: int, *, schools: int, parts: int, large: int, primary_only: bool = False
) -> Population:
    """Work out the truth over all schools; ``large`` schools make one community for what has no formula."""
    worlds = [
        population(1_000_000 + seed * 100 + part, schools=schools, primary_only=primary_only)
        for part in range(parts)
    ]
    one = large_case(2_000_000 + seed, schools=large, primary_only=primary_only)
    subjects = tuple(worlds[0].truth.subjects)
    found = mean_targets(worlds, _TARGETS)
    found |= surveys.staff_targets(PupilTruth()) | home.large_targets(one)
    return Population(
        targets=found,
        growth={subject: progress.usual_growth(worlds[0], subject) for subject in subjects},
        declines={subject: progress.declines(one, subject) for subject in subjects},
        standing=curriculum.standing(worlds[0]),
    )


def judge_one(seed: int, truth: Population, *, chapters: Sequence[str], sizes: Sizes) -> Found:
    """Simulate one community and compare the chapters' results with the truth."""
    case: Case = draw_case(seed, **asdict(sizes))
    found = Found()
    for chapter in chapters:
        if chapter in JUDGES:
            found.scores += JUDGES[chapter](case, truth)
    if "curriculum" in chapters:
        found.orders += curriculum.orders(case)
    if "induction" in chapters:
        scores, fact = surveys.judge_induction(case, truth)
        found.scores += scores
        found.induction.append(fact)
    if "participation" in chapters:
        found.bounds += school_days.bounds_hold(case)
    return found


def judge_all(
    seeds: Sequence[int],
    truth: Population,
    *,
    chapters: Sequence[str],
    sizes: Sizes,
    jobs: int,
) -> Found:
    """Judge many communities; each is drawn from its own seed, so the number of jobs changes nothing."""
    work = partial(judge_one, truth=truth, chapters=chapters, sizes=sizes)
    if jobs == 1:
        parts = [work(seed) for seed in seeds]
    else:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            parts = list(pool.imap(work, seeds))
    whole = Found()
    for part in parts:
        whole.scores += part.scores
        whole.orders += part.orders
        whole.induction += part.induction
        whole.bounds += part.bounds
    return whole


def report(found: Found) -> dict[str, object]:
    """Sum up: tables of groups and headlines, rank correlations, groups for induction, bounds."""
    result: dict[str, object] = {}
    if found.scores:
        table = headlines(pd.DataFrame([asdict(item) for item in found.scores]))
        result["headlines"] = table.to_dict("records")
        result["groups"] = groups(table).to_dict("records")
    if found.orders:
        orders = pd.DataFrame(found.orders).drop(columns="seed")
        result["orders"] = orders.groupby("where").mean().round(3).to_dict("index")
        better = orders["shrunk"] > orders["raw facility"]
        result["orders_better_pct"] = (
            (100 * better).groupby(orders["where"]).mean().round(1).to_dict()
        )
    if found.induction:
        facts = pd.DataFrame(found.induction)
        rand = facts.get("adjusted_rand", pd.Series(dtype=float)).dropna()
        result["induction"] = {
            "communities": len(facts),
            "groups": facts["groups"].value_counts().sort_index().to_dict(),
            "adjusted_rand_mean": float(rand.mean()),
            "adjusted_rand_lowest": float(rand.min()),
            "above_0.7_pct": float(100 * (rand > 0.7).mean()),
        }
    if found.bounds:
        bounds = pd.DataFrame(found.bounds)
        result["bounds_held_pct"] = (100 * bounds.groupby("headline")["held"].mean()).to_dict()
    return result


def main() -> None:
    """Run and print."""
    options = arguments()
    started = time.perf_counter()
    truth = known_population(
        options.seed,
        schools=options.population,
        parts=3,
        large=options.population // 2,
        primary_only=options.small,
    )
    print(f"the truth took {time.perf_counter() - started:.0f} s", flush=True)
    sizes = (
        Sizes(fewest=4, most=6, primary_only=True) if options.small else Sizes(fewest=12, most=20)
    )
    first = options.seed * 10_000
    found = judge_all(
        range(first, first + options.communities),
        truth,
        chapters=options.chapters,
        sizes=sizes,
        jobs=options.jobs,
    )
    result = report(found)
    with pd.option_context("display.width", 250, "display.max_columns", 20, "display.max_rows", 99):
        print(pd.DataFrame(result.get("groups", [])).round(2).to_string(index=False))
    for name in ("orders", "orders_better_pct", "induction", "bounds_held_pct"):
        if name in result:
            print(name, json.dumps(result[name]))
    print(f"{options.communities} communities in {time.perf_counter() - started:.0f} s")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, default=float) + "\n")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--communities", type=int, default=200)
    parser.add_argument("--small", action="store_true", help="4 to 6 schools instead of 12 to 20")
    parser.add_argument("--chapters", nargs="+", choices=CHAPTERS, default=list(CHAPTERS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--population", type=int, default=1000, help="schools behind the truth (three times)"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
