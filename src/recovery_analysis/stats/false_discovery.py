"""Many comparisons at once: which stand when the share of false ones among them is held down.

References
----------
Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach
to multiple testing. doi:10.1111/j.2517-6161.1995.tb02031.x
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recovery_analysis.errors import ParameterError


def stands(p: ArrayLike, *, rate: float = 0.05) -> NDArray[np.bool_]:
    """Say which tests stand by the step-up rule of Benjamini and Hochberg.

    Parameters
    ----------
    p
        n chances (0 to 1); NaN where a comparison could not be tested: it never stands and is not counted.
    rate
        Largest expected share of false ones among those that stand, for tests that are independent or, as
        answers of the same people mostly are, positively related.

    Raises
    ------
    ParameterError
        If a chance or the rate is not between 0 and 1.

    Examples
    --------
    >>> stands([0.001, 0.02, 0.04, 0.6]).tolist()
    [True, True, False, False]
    """
    chances = np.asarray(p, dtype=np.float64)
    told = np.isfinite(chances)
    if chances.ndim != 1 or bool(((chances[told] < 0) | (chances[told] > 1)).any()):
        raise ParameterError("p must hold chances between 0 and 1, one a comparison")
    if not 0 < rate < 1:
        raise ParameterError(f"rate must be between 0 and 1, not {rate}")
    ordered = np.sort(chances[told])
    count = len(ordered)
    passed = np.flatnonzero(ordered <= rate * np.arange(1, count + 1) / max(count, 1))
    limit = ordered[passed[-1]] if len(passed) else -1.0
    return told & (np.where(told, chances, 2.0) <= limit)
