"""Count pupils by school, score and group: one table that adds up over schools, trusts, LAs and England.

The gap of any community, on any measure, comes from these counts; pupils need not be in memory together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats, Whole, whole_codes
from recovery_analysis.stats.gaps.codes import (
    as_whole,
    checked_edges,
    finite_scores,
    group_flags,
    label_codes,
)

#: Counts beyond this are no longer exact in float64 sums.
_MOST_PUPILS = 2**53
_DENSE_CELLS = 4_000_000
#: Rows sorted by year at a time (they fit the cache), and up to how many years that is faster than all at once.
_PIECE, _FEW_YEARS = 2**16, 64


def sums_at(place: Codes, amounts: Whole | Floats, length: int) -> Floats:
    """Add up the amounts at each place, 0 to ``length - 1``."""
    if length == 1:
        return np.array([amounts.sum()], dtype=np.float64)
    return np.bincount(place, weights=amounts, minlength=length).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YearTable:
    """One year's counts: K filled cells of S schools x B scores, sorted by school, then score.

    ``schools`` is None when schools were not told apart (S = 1). ``scores`` has B rising values;
    ``school_of`` and ``score_of`` (K) point into them; ``n_disadvantaged`` and ``n_other`` (K, int64) count
    pupils.
    """

    schools: tuple[str, ...] | None
    scores: Floats
    school_of: Codes
    score_of: Codes
    n_disadvantaged: Whole
    n_other: Whole

    def __post_init__(self) -> None:
        for name in ("n_disadvantaged", "n_other"):
            counts: Whole = getattr(self, name)
            if counts.dtype != np.int64 or bool((counts < 0).any()):
                raise ParameterError(f"{name} must hold int64 counts of 0 or more")
            if float(counts.sum(dtype=np.float64)) >= _MOST_PUPILS:
                raise ParameterError(
                    f"{name} adds up to more than 2^53, where sums are no longer exact: was a table"
                    " added to itself over and over?"
                )

    @property
    def n_schools(self) -> int:
        """How many schools there are; 1 when they were not told apart."""
        return 1 if self.schools is None else len(self.schools)

    def by_score(self) -> tuple[Floats, Floats]:
        """Disadvantaged and other pupils at each score, all schools together (B, B)."""
        if self.n_schools == 1:
            return self.n_disadvantaged.astype(np.float64), self.n_other.astype(np.float64)
        return self._summed(self.score_of, len(self.scores))

    def by_school(self) -> tuple[Floats, Floats]:
        """Disadvantaged and other pupils of each school (S, S)."""
        return self._summed(self.school_of, self.n_schools)

    def _summed(self, place: Codes, length: int) -> tuple[Floats, Floats]:
        return sums_at(place, self.n_disadvantaged, length), sums_at(place, self.n_other, length)

    def __add__(self, other: "YearTable") -> "YearTable":
        if (self.schools is None) != (other.schools is None):
            raise ParameterError(
                "one table tells schools apart and the other does not: tabulate both with school ids, or"
                " both with school=None"
            )
        schools = None
        places = [self.school_of, other.school_of]
        if self.schools is not None and other.schools is not None:
            schools = tuple(sorted({*self.schools, *other.schools}))
            rank = {name: k for k, name in enumerate(schools)}
            places = [
                np.array([rank[name] for name in one.schools or ()], dtype=np.intp)[one.school_of]
                for one in (self, other)
            ]
        scores = np.union1d(self.scores, other.scores)
        bins = [np.searchsorted(scores, one.scores)[one.score_of] for one in (self, other)]
        return _cells(
            schools,
            scores,
            np.concatenate(places),
            np.concatenate(bins),
            np.concatenate([self.n_disadvantaged, other.n_disadvantaged]),
            np.concatenate([self.n_other, other.n_other]),
        )

    def only(self, schools: Sequence[str]) -> "YearTable":
        """Keep the schools named; a school that is not in the table has no pupils that year.

        Raises
        ------
        ParameterError
            If the table does not tell schools apart.
        TooFewToReport
            If it holds none of the schools.
        """
        if self.schools is None:
            raise ParameterError(
                "the table does not tell schools apart: tabulate again with school ids"
            )
        wanted = {str(name) for name in schools}
        kept = [k for k, name in enumerate(self.schools) if name in wanted]
        if not kept:
            raise TooFewToReport(
                f"the table of {len(self.schools)} schools holds none of the {len(wanted)} asked for"
            )
        rank = np.full(len(self.schools), -1, dtype=np.intp)
        rank[kept] = np.arange(len(kept))
        inside = rank[self.school_of] >= 0
        present, bins = np.unique(self.score_of[inside], return_inverse=True)
        return YearTable(
            schools=tuple(self.schools[k] for k in kept),
            scores=self.scores[present],
            school_of=rank[self.school_of[inside]],
            score_of=bins.astype(np.intp, copy=False),
            n_disadvantaged=self.n_disadvantaged[inside],
            n_other=self.n_other[inside],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapTable:
    """Counts by school, score and group for one or more years; ``+`` adds the pupils of another table."""

    years: tuple[str, ...]
    tables: tuple[YearTable, ...]

    def of(self, year: str | int | None = None) -> YearTable:
        """Give one year's table; ``year`` may be left out when there is only one.

        Raises
        ------
        ParameterError
            If the table does not hold that year, or holds several and none is named.
        """
        held = ", ".join(self.years)
        if year is None and len(self.years) > 1:
            raise ParameterError(f"year must be named: the table holds {held}")
        name = held if year is None else str(year)
        if name not in self.years:
            raise ParameterError(f"year must be one that the table holds ({held}), not {name!r}")
        return self.tables[self.years.index(name)]

    def only(self, *, schools: Sequence[str]) -> "GapTable":
        """Keep some schools, such as those of a trust; years in which it holds none of them drop out.

        Raises
        ------
        ParameterError
            If the table does not tell schools apart.
        TooFewToReport
            If it holds none of the schools in any year.
        """
        wanted = {str(name) for name in schools}
        years = [
            year
            for year, table in zip(self.years, self.tables, strict=True)
            if table.schools is None or not wanted.isdisjoint(table.schools)
        ]
        if not years:
            raise TooFewToReport(
                f"the table holds none of the {len(wanted)} schools asked for, in any year"
            )
        return GapTable(
            years=tuple(years), tables=tuple(self.of(year).only(schools) for year in years)
        )

    def __add__(self, other: "GapTable") -> "GapTable":
        merged = dict(zip(self.years, self.tables, strict=True))
        for year, table in zip(other.years, other.tables, strict=True):
            merged[year] = merged[year] + table if year in merged else table
        years = tuple(sorted(merged))
        return GapTable(years=years, tables=tuple(merged[year] for year in years))


def tabulate(
    *,
    score: ArrayLike,
    disadvantaged: ArrayLike,
    school: ArrayLike | None,
    year: ArrayLike,
    edges: ArrayLike | None = None,
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

    Raises
    ------
    ParameterError
        If an array is not as described; the message names it.
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


def _cells(
    schools: tuple[str, ...] | None,
    scores: Floats,
    school_of: Codes,
    score_of: Codes,
    n_disadvantaged: Whole,
    n_other: Whole,
) -> YearTable:
    """Sort the cells and add up those that stand twice."""
    key = school_of * len(scores) + score_of
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    return YearTable(
        schools=schools,
        scores=scores,
        school_of=key[starts] // len(scores),
        score_of=key[starts] % len(scores),
        n_disadvantaged=np.add.reduceat(n_disadvantaged[order], starts),
        n_other=np.add.reduceat(n_other[order], starts),
    )
