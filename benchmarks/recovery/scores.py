"""One estimate beside the truth, and what many of them together say: bias, error, coverage."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from recovery_analysis.analysis.result import Estimate

#: Wanted of every headline.
MOST_BIAS, COVERAGE = 0.25, (92.0, 98.0)


@dataclass(frozen=True, kw_only=True)
class Score:
    """One estimate of one community; ``own`` is the truth of exactly these schools, NaN where it has none."""

    chapter: str
    group: str
    headline: str
    seed: int
    value: float
    low: float
    high: float
    n_schools: int
    target: float
    own: float = math.nan


def score(
    estimate: Estimate,
    *,
    names: tuple[str, str, str],
    seed: int,
    target: float,
    own: float = math.nan,
    n_schools: int | None = None,
) -> list[Score]:
    """Give the score of an estimate, or none where it has no value; ``names``: chapter, group, headline."""
    if estimate.value is None:
        return []
    chapter, group, headline = names
    return [
        Score(
            chapter=chapter,
            group=group,
            headline=headline,
            seed=seed,
            value=estimate.value,
            low=math.nan if estimate.low is None else estimate.low,
            high=math.nan if estimate.high is None else estimate.high,
            n_schools=(estimate.n_schools or 0) if n_schools is None else n_schools,
            target=target,
            own=own,
        )
    ]


def headlines(scores: pd.DataFrame) -> pd.DataFrame:
    """Sum up each headline.

    ``se`` is the mean half width of the interval over the t quantile of schools less one; ``spread`` the
    standard deviation of the errors. Coverage in percent of the intervals that there are.
    """
    keys = ["chapter", "group", "headline"]
    rows = scores.assign(error=scores["value"] - scores["target"])
    rows["has_interval"] = rows["low"].notna()
    reach = stats.t.ppf(0.975, np.maximum(rows["n_schools"] - 1, 3))
    # one school's own interval is a normal one
    reach = np.where(rows["n_schools"].eq(1), stats.norm.ppf(0.975), reach)
    rows["se"] = (rows["high"] - rows["low"]) / 2 / reach
    for name in ("target", "own"):
        held = rows[name].between(rows["low"] - 1e-9, rows["high"] + 1e-9)
        known = rows["has_interval"] & rows[name].notna()
        rows[f"covers_{name}"] = (100.0 * held).where(known)
    told = rows[rows["has_interval"] | ~rows.groupby(keys)["has_interval"].transform("any")]
    found = told.groupby(keys, sort=False).agg(
        n=("value", "size"),
        target=("target", "mean"),
        bias=("error", "mean"),
        se=("se", "mean"),
        spread=("error", "std"),
        coverage=("covers_target", "mean"),
        coverage_own=("covers_own", "mean"),
    )
    found["bias_of_se"] = found["bias"] / found["se"].fillna(found["spread"])
    return found.reset_index()


def groups(table: pd.DataFrame) -> pd.DataFrame:
    """Sum up the headlines of a group: mean and worst bias; coverage in all, lowest and highest.

    Headlines without intervals count in none of the last three.
    """
    rows = []
    for (chapter, group), part in table.groupby(["chapter", "group"], sort=False):
        worst = part.loc[part["bias_of_se"].abs().idxmax()]
        told = part[part["coverage"].notna()]
        rows.append(
            {
                "chapter": chapter,
                "group": group,
                "headlines": len(part),
                "estimates": int(told["n"].sum()),
                "bias_of_se_mean": _mean(part, "bias_of_se"),
                "bias_of_se_worst": float(worst["bias_of_se"]),
                "worst": worst["headline"],
                "se_of_spread": _mean(told.assign(ratio=told["se"] / told["spread"]), "ratio"),
                "coverage": _mean(told, "coverage"),
                "coverage_lowest": float(told["coverage"].min()),
                "coverage_highest": float(told["coverage"].max()),
                "coverage_own": _mean(told, "coverage_own"),
            }
        )
    return pd.DataFrame(rows)


def _mean(part: pd.DataFrame, name: str) -> float:
    """Give a column's mean, each headline by its number of estimates; NaN where nothing is known."""
    known = part[part[name].notna()]
    return float(np.average(known[name], weights=known["n"])) if len(known) else math.nan
