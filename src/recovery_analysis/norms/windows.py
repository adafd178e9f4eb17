"""Tests of pupils as arrays: one test a pupil, subject and window, and the earlier test that it follows.

A window is one season of one academic year, as a whole number: seasons follow each other by one, the same
season a year later is three further on. Norms (a nation) and analyses (one community) both come through here,
so that a pupil's expectation is made in one way only.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recovery_analysis.words.periods import AcademicYear
from recovery_analysis.words.pupils import SEASONS, SUBJECTS, season_of, testing_year

SUBJECT_NAMES = tuple(SUBJECTS)
#: A prior test may lie this many years back; cohorts before the baseline rarely reach further.
MOST_YEARS_BACK = 4
WINDOWS_A_YEAR = len(SEASONS)
_FIRST_YEAR = 1990
_LOWEST_YEAR_GROUP, _YEAR_GROUPS = -2, 20
_EPOCH = date(1970, 1, 1)

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tests:
    """Columns of equal length, one row a test.

    ``pupil`` and ``school`` are whole numbers of the caller's choice, ``subject`` the place in
    ``SUBJECT_NAMES``, ``day`` days since 1970, ``sem`` the standard error of measurement (NaN where the test
    does not say) and ``tie`` any number that tells two tests of one day apart.
    """

    __test__ = False  # pytest takes classes called Test... for tests

    pupil: NDArray[np.integer]
    school: NDArray[np.integer]
    subject: NDArray[np.integer]
    window: NDArray[np.integer]
    day: NDArray[np.integer]
    year_group: NDArray[np.integer]
    score: NDArray[np.floating]
    sem: NDArray[np.floating]
    tie: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.pupil)

    def __getitem__(self, rows: NDArray[np.generic]) -> Self:
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def window_number(start: int, season: str) -> int:
    """Give the number of a season of the academic year that starts in ``start``.

    Examples
    --------
    >>> window_number(2020, "autumn") - window_number(2019, "autumn")
    3
    """
    return (start - _FIRST_YEAR) * WINDOWS_A_YEAR + SEASONS.index(season)


def window_of(day: date) -> int:
    """Give the window in which a day lies."""
    return window_number(testing_year(day).start, season_of(day))


def season_at(window: int) -> str:
    """Give the season of a window."""
    return SEASONS[window % WINDOWS_A_YEAR]


def year_at(window: int) -> AcademicYear:
    """Give the academic year of a window."""
    return AcademicYear(_FIRST_YEAR + window // WINDOWS_A_YEAR)


def day_number(day: date) -> int:
    """Give the days since 1970."""
    return (day - _EPOCH).days


def first_tests(tests: Tests) -> Tests:
    """Keep the first test of each pupil, subject and window, sorted by these.

    A second test in a window is often given because the first was low: taking the first one, and not the
    last or the best, keeps that choice out of the figures.
    """
    order = np.lexsort((tests.tie, tests.day, tests.window, tests.subject, tests.pupil))
    ordered = tests[order]
    first = np.ones(len(ordered), np.bool_)
    same = [ordered.pupil, ordered.subject, ordered.window]
    first[1:] = np.any([part[1:] != part[:-1] for part in same], axis=0) if len(ordered) else False
    return ordered[np.flatnonzero(first)]


def test_keys(tests: Tests) -> NDArray[np.int64]:
    """Give each test of ``first_tests`` one rising number by pupil, subject and window."""
    _, pupil = np.unique(tests.pupil, return_inverse=True)
    place = pupil.astype(np.int64) * len(SUBJECT_NAMES) + tests.subject
    return place * 1024 + tests.window


test_keys.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]


def earlier(keys: NDArray[np.int64], years: int) -> Codes:
    """Give the place of the same pupil's test in the same season ``years`` years before; -1 for none."""
    if not len(keys):
        return np.empty(0, np.intp)
    wanted = keys - WINDOWS_A_YEAR * years
    place = np.searchsorted(keys, wanted)
    return np.where(keys[place] == wanted, place, -1).astype(np.intp)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Rows of ``Tests`` with their prior test: places of both, years between; prior -1 for no prior wanted."""

    now: Codes
    prior: Codes
    years: Codes

    def __len__(self) -> int:
        return len(self.now)


def pairs_before(tests: Tests, baseline: date) -> Pairs:
    """Pair tests up to the baseline date with each earlier test of the same season, one to four years back."""
    keys = test_keys(tests)
    old = tests.day <= day_number(baseline)
    return _joined([(old, earlier(keys, years), years) for years in range(1, MOST_YEARS_BACK + 1)])


def anchored_pairs(tests: Tests, baseline: date) -> Pairs:
    """Pair each test with those that its progress is counted from.

    Up to the baseline date: each earlier test of the same season, as in ``pairs_before``. After it: the last
    test of the same season before the baseline date, however many years (up to four) that is back, so that
    progress always spans the closure. Tests after the baseline date within its own window belong to neither
    side.
    """
    keys = test_keys(tests)
    limit = day_number(baseline)
    old = tests.day <= limit
    open_still = ~old & (tests.window > window_of(baseline))
    found: list[tuple[NDArray[np.bool_], Codes, int]] = []
    for years in range(1, MOST_YEARS_BACK + 1):
        prior = earlier(keys, years)
        is_anchor = open_still & (prior >= 0) & (tests.day[prior] <= limit)
        found.append((old | is_anchor, prior, years))
        open_still &= ~is_anchor
    return _joined(found)


def without_prior(tests: Tests, baseline: date) -> Pairs:
    """Give every test on either side of the baseline date, to be compared with its year group before it."""
    sided = (tests.day <= day_number(baseline)) | (tests.window > window_of(baseline))
    now = np.flatnonzero(sided)
    return Pairs(now=now, prior=np.full(len(now), -1), years=np.zeros(len(now), np.intp))


def _joined(parts: list[tuple[NDArray[np.bool_], Codes, int]]) -> Pairs:
    now = [np.flatnonzero(chosen & (prior >= 0)) for chosen, prior, _ in parts]
    rows = zip(now, parts, strict=True)
    return Pairs(
        prior=np.concatenate([prior[own] for own, (_, prior, _) in rows]),
        years=np.concatenate(
            [np.full(len(own), years) for own, (_, _, years) in zip(now, parts, strict=True)]
        ),
        now=np.concatenate(now),
    )


def cell_numbers(tests: Tests, pairs: Pairs) -> NDArray[np.int64]:
    """Give each pair the number of its cell: subject, year group, season and years between (0: no prior)."""
    own = tests.subject[pairs.now].astype(np.int64) * _YEAR_GROUPS
    own += tests.year_group[pairs.now] - _LOWEST_YEAR_GROUP
    own = own * WINDOWS_A_YEAR + tests.window[pairs.now] % WINDOWS_A_YEAR
    return own * (MOST_YEARS_BACK + 1) + pairs.years


def cell_meaning(number: int) -> tuple[str, int, str, int]:
    """Give subject, year group, season and years between the tests of a cell.

    Examples
    --------
    >>> cell_meaning(110)
    ('reading', 5, 'spring', 0)
    """
    rest, years = divmod(number, MOST_YEARS_BACK + 1)
    rest, season = divmod(rest, WINDOWS_A_YEAR)
    subject, group = divmod(rest, _YEAR_GROUPS)
    return SUBJECT_NAMES[subject], group + _LOWEST_YEAR_GROUP, SEASONS[season], years


def days_between(tests: Tests, pairs: Pairs) -> NDArray[np.int64]:
    """Give the days between both tests; without a prior, the days since the start of August before the test."""
    day = tests.day[pairs.now].astype(np.int64)
    start = tests.window[pairs.now] // WINDOWS_A_YEAR + _FIRST_YEAR
    august = ((start - 1970).astype("datetime64[Y]") + np.timedelta64(7, "M")).astype(
        "datetime64[D]"
    )
    since = day - august.astype(np.int64)
    return np.where(pairs.prior >= 0, day - tests.day[pairs.prior], since)
