"""How pupils' scores come about: drawn one by one, and what the model expects of them."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.synthetic.truth import NEW_BASELINE_YEAR, Truth
from recovery_analysis.words.periods import DISRUPTED_YEARS

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Stage = Literal["ks2", "ks4"]

#: Positions of the two groups in every tally.
DISADVANTAGED, OTHER = 0, 1
DISRUPTED = tuple(year.end for year in DISRUPTED_YEARS)

_SCALED = {
    "ks2_reading_scaled_score": (80.0, 120.0),
    "ks2_maths_scaled_score": (80.0, 120.0),
    "ks2_gps_scaled_score": (80.0, 120.0),
    "ks2_writing_latent": (80.0, 120.0),
}
_PROGRESS = ("ks2_reading_progress", "ks2_writing_progress", "ks2_maths_progress")
_EXPECTED = ("reading", "maths", "gps", "writing")
_UNBOUNDED = (-math.inf, math.inf)

#: What is added up: pupils, then each measure; a count of covered pupils stands before progress.
VARIABLES: dict[Stage, tuple[str, ...]] = {
    "ks2": (
        "pupils",
        "girls",
        "eal",
        "covered",
        *_SCALED,
        *(f"{subject}_expected" for subject in _EXPECTED),
        "ks2_rwm_expected_pct",
        *_PROGRESS,
    ),
    "ks4": (
        "pupils",
        "girls",
        "eal",
        "covered",
        "attainment8",
        "standard_pass",
        "strong_pass",
        "progress8",
    ),
}
#: Measures that only covered pupils have.
COVERED_ONLY = frozenset({*_PROGRESS, "progress8"})


@dataclass(frozen=True, kw_only=True)
class Effects:
    """School effects in pupil standard deviations: level, gap in all years, gap since March 2020."""

    level: Floats
    gap: Floats
    change: Floats


def stage_of(measure: str) -> str:
    """Say which key stage a measure of the truth belongs to."""
    return "ks2" if measure.startswith("ks2") else "ks4"


def _bounds(measure: str) -> tuple[float, float]:
    return (0.0, 90.0) if measure == "attainment8" else _SCALED.get(measure, _UNBOUNDED)


def cell_means(
    measure: str,
    truth: Truth,
    effects: Effects,
    school: Integers,
    year: Integers,
) -> Floats:
    """Give the model's mean ``[cell, group]`` before scores are cut at the ends of the scale."""
    path = truth.paths[measure]
    years = np.array(truth.years)
    other = np.array([path.other(y) for y in truth.years])
    if measure == "attainment8":
        other = other + truth.teacher_assessed_uplift * np.isin(years, DISRUPTED)
    gap = np.array([path.gap(y) for y in truth.years])
    since = years[year] >= NEW_BASELINE_YEAR
    own_gap = path.pupil_sd * (effects.gap[school] + effects.change[school] * since)
    mean_other = other[year] + path.pupil_sd * effects.level[school]
    return np.column_stack([mean_other - gap[year] - own_gap, mean_other])


def draw_scores(
    means: dict[str, Floats],
    truth: Truth,
    cell: Integers,
    group: Integers,
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Draw each pupil's scores: a part common to all subjects and a part of its own, cut to the scale."""
    common = math.sqrt(truth.common_variance) * rng.normal(size=len(cell))
    own = math.sqrt(1 - truth.common_variance)
    out: dict[str, Floats] = {}
    for measure, mean in means.items():
        deviation = truth.paths[measure].pupil_sd * (common + own * rng.normal(size=len(cell)))
        score = np.clip(mean[cell, group] + deviation, *_bounds(measure))
        out[measure] = np.rint(score) if measure in _SCALED else score
    return out


def derived(stage: Stage, scores: dict[str, Floats]) -> dict[str, Floats]:
    """Give each pupil's standards met (0 or 1; 0 or 100 for the percentage) from the scores."""
    if stage == "ks4":
        score = scores["attainment8"]
        return {
            "standard_pass": (score >= 40).astype(float),
            "strong_pass": (score >= 50).astype(float),
        }
    passed = {
        "reading": scores["ks2_reading_scaled_score"] >= 100,
        "maths": scores["ks2_maths_scaled_score"] >= 100,
        "gps": scores["ks2_gps_scaled_score"] >= 100,
        "writing": scores["ks2_writing_latent"] >= 100,
    }
    both = passed["reading"] & passed["maths"] & passed["writing"]
    found = {f"{subject}_expected": met.astype(float) for subject, met in passed.items()}
    found["ks2_rwm_expected_pct"] = 100.0 * both.astype(float)
    return found


def _normal_cdf(x: Floats) -> Floats:
    flat = [0.5 * math.erfc(-value / math.sqrt(2)) for value in x.ravel()]
    return np.array(flat).reshape(x.shape)


def _clipped_mean(mean: Floats, sd: float, low: float, high: float) -> Floats:
    """Give the mean of a normal variable that is cut at both ends of a scale."""
    if math.isinf(low):
        return mean
    a, b = (low - mean) / sd, (high - mean) / sd
    below, above = _normal_cdf(a), _normal_cdf(b)
    density = (np.exp(-(a**2) / 2) - np.exp(-(b**2) / 2)) / math.sqrt(2 * math.pi)
    return low * below + high * (1 - above) + mean * (above - below) + sd * density


def expectations(stage: Stage, means: dict[str, Floats], truth: Truth) -> dict[str, Floats]:
    """Give the mean ``[cell, group]`` of scores after they are cut to the scale."""
    out: dict[str, Floats] = {
        measure: _clipped_mean(mean, truth.paths[measure].pupil_sd, *_bounds(measure))
        for measure, mean in means.items()
    }
    if stage == "ks2":
        out["ks2_rwm_expected_pct"] = 100 * _share_at_standard(means, truth)
    return out


def _share_at_standard(means: dict[str, Floats], truth: Truth) -> Floats:
    """Integrate over the common part: given it, the three subjects are independent."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    common, own = math.sqrt(truth.common_variance), math.sqrt(1 - truth.common_variance)
    share = np.zeros_like(means["ks2_reading_scaled_score"])
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        product = np.full_like(share, weight)
        for measure in ("ks2_reading_scaled_score", "ks2_maths_scaled_score", "ks2_writing_latent"):
            standard = (means[measure] - 99.5) / truth.paths[measure].pupil_sd
            product *= _normal_cdf((standard + common * node) / own)
        share += product
    return share


def gap_index(score: Floats, is_disadvantaged: NDArray[np.bool_]) -> float:
    """Give 20 x (mean rank of others - mean rank of disadvantaged) / N, ties at their mid-rank.

    Examples
    --------
    >>> import numpy as np
    >>> gap_index(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, False]))
    10.0
    """
    _, at, counts = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    rank = middle[at]
    difference = rank[~is_disadvantaged].mean() - rank[is_disadvantaged].mean()
    return float(20 * difference / len(score))
