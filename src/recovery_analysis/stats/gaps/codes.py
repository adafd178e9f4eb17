"""Give each different id or score a number, in one pass where whole numbers allow it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recovery_analysis.errors import ParameterError, TooFewToReport
from recovery_analysis.stats.design import Codes, Floats, whole_codes

#: Floats that are whole numbers of a range below this are counted as whole numbers.
_NARROW = 1_000_000
#: Beyond this float64 merges neighbouring whole numbers.
_LARGEST_WHOLE = 2**53


def label_codes(labels: ArrayLike, name: str, length: int) -> tuple[Codes, tuple[str, ...]]:
    """Give each id a number, from 0 in the order of their text, and list the ids as text.

    Raises
    ------
    ParameterError
        If the ids are of another length, neither text nor whole numbers, or one is missing.

    Examples
    --------
    >>> codes, ids = label_codes([9, 10, 9], "school", 3)
    >>> codes.tolist(), ids
    ([1, 0, 1], ('10', '9'))
    """
    ids = np.asarray(labels)
    if ids.shape != (length,):
        raise ParameterError(
            f"{name} must have {length} ids in one dimension, one for each score, not shape {ids.shape}"
        )
    if ids.dtype.kind in "iu" and np.can_cast(ids.dtype, np.int64):
        codes, values = whole_codes(ids)
        texts = [str(value) for value in values.tolist()]
    elif ids.dtype.kind in "OUu":
        codes, texts = _text_codes(ids, name)
    else:
        raise ParameterError(
            f"{name} must be text or whole numbers, not {ids.dtype}: ids that became decimal numbers"
            " have one missing among them, give each pupil one"
        )
    levels = tuple(sorted(set(texts)))
    if list(levels) == texts:
        return codes, levels
    place = {text: k for k, text in enumerate(levels)}
    return np.array([place[text] for text in texts], dtype=np.intp)[codes], levels


def _text_codes(ids: NDArray[np.generic], name: str) -> tuple[Codes, list[str]]:
    seen: dict[object, int] = {}
    codes = np.fromiter(
        (seen.setdefault(key, len(seen)) for key in ids.tolist()), np.intp, len(ids)
    )
    for key in seen:
        if isinstance(key, bool) or not isinstance(key, str | int | np.integer) or key == "":
            raise ParameterError(
                f"{name} must be text or whole numbers; an id is missing: give each pupil one"
            )
    return codes, [str(key) for key in seen]


def finite_scores(score: ArrayLike) -> NDArray[np.generic]:
    """Check scores; they stay whole numbers where they came as such.

    Raises
    ------
    ParameterError
        If the scores are not numbers in one dimension, or one is missing, infinite or a whole number that
        a float64 can not hold.
    TooFewToReport
        If there are none.

    Examples
    --------
    >>> finite_scores([True, False]).tolist(), finite_scores([1, 2.5]).tolist()
    ([1, 0], [1.0, 2.5])
    """
    values = np.asarray(score)
    if values.dtype.kind not in "iufb":
        try:
            values = values.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ParameterError("score must hold numbers; leave out pupils without one") from error
    if values.ndim != 1:
        raise ParameterError(f"score must have one dimension, not shape {values.shape}")
    if len(values) == 0:
        raise TooFewToReport("score holds no pupils: there is nothing to count")
    if values.dtype.kind == "b":
        return values.astype(np.int64)
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
        # minimum and maximum pass NaN on, so that all is seen without a second array
        if not np.isfinite(values.min()) or not np.isfinite(values.max()):
            bad = int(np.count_nonzero(~np.isfinite(values)))
            raise ParameterError(
                f"score must be finite; {bad} of {len(values)} are missing or infinite: leave those"
                " pupils out first and report how many there were"
            )
        return values
    if int(values.max()) > _LARGEST_WHOLE or int(values.min()) < -_LARGEST_WHOLE:
        raise ParameterError(
            "score holds whole numbers beyond 2^53, which can not be told apart exactly: subtract a"
            " constant or divide first"
        )
    return values.astype(np.int64, copy=False)


def as_whole(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Turn floats that are whole numbers of a narrow range into int64; leave all others as they are.

    Examples
    --------
    >>> as_whole(np.array([98.0, 104.0])).tolist(), as_whole(np.array([98.5, 104.0])).tolist()
    ([98, 104], [98.5, 104.0])
    """
    if values.dtype.kind != "f":
        return values
    head = values[:1000]
    if not np.array_equal(head, np.floor(head)) or values.max() - values.min() >= _NARROW:
        return values
    if abs(float(values.max())) >= _LARGEST_WHOLE:
        return values
    whole = values.astype(np.int64)
    return whole if np.array_equal(whole, values) else values


def group_flags(disadvantaged: ArrayLike, length: int) -> NDArray[np.bool_]:
    """Give True for each disadvantaged pupil.

    Raises
    ------
    ParameterError
        If the values are not true / false (or 1 / 0), one is missing, or there are too many or too few.

    Examples
    --------
    >>> group_flags([1, 0, 1], 3).tolist()
    [True, False, True]
    """
    flags = np.asarray(disadvantaged)
    if flags.shape != (length,):
        raise ParameterError(
            f"disadvantaged must have {length} values in one dimension, one for each score, not shape"
            f" {flags.shape}"
        )
    if flags.dtype.kind == "b":
        return flags
    if flags.dtype.kind == "O" and all(isinstance(one, bool | np.bool_) for one in flags):
        return flags.astype(np.bool_)
    if flags.dtype.kind in "iuf" and bool(((flags == 0) | (flags == 1)).all()):
        return flags.astype(np.bool_)
    raise ParameterError(
        "disadvantaged must be true or false (or 1 and 0) for every pupil: leave out pupils for whom it"
        " is not known and report how many there were"
    )


def checked_edges(edges: ArrayLike) -> Floats:
    """Check that edges rise.

    Raises
    ------
    ParameterError
        If there are fewer than two edges, one is not finite, or they do not rise.

    Examples
    --------
    >>> checked_edges([80, 100, 120]).tolist()
    [80.0, 100.0, 120.0]
    """
    array = np.asarray(edges)
    if array.dtype.kind not in "iuf" or array.ndim != 1 or len(array) < 2:
        raise ParameterError("edges must be 2 or more numbers in one dimension")
    array = array.astype(np.float64)
    if not bool(np.isfinite(array).all()) or not bool((np.diff(array) > 0).all()):
        raise ParameterError("edges must be finite and each larger than the one before")
    return array
