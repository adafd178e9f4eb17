"""Arrays and text columns that all synthetic pupil data are built with."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: First word of a pseudonym by kind, so that pupils, tests and respondents never share one.
_KINDS = {"pupil": 1, "former": 2, "test": 3, "quiz": 4, "respondent": 5}
#: Odd, so that multiplying by it keeps numbers below ``_ROOM`` apart.
_SPREAD, _ROOM = 0x9E3779B97F4A7C15, 1 << 60
#: Numbers of persons and tests start this far apart between partitions.
PARTITION = 1_000_000_000


def pseudonyms(kind: str, numbers: Integers) -> NDArray[np.object_]:
    """Give 32 hexadecimal digits for each number, in the place of keyed hashes.

    The first digit is the kind, the next 15 are the number times an odd constant, so that all digits differ as
    those of a hash do: norms tell pupils apart by the first 16.

    Examples
    --------
    >>> str(pseudonyms("pupil", np.array([1]))[0])
    '1e3779b97f4a7c150000000000000001'
    """
    first = _KINDS[kind]
    return np.array(
        [f"{first:x}{number * _SPREAD % _ROOM:015x}{number:016x}" for number in numbers.tolist()],
        dtype=object,
    )


def take(words: Sequence[str | None], at: Integers) -> NDArray[np.object_]:
    """Give the word at each place."""
    return np.array(words, dtype=object)[at]


def yes_no(flags: Flags) -> NDArray[np.object_]:
    """Write flags as yes and no."""
    return take(("no", "yes"), flags.astype(np.int64))


def days(first: str, plus: Integers | int = 0) -> NDArray[np.datetime64]:
    """Give calendar days some days after ``first`` (ISO), to the microsecond as the tables keep them."""
    return (np.datetime64(first, "D") + np.asarray(plus)).astype("datetime64[us]")


def academic_year(year: int) -> str:
    """Write the academic year that starts in a calendar year.

    Examples
    --------
    >>> academic_year(2019)
    '2019/20'
    """
    return f"{year}/{(year + 1) % 100:02d}"


def draw_categories(rng: np.random.Generator, shares: Floats) -> Integers:
    """Draw one category a row from ``shares`` ``[row, category]``, which add to one in each row."""
    u = rng.random(len(shares))
    edges = np.cumsum(shares, axis=1)[:, :-1]
    return np.asarray((u[:, None] >= edges).sum(axis=1), dtype=np.int64)


def frame(columns: dict[str, object]) -> pd.DataFrame:
    """Build a table from arrays of one length and single values; text becomes pandas' text type."""
    n = max(
        (len(values) for values in columns.values() if isinstance(values, np.ndarray)), default=1
    )
    out = pd.DataFrame(
        {
            name: values
            if isinstance(values, np.ndarray)
            else pd.Series([values] * n, dtype=_kind(values))
            for name, values in columns.items()
        }
    )
    texts = [name for name, kind in out.dtypes.items() if kind.kind == "O"]
    return out.astype(dict.fromkeys(texts, "str"))


def _kind(value: object) -> str:
    return "str" if isinstance(value, str) else "float64"
