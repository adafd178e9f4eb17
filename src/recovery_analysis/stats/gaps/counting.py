"""Count pupils by school, score and group: one table that adds up over schools, trusts, LAs and England.

The gap of any community, on any measure, comes from these counts; pupils need not be in memory together.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recovery_analysis.errors import ParameterError
from recovery_analysis.stats.design import Codes, Floats, Whole, refuse_other_count, whole_codes
from recovery_analysis.stats.gaps.codes import (
    as_whole,
    checked_edges,
    finite_scores,
    group_flags,
    label_codes,
)
from recovery_analysis.stats.gaps.table import GapTable, YearTable

_DENSE_CELLS = 4_000_000
#: Rows sorted by year at a time (they fit the cache), and up to how many years that is faster than all at once.
_PIECE, _FEW_YEARS = 2**16, 64


def tabulate(
    *,
    score: ArrayLike,
    disadvantaged: ArrayLike,
    school: ArrayLike | None,
    year: ArrayLike,
    edges: ArrayLike | None = None,
    expected_rows: int | None = None,
) -> GapTable:
    """Count pupils by year, school, score and group.

    Parameters
    ----------
    score
        One finite number a pupil, in any unit; decimals or whole numbers.
    disadvantaged
        True or false (or 1 and 0) for each pupil.
    school
        An id for each pupil (text or whole numbers, kept as text), or None to count the nation as one.
    year
        A label for each pupil, or one for all.
    edges
        None: each different score is a bin of its own and nothing is lost. Rising numbers: pupils from one
        edge to below the next (the last bin holds its upper edge too) count at the middle between the two;
        a thousand bins keep a bootstrap of scores with many decimals fast.
    expected_rows
        How many pupils the source says there are; None when it does not say. For several parts give the
        whole number to :meth:`GapTable.complete` of their sum.

    Raises
    ------
    ParameterError
        If an array is not as described, or another number of pupils arrived than ``expected_rows``; the
        message names it.
    TooFewToReport
        If there are no pupils.

    Examples
    --------
    >>> table = tabulate(
    ...     score=[98, 104, 104, 99],
    ...     disadvantaged=[True, False, False, True],
    ...     school=["100001", "100001", "100002", "100002"],
    ...     year="2023/24",
    ... )
    >>> table.of("2023/24").scores.tolist(), table.of().n_other.tolist()
    ([98.0, 99.0, 104.0], [0, 1, 0, 1])
    """
    values = finite_scores(score)
    count = len(values)
    refuse_other_count(count, expected_rows)
    is_low = group_flags(disadvantaged, count)
    codes, schools = (None, None) if school is None else label_codes(school, "school", count)
    if edges is not None:
        values = _middles(values.astype(np.float64), checked_edges(edges))
    years: list[str] = []
    tables: list[YearTable] = []
    for name, rows in _by_year(year, count):
        years.append(name)
        place = None if codes is None else codes[rows]
        tables.append(_year_table(as_whole(values[rows]), is_low[rows], place, schools))
    return GapTable(years=tuple(years), tables=tuple(tables))


def _middles(values: Floats, edges: Floats) -> Floats:
    outside = int(np.count_nonzero((values < edges[0]) | (values > edges[-1])))
    if outside:
        raise ParameterError(
            f"edges must span all scores; {outside} of {len(values)} lie outside: widen the first or the"
            " last edge"
        )
    place = np.minimum(np.searchsorted(edges, values, side="right") - 1, len(edges) - 2)
    return (0.5 * (edges[:-1] + edges[1:]))[place]


def _by_year(year: ArrayLike, count: int) -> Iterator[tuple[str, slice | Codes]]:
    """Each year's label and its rows: a slice where the pupils stand year by year."""
    labels = np.asarray(year)
    if labels.ndim == 0:
        _, (name,) = label_codes(labels.reshape(1), "year", 1)
        yield name, slice(None)
        return
    codes, names = label_codes(labels, "year", count)
    # 8 bits are sorted by radix, many times faster than 64
    narrow = codes.astype(np.uint8 if len(names) <= _FEW_YEARS else np.intp)
    if bool((narrow[:-1] <= narrow[1:]).all()):
        order, sizes = None, np.bincount(codes, minlength=len(names))
    else:
        order, sizes = _sorted_rows(narrow, len(names))
    ends = np.cumsum(sizes)
    for name, start, end in zip(names, [0, *ends[:-1]], ends, strict=True):
        yield name, slice(start, end) if order is None else order[start:end]


def _sorted_rows(codes: NDArray[np.integer], levels: int) -> tuple[Codes, Codes]:
    """Rows year by year, each year's in the order given, and how many each year has."""
    if levels > _FEW_YEARS:
        return np.argsort(codes, kind="stable"), np.bincount(codes, minlength=levels)
    found: list[list[Codes]] = [[] for _ in range(levels)]
    sizes = np.zeros(levels, dtype=np.intp)
    for start in range(0, len(codes), _PIECE):
        piece = codes[start : start + _PIECE]
        order = np.argsort(piece, kind="stable")
        order += start
        counts = np.bincount(piece, minlength=levels)
        for rows, part in zip(found, np.split(order, np.cumsum(counts)[:-1]), strict=True):
            rows.append(part)
        sizes += counts
    return np.concatenate([part for rows in found for part in rows]), sizes


def _year_table(
    values: NDArray[np.generic],
    is_low: NDArray[np.bool_],
    place: Codes | None,
    schools: tuple[str, ...] | None,
) -> YearTable:
    if place is not None and schools is not None:
        place, present = whole_codes(place)
        schools = tuple(schools[k] for k in present)
    elif values.dtype.kind == "f":
        return _nation(values.astype(np.float64, copy=False), is_low)
    if values.dtype.kind == "f":
        scores, bins = np.unique(values, return_inverse=True)
    else:
        bins, scores = whole_codes(values)
    key = bins if place is None else place * len(scores) + bins
    n_schools = 1 if schools is None else len(schools)
    if n_schools * len(scores) > max(_DENSE_CELLS, 2 * len(values)):
        filled, key = np.unique(key, return_inverse=True)
    else:
        filled = np.arange(n_schools * len(scores))
    counts = np.bincount(2 * key + is_low, minlength=2 * len(filled)).reshape(-1, 2)
    some = np.flatnonzero(counts.any(axis=1))
    return YearTable(
        schools=schools,
        scores=scores.astype(np.float64),
        school_of=filled[some] // len(scores),
        score_of=filled[some] % len(scores),
        n_disadvantaged=counts[some, 1].astype(np.int64),
        n_other=counts[some, 0].astype(np.int64),
    )


def _nation(values: Floats, is_low: NDArray[np.bool_]) -> YearTable:
    """Count a nation whose schools are not told apart: sorting is all there is to do."""
    scores, total = _runs(np.sort(values))
    low, n_low = _runs(np.sort(values[is_low]))
    n_disadvantaged = np.zeros(len(scores), dtype=np.int64)
    n_disadvantaged[np.searchsorted(scores, low)] = n_low
    return YearTable(
        schools=None,
        scores=scores,
        school_of=np.zeros(len(scores), dtype=np.intp),
        score_of=np.arange(len(scores)),
        n_disadvantaged=n_disadvantaged,
        n_other=total - n_disadvantaged,
    )


def _runs(ordered: Floats) -> tuple[Floats, Whole]:
    """Different values of a sorted array and how often each stands there."""
    changes = ordered[1:] != ordered[:-1]
    if bool(changes.all()):
        return ordered, np.ones(len(ordered), dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(ordered)])
    counts = np.empty(len(starts), dtype=np.int64)
    np.subtract(starts[1:], starts[:-1], out=counts[:-1])
    counts[-1:] = len(ordered) - starts[-1:]
    return ordered[starts], counts
