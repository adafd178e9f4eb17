"""Draw whole schools again by weights: a matrix of weights times a table of the schools, never pupils.

References
----------
Hesterberg, T. C. (2015). What teachers should know about the bootstrap. doi:10.1080/00031305.2015.1089789
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy import sparse, stats

from recovery_analysis.stats.design import Codes, Floats
from recovery_analysis.stats.gaps.table import YearTable

#: From weights (replicates x S) to a gap for each replicate.
Statistic = Callable[[Floats], Floats]

#: A school x score table up to this size is multiplied as it is, a larger one by its filled cells only.
_DENSE_CELLS = 20_000_000
#: Weights of one block: few enough for the processor's cache, or enough to keep a matrix product busy.
_CACHED_CELLS, _BLOCK_CELLS = 40_000, 1_000_000
_NARROW = 8


def replicates(
    statistic: Statistic,
    *,
    n_schools: int,
    width: int,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Gaps of ``draws`` samples of ``n_schools`` schools, drawn with replacement.

    ``width`` is how many numbers the statistic holds for one replicate; it sets the size of a block.

    Examples
    --------
    >>> sums = np.array([[1, 98.0, 1, 104.0], [1, 99.0, 1, 105.0]])
    >>> gaps = replicates(
    ...     difference_of_means(sums), n_schools=2, width=4, draws=3, rng=np.random.default_rng(1)
    ... )
    >>> gaps.tolist()
    [6.0, 6.0, 6.0]
    """
    cells = _CACHED_CELLS if width <= _NARROW else _BLOCK_CELLS
    block = max(1, min(draws, cells // max(n_schools, width)))
    return np.concatenate(
        [statistic(weights) for weights in _weights(n_schools, draws, block, rng)]
    )


def _weights(n_schools: int, draws: int, block: int, rng: np.random.Generator) -> Iterator[Floats]:
    """How often each school was drawn, replicates x S, a block at a time (the next block overwrites it)."""
    weights = np.empty((block, n_schools))
    drawn = np.empty((block, n_schools), dtype=np.intp)
    half, odd = divmod(n_schools, 2)
    kind = np.uint32 if n_schools**2 < 2**32 else np.uint64
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        # one random number below S^2 is two independent schools: its quotient by S and its remainder
        pairs = rng.integers(0, n_schools**2, size=(rows, half + odd), dtype=kind)
        first = pairs // kind(n_schools)
        drawn[:rows, : half + odd] = first
        drawn[:rows, half + odd :] = (pairs - first * kind(n_schools))[:, :half]
        # counted sample by sample: each stays in the processor's cache
        for place in range(rows):
            weights[place] = np.bincount(drawn[place], minlength=n_schools)
        yield weights[:rows]


def expanded_percentiles(gaps: Floats, *, df: float, level: float = 0.95) -> tuple[float, float]:
    """Interval from the replicates, set wider by what percentiles lack with few schools.

    The percentiles are those of a normal distribution at ``t(df) sqrt((df + 1) / df)``.

    Examples
    --------
    >>> low, high = expanded_percentiles(np.random.default_rng(1).normal(size=200_000), df=20)
    >>> round(low, 1), round(high, 1)
    (-2.1, 2.1)
    """
    reach = float(stats.t.ppf(0.5 + level / 2, df)) * np.sqrt((df + 1) / df)
    low, high = np.quantile(gaps, [stats.norm.cdf(-reach), stats.norm.cdf(reach)])
    return float(low), float(high)


def ranked_within(table: YearTable) -> Statistic:
    """Gap index of each replicate, its pupils ranked among themselves.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> ranked_within(table)(np.array([[1.0, 1.0], [2.0, 0.0]])).tolist()
    [10.0, 10.0]
    """
    shape = (table.n_schools, len(table.scores))
    low = _matrix(table.n_disadvantaged, table.school_of, table.score_of, shape)
    high = _matrix(table.n_other, table.school_of, table.score_of, shape)

    def statistic(weights: Floats) -> Floats:
        n_low, n_high = _times(weights, low), _times(weights, high)
        total = n_low.sum(axis=1) * n_high.sum(axis=1)
        below = np.cumsum(n_low, axis=1)
        below -= 0.5 * n_low
        with np.errstate(divide="ignore", invalid="ignore"):
            return 20 * np.einsum("rb,rb->r", below, n_high) / total - 10

    return statistic


def difference_of_means(sums: Floats) -> Statistic:
    """Mean of the others minus mean of the disadvantaged.

    ``sums`` (S x 4): pupils and sum of values of the disadvantaged, pupils and sum of values of the others.

    Examples
    --------
    >>> sums = np.array([[1, 98.0, 1, 104.0], [2, 198.0, 1, 109.0]])
    >>> difference_of_means(sums)(np.array([[2.0, 0.0], [0.0, 2.0]])).tolist()
    [6.0, 10.0]
    """

    def statistic(weights: Floats) -> Floats:
        n_low, low, n_high, high = (weights @ sums).T
        with np.errstate(divide="ignore", invalid="ignore"):
            return high / n_high - low / n_low

    return statistic


def standardised_difference(sums: Floats) -> Statistic:
    """Difference of means over the pooled standard deviation, without the small-sample correction.

    ``sums`` (S x 6): pupils, sum of scores and of squared scores, first of the disadvantaged, then of the
    others; scores measured from their common mean, so that squares lose no digits.

    Examples
    --------
    >>> sums = np.array([[2, -6.0, 20.0, 2, 6.0, 20.0]])
    >>> standardised_difference(sums)(np.array([[1.0]])).round(3).tolist()
    [4.243]
    """

    def statistic(weights: Floats) -> Floats:
        n_low, low, low_square, n_high, high, high_square = (weights @ sums).T
        with np.errstate(divide="ignore", invalid="ignore"):
            within = low_square - low**2 / n_low + high_square - high**2 / n_high
            spread = np.sqrt(np.maximum(within, 0) / (n_low + n_high - 2))
            return (high / n_high - low / n_low) / spread

    return statistic


def _matrix(
    counts: np.ndarray, school_of: Codes, score_of: Codes, shape: tuple[int, int]
) -> Floats | sparse.csr_array:
    filled = sparse.csr_array((counts.astype(np.float64), (school_of, score_of)), shape=shape)
    return filled.toarray() if shape[0] * shape[1] <= _DENSE_CELLS else filled


def _times(weights: Floats, table: Floats | sparse.csr_array) -> Floats:
    return np.asarray(weights @ table)
