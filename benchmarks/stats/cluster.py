"""CR2 with Satterthwaite degrees of freedom, beside statsmodels' CR1, on a million rows.

Run: .venv/bin/python benchmarks/stats/cluster.py [--rows 1000000] [--clusters 10000] [--runs 3] [--json OUT.json]

Both fit the same least squares (constant, a treatment of whole clusters, two columns of pupils) to the same
arrays in the same process, by turns. statsmodels: ``OLS(y, x).fit(cov_type="cluster")``.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import statsmodels.api as sm

from recovery_analysis.stats.cluster import fit_ols

WANTED = 1.0


def main() -> None:
    options = arguments()
    y, x, cluster = pupils(options.rows, options.clusters)
    ours, theirs = [], []
    for _ in range(options.runs):
        started = time.perf_counter()
        fit = fit_ols(y=y, x=x, cluster=cluster)
        middle = time.perf_counter()
        plain = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": cluster})
        errors = plain.bse
        ended = time.perf_counter()
        ours.append(middle - started)
        theirs.append(ended - middle)
    np.testing.assert_allclose(fit.coef, plain.params, rtol=1e-8)
    result = {
        "rows": options.rows,
        "clusters": options.clusters,
        "runs": options.runs,
        "fit_ols_cr2_seconds": statistics.median(ours),
        "statsmodels_cr1_seconds": statistics.median(theirs),
        "ratio_of_seconds": statistics.median(ours) / statistics.median(theirs),
        "wanted_ratio": WANTED,
        "largest_difference_of_errors": float(np.max(np.abs(fit.se / errors - 1))),
    }
    print(
        f"{options.rows:,} rows, {options.clusters:,} clusters: CR2 {result['fit_ols_cr2_seconds']:.3f} s,"
        f" statsmodels' CR1 {result['statsmodels_cr1_seconds']:.3f} s, ratio"
        f" {result['ratio_of_seconds']:.2f} (wanted: {WANTED:.0f} or less)"
    )
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--clusters", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def pupils(rows: int, clusters: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, clusters, rows)
    treated = (cluster % 2).astype(float)
    x = np.column_stack([np.ones(rows), treated, rng.normal(size=(rows, 2))])
    y = x @ [1.0, 0.2, 0.5, -0.3] + 0.4 * rng.normal(size=clusters)[cluster] + rng.normal(size=rows)
    return y, x, cluster


if __name__ == "__main__":
    main()
