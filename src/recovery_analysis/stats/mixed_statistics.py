"""What a model with random intercepts needs to know of the pupils: one small table that adds up.

Notes
-----
A cell is one level of the finest group (a school) or, for pupils without one, one combination of the coarser
groups. Kept are the cells' counts and means of the columns of x and of y, and the cross products around
these means, summed over all cells. Two tables add exactly (the shift between the means of a school that
stands in both goes into the cross products), so partitions are read one after the other and the whole never
has to be in memory. Cross products are always taken around means: a column of years loses no digits.

References
----------
Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance. The
American Statistician 37(3), 242-247.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats, refuse_not_finite, vector

Ids = NDArray[Any]

#: The finest group and up to two crossed coarser ones.
MOST_GROUPS = 3
#: Whole-number ids are looked up in a table while their range is below this many times their number.
_TABLE_PER_ROW = 4
_BLOCK_ROWS = 65_536
_LARGEST_ID = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SufficientStatistics:
    """Counts, means and cross products of a set of pupils; ``a + b`` is the table of both sets.

    Attributes
    ----------
    names
        The groups' names, finest first.
    levels
        For each name its ids, sorted.
    members
        names x cells: which id each cell belongs to (its place in ``levels``), -1 for none.
    counts
        Pupils in each cell.
    means
        cells x (p + 1): means of the p columns of x, then of y.
    within
        (p + 1) x (p + 1): cross products around the cells' means, summed over cells.

    Examples
    --------
    >>> part = sufficient_statistics(y=[1, 2], x=[[1]] * 2, groups={"school": ["a", "b"]})
    >>> (part + part).n
    4
    """

    names: tuple[str, ...]
    levels: tuple[Ids, ...]
    members: Codes
    counts: NDArray[np.int64]
    means: Floats
    within: Floats

    @property
    def n(self) -> int:
        """Number of pupils."""
        return int(self.counts.sum())

    def __add__(self, other: "SufficientStatistics") -> "SufficientStatistics":
        """Give the table of both sets of pupils.

        Raises
        ------
        ParameterError
            If the groups or the number of columns differ, ids are text here and numbers there, or a school
            belongs to one trust here and to another there.
        """
        if not isinstance(other, SufficientStatistics):
            return NotImplemented
        _refuse_unlike(self, other)
        levels, members = [], []
        for place, name in enumerate(self.names):
            merged, mine, theirs = _merge(name, self.levels[place], other.levels[place])
            levels.append(merged)
            pair = (mine, self.members[place]), (theirs, other.members[place])
            members.append(np.concatenate([_renumber(moved, codes) for moved, codes in pair]))
        return _gather(
            names=self.names,
            levels=tuple(levels),
            codes=np.array(members),
            counts=np.concatenate([self.counts, other.counts]),
            columns=np.concatenate([self.means, other.means]).T,
            within=self.within + other.within,
        )


def sufficient_statistics(
    *, y: ArrayLike, x: ArrayLike, groups: Mapping[str, ArrayLike]
) -> SufficientStatistics:
    """Pass over the pupils once and keep what the fit needs.

    Parameters
    ----------
    y
        n outcomes.
    x
        n x p columns of the fixed effects; the caller adds the column of ones.
    groups
        Name to n ids (text or whole numbers; None where a pupil has no such term). The first is the finest
        unit, such as the school; up to two coarser ones follow, such as trust and LA. All pupils of one
        finest id have the same coarser ids.

    Raises
    ------
    ParameterError
        If lengths differ, a value is missing or infinite, an id is neither text nor a whole number, or a
        school belongs to two trusts.
    TooFewToReport
        If there are no rows.

    Examples
    --------
    >>> half = sufficient_statistics(y=[1, 2, 4], x=[[1]] * 3, groups={"school": ["a", "a", "b"]})
    >>> whole = half + half
    >>> whole.n, whole.counts.tolist(), whole.means[:, 1].tolist()
    (6, [4, 2], [1.5, 4.0])
    """
    response = vector(y, "y")
    n = len(response)
    if n == 0:
        raise TooFewToReport("y holds no rows: there is nothing to fit")
    columns = _columns(x, response)
    if not groups or len(groups) > MOST_GROUPS:
        raise ParameterError(
            "groups must name the finest unit and at most two coarser ones, such as"
            f" {{'school': ..., 'trust': ..., 'la': ...}}; {len(groups)} were given"
        )
    coded = [_encode(name, ids, n) for name, ids in groups.items()]
    return _gather(
        names=tuple(groups),
        levels=tuple(levels for levels, _ in coded),
        codes=np.array([codes for _, codes in coded]),
        counts=None,
        columns=columns,
        within=np.zeros((len(columns), len(columns))),
    )


def _columns(x: ArrayLike, response: Floats) -> Floats:
    """Columns of x, then y, as rows of one array: each of them lies together in memory."""
    try:
        given = np.asarray(x)
        if given.ndim != 2 or len(given) != len(response) or given.shape[1] == 0:
            raise ParameterError(
                f"x must have {len(response)} rows, as y has, and at least one column;"
                f" its shape is {given.shape}"
            )
        columns = np.empty((given.shape[1] + 1, len(response)))
        columns[:-1] = given.T
    except (TypeError, ValueError) as error:
        raise ParameterError(
            "x must hold numbers in rows of equal length; change text and nulls first"
        ) from error
    columns[-1] = response
    for index, column in enumerate(columns[:-1]):
        refuse_not_finite(column, f"column {index} of x (counted from 0)")
    return columns


def _gather(
    *,
    names: tuple[str, ...],
    levels: tuple[Ids, ...],
    codes: Codes,
    counts: NDArray[np.int64] | None,
    columns: Floats,
    within: Floats,
) -> SufficientStatistics:
    """Bring rows (pupils, or cells of two tables) together into cells; counts None: each row is one pupil."""
    cell, members = _cells(names, levels, codes)
    cells = members.shape[1]
    size = np.bincount(cell, weights=counts, minlength=cells)
    with np.errstate(over="ignore", invalid="ignore"):
        means = np.empty((cells, len(columns)))
        for place, column in enumerate(columns):
            total = column if counts is None else column * counts
            means[:, place] = np.bincount(cell, weights=total, minlength=cells) / size
        spread = within + _around(columns, means, cell, counts)
    if not (np.isfinite(means).all() and np.isfinite(spread).all()):
        raise ParameterError(
            "y or a column of x is too large to be squared and summed: rescale it (divide by its spread)"
        )
    return SufficientStatistics(
        names=names,
        levels=levels,
        members=members,
        counts=np.rint(size).astype(np.int64),
        means=means,
        within=(spread + spread.T) / 2,
    )


def _around(
    columns: Floats, means: Floats, cell: Codes, counts: NDArray[np.int64] | None
) -> Floats:
    """Cross products around the cells' means, block by block so that no second copy of the rows is made."""
    products = np.zeros((len(columns), len(columns)))
    by_column = np.ascontiguousarray(means.T)
    with threadpool_limits(limits=1, user_api="blas"):
        for start in range(0, columns.shape[1], _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            block = columns[:, rows] - by_column[:, cell[rows]]
            weighted = block if counts is None else block * counts[rows]
            products += weighted @ block.T
    return products


def _cells(names: tuple[str, ...], levels: tuple[Ids, ...], codes: Codes) -> tuple[Codes, Codes]:
    """Give each row's cell a number (schools in the order of their ids first) and give the cells' groups."""
    cell = codes[0].copy()
    cells = len(levels[0])
    loose = np.flatnonzero(cell < 0)
    if len(loose):
        key = np.zeros(len(loose), np.int64)
        for ids, own in zip(levels[1:], codes[1:], strict=True):
            key = key * (len(ids) + 1) + own[loose] + 1
        found, place = np.unique(key, return_inverse=True)
        cell[loose] = cells + place
        cells += len(found)
    one_row = np.empty(cells, np.intp)
    one_row[cell] = np.arange(len(cell))
    members = codes[:, one_row]
    for name, own, told in zip(names[1:], codes[1:], members[1:], strict=True):
        clash = told[cell] != own
        if clash.any():
            several = np.unique(cell[clash])
            raise ParameterError(
                f"each {names[0]} must have one {name} or none at all; {len(several)} have two or more,"
                f" such as {names[0]} {levels[0][several[0]]}: a {names[0]} that changed {name} enters as"
                f" spells, with an id of its own for each ({names[0]} id and year of the change)"
            )
    return cell, members


def _encode(name: str, ids: ArrayLike, n: int) -> tuple[Ids, Codes]:
    """Give the sorted ids and each row's place among them, -1 for None."""
    # a list of text with a NaN in it must not become the text "nan"
    given = np.asarray(ids, dtype=object if isinstance(ids, list | tuple) else None)
    if given.shape != (n,):
        raise ParameterError(
            f"groups[{name!r}] must have {n} ids in one dimension, as y has; its shape is {given.shape}"
        )
    if given.dtype.kind in "iu":
        return _encode_numbers(name, given)
    if given.dtype.kind not in "OUT":
        raise _wrong_ids(name)
    listed = given.tolist()
    found = [key for key in dict.fromkeys(listed) if key is not None]
    if not all(isinstance(key, str) and key.strip() for key in found):
        if any(isinstance(key, bool) or not isinstance(key, int | np.integer) for key in found):
            raise _wrong_ids(name)
        _refuse_large(name, max(map(abs, found)))
    levels = np.array(sorted(found)) if found else np.empty(0, np.str_)
    places = {key: place for place, key in enumerate(sorted(found))} | {None: -1}
    return levels, np.fromiter(map(places.__getitem__, listed), np.intp, n)


def _encode_numbers(name: str, given: Ids) -> tuple[Ids, Codes]:
    low, high = int(given.min()), int(given.max())
    _refuse_large(name, high)
    whole = given.astype(np.int64)
    if high - low > _TABLE_PER_ROW * len(whole):
        levels, codes = np.unique(whole, return_inverse=True)
        return levels, codes.astype(np.intp)
    whole -= low
    present = np.zeros(high - low + 1, np.bool_)
    present[whole] = True
    table = np.cumsum(present) - 1
    return np.flatnonzero(present) + low, table[whole]


def _wrong_ids(name: str) -> ParameterError:
    return ParameterError(
        f"groups[{name!r}] must hold text or whole numbers, all of one kind, and None for a pupil without"
        f" {name}; missing values of other kinds (NaN, empty text) and fractions are refused: put None there"
    )


def _refuse_large(name: str, largest: int) -> None:
    if largest > _LARGEST_ID:
        raise ParameterError(
            f"groups[{name!r}] holds a whole number above {_LARGEST_ID}, which overflows: give ids as text"
        )


def _renumber(place: Codes, codes: Codes) -> Codes:
    """Change old numbers to new ones; -1 stays."""
    return np.append(place, -1).astype(np.intp)[codes]


def _merge(name: str, mine: Ids, theirs: Ids) -> tuple[Ids, Codes, Codes]:
    """Sorted ids of both, and the new place of each of mine and of theirs."""
    if len(mine) and len(theirs) and mine.dtype.kind != theirs.dtype.kind:
        raise ParameterError(
            f"groups[{name!r}] holds text in one part and whole numbers in the other: read ids as text"
        )
    if not (len(mine) and len(theirs)):
        known = mine if len(mine) else theirs
        same = np.arange(len(known), dtype=np.intp)
        return known, same[: len(mine)], same[: len(theirs)]
    levels, place = np.unique(np.concatenate([mine, theirs]), return_inverse=True)
    return levels, place[: len(mine)], place[len(mine) :]


def _refuse_unlike(mine: SufficientStatistics, theirs: SufficientStatistics) -> None:
    if mine.names != theirs.names:
        raise ParameterError(
            f"parts must have the same groups in the same order; {', '.join(mine.names)} and"
            f" {', '.join(theirs.names)} can not be added"
        )
    if mine.means.shape[1] != theirs.means.shape[1]:
        raise ParameterError(
            "parts must have the same columns of x in the same order;"
            f" {mine.means.shape[1] - 1} and {theirs.means.shape[1] - 1} columns can not be added"
        )
