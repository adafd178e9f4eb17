"""Counts of pupils by school, score and group, year by year; tables of parts add up to that of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats, Whole, refuse_other_count

#: Counts beyond this are no longer exact in float64 sums.
_MOST_PUPILS = 2**53


def sums_at(place: Codes, amounts: Whole | Floats, length: int) -> Floats:
    """Add up the amounts at each place, 0 to ``length - 1``.

    Examples
    --------
    >>> sums_at(np.array([0, 2, 0]), np.array([5, 1, 2]), 3).tolist()
    [7.0, 0.0, 1.0]
    """
    if length == 1:
        return np.array([amounts.sum()], dtype=np.float64)
    return np.bincount(place, weights=amounts, minlength=length).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YearTable:
    """One year's counts: K filled cells of S schools x B scores, sorted by school, then score.

    ``schools`` is None when schools were not told apart (S = 1). ``scores`` has B rising values;
    ``school_of`` and ``score_of`` (K) point into them; ``n_disadvantaged`` and ``n_other`` (K, int64) count
    pupils.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> table = tabulate(
    ...     score=[98, 104, 105, 99], disadvantaged=[1, 0, 0, 1], school=list("aabb"), year=2024
    ... ).of()
    >>> table.n_schools, table.only(["b"]).scores.tolist(), (table + table).n_other.tolist()
    (2, [99.0, 105.0], [0, 2, 0, 2])
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
    """Counts by school, score and group for one or more years; ``+`` adds the pupils of another table.

    Examples
    --------
    >>> from recovery_analysis.stats.gaps import tabulate
    >>> parts = [
    ...     tabulate(score=[98, 104], disadvantaged=[1, 0], school=list("aa"), year=year)
    ...     for year in ("2019", "2024")
    ... ]
    >>> whole = (parts[0] + parts[1]).complete(expected_rows=4)
    >>> whole.years, whole.n, whole.only(schools=["a"]).of("2024").scores.tolist()
    (('2019', '2024'), 4, [98.0, 104.0])
    """

    years: tuple[str, ...]
    tables: tuple[YearTable, ...]

    @property
    def n(self) -> int:
        """Pupils of all years."""
        return sum(int((one.n_disadvantaged + one.n_other).sum()) for one in self.tables)

    def complete(self, *, expected_rows: int) -> "GapTable":
        """Give this table itself if it counts as many pupils as its source says that there are.

        Raises
        ------
        ParameterError
            If another number arrived: a part is missing, cut short or counted twice.
        """
        refuse_other_count(self.n, expected_rows)
        return self

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
