"""Fit schools x trusts x LAs on a nation, beside mixedlm and statsmodels' MixedLM on the same pupils.

Run: .venv/bin/python benchmarks/stats/mixed.py [--pupils 1000000] [--nation 9000000] [--limit 60] [--json OUT]

Each fit happens in a process of its own with one thread of BLAS. Seconds run from arrays of whole-number ids
(or the table that the other library asks for) to predicted effects; start, imports and making the pupils are
left out. Memory is the growth of the process's peak over the pupils' arrays and the imports; for partitions
it is the whole peak. A library that is not installed is left out and named. statsmodels gets fewer and fewer
schools until it ends within the limit, and ours then fits the very same pupils. Two fits side by side, each
the median of several, are timed against one alone (other work on the machine spoils this ratio).
"""

import argparse
import functools
import importlib.util
import json
import operator
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
#: Pupils, schools, trusts, LAs of the nation; smaller cases keep these proportions.
NATION = (1_000_000, 10_000, 1_200, 150)
#: Schools with which statsmodels is tried, most first; it forms matrices over all schools at once.
STATSMODELS_SCHOOLS = (2000, 1000, 500, 250, 120, 60, 30)
#: Fits of which the median is taken, alone and beside another.
REPEATS = 9
#: What two processes at once cost on this machine without any BLAS.
LOOP = """
import json, time
started = time.perf_counter()
for _ in range(50_000_000):
    pass
print(json.dumps({"seconds": time.perf_counter() - started}))
"""
WAYS = ("recovery_analysis", "mixedlm", "statsmodels", "partitions", "repeated")


def main() -> None:
    options = arguments()
    if options.child:
        print(json.dumps(measure(options.child, options.pupils, options.schools)))
        return
    result = {"pupils": options.pupils, "cases": {}}
    case = functools.partial(in_own_process, pupils=options.pupils, schools=NATION[1])
    ours = case("recovery_analysis")
    result["cases"]["nation, ours"] = ours
    if importlib.util.find_spec("mixedlm") is None:
        print("mixedlm is not installed: left out (pip install mixedlm)")
    else:
        result["cases"]["nation, mixedlm"] = theirs = case("mixedlm", limit=options.limit * 10)
        if theirs:
            result["mixedlm_to_ours"] = theirs["seconds"] / ours["seconds"]
    result["cases"]["partitions of 1M"] = in_own_process("partitions", options.nation, NATION[1])
    compare_statsmodels(result, options.limit)
    result["beside_to_alone"] = side_by_side(command("repeated", options.pupils, NATION[1]))
    result["loop_beside_to_alone"] = side_by_side([sys.executable, "-c", LOOP])
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=NATION[0])
    parser.add_argument("--nation", type=int, default=9_000_000, help="pupils read in partitions")
    parser.add_argument("--limit", type=float, default=60, help="seconds for statsmodels")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--schools", type=int, default=NATION[1], help=argparse.SUPPRESS)
    parser.add_argument("--child", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def command(way: str, pupils: int, schools: int) -> list[str]:
    numbers = ["--pupils", str(pupils), "--schools", str(schools)]
    return [sys.executable, __file__, "--child", way, *numbers]


def one_thread() -> dict[str, str]:
    return os.environ | dict.fromkeys(THREADS, "1")


def in_own_process(way: str, pupils: int, schools: int, limit: float | None = None) -> dict | None:
    """Seconds and memory; None where it did not end within the limit."""
    try:
        done = subprocess.run(
            command(way, pupils, schools),
            check=True,
            capture_output=True,
            text=True,
            timeout=limit,
            env=one_thread(),
        )
    except subprocess.TimeoutExpired:
        return None
    except subprocess.CalledProcessError as error:
        print(f"{way} failed with {schools} schools: {error.stderr.strip().splitlines()[-1]}")
        return None
    return json.loads(done.stdout)


def compare_statsmodels(result: dict, limit: float) -> None:
    for schools in STATSMODELS_SCHOOLS:
        pupils = schools * NATION[0] // NATION[1]
        theirs = in_own_process("statsmodels", pupils, schools, limit)
        if theirs:
            ours = in_own_process("recovery_analysis", pupils, schools)
            result["cases"][f"{schools} schools, statsmodels"] = theirs
            result["cases"][f"{schools} schools, ours"] = ours
            result["statsmodels_to_ours"] = theirs["seconds"] / ours["seconds"]
            return
        print(f"statsmodels did not end with {schools} schools in {limit:.0f} s")


def side_by_side(line: list[str]) -> float:
    """Seconds of the slower of two runs at once, by seconds of one alone, threads not limited from outside."""
    alone = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
    running = [subprocess.Popen(line, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    both = [json.loads(each.communicate()[0])["seconds"] for each in running]
    return max(both) / alone["seconds"]


def measure(way: str, pupils: int, schools: int) -> dict[str, float]:
    if way == "partitions":
        return by_partitions(pupils, schools)
    given = community(pupils, schools, seed=0)
    if way == "repeated":
        return {"seconds": statistics.median(timed(ours, given) for _ in range(REPEATS))}
    fit = {"recovery_analysis": ours, "mixedlm": with_mixedlm, "statsmodels": with_statsmodels}[way]
    # the modules that a library loads late are loaded before the clock starts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit(community(3000, 30, seed=1))
        before = peak_mb()
        started = time.perf_counter()
        criterion = fit(given)
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "memory_mb": peak_mb() - before,
        "criterion": criterion,
        "n": pupils,
    }


def timed(fit, given: dict) -> float:
    started = time.perf_counter()
    fit(given)
    return time.perf_counter() - started


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def community(pupils: int, schools: int, *, seed: int) -> dict:
    """Pupils in schools, each of them in a trust and an LA. Schools are the same for every seed."""
    import numpy as np

    trusts = max(5, schools * NATION[2] // NATION[1])
    areas = max(4, schools * NATION[3] // NATION[1])
    fixed, rng = np.random.default_rng(7), np.random.default_rng(seed)
    trust, area = fixed.integers(0, trusts, schools), fixed.integers(0, areas, schools)
    effect = 0.25 * fixed.normal(size=schools) + 0.1 * fixed.normal(size=areas)[area]
    effect += 0.15 * fixed.normal(size=trusts)[trust]
    school = rng.integers(0, schools, pupils)
    x = np.column_stack([np.ones(pupils), rng.normal(size=pupils), rng.random(pupils) < 0.25])
    y = x @ [0.0, 0.6, -0.3] + effect[school] + 0.7 * rng.normal(size=pupils)
    groups = {"school": school, "trust": trust[school], "la": area[school]}
    return {"y": y, "x": x, "groups": groups}


def ours(given: dict) -> float:
    from recovery_analysis.stats.mixed import fit_random_intercepts

    return fit_random_intercepts(**given).criterion


def by_partitions(pupils: int, schools: int) -> dict[str, float]:
    """Nine years of pupils, each made, passed over and dropped; only the passing and the fit are timed."""
    from recovery_analysis.stats.mixed import fit_from_statistics, sufficient_statistics

    size = min(pupils, 1_000_000)
    parts, seconds = [], 0.0
    for seed in range(pupils // size):
        given = community(size, schools, seed=seed)
        started = time.perf_counter()
        parts.append(sufficient_statistics(**given))
        seconds += time.perf_counter() - started
    started = time.perf_counter()
    fit = fit_from_statistics(statistics=functools.reduce(operator.add, parts))
    seconds += time.perf_counter() - started
    return {"seconds": seconds, "memory_mb": peak_mb(), "criterion": fit.criterion, "n": fit.n}


def table(given: dict):
    import pandas as pd

    groups = {name: pd.Series(ids).astype(str) for name, ids in given["groups"].items()}
    x = {"prior": given["x"][:, 1], "disadvantaged": given["x"][:, 2]}
    return pd.DataFrame({"y": given["y"]} | x | groups)


def with_mixedlm(given: dict) -> float:
    import mixedlm

    data = table(given)
    fit = mixedlm.lmer("y ~ prior + disadvantaged + (1|school) + (1|trust) + (1|la)", data)
    fit.ranef()
    return float(fit.REMLcrit())


def with_statsmodels(given: dict) -> float:
    import numpy as np
    from statsmodels.regression.mixed_linear_model import MixedLM

    data = table(given)
    parts = {name: f"0 + C({name})" for name in given["groups"]}
    model = MixedLM.from_formula(
        "y ~ prior + disadvantaged", data, groups=np.ones(len(data)), vc_formula=parts
    )
    fit = model.fit(reml=True)
    _ = fit.random_effects
    return float(-2 * fit.llf)


def show(result: dict) -> None:
    print(f"{'':<28}{'pupils':>11}{'seconds':>9}{'MB':>7}{'criterion':>18}")
    for name, found in result["cases"].items():
        if found is None:
            print(f"{name:<28}{'did not end or failed':>27}")
            continue
        numbers = f"{found['n']:>11,}{found['seconds']:>9.2f}{found['memory_mb']:>7.0f}"
        print(f"{name:<28}{numbers}{found['criterion']:>18.4f}")
    for ratio in (
        "mixedlm_to_ours",
        "statsmodels_to_ours",
        "beside_to_alone",
        "loop_beside_to_alone",
    ):
        if ratio in result:
            print(f"{ratio.replace('_', ' '):<28}{result[ratio]:.2f}")


if __name__ == "__main__":
    main()
