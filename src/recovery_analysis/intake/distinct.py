"""Work done once for each distinct cell: a column of a million rows has few distinct grades or scores."""

from collections.abc import Callable
from typing import Any, Literal

import pandas as pd


def by_distinct(
    cells: pd.Series, read: Callable[[Any], object], *, dtype: Literal["str", "float64", "bool"]
) -> pd.Series:
    """Apply a function to each distinct cell and spread the results over the rows.

    Examples
    --------
    >>> import pandas as pd
    >>> by_distinct(pd.Series(["a", "b", "a"]), str.upper, dtype="str").tolist()
    ['A', 'B', 'A']
    """
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    values = pd.Series([read(cell) for cell in distinct], dtype=dtype)
    return pd.Series(values.array.take(codes), index=cells.index, name=cells.name)
