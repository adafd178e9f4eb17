"""Would the effect be this large had the same start dates gone to other schools? Randomisation inference.

Under the null that a start date changes nothing for anybody, every way of handing the dates out is as likely
as the one that came about, so the share of ways with an effect at least as large is an exact p value for any
number of schools, provided that the dates could as well have gone to others.

References
----------
Fisher, R. A. (1935). The Design of Experiments. Roth, J. and Sant'Anna, P. H. C. (2023). Efficient
estimation for staggered rollout designs. doi:10.1086/726581
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.design import Codes, Floats

#: All ways of handing out the dates are tried up to this many; above it they are drawn.
FULL_ENUMERATION_UP_TO = 20_000
#: Effects that differ by less than this share are ties.
TIE_WITHIN = 1e-9
_BLOCK_CELLS = 2_000_000

Statistic = Callable[[Codes], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationTest:
    """Two-sided p of an effect; ``enumerated`` says that every way of handing out the dates was tried."""

    p: float
    draws: int
    enumerated: bool


def permutation_test(
    *, codes: Codes, statistic: Statistic, draws: int, rng: np.random.Generator | None
) -> PermutationTest:
    """Compare the size of a statistic with its size under other allocations of ``codes``.

    ``codes`` holds the cohort of each unit (0, 1, ...); ``statistic`` takes allocations x units and gives
    one number an allocation. When allocations are drawn, p = (1 + count) / (1 + draws).

    Raises
    ------
    ParameterError
        If there are too many allocations to try all and ``rng`` is missing or ``draws`` is below 1.

    Examples
    --------
    >>> change = np.array([3.0, 4.0, 0.0, 0.5])
    >>> def difference(codes):
    ...     return np.where(codes == 0, change, -change).sum(axis=1)
    >>> permutation_test(codes=np.array([0, 0, 1, 1]), statistic=difference, draws=99, rng=None)
    PermutationTest(p=0.3333333333333333, draws=6, enumerated=True)
    """
    observed = abs(float(statistic(codes[None, :])[0]))
    ways = _number_of_ways(codes)
    enumerated = ways <= FULL_ENUMERATION_UP_TO
    blocks = _all_ways(codes) if enumerated else _some_ways(codes, draws, rng)
    at_least = tried = 0
    for block in blocks:
        size = np.abs(statistic(block))
        at_least += int(np.count_nonzero(size >= observed * (1 - TIE_WITHIN)))
        tried += len(block)
    p = at_least / tried if enumerated else (1 + at_least) / (1 + tried)
    return PermutationTest(p=p, draws=tried, enumerated=enumerated)


def _number_of_ways(codes: Codes) -> int:
    """Give the number of different ways to hand out the codes."""
    ways, left = 1, len(codes)
    for count in np.bincount(codes).tolist():
        ways *= math.comb(left, count)
        left -= count
    return ways


def _all_ways(codes: Codes) -> Iterator[NDArray[np.intp]]:
    counts = np.bincount(codes).tolist()
    rows = max(1, _BLOCK_CELLS // len(codes))
    block: list[list[int]] = []
    for way in _ways(list(range(len(codes))), counts):
        block.append(way)
        if len(block) == rows:
            yield np.array(block, dtype=np.intp)
            block = []
    if block:
        yield np.array(block, dtype=np.intp)


def _ways(units: list[int], counts: list[int]) -> Iterator[list[int]]:
    """Every list of codes: who gets code 0, then who of the rest gets code 1, and so on."""
    total = len(units)

    def fill(code: int, left: tuple[int, ...], filled: list[int]) -> Iterator[list[int]]:
        if code == len(counts) - 1:
            for unit in left:
                filled[unit] = code
            yield filled.copy()
            return
        for chosen in combinations(left, counts[code]):
            for unit in chosen:
                filled[unit] = code
            taken = set(chosen)
            yield from fill(code + 1, tuple(u for u in left if u not in taken), filled)

    return fill(0, tuple(units), [0] * total)


def _some_ways(
    codes: Codes, draws: int, rng: np.random.Generator | None
) -> Iterator[NDArray[np.intp]]:
    if draws < 1:
        raise ParameterError(f"draws must be at least 1, not {draws}")
    if rng is None:
        raise ParameterError(
            f"rng is needed when there are more than {FULL_ENUMERATION_UP_TO} ways to hand out the"
            " start dates: give numpy.random.default_rng(seed)"
        )
    rows = max(1, _BLOCK_CELLS // len(codes))
    for start in range(0, draws, rows):
        count = min(rows, draws - start)
        yield rng.permuted(np.broadcast_to(codes, (count, len(codes))), axis=1)
